# SPDX-License-Identifier: LGPL-2.1-or-later
"""Playing through a sound server: what the sink's monitor heard against what `render` computes, and
what becomes of an engine whose server or sink comes and goes. What does not depend on the graph is
tested with each kind of server."""

import contextlib
import gc
import math
import os
import pathlib
import re
import signal
import subprocess
import sys
import threading
import time

import numpy
import pytest

import gi

gi.require_version('Flitzis', '1')
from gi.repository import Flitzis, Gio, GLib

from pipewire_daemon import SINK, poll
from test_playing import (Reason, Steal, assert_same, constant, counters, drain, fails_with, fill,
                          make_sample, noise, perform, place, render, watch)

State = Flitzis.State
PAUSE = 600  # frames of silence that part two takes


@pytest.fixture(params=('pipewire', 'pulseaudio',
                        pytest.param('pipewire_pulse', marks=pytest.mark.slow)))
def server(request):
    """To the engine, pipewire-pulse is another PulseAudio: tests/test_outputs.py has it."""
    return request.getfixturevalue(request.param)


def state_is(engine, state, seconds=30.0):
    poll(lambda: engine.props.state == state, f'the state {state.value_nick}', seconds)


def go_on(engine, n_frames):
    """Waits until the engine has rendered this many more frames."""
    goal = engine.props.position + n_frames
    poll(lambda: engine.props.position >= goal, f'{n_frames} frames of the engine')


def run_out(engine):
    """Waits until all that was triggered has ended, and longer than any fade or pause."""
    poll(lambda: engine.props.state == State.RUNNING
         and engine.props.n_triggered == engine.props.n_started + engine.props.n_rejected
         and engine.props.n_playing == 0, 'the end')
    go_on(engine, 4 * PAUSE)


def split(frames):
    """The parts of a recording that sound, each from its first to its last frame."""
    sounding = numpy.flatnonzero(frames.any(axis=1))
    if not sounding.size:
        return []
    pauses = numpy.flatnonzero(numpy.diff(sounding) > PAUSE)
    firsts = numpy.concatenate([[0], pauses + 1])
    lasts = numpy.concatenate([pauses, [len(sounding) - 1]])
    return [frames[sounding[first]:sounding[last] + 1] for first, last in zip(firsts, lasts)]


def same(heard, expected):
    return heard.shape == expected.shape and numpy.array_equal(heard.view('<u4'),
                                                              expected.view('<u4'))


def numbered(n_frames):
    """A sound without two equal frames: each channel ascends."""
    values = (numpy.arange(1, n_frames + 1) / n_frames).astype('<f4')
    return numpy.stack((values - 1.5, values), 1)


def find_places(recorded, values):
    """The places of what a channel recorded among the values of a numbered sound, without the
    silence that a busy machine leaves between."""
    heard = recorded[recorded != 0]
    places = numpy.searchsorted(values, heard) % len(values)
    assert numpy.array_equal(heard, values[places])
    return places


def one_of_many(server, take, is_right, n_takes=2, n_rounds=10):
    """Records takes until one is right. A virtual machine that is busy loses cycles of the graph,
    small ones most of all, and what was lost nobody heard; what is wrong is wrong in every take."""
    heard = []
    for _ in range(n_rounds):
        with server.record() as recorded:
            for _ in range(n_takes):
                take()
            recorded.wait(4800)
        heard = split(recorded.frames)
        if any(is_right(each) for each in heard):
            return
    raise AssertionError(f'none of {n_rounds * n_takes} takes was right; the lengths of the last: '
                         f'{[len(each) for each in heard]}')


# The same bits as render


QUANTA = (64, 256, 1024, 4096)


@pytest.mark.parametrize('quantum', QUANTA)
def test_what_is_triggered_before_start_sounds_from_the_first_block(
        pipewire, make_engine, quantum):
    """All of it, to the bit as `render` has it."""
    pipewire.force(quantum=quantum)
    n_frames = 1500 if quantum < 1024 else 6000

    def prepare():
        engine = make_engine()
        engine.props.gain = 0.7
        for slot, n_channels in enumerate((2, 1, 2)):
            fill(engine, slot, noise(slot, n_frames - 100 * slot, n_channels))
            engine.play_sample(slot, 0.9 - 0.2 * slot)
        return engine

    def take():
        engine = prepare()
        engine.start()
        run_out(engine)
        engine.stop()
    expected = render(prepare(), n_frames)
    one_of_many(pipewire, take, lambda heard: same(heard, expected),
                n_takes=5 if quantum < 1024 else 2)


@pytest.mark.parametrize('quantum', QUANTA)
def test_hits_vary_as_render_has_them(pipewire, make_engine, quantum):
    """Layers, turns and random numbers are those of the frames, whatever the blocks are."""
    pipewire.force(quantum=quantum)
    n_frames = 2500 if quantum < 1024 else 6000

    def prepare():
        engine = make_engine(seed=11)
        fill(engine, 1, noise(9, n_frames, 1) / 8)
        for i in range(4):
            engine.add_layer(0, make_sample(noise(i, 700)))
        engine[0].set_property('random-gain', 3.0)
        engine[0].set_property('random-rate', 30.0)
        engine[0].set_property('random-start', 50)
        engine.play_sample(1, 1.0)  # so that no silence parts it
        for i in range(16):
            engine[0].set_property('variation', i % 4)
            engine.play_sample_at(0, 0.5, 1 + 111 * i)
        return engine

    def take():
        engine = prepare()
        engine.start()
        run_out(engine)
        engine.stop()
    expected = render(prepare(), n_frames)
    one_of_many(pipewire, take, lambda heard: same(heard, expected),
                n_takes=5 if quantum < 1024 else 2)


def test_what_is_triggered_right_after_start_sounds(server, make_engine):
    """Every frame of it: a script may start and play at once."""
    frames = noise(1, 6000)

    def take():
        engine = make_engine()
        fill(engine, 0, frames)
        engine.start()
        assert engine.play_sample(0, 1.0) > 0
        run_out(engine)
        engine.stop()
    one_of_many(server, take, lambda heard: same(heard, frames))


def replay(prepare, events, frames, n_frames):
    """Renders the events on these frames."""
    events = [*zip(frames, events), (n_frames, lambda engine: None)]
    return perform(prepare(), events, iter(lambda: 999, None))[:n_frames]


def read_frames(heard, prepare, events):
    """The frame of each event: where the recording parts from all that came before it."""
    frames = []
    for _ in events:
        before = replay(prepare, events, frames, len(heard))
        different = numpy.flatnonzero((heard != before).any(axis=1))
        if not different.size:
            return None
        frames.append(different[0])
    return frames


@pytest.mark.parametrize('quantum', QUANTA)
def test_what_is_triggered_while_it_runs_is_what_render_has_on_the_same_frames(
        pipewire, make_engine, quantum):
    """Triggers, a stop, a gain that moves and a theft; the frames are read off the recording, and
    are those of blocks."""
    pipewire.force(quantum=quantum)
    n_frames = max(1700, 8 * quantum)
    events = (lambda engine: engine.play_sample(0, 0.9),
              lambda engine: engine.play_sample(1, 0.7),
              lambda engine: engine.get_slot(0).set_gain(0.2),
              lambda engine: engine.play_sample(2, 0.6),
              lambda engine: engine.stop_sample(1),
              lambda engine: engine.play_sample(1, 0.5),
              lambda engine: engine.play_sample(2, 0.4))

    def prepare():
        engine = make_engine(n_voices=3)
        for slot in range(3):
            fill(engine, slot, noise(slot, n_frames, 1 + slot % 2))
        return engine

    def take():
        engine.get_slot(0).set_gain(1.0)
        for event in events:
            event(engine)
            go_on(engine, 1)
        run_out(engine)

    def is_right(heard):
        frames = read_frames(heard, prepare, events)
        return frames is not None and all(frame % quantum == 0 for frame in frames) and same(
            heard, replay(prepare, events, frames, len(heard)))
    engine = prepare()
    engine.start()
    state_is(engine, State.RUNNING)
    one_of_many(pipewire, take, is_right, n_takes=5 if quantum < 1024 else 2)
    assert engine.props.n_stolen > 0


def stop_the_newest(engine):
    engine.stop_voice(engine.play_sample(1, 1.0))


def play_and_turn_down(engine):
    engine.play_sample(1, 0.5)
    engine.play_sample(2, 0.6)
    engine.get_slot(2).props.gain = 0.1
    engine.play_sample(1, 1.0)


def play_between_settings(engine):
    engine.props.steal = Steal.REJECT
    engine.play_sample(1, 1.0)
    engine.props.steal = Steal.OLDEST


@pytest.mark.parametrize('n_voices, events', (
    (1, stop_the_newest), (2, stop_the_newest), (3, play_and_turn_down),
    (1, play_between_settings)))
def test_what_happens_between_two_blocks_is_what_render_makes_of_it(
        pipewire, make_engine, n_voices, events):
    """The same calls on the same frame start, steal and stop the same voices."""
    pipewire.force(quantum=8192)

    def perform_on(engine, next_block):
        ended = watch(engine)
        engine.props.steal = Steal.QUIETEST
        for slot in range(3):
            fill(engine, slot, constant(480000))
        next_block()
        engine.play_sample(0, 1.0)
        next_block()
        position = engine.props.position
        events(engine)
        in_one_block = engine.props.position == position
        next_block()
        result = counters(engine), engine.props.n_playing
        engine.stop()  # fetches the ends that are still on their way
        drain()
        return in_one_block, *result, sorted(ended)

    def live():
        engine = make_engine(n_voices=n_voices)
        engine.start()
        state_is(engine, State.RUNNING)
        return perform_on(engine, lambda: go_on(engine, 1))
    offline = make_engine(n_voices=n_voices)
    expected = perform_on(offline, lambda: render(offline, 8192))
    assert poll(lambda: (result := live())[0] and result, 'calls within one block') == expected


def test_an_engine_at_the_rate_of_another_graph_is_exact_there(pipewire, make_engine):
    pipewire.force(rate=44100)
    frames = noise(1, 5000)

    def take():
        engine = make_engine(sample_rate=44100)
        fill(engine, 0, frames, 44100)
        engine.play_sample(0, 1.0)
        engine.start()
        run_out(engine)
        engine.stop()
    one_of_many(pipewire, take, lambda heard: same(heard, frames))


@pytest.mark.parametrize('graph_rate, engine_rate', ((44100, 48000), (48000, 44100),
                                                     (48000, 192000)))
def test_an_engine_at_another_rate_than_the_graph_keeps_its_pitch(
        pipewire, make_engine, graph_rate, engine_rate):
    pipewire.force(rate=graph_rate)
    sine = numpy.sin(2 * numpy.pi * 1000 / engine_rate * numpy.arange(engine_rate // 2))
    engine = make_engine(sample_rate=engine_rate)
    fill(engine, 0, (0.5 * sine).astype('<f4')[:, None], engine_rate)
    engine.start()

    def take():
        engine.play_sample(0, 1.0)
        run_out(engine)

    def is_right(heard):
        spectrum = numpy.abs(numpy.fft.rfft(heard[:, 0] * numpy.hanning(len(heard))))
        return (len(heard) == pytest.approx(graph_rate / 2, rel=0.01)
                and numpy.abs(heard).max() == pytest.approx(0.5, rel=0.02)
                and numpy.argmax(spectrum) * graph_rate / len(heard) == pytest.approx(1000, abs=3))
    one_of_many(pipewire, take, is_right, n_takes=1)


# Start and stop


def test_stop_freezes_and_start_goes_on_from_there(server, engine):
    """Voices, position and what was triggered meanwhile; as often as one likes."""
    n_rounds = 4
    ended = watch(engine)
    fill(engine, 0, constant(n_rounds * 48000, 0.25))
    fill(engine, 1, constant(100, 0.5))
    voice = engine.play_sample(0, 1.0)
    for round in range(n_rounds):
        assert engine.start() and engine.start()
        state_is(engine, State.RUNNING)
        go_on(engine, 4000)
        engine.stop()
        engine.stop()
        position = engine.props.position
        assert engine.props.state == State.STOPPED
        assert engine.props.n_playing == 1
        drain()
        assert all(each != voice for each, *_ in ended)
        assert engine.play_sample(1, 1.0) > 0
        assert engine.props.n_playing == 1 and engine.get_slot(1).props.playing
        assert engine.props.position == position
    # offline it goes on, too, on the very next frame
    left = n_rounds * 48000 - position
    assert_same(render(engine, left + 10), place(left + 10, (0, numpy.full((left, 2), 0.25, '<f4')),
                                                 (0, numpy.full((100, 2), 0.5, '<f4'))))
    drain()
    assert (voice, 0, Reason.FINISHED) in ended
    assert engine.props.n_started == 1 + n_rounds == len(ended)


def test_what_was_frozen_is_heard_from_where_it_stood(pipewire, make_engine):
    """What the sink played before and after a pause are the frames of one sample: none twice, and
    none left out but those that were on their way to the sink."""
    quantum = 1024
    frames = noise(1, 40 * quantum)
    pipewire.force(quantum=quantum)

    def take():
        engine = make_engine()
        fill(engine, 0, frames)
        engine.play_sample(0, 1.0)
        with pipewire.record() as recording:
            engine.start()
            poll(lambda: engine.props.position >= 5 * quantum, 'the first blocks')
            engine.stop()
            position = engine.props.position
            recording.wait(2 * PAUSE + 4096)
            assert engine.props.position == position
            engine.start()
            run_out(engine)
            recording.wait(4800)
        engine.stop()
        parts = split(recording.frames)
        return (len(parts) == 2 and same(parts[0], frames[:len(parts[0])])
                and position - 2 * quantum <= len(parts[0]) <= position
                and same(parts[1], frames[position:]))
    assert any(take() for _ in range(10))


def test_render_is_refused_while_the_engine_is_started(server, engine):
    engine.start()
    for _ in range(2):
        with fails_with(Flitzis.EngineError.BUSY):
            engine.render(10)
        state_is(engine, State.RUNNING)
    engine.stop()
    assert engine.render(10).get_size() == 80


def finish(iterate, engine, cancellable=None):
    """Starts in the background and waits on the main context for what `start_finish` says."""
    results = []
    engine.start_async(cancellable, lambda _engine, result: results.append(result))
    assert results == []
    iterate(lambda: results)
    return engine.start_finish(results[0])


def test_start_async_tells_when_it_has_started(server, engine, iterate):
    assert finish(iterate, engine)
    assert engine.props.state in (State.STARTING, State.RUNNING)
    assert finish(iterate, engine)
    state_is(engine, State.RUNNING)


def test_start_async_tells_the_errors(engine, iterate):
    with fails_with(Flitzis.EngineError.OUTPUT):
        finish(iterate, engine)
    cancellable = Gio.Cancellable()
    cancellable.cancel()
    with pytest.raises(GLib.Error) as raised:
        finish(iterate, engine, cancellable)
    assert raised.value.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED)
    assert engine.props.state == State.STOPPED


def test_states_are_told_on_the_main_context(server, engine, iterate):
    told = []
    engine.connect('notify::state', lambda engine, _pspec: told.append(
        (engine.props.state, threading.get_ident())))
    engine.start()
    state_is(engine, State.RUNNING)
    assert told == []
    iterate(lambda: told)
    engine.stop()
    iterate(lambda: len(told) > 1)
    assert told == [(State.RUNNING, threading.get_ident()), (State.STOPPED, threading.get_ident())]


STOP_WITHIN_BLOCKS = '''
import gi, time
gi.require_version('Flitzis', '1')
from gi.repository import Flitzis, GLib

# more voices than the machine can play: a block is being rendered at any time
engine = Flitzis.Engine(n_voices=256, sample_rate=192000)
engine.set_sample(0, Flitzis.Sample.new(GLib.Bytes.new(bytes(8 * 48000)), 2, 1000))
for _ in range(256):
    engine.play_sample(0, 0.001)
deadline = time.monotonic() + 30
for _ in range(5):
    engine.start()
    position = engine.props.position
    while engine.props.position == position:
        assert time.monotonic() < deadline
    engine.stop()
print('stopped')
'''


def test_stop_waits_for_a_block_that_is_being_rendered(server):
    result = subprocess.run([sys.executable, '-c', STOP_WITHIN_BLOCKS], capture_output=True,
                            text=True, timeout=60)
    assert (result.returncode, result.stdout, result.stderr) == (0, 'stopped\n', '')


# Without a server


def assert_start_fails(engine):
    began = time.monotonic()
    with fails_with(Flitzis.EngineError.OUTPUT, 'PipeWire'):
        engine.start()
    assert time.monotonic() - began < 2.0
    assert engine.props.state == State.STOPPED


def test_an_engine_that_found_no_server_starts_when_there_is_one(engine, request):
    assert_start_fails(engine)
    voice = engine.set_sample(0, make_sample(noise(1, 10))) and engine.play_sample(0, 1.0)
    request.getfixturevalue('pipewire')
    ended = watch(engine)
    engine.start()
    run_out(engine)
    drain()
    assert ended == [(voice, 0, Reason.FINISHED)]


def test_without_a_sink_start_returns_and_triggers_wait(bare_pipewire, engine, iterate):
    told = []
    engine.connect('notify::state', lambda engine, _pspec: told.append(engine.props.state))
    ended = watch(engine)
    frames = noise(1, 1000)
    fill(engine, 0, frames)
    assert engine.start()
    voice = engine.play_sample(0, 1.0)
    iterate(lambda: told)
    assert (told, engine.props.state) == ([State.STARTING], State.STARTING)
    assert (voice, engine.props.position, engine.props.n_triggered) == (1, 0, 1)
    # loads, stops and settings work meanwhile
    stopped = fill(engine, 1, frames) is not None and engine.play_sample(1, 1.0)
    engine.stop_sample(1)
    engine.get_slot(0).props.gain = 0.5
    iterate(lambda: ended)
    assert ended == [(stopped, 1, Reason.STOPPED)]
    engine.stop()
    assert_same(render(engine, 1000), numpy.float32(0.5) * frames)


def test_memory_is_freed_while_no_sink_is_linked(bare_pipewire, engine):
    engine.start()
    samples_freed(engine, n=3000)


# How the node shows


def quantum_of(engine):
    """The size of the blocks, seen in the positions the engine comes by."""
    positions = set()

    def enough():
        positions.add(engine.props.position)
        return len(positions) > 30
    poll(enough, 'thirty blocks')
    steps = numpy.diff(sorted(positions))
    return math.gcd(*steps.tolist())


def test_the_node_shows_as_it_was_named(pipewire, make_engine):
    engine = make_engine(client_name='drum-machine')
    engine.start()
    pipewire.wait_linked('drum-machine')
    props = pipewire.props('drum-machine')
    assert props['media.class'] == 'Stream/Output/Audio'
    assert (props['media.role'], props['media.type'], props['media.category']) == (
        'Music', 'Audio', 'Playback')
    assert props['application.name'] == 'drum-machine'
    assert 'node.latency' not in props
    assert 'target.object' not in props
    assert quantum_of(engine) == 1024
    engine.stop()
    poll(lambda: not pipewire.node('drum-machine'), 'the node to go')


def test_a_node_without_a_name_has_that_of_the_program(pipewire, engine):
    engine.start()
    name = GLib.get_prgname() or 'Flitzis'
    assert pipewire.wait_linked(name)
    engine.props.client_name = 'renamed'
    engine.props.media_role = None
    engine.stop()
    engine.start()
    assert 'media.role' not in pipewire.wait_linked('renamed')['info']['props']


def test_the_role_is_the_users(pipewire, make_engine):
    make_engine(client_name='game', media_role='Game').start()
    assert pipewire.wait_linked('game')['info']['props']['media.role'] == 'Game'


@pytest.mark.parametrize('latency', (64, 256, 2048))
def test_a_latency_is_asked_for_where_the_user_does(pipewire, make_engine, latency):
    engine = make_engine(client_name='quick', latency_frames=latency, sample_rate=48000)
    engine.start()
    assert pipewire.wait_linked('quick')['info']['props']['node.latency'] == f'{latency}/48000'
    assert quantum_of(engine) == latency


def sinks_of(pipewire, name):
    """The names of the nodes that this one plays to."""
    node = pipewire.wait_linked(name)
    ids = {link['info']['input-node-id'] for link in pipewire.links(node['id'])}
    return {each['info']['props']['node.name'] for each in pipewire.dump('Node')
            if each['id'] in ids}


def test_a_target_is_obeyed(pipewire, make_engine):
    """A sink by its name or its serial; else the default one."""
    serial = str(pipewire.add_sink('phones')['info']['props']['object.serial'])
    for target, sink in ((None, SINK), ('phones', 'phones'), (serial, 'phones'), (SINK, SINK)):
        engine = make_engine(client_name=f'to-{target}', target=target)
        engine.start()
        assert sinks_of(pipewire, f'to-{target}') == {sink}
        engine.stop()


# What ends, live


def test_ends_arrive_on_the_main_context(server, engine, iterate):
    ended, threads = watch(engine), set()
    engine.connect('voice-ended', lambda *_voice: threads.add(threading.get_ident()))
    for slot in (0, 1, 2):
        fill(engine, slot, noise(slot, 48000 if slot else 500))
    engine.start()
    state_is(engine, State.RUNNING)
    finished, stopped, unloaded = (engine.play_sample(slot, 1.0) for slot in (0, 1, 2))
    iterate(lambda: len(ended) == 1)
    assert engine.get_slot(1).props.playing and not engine.get_slot(0).props.playing
    engine.stop_voice(stopped)
    iterate(lambda: len(ended) == 2)
    engine.unload_sample(2)
    iterate(lambda: len(ended) == 3)
    assert ended == [(finished, 0, Reason.FINISHED), (stopped, 1, Reason.STOPPED),
                     (unloaded, 2, Reason.UNLOADED)]
    assert threads == {threading.get_ident()}
    assert engine.props.n_playing == 0


def test_nothing_piles_up_while_nobody_listens(pipewire, engine):
    """No main loop, no end fetched: many more voices than any queue has room for."""
    pipewire.force(quantum=256)
    ended = watch(engine)
    fill(engine, 0, noise(1, 16))
    engine.start()
    state_is(engine, State.RUNNING)
    n = 0
    while n < 6000:
        for _ in range(200):
            n += bool(engine.play_sample(0, 0.5))
        poll(lambda: engine.props.n_started >= n, 'the voices to start')
    poll(lambda: engine.props.n_playing == 0 and engine.props.n_dropped == n - 4096, 'the ends')
    drain()
    assert len(ended) == 4096
    assert (engine.props.n_triggered, engine.props.n_started, engine.props.n_rejected) == (n, n, 0)


def samples_freed(engine, n):
    """Fills, plays and replaces without a main loop; what a slot no longer holds is let go."""
    n_gone = [0]

    def count():
        n_gone[0] += 1
    for i in range(n):
        sample = make_sample(noise(1, 100))
        sample.weak_ref(count)
        engine.set_sample(i % 3, sample)
        if i % 50 == 0:
            with contextlib.suppress(GLib.Error):  # where the queue is full a trigger is refused
                engine.play_sample(i % 3, 0.1)
    del sample
    poll(lambda: n_gone[0] == n - 3, 'the samples to be let go')
    for slot in range(3):
        engine.unload_sample(slot)
    poll(lambda: n_gone[0] == n, 'the last samples to be let go')


@pytest.mark.parametrize('quantum', (256, 8192))
def test_samples_are_let_go_without_a_main_loop(pipewire, engine, quantum):
    """More of them at once than the queue holds, too."""
    pipewire.force(quantum=quantum)
    engine.start()
    state_is(engine, State.RUNNING)
    samples_freed(engine, n=3000)


def test_a_sample_is_let_go_while_its_voice_fades(server, engine):
    gone = []
    sample = make_sample(noise(1, 480000))
    sample.weak_ref(lambda: gone.append(True))
    engine.set_sample(0, sample)
    del sample
    engine.start()
    engine.play_sample(0, 1.0)
    state_is(engine, State.RUNNING)
    go_on(engine, 1)
    assert not gone
    engine.unload_sample(0)
    poll(lambda: gone, 'the sample to be let go')


def switches(name):
    """How often the threads of this name went to sleep, by their ids."""
    found = {}
    for task in pathlib.Path('/proc/self/task').iterdir():
        if (task / 'comm').read_text().strip() == name:
            status = (task / 'status').read_text()
            found[task.name] = int(re.search(r'^voluntary_ctxt_switches:\s*(\d+)', status,
                                             re.MULTILINE)[1])
    return found


def test_an_idle_engine_does_not_wake(pipewire, engine):
    """Its thread sleeps while the stream streams and nothing is outstanding; a voice wakes it."""
    gc.collect()  # the engines of tests before, with their threads
    fill(engine, 0, noise(1, 100))
    engine.start()
    state_is(engine, State.RUNNING)
    engine.play_sample(0, 1.0)
    run_out(engine)

    def sleeps():
        before = switches('flitzis')
        go_on(engine, 24000)
        assert len(before) == 1
        return switches('flitzis') == before
    poll(sleeps, 'the thread to sleep', 5.0)
    before = switches('flitzis')
    engine.play_sample(0, 1.0)
    run_out(engine)
    assert switches('flitzis') != before
    poll(sleeps, 'the thread to sleep again', 5.0)


def test_twenty_engines_play_at_once(pipewire, make_engine):
    """What they play adds up in the sink."""
    engines = [make_engine(client_name=f'engine-{i}') for i in range(20)]
    for i, engine in enumerate(engines):
        fill(engine, 0, constant(20 * 48000, 2.0 ** -i))
        engine.play_sample(0, 1.0)
    with pipewire.record() as recording:
        for engine in engines:
            engine.start()
        for engine in engines:
            state_is(engine, State.RUNNING)
        recording.wait(9600)
    for engine in engines:
        engine.stop()
    assert recording.frames.max() == sum(2.0 ** -i for i in range(20))


# A server that goes, a sink that goes


def assert_away(engine, iterate, told):
    """RECONNECTING, and told so: no trigger is kept for later, all else works."""
    iterate(lambda: told and told[-1] == State.RECONNECTING)
    position, before = engine.props.position, counters(engine)
    for _ in range(3):
        assert engine.play_sample(0, 1.0) == 0
    assert engine.play_sample(9, 1.0) == 0  # empty: not even a trigger
    with fails_with(Flitzis.EngineError.INVALID_VALUE):
        engine.play_sample(0, 2.0)
    after = counters(engine)
    assert after['triggered'] - before['triggered'] == after['rejected'] - before['rejected'] == 3
    assert (after['started'], after['stolen']) == (before['started'], before['stolen'])
    fill(engine, 1, constant(480000, 0.5))
    engine.get_slot(1).props.gain = 0.25
    assert engine.props.position == position


def assert_back(server, engine, iterate, told, position):
    """RUNNING, and told so; what sounded goes on, what was loaded meanwhile plays."""
    iterate(lambda: told[-1] == State.RUNNING)
    assert engine.props.position >= position
    go_on(engine, 1)
    assert engine.props.n_playing == 1
    with server.record() as recording:
        assert engine.play_sample(1, 1.0) > 0
        recording.wait(9600)
    engine.stop_all_samples()
    assert recording.frames.max() == 0.25 + 0.125
    assert set(told) <= {State.STARTING, State.RUNNING, State.RECONNECTING}


@pytest.fixture
def running(make_engine):
    """An engine that runs and plays a long note, and the states it tells."""
    engine, told = make_engine(client_name='survivor'), []
    engine.connect('notify::state', lambda engine, _pspec: told.append(engine.props.state))
    fill(engine, 0, constant(60 * 48000, 0.25))

    def start():
        engine.start()
        state_is(engine, State.RUNNING)
        engine.play_sample(0, 1.0)
        go_on(engine, 1)
        drain()
        return engine, told
    return start


def test_a_server_that_dies_and_comes_back_is_found_again(server, running, iterate):
    """Without a word from the program, and more than once."""
    engine, told = running()
    for _ in range(2):
        server.kill()
        assert_away(engine, iterate, told)
        position = engine.props.position
        server.start()
        assert_back(server, engine, iterate, told, position)
        engine.play_sample(0, 1.0)
        go_on(engine, 1)


def test_a_sink_that_goes_and_comes_back_is_found_again(server, running, iterate):
    engine, told = running()
    server.remove_sink()
    assert_away(engine, iterate, told)
    position = engine.props.position
    server.add_sink(SINK)
    assert_back(server, engine, iterate, told, position)


def test_an_engine_stops_and_starts_while_the_server_is_away(server, running, iterate):
    engine, told = running()
    server.kill()
    assert_away(engine, iterate, told)
    position = engine.props.position
    engine.stop()
    assert engine.props.state == State.STOPPED
    assert_same(render(engine, 10), numpy.full((10, 2), 0.25, '<f4'))
    assert engine.props.position == position + 10
    assert_start_fails(engine)
    server.start()
    engine.start()
    state_is(engine, State.RUNNING)
    assert engine.props.n_playing == 1


def test_memory_is_freed_while_the_server_is_away(server, running, iterate):
    engine, told = running()
    server.kill()
    assert_away(engine, iterate, told)
    engine.stop_all_samples()
    samples_freed(engine, n=3000)
    assert engine.props.n_playing == 0


# Old hits do not burst


def assert_adds_up(engine, n_waiting):
    assert engine.props.n_triggered == (
        engine.props.n_started + engine.props.n_rejected + n_waiting)


def test_what_was_triggered_long_before_the_newest_does_not_sound_with_it(pipewire, engine):
    """While the engine is stopped: the newest sounds, and so does what has a frame or waits for a
    beat."""
    ended = watch(engine)
    fill(engine, 0, constant(2000, 0.125))
    old = [engine.play_sample(0, 1.0) for _ in range(8)]
    engine.play_sample_at(0, 1.0, 4000)
    engine.get_slot(1).props.quantize = Flitzis.Quantize.BEAT
    fill(engine, 1, constant(2000, 0.25))
    engine.props.clock.restart(8000)
    engine.play_sample(1, 1.0)
    time.sleep(0.3)  # what is old is a matter of time
    engine.play_sample(0, 0.5)
    assert_adds_up(engine, 11)
    assert engine.props.n_playing == engine.props.n_started == engine.props.n_rejected == 0
    with pipewire.record() as recording:
        engine.start()
        run_out(engine)
        recording.wait(9600)
    drain()
    assert [numpy.abs(part).max() for part in split(recording.frames)] == [0.0625, 0.125, 0.25]
    assert sorted(voice for voice, _slot, reason in ended if reason == Reason.REJECTED) == old
    assert (engine.props.n_started, engine.props.n_rejected) == (3, 8)
    assert_adds_up(engine, 0)


def test_a_server_that_hangs_for_a_while_plays_no_burst(server, engine, iterate):
    """What is played meanwhile is rejected, and what had been accepted is too old at the end."""
    ended = watch(engine)
    fill(engine, 0, constant(480, 0.25))
    engine.props.idle_timeout = 0.0  # hits that wake the stream up wait for it
    engine.start()
    state_is(engine, State.RUNNING)
    process = server.processes[0] if server.kind == 'pipewire' else server.process
    with server.record() as recording:
        process.send_signal(signal.SIGSTOP)
        try:
            os.waitid(os.P_PID, process.pid, os.WSTOPPED)
            voices = []
            for _ in range(20):
                voices.append(engine.play_sample(0, 1.0))
                time.sleep(0.1)  # the tempo of the player
                assert engine.props.state == State.RUNNING
        finally:
            process.send_signal(signal.SIGCONT)
        run_out(engine)
        recording.wait(9600)
    iterate(lambda: len(ended) >= sum(voice > 0 for voice in voices))
    assert not any(voices[6:])
    assert numpy.abs(recording.frames).max() <= 2 * 0.25
    # a last block may have been on its way when the first one was played
    assert engine.props.n_triggered == 20 and engine.props.n_started <= 1
    assert_adds_up(engine, 0)
    assert sorted(voice for voice, *_ in ended) == [voice for voice in voices if voice]
    # and it goes on as before
    n_started = engine.props.n_started
    poll(lambda: engine.play_sample(0, 1.0) > 0, 'a block that is on time')
    run_out(engine)
    assert engine.props.n_started == n_started + 1


# What a session manager says, and what programs do at odd moments


def test_without_any_sink_an_engine_waits_for_one(pipewire, make_engine):
    """WirePlumber tells a stream that there is no sink for it; the stream stays, and so does what
    was scheduled."""
    pipewire.remove_sink()
    engine = make_engine(client_name='early')
    fill(engine, 0, noise(1, 3000))
    assert engine.start()
    serial = pipewire.props('early')['object.serial']
    assert engine.play_sample_at(0, 1.0, 100) != 0
    assert engine.props.state == State.STARTING and engine.props.position == 0
    pipewire.add_sink('late')
    state_is(engine, State.RUNNING)
    poll(lambda: engine.props.n_started == 1 and engine.props.n_playing == 0, 'the sample')
    assert pipewire.props('early')['object.serial'] == serial
    assert engine.props.n_rejected == 0


def test_hits_before_there_is_a_sink_never_burst(server, make_engine):
    """Whoever drums on a silent machine and then plugs in headphones hears nothing of it."""
    server.remove_sink()
    engine = make_engine()
    fill(engine, 0, constant(48000))
    engine.start()
    for _ in range(40):
        assert engine.play_sample(0, 1.0) == 0
        time.sleep(0.05)
    assert (engine.props.n_triggered, engine.props.n_rejected) == (40, 40)
    server.add_sink('headphones')
    with server.record('headphones') as recording:
        state_is(engine, State.RUNNING)
        recording.wait(9600)
        assert engine.play_sample(0, 0.5) != 0
        recording.wait(9600)
    assert recording.frames.max() == 0.5


DESTROY_CALLS_BACK = '''
import gi, threading, time
gi.require_version('Flitzis', '1')
from gi.repository import Flitzis, GLib


def call_back(what):
    gone = threading.Event()

    def destroyed():
        what(engine)
        gone.set()
    engine = Flitzis.Engine()
    sample = Flitzis.Sample.new(GLib.Bytes.new(bytes(8 * 48000)), 2, 48000)
    sample.weak_ref(destroyed)
    engine.set_sample(0, sample)
    del sample
    engine.start()
    engine.play_sample(0, 1.0)
    while engine.props.position == 0:
        time.sleep(0.001)
    engine.unload_sample(0)
    return engine, gone


for what in (Flitzis.Engine.stop, lambda engine: (engine.stop(), engine.start())):
    engine, gone = call_back(what)
    assert gone.wait(10)
    engine, gone = call_back(what)
    engine.stop()
    assert gone.wait(10)
    engine.stop()
    assert engine.props.state == Flitzis.State.STOPPED
    engine.render(100)
print('done')
'''


def test_the_end_of_a_sample_may_call_the_engine(server):
    """Stopping and starting included, wherever the sample was let go of."""
    result = subprocess.run([sys.executable, '-c', DESTROY_CALLS_BACK], capture_output=True,
                            text=True, timeout=60)
    assert (result.returncode, result.stdout, result.stderr) == (0, 'done\n', '')


def test_a_stop_outdoes_the_start_before_it(server, make_engine, iterate):
    for _ in range(10):
        over, engine = [], make_engine()
        engine.start_async(None, lambda _engine, result: over.append(result))
        engine.stop()
        iterate(lambda: over)
        assert engine.props.state == State.STOPPED


HELD_UP = '''
import gi, time
gi.require_version('Flitzis', '1')
from gi.repository import Flitzis
engine = Flitzis.Engine()
engine.start()
while engine.props.state != Flitzis.State.RUNNING:
    time.sleep(0.01)
while input() == 'more':
    print(engine.props.n_xruns, engine.props.position, flush=True)
'''


def test_cycles_that_the_graph_did_without_us_are_an_xrun(server):
    """A process that is held up for longer than a few cycles misses them; to PulseAudio, that is an
    underflow."""
    if server.kind != 'pulseaudio':
        getattr(server, 'pipewire', server).force(quantum=256)
    with subprocess.Popen([sys.executable, '-c', HELD_UP], text=True, stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as process:
        def ask():
            print('more', file=process.stdin, flush=True)
            return tuple(map(int, process.stdout.readline().split()))
        n_before, position = ask()
        process.send_signal(signal.SIGSTOP)
        time.sleep(0.2)
        process.send_signal(signal.SIGCONT)
        poll(lambda: ask()[1] > position + 4096, 'blocks')
        n_after, _position = ask()
        print('enough', file=process.stdin, flush=True)
    assert n_after > n_before


def test_another_driver_is_no_xrun(pipewire, make_engine):
    """The clocks of two sinks have nothing to do with each other."""
    pipewire.add_sink('other')

    def link(sink, *options):
        for channel in ('FL', 'FR'):
            pipewire.tool('pw-link', *options, f'mover:output_{channel}',
                          f'{sink}:playback_{channel}')

    def move():
        engine = make_engine(client_name='mover')
        engine.start()
        pipewire.wait_linked('mover')
        for there, here in (('other', 'null-sink'), ('null-sink', 'other')):
            link(there)
            go_on(engine, 3)
            link(here, '-d')
            go_on(engine, 3)
        engine.stop()
        return engine.props.n_xruns == 0
    # a busy machine leaves cycles out by itself
    assert any(move() for _ in range(5))
