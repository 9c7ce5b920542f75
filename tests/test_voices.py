# SPDX-License-Identifier: LGPL-2.1-or-later
"""What several rules of playing make together: stops over stops, pauses around fades, loops at the
edges of a part, triggers that take settings at the call. Offline, at 48 kHz."""

import time

import numpy
import pytest

import gi
gi.require_version('Flitzis', '1')
from gi.repository import Flitzis

from test_playing import FADE, Reason, constant, drain, fails_with, fill, noise, render, watch

CUT = 48  # frames: 1 ms, in which a part that begins or ends within its sample fades


def heard(engine, n_frames):
    """The left side."""
    return render(engine, n_frames)[:, 0]


def biggest_step(frames, before=0.0):
    return numpy.abs(numpy.diff(numpy.concatenate(([numpy.float32(before)], frames)))).max()


def ramp(n_frames):
    return (numpy.arange(n_frames, dtype='<f4') / numpy.float32(4096))[:, None]


# Stops over stops

STOPS = {
    'stop_sample': lambda engine, voice: engine.stop_sample(0),
    'stop_sample_at': lambda engine, voice: engine.stop_sample_at(0, engine.props.position),
    'stop_voice': lambda engine, voice: engine.stop_voice(voice),
    'stop_all_samples': lambda engine, voice: engine.stop_all_samples(),
    'stop_voice_with_fade': lambda engine, voice: engine.stop_voice_with_fade(voice, 0.005),
}


@pytest.mark.parametrize('stop', STOPS.values(), ids=STOPS)
def test_a_fade_of_its_own_is_that_of_one_stop(engine, stop):
    """A later stop with a shorter fade ends the voice sooner."""
    fill(engine, 0, constant(100000))
    voice = engine.play_sample(0, 1.0)
    render(engine, 100)
    engine.stop_voice_with_fade(voice, 1.0)
    render(engine, 10)
    stop(engine, voice)
    assert numpy.count_nonzero(render(engine, 60000)[:, 0]) <= FADE


def test_a_later_stop_never_makes_a_fade_longer(engine):
    fill(engine, 0, constant(100000))
    engine.get_slot(0).props.release = 1.0
    voice = engine.play_sample(0, 1.0)
    render(engine, 100)
    engine.stop_voice_with_fade(voice, 0.01)
    render(engine, 10)
    engine.stop_voice(voice)
    assert numpy.count_nonzero(render(engine, 60000)[:, 0]) == 480 - 10 - 1


def test_the_reason_is_that_of_the_fade_that_ended_it(engine):
    ended = watch(engine)
    for slot in (0, 1):
        fill(engine, slot, constant(100000))
        engine.get_slot(slot).props.choke_group = 1
        engine.get_slot(slot).props.release = 1.0
    first = engine.play_sample(0, 1.0)
    render(engine, 10)
    engine.stop_voice(first)
    render(engine, 10)
    second = engine.play_sample(1, 1.0)  # chokes the first in 5 ms
    render(engine, 10)
    engine.get_slot(1).props.choke_release = 2.0
    engine.stop_voice(second)
    render(engine, 10)
    engine.play_sample(0, 1.0)  # would choke the second in 2 s
    render(engine, 48000)
    drain()
    assert ended == [(first, 0, Reason.CHOKED), (second, 1, Reason.STOPPED)]


def test_a_waiting_voice_that_is_stopped_ends_with_the_next_block(make_engine):
    engine = make_engine(n_events=1)
    ended = watch(engine)
    fill(engine, 0, constant(1000))
    voice = engine.play_sample_at(0, 1.0, 1000)
    with fails_with(Flitzis.EngineError.BUSY):
        engine.play_sample_at(0, 1.0, 2000)
    engine.stop_voice(voice)
    render(engine, 1)
    drain()
    assert ended == [(voice, 0, Reason.STOPPED)]
    assert engine.play_sample_at(0, 1.0, 2000) > 0
    assert not render(engine, 1500).any()
    assert engine.props.n_started == 0


def test_a_trigger_that_never_sounded_is_not_started(engine):
    ended = watch(engine)
    empty = engine.play_sample_at(0, 1.0, 10)
    late = Flitzis.Trigger()
    late.slot, late.stop_frame = 1, 50
    render(engine, 100)
    fill(engine, 1, constant(1000))
    over = engine.play(late)
    assert not render(engine, 100).any()
    drain()
    assert ended == [(empty, 0, Reason.UNLOADED), (over, 1, Reason.STOPPED)]
    assert (engine.props.n_started, engine.props.n_triggered) == (0, 2)


def test_a_voice_starts_and_plays_from_its_first_block_on(engine):
    """One that ends before has started with its end. What has sounded counts until it ends."""
    ended = watch(engine)
    for slot in (0, 1, 2):
        fill(engine, slot, constant(1000))

    def counted():
        return engine.props.n_playing, engine.props.n_started, engine.props.n_triggered
    for slot in (0, 0, 1, 2):
        engine.play_sample(slot, 1.0)
    assert counted() == (0, 0, 4)
    assert all(engine.get_slot(slot).props.playing for slot in (0, 1, 2))
    engine.stop_voice(1)
    assert counted() == (0, 1, 4)
    engine.unload_sample(1)
    assert counted() == (0, 2, 4)
    render(engine, 500)
    assert counted() == (2, 4, 4)
    engine.play_sample(0, 1.0)
    assert counted() == (2, 4, 5)
    engine.stop_sample(2)
    assert counted() == (1, 4, 5)
    render(engine, 1000)
    assert counted() == (0, 5, 5)
    drain()
    assert [(voice, reason) for voice, _slot, reason in ended] == [
        (1, Reason.STOPPED), (3, Reason.UNLOADED), (4, Reason.STOPPED),
        (2, Reason.FINISHED), (5, Reason.FINISHED)]


def test_render_plays_what_was_triggered_however_long_before(engine):
    fill(engine, 0, constant(100, 0.125))
    for seconds in (0.0, 0.3):
        time.sleep(seconds)
        engine.play_sample(0, 1.0)
    assert render(engine, 1)[0, 0] == 0.25
    assert (engine.props.n_started, engine.props.n_rejected) == (2, 0)


@pytest.mark.parametrize('n_events', (1, 1024, 3000))
def test_cancelled_events_give_their_room_back(make_engine, n_events):
    """At most 1024 events are looked at in a block; none that was cancelled sounds meanwhile."""
    engine = make_engine(n_events=n_events)
    ended = watch(engine)
    fill(engine, 0, constant(10))
    for i in range(n_events):
        engine.play_sample_at(0, 1.0, 1 + i % 5)
    engine.cancel_scheduled()
    assert not render(engine, 10).any()
    for _ in range(4):
        render(engine, 1)
    drain()
    assert [reason for *_voice, reason in ended] == [Reason.CANCELLED] * n_events
    for _ in range(n_events):
        assert engine.play_sample_at(0, 1.0, 100000) > 0


# Pauses


def test_a_release_stands_still_while_its_voice_is_paused(engine):
    fill(engine, 0, constant(100000))
    engine.get_slot(0).props.release = 1.0
    voice = engine.play_sample(0, 1.0)
    render(engine, 100)
    engine.stop_voice(voice)
    level = heard(engine, 4800)[-1]
    at = engine.get_voice_position(voice)
    engine.pause_voice(voice)
    assert not heard(engine, 5000)[FADE:].any()
    assert engine.get_voice_position(voice) == at + FADE
    engine.resume_voice(voice)
    frames = heard(engine, 50000)
    assert frames.max() == pytest.approx(level - 2 * FADE / 48000, abs=1e-3)
    assert numpy.count_nonzero(frames) == 48000 - 4800 - FADE - 1
    assert biggest_step(frames) < 1.1 / FADE


def test_a_stop_ends_a_pausing_voice_with_its_pause(engine):
    ended = watch(engine)
    fill(engine, 0, constant(100000))
    engine.get_slot(0).props.release = 1.0
    voice = engine.play_sample(0, 1.0)
    render(engine, 100)
    engine.pause_voice(voice)
    before = heard(engine, 60)[-1]
    engine.stop_voice(voice)
    frames = heard(engine, 1000)
    assert not frames[FADE - 60:].any() and biggest_step(frames, before) < 2.0 / FADE
    drain()
    assert ended == [(voice, 0, Reason.STOPPED)]


def test_a_voice_paused_before_its_first_frame_begins_when_it_goes_on(engine):
    fill(engine, 0, ramp(2000))
    engine.get_slot(0).props.attack = 0.01
    voice = engine.play_sample(0, 1.0)
    engine.pause_voice(voice)
    assert not heard(engine, 1000).any()
    engine.resume_voice(voice)
    gains = numpy.minimum(numpy.arange(1, 1001) / 480, 1.0)
    assert numpy.allclose(heard(engine, 1000), gains * numpy.arange(1000) / 4096, atol=1e-6)


SILENCINGS = {
    'mute': lambda engine, voice: engine.get_slot(0).set_mute(True),
    'slot gain': lambda engine, voice: engine.get_slot(0).set_gain(0.0),
    'voice gain': lambda engine, voice: engine.set_voice_gain(voice, 0.0),
    'engine gain': lambda engine, voice: engine.set_gain(0.0),
}


@pytest.mark.parametrize('silence', SILENCINGS.values(), ids=SILENCINGS)
@pytest.mark.parametrize('whole', (False, True), ids=('voice', 'engine'))
@pytest.mark.parametrize('early', (100, 1000), ids=('pausing', 'paused'))
def test_what_changes_in_a_pause_is_done_when_it_goes_on(engine, silence, whole, early):
    fill(engine, 0, constant(100000))
    voice = engine.play_sample(0, 1.0)
    render(engine, 100)
    if whole:
        engine.props.paused = True
    else:
        engine.pause_voice(voice)
    render(engine, early)
    silence(engine, voice)
    render(engine, 5000)
    if whole:
        engine.props.paused = False
    else:
        engine.resume_voice(voice)
    assert not render(engine, 1000).any()


@pytest.mark.parametrize('limiter', (False, True))
def test_a_pause_of_all_does_not_click(engine, limiter):
    fill(engine, 0, constant(100000, 0.9))
    engine.props.limiter = limiter
    engine.play_sample(0, 1.0)
    render(engine, 1000)
    engine.props.paused = True
    paused = heard(engine, 1000)
    assert biggest_step(paused, 0.9) < 1.1 * 0.9 / FADE and not paused[FADE:].any()
    engine.props.paused = False
    assert biggest_step(heard(engine, 1000)) < 1.1 * 0.9 / FADE


# Parts and loops


@pytest.mark.parametrize('loop, part, frame', (
    ((0, 301), (300, 1000), 300), ((0, 300), (300, 1000), 300), ((0, 100), (300, 1000), 300),
    ((1500, 1800), (0, 1000), 999)))
@pytest.mark.parametrize('reverse', (False, True))
def test_a_loop_outside_the_part_is_the_nearest_frame(engine, loop, part, frame, reverse):
    fill(engine, 0, ramp(2000))
    slot = engine.get_slot(0).props
    slot.loop, slot.reverse = True, reverse
    slot.loop_start, slot.loop_end = loop
    slot.start, slot.end = part
    engine.play_sample(0, 1.0)
    assert set(heard(engine, 3000)[-1000:]) == {numpy.float32(frame / 4096)}


@pytest.mark.parametrize('n_frames', (1, 10, 40, 1000))
@pytest.mark.parametrize('reverse', (False, True))
def test_a_part_fades_in_however_short_its_loop_is(engine, n_frames, reverse):
    fill(engine, 0, constant(5000))
    slot = engine.get_slot(0).props
    slot.start, slot.end, slot.loop, slot.reverse = 100, 100 + n_frames, True, reverse
    engine.play_sample(0, 1.0)
    expected = numpy.minimum(numpy.arange(1, 201) / CUT, 1.0)
    assert numpy.allclose(heard(engine, 200), expected, atol=1e-6)


@pytest.mark.parametrize('n_frames', (10, 40))
def test_a_part_fades_out_through_the_last_rounds_of_its_loop(engine, n_frames):
    fill(engine, 0, constant(5000))
    slot = engine.get_slot(0).props
    slot.end = n_frames
    trigger = Flitzis.Trigger()
    trigger.loops = 20
    engine.play(trigger)
    expected = numpy.minimum(numpy.arange(20 * n_frames, 0, -1) / CUT, 1.0)
    frames = heard(engine, 20 * n_frames + 10)
    assert numpy.allclose(frames[:20 * n_frames], expected, atol=1e-6)
    assert not frames[20 * n_frames:].any()


@pytest.mark.parametrize('rate', (0.25, 1.0, 4.0, 16.0))
def test_a_part_fades_in_a_thousandth_of_a_second_at_any_rate(engine, rate):
    fill(engine, 0, constant(100000))
    slot = engine.get_slot(0).props
    slot.start, slot.end, slot.interpolation = 1000, 90000, Flitzis.Interpolation.LINEAR
    trigger = Flitzis.Trigger()
    slot.playback_rate, trigger.rate = min(rate, 4.0), max(rate / 4.0, 1.0)
    engine.play(trigger)
    frames = heard(engine, int(89000 / rate) + 100)
    sounding = frames[:numpy.flatnonzero(frames)[-1] + 1]
    assert numpy.flatnonzero(sounding > 0.999)[0] == CUT - 1
    assert len(sounding) - numpy.flatnonzero(sounding > 0.999)[-1] == pytest.approx(CUT, abs=1)
    assert biggest_step(frames) < 1.1 / CUT


def test_a_loop_that_ends_in_the_fade_of_its_part_does_not_click(engine):
    """Whatever the loop becomes while the end fades out, or would have to fade out already."""
    for at in range(1, 100, 7):
        for first in (False, True):
            fill(engine, 0, constant(5000))
            slot = engine.get_slot(0).props
            slot.end, slot.loop_start, slot.loop = 200, 100, first
            engine.play_sample(0, 1.0)
            before = heard(engine, 100 + at)
            slot.loop = not first
            assert biggest_step(heard(engine, 600), before[-1]) < 1.1 / min(CUT, 100 - at)
            engine.stop_all_samples()
            render(engine, 1000)


def test_a_voice_that_returns_to_rate_1_stays_between_the_frames(engine):
    """It goes on by one frame each, from where the glide has left it."""
    fill(engine, 0, ramp(4000))
    slot = engine.get_slot(0).props
    slot.interpolation, slot.playback_rate = Flitzis.Interpolation.LINEAR, 1.3
    engine.play_sample(0, 1.0)
    render(engine, 777)
    slot.playback_rate = 1.0
    render(engine, 300)
    places = heard(engine, 500).astype(float) * 4096
    assert numpy.allclose(numpy.diff(places), 1.0, atol=1e-3)
    assert 0.01 < places[0] % 1.0 < 0.99


# What is taken at the call


def test_a_trigger_takes_its_part_at_the_call(engine):
    fill(engine, 0, ramp(2000))
    slot = engine.get_slot(0).props
    slot.start, slot.end = 100, 200
    first = engine.play_sample(0, 1.0)
    slot.start, slot.end = 1000, 1100
    second = engine.play_sample(0, 1.0)
    waiting = engine.play_sample_at(0, 1.0, 30)
    slot.start, slot.end, slot.reverse = 0, 0, True
    render(engine, 60)
    assert [engine.get_voice_position(voice) for voice in (first, second, waiting)] == [
        160, 1060, 1030]


def test_a_trigger_takes_its_attack_at_the_call(engine):
    fill(engine, 0, constant(2000))
    engine.play_sample(0, 1.0)
    engine.play_sample_at(0, 1.0, 50)
    engine.get_slot(0).props.attack = 1.0
    assert list(heard(engine, 52)) == [1.0] * 50 + [2.0] * 2


def test_a_voice_keeps_the_choke_group_of_its_trigger(engine):
    ended = watch(engine)
    for slot in (0, 1):
        fill(engine, slot, constant(100000))
    joined = engine.get_slot(0).props
    engine.play_sample(0, 1.0)
    render(engine, 10)
    joined.choke_group = engine.get_slot(1).props.choke_group = 1
    engine.play_sample(1, 1.0)
    render(engine, 1000)
    drain()
    assert ended == []
    choked = engine.play_sample(0, 1.0)
    render(engine, 10)
    joined.choke_group = 0
    engine.play_sample(1, 1.0)
    render(engine, 1000)
    drain()
    assert (choked, 0, Reason.CHOKED) in ended


def test_all_that_is_choked_makes_room_while_all_voices_sound(make_engine):
    engine = make_engine(n_voices=3)
    for slot in (0, 1, 2):
        fill(engine, slot, constant(100000, 10.0 ** -slot))
        engine.get_slot(slot).props.choke_release = 0.1
    for slot in (0, 2):
        engine.get_slot(slot).props.choke_group = 7
    for slot in (0, 0, 1):
        engine.play_sample(slot, 1.0)
    render(engine, 10)
    engine.play_sample(2, 0.0)
    frames = heard(engine, 6000)
    assert numpy.flatnonzero(frames > 0.1001)[-1] < FADE
    assert engine.props.n_playing == 2


def test_groups_with_one_hash_do_not_choke_one_another(make_engine):
    engine = make_engine(n_voices=4)
    for slot, group in ((0, 1), (1, 5), (2, 1)):
        fill(engine, slot, constant(100000))
        engine.get_slot(slot).props.choke_group = group
    ended = watch(engine)
    choked, other = engine.play_sample(0, 1.0), engine.play_sample(1, 1.0)
    render(engine, 10)
    engine.play_sample(2, 1.0)
    render(engine, 1000)
    drain()
    assert [voice for voice, *_ in ended] == [choked] and engine.get_voice_position(other) >= 0


@pytest.mark.parametrize('first, second', (
    ((1.0, 0.01, False), (0.5, 1.0, False)), ((1.0, 1.0, True), (0.5, 1.0, False))))
def test_the_quietest_counts_the_gain_of_a_voice_and_the_mute(make_engine, first, second):
    engine = make_engine(n_voices=2)
    engine.props.steal = Flitzis.Steal.QUIETEST
    ended = watch(engine)
    for slot in range(3):
        fill(engine, slot, constant(100000))
    for slot, (velocity, gain, mute) in enumerate((first, second)):
        trigger = Flitzis.Trigger()
        trigger.slot, trigger.velocity, trigger.gain = slot, velocity, gain
        engine.get_slot(slot).props.mute = mute
        engine.play(trigger)
    render(engine, 500)
    engine.play_sample(2, 1.0)
    render(engine, 10)
    drain()
    assert ended == [(1, 0, Reason.STOLEN)]


def test_what_is_called_for_now_comes_before_what_waits_for_this_frame(make_engine):
    engine = make_engine(n_voices=1)
    ended = watch(engine)
    for slot in (0, 1):
        fill(engine, slot, constant(1000))
    render(engine, 10)
    engine.play_sample_at(0, 1.0, 10)
    now = engine.play_sample(1, 1.0)
    render(engine, 10)
    drain()
    assert ended == [(now, 1, Reason.STOLEN)]


# Triggers that wait for the grid


def at_bar(engine, act):
    """Where a trigger starts that waits for a bar, after `act` at frame 10."""
    fill(engine, 0, constant(100))
    clock = engine.props.clock
    clock.restart(0)
    engine.get_slot(0).props.quantize = Flitzis.Quantize.BAR
    render(engine, 10)
    act(clock, lambda: engine.play_sample(0, 1.0))
    return numpy.flatnonzero(heard(engine, 200000))[0] + engine.props.position - 200000


def test_the_point_of_a_trigger_is_found_when_the_block_begins(make_engine):
    def three(clock):
        clock.props.beats_per_bar = 3
    assert at_bar(make_engine(), lambda clock, play: (three(clock), play())) == 72000
    assert at_bar(make_engine(), lambda clock, play: (play(), three(clock))) == 72000


def test_changes_of_the_clock_between_two_blocks_are_one(make_engine):
    for order in (0, 1):
        engine = make_engine()

        def act(clock, play):
            play()
            render(engine, 10)
            changes = [lambda: clock.restart(19), lambda: clock.set_beats_per_bar(3)]
            changes[order]()
            changes[1 - order]()
        assert at_bar(engine, act) == 72019


def test_a_tempo_after_a_restart_keeps_beat_0_and_tells_each_beat_once(engine):
    """Both between two blocks; neither order tells of a beat before one that was told."""
    told = []
    clock = engine.props.clock
    clock.connect('beat', lambda _clock, beat, frame, _time: told.append((beat, frame)))
    clock.restart(0)
    render(engine, 50000)
    clock.restart(1000)
    for tempo in (999, 20, 300, 137, 240):
        clock.props.tempo = tempo
        assert clock.beat_to_frame(0) == 1000
    render(engine, 20000)
    drain()
    frames = [frame for _beat, frame in told]
    assert frames == sorted(frames)
    assert [each for each in told if each[1] > 50000] == [(5, 61000)]


def test_quantised_triggers_that_wait_are_bounded(make_engine):
    engine = make_engine(n_events=5000)
    fill(engine, 0, noise(0, 10))
    engine.props.clock.restart(1000)
    engine.get_slot(0).props.quantize = Flitzis.Quantize.BAR
    for _ in range(1024):
        assert engine.play_sample(0, 1.0) > 0
    with fails_with(Flitzis.EngineError.BUSY, '1024 quantised triggers'):
        engine.play_sample(0, 1.0)
    render(engine, 2000)
    assert engine.play_sample(0, 1.0) > 0


def test_a_restart_far_away_overflows_nothing(engine):
    clock = engine.props.clock
    for frame in (2 ** 63, 2 ** 64 - 1):
        clock.restart(frame)
        assert clock.beat_to_frame(0) == frame
        assert clock.beat_to_frame(-1) == frame - 24000
        assert clock.frame_to_beat(frame) == 0
        render(engine, 10)
        clock.props.tempo = 120 + frame % 2
        render(engine, 10)
        clock.props.tempo = 120
