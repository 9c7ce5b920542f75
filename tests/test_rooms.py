# SPDX-License-Identifier: LGPL-2.1-or-later
"""The folders of lib/ are floors: files include and call files of their own floor or of those
below, and never each other in a circle. CONTRIBUTING.md draws the floors, and is read here."""

import json
import re
import subprocess

import pytest

# Headers of other libraries that only some floors may include.
OTHER_LIBRARIES = ('ebur128.h', 'gst/', 'pipewire/', 'pulse/', 'spa/')


@pytest.fixture(scope='module')
def contributing(source_dir):
    return (source_dir / 'CONTRIBUTING.md').read_text()


@pytest.fixture(scope='module')
def floors(contributing):
    """From each folder to what the table says it may include, from the top floor down."""
    rows = re.findall(r'^\| `lib/(.*?)`[^|]*\|[^|]*\|([^|]*)\|$', contributing, re.M)
    return {folder.rstrip('/') or '.': re.findall(r'`(?:lib/)?(.*?)`', may) for folder, may in rows}


@pytest.fixture(scope='module')
def plain_headers(contributing):
    """The public headers that all floors with GLib may include."""
    sentence = re.search('^Every folder but `lib/rt/` and `lib/rt/dsp/` may also include '
                         r'(.*?)\.\s', contributing, re.M | re.S)[1]
    return re.findall(r'`(flitzis-[a-z-]+\.h)`', sentence)


@pytest.fixture(scope='module')
def files(source_dir):
    lib = source_dir / 'lib'
    return {str(path.relative_to(lib)): path.read_text() for path in sorted(lib.rglob('*.[ch]'))}


def folder_of(name):
    return name.rpartition('/')[0] or '.'


def node_of(name):
    """A .c file and its headers, also a private one, are one thing."""
    return re.sub(r'(-private)?\.[ch]$', '', name)


def includes_of(name, files):
    """What a file includes: files of lib/ by their path in it, others in angle brackets."""
    for sign, included in re.findall(r'^#include ([<"])(.*)[>"]$', files[name], re.M):
        beside = f'{folder_of(name)}/{included}'.removeprefix('./')
        while re.search(r'[^/]+/\.\./', beside):
            beside = re.sub(r'[^/]+/\.\./', '', beside, count=1)
        if sign == '<':
            yield f'<{included}>'
        elif beside in files:
            yield beside
        elif included in files:
            yield included
        else:
            assert included in ('config.h', 'flitzis-version.h'), f'{name} includes {included}'


def may_include(name, included, floors, plain_headers):
    folder = folder_of(name)
    entries = floors[folder]
    if included.startswith('<'):
        return (not included[1:].startswith(OTHER_LIBRARIES) or included in entries or
                f'<{included[1:].partition("/")[0]}/>' in entries)
    if folder_of(included) == folder or folder == '.':
        return True
    if included in plain_headers and not folder.startswith('rt'):
        return True
    return included in entries or f'{folder_of(included)}/' in entries


def find_circles(arrows):
    """Sets of nodes each of which leads to all others of its set, in more than one step or one."""
    def reach(start):
        seen, todo = set(), [start]
        while todo:
            for node in arrows.get(todo.pop(), ()):
                if node not in seen:
                    seen.add(node)
                    todo.append(node)
        return seen
    reached = {node: reach(node) for node in arrows}
    return {frozenset(other for other in reached if node in reached[other] and other in there)
            for node, there in reached.items() if node in there}


def assert_no_circle(arrows):
    assert not [sorted(circle) for circle in find_circles(arrows)]


def test_the_table_names_each_folder(floors, plain_headers, files):
    assert sorted(floors) == sorted({folder_of(name) for name in files})
    assert plain_headers and set(plain_headers) <= set(files)


def test_arrows_of_the_table_run_down(floors, files):
    """But for single headers: those of lib/ itself, and those that include nothing of lib/."""
    order = list(floors)
    for folder, entries in floors.items():
        for entry in entries:
            target = folder_of(entry)
            is_leaf = entry in files and not files.keys() & set(includes_of(entry, files))
            if not entry.startswith('<') and target != '.' and not is_leaf:
                assert order.index(target) > order.index(folder), f'{folder} includes {entry}'


def test_each_folder_includes_what_the_table_says(floors, plain_headers, files):
    wrong = [f'{name} includes {included}' for name in files
             for included in includes_of(name, files)
             if not may_include(name, included, floors, plain_headers)]
    assert not wrong


def test_the_table_lists_no_arrow_that_is_not_there(floors, files):
    used = {(folder_of(name), entry) for name in files for included in includes_of(name, files)
            for entry in (included, f'{folder_of(included)}/', included.partition('/')[0] + '/>')}
    for folder, entries in floors.items():
        for entry in entries:
            assert (folder, entry) in used, f'nothing in {folder} includes {entry}'


def test_no_circle_of_includes(files):
    arrows = {}
    for name in files:
        arrows.setdefault(node_of(name), set()).update(
            node_of(included) for included in includes_of(name, files)
            if included in files and node_of(included) != node_of(name))
    assert len(arrows) > 50
    assert_no_circle(arrows)


def test_no_circle_of_calls(build_dir, source_dir):
    """A header may declare what another file defines, which no include shows. Every file of a
    class asks for its type: that is no arrow to the file which defines it."""
    lib = source_dir / 'lib'
    nodes = {}
    for entry in json.loads((build_dir / 'compile_commands.json').read_text()):
        path = (build_dir / entry['file']).resolve()
        if path.is_relative_to(lib):
            nodes[str(build_dir / entry['output'])] = node_of(str(path.relative_to(lib)))
    symbols = subprocess.run(['nm', '-A', '-P', *nodes], check=True, capture_output=True,
                             text=True).stdout
    defined_by, called_by = {}, {}
    for line in symbols.splitlines():
        path, symbol, kind = line.split()[:3]
        node = nodes[path.removesuffix(':')]
        if kind == 'U':
            called_by.setdefault(node, set()).add(symbol)
        elif kind.isupper() and not symbol.endswith('_get_type'):
            defined_by[symbol] = node
    arrows = {node: {defined_by[symbol] for symbol in called if symbol in defined_by} - {node}
              for node, called in called_by.items()}
    assert 'control/control' in arrows['flitzis-engine']
    assert_no_circle(arrows)


@pytest.mark.parametrize('arrows, circles', [
    ({'a': {'b'}, 'b': {'c'}, 'c': set()}, []),
    ({'a': {'b'}, 'b': {'a'}}, ['ab']),
    ({'a': {'b'}, 'b': {'c'}, 'c': {'d'}, 'd': {'b'}}, ['bcd']),
    ({'a': {'b'}, 'b': {'a'}, 'c': {'d', 'a'}, 'd': {'c'}}, ['ab', 'cd']),
])
def test_a_circle_is_found(arrows, circles):
    """The checks above can fail."""
    assert find_circles(arrows) == {frozenset(circle) for circle in circles}
