# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every public verb is called from gjs and from Vala: tests/verbs.js and tests/verbs.vala. What is
to be called is read from what was built, so a verb that is new and not called there is missed."""

import json
import subprocess
import xml.etree.ElementTree

import numpy
import pytest

CORE = '{http://www.gtk.org/introspection/core/1.0}'
C = '{http://www.gtk.org/introspection/c/1.0}'
GLIB = '{http://www.gtk.org/introspection/glib/1.0}'
CALLABLES = (CORE + 'method', CORE + 'constructor', CORE + 'function')
# Bindings free boxed values themselves.
NOT_FOR_SCRIPTS = {'Trigger.free', 'Tween.free'}


@pytest.fixture(scope='module')
def gir(build_dir):
    return xml.etree.ElementTree.parse(build_dir / 'introspection' / 'Flitzis-1.gir').find(
        CORE + 'namespace')


@pytest.fixture
def file(make_wav):
    return make_wav('noise.wav', numpy.random.default_rng(1).uniform(-0.5, 0.5, (4800, 1)))


def members(gir, *kinds):
    """Pairs of the owner's name, None for a function of the namespace, and the element."""
    for owner in (gir, *gir):
        for element in owner:
            if element.tag in kinds:
                yield None if owner is gir else owner.get('name'), element


def full_name(owner, element):
    return '.'.join(filter(None, (owner, element.get('name'))))


def run(*command):
    result = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                            timeout=60)
    assert (result.returncode, result.stderr) == (0, ''), result.stdout + result.stderr
    return result.stdout


def test_gjs_calls_every_verb(gir, source_dir, file, pipewire):
    accessors = [{'owner': owner, 'name': element.get('name'),
                  'gets': element.get(GLIB + 'get-property'),
                  'sets': element.get(GLIB + 'set-property')}
                 for owner, element in members(gir, CORE + 'method')
                 if {GLIB + 'get-property', GLIB + 'set-property'} & set(element.keys())]
    fields = [{'owner': owner, 'name': element.get('name')}
              for owner, element in members(gir, CORE + 'field')
              if not owner.endswith('Class') and element.get('private') != '1']
    called = set(json.loads(run('gjs', '-m', source_dir / 'tests' / 'verbs.js', file,
                                json.dumps({'accessors': accessors, 'fields': fields}))))
    public = {full_name(*each) for each in members(gir, *CALLABLES)
              if each[1].get('moved-to') is None} - NOT_FOR_SCRIPTS
    # A promise is finished by gjs.
    finishes = {name for name in public if name.endswith('_finish')}
    assert {name.removesuffix('_finish') + '_async' for name in finishes} <= called
    assert len(public) > 100 and len(accessors) > 60 and len(fields) > 8
    assert public - finishes - called == set()


def test_vala_calls_every_verb(gir, build_dir, file, pipewire):
    """The program runs from its first line to its last, and links to all that is public."""
    program = build_dir / 'tests' / 'verbs-vala'
    assert run(program, file).splitlines()[-1] == 'called'
    printed = run('nm', '-D', '--undefined-only', '-P', program)
    called = {line.split()[0] for line in printed.splitlines()}
    public = {element.get(C + 'identifier') for _, element in members(gir, *CALLABLES)}
    assert len(public) > 100
    assert public - called == set()
