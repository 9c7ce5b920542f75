# SPDX-License-Identifier: LGPL-2.1-or-later
"""The quickstart as a newcomer runs it, and what it and tests/run.sh install. Programs planted on
PATH stand for other systems; none of it touches the network."""

import os
import re
import shutil
import subprocess
import sys

import numpy
import pytest

from pipewire_daemon import CALM, numpy_of, without_silence

RATE = 48000
ROW = re.compile(r' *(\d+)  (\S+) +([\d.]+) +(\d+) +(\d+) -> (\d+) +(-?[\d.]+|-inf)$')


@pytest.fixture
def plant(tmp_path):
    """Plants a program on PATH, before all others; each call of it is a line of its log."""
    folder = tmp_path / 'bin'
    folder.mkdir()

    def program(name, body='exit 1'):
        log = tmp_path / f'{name}.log'
        (folder / name).write_text(f'#!/bin/sh\necho "$*" >>"{log}"\n{body}\n')
        (folder / name).chmod(0o755)
        return log
    program.folder = folder
    return program


@pytest.fixture(params=('quickstart.py', pytest.param('quickstart.sh', marks=pytest.mark.slow)))
def quickstart(request, source_dir, plant, tmp_path):
    """Runs the quickstart in a folder of its own: its program with the library under test, or all
    of it, which builds the library for a minute. A useless python3 and an apt-get that must not be
    called come first on PATH."""
    folder, temporary = tmp_path / 'work', tmp_path / 'temporary'
    folder.mkdir()
    temporary.mkdir()
    apt_get = plant('apt-get')
    plant('python3')
    environment = {'PATH': f'{plant.folder}:{os.environ["PATH"]}', 'TMPDIR': str(temporary)}
    starter = sys.executable
    if request.param == 'quickstart.sh':
        starter = 'sh'
        environment |= {'PYTHONPATH': '/nowhere', 'PYTHONHOME': '/nowhere', 'CFLAGS': '-DBROKEN(',
                        'CC': '/nowhere/cc'}

    def run(*arguments):
        result = subprocess.run(
            [starter, source_dir / 'examples' / request.param, *arguments], cwd=folder,
            env=os.environ | environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=300)
        assert not apt_get.exists(), 'it went to the network'
        assert 'Traceback' not in result.stderr, result.stderr
        return result

    def written(result):
        """The one file that it wrote unasked, as it says: not where it was started."""
        assert list(folder.iterdir()) == []
        [path] = temporary.glob('*/*')
        assert result.stdout.splitlines()[-1] == f'wrote {path}'
        return path
    run.folder, run.written = folder, written
    return run


def noise(seed, n_frames, n_channels=2):
    """Noise without a zero, so that silence is not part of it."""
    values = numpy.random.default_rng(seed).uniform(0.1, 0.5, (n_frames, n_channels))
    return values.astype('<f4')


def rendered(path):
    data = path.read_bytes()
    fmt = data.index(b'fmt ') + 8
    assert data[fmt:fmt + 8] == b'\3\0\2\0' + RATE.to_bytes(4, 'little')
    start = data.index(b'data') + 8
    assert int.from_bytes(data[start - 4:start], 'little') == len(data) - start
    assert int.from_bytes(data[4:8], 'little') == len(data) - 8
    return numpy.frombuffer(data, '<f4', offset=start).reshape(-1, 2)


def split(frames, parts):
    """Takes `parts` out of the frames one after the other, to the bit, and returns where each
    began; nothing else may sound."""
    starts, position = [], 0
    for part in parts:
        start = position + int(numpy.flatnonzero(frames[position:].any(axis=1))[0])
        assert numpy.array_equal(frames[start:start + len(part)],
                                 numpy.broadcast_to(part, (len(part), 2)))
        starts.append(start)
        position = start + len(part)
    assert not frames[position:].any()
    return starts


def test_render_writes_what_the_files_hold(quickstart, make_wav):
    parts = [noise(1, 4800), noise(2, 4096, 1), noise(3, 7001)]
    files = [make_wav(f'{i}.wav', part) for i, part in enumerate(parts)]
    result = quickstart('--render', 'out.wav', *files)
    assert result.returncode == 0, result.stderr
    starts = split(rendered(quickstart.folder / 'out.wav'), parts)
    # Each begins with the block after the end of the one before.
    assert all(start % 1024 == 0 for start in starts)
    assert numpy.diff([0] + starts).max() <= 8192
    assert result.stdout.splitlines()[-1] == 'wrote out.wav'


def test_the_table(quickstart, make_wav):
    half = numpy.full((24000, 1), 0.5)
    files = [make_wav('mono.wav', half), make_wav('slow.wav', noise(1, 44100), 44100),
             make_wav('silent.wav', numpy.zeros((480, 2)))]
    lines = quickstart('--render', 'out.wav', *files).stdout.splitlines()
    assert lines[0].split() == ('slot file seconds channels source rate -> engine rate peak '
                                'dBFS').split()
    rows = [ROW.match(line) for line in lines[1:4]]
    assert rows[0].groups() == ('0', 'mono.wav', '0.50', '1', '48000', '48000', '-6.0')
    assert rows[1].groups()[:6] == ('1', 'slow.wav', '1.00', '2', '44100', '48000')
    assert rows[2].groups()[6] == '-inf'
    assert lines[4:7] == [f'voice {i + 1} (slot {i}, {file.name}): finished'
                          for i, file in enumerate(files)]


def test_a_long_file_is_cut(quickstart, make_wav):
    long, short = noise(1, 5 * RATE), noise(2, 480)
    result = quickstart('--render', 'out.wav', make_wav('long.wav', long),
                        make_wav('short.wav', short))
    assert 'voice 1 (slot 0, long.wav): stopped' in result.stdout
    frames = rendered(quickstart.folder / 'out.wav')
    assert numpy.array_equal(frames[:3 * RATE], long[:3 * RATE])
    assert len(frames) < 4 * RATE


def test_a_file_that_cannot_be_loaded_is_told(quickstart, make_wav, tmp_path):
    good, text = noise(1, 4800), tmp_path / 'text.wav'
    text.write_text('not a sound\n' * 100)
    result = quickstart('--render', 'out.wav', text, make_wav('good.wav', good), 'missing.wav')
    assert result.returncode == 1
    split(rendered(quickstart.folder / 'out.wav'), [good])
    complaints = [line for line in result.stderr.splitlines() if line.startswith('quickstart: ')]
    assert len(complaints) == 2
    assert 'text.wav' in complaints[0] and 'missing.wav' in complaints[1]

    result = quickstart('--render', 'none.wav', text, 'missing.wav')
    assert result.returncode == 1
    assert not (quickstart.folder / 'none.wav').exists()


def test_it_writes_no_wav_by_another_name(quickstart, make_wav):
    part = noise(1, 480)
    result = quickstart('--render', 'out.mp3', make_wav('a.wav', part))
    assert result.returncode == 2 and 'out.mp3 does not end in .wav' in result.stderr
    assert list(quickstart.folder.iterdir()) == []
    assert quickstart('--render', 'OUT.WAV', make_wav('a.wav', part)).returncode == 0


def test_a_file_fails_through_pipewire_too(quickstart, make_wav, pipewire):
    result = quickstart(make_wav('a.wav', noise(1, 480)), 'missing.wav')
    assert result.returncode == 1 and 'missing.wav' in result.stderr
    assert 'voice 1 (slot 0, a.wav): finished' in result.stdout


def test_a_folder_that_is_not_there(quickstart, make_wav):
    result = quickstart('--render', 'no/out.wav', make_wav('a.wav', noise(1, 480)))
    assert result.returncode == 1
    assert 'no/out.wav' in result.stderr


def test_without_a_server_it_renders_and_says_so(quickstart, make_wav):
    part = noise(1, 4800)
    result = quickstart(make_wav('a.wav', part))
    assert result.returncode == 0, result.stderr
    assert result.stdout.count('rendering to a file\n') == 1
    split(rendered(quickstart.written(result)), [part])


def test_with_a_server_that_plays_nothing_it_renders(quickstart, make_wav, bare_pipewire):
    part = noise(1, 4800)
    result = quickstart(make_wav('a.wav', part))
    assert result.returncode == 0, result.stderr
    assert 'rendering to a file' in result.stdout
    split(rendered(quickstart.written(result)), [part])


def test_through_pipewire(quickstart, make_wav, pipewire):
    parts = [noise(1, 4800), noise(2, 4096, 1), noise(3, 7001)]
    files = [make_wav(f'{i}.wav', part) for i, part in enumerate(parts)]
    pipewire.force(quantum=CALM)
    with pipewire.record() as recording:
        result = quickstart(*files)
        recording.wait(4800)
    assert result.returncode == 0, result.stderr
    assert list(quickstart.folder.iterdir()) == []
    split(recording.frames, parts)


@pytest.fixture
def theme(engine):
    """What the quickstart without arguments plays, by the table that it printed: real recordings,
    the bits that the engine decodes."""
    def sounds(result):
        assert result.returncode == 0, result.stderr
        rows = [row for row in map(ROW.match, result.stdout.splitlines()) if row]
        assert len(rows) == 8 and all(row[2].endswith('.oga') for row in rows)
        assert result.stdout.count('\nvoice ') == 8
        for row in rows:
            engine.load_sample(0, f'/usr/share/sounds/freedesktop/stereo/{row[2]}')
            sample = engine.get_slot(0).props.sample
            assert f'{sample.props.duration:.2f}' == row[3]
            yield without_silence(numpy_of(sample.get_bytes(), sample.props.n_channels))
    return sounds


def test_without_arguments_it_takes_the_sound_theme(quickstart, theme):
    result = quickstart('--render', 'out.wav')
    split(rendered(quickstart.folder / 'out.wav'), theme(result))


@pytest.mark.slow
def test_without_arguments_it_plays_the_sound_theme(quickstart, pipewire, theme):
    pipewire.force(quantum=CALM)
    with pipewire.record() as recording:
        result = quickstart()
        recording.wait(4800)
    split(recording.frames, theme(result))


def install(source_dir, path, script='install_missing && find_python && echo "$python"'):
    return subprocess.run(
        ['/bin/sh', '-euc', f'root={source_dir}; . "$root/scripts/setup.sh"; {script}'],
        env=dict(os.environ, PATH=str(path)), stdin=subprocess.DEVNULL, capture_output=True,
        text=True, timeout=60)


@pytest.fixture
def debian(plant):
    """A Debian where meson is missing; returns the PATH and the log of apt-get."""
    plant('dpkg-query', '/usr/bin/dpkg-query "$@" | grep -v " meson$"')
    return f'{plant.folder}:{os.environ["PATH"]}', plant('apt-get', 'exit 0')


def test_root_installs_what_is_missing(source_dir, plant, debian):
    path, apt_get = debian
    plant('id', 'echo 0')
    result = install(source_dir, path)
    assert result.returncode == 0, result.stderr
    assert apt_get.read_text().splitlines() == [
        'update -q',
        '-q -o DPkg::Lock::Timeout=300 install --yes --no-install-recommends meson']


def test_a_user_installs_with_sudo(source_dir, plant, debian):
    path, apt_get = debian
    plant('id', 'echo 1000')
    sudo = plant('sudo', 'exec "$@"')
    result = install(source_dir, path)
    assert result.returncode == 0, result.stderr
    assert len(apt_get.read_text().splitlines()) == len(sudo.read_text().splitlines()) == 2


def test_a_user_without_sudo_is_told_the_command(source_dir, plant, debian):
    path, apt_get = debian
    plant('id', 'echo 1000')
    plant('sudo')
    result = install(source_dir, path)
    assert result.returncode == 2
    assert '  apt-get install --yes --no-install-recommends meson\n' in result.stderr
    assert not apt_get.exists()


def test_tests_are_named_from_the_root_or_from_their_folder(source_dir, tmp_path):
    """tests/run.sh with a setup that does nothing, and a Python that prints what it is to do."""
    for folder in ('tests', 'scripts'):
        (tmp_path / folder).mkdir()
    shutil.copy(source_dir / 'tests/run.sh', tmp_path / 'tests')
    (tmp_path / 'scripts/setup.sh').write_text(
        'packages= pulseaudio_packages= programs=\n'
        'install_missing () { :; }\nfind_python () { python=echo; }\nbuild () { :; }\n'
        'find_pulseaudio () { :; }\n')
    result = subprocess.run(
        ['sh', 'tests/run.sh', '--slow', 'tests/test_wall.py', 'test_fork.py', '-k', 'a or b'],
        cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    assert (result.returncode, result.stderr) == (0, '')
    assert result.stdout.endswith(' --slow test_wall.py test_fork.py -k a or b\n')


@pytest.mark.parametrize('arguments, printed, status', [
    (['--suite', 'trixie'], 'trixie: 12 passed, 0 failed\n12 passed, 0 failed\n', 0),
    (['--suite', 'trixie', '--suite', 'bookworm', '-k', 'a or b'],
     'trixie: 12 passed, 0 failed\nbookworm: 7 passed, 2 failed\n19 passed, 2 failed\n', 1),
    ([], 'bookworm: 7 passed, 2 failed\ntrixie: 12 passed, 0 failed\nsid: 0 passed, 1 failed\n'
         '19 passed, 3 failed\n', 1),
])
def test_the_matrix_counts_each_system(source_dir, plant, tmp_path, arguments, printed, status):
    """tests/matrix.sh with systems that only print how their tests end; sid's end too early."""
    plant('id', 'echo 0')
    plant('apt-get', 'echo http://mirror.example/')
    plant('apt-config', 'echo')
    debootstrap = plant('debootstrap', 'mkdir -p "$4/etc/apt/apt.conf.d"')
    unshare = plant('unshare', """
        case $system in
          */bookworm) echo '7 passed, 2 failed' ;;
          */trixie) echo '12 passed, 0 failed' ;;
          *) echo '12 passed, 0 failed'; echo 'Killed' ;;
        esac""")
    for _ in range(2):
        result = subprocess.run(
            ['sh', source_dir / 'tests/matrix.sh', *arguments], stdin=subprocess.DEVNULL,
            env=dict(os.environ, PATH=f'{plant.folder}:{os.environ["PATH"]}',
                     XDG_CACHE_HOME=str(tmp_path / 'cache')),
            capture_output=True, text=True, timeout=60)
        assert (result.returncode, result.stderr) == (status, '')
        assert result.stdout.endswith(printed)
    # Each system is made once, runs twice, and its pytest gets the other arguments.
    n_systems = printed.count(': ')
    assert len(debootstrap.read_text().splitlines()) == n_systems
    assert unshare.read_text().count(' "$@"') == 2 * n_systems
    assert unshare.read_text().count(' --inside -k a or b\n') == ('-k' in arguments) * 2 * n_systems


@pytest.mark.parametrize('n, endings, printed, status', [
    (2, ['12 passed, 0 failed'], 'run 1: 12 passed, 0 failed\nrun 2: 12 passed, 0 failed\n'
                                 'all of 2 runs passed\n', 0),
    (3, ['FAILED test_a.py::test_b[c d] - why\n11 passed, 1 failed', 'crashed',
         '12 passed, 0 failed'],
     'run 1: 11 passed, 1 failed\nrun 2: crashed\nrun 3: 12 passed, 0 failed\n'
     '      1 test_a.py::test_b[c d]\n2 of 3 runs failed\n', 1),
])
def test_runs_are_counted(source_dir, tmp_path, n, endings, printed, status):
    """tests/again.sh with tests that only print how they end."""
    (tmp_path / 'tests').mkdir()
    shutil.copy(source_dir / 'tests/again.sh', tmp_path / 'tests')
    for number, ending in enumerate(endings, 1):
        (tmp_path / f'ending-{number}').write_text(ending + '\n')
    (tmp_path / 'tests/run.sh').write_text("""
        test "$*" = "--slow -k x" || exit 3
        runs=$(cat ../../runs 2>/dev/null || :)
        echo "x$runs" >../../runs
        ending=../../ending-$((${#runs} + 1))
        [ -e "$ending" ] || ending=../../ending-1
        cat "$ending"
        grep -q ' 0 failed' "$ending"
    """)
    result = subprocess.run(['sh', tmp_path / 'tests/again.sh', str(n), '--slow', '-k', 'x'],
                            capture_output=True, text=True, timeout=60)
    assert (result.stdout, result.returncode, result.stderr) == (printed, status, '')


def test_other_systems_are_told_what_to_install(source_dir, tmp_path):
    folder = tmp_path / 'bin'
    folder.mkdir()
    for name in ('sed', 'tr', 'grep', 'cc', 'ninja', 'python3', 'pkg-config'):
        (folder / name).symlink_to(f'/usr/bin/{name}')
    result = install(source_dir, folder, "modules='glib-2.0 no-such-2.0'; install_missing")
    assert result.returncode == 2
    missing = result.stderr.splitlines()[0].partition(': ')[2]
    assert missing.split() == ['meson', 'g-ir-scanner', 'no-such-2.0.pc']
    result = install(source_dir, folder, 'python_modules="gi no_such"; programs=; install_missing')
    assert result.returncode == 2
    assert 'python3(gi,no_such)' in result.stderr
