# SPDX-License-Identifier: LGPL-2.1-or-later
"""Moves that take their time: gains, pans and rates that tweens move. At 48 kHz, and offline but
for one test; the expected gains are arithmetic done here."""

import math
import random

import gi
import numpy
import pytest

gi.require_version('Flitzis', '1')
from gi.repository import Flitzis, GLib  # noqa: E402

from pipewire_daemon import CALM, without_silence  # noqa: E402
from test_live import one_of_many, run_out, same  # noqa: E402
from test_playing import FADE, constant, drain, fails_with, fill, noise, render  # noqa: E402

Curve, Parameter, Tween = Flitzis.Curve, Flitzis.Parameter, Flitzis.Tween
GAIN, PAN, RATE = Parameter.GAIN, Parameter.PAN, Parameter.RATE


def rising(x, a, b):
    return a + (b - a) * numpy.sin(x * math.pi / 2)


def falling(x, a, b):
    return b + (a - b) * numpy.cos(x * math.pi / 2)


FORMULAS = {
    Curve.LINEAR: lambda x, a, b: a + (b - a) * x,
    Curve.DECIBEL: lambda x, a, b: numpy.where(
        x < 1, numpy.clip(max(a, 1e-3) * (max(b, 1e-3) / max(a, 1e-3)) ** x, min(a, b), max(a, b)),
        b),
    Curve.SMOOTH: lambda x, a, b: a + (b - a) * (3 * x ** 2 - 2 * x ** 3),
    Curve.EQUAL_POWER: lambda x, a, b: (rising if b > a else falling)(x, a, b),
}


def places(n_frames):
    """How much of a move is over after each of its frames."""
    return numpy.arange(1, n_frames + 1) / n_frames


def play_looped(engine, slot=0, value=1.0):
    """A voice that sounds for ever, with the same value in each frame."""
    fill(engine, slot, constant(4800, value))
    engine.get_slot(slot).props.loop = True
    return engine.play_sample(slot, 1.0)


def heard(engine, n_frames, split=None):
    """The left side, rendered in blocks."""
    parts, left = [], n_frames
    while left:
        n = min(split(), left) if split else left
        parts.append(render(engine, n)[:, 0])
        left -= n
    return numpy.concatenate(parts)


SPLITS = {
    'whole': lambda seed: lambda: 10 ** 6,
    'frames': lambda seed: lambda: 1,
    'grid': lambda seed: lambda: 64,
    'hundreds': lambda seed: lambda: 100,
    'random': lambda seed: lambda chooser=random.Random(seed): chooser.randrange(1, 500),
}


# When


@pytest.mark.parametrize('split', SPLITS.values(), ids=SPLITS)
@pytest.mark.parametrize('frame, n_frames', [
    (1, 1), (7, 2), (63, 63), (64, 64), (65, 1000), (128, 1024), (333, 4801), (1000, 6400)])
@pytest.mark.parametrize('curve', FORMULAS)
def test_a_move_begins_and_ends_on_its_frames(engine, curve, frame, n_frames, split):
    play_looped(engine)
    engine.tween_slot(0, GAIN, 0.25, Tween(frame=frame, duration=n_frames / 48000, curve=curve))
    frames = heard(engine, frame + n_frames + 500, split(frame))
    assert (frames[:frame] == 1).all() and frames[frame] < 1
    assert (frames[frame + n_frames - 1:] == 0.25).all()
    assert frames[frame + n_frames - 2] > 0.25 or n_frames == 1
    expected = FORMULAS[curve](places(n_frames), 1.0, 0.25)
    assert numpy.abs(frames[frame:frame + n_frames] - expected).max() < 3e-3


@pytest.mark.parametrize('a, b', [(0.0, 1.0), (1.0, 0.0), (0.5, 2.0), (4.0, 0.001), (0.0, 0.0)])
@pytest.mark.parametrize('curve', FORMULAS)
def test_curves_are_their_formulas(engine, curve, a, b):
    """Over a second, to what a straight line over 64 frames may differ."""
    engine.get_slot(0).props.gain = a
    play_looped(engine)
    engine.tween_slot(0, GAIN, b, Tween(duration=1, curve=curve))
    frames = heard(engine, 48000)
    expected = FORMULAS[curve](places(48000), a, b)
    if curve != Curve.DECIBEL:
        assert numpy.abs(frames - expected).max() < 2e-5 * max(a, b, 1)
        return
    inside = slice(64, -64)  # the floor is reached in a step
    numpy.testing.assert_allclose(frames[inside], expected[inside], rtol=1e-4)
    assert frames[-1] == numpy.float32(b)


@pytest.mark.parametrize('rate', (8000, 44100, 192000))
def test_a_crossfade_keeps_its_power(make_engine, rate):
    """The gains of both, squared, sum up to 1 within 0.1 dB: that is the power of two noises."""
    for seconds in (0.01, 0.05, 3):
        engine = make_engine(sample_rate=rate, n_slots=2)
        n_frames = round(seconds * rate)
        gains = []
        for first in (0, 1):
            fill(engine, first, constant(rate), rate)
            engine.get_slot(first).props.loop = True
            engine.get_slot(first).props.gain = 1.0 - first
            engine.get_slot(first).props.release = 0.0
            tween = Tween(duration=seconds, curve=Curve.EQUAL_POWER)
            engine.play_sample(first, 1.0)
            engine.tween_slot(first, GAIN, float(first), tween)
            gains.append(heard(engine, n_frames).astype(float))
            engine.stop_all_samples()
            render(engine, rate // 10)
        power = 10 * numpy.log10(gains[0] ** 2 + gains[1] ** 2)
        assert numpy.abs(power).max() < 0.1


def test_a_crossfade_of_noise_keeps_its_power(engine):
    frames = [fill(engine, slot, noise(slot, 96000)) for slot in (0, 1)]
    engine.get_slot(1).props.gain = 0.0
    tween = Tween(duration=2, curve=Curve.EQUAL_POWER)
    for slot in (0, 1):
        engine.play_sample(slot, 1.0)
        engine.tween_slot(slot, GAIN, float(slot), tween)
    played = render(engine, 96000).astype(float)
    rise = rising(places(96000), 0.0, 1.0)[:, None]
    fall = falling(places(96000), 1.0, 0.0)[:, None]
    numpy.testing.assert_allclose(played, frames[0] * fall + frames[1] * rise, atol=1e-4)


def arrange(engine, make_frames):
    """Moves of all kinds, over one another, with settings and starts between."""
    for slot in range(3):
        fill(engine, slot, make_frames(slot))
        engine.get_slot(slot).props.loop = True
        engine.get_slot(slot).props.attack = 0.005
    voice = engine.play_sample(0, 1.0)
    engine.play_sample_at(1, 1.0, 500)
    engine.play_sample_at(2, 0.5, 1000)
    moves = [
        (0, GAIN, 0.1, Tween(frame=333, duration=0.05, curve=Curve.EQUAL_POWER)),
        (0, PAN, -1.0, Tween(frame=700, duration=0.03, curve=Curve.SMOOTH)),
        (1, RATE, 2.0, Tween(frame=900, duration=0.03, curve=Curve.DECIBEL)),
        (0, GAIN, 1.0, Tween(frame=1003, duration=0.001)),
        (0, GAIN, 0.4, Tween(frame=1603)),
        (2, GAIN, 0.0, Tween(frame=1203, duration=0.1, curve=Curve.DECIBEL)),
        (2, RATE, 0.5, Tween(frame=1500, duration=0.02)),
    ]
    for move in moves:
        engine.tween_slot(*move)
    engine.tween_engine(0.3, Tween(frame=400, duration=0.02, curve=Curve.DECIBEL))
    engine.tween_voice(voice, GAIN, 0.6, Tween(frame=1250, duration=0.03))
    engine.tween_voice(voice, PAN, 0.7, Tween(frame=650, beats=0.1))
    engine.tween_voice(voice, RATE, 1.5, Tween(frame=1100, duration=0.04, curve=Curve.SMOOTH))
    return voice


def play_arranged(engine, split, voice):
    parts = [heard(engine, 1501, split)]
    engine.get_slot(0).props.mute = True
    engine.get_slot(2).props.gain = 0.9
    engine.set_voice_gain(voice, 0.5)
    parts.append(heard(engine, 1717, split))
    engine.get_slot(0).props.mute = False
    engine.cancel_scheduled()
    engine.tween_engine(1.0, Tween(duration=0.02))
    parts.append(heard(engine, 4000, split))
    return numpy.concatenate(parts)


def test_blocks_of_any_size_have_the_same_bits(make_engine):
    played = []
    for split in SPLITS.values():
        engine = make_engine(n_slots=3)
        voice = arrange(engine, lambda slot: noise(slot, 30000))
        played.append(play_arranged(engine, split(3), voice))
    assert numpy.ptp(played[0]) > 0.1
    for frames in played[1:]:
        numpy.testing.assert_array_equal(frames, played[0])


@pytest.mark.parametrize('quantum', (256, CALM))
def test_moves_are_heard_as_render_has_them(pipewire, make_engine, quantum):
    pipewire.force(quantum=quantum)

    def prepare():
        engine = make_engine(n_slots=3)
        arrange(engine, lambda slot: noise(slot, 30000))
        for slot in range(3):
            engine.stop_sample_at(slot, 3500)
        return engine

    def take():
        engine = prepare()
        engine.start()
        run_out(engine)
        engine.stop()
    expected = without_silence(render(prepare(), 6000))
    assert 3000 < len(expected) < 4000
    one_of_many(pipewire, take, lambda heard: same(heard, expected), n_takes=3)


def test_nothing_jumps(make_engine):
    """Settings that change, and moves that replace or end others, take 5 ms."""
    engine = make_engine(n_slots=3)
    voice = arrange(engine, lambda slot: constant(30000, 0.3))
    frames = play_arranged(engine, SPLITS['hundreds'](0), voice)
    assert numpy.abs(numpy.diff(frames)).max() < 0.02


def test_other_settings_leave_a_move_alone(make_engine):
    """Voices ask after every change, and those on their way find nothing new."""
    played = []
    for is_busy in (False, True):
        engine = make_engine()
        voice = play_looped(engine)
        engine.tween_slot(0, GAIN, 0.0, Tween(frame=150, duration=0.1, curve=Curve.SMOOTH))
        engine.tween_voice(voice, PAN, 0.5, Tween(frame=1111, duration=0.1))
        parts = []
        for n in range(70):
            if is_busy:
                engine.get_slot(1).props.gain = n / 100
            parts.append(render(engine, 100))
        played.append(numpy.concatenate(parts))
    numpy.testing.assert_array_equal(*played)


def test_a_setting_that_changes_during_a_move_takes_5_ms(engine):
    """After these and the line to the next point, the voice is where the move is."""
    play_looped(engine)
    engine.tween_slot(0, GAIN, 0.0, Tween(duration=0.1))
    last = heard(engine, 1343)[-1:]
    engine.props.gain = 2.0
    frames = heard(engine, 4800 - 1343)
    expected = 2 - numpy.arange(1344, 4801) / 2400
    assert numpy.abs(numpy.diff(numpy.concatenate((last, frames)))).max() < 0.02
    settled = FADE + 64  # the next point after it
    assert numpy.abs(frames[settled:] - expected[settled:]).max() < 1e-5


def test_a_change_in_the_last_milliseconds_of_a_move_takes_no_longer(engine):
    play_looped(engine)
    engine.tween_slot(0, GAIN, 0.5, Tween(duration=0.01))
    last = heard(engine, 400)[-1:]
    engine.props.gain = 0.5
    frames = heard(engine, 1000)
    assert (frames[FADE - 1:] == 0.25).all()
    assert numpy.abs(numpy.diff(numpy.concatenate((last, frames)))).max() < 0.005


def test_a_move_without_a_length_is_that_of_a_setting(engine):
    play_looped(engine)
    engine.tween_slot(0, GAIN, 0.5, Tween(frame=100))
    frames = heard(engine, 1000)
    assert (frames[:100] == 1).all() and (frames[100 + FADE - 1:] == 0.5).all()
    assert (numpy.diff(frames[99:100 + FADE]) < 0).all()


def test_a_new_move_replaces_the_old_at_its_frame(engine):
    play_looped(engine)
    engine.tween_slot(0, GAIN, 0.0, Tween(duration=1))
    engine.tween_slot(0, GAIN, 1.0, Tween(frame=24000, duration=0.5))
    frames = heard(engine, 60000)
    assert frames.argmin() == 23999 and frames[23999] == pytest.approx(0.5, abs=1e-6)
    assert (frames[47999:] == 1).all() and frames[47998] < 1


def test_moves_multiply(engine):
    voice = play_looped(engine)
    tween = Tween(duration=0.1)
    engine.tween_engine(0.5, tween)
    engine.tween_slot(0, GAIN, 0.5, tween)
    engine.tween_voice(voice, GAIN, 0.5, tween)
    frames = heard(engine, 4800)
    expected = (1 - places(4800) / 2) ** 3
    assert numpy.abs(frames - expected).max() < 1e-4 and frames[-1] == 0.125


def test_voices_that_start_meanwhile_follow(engine):
    play_looped(engine)
    engine.tween_slot(0, GAIN, 0.0, Tween(duration=0.1))
    engine.play_sample_at(0, 1.0, 2345)
    frames = heard(engine, 4800)
    expected = 1 - places(4800)
    expected[2345:] *= 2
    assert numpy.abs(frames - expected).max() < 1e-3


def test_a_voice_that_starts_on_the_first_frame_of_a_move_begins_there(engine):
    fill(engine, 0, constant(4800))
    engine.tween_slot(0, GAIN, 0.0, Tween(duration=0.1))
    engine.play_sample_at(0, 1.0, 0)
    assert numpy.abs(heard(engine, 4800) - (1 - places(4800))).max() < 1e-5


def test_a_pan_and_a_rate_move(engine):
    voice = play_looped(engine)
    engine.tween_voice(voice, PAN, -1.0, Tween(duration=0.1))
    frames = render(engine, 4800)
    angle = (1 - places(4800)) * math.pi / 4
    assert numpy.abs(frames[:, 1] - math.sqrt(2) * numpy.sin(angle)).max() < 1e-3
    ramp = (numpy.arange(40000) / 40000).astype('<f4')[:, None]
    fill(engine, 1, ramp)
    moved = engine.play_sample(1, 1.0)
    engine.tween_voice(moved, RATE, 4.0, Tween(duration=0.1, curve=Curve.DECIBEL))
    render(engine, 4800)
    expected = (4 ** places(4800)).sum()
    assert engine.get_voice_position(moved) == pytest.approx(expected, abs=3)


# Beats


@pytest.mark.parametrize('tempo', (60, 133.333333, 174.5))
def test_a_move_waits_for_its_beat_and_ends_on_another(engine, tempo):
    clock = engine.props.clock
    clock.props.tempo = tempo
    clock.restart(100)
    play_looped(engine)
    for beat, beats in ((1, 1), (3, 0.5), (4 + 1 / 3, 2 / 3)):
        gain = engine.get_slot(0).props.gain
        start = clock.beat_to_frame(beat) - engine.props.position
        end = clock.beat_to_frame(beat + beats) - engine.props.position
        engine.tween_slot(0, GAIN, gain / 2, Tween(beat=beat, beats=beats))
        frames = heard(engine, end + 100)
        assert (frames[:start] == gain).all() and frames[start] < gain
        assert (frames[end - 1:] == gain / 2).all() and frames[end - 2] > gain / 2


def test_a_waiting_move_follows_the_tempo_and_a_moving_one_does_not(engine):
    clock = engine.props.clock
    clock.restart(0)
    play_looped(engine)
    engine.tween_slot(0, GAIN, 0.5, Tween(beat=2, beats=1))
    heard(engine, 24000)
    clock.props.tempo = 240
    start, end = 24000 + 12000, 24000 + 24000
    frames = heard(engine, 16000)
    assert frames[start - 24000 - 1] == 1 and frames[start - 24000] < 1
    clock.props.tempo = 60
    frames = heard(engine, 16000)
    assert frames[end - 40000 - 2] > 0.5 and (frames[end - 40000 - 1:] == 0.5).all()


def test_beats_without_a_clock_that_runs_are_those_of_its_tempo(engine):
    engine.props.clock.props.tempo = 60
    play_looped(engine)
    engine.tween_slot(0, GAIN, 0.5, Tween(beats=0.25))
    frames = heard(engine, 13000)
    assert frames[11998] > 0.5 and (frames[11999:] == 0.5).all()


def test_a_frame_that_has_passed_is_late(engine):
    play_looped(engine)
    render(engine, 1000)
    engine.tween_slot(0, GAIN, 0.5, Tween(frame=10, duration=0.01))
    frames = heard(engine, 1000)
    assert engine.props.n_late == 1
    assert frames[0] < 1 and frames[478] > 0.5 and (frames[479:] == 0.5).all()


def test_a_late_move_waits_for_the_next_block(engine):
    """Until then it has done nothing, and ends if it is cancelled or its setting is set."""
    slot = engine.get_slot(0)
    play_looped(engine)
    render(engine, 1000)
    engine.tween_slot(0, GAIN, 0.25, Tween(frame=10))
    engine.cancel_scheduled()
    assert slot.props.gain == 1
    engine.tween_slot(0, GAIN, 0.25, Tween(frame=10))
    slot.props.gain = 0.5
    assert (heard(engine, 1000)[FADE:] == 0.5).all() and slot.props.gain == 0.5
    assert engine.props.n_late == 2


def test_a_pause_holds_a_late_move_without_a_length(engine):
    play_looped(engine)
    render(engine, 1000)
    engine.props.paused = True
    render(engine, 1000)
    engine.tween_slot(0, GAIN, 0.25, Tween(frame=10))
    render(engine, 100)
    assert engine.get_slot(0).props.gain == 1
    engine.props.paused = False
    assert (heard(engine, 1000)[FADE:] == 0.25).all() and engine.get_slot(0).props.gain == 0.25


@pytest.mark.parametrize('position', (0, 1000))
def test_a_move_takes_a_voice_along_that_was_to_start_on_its_frame(engine, position):
    """What comes with one frame keeps the order of the calls, also with moves that name no frame or
    come late."""
    fill(engine, 0, constant(4800))
    render(engine, position)
    for frame in (0, 1) if position else (0,):
        engine.stop_all_samples()
        render(engine, 1000 if position else 0)
        voice = engine.play_sample_at(0, 1.0, engine.props.position)
        engine.tween_voice(voice, GAIN, 0.0, Tween(frame=frame, duration=0.1))
        assert numpy.abs(heard(engine, 2400) - (1 - places(4800)[:2400])).max() < 1e-5


def test_late_moves_of_a_setting_begin_in_the_order_of_the_calls(engine):
    play_looped(engine)
    render(engine, 1000)
    for gain, frame in ((0.5, 20), (0.25, 10)):
        engine.tween_slot(0, GAIN, gain, Tween(frame=frame))
    assert (heard(engine, 1000)[FADE:] == 0.25).all()


# Properties


THINGS = {
    'engine': (lambda engine: engine, 'gain', lambda engine, *more: engine.tween_engine(*more)),
    'gain': (lambda engine: engine.get_slot(0), 'gain',
             lambda engine, *more: engine.tween_slot(0, GAIN, *more)),
    'pan': (lambda engine: engine.get_slot(0), 'pan',
            lambda engine, *more: engine.tween_slot(0, PAN, *more)),
    'rate': (lambda engine: engine.get_slot(0), 'playback-rate',
             lambda engine, *more: engine.get_slot(0).tween(RATE, *more)),
}


@pytest.mark.parametrize('get, name, tween', THINGS.values(), ids=THINGS)
def test_the_property_follows_and_is_told_30_times_a_second(engine, get, name, tween):
    thing, told = get(engine), []
    before = thing.get_property(name)
    thing.connect(f'notify::{name}', lambda *_: told.append(thing.get_property(name)))
    tween(engine, 0.7, Tween(duration=2))
    for n in range(1, 301):
        render(engine, 480)
        expected = before + (0.7 - before) * min(n / 200, 1)
        assert thing.get_property(name) == pytest.approx(expected, abs=1e-12)
        drain()
    assert 55 <= len(told) <= 61 and told[-1] == 0.7 == thing.get_property(name)
    assert len(set(told)) == len(told)


@pytest.mark.parametrize('get, name, tween', THINGS.values(), ids=THINGS)
def test_the_end_is_told_however_the_rendering_stops(engine, get, name, tween):
    thing, told = get(engine), []
    thing.connect(f'notify::{name}', lambda *_: told.append(thing.get_property(name)))
    tween(engine, 0.7, Tween(frame=7, duration=0.01))
    render(engine, 487)
    drain()
    assert told == [0.7]


def test_a_property_is_told_no_more_often_when_other_moves_end(engine):
    told = []
    engine.get_slot(0).connect('notify::gain', lambda *_: told.append(True))
    engine.tween_slot(0, GAIN, 0.5, Tween(duration=2))
    for n in range(200):
        engine.tween_slot(1, GAIN, n % 2 / 2, Tween())
        render(engine, 480)
        drain()
    assert 55 <= len(told) <= 61


@pytest.mark.parametrize('get, name, tween', THINGS.values(), ids=THINGS)
def test_a_move_back_to_what_was_before_a_setting_is_told(engine, get, name, tween):
    thing, told = get(engine), []
    before = thing.get_property(name)
    thing.set_property(name, 0.7)
    thing.connect(f'notify::{name}', lambda *_: told.append(thing.get_property(name)))
    tween(engine, before, Tween())
    render(engine, 480)
    drain()
    assert told == [before]


@pytest.mark.parametrize('get, name, tween', THINGS.values(), ids=THINGS)
def test_a_setting_that_is_set_ends_its_move(engine, get, name, tween):
    """Also to the value that it has, and before the first block; never what waits."""
    thing = get(engine)
    voice = play_looped(engine)
    for n_frames in (0, 480, 500, 4799):
        thing.set_property(name, 1.0)
        tween(engine, 0.5, Tween(duration=0.1))
        if n_frames:
            render(engine, n_frames)
        present = thing.get_property(name)
        thing.set_property(name, present)
        frames = heard(engine, 6000)
        assert thing.get_property(name) == present
        assert numpy.ptp(frames[FADE:]) < 1e-6
    tween(engine, 0.5, Tween(frame=engine.props.position + 100, duration=0.1))
    thing.set_property(name, 0.9)
    render(engine, 5000)
    assert thing.get_property(name) == 0.5
    thing.set_property(name, 0.8)
    assert thing.get_property(name) == 0.8
    render(engine, 1000)
    assert thing.get_property(name) == 0.8 and engine.get_voice_position(voice) >= 0


def test_a_late_move_begins_where_its_setting_was_set(engine):
    """And not where the move is that this has ended."""
    engine.tween_slot(0, GAIN, 0.0, Tween(duration=0.1))
    render(engine, 2400)
    engine.get_slot(0).props.gain = 0.9
    engine.tween_slot(0, GAIN, 0.5, Tween(frame=1, duration=0.1))
    render(engine, 2400)
    assert engine.get_slot(0).props.gain == pytest.approx(0.7)


def test_a_voice_that_is_set_ends_its_move(engine):
    voice = play_looped(engine)
    for n_frames in (0, 480):
        engine.set_voice_gain(voice, 1.0)
        render(engine, 480)
        engine.tween_voice(voice, GAIN, 0.0, Tween(duration=0.1))
        if n_frames:
            render(engine, n_frames)
        engine.set_voice_gain(voice, 0.75)
        assert (heard(engine, 6000)[FADE:] == 0.75).all()


@pytest.mark.parametrize('get, name, tween', THINGS.values(), ids=THINGS)
def test_cancelled_moves_stand_and_those_that_wait_do_nothing(engine, get, name, tween):
    thing = get(engine)
    thing.set_property(name, 1.0)
    play_looped(engine)
    tween(engine, 0.5, Tween(duration=0.1))
    tween(engine, 0.6, Tween(frame=3000, duration=0.1))
    tween(engine, 0.7, Tween(beat=9, duration=0.1))
    render(engine, 2400)
    engine.cancel_scheduled()
    engine.props.clock.restart(2400)
    frames = heard(engine, 9 * 24000 + 4800)
    assert thing.get_property(name) == 0.75
    assert numpy.ptp(frames[FADE:]) < 1e-6
    assert name != 'gain' or frames[-1] == 0.75


def test_a_pause_holds_all_moves(engine):
    play_looped(engine)
    engine.tween_slot(0, GAIN, 0.0, Tween(duration=0.1))
    render(engine, 1000)
    engine.props.paused = True
    render(engine, 10000)
    position, gain = engine.props.position, engine.get_slot(0).props.gain
    assert gain == pytest.approx(1 - position / 4800)
    engine.props.paused = False
    frames = heard(engine, 4800 - position)
    expected = 1 - (position + numpy.arange(1, 4801 - position)) / 4800
    assert numpy.abs(frames[FADE:] - expected[FADE:]).max() < 1e-3 and frames[-1] == 0


def test_a_paused_voice_goes_on_where_its_move_is(engine):
    voice = play_looped(engine)
    engine.tween_slot(0, GAIN, 0.0, Tween(duration=0.1))
    render(engine, 100)
    engine.pause_voice(voice)
    render(engine, 2300)
    engine.resume_voice(voice)
    frames = heard(engine, 2400)
    expected = 1 - (2400 + numpy.arange(1, 2401)) / 4800
    assert numpy.abs(frames[FADE:] - expected[FADE:]).max() < 1e-3


# Limits


def test_a_tween_is_an_event_until_it_has_ended(make_engine):
    engine = make_engine(n_events=2)
    engine.tween_slot(0, GAIN, 0.0, Tween(duration=0.1))
    engine.tween_slot(1, GAIN, 0.0, Tween(frame=4800, duration=0.1))

    def is_full():
        with fails_with(Flitzis.EngineError.BUSY, 'slot 2', '2 events'):
            engine.tween_slot(2, GAIN, 0.0, Tween())
        with fails_with(Flitzis.EngineError.BUSY):
            engine.play_sample_at(0, 1.0, 10 ** 6)
    is_full()
    render(engine, 4700)
    is_full()
    render(engine, 200)
    assert engine.tween_slot(2, GAIN, 0.0, Tween(frame=10 ** 6))
    is_full()
    engine.cancel_scheduled()
    render(engine, 64)
    assert engine.tween_slot(2, GAIN, 0.0, Tween()) and engine.tween_slot(3, GAIN, 0.0, Tween())


def test_a_tween_that_has_ended_is_no_event(make_engine):
    """Also one that was replaced, and one that was ended by its property."""
    engine = make_engine(n_events=1)
    for _ in range(2):
        assert engine.tween_slot(0, GAIN, 0.0, Tween(duration=0.1))
        render(engine, 4800)
        render(engine, 1)
    engine = make_engine(n_events=2)
    for _ in range(4):
        assert engine.tween_slot(0, GAIN, 0.0, Tween(duration=9))
        render(engine, 1)
    for _ in range(4):
        engine.get_slot(0).props.gain = 1.0
        render(engine, 1)
        assert engine.tween_slot(0, GAIN, 0.0, Tween(duration=9))
        assert engine.tween_slot(1, GAIN, 0.0, Tween(frame=10 ** 6))
        engine.cancel_scheduled()
        render(engine, 1)


def test_what_stops_later_leaves_a_move_alone_that_came_after_a_cancel(engine):
    play_looped(engine)
    engine.cancel_scheduled()
    engine.tween_slot(0, GAIN, 0.0, Tween(duration=0.1))
    waiting = engine.play_sample_at(0, 1.0, 10 ** 6)
    render(engine, 1200)
    engine.stop_voice(waiting)
    render(engine, 1200)
    assert engine.get_slot(0).props.gain == 0.5


def test_ten_thousand_wait(make_engine):
    engine = make_engine(n_events=16384)
    for n in range(10000):
        engine.tween_slot(n % 32, GAIN, 0.5, Tween(frame=10 ** 6 + n, duration=1))
    render(engine, 1000)
    engine.cancel_scheduled()
    for _ in range(10):
        render(engine, 64)
    for n in range(16384):
        engine.tween_slot(n % 32, GAIN, 0.5, Tween(frame=10 ** 6 + n, duration=1))
    with fails_with(Flitzis.EngineError.BUSY, '16384'):
        engine.tween_slot(0, GAIN, 0.5, Tween(duration=1))


@pytest.mark.parametrize('parameter, values', [
    (GAIN, (-0.1, 16.1, math.nan, math.inf)), (PAN, (-1.1, 1.1, math.nan)),
    (RATE, (0.24, 4.1, math.nan, 0.0))])
def test_values_out_of_range(engine, parameter, values):
    voice = play_looped(engine)
    for value in values:
        for call, *more in ((engine.tween_slot, 0), (engine.tween_voice, voice),
                            (engine.tween_voice, voice + 1)):
            with fails_with(Flitzis.EngineError.INVALID_VALUE):
                call(*more, parameter, value, Tween())
        if parameter == GAIN:
            with fails_with(Flitzis.EngineError.INVALID_VALUE):
                engine.tween_engine(value, Tween())
    assert (heard(engine, 100) == 1).all()


@pytest.mark.parametrize('fields', [
    {'duration': math.nan}, {'duration': 86401.0}, {'duration': math.inf}, {'beats': math.nan},
    {'beats': 1e6 + 1}, {'beat': 2.0 ** 32}, {'beat': -math.inf}, {'frame': 3, 'beat': 3},
    {'duration': 1, 'beats': 1}], ids=str)
def test_fields_out_of_range(engine, fields):
    with fails_with(Flitzis.EngineError.INVALID_VALUE, 'slot 0'):
        engine.tween_slot(0, GAIN, 0.5, Tween(**fields))
    with fails_with(Flitzis.EngineError.INVALID_VALUE, 'the gain'):
        engine.tween_engine(0.5, Tween(**fields))


def test_what_there_is_not(engine):
    with fails_with(Flitzis.EngineError.INVALID_SLOT, 32):
        engine.tween_slot(32, GAIN, 0.5, Tween())
    with fails_with(Flitzis.EngineError.INVALID_VALUE, 'pan', 'decibels'):
        engine.tween_slot(0, PAN, 0.5, Tween(curve=Curve.DECIBEL))
    with fails_with(Flitzis.EngineError.INVALID_SLOT):
        Flitzis.Slot().tween(GAIN, 0.5, Tween())
    for voice in (0, 1, 2 ** 63):
        assert engine.tween_voice(voice, GAIN, 0.5, Tween(duration=1))


def test_a_voice_that_ends_takes_its_move_with_it(make_engine):
    """The next voice in its place starts anew, and the event is free."""
    engine = make_engine(n_voices=1, n_events=1)
    voice = play_looped(engine)
    engine.tween_voice(voice, GAIN, 0.0, Tween(duration=1))
    render(engine, 480)
    engine.stop_voice(voice)
    render(engine, 480)
    voice = engine.play_sample(0, 1.0)
    assert (heard(engine, 480) == 1).all()
    assert engine.tween_voice(voice, GAIN, 0.0, Tween(duration=1))


@pytest.mark.parametrize('moves', (False, True))
def test_a_voice_in_the_place_of_another_starts_anew(make_engine, moves):
    """In the block in which it steals the other one, and also if it has a move of its own."""
    engine = make_engine(n_voices=1)
    engine.tween_voice(play_looped(engine), GAIN, 0.0, Tween(duration=1))
    render(engine, 24000)
    voice = engine.play_sample(0, 1.0)
    if moves:
        engine.tween_voice(voice, GAIN, 0.5, Tween(duration=0.1))
    frames = [heard(engine, 480)]
    engine.get_slot(1).props.gain = 0.5  # each voice looks whether this is for it
    frames = numpy.concatenate([*frames, heard(engine, 4320)])
    expected = 1 - places(4800) * moves / 2
    assert numpy.abs(frames - expected)[FADE:].max() < 1e-5


def test_a_move_without_a_voice_goes_on(engine):
    engine.tween_slot(0, GAIN, 0.0, Tween(duration=0.1))
    render(engine, 2400)
    assert engine.get_slot(0).props.gain == 0.5
    play_looped(engine)
    frames = heard(engine, 2400)
    assert frames[0] == pytest.approx(0.5, abs=1e-3) and frames[-1] == 0
