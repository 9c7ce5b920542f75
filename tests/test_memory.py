# SPDX-License-Identifier: LGPL-2.1-or-later
"""What loading may take: the memory limit and a little more, whatever a file claims or becomes."""

import json
import os
import pathlib
import subprocess
import sys

import pytest

from hostile.sounds import fmt, flac_silence, wav

FOLDER = pathlib.Path(__file__).parent

MB = 2**20

# What the decoders take beside the frames.
SLACK = 64 * MB


def sparse(path, n_bytes, rate=48000, stated=None, n_channels=2):
    """A WAV file of so many bytes of silence, which take no room on the disk."""
    stated = n_bytes if stated is None else stated
    with path.open('wb') as file:
        file.write(wav(b'', fmt(rate=rate, n_channels=n_channels), data_size=stated,
                       size=min(36 + stated, 0xffffffff)))
        file.truncate(44 + n_bytes)


def bomb(path):
    """Ten hours of silence in half a megabyte, of which its header says nothing."""
    path.write_bytes(flac_silence(26370, n_stated=0))


def run(path, memory_limit):
    """What the load came to, in a process of its own, and by how much that grew."""
    lines = json.dumps([path.name, os.fsencode(path).decode('latin-1')]) + '\n'
    result = subprocess.run([sys.executable, FOLDER / 'hostile/load_files.py', str(memory_limit)],
                            input=lines, capture_output=True, text=True, timeout=300)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout.splitlines()[-1])


TOO_LARGE = {
    '1 Hz': lambda path: path.write_bytes(wav(bytes(19000), fmt(rate=1))),
    '4 GiB': lambda path: sparse(path, 0xffffffd0),
    '5 GiB, streamed': lambda path: sparse(path, 5 * 2**30, stated=0xffffffff),
    '192 kHz': lambda path: sparse(path, 3 * 2**30, 192000),
    '3 hours': lambda path: path.write_bytes(flac_silence(7911)),
    'bomb': bomb,
}


def check_too_large(kind, path, memory_limit):
    TOO_LARGE[kind](path)
    result = run(path, memory_limit)
    print(f'{kind}, limit {memory_limit // MB} MiB: {result["grown"] / MB:.1f} MiB, '
          f'{result["seconds"]} s')
    assert result['grown'] < memory_limit + SLACK
    assert result['unchanged']
    if kind == '1 Hz':
        assert 'its rate of 1 Hz' in result['message']
    else:
        assert 'would pass the memory limit' in result['message']
    # What is known beforehand need not be decoded.
    if kind not in ('1 Hz', 'bomb'):
        assert ' frames (' in result['message']
        assert result['grown'] < SLACK
        assert result['seconds'] < 4


@pytest.mark.parametrize('kind', TOO_LARGE)
def test_what_is_too_large_takes_no_more_than_the_limit(kind, tmp_path):
    check_too_large(kind, tmp_path / 'large.wav', 96 * MB)


@pytest.mark.slow
@pytest.mark.parametrize('kind', TOO_LARGE)
def test_what_is_too_large_takes_no_more_than_the_default_limit(kind, tmp_path):
    check_too_large(kind, tmp_path / 'large.wav', 1024 * MB)


def check_fills(rate, memory_limit, path):
    """All but the last 5 MB of the limit, once at either rate."""
    most = memory_limit - 5 * MB
    n_frames = most // 8 * min(rate, 48000) // 48000 // 4 * 4
    sparse(path, 4 * n_frames, rate)
    result = run(path, memory_limit)
    print(f'{rate} Hz, limit {memory_limit // MB} MiB: {result["grown"] / MB:.1f} MiB')
    assert abs(result['frames'] - n_frames * 48000 / rate) <= 1, result
    assert result['grown'] < memory_limit + SLACK


@pytest.mark.parametrize('rate', [44100, 96000])
def test_what_is_resampled_takes_no_more_than_the_limit(rate, tmp_path):
    check_fills(rate, 128 * MB, tmp_path / 'full.wav')


@pytest.mark.slow
@pytest.mark.parametrize('rate', [1000, 8000, 44100, 48000, 96000, 768000])
def test_what_is_resampled_takes_no_more_than_the_default_limit(rate, tmp_path):
    check_fills(rate, 1024 * MB, tmp_path / 'full.wav')


@pytest.mark.parametrize('rate', [22050, 44100, 48000, 96000])
def test_a_load_holds_a_quarter_more_than_its_result_at_the_most(rate, tmp_path):
    """Also where the file's own frames, as floats, are twice as many."""
    sparse(tmp_path / 'long.wav', 40 * MB, rate)
    result = run(tmp_path / 'long.wav', 1024 * MB)
    n_bytes = 2 * 4 * result['frames']
    print(f'{rate} Hz: {result["grown"] / n_bytes:.3f} of the result')
    assert result['grown'] < 1.25 * n_bytes


@pytest.mark.parametrize('stated', [0, 0xffffffff, 2**31, None])
def test_a_header_that_lies_refuses_nothing_that_fits(stated, engine, tmp_path):
    """A streamed file ends where it ends, however long it could have become."""
    engine.props.memory_limit = MB
    sparse(tmp_path / 'short.wav', 40000, stated=stated)
    assert engine.load_sample(0, str(tmp_path / 'short.wav'))
    assert engine.get_slot(0).props.sample.props.n_frames == 10000


# Loads under a limit of the address space, which is spent where malloc returns NULL.
SHORT_OF_MEMORY = """
import pathlib, resource, sys
import gi
gi.require_version('Flitzis', '1')
from gi.repository import Flitzis, GLib

def size():
    for line in pathlib.Path('/proc/self/status').read_text().splitlines():
        if line.startswith('VmSize'):
            return int(line.split()[1]) * 1024

short, *paths = sys.argv[1:]
engine = Flitzis.Engine(memory_limit=2**36)
engine.load_sample(0, short)
limit = size() + 400 * 2**20
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
for path in paths:
    try:
        engine.load_sample(1, path)
        print('loaded', flush=True)
    except GLib.Error as error:
        print(error.matches(Flitzis.engine_error_quark(), Flitzis.EngineError.TOO_LARGE),
              error.message, flush=True)
    engine.load_sample(0, short)
print('alive')
"""


def test_out_of_memory_is_too_large(tmp_path):
    """Neither an abort nor anything left: a short sound loads after each."""
    sparse(tmp_path / 'short.wav', 40000, 44100)
    # Too much as it is decoded, too much to resample, and of unknown length.
    sparse(tmp_path / 'decoded.wav', 2 * 2**30)
    sparse(tmp_path / 'resampled.wav', 8000000, 1000)
    bomb(tmp_path / 'bomb.wav')
    paths = [tmp_path / name for name in ('decoded.wav', 'resampled.wav', 'bomb.wav')]
    result = subprocess.run([sys.executable, '-c', SHORT_OF_MEMORY, tmp_path / 'short.wav', *paths],
                            capture_output=True, text=True, timeout=120)
    lines = result.stdout.splitlines()
    assert result.returncode == 0, (lines, result.stderr)
    assert lines.pop() == 'alive'
    for line, path in zip(lines, paths, strict=True):
        assert line.startswith(f'True Could not decode “{path.name}”: there is no memory'), line


LOCKED = '''
import gi
gi.require_version('Flitzis', '1')
from gi.repository import Flitzis

def locked():
    with open('/proc/self/status') as file:
        return next(int(line.split()[1]) for line in file if line.startswith('VmLck:'))

before = locked()
engine = Flitzis.Engine(n_slots=1, n_voices=1)
print(locked() - before)
'''


def test_what_the_callback_touches_stays_in_memory():
    """An engine as small as can be is within the limits of any user."""
    result = subprocess.run([sys.executable, '-c', LOCKED], capture_output=True, text=True,
                            timeout=60)
    assert result.returncode == 0, result.stderr
    assert int(result.stdout) > 400  # KiB, of which 100 are tables
