# SPDX-License-Identifier: LGPL-2.1-or-later
"""Servers that die, refuse, hang, lie or are not there, and graphs that change under an engine."""

import contextlib
import errno
import itertools
import json
import os
import pathlib
import random
import select
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

import numpy
import pytest

import gi

gi.require_version('Flitzis', '1')
from gi.repository import Flitzis, GLib

from pipewire_daemon import CALM, SINK, PipeWire, poll
from test_live import (State, find_places, go_on, numbered, one_of_many, run_out, same, sinks_of,
                       split, state_is)
from test_playing import (Reason, assert_same, constant, drain, fails_with, fill, noise, render,
                          watch)


# A server that refuses, hangs, lies or is not there


class FakeServer:
    """Listens where the server should; `serve (connection)` gets each connection and its end."""

    def __init__(self, folder, serve):
        self.path = pathlib.Path(folder) / 'pipewire-0'
        self.path.unlink(missing_ok=True)
        self.serve = serve
        self.times = []
        self.connections = []
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(str(self.path))
        self.socket.listen()
        self.thread = threading.Thread(target=self._run)

    def _run(self):
        while True:
            connection, _address = self.socket.accept()
            if self.serve is None:
                return
            self.times.append(time.monotonic())
            self.connections.append(connection)
            with contextlib.suppress(OSError):
                self.serve(connection)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_exception):
        self.serve = None
        with socket.socket(socket.AF_UNIX) as last:
            last.connect(str(self.path))
        self.thread.join()
        for each in (self.socket, *self.connections):
            each.close()
        self.path.unlink()


def close_after(connection, answer=b''):
    connection.recv(4096)
    connection.sendall(answer)
    connection.close()


def message(size, opcode=0, sequence=0, n_fds=0, body=b''):
    """A message of the native protocol to the core: id, opcode and size, sequence, descriptors."""
    return b''.join(n.to_bytes(4, 'little') for n in (
        0, opcode << 24 | size, sequence, n_fds)) + body


SERVERS = {
    'closes': lambda connection: connection.close(),
    'reads and closes': close_after,
    'is deaf': lambda connection: None,
    'talks zeros': lambda connection: connection.sendall(bytes(10000)),
    'talks garbage': lambda connection: connection.sendall(random.Random(1).randbytes(10000)),
    'talks HTTP': lambda connection: close_after(
        connection, b'HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'),
    'promises too much': lambda connection: connection.sendall(message(0xffffff)),
    'sends empty messages': lambda connection: connection.sendall(
        b''.join(message(0, opcode) for opcode in range(256))),
    'sends broken messages': lambda connection: connection.sendall(
        b''.join(message(16, opcode, body=bytes(range(16))) for opcode in range(256))),
    'sends no descriptors': lambda connection: connection.sendall(message(0, n_fds=200)),
}


@contextlib.contextmanager
def no_server(kind, folder, monkeypatch):
    monkeypatch.setenv('XDG_RUNTIME_DIR', str(folder))
    path = folder / 'pipewire-0'
    if kind in SERVERS:
        with FakeServer(folder, SERVERS[kind]):
            yield
        return
    if kind == 'no folder':
        monkeypatch.setenv('XDG_RUNTIME_DIR', str(folder / 'nowhere'))
    elif kind == 'no variable':
        monkeypatch.delenv('XDG_RUNTIME_DIR')
        monkeypatch.delenv('USERPROFILE', raising=False)
    elif kind == 'empty variable':
        monkeypatch.setenv('XDG_RUNTIME_DIR', '')
    elif kind == 'a file for a folder':
        (folder / 'file').touch()
        monkeypatch.setenv('XDG_RUNTIME_DIR', str(folder / 'file'))
    elif kind == 'a long path':
        monkeypatch.setenv('XDG_RUNTIME_DIR', str(folder / ('x' * 200)))
    elif kind == 'a file for a socket':
        path.write_text('not a socket')
    elif kind == 'a folder for a socket':
        path.mkdir()
    elif kind == 'a pipe for a socket':
        os.mkfifo(path)
    elif kind == 'nobody behind the socket':
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(path))
    elif kind == 'a queue that is full':
        with socket.socket(socket.AF_UNIX) as listener, socket.socket(socket.AF_UNIX) as first:
            listener.bind(str(path))
            listener.listen(0)
            first.connect(str(path))
            yield
        return
    elif kind == 'datagrams':
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
            listener.bind(str(path))
            yield
        return
    else:
        monkeypatch.setenv('PIPEWIRE_REMOTE', kind)
    yield


NO_SERVERS = (
    *SERVERS, 'no folder', 'no variable', 'empty variable', 'a file for a folder', 'a long path',
    'a file for a socket', 'a folder for a socket', 'a pipe for a socket',
    'nobody behind the socket', 'a queue that is full', 'datagrams',
    'no-such-remote', '/no/such/remote', '/', '.', '../..', '{ nonsense', 'x' * 300)


SLOW = [kind for kind in SERVERS if kind.startswith(('talks zeros', 'promises', 'sends'))]


def fds():
    return len(os.listdir('/proc/self/fd'))


def threads():
    """How many, but for those of GLib's pools, which wait for more work and then go."""
    n = 0
    for task in pathlib.Path('/proc/self/task').iterdir():
        with contextlib.suppress(OSError):
            n += not (task / 'comm').read_text().startswith('pool')
    return n


@pytest.mark.parametrize('kind', [
    pytest.param(kind, marks=pytest.mark.slow if kind in SLOW else ()) for kind in NO_SERVERS])
def test_a_server_that_does_not_serve_is_an_error(tmp_path, monkeypatch, make_engine, iterate,
                                                  capfd, request, kind):
    """In the background, too, and soon; nothing is left over, and all else works: `render`, and a
    start where there is a server."""
    engine, other = (make_engine(output=Flitzis.Output.PIPEWIRE) for _ in range(2))
    frames = fill(engine, 0, noise(1, 100))

    def fail():
        began, results = time.monotonic(), []
        other.start_async(None, lambda _engine, result: results.append(result))
        with fails_with(Flitzis.EngineError.OUTPUT, 'PipeWire'):
            engine.start()
        iterate(lambda: results)
        with fails_with(Flitzis.EngineError.OUTPUT, 'PipeWire'):
            other.start_finish(results[0])
        assert time.monotonic() - began < 10
        assert engine.props.state == other.props.state == State.STOPPED
    fail()  # what GLib opens once stays open
    n_fds = fds()
    with no_server(kind, tmp_path, monkeypatch):
        fail()
        engine.play_sample(0, 1.0)
        assert_same(render(engine, 100), frames)
    assert capfd.readouterr() == ('', '')
    request.getfixturevalue('pipewire')
    monkeypatch.delenv('PIPEWIRE_REMOTE', raising=False)
    assert engine.start()
    state_is(engine, State.RUNNING)
    engine.stop()
    assert fds() == n_fds


NO_PERMISSION = '''
import gi, sys
gi.require_version('Flitzis', '1')
from gi.repository import Flitzis, GLib

engine = Flitzis.Engine()
try:
    engine.start()
except GLib.Error as error:
    assert error.matches(Flitzis.EngineError.quark(), Flitzis.EngineError.OUTPUT)
    print(error.message)
'''


def test_a_server_without_permission_is_an_error(tmp_path):
    """Its socket is not seen at all. Root has to give up its powers for that."""
    with FakeServer(tmp_path, SERVERS['is deaf']) as server:
        server.path.chmod(0)
        command = ['setpriv', '--inh-caps=-all', '--bounding-set=-all'] if not os.geteuid() else []
        result = subprocess.run(
            [*command, sys.executable, '-c', NO_PERMISSION], capture_output=True, text=True,
            timeout=60, env=dict(os.environ, XDG_RUNTIME_DIR=str(tmp_path)))
        assert (result.returncode, result.stdout, result.stderr) == (
            0, 'Could not start the output: PipeWire: no server is running here; '
               'PulseAudio: Connection refused\n', '')
        assert not server.times


def build_preload(source_dir, folder, name):
    """Builds a C file of the tests to be preloaded."""
    library = str(folder / f'{name}.so')
    flags = subprocess.run(['pkg-config', '--cflags', '--libs', 'libpipewire-0.3'], check=True,
                           capture_output=True, text=True, timeout=60).stdout.split()
    subprocess.run(['cc', '-D_GNU_SOURCE', '-O2', '-w', '-shared', '-fPIC', '-o', library,
                    str(source_dir / 'tests' / f'{name}.c'), *flags], check=True, timeout=60)
    return library


# Each start fails at once: there is no server.
FAILING = '''
import contextlib, ctypes, gi, sys
gi.require_version('Flitzis', '1')
from gi.repository import Flitzis, GLib

engine = Flitzis.Engine()
for _ in range(3):
    with contextlib.suppress(GLib.Error):
        engine.start()
library = ctypes.CDLL(sys.argv[1])
n_stopped, n_stopped_early = (ctypes.c_uint.in_dll(library, name).value
                              for name in ('n_stopped', 'n_stopped_early'))
print(n_stopped, n_stopped_early)
'''


def test_a_loop_that_is_stopped_has_begun(make_child, monkeypatch, tmp_path, source_dir):
    """However late the system lets its thread begin."""
    preload = build_preload(source_dir, tmp_path, 'late-loop')
    monkeypatch.setenv('XDG_RUNTIME_DIR', str(tmp_path))
    monkeypatch.delenv('PIPEWIRE_REMOTE', raising=False)
    monkeypatch.setenv('LD_PRELOAD', preload)
    output, errors = make_child(FAILING, preload).end()
    n_stopped, n_stopped_early = map(int, output.split())
    assert n_stopped >= 3 and (n_stopped_early, errors) == (0, '')


# A server that dies


# Three engines play, and one thread watches that no position goes back. One line a loss is read and
# printed: what happens there is what the server does.
SURVIVOR = '''
import gi, json, os, struct, sys, threading, time
gi.require_version('Flitzis', '1')
from gi.repository import Flitzis, GLib

State = Flitzis.State
N_ENGINES = 3
n_samples = n_gone = n_watched = 0
n_back = [0] * N_ENGINES
is_over = False


def iterate(condition):
    deadline = time.monotonic() + 50
    while not condition():
        if not context.iteration(False):
            time.sleep(0.001)
        assert time.monotonic() < deadline, [engine.props.state for engine in engines]


def gone():
    global n_gone
    n_gone += 1


def fill(engine, slot, rate, value, n_frames):
    global n_samples
    data = struct.pack('<f', value) * n_frames
    sample = Flitzis.Sample.new(GLib.Bytes.new(data), 1, rate)
    sample.weak_ref(gone)
    engine.get_slot(slot).props.interpolation = Flitzis.Interpolation.LINEAR
    engine.set_sample(slot, sample)
    n_samples += 1


def watch():
    global n_watched
    last = [0] * N_ENGINES
    while not is_over:
        for i, engine in enumerate(engines):
            position = engine.props.position
            n_back[i] += position < last[i]
            last[i] = position
        n_watched += 1
        time.sleep(0.0005)


def name_of(task):
    try:
        with open(f'/proc/self/task/{task}/comm') as comm:
            return comm.read()
    except FileNotFoundError:
        return 'pool'


def resources():
    """Descriptors and threads, but for GLib's pools, which wait for more work and then go."""
    names = [name_of(task) for task in os.listdir('/proc/self/task')]
    return len(os.listdir('/proc/self/fd')), sum(not name.startswith('pool') for name in names)


def are_as_before():
    """But for a descriptor that a newer PipeWire's loop opens when it first needs it, and keeps."""
    n_fds, n_threads = resources()
    return n_threads == running[1] and n_fds <= running[0] + N_ENGINES


def all_are(state):
    """By what they told, not only by what they say."""
    return lambda: all(told and told[-1] == state for told in tolds)


context = GLib.MainContext.default()
nothing = resources()
engines = [Flitzis.Engine(client_name=f'survivor-{i}') for i in range(N_ENGINES)]
tolds = [[] for _ in engines]
for engine, told in zip(engines, tolds):
    engine.connect('notify::state', lambda engine, _pspec, told: told.append(engine.props.state),
                   told)
    fill(engine, 0, 1000, 0.25, 600 * 1000)
    engine.start()
    engine.play_sample(0, 1.0)
watcher = threading.Thread(target=watch, daemon=True)
watcher.start()
iterate(all_are(State.RUNNING))
running = resources()
print('running', flush=True)
for line in sys.stdin:
    if line == 'end\\n':
        break
    for told in tolds:
        told[:-1] = []
    iterate(all_are(State.RECONNECTING))
    positions = [engine.props.position for engine in engines]
    for engine in engines:
        assert engine.props.n_playing == 1
        fill(engine, 1, 48000, 0.0, 100)
        assert engine.play_sample(1, 1.0) == 0
    assert positions == [engine.props.position for engine in engines]
    print('away', flush=True)
    sys.stdin.readline()
    iterate(all_are(State.RUNNING))
    print('back', flush=True)
    sys.stdin.readline()
    for engine in engines:
        assert engine.play_sample(1, 1.0)
        iterate(lambda: engine.props.n_playing == 1 and not engine.get_slot(1).props.playing)
    assert all(told == [State.RUNNING, State.RECONNECTING, State.RUNNING]
               for told in tolds), tolds
    iterate(are_as_before)
    print('on', flush=True)
is_over = True
watcher.join()
for engine in engines:
    engine.stop_all_samples()
    engine.unload_sample(0)
    engine.unload_sample(1)
    iterate(lambda: engine.props.n_playing == 0)
iterate(lambda: n_gone == n_samples)
for engine in engines:
    engine.stop()
    assert engine.props.n_triggered == engine.props.n_started + engine.props.n_rejected
iterate(lambda: resources()[1] == nothing[1])
first = resources()
engines[0].start()
engines[0].stop()
assert resources()[0] == first[0] and first[0] - nothing[0] < 3, (nothing, first)
print(json.dumps({'back': sum(n_back), 'watched': n_watched > 0, 'samples': n_samples}))
'''


class Child:
    """A program that is told and tells one line at a time; all it writes is kept."""

    def __init__(self, folder, program, *arguments):
        self.errors = folder / 'errors'
        with open(self.errors, 'wb') as errors:
            self.process = subprocess.Popen(
                ['setpriv', '--pdeathsig', 'KILL', sys.executable, '-c', program, *arguments],
                text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors)

    def tell(self, line):
        self.process.stdin.write(line + '\n')
        self.process.stdin.flush()

    def expect(self, line):
        found = self.process.stdout.readline()
        assert found == line + '\n', self.errors.read_text()

    def end(self):
        """What it wrote last, and in all to its standard error."""
        output, _errors = self.process.communicate(timeout=60)
        assert self.process.returncode == 0, self.errors.read_text()
        return output, self.errors.read_text()


@pytest.fixture
def make_child(tmp_path):
    children = []

    def make(*program):
        children.append(Child(tmp_path, *program))
        return children[-1]
    yield make
    for child in children:
        child.process.kill()
        child.process.communicate()


@pytest.mark.parametrize('n_losses', (3, pytest.param(50, marks=pytest.mark.slow)))
def test_a_server_may_be_killed_again_and_again(pipewire, make_child, n_losses):
    """With and without a good-bye. Each time the engines say so, wait, and sound again by
    themselves, from where they stood; nothing is printed, nothing leaks."""
    child = make_child(SURVIVOR)
    child.expect('running')
    for number in itertools.islice(itertools.cycle((signal.SIGKILL, signal.SIGTERM)), n_losses):
        pipewire.kill(number)
        child.tell('')
        child.expect('away')
        pipewire.start()
        child.tell('')
        child.expect('back')
        with pipewire.record() as recording:
            recording.wait(2048)
        assert recording.frames.max() == 0.75
        child.tell('')
        child.expect('on')
    child.tell('end')
    output, errors = child.end()
    assert json.loads(output) == {'back': 0, 'watched': True, 'samples': 3 + 3 * n_losses}
    assert len(errors.splitlines()) <= n_losses, errors
    assert errors == ''


@pytest.fixture
def mortal(tmp_path, monkeypatch):
    """A PipeWire of the test's own, with a session manager, to be killed and replaced."""
    daemon = PipeWire(tempfile.mkdtemp(dir=os.environ['XDG_RUNTIME_DIR']))
    daemon.start()
    monkeypatch.setenv('XDG_RUNTIME_DIR', str(daemon.runtime_dir))
    yield daemon
    daemon.stop()


@pytest.fixture
def playing(make_engine):
    """An engine that plays a long note."""
    engine = make_engine(client_name='survivor')
    fill(engine, 0, constant(60 * 48000, 0.25))
    engine.start()
    engine.play_sample(0, 1.0)
    state_is(engine, State.RUNNING)
    return engine


def assert_sounds(pipewire, engine):
    state_is(engine, State.RUNNING)
    with pipewire.record() as recording:
        recording.wait(2048)
    assert recording.frames.max() == 0.25


@pytest.mark.parametrize('kind', ['closes', *(
    pytest.param(kind, marks=pytest.mark.slow)
    for kind in ('reads and closes', 'talks garbage', 'nobody'))])
def test_a_lost_engine_tries_again_within_half_a_second(mortal, playing, capfd, kind):
    """As long as it takes, without haste; ten times the time for a busy machine."""
    n_attempts = 4
    mortal.kill()
    state_is(playing, State.RECONNECTING)
    began = time.monotonic()
    if kind != 'nobody':
        with FakeServer(mortal.runtime_dir, SERVERS[kind]) as server:
            # an attempt makes a connection for the sinks, and one for the stream
            poll(lambda: len(server.times) > 2 * n_attempts, 'the attempts', n_attempts * 5.0)
            assert server.times[2 * n_attempts] - server.times[0] > n_attempts * 0.2
    assert time.monotonic() - began < n_attempts * 5.0
    position = playing.props.position
    mortal.start()
    assert_sounds(mortal, playing)
    assert playing.props.position > position
    assert capfd.readouterr() == ('', '')


def test_a_lost_engine_does_not_wait_for_a_server_that_never_answers(mortal, playing):
    """Where one hangs, and another takes its place, the engine finds that."""
    mortal.kill()
    state_is(playing, State.RECONNECTING)
    with FakeServer(mortal.runtime_dir, SERVERS['is deaf']) as server:
        poll(lambda: server.times, 'the first attempt')
        (mortal.runtime_dir / 'pipewire-0').rename(mortal.runtime_dir / 'away')
        server.path = mortal.runtime_dir / 'away'
        mortal.start()
        assert_sounds(mortal, playing)
        serial = mortal.props('survivor')['object.serial']
        go_on(playing, 60000)  # longer than an attempt may last
        assert mortal.props('survivor')['object.serial'] == serial


@pytest.mark.parametrize('n_flickers', (3, pytest.param(200, marks=pytest.mark.slow)))
def test_a_server_may_die_while_the_engine_comes_back(mortal, playing, capfd, n_flickers):
    """At any moment, before and after it has taken the stream."""
    for i in range(n_flickers):
        mortal.kill()
        state_is(playing, State.RECONNECTING)
        mortal.flicker(0.4 * (i * 0.618034 % 1))
    position = playing.props.position
    mortal.start()
    assert_sounds(mortal, playing)
    assert playing.props.position > position
    assert capfd.readouterr() == ('', '')


@pytest.mark.parametrize('n_starts', (3, pytest.param(100, marks=pytest.mark.slow)))
def test_an_engine_may_start_and_stop_while_the_server_dies(mortal, make_engine, n_starts):
    """Each start succeeds or is an error, each stop ends; a new server serves the same engine."""
    engine = make_engine()
    fill(engine, 0, constant(60 * 48000, 0.25))
    engine.play_sample(0, 1.0)
    n_fds = fds()
    for i in range(n_starts):
        killer = threading.Timer(0.03 * (i * 0.618034 % 1), mortal.kill,
                                 ((signal.SIGKILL, signal.SIGTERM)[i % 2],))
        killer.start()
        with contextlib.suppress(GLib.Error):
            engine.start()
            if i % 3 == 0:
                killer.join()
                state_is(engine, State.RECONNECTING)
        engine.stop()
        assert engine.props.state == State.STOPPED
        killer.join()
        mortal.start()
    assert fds() == n_fds
    engine.start()
    assert_sounds(mortal, engine)


def test_an_engine_goes_while_it_is_lost(mortal, make_engine):
    """Stopped, and dropped without a stop, at any moment between two attempts."""
    gone = []
    for i in range(5):
        if i == 1:  # the first brings along what stays in the process
            before = fds(), threads()
        engine = Flitzis.Engine()
        engine.weak_ref(lambda: gone.append(True))
        fill(engine, 0, constant(4800, 0.25))
        engine.start()
        engine.play_sample(0, 1.0)
        state_is(engine, State.RUNNING)
        mortal.kill()
        state_is(engine, State.RECONNECTING)
        time.sleep(0.3 * (i * 0.618034 % 1))
        if i % 2:
            engine.stop()
        del engine
        assert len(gone) == i + 1
        mortal.start()
    # what an earlier test left on its way out may be gone by now
    poll(lambda: fds() <= before[0] and threads() <= before[1], 'threads and descriptors to go')


@pytest.mark.parametrize('kind', ('node', 'client'))
def test_an_engine_that_is_thrown_out_comes_back(mortal, playing, iterate, kind):
    """Any program may destroy a node, and the connection of another program."""
    told = []
    playing.connect('notify::state', lambda engine, _pspec: told.append(engine.props.state))
    position = playing.props.position
    node = mortal.wait_linked('survivor')
    mortal.tool('pw-cli', 'destroy', str(
        node['id'] if kind == 'node' else node['info']['props']['client.id']))
    iterate(lambda: told[-2:] == [State.RECONNECTING, State.RUNNING])
    assert_sounds(mortal, playing)
    assert playing.props.position > position


WAITS_FOR_A_SINK = '''
import sys, time
import gi
gi.require_version('Flitzis', '1')
from gi.repository import Flitzis

engine = Flitzis.Engine(idle_timeout=0.0)
engine.start()
print('started', flush=True)
while engine.props.state != Flitzis.State.RUNNING:
    time.sleep(0.01)
print('running', flush=True)
'''


def test_a_session_manager_may_start_while_an_engine_gets_no_processor_time(bare_pipewire):
    """When the engine goes on, the session manager has asked for the parameters of its node, and
    waits for them; and there is a default sink that the engine asks the session manager for."""
    with subprocess.Popen([sys.executable, '-c', WAITS_FOR_A_SINK], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout.readline() == 'started\n'
            process.send_signal(signal.SIGSTOP)
            bare_pipewire.spawn('wireplumber')
            time.sleep(1.0)  # with less the test could miss the fault, but not fail
            process.send_signal(signal.SIGCONT)
            assert select.select([process.stdout], [], [], 30)[0], 'the engine finds no sink'
            assert process.stdout.readline() == 'running\n'
        finally:
            process.kill()


class Relay:
    """Passes on all that an engine and the real server say to each other, and adds words of the
    server's."""

    def __init__(self, folder, server_path):
        self.path = folder / 'relay'
        self.server_path = server_path
        self.lock = threading.Lock()
        self.engines, self.servers, self.threads = [], [], []
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(str(self.path))
        self.socket.listen()

    def _run(self):
        while True:
            engine, _address = self.socket.accept()
            self.engines.append(engine)
            if self.servers is None:
                return
            self.servers.append(socket.socket(socket.AF_UNIX))
            self.servers[-1].connect(str(self.server_path))
            self._spawn(self._pass_on, engine, self.servers[-1])
            self._spawn(self._pass_on, self.servers[-1], engine)

    def _spawn(self, function, *arguments):
        self.threads.append(threading.Thread(target=function, args=arguments))
        self.threads[-1].start()

    def _pass_on(self, reader, writer):
        with contextlib.suppress(OSError):
            while True:
                data, descriptors, _flags, _address = socket.recv_fds(reader, 65536, 128)
                if not data:
                    break
                with self.lock:
                    socket.send_fds(writer, [data], descriptors)
                for each in descriptors:
                    os.close(each)
        for each in (reader, writer):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def tell_error(self, connection, result, words):
        """The core's event 3: Struct (Int id, Int seq, Int res, String message)."""
        def pod(kind, data):
            return struct.pack('<II', len(data), kind) + data + bytes(-len(data) % 8)
        body = pod(14, b''.join(pod(4, struct.pack('<i', n)) for n in (0, 0, result))
                   + pod(8, words.encode() + b'\0'))
        with self.lock:
            self.engines[connection].sendall(message(len(body), 3, body=body))

    def __enter__(self):
        self._spawn(self._run)
        return self

    def __exit__(self, *_exception):
        servers, self.servers = self.servers, None
        with socket.socket(socket.AF_UNIX) as last:
            last.connect(str(self.path))
            self.threads[0].join()
        for each in servers:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        for thread in self.threads:
            thread.join()
        for each in (self.socket, *self.engines, *servers):
            each.close()


@pytest.mark.parametrize('connection', (0, 1), ids=('sinks', 'stream'))
def test_a_complaint_of_the_server_is_no_loss(pipewire, make_engine, monkeypatch, tmp_path,
                                              connection):
    """A message to an object that is gone just now is answered so, and all goes on. It is EPIPE
    that says that the connection is lost."""
    with Relay(tmp_path, pipewire.runtime_dir / 'pipewire-0') as relay:
        monkeypatch.setenv('PIPEWIRE_REMOTE', str(relay.path))
        engine = make_engine()
        engine.start()
        state_is(engine, State.RUNNING)
        relay.tell_error(connection, -errno.ENOENT, 'unknown resource 99 op:1')
        for _ in range(20):
            go_on(engine, 1000)
            assert engine.props.state == State.RUNNING
        assert len(relay.engines) == 2
        relay.tell_error(connection, -errno.EPIPE, 'connection error')
        poll(lambda: len(relay.engines) == 4, 'other connections')
        state_is(engine, State.RUNNING)
        engine.stop()


# A graph that changes under an engine


def play_while_the_quantum_changes(pipewire, engine, frames, quanta):
    """Returns what was recorded meanwhile, and whether neither end has counted a loss."""
    n_xruns = engine.props.n_xruns
    with pipewire.record() as recording:
        engine.start()
        state_is(engine, State.RUNNING)
        engine.play_sample(0, 1.0)
        for quantum in quanta:
            go_on(engine, 2000)
            pipewire.prefer(quantum)
            recording.wait_quantum(quantum)
        run_out(engine)
        recording.wait(4800)
    is_calm = engine.props.n_xruns - n_xruns == recording.n_missed == 0
    engine.stop()
    return recording.frames, is_calm


def test_a_quantum_may_change_at_any_time(pipewire, make_engine):
    """Every frame is heard, once, and on its frame; a take is calm if none of it was lost to a busy
    machine."""
    quanta = (1024, 256, 2048, 8192, 512, 4096)
    takes = []
    while (True, True) not in takes:
        engine = make_engine(client_name='steady')
        frames = fill(engine, 0, noise(1, 48000 + 24000 * len(quanta)))
        recorded, is_calm = play_while_the_quantum_changes(pipewire, engine, frames, quanta)
        takes.append((is_calm, [same(part, frames) for part in split(recorded)] == [True]))
        assert len(takes) < 20 and (True, False) not in takes, takes


@pytest.mark.slow
def test_the_smallest_quanta_lose_whole_cycles_or_none(pipewire, make_engine):
    """Most machines cannot keep up with cycles of a third of a millisecond, and a server that does
    not get its frames in time plays nothing, or the last cycle again."""
    quanta = (8192, 16, 1024, 32, 64, 128, 4096)
    engine = make_engine(client_name='steady')
    frames = fill(engine, 0, numbered(48000 + 24000 * len(quanta)))
    recorded, _is_calm = play_while_the_quantum_changes(pipewire, engine, frames, quanta)
    for channel, values in zip(recorded.T, frames.T):
        places = find_places(channel, values)
        assert (places[0], places[-1]) == (0, len(values) - 1)
        assert not numpy.any((numpy.diff(places) - 1) % min(quanta))


def test_a_quantum_may_be_forced_at_any_time(pipewire, make_engine):
    """Where the server suspends the graph for that, the engine comes back by itself."""
    engine = make_engine(client_name='steady')
    fill(engine, 0, constant(60 * 48000, 0.25))
    engine.start()
    engine.play_sample(0, 1.0)
    for quantum in (64, 8192, 1024):
        state_is(engine, State.RUNNING)
        position = engine.props.position
        pipewire.force(quantum=quantum)
        assert_sounds(pipewire, engine)
        assert engine.props.position > position


def test_the_rate_of_the_graph_may_change_at_any_time(pipewire, make_engine, iterate):
    """A long note, a mute one, goes on meanwhile; each rate has the right pitch and length, and
    the engine's own rate every bit."""
    engine = make_engine(client_name='steady')
    sine = numpy.sin(2 * numpy.pi * 1000 / 48000 * numpy.arange(12000))
    fill(engine, 0, (0.5 * sine).astype('<f4')[:, None])
    frames = fill(engine, 1, noise(1, 6000))
    fill(engine, 2, constant(60 * 48000, 0.0))
    engine.start()
    note, ended = engine.play_sample(2, 1.0), watch(engine)
    state_is(engine, State.RUNNING)

    def take(slot):
        voice = engine.play_sample(slot, 1.0)
        iterate(lambda: (voice, slot, Reason.FINISHED) in ended)
        go_on(engine, 4800)

    def is_right(heard):
        spectrum = numpy.abs(numpy.fft.rfft(heard[:, 0] * numpy.hanning(len(heard)), 8 * rate))
        return (len(heard) == pytest.approx(rate / 4, rel=0.01)
                and numpy.abs(heard).max() == pytest.approx(0.5, rel=0.02)
                and numpy.argmax(spectrum) / 8 == pytest.approx(1000, abs=3))
    for rate in (44100, 96000, 48000):
        position = engine.props.position
        pipewire.force(rate=rate)
        go_on(engine, 4800)
        assert engine.props.position > position
        one_of_many(pipewire, lambda: take(0), is_right, n_takes=1)
    one_of_many(pipewire, lambda: take(1), lambda heard: same(heard, frames))
    engine.stop_voice(note)
    iterate(lambda: (note, 2, Reason.STOPPED) in ended)


def test_an_engine_moves_to_the_sink_that_becomes_the_default(pipewire, make_engine):
    """There and back. What each sink plays are the frames of one sample, none of them twice."""
    pipewire.add_sink('headset')

    def take():
        engine, told = make_engine(client_name='mover'), []
        frames = fill(engine, 0, noise(1, 6 * 48000))
        engine.start()
        state_is(engine, State.RUNNING)
        drain()
        engine.connect('notify::state', lambda engine, _pspec: told.append(engine.props.state))
        with pipewire.record(SINK) as here, pipewire.record('headset') as there:
            engine.play_sample(0, 1.0)
            for sink in ('headset', SINK):
                go_on(engine, 9600)
                position = engine.props.position
                pipewire.choose_sink(sink)
                poll(lambda: sinks_of(pipewire, 'mover') == {sink}, 'the move')
                assert engine.props.position >= position
            go_on(engine, 9600)
            assert engine.props.n_playing == 1
            engine.stop()
            here.wait(4800)
        drain()
        assert told[-1] == State.STOPPED
        parts = [split(here.frames), split(there.frames)]
        if [len(each) for each in parts] != [2, 1]:
            return False
        begin = 0
        for heard in (parts[0][0], parts[1][0], parts[0][1]):
            first = begin + int(numpy.argmax((frames[begin:] == heard[0]).all(axis=1)))
            if not same(heard, frames[first:first + len(heard)]):
                return False
            begin = first + len(heard)
        return True
    assert any(take() for _ in range(10))


# A block of more voices than most machines can play is under way nearly all the time.
BUSY = '''
import ctypes, gi, sys
gi.require_version('Flitzis', '1')
from gi.repository import Flitzis, GLib

engine = Flitzis.Engine(n_voices=128, sample_rate=192000, client_name='busy')
engine.set_sample(0, Flitzis.Sample.new(GLib.Bytes.new(bytes(8 * 48000)), 2, 1000))
engine[0].props.loop = True  # for as long as it takes
for _ in range(128):
    engine.play_sample(0, 0.001)
engine.start()
library = ctypes.CDLL(sys.argv[1])
n_told, n_still_read = (ctypes.c_uint.in_dll(library, name) for name in ('n_told', 'n_still_read'))
while n_told.value < 20:
    library.tell()
engine.stop()
print(n_told.value, n_still_read.value)
'''


def test_a_clock_that_goes_away_is_not_read_again(pipewire, make_child, monkeypatch, tmp_path,
                                                  source_dir):
    """The output waits for a block that may still read it."""
    preload = build_preload(source_dir, tmp_path, 'clock-area')
    monkeypatch.setenv('LD_PRELOAD', preload)
    assert make_child(BUSY, preload).end() == ('20 0\n', '')


HELD_UP = '''
import ctypes, gi, sys, time
gi.require_version('Flitzis', '1')
from gi.repository import Flitzis

engine = Flitzis.Engine(client_name='held-up')
engine.start()
n_cycles = ctypes.c_uint.in_dll(ctypes.CDLL(sys.argv[1]), 'n_cycles_to_hold')

def go_on():
    position = engine.props.position
    while n_cycles.value > 0 or engine.props.position < position + 3 * 8192:
        time.sleep(0.01)
    return engine.props.n_xruns

go_on()
for n in map(int, sys.argv[2:]):
    n_before = go_on()
    n_cycles.value = n
    print(go_on() - n_before)
engine.stop()
'''


def test_a_block_that_comes_too_late_is_one_xrun(pipewire, make_child, monkeypatch, tmp_path,
                                                 source_dir):
    """The driver had begun the next cycle, or later ones, which left a gap in its clock besides."""
    pipewire.force(quantum=CALM)
    preload = build_preload(source_dir, tmp_path, 'clock-area')
    monkeypatch.setenv('LD_PRELOAD', preload)
    assert make_child(HELD_UP, preload, '0', '1', '3', '1').end() == ('0\n1\n1\n1\n', '')
