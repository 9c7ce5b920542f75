# SPDX-License-Identifier: LGPL-2.1-or-later
"""What an engine takes from its process, and gives back: threads, descriptors, memory. Each test
runs a program of its own, which does a thing a few times, looks at /proc, does it many times more,
and looks again."""

import json
import os
import pathlib
import subprocess
import sys

import pytest

FIXTURES = pathlib.Path(__file__).parent.parent / 'fixtures'

# What is left may lie differently; it is no more, however often a thing is done. What the allocator
# keeps for the next time it gives back before it is measured.
MAX_GROWTH_KIB = 2048

PROGRAM = '''
import contextlib, ctypes, gi, json, os, sys, time
gi.require_version('Flitzis', '1')
from gi.repository import Flitzis, Gio, GLib
KEPT = {'python3', 'gmain', 'pool-spawner', 'flitzis', 'data-loop.0'}
fixtures, warm_up, n = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])

def status(key):
    with open('/proc/self/status') as file:
        return next(int(line.split()[1]) for line in file if line.startswith(key + ':'))

def poll(condition, explain=lambda: 'waited in vain'):
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, explain()
        time.sleep(0.001)

def drain():
    while GLib.MainContext.default().iteration(False):
        pass

def names(kind, read):
    found = []
    for name in os.listdir(f'/proc/self/{kind}'):
        with contextlib.suppress(OSError):  # gone meanwhile, as what listed the folder is
            found.append(read(f'/proc/self/{kind}/{name}'))
    return sorted(found)

def threads():
    """Those of pools aside that have nothing to do: GLib keeps them for a while, and ends them when
    it is told to half a second later."""
    GLib.ThreadPool.stop_unused_threads()
    return names('task', lambda path: open(f'{path}/comm').read().strip())

def look():
    drain()
    poll(lambda: set(threads()) <= KEPT, threads)
    ctypes.CDLL('libc.so.6').malloc_trim(0)
    return {'threads': threads(), 'kib': status('VmRSS'),
            'descriptors': names('fd', lambda path: os.readlink(path).split(':')[0])}

def sample(n_frames=480):
    return Flitzis.Sample.new(GLib.Bytes.new(bytes(4 * n_frames)), 1, 48000)

def refused(code, function, *arguments):
    try:
        function(*arguments)
    except GLib.Error as error:
        assert error.matches(Flitzis.engine_error_quark(), code), error.message
        return
    raise AssertionError('not refused')

def run(times):
    for i in range(times):
        do(i)

%s
run(warm_up)
before = look()
run(n)
print(json.dumps([before, look()]))
'''


def assert_flat(program, warm_up, n):
    result = subprocess.run([sys.executable, '-c', PROGRAM % program, FIXTURES, str(warm_up),
                             str(n)], env={**os.environ, 'MALLOC_ARENA_MAX': '1'},
                            capture_output=True, text=True, timeout=550)
    assert result.returncode == 0 and result.stderr == '', result.stderr
    before, after = json.loads(result.stdout)
    growth = after['kib'] - before['kib']
    print(f'{n} times: {before["kib"]} KiB and {growth} more, {len(after["threads"])} threads, '
          f'{len(after["descriptors"])} descriptors')
    assert after['threads'] == before['threads']
    assert after['descriptors'] == before['descriptors']
    assert growth <= MAX_GROWTH_KIB


def both(few, many):
    """A count for the normal run and one for the slow one."""
    return pytest.mark.parametrize('n', (few, pytest.param(many, marks=pytest.mark.slow)))


def slow(n):
    return pytest.mark.parametrize('n', (pytest.param(n, marks=pytest.mark.slow),))


# Every hundredth renders, so that voices wait, sound, are stolen and end.
RENDER = '''
engine = Flitzis.Engine()
engine.connect('voice-ended', lambda *_: None)
engine.set_sample(0, sample())

def do(i):
    assert engine.play_sample(0, 1.0)
    if i % 100 == 0:
        engine.render(1024)
        drain()
'''

# A handler is there, but no main loop runs: ends wait, and the oldest are dropped.
NO_LOOP = '''
engine = Flitzis.Engine()
engine.connect('voice-ended', lambda *_: None)
engine.set_sample(0, sample())

def do(i):
    assert engine.play_sample(0, 1.0)
    if i % 100 == 0:
        engine.render(1024)
'''

LIVE = '''
engine = Flitzis.Engine()
engine.set_sample(0, sample())
engine.start()
poll(lambda: engine.props.state == Flitzis.State.RUNNING)

def do(i):
    while True:
        try:
            assert engine.play_sample(0, 1.0)
            break
        except GLib.Error:
            time.sleep(0.001)
    if i % 5000 == 0:
        poll(lambda: not engine.get_slot(0).props.playing)
'''


@both(10000, 100000)
def test_plays(n):
    assert_flat(RENDER, 10000, n)


@slow(100000)
def test_plays_that_nobody_is_told_of(n):
    assert_flat(NO_LOOP, 10000, n)


@both(20000, 100000)
def test_plays_live(pipewire, n):
    assert_flat(LIVE, 10000, n)


LOAD = '''
engine = Flitzis.Engine()
files = ['mono-16.wav'] * 7 + ['stereo.flac', 'mono.ogg', 'cbr.mp3']

def do(i):
    assert engine.load_sample(i % 8, f'{fixtures}/{files[i % 10]}')
    if i % 2:
        engine.play_sample(i % 8, 1.0)
        engine.render(64)
    if i % 3 == 0:
        assert engine.unload_sample(i % 8)
'''

# Four at once, of which one is replaced and one is cancelled; and some that nobody waits for.
LOAD_ASYNC = '''
engine = Flitzis.Engine()

def done(engine, result, answers):
    try:
        answers.append(engine.load_sample_finish(result))
    except GLib.Error as error:
        assert error.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED)
        answers.append(False)

def do(i):
    answers, cancellable = [], Gio.Cancellable()
    for slot, c in ((0, None), (1, None), (1, None), (2, cancellable)):
        engine.load_sample_async(slot, f'{fixtures}/mono-16.wav', c, done, answers)
    engine.load_bytes_async(3, content, None, None)
    cancellable.cancel()
    while len(answers) < 4:
        GLib.MainContext.default().iteration(True)
    poll(lambda: not engine.get_slot(3).props.loading)
    engine.unload_sample(i % 4)

content = GLib.Bytes.new(open(f'{fixtures}/stereo.flac', 'rb').read())
'''

CORRUPT = '''
engine = Flitzis.Engine()
engine.set_sample(0, sample())
cut = open(f'{fixtures}/mono-16.wav', 'rb').read()[:3000]

def do(i):
    refused(Flitzis.EngineError.CORRUPT, engine.load_sample, 0, f'{fixtures}/cut.flac')
    refused(Flitzis.EngineError.CORRUPT, engine.load_bytes, 0, GLib.Bytes.new(cut))
    refused(Flitzis.EngineError.UNSUPPORTED, engine.load_sample, 0, f'{fixtures}/text.wav')
'''

SET_SAMPLE = '''
engine = Flitzis.Engine()

def do(i):
    engine.set_sample(0, sample(48000))
    engine.play_sample(0, 1.0)
    engine.unload_sample(0)
    refused(Flitzis.EngineError.INVALID_SLOT, engine.play_sample, 99, 1.0)
    for owner in (engine, engine.get_slot(0)):
        owner.disconnect(owner.connect('notify', lambda *_: None))
        owner.props.gain = i % 2
    engine.disconnect(engine.connect('voice-ended', lambda *_: None))
    if i % 100 == 0:
        drain()
'''

START = '''
engine = Flitzis.Engine()
engine.set_sample(0, sample(48000))

def do(i):
    engine.start()
    engine.play_sample(0, 1.0)
    engine.set_sample(0, sample(48000))
    engine.stop()
    drain()
'''

NO_SERVER = '''
engine = Flitzis.Engine()
os.environ['PIPEWIRE_REMOTE'] = 'nobody'

def do(i):
    refused(Flitzis.EngineError.OUTPUT, engine.start)
    drain()
'''

ENGINES = '''
def do(i):
    engine = Flitzis.Engine()
    engine.connect('voice-ended', lambda *_: None)
    engine.set_sample(0, sample(48000))
    engine.play_sample(0, 1.0)
    if i % 10 == 0:
        engine.load_sample_async(1, f'{fixtures}/mono-16.wav', None, None)
    if i % 20 == 0:
        engine.start()
    del engine
    if i % 50 == 0:
        drain()
'''


@both(50, 10000)
def test_loads_and_unloads(n):
    assert_flat(LOAD, 50, n)


@slow(1000)
def test_asynchronous_loads(n):
    assert_flat(LOAD_ASYNC, 40, n)


@slow(1000)
def test_loads_that_fail(n):
    assert_flat(CORRUPT, 50, n)


@slow(100000)
def test_samples_signals_and_settings(n):
    assert_flat(SET_SAMPLE, 500, n)


@both(10, 1000)
def test_starts_and_stops(pipewire, n):
    assert_flat(START, 10, n)


@slow(1000)
def test_starts_that_fail(n):
    assert_flat(NO_SERVER, 10, n)


@both(100, 10000)
def test_engines_that_come_and_go(pipewire, n):
    assert_flat(ENGINES, 100, n)


MANY = '''
def do(i):
    engines = [Flitzis.Engine(client_name=f'engine-{k}') for k in range(200)]
    for k, engine in enumerate(engines):
        assert engine.set_sample(0, sample()) and engine.play_sample(0, 1.0) == 1
        if k % 10 == 0:
            engine.start()
    poll(lambda: all(engine.props.n_started == 1 for engine in engines[::10]))
    poll(lambda: not any(engine.get_slot(0).props.playing for engine in engines[::10]))
    for engine in engines[:100]:
        engine.stop()
'''


@both(1, 20)
def test_two_hundred_engines_of_which_twenty_play(pipewire, n):
    assert_flat(MANY, 1, n)


SIZES = '''
import ctypes, gi, os, sys
gi.require_version('Flitzis', '1')
from gi.repository import Flitzis, GLib
libc = ctypes.CDLL('libc.so.6')

class Info(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in (
        'arena', 'ordblks', 'smblks', 'hblks', 'hblkhd', 'usmblks', 'fsmblks', 'uordblks',
        'fordblks', 'keepcost')]

libc.mallinfo2.restype = Info

def heap():
    info = libc.mallinfo2()
    return info.uordblks + info.hblkhd

def resident():
    with open('/proc/self/statm') as file:
        return int(file.read().split()[1]) * os.sysconf('SC_PAGESIZE')

first = Flitzis.Engine(n_slots=100)  # brings what all share
before = resident()
engines = [Flitzis.Engine() for _ in range(10)]
print((resident() - before) / len(engines))

data = [GLib.Bytes.new(bytes(4 * 2 * n)) for n in range(1000, 1100)]
before = heap()
for i, frames in enumerate(data):
    first.set_sample(i, Flitzis.Sample.new(frames, 2, 48000))
print((heap() - before) / len(data))

# At its own rate, converted, and cut at both ends: what comes back with one of them. What threads
# that end give back in between is another matter.
for name in 'stereo-16.wav', 'mono-44100.wav', 'no-header.mp3':
    for i in range(100):
        first.load_sample(i, f'{sys.argv[1]}/{name}')
    size = first[0].props.sample.get_bytes().get_size()
    sizes = []
    for i in range(100):
        before = heap()
        first.unload_sample(i)
        sizes.append(before - heap())
    print(sorted(sizes)[50] - size)
'''


def test_what_an_engine_and_a_sample_take():
    """An engine with defaults takes less than 1.25 MiB, a sample less than 1 KiB beside its frames,
    Python's own object for it and the padding of a loaded one included."""
    result = subprocess.run([sys.executable, '-c', SIZES, FIXTURES], check=True,
                            capture_output=True, text=True, timeout=60)
    of_engine, *of_samples = map(float, result.stdout.split())
    assert 0 < of_engine < 5 << 18 and len(of_samples) == 4, result.stdout
    assert all(0 < of_sample < 1024 for of_sample in of_samples), result.stdout
