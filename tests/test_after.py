# SPDX-License-Identifier: LGPL-2.1-or-later
"""Sounds that follow one another: `play_after` starts a trigger on the frame on which another voice
ends. The expected sound is put together here, and is the same to the bit."""

import itertools
import math

import numpy
import pytest

import gi
gi.require_version('Flitzis', '1')
from gi.repository import Flitzis

from test_live import QUANTA, one_of_many, run_out, same, state_is
from test_playing import (FADE, Reason, assert_same, constant, drain, fails_with, fill, noise,
                          place, render, watch)

CUT = 48  # frames: 1 ms, in which a part that begins or ends within its sample fades
RATES = (0.5, 1.0, 1.37, 4.0)
BLOCKS = (1, 7, 64, 255, 256, 257, 1024, 100000)


def render_in(engine, n_frames, block):
    """Renders in blocks of this length."""
    sizes = [block] * (n_frames // block) + [n_frames % block]
    return numpy.concatenate([render(engine, size) for size in sizes if size])


def length_at(n_frames, rate):
    """In how many frames a sound of n frames is over, at a rate in 32.32 fixed point."""
    return -(-n_frames * 2 ** 32 // math.floor(rate * 2 ** 32 + 0.5))


def alone(make_engine, frames, rate):
    """The sound of a sample that nothing precedes, up to its end."""
    engine = make_engine(n_slots=1)
    fill(engine, 0, frames)
    engine.play(Flitzis.Trigger(rate=rate))
    n_frames = length_at(len(frames), rate)
    heard = render(engine, n_frames + 100)
    assert not heard[n_frames:].any()
    return heard[:n_frames]


def chain(sounds):
    """The sounds, each after the last frame of the one before."""
    onsets = [0, *itertools.accumulate(map(len, sounds))]
    return place(onsets[-1] + 100, *zip(onsets, sounds))


def fill_all(engine, *sounds):
    for slot, frames in enumerate(sounds):
        fill(engine, slot, frames)


# Without a gap


@pytest.mark.parametrize('rate', RATES)
@pytest.mark.parametrize('block', BLOCKS)
def test_it_starts_on_the_frame_on_which_the_other_ends(make_engine, rate, block):
    """In whatever blocks; a voice that waits itself is followed, too."""
    sounds = noise(1, 1001), noise(2, 700, 1), noise(3, 1)
    rates = rate, 1.37, 1.0
    engine = make_engine()
    ended = watch(engine)
    fill_all(engine, *sounds)
    voices = [engine.play(Flitzis.Trigger(rate=rate))]
    for slot in (1, 2):
        voices.append(engine.play_after(voices[-1], Flitzis.Trigger(slot=slot, rate=rates[slot])))
    expected = chain([alone(make_engine, *each) for each in zip(sounds, rates)])
    assert_same(render_in(engine, len(expected), block), expected)
    drain()
    assert ended == [(voice, slot, Reason.FINISHED) for slot, voice in enumerate(voices)]


@pytest.mark.parametrize('block', (1, 100, 1024))
def test_it_follows_while_the_rate_glides(make_engine, block):
    """The last frames of a sound are reckoned with the rate that they have."""
    frames, after = constant(1000), noise(2, 500)

    def prepare():
        engine = make_engine(n_slots=2)
        fill_all(engine, frames, after)
        voice = engine.play_sample(0, 1.0)
        render(engine, 900)
        engine.set_voice_rate(voice, 0.5)
        return engine, voice
    engine, _voice = prepare()
    n_heard = numpy.flatnonzero(render(engine, 1000).any(axis=1))[-1] + 1
    assert 100 < n_heard < 200
    engine, voice = prepare()
    engine.play_after(voice, Flitzis.Trigger(slot=1))
    assert_same(render_in(engine, 1000, block)[n_heard:][:500], after)


@pytest.mark.parametrize('block', (1, 100, 1024))
def test_it_follows_the_last_round_of_a_loop(engine, block):
    """Rounds that are counted, the frames after the loop, and then the next sound."""
    frames, after = noise(1, 900), noise(2, 500)
    fill_all(engine, frames, after)
    slot = engine.get_slot(0)
    slot.props.loop_start, slot.props.loop_end = 200, 700
    voice = engine.play(Flitzis.Trigger(loops=3))
    engine.play_after(voice, Flitzis.Trigger(slot=1))
    expected = chain([numpy.concatenate([frames[:700], frames[200:700], frames[200:]]), after])
    assert_same(render_in(engine, len(expected), block), expected)


@pytest.mark.parametrize('block', (1, 100, 1024))
def test_it_waits_for_a_loop_until_that_is_switched_off(engine, block):
    frames, after = noise(1, 900), noise(2, 500)
    fill_all(engine, frames, after)
    engine.get_slot(0).props.loop = True
    engine.play_after(engine.play_sample(0, 1.0), Flitzis.Trigger(slot=1))
    expected = chain([frames] * 6 + [after])
    heard = render_in(engine, 5 * 900 + 123, block)
    engine.get_slot(0).props.loop = False
    assert_same(numpy.concatenate([heard, render_in(engine, len(expected) - len(heard), block)]),
                expected)


@pytest.mark.parametrize('block', (1, 100, 1024))
def test_it_waits_while_the_other_voice_is_paused(engine, block):
    frames, after = noise(1, 900), noise(2, 500)
    fill_all(engine, frames, after)
    voice = engine.play_sample(0, 1.0)
    engine.play_after(voice, Flitzis.Trigger(slot=1))
    render_in(engine, 500, block)
    engine.pause_voice(voice)
    assert not render_in(engine, 10000, block)[FADE:].any()
    engine.resume_voice(voice)
    heard = render_in(engine, 1000, block)
    left = 900 - 500 - FADE
    assert_same(heard[left:], place(len(heard) - left, (0, after)))
    assert heard[left - 1].any()


def test_a_pause_that_begins_in_the_last_frames_holds_it_back(engine):
    """The voice ends before it has faded out, or stands still before it ends."""
    after = noise(2, 500)
    fill_all(engine, noise(1, 900), after)
    for n_left, waits in ((FADE - 1, False), (FADE, False), (FADE + 1, True)):
        voice = engine.play_sample(0, 1.0)
        follower = engine.play_after(voice, Flitzis.Trigger(slot=1))
        render(engine, 900 - n_left)
        engine.pause_voice(voice)
        assert render(engine, 900)[n_left:].any() != waits
        engine.resume_voice(voice)
        assert render(engine, 900).any() == waits
        assert engine.get_voice_position(voice) == engine.get_voice_position(follower) == -1


def test_a_paused_engine_holds_it_back(engine):
    frames, after = noise(1, 900), noise(2, 500)
    fill_all(engine, frames, after)
    engine.play_after(engine.play_sample(0, 1.0), Flitzis.Trigger(slot=1))
    render(engine, 300)
    engine.props.paused = True
    render(engine, 5000)
    engine.props.paused = False
    heard = render(engine, 1000)
    left = 900 - 300 - FADE
    assert_same(heard[left:], place(len(heard) - left, (0, after)))


def test_a_part_that_fades_out_is_followed(engine):
    """The fade of 1 ms at the end of a part belongs to the sound."""
    frames, after = noise(1, 900), noise(2, 500)
    fill_all(engine, frames, after)
    engine.get_slot(0).props.end = 600
    engine.play_after(engine.play_sample(0, 1.0), Flitzis.Trigger(slot=1))
    heard = render(engine, 1200)
    assert heard[599].any()
    assert_same(heard[600:], place(600, (0, after)))


def test_one_voice_is_enough(make_engine):
    """The voice that ends is free for the one that follows."""
    engine = make_engine(n_voices=1)
    engine.props.steal = Flitzis.Steal.REJECT
    sounds = [noise(i, 300) for i in range(5)]
    fill_all(engine, *sounds)
    voice = engine.play_sample(0, 1.0)
    for slot in range(1, 5):
        voice = engine.play_after(voice, Flitzis.Trigger(slot=slot))
    expected = chain(sounds)
    assert_same(render(engine, len(expected)), expected)
    assert (engine.props.n_started, engine.props.n_rejected) == (5, 0)


def test_a_scheduled_voice_is_followed(engine):
    """By frame, by beat and by the grid; the trigger may be stopped on a frame."""
    sounds = [noise(i, 300) for i in range(4)]
    fill_all(engine, *sounds)
    first = engine.play_sample_at(0, 1.0, 1000)
    assert engine.play_after(first, Flitzis.Trigger(slot=1))
    engine.props.clock.restart(0)
    second = engine.play_sample_at_beat(2, 1.0, 0.1)
    assert engine.play_after(second, Flitzis.Trigger(slot=3, stop_frame=2400 + 310))
    expected = place(5000, (1000, sounds[0]), (1300, sounds[1]), (2400, sounds[2]),
                     (2700, sounds[3]))
    heard = render(engine, 5000)
    assert_same(heard[:2710], expected[:2710])
    assert not heard[2710 + FADE:].any()


def test_quantizing_has_no_effect(engine):
    sounds = noise(1, 300), noise(2, 300)
    fill_all(engine, *sounds)
    voice = engine.play_sample(0, 1.0)
    engine.props.clock.props.running = True
    engine.get_slot(1).props.quantize = Flitzis.Quantize.BAR
    engine.play_after(voice, Flitzis.Trigger(slot=1))
    expected = chain(sounds)
    assert_same(render(engine, len(expected)), expected)


def test_what_follows_a_voice_starts_together_in_the_order_of_the_calls(engine):
    """Also together with what waits for that frame: the later of two chokes the other."""
    ended = watch(engine)
    sounds = [noise(i, 300) for i in range(4)]
    fill_all(engine, *sounds)
    voice = engine.play_sample(0, 1.0)
    followers = [engine.play_after(voice, Flitzis.Trigger(slot=slot)) for slot in (1, 2, 3)]
    expected = place(700, (0, sounds[0]), *((300, each) for each in sounds[1:]))
    assert_same(render(engine, 700), expected)
    drain()
    ended.clear()
    for slot in (1, 2, 3):
        engine.get_slot(slot).props.choke_group = 1
    voice = engine.play_sample(0, 1.0)
    followers = [engine.play_after(voice, Flitzis.Trigger(slot=1)),
                 engine.play_sample_at(2, 1.0, 1000),
                 engine.play_after(voice, Flitzis.Trigger(slot=3))]
    assert_same(render(engine, 700), place(700, (0, sounds[0]), (300, sounds[3])))
    drain()
    assert ended == [(voice, 0, Reason.FINISHED), (followers[0], 1, Reason.CHOKED),
                     (followers[1], 2, Reason.CHOKED), (followers[2], 3, Reason.FINISHED)]


def test_what_follows_takes_the_sample_of_its_time_and_the_settings_of_the_call(engine):
    fill_all(engine, noise(1, 300), noise(2, 300))
    engine.get_slot(1).props.end = 100
    engine.play_after(engine.play_sample(0, 1.0), Flitzis.Trigger(slot=1))
    engine.get_slot(1).props.end = 0
    later = fill(engine, 1, noise(3, 300))
    heard = render(engine, 700)
    assert_same(heard[300:400 - CUT], later[:100 - CUT])
    assert not heard[400:].any()


# Now


@pytest.mark.parametrize('number', (0, 5, 2 ** 64 - 1))
def test_a_voice_that_is_not_known_is_followed_at_once(engine, number):
    frames = fill(engine, 0, noise(1, 300))
    voice = engine.play_after(number, Flitzis.Trigger())
    assert voice == 1
    assert_same(render(engine, 400), place(400, (0, frames)))


@pytest.mark.parametrize('end', ('finish', 'stop'))
def test_a_voice_that_has_ended_is_followed_at_once(engine, end):
    frames = fill(engine, 0, noise(1, 300))
    voice = engine.play_sample(0, 1.0)
    if end == 'finish':
        render(engine, 300)
    else:
        engine.stop_voice(voice)
    assert engine.play_after(voice, Flitzis.Trigger())
    assert_same(render(engine, 400), place(400, (0, frames)))
    assert engine.play_after(voice, Flitzis.Trigger(slot=1)) == 0  # an empty slot


# What is not heard to its end


ENDS = {
    'stopped': (lambda engine, voice: engine.stop_voice(voice), Reason.STOPPED),
    'stopped with its slot': (lambda engine, voice: engine.stop_sample(0), Reason.STOPPED),
    'faded': (lambda engine, voice: engine.stop_voice_with_fade(voice, 0.05), Reason.STOPPED),
    'stopped with all': (lambda engine, voice: engine.stop_all_samples(), Reason.STOPPED),
    'stolen': (lambda engine, voice: [engine.play_sample(3, 1.0) for _ in range(4)],
               Reason.STOLEN),
    'choked': (lambda engine, voice: engine.play_sample(4, 1.0), Reason.CHOKED),
    'unloaded': (lambda engine, voice: engine.unload_sample(0), Reason.UNLOADED),
}


@pytest.mark.parametrize('end, reason', ENDS.values(), ids=ENDS)
def test_what_follows_a_voice_that_is_ended_is_cancelled(make_engine, end, reason):
    """The whole chain, at once or when the fade is over; nothing of it is heard."""
    engine = make_engine(n_voices=4)
    ended = watch(engine)
    fill_all(engine, constant(100000), constant(500, 8.0), constant(500, 8.0), constant(50),
             constant(50))
    engine.get_slot(0).props.choke_group = engine.get_slot(4).props.choke_group = 1
    voice = engine.play_sample(0, 1.0)
    followers = [engine.play_after(voice, Flitzis.Trigger(slot=1)),
                 engine.play_after(voice, Flitzis.Trigger(slot=2))]
    followers.append(engine.play_after(followers[0], Flitzis.Trigger(slot=2)))
    render(engine, 1000)
    end(engine, voice)
    assert numpy.abs(render(engine, 110000)).max() < 8.0
    drain()
    assert [each for each in ended if each[0] <= followers[-1]] == [
        (voice, 0, reason), (followers[0], 1, Reason.CANCELLED),
        (followers[1], 2, Reason.CANCELLED), (followers[2], 2, Reason.CANCELLED)]


def test_what_follows_a_trigger_that_never_sounds_is_cancelled(make_engine):
    """One of an empty slot, one that is rejected, one that is cancelled or stopped before."""
    engine = make_engine(n_voices=1)
    ended = watch(engine)
    fill_all(engine, constant(2000), constant(500))
    engine.props.steal = Flitzis.Steal.REJECT
    engine.play_sample(0, 1.0)
    leaders = [engine.play_sample_at(2, 1.0, 100), engine.play_sample_at(1, 1.0, 200),
               engine.play_sample_at(1, 1.0, 50000), engine.play_sample_at(1, 1.0, 60000)]
    for leader in leaders:
        engine.play_after(leader, Flitzis.Trigger(slot=1))
    engine.stop_voice(leaders[2])
    render(engine, 3000)
    engine.cancel_scheduled()
    assert not render(engine, 100000).any()
    drain()
    reasons = {voice: reason for voice, _slot, reason in ended}
    assert [reasons[voice] for voice in range(1, 10)] == [
        Reason.FINISHED, Reason.UNLOADED, Reason.REJECTED, Reason.STOPPED, Reason.CANCELLED,
        *[Reason.CANCELLED] * 4]
    assert len(ended) == 9


def test_a_trigger_that_waits_is_stopped_alone(engine):
    """The voice before it goes on, and the trigger after it is cancelled."""
    ended = watch(engine)
    frames = fill(engine, 0, noise(1, 3000))
    fill(engine, 1, constant(500))
    voice = engine.play_sample(0, 1.0)
    followers = [engine.play_after(voice, Flitzis.Trigger(slot=1)) for _ in range(3)]
    last = engine.play_after(followers[1], Flitzis.Trigger(slot=1))
    engine.stop_voice(followers[1])
    heard = render(engine, 4000)
    assert_same(heard[:3000], frames)
    assert (heard[3000:3500] == 2.0).all()
    drain()
    assert ended == [(followers[1], 1, Reason.STOPPED), (last, 1, Reason.CANCELLED),
                     (voice, 0, Reason.FINISHED), (followers[0], 1, Reason.FINISHED),
                     (followers[2], 1, Reason.FINISHED)]


def test_what_waits_is_cancelled_with_all_that_is_scheduled(engine):
    ended = watch(engine)
    frames = fill(engine, 0, noise(1, 3000))
    voice = engine.play_sample(0, 1.0)
    first = engine.play_after(voice, Flitzis.Trigger())
    second = engine.play_after(first, Flitzis.Trigger())
    engine.cancel_scheduled()
    assert_same(render(engine, 4000), place(4000, (0, frames)))
    drain()
    assert sorted(ended) == [(voice, 0, Reason.FINISHED), (first, 0, Reason.CANCELLED),
                             (second, 0, Reason.CANCELLED)]


def test_a_long_chain_ends_a_part_a_block(make_engine):
    """The work of one block is bounded, and nothing is lost."""
    engine = make_engine(n_events=3000)
    ended = watch(engine)
    fill(engine, 0, constant(3000))
    voices = [engine.play_sample(0, 1.0)]
    for _ in range(2500):
        voices.append(engine.play_after(voices[-1], Flitzis.Trigger()))
        if len(voices) % 500 == 0:
            render(engine, 1)
    render(engine, 1)
    engine.stop_voice(voices[0])
    drain()
    assert len(ended) == 1 + 1024
    for _ in range(2):
        render(engine, 1)
    drain()
    assert [voice for voice, _slot, _reason in ended] == voices
    assert {reason for _voice, _slot, reason in ended[1:]} == {Reason.CANCELLED}


def test_every_event_can_follow_and_comes_free(make_engine):
    """In whatever order they go, the others keep theirs; BUSY if there are too many."""
    engine = make_engine(n_events=65536, n_voices=4)
    small = make_engine(n_events=3)
    fill(small, 0, constant(1000))
    for _ in range(4):
        voice = small.play_sample(0, 1.0)
        followers = [small.play_after(voice, Flitzis.Trigger()) for _ in range(3)]
        with fails_with(Flitzis.EngineError.BUSY, '3 of 3'):
            small.play_after(voice, Flitzis.Trigger())
        small.stop_voice(followers[1])
        render(small, 1)
        followers[1] = small.play_after(voice, Flitzis.Trigger())
        assert (render(small, 1500)[1000:] == 3.0).all()
        render(small, 1500)
    fill(engine, 0, constant(10))
    ended = watch(engine)
    voice = engine.play_sample(0, 1.0)
    for i in range(65536):
        engine.play_after(voice, Flitzis.Trigger(slot=1))
    engine.stop_voice(voice)
    for _ in range(70):
        render(engine, 1)
        drain()
    assert len(ended) == 65537


# What cannot be


@pytest.mark.parametrize('fields, code, words', (
    ({'frame': 1}, Flitzis.EngineError.INVALID_VALUE, 'no frame'),
    ({'beat': 0.0}, Flitzis.EngineError.INVALID_VALUE, 'no beat'),
    ({'beat': math.inf}, Flitzis.EngineError.INVALID_VALUE, 'no beat'),
    ({'slot': 32}, Flitzis.EngineError.INVALID_SLOT, '32'),
    ({'velocity': 1.1}, Flitzis.EngineError.INVALID_VALUE, 'velocity'),
    ({'gain': math.nan}, Flitzis.EngineError.INVALID_VALUE, 'gain'),
    ({'rate': 0.2}, Flitzis.EngineError.INVALID_VALUE, 'rate'),
    ({'layer': 16}, Flitzis.EngineError.INVALID_VALUE, 'layer'),
))
def test_a_trigger_that_is_wrong_is_refused(engine, fields, code, words):
    fill(engine, 0, constant(1000))
    voice = engine.play_sample(0, 1.0)
    with fails_with(code, words):
        engine.play_after(voice, Flitzis.Trigger(**fields))
    assert engine.props.n_triggered == 1


# Through a sound server


@pytest.mark.parametrize('quantum', QUANTA)
def test_it_sounds_as_render_has_it(pipewire, make_engine, quantum):
    """A chain over a loop, a rate and a seek, whichever blocks the calls fall into."""
    pipewire.force(quantum=quantum)
    length = 600 if quantum < 1024 else 6000

    def prepare():
        engine = make_engine()
        for slot in range(4):
            fill(engine, slot, noise(slot, length + 77 * slot, 1 + slot % 2))
        engine.get_slot(1).props.loop_start = length - 100
        return engine

    def play(engine):
        voice = engine.play_sample(0, 0.9)
        voice = engine.play_after(voice, Flitzis.Trigger(slot=1, loops=3))
        voice = engine.play_after(voice, Flitzis.Trigger(slot=2, rate=1.37))
        voice = engine.play_after(voice, Flitzis.Trigger(slot=3))
        engine.seek_voice(voice, 500)

    def take():
        play(engine)
        run_out(engine)
    offline = prepare()
    play(offline)
    n_frames = 2 * length + 77 + 2 * 177 + length_at(length + 154, 1.37) + length + 231 - 500
    expected = render(offline, n_frames + 100)
    assert expected[n_frames - 1].any() and not expected[n_frames:].any()
    engine = prepare()
    engine.start()
    state_is(engine, Flitzis.State.RUNNING)
    one_of_many(pipewire, take, lambda heard: same(heard, expected[:n_frames]),
                n_takes=5 if quantum < 1024 else 2)
