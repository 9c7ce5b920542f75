# SPDX-License-Identifier: LGPL-2.1-or-later
"""Streams that sleep while an engine is quiet: what that costs, what wakes them up, and that no
frame is lost. With each kind of server."""

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time

import numpy
import pytest

import gi

gi.require_version('Flitzis', '1')
from gi.repository import Flitzis

from pipewire_daemon import CALM, SINK, poll
from test_live import go_on, same, split, state_is
from test_playing import constant, fill, noise

State = Flitzis.State
NAME = 'flitzis-idle'


@pytest.fixture(params=('pipewire', *(pytest.param(kind, marks=pytest.mark.slow)
                                      for kind in ('pulseaudio', 'pipewire_pulse'))))
def server(request):
    """What decides about the sleep is the same for all."""
    return request.getfixturevalue(request.param)


both = pytest.mark.parametrize('server', ('pipewire', 'pulseaudio'), indirect=True)
FADE = 240


@pytest.fixture
def start(make_engine, server):
    """Starts an engine that sleeps after 0.1 s, unless told otherwise."""
    def start(**properties):
        engine = make_engine(**{'client_name': NAME, 'idle_timeout': 0.1, **properties})
        engine.start()
        state_is(engine, State.RUNNING)
        return engine
    return start


def falls_asleep(server, engine):
    """Waits until the server says so; returns the position."""
    poll(lambda: server.sleeps(NAME), 'the stream to sleep')
    assert engine.props.state == State.RUNNING
    return engine.props.position


def ends(engine, n_rejected=0):
    """Waits until all that was triggered has ended. No more than this was rejected."""
    poll(lambda: engine.props.n_triggered == engine.props.n_started + engine.props.n_rejected
         and engine.props.n_playing == 0, 'the end')
    assert engine.props.n_rejected == n_rejected


def make_calm(server):
    """Buffers with room for a busy machine: no block is lost. Returns properties for an engine."""
    if server.kind == 'pulseaudio':
        return {'latency_frames': CALM}
    getattr(server, 'pipewire', server).force(quantum=CALM)
    return {}


@contextlib.contextmanager
def frozen(server):
    """A server that hears what it is told, and does nothing."""
    process = server.processes[0] if server.kind == 'pipewire' else server.process
    process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        process.send_signal(signal.SIGCONT)


def assert_heard(recording, server, engine, sounds):
    """All their frames were heard, in their order and to the bit. A PulseAudio that gets no
    processor time interrupts a sound with silence, and counts that."""
    frames = recording.frames
    assert same(frames[frames.any(axis=1)], numpy.concatenate(sounds))
    gaps = numpy.diff(numpy.flatnonzero(frames.any(axis=1))) > 1
    gaps[numpy.cumsum([len(sound) for sound in sounds])[:-1] - 1] = False  # between two of them
    assert numpy.count_nonzero(gaps) <= (
        engine.props.n_xruns if server.kind == 'pulseaudio' else 0)


def test_five_seconds_are_the_default(make_engine):
    engine = make_engine()
    assert (engine.props.idle_timeout, engine.props.lead_in) == (5.0, 0)


# What it costs

IDLE = '''
import json, os, pathlib, sys, time
import gi
gi.require_version('Flitzis', '1')
from gi.repository import Flitzis, GLib

def count():
    found = {}
    for task in pathlib.Path('/proc/self/task').iterdir():
        if int(task.name) != os.getpid():
            lines = (task / 'status').read_text().splitlines()
            found[task.name] = sum(int(line.split()[1]) for line in lines
                                   if 'ctxt_switches' in line)
    return found

def drain():
    while GLib.MainContext.default().iteration(False):
        pass

told = []
engine = Flitzis.Engine(idle_timeout=0.2)
# a load would leave a thread of GLib's that waits for another one for 15 s
engine.set_sample(0, Flitzis.Sample.new(GLib.Bytes.new(bytes(800)), 2, 48000))
engine.start()
engine.play_sample(0, 1.0)
deadline = time.monotonic() + 60
while engine.props.state != Flitzis.State.RUNNING or engine.props.latency < 0:
    assert time.monotonic() < deadline
    time.sleep(0.01)
before = None
while before != count():
    assert time.monotonic() < deadline
    before = count()
    time.sleep(1)
drain()
engine.connect('notify', lambda engine, pspec: told.append(pspec.name))
position, latency = engine.props.position, engine.props.latency
time.sleep(10)
after = count()
drain()
times = engine.frame_to_time(position), engine.time_to_frame(time.monotonic_ns() + 10 ** 9)
print(json.dumps({
    'n_threads': len(after), 'switches': sum(after.values()) - sum(before.values()),
    'state': engine.props.state.value_nick, 'frames': engine.props.position - position,
    'latency': engine.props.latency - latency, 'times': [times[0], times[1] - position],
    'told': told}))
'''


@both
def test_an_idle_engine_costs_nothing(server):
    """No thread of it wakes up once in ten seconds, and to the program all is as it was."""
    result = subprocess.run(
        [sys.executable, '-c', IDLE], capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stderr
    found = json.loads(result.stdout)
    assert found.pop('n_threads') > 0
    assert found == {'switches': 0, 'state': 'running', 'frames': 0, 'latency': 0,
                     'times': [-1, 0], 'told': []}


def test_the_device_of_an_idle_engine_is_closed(server, start):
    server.add_sleepy_sink('sleepy')
    engine = start(target='sleepy', idle_timeout=0.0)
    assert not server.is_suspended('sleepy')
    engine.props.idle_timeout = 0.1
    poll(lambda: server.is_suspended('sleepy'), 'the sink to be suspended')
    assert engine.props.state == State.RUNNING


# Waking up


def wake_up_again_and_again(server, start, how, n_times):
    pipewire = getattr(server, 'pipewire', server)
    server.add_sleepy_sink('sleepy')
    engine = start(**make_calm(server), target='sleepy', idle_timeout=0.0)
    markers = [noise(i, 3000) for i in range(20)]
    with server.record('sleepy') as recording:
        engine.props.idle_timeout = 0.05
        for i in range(n_times):
            fill(engine, 0, markers[i % 20])
            falls_asleep(server, engine)
            if how == 'command':
                pipewire.suspend('sleepy')
            else:
                poll(lambda: server.is_suspended('sleepy'), 'the sink to be suspended')
            engine.play_sample(0, 1.0)
            ends(engine)
        engine.props.idle_timeout = 0.0
        recording.wait(3 * CALM)
    assert_heard(recording, server, engine, [markers[i % 20] for i in range(n_times)])
    assert engine.props.n_xruns <= (n_times // 4 if server.kind == 'pulseaudio' else 0)


@both
@pytest.mark.parametrize('n_times', (4, pytest.param(100, marks=pytest.mark.slow)))
def test_no_frame_is_lost_when_a_stream_wakes_up(server, start, n_times):
    """The session manager has closed the device, or PulseAudio has."""
    wake_up_again_and_again(server, start, 'manager', n_times)


@pytest.mark.parametrize('n_times', (20, pytest.param(1000, marks=pytest.mark.slow)))
@pytest.mark.parametrize('server', ('pipewire',), indirect=True)
def test_no_frame_is_lost_when_a_suspended_node_wakes_up(server, start, n_times):
    """A command to the node has closed the device."""
    wake_up_again_and_again(server, start, 'command', n_times)


@pytest.mark.parametrize('server', ('pulseaudio',), indirect=True)
def test_a_server_that_stalls_loses_no_frame_and_its_gaps_are_counted(server, start):
    """When it gets processor time again, PulseAudio plays all that it holds at once, and a block of
    silence after it unless more has come by then."""
    server.add_sleepy_sink('sleepy')
    engine = start(**make_calm(server), target='sleepy', idle_timeout=0.0)
    marker = noise(1, 96000)
    fill(engine, 0, marker)
    with server.record('sleepy') as recording:
        engine.play_sample(0, 1.0)
        for _ in range(3):
            go_on(engine, 12000)
            with frozen(server):
                time.sleep(0.3)
        ends(engine)
        recording.wait(3 * CALM)
    assert_heard(recording, server, engine, [marker])


def play_at(engine):
    frame = engine.props.position + 48000
    voice = engine.play_sample_at(0, 1.0, frame)
    poll(lambda: engine.get_voice_start_frame(voice) == frame, 'the frame of the trigger')


def play_quantised(engine):
    engine.get_slot(0).props.quantize = Flitzis.Quantize.BEAT
    engine.props.clock.props.running = True
    engine.play_sample(0, 1.0)


def tween_at(engine):
    engine.tween_engine(0.5, Flitzis.Tween(frame=engine.props.position + 48000, duration=1))


WAKERS = {
    'play_sample': lambda engine: engine.play_sample(0, 1.0),
    'play_sample_at': play_at,
    'quantised': play_quantised,
    'stop_sample_at': lambda engine: engine.stop_sample_at(0, engine.props.position + 48000),
    'tween_engine': tween_at,
    'clock': lambda engine: engine.props.clock.set_running(True),
    'wake': lambda engine: engine.wake(),
    'idle_timeout': lambda engine: setattr(engine.props, 'idle_timeout', 0.0),
}


@pytest.mark.parametrize('waker', WAKERS)
def test_what_is_to_sound_wakes_it_up(server, start, waker):
    engine = start()
    fill(engine, 0, constant(480000))
    falls_asleep(server, engine)
    WAKERS[waker](engine)
    go_on(engine, 1)


def loop(engine):
    engine.get_slot(0).props.loop = True
    engine.play_sample(0, 1.0)


KEEPERS = {
    'clock': lambda engine: engine.props.clock.set_running(True),
    'voice': loop,
    'event': lambda engine: engine.play_sample_at(0, 1.0, engine.props.position + 48000 * 600),
    'tween': lambda engine: engine.tween_engine(0.0, Flitzis.Tween(duration=600)),
    'never': lambda engine: setattr(engine.props, 'idle_timeout', 0.0),
}


@pytest.mark.parametrize('keeper', KEEPERS)
def test_what_may_sound_keeps_it_awake(server, start, keeper):
    engine = start(idle_timeout=0.0)
    fill(engine, 0, constant(100))
    KEEPERS[keeper](engine)
    if keeper != 'never':
        engine.props.idle_timeout = 0.1
    go_on(engine, 60000)


def test_wake_counts_like_a_sound(server, start):
    """The stream sleeps no sooner than its time after the last call."""
    engine = start(idle_timeout=1.0)
    for _ in range(3):
        go_on(engine, 12000)
        called = time.monotonic()
        engine.wake()
    falls_asleep(server, engine)
    assert time.monotonic() - called >= 1.0
    called = time.monotonic()
    engine.wake()
    go_on(engine, 1)
    falls_asleep(server, engine)
    assert time.monotonic() - called >= 1.0


def test_the_latency_stays_known(server, start, iterate):
    """Over a sleep and a wake-up."""
    engine = start()
    fill(engine, 0, noise(1, 3000))
    iterate(lambda: engine.props.latency >= 0)
    told = []
    engine.connect('notify::latency', lambda engine, _pspec: told.append(engine.props.latency))
    falls_asleep(server, engine)
    with frozen(server):
        engine.play_sample(0, 1.0)
        stops = time.monotonic() + 0.3
        iterate(lambda: told.append(engine.props.latency) or time.monotonic() > stops)
    iterate(lambda: told.append(engine.props.latency) or engine.props.n_playing == 0)
    falls_asleep(server, engine)
    assert min(told) >= 0


def test_a_paused_engine_sleeps_and_goes_on_with_the_next_frame(server, start):
    engine = start(**make_calm(server), idle_timeout=0.0)
    frames = noise(1, 96000)
    fill(engine, 0, frames)
    with server.record() as recording:
        engine.props.idle_timeout = 0.5
        voice = engine.play_sample(0, 1.0)
        go_on(engine, 8000)
        engine.props.paused = True
        position = falls_asleep(server, engine)
        n_before = position - engine.get_voice_start_frame(voice)
        assert engine.props.n_playing == 1
        recording.wait(CALM)
        engine.props.paused = False
        ends(engine)
        falls_asleep(server, engine)
    parts = split(recording.frames)
    assert len(parts) == 2, [len(part) for part in parts]
    first, second = parts
    assert len(first) in (n_before - 1, n_before)  # the last of the fade is silence
    assert same(first[:n_before - FADE], frames[:n_before - FADE])
    assert same(second[-len(frames) + n_before + FADE:], frames[n_before + FADE:])
    assert len(second) in (len(frames) - n_before - 1, len(frames) - n_before)


def test_an_engine_that_starts_paused_runs_and_sleeps(server, start):
    engine = start(paused=True)
    fill(engine, 0, constant(100))
    falls_asleep(server, engine)
    engine.play_sample(0, 1.0)
    assert server.sleeps(NAME)
    engine.props.paused = False
    ends(engine)


def test_the_end_of_a_sound_is_heard_before_it_sleeps(server, start):
    """However short the time until then is."""
    engine = start(**make_calm(server), idle_timeout=0.0)
    marker = noise(1, 20000)
    fill(engine, 0, marker)
    with server.record() as recording:
        engine.props.idle_timeout = 0.001
        for _ in range(5):
            engine.play_sample(0, 1.0)
            ends(engine)
            falls_asleep(server, engine)
        recording.wait(2 * CALM)
    assert_heard(recording, server, engine, [marker] * 5)


# What happens meanwhile


@pytest.mark.parametrize('n_times', (10, pytest.param(1000, marks=pytest.mark.slow)))
def test_what_is_triggered_while_it_falls_asleep_is_heard(server, start, n_times):
    """A busy machine may stall the stream while it is awake: then the trigger is rejected, which
    the call says, and the program triggers anew."""
    engine = start(**make_calm(server), idle_timeout=0.0)
    chance = random.Random(1)
    markers = [noise(i, 200) for i in range(10)]
    for slot, marker in enumerate(markers):
        fill(engine, slot, marker)
    with server.record() as recording:
        engine.props.idle_timeout = 0.02
        for i in range(n_times):
            if i % 3 == 0:
                fill(engine, 11, markers[0])  # the command of a load is on its way, too
            poll(lambda: engine.play_sample(i % 10, 1.0), 'a trigger that is taken')
            ends(engine, engine.props.n_rejected)
            time.sleep(chance.uniform(0.15, 0.35))
        falls_asleep(server, engine)
        recording.wait(2 * CALM)
    assert engine.props.n_started == n_times
    assert_heard(recording, server, engine, [markers[i % 10] for i in range(n_times)])


def call_late(server, engine):
    """Triggers 265 ms after a block of 171 ms, the first ones since the stream woke up. Returns the
    voice, or None if the machine was too busy."""
    falls_asleep(server, engine)
    position, looked = engine.props.position, time.monotonic()
    engine.wake()
    poll(lambda: engine.props.position > position, 'the stream to wake up')
    with frozen(server):
        while True:
            before, looked = looked, time.monotonic()
            if engine.props.position != position:
                # the newest block was rendered between these times
                position, begun, ended = engine.props.position, before, time.monotonic()
            elif looked > ended + 0.265:
                break
            time.sleep(0.001)
        voice = engine.play_sample(0, 1.0)
        is_valid = engine.props.position == position and time.monotonic() < begun + 0.335
    return (voice,) if is_valid else None


def test_a_long_block_that_is_late_is_no_stall(server, start):
    """A trigger is rejected only if no block has come for two blocks."""
    engine = start(**make_calm(server), idle_timeout=0.5)
    fill(engine, 0, constant(100))
    [voice] = poll(lambda: call_late(server, engine), 'a calm machine', 60.0)
    assert voice > 0
    ends(engine, engine.props.n_rejected)  # the earlier ones may have been too late


@pytest.mark.parametrize('call', ('trigger', 'trigger after a load', 'wake'))
def test_what_comes_while_the_server_pauses_the_stream_counts(server, start, call):
    engine = start(idle_timeout=0.1)
    fill(engine, 0, constant(100))
    go_on(engine, 1)
    with frozen(server):
        time.sleep(1.0)  # the stream is told to pause meanwhile
        position = engine.props.position
        if call == 'trigger':
            engine.play_sample(0, 1.0)
        elif call == 'wake':
            engine.wake()
        else:
            fill(engine, 1, constant(100))
            time.sleep(0.1)  # that is looked at
    if call == 'trigger after a load':
        falls_asleep(server, engine)
        position = engine.props.position
        engine.play_sample(1, 1.0)
    poll(lambda: engine.props.position > position, 'the stream to wake up')


def test_a_server_that_dies_meanwhile_is_found_again(server, start):
    engine = start()
    fill(engine, 0, noise(1, 3000))
    for _ in range(2):
        falls_asleep(server, engine)
        server.kill()
        state_is(engine, State.RECONNECTING)
        assert engine.play_sample(0, 1.0) == 0
        server.start()
        state_is(engine, State.RUNNING)
        assert engine.play_sample(0, 1.0) > 0
        poll(lambda: engine.props.n_playing == 0, 'the end')
    assert engine.props.n_rejected == 2
    falls_asleep(server, engine)


def test_a_sink_that_goes_away_meanwhile_is_waited_for(server, start):
    engine = start()
    fill(engine, 0, noise(1, 3000))
    for _ in range(2):
        falls_asleep(server, engine)
        server.remove_sink()
        state_is(engine, State.RECONNECTING)
        server.add_sink(SINK)
        state_is(engine, State.RUNNING)
        assert engine.play_sample(0, 1.0) > 0
        ends(engine)
    falls_asleep(server, engine)


def test_it_wakes_up_in_another_sink(server, start):
    """Chosen meanwhile, or the one that is left."""
    engine = start()
    marker = noise(1, 3000)
    fill(engine, 0, marker)
    falls_asleep(server, engine)
    server.add_sink('other')
    engine.props.target = 'other'
    go_on(engine, 1)
    falls_asleep(server, engine)
    server.remove_sink('other')
    poll(lambda: engine.props.active_sink == SINK, 'the sink that is left')
    engine.play_sample(0, 1.0)
    ends(engine)
    assert engine.props.state == State.RUNNING


# Silence first


def test_lead_in_comes_before_the_sound(server, start, make_engine):
    """At the start and at each wake-up; the sound waits and comes whole."""
    marker, calm = noise(1, 3000), make_calm(server)
    with server.record() as recording:
        engine = make_engine(client_name=NAME, idle_timeout=0.1, lead_in=700, **calm)
        fill(engine, 0, marker)
        engine.play_sample(0, 1.0)
        began = time.monotonic()
        engine.start()
        poll(lambda: engine.props.position > 0, 'the first block')
        # PulseAudio takes a buffer in advance
        assert time.monotonic() - began >= 0.7 - CALM / 48000
        ends(engine)
        for _ in range(2):
            position = falls_asleep(server, engine)
            began = time.monotonic()
            engine.play_sample(0, 1.0)
            poll(lambda: engine.props.position > position, 'the next block')
            assert time.monotonic() - began >= 0.7 - CALM / 48000
            ends(engine)
        falls_asleep(server, engine)
        recording.wait(2 * CALM)
    assert_heard(recording, server, engine, [marker] * 3)


def test_a_trigger_during_the_lead_in_is_not_lost(server, start):
    engine = start(lead_in=300)
    fill(engine, 0, constant(100))
    position = falls_asleep(server, engine)
    engine.wake()
    poll(lambda: not server.sleeps(NAME), 'the stream to wake up')
    engine.play_sample(0, 1.0)
    ends(engine)
    assert engine.props.position > position


# Among others

REALTIME = '''
import os, pathlib, sys, time
import gi
gi.require_version('Flitzis', '1')
from gi.repository import Flitzis

REAL_TIME = (os.SCHED_FIFO, os.SCHED_RR)

def find_policies():
    return {int(task.name): int((task / 'stat').read_text().rpartition(')')[2].split()[38])
            for task in pathlib.Path('/proc/self/task').iterdir()}

def wait(condition):
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)

engine = Flitzis.Engine(idle_timeout=0.0)
engine.props.clock.props.running = True
engine.start()
wait(lambda: engine.props.position > 4800)
busy = {task for task, policy in find_policies().items() if policy in REAL_TIME}
wait(lambda: engine.props.realtime == bool(busy))
print(bool(busy), flush=True)
# as RealtimeKit does it, without a word to the C library
for task in busy:
    os.sched_setscheduler(task, os.SCHED_OTHER, os.sched_param(0))
wait(lambda: not engine.props.realtime)
'''


@pytest.mark.parametrize('has_rights', (True, False))
def test_realtime_is_what_the_kernel_says(server, has_rights):
    command = [sys.executable, '-c', REALTIME]
    if not has_rights:
        command = ['prlimit', '--rtprio=0:0', *command]
        if os.geteuid() == 0:
            command = ['setpriv', '--bounding-set=-sys_nice', '--inh-caps=-sys_nice', *command]
    environment = {name: value for name, value in os.environ.items()
                   if name != 'DBUS_SESSION_BUS_ADDRESS'}
    result = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stderr
    assert has_rights or result.stdout == 'False\n'


def test_an_engine_shows_once_and_as_what_it_is(server, start):
    shown = {'application.id': 'org.example.Pads', 'application.icon-name': 'audio-headphones',
             'media.role': 'Game' if server.kind == 'pipewire' else 'game',
             'application.name': NAME}
    engine = start(application_id=shown['application.id'], media_role='Game',
                   icon_name=shown['application.icon-name'])
    go_on(engine, 1)
    if server.kind == 'pipewire':
        [node] = server.nodes(application_name=NAME)
        found = node['info']['props']
        assert found['node.name'] == NAME
    else:
        [stream] = server.streams(application_name=NAME)
        found = stream['properties']
        shown['application.icon_name'] = shown.pop('application.icon-name')
    assert {key: found.get(key) for key in shown} == shown


def test_an_engine_leaves_the_graph_as_it_is(pipewire, make_engine):
    """Its quantum, unless the program asks for another."""
    def find_quantum(**properties):
        engine = make_engine(**properties)
        engine.start()
        state_is(engine, State.RUNNING)
        go_on(engine, 9600)
        return recording.get_quantum()
    with pipewire.record() as recording:
        recording.wait_quantum(1024)
        assert find_quantum() == 1024
        assert find_quantum(latency_frames=256) == 256
