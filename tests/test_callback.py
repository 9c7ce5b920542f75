# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the audio callback does in a real graph while other threads call all that there is: no
allocation, lock, GLib, system call, wait or page fault. rtcheck/rtcheck.c says how it is seen; what
RealtimeSanitizer knows to see, it is asked, too."""

import json
import os
import pathlib
import re
import subprocess
import sys

import gi
import pytest

gi.require_version('Flitzis', '1')
from gi.repository import Flitzis, GObject  # noqa: E402

from test_formats import wav  # noqa: E402
from test_playing import noise  # noqa: E402

FOLDER = pathlib.Path(__file__).parent / 'rtcheck'
FIXTURES = pathlib.Path(__file__).parent.parent / 'fixtures'
FILES = ('stereo-float.wav', 'mono-44100.wav', 'stereo.flac', 'stereo.ogg', 'mono-8.wav')
LIBRARIES = ('glib-2.0', 'gobject-2.0', 'gio-2.0')

# Of the C library: what allocates, locks, wakes or writes, and need not make a system call each
# time. What always makes one is seen without a name here.
FUNCTIONS = '''
    malloc calloc realloc reallocarray free posix_memalign aligned_alloc memalign valloc pvalloc
    pthread_mutex_lock pthread_mutex_trylock pthread_mutex_timedlock pthread_mutex_clocklock
    pthread_mutex_unlock pthread_mutex_init pthread_mutex_destroy
    pthread_rwlock_rdlock pthread_rwlock_tryrdlock pthread_rwlock_timedrdlock
    pthread_rwlock_wrlock pthread_rwlock_trywrlock pthread_rwlock_timedwrlock
    pthread_rwlock_unlock pthread_spin_lock pthread_spin_trylock pthread_spin_unlock
    pthread_cond_signal pthread_cond_broadcast pthread_cond_wait pthread_cond_timedwait
    pthread_cond_clockwait pthread_barrier_wait pthread_once pthread_create pthread_join
    sem_post sem_wait sem_trywait sem_timedwait sem_clockwait
    mtx_lock mtx_trylock mtx_timedlock mtx_unlock cnd_signal cnd_broadcast cnd_wait cnd_timedwait
    fopen fclose fread fwrite fputs fputc putc puts putchar fflush printf fprintf vprintf vfprintf
    __printf_chk __fprintf_chk __vprintf_chk __vfprintf_chk perror syslog __syslog_chk vsyslog
'''.split()


def output_of(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def functions_of(library):
    """The functions that a library offers to others."""
    folder = output_of('pkg-config', '--variable=libdir', library).strip()
    table = output_of('nm', '-D', '--defined-only', f'{folder}/lib{library}.so')
    return [re.sub('@.*', '', line.split()[2]) for line in table.splitlines()
            if line.split()[1] == 'T']


@pytest.fixture(scope='session')
def compile_preload(tmp_path_factory):
    """`compile_preload (name, argument, ...)` makes a library and returns its path."""
    folder = tmp_path_factory.mktemp('preload')
    flags = output_of('pkg-config', '--cflags', '--libs', *LIBRARIES, 'libpipewire-0.3',
                      'libpulse').split()

    def compile(name, *arguments):
        # The functions that are stood before are looked up behind the library: it brings them.
        output_of('cc', '-shared', '-fPIC', '-O2', '-g', '-Wall', '-Wextra', '-Werror',
                  '-Wno-unused-parameter', '-fno-omit-frame-pointer', '-D_GNU_SOURCE',
                  '-Wl,-z,now', '-o', folder / f'lib{name}.so', *arguments,
                  '-Wl,--no-as-needed', *flags)
        return folder / f'lib{name}.so'
    return compile


@pytest.fixture(scope='session')
def rtcheck(compile_preload, tmp_path_factory):
    stubs = [*FUNCTIONS, *(name for library in LIBRARIES for name in functions_of(library))]
    assert len(stubs) > 3000
    path = tmp_path_factory.mktemp('rtcheck') / 'functions'
    path.write_text(''.join(f'STUB {name}\n' for name in stubs))
    return compile_preload('rtcheck', f'-DFUNCTIONS="{path}"', FOLDER / 'rtcheck.c',
                           FOLDER / 'stubs.S')


@pytest.fixture(scope='session')
def rtsan(compile_preload, tmp_path_factory):
    archives = [path for folder in ('lib/llvm-*/lib', 'lib', 'lib64') for path in
                pathlib.Path('/usr').glob(f'{folder}/clang/*/lib/*/libclang_rt.rtsan*.a')]
    assert archives, "clang's runtime of RealtimeSanitizer is not installed"
    # A program's runtime begins before all others; what does that for it no library may have.
    archive = tmp_path_factory.mktemp('rtsan') / 'runtime.a'
    output_of('objcopy', '--remove-section=.preinit_array', max(archives), archive)
    return compile_preload('rtsan', '-Wl,-z,initfirst', FOLDER / 'rtsan.c', '-Wl,--whole-archive',
                           archive, '-Wl,--no-whole-archive')


@pytest.fixture(scope='session')
def plant(compile_preload):
    # What is of no use the compiler leaves out, where it knows a function.
    return compile_preload('plant', '-fno-builtin', FOLDER / 'plant.c')


class Report:
    def __init__(self, text):
        self.text = text
        numbers = {name: int(n) for name, n in re.findall(r'^(\w+): (\d+)$', text, re.M)}
        self.n_callbacks = numbers['callbacks']
        self.n_examined = numbers.get('examined')  # for page faults, which no sanitizer sees
        self.n_offences = numbers['offences']
        self.offences = re.findall(r'^offence: (.*) (\d+)$', text, re.M)


def verbs_and_properties():
    """All that a program can do to an engine, its slots and samples: what neither makes one nor
    only reads, and is not the setter or the second half of another."""
    verbs, properties = set(), set()
    for kind in (Flitzis.Engine, Flitzis.Slot, Flitzis.Clock, Flitzis.Sample):
        settable = {spec.name for spec in kind.list_properties()
                    if spec.flags & GObject.ParamFlags.WRITABLE
                    and not spec.flags & GObject.ParamFlags.CONSTRUCT_ONLY}
        setters = {f'set_{name.replace("-", "_")}' for name in settable}
        methods = {method.get_name() for method in kind.__info__.get_methods()
                   if method.is_method()}
        properties |= {f'{kind.__gtype__.name}:{name}' for name in settable}
        verbs |= {name for name in methods - setters if not re.match('(get|dup)_|.*_finish$', name)}
    return verbs, properties


def run_hammer(tmp_path, seconds, *preloads, **environment):
    """Runs hammer.py; returns the process and the file that a preload may write."""
    long = tmp_path / 'long.wav'
    long.write_bytes(wav(noise(1, 3 * 48000).tobytes(), 2, 48000, 32, kind=3))
    environment |= {
        'LD_PRELOAD': ':'.join(map(str, preloads)),
        'FLITZIS_RTCHECK': str(tmp_path / 'report'),
        'G_SLICE': 'always-malloc',
    }
    return subprocess.run(
        [sys.executable, FOLDER / 'hammer.py', str(seconds), '48000',
         *(FIXTURES / name for name in FILES), long],
        env=os.environ | environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=seconds + 60), tmp_path / 'report'


def hammer(tmp_path, seconds, *preloads, **environment):
    """Runs hammer.py; returns what a preload reports and what hammer.py counted."""
    result, path = run_hammer(tmp_path, seconds, *preloads, **environment)
    assert result.returncode == 0 and result.stderr == '', result.stderr
    return Report(path.read_text()), json.loads(result.stdout)


def assert_proven(tmp_path, preload, seconds, callbacks_a_second):
    report, counts = hammer(tmp_path, seconds, preload)
    assert report.n_offences == 0, report.text
    n_calls = sum(counts['calls'].values()) + sum(counts['refusals'].values())
    print(f'{report.n_callbacks} callbacks, {n_calls} calls')
    # a tenth of what a calm machine would do
    assert report.n_callbacks > seconds * callbacks_a_second / 10
    verbs, properties = verbs_and_properties()
    renders = {verb for verb in verbs if verb.startswith('render')}  # never while it runs
    assert verbs | {'set_property'} == counts['calls'].keys() | renders
    assert counts['calls'].keys() | counts['refusals'].keys() >= renders
    assert properties == counts['properties'].keys()
    assert counts['counters']['started'] > 0 and counts['counters']['stolen'] > 0, counts
    assert counts['counters']['streamed'] > 0, counts


def test_a_fork_leaves_the_callback_nothing_to_copy(tmp_path, rtcheck, pipewire):
    """Were the mixer's memory shared with the child, the first callback after each fork would fault
    on what it writes to. That is all which is asked here: once in some hundred thousand callbacks
    one faults that only reads a page of a sample, which is there, and without forks none does."""
    pipewire.force(quantum=128)
    report, counts = hammer(tmp_path, 3, rtcheck, FLITZIS_FORKS='50')
    assert {what for what, _number in report.offences} <= {'page fault'}, report.text
    assert counts['calls']['fork'] >= 50
    assert report.n_offences * 10 < counts['calls']['fork'], report.text


# The last: the graph's rate is not the engine's, and a stream between them resamples.
GRAPHS = ((32, 48000), (128, 48000), (1024, 48000), (8192, 48000), (1024, 44100))


@pytest.mark.parametrize('quantum, rate', (GRAPHS[0], GRAPHS[-1]))
def test_the_callback_keeps_its_contract(tmp_path, rtcheck, pipewire, quantum, rate):
    pipewire.force(quantum=quantum, rate=rate)
    assert_proven(tmp_path, rtcheck, 3, rate / quantum)


@pytest.mark.slow
@pytest.mark.parametrize('quantum, rate', GRAPHS)
def test_the_callback_keeps_its_contract_for_long(tmp_path, rtcheck, pipewire, quantum, rate):
    pipewire.force(quantum=quantum, rate=rate)
    assert_proven(tmp_path, rtcheck, 20, rate / quantum)


def test_the_callback_keeps_its_contract_with_pulseaudio(tmp_path, rtcheck, pulseaudio):
    assert_proven(tmp_path, rtcheck, 3, 100)


def test_realtime_sanitizer_finds_nothing(tmp_path, rtsan, pipewire):
    pipewire.force(quantum=256)
    assert_proven(tmp_path, rtsan, 3, 48000 / 256)


@pytest.mark.slow
@pytest.mark.parametrize('quantum, rate', GRAPHS)
def test_realtime_sanitizer_finds_nothing_for_long(tmp_path, rtsan, pipewire, quantum, rate):
    pipewire.force(quantum=quantum, rate=rate)
    assert_proven(tmp_path, rtsan, 20, rate / quantum)


@pytest.mark.parametrize('name', ['malloc', 'free', 'pthread_mutex_lock', 'fputs', 'nanosleep'])
def test_realtime_sanitizer_sees_a_call(tmp_path, rtsan, plant, pipewire, name):
    result, _report = run_hammer(tmp_path, 0.2, plant, rtsan, FLITZIS_PLANT=name)
    assert result.returncode != 0
    assert f'real-time unsafe function `{name}` in real-time context' in result.stderr


SYSTEM_CALLS = {'write': '1', 'sched_yield': '24', 'nanosleep': '230', 'inline': '39'}


@pytest.fixture
def offend(tmp_path, rtcheck, plant, pipewire):
    """What rtcheck reports where each callback does what it must not."""
    def run(name):
        pipewire.force(quantum=256)
        report, _counts = hammer(tmp_path, 0.2, plant, rtcheck, FLITZIS_PLANT=name)
        assert report.n_callbacks > 3
        return report
    return run


@pytest.mark.parametrize('name', [
    'malloc', 'realloc', 'free', 'pthread_mutex_lock', 'sem_post', 'fputs', 'g_mutex_lock',
    'g_object_ref', 'g_snprintf'])
def test_a_call_is_seen(offend, name):
    report = offend(name)
    assert {what for what, _number in report.offences} == {name}
    # a callback counts when it ends: the program may end before its last one does
    assert report.n_offences - report.n_callbacks in (0, 1)
    assert 'libplant.so' in report.text


@pytest.mark.parametrize('name', SYSTEM_CALLS)
def test_a_system_call_is_seen(offend, name):
    report = offend(name)
    assert ('system call', SYSTEM_CALLS[name]) in report.offences
    assert {what for what, _number in report.offences} <= {'system call', 'context switch'}
    assert report.n_offences >= report.n_callbacks


def test_a_wait_is_seen(offend):
    assert ('context switch', '1') in offend('nanosleep').offences


def test_a_page_fault_is_seen(offend):
    report = offend('page fault')
    assert {what for what, _number in report.offences} == {'page fault'}
    assert report.n_offences == report.n_examined > 0
