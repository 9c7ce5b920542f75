# SPDX-License-Identifier: LGPL-2.1-or-later
"""The documentation: what README.md, CONTRIBUTING.md and the pages in docs/ name exists, what the
README shows works, and every public symbol is described. test_pages.py runs the pages' programs."""

import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import xml.etree.ElementTree

import numpy
import pytest

from pipewire_daemon import numpy_of, without_silence

ROOT = pathlib.Path(__file__).parent.parent
TEXTS = {path: path.read_text() for path in (ROOT / 'README.md', ROOT / 'CONTRIBUTING.md',
                                             ROOT / 'introspection/introduction.md',
                                             *sorted(ROOT.glob('docs/*.md')))}
README = TEXTS[ROOT / 'README.md']
ALL = '\n'.join(TEXTS.values())
BLOCK = re.compile(r'^```(\w+)\n(.*?)^```$', re.M | re.S)
BLOCKS = BLOCK.findall(README)
COMING_FROM = 'coming-from.md'
OTHERS = (COMING_FROM, 'upstream.md')  # they name what is not ours


def prose(text):
    return BLOCK.sub('', text)


def code(text):
    return re.findall(r'`([^`\n]+)`', prose(text))


def relative_links(text):
    """The files that a text links to, pictures included."""
    links = re.findall(r'\]\(([^)#]+)(?:#[^)]*)?\)', prose(text))
    return [link for link in links if '://' not in link]


CODE = [word for path, text in TEXTS.items() if path.name not in OTHERS for word in code(text)]
BELL = '/usr/share/sounds/freedesktop/stereo/bell.oga'
FLAGS = ('pkg-config', '--cflags', '--libs', 'flitzis-1')

GIR = '{http://www.gtk.org/introspection/core/1.0}'
C = '{http://www.gtk.org/introspection/c/1.0}'
GLIB = '{http://www.gtk.org/introspection/glib/1.0}'


def blocks(language):
    return [text for tag, text in BLOCKS if tag == language]


def table(heading):
    """The rows of the table whose first column is called so, as lists of cells."""
    rows = re.search(rf'^\| {heading} \|.*\n\|[ -|]*\n((?:\|.*\n)+)', ALL, re.M).group(1)
    return [[cell.strip() for cell in row.strip('|').split('|')] for row in rows.splitlines()]


def run(*command, **arguments):
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=60, **arguments)


# The API reference


@pytest.fixture(scope='module')
def gir(build_dir):
    return build_dir / 'introspection' / 'Flitzis-1.gir'


def check(path):
    """All that is missing; with --fatal-warnings it is the first that is."""
    return run('gi-docgen', 'check', path)


def test_every_symbol_is_documented(gir):
    result = check(gir)
    assert result.returncode == 0 and 'WARNING' not in result.stderr, result.stderr


def test_a_symbol_without_words_is_found(gir, tmp_path):
    """The check above can fail."""
    text, symbols = gir.read_text(), []
    for kind, name, symbol in (
            ('class', 'Slot', 'Flitzis.Slot'),
            ('constructor', 'new', 'Flitzis.Engine.new'),
            ('method', 'play_sample', 'Flitzis.Engine.play_sample'),
            ('parameter', 'n_frames', 'Flitzis.Engine.export'),
            ('property', 'gain', 'Flitzis.Engine.gain'),
            ('glib:signal', 'voice-ended', 'Flitzis.Engine.voice-ended'),
            ('constant', 'DEFAULT_N_SLOTS', 'Flitzis.DEFAULT_N_SLOTS'),
            ('enumeration', 'EndReason', 'Flitzis.EndReason'),
            ('member', 'busy', 'Flitzis.EngineError.busy')):
        text, n_found = re.subn(rf'(<{kind} name="{name}".*?>\s*)<doc .*?</doc>', r'\1', text,
                                count=1, flags=re.S)
        assert n_found == 1
        symbols.append(symbol)
    (tmp_path / gir.name).write_text(text)
    result = check(tmp_path / gir.name)
    found = re.findall(r"ymbol '(.*?)'.* is not documented", result.stderr)
    assert result.returncode != 0 and set(symbols) <= set(found), result.stderr


@pytest.fixture(scope='module')
def site(build_dir):
    """By name, the pages of the reference as the build made them, with warnings as errors."""
    folder = build_dir / 'introspection' / 'flitzis-1'
    return {path.name: path.read_text() for path in folder.glob('*.html')}


def test_the_site_has_all_pages(site, build_dir, source_dir):
    assert {'index.html', 'class.Engine.html', 'class.Sample.html', 'class.Slot.html',
            'method.Engine.play_sample.html', 'error.EngineError.html'} <= site.keys()
    for path in (source_dir / 'docs').glob('*.md'):
        links = relative_links(path.read_text())
        assert links or not path.name.startswith('getting-started-')
        assert all((path.parent / link).is_file() for link in links), path
        # A forge shows these pages, too, and knows no links that only gi-docgen resolves.
        assert not re.findall(r'\[\w+@', path.read_text()), path
        pictures = {link for link in links if link.endswith('.svg')}
        links = [link for link in links if link not in pictures]
        text = site[f'{path.stem}.html']
        linked = [link.partition('#')[0] for link in re.findall(r'<a [^>]*?href="([^"]+)"', text)]
        assert {f'{pathlib.Path(link).stem}.html' for link in links} <= set(linked), path
        assert set(re.findall(r'<img [^>]*?src="([^"]+)"', text)) >= pictures, path
        assert all((build_dir / 'introspection/flitzis-1' / each).is_file() for each in pictures)
        assert re.match(rf'Title: (.*)\n\n# \1\n\n', path.read_text()), path


# gi-docgen 2026.1 looks for a finish function among the functions of a class only.
OF_A_CONSTRUCTOR = 'type_func.Kit.new_for_file_finish.html'


def get_dead_links(site):
    """Links to nowhere, and marks of links that were left as they are, with their page."""
    names = {name: set(re.findall(r'\bid="([^"]+)"', text)) for name, text in site.items()}
    for name, text in site.items():
        for tag in re.findall(r'<a\b[^>]*>', text):
            page, _, anchor = (re.findall(r'\bhref="([^"]*)"', tag) or [''])[0].partition('#')
            if page.startswith('https://') and page.removeprefix('https://') or \
                    page == OF_A_CONSTRUCTOR:
                continue
            if not page + anchor or page and page not in names or \
                    anchor and anchor not in names[page or name]:
                yield name, tag
        yield from ((name, mark) for mark in re.findall(r'\[\w+@[^]]*\]', text))


def test_no_link_is_dead(site, build_dir):
    assert list(get_dead_links(site)) == []
    assert 'href="https://docs.gtk.org/gio/iface.ListModel.html"' in site['class.Engine.html']
    search = (build_dir / 'introspection/flitzis-1/index.json').read_text()
    assert not re.findall(r'\[\w+@', search) and 'introduction' not in search


def test_a_dead_link_is_found(site):
    """The check above can fail."""
    dead = ('<a class="external">', '<a href="">', '<a href="none.html">', '<a href="#none">',
            '<a href="class.Slot.html#none">', '<a href="javascript:void(0)">', '[class@Slot]')
    found = get_dead_links(site | {'dead.html': ' '.join(dead)})
    assert [mark for _, mark in found] == list(dead)


def test_the_first_page_introduces(site, gir):
    """It leads to the page of each language and to each class, and shows a program."""
    introduction = site['index.html'].partition('<div class="description">')[2]
    introduction = introduction.partition('</table>\n<p>A call that fails')[0]
    linked = set(re.findall(r'href="(.*?)"', introduction))
    assert {name for name in site if name.startswith('getting-started-')} < linked
    assert {name for name in site if name.startswith('class.')} <= linked
    assert 'struct.Trigger.html' in linked and 'load_sample' in introduction
    assert 'introduction.html' not in {*site, *re.findall(r'href="(.*?)"', site['index.html'])}


# The programs in the README


@pytest.fixture
def folder(make_engine, tmp_path, monkeypatch):
    """Where the programs run; returns the frames of the sound that they play first."""
    engine = make_engine()
    engine.load_sample(0, BELL)
    monkeypatch.chdir(tmp_path)
    return numpy_of(engine.get_slot(0).props.sample.get_bytes())


def play(pipewire, *command):
    with pipewire.record() as recording:
        result = run(*command)
        recording.wait(4800)
    assert (result.returncode, result.stdout, result.stderr) == (0, '', '')
    return without_silence(recording.frames)


def compiler_flags(build_dir):
    environment = dict(os.environ, PKG_CONFIG_PATH=str(build_dir / 'meson-uninstalled'))
    return shlex.split(run(*FLAGS, env=environment).stdout)


def test_python(folder, build_dir, pipewire):
    """As it stands there, started as it is said there: in the environment of a build."""
    program = blocks('python')[0]
    assert len(program.splitlines()) <= 15
    pathlib.Path('hello.py').write_text(program)
    [command] = [line for line in COMMANDS if ' hello.py' in line]
    assert '_build/quickstart' in command
    frames = play(pipewire, *shlex.split(command.replace('_build/quickstart', str(build_dir))))
    assert numpy.array_equal(frames[:len(folder)], folder)
    sounding = numpy.flatnonzero(frames.any(axis=1))
    assert numpy.count_nonzero(numpy.diff(sounding) > 4800) == 3  # four hits


def test_gjs(folder, pipewire):
    [program] = blocks('js')
    pathlib.Path('program.js').write_text(program)
    assert numpy.array_equal(play(pipewire, 'gjs', '-m', 'program.js'), folder)


def test_vala(folder, build_dir, pipewire):
    [program] = blocks('vala')
    pathlib.Path('program.vala').write_text(program)
    flags = [f'--Xcc={flag}' for flag in ('-w', *compiler_flags(build_dir))]
    compiled = run('valac', f'--vapidir={build_dir / "introspection"}', '--pkg=gio-2.0',
                   '--pkg=flitzis-1', *flags, '-o', 'program', 'program.vala')
    assert (compiled.returncode, compiled.stderr) == (0, ''), compiled.stderr
    assert numpy.array_equal(play(pipewire, './program'), folder)


def test_c(folder, build_dir, pipewire):
    [program] = blocks('c')
    pathlib.Path('program.c').write_text(program)
    compiled = run('cc', '-Wall', '-Wextra', '-Werror', '-o', 'program', 'program.c',
                   *compiler_flags(build_dir))
    assert compiled.returncode == 0, compiled.stderr
    assert numpy.array_equal(play(pipewire, './program'), folder)


def test_every_block_is_of_a_known_language():
    assert {tag for tag, _ in BLOCKS} == {'python', 'js', 'vala', 'c', 'sh'}
    assert README.count('\n```') == 2 * len(BLOCKS)


# The commands in the README and in CONTRIBUTING


COMMANDS = [' '.join(line.split()) for path in ('README.md', 'CONTRIBUTING.md')
            for tag, text in BLOCK.findall(TEXTS[ROOT / path]) if tag == 'sh'
            for line in text.replace('\\\n', ' ').splitlines()]


# Why a command is not run by the test of all commands.
NOT_RUN = {'it installs packages': r'apt-get install ',
           'it is in test_quickstart.py': r'sh examples/quickstart\.sh',
           'it runs these tests': r'sh tests/(run|matrix|packages)\.sh',
           'it is in test_compile_commands': r'(cc|valac) ',
           'it opens a shell': r'meson devenv -C builddir -w \.$',
           'it is in test_python': r'meson devenv -C _build/quickstart ',
           'it is a window, in test_pads_app.py': r'meson devenv .* examples/pads --demo',
           'it measures, for minutes': r'sh tests/bench/run\.sh'}


@pytest.mark.slow
def test_every_command_runs(source_dir, pipewire, tmp_path):
    """In a copy of what is in the repository, one after the other, as a newcomer would."""
    files = run('git', '-C', source_dir, 'ls-files', '-z', '--cached', '--others',
                '--exclude-standard').stdout.split('\0')
    copy = tmp_path / 'copy'
    for file in filter(None, files):
        (copy / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source_dir / file, copy / file)
    commands = [command for command in COMMANDS
                if not any(re.match(rule, command) for rule in NOT_RUN.values())]
    assert {command.split()[1] for command in commands} == {
        'setup', 'install', 'compile', 'devenv'}
    environment = {name: value for name, value in os.environ.items()
                   if name not in ('GI_TYPELIB_PATH', 'LD_LIBRARY_PATH', 'PYTHONPATH')}
    environment['DESTDIR'] = str(tmp_path / 'root')
    for command in commands:
        result = subprocess.run(['sh', '-ec', command.replace(' FILE', ' fixtures/mono-16.wav')],
                                cwd=copy, env=environment, stdin=subprocess.DEVNULL,
                                capture_output=True, text=True, timeout=900)
        assert result.returncode == 0, f'{command}\n{result.stdout}\n{result.stderr}'
    assert (tmp_path / 'root/usr/include/flitzis-1/flitzis.h').is_file()
    assert (copy / 'builddir/introspection/flitzis-1/cookbook.html').is_file()


@pytest.mark.parametrize('command', COMMANDS)
def test_commands(command, source_dir):
    """The programs, files and options of each line exist."""
    words = shlex.split(re.sub(r'\[.*?\]|\$\(.*?\)', '', command))
    words = words[1:] if words[0] == 'sudo' else words
    assert shutil.which(words[0]), words[0]
    if words[:2] == ['apt-get', 'install']:
        scripts = [(source_dir / name).read_text() for name in ('scripts/setup.sh', 'tests/run.sh')]
        assert set(words[2:]) <= set(re.findall(r'[\w.+-]+', ' '.join(scripts)))
        return
    options = (source_dir / 'meson_options.txt').read_text()
    ours = set(re.findall(r"^option\('(\w+)'", options, re.M))
    for word in words[1:]:
        if word.startswith('-D'):
            name = word[2:].partition('=')[0]
            assert name in ours | {'werror', 'b_sanitize'}, word
        elif word.startswith('_build/'):
            assert f'build "$root/{word}"' in (source_dir / 'examples/quickstart.sh').read_text()
        elif '/' in word and not word.startswith(('-', '/usr')):
            assert (source_dir / word).is_file() or \
                (source_dir / word / '__main__.py').is_file(), word


def test_commands_in_their_order():
    """From a fresh clone the first command with builddir makes it, and root does no more than he
    must: the folder belongs to who has built."""
    using = [line for line in COMMANDS if 'builddir' in line]
    assert using[0].startswith('meson setup builddir ')
    roots = re.findall(r'as\s+root\b[^\n]*:\n\n```sh\n(.*?)^```$', README, re.I | re.M | re.S)
    for text in blocks('sh'):
        lines = text.replace('\\\n', ' ').splitlines()
        if any(line.startswith(('apt-get ', 'meson install ')) for line in lines):
            assert len(lines) == 1 and text in roots, text


def test_silence_is_explained():
    """Wherever a text says that a sink is missing, it says that start () may be, too."""
    texts = [' '.join(text.split()) for text in TEXTS.values() if re.search(r'Silent\?', text)]
    assert len(texts) == 5
    for text in texts:
        assert re.search(r'Silent\? Look at .*?STOPPED`, '
                         r'the program did not call `\w*start \(\)`\. In any other state, '
                         r'if .*?has_sink.*? is false, there is no output device',
                         text)


def test_a_python_without_gi(build_dir):
    """Its error, inside of the build's environment and outside, is the one that the page names."""
    page = ' '.join(TEXTS[ROOT / 'docs/getting-started-python.md'].split())
    for folder in ('/nowhere', str(build_dir / 'introspection')):
        result = run(sys.executable, '-S', '-c', "import gi; gi.require_version('Flitzis', '1')",
                     env=dict(os.environ, PYTHONPATH=folder))
        [message] = re.findall(r'^\w+Error: (.*)$', result.stderr, re.M)
        assert message in page


def test_options_of_the_scripts(source_dir):
    assert '--render OUT.wav' in CODE
    assert "'--render', metavar='OUT.wav'" in (source_dir / 'examples/quickstart.py').read_text()
    assert "'--slow'" in (source_dir / 'tests/conftest.py').read_text()
    for folder, script in (('_build/quickstart', 'examples/quickstart.sh'),
                           ('_build/tests', 'tests/run.sh')):
        assert f'build "$root/{folder}"' in (source_dir / script).read_text()


def test_compile_commands(installed, source_dir, build_dir, tmp_path):
    """The two lines that compile an example do so with what `meson install` installs."""
    lines = [line for line in COMMANDS if line.startswith(('cc ', 'valac '))]
    assert len(lines) == 2
    [vapi] = installed.root.rglob('flitzis-1.vapi')
    environment = dict(os.environ, PKG_CONFIG_PATH=str(installed.pkgconfig))
    flags = shlex.split(run(*FLAGS, env=environment).stdout)
    for line in lines:
        line = line.replace('examples/', f'{source_dir}/examples/')
        if line.startswith('valac '):
            line += f' --vapidir={vapi.parent} '
            line += shlex.join(f'--Xcc={flag}' for flag in ['-w', *flags])
        result = run('sh', '-ec', line, cwd=tmp_path, env=environment)
        assert result.returncode == 0, result.stderr
    for program in ('hello', 'hello-vala'):
        result = run(tmp_path / program, 'kick.wav')
        assert result.returncode == 1 and 'PipeWire' in result.stderr  # no server, and it says so


def test_commands_without_installing(source_dir, build_dir, folder):
    [gjs] = [line for line in COMMANDS if ' gjs -m ' in line]
    [shell] = [code for code in CODE if code.startswith('meson devenv -C')]
    [options] = [code for code in CODE if code.startswith('--vapidir')]
    [cc, valac] = [line for line in COMMANDS if line.startswith(('cc ', 'valac '))]
    for command in (gjs.replace('FILE', 'none.wav'),
                    shlex.join((*shlex.split(shell), 'sh', '-ec', cc)),
                    f'{shell} {valac} {options}'):
        command = re.sub(r'\bbuilddir\b', str(build_dir), command)
        result = run('sh', '-ec', command.replace(' examples/', f' {source_dir}/examples/'))
        if command.endswith('none.wav'):
            assert 'none.wav' in result.stdout, result.stderr
        else:
            assert result.returncode == 0, result.stderr
            pathlib.Path(re.search(r' -o (\S+)', command).group(1)).unlink()


# What the README names


def identifiers(gir):
    """Every C name in the gir, types and macros included."""
    tree = xml.etree.ElementTree.parse(gir)
    names = {'Flitzis', 'FLITZIS_ENGINE_ERROR'}
    for element in tree.iter():
        names |= {element.get(C + key) for key in ('identifier', 'type')}
        names |= {element.get(GLIB + key) for key in ('type-name', 'get-type')}
        if element.tag == GIR + 'class':
            names.add('FLITZIS_' + element.get(C + 'symbol-prefix').upper())
    return names


def test_c_names(gir):
    known = identifiers(gir)
    named = set(re.findall(r'\b(?:Flitzis[A-Z]\w*|flitzis_\w+|FLITZIS_\w+)', ALL))
    named -= {'FLITZIS_REALTIME'}
    assert {'FlitzisSample', 'flitzis_engine_play_sample'} <= named <= known, named - known


def test_members(gir):
    """Methods, properties and signals named in the text and drawn in the diagrams exist."""
    tree = xml.etree.ElementTree.parse(gir)

    def named(*kinds):
        return {element.get('name') for kind in kinds for element in tree.iter(kind)}
    methods = named(GIR + 'method', GIR + 'constructor', GIR + 'function') | identifiers(gir)
    methods |= {'fade'}  # of the override for Python
    properties = named(GIR + 'property', GLIB + 'signal')
    text = '\n'.join([*CODE, *(block for tag, block in BLOCK.findall(ALL) if tag == 'text')])
    calls = set(re.findall(r'\b([a-z_]+) \(', text))
    assert {'render', 'play_sample', 'load_sample'} <= calls <= methods, calls - methods
    assert set(re.findall(r'\b[a-z]+_(?:sample|async)\b', text)) <= methods
    dashed = {name for name in CODE if re.fullmatch(r'[a-z]+(-[a-z]+)+', name)}
    programs = {name for name in dashed if shutil.which(name)}
    programs |= {'sound-theme-freedesktop', 'hydrogen-data', 'sonic-pi-samples', 'audio-playback'}
    programs |= {'pipewire-pulse', 'pulseaudio-utils'}  # Debian's packages
    programs |= set(re.findall(r'^Package: (.*)$', (ROOT / 'debian/control').read_text(), re.M))
    programs |= {'flitzis-devel', 'flitzis-doc', 'flitzis-pads'}  # the spec's packages
    programs |= {'finish-args', 'meson-dist'}
    programs |= {'items-changed'}  # of GListModel
    programs |= {'check-frame-checksums', 'phase-inversion'}  # of GStreamer's elements
    assert {'voice-ended', 'memory-limit'} <= dashed - programs <= properties


def test_what_becomes_what(gir, source_dir):
    """In the right columns of the tables for those who come from elsewhere, all is ours. `fade` is
    a method of Python alone."""
    tree = xml.etree.ElementTree.parse(gir)
    known = {element.get('name').replace('-', '_') for element in tree.iter()
             if element.tag in {GIR + 'method', GIR + 'property', GIR + 'field'}}
    rows = [row.split('|') for row in TEXTS[source_dir / 'docs' / COMING_FROM].splitlines()
            if row.startswith('|')]
    assert {len(row) for row in rows} == {4}
    right = ' '.join(row[2] for row in rows)
    named = re.findall(r'\b(?:engine|slot|trigger|props|sample|\w+[\[(]\d[\])])\.(\w+)', right)
    assert len(named) > 30
    assert set(named) - {'props', 'connect', 'fade'} <= known, set(named) - known


def members(gir, name):
    tree = xml.etree.ElementTree.parse(gir)
    [enumeration] = [each for each in tree.iter(GIR + 'enumeration') if each.get('name') == name]
    return {each.get('name').upper() for each in enumeration.iter(GIR + 'member')}


def test_tables_of_states_and_errors(gir):
    assert {row[0].strip('`') for row in table('state')} == members(gir, 'State')
    assert {row[0].strip('`') for row in table('code')} == members(gir, 'EngineError')
    reasons = re.search(r'A voice ends once: (.*?)\.', ALL, re.S).group(1)
    assert set(re.findall(r'`(\w+)`', reasons)) == members(gir, 'EndReason')


def test_file_system_errors():
    from gi.repository import Gio
    names = re.search(r'a `G_IO_ERROR` \((.*?)\).*?\((.*?)\)', ALL, re.S).groups()
    for name in re.findall(r'`(\w+)`', ' '.join(names)):
        assert hasattr(Gio.IOErrorEnum, name)


def test_defaults(make_engine):
    """The numbers in the section on limits are those of the properties."""
    page = TEXTS[ROOT / 'docs/states-errors-limits.md']
    limits = ' '.join(page.partition('\n## Limits\n')[2].split())
    properties = {spec.name: spec for spec in make_engine().list_properties()}
    for name, words in (('n-slots', 'slots'), ('n-voices', 'voices'), ('sample-rate', 'Hz')):
        spec = properties[name]
        assert f'{spec.minimum} to {spec.maximum} {words}' in limits
    assert [properties[name].default_value for name in ('n-slots', 'n-voices')] == [32, 32]
    assert '(32 each by default)' in limits
    assert f'({properties["sample-rate"].default_value})' in limits
    assert properties['memory-limit'].default_value == 1 << 30 and '(1 GiB)' in limits


def test_numbers_of_the_code(source_dir):
    """Numbers that the README gives and no property shows stand in the code like this."""
    for path, code, text in (
            ('rt/mixer-state.h', '#define FLITZIS_N_COMMANDS 1024', 'At most 1024 commands wait'),
            ('control/notifier.h', '#define FLITZIS_MAX_NEWS 4096', '4096 signals (`voice-ended`'),
            ('rt/setup.c', '((sample_rate) / 200)', 'fade out in 5 ms'),
            ('output/pipewire.c', '(10 * SPA_NSEC_PER_MSEC)', 'every 10 ms'),
            ('output/pipewire.c', '(250 * SPA_NSEC_PER_MSEC)', 'every 250 ms'),
            ('output/pipewire.c', '_TIMEOUT_NS ((gint64) SPA_NSEC_PER_SEC)', 'waits a second'),
            ('decode/decode.c', 'MAX_UNSEEKABLE_BYTES (256 * 1024 * 1024)', 'at most 256 MiB'),
            ('decode/request.h', 'DEADLINE_US (5 * G_USEC_PER_SEC)', 'nothing for 5 seconds')):
        assert code in (source_dir / 'lib' / path).read_text(), f'{path}: {code}'
        assert text in ' '.join(ALL.split()), text


def test_systems():
    """The README says for each how Flitzis gets there."""
    assert [row[0].split()[0] for row in table('system')] == ['Debian', 'Fedora', 'Arch', 'Flatpak']


def test_the_life_of_a_streamed_voice(source_dir):
    """It is drawn from the trigger to the end, and each step names its files."""
    page = TEXTS[source_dir / 'docs/how-it-works.md']
    [drawing] = re.findall(r'^```text\n([^`]*═══.*?)^```', page, re.M | re.S)
    drawn = ('TRIGGER', 'HEAD', 'RING', 'LOOP', 'SEEK', 'DRY', 'END')
    assert [word for word in re.findall(r'\b[A-Z]{3,}\b', drawing) if word in drawn] == list(drawn)
    rows = {row[0]: row[2] for row in table('step')}
    assert set(rows) >= {word.lower() for word in drawn}
    for where in rows.values():
        files = re.findall(r'`(.*?)`', where)
        assert files and all((source_dir / file).is_file() for file in files), where


def test_folders(source_dir):
    rows = {row[0].strip('`') for row in table('folder')}
    for row in rows:
        assert (source_dir / row).is_dir(), row
    rooms = {f'{path.parent.relative_to(source_dir)}/' for path in source_dir.glob('lib/**/*.c')}
    assert rooms == {row for row in rows if row.startswith('lib/')}
    top = {f'{path.name}/' for path in source_dir.iterdir()
           if path.is_dir() and not path.name.startswith(('.', '_', 'build'))}
    assert top == {row for row in rows if row.count('/') == 1}


def test_made_files(source_dir):
    """What makes a file that nobody edits is there, and knows of it."""
    rows = {row[0].split('`')[1]: row[1] for row in table('file')}
    for path, maker, file, words in (
            ('docs/speed.svg', 'tests/bench/run.sh --docs', 'tests/bench/run.sh', '--docs'),
            ('fixtures/', 'fixtures/make-fixtures.py', 'fixtures/make-fixtures.py', 'Makes'),
            ('examples/pads/screenshots/', '--slow -k test_pictures', 'tests/test_pads_app.py',
             'def test_pictures('),
            ('tests/flitzis-1.abi', '-k test_abi', 'tests/test_surface.py', 'def test_abi(')):
        assert maker in rows.pop(path) and words in (source_dir / file).read_text()
    assert not rows


def test_links_and_paths(source_dir):
    for path in (ROOT / 'README.md', ROOT / 'CONTRIBUTING.md'):
        links = relative_links(TEXTS[path])
        assert links
        for link in links:
            assert '://' not in link and (source_dir / link).exists(), link
    words = {word for code in CODE for word in code.split()}
    paths = {word for word in words if re.fullmatch(r'[\w.-]+/[\w./-]*', word)}
    made = {path for path in paths if path.startswith(('_build/', 'builddir/'))}
    assert paths - made
    for path in paths - made:
        assert (source_dir / path).exists(), path


def test_the_reference_is_where_the_readme_says(build_dir):
    [path] = [code for code in CODE if code.startswith('builddir/')]
    assert (build_dir / path.removeprefix('builddir/')).is_file()


def test_requirements(source_dir):
    """The versions in the README are those that meson asks for."""
    build = (source_dir / 'meson.build').read_text()
    for name, key in (('GLib', 'glib_req'), ('GStreamer', 'gst_req'), ('PipeWire', 'pipewire_req')):
        version = re.search(rf"^{key} = '>= (.*)'$", build, re.M).group(1)
        assert re.search(rf'\b{name} {re.escape(version)}\b', README), name
    version = re.search(r"meson_version: '>= (.*)'", build).group(1)
    assert f'meson {version},' in README


def test_every_remedy_names_its_fault(source_dir):
    """What is mended of others, or suppressed, is on the page of upstream faults."""
    page = TEXTS[source_dir / 'docs/upstream.md']
    code = ' '.join(path.read_text() for path in (source_dir / 'lib').glob('*code/*.c'))
    elements = re.findall(
        r'\b(\w+(?:dec|demux|parse|enc|bin)),? (?:of )?(?:GStreamer )?1\.\d\d', code)
    libraries = re.findall(r'libgst([a-z]+)\.so', (
        source_dir / 'tests/fuzz/leak.supp').read_text())
    missing = {name for name in elements + libraries if name not in page}
    assert len(elements) > 12 and missing == {'playback'}, missing  # decodebin's plugin


def test_news(source_dir):
    version = re.search(r"^  version: '(.*)'", (source_dir / 'meson.build').read_text(),
                        re.M).group(1)
    assert (source_dir / 'NEWS').read_text().startswith(f'Flitzis {version}\n')
    assert f'at version {version}' in README


@pytest.mark.parametrize('name', ['NEWS', *(str(path.relative_to(ROOT)) for path in [
    *TEXTS, *ROOT.glob('.github/*/*.md')])])
def test_text(name, source_dir):
    text = (source_dir / name).read_text()
    assert text.endswith('\n') and not text.endswith('\n\n') and '\t' not in text
    for number, line in enumerate(text.splitlines(), 1):
        assert line == line.rstrip(), f'{name}:{number}'
        assert len(line) <= 100 or line.startswith('|'), f'{name}:{number}: {len(line)} columns'
