# SPDX-License-Identifier: LGPL-2.1-or-later
"""Pads, triggers and voices, without a sound server: what each setting does to the sound, compared
with arithmetic done here. Every case is rendered in large blocks and at random splits, and the bits
are the same."""

import itertools
import math
import os
import random
import subprocess
import sys

import gi
import numpy
import pytest

gi.require_version('Flitzis', '1')
from gi.repository import Flitzis, GObject

from test_playing import (FADE, Reason, Steal, assert_same, constant, counters, drain, fading,
                          fails_with, fill, gain_of, moving, noise, place, render, stereo, watch)

EDGE = 48  # frames in which a part that is cut out of a sample fades: 1 ms at 48 kHz
LINEAR, SINC = Flitzis.Interpolation.LINEAR, Flitzis.Interpolation.SINC


def perform(engine, events, n_frames, sizes):
    """Renders through (frame, function of the engine) in blocks of these sizes."""
    heard = []
    for frame, event in [*events, (n_frames, lambda engine: None)]:
        while engine.props.position < frame:
            heard.append(render(engine, min(next(sizes), frame - engine.props.position)))
        event(engine)
    return numpy.concatenate(heard)


def hear(make_engine, events, n_frames, **properties):
    """What is heard of these events; asserts that no split into blocks shows."""
    choose = random.Random(n_frames)
    splits = [itertools.repeat(n_frames), itertools.repeat(64),
              iter(lambda: choose.choice((1, 2, 30, 255, 257, 700)), None)]
    results, ends = [], []
    for split in splits:
        engine = make_engine(**properties)
        ends.append(watch(engine))
        results.append(perform(engine, events, n_frames, split))
    drain()
    for result, end in zip(results, ends):
        assert_same(result, results[0])
        assert sorted(end) == sorted(ends[0])
    return results[0]


def put(frames, slot=0, rate=48000, **settings):
    """An event that fills a slot and sets its properties."""
    def event(engine):
        fill(engine, slot, frames, rate)
        for name, value in settings.items():
            engine.get_slot(slot).set_property(name.replace('_', '-'), value)
    return 0, event


def play(frame=0, slot=0, velocity=1.0):
    return frame, lambda engine: engine.play_sample(slot, velocity)


def set_slot(frame, name, value, slot=0):
    return frame, lambda engine: engine.get_slot(slot).set_property(name, value)


def trigger(frame=0, **fields):
    """An event: `play` with a trigger of these fields."""
    def event(engine):
        made = Flitzis.Trigger()
        for name, value in fields.items():
            setattr(made, name, value)
        assert engine.play(made) > 0
    return frame, event


def sine(frequency, n_frames, amplitude=0.5, rate=48000, phase=0.0):
    turns = frequency / rate * numpy.arange(n_frames) + phase
    return (amplitude * numpy.sin(2 * numpy.pi * turns)).astype('<f4')[:, None]


def largest_step(heard):
    return numpy.abs(numpy.diff(heard.astype(float), axis=0)).max()


# Pan and mute


def pan_gains(pan):
    angle = (pan + 1) * math.pi / 4
    return math.sqrt(2) * numpy.array([math.cos(angle), math.sin(angle)])


@pytest.mark.parametrize('n_channels', (1, 2))
@pytest.mark.parametrize('pan', (-1.0, -0.7, -1 / 3, 0.2, 0.5, 1.0))
def test_pan_has_constant_power(make_engine, pan, n_channels):
    frames = noise(1, 1000, n_channels)
    heard = hear(make_engine, [put(frames, pan=pan), play()], 1000)
    gains = pan_gains(pan)
    assert numpy.abs(heard - stereo(frames) * gains).max() < 1e-5
    assert (gains ** 2).sum() == pytest.approx(2.0)
    if abs(pan) == 1.0:
        assert not heard[:, 0 if pan > 0 else 1].any()


@pytest.mark.parametrize('n_channels', (1, 2))
def test_no_pan_is_exact_to_the_bit(make_engine, n_channels):
    """Also one that a trigger takes back."""
    frames = noise(1, 1000, n_channels)
    for gain in (1.0, *numpy.random.default_rng(1).uniform(0.0, 2.0, 20)):
        heard = hear(make_engine, [put(frames, pan=0.25, gain=gain), trigger(pan=-0.25)], 1000)
        assert_same(heard, gain_of(gain, 1.0, 1.0) * stereo(frames))


def test_a_pan_moves_on_a_straight_line(make_engine):
    heard = hear(make_engine, [put(constant(2000)), play(), set_slot(500, 'pan', 1.0)], 1500)
    left, right = heard.T
    assert_same(heard[:, :1], numpy.concatenate([constant(500), moving(1, 0), constant(760, 0)]))
    assert right[740:] == pytest.approx(math.sqrt(2), abs=1e-5)
    assert numpy.abs(numpy.diff(right[500:740], 2)).max() < 1e-6
    assert not left[740:].any()


def test_pans_add_up_and_end_at_the_sides(make_engine):
    heard = hear(make_engine, [put(constant(500), pan=0.8), trigger(pan=0.7)], 500)
    assert not heard[:, 0].any() and heard[:, 1] == pytest.approx(math.sqrt(2), abs=1e-5)
    heard = hear(make_engine, [put(constant(500), pan=0.8), trigger(pan=-0.5)], 500)
    assert heard[0] == pytest.approx(pan_gains(0.3), abs=1e-5)


def test_mute_fades_and_the_voice_goes_on(make_engine):
    frames = noise(1, 3000)
    heard = hear(make_engine, [put(frames), play(), set_slot(500, 'mute', True),
                               set_slot(1500, 'mute', False)], 3000)
    gains = numpy.concatenate([constant(500), moving(1, 0), constant(760, 0), moving(0, 1),
                               constant(1260)])
    assert_same(heard, place(3000, (0, gains * frames)))


def test_what_starts_muted_is_silent(make_engine):
    assert not hear(make_engine, [put(noise(1, 500), mute=True), play()], 600).any()


# Which part, and which way


def part_of(frames, start=0, end=None, reverse=False):
    """The part that sounds, with its edges faded where they lie within the sample."""
    end = end or len(frames)
    part, n = frames[start:end].copy(), end - start
    cut_in, cut_out = start > 0, end < len(frames)
    if reverse:
        part, cut_in, cut_out = part[::-1], cut_out, cut_in
    if cut_out:
        left = numpy.arange(n, 0, -1, dtype='<f4')
        part = part * numpy.minimum(left / numpy.float32(EDGE), numpy.float32(1))[:, None]
    if cut_in:
        up = numpy.ones((n, 1), '<f4')
        up[:EDGE] = moving(0, 1, EDGE)[:n]
        part = part * up
    return part


@pytest.mark.parametrize('n_channels', (1, 2))
@pytest.mark.parametrize('reverse', (False, True))
@pytest.mark.parametrize('start, end', ((0, 0), (700, 0), (0, 900), (300, 1300), (1000, 1001),
                                        (1000, 1040)))
def test_a_part_sounds(make_engine, start, end, reverse, n_channels):
    """At its edges, where they lie within the sample, it fades; nothing else is changed."""
    frames = noise(1, 2000, n_channels)
    expected = stereo(part_of(frames, start, end, reverse))
    heard = hear(make_engine, [put(frames, start=start, end=end, reverse=reverse), play()], 2100)
    assert_same(heard, place(2100, (0, expected)))


@pytest.mark.parametrize('start, end', ((5000, 0), (2 ** 63, 0), (700, 700), (700, 600),
                                        (0, 2 ** 64 - 1), (2 ** 64 - 1, 2 ** 64 - 1)))
def test_a_part_that_is_not_there(make_engine, start, end):
    """Beyond the sample is its end; what begins behind its end is one frame."""
    frames = constant(2000)
    heard = hear(make_engine, [put(frames, start=start, end=end), play()], 2100)
    length = numpy.count_nonzero(heard[:, 0])
    assert length == (2000 if start == 0 else 1)


def test_a_part_takes_effect_with_the_next_trigger(make_engine):
    frames = noise(1, 2000)
    events = [put(frames), play(), set_slot(500, 'start', 1000), set_slot(500, 'reverse', True)]
    assert_same(hear(make_engine, events, 2000), frames)


# Rates


def frequency_of(heard, rate=48000):
    rising = numpy.flatnonzero((heard[:-1] < 0) & (heard[1:] >= 0))
    crossings = rising + heard[rising] / (heard[rising] - heard[rising + 1])
    return rate * (len(crossings) - 1) / (crossings[-1] - crossings[0])


@pytest.mark.parametrize('interpolation', (LINEAR, SINC), ids=lambda value: value.value_nick)
@pytest.mark.parametrize('rate', (0.25, 0.5, 0.9, 1.1, 2.0, 4.0))
def test_a_rate_changes_length_and_pitch(make_engine, rate, interpolation):
    heard = hear(make_engine, [put(sine(400, 9600, phase=0.1), playback_rate=rate,
                                   interpolation=interpolation), play()], int(9600 / rate) + 500)
    length = numpy.flatnonzero(heard[:, 0])[-1] + 1
    assert abs(length - 9600 / rate) <= 1 / rate + 1
    middle = heard[200:length - 200, 0].astype(float)
    assert frequency_of(middle) == pytest.approx(400 * rate, rel=1e-4)
    assert numpy.abs(middle).max() == pytest.approx(0.5, rel=0.02)


def test_at_rate_1_nothing_is_interpolated(make_engine):
    frames = noise(1, 2000)
    heard = hear(make_engine, [put(frames, playback_rate=2.0), trigger(rate=0.5)], 2000)
    assert_same(heard, frames)


def test_a_rate_glides(make_engine):
    """The places in the sample are those of a step that moves on a straight line for 5 ms."""
    before, after = 0.8, 1.4
    events = [put(sine(500, 20000), playback_rate=before), play(),
              set_slot(1000, 'playback-rate', after)]
    heard = hear(make_engine, events, 5000)[:, 0].astype(float)
    steps = numpy.concatenate([numpy.full(1000, before),
                               numpy.linspace(before, after, FADE + 1)[1:],
                               numpy.full(3760, after)])
    places = numpy.concatenate([[0.0], numpy.cumsum(steps)])[:5000]
    expected = 0.5 * numpy.sin(2 * numpy.pi * 500 / 48000 * places)
    assert numpy.abs(heard - expected)[50:].max() < 1e-3
    assert largest_step(heard[:, None]) < 0.5 * 2 * math.pi * 500 * after / 48000 * 1.01


def split_off(heard, frequency):
    """The amplitude of a sine in what is heard, and the level of all else."""
    turns = 2 * numpy.pi * frequency / 48000 * numpy.arange(len(heard))
    basis = numpy.stack([numpy.sin(turns), numpy.cos(turns)], axis=1)
    weights = numpy.linalg.lstsq(basis, heard, rcond=None)[0]
    rest = heard - basis @ weights
    return numpy.hypot(*weights), math.sqrt(2 * numpy.mean(rest ** 2))


def decibels(ratio):
    return 20 * math.log10(max(ratio, 1e-12))


def sound_of_sine(engine, frequency, rate, interpolation=SINC):
    """From the middle of a sine that is played at this rate, amplitude 1 in the sample."""
    n_frames = 6000
    fill(engine, 0, sine(frequency, int(n_frames * rate) + 400, amplitude=1.0, phase=0.17))
    engine.get_slot(0).props.playback_rate = rate
    engine.get_slot(0).props.interpolation = interpolation
    engine.play_sample(0, 1.0)
    heard = render(engine, n_frames)[300:, 0].astype(float)
    engine.unload_sample(0)
    render(engine, 500)
    return heard


@pytest.mark.parametrize('rate', (0.25, 0.3, 0.5, 0.707, 0.99, 1.01, 1.1, 1.25, 1.333, 1.49, 1.5))
def test_no_image_is_heard(engine, rate):
    """Below -90 dB for material up to 16 kHz, and what is heard has its level up to a rate of 1."""
    for frequency in (100.0, 997.0, 5000.0, 10000.0, 13000.0, 15990.0):
        amplitude, rest = split_off(sound_of_sine(engine, frequency, rate), frequency * rate)
        assert decibels(rest) < -90, (frequency, decibels(rest))
        if rate <= 1.0:
            assert abs(decibels(amplitude)) < 0.1, (frequency, decibels(amplitude))


@pytest.mark.parametrize('rate', (1.51, 1.7, 2.0, 2.5, 3.0, 4.0))
def test_nothing_folds_back(engine, rate):
    for frequency in (100.0, 997.0, 3000.0, 5000.0, 7000.0, 10000.0, 12500.0, 15990.0):
        heard = sound_of_sine(engine, frequency, rate)
        if frequency * rate > 24000:
            rest = math.sqrt(2 * numpy.mean(heard ** 2))
        else:
            amplitude, rest = split_off(heard, frequency * rate)
            if frequency * rate < 14000:
                assert abs(decibels(amplitude)) < 0.1, (frequency, decibels(amplitude))
        assert decibels(rest) < -90, (frequency, decibels(rest))


def test_straight_lines_have_images(engine):
    """The measure above can fail, and LINEAR is what it says."""
    _amplitude, rest = split_off(sound_of_sine(engine, 10000.0, 0.7, LINEAR), 7000.0)
    assert decibels(rest) > -40
    fill(engine, 0, noise(1, 100, 1))
    engine.get_slot(0).props.playback_rate = 0.5
    engine.play_sample(0, 1.0)
    frames, heard = noise(1, 100, 1)[:, 0], render(engine, 199)[:, 0]
    assert_same(heard[::2][:, None], frames[:, None])
    assert heard[1::2] == pytest.approx((frames[:-1] + frames[1:]) / 2, abs=1e-6)


# Loops


@pytest.mark.parametrize('n_channels', (1, 2))
@pytest.mark.parametrize('reverse', (False, True))
def test_a_loop_goes_round(make_engine, n_channels, reverse):
    """To the bit, until it is told not to: then to the end of the sample."""
    frames = noise(1, 1000, n_channels)
    events = [put(frames, loop=True, loop_start=300, loop_end=700, reverse=reverse), play(),
              set_slot(1600, 'loop', False)]
    sounding = stereo(frames[::-1] if reverse else frames)
    expected = numpy.concatenate([sounding[:700], *[sounding[300:700]] * 3, sounding[700:]])
    assert_same(hear(make_engine, events, 2300), place(2300, (0, expected)))


@pytest.mark.parametrize('rate', (0.25, 0.7, 1.0, 1.3, 2.9))
@pytest.mark.parametrize('loop_start', (0, 500))
def test_a_loop_of_whole_periods_is_a_sine(make_engine, rate, loop_start):
    """Phase-continuous to float precision: as a sample that is long enough."""
    endless, looped = sine(480, 40000), sine(480, 2000)
    expected = hear(make_engine, [put(endless, playback_rate=rate), play()], 12000)
    heard = hear(make_engine, [put(looped, playback_rate=rate, loop=True, loop_start=loop_start,
                                   loop_end=1500), play()], 12000)
    assert numpy.abs(heard - expected).max() < 1e-6


def test_a_loop_of_one_frame_and_loops_that_are_not_there(make_engine):
    frames = noise(1, 1000)
    for start, end in ((500, 501), (500, 500), (500, 3)):
        heard = hear(make_engine, [put(frames, loop=True, loop_start=start, loop_end=end), play()],
                     1500)
        last = max(end, 1) if end <= start else end
        expected = numpy.concatenate([frames[:last], numpy.repeat(frames[last - 1:last], 1500, 0)])
        assert_same(heard, expected[:1500])
    heard = hear(make_engine, [put(frames, loop=True, loop_start=2 ** 64 - 1), play()], 1500)
    assert_same(heard, numpy.concatenate([frames, numpy.repeat(frames[-1:], 500, 0)]))


def test_a_crossfade_is_a_sine_and_a_cosine(make_engine):
    frames = noise(1, 4000)
    heard = hear(make_engine, [put(frames, loop=True, loop_start=1000, loop_end=3000,
                                   loop_crossfade=0.01), play()], 7000)
    round_ = frames[1000:3000].astype(float)
    x = numpy.arange(480)[:, None] / 480 * numpy.pi / 2
    round_[-480:] = numpy.cos(x) * round_[-480:] + numpy.sin(x) * frames[520:1000]
    expected = numpy.concatenate([frames[:1000], round_, round_, round_])[:7000]
    assert numpy.abs(heard - expected).max() < 2e-5
    assert_same(heard[:2520], frames[:2520])


@pytest.mark.parametrize('loop_start, n_fade', ((400, 400), (3000, 1000)))
def test_a_crossfade_takes_what_there_is(make_engine, loop_start, n_fade):
    """What lies before the loop, and half of the loop."""
    frames = noise(1, 6000)
    heard = hear(make_engine, [put(frames, loop=True, loop_start=loop_start,
                                   loop_end=loop_start + 2000, loop_crossfade=60.0), play()], 5500)
    end = loop_start + 2000
    x = numpy.arange(n_fade)[:, None] / n_fade * numpy.pi / 2
    mixed = (numpy.cos(x) * frames[end - n_fade:end]
             + numpy.sin(x) * frames[loop_start - n_fade:loop_start])
    assert_same(heard[:end - n_fade], frames[:end - n_fade])
    assert numpy.abs(heard[end - n_fade:end] - mixed).max() < 2e-5


@pytest.mark.parametrize('rate', (1.0, 0.7))
def test_a_crossfade_keeps_the_power_of_noise(engine, rate):
    frames = noise(3, 120000)
    [(_frame, event)] = [put(frames, loop=True, loop_start=30000, loop_end=110000,
                             loop_crossfade=0.5, playback_rate=rate)]
    event(engine)
    engine.play_sample(0, 1.0)
    heard = render(engine, int(300000 / rate))[1000:].astype(float)
    power = (heard[:len(heard) // 4000 * 4000].reshape(-1, 8000) ** 2).mean(axis=1)
    assert numpy.abs(10 * numpy.log10(power / numpy.median(power))).max() < 0.5


@pytest.mark.parametrize('edits', (
    [('loop-end', 1000)], [('loop-start', 3000), ('loop-end', 3900)], [('loop', False)],
    [('loop-crossfade', 0.01)], [('loop-end', 100), ('loop-end', 4000), ('loop-start', 50)]))
@pytest.mark.parametrize('rate', (1.0, 0.7))
def test_loop_points_may_be_edited_while_it_plays(make_engine, edits, rate):
    """Nothing jumps: what the loop leaves behind fades over within 5 ms."""
    events = [put(sine(90, 5000), loop=True, loop_start=1000, loop_end=4000, playback_rate=rate),
              play(), *(set_slot(2600 + 700 * i, *edit) for i, edit in enumerate(edits))]
    heard = hear(make_engine, events, 9000)
    slope = 0.5 * 2 * math.pi * 90 / 48000
    # a new loop that does not meet itself is the material's own step: the edit is what is judged
    for i in range(len(edits)):
        at = 2600 + 700 * i
        assert largest_step(heard[at - 5:at + FADE]) < 2 * slope + 2 * 0.5 / FADE, edits[i]


@pytest.mark.parametrize('loops', (1, 2, 5))
@pytest.mark.parametrize('loop', (False, True))
def test_a_trigger_says_how_often_the_loop_is_gone_through(make_engine, loops, loop):
    """Once is without going back, whatever the slot says; then it plays on to its end."""
    frames = noise(1, 1000)
    events = [put(frames, loop=loop, loop_start=300, loop_end=700), trigger(loops=loops)]
    expected = numpy.concatenate([frames[:700], *[frames[300:700]] * (loops - 1), frames[700:]])
    assert_same(hear(make_engine, events, 3000), place(3000, (0, expected)))


@pytest.mark.parametrize('loops', (1, 2, 5))
@pytest.mark.parametrize('reverse', (False, True))
def test_a_slot_says_how_often_its_loop_is_gone_through(make_engine, loops, reverse):
    """Then a voice plays on to its end, to the bit. Without `loop` it is not asked."""
    frames = noise(1, 1000)
    settings = dict(loops=loops, loop_start=300, loop_end=700, reverse=reverse)
    sounding = frames[::-1] if reverse else frames
    expected = numpy.concatenate([sounding[:700], *[sounding[300:700]] * (loops - 1),
                                  sounding[700:]])
    heard = hear(make_engine, [put(frames, loop=True, **settings), play()], 3000)
    assert_same(heard, place(3000, (0, expected)))
    heard = hear(make_engine, [put(frames, **settings), play()], 1500)
    assert_same(heard, place(1500, (0, sounding)))


def test_a_trigger_that_says_how_often_does_not_ask_the_slot(make_engine):
    frames = noise(1, 1000)
    events = [put(frames, loop=True, loops=5, loop_start=300, loop_end=700), trigger(loops=2)]
    expected = numpy.concatenate([frames[:700], frames[300:]])
    assert_same(hear(make_engine, events, 3000), place(3000, (0, expected)))


def test_the_last_round_of_a_slot_is_not_crossfaded(make_engine):
    frames = noise(1, 4000)
    heard = hear(make_engine, [put(frames, loop=True, loops=2, loop_start=1000, loop_end=3000,
                                   loop_crossfade=0.01), play()], 7000)
    round_ = frames[1000:3000].astype(float)
    x = numpy.arange(480)[:, None] / 480 * numpy.pi / 2
    round_[-480:] = numpy.cos(x) * round_[-480:] + numpy.sin(x) * frames[520:1000]
    expected = place(7000, (0, numpy.concatenate([frames[:1000], round_, frames[1000:]])))
    assert numpy.abs(heard - expected).max() < 2e-5


@pytest.mark.parametrize('changes, rounds', (
    ([(1200, 4)], 4), ([(1200, 3)], 3), ([(1200, 1)], 3), ([(500, 1)], 1),
    ([(500, 2), (800, 0), (1600, 7)], 7), ([(500, 2), (1050, 3)], 3)))
def test_rounds_that_are_done_count(make_engine, changes, rounds):
    """Whatever the slot said while they were: here frames 700, 1100, 1500 ... go back."""
    frames = noise(1, 1000)
    events = [put(frames, loop=True, loop_start=300, loop_end=700), play(),
              *[set_slot(frame, 'loops', loops) for frame, loops in changes]]
    expected = numpy.concatenate([frames[:700], *[frames[300:700]] * (rounds - 1), frames[700:]])
    assert_same(hear(make_engine, events, 4000), place(4000, (0, expected)))


def test_rounds_count_on_when_the_loop_moves(make_engine):
    """The voice is in its second round, and in front of the loop that there is now. A setting of
    another slot changes nothing."""
    frames = noise(1, 1000)
    events = [put(frames, loop=True, loops=3, loop_start=100, loop_end=400), play(),
              set_slot(500, 'loop-start', 600), set_slot(500, 'loop-end', 800),
              *[set_slot(frame, 'gain', 0.5, slot=1) for frame in (520, 900, 1100, 1300)]]
    expected = numpy.concatenate([frames[:400], frames[100:800], frames[600:]])
    assert_same(hear(make_engine, events, 3000), place(3000, (0, expected)))


# Attack, release, chokes


@pytest.mark.parametrize('attack', (0.0, 0.01, 0.1))
def test_an_attack_fades_in(make_engine, attack):
    frames = noise(1, 6000)
    expected = frames.copy()
    n = round(attack * 48000)
    expected[:n] *= moving(0, 1, n) if n else 1
    assert_same(hear(make_engine, [put(frames, attack=attack), play()], 6000), expected)


@pytest.mark.parametrize('release', (0.0, 0.001, 0.005, 0.02, 0.1))
def test_a_release_fades_out(make_engine, release):
    """Its last frame is silent, and the voice ends then as STOPPED."""
    frames, n = noise(1, 9000), round(release * 48000)
    events = [put(frames, release=release), play(),
              (1000, lambda engine: engine.stop_sample(0))]
    parts = [(0, frames[:1000]), *([(1000, fading(n) * frames[1000:1000 + n])] if n else [])]
    assert_same(hear(make_engine, events, 9000), place(9000, *parts))
    engine = make_engine()
    ended = watch(engine)
    perform(engine, events, 1000 + max(n - 1, 0), itertools.repeat(100))
    drain()
    assert engine.props.n_playing == (1 if n > 241 else 0)
    render(engine, 2)
    drain()
    assert ended == [(1, 0, Reason.STOPPED)]


def test_a_release_in_an_attack_goes_on_from_there(make_engine):
    events = [put(constant(9000), attack=0.1, release=0.1), play(),
              (1000, lambda engine: engine.stop_sample(0))]
    heard = hear(make_engine, events, 9000)
    top = heard[999, 0]
    assert top == pytest.approx(1000 / 4800)
    assert heard[1000:5800, 0] == pytest.approx((top * fading(4800))[:, 0], abs=1e-6)
    assert not heard[5800:].any()


def test_a_choke_group_silences_the_others(make_engine):
    """Within their `choke-release`; who is in no group or another sounds on, and so does the slot
    itself."""
    frames = [noise(slot, 4000) for slot in range(4)]
    events = [put(frames[0], 0, choke_group=7, choke_release=0.01),
              put(frames[1], 1, choke_group=7),
              put(frames[2], 2, choke_group=8), put(frames[3], 3),
              *(play(0, slot) for slot in (0, 2, 3)), play(300, 1), play(700, 1)]
    choked = place(4000, (0, frames[0][:300]), (300, fading(480) * frames[0][300:780]))
    expected = place(4000, (0, frames[2]), (0, frames[3]), (300, frames[1]), (700, frames[1]),
                     (0, choked))
    heard = hear(make_engine, events, 4000)
    assert numpy.abs(heard - expected).max() < 1e-6
    engine = make_engine()
    ended = watch(engine)
    perform(engine, events, 1000, itertools.repeat(50))
    drain()
    assert ended == [(1, 0, Reason.CHOKED)]


@pytest.mark.parametrize('restart', (False, True))
def test_a_retrigger_restarts_or_overlaps(make_engine, restart):
    frames = noise(1, 3000)
    mode = Flitzis.Retrigger.RESTART if restart else Flitzis.Retrigger.OVERLAP
    events = [put(frames, retrigger=mode, choke_release=0.002), play(), play(500)]
    first = place(4000, (0, frames[:500]), (500, fading(96) * frames[500:596])) if restart \
        else frames
    heard = hear(make_engine, events, 4000)
    assert numpy.abs(heard - place(4000, (0, first), (500, frames))).max() < 1e-6
    engine = make_engine()
    ended = watch(engine)
    perform(engine, events, 700, itertools.repeat(50))
    drain()
    assert ended == ([(1, 0, Reason.CHOKED)] if restart else [])


@pytest.mark.parametrize('steal', (Steal.OLDEST, Steal.QUIETEST), ids=lambda it: it.value_nick)
def test_a_higher_priority_is_not_stolen_for_a_lower(make_engine, steal):
    engine = make_engine(n_voices=2)
    engine.props.steal = steal
    ended = watch(engine)
    for slot, priority in enumerate((5, 0, -3)):
        fill(engine, slot, constant(9000))
        engine.get_slot(slot).props.priority = priority
    high, middle = engine.play_sample(0, 0.1), engine.play_sample(1, 1.0)
    low = engine.play_sample(2, 1.0)
    render(engine, 10)
    drain()
    assert ended == [(low, 2, Reason.REJECTED)]
    equal = engine.play_sample(1, 1.0)
    render(engine, 10)
    drain()
    assert ended[1:] == [(middle, 1, Reason.STOLEN)]
    # among those that may go, what `steal` says: the high one is both the oldest and the quietest
    engine.play_sample(0, 1.0)
    render(engine, 10)
    drain()
    assert ended[2:] == [(high, 0, Reason.STOLEN)]
    engine.play_sample(0, 1.0)
    rejected = engine.play_sample(1, 1.0)
    render(engine, 10)
    drain()
    assert ended[3:] == [(equal, 1, Reason.STOLEN), (rejected, 1, Reason.REJECTED)]


def test_where_nothing_is_stolen_priorities_change_nothing(make_engine):
    engine = make_engine(n_voices=1)
    engine.props.steal = Steal.REJECT
    ended = watch(engine)
    for slot in range(2):
        fill(engine, slot, constant(9000))
        engine.get_slot(slot).props.priority = slot
    engine.play_sample(0, 1.0)
    important = engine.play_sample(1, 1.0)
    render(engine, 10)
    drain()
    assert ended == [(important, 1, Reason.REJECTED)]


# Triggers


def test_a_trigger_has_these_defaults():
    made = Flitzis.Trigger()
    assert (made.slot, made.velocity, made.frame, made.gain, made.pan, made.rate, made.fade_in,
            made.loops, made.stop_frame) == (0, 1.0, 0, 1.0, 0.0, 1.0, -1.0, 0, 0)
    made.slot = 9
    assert made.copy().slot == 9


def test_the_fields_of_a_trigger(make_engine):
    frames = noise(1, 4000)
    slot = put(frames, 3, gain=0.5, attack=0.05)
    expected = gain_of(0.5, 0.25, 3.0) * frames
    heard = hear(make_engine, [slot, trigger(slot=3, velocity=0.25, gain=3.0, fade_in=0.0,
                                             frame=1000)], 6000)
    assert_same(heard, place(6000, (1000, expected)))
    expected = frames[:2000].copy()
    expected[:480] *= moving(0, 1, 480)
    expected[1500:1740] *= fading()
    expected[1740:] = 0
    heard = hear(make_engine, [slot, trigger(slot=3, gain=2.0, fade_in=0.01, frame=100,
                                             stop_frame=1600)], 3000)
    assert_same(heard, place(3000, (100, expected)))
    # neither frame nor fade: as soon as possible, with the attack of the slot
    expected = numpy.float32(0.5) * frames
    expected[:2400] *= moving(0, 1, 2400)
    heard = hear(make_engine, [slot, trigger(700, slot=3)], 5000)
    assert numpy.abs(heard - place(5000, (700, expected))).max() < 1e-7


def test_a_stop_frame_without_a_frame(make_engine):
    heard = hear(make_engine, [put(constant(3000)), trigger(stop_frame=500)], 2000)
    assert_same(heard[:, :1], numpy.concatenate([constant(500), fading(), constant(1260, 0.0)]))


@pytest.mark.parametrize('field, bad', [
    *(('velocity', bad) for bad in (-0.1, 1.1, math.nan, math.inf)),
    *(('gain', bad) for bad in (-0.1, 16.1, math.nan, math.inf)),
    *(('pan', bad) for bad in (-1.1, 1.1, math.nan)),
    *(('rate', bad) for bad in (0.2, 4.1, 0.0, -1.0, math.nan)),
    *(('fade_in', bad) for bad in (60.1, math.inf, math.nan)),
    ('stop_frame', 99), ('stop_frame', 100)])
def test_a_field_out_of_range_starts_nothing(engine, field, bad):
    fill(engine, 0, constant(1000))
    made = Flitzis.Trigger()
    made.frame = 100
    setattr(made, field, bad)
    with fails_with(Flitzis.EngineError.INVALID_VALUE):
        engine.play(made)
    made = Flitzis.Trigger()
    made.slot = 32
    with fails_with(Flitzis.EngineError.INVALID_SLOT, 32):
        engine.play(made)
    assert engine.props.n_triggered == 0 and not render(engine, 500).any()


# Voices


VERBS = (lambda engine, voice: engine.set_voice_gain(voice, 0.0),
         lambda engine, voice: engine.set_voice_pan(voice, 1.0),
         lambda engine, voice: engine.set_voice_rate(voice, 2.0),
         lambda engine, voice: engine.stop_voice_with_fade(voice, 0.0),
         lambda engine, voice: engine.stop_voice(voice),
         lambda engine, voice: engine.pause_voice(voice),
         lambda engine, voice: engine.resume_voice(voice))


def test_the_gain_of_a_voice_is_its_own(make_engine):
    frames = noise(1, 3000)
    events = [put(frames), play(), play(), (1000, lambda engine: engine.set_voice_gain(1, 0.25))]
    gains = numpy.concatenate([constant(1000), moving(1, 0.25), constant(1760, 0.25)])
    assert_same(hear(make_engine, events, 3000), gains * frames + frames)


def test_the_pan_and_the_rate_of_a_voice(make_engine):
    events = [put(constant(9000)), trigger(pan=-0.5), play(), play(),
              (500, lambda engine: engine.set_voice_pan(1, 0.5)),
              (500, lambda engine: engine.stop_voice(2)),
              (500, lambda engine: engine.stop_voice(3))]
    heard = hear(make_engine, events, 1500)
    assert heard[0] == pytest.approx(pan_gains(-0.5) + 2, abs=1e-4)
    assert heard[1000] == pytest.approx(pan_gains(0.5), abs=1e-4)
    events = [put(sine(500, 30000)), play(), (500, lambda engine: engine.set_voice_rate(1, 2.0))]
    heard = hear(make_engine, events, 6000)[:, 0].astype(float)
    assert frequency_of(heard[:500]) == pytest.approx(500, rel=1e-3)
    assert frequency_of(heard[800:]) == pytest.approx(1000, rel=1e-4)


@pytest.mark.parametrize('seconds', (0.0, 0.001, 0.05))
def test_a_voice_stops_with_a_fade_of_its_own(make_engine, seconds):
    frames, n = noise(1, 6000), round(seconds * 48000)
    events = [put(frames), play(), play(1000),
              (2000, lambda engine: engine.stop_voice_with_fade(1, seconds))]
    first = place(6000, (0, frames[:2000]))
    first[2000:2000 + n] = (fading(n) if n else 0) * frames[2000:2000 + n]
    heard = hear(make_engine, events, 6000)
    assert numpy.abs(heard - place(6000, (0, first), (1000, frames))).max() < 1e-6


def test_a_fade_may_be_cut_shorter_and_not_longer(make_engine):
    events = [put(constant(99999)), play(),
              (1000, lambda engine: engine.stop_voice_with_fade(1, 1.0)),
              (5800, lambda engine: engine.stop_voice_with_fade(1, 2.0)),
              (10600, lambda engine: engine.stop_voice_with_fade(1, 0.1))]
    heard = hear(make_engine, events, 20000)[:, 0]
    assert heard[10599] == pytest.approx(0.8, abs=1e-4)
    assert heard[10600 + 2400] == pytest.approx(0.4, abs=1e-3)
    assert not heard[10600 + 4800:].any()


def test_a_voice_pauses_and_goes_on(make_engine):
    frames = noise(1, 3000)
    events = [put(frames), play(), (1000, lambda engine: engine.pause_voice(1)),
              (2000, lambda engine: engine.resume_voice(1))]
    paused = numpy.concatenate([frames[:1000], fading() * frames[1000:1240],
                                numpy.zeros((760, 2), '<f4'), moving(0, 1) * frames[1240:1480],
                                frames[1480:]])
    assert_same(hear(make_engine, events, 3760), place(3760, (0, paused)))


def test_a_paused_voice_stops_without_a_sound(engine):
    ended = watch(engine)
    fill(engine, 0, constant(3000))
    voice = engine.play_sample(0, 1.0)
    engine.pause_voice(voice)
    assert not render(engine, 500).any() and engine.props.n_playing == 1
    engine.stop_voice(voice)
    assert not render(engine, 500).any()
    drain()
    assert ended == [(voice, 0, Reason.STOPPED)]


def test_where_a_voice_is(engine):
    fill(engine, 0, noise(1, 3000))
    render(engine, 123)
    assert engine.get_voice_position(1) == engine.get_voice_start_frame(1) == -1
    voice = engine.play_sample(0, 1.0)
    assert engine.get_voice_position(voice) == engine.get_voice_start_frame(voice) == -1
    render(engine, 100)
    assert (engine.get_voice_position(voice), engine.get_voice_start_frame(voice)) == (100, 123)
    later = engine.play_sample_at(0, 1.0, 500)
    engine.set_voice_rate(later, 2.0)
    render(engine, 377)
    assert (engine.get_voice_position(later), engine.get_voice_start_frame(later)) == (200, 500)
    engine.pause_voice(voice)
    render(engine, 1000)
    assert engine.get_voice_position(voice) == 477 + FADE
    render(engine, 2000)
    assert engine.get_voice_position(later) == engine.get_voice_start_frame(later) == -1
    engine.unload_sample(0)
    assert engine.get_voice_position(voice) == -1
    for bad in (0, 99, 2 ** 64 - 1):
        assert engine.get_voice_position(bad) == engine.get_voice_start_frame(bad) == -1


def test_backwards_and_round_a_loop_it_says_where(engine):
    fill(engine, 0, noise(1, 1000))
    slot = engine.get_slot(0)
    slot.props.reverse = True
    voice = engine.play_sample(0, 1.0)
    render(engine, 100)
    assert engine.get_voice_position(voice) == 899
    slot.props.reverse, slot.props.loop = False, True
    slot.props.loop_start, slot.props.loop_end = 200, 700
    voice = engine.play_sample(0, 1.0)
    render(engine, 800)
    assert engine.get_voice_position(voice) == 300


@pytest.mark.parametrize('verb', VERBS)
def test_a_stale_voice_does_nothing(make_engine, verb):
    """Nor does a number that was none, whatever has taken its place."""
    engine = make_engine(n_voices=1, n_events=1)
    fill(engine, 0, noise(1, 100))
    stale = engine.play_sample(0, 1.0)
    render(engine, 200)
    frames = fill(engine, 0, noise(2, 6000))
    # in whatever number of places voices are kept, one of the stale ones had that of the last
    for _ in range(5000):
        engine.play_sample(0, 1.0)
        render(engine, 1)
    render(engine, 500)
    voice = engine.play_sample(0, 1.0)
    position = engine.props.position
    for number in (stale, 0, voice + 1, 2 ** 64 - 1, *(voice - 2 ** i for i in range(13)),
                   *(voice + 2 ** i for i in range(20))):
        verb(engine, number)
    heard = render(engine, 6000)
    assert_same(heard[FADE:], frames[FADE:])
    assert engine.props.position == position + 6000


def test_what_has_not_started_yet_takes_its_settings_with_it(make_engine):
    """From its first frame on."""
    frames = noise(1, 1000)
    events = [put(frames), (0, lambda engine: engine.play_sample_at(0, 1.0, 777)),
              (100, lambda engine: engine.set_voice_gain(1, 0.5))]
    assert_same(hear(make_engine, events, 2000), place(2000, (777, numpy.float32(0.5) * frames)))
    events[-1] = (100, lambda engine: engine.stop_voice(1))
    assert not hear(make_engine, events, 2000).any()


@pytest.mark.parametrize('verb, good, bad', (
    ('set_voice_gain', (0.0, 16.0), (-0.1, 16.1, math.nan, math.inf)),
    ('set_voice_pan', (-1.0, 1.0), (-1.1, 1.1, math.nan)),
    ('set_voice_rate', (0.25, 4.0), (0.2, 4.1, 0.0, math.nan)),
    ('stop_voice_with_fade', (0.0, 60.0), (-0.1, 60.1, math.nan, math.inf))))
def test_a_wrong_value_is_an_error(engine, verb, good, bad):
    frames = fill(engine, 0, noise(1, 500))
    voice = engine.play_sample(0, 1.0)
    for value in bad:
        with fails_with(Flitzis.EngineError.INVALID_VALUE, f'{value:g}'):
            getattr(engine, verb)(voice, value)
    assert_same(render(engine, 500), frames)
    for value in good:
        assert getattr(engine, verb)(voice, value)


# The engine stands still


def test_a_pause_fades_freezes_and_goes_on(make_engine):
    """With the very next frame; the position stands still, and what waits for its frame waits."""
    frames, late = noise(1, 3000), noise(2, 300)
    for size in (64, 300, 4000):
        engine = make_engine()
        fill(engine, 0, frames)
        fill(engine, 1, late)
        engine.play_sample(0, 1.0)
        engine.play_sample_at(1, 1.0, 1500)
        heard = [render(engine, 1000)]
        engine.props.paused = True
        heard += [render(engine, size) for _ in range(4000 // size + 1)]
        assert engine.props.position == 1000 + FADE
        n_frozen = sum(map(len, heard)) - 1000 - FADE
        engine.props.paused = False
        heard.append(render(engine, 2500))
        expected = place(4000, (0, frames), (1500, late))
        gains = numpy.concatenate([constant(1000), fading(), moving(0, 1), constant(2520)])
        expected *= gains
        heard = numpy.concatenate(heard)
        assert not heard[1000 + FADE:1000 + FADE + n_frozen].any()
        assert_same(numpy.concatenate([heard[:1000 + FADE], heard[1000 + FADE + n_frozen:]]),
                    expected[:len(heard) - n_frozen])


def test_what_is_triggered_in_a_pause_sounds_after_it(engine):
    frames = fill(engine, 0, noise(1, 1000))
    engine.props.paused = True
    render(engine, 1000)
    engine.play_sample(0, 1.0)
    assert not render(engine, 1000).any()
    engine.props.paused = False
    gains = numpy.concatenate([moving(0, 1), constant(760)])
    assert_same(render(engine, 1000), gains * frames)


# Time


def test_an_event_is_on_its_frame(make_engine):
    """Inside of blocks, whatever the order of the calls; of one frame in their order."""
    frames = [noise(slot, 400) for slot in range(3)]
    onsets = [(0, 700), (1, 0), (2, 700), (1, 701), (0, 3), (2, 1999)]
    events = [*(put(frames[slot], slot) for slot in range(3)),
              *((0, lambda engine, slot=slot, frame=frame: engine.play_sample_at(slot, 1.0, frame))
                for slot, frame in onsets)]
    # added in the order in which they start
    ordered = sorted(onsets, key=lambda onset: onset[1])
    assert_same(hear(make_engine, events, 2500),
                place(2500, *((frame, frames[slot]) for slot, frame in ordered)))


def test_a_stop_is_on_its_frame(make_engine):
    frames, other = noise(1, 3000), noise(2, 3000)
    events = [put(frames), put(other, 1), play(), play(0, 1),
              (100, lambda engine: engine.stop_sample_at(0, 777)),
              (100, lambda engine: engine.play_sample_at(0, 1.0, 777))]
    stopped = place(3000, (0, frames[:777]), (777, fading() * frames[777:777 + FADE]))
    expected = place(4000, (0, stopped), (0, other), (777, frames))
    assert numpy.abs(hear(make_engine, events, 4000) - expected).max() < 1e-6


def test_what_is_late_is_done_now_and_counted(engine):
    frames = fill(engine, 0, noise(1, 1000))
    render(engine, 100)
    engine.play_sample_at(0, 1.0, 99)
    assert_same(render(engine, 50), frames[:50])
    engine.play_sample_at(0, 1.0, 150)  # in time
    engine.stop_sample_at(0, 0)
    assert engine.props.n_late == 2
    heard = render(engine, 1000)
    assert_same(heard, place(1000, (0, frames), (0, fading() * frames[50:290])))


def test_an_event_takes_what_is_in_its_slot_then(engine):
    ended = watch(engine)
    voice = engine.play_sample_at(5, 1.0, 500)
    frames = fill(engine, 5, noise(1, 100))
    empty = engine.play_sample_at(6, 1.0, 500)
    assert_same(render(engine, 1000), place(1000, (500, frames)))
    drain()
    assert sorted(ended) == [(voice, 5, Reason.FINISHED), (empty, 6, Reason.UNLOADED)]


def test_cancel_scheduled(engine):
    """What sounds sounds on; what is scheduled afterwards is not meant."""
    ended = watch(engine)
    frames = fill(engine, 0, noise(1, 2000))
    engine.play_sample(0, 1.0)
    render(engine, 100)
    cancelled = [engine.play_sample_at(0, 1.0, frame) for frame in (600, 400, 500)]
    engine.stop_sample_at(0, 700)
    engine.cancel_scheduled()
    engine.play_sample_at(0, 1.0, 1000)
    drain()
    assert sorted(ended) == [(voice, 0, Reason.CANCELLED) for voice in cancelled]
    assert_same(render(engine, 2900), place(3000, (0, frames), (1000, frames))[100:])
    engine.cancel_scheduled()
    assert counters(engine)['started'] == 2


def test_no_more_events_wait_than_there_is_room_for(make_engine):
    engine = make_engine(n_events=4)
    assert make_engine().props.n_events == 4096
    fill(engine, 0, constant(10))
    for frame in (100, 200, 300):
        engine.play_sample_at(0, 1.0, frame)
    made = Flitzis.Trigger()
    made.frame, made.stop_frame = 400, 500
    with fails_with(Flitzis.EngineError.BUSY, 4):
        engine.play(made)
    engine.stop_sample_at(0, 400)
    for call in (lambda: engine.play_sample_at(0, 1.0, 500), lambda: engine.stop_sample_at(0, 500)):
        with fails_with(Flitzis.EngineError.BUSY, 4):
            call()
    assert engine.props.n_triggered == 3
    engine.play_sample(0, 1.0)
    render(engine, 201)
    engine.play(made)
    engine.cancel_scheduled()
    for frame in range(4):
        engine.play_sample_at(0, 1.0, 10000 + frame)


@pytest.mark.parametrize('sizes', ((8192,), (64,), (1, 3, 500, 2000),
                                   pytest.param((1,), marks=pytest.mark.slow)))
def test_a_hundred_thousand_events(make_engine, sizes):
    """Every onset on its frame, and the same bits however blocks are cut."""
    choose = random.Random(3)
    n_batch, span = 4000, 8192
    batches = [[choose.randrange(span) for _ in range(n_batch)] for _ in range(25)]
    expected = numpy.concatenate([numpy.bincount(batch, minlength=span) for batch in batches])
    expected = numpy.repeat(expected.astype('<f4')[:, None], 2, axis=1)
    engine = make_engine()
    fill(engine, 0, constant(1))

    def send(engine, batch):
        base = engine.props.position
        for frame in batch:
            engine.play_sample_at(0, 1.0, base + frame)
    events = [(i * span, lambda engine, batch=batch: send(engine, batch))
              for i, batch in enumerate(batches)]
    heard = perform(engine, events, len(batches) * span, iter(lambda: choose.choice(sizes), None))
    assert_same(heard, expected)
    assert (engine.props.n_started, engine.props.n_late) == (100000, 0)


# Properties


def test_every_setting_notifies_keeps_its_value_and_has_accessors(engine):
    slot, changes = engine.get_slot(0), []
    slot.connect('notify', lambda _slot, spec: changes.append(spec.name))
    for spec in slot.list_properties():
        if not spec.flags & GObject.ParamFlags.WRITABLE:
            continue
        accessor = spec.name.replace('-', '_')
        get, set_ = getattr(slot, f'get_{accessor}'), getattr(slot, f'set_{accessor}')
        assert get() == spec.default_value == slot.get_property(spec.name)
        if spec.value_type == GObject.TYPE_BOOLEAN:
            value = True
        elif spec.value_type.is_a(GObject.TYPE_ENUM):
            value = type(get())(1 - int(spec.default_value))
        else:
            value = spec.maximum if spec.maximum != spec.default_value else spec.minimum
        changes.clear()
        for _ in range(2):
            set_(value)
            slot.set_property(spec.name, value)
        drain()
        assert get() == slot.get_property(spec.name) == value
        assert changes == [spec.name]
        assert engine.get_slot(1).get_property(spec.name) == spec.default_value


def test_a_pad_that_nobody_has_set(engine):
    slot = engine.get_slot(0)
    values = {spec.name: slot.get_property(spec.name) for spec in slot.list_properties()
              if spec.flags & GObject.ParamFlags.WRITABLE}
    others = {'gain': 1.0, 'playback-rate': 1.0, 'release': 0.005, 'choke-release': 0.005,
              'interpolation': SINC, 'retrigger': Flitzis.Retrigger.OVERLAP,
              'quantize': Flitzis.Quantize.NONE, 'target-peak': -1.0}
    assert values == {name: others.get(name, 0) for name in values} and others.keys() < set(values)


@pytest.mark.parametrize('name, bad', (('pan', (-1.1, 1.1, math.nan)),
                                       ('playback-rate', (0.24, 4.1, 0.0, math.nan)),
                                       ('attack', (-0.1, 61.0, math.nan)),
                                       ('release', (-0.1, 61.0)), ('choke-release', (-0.1, 61.0)),
                                       ('loop-crossfade', (-0.1, 61.0))))
def test_a_setting_out_of_range_changes_nothing(engine, name, bad, capfd):
    slot = engine.get_slot(0)
    before = slot.get_property(name)
    for value in bad:
        with pytest.warns(GObject.Warning, match='invalid or out of range'):
            slot.set_property(name, value)
        getattr(slot, f'set_{name.replace("-", "_")}')(value)
    assert capfd.readouterr().err.count('CRITICAL') == len(bad)
    assert slot.get_property(name) == before


# Blocks


def enum_values(spec):
    """Finds the class by its name: what a spec says of it differs between PyGObject's releases."""
    enum = getattr(Flitzis, spec.value_type.name.removeprefix('Flitzis'))
    return [enum(info.get_value()) for info in enum.__info__.get_values()]


def any_setting(choose, spec):
    if spec.value_type == GObject.TYPE_BOOLEAN:
        return choose.random() < 0.5
    if spec.value_type.is_a(GObject.TYPE_ENUM):
        return choose.choice(enum_values(spec))
    if spec.value_type == GObject.TYPE_UINT64:
        return choose.choice((0, 1, 700, 2000, 3500))
    if spec.value_type.is_a(GObject.TYPE_DOUBLE):
        if spec.maximum == 60.0:
            return choose.choice((0.0, 0.001, 0.005, 0.02))
        return choose.choice((spec.default_value, choose.uniform(spec.minimum, spec.maximum)))
    return choose.choice((0, 1, 2))


def any_events(seed):
    """All that can be asked of pads and voices, on random frames."""
    choose = random.Random(seed)
    settings = [spec for spec in Flitzis.Slot.list_properties()
                if spec.flags & GObject.ParamFlags.WRITABLE]
    events = [put(noise(slot, 4000, 1 + slot % 2), slot, rate)
              for slot, rate in enumerate((48000, 48000, 44100, 22050))]

    def any_trigger(frame):
        return trigger_or_nothing(dict(
            slot=choose.randrange(4), velocity=choose.random(), gain=choose.uniform(0, 2),
            pan=choose.uniform(-1, 1), rate=choose.choice((1.0, choose.uniform(0.25, 4))),
            fade_in=choose.choice((-1.0, 0.0, 0.01)), loops=choose.randrange(4),
            frame=choose.choice((0, frame + choose.randrange(900))),
            stop_frame=choose.choice((0, frame + choose.randrange(900, 3000)))))

    def trigger_or_nothing(fields):
        def event(engine):
            made = Flitzis.Trigger()
            for name, value in fields.items():
                setattr(made, name, value)
            engine.play(made)
        return event

    frame, kinds = 0, []
    for i in range(400):
        frame += choose.choice((0, 0, 1, 5, 40, 100, 256, 333))
        voice, slot, spec = choose.randrange(1, i // 3 + 2), choose.randrange(4), \
            choose.choice(settings)
        value, verb = any_setting(choose, spec), choose.choice(VERBS)
        at = max(0, frame + choose.randrange(-20, 900))
        kinds = (
            (30, any_trigger(frame)),
            (30, lambda e, slot=slot, spec=spec, value=value:
                e.get_slot(slot).set_property(spec.name, value)),
            (20, lambda e, verb=verb, voice=voice: verb(e, voice)),
            (6, lambda e, slot=slot, at=at: e.play_sample_at(slot, 1.0, at)),
            (3, lambda e, slot=slot, at=at: e.stop_sample_at(slot, at)),
            (3, lambda e, slot=slot: e.stop_sample(slot)),
            (1, lambda e: e.cancel_scheduled()),
            (1, lambda e, seed=i: fill(e, slot, noise(seed, 3000))))
        weights, calls = zip(*kinds)
        events.append((frame, choose.choices(calls, weights)[0]))
    return events, frame + 5000


@pytest.mark.parametrize('seed', [
    *range(6), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(6, 100))])
@pytest.mark.parametrize('n_voices', (3, 32))
def test_the_split_into_blocks_does_not_show(make_engine, seed, n_voices):
    events, n_frames = any_events(seed)
    heard = hear(make_engine, events, n_frames, n_voices=n_voices)
    assert numpy.isfinite(heard).all() and numpy.abs(heard).max() > 0.1


# Languages: a trigger is filled by the names of its fields


PROGRAMS = {
    'python': """
import gi
gi.require_version('Flitzis', '1')
from gi.repository import Flitzis, GLib
engine = Flitzis.Engine()
engine.set_sample(3, Flitzis.Sample.new(GLib.Bytes.new(bytes(4000)), 1, 48000))
trigger = Flitzis.Trigger()
trigger.slot = 3
trigger.frame = 100
voice = engine.play(trigger)
engine.render(150)
print(voice, engine.get_voice_start_frame(voice), trigger.velocity, trigger.fade_in)
""",
    'gjs': """
import Flitzis from 'gi://Flitzis';
import GLib from 'gi://GLib';
const engine = new Flitzis.Engine();
engine.set_sample(3, Flitzis.Sample.new(new GLib.Bytes(new Uint8Array(4000)), 1, 48000));
const trigger = new Flitzis.Trigger({slot: 3, frame: 100});
const voice = engine.play(trigger);
engine.render(150);
print(voice, engine.get_voice_start_frame(voice), trigger.velocity, trigger.fade_in);
""",
    'vala': """
void main () {
    try {
        var engine = new Flitzis.Engine ();
        engine.set_sample (3, new Flitzis.Sample (new Bytes (new uint8[4000]), 1, 48000));
        var trigger = new Flitzis.Trigger () { slot = 3, frame = 100 };
        var voice = engine.play (trigger);
        engine.render (150);
        print ("%" + uint64.FORMAT + " %" + int64.FORMAT + " %g %g\\n", voice,
               engine.get_voice_start_frame (voice), trigger.velocity, trigger.fade_in);
    } catch (Error error) {
        print ("%s\\n", error.message);
    }
}
""",
    'c': """
#include <flitzis.h>
int
main (void)
{
  g_autoptr (FlitzisEngine) engine = flitzis_engine_new ();
  g_autoptr (GBytes) bytes = g_bytes_new_take (g_malloc0 (4000), 4000);
  g_autoptr (FlitzisSample) sample = flitzis_sample_new (bytes, 1, 48000, NULL);
  g_autoptr (FlitzisTrigger) trigger = flitzis_trigger_new ();
  g_autoptr (GBytes) sound = NULL;
  guint64 voice;

  flitzis_engine_set_sample (engine, 3, sample, NULL);
  trigger->slot = 3;
  trigger->frame = 100;
  voice = flitzis_engine_play (engine, trigger, NULL);
  sound = flitzis_engine_render (engine, 150, NULL);
  g_print ("%d %d %g %g\\n", (int) voice,
           (int) flitzis_engine_get_voice_start_frame (engine, voice), trigger->velocity,
           trigger->fade_in);
  return 0;
}
"""}


@pytest.mark.parametrize('language', PROGRAMS)
def test_a_trigger_in_each_language(language, build_dir, tmp_path):
    source = tmp_path / f'program.{language}'
    source.write_text(PROGRAMS[language])
    environment = os.environ | {'PKG_CONFIG_PATH': str(build_dir / 'meson-uninstalled')}

    def output_of(*command):
        result = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True,
                                text=True, timeout=60)
        assert (result.returncode, result.stderr) == (0, ''), result.stderr
        return result.stdout

    flags = output_of('pkg-config', '--cflags', '--libs', 'flitzis-1').split()
    if language == 'vala':
        output_of('valac', f'--vapidir={build_dir / "introspection"}', '--pkg=gio-2.0',
                  '--pkg=flitzis-1', *(f'--Xcc={flag}' for flag in ['-w', *flags]), '-o', 'program',
                  source)
    elif language == 'c':
        output_of('cc', '-Wall', '-Wextra', '-Werror', '-o', 'program', source, *flags)
    command = {'python': (sys.executable, source), 'gjs': ('gjs', '-m', source)}.get(
        language, (tmp_path / 'program',))
    voice, start, velocity, fade_in = map(float, output_of(*command).split())
    assert (voice, start, velocity, fade_in) == (1, 100, 1, -1)
