# SPDX-License-Identifier: LGPL-2.1-or-later
"""Files that nobody should trust: each comes to what tests/hostile/expected.txt says, in bounded
time and memory, and leaves nothing behind. They are loaded by child processes, so that a crash or
a hang is that of one file."""

import collections
import json
import os
import pathlib
import selectors
import shutil
import subprocess
import sys
import tempfile
import threading
import time

import gi
import numpy
import pytest

from hostile import files, sounds

gi.require_version('Flitzis', '1')
from gi.repository import Flitzis, Gio, GLib  # noqa: E402

FOLDER = pathlib.Path(__file__).parent / 'hostile'

MEMORY_LIMIT = 32 * 2**20
# What a load may take beside its frames.
MEMORY_SLACK = 64 * 2**20

# The loader gives up after 5 s without a frame; a file may be tried twice.
MAX_SECONDS = 15.0
# Until a load is a hang: the machine may be busy.
HANG_SECONDS = 60.0

# Most of the time of a stuck decoder is spent asleep.
N_CHILDREN = 12

# How often the same files are loaded to see whether memory stands still.
N_ROUNDS = 9

DOMAINS = {'flitzis-engine-error-quark': Flitzis.EngineError, 'g-io-error-quark': Gio.IOErrorEnum}


def read_expected():
    """Name -> the outcome and what the message must contain."""
    table = {}
    for line in (FOLDER / 'expected.txt').read_text().splitlines():
        line = line.partition('#')[0].split(None, 2)
        if line:
            assert line[0] not in table, line[0]
            table[line[0]] = (line[1], line[2].strip() if len(line) > 2 else '')
    return table


EXPECTED = read_expected()


class Child:
    """Loads files until all are done, or one has killed it."""

    def __init__(self, paths, todo):
        self.process = subprocess.Popen(
            [sys.executable, FOLDER / 'load_files.py', str(MEMORY_LIMIT)], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.paths = paths
        self.todo = todo  # a deque that other children take from, too

    def load(self, name):
        """What the load of a file came to; None where the child has come to an end."""
        line = json.dumps([name, self.paths[name].decode('latin-1')]) + '\n'
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            try:
                self.process.stdin.write(line)
                self.process.stdin.flush()
            except BrokenPipeError:
                return None
            if selector.select(HANG_SECONDS):
                return json.loads(self.process.stdout.readline() or 'null')
        self.process.kill()
        return None

    def run(self, results):
        """Takes one file after the other; ends with the first that has killed it."""
        while self.todo:
            try:
                name = self.todo.popleft()
            except IndexError:
                break
            results[name] = self.load(name)
            if results[name] is None:
                status = self.process.wait()
                results[name] = {'crash': f'hung, or ended with status {status}'}
                break
        self.process.communicate()


def load_all(paths):
    """Name -> what its load came to."""
    results = {}
    todo = collections.deque(reversed(paths))  # at the end are more of the slow ones

    def run():
        while todo:
            Child(paths, todo).run(results)

    threads = [threading.Thread(target=run) for _ in range(N_CHILDREN)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def make_folder():
    return tempfile.mkdtemp(prefix='hostile-')


@pytest.fixture(scope='module')
def results():
    folder = make_folder()
    try:
        yield load_all(files.make_all(folder))
    finally:
        shutil.rmtree(folder)


def outcome_of(result):
    if 'crash' in result:
        return result['crash']
    if 'frames' in result:
        return str(result['frames'])
    if 'pads' in result:
        return f'{result["pads"]}-pads'
    return DOMAINS[result['domain']](result['code']).value_nick.upper().replace('-', '_')


def check_bounds(name, result):
    """What holds for every file, whatever it comes to."""
    assert 'crash' not in result, f'{name}: {result["crash"]}'
    assert result['seconds'] < MAX_SECONDS, name
    assert result['grown'] < MEMORY_LIMIT + MEMORY_SLACK, name
    assert result['threads'] <= 0, f'{name} leaves {result["threads"]} threads'
    assert result['descriptors'] <= 0, f'{name} leaves {result["descriptors"]} descriptors'
    assert result['unchanged'] in (True, None), f'{name} has changed its slot'
    assert result['finite'], f'{name} has a value that is no number'


def test_there_are_enough_of_them():
    assert len(EXPECTED) >= 120
    assert {name.partition('/')[0] for name in EXPECTED} >= set(files.GROUPS)


def test_every_file_is_in_the_table(results):
    assert set(results) == set(EXPECTED)


@pytest.mark.parametrize('name', EXPECTED)
def test_a_file_comes_to_what_the_table_says(name, results):
    result = results[name]
    check_bounds(name, result)
    outcome, text = EXPECTED[name]
    assert outcome_of(result) == outcome, result
    assert text in result.get('message', ''), result


def check_any(paths):
    """Frames or an error that is the file's fault, within the bounds."""
    results = load_all(paths)
    assert set(results) == set(paths)
    for name, result in results.items():
        check_bounds(name, result)
        outcome = outcome_of(result)
        assert outcome in ('CORRUPT', 'UNSUPPORTED', 'TOO_LARGE') or int(outcome) > 0, result
    return results


@pytest.mark.parametrize('n_flips,seed,step', [
    (1, 1, 6), *[pytest.param(40, seed, 1, marks=pytest.mark.slow) for seed in range(2, 6)]])
def test_broken_fixtures(n_flips, seed, step):
    """Cut at many lengths, and with bits turned."""
    folder = make_folder()
    try:
        results = check_any(files.make_broken_fixtures(folder, n_flips, seed, step))
    finally:
        shutil.rmtree(folder)
    # What is cut off is missed, but where a format does not say how much there is.
    outcomes = {outcome_of(result) for result in results.values()}
    assert 'CORRUPT' in outcomes and 'UNSUPPORTED' in outcomes


@pytest.mark.slow
def test_nothing_is_held_after_many_loads():
    """The same files over and over: memory stands still."""
    folder = make_folder()
    try:
        paths = files.make_all(folder)
        chosen = ['wav/cut-1044', 'flac/cut-half', 'ogg/page-missing', 'mp3/cut', 'm4a/cut-data',
                  'text/plain', 'wav/rate-1', 'wav/rate-1000', 'aiff/good', 'link/loop']
        rounds = {f'{number} {name}': paths[name] for number in range(N_ROUNDS) for name in chosen}
        results = {}
        Child(rounds, collections.deque(rounds)).run(results)
        assert set(results) == set(rounds)
    finally:
        shutil.rmtree(folder)
    for name, result in results.items():
        check_bounds(name, result)
    resident = [results[f'{number} {chosen[-1]}']['resident'] for number in range(N_ROUNDS)]
    assert resident[-1] - resident[N_ROUNDS // 3] < 8 * 2**20, resident


def test_a_crash_and_a_hang_are_told():
    """The harness itself: a child that is killed names the file that it was at."""
    results, todo = {}, collections.deque('ab')
    child = Child({'a': os.fsencode(FOLDER), 'b': b'/nowhere'}, todo)
    child.process.kill()
    child.run(results)
    assert 'crash' in results['a'] and list(todo) == ['b']


# What is done to a file while it is read. All of them leave a good one to the next load.


def cut(path, good, random):
    os.truncate(path, int(random.integers(len(good))))


def scribble(path, good, random):
    with path.open('r+b') as file:
        file.seek(int(random.integers(len(good))))
        file.write(random.bytes(int(random.integers(1, 5000))))


def grow(path, good, random):
    with path.open('ab') as file:
        file.write(random.bytes(5000))


def replace(path, good, random):
    other = path.with_name(f'{path.name}.new')
    other.write_bytes(good)
    other.rename(path)


def remove(path, good, random):
    path.unlink()


def vex(paths, done, seed):
    """Until `done`, does something to one file after the other, and puts it right again."""
    random = numpy.random.default_rng(seed)
    while not done.is_set():
        path, good = paths[int(random.integers(len(paths)))]
        change = (cut, scribble, grow, replace, remove)[int(random.integers(5))]
        change(path, good, random)
        done.wait(float(random.uniform(0, 0.01)))
        replace(path, good, random)


@pytest.mark.parametrize('seconds', [1, pytest.param(10, marks=pytest.mark.slow)])
def test_files_that_change_while_they_are_read(seconds, engine, tmp_path):
    """An error or a sound, and never a hang. That the sound is whole is for tests/test-decode.c."""
    paths = []
    for name in ('a.flac', 'a.ogg', 'a.opus', 'a.mp3', 'fast.m4a', 'flac.mkv', 'rf64.wav'):
        path = tmp_path / name
        good = sounds.encode()[name]
        path.write_bytes(good)
        paths.append((path, good))
    paths.append((tmp_path / 'long.wav', sounds.wav(bytes(2 * 10**6))))
    paths[-1][0].write_bytes(paths[-1][1])
    done = threading.Event()
    vexing = [threading.Thread(target=vex, args=(paths[i::2], done, i)) for i in range(2)]
    outcomes = collections.Counter()
    for thread in vexing:
        thread.start()
    deadline = time.monotonic() + seconds
    try:
        while time.monotonic() < deadline:
            for path, _ in paths:
                start = time.monotonic()
                try:
                    engine.load_sample(0, str(path))
                    outcomes['loaded'] += 1
                except GLib.Error as error:
                    code = DOMAINS[error.domain](error.code).value_nick
                    assert code in ('corrupt', 'unsupported', 'not-found'), error.message
                    outcomes[code] += 1
                assert time.monotonic() - start < MAX_SECONDS, path
    finally:
        done.set()
        for thread in vexing:
            thread.join()
    print(dict(outcomes))
    assert outcomes['loaded'] > 0
    for path, _ in paths:
        assert engine.load_sample(0, str(path))
