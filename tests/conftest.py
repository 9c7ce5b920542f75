# SPDX-License-Identifier: LGPL-2.1-or-later
"""The ground every Python test stands on: no sound server in reach unless the test asks for one,
folders of its own, and a closing line that counts. Started by tests/run.sh."""

import os
import pathlib
import re
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
import types

import numpy
import pytest

from pipewire_daemon import CONFIG, PipeWire
from pulse_daemon import PipeWirePulse, Pulse
from sound_files import frames_of


def pytest_addoption(parser):
    parser.addoption('--slow', action='store_true', help='run the slow tests too')
    parser.addoption('--fuzz', type=int, metavar='SECONDS',
                     help='how long libFuzzer makes up files for test_fuzz.py, in place of a fixed '
                          'number of files')


def pytest_configure(config):
    config.addinivalue_line('markers', 'slow: takes more than a few seconds; runs with --slow')
    # A deprecated call of ours is an error, here and in the programs that the tests start. The
    # overrides of PyGObject warn of their callers; what other modules call is for them to mend.
    root = pathlib.Path(__file__).parent.parent
    ours = {path.stem for folder in ('examples', 'tests') for path in (root / folder).rglob('*.py')}
    ours |= {f'gi.overrides.{name}' for name in (
        'Flitzis', 'Gdk', 'Gio', 'GLib', 'GObject', 'Gtk')}
    config.addinivalue_line('filterwarnings', f'error::DeprecationWarning:({"|".join(ours)})$')
    os.environ['PYTHONWARNINGS'] = ','.join(f'error::DeprecationWarning:{name}' for name in ours)
    # Newer Pythons warn of any fork beside threads, and such forks are what the tests are about.
    config.addinivalue_line('filterwarnings', 'ignore:.*multi-threaded:DeprecationWarning')
    # PyGObject 3.58 asks asyncio for its policy at each turn of a context, which is deprecated.
    config.addinivalue_line('filterwarnings', 'ignore:.*_policy:DeprecationWarning:gi.events$')
    if 'FLITZIS_BUILD' not in os.environ:
        raise pytest.UsageError('start the tests with: sh tests/run.sh')
    # The override, for this process and those that it starts; before gi looks for overrides.
    introspection = os.path.join(os.environ['FLITZIS_BUILD'], 'introspection')
    os.environ['PYTHONPATH'] = introspection
    sys.path.insert(0, introspection)
    assert 'gi.overrides' not in sys.modules
    # A shell's background jobs ignore SIGINT, and the programs that the tests start would, too. The
    # processes that run tests side by side inherit this. Their thread may not be the main one.
    if not hasattr(config, 'workerinput'):
        signal.signal(signal.SIGINT, signal.default_int_handler)
    # Short: the path of a socket may have 107 bytes.
    config.private = pathlib.Path(tempfile.mkdtemp(prefix='flitzis-'))
    for name in ('runtime', 'config', 'cache', 'data', 'state'):
        folder = config.private / name
        folder.mkdir(mode=0o700)
        os.environ[f'XDG_{name.upper()}_{"DIR" if name == "runtime" else "HOME"}'] = str(folder)
    os.environ['PULSE_CLIENTCONFIG'] = str(CONFIG / 'pulse/client.conf')


def pytest_unconfigure(config):
    if not hasattr(config, 'private'):
        return
    shutil.rmtree(config.private, ignore_errors=True)
    if hasattr(config, 'workerinput'):  # one of the processes that run tests side by side
        return
    stats = config.pluginmanager.get_plugin('terminalreporter').stats
    n_failed = sum(len(stats.get(key, ())) for key in ('failed', 'error', 'xfailed', 'xpassed'))
    print(f'{len(stats.get("passed", ()))} passed, {n_failed} failed')


def pytest_collection_modifyitems(config, items):
    if not config.getoption('--slow'):
        slow = [item for item in items if item.get_closest_marker('slow')]
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if item not in slow]


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """A test that cannot run has failed: run.sh installs all that they need."""
    report = (yield).get_result()
    if report.skipped:
        report.outcome = 'failed'
        report.longrepr = f'skipped, which no test here may be: {report.longrepr}'


@pytest.fixture(scope='session')
def build_dir():
    """The folder the library under test was built in."""
    return pathlib.Path(os.environ['FLITZIS_BUILD'])


@pytest.fixture(scope='session')
def source_dir():
    return pathlib.Path(__file__).parent.parent


@pytest.fixture(scope='session')
def installed(build_dir, tmp_path_factory):
    """What `meson install` puts into a folder: `root`, `libdir`, `pkgconfig` and `python`. Paths
    in its flitzis-1.pc are made to lead there, and not to where the library would be installed."""
    root = tmp_path_factory.mktemp('installed')
    subprocess.run(['meson', 'install', '-C', build_dir, '--no-rebuild', '--destdir', root],
                   check=True, capture_output=True)
    [pc] = root.rglob('flitzis-1.pc')
    prefix = re.search(r'^prefix=(.*)$', pc.read_text(), re.M).group(1)
    pc.write_text(pc.read_text().replace(f'prefix={prefix}', f'prefix={root}{prefix}'))
    [library] = root.rglob('libflitzis-1.so')
    [override] = root.rglob('gi/overrides/Flitzis.py')
    return types.SimpleNamespace(root=root, libdir=library.parent, pkgconfig=pc.parent,
                                 python=override.parents[2])


@pytest.fixture(scope='session')
def without_libraries(source_dir, build_dir):
    """Runs a script of Python with a build that has none of the optional libraries."""
    folder = build_dir.parent / 'without-libraries'
    if not (folder / 'build.ninja').exists():
        subprocess.run(['meson', 'setup', '-Dwerror=true', '-Dloudness=disabled',
                        '-Dpulse=disabled', '-Dtests=false', '-Dexamples=false', '-Ddocs=disabled',
                        '-Dvapi=disabled', folder, source_dir], check=True, capture_output=True)
    subprocess.run(['ninja', '-C', folder], check=True, capture_output=True)
    linked = subprocess.run(['ldd', folder / 'lib/libflitzis-1.so.0'], check=True,
                            capture_output=True, text=True).stdout
    assert 'libgobject' in linked and 'libebur128' not in linked and 'libpulse' not in linked

    def run(script):
        return subprocess.run(
            [sys.executable, '-c', script], check=True, stdout=subprocess.PIPE, text=True,
            timeout=120, env={**os.environ, 'LD_LIBRARY_PATH': str(folder / 'lib'),
                              'GI_TYPELIB_PATH': str(folder / 'introspection')}).stdout
    return run


@pytest.fixture(scope='session')
def write_wav():
    """Writes float32 frames (n_frames x n_channels) to a WAV file."""
    def write(path, frames, rate=48000):
        frames = numpy.asarray(frames, '<f4')
        n_channels = frames.shape[1]
        data = frames.tobytes()
        fmt = struct.pack('<HHIIHH', 3, n_channels, rate, rate * n_channels * 4, n_channels * 4, 32)
        path.write_bytes(
            b'RIFF' + struct.pack('<I', 36 + len(data)) + b'WAVE'
            + b'fmt ' + struct.pack('<I', len(fmt)) + fmt
            + b'data' + struct.pack('<I', len(data)) + data)
    return write


@pytest.fixture
def make_wav(write_wav, tmp_path):
    """The same in the test's own folder; returns the path."""
    def make(name, frames, rate=48000):
        write_wav(tmp_path / name, frames, rate)
        return tmp_path / name
    return make


@pytest.fixture(scope='session')
def session_daemon(request):
    daemon = PipeWire(request.config.private / 'pipewire')
    yield daemon
    daemon.stop()


@pytest.fixture
def pipewire(session_daemon, monkeypatch):
    """A running PipeWire that this process and its children connect to. A test may change or
    kill it: what it leaves behind is put right for the next."""
    session_daemon.start()
    monkeypatch.setenv('XDG_RUNTIME_DIR', str(session_daemon.runtime_dir))
    yield session_daemon
    session_daemon.reset()


@pytest.fixture(scope='session')
def session_pulseaudio(request):
    server = Pulse(request.config.private / 'pulseaudio')
    yield server
    server.stop()


@pytest.fixture
def pulseaudio(session_pulseaudio, monkeypatch):
    """A running PulseAudio, and no PipeWire, that this process and its children connect to. A
    test may change or kill it: what it leaves behind is put right for the next."""
    session_pulseaudio.start()
    monkeypatch.setenv('XDG_RUNTIME_DIR', str(session_pulseaudio.runtime_dir))
    yield session_pulseaudio
    session_pulseaudio.reset()


@pytest.fixture(scope='session')
def session_pipewire_pulse(request):
    server = PipeWirePulse(request.config.private / 'pipewire-pulse')
    yield server
    server.stop()


@pytest.fixture
def pipewire_pulse(session_pipewire_pulse, monkeypatch):
    """The same with pipewire-pulse: PulseAudio's socket is in reach, PipeWire's is not, as in a
    sandbox."""
    session_pipewire_pulse.start()
    monkeypatch.setenv('XDG_RUNTIME_DIR', str(session_pipewire_pulse.runtime_dir))
    yield session_pipewire_pulse
    session_pipewire_pulse.reset()


@pytest.fixture
def pulse_beside_pipewire(request, monkeypatch):
    """A desktop that plays through PulseAudio and has PipeWire for screen sharing alone: both are
    in reach, and PipeWire, `pipewire`, has no sink."""
    folder = pathlib.Path(tempfile.mkdtemp(dir=request.config.private))
    pipewire = PipeWire(folder)
    server = Pulse(folder / 'pulseaudio', pipewire.runtime_dir)
    server.pipewire = pipewire
    try:
        pipewire.start()
        pipewire.remove_sink()
        server.start()
        monkeypatch.setenv('XDG_RUNTIME_DIR', str(server.runtime_dir))
        yield server
    finally:
        server.stop()
        pipewire.stop()
        shutil.rmtree(folder)


@pytest.fixture(params=('pipewire', 'pulseaudio', 'pipewire_pulse'))
def server(request):
    """Each of the sound servers in turn; `kind` says which."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def no_server(request, monkeypatch):
    """No sound server in reach."""
    monkeypatch.setenv('XDG_RUNTIME_DIR', str(request.config.private / 'runtime'))


@pytest.fixture(scope='session')
def display():
    """An X server of the tests' own, which chooses a number that is free."""
    read, write = os.pipe()
    with subprocess.Popen(['setpriv', '--pdeathsig', 'KILL', 'Xvfb', '-displayfd', str(write),
                           '-screen', '0', '1640x1040x24'],
                          pass_fds=[write], stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL) as server:
        os.close(write)
        with os.fdopen(read) as numbers:
            number = numbers.readline().strip()
        assert number, 'the X server does not start'
        yield f':{number}'
        server.terminate()


@pytest.fixture
def bare_pipewire(tmp_path, monkeypatch):
    """A PipeWire of the test's own without a session manager: nothing links a stream."""
    daemon = PipeWire(tempfile.mkdtemp(dir=os.environ['XDG_RUNTIME_DIR']), session_manager=False)
    daemon.start()
    monkeypatch.setenv('XDG_RUNTIME_DIR', str(daemon.runtime_dir))
    yield daemon
    daemon.stop()


@pytest.fixture
def iterate():
    """`iterate (condition)` runs the default main context until the condition is true."""
    from gi.repository import GLib

    def until(condition, seconds=30.0):
        context = GLib.MainContext.default()
        deadline = time.monotonic() + seconds
        while not condition():
            if not context.iteration(False):
                time.sleep(0.001)
            assert time.monotonic() < deadline, f'waited {seconds:g} s in vain'
    return until


@pytest.fixture
def make_engine():
    """Makes engines of the given properties and stops them when the test is over."""
    import gi
    gi.require_version('Flitzis', '1')
    from gi.repository import Flitzis
    engines = []

    def make(**properties):
        engines.append(Flitzis.Engine(**properties))
        return engines[-1]
    yield make
    for engine in engines:
        engine.stop()


@pytest.fixture
def engine(make_engine):
    return make_engine()


@pytest.fixture
def load_sample(make_engine, request):
    """Loads a file, or the bytes of one, into an engine of that rate and returns the sample. The
    rate is the module's RATE by default, or 48000."""
    from gi.repository import GLib
    default_rate = getattr(request.module, 'RATE', 48000)

    def load(source, rate=default_rate):
        engine = make_engine(sample_rate=rate, n_slots=1)
        if isinstance(source, bytes):
            engine.load_bytes(0, GLib.Bytes.new(source), None)
        else:
            engine.load_sample(0, str(source))
        sample = engine.get_slot(0).props.sample
        assert sample.props.sample_rate == rate
        assert sample.props.n_frames == len(frames_of(sample))
        assert sample.props.duration == sample.props.n_frames / rate
        return sample
    return load


@pytest.fixture
def load_frames(load_sample):
    """The same, but returns the frames."""
    return lambda *arguments: frames_of(load_sample(*arguments))


@pytest.fixture
def refuse(load_sample):
    """Loads what must fail with this code, and checks the message for these words."""
    from gi.repository import Flitzis, GLib

    def refuse_to_load(source, code, words=''):
        with pytest.raises(GLib.Error) as caught:
            load_sample(source)
        assert caught.value.matches(Flitzis.engine_error_quark(), code), caught.value.message
        assert words in caught.value.message
    return refuse_to_load
