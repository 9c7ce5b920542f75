# SPDX-License-Identifier: LGPL-2.1-or-later
"""The tests in C once more, built with the compiler's sanitizers: no bad access, no undefined
behaviour, no leak, and no data race."""

import concurrent.futures
import json
import os
import pathlib
import subprocess

import pytest

FOLDER = pathlib.Path(__file__).parent / 'sanitizers'


def run_programs(source_dir, build, sanitize, environment, leave_out=()):
    if not (build / 'build.ninja').exists():
        subprocess.run(['meson', 'setup', build, source_dir, f'-Db_sanitize={sanitize}',
                        '-Db_lundef=false', '-Dintrospection=disabled', '-Dexamples=false'],
                       check=True, capture_output=True)
    subprocess.run(['ninja', '-C', build], check=True, capture_output=True)
    tests = json.loads(subprocess.run(['meson', 'introspect', '--tests', build], check=True,
                                      capture_output=True, text=True).stdout)
    tests = [test for test in tests if test['name'] not in leave_out]
    assert len(tests) >= 4

    def run(test):
        # Not fatal-warnings: what the sanitizers find must be printed by themselves.
        result = subprocess.run(
            test['cmd'], cwd=build, timeout=300, text=True, errors='replace',
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env={**os.environ, **test['env'], 'G_DEBUG': 'gc-friendly',
                 'G_SLICE': 'always-malloc', **environment})
        assert result.returncode == 0, f'{test["name"]}:\n{result.stdout[-20000:]}'
        assert 'Sanitizer' not in result.stdout and 'runtime error' not in result.stdout, \
            f'{test["name"]}:\n{result.stdout[-20000:]}'

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(run, tests))


def test_address_and_undefined(source_dir, build_dir, pipewire):
    run_programs(source_dir, build_dir.parent / 'asan', 'address,undefined', {
        'ASAN_OPTIONS': 'fast_unwind_on_malloc=0',
        'LSAN_OPTIONS': f'suppressions={FOLDER / "leak.supp"}:print_suppressions=0',
        'UBSAN_OPTIONS': 'print_stacktrace=1',
    })


@pytest.mark.slow
def test_thread(source_dir, build_dir, pipewire):
    """Decoding is left out: nearly all of it happens in GStreamer, which is not instrumented."""
    run_programs(source_dir, build_dir.parent / 'tsan', 'thread', {
        'TSAN_OPTIONS': f'history_size=4:suppressions={FOLDER / "thread.supp"}',
    }, leave_out=('decode',))
