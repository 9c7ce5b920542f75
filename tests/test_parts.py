# SPDX-License-Identifier: LGPL-2.1-or-later
"""lib/control is made of parts that do not know each other; control*.c compose them."""

import re

PARTS = {'fork', 'level-table', 'load-table', 'notifier', 'sample-table', 'sink-table', 'tempo',
         'timeline', 'tween-table', 'voice-accounts', 'waiting-events'}


def includes(path):
    return re.findall(r'^#include "(.*)"$', path.read_text(), re.M)


def code(path):
    return re.sub(r'/\*.*?\*/', '', path.read_text(), flags=re.S)


def files(source_dir, folder):
    paths = sorted((source_dir / 'lib' / folder).glob('*.[ch]'))
    assert paths
    return paths


def test_parts_know_nobody(source_dir):
    """A part includes no other part and not control, and speaks of neither."""
    types = {part: 'Flitzis' + part.title().replace('-', '') for part in PARTS}
    paths = files(source_dir, 'control')
    assert {path.stem for path in paths if not path.stem.startswith('control')} == PARTS
    for path in paths:
        if path.stem not in PARTS:
            continue
        for name in includes(path):
            assert not name.startswith('control/') or name == f'control/{path.stem}.h', \
                f'{path} includes {name}'
        for other, type_name in {**types, 'control': 'FlitzisControl'}.items():
            prefix = f'flitzis_{other.replace("-", "_")}_'
            # The mixer's own grid has the prefix of the tempo grid.
            found = re.search(rf'\b({type_name}\b|{prefix}(?!grid_))', code(path))
            assert other == path.stem or not found, f'{path} speaks of {found.group()}'


def test_one_struct_holds_them(source_dir):
    """What control holds is seen by the files that compose it alone, and so are the parts."""
    hidden = {f'control/{part}.h' for part in PARTS - {'fork'}} | {'control/control-private.h'}
    for folder in ('control', 'load', 'output', '.'):
        for path in files(source_dir, folder):
            found = hidden & set(includes(path))
            if folder == 'control' and (path.stem in PARTS or path.stem.startswith('control')):
                continue
            assert not found, f'{path} includes {sorted(found)}'


def test_no_class_has_the_mixer(source_dir):
    """Control hands its mixer to outputs only."""
    takers = re.compile(r'\b(flitzis_control_get_(output_)?mixer|flitzis_mixer_\w+|FlitzisMixer)\b')
    for folder in ('.', 'load'):
        for path in files(source_dir, folder):
            found = takers.search(code(path))
            assert not found, f'{path} uses {found.group()}'
    assert 'flitzis_control_get_output_mixer' in (source_dir / 'lib/output/backend.c').read_text()


def test_contributing_lists_them(source_dir):
    text = (source_dir / 'CONTRIBUTING.md').read_text()
    assert {part for part in PARTS if f'`{part}.c`' not in text} == set()
