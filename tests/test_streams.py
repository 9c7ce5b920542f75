# SPDX-License-Identifier: LGPL-2.1-or-later
"""Files that are read piece by piece give the frames of a load, from the start on and after seeks.
A program in C compares them; the files are those of test_formats."""

import os
import pathlib
import subprocess

import numpy
import pytest

from test_formats import EXACT, STATED, UNSTATED, bursts, encode

PROGRAM = pathlib.Path(os.environ['FLITZIS_BUILD']) / 'tests' / 'read-stream'

# Two of the rates are converted with a row of the filter for each place, and one is blended.
OTHER_RATES = (48000, 96000, 44101)

# After a seek, these are the same to the bit.
EXACT_SEEKS = {**EXACT, 'alaw.wav': ('-c:a', 'pcm_alaw'), 'large.wav': ('-c:a', 'pcm_s24le'),
               'cbr.mp3': STATED['cbr.mp3'], 'vbr.mp3': STATED['vbr.mp3'],
               'no-header.mp3': UNSTATED['no-header.mp3'], 'opus.opus': STATED['opus.opus'],
               'alac.m4a': STATED['alac.m4a'], 'vorbis.webm': UNSTATED['vorbis.webm']}

# The noise that decoders of AAC put in for what was left out is not the same twice.
ALIKE_SEEKS = {'aac.m4a': STATED['aac.m4a'], 'adts.aac': UNSTATED['adts.aac']}


@pytest.fixture(scope='module')
def short(tmp_path_factory):
    folder = tmp_path_factory.mktemp('short')
    names = {**EXACT, **STATED, **UNSTATED}
    encode(bursts(22173, 2, 44100), 44100, {folder / name: names[name] for name in names})
    return folder


@pytest.fixture(scope='module')
def long(tmp_path_factory):
    """`long (name)` gives a file with 70 s of noise that is louder and softer, so that a variable
    bit rate varies. Each is encoded for itself: all of them take a slow machine too long."""
    folder = tmp_path_factory.mktemp('long')
    n_frames = 70 * 44100
    loudness = 0.05 + 0.25 * (1 + numpy.sin(numpy.arange(n_frames) / 44100)) / 2
    frames = numpy.random.default_rng(1).uniform(-1, 1, (n_frames, 2)) * loudness[:, None]

    def get(name):
        if not (folder / name).exists():
            encode(frames, 44100, {folder / name: {**EXACT_SEEKS, **ALIKE_SEEKS}[name]})
        return folder / name
    return get


def compare(*arguments):
    result = subprocess.run([PROGRAM, *map(str, arguments)], stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True, errors='replace', timeout=240)
    assert result.returncode == 0, result.stdout
    return result.stdout


@pytest.mark.parametrize('name', {**EXACT, **STATED, **UNSTATED})
def test_pieces_are_those_of_a_load(name, short):
    for rate in (44100, *OTHER_RATES):
        compare(short / name, rate, 1, 0)


@pytest.mark.parametrize('rate', [44100, pytest.param(48000, marks=pytest.mark.slow)])
@pytest.mark.parametrize('name', EXACT_SEEKS)
def test_seeks_lead_to_the_same_bits(name, rate, long):
    compare(long(name), rate, 2, 8)


@pytest.mark.parametrize('name', ALIKE_SEEKS)
def test_seeks_in_aac_end_within_a_frame(name, long):
    compare(long(name), 44100, 3, 8, 1)


LARGE = {'large.wav': ('-c:a', 'pcm_s16le'), 'large.flac': ('-c:a', 'flac'),
         'large.mp3': ('-c:a', 'libmp3lame', '-b:a', '320k'),
         'large.ogg': ('-c:a', 'libvorbis', '-q:a', '10')}


@pytest.mark.parametrize('name', LARGE)
def test_the_middle_of_a_large_file_is_not_needed(name, tmp_path):
    """The length is known at once, and the bits are those of a load, which reads all of it."""
    n_frames = 120 * 44100
    frames = numpy.random.default_rng(2).uniform(-0.5, 0.5, (n_frames, 2))
    encode(frames, 44100, {tmp_path / name: LARGE[name]})
    assert (tmp_path / name).stat().st_size > 4 * 1024 * 1024
    output = compare(tmp_path / name, 44100, 4, 4)
    assert f'length {n_frames}\n' in output
