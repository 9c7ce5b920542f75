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


def test_callback_functions_are_marked(source_dir):
    """Whatever lib/rt declares or defines beside its setup is marked FLITZIS_REALTIME."""
    setup = r'_(init|new|free|stop_all|stop_slot|stop_voice|reset_voice)$'
    paths = [path for path in sorted((source_dir / 'lib/rt').rglob('*.[ch]'))
             if path.stem not in ('setup', 'sinc', 'tables')]
    assert len(paths) > 10
    for path in paths:
        text = re.sub(r'/\*.*?\*/', '', path.read_text(), flags=re.S)
        if path.suffix == '.h':
            found = re.findall(r'^\w[\w ]*[ *](flitzis_\w+) \([^;{]*\)([^;{]*)[;{]?$', text,
                               re.M | re.S)
        else:
            found = re.findall(r'^(\w+) \([^;{]*\)([^;{]*)\n\{$', text, re.M)
            assert found
        for name, tail in found:
            if not re.search('^flitzis_.*' + setup, name):
                assert 'FLITZIS_REALTIME' in tail, f'{path.name}: {name}'
