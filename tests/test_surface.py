# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the library shows: its symbols, its headers and its pkg-config file, no more, no less."""

import re
import subprocess

PUBLIC_HEADERS = {'flitzis.h', 'flitzis-clock.h', 'flitzis-engine.h', 'flitzis-enums.h',
                  'flitzis-error.h', 'flitzis-macros.h', 'flitzis-sample.h', 'flitzis-slot.h',
                  'flitzis-trigger.h', 'flitzis-version.h'}


def exported(build_dir):
    library = build_dir / 'lib/libflitzis-1.so'
    printed = subprocess.run(['nm', '-D', '--defined-only', '-P', library], check=True,
                             capture_output=True, text=True).stdout
    return sorted(line.split()[0] for line in printed.splitlines())


def test_abi(build_dir, source_dir):
    """A function that comes or goes is written down in tests/abi.txt."""
    assert exported(build_dir) == (source_dir / 'tests/abi.txt').read_text().split()


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
        'libpipewire-0.3',  # the output
        'libm', 'libc'}
