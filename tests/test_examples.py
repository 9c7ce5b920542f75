# SPDX-License-Identifier: LGPL-2.1-or-later
"""The examples, in the four languages and as a user runs them: each tells the same story."""

import os
import re
import shlex
import shutil
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
    return {'python': [sys.executable, examples / 'hello.py'],
            'gjs': ['gjs', '-m', examples / 'hello.js'],
            'vala': [build_dir / 'examples' / 'hello-vala'],
            'c': [build_dir / 'examples' / 'hello-c']}[request.param]


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
    told, missing = sorted(lines[:2], key=lambda line: 'none.wav' in line)
    assert told == 'slot 1: no audio that can be played'
    assert '“none.wav”' in missing  # quotes, as the locale has them
    # Loads run side by side: whichever was first has the first voice.
    ended = [re.fullmatch(r'voice ([12]) \(slot (\d)\): (.*)', line).groups() for line in lines[2:]]
    assert [slot for _, slot, _ in ended] == ['2', '0'] and {'1', '2'} == {v for v, _, _ in ended}
    assert all('finished' in reason.lower() for _, _, reason in ended)
    expected = long.copy()
    expected[:len(short)] += short
    assert numpy.array_equal(without_silence(recording.frames), expected)


@pytest.mark.parametrize('command', LANGUAGES, indirect=True)
def test_without_a_server_it_says_so(command, make_wav):
    result = run(*command, make_wav('noise.wav', noise(1, 480)))
    assert result.returncode == 1
    assert 'PipeWire' in result.stderr


@pytest.mark.parametrize('command', LANGUAGES, indirect=True)
def test_without_a_file_it_says_how_it_is_used(command):
    result = run(*command)
    assert result.returncode == 1 and re.match(r'usage: hello\S* FILE \.\.\.$', result.stderr)


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


@pytest.mark.parametrize('name, message', (('noise.wav', 'PipeWire'), ('none.wav', 'none.wav')))
def test_a_script_says_what_is_wrong(source_dir, make_wav, tmp_path, name, message):
    make_wav('noise.wav', noise(3, 480))
    result = run(sys.executable, source_dir / 'examples' / 'script.py', tmp_path / name)
    assert result.returncode == 1 and message in result.stderr
    assert len(result.stderr.splitlines()) == 1 and result.stdout == ''


# The C example in the hands of strangers


STRANGER = """project('stranger', 'c')
executable('hello', 'hello.c', dependencies: dependency('flitzis-1', version: '>= 0.1'))
"""
WRAP = """[wrap-file]
directory = flitzis

[provide]
dependency_names = flitzis-1
"""


@pytest.fixture
def stranger(source_dir, tmp_path):
    """A meson project that has copied the example, outside of the tree."""
    folder = tmp_path / 'stranger'
    folder.mkdir()
    (folder / 'meson.build').write_text(STRANGER)
    shutil.copy(source_dir / 'examples' / 'hello.c', folder)
    return folder


def meson(*arguments, folder, **environment):
    result = subprocess.run(['meson', *arguments], cwd=folder, stdin=subprocess.DEVNULL,
                            env=dict(os.environ, **environment), capture_output=True, text=True,
                            timeout=300)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def test_c_with_the_installed_library(stranger, installed, monkeypatch):
    """In a compiler call by pkg-config, and as a dependency of a meson project."""
    environment = dict(os.environ, PKG_CONFIG_PATH=str(installed.pkgconfig))
    flags = subprocess.run(['pkg-config', '--cflags', '--libs', 'flitzis-1'], env=environment,
                           check=True, capture_output=True, text=True).stdout
    assert str(installed.library) in flags and 'uninstalled' not in flags
    subprocess.run(['cc', '-Wall', '-Werror', '-o', stranger / 'hello', 'hello.c',
                    *shlex.split(flags)], check=True, cwd=stranger)
    meson('setup', 'builddir', '-Dwerror=true', folder=stranger,
          PKG_CONFIG_PATH=str(installed.pkgconfig))
    meson('compile', '-C', 'builddir', folder=stranger)
    monkeypatch.setenv('LD_LIBRARY_PATH', str(installed.library))
    for program in ('hello', 'builddir/hello'):
        result = run(stranger / program, 'none.wav')
        assert result.returncode == 1 and '“none.wav”' in result.stdout


def set_up_with_a_subproject(stranger, source_dir):
    (stranger / 'subprojects').mkdir()
    (stranger / 'subprojects' / 'flitzis').symlink_to(source_dir)
    (stranger / 'subprojects' / 'flitzis.wrap').write_text(WRAP)
    return meson('setup', 'builddir', '--force-fallback-for=flitzis-1', '-Dwerror=true',
                 '-Dflitzis:introspection=disabled', '-Dflitzis:tests=false',
                 '-Dflitzis:examples=false', folder=stranger)


def test_meson_finds_the_library_as_a_subproject(stranger, source_dir):
    printed = set_up_with_a_subproject(stranger, source_dir)
    assert re.search(r'Dependency flitzis-1 found: YES [\d.]+ \(overridden\)', printed)


@pytest.mark.slow
def test_c_with_the_library_as_a_subproject(stranger, source_dir, monkeypatch):
    set_up_with_a_subproject(stranger, source_dir)
    meson('compile', '-C', 'builddir', 'hello', folder=stranger)
    monkeypatch.delenv('LD_LIBRARY_PATH')
    result = run(stranger / 'builddir' / 'hello', 'none.wav')
    assert result.returncode == 1 and '“none.wav”' in result.stdout
