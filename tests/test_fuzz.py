# SPDX-License-Identifier: LGPL-2.1-or-later
"""libFuzzer changes good files where that leads to new places in our code, and loads them or reads
them as kits: no crash, no undefined behaviour, no hang, no leak. For a longer run:

    sh tests/run.sh --slow -s --fuzz SECONDS test_fuzz.py

What it finds is kept in _build/fuzz/found, by a name that the message ends with; to see it again,
give its path to _build/fuzz/tests/fuzz/fuzz-load. What it learns is kept beside, in corpus: the
next run begins with that, and the file behind a leak, of which only the stack is told, is there."""

import os
import pathlib
import re
import subprocess

import pytest

FOLDER = pathlib.Path(__file__).parent

# The longest seed has 44 kB; longer files only take longer.
MAX_BYTES = 2**16
MAX_KIT_BYTES = 2**12
# A load ends 6 s after its last frame at the latest, and may be tried twice; the machine may be
# busy.
HANG_SECONDS = 60

# How many inputs are made up, after the known ones were read.
N_FILES = 400
N_KITS = 20000
N_PLANTED = 2**24

pytestmark = pytest.mark.slow


@pytest.fixture(scope='module')
def build(source_dir, build_dir):
    folder = build_dir.parent / 'fuzz'
    if not (folder / 'build.ninja').exists():
        subprocess.run(['meson', 'setup', '--native-file', FOLDER / 'fuzz/clang.ini', folder,
                        source_dir, '-Dintrospection=disabled', '-Dexamples=false'],
                       check=True, capture_output=True)
    subprocess.run(['ninja', '-C', folder, 'tests/fuzz/fuzz-load', 'tests/fuzz/fuzz-planted',
                    'tests/fuzz/fuzz-kit'],
                   check=True, capture_output=True)
    (folder / 'found').mkdir(exist_ok=True)
    (folder / 'corpus').mkdir(exist_ok=True)
    (folder / 'corpus-kit').mkdir(exist_ok=True)
    (folder / 'leak.supp').write_text((FOLDER / 'sanitizers/leak.supp').read_text()
                                      + (FOLDER / 'fuzz/leak.supp').read_text())
    return folder


# Of each allocation, for leaks: those of GStreamer's elements are known by their callers.
WHOLE_STACKS = 'fast_unwind_on_malloc=0:malloc_context_size=16'


def fuzz(build, name, *arguments, timeout, stacks=WHOLE_STACKS):
    """The status and what it has printed."""
    result = subprocess.run(
        [build / 'tests/fuzz' / name, f'-artifact_prefix={build}/found/', f'-max_len={MAX_BYTES}',
         '-rss_limit_mb=2048', '-print_funcs=0', '-print_final_stats=1', *arguments],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        errors='replace', timeout=timeout, env={
            **os.environ, 'G_SLICE': 'always-malloc',
            'ASAN_OPTIONS': stacks,
            'LSAN_OPTIONS': f'suppressions={build}/leak.supp:print_suppressions=0',
            'UBSAN_OPTIONS': 'print_stacktrace=1'})
    return result.returncode, result.stdout


def run_length(pytestconfig, n_inputs, *folders):
    """A number of inputs, which a slow machine reaches as well, unless seconds are asked for. And
    the number of inputs that there must have been."""
    seconds = pytestconfig.getoption('--fuzz')
    n_known = sum(len(list(folder.iterdir())) for folder in folders)
    if seconds is not None:
        return f'-max_total_time={seconds}', seconds + 300, n_known
    return f'-runs={n_known + n_inputs}', 3600, n_known + n_inputs


def write_seeds(folder):
    """Good files of all formats, and what stands for others that are made by hand."""
    from hostile import files, sounds
    seeds = {path.name: path.read_bytes() for path in files.FIXTURES.iterdir()
             if path.suffix not in ('.py', '.md')}
    seeds.update(sounds.encode())
    seeds.update(files.others())
    seeds.update(files.facts())
    seeds = {name: data for name, data in seeds.items() if len(data) <= MAX_BYTES}
    assert len(seeds) > 100
    for name, data in seeds.items():
        (folder / name).write_bytes(data)


def test_load_bytes(build, tmp_path, pytestconfig):
    """Leaks are looked for when it ends: what GStreamer keeps would have every load searched."""
    folders = build / 'corpus', tmp_path / 'seeds'
    folders[1].mkdir()
    write_seeds(folders[1])
    length, timeout, n_inputs = run_length(pytestconfig, N_FILES, *folders)
    status, printed = fuzz(build, 'fuzz-load', length, '-detect_leaks=0',
                           f'-timeout={HANG_SECONDS}', *folders, timeout=timeout)
    assert status == 0, printed[max(printed.find('ERROR:'), 0):][:20000]
    print(*printed.splitlines()[-12:], sep='\n')
    done = re.search(r'^#(\d+)\s+DONE\s+cov: (\d+) ', printed, re.M)
    assert done, printed[-20000:]
    assert int(done[1]) >= n_inputs
    # The seeds alone see about 600 places; without our code in sight it would be a few.
    assert int(done[2]) > 500


def write_kits(folder):
    """Good kits of each format, and broken ones."""
    import kit_files
    from hostile.kits import kits
    seeds = {name.replace('/', '-'): text.encode() for name, text in kit_files.SFZ.items()}
    seeds.update(kits())
    seeds = {name: data for name, data in seeds.items() if len(data) <= MAX_KIT_BYTES}
    assert len(seeds) > 50
    for name, data in seeds.items():
        (folder / name).write_bytes(data)


def test_read_kits(build, tmp_path, pytestconfig):
    """Also, that what is written of a kit is understood, and nothing is lost."""
    folders = build / 'corpus-kit', tmp_path / 'seeds'
    folders[1].mkdir()
    write_kits(folders[1])
    length, timeout, n_inputs = run_length(pytestconfig, N_KITS, *folders)
    status, printed = fuzz(build, 'fuzz-kit', length, f'-max_len={MAX_KIT_BYTES}',
                           f'-timeout={HANG_SECONDS}', *folders, timeout=timeout,
                           stacks='malloc_context_size=8')
    assert status == 0, printed[max(printed.find('ERROR:'), 0):][:20000]
    print(*printed.splitlines()[-12:], sep='\n')
    done = re.search(r'^#(\d+)\s+DONE\s+cov: (\d+) ', printed, re.M)
    assert done, printed[-20000:]
    assert int(done[1]) >= n_inputs
    # Without our code in sight it would be a few.
    assert int(done[2]) > 500


PLANTED = {
    'crash': 'AddressSanitizer: heap-buffer-overflow',
    'hang': 'libFuzzer: timeout',
    'leak': 'LeakSanitizer: detected memory leaks',
    'warning': 'Flitzis: planted',
}


@pytest.mark.parametrize('what', PLANTED)
def test_each_kind_of_fault_is_told(what, build, tmp_path):
    (tmp_path / 'input').write_bytes(f'plant{what}'.encode())
    status, printed = fuzz(build, 'fuzz-planted', '-timeout=2', '-detect_leaks=0',
                           tmp_path / 'input', timeout=120)
    assert status != 0
    assert PLANTED[what] in printed, printed[-20000:]


def test_the_way_to_a_fault_is_found(build, tmp_path):
    """To any of them, from the first five bytes."""
    (tmp_path / 'seeds').mkdir()
    (tmp_path / 'seeds/seed').write_bytes(b'plant')
    status, printed = fuzz(build, 'fuzz-planted', '-timeout=2', f'-runs={N_PLANTED}',
                           '-detect_leaks=0', tmp_path / 'seeds', timeout=3600)
    assert status != 0
    assert any(text in printed for text in PLANTED.values()), printed[-20000:]
