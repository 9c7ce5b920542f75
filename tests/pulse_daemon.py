# SPDX-License-Identifier: LGPL-2.1-or-later
"""Private servers that speak PulseAudio's protocol: PulseAudio itself, and pipewire-pulse with a
PipeWire behind it that clients cannot see. Neither needs a session bus, a sound card or privileges.

The fixtures in conftest.py set XDG_RUNTIME_DIR, and that is all a client needs: libpulse looks for
`pulse/native` there when nothing else tells it where the server is.

  pulseaudio             a Pulse alone
  pipewire_pulse         a PipeWirePulse: only pulse/native is in reach, as in a sandbox
  pulse_beside_pipewire  a Pulse and a PipeWire without any sink, `.pipewire`, both in reach
  no_server              nothing in reach, which holds for every test without one of the others

Both classes have the look of PipeWire in pipewire_daemon.py:

  def test_it_plays(pulseaudio, make_engine):
      with pulseaudio.record() as recording:         # the monitor of “null-sink”
          ...                                        # play
          recording.wait(4800)                       # until 4800 more frames have been recorded
      recording.frames                               # float32, n x 2, bit for bit
      pulseaudio.wait_stream(application_name='x')   # what plays, as pactl lists it
      pulseaudio.add_sink('other')
      pulseaudio.choose_sink('other')                # make it the default
      pulseaudio.remove_sink()                       # remove “null-sink”
      pulseaudio.kill()                              # SIGKILL by default
      pulseaudio.start()

The servers play 48000 Hz, stereo, float32. They refuse new streams while they have no sink;
desktops load module-always-sink, which then makes a sink called “auto_null” that nobody hears:
`always_sink ()` does that here.
"""

import fcntl
import json
import os
import pathlib
import signal
import subprocess

import pipewire_daemon
from pipewire_daemon import CONFIG, SINK, PipeWire, build_recorder, end, logs_of, poll

# A null sink plays 2 s ahead otherwise and takes that back when a stream comes, and its monitor
# misses what was taken back.
NULL_SINK = 'norewinds=1 format=float32le rate=48000 channels=2'


class Pulse:
    """PulseAudio in a folder of its own; `runtime_dir` is what XDG_RUNTIME_DIR must say."""

    kind = 'pulseaudio'

    def __init__(self, folder, runtime_dir=None):
        self.folder = pathlib.Path(folder)
        self.runtime_dir = pathlib.Path(runtime_dir or self.folder / 'runtime')
        self.process = None
        self.n_recordings = 0
        # pipewire-pulse makes the folder of its socket, and so does each client that looks for it:
        # if a client is first by a hair, pipewire-pulse ends.
        for path in (self.folder, self.runtime_dir, self.runtime_dir / 'pulse'):
            path.mkdir(mode=0o700, parents=True, exist_ok=True)

    # Life

    @property
    def environment(self):
        return dict(os.environ, XDG_RUNTIME_DIR=str(self.runtime_dir))

    @property
    def running(self):
        return self.process is not None and self.process.poll() is None

    def start(self):
        if self.running:
            return
        self.stop()
        self._spawn()
        poll(lambda: self._alive() and self._ready(), 'the null sink')

    def stop(self):
        """Ends what `start` began. The test fails if the server has ended already."""
        if self.process is None:
            return
        has_ended = self._has_ended()
        end(self.process)
        self.process = None
        if has_ended:
            raise AssertionError(
                f'the private PulseAudio server has ended:\n{logs_of(self.folder)}')

    def kill(self, number=signal.SIGKILL):
        """Takes the server away: its clients are told nothing, or with SIGTERM what it tears down.
        """
        self.process.send_signal(number)
        self.process.wait(30)
        self.process = None

    def reset(self):
        """Takes back what a test did to a server that is to serve the next one."""
        if (not self.running or self.sinks() != [SINK] or self.default_sink() != SINK
                or self.modules('module-always-sink') or self.modules('module-suspend-on-idle')):
            self.stop()

    def _spawn(self):
        # Without shared memory: PulseAudio may abort if a client that shares its memory goes while
        # the monitor of its sink is recorded.
        self._run(
            'pulseaudio', '-n', '--daemonize=no', '--exit-idle-time=-1', '--use-pid-file=no',
            '--realtime=no', '--high-priority=no', '--no-cpu-limit', '--disable-shm=yes',
            '--log-target=stderr',
            '-L', 'module-native-protocol-unix auth-cookie-enabled=0',
            '-L', f'module-null-sink sink_name={SINK} {NULL_SINK}')

    def _run(self, *command, **variables):
        environment = dict(self.environment, HOME=str(self.folder), **variables)
        # The kernel ends the server with the tests, however they end.
        with open(self.folder / f'{command[0]}.log', 'ab') as log:
            self.process = subprocess.Popen(
                ['setpriv', '--pdeathsig', 'KILL', *command], env=environment,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def _has_ended(self):
        return self.process.poll() is not None

    def _alive(self):
        if not self.running:
            raise AssertionError(
                f'the private PulseAudio server does not run:\n{logs_of(self.folder)}')
        return True

    def _ready(self):
        default = self.default_sink()
        return default and {default, SINK} <= set(self.sinks())

    # Looking

    def pactl(self, *arguments, check=True):
        """Runs pactl and returns what it printed."""
        result = subprocess.run(['pactl', *arguments], env=self.environment,
                                stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                timeout=30)
        if check and result.returncode != 0:
            raise AssertionError(f'pactl {" ".join(arguments)}: {result.stderr or result.stdout}')
        return result.stdout

    def list(self, kind):
        """The server's sinks, sink-inputs, clients, modules ..., as pactl lists them."""
        return json.loads(self.pactl('--format=json', 'list', kind))

    def sinks(self):
        """The names of the sinks."""
        return [sink['name'] for sink in self.list('sinks')]

    def default_sink(self):
        """The name of the default sink; None while the server does not answer."""
        lines = self.pactl('info', check=False).splitlines()
        return next((line.split(': ')[1] for line in lines if line.startswith('Default Sink: ')),
                    None)

    def modules(self, name):
        """The numbers of the loaded modules of this name."""
        lines = [line.split('\t') for line in self.pactl('list', 'short', 'modules').splitlines()]
        return [line[0] for line in lines if line[1] == name]

    def streams(self, **props):
        """The streams that play whose properties are `props`, with _ for . in the names."""
        wanted = {name.replace('_', '.'): value for name, value in props.items()}
        return [stream for stream in self.list('sink-inputs')
                if wanted.items() <= stream['properties'].items()]

    def sleeps(self, name):
        """Whether the stream of this name is paused."""
        return any(each['corked'] for each in self.streams(application_name=name))

    def is_suspended(self, name):
        """Whether the device of the sink is closed."""
        return [each['state'] for each in self.list('sinks') if each['name'] == name] == [
            'SUSPENDED']

    def wait_stream(self, **props):
        """Waits until there is such a stream that is not paused, and returns it."""
        def playing():
            return next((each for each in self.streams(**props) if not each['corked']), None)
        return poll(playing, f'a stream with {props}')

    # Changing

    def add_sink(self, name):
        """Adds another null sink; it stays until `remove_sink` or the end of the server."""
        self.pactl('load-module', 'module-null-sink', f'sink_name={name}', *NULL_SINK.split())
        poll(lambda: name in self.sinks(), f'the sink “{name}”')

    def add_sleepy_sink(self, name):
        """Adds a sink that is suspended as soon as no stream plays. Its recording does not keep it
        awake, as that of a monitor would: the sink writes to a pipe, with room for 2.7 s, because
        it drops what does not fit."""
        self.pactl('load-module', 'module-suspend-on-idle', 'timeout=0')
        self.pactl('load-module', 'module-pipe-sink', f'sink_name={name}',
                   f'file={self._pipe(name)}', 'use_system_clock_for_timing=yes',
                   'format=float32le', 'rate=48000', 'channels=2')
        poll(lambda: name in self.sinks(), f'the sink “{name}”')
        with open(self._pipe(name), 'r+b', buffering=0) as pipe:
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, 1 << 20)

    def _pipe(self, name):
        return self.folder / f'{name}.pipe'

    def remove_sink(self, name=SINK):
        """PulseAudio moves its streams to another sink, and ends them if there is none."""
        [module] = [sink['owner_module'] for sink in self.list('sinks') if sink['name'] == name]
        self.pactl('unload-module', str(module))
        poll(lambda: name not in self.sinks(), f'the sink “{name}” to go')

    def choose_sink(self, name):
        """Makes a sink the default, as a user does."""
        self.pactl('set-default-sink', name)
        poll(lambda: self.default_sink() == name, f'the sink “{name}” to be the default')

    def always_sink(self):
        """Makes the server invent the sink “auto_null” whenever it has no other."""
        self.pactl('load-module', 'module-always-sink')

    # Listening

    def record(self, sink=SINK):
        """Records the monitor of a sink while the `with` block runs, or what it writes to its
        pipe; see Recording."""
        self.n_recordings += 1
        name = f'recorder-{self.n_recordings}'
        if self._pipe(sink).exists():
            return PipeRecording(self, self._pipe(sink), name)
        return Recording(self, sink, build_recorder('pulse-recorder', 'libpulse'), name)


class PipeWirePulse(Pulse):
    """pipewire-pulse. Its PipeWire, `pipewire`, is not in `runtime_dir`: out of clients' reach.
    `stop` ends both, `kill` pipewire-pulse alone."""

    kind = 'pipewire_pulse'

    def __init__(self, folder, config=CONFIG):
        super().__init__(folder)
        self.config = config
        self.pipewire = PipeWire(self.folder / 'behind', config=config)

    @property
    def running(self):
        return super().running and self.pipewire.running

    def stop(self):
        try:
            super().stop()
        finally:
            self.pipewire.stop()

    def reset(self):
        self.pipewire.reset()
        super().reset()

    def _spawn(self):
        self.pipewire.start()
        # The program pipewire-pulse is this and no more, and its package would start it at login.
        self._run('pipewire', '-c', 'pipewire-pulse.conf', XDG_CONFIG_HOME=str(self.config),
                  PIPEWIRE_RUNTIME_DIR=str(self.pipewire.runtime_dir))

    def _has_ended(self):
        # It ends with its PipeWire.
        return super()._has_ended() and self.pipewire.running

    def add_sink(self, name):
        self.pipewire.add_sink(name)
        poll(lambda: name in self.sinks(), f'the sink “{name}”')

    def add_sleepy_sink(self, name):
        self.pipewire.add_sleepy_sink(name)
        poll(lambda: name in self.sinks(), f'the sink “{name}”')

    def is_suspended(self, name):
        return self.pipewire.is_suspended(name)

    def remove_sink(self, name=SINK):
        """Its streams go to another sink, or wait for one if there is none."""
        self.pipewire.remove_sink(name)
        poll(lambda: name not in self.sinks(), f'the sink “{name}” to go')

    def choose_sink(self, name):
        self.pipewire.choose_sink(name)
        poll(lambda: self.default_sink() == name, f'the sink “{name}” to be the default')

    def record(self, sink=SINK):
        """Records what PipeWire plays; see Recording in pipewire_daemon.py."""
        return self.pipewire.record(sink)


class Recording(pipewire_daemon.Recording):
    """The same, of a sink of PulseAudio, which waits for all that it plays."""

    def __init__(self, pulse, sink, recorder, name):
        super().__init__(pulse, sink, recorder, name)
        self.command = [recorder, self.path, sink]

    def _link(self):
        """It is by being made."""


class PipeRecording(pipewire_daemon.Recording):
    """The same, of a sink that writes to a pipe."""

    FRAMES_OFFSET = 0

    def __init__(self, pulse, pipe, name):
        super().__init__(pulse, None, None, name)
        self.command = ['sh', '-c', 'exec cat "$1" >"$2"', 'sh', pipe, self.path]

    def _link(self):
        """It is by being made."""

    def _head(self):
        return self.path.stat().st_size // 8 if self.path.exists() else 0, 0, 0, None
