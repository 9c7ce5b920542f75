# SPDX-License-Identifier: LGPL-2.1-or-later
"""The tests in C once more, built with the compiler's sanitizers: no bad access, no undefined
behaviour, no leak, and no data race."""

import concurrent.futures
import json
import os
import pathlib
import re
import subprocess

import pytest

from test_callback import verbs_and_properties

FOLDER = pathlib.Path(__file__).parent / 'sanitizers'


# GStreamer's macros read numbers wherever they stand, which is fine on this processor.
C_ARGS = {'address,undefined': ['-Dc_args=-fno-sanitize=alignment']}


def build(source_dir, folder, sanitize):
    if not (folder / 'build.ninja').exists():
        subprocess.run(['meson', 'setup', folder, source_dir, f'-Db_sanitize={sanitize}',
                        '-Db_lundef=false', '-Doptimization=1', '-Dintrospection=disabled',
                        *C_ARGS.get(sanitize, ()),
                        '-Dexamples=false'],
                       check=True, capture_output=True)
    subprocess.run(['ninja', '-C', folder], check=True, capture_output=True)


def run_programs(source_dir, folder, sanitize, environment, leave_out=()):
    build(source_dir, folder, sanitize)
    tests = json.loads(subprocess.run(['meson', 'introspect', '--tests', folder], check=True,
                                      capture_output=True, text=True).stdout)
    tests = [test for test in tests if test['name'] not in leave_out]
    assert len(tests) >= 4

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(lambda test: run_clean(
            test['cmd'], {**test['env'], **environment}, cwd=folder), tests))


def run_clean(command, environment, **options):
    """Runs a program in which nothing may be found; returns what it printed."""
    # Not fatal-warnings: what the sanitizers find must be printed by themselves.
    result = subprocess.run(
        command, timeout=570, text=True, errors='replace', stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options,
        env={**os.environ, **environment, 'G_DEBUG': 'gc-friendly', 'G_SLICE': 'always-malloc'})
    assert result.returncode == 0, f'{command}:\n{result.stdout[-20000:]}'
    assert 'Sanitizer' not in result.stdout and 'runtime error' not in result.stdout, \
        f'{command}:\n{result.stdout[-20000:]}'
    return result.stdout


ADDRESS = ('asan', 'address,undefined', {
    'ASAN_OPTIONS': 'fast_unwind_on_malloc=0',
    'LSAN_OPTIONS': f'suppressions={FOLDER / "leak.supp"}:print_suppressions=0',
    'UBSAN_OPTIONS': 'print_stacktrace=1',
})

# Decoding is left out: nearly all of it happens in GStreamer, which is not instrumented.
THREAD = ('tsan', 'thread', {
    'TSAN_OPTIONS': f'history_size=7:suppressions={FOLDER / "thread.supp"}',
})


@pytest.mark.slow
def test_address_and_undefined(source_dir, build_dir, pipewire):
    name, sanitize, environment = ADDRESS
    run_programs(source_dir, build_dir.parent / name, sanitize, environment)


@pytest.mark.slow
def test_thread(source_dir, build_dir, pipewire):
    name, sanitize, environment = THREAD
    run_programs(source_dir, build_dir.parent / name, sanitize, environment,
                 leave_out=('decode',))


def test_stress_calls_every_verb(source_dir):
    """Properties it finds by itself."""
    text = (source_dir / 'tests/stress.c').read_text()
    verbs, _properties = verbs_and_properties()
    assert not [verb for verb in verbs if not re.search(rf'\bflitzis_\w+_{verb} \(', text)]


@pytest.fixture(params=('pipewire', 'pulseaudio', 'alone'))
def place(request):
    """Where stress.c runs: “live” with one of the servers, or “alone”."""
    if request.param == 'alone':
        return 'alone'
    request.getfixturevalue(request.param)
    return 'live'


@pytest.mark.slow
@pytest.mark.parametrize('sanitizer', (ADDRESS, THREAD), ids=('address', 'thread'))
def test_stress(sanitizer, place, source_dir, build_dir):
    """The program of the normal run, for longer; stress.c says what it does."""
    name, sanitize, environment = sanitizer
    n_calls = 1000000
    build(source_dir, build_dir.parent / name, sanitize)
    printed = run_clean([build_dir.parent / name / 'tests/stress', str(n_calls), place, '2'],
                        {**environment, 'FLITZIS_FIXTURES': str(source_dir / 'fixtures')})
    print(printed)
    assert f'{n_calls} calls from 8 threads' in printed
    assert not re.search(r'[\w-]: 0\b', printed.split('busy')[0]), printed


@pytest.mark.slow
def test_memcheck(place, source_dir, build_dir):
    """The same under Valgrind, which sees into every library; its one thread at a time is slow."""
    suppressions = (FOLDER / 'memcheck.supp', '/usr/share/glib-2.0/valgrind/glib.supp')
    printed = run_clean(
        ['valgrind', '--quiet', '--error-exitcode=9', '--leak-check=full', '--num-callers=30',
         '--show-leak-kinds=definite', '--errors-for-leak-kinds=definite',
         *(f'--suppressions={path}' for path in suppressions),
         build_dir / 'tests/stress', '100000', place, '3'],
        {'FLITZIS_FIXTURES': str(source_dir / 'fixtures')})
    print(printed)
    assert '100000 calls from 8 threads' in printed and '==' not in printed
