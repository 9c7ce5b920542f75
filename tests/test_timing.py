# SPDX-License-Identifier: LGPL-2.1-or-later
"""Frames and the time, in a real graph: what the engine says of them, and how long after its call a
trigger begins to sound."""

import statistics
import threading
import time

import gi
import numpy
import pytest

gi.require_version('Flitzis', '1')
from gi.repository import Flitzis, GLib  # noqa: E402

from pipewire_daemon import poll  # noqa: E402
from test_live import State, go_on, run_out, state_is  # noqa: E402
from test_playing import Reason, constant, drain, fill, watch  # noqa: E402

Timing = Flitzis.TriggerTiming
RATE = 48000
FRAME_NS = 1e9 / RATE


def start(engine):
    engine.start()
    state_is(engine, State.RUNNING)


# Frames and times


def test_nothing_is_known_while_nothing_runs(pipewire, engine):
    def assert_unknown():
        assert engine.frame_to_time(engine.props.position) == -1
        assert engine.time_to_frame(time.monotonic_ns()) == engine.props.position
        assert engine.props.latency == -1
    assert_unknown()
    assert engine.props.trigger_delay == -1
    engine.render(100)
    assert_unknown()
    start(engine)
    assert engine.frame_to_time(engine.props.position) > 0
    engine.stop()
    assert_unknown()
    start(engine)
    assert engine.frame_to_time(engine.props.position) > 0


@pytest.mark.parametrize('quantum', (256, 1024))
def test_frames_and_times_belong_together(pipewire, engine, quantum):
    """The time of now is that of the position, within a block."""
    pipewire.force(quantum=quantum)
    start(engine)
    right = 0
    for _ in range(300):
        now = time.monotonic_ns()
        before = engine.props.position
        frame = engine.time_to_frame(now)
        right += before - quantum <= frame <= engine.props.position + quantum
        for distance in (0, 1, 10 ** 6):
            there = engine.frame_to_time(frame + distance)
            assert abs(there - now - distance * FRAME_NS) < 20e6
            assert abs(engine.time_to_frame(there) - frame - distance) < 0.02 * RATE
        time.sleep(0.001)
    assert right > 200
    assert engine.frame_to_time(2 ** 64 - 1) >= engine.frame_to_time(2 ** 62) > 10 ** 18
    assert engine.time_to_frame(-2 ** 63) == engine.time_to_frame(0) == 0
    assert engine.time_to_frame(2 ** 63 - 1) > 10 ** 14


def test_neither_runs_backwards(pipewire, engine):
    """In three threads at once, though the graph changes its quantum, the engine stops, starts and
    is paused, and the server is lost and comes back."""
    start(engine)
    over, faults, counts = threading.Event(), [], []

    def ask(question, answer):
        last, n = (0, 0), 0
        while not over.is_set():
            asked = question()
            now = (asked, answer(asked))
            if now[1] == -1:
                continue
            if now[0] >= last[0] and now[1] < last[1]:
                faults.append((last, now))
            last, n = now, n + 1
        counts.append(n)
    threads = [threading.Thread(target=ask, args=each) for each in (
        (time.monotonic_ns, engine.time_to_frame),
        (lambda: engine.props.position, engine.frame_to_time),
        (lambda: engine.props.position + 4800, engine.frame_to_time))]
    for thread in threads:
        thread.start()

    def pause(is_paused):
        engine.props.paused = is_paused

    for quantum in (128, 2048, 512):
        for event in (lambda: pipewire.prefer(quantum=quantum), engine.stop, engine.start,
                      lambda: pause(True), lambda: pause(False)):
            event()
            time.sleep(0.1)
    pipewire.kill()
    state_is(engine, State.RECONNECTING)
    pipewire.start()
    state_is(engine, State.RUNNING)
    time.sleep(0.2)
    over.set()
    for thread in threads:
        thread.join()
    assert not faults, faults[:3]
    assert min(counts) > 100


def force(server, quantum):
    """PulseAudio has no quantum."""
    if server.kind != 'pulseaudio':
        getattr(server, 'pipewire', server).force(quantum=quantum)


def onsets(recording, first):
    """The frames of a recording at which sounds begin, from that one on."""
    sounds = recording.get_frames(first).any(axis=1)
    return first + numpy.flatnonzero(sounds[1:] & ~sounds[:-1]) + 1


def play(engine, velocity=1.0):
    """Returns a voice, the frame at which it has started, and the times before and after the call;
    None if the server stalled, and the trigger was rejected for having waited too long. The voice
    sounds until it is stopped: the start of one that has ended is not known any more."""
    engine[0].loop = True
    n_rejected = engine.props.n_rejected
    before = time.monotonic_ns()
    voice = engine.play_sample(0, velocity)
    after = time.monotonic_ns()
    frame = poll(lambda: engine.get_voice_start_frame(voice) + 1
                 or engine.props.n_rejected > n_rejected and -1, 'the voice') - 1
    return (voice, frame, before, after) if frame >= 0 else None


def test_frames_are_heard_when_it_was_told(server, engine):
    """By the sink's own clock, also where its server takes long blocks."""
    force(server, 1024)
    fill(engine, 0, constant(2400))
    off = []
    with server.record() as recording:
        start(engine)
        poll(lambda: engine.props.latency >= 0, 'the latency')
        go_on(engine, 48000)
        for _ in range(9):
            first = recording.n_frames
            voice, frame, *_ = poll(lambda: play(engine), 'a trigger that is taken')
            told = engine.frame_to_time(frame) + engine.props.latency
            poll(lambda: len(onsets(recording, first)), 'the sound')
            off.append(told - recording.get_time(onsets(recording, first)[0]))
            engine.stop_voice(voice)
            recording.wait(9600)
    assert abs(statistics.median(off)) < 10e6, off


# From the call to the sound


def delays(engine, n=60):
    """How long after each call its voice starts, by the driver's clock; as bounds in ns: the times
    before and after the call."""
    found = []
    fill(engine, 0, constant(4800))
    for i in range(n):
        time.sleep(0.0017 * (i % 7) + 0.003)
        n_late, n_xruns = engine.props.n_late, engine.props.n_xruns
        voice, frame, before, after = poll(lambda: play(engine, 0.01), 'a trigger that is taken')
        due = engine.frame_to_time(frame)
        if engine.props.n_late == n_late and engine.props.n_xruns == n_xruns:
            found.append((due - after, due - before))
        engine.stop_voice(voice)
    return found


def jitter(found):
    """What no call can have been off less than: the latest start against the earliest."""
    return max(low for low, _high in found) - min(high for _low, high in found)


def test_constant_timing_is_constant(pipewire, engine):
    """To a frame, where the other is off by most of a block. A busy machine may take a while."""
    pipewire.force(quantum=1024)
    start(engine)
    quantum_ns = 1024 * FRAME_NS
    assert engine.props.trigger_delay == pytest.approx(quantum_ns + 1e6, abs=2)

    def is_constant():
        engine.props.trigger_timing = Timing.CONSTANT
        found = delays(engine)
        return (len(found) > 20 and jitter(found) <= FRAME_NS + 1000
                and all(low - FRAME_NS <= engine.props.trigger_delay <= high + FRAME_NS
                        for low, high in found))
    poll(is_constant, 'a calm machine', 20.0)
    engine.props.trigger_timing = Timing.SOONEST
    assert jitter(delays(engine)) > quantum_ns / 2


def test_constant_timing_is_heard(server, engine):
    """Of calls 10 ms apart, which is less than half a block, none is late; give or take three
    frames, by which the sink's clock may be moved meanwhile. A busy machine may take a while."""
    force(server, 1024)
    engine.props.trigger_timing = Timing.CONSTANT
    fill(engine, 0, constant(10))
    start(engine)
    poll(lambda: engine.props.latency >= 0, 'the latency')

    def call():
        before = time.monotonic_ns()
        engine.play_sample(0, 1.0)
        after = time.monotonic_ns()
        time.sleep(0.01)
        return before, after

    with server.record() as recording:
        def is_constant():
            n_late, first = engine.props.n_late, recording.n_frames
            calls = [call() for _ in range(5)]
            recording.wait(4800)
            heard = onsets(recording, first) * FRAME_NS
            return (len(heard) == len(calls) and engine.props.n_late == n_late
                    and jitter([(sound - after, sound - before)
                                for sound, (before, after) in zip(heard, calls)]) <= 3 * FRAME_NS)
        poll(is_constant, 'a calm machine', 60.0)


def test_triggers_that_come_too_late_sound_at_once_and_are_counted(pipewire, engine):
    """The delay is of the quantum that was when the stream began."""
    pipewire.prefer(quantum=128)
    engine.props.trigger_timing = Timing.CONSTANT
    start(engine)
    delay = engine.props.trigger_delay
    fill(engine, 0, constant(100))
    pipewire.prefer(quantum=8192)
    go_on(engine, 3 * 8192)
    assert engine.props.trigger_delay == delay < 8192 * FRAME_NS

    def is_late():
        engine.play_sample(0, 0.01)
        time.sleep(0.02)
        return engine.props.n_late > 0
    poll(is_late, 'a late one')
    run_out(engine)
    assert engine.props.n_started == engine.props.n_triggered


def test_constant_timing_keeps_the_order_of_the_calls(pipewire, make_engine):
    """Of four threads, though each call has a stamp of its own."""
    engine = make_engine(n_voices=1024)
    pipewire.force(quantum=1024)
    engine.props.trigger_timing = Timing.CONSTANT
    start(engine)
    fill(engine, 0, constant(960000))

    def play():
        for _ in range(50):
            voices.append(engine.play_sample(0, 0.001))
    voices, threads = [], [threading.Thread(target=play) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    poll(lambda: engine.props.n_started == 200, 'all voices')
    poll(lambda: engine.get_voice_start_frame(max(voices)) > 0, 'the last voice')
    frames = [engine.get_voice_start_frame(voice) for voice in sorted(voices)]
    assert frames == sorted(frames) and frames[0] > 0
    assert len(set(frames)) > 5 or engine.props.n_late > 0


@pytest.mark.parametrize('stop', (
    lambda engine, voice: engine.stop_sample(0),
    lambda engine, voice: engine.stop_all_samples(),
    lambda engine, voice: engine.stop_voice(voice)))
@pytest.mark.parametrize('after', (Timing.CONSTANT, Timing.SOONEST))
def test_what_is_stopped_after_its_trigger_stops(pipewire, engine, stop, after):
    """Though both wait for their frame; and so it does if timing is constant no more."""
    pipewire.force(quantum=2048)
    engine.props.trigger_timing = Timing.CONSTANT
    ended = watch(engine)
    start(engine)
    fill(engine, 0, constant(480000))
    for _ in range(5):
        engine.props.trigger_timing = Timing.CONSTANT
        voice = engine.play_sample(0, 0.01)
        engine.props.trigger_timing = after
        stop(engine, voice)
        engine.cancel_scheduled()
    run_out(engine)
    poll(lambda: drain() or len(ended) == 5, 'the ends', 5.0)
    assert {reason for _voice, _slot, reason in ended} == {Reason.STOPPED}


def test_timing_is_a_property(engine):
    notified = []
    engine.connect('notify::trigger-timing', lambda *_arguments: notified.append(True))
    engine.props.trigger_timing = Timing.SOONEST
    assert not notified
    engine.props.trigger_timing = Timing.CONSTANT
    assert notified and engine.props.trigger_timing == Timing.CONSTANT


# Latency


def test_the_latency_follows_the_graph(pipewire, engine):
    """What PipeWire's resampler holds back comes to it, and its changes are told."""
    told = []
    engine.connect('notify::latency', lambda *_arguments: told.append(engine.props.latency))
    pipewire.force(quantum=1024, rate=48000)
    start(engine)
    poll(lambda: engine.props.latency >= 0, 'the latency')
    at_equal_rates = engine.props.latency
    pipewire.force(quantum=512, rate=44100)
    poll(lambda: engine.props.latency > at_equal_rates, 'the latency of the resampler')
    assert engine.props.latency < 20e6
    drain()
    assert told and told[-1] == engine.props.latency
    without = engine.props.latency
    engine.props.limiter = True
    assert engine.props.latency == told[-1] == without + 2000000
    engine.props.limiter = False
    assert engine.props.latency == told[-1] == without
    engine.stop()
    assert engine.props.latency == -1


def test_the_latency_is_that_of_what_it_is_linked_to(pipewire, make_engine):
    """Told when it changes, also while nothing plays; the limiter's 2 ms come to it."""
    told = []
    pipewire.force(quantum=1024, rate=RATE)
    engine = make_engine(client_name='linked')
    engine.connect('notify::latency', lambda *_arguments: told.append(engine.props.latency))

    def move(before, after):
        for ports, *options in ([after], [before, '-d']):
            for channel in ('FL', 'FR'):
                pipewire.tool('pw-link', *options, f'linked:output_{channel}',
                              f'{ports}_{channel}')

    def latency_is(latency_ns):
        poll(lambda: engine.props.latency == latency_ns, f'{latency_ns} ns')
        drain()
        assert told[-1] == latency_ns
    with pipewire.record(latency_ns=30000000) as recording:
        here, there = 'null-sink:playback', f'{recording.name}:input'
        start(engine)
        pipewire.wait_linked('linked')
        latency_is(0)
        move(here, there)
        latency_is(30000000)
        engine.props.limiter = True
        latency_is(32000000)
        move(there, here)
        latency_is(2000000)


def test_beats_are_told_with_the_time_at_which_they_are_heard(pipewire, engine):
    clock, beats = engine.props.clock, []
    clock.connect('beat', lambda _clock, *beat: beats.append((beat, time.monotonic_ns())))
    start(engine)
    poll(lambda: engine.props.latency >= 0, 'the latency')
    clock.props.tempo = 600
    clock.restart(engine.props.position)

    def heard():
        drain()
        return len(beats) >= 10
    poll(heard, 'ten beats')
    for (number, frame, time_ns), when in beats[:10]:
        assert frame == clock.beat_to_frame(number)
        assert abs(time_ns - when) < 1e9
        assert abs(time_ns - engine.props.latency - engine.frame_to_time(frame)) < 30e6
    assert [beat[0] for beat, _when in beats] == list(range(beats[0][0][0], beats[-1][0][0] + 1))
