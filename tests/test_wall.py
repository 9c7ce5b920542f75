# SPDX-License-Identifier: LGPL-2.1-or-later
"""The wall around lib/rt: what runs in the audio callback cannot see GLib, and calls nothing
outside but what fills and copies memory."""

import json
import re
import subprocess

import pytest

ALLOWED_CALLS = {'memcpy', 'memmove', 'memset',
                 '__divti3', '__modti3', '__divmodti4'}  # what the compiler divides 128 bits with
ALLOWED_INCLUDES = re.compile(
    r'"(\.\./|dsp/)?[a-z-]+\.h"|<spa/utils/ringbuffer\.h>|<std(atomic|bool|int)\.h>|<string\.h>'
    r'|<(xmm|imm)intrin\.h>')


@pytest.fixture(scope='module')
def rt_command(build_dir):
    """The compiler and its flags, as the build uses them for lib/rt."""
    for entry in json.loads((build_dir / 'compile_commands.json').read_text()):
        if entry['file'].endswith('lib/rt/mixer.c'):
            words = entry['command'].split()
            return [word for i, word in enumerate(words)
                    if word not in ('-o', '-c', '-MD', '-MQ', '-MF', entry['file'])
                    and words[i - 1] not in ('-o', '-MQ', '-MF')]
    raise AssertionError('the build does not compile lib/rt/mixer.c')


def compile_rt(rt_command, build_dir, tmp_path, text, name='planted'):
    source = tmp_path / f'{name}.c'
    source.write_text(text)
    return subprocess.run([*rt_command, '-c', source, '-o', tmp_path / f'{name}.o'],
                          cwd=build_dir, capture_output=True, text=True)


def calls_out(*objects):
    """The functions that object files or archives call and do not hold."""
    def symbols(*options):
        printed = subprocess.run(['nm', '-P', *options, *objects], check=True,
                                 capture_output=True, text=True).stdout
        return {line.split()[0] for line in printed.splitlines()
                if line and not line.endswith(':')}
    return symbols('--undefined-only') - symbols('--defined-only')


def test_glib_is_out_of_sight(rt_command, build_dir, tmp_path):
    fine = compile_rt(rt_command, build_dir, tmp_path, '#include <stdint.h>\nint i;\n')
    assert fine.returncode == 0, fine.stderr
    for header in ('glib.h', 'gst/gst.h', 'pipewire/pipewire.h', 'flitzis-engine.h'):
        result = compile_rt(rt_command, build_dir, tmp_path, f'#include <{header}>\n')
        assert result.returncode != 0, f'lib/rt can include {header}'
        assert header in result.stderr


def test_includes(source_dir):
    for path in sorted((source_dir / 'lib/rt').rglob('*.[ch]')):
        for included in re.findall(r'^#include (.*)$', path.read_text(), re.M):
            if path.name in ('setup.c', 'tables.c') and included in (
                    '<math.h>', '<pthread.h>', '<stdlib.h>', '<sys/mman.h>', '<unistd.h>'):
                continue
            if path.name == 'sinc.c' and included == '<math.h>':
                continue
            assert ALLOWED_INCLUDES.fullmatch(included), f'{path.name} includes {included}'


def test_archive_calls_nothing_else(build_dir):
    kernels = sorted((build_dir / 'lib/rt').glob('libflitzis-kernels-*.a'))
    assert build_dir / 'lib/rt/libflitzis-kernels-plain.a' in kernels
    for archive in (build_dir / 'lib/rt/libflitzis-rt.a', *kernels):
        called = calls_out(archive) - {'flitzis_tables', '_GLOBAL_OFFSET_TABLE_'}  # data
        assert called <= ALLOWED_CALLS, (archive, sorted(called - ALLOWED_CALLS))


@pytest.mark.parametrize('call, name', [
    ('sink = malloc (16);', 'malloc'),
    ('free (sink);', 'free'),
    ('pthread_mutex_lock (sink);', 'pthread_mutex_lock'),
    ('fsync (1);', 'fsync'),
])
def test_planted_call_is_found(rt_command, build_dir, tmp_path, call, name):
    """The check above can fail."""
    result = compile_rt(rt_command, build_dir, tmp_path,
                        '#include <pthread.h>\n#include <stdlib.h>\n#include <unistd.h>\n'
                        'void *volatile sink;\nvoid plant (void);\n'
                        f'void plant (void) {{ {call} }}\n')
    assert result.returncode == 0, result.stderr
    assert name in calls_out(tmp_path / 'planted.o') - ALLOWED_CALLS


def test_no_setting_is_a_command(source_dir):
    """Nothing but what starts, moves, stops and replaces sounds goes through the command queue."""
    kinds = set(re.findall(r'^  FLITZIS_COMMAND_(\w+),?$',
                           (source_dir / 'lib/rt/message.h').read_text(), re.M))
    assert kinds == {'PLAY', 'SEEK_VOICE', 'STOP_VOICE', 'STOP_SLOT', 'STOP_ALL', 'PUBLISH'}


def test_library_binds_at_load(build_dir):
    """No function is looked up at its first call, which could be in the callback."""
    dynamic = subprocess.run(['readelf', '-d', build_dir / 'lib/libflitzis-1.so'], check=True,
                             capture_output=True, text=True).stdout
    assert 'NOW' in dynamic
