# SPDX-License-Identifier: LGPL-2.1-or-later
"""The examples, in the four languages and as a user runs them: each tells the same story."""

import os
import pathlib
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time

import numpy
import pytest

from pipewire_daemon import CALM, without_silence
from test_live import find_places, numbered

ROOT = pathlib.Path(__file__).parent.parent
LANGUAGES = ('python', 'gjs', 'vala', 'c')
NO_SINK = 'There is no sound output (sink). Plug one in, or see the sound settings.\n'


@pytest.fixture
def command(source_dir, build_dir, request):
    """How to start this example: hello, in a language, or another one."""
    examples = source_dir / 'examples'
    return {'python': [sys.executable, examples / 'hello.py'],
            'gjs': ['gjs', '-m', examples / 'hello.js'],
            'vala': [build_dir / 'examples' / 'hello-vala'],
            'c': [build_dir / 'examples' / 'hello-c'],
            'script': [sys.executable, examples / 'script.py'],
            'drums': [sys.executable, examples / 'drum-pattern.py', '--play'],
            'player': [sys.executable, examples / 'play.py']}[request.param]


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
    assert (result.returncode, result.stderr) == (1, '')  # as two of the files failed
    lines = result.stdout.splitlines()
    told, missing = sorted(lines[:2], key=lambda line: 'none.wav' in line)
    assert told == f'{text}: no audio that can be played'
    assert f'“{tmp_path}/none.wav”' in missing  # quotes, as the locale has them
    # Nothing is triggered before the last load is done: the order is that of the slots.
    ended = [re.fullmatch(r'voice ([12]) \(slot (\d)\): (.*)', line).groups() for line in lines[2:]]
    assert [(voice, slot) for voice, slot, _ in ended] == [('2', '2'), ('1', '0')]
    assert all('finished' in reason.lower() for _, _, reason in ended)
    expected = long.copy()
    expected[:len(short)] += short
    assert numpy.array_equal(without_silence(recording.frames), expected)


@pytest.mark.parametrize('command', LANGUAGES, indirect=True)
def test_all_went_well(command, pipewire, make_wav):
    result = run(*command, make_wav('noise.wav', noise(1, 480)))
    assert (result.returncode, result.stderr) == (0, '')
    assert re.fullmatch(r'voice 1 \(slot 0\): .*finished.*\n', result.stdout, re.I)


@pytest.mark.parametrize('command', LANGUAGES, indirect=True)
def test_without_a_server_it_says_so(command, make_wav):
    result = run(*command, make_wav('noise.wav', noise(1, 480)))
    assert result.returncode == 1
    assert 'PipeWire' in result.stderr


@pytest.mark.parametrize('command', [*LANGUAGES, 'script', 'drums', 'player'], indirect=True)
def test_without_a_sink_it_says_so(command, pipewire, make_wav):
    pipewire.remove_sink()
    began = time.monotonic()
    result = run(*command, make_wav('noise.wav', noise(1, 480)))
    assert (result.returncode, result.stderr.removeprefix('play.py: ')) == (1, NO_SINK)
    assert 1 < time.monotonic() - began < 30


@pytest.mark.parametrize('command', ['python', 'script'], indirect=True)
def test_without_a_sink_of_pulseaudio_it_says_so(command, pulseaudio, make_wav):
    pulseaudio.remove_sink()
    result = run(*command, make_wav('noise.wav', noise(1, 480)))
    assert (result.returncode, result.stderr) == (1, NO_SINK)


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


# A voice of 0 is no error


NO_VOICE = """#include <flitzis.h>
gboolean __wrap_flitzis_engine_start (void);
guint64 __wrap_flitzis_engine_play_sample (void);
gboolean __wrap_flitzis_engine_start (void) { return TRUE; }
guint64 __wrap_flitzis_engine_play_sample (void) { return 0; }
"""
C_TEXTS = ('README.md', 'docs/getting-started-c.md', 'examples/hello.c')
C_PROGRAMS = [(name, program) for name in C_TEXTS
              for text in [(ROOT / name).read_text()]
              for program in re.findall(r'^```c\n(.*?)^```$', text, re.M | re.S) or [text]]


@pytest.mark.parametrize('name, program', C_PROGRAMS, ids=[name for name, _ in C_PROGRAMS])
def test_c_survives_a_trigger_that_makes_no_sound(name, program, installed, make_wav, tmp_path):
    """As while the server is away: there is no voice, and no error with a message to print."""
    make_wav('kick.wav', noise(1, 480))
    (tmp_path / 'program.c').write_text(program)
    (tmp_path / 'no-voice.c').write_text(NO_VOICE)
    flags = subprocess.run(['pkg-config', '--cflags', '--libs', 'flitzis-1'],
                           env=dict(os.environ, PKG_CONFIG_PATH=str(installed.pkgconfig)),
                           check=True, capture_output=True, text=True).stdout
    subprocess.run(['cc', '-Wl,--wrap=flitzis_engine_start,--wrap=flitzis_engine_play_sample',
                    '-o', 'program', 'program.c', 'no-voice.c', *shlex.split(flags)],
                   check=True, cwd=tmp_path)
    result = subprocess.run(['./program', 'kick.wav'], cwd=tmp_path, stdin=subprocess.DEVNULL,
                            env=dict(os.environ, LD_LIBRARY_PATH=str(installed.libdir)),
                            capture_output=True, text=True, timeout=60)
    assert result.returncode in (0, 1) and (result.stdout, result.stderr) == ('', '')


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
    assert str(installed.libdir) in flags and 'uninstalled' not in flags
    subprocess.run(['cc', '-Wall', '-Werror', '-o', stranger / 'hello', 'hello.c',
                    *shlex.split(flags)], check=True, cwd=stranger)
    meson('setup', 'builddir', '-Dwerror=true', folder=stranger,
          PKG_CONFIG_PATH=str(installed.pkgconfig))
    meson('compile', '-C', 'builddir', folder=stranger)
    monkeypatch.setenv('LD_LIBRARY_PATH', str(installed.libdir))
    for program in ('hello', 'builddir/hello'):
        result = run(stranger / program, 'none.wav')
        assert result.returncode == 1 and '/none.wav”' in result.stdout


@pytest.mark.slow
def test_c_with_the_library_as_a_subproject(stranger, source_dir, monkeypatch):
    (stranger / 'subprojects').mkdir()
    (stranger / 'subprojects' / 'flitzis').symlink_to(source_dir)
    (stranger / 'subprojects' / 'flitzis.wrap').write_text(WRAP)
    meson('setup', 'builddir', '--force-fallback-for=flitzis-1', '-Dwerror=true',
          '-Dflitzis:introspection=disabled', '-Dflitzis:tests=false', '-Dflitzis:examples=false',
          folder=stranger)
    meson('compile', '-C', 'builddir', 'hello', folder=stranger)
    monkeypatch.delenv('LD_LIBRARY_PATH')
    result = run(stranger / 'builddir' / 'hello', 'none.wav')
    assert result.returncode == 1 and '/none.wav”' in result.stdout


# The player


@pytest.fixture
def player(source_dir):
    return [sys.executable, source_dir / 'examples' / 'play.py']


# A pipe that calls itself a terminal: there is no real one where the tests may run.
ON_A_TERMINAL = """
import runpy, sys
sys.stdout.isatty = lambda: True
del sys.argv[0]
runpy.run_path(sys.argv[0], run_name='__main__')
"""


def test_the_player_plays_one_after_the_other(player, pipewire, make_wav, tmp_path):
    first, second = noise(1, 24000), noise(2, 6000)
    pipewire.force(quantum=CALM)
    with pipewire.record() as recording:
        result = run(*player, make_wav('first.wav', first), tmp_path / 'none.wav',
                     make_wav('second.wav', second))
        recording.wait(4800)
    assert result.returncode == 1
    assert f'play.py: Could not open “{tmp_path}/none.wav”' in result.stderr
    assert result.stdout.splitlines() == ['1/2  first.wav  0:00.5', '2/2  second.wav  0:00.1']
    assert numpy.array_equal(without_silence(recording.frames), numpy.concatenate([first, second]))


def test_the_player_renders_what_it_would_play(player, make_wav, tmp_path):
    parts = [noise(seed, n_frames) for seed, n_frames in ((1, 4800), (2, 1), (3, 7001))]
    files = [make_wav(f'{i}.wav', part) for i, part in enumerate(parts)]
    result = run(*player, *files, '--render', tmp_path / 'out.wav')
    assert (result.returncode, result.stdout) == (0, f'wrote {tmp_path / "out.wav"}: 0:00.2\n')
    data = (tmp_path / 'out.wav').read_bytes()
    frames = numpy.frombuffer(data[data.index(b'data') + 8:], '<f4').reshape(-1, 2)
    assert numpy.array_equal(frames, numpy.concatenate(parts))


def test_the_player_at_another_rate(player, make_wav, tmp_path):
    sine = numpy.sin(2 * numpy.pi * 1000 * numpy.arange(48000) / 48000)[:, None]
    result = run(*player, make_wav('sine.wav', sine), '--rate', '1.5', '--render',
                 tmp_path / 'out.wav')
    assert result.returncode == 0, result.stderr
    data = (tmp_path / 'out.wav').read_bytes()
    frames = numpy.frombuffer(data[data.index(b'data') + 8:], '<f4').reshape(-1, 2)
    assert len(frames) == 32000
    assert abs(numpy.fft.rfft(frames[:, 0])).argmax() == 1000  # bins of 1.5 Hz


def test_the_player_loops_until_it_is_interrupted(player, pipewire, make_wav):
    part = noise(1, 2400)
    python, path = player
    pipewire.force(quantum=CALM)
    with pipewire.record() as recording:
        process = subprocess.Popen(
            [python, '-c', ON_A_TERMINAL, path, '--loop', make_wav('a-rather-long-name.wav', part)],
            env={**os.environ, 'COLUMNS': '60', 'LINES': '24'}, stdout=subprocess.PIPE)
        printed = b''
        while b'  [#' not in printed:  # it has begun
            read = os.read(process.stdout.fileno(), 4096)
            assert read, printed
            printed += read
        recording.wait(24000)
        process.send_signal(signal.SIGINT)
        printed += process.communicate(timeout=30)[0]
        assert process.returncode == 130
    frames = without_silence(recording.frames)[:12000]
    assert numpy.array_equal(frames, numpy.concatenate([part] * 5))
    lines = printed.decode().rstrip('\n').split('\r')[1:]
    assert len(lines) > 2
    for line in lines:
        assert re.fullmatch(r'1/1  a-rat\w*[\w.-]*  0:00\.0 / 0:00\.0  \[#*\.*\]?.{0,20}',
                            line.removesuffix('\033[K')), line
        assert len(line.removesuffix('\033[K')) < 60


def test_the_player_loops_a_list(player, pipewire, make_wav):
    parts = [noise(1, 9600), noise(2, 14400)]
    files = [make_wav(f'{i}.wav', part) for i, part in enumerate(parts)]
    pipewire.force(quantum=CALM)
    with pipewire.record() as recording:
        process = subprocess.Popen([*player, '--loop', *files], stdout=subprocess.PIPE, text=True)
        lines = [process.stdout.readline() for _ in range(3)]
        recording.wait(CALM + 24000)
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 130
        process.stdout.close()
    assert [line[:10] for line in lines] == ['1/2  0.wav', '2/2  1.wav', '1/2  0.wav']
    frames = without_silence(recording.frames)[:48000]
    assert numpy.array_equal(frames, numpy.concatenate([*parts, *parts]))


@pytest.fixture(params=['pipewire', 'pulseaudio'])
def two_sinks(request):
    """A server with a sink “other” beside the default one; `descriptions` are those of both."""
    server = request.getfixturevalue(request.param)
    server.add_sink('other')
    if request.param == 'pipewire':
        server.force(quantum=CALM)
        server.descriptions = ('null-sink', 'other')
    else:
        found = {sink['name']: sink['description'] for sink in server.list('sinks')}
        server.descriptions = (found['null-sink'], found['other'])
    return server


def test_the_player_lists_the_sinks(player, two_sinks):
    result = run(*player, '--list')
    assert (result.returncode, result.stderr) == (0, '')
    first, second = two_sinks.descriptions
    assert result.stdout == f'* null-sink  {first}\n  other      {second}\n'
    two_sinks.choose_sink('other')
    assert run(*player, '--list').stdout == f'  null-sink  {first}\n* other      {second}\n'


def test_the_player_plays_to_a_sink(player, two_sinks, make_wav):
    frames = numbered(24000)
    file = make_wav('numbered.wav', frames)
    with two_sinks.record('other') as recording:
        result = run(*player, file, '--target', 'other')
        recording.wait(4800)
    assert (result.returncode, result.stderr) == (0, '')
    if two_sinks.kind == 'pipewire':
        assert numpy.array_equal(without_silence(recording.frames), frames)
    # a busy machine makes PulseAudio leave some out
    for recorded, values in zip(recording.frames.T, frames.T):
        places = find_places(recorded, values)
        assert len(places) > 12000 and numpy.all(numpy.diff(places) > 0)
    result = run(*player, file, '--target', 'nowhere')
    assert result.returncode == 1 and 'play.py: There is no sink “nowhere”' in result.stderr


def test_the_player_has_no_sinks_to_list(player, pipewire):
    pipewire.remove_sink()
    result = run(*player, '--list')
    assert (result.returncode, result.stdout, result.stderr) == (1, '', f'play.py: {NO_SINK}')


def test_the_player_refuses_what_cannot_be(player, make_wav, tmp_path):
    file = make_wav('noise.wav', noise(1, 480))
    for arguments in (['--rate', 'nan'], ['--loop', '--render', 'out.wav'], ['--list']):
        result = run(*player, file, *arguments)
        assert result.returncode == 2 and 'usage:' in result.stderr
    result = run(*player, file, '--render', tmp_path / 'none' / 'out.wav')
    assert result.returncode == 1 and result.stderr.startswith('play.py: ')
    result = run(*player, file)
    assert result.returncode == 1 and 'PipeWire' in result.stderr  # there is no server
    assert run(*player, tmp_path / 'none.wav').returncode == 1
