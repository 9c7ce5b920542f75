# SPDX-License-Identifier: LGPL-2.1-or-later
"""How the tree looks: layout, licences, lengths, and nothing left lying about."""

import re
import shutil
import subprocess

import pytest


def sources(folder, *patterns):
    """The files below a folder but for what was built."""
    return sorted(path for pattern in patterns for path in folder.rglob(pattern)
                  if not any(part.startswith(('.', '_build', 'build'))
                             for part in path.relative_to(folder).parts))


# Each release of clang-format lays out otherwise; ours is that of the oldest system.
if shutil.which('clang-format-14'):
    def test_layout(source_dir):
        """.clang-format is how the C code looks."""
        paths = sources(source_dir, '*.c', '*.h')
        assert len(paths) > 30
        result = subprocess.run(['clang-format-14', '--dry-run', '--Werror', *paths],
                                cwd=source_dir, capture_output=True, text=True)
        assert result.returncode == 0, result.stderr


@pytest.mark.parametrize('pattern', ['*.c', '*.h', '*.py', '*.sh', '*.js', '*.vala', '*.build'])
def test_text(source_dir, pattern):
    paths = sources(source_dir, pattern)
    assert paths
    for path in paths:
        text = path.read_text()
        assert text.endswith('\n') and not text.endswith('\n\n'), path
        assert 'SPDX-License-Identifier: LGPL-2.1-or-later' in text or path.name == 'meson.build', \
            path
        for number, line in enumerate(text.splitlines(), 1):
            assert len(line) <= 100, f'{path}:{number} has {len(line)} columns'
            assert line == line.rstrip() and '\t' not in line, f'{path}:{number}'


# Called by the audio callback itself; those that only control, setup or an output calls.
ENTRIES = {'flitzis_mixer_render', 'flitzis_mixer_apply', 'flitzis_mixer_try_own',
           'flitzis_mixer_disown', 'flitzis_mixer_follow_clock', 'flitzis_mixer_check_deadline'}
OUTSIDE = {'flitzis_settings_set_voice', 'flitzis_settings_mark_stop',
           'flitzis_settings_mark_cancelled', 'flitzis_settings_set_seed', 'flitzis_settings_tell',
           'flitzis_settings_set_moved', 'flitzis_settings_get_sound',
           'flitzis_settings_vary_voice', 'flitzis_pool_get_place',
           'flitzis_tempo_grid_move_anchor', 'flitzis_mixer_is_in_block',
           'flitzis_ring_is_wanted', 'flitzis_ring_publish',
           'flitzis_mixer_is_streaming', 'flitzis_mixer_set_streaming', 'flitzis_queue_get_end',
           'flitzis_queue_get_n_before'}


def test_callback_functions_are_marked(source_dir):
    """FLITZIS_REALTIME stands on what runs in the callback, and on nothing else. That no marked
    function calls one that is not, clang proves where it can."""
    setup = re.compile('^flitzis_.*_(init|new|free)$')
    paths = [path for path in sorted((source_dir / 'lib/rt').rglob('*.[ch]'))
             if path.stem not in ('setup', 'sinc', 'tables')]
    assert len(paths) > 10
    texts = {path: re.sub(r'/\*.*?\*/', '', path.read_text(), flags=re.S) for path in paths}
    called = set(re.findall(r'^ .*?\b(flitzis_\w+) \(', '\n'.join(texts.values()), re.M))
    called |= set(re.findall(r'[(!] ?(flitzis_\w+) \(', '\n'.join(texts.values())))
    for path, text in texts.items():
        if path.suffix == '.h':
            found = re.findall(r'^\w[\w ]*[ *](flitzis_\w+) \([^;{]*\)([^;{]*)[;{]?$', text,
                               re.M | re.S)
        else:
            found = re.findall(r'^(\w+) \([^;{]*\)([^;{]*)\n\{$', text, re.M)
            assert found
        for name, tail in found:
            is_marked = 'FLITZIS_REALTIME' in tail
            assert is_marked != bool(setup.search(name) or name in OUTSIDE), f'{path.name}: {name}'
            if is_marked and name.startswith('flitzis_'):
                assert name in called | ENTRIES, f'{path.name}: the callback never calls {name}'
