# SPDX-License-Identifier: LGPL-2.1-or-later
"""A private PipeWire: a daemon with a null sink, WirePlumber to link streams to it, and the ways
to look at them and to listen. Needs no session bus, no sound card and no privileges.

PipeWire reads its environment at each connection, so the daemon of the test session is announced
through `os.environ` and every program started from a test finds it too.
"""

import contextlib
import json
import os
import pathlib
import re
import signal
import subprocess
import time

import numpy

HERE = pathlib.Path(__file__).parent
CONFIG = HERE / 'config'
SINK = 'null-sink'
CALM = 8192  # the quantum for a recording that must hold every block, on a busy machine too


def poll(condition, what, seconds=30.0):
    """Returns the first true value of `condition ()`; fails the test where none comes in time."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f'waited {seconds:g} s in vain for {what}')
        time.sleep(0.005)


def build_recorder(name, package):
    """The program `name`.c of this folder, built once for all servers of the session."""
    program = pathlib.Path(os.environ['XDG_CACHE_HOME']) / name
    if not program.exists():
        flags = subprocess.run(['pkg-config', '--cflags', '--libs', package], check=True,
                               stdout=subprocess.PIPE, text=True).stdout.split()
        subprocess.run(['cc', '-O2', '-w', '-o', program, HERE / f'{name}.c', *flags], check=True)
    return program


def numpy_of(data, n_channels=2):
    """The float32 frames in `data` (GLib.Bytes or bytes) as an array of n_frames x n_channels."""
    if hasattr(data, 'get_data'):
        data = data.get_data() or b''
    return numpy.frombuffer(data, numpy.float32).reshape(-1, n_channels)


def end(process):
    """Asks a program to end, and kills it if it does not."""
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def logs_of(folder):
    """What the servers with this folder have printed."""
    return ''.join(log.read_text(errors='replace') for log in folder.glob('*.log'))


class PipeWire:
    """One daemon in a folder of its own; `runtime_dir` is what XDG_RUNTIME_DIR must say."""

    kind = 'pipewire'

    def __init__(self, folder, session_manager=True, config=CONFIG):
        self.folder = pathlib.Path(folder)
        self.config = config
        self.runtime_dir = self.folder / 'runtime'
        self.session_manager = session_manager
        self.processes = []
        self.n_recordings = 0
        self.changed = set()
        self.sleepy = set()
        for name in ('runtime', 'state'):
            (self.folder / name).mkdir(mode=0o700, parents=True, exist_ok=True)

    # Life

    @property
    def environment(self):
        return dict(os.environ, XDG_RUNTIME_DIR=str(self.runtime_dir))

    @property
    def running(self):
        return bool(self.processes) and all(p.poll() is None for p in self.processes)

    def start(self):
        if self.running:
            return
        self.stop()
        self.spawn('pipewire')
        poll(lambda: self._alive() and self.node(SINK), 'the null sink of the PipeWire daemon')
        if self.session_manager:
            with self._watch_default_sink() as default_sink:
                self.spawn('wireplumber')
                poll(lambda: self._alive() and default_sink(), 'WirePlumber to choose a sink')

    def stop(self):
        """Ends what `start` began, the session manager first. The test fails if one of them has
        ended already."""
        has_ended = not all(process.poll() is None for process in self.processes)
        for process in reversed(self.processes):
            end(process)
        self.processes = []
        if has_ended:
            raise AssertionError(
                f'the private PipeWire daemon has ended:\n{logs_of(self.folder)}')

    def kill(self, number=signal.SIGKILL):
        """Takes the server away: its clients are told nothing, or with SIGTERM what it tears down.
        The session manager, which has lost it too, goes with it."""
        for process, last in zip(self.processes, (number, signal.SIGKILL)):
            process.send_signal(last)
            process.wait(30)
        self.processes = []

    def flicker(self, seconds):
        """Lets the server be there for so long, without a session manager, and kills it."""
        self.spawn('pipewire')
        time.sleep(seconds)
        self.kill()

    def reset(self):
        """Takes back what a test did to a daemon that is to serve the next one."""
        for key in self.changed if self.running else ():
            self._set(key, 0)
        self.changed = set()
        if not self.running or self.default_sink() != SINK or len(
                self.nodes(media_class='Audio/Sink')) != 1:
            self.stop()

    def spawn(self, program):
        environment = dict(self.environment,
                           XDG_CONFIG_HOME=str(self.config),
                           XDG_STATE_HOME=str(self.folder / 'state'))
        # The kernel ends the daemon with the tests, however they end.
        command = ['setpriv', '--pdeathsig', 'KILL', program]
        with open(self.folder / f'{program}.log', 'ab') as log:
            self.processes.append(subprocess.Popen(
                command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log))

    def _alive(self):
        if not self.running:
            raise AssertionError(
                f'the private PipeWire daemon does not run:\n{logs_of(self.folder)}')
        return True

    # Looking

    def tool(self, *command, check=True):
        """Runs one of PipeWire's command line tools and returns what it printed."""
        result = subprocess.run(command, env=self.environment, stdin=subprocess.DEVNULL,
                                capture_output=True, text=True, timeout=30)
        if check and result.returncode != 0:
            raise AssertionError(f'{" ".join(command)}: {result.stderr or result.stdout}')
        return result.stdout

    def dump(self, kind=None):
        """Every object of the graph as a dict; `kind` is Node, Link, Port, Client ..."""
        # While objects come and go pw-dump may print two arrays: the last states of each id win.
        text, objects = self.tool('pw-dump', check=False), {}
        decoder, start = json.JSONDecoder(), 0
        while start < len(text):
            try:
                part, end = decoder.raw_decode(text, start)
            except json.JSONDecodeError:
                break
            objects.update((each['id'], each) for each in part)
            start = end + len(text[end:]) - len(text[end:].lstrip())
        return [each for each in objects.values()
                if each.get('info') is not None or each.get('metadata') is not None
                if kind is None or each['type'] == f'PipeWire:Interface:{kind}']

    def nodes(self, **props):
        """The nodes whose properties are `props`, with _ for . in the names: node_name='x'."""
        wanted = {name.replace('_', '.'): value for name, value in props.items()}
        return [node for node in self.dump('Node')
                if wanted.items() <= node['info'].get('props', {}).items()]

    def node(self, name):
        """The node of this name or None."""
        return next(iter(self.nodes(node_name=name)), None)

    def props(self, name):
        """The properties of the node of this name."""
        return self.node(name)['info']['props']

    def metadata(self, name):
        """What the metadata object of this name holds, by its keys."""
        for each in self.dump('Metadata'):
            if each.get('props', {}).get('metadata.name') == name:
                return {entry['key']: entry['value'] for entry in each['metadata']}
        return {}

    def default_sink(self):
        return (self.metadata('default').get('default.audio.sink') or {}).get('name')

    def links(self, node_id):
        """The active links from or to a node."""
        return [link for link in self.dump('Link')
                if node_id in (link['info']['output-node-id'], link['info']['input-node-id'])
                and link['info']['state'] == 'active']

    def sleeps(self, name):
        """Whether the stream of this name is paused."""
        node = self.node(name)
        return node is not None and node['info']['state'] in ('idle', 'suspended')

    def is_suspended(self, name):
        """Whether the device of the sink is closed."""
        return self.node(name)['info']['state'] == 'suspended'

    def wait_linked(self, name, n_links=2):
        """Waits until the node of this name plays: all its links are active."""
        def linked():
            node = self.node(name)
            return node and len(self.links(node['id'])) >= n_links and node
        return poll(linked, f'{n_links} active links of the node “{name}”')

    # Changing

    def add_sleepy_sink(self, name):
        """Adds a sink that the session manager suspends soon after the last stream has paused. Its
        recording does not keep it awake."""
        self.sleepy.add(name)
        return self.add_sink(name, 0.1)

    def add_sink(self, name, suspend_seconds=0):
        """Adds another null sink; it stays until `remove_sink` or the end of the daemon. After so
        long without a stream the session manager suspends it; 0: never."""
        self.tool('pw-cli', 'create-node', 'adapter', json.dumps({
            'factory.name': 'support.null-audio-sink', 'node.name': name,
            'media.class': 'Audio/Sink', 'audio.channels': 2, 'audio.position': 'FL,FR',
            'object.linger': True, 'node.pause-on-idle': False,
            'session.suspend-timeout-seconds': suspend_seconds,
            'adapter.auto-port-config': {'mode': 'dsp', 'monitor': True, 'control': False,
                                         'position': 'preserve'}}))
        return poll(lambda: self.node(name), f'the sink “{name}”')

    def remove_sink(self, name=SINK):
        with self._watch_default_sink() as default_sink:
            if self.session_manager:
                poll(default_sink, 'the default sink')
            self.tool('pw-cli', 'destroy', str(self.node(name)['id']))
            poll(lambda: default_sink() != name, f'the sink “{name}” not to be the default')
        poll(lambda: not self.node(name), f'the sink “{name}” to go')

    def choose_sink(self, name):
        """Makes a sink the default, as a user does."""
        with self._watch_default_sink() as default_sink:
            poll(default_sink, 'the default sink')
            self.tool('pw-metadata', '0', 'default.configured.audio.sink',
                      json.dumps({'name': name}), 'Spa:String:JSON')
            poll(lambda: default_sink() == name, f'the sink “{name}” to be the default')

    @contextlib.contextmanager
    def _watch_default_sink(self):
        """A function that returns the default sink, as one client is told that stays. While another
        one asks for it, as each call of `dump` does, PipeWire tells no client of a change. An
        engine that reconnects is such a client, so this one asks anew after a second."""
        path = self.folder / 'default-sink'
        patience = time.monotonic() + 1

        def default_sink():
            if time.monotonic() > patience:
                return self.default_sink()
            lines = re.findall(r"key:'default.audio.sink'(.*)\n", path.read_text())
            value = re.search(r"value:'(.*)' type:", lines[-1]) if lines else None
            return json.loads(value[1])['name'] if value else None
        with open(path, 'w') as file, subprocess.Popen(
                ['stdbuf', '-oL', 'pw-metadata', '--monitor', '0', 'default.audio.sink'],
                env=self.environment, stdin=subprocess.DEVNULL, stdout=file) as watcher:
            try:
                yield default_sink
            finally:
                watcher.kill()

    def force(self, quantum=None, rate=None):
        """Makes the graph run at this quantum and rate; 0 lets go again. While it runs, newer
        releases suspend all nodes for another quantum: what they hold is not played."""
        if quantum is not None:
            self._set('clock.force-quantum', quantum)
        if rate is not None:
            self._set('clock.force-rate', rate)

    def prefer(self, quantum):
        """Lets the graph run at this quantum where nobody asks for another. It goes on meanwhile,
        as it does when a client with a latency of its own comes or goes."""
        self._set('clock.quantum', quantum)

    def _set(self, key, value):
        self.changed.add(key)
        self.tool('pw-metadata', '-n', 'settings', '0', key, str(value))
        poll(lambda: int(self.metadata('settings').get(key, 0)) == value, key)

    def suspend(self, name):
        """Suspends a node, as a session manager does."""
        self.tool('pw-cli', 'send-command', str(self.node(name)['id']), 'Suspend', '{}')
        poll(lambda: self.is_suspended(name), f'the node “{name}” to be suspended')

    # Listening

    def record(self, sink=SINK, latency_ns=None):
        """Records the monitor of a sink while the `with` block runs, as a node that says that it
        has this latency; see Recording."""
        recorder = build_recorder('recorder', 'libpipewire-0.3')
        self.n_recordings += 1
        options = [] if latency_ns is None else [str(latency_ns)]
        return Recording(self, sink, recorder, f'recorder-{self.n_recordings}', *options,
                         passive=sink in self.sleepy)


class Recording:
    """What a sink plays. Inside the `with` block: `wait (n_frames)`, `wait_quantum (quantum)`, and
    what is there so far: `n_frames`, `get_frames (first)`, `get_time (frame)`. Behind it: `frames`,
    float32 of n_frames x 2, bit for bit what the sink was given, at the graph's rate; `begin_ns`,
    the monotonic time at which the sink played the first of them, counted back from the last; and
    `n_missed`: a graph does not wait for its nodes, so a busy machine loses a block now and then,
    and whatever comes before it is earlier than `begin_ns` says. A large quantum (`force`) makes
    that rare."""

    FRAMES_OFFSET = 4096  # bytes: recorder.h says what lies before

    def __init__(self, server, sink, recorder, name, *options, passive=False):
        self.link = ['pw-link', *(['--passive'] if passive else [])]
        self.server = server
        self.name = name
        self.path = server.folder / name
        self.sink = sink
        self.command = [recorder, self.path, name, *options]
        self.frames = None
        self.begin_ns = None
        self.n_missed = None

    def __enter__(self):
        self.process = subprocess.Popen(
            ['setpriv', '--pdeathsig', 'KILL', *self.command], env=self.server.environment,
            stdin=subprocess.DEVNULL)
        try:
            self._link()
            self.wait(1)
        except BaseException:
            end(self.process)
            raise
        return self

    def __exit__(self, *exception):
        end(self.process)
        try:
            if exception[0] is None:
                _n_frames, self.n_missed, _quantum, self.begin_ns = self._head()
                self.frames = self.get_frames(0)
        finally:
            self.path.unlink(missing_ok=True)

    def _link(self):
        """Both channels to the monitor of the sink."""
        def link(channel):
            return subprocess.run(
                [*self.link, f'{self.sink}:monitor_{channel}', f'{self.name}:input_{channel}'],
                env=self.server.environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL, timeout=30).returncode == 0
        for channel in ('FL', 'FR'):
            poll(lambda: link(channel), f'the recorder to be linked to “{self.sink}”')

    def _head(self):
        """The frames recorded and missed so far, those of the graph's last cycle, and when the
        first was played."""
        head = numpy.zeros(4, numpy.int64)
        if self.path.exists():
            found = numpy.fromfile(self.path, numpy.int64, 4)
            head[:len(found)] = found
        return tuple(map(int, head))

    @property
    def n_frames(self):
        return self._head()[0]

    def get_frames(self, first):
        """The frames so far, from that one on."""
        return numpy.fromfile(self.path, numpy.float32, 2 * (self.n_frames - first),
                              offset=self.FRAMES_OFFSET + 8 * first).reshape(-1, 2)

    def get_time(self, frame, rate=48000):
        """When the sink played that frame, a late one: ns of CLOCK_MONOTONIC, by the clock of the
        sink."""
        return self._head()[3] + frame * 1e9 / rate

    def wait(self, n_frames, seconds=60.0):
        """Waits until `n_frames` more have been recorded."""
        goal = self.n_frames + n_frames

        def recorded():
            assert self.process.poll() is None, 'the recorder ended'
            return self.n_frames >= goal
        poll(recorded, f'{n_frames} recorded frames', seconds)

    def wait_quantum(self, quantum):
        """Waits until the graph runs at this quantum."""
        poll(lambda: self.get_quantum() == quantum, f'a quantum of {quantum}')

    def get_quantum(self):
        """The frames of the graph's last cycle."""
        return self._head()[2]


def without_silence(frames):
    """The frames from the first to the last that is not all zero."""
    sounding = numpy.flatnonzero(frames.any(axis=1))
    return frames[sounding[0]:sounding[-1] + 1] if sounding.size else frames[:0]
