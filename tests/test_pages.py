# SPDX-License-Identifier: LGPL-2.1-or-later
"""The programs in docs/: every block of code is run, at the same time as all others, against what
`meson install` installs, and what it should play is heard.

A block that begins like a program is one; any other goes on where the last one of its language on
the page ended. A block of shell commands says how the program before it is started. So that each
can be heard though all play at once, the files of each hold a note of its own. Those with a window
are played one by one, with a mouse."""

import concurrent.futures
import copy
import json
import os
import pathlib
import re
import subprocess
import sys
import textwrap
import xml.etree.ElementTree

import numpy
import pytest

from pipewire_daemon import SINK, numpy_of, poll, without_silence

DOCS = pathlib.Path(__file__).parent.parent / 'docs'
BLOCK = re.compile(r'^(?:## (?P<heading>[^\n]*)|```(?P<tag>\w+)\n(?P<text>.*?)^```)$', re.M | re.S)
# By language: how a program begins, the end of its name, and how it is started.
CC = 'cc -Wall -Wextra -Wno-unused-parameter -Werror {name}.c -o {name}'
LANGUAGES = {'python': (r'import gi$|.*?\n\nimport gi$', 'py', 'python3 {name}.py'),
             'js': (r'import Flitzis ', 'js', 'gjs -m {name}.js'),
             'vala': (r'', 'vala', 'valac --pkg flitzis-1 {name}.vala\n./{name}'),
             'c': (r'', 'c', CC + ' $(pkg-config --cflags --libs flitzis-1)\n./{name}')}
NAMES = ('kick.wav', 'snare.flac', 'hat.wav', 'click.wav', 'bell.ogg', 'motor.wav', 'step.wav',
         'music.ogg', 'rain.ogg', 'wind.flac')
RATE = 48000
WORKERS = 8  # mostly they sleep


class Program:
    """`id` is its page and heading; `note` is the frequency of its files, in Hz."""

    def __init__(self, page, heading, language, text):
        self.id = page.stem + (f': {heading}' if heading else '')
        self.text = text
        _, self.suffix, self.command = LANGUAGES[language]
        self.name = 'program'

    def start_with(self, command):
        self.command = command
        self.name = re.search(rf'(\w+)\.{self.suffix}\b', command).group(1)


def programs_of(page):
    programs, last, heading = [], {}, None
    for match in BLOCK.finditer(page.read_text()):
        tag, text = match['tag'], match['text']
        heading = match['heading'] or heading
        if tag == 'sh':
            programs[-1].start_with(text)
        elif tag in LANGUAGES:
            if re.match(LANGUAGES[tag][0], text, re.M | re.S):
                programs.append(Program(page, heading, tag, text))
                last[tag] = programs[-1]
            else:
                last[tag].text += text
    return programs


INTRODUCTION = DOCS.parent / 'introspection' / 'introduction.md'
EVERY_PROGRAM = [program for page in (*sorted(DOCS.glob('*.md')), INTRODUCTION)
                 for program in programs_of(page)]
WINDOWS = [program for program in EVERY_PROGRAM if 'Gtk' in program.text]
PROGRAMS = [program for program in EVERY_PROGRAM if program not in WINDOWS]
# What steers its rate reaches far from its note: that is the highest.
SWEEPING = 'cookbook: Effects of a game'
OFFLINE = {'cookbook: Bouncing to a file', 'cookbook: Hits that differ',
           'files-and-kits: What a file knows', 'files-and-kits: Kits',
           'files-and-kits: Files out', 'loudness: Measure a sample',
           'loudness: Bring slots to the same loudness', 'loudness: Be sure of the first voice',
           'python: Errors', 'python: numpy', 'slots-and-voices: Slots',
           'testing: With render ()',
           'testing: A private PipeWire'}  # it plays, but to a server of its own
HEARD = [program for program in PROGRAMS if program.id not in OFFLINE]
COMMANDS = {'cookbook: A soundboard':
            "printf 'w\\n\\nqq\\n' | python3 {name}.py",
            # there is more to come: q ends it
            'cookbook: A music player':
            "mkfifo keys; exec 3<>keys; python3 {name}.py <&3 &"
            "printf '%s\\n' p p - >&3; sleep 0.5; printf '%s\\n' '' n q >&3; wait $!"}
ERRORS = ['notes.txt is not a sound', 'nowhere.wav is not there']
FOLDER = 'cookbook: A folder of files'
SEQUENCER = 'gtk: A step sequencer'
DEVICES = 'gtk: Choosing the device'


def note_of(program):
    """Those that nobody hears share one."""
    if program.id == SWEEPING:
        return 14000.0
    return 250.0 * 1.125 ** (HEARD.index(program) if program in HEARD else len(HEARD))


def note(program):
    """A fifth of a second that begins and ends softly, so that it has but one frequency. A sound
    that is streamed lasts longer, as it would be in memory otherwise."""
    seconds = numpy.arange(RATE if 'Storage.STREAM' in program.text else RATE // 5) / RATE
    sine = numpy.sin(2 * numpy.pi * note_of(program) * seconds)
    return 0.25 * numpy.hanning(len(sine)) * sine


@pytest.fixture(scope='module')
def environment(session_daemon, installed, tmp_path_factory):
    """As after an installation: all is found by the names that the pages say."""
    session_daemon.start()
    programs = tmp_path_factory.mktemp('bin')
    (programs / 'python3').symlink_to(sys.executable)
    [typelib] = installed.root.rglob('Flitzis-1.typelib')
    [vapi] = installed.root.rglob('flitzis-1.vapi')
    return dict(session_daemon.environment, PATH=f'{programs}:{os.environ["PATH"]}',
                PKG_CONFIG_PATH=str(installed.pkgconfig), LD_LIBRARY_PATH=str(installed.libdir),
                GI_TYPELIB_PATH=str(typelib.parent), PYTHONPATH=str(installed.python),
                XDG_DATA_DIRS=f'{vapi.parent.parent.parent}:/usr/share',
                # playbin would look for sound cards, and complain that there are none
                GST_PLUGIN_FEATURE_RANK='fakeaudiosink:MAX')


def write_sound(write_wav, path, frames):
    """In the format of its name."""
    if path.suffix == '.wav':
        return write_wav(path, frames)
    write_wav(path.with_suffix('.note'), frames)
    subprocess.run(['ffmpeg', '-v', 'error', '-f', 'wav', '-i', path.with_suffix('.note'), path],
                   check=True)
    path.with_suffix('.note').unlink()


@pytest.fixture(scope='module')
def run(environment, session_daemon, write_wav, tmp_path_factory):
    """Runs all of them; returns by the id what each has printed and left, and what was heard."""
    def start(program):
        folder = tmp_path_factory.mktemp('program')
        # The soundboard names none: it plays what there is.
        for name in [name for name in NAMES if name in program.text] or NAMES:
            write_sound(write_wav, folder / name, note(program)[:, None])
        (folder / 'notes.txt').write_text('not a sound\n' * 100)
        if program.id == FOLDER:
            (folder / 'broken.wav').write_text('not a sound\n' * 100)
        (folder / f'{program.name}.{program.suffix}').write_text(program.text)
        command = COMMANDS.get(program.id, program.command).replace('{name}', program.name)
        result = subprocess.run(['sh', '-euc', command], cwd=folder, env=environment,
                                stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                timeout=120)
        return folder, result

    with session_daemon.record() as recording, \
            concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        results = dict(zip((program.id for program in PROGRAMS), pool.map(start, PROGRAMS)))
        recording.wait(RATE // 10)
    return results, recording.frames


@pytest.fixture(scope='module')
def heard(run):
    """How much sound there was around the frequency of a program, in seconds of a note: within a
    twentieth of it, or within half of it where the rate is steered."""
    spectrum = numpy.square(abs(numpy.fft.rfft(run[1].sum(axis=1)))) / len(run[1])
    frequencies = numpy.fft.rfftfreq(len(run[1]), 1 / RATE)

    def around(program):
        band = abs(frequencies / note_of(program) - 1) < (0.5 if program.id == SWEEPING else 0.05)
        return spectrum[band].sum() / numpy.square(note(PROGRAMS[0])).sum()
    return around


def test_every_page_has_programs_but_for_tables():
    pages = {path.stem for path in DOCS.glob('*.md')}
    assert pages - {program.id.partition(':')[0] for program in EVERY_PROGRAM} == {
        'coming-from', 'file-formats', 'how-it-works', 'packaging', 'reliability', 'speed',
        'states-errors-limits', 'upstream'}
    assert len({program.id for program in EVERY_PROGRAM}) == len(EVERY_PROGRAM) > 10
    highest = max(note_of(program) for program in PROGRAMS if program.id != SWEEPING)
    [sweeping] = [note_of(program) for program in PROGRAMS if program.id == SWEEPING]
    assert 1.1 * highest < 0.5 * sweeping  # its rate is halved
    for page in DOCS.glob('*.md'):
        text = page.read_text()
        tags = re.findall(r'^```(\w+)\n', text, re.M)
        assert set(tags) <= {*LANGUAGES, 'sh', 'text'}
        assert len(re.findall(r'^```', text, re.M)) == 2 * len(tags)


@pytest.mark.parametrize('program', PROGRAMS, ids=lambda program: program.id)
def test_it_runs(program, run, heard):
    _, result = run[0][program.id]
    assert result.returncode == 0, result.stdout + result.stderr
    if program.suffix != 'vala':  # what valac writes is not held to the warnings of people
        # A message bus that root starts in a container complains of its limits.
        assert re.sub(r'^dbus-daemon\[.*\n', '', result.stderr, flags=re.M) == ''
    if program.id not in OFFLINE:
        assert heard(program) > 0.2
    else:
        assert heard(program) < 0.1


@pytest.mark.parametrize('language', ['python', 'gjs', 'vala'])
def test_errors_are_told_apart(language, run):
    lines = run[0][f'getting-started-{language}'][1].stdout.splitlines()
    assert [line for line in lines if line in ERRORS] == ERRORS


def test_voices_that_end_are_told(run):
    for page in ('python: Without waiting', 'vala', 'c: Without waiting'):
        name = f'getting-started-{page}'
        result = run[0].get(name) or run[0][name.partition(':')[0]]
        assert re.search(r'voice 1 of slot 0', result[1].stdout), result


def test_a_file_that_knows_nothing_says_so(run, make_engine):
    folder, result = run[0]['files-and-kits: What a file knows']
    assert result.stdout == 'no title no tempo\n'
    assert len(frames_of(folder / 'looped.wav', make_engine)) == 10 * RATE


def test_an_export_has_its_tags(run, make_engine):
    folder, result = run[0]['files-and-kits: Files out']
    assert result.stdout == '0 values were clipped\n'
    engine = make_engine()
    engine.load_sample(0, str(folder / 'beats.mp3'))
    sample = engine.get_slot(0).props.sample
    assert (sample.props.title, sample.props.tempo) == ('Eight beats', 120)
    assert sample.props.n_frames == 8 * RATE // 2


def test_the_drum_machine_hits(run):
    printed = run[0]['cookbook: A drum machine'][1].stdout
    assert re.fullmatch(r'48 hits, \d+ of them late\n', printed)


def test_the_music_player_is_short():
    [player] = [each for each in PROGRAMS if each.id == 'cookbook: A music player']
    assert len([line for line in player.text.splitlines() if line]) <= 40


def test_the_metronome_counts(run):
    assert run[0]['cookbook: A metronome'][1].stdout.split() == list('123412341')


def test_the_soundboard_lists_its_keys(run):
    lines = run[0]['cookbook: A soundboard'][1].stdout.splitlines()
    assert lines[:2] == ['q  bell.ogg  0.2 s', 'w  click.wav  0.2 s'] and len(lines) == len(NAMES)


def test_a_folder_is_loaded_but_for_a_broken_file(run):
    error, count, *slots = run[0][FOLDER][1].stdout.splitlines()
    n_files = len(NAMES)
    assert 'broken.wav' in error and count == f'{n_files} of {n_files + 1} files are loaded'
    assert {line.split()[1] for line in slots} == set(NAMES)
    assert len({line.split()[0] for line in slots}) == n_files


def test_the_report_names_the_state(run):
    lines = run[0]['troubleshooting: A report of the engine'][1].stdout.splitlines()
    told = dict(line.split(maxsplit=1) for line in lines)
    assert told['active-output'] == 'pipewire' and told['has-sink'] == 'True'
    assert told['n-triggered'] == '1' and told['paused'] == 'False'
    assert told['gain'] == '1.0' and told['loop-crossfade'] == '0.0'  # the slot's


def test_the_devices_are_listed(run):
    """The session manager says which is the default one, and may be late on a busy machine."""
    first, *sinks, last = run[0]['outputs: Choosing a device'][1].stdout.splitlines()
    assert first == 'playing through pipewire'
    assert [sink.lstrip('* ').split()[0] for sink in sinks] == [SINK]
    assert last in (f'playing to {SINK}', 'playing to None')


def test_the_latency_is_measured(run):
    """The first is what 256 frames and 1 ms are, unless the graph keeps to other blocks."""
    delay, *heard = run[0]['latency: An instrument'][1].stdout.splitlines()
    assert re.fullmatch(r'each (6\.3|22\.3) ms after its call', delay)
    # nothing is printed if the program was held up for as long as the file is
    assert all(re.fullmatch(r'heard -?\d+\.\d ms after the call', line) for line in heard)


class Window:
    """The window of a program, which runs in a `with` block: `click`, `close`, `get_blue`."""

    def __init__(self, program, folder, environment, display):
        self.environment = dict(environment, DISPLAY=display, GDK_BACKEND='x11',
                                GSK_RENDERER='cairo', GTK_A11Y='none', GSETTINGS_BACKEND='memory',
                                EGL_LOG_LEVEL='fatal', MESA_LOG_LEVEL='fatal')
        self.display = display
        self.folder = folder
        self.title = re.search(r"title ?= ?['\"](\w+)['\"]", program.text).group(1)
        (folder / f'{program.name}.{program.suffix}').write_text(program.text)
        *preparations, self.command = program.command.splitlines()
        for each in preparations:
            subprocess.run(['sh', '-euc', each], cwd=folder, env=self.environment, check=True,
                           timeout=120)

    def __enter__(self):
        self.process = subprocess.Popen(
            ['sh', '-euc', f'exec {self.command}'], cwd=self.folder, env=self.environment,
            stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        try:
            self.xdotool('search', '--sync', '--onlyvisible', '--name', self.title, 'windowfocus',
                         '--sync')
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *exception):
        self.process.kill()
        self.process.communicate()

    def xdotool(self, *words):
        subprocess.run(['xdotool', *map(str, words)], env=self.environment, check=True, timeout=60)

    def click(self, x, y):
        self.xdotool('mousemove', x, y, 'click', 1)

    def close(self, printed=''):
        self.xdotool('key', 'ctrl+w')
        assert self.process.wait(60) == 0
        # GTK 4.24 now and then says this of itself.
        said = re.sub(r'\n.*gdk_frame_timings_submitted.*\n', '', self.process.stderr.read())
        assert said == printed

    def get_picture(self):
        """The screen as an array of 600 x 1200 x 3."""
        picture = subprocess.run(
            ['ffmpeg', '-v', 'error', '-f', 'x11grab', '-video_size', '1200x600', '-i',
             self.display, '-frames:v', '1', '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-'],
            check=True, capture_output=True, timeout=60).stdout
        return numpy.frombuffer(picture, 'u1').reshape(600, 1200, 3).astype(int)

    def get_blue(self):
        """The columns of all pixels with the colour of waveforms, which is also that of meters and,
        nearly, of suggested buttons."""
        return (abs(self.get_picture() - (0x35, 0x84, 0xe4)) < 12).all(axis=2).nonzero()[1]


@pytest.mark.parametrize('program', [each for each in WINDOWS
                                     if each.id not in (SEQUENCER, DEVICES)],
                         ids=lambda program: program.id)
def test_a_window_plays(program, environment, session_daemon, display, write_wav, tmp_path):
    """It draws the waveform, plays what is clicked, moves the meter, and closes by its key."""
    half = numpy.random.default_rng(1).uniform(-0.5, 0.5, (10 * RATE, 2)).astype('<f4')
    for name in ('kick.wav', 'snare.flac'):
        write_sound(write_wav, tmp_path / name, half)
    with session_daemon.record() as recording, \
            Window(program, tmp_path, environment, display) as window:
        def n_blue():
            return len(window.get_blue())

        # Half the height of two pictures of 160 x 80 pixels, but for the columns' last pixels.
        before = poll(lambda: n_blue() > 11000 and n_blue(), 'two waveforms')
        window.click(80, 28)
        poll(lambda: n_blue() > before + 300, 'the meter')
        window.close()
    frames = without_silence(recording.frames)[:RATE // 10]
    assert numpy.array_equal(frames, half[:RATE // 10])


def test_the_sequencer_plays(environment, session_daemon, display, write_wav, tmp_path):
    """The playhead moves; a step that is switched on sounds once in each bar, until it is switched
    off."""
    [program] = [each for each in WINDOWS if each.id == SEQUENCER]
    write_wav(tmp_path / 'kick.wav', numpy.full((480, 1), 0.5))
    bar = 2 * RATE
    places = set()

    def get_onsets():
        frames = numpy.flatnonzero(recording.get_frames(0).any(axis=1))
        return frames[numpy.diff(frames, prepend=-RATE) > RATE // 4]

    def see_playhead():
        columns = window.get_blue()
        places.update([columns[0]] if len(columns) > 100 else [])
        return len(places) > 2

    with session_daemon.record() as recording, \
            Window(program, tmp_path, environment, display) as window:
        poll(see_playhead, 'the playhead')
        window.click(16, 16)
        poll(lambda: len(get_onsets()) == 2, 'two bars')
        window.click(16, 16)
        recording.wait(2 * bar)
        window.close()
        first, second = get_onsets()  # the third has been taken back
        assert abs(second - first - bar) < bar // 32


def test_the_sequencer_stops_and_plays_again(environment):
    """From step 0, and without what was switched on meanwhile."""
    [program] = [each for each in WINDOWS if each.id == SEQUENCER]
    page = (DOCS / 'gtk.md').read_text()
    [methods] = re.findall(r'^```text\n(def stop.*?)^```', page, re.M | re.S)
    classes = program.text[:program.text.index('\nengine = ')]
    script = classes + textwrap.indent(methods, '    ') + """
import types

engine = Flitzis.Engine()
engine.set_sample(0, Flitzis.Sample.new(GLib.Bytes.new(b'1234'), 1, 48000))
sequencer = Sequencer(engine)
sequencer.buttons = [types.SimpleNamespace(props=types.SimpleNamespace(active=False))
                     for _ in range(N_STEPS)]
sequencer.move_playhead = lambda place: False
sequencer.clock.connect('step', sequencer.step_came)


def switch(place, active):
    sequencer.buttons[place].props.active = active
    sequencer.toggled(sequencer.buttons[place], place)


def go_on(n_steps):
    sounding = []
    for step in range(n_steps):
        if any(engine.render(6000).get_data()):
            sounding.append(step)
        while GLib.MainContext.default().iteration(False):
            pass
    print(*sounding)


sequencer.play()
switch(3, True)
go_on(40)
sequencer.stop()
switch(3, False)
switch(5, True)
go_on(20)
sequencer.play()
go_on(6)
switch(5, False)
go_on(60)
"""
    result = subprocess.run([sys.executable, '-c', script], env=environment, capture_output=True,
                            text=True, timeout=60)
    assert result.stdout.splitlines() == ['3 19 35', '', '5', ''], result.stderr


def test_a_device_is_chosen(environment, session_daemon, display, write_wav, tmp_path):
    """The sound moves to the third row, leaves it when the device is unplugged, and comes back.
    Only the choice changes the target, not a row that goes."""
    [program] = [copy.copy(each) for each in WINDOWS if each.id == DEVICES]
    program.text = program.text.replace('Devices().run()', """
engine.connect('notify::target', lambda *_: print(engine.props.target, file=sys.stderr, flush=True))
Devices().run()""")
    write_wav(tmp_path / 'kick.wav', numpy.full((4800, 1), 0.5))

    def wait_for(name):
        poll(lambda: session_daemon.links(session_daemon.node(name)['id']),
             f'a sound at “{name}”')

    with Window(program, tmp_path, environment, display) as window:
        wait_for(SINK)
        session_daemon.add_sink('second')
        session_daemon.add_sink('third')
        before = window.get_picture().any(axis=2).sum()
        window.click(40, 16)
        poll(lambda: window.get_picture().any(axis=2).sum() > 2 * before, 'the list')
        window.xdotool('key', 'Down', 'Down', 'Return')
        wait_for('second')
        session_daemon.remove_sink('third')  # GTK would select the row above
        session_daemon.remove_sink('second')
        wait_for(SINK)
        session_daemon.add_sink('second')
        wait_for('second')
        session_daemon.remove_sink('second')
        window.close('second\n')


def frames_of(path, make_engine):
    engine = make_engine()
    engine.load_sample(0, str(path))
    return numpy_of(engine.get_slot(0).props.sample.get_bytes())


def test_bouncing_is_exact(run, make_engine):
    folder, _ = run[0]['cookbook: Bouncing to a file']
    frames = frames_of(folder / 'beats.wav', make_engine)
    [program] = [each for each in PROGRAMS if each.id == 'cookbook: Bouncing to a file']
    expected = numpy.zeros((16 * 6000 + RATE, 2), numpy.float32)
    for step in (0, 4, 8, 11, 14):
        expected[step * 6000:step * 6000 + RATE // 5] += note(program).astype('<f4')[:, None]
    assert numpy.array_equal(frames, expected[:16 * 6000])


def test_slots_and_voices_are_as_told(run, make_engine):
    """Eight beats at the gain of the slot; what was triggered before them has been stopped."""
    folder, _ = run[0]['slots-and-voices: Slots']
    frames = frames_of(folder / 'beats.wav', make_engine)
    [program] = [each for each in PROGRAMS if each.id == 'slots-and-voices: Slots']
    assert len(frames) == 8 * RATE // 2
    for beat in range(8):
        start = beat * RATE // 2
        assert numpy.allclose(frames[start:start + RATE // 5], 0.8 * note(program)[:, None],
                              atol=1e-6)


# The blocks in the API reference

AROUND = r'''
#include <flitzis.h>

/* Stands for a widget. */
typedef struct { GObject parent_instance; gboolean spinning; } Spinner;
typedef struct { GObjectClass parent_class; } SpinnerClass;
static GType spinner_get_type (void);
G_DEFINE_TYPE (Spinner, spinner, G_TYPE_OBJECT)

static void
set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  ((Spinner *) object)->spinning = g_value_get_boolean (value);
}

static void
spinner_class_init (SpinnerClass *klass)
{
  G_OBJECT_CLASS (klass)->set_property = set_property;
  g_object_class_install_property (
      G_OBJECT_CLASS (klass), 1,
      g_param_spec_boolean ("spinning", NULL, NULL, FALSE, G_PARAM_WRITABLE));
}

static void
spinner_init (Spinner *self)
{
  self->spinning = TRUE;
}

%(functions)s

int
main (void)
{
  g_autoptr (FlitzisEngine) engine = flitzis_engine_new ();
  g_autoptr (GObject) spinner = g_object_new (spinner_get_type (), NULL);
  float frames[2 * 480] = { 0.5f };

  for (guint i = 0; i < 32; i++)
    g_assert_true (flitzis_engine_load_sample (engine, i, "kick.flac", NULL));
  g_assert_true (flitzis_engine_start (engine, NULL));
  %(calls)s
  g_assert_nonnull (flitzis_engine_get_target (engine));
  g_assert_false (((Spinner *) spinner)->spinning);
  return 0;
}
'''
FUNCTION = r'''
static gboolean
%(name)s (FlitzisEngine *engine, GObject *spinner, const float *frames, gsize n_frames)
{
  GError *error = NULL;
  guint64 voice = 1;
  {
    %(block)s
  }
  g_assert_no_error (error);
  g_assert_cmpuint (voice, !=, 0);
  return TRUE;
}
'''


# The same check is true in Python and in JavaScript.
CHECKS = {'Engine': ['engine.n_triggered == 1'],
          'Slot': ['slot.index == 3', 'slot.gain == 0.5', 'spinner.spinning == 0'],
          'Sample': ['sample.n_frames == 4800', 'engine.get_slot(0).sample == sample'],
          'Kit': ['kit.get_item(0).name == "Kick"', 'engine.get_slot(0).gain == 0.5'],
          'Clock': ['clock.tempo == 137', 'clock.running == 1', 'engine.n_triggered == 1'],
          'Loudness': ['-70 < loudness.integrated', 'loudness.integrated < 0'],
          'Export': ['options.title == "Kick"', 'options.normalize == Flitzis.Normalize.PEAK'],
          'Sink': ['engine.target == engine.sinks.get_item(0).name'],
          'SinkList': [],
          'Trigger': ['voice > 0', 'trigger.slot == 3', 'trigger.pan == -0.5'],
          'Tween': ['tween.duration == 4', 'tween.curve == Flitzis.Curve.EQUAL_POWER']}
RUN_BLOCKS = {'python': """
import json
import gi
gi.require_version('Flitzis', '1')
import numpy
from gi.repository import Flitzis, Gio, GObject


class Spinner(GObject.Object):
    spinning = GObject.Property(type=bool, default=True)


for name, block, checks in json.load(open('blocks.json')):
    spinner = Spinner()
    engine = Flitzis.Engine()
    for slot in range(len(engine)):
        engine.load_sample(slot, 'kick.flac')
    engine.start()
    names = dict(globals())
    exec(block, names)
    for check in checks:
        assert eval(check, names), (name, check)
""", 'js': """
import Flitzis from 'gi://Flitzis?version=1';
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import GObject from 'gi://GObject';

const Spinner = GObject.registerClass({
  Properties: {
    spinning: GObject.ParamSpec.boolean('spinning', null, null, GObject.ParamFlags.READWRITE, true),
  },
}, class Spinner extends GObject.Object {});

const [, text] = GLib.file_get_contents('blocks.json');
for (const [name, block, checks] of JSON.parse(new TextDecoder().decode(text))) {
  const engine = new Flitzis.Engine();
  for (let slot = 0; slot < engine.n_slots; slot++)
    engine.load_sample(slot, 'kick.flac');
  engine.start();
  const names = {engine, Flitzis, Gio, GLib, GObject, spinner: new Spinner()};
  const body = `{ ${block}; return [${checks.join()}]; }`;
  const results = new Function(...Object.keys(names), body)(...Object.values(names));
  if (results.includes(false))
    throw new Error(`${name}: ${checks} are ${results}`);
}
"""}


def blocks_of_the_reference(gir):
    """The blocks of code in the words of each symbol: by language, then by the symbol's name."""
    blocks = {'c': {}, 'python': {}, 'js': {}}
    for element in xml.etree.ElementTree.parse(gir).iter():
        doc = element.find('{http://www.gtk.org/introspection/core/1.0}doc')
        for tag, text in re.findall(r'^```(\w*)\n(.*?)^```', '' if doc is None else doc.text,
                                    re.M | re.S):
            assert element.get('name') not in blocks[tag]
            blocks[tag][element.get('name')] = text.replace('Headphones', SINK)
    return blocks


@pytest.fixture(scope='module')
def blocks(build_dir):
    return blocks_of_the_reference(build_dir / 'introspection' / 'Flitzis-1.gir')


@pytest.fixture
def in_folder(environment, make_wav, pipewire, tmp_path):
    """Runs a command beside the files that the blocks load."""
    subprocess.run(['ffmpeg', '-v', 'error', '-i', make_wav('kick.wav', numpy.ones((480, 1))),
                    tmp_path / 'kick.flac'], check=True)
    (tmp_path / 'drumkit.xml').write_text('<drumkit_info><instrument><name>Kick</name><volume>0.5'
                                          '</volume><filename>kick.flac</filename></instrument>'
                                          '</drumkit_info>')

    def run(command):
        result = subprocess.run(['sh', '-euc', command], cwd=tmp_path, env=environment, timeout=60,
                                stdin=subprocess.DEVNULL, capture_output=True, text=True)
        assert (result.returncode, result.stderr) == (0, ''), result.stdout + result.stderr
        return result.stdout
    return run


def test_blocks_of_the_reference(blocks, in_folder, tmp_path):
    assert set(CHECKS) <= set(blocks['c'])
    (tmp_path / 'blocks.c').write_text(AROUND % {
        'functions': ''.join(FUNCTION % {'name': f'block_{name}', 'block': block}
                             for name, block in blocks['c'].items()),
        'calls': '\n  '.join(f'g_assert_true (block_{name} (engine, spinner, frames, 480));'
                             for name in blocks['c'])})
    command = CC.replace('-Wextra', '-Wno-unused-but-set-variable').format(name='blocks')
    printed = in_folder(command + ' $(pkg-config --cflags --libs flitzis-1)\n./blocks')
    assert printed == f'{SINK}\n'


@pytest.mark.parametrize('language', RUN_BLOCKS)
def test_blocks_of_the_reference_in_other_languages(language, blocks, in_folder, tmp_path):
    """Each class has a block of each language, and the block does what it seems to do."""
    assert set(CHECKS) == set(blocks[language])
    (tmp_path / 'blocks.json').write_text(json.dumps(
        [(name, block, CHECKS[name]) for name, block in blocks[language].items()]))
    _, suffix, command = LANGUAGES[language]
    (tmp_path / f'blocks.{suffix}').write_text(RUN_BLOCKS[language])
    assert in_folder(command.format(name='blocks')) == f'{SINK}\n'
