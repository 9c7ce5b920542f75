# SPDX-License-Identifier: LGPL-2.1-or-later
"""Playing, without a sound server: what `render` computes, to the bit, and what is counted and told
about it. The expected sound is arithmetic in 32-bit floats done here."""

import contextlib
import itertools
import math
import random
import re
import subprocess
import sys
import warnings

import gi
import numpy
import pytest

gi.require_version('Flitzis', '1')
from gi.repository import Flitzis, Gio, GLib, GObject

from pipewire_daemon import numpy_of

FADE = 240  # frames: 5 ms at 48 kHz
BAD_SLOTS = (32, 33, 2 ** 32 - 1)
BAD_VELOCITIES = (-0.1, 1.1, -1e-9, math.nan, math.inf, -math.inf)

Reason = Flitzis.EndReason
Steal = Flitzis.Steal


def noise(seed, n_frames, n_channels=2):
    values = numpy.random.default_rng(seed).uniform(-0.5, 0.5, (n_frames, n_channels))
    return values.astype('<f4')


def constant(n_frames, value=1.0):
    return numpy.full((n_frames, 1), value, '<f4')


def make_sample(frames, rate=48000):
    return Flitzis.Sample.new(GLib.Bytes.new(frames.tobytes()), frames.shape[1], rate)


def fill(engine, slot, frames, rate=48000):
    """Puts frames into a slot; returns them as the engine shall sound at gain 1, in stereo."""
    assert engine.set_sample(slot, make_sample(frames, rate))
    return stereo(frames)


def stereo(frames):
    return numpy.repeat(frames, 2, axis=1) if frames.shape[1] == 1 else frames


def render(engine, n_frames):
    frames = numpy_of(engine.render(n_frames))
    assert frames.shape == (n_frames, 2)
    return frames


def gain_of(slot_gain, velocity, engine_gain):
    return numpy.float32(slot_gain * velocity * engine_gain)


def fading(n_frames=FADE, first=1):
    """The factors of a fade, from its frame `first` on."""
    return moving(1, 0, n_frames)[first - 1:]


def moving(start, end, n_frames=FADE):
    """The gains on the way from one to another; the last is the end exactly."""
    start, end = numpy.float32(start), numpy.float32(end)
    step = (end - start) / numpy.float32(n_frames)
    gains = start + step * numpy.arange(1, n_frames + 1, dtype='<f4')
    gains[-1] = end
    return gains[:, None]


def place(n_frames, *parts):
    """Silence, and (onset, frames) added to it one after the other as the mixer adds."""
    out = numpy.zeros((n_frames, 2), '<f4')
    for onset, frames in parts:
        part = out[onset:onset + len(frames)]
        part += frames[:len(part)]
    return out


def assert_same(heard, expected):
    """The same bits; says where they part."""
    assert heard.dtype == expected.dtype == numpy.float32
    assert heard.shape == expected.shape
    different = numpy.flatnonzero((heard.view('<u4') != expected.view('<u4')).any(axis=1))
    if different.size:
        at = different[0]
        raise AssertionError(f'{different.size} of {len(heard)} frames differ, first {at}: '
                             f'{heard[at]} instead of {expected[at]}')


def drain():
    """Runs the default main context until nothing is left to do."""
    while GLib.MainContext.default().iteration(False):
        pass


def watch(engine):
    """The voices that ended, as (voice, slot, reason), in a list that grows."""
    ended = []
    engine.connect('voice-ended', lambda _engine, *voice: ended.append(voice))
    return ended


def counters(engine):
    return {name: engine.get_property(f'n-{name}')
            for name in ('triggered', 'started', 'stolen', 'rejected', 'dropped')}


@contextlib.contextmanager
def fails_with(code, *words):
    """An error of the engine with this code, whose message has these words."""
    with pytest.raises(GLib.Error) as raised:
        yield
    assert raised.value.matches(Flitzis.engine_error_quark(), code), raised.value
    for word in words:
        assert str(word) in raised.value.message


# One-shots


@pytest.mark.parametrize('n_channels', (1, 2))
@pytest.mark.parametrize('gains', ((1.0, 1.0, 1.0), (0.7, 0.3, 1.9), (16.0, 0.001, 0.1),
                                   (1 / 3, 1.0, 1.0), (1.0, 0.0, 1.0)))
def test_a_one_shot_is_exact_to_the_bit(engine, n_channels, gains):
    """The gain is one product in double, rounded once; a mono sample goes to both sides."""
    slot_gain, velocity, engine_gain = gains
    frames = fill(engine, 5, noise(1, 3000, n_channels))
    engine.get_slot(5).props.gain = slot_gain
    engine.props.gain = engine_gain
    assert engine.play_sample(5, velocity) > 0
    assert_same(render(engine, 3100), place(3100, (0, gain_of(*gains) * frames)))


def test_the_frames_go_out_as_they_are(engine):
    """At gain 1 the smallest and the largest value come out unchanged: nothing clips."""
    extremes = [[2.0 ** -126, -2.0 ** -126], [2.0 ** 100, -2.0 ** 100], [1.5, -7.0]]
    frames = fill(engine, 0, numpy.array(extremes, '<f4'))
    engine.play_sample(0, 1.0)
    assert_same(render(engine, 3), frames)


def test_voices_are_added_in_the_order_of_their_ids(engine):
    """Float addition rounds, so the order shows: it is that of the triggers, whatever the slots are
    and whichever voices ended before."""
    n_frames = 2000
    short = fill(engine, 31, noise(9, 100))
    sounds = {slot: fill(engine, slot, noise(slot, n_frames) * numpy.float32(10.0 ** exponent))
              for slot, exponent in ((7, 0), (2, 3), (19, -2), (0, 1))}
    # voices that end out of order, so that whatever they leave behind is not in order either
    for slot in (31, 7, 31, 31):
        engine.play_sample(slot, 1.0)
    assert_same(render(engine, 200), place(200, *[
        (0, sound) for sound in (short, sounds[7][:200], short, short)]))
    order = (19, 7, 0, 2, 7)
    for slot in order:
        engine.play_sample(slot, 1.0)
    heard = render(engine, 1800)
    parts = [sounds[7][200:]] + [sounds[slot][:1800] for slot in order]
    assert_same(heard, place(1800, *[(0, part) for part in parts]))
    assert not numpy.array_equal(heard, place(1800, *[(0, part) for part in reversed(parts)]))


def test_a_voice_starts_with_the_next_block(engine):
    frames = fill(engine, 0, noise(1, 500))
    expected = []
    for onset in (0, 1, 8, 71, 1095):
        render(engine, onset - engine.props.position)
        engine.play_sample(0, 1.0)
        expected.append((onset, frames))
    tail = render(engine, 505)
    assert_same(tail, place(1600, *expected)[1095:])


@pytest.mark.parametrize('n_frames', (1, 2, 255, 256, 257, 1023, 1024, 1025, 5000))
def test_a_sample_sounds_to_its_last_frame(engine, n_frames):
    """And not one frame more, wherever blocks end."""
    frames = fill(engine, 0, noise(n_frames, n_frames))
    engine.play_sample(0, 1.0)
    assert_same(render(engine, n_frames + 300), place(n_frames + 300, (0, frames)))
    assert engine.props.n_playing == 0


def test_one_sample_sounds_in_two_slots_and_two_engines(make_engine):
    sample, frames = make_sample(noise(1, 700)), noise(1, 700)
    engines = make_engine(), make_engine()
    for engine in engines:
        for slot in (0, 1):
            engine.set_sample(slot, sample)
            engine.play_sample(slot, 1.0)
    for engine in engines:
        assert_same(render(engine, 700), place(700, (0, frames), (0, frames)))


def test_voices_have_ids_from_1_that_are_never_used_again(make_engine):
    """Across slots, ends, thefts and stops, and far beyond the number of voices there can be."""
    engine = make_engine(n_voices=3)
    fill(engine, 0, noise(1, 10))
    fill(engine, 4, noise(1, 1000))
    voices = []
    for i in range(10000):
        voices.append(engine.play_sample(0 if i % 3 else 4, 0.5))
        if i % 7 == 0:
            engine.stop_all_samples()
        if i % 11 == 0:
            render(engine, 20)
    assert voices[0] == 1
    assert all(before < after for before, after in itertools.pairwise(voices))


# What a trigger may not be


@pytest.mark.parametrize('slot', BAD_SLOTS)
def test_a_slot_that_is_not_there_is_an_error(engine, slot):
    fill(engine, 0, noise(1, 10))
    verbs = (lambda: engine.play_sample(slot, 1.0), lambda: engine.stop_sample(slot),
             lambda: engine.unload_sample(slot), lambda: engine.set_sample(slot, None),
             lambda: engine.set_sample(slot, make_sample(noise(1, 10))))
    for verb in verbs:
        with fails_with(Flitzis.EngineError.INVALID_SLOT, slot):
            verb()
    assert engine.get_slot(slot) is None
    assert set(counters(engine).values()) == {0}
    assert not render(engine, 100).any()


@pytest.mark.parametrize('velocity', BAD_VELOCITIES)
@pytest.mark.parametrize('slot', (0, 1))
def test_a_velocity_out_of_range_starts_nothing(engine, velocity, slot):
    """In a slot that is filled, and in one that is empty."""
    ended = watch(engine)
    fill(engine, 0, noise(1, 10))
    with fails_with(Flitzis.EngineError.INVALID_VALUE, slot):
        engine.play_sample(slot, velocity)
    drain()
    assert (engine.props.n_playing, engine.get_slot(slot).props.playing, ended) == (0, False, [])
    assert set(counters(engine).values()) == {0}
    assert not render(engine, 100).any()
    assert engine.play_sample(0, 1.0) == 1


def test_an_empty_slot_is_no_error_and_nothing_happens(engine):
    ended = watch(engine)
    assert engine.play_sample(3, 1.0) == 0
    fill(engine, 3, noise(1, 10))
    engine.unload_sample(3)
    assert engine.play_sample(3, 1.0) == 0
    engine.stop_sample(3)
    assert engine.unload_sample(3)
    drain()
    assert not render(engine, 100).any()
    assert set(counters(engine).values()) == {0}
    assert ended == []


# How many sound at once


@pytest.mark.parametrize('n_voices', (1, 2, 32))
@pytest.mark.parametrize('steal', (Steal.OLDEST, Steal.QUIETEST, Steal.REJECT),
                         ids=lambda steal: steal.value_nick)
def test_no_more_voices_sound_than_there_are(make_engine, n_voices, steal):
    """32 by default. What happens to the next is the user's choice; all of it is counted."""
    engine = make_engine() if n_voices == 32 else make_engine(n_voices=n_voices)
    assert engine.props.n_voices == n_voices
    engine.props.steal = steal
    ended = watch(engine)
    fill(engine, 0, constant(4000))
    velocities = [random.Random(i).random() for i in range(n_voices + 9)]
    sounding, gone = [], []
    for i, velocity in enumerate(velocities):
        voice = engine.play_sample(0, velocity)
        render(engine, 3)
        if len(sounding) == n_voices:
            if steal == Steal.REJECT:
                gone.append((voice, 0, Reason.REJECTED))
                continue
            victim = min(sounding) if steal == Steal.OLDEST else min(
                sounding, key=lambda voice: velocities[voice - 1])
            sounding.remove(victim)
            gone.append((victim, 0, Reason.STOLEN))
        sounding.append(voice)
        assert engine.props.n_playing == len(sounding) <= n_voices
    drain()
    assert ended == gone
    n = len(velocities)
    n_lost = n - n_voices
    assert counters(engine) == {
        'triggered': n, 'dropped': 0,
        'started': n_voices if steal == Steal.REJECT else n,
        'stolen': 0 if steal == Steal.REJECT else n_lost,
        'rejected': n_lost if steal == Steal.REJECT else 0}
    # only the survivors are heard once the fades are over
    render(engine, FADE)
    total = sum(velocities[voice - 1] for voice in sounding)
    assert render(engine, 1)[0, 0] == pytest.approx(total, rel=1e-5)


def test_a_rejected_trigger_changes_no_sound(make_engine):
    engine = make_engine(n_voices=1)
    engine.props.steal = Steal.REJECT
    frames = fill(engine, 0, noise(1, 1000))
    engine.play_sample(0, 1.0)
    heard = [render(engine, 300)]
    assert engine.play_sample(0, 1.0) > 0
    heard.append(render(engine, 800))
    assert_same(numpy.concatenate(heard), place(1100, (0, frames)))


@pytest.mark.parametrize('steal', (Steal.OLDEST, Steal.QUIETEST, Steal.REJECT),
                         ids=lambda steal: steal.value_nick)
def test_what_is_choked_makes_room_for_what_chokes_it(make_engine, steal):
    """Nothing else has to go for it, and nothing is choked for what is rejected all the same."""
    engine = make_engine(n_voices=2)
    engine.props.steal = steal
    ended = watch(engine)
    for slot in range(3):
        fill(engine, slot, constant(9000))
    for slot in (1, 2):
        engine.get_slot(slot).props.choke_group = 1
        engine.get_slot(slot).props.choke_release = 0.1
    oldest, choked = engine.play_sample(0, 0.1), engine.play_sample(1, 1.0)
    render(engine, 10)
    engine.play_sample(2, 1.0)
    render(engine, FADE)
    assert render(engine, 1)[0, 0] == pytest.approx(1.1)
    drain()
    assert ended == [(choked, 1, Reason.CHOKED)]
    assert engine.props.n_stolen == engine.props.n_rejected == 0


def test_the_quietest_goes_by_what_is_heard(make_engine):
    """Gain times velocity, at the point where a gain that moves has come to; among equals the
    oldest."""
    engine = make_engine(n_voices=3)
    engine.props.steal = Steal.QUIETEST
    ended = watch(engine)
    for slot in range(4):
        fill(engine, slot, constant(9000))
    engine.get_slot(0).props.gain = 0.1
    loud_but_low, soft, softer = (engine.play_sample(slot, velocity)
                                  for slot, velocity in ((0, 1.0), (1, 0.3), (2, 0.2)))
    render(engine, 10)
    equal = engine.play_sample(3, 0.2)
    render(engine, 10)
    assert engine.play_sample(3, 1.0)
    engine.get_slot(1).props.gain = 0.0  # 0.3 falls below the last 0.2 when a third of it is left
    render(engine, 60)
    assert engine.play_sample(3, 0.9)
    render(engine, FADE)
    fading_in = engine.play_sample(3, 0.0)
    drain()
    assert [voice for voice, _slot, _reason in ended] == [loud_but_low, softer, equal, soft]
    assert fading_in and {reason for *_voice, reason in ended} == {Reason.STOLEN}


def test_counters_and_ends_agree(make_engine):
    """Every trigger is started or rejected, every start ends, once, for one reason."""
    engine = make_engine(n_slots=4, n_voices=5)
    ended = watch(engine)
    choose = random.Random(1)
    for slot in range(4):
        fill(engine, slot, noise(slot, 200 + 300 * slot))
    voices = []
    for _ in range(1500):
        voices.append(engine.play_sample(choose.randrange(4), choose.random()))
        match choose.randrange(12):
            case 0:
                engine.stop_voice(choose.choice(voices))
            case 1:
                engine.stop_sample(choose.randrange(4))
            case 2:
                slot = choose.randrange(4)
                fill(engine, slot, noise(slot, 500))
            case 3:
                engine.props.steal = choose.choice((Steal.OLDEST, Steal.QUIETEST, Steal.REJECT))
            case 4 | 5 | 6:
                render(engine, choose.randrange(200))
        drain()
        assert engine.props.n_playing <= 5
        assert engine.props.n_started - len(
            [reason for *_voice, reason in ended if reason != Reason.REJECTED]
        ) == engine.props.n_playing
    render(engine, 2000)
    drain()
    assert 0 not in voices
    assert sorted(voice for voice, *_ in ended) == voices
    reasons = [reason for *_voice, reason in ended]
    assert set(reasons) == {Reason.FINISHED, Reason.STOPPED, Reason.STOLEN, Reason.UNLOADED,
                            Reason.REJECTED}
    n_rejected, n_stolen = reasons.count(Reason.REJECTED), reasons.count(Reason.STOLEN)
    assert counters(engine) == {'triggered': 1500, 'started': 1500 - n_rejected, 'dropped': 0,
                                'rejected': n_rejected, 'stolen': n_stolen}


def test_a_voice_ends_with_its_slot_and_reason(make_engine):
    """In the order of the ends, on the main context and never within a call."""
    engine = make_engine(n_voices=2)
    ended = watch(engine)
    for slot in (3, 4, 5):
        fill(engine, slot, noise(slot, 1000))
    finished = engine.play_sample(3, 1.0)
    render(engine, 1000)
    stopped, unloaded = engine.play_sample(4, 1.0), engine.play_sample(5, 1.0)
    render(engine, 1)
    engine.stop_sample(4)
    engine.unload_sample(5)
    stolen, replaced, last = (engine.play_sample(slot, 1.0) for slot in (3, 4, 4))
    render(engine, 1)
    fill(engine, 4, noise(1, 10))
    render(engine, 1)
    assert ended == []
    drain()
    assert ended[:4] == [(finished, 3, Reason.FINISHED), (stopped, 4, Reason.STOPPED),
                         (unloaded, 5, Reason.UNLOADED), (stolen, 3, Reason.STOLEN)]
    assert sorted(ended[4:]) == [(replaced, 4, Reason.UNLOADED), (last, 4, Reason.UNLOADED)]
    del ended[:]
    render(engine, 2000)
    drain()
    assert ended == []


def test_ends_are_told_block_by_block(engine):
    """Not in the order of the triggers; within one block the order is open."""
    ended = watch(engine)
    lengths = (200, 100, 1500, 150, 700, 3)
    for slot, n_frames in enumerate(lengths):
        fill(engine, slot, noise(slot, n_frames))
        engine.play_sample(slot, 1.0)
    for end in sorted(lengths):
        render(engine, end - engine.props.position)
    drain()
    assert [lengths[slot] for _voice, slot, _reason in ended] == sorted(lengths)


def test_a_handler_may_trigger_the_next_voice(engine, iterate):
    """A voice that ends at once does not keep the main context from ever coming back."""
    fill(engine, 0, noise(1, 1))
    ended = []

    def again(engine, *_voice):
        ended.append(engine.play_sample(0, 1.0))
        engine.stop_all_samples()
    engine.connect('voice-ended', again)
    engine.play_sample(0, 1.0)
    engine.stop_all_samples()
    iterate(lambda: len(ended) >= 100)


# Stops and their fades


@pytest.fixture
def three(engine):
    """Two voices of slot 1 and one of slot 2 that sound since 100 frames."""
    sounds = {slot: fill(engine, slot, noise(slot, 5000)) for slot in (1, 2)}
    voices = [engine.play_sample(slot, 1.0) for slot in (1, 1, 2)]
    render(engine, 100)
    return sounds, voices


def later(sound, n_frames=600):
    return sound[100:100 + n_frames]


def faded(sound, at=100, n_frames=FADE):
    """What is left of a sound whose fade begins at its frame `at`."""
    return fading(n_frames) * sound[at:at + n_frames]


def test_stop_voice_stops_that_voice(engine, three):
    sounds, (first, second, third) = three
    engine.stop_voice(first)
    assert engine.props.n_playing == 2
    # fades come out after the voices
    assert_same(render(engine, 600), place(600, (0, later(sounds[1])), (0, later(sounds[2])),
                                           (0, faded(sounds[1]))))


def test_stop_sample_stops_the_voices_of_its_slot(engine, three):
    sounds, _voices = three
    engine.stop_sample(1)
    assert engine.props.n_playing == 1
    fade = faded(sounds[1])
    assert_same(render(engine, 600), place(600, (0, later(sounds[2])), (0, fade + fade)))


def test_stop_all_samples_stops_every_voice(engine, three):
    sounds, _voices = three
    ended = watch(engine)
    engine.stop_all_samples()
    assert engine.props.n_playing == 0
    fade = faded(sounds[1])
    assert_same(render(engine, 600), place(600, (0, fade + fade + faded(sounds[2]))))
    drain()
    assert {reason for *_voice, reason in ended} == {Reason.STOPPED}
    # the next trigger is not concerned
    engine.play_sample(2, 1.0)
    assert_same(render(engine, 600), sounds[2][:600])


def test_a_stale_voice_is_a_safe_no_op(engine, three):
    """0, ids that never were, and those of voices that ended: also long ago, when others have taken
    whatever place they had."""
    sounds, voices = three
    for voice in (0, 4, 999, 4096, 4097, 2 ** 63, 2 ** 64 - 1, *(v + 4096 for v in voices)):
        engine.stop_voice(voice)
    assert engine.props.n_playing == 3
    engine.stop_all_samples()
    render(engine, 300)
    fill(engine, 3, noise(3, 1))
    engine.get_slot(3).props.gain = 0.0
    for _ in range(4096 - 3):
        engine.play_sample(3, 1.0)
        render(engine, 1)
    assert engine.play_sample(1, 1.0) == voices[0] + 4096
    for voice in voices:
        engine.stop_voice(voice)
    assert_same(render(engine, 600), sounds[1][:600])


@pytest.mark.parametrize('rate', (8000, 44100, 48000, 96000, 192000))
@pytest.mark.parametrize('n_channels', (1, 2))
def test_a_fade_takes_5_ms_on_a_straight_line(make_engine, rate, n_channels):
    """To the nearest frame. Its last one is silent, and nothing comes after it."""
    engine = make_engine(sample_rate=rate)
    n_fade = (rate + 100) // 200
    frames = fill(engine, 0, noise(1, 3000, n_channels), rate)
    engine.props.gain = 0.7
    engine.play_sample(0, 0.3)
    render(engine, 1000)
    engine.stop_sample(0)
    # the gain and the fade are multiplied first, as the gain alone is
    gains = gain_of(1.0, 0.3, 0.7) * fading(n_fade)
    assert_same(render(engine, 2000), place(2000, (0, gains * frames[1000:1000 + n_fade])))


def test_a_fade_ends_with_its_sample(engine):
    """Where fewer frames are left than a fade has, these fade and that is all."""
    frames = fill(engine, 0, noise(1, 1000))
    engine.play_sample(0, 1.0)
    render(engine, 900)
    engine.stop_sample(0)
    assert_same(render(engine, 300), place(300, (0, (fading()[:100] * frames[900:]))))


def cut_by_theft(engine):
    engine.play_sample(1, 0.0)


def cut_by_replacing(engine):
    engine.set_sample(0, make_sample(constant(10)))


CUTS = {
    'stop_voice': lambda engine: engine.stop_voice(1),
    'stop_sample': lambda engine: engine.stop_sample(0),
    'stop_all_samples': lambda engine: engine.stop_all_samples(),
    'unload_sample': lambda engine: engine.unload_sample(0),
    'set_sample none': lambda engine: engine.set_sample(0, None),
    'set_sample': cut_by_replacing,
    'theft': cut_by_theft,
}


@pytest.fixture(params=CUTS.values(), ids=CUTS.keys())
def cut(request):
    """One of the ways in which a voice can be cut off."""
    return request.param


@pytest.fixture
def single(make_engine):
    """An engine with one voice, and a long silent sample in slot 1 that can steal it."""
    engine = make_engine(n_voices=1)
    fill(engine, 1, constant(48000, 0.0))
    return engine


def test_whatever_cuts_a_voice_off_fades_it(single, cut):
    frames = fill(single, 0, noise(1, 3000))
    single.play_sample(0, 1.0)
    render(single, 777)
    cut(single)
    assert_same(render(single, 1000), place(1000, (0, faded(frames, 777))))


def test_nothing_clicks(single, cut):
    """From one frame to the next a constant moves by one step of the fade, never more."""
    fill(single, 0, constant(3000))
    single.play_sample(0, 1.0)
    heard = [render(single, 100)]
    cut(single)
    heard += [render(single, 7) for _ in range(60)]
    steps = numpy.abs(numpy.diff(numpy.concatenate(heard), axis=0))
    assert 0.9 / FADE < steps.max() < 1.001 / FADE
    assert heard[-1].max() == 0.0


def test_a_voice_cut_off_before_its_first_frame_does_not_sound(single, cut):
    ended = watch(single)
    fill(single, 0, constant(3000))
    single.play_sample(0, 1.0)
    cut(single)
    assert single.props.n_started >= 1
    assert not render(single, 1000).any()
    drain()
    assert [voice for voice, *_ in ended] == [1]


def test_a_voice_cut_off_with_its_first_frame_heard_fades(single, cut):
    frames = fill(single, 0, noise(1, 3000))
    single.play_sample(0, 1.0)
    assert_same(render(single, 1), frames[:1])
    cut(single)
    assert_same(render(single, 500), place(500, (0, faded(frames, 1))))


def test_a_voice_ends_once_however_often_it_is_stopped(engine):
    ended = watch(engine)
    frames = fill(engine, 0, noise(1, 3000))
    voice = engine.play_sample(0, 1.0)
    render(engine, 10)
    for _ in range(3):
        engine.stop_voice(voice)
        engine.stop_sample(0)
        engine.stop_all_samples()
        engine.unload_sample(0)
    assert_same(render(engine, 300), place(300, (0, faded(frames, 10))))
    drain()
    assert ended == [(voice, 0, Reason.STOPPED)]


def test_fades_add_up_to_the_bit(engine):
    """Many voices cut off on different frames: each fade is as it would be alone."""
    frames = fill(engine, 0, constant(3000))
    fades, heard = [], []
    voices = [engine.play_sample(0, 2.0 ** -i) for i in range(8)]
    for i, voice in enumerate(voices):
        heard.append(render(engine, 50))
        engine.stop_voice(voice)
        fades.append((50 * (i + 1), numpy.float32(2.0 ** -i) * fading() * frames[:FADE]))
    heard.append(render(engine, 400))
    sustained = [(0, numpy.float32(2.0 ** -i) * frames[:50 * (i + 1)]) for i in range(8)]
    expected = place(800, *sustained)
    numpy.testing.assert_allclose(numpy.concatenate(heard), expected + place(800, *fades),
                                  rtol=0, atol=1e-6)


def test_a_voice_stolen_while_its_gain_moves_goes_on_from_there(single):
    """The fade takes up the move: gain and fade are multiplied frame by frame."""
    frames = fill(single, 0, noise(1, 3000))
    single.play_sample(0, 1.0)
    render(single, 100)
    single.get_slot(0).props.gain = 0.25
    move = moving(1.0, 0.25)
    assert_same(render(single, 60), move[:60] * frames[100:160])
    single.play_sample(1, 1.0)
    gains = numpy.concatenate([move[60:], numpy.full((60, 1), 0.25, '<f4')]) * fading()
    assert_same(render(single, 500), place(500, (0, gains * frames[160:400])))


# Gains


@pytest.fixture(params=('slot', 'engine'))
def set_gain(engine, request):
    """Sets the gain of slot 0, or of the engine."""
    owner = engine if request.param == 'engine' else engine.get_slot(0)
    return lambda gain: owner.set_property('gain', gain)


@pytest.mark.parametrize('rate', (44100, 48000, 96000))
def test_a_gain_moves_within_5_ms_on_a_straight_line(make_engine, rate):
    """It begins with the next block and ends exactly where it shall."""
    engine = make_engine(sample_rate=rate)
    n_move = rate // 200
    frames = fill(engine, 0, noise(1, 5000), rate)
    engine.play_sample(0, 0.9)
    assert_same(render(engine, 300), numpy.float32(0.9) * frames[:300])
    engine.get_slot(0).props.gain = 1.7
    engine.props.gain = 0.3
    target = gain_of(1.7, 0.9, 0.3)
    gains = numpy.full((1700, 1), target, '<f4')
    gains[:n_move] = moving(0.9, target, n_move)
    assert_same(render(engine, 1700), gains * frames[300:2000])


def test_a_gain_that_turns_midway_goes_on_from_there(engine, set_gain):
    frames = fill(engine, 0, noise(1, 5000))
    engine.play_sample(0, 1.0)
    render(engine, 100)
    set_gain(4.0)
    up = moving(1.0, 4.0)[:100]
    set_gain(4.0)  # what is so already begins nothing anew
    assert_same(render(engine, 50), up[:50] * frames[100:150])
    set_gain(4.0)
    assert_same(render(engine, 50), up[50:] * frames[150:200])
    set_gain(0.0)
    down = moving(up[-1, 0], 0.0)
    assert_same(render(engine, 300), place(300, (0, down * frames[200:440])))


def test_the_last_gain_wins(engine, set_gain):
    frames = fill(engine, 0, noise(1, 5000))
    engine.play_sample(0, 1.0)
    render(engine, 100)
    for gain in (0.0, 16.0, 3.0, 1.0):
        set_gain(gain)
    assert_same(render(engine, 300), frames[100:400])


def test_a_gain_set_before_a_voice_is_heard_holds_from_its_first_frame(engine, set_gain):
    """Before the trigger or after it, but before the block that starts it."""
    frames = fill(engine, 0, noise(1, 1000))
    set_gain(0.3)
    engine.play_sample(0, 1.0)
    assert_same(render(engine, 1000), numpy.float32(0.3) * frames)
    engine.play_sample(0, 1.0)
    set_gain(0.6)
    assert_same(render(engine, 1000), numpy.float32(0.6) * frames)


def test_the_gain_of_a_slot_is_its_own(engine):
    frames = fill(engine, 0, noise(1, 1000))
    engine.get_slot(1).props.gain = 0.0
    engine.play_sample(0, 1.0)
    render(engine, 100)
    engine.get_slot(2).props.gain = 9.0
    assert_same(render(engine, 400), frames[100:500])


def test_the_gain_of_a_slot_outlives_its_sample(engine):
    engine.get_slot(0).props.gain = 0.5
    for seed in (1, 2):
        frames = fill(engine, 0, noise(seed, 400))
        engine.play_sample(0, 1.0)
        assert_same(render(engine, 400), numpy.float32(0.5) * frames)


def test_moving_gains_do_not_click(engine, set_gain):
    fill(engine, 0, constant(9000))
    engine.play_sample(0, 1.0)
    heard = [render(engine, 300)]
    for gain in (0.0, 1.0, 0.3, 0.9, 0.0):
        set_gain(gain)
        heard.append(render(engine, 99))
    assert numpy.abs(numpy.diff(numpy.concatenate(heard), axis=0)).max() < 1.001 / FADE


@pytest.mark.parametrize('name, bad', [
    *(('gain', bad) for bad in (-0.1, 16.1, math.nan, math.inf)),
    ('latency-frames', 8193)])
def test_a_property_out_of_range_is_a_warning_and_changes_nothing(engine, name, bad):
    before, changes = engine.get_property(name), []
    engine.connect('notify', lambda _engine, pspec: changes.append(pspec.name))
    with pytest.warns(GObject.Warning, match='invalid or out of range'):
        engine.set_property(name, bad)
    drain()
    assert (engine.get_property(name), changes) == (before, [])


def test_an_unknown_way_to_steal_changes_nothing(engine):
    """A warning, or with a newer PyGObject an exception."""
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter('always')
        try:
            engine.props.steal = 9
        except TypeError as error:
            told.append(error)
    assert len(told) == 1
    assert engine.props.steal == Steal.OLDEST


@pytest.mark.parametrize('bad', (-0.1, 16.1, math.nan))
def test_a_slot_gain_out_of_range_is_a_warning_and_changes_nothing(engine, bad):
    slot = engine.get_slot(0)
    slot.props.gain = 0.5
    with pytest.warns(GObject.Warning, match='invalid or out of range'):
        slot.props.gain = bad
    assert slot.props.gain == 0.5


def test_a_setter_out_of_range_changes_nothing(engine, capfd):
    """It is a critical, which is not the end of the program."""
    engine.set_gain(17.0)
    engine.get_slot(0).set_gain(math.nan)
    engine.set_latency_frames(8193)
    assert capfd.readouterr().err.count('CRITICAL') == 3
    assert (engine.props.gain, engine.get_slot(0).props.gain, engine.props.latency_frames) == (
        1.0, 1.0, 0)


@pytest.mark.parametrize('name, value', (('gain', 0.5), ('steal', Steal.REJECT),
                                         ('memory-limit', 12345), ('client-name', 'x'),
                                         ('media-role', 'Game'), ('target', 'a-sink'),
                                         ('latency-frames', 64)))
def test_a_property_notifies_when_it_changes_and_only_then(engine, name, value):
    changes = []
    engine.connect(f'notify::{name}', lambda _engine, pspec: changes.append(pspec.name))
    for _ in range(3):
        engine.set_property(name, value)
    drain()
    assert engine.get_property(name) == value
    assert changes == [name]


# Blocks


def script(n_voices):
    """Events on frames, each a function of the engine; the same for every run."""
    choose = random.Random(42)
    sounds = [(noise(seed, n_frames, n_channels), rate) for seed, n_frames, n_channels, rate in (
        (1, 5000, 2, 48000), (2, 3000, 1, 48000), (3, 6000, 2, 44100), (4, 900, 1, 96000),
        (5, 257, 2, 48000), (6, 2500, 2, 22050))]

    def put(engine, slot, sound):
        fill(engine, slot, *sound)

    events = [(0, lambda e, slot=slot, sound=sound: put(e, slot, sound))
              for slot, sound in enumerate(sounds)]
    frame = 0
    for i in range(300):
        frame += choose.choice((0, 0, 1, 3, 17, 64, 100, 256, 333))
        slot, value = choose.randrange(len(sounds)), choose.random()
        sound = choose.choice(sounds)
        events += [(frame, event) for event in choose.choices((
            [lambda e, slot=slot, value=value: e.play_sample(slot, value)],
            [lambda e, slot=slot, value=value: e.get_slot(slot).set_gain(4 * value)],
            [lambda e, value=value: e.set_gain(2 * value)],
            [lambda e, slot=slot: e.stop_sample(slot)],
            [lambda e, voice=i // 2: e.stop_voice(voice)],
            [lambda e, slot=slot, sound=sound: put(e, slot, sound)],
            [lambda e, slot=slot: e.unload_sample(slot),
             lambda e, slot=slot, sound=sound: put(e, slot, sound)],
            [lambda e, steal=Steal(choose.randrange(3)): e.set_steal(steal)],
        ), (70, 8, 4, 2, 6, 4, 2, 4))[0]]
    return events


def perform(engine, events, sizes):
    """Renders through the events in blocks of these sizes, cut where an event falls."""
    heard = []
    for frame, event in [*events, (events[-1][0] + 7000, lambda engine: None)]:
        while engine.props.position < frame:
            n_frames = min(next(sizes), frame - engine.props.position)
            heard.append(engine.render(n_frames).get_data())
        event(engine)
    return numpy_of(b''.join(heard))


@pytest.mark.parametrize('n_voices', (3, 32))
def test_the_split_into_blocks_does_not_show(make_engine, n_voices):
    """The same events on the same frames give the same bits: plays, stops, gains, thefts, replaced
    samples, foreign rates."""
    events = script(n_voices)
    choose = random.Random(7)
    splits = [itertools.repeat(size) for size in (1, 7, 64, 1024, 4096)]
    splits += [iter(lambda: choose.choice((1, 2, 30, 255, 257, 1023, 2000)), None)] * 2
    engines = [make_engine(n_voices=n_voices) for _ in splits]
    ends = [watch(engine) for engine in engines]
    results = [perform(engine, events, split) for engine, split in zip(engines, splits)]
    drain()
    assert engines[0].props.n_triggered > 60
    assert numpy.abs(results[0]).max() > 0.1
    for engine, result, end in zip(engines, results, ends):
        assert_same(result, results[0])
        assert counters(engine) == counters(engines[0])
        assert sorted(end) == sorted(ends[0])


def test_render_gives_what_is_asked_for(engine):
    fill(engine, 0, noise(1, 10))
    engine.play_sample(0, 1.0)
    assert engine.render(0).get_size() == 0
    assert (engine.props.position, engine.props.n_started) == (0, 0)
    assert engine.render(4097).get_size() == 4097 * 8


def test_more_frames_than_memory_are_an_error(build_dir):
    program = '''
import gi, resource
gi.require_version('Flitzis', '1')
from gi.repository import Flitzis, GLib
engine = Flitzis.Engine()
resource.setrlimit(resource.RLIMIT_AS, (2 ** 31, 2 ** 31))
try:
    engine.render(2 ** 30)
except GLib.Error as error:
    assert error.matches(Flitzis.engine_error_quark(), Flitzis.EngineError.TOO_LARGE)
    assert engine.props.position == 0 and engine.render(10).get_size() == 80
    print('refused')
'''
    result = subprocess.run([sys.executable, '-c', program], capture_output=True, text=True,
                            timeout=60)
    assert (result.stdout, result.stderr) == ('refused\n', '')


# Foreign rates


@pytest.mark.parametrize('rate', (8000, 22050, 44100, 47999, 96000, 192000))
@pytest.mark.parametrize('engine_rate', (44100, 48000))
def test_a_foreign_rate_keeps_its_pitch_and_length(make_engine, rate, engine_rate):
    engine = make_engine(sample_rate=engine_rate)
    n_frames, frequency = rate // 2, 441.0
    sine = 0.5 * numpy.sin(2 * numpy.pi * frequency / rate * (numpy.arange(n_frames) + 0.25))
    fill(engine, 0, sine.astype('<f4')[:, None], rate)
    engine.play_sample(0, 1.0)
    heard = render(engine, engine_rate)[:, 0].astype(float)
    length = numpy.flatnonzero(heard)[-1] + 1
    assert abs(length - n_frames * engine_rate / rate) <= 1 + engine_rate / rate
    # the phase turns by the same angle in every frame
    middle = heard[100:length - 100]
    rising = numpy.flatnonzero((middle[:-1] < 0) & (middle[1:] >= 0))
    crossings = rising + middle[rising] / (middle[rising] - middle[rising + 1])
    measured = engine_rate * (len(crossings) - 1) / (crossings[-1] - crossings[0])
    assert measured == pytest.approx(frequency, rel=1e-4)
    assert numpy.abs(middle).max() == pytest.approx(0.5, rel=0.02)


def test_a_foreign_rate_ends_once_and_fades(engine):
    ended = watch(engine)
    fill(engine, 0, constant(1000), 44100)
    engine.get_slot(0).props.interpolation = Flitzis.Interpolation.LINEAR
    engine.play_sample(0, 1.0)
    heard = [render(engine, 300)]
    engine.stop_sample(0)
    heard.append(render(engine, 300))
    assert_same(numpy.concatenate(heard)[:, :1],
                numpy.concatenate([constant(300), fading(), constant(60, 0.0)]))
    engine.play_sample(0, 1.0)
    render(engine, 1100)
    drain()
    assert [reason for *_voice, reason in ended] == [Reason.STOPPED, Reason.FINISHED]


# What can be seen


def test_position_counts_frames_and_never_goes_back(engine):
    position = 0
    fill(engine, 0, noise(1, 100))
    for n_frames in (1, 0, 480, 4096, 3):
        render(engine, n_frames)
        engine.play_sample(0, 1.0)
        engine.stop_all_samples()
        engine.unload_sample(1)
        engine.stop()
        position += n_frames
        assert engine.props.position == position


def test_n_playing_follows_and_notifies(engine):
    told = []
    engine.connect('notify::n-playing', lambda engine, _pspec: told.append(engine.props.n_playing))
    fill(engine, 0, noise(1, 1000))
    drain()
    for n in (1, 2, 3):
        voice = engine.play_sample(0, 1.0)
        drain()
        assert engine.props.n_playing == n - 1
        render(engine, 300)
        drain()
        assert engine.props.n_playing == n
    engine.stop_voice(voice)
    drain()
    render(engine, 1000)
    drain()
    assert told == [1, 2, 3, 2, 0]


def test_playing_follows_and_notifies(engine):
    """Of the slot alone that plays, and only when it changes."""
    told = []
    for slot in (0, 1):
        engine.get_slot(slot).connect(
            'notify::playing', lambda slot, _pspec: told.append((slot.props.index,
                                                                 slot.props.playing)))
    fill(engine, 0, noise(1, 1000))
    assert not engine.get_slot(0).props.playing
    for _ in range(2):
        engine.play_sample(0, 1.0)
        assert engine.get_slot(0).props.playing
        assert not engine.get_slot(1).props.playing
        render(engine, 600)
        drain()
    assert told == [(0, True)]
    render(engine, 600)
    assert not engine.get_slot(0).props.playing
    drain()
    assert told == [(0, True), (0, False)]


def test_a_slot_tells_its_sample(engine):
    told = []
    slot = engine.get_slot(2)
    slot.connect('notify::sample', lambda slot, _pspec: told.append(slot.props.sample))
    samples = make_sample(noise(1, 10)), make_sample(noise(2, 10)), None
    for sample in samples:
        engine.set_sample(2, sample)
        assert slot.props.sample is sample
        drain()
    assert told == list(samples)
    engine.unload_sample(2)
    drain()
    assert len(told) == 3


def test_the_engine_is_a_list_of_its_slots(make_engine):
    engine = make_engine(n_slots=5)
    assert isinstance(engine, Gio.ListModel)
    assert engine.get_item_type() == Flitzis.Slot.__gtype__
    assert [engine.get_item(i).props.index for i in range(engine.get_n_items())] == [0, 1, 2, 3, 4]
    assert engine.get_item(5) is None
    assert engine.get_item(3) is engine.get_slot(3)


def test_a_slot_can_outlive_its_engine():
    engine = Flitzis.Engine()
    slot = engine.get_slot(3)
    fill(engine, 3, noise(1, 100))
    engine.play_sample(3, 1.0)
    gone = []
    engine.weak_ref(lambda: gone.append(True))
    del engine
    assert gone
    slot.props.gain = 0.5
    assert (slot.props.index, slot.props.gain, slot.props.sample) == (3, 0.5, None)


@pytest.mark.parametrize('bad', ({'n_slots': 0}, {'n_slots': 4097}, {'n_voices': 0},
                                 {'n_voices': 1025}, {'sample_rate': 7999},
                                 {'sample_rate': 192001}))
def test_a_size_out_of_range_leaves_the_default(make_engine, bad):
    with pytest.warns(GObject.Warning, match='invalid or out of range'):
        engine = make_engine(**bad)
    assert (engine.props.n_slots, engine.props.n_voices, engine.props.sample_rate) == (
        32, 32, 48000) == (Flitzis.DEFAULT_N_SLOTS, Flitzis.DEFAULT_N_VOICES,
                           Flitzis.DEFAULT_SAMPLE_RATE)
    assert not render(engine, 10).any()


@pytest.mark.parametrize('size', ((1, 1, 8000), (4096, 1024, 192000)))
def test_the_smallest_and_the_largest_engine_play(size):
    engine = Flitzis.Engine.new_full(*size)
    assert (engine.props.n_slots, engine.props.n_voices, engine.props.sample_rate) == size
    n_slots, n_voices, rate = size
    fill(engine, n_slots - 1, constant(500, 2.0 ** -10), rate)
    for _ in range(n_voices + 1):
        engine.play_sample(n_slots - 1, 1.0)
    assert render(engine, 1)[0, 0] == n_voices * 2.0 ** -10
    assert (engine.props.n_playing, engine.props.n_stolen) == (n_voices, 1)


# Samples


@pytest.mark.parametrize('data, n_channels, rate', (
    (b'', 1, 48000), (b'123', 1, 48000), (bytes(12), 2, 48000), (bytes(8), 0, 48000),
    (bytes(12), 3, 48000), (bytes(8), 1, 999), (bytes(8), 1, 768001), (bytes(8), 1, 0)))
def test_a_sample_is_whole_frames_of_a_channel_or_two(data, n_channels, rate):
    with fails_with(Flitzis.EngineError.INVALID_VALUE):
        Flitzis.Sample.new(GLib.Bytes.new(data), n_channels, rate)


def test_a_sample_says_what_it_is():
    frames = noise(1, 24000)
    sample = make_sample(frames, 96000)
    assert (sample.props.n_frames, sample.props.n_channels, sample.props.sample_rate,
            sample.props.duration, sample.props.n_mended) == (24000, 2, 96000, 0.25, 0)
    assert sample.get_bytes().get_data() == frames.tobytes()


def test_values_that_are_no_sound_are_mended_and_counted(engine):
    """NaN, infinities, denormals and what could become infinite in a mix become 0; the caller's
    bytes stay as they are."""
    frames = noise(1, 100)
    bad = (math.nan, -math.nan, math.inf, -math.inf, 1e-40, -1e-45, 1.3e30, -3.4e38)
    for i, value in enumerate(bad):
        frames[10 * i, i % 2] = value
    data = GLib.Bytes.new(frames.tobytes())
    sample = Flitzis.Sample.new(data, 2, 48000)
    expected = frames.copy()
    for i in range(len(bad)):
        expected[10 * i, i % 2] = 0.0
    assert sample.props.n_mended == len(bad)
    assert sample.get_bytes().get_data() == expected.tobytes()
    assert data.get_data() == frames.tobytes()
    engine.set_sample(0, sample)
    engine.play_sample(0, 1.0)
    assert_same(render(engine, 100), expected)


def test_nothing_infinite_comes_out(make_engine):
    """Not from the largest values in the most voices at the highest gains; nor what is left of it
    after their fades."""
    engine = make_engine(n_voices=1024)
    fill(engine, 0, numpy.array([[2.0 ** 100, -2.0 ** 100]] * 1000, '<f4'))
    engine.props.gain = engine.get_slot(0).props.gain = 16.0
    for _ in range(1024):
        engine.play_sample(0, 1.0)
    assert_same(render(engine, 9), numpy.array([[2.0 ** 118, -2.0 ** 118]] * 9, '<f4'))
    engine.stop_all_samples()
    assert numpy.isfinite(render(engine, FADE)).all()
    assert not render(engine, FADE).any()


def test_no_denormal_comes_out(engine):
    """Not from tiny samples at tiny gains, nor from the end of a fade."""
    fill(engine, 0, constant(3000, 1.2e-38))
    fill(engine, 1, noise(1, 3000) * numpy.float32(1e-30))
    engine.props.gain = 1e-3
    engine.play_sample(0, 0.5)
    engine.play_sample(1, 1e-6)
    heard = [render(engine, 500)]
    engine.stop_all_samples()
    heard.append(render(engine, 500))
    values = numpy.abs(numpy.concatenate(heard))
    assert ((values == 0) | (values >= numpy.finfo('<f4').tiny)).all()
    assert numpy.isfinite(values).all()


def test_a_sample_that_nobody_filled_is_inert(engine):
    sample = Flitzis.Sample()
    assert (sample.props.n_frames, sample.props.n_channels, sample.props.duration) == (0, 0, 0.0)
    assert not sample.get_bytes().get_data()
    before = make_sample(noise(1, 10))
    engine.set_sample(0, before)
    with fails_with(Flitzis.EngineError.INVALID_VALUE, 0):
        engine.set_sample(0, sample)
    assert engine.get_slot(0).props.sample is before


def test_a_slot_that_nobody_made_is_inert():
    slot = Flitzis.Slot()
    slot.props.gain = 0.5
    assert (slot.props.index, slot.props.sample, slot.props.playing, slot.props.gain) == (
        0, None, False, 1.0)


# Memory


def test_the_memory_limit_holds_and_removes_nothing(engine):
    """Bytes of decoded audio; the same sample in several slots counts once."""
    n_bytes = 1000 * 8
    first, second, third = (make_sample(noise(seed, 1000)) for seed in (1, 2, 3))
    engine.props.memory_limit = 2 * n_bytes
    for slot, sample in ((0, first), (1, first), (2, first), (3, second)):
        engine.set_sample(slot, sample)
    with fails_with(Flitzis.EngineError.TOO_LARGE, n_bytes, 2 * n_bytes):
        engine.set_sample(4, third)
    assert engine.get_slot(4).props.sample is None
    engine.set_sample(4, second)
    engine.props.memory_limit = 0
    assert [engine.get_slot(slot).props.sample for slot in range(5)] == [
        first, first, first, second, second]
    engine.play_sample(3, 1.0)
    assert_same(render(engine, 1000), noise(2, 1000))
    for slot in (0, 1):
        engine.unload_sample(slot)
    engine.props.memory_limit = 2 * n_bytes
    with fails_with(Flitzis.EngineError.TOO_LARGE):
        engine.set_sample(0, third)
    engine.unload_sample(2)
    engine.set_sample(0, third)


def test_what_went_away_no_longer_counts(engine):
    """A voice that was cut off gives its sample back at once: nobody waits for the fade."""
    engine.props.memory_limit = 1000 * 8
    for seed in range(5):
        fill(engine, seed % 2, noise(seed, 1000))
        engine.play_sample(seed % 2, 1.0)
        render(engine, 10)
        engine.unload_sample(seed % 2)


@pytest.fixture(params=(False, True), ids=('without a main loop', 'with a main loop'))
def turn(request):
    """Lets a main loop run, or there is none."""
    return drain if request.param else lambda: None


@pytest.mark.parametrize('go', (lambda engine: engine.unload_sample(0),
                                lambda engine: engine.set_sample(0, None),
                                lambda engine: engine.set_sample(0, make_sample(noise(2, 10)))),
                         ids=('unloaded', 'set to none', 'replaced'))
def test_a_sample_is_let_go_while_its_voices_play(engine, turn, go):
    """Main loop or not; the fade goes on without it."""
    ended = watch(engine)
    frames, gone = noise(1, 3000), []
    sample = make_sample(frames)
    sample.weak_ref(lambda: gone.append(True))
    engine.set_sample(0, sample)
    del sample
    for _ in range(2):
        engine.play_sample(0, 1.0)
    render(engine, 10)
    turn()
    assert not gone
    go(engine)
    turn()
    assert gone and not engine.get_slot(0).props.playing
    fade = faded(frames, 10)
    assert_same(render(engine, 300), place(300, (0, fade + fade)))
    assert len(ended) == (2 if turn is drain else 0)


def test_a_sample_lives_as_long_as_a_slot_holds_it(engine, turn):
    gone = []
    sample = make_sample(noise(1, 100))
    sample.weak_ref(lambda: gone.append(True))
    for slot in (0, 1):
        engine.set_sample(slot, sample)
    del sample
    for slot in (0, 1):
        assert not gone
        engine.unload_sample(slot)
        turn()
    assert gone


def test_an_engine_takes_its_samples_with_it(turn):
    """And its voices; nothing is told after it."""
    gone, engine = [], Flitzis.Engine()
    sample = make_sample(noise(1, 1000))
    sample.weak_ref(lambda: gone.append('sample'))
    engine.weak_ref(lambda: gone.append('engine'))
    ended = watch(engine)
    engine.set_sample(0, sample)
    del sample
    engine.play_sample(0, 1.0)
    render(engine, 10)
    del engine
    turn()
    assert sorted(gone) == ['engine', 'sample']
    assert ended == []


def test_ends_that_nobody_fetches_do_not_pile_up(engine):
    """4096 wait for a handler; of more, the oldest are dropped and counted."""
    ended = watch(engine)
    fill(engine, 0, noise(1, 1))
    for _ in range(4196):
        engine.play_sample(0, 1.0)
        engine.render(1)
    assert engine.props.n_dropped == 100
    drain()
    assert [voice for voice, *_ in ended] == list(range(101, 4197))
    engine.play_sample(0, 1.0)
    engine.render(1)
    drain()
    assert ended[-1] == (4197, 0, Reason.FINISHED)
    assert engine.props.n_dropped == 100


def test_without_a_handler_nothing_waits_and_nothing_is_dropped(engine):
    fill(engine, 0, noise(1, 1))
    for _ in range(5000):
        engine.play_sample(0, 1.0)
        engine.render(1)
    assert engine.props.n_dropped == 0
    ended = watch(engine)
    drain()
    assert ended == []


def resident_kilobytes():
    with open('/proc/self/status') as status:
        return int(re.search(r'VmRSS:\s*(\d+)', status.read())[1])


def test_a_script_without_a_main_loop_does_not_grow(engine):
    """Ten thousand notes, each with a sample of its own."""
    watch(engine)

    def notes(n):
        for i in range(n):
            fill(engine, i % 32, noise_of_a_second)
            engine.play_sample(i % 32, 0.5)
            engine.render(16)
    noise_of_a_second = noise(1, 12000)
    notes(500)
    before = resident_kilobytes()
    notes(1500)
    assert resident_kilobytes() - before < 8000


def test_frame_0_is_now_in_a_trigger_and_the_first_frame_elsewhere(engine):
    fill(engine, 0, constant(100))
    engine.render(10)
    trigger = Flitzis.Trigger.new()
    trigger.frame = 0
    engine.play(trigger)
    engine.render(10)
    assert engine.props.n_late == 0
    engine.play_sample_at(0, 1.0, 0)
    engine.stop_sample_at(0, 0)
    engine.render(10)
    assert engine.props.n_late == 2


def test_a_sample_of_a_mapped_file_is_a_copy(engine, tmp_path):
    """A file can be cut off under those who read its mapping; the callback is not among them."""
    path = tmp_path / 'frames'
    path.write_bytes(constant(10000).tobytes())
    mapped = GLib.MappedFile.new(str(path), False)
    engine.set_sample(0, Flitzis.Sample.new(mapped.get_bytes(), 1, 48000))
    with open(path, 'r+b') as file:
        file.write(constant(10000, 0.5).tobytes())

    engine.play_sample(0, 1.0)

    numpy.testing.assert_array_equal(render(engine, 10000), stereo(constant(10000)))


@pytest.mark.parametrize('n_slots, words', ((1, 'there is 1 slot'), (32, 'there are 32 slots')))
def test_an_invalid_slot_says_how_many_there_are(make_engine, n_slots, words):
    engine = make_engine(n_slots=n_slots)
    with fails_with(Flitzis.EngineError.INVALID_SLOT, words):
        engine.play_sample(n_slots, 1.0)
