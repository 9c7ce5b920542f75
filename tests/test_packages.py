# SPDX-License-Identifier: LGPL-2.1-or-later
"""What makes packages: versions, the desktop entry of the pad board, the Flatpak manifest, the spec
for Fedora, and the tarball. tests/packages.sh builds those for Debian and tries them."""

import configparser
import fnmatch
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import xml.etree.ElementTree

import gi
import pytest

gi.require_version('GdkPixbuf', '2.0')
from gi.repository import GdkPixbuf

ID = 'io.github.Flitzis.Pads'
PADS = 'examples/pads'


def run(*command, **arguments):
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=300, **arguments)


def read(source_dir, name):
    return (source_dir / name).read_text()


@pytest.fixture
def version(source_dir):
    return re.search(r"^  version: '(.*)'", read(source_dir, 'meson.build'), re.M)[1]


@pytest.fixture
def entry(source_dir):
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str
    parser.read(source_dir / PADS / f'{ID}.desktop')
    return parser['Desktop Entry']


@pytest.fixture
def metainfo(source_dir):
    return xml.etree.ElementTree.parse(source_dir / PADS / f'{ID}.metainfo.xml').getroot()


# Versions and options


@pytest.mark.parametrize('name, pattern', [
    ('NEWS', r'\AFlitzis (.*)\n'),
    ('debian/changelog', r'\Aflitzis \((.*)\) '),
    ('packaging/flitzis.spec', r'^Version: +(.*)$'),
    ('packaging/flitzis.spec', r'%changelog\n\* .* - (.*)-1$'),
    (f'{PADS}/{ID}.metainfo.xml', r'<releases>\s*<release version="(.*?)"'),
], ids=['NEWS', 'Debian', 'Fedora', "Fedora's changes", 'metainfo'])
def test_version(source_dir, version, name, pattern):
    assert re.search(pattern, read(source_dir, name), re.M)[1] == version


@pytest.mark.parametrize('name', ['debian/rules', 'packaging/flitzis.spec',
                                  'packaging/flatpak/flitzis.json',
                                  f'packaging/flatpak/{ID}.json', 'docs/packaging.md'])
def test_options_of_meson(source_dir, name):
    options = re.findall(r"^option\('(\w+)'", read(source_dir, 'meson_options.txt'), re.M)
    named = set(re.findall(r'-D(\w+)=', read(source_dir, name)))
    assert named and named <= set(options), named


def test_every_option_is_explained(source_dir):
    options = re.findall(r"^option\('(\w+)'", read(source_dir, 'meson_options.txt'), re.M)
    rows = re.findall(r'^\| `(\w+)` \|', read(source_dir, 'docs/packaging.md'), re.M)
    assert rows == options


# The pad board as a program of the desktop


def test_desktop_file(source_dir, entry):
    result = run('desktop-file-validate', source_dir / PADS / f'{ID}.desktop')
    assert (result.returncode, result.stdout, result.stderr) == (0, '', '')
    assert entry['Icon'] == ID


def test_metainfo(source_dir, entry, metainfo):
    result = run('appstreamcli', 'validate', '--no-net', source_dir / PADS / f'{ID}.metainfo.xml')
    assert result.returncode == 0, result.stdout
    assert metainfo.findtext('id') == ID
    assert metainfo.findtext('launchable') == f'{ID}.desktop'
    assert metainfo.findtext('provides/binary') == entry['Exec']
    assert metainfo.findtext('summary') == entry['Comment']


def test_icon(source_dir):
    """It is drawn at any size."""
    for size in (16, 512):
        icon = GdkPixbuf.Pixbuf.new_from_file_at_size(
            str(source_dir / PADS / f'{ID}.svg'), size, size)
        assert (icon.get_width(), icon.get_height()) == (size, size)


def test_the_pad_board_is_installed(source_dir, installed, entry, tmp_path):
    """All of it, and the line of its desktop file starts it."""
    [folder] = installed.root.rglob('share/flitzis-pads')
    sources = {path.name for suffix in ('py', 'css')
               for path in (source_dir / PADS).glob(f'*.{suffix}')}
    assert {path.name for path in folder.iterdir()} == sources
    for path in (f'share/applications/{ID}.desktop', f'share/metainfo/{ID}.metainfo.xml',
                 f'share/icons/hicolor/scalable/apps/{ID}.svg', 'share/man/man1/flitzis-pads.1'):
        assert (folder.parents[1] / path).is_file(), path
    launcher = folder.parents[1] / 'bin' / entry['Exec']
    assert launcher.stat().st_mode & 0o777 == 0o755
    inside = f'/{folder.relative_to(installed.root)}'
    assert launcher.read_text().count(inside) == 1
    moved = tmp_path / 'launcher'
    moved.write_text(launcher.read_text().replace(inside, str(folder)))
    result = run('sh', moved, '--help')
    assert result.returncode == 0 and result.stdout.startswith('usage: pads '), result.stderr


def test_its_window_is_known_to_desktops(source_dir, display, pipewire, tmp_path):
    """A desktop shows the icon of the desktop file whose name the window's class is."""
    environment = dict(os.environ, DISPLAY=display, GDK_BACKEND='x11', GSK_RENDERER='cairo',
                       GSETTINGS_BACKEND='memory', GTK_A11Y='none', XDG_CONFIG_HOME=str(tmp_path))
    pads = subprocess.Popen([sys.executable, source_dir / PADS], env=environment)
    try:
        found = run('xdotool', 'search', '--sync', '--onlyvisible', '--class', f'^{ID}$',
                    env=environment)
        assert found.returncode == 0 and pads.poll() is None
    finally:
        pads.terminate()
        pads.wait(30)


def test_manual_page(source_dir):
    """It has each option that the program has."""
    options = re.findall(r"'(--\w+)'", read(source_dir, f'{PADS}/__main__.py'))
    page = read(source_dir, f'{PADS}/flitzis-pads.1').replace('\\-', '-')
    assert options and all(option in page for option in options)


# Flatpak and Fedora


def test_flatpak(source_dir, entry):
    folder = source_dir / 'packaging/flatpak'
    manifest = json.loads((folder / f'{ID}.json').read_text())
    assert manifest['id'] == ID and manifest['command'] == entry['Exec']
    assert '--socket=pulseaudio' in manifest['finish-args']
    assert '-Dpads=true' in manifest['build-options']['config-opts']
    [module] = [json.loads((folder / name).read_text()) for name in manifest['modules']]
    assert module['name'] == 'flitzis' and module['buildsystem'] == 'meson'
    assert {'-Dtests=false', '-Dexamples=false', '-Ddocs=disabled'} <= set(module['config-opts'])
    [source] = module['sources']
    assert (folder / source['path']).resolve() == source_dir.resolve()


def test_spec(source_dir):
    result = run('rpmlint', source_dir / 'packaging/flitzis.spec')
    assert result.returncode == 0 and ' 0 errors, ' in result.stdout, result.stdout + result.stderr


def test_the_spec_lists_all_files(source_dir, installed):
    """Each file is in one package, and no package waits for a file that is not there."""
    macros = {'_bindir': 'bin', '_includedir': 'include', '_datadir': 'share',
              '_docdir': 'share/doc', '_mandir': 'share/man', '_metainfodir': 'share/metainfo',
              '_libdir': str(installed.libdir.relative_to(installed.root / 'usr/local')),
              'python3_sitearch': str(installed.python.relative_to(installed.root / 'usr/local'))}
    patterns = []
    for section in read(source_dir, 'packaging/flitzis.spec').split('\n%files')[1:]:
        for line in section.split('\n\n')[0].splitlines()[1:]:
            line = line.removeprefix('%pycached ')
            if not line.startswith(('%dir ', '%license ', '%doc ')):
                pattern = re.sub(r'%\{(\w+)\}', lambda match: macros[match[1]], line)
                patterns.append(pattern + '*' * pattern.endswith('/'))
    files = [str(path.relative_to(installed.root / 'usr/local'))
             for path in installed.root.rglob('*') if not path.is_dir() or path.is_symlink()]
    for file in files:
        assert len([each for each in patterns if fnmatch.fnmatchcase(file, each)]) == 1, file
    for pattern in patterns:
        assert fnmatch.filter(files, pattern), pattern


# The tarball


@pytest.mark.slow
def test_dist(source_dir, version, tmp_path):
    """`meson dist` packs what is in the repository, and what it packs is built and installed."""
    copy = tmp_path / 'copy'
    shutil.copytree(source_dir, copy, ignore=shutil.ignore_patterns(
        '.git', '_build*', 'build*', '__pycache__', '.pytest_cache'))
    git = ['git', '-C', copy, '-c', 'user.name=Nobody', '-c', 'user.email=nobody@localhost']
    for command in (['init', '--quiet'], ['add', '--all'], ['commit', '--quiet', '-m', 'All']):
        subprocess.run([*git, *command], check=True, stdout=subprocess.DEVNULL)
    build = tmp_path / 'build'
    options = ['-Dtests=false', '-Dexamples=false', '-Ddocs=disabled', '-Dpads=true']
    for command in (['setup', *options, build, copy], ['dist', '-C', build, '--no-tests']):
        result = run('meson', *command)
        assert result.returncode == 0, result.stdout + result.stderr
    with tarfile.open(build / f'meson-dist/flitzis-{version}.tar.xz') as archive:
        archive.extractall(tmp_path)
    unpacked = tmp_path / f'flitzis-{version}'
    committed = set(run(*git, 'ls-files').stdout.splitlines())
    assert committed == {str(path.relative_to(unpacked)) for path in unpacked.rglob('*')
                         if path.is_file()}
    for command in (['setup', *options, tmp_path / 'again', unpacked],
                    ['install', '-C', tmp_path / 'again', '--destdir', tmp_path / 'root']):
        result = run('meson', *command)
        assert result.returncode == 0, result.stdout + result.stderr
    assert len(list((tmp_path / 'root').rglob('libflitzis-1.so'))) == 1
    assert len(list((tmp_path / 'root').rglob('flitzis-pads'))) == 2
