# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the library shows: its symbols, its headers and its pkg-config file, no more, no less."""

import os
import re
import subprocess
import sys

import pytest

PUBLIC_HEADERS = {'flitzis.h', 'flitzis-clock.h', 'flitzis-cue.h', 'flitzis-engine.h',
                  'flitzis-enums.h', 'flitzis-error.h', 'flitzis-export.h', 'flitzis-kit.h',
                  'flitzis-loudness.h', 'flitzis-macros.h', 'flitzis-pad.h', 'flitzis-pad-layer.h',
                  'flitzis-sample.h', 'flitzis-sink.h', 'flitzis-sink-list.h', 'flitzis-slot.h',
                  'flitzis-trigger.h', 'flitzis-tween.h', 'flitzis-version.h'}


def exported(build_dir):
    library = build_dir / 'lib/libflitzis-1.so'
    printed = subprocess.run(['nm', '-D', '--defined-only', '-P', library], check=True,
                             capture_output=True, text=True).stdout
    return sorted(line.split()[0] for line in printed.splitlines())


def test_symbols(build_dir, source_dir):
    """A function that comes or goes is written down for the package."""
    path = source_dir / 'debian/libflitzis-1-0.symbols'
    head, package, *symbols = path.read_text().splitlines()
    assert head == 'libflitzis-1.so.0 libflitzis-1-0 #MINVER#'
    assert package == '* Build-Depends-Package: libflitzis-1-dev'
    rows = [re.fullmatch(r' (\w+)@Base (\d+\.\d+\.\d+)', line) for line in symbols]
    assert [row[1] for row in rows] == exported(build_dir)


def compare_abi(build_dir, baseline):
    """What abidiff finds that breaks programs which were compiled against the baseline. That does
    not say where types are declared, or each line that moves would change it; so abidiff cannot
    tell public types from private ones, but those that are private now are opaque in it."""
    return subprocess.run(
        ['abidiff', '--exported-interfaces-only', '--no-added-syms', '--no-architecture', baseline,
         build_dir / 'lib/libflitzis-1.so'], capture_output=True, text=True)


def test_abi(installed, build_dir, source_dir):
    """Programs that were compiled against the baseline work with this library. Where a change is
    meant, the file that this leaves in the build folder becomes the next baseline."""
    [header] = installed.root.rglob('flitzis.h')
    subprocess.run(
        ['abidw', '--exported-interfaces-only', '--drop-private-types', '--no-corpus-path',
         '--no-comp-dir-path', '--no-show-locs', '--no-elf-needed', '--no-parameter-names',
         '--short-locs', '--no-write-default-sizes', '--no-architecture',
         '--headers-dir', header.parent, '--out-file', build_dir / 'flitzis-1.abi',
         build_dir / 'lib/libflitzis-1.so'], check=True)
    result = compare_abi(build_dir, source_dir / 'tests/flitzis-1.abi')
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize('pattern, planted', [
    (r"(<elf-symbol name='flitzis_)trigger_copy'", r"\1trigger_clone'"),
    (r"(<class-decl name='_FlitzisTrigger' size-in-bits=')1344'", r"\g<1>1408'"),
    (r"(<class-decl name='_FlitzisTween' size-in-bits=')768'", r"\g<1>832'"),
    (r"(<data-member access='public' layout-offset-in-bits=')512('>\s*<var-decl name='stop_frame')",
     r'\g<1>544\2'),
    (r"(<enumerator name='FLITZIS_STEAL_REJECT' value=')2'", r"\g<1>3'"),
    (r"(<function-decl name='flitzis_engine_stop_voice' [^>]*>\s*)<parameter [^>]*>", r'\1'),
], ids=['symbol', 'size', 'size of a tween', 'offset', 'value', 'parameter'])
def test_a_change_of_the_abi_is_found(build_dir, source_dir, tmp_path, pattern, planted):
    """The check above can fail."""
    text, n_planted = re.subn(pattern, planted,
                              (source_dir / 'tests/flitzis-1.abi').read_text(), count=1)
    assert n_planted == 1
    (tmp_path / 'planted.abi').write_text(text)
    result = compare_abi(build_dir, tmp_path / 'planted.abi')
    assert result.returncode in (4, 12), result.stdout + result.stderr


def test_public_records_may_grow(source_dir):
    """Each ends with room for later fields, and the baseline has its size."""
    sizes = re.findall(r"<class-decl name='_(Flitzis\w+)' size-in-bits='\d+'",
                       (source_dir / 'tests/flitzis-1.abi').read_text())
    records = {}
    for name in PUBLIC_HEADERS - {'flitzis-version.h'}:
        text = (source_dir / 'lib' / name).read_text()
        records |= dict(re.findall(r'^struct _(Flitzis\w+)\n\{(.*?)^\};', text, re.M | re.S))
    assert set(records) == set(sizes) >= {'FlitzisTrigger', 'FlitzisTween'}
    for name, fields in records.items():
        assert re.search(r'/\*< private >\*/.*\n  guint padding\[\d+\];\n\Z', fields, re.S), name


def test_the_baseline_has_every_function(build_dir, source_dir):
    """Others could change and nobody would notice."""
    text = (source_dir / 'tests/flitzis-1.abi').read_text()
    assert re.findall(r"<elf-symbol name='(\w+)'", text) == exported(build_dir)


def test_the_baseline_names_no_machine(source_dir):
    assert "='/" not in (source_dir / 'tests/flitzis-1.abi').read_text()


def test_every_declaration_is_exported(build_dir, source_dir):
    declared = set()
    for name in PUBLIC_HEADERS - {'flitzis-version.h'}:
        text = (source_dir / 'lib' / name).read_text()
        declared |= set(re.findall(r'^[A-Za-z][^#/\n]*?(flitzis_\w+) \(', text, re.M))
        declared |= {f'flitzis_{kind}_get_type'
                     for kind in re.findall(r'G_DECLARE_FINAL_TYPE \(\w+, flitzis_(\w+),', text)}
    assert declared == set(exported(build_dir))


def test_installed_files(installed):
    headers = {path.name for path in installed.root.rglob('*.h')}
    assert headers == PUBLIC_HEADERS
    names = {path.name for path in installed.root.rglob('*')}
    for name in ('libflitzis-1.so', 'flitzis-1.pc', 'Flitzis-1.gir', 'Flitzis-1.typelib',
                 'flitzis-1.vapi', 'flitzis-1.deps'):
        assert name in names
    assert not [name for name in names if name.endswith('.a')]


def test_public_headers_stand_alone(source_dir, build_dir, tmp_path):
    """Each public header compiles by itself and includes no private one."""
    flags = subprocess.run(['pkg-config', '--cflags', 'gio-2.0'], check=True, capture_output=True,
                           text=True).stdout.split()
    for name in PUBLIC_HEADERS:
        source = tmp_path / 'alone.c'
        source.write_text(f'#include <{name}>\n')
        subprocess.run(['cc', '-Wall', '-Wextra', '-Werror', '-fsyntax-only', *flags,
                        f'-I{source_dir / "lib"}', f'-I{build_dir / "lib"}', source], check=True)
        path = source_dir / 'lib' / name
        if path.exists():
            for included in re.findall(r'^#include "(.*)"$', path.read_text(), re.M):
                assert included in PUBLIC_HEADERS, f'{name} includes {included}'


def test_dependencies(build_dir):
    """Each library that comes along is there for a feature."""
    dynamic = subprocess.run(['readelf', '-d', build_dir / 'lib/libflitzis-1.so'], check=True,
                             capture_output=True, text=True).stdout
    assert set(re.findall(r'\(NEEDED\).*\[(.*?)\.so', dynamic)) <= {
        'libglib-2.0', 'libgobject-2.0', 'libgio-2.0',  # the face of it all
        'libgstreamer-1.0', 'libgstapp-1.0', 'libgstaudio-1.0', 'libgstbase-1.0',
        'libgstpbutils-1.0',  # files
        'libebur128',  # loudness
        'libpipewire-0.3', 'libpulse',  # the outputs
        'libm', 'libc'}


# Names each type that the library registers, whoever else registers some.
TYPES_SHIM = r'''
#define _GNU_SOURCE
#include <dlfcn.h>
#include <glib-object.h>
#include <stdio.h>
#include <string.h>

static void
tell (const char *name, void *caller)
{
  Dl_info info;

  if (dladdr (caller, &info) != 0 && strstr (info.dli_fname, "libflitzis-1.so") != NULL)
    printf ("%s\n", name);
}

#define TELL(function, parameters, name, arguments) \
  GType function parameters \
  { \
    GType (*next) parameters = (GType (*) parameters) dlsym (RTLD_NEXT, #function); \
    tell (name, __builtin_return_address (0)); \
    return next arguments; \
  }

TELL (g_type_register_static,
      (GType parent, const char *name, const GTypeInfo *info, GTypeFlags flags), name,
      (parent, name, info, flags))
TELL (g_type_register_static_simple,
      (GType parent, const char *name, guint class_size, GClassInitFunc class_init, guint size,
       GInstanceInitFunc init, GTypeFlags flags), name,
      (parent, name, class_size, class_init, size, init, flags))
TELL (g_boxed_type_register_static, (const char *name, GBoxedCopyFunc copy, GBoxedFreeFunc free),
      name, (name, copy, free))
TELL (g_enum_register_static, (const char *name, const GEnumValue *values), name, (name, values))
TELL (g_flags_register_static, (const char *name, const GFlagsValue *values), name, (name, values))
'''

TYPES = '''
import gi, sys
gi.require_version('Flitzis', '1')
from gi.repository import Flitzis
for name in dir(Flitzis):
    getattr(Flitzis, name)
engine = Flitzis.Engine()
engine.load_sample(0, sys.argv[1])
engine.render_to_file(sys.argv[2], 10)
'''


def test_each_type_has_the_prefix(source_dir, tmp_path):
    """The names of types are one space for all libraries of a process."""
    flags = subprocess.run(['pkg-config', '--cflags', '--libs', 'gobject-2.0'], check=True,
                           capture_output=True, text=True).stdout.split()
    (tmp_path / 'shim.c').write_text(TYPES_SHIM)
    subprocess.run(['cc', '-shared', '-fPIC', '-Wl,--no-as-needed', '-o', tmp_path / 'shim.so',
                    tmp_path / 'shim.c', *flags], check=True)
    result = subprocess.run(
        [sys.executable, '-c', TYPES, source_dir / 'fixtures/mono.ogg', tmp_path / 'out.wav'],
        env=os.environ | {'LD_PRELOAD': str(tmp_path / 'shim.so')}, capture_output=True, text=True,
        timeout=60)
    assert (result.returncode, result.stderr) == (0, '')
    registered = set(result.stdout.split())
    assert all(name.startswith('Flitzis') for name in registered), registered
    defined = {name for path in (source_dir / 'lib').rglob('*.c') for name in re.findall(
        r'^G_DEFINE_\w*TYPE\w* ?\(\s*(\w+)', path.read_text(), re.M)}
    assert registered == defined
