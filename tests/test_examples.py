# SPDX-License-Identifier: LGPL-2.1-or-later
"""The examples, in the four languages and as a user runs them: each tells the same story."""

import os
import shlex
import subprocess
import sys

import numpy
import pytest

from pipewire_daemon import CALM, without_silence

LANGUAGES = ('python', 'gjs', 'vala', 'c')


@pytest.fixture
def command(source_dir, build_dir, request):
    """How to start the example of this language."""
    examples = source_dir / 'examples'
    return {'python': [sys.executable, examples / 'play.py'],
            'gjs': ['gjs', '-m', examples / 'play.js'],
            'vala': [build_dir / 'examples' / 'play-vala'],
            'c': [build_dir / 'examples' / 'play-c']}[request.param]


def run(*command):
    result = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                            timeout=60)
    assert 'CRITICAL' not in result.stderr and 'WARNING' not in result.stderr, result.stderr
    return result


def noise(seed, n_frames):
    return numpy.random.default_rng(seed).uniform(-0.5, 0.5, (n_frames, 2)).astype('<f4')


@pytest.mark.parametrize('command', LANGUAGES, indirect=True)
def test_it_plays_and_tells_the_end_and_the_errors(command, pipewire, make_wav, tmp_path):
    long, short = noise(1, 24000), noise(2, 6000)
    text = tmp_path / 'text.wav'
    text.write_text('not a sound\n' * 100)
    files = (make_wav('long.wav', long), text, make_wav('short.wav', short), tmp_path / 'none.wav')
    pipewire.force(quantum=CALM)
    with pipewire.record() as recording:
        result = run(*command, *files)
        recording.wait(4800)
    assert result.returncode == 0, result.stderr
    lines = result.stdout.splitlines()
    assert lines[0] == f'{text} holds no audio that can be played'
    assert 'none.wav' in lines[1]
    ended = [line.partition(':')[0] for line in lines[2:]]
    assert ended == ['voice 2 (slot 2)', 'voice 1 (slot 0)']
    assert all('finished' in line.lower() for line in lines[2:])
    expected = long.copy()
    expected[:len(short)] += short
    assert numpy.array_equal(without_silence(recording.frames), expected)


@pytest.mark.parametrize('command', LANGUAGES, indirect=True)
def test_without_a_server_it_says_so(command, make_wav):
    result = run(*command, make_wav('noise.wav', noise(1, 480)))
    assert result.returncode == 1
    assert 'PipeWire' in result.stderr


def test_a_script_needs_no_main_loop(source_dir, pipewire, make_wav):
    frames = noise(3, 12000)
    pipewire.force(quantum=CALM)
    with pipewire.record() as recording:
        result = run(sys.executable, source_dir / 'examples' / 'script.py',
                     make_wav('noise.wav', frames))
        recording.wait(4800)
    assert (result.returncode, result.stdout) == (0, 'played 0.25 s\n'), result.stderr
    recorded = without_silence(recording.frames)
    assert numpy.array_equal(recorded, frames)


def test_the_c_example_builds_with_pkg_config(source_dir, build_dir, tmp_path):
    environment = dict(os.environ, PKG_CONFIG_PATH=str(build_dir / 'meson-uninstalled'))
    flags = subprocess.run(['pkg-config', '--cflags', '--libs', 'flitzis-1'], env=environment,
                           check=True, capture_output=True, text=True).stdout
    subprocess.run(['cc', '-Wall', '-Werror', '-o', tmp_path / 'play',
                    source_dir / 'examples' / 'play.c', *shlex.split(flags)], check=True)
    assert run(tmp_path / 'play', tmp_path / 'none.wav').returncode == 1
