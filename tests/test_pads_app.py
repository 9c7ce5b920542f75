# SPDX-License-Identifier: LGPL-2.1-or-later
"""The pad board in a window of its own, played with real events: what the engine did."""

import contextlib
import json
import os
import pathlib
import re
import struct
import subprocess
import sys
import tempfile
import time

import numpy
import pytest

from hostile.facts import adtl, cue, labl, smpl
from hostile.sounds import chunk, fmt, pcm, riff
from pipewire_daemon import PipeWire, poll

RATE = 48000
# Each pad says so: the mixer is done with voices before the pads are told.
SILENT = 'not any(board.slot(i).props.playing for i in range(16))'
# A keycode: by its name, xdotool would press Alt as well where the keyboard map is as new as sid's.
F9 = 75
BORDER = 5  # pixels that GTK puts around a window where nothing composes it


class App:
    """A running pad board; see pads_host.py."""

    def __init__(self, source_dir, display, arguments, environment):
        self.environment = {**os.environ, 'DISPLAY': display, 'GDK_BACKEND': 'x11',
                            'GSK_RENDERER': 'cairo', 'GSETTINGS_BACKEND': 'memory',
                            'EGL_LOG_LEVEL': 'fatal', 'MESA_LOG_LEVEL': 'fatal',
                            'GTK_A11Y': 'none', **environment}
        self.errors = tempfile.TemporaryFile('w+')  # a pipe that is full would hold it up
        self.process = subprocess.Popen(
            ['setpriv', '--pdeathsig', 'KILL', sys.executable, source_dir / 'tests/pads_host.py',
             source_dir / 'examples/pads', *map(str, arguments)],
            env=self.environment, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=self.errors, text=True)

    def begin(self):
        # Drawn at last, since to draw all the time would hold up the loads.
        self.until('window is not None and window.get_mapped() and not board.pending '
                   'and draw(window)')
        # The keyboard is where the pointer is, as there is no window manager. This corner shows
        # nothing to who points at it.
        self.xdotool('mousemove', BORDER + 2, BORDER + 2)
        self.until('window.is_active()')
        # On a slow system a message has gone, or a tap is an old one, before it is looked at.
        self.ask('[setattr(sys.modules[module], name, 600) '
                 'for module, name in (("messages", "SECONDS"), ("transport", "TAP_SECONDS"))]')

    def complaints(self):
        self.errors.seek(0)
        return self.errors.read()

    def ask(self, expression):
        self.process.stdin.write(expression + '\n')
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError(self.complaints())
        value = json.loads(line)
        if isinstance(value, dict) and 'error' in value:
            raise AssertionError(value['error'])
        return value

    def until(self, expression):
        def holds():
            with contextlib.suppress(AssertionError):
                return self.ask(expression)
            assert self.process.poll() is None, self.complaints()
        return poll(holds, expression)

    def slot(self, pad, name):
        return self.ask(f'kit_value(board.slot({pad}), "{name}")')

    def becomes(self, pad, name, value, rel=1e-6):
        poll(lambda: self.slot(pad, name) == pytest.approx(value, rel=rel), f'{name} {value}')

    # Real events

    def xdotool(self, *words):
        subprocess.run(['xdotool', *map(str, words)], env=self.environment, check=True,
                       stdout=subprocess.DEVNULL, timeout=30)

    def key(self, *names):
        self.xdotool('key', '--delay', 20, *names)

    def enter(self, path):
        """Types a path into a dialog for files."""
        self.xdotool('type', '--delay', 15, path)
        # GTK 4.24 completes names, and leaves its proposal behind the cursor if keys come fast.
        self.key('shift+End', 'Delete', 'Return')

    def focus(self, title):
        """Gives the keyboard to a window, as there is no window manager to do it."""
        self.xdotool('search', '--sync', '--onlyvisible', '--name', title, 'windowfocus', '--sync')

    def point(self, widget, right=0.5, down=0.5):
        return self.until(f'place({widget}, {right}, {down})')

    def click(self, widget, right=0.5, down=0.5, button=1):
        place, aim = self.point(widget, right, down), None
        while aim != place:  # what is below the pointer may be laid out anew
            self.xdotool('mousemove', *place)
            aim, place = place, self.point(widget, right, down)
        self.xdotool('click', button)

    def drag(self, start, end):
        (x, y), (to_x, to_y) = start, end
        self.xdotool('mousemove', x, y, 'mousedown', 1,
                     *(word for i in range(1, 6) for word in (
                         'mousemove', x + (to_x - x) * i // 5, y + (to_y - y) * i // 5,
                         'sleep', 0.03)), 'mouseup', 1)

    def drop(self, paths, widget, expected):
        """Drags files from another window to a widget."""
        source = subprocess.Popen(
            ['setpriv', '--pdeathsig', 'KILL', sys.executable,
             pathlib.Path(__file__).with_name('drag_source.py'), *paths], env=self.environment,
            stdout=subprocess.PIPE)

        def is_above():
            """Moves about, since only moves tell a widget what is dragged."""
            x, y = self.point(widget)
            self.xdotool('mousemove', x + 2, y, 'mousemove', x, y)
            # The button comes up after the widget's answer has reached the X server.
            return self.ask(f'bool({widget}.get_state_flags() & Gtk.StateFlags.DROP_ACTIVE) '
                            f'and {widget}.get_display().sync() is None')
        try:
            assert source.stdout.readline()
            self.xdotool('mousemove', 20, 20, 'mousedown', 1)
            poll(is_above, f'a drag above {widget}')
            self.xdotool('mouseup', 1)
            self.until(expected)
        finally:
            source.kill()
            source.communicate()

    def choose(self, row, n_down):
        """Takes another line of a list that drops down."""
        self.ask(f'{row}.grab_focus()')
        self.key('space')
        self.until(f'opened({row})')
        self.key(*['Down'] * n_down, 'Return')
        self.until(f'not opened({row})')

    def says(self, text):
        """Waits until these words stand somewhere in the window."""
        self.until(f'{text!r} in texts(window)')

    def end(self):
        """Closes it as a user does; nothing may have been complained about."""
        if self.process.poll() is None:
            self.ask('window.saved.update(board.describe())')
            self.ask('bool(GLib.idle_add(window.close))')
        try:
            self.process.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        # GTK 4.24 complains about itself at times.
        complaints = re.sub(
            r'\n\(.*-WARNING .*: (gdk_frame_timings_submitted|gtk_svg_advance: time went).*\n', '',
            self.complaints())
        assert (self.process.returncode, complaints) == (0, '')


@pytest.fixture
def start_app(source_dir, display, tmp_path):
    apps = []
    # What is clicked on is where it will be.
    settings = tmp_path / 'config/gtk-4.0/settings.ini'
    settings.parent.mkdir(parents=True)
    settings.write_text('[Settings]\ngtk-enable-animations=false\n')

    def start(*arguments, **environment):
        apps.append(App(source_dir, display, arguments,
                        {'XDG_CONFIG_HOME': str(tmp_path / 'config'), **environment}))
        apps[-1].begin()  # one that cannot is ended, or it would take what the next test clicks
        return apps[-1]
    yield start
    for app in apps:
        if app.process.poll() is None:
            app.process.kill()
            app.process.communicate()


@pytest.fixture
def kit(make_wav, tmp_path):
    """A kit of three pads: a long tone of constant value, a short one, a file that is missing."""
    make_wav('steady.wav', numpy.full((20 * RATE, 1), 0.5))
    make_wav('short_one.wav', numpy.full((RATE // 10, 1), 0.25))
    path = tmp_path / 'test.kit.json'
    path.write_text(json.dumps({
        'format': 'flitzis-kit-1', 'tempo': 90, 'pads': [
            {'pad': 0, 'file': 'steady.wav'},
            {'pad': 1, 'file': 'short_one.wav', 'gain': 2.0, 'choke-group': 3},
            {'pad': 5, 'file': 'lost.wav', 'retrigger': 'restart'}]}))
    return path


def test_playing(start_app, kit, pipewire):
    """By mouse and keys, loud and soft; Escape stops all."""
    app = start_app(kit)
    app.until('engine.props.state == Flitzis.State.RUNNING')
    app.says('steady')
    app.ask('window.messages.dismiss()')  # what it leaves moves the pads, and a place is a velocity
    app.click('window.pad(0)', down=0.06)
    app.until('abs(board.slot(0).props.level - 0.5) < 0.02')
    app.until('window.pad(0).has_css_class("playing") and board.playhead(0) > 0')
    for widget, name in (('window.pad(0)', 'level'), ('window.pads.get_root()', 'level-left')):
        app.until(f'abs(meter_of({widget}, "{name}") - (1 - 6.02 / 60)) < 0.01')  # 0.5 is -6 dB
    app.until('any(text.startswith("Running · ") and "xrun" in text for text in texts(window))')
    # The latency counts the block: a hit waits for the next one.
    app.until('engine.props.latency >= 0 and window.title_widget.get_tooltip_text() == '
              '"At most %.1f ms from a hit to the loudspeaker" % '
              '((engine.props.latency + engine.props.trigger_delay) / 1e6 - 1)')
    app.key('Escape')
    app.until(f'{SILENT} and not window.pad(0).has_css_class("playing")')

    app.click('window.pad(0)', down=0.5)
    app.until('abs(board.slot(0).props.level - 0.25) < 0.04')
    app.key('Escape')
    app.until(SILENT)
    app.key('shift+1')
    app.until('abs(board.slot(0).props.level - 0.2) < 0.02')
    app.key('Escape', '2', '2')
    app.until(f'engine.props.n_started == 5 and {SILENT}')
    # A loop goes on until it is hit again.
    app.ask('board.slot(1).set_property("loop", True)')
    app.key('2')
    app.until('board.slot(1).props.playing')
    app.key('2')
    app.until('not board.slot(1).props.playing')
    # The keyboard alone: the arrows choose, Return and space play.
    for name in ('Return', 'space'):
        app.key('1')
        app.until('window.selected.index == 0')
        app.key('Escape', 'Right')
        app.until(f'window.selected.index == 1 and {SILENT}')
        app.key(name)
        app.until('board.slot(1).props.playing and engine.props.n_playing == 1')
    app.key('Escape')
    app.until(SILENT)
    assert app.ask('engine.props.n_triggered') == 10
    app.end()


def test_a_missing_file_is_told_and_the_rest_loads(start_app, kit, make_wav):
    app = start_app(kit)
    assert app.ask('sorted(board.files)') == [0, 1, 5]
    assert app.ask('[bool(board.slot(i).props.sample) for i in (0, 1, 5)]') == [True, True, False]
    app.until('any("lost.wav" in text for text in texts(window))')
    assert app.slot(1, 'gain') == 2.0 and app.slot(1, 'choke-group') == 3
    assert app.slot(5, 'retrigger') == 'restart'
    assert app.ask('engine.props.clock.props.tempo') == 90
    assert app.ask('window.get_content().measure(0, -1).minimum') <= 360
    # While a pad loads it says so: what has to be converted is not there before that is told.
    slow = make_wav('slow.wav', numpy.zeros((520000, 1)), 7999)
    app.ask('window.pad(3).spinner.connect("notify::visible", lambda spinner, _: '
            'recorded.append(spinner.get_visible()))')
    app.ask(f'board.load_from(3, [Gio.File.new_for_path({str(slow)!r})])')
    app.until('board.slot(3).props.sample is not None and recorded == [True, False]')
    # The panel says so, too.
    app.ask('recorded.clear()')
    app.ask('window.panel.about.connect("notify::label", lambda about, _: '
            'recorded.append(about.get_label()))')
    app.ask('window.pads.select_child(window.pad(4))')
    app.ask(f'board.load_from(4, [Gio.File.new_for_path({str(slow)!r})])')
    app.until('board.slot(4).props.sample is not None and not board.pending')
    assert app.ask('recorded') == ['Drop a sound on it, or click on it', 'Loading…',
                                   '1:05, mono, 7999 Hz']
    app.ask('window.pads.select_child(window.pad(5))')
    app.says('Its file could not be loaded')
    assert app.ask('[window.pad(i).get_tooltip_text() for i in (0, 5, 6)]') == [
        'steady', 'lost: its file could not be loaded', 'Drop a sound here']
    app.end()


def test_without_a_server_it_says_so_and_starts_with_one(start_app, kit, tmp_path, request):
    folder = request.config.private / 'late'
    daemon = PipeWire(folder)
    app = start_app(kit, XDG_RUNTIME_DIR=str(daemon.runtime_dir))
    app.until('window.banner.get_child_revealed()')
    app.until('board.trouble in texts(window) and "PipeWire" in board.trouble')
    app.key('1')
    app.click('window.pad(1)')
    assert app.ask('engine.props.n_triggered') == 0
    assert app.ask('window.selected.index') == 1
    daemon.start()
    try:
        app.until('engine.props.state == Flitzis.State.RUNNING and not board.trouble')
        app.key('1')
        app.until('engine.props.n_started == 1 and board.slot(0).props.playing')
        daemon.kill()
        app.until('"gone" in board.trouble')
        app.end()
    finally:
        daemon.stop()


def test_keys(start_app, kit, pipewire):
    """What keys do while a field, a slider or a menu is in use."""
    app = start_app(kit)
    app.until('engine.props.state == Flitzis.State.RUNNING')
    row = 'window.panel.rows'
    # Keys of pads are digits to a number field, up to Return; then they play again.
    app.click('window.transport.tempo', 0.15)
    app.until('isinstance(window.get_focus(), Gtk.Editable)')
    app.key('ctrl+a', '1', '2', 'q', '1', 'Return')
    app.until('engine.props.clock.props.tempo == 121')
    app.ask(f'{row}["choke"].spin.grab_focus()')
    app.key('ctrl+a', '4', 'z', 'KP_Enter')
    app.until('board.slot(0).props.choke_group == 4')
    assert app.ask('[engine.props.n_triggered, window.get_focus().index]') == [0, 0]
    app.key('2')
    app.until('engine.props.n_triggered == 1 and window.selected.index == 1')
    # A key in the middle of a drag plays its pad, and the drag goes on with its own.
    app.xdotool('mousemove', *app.point(f'{row}["pan"].scale'), 'mousedown', 1)
    app.xdotool('mousemove', *app.point(f'{row}["pan"].scale', 0.7))
    app.until('board.slot(1).props.pan > 0.1')
    app.key('1')
    app.until('engine.props.n_triggered == 2')
    app.xdotool('mousemove', *app.point(f'{row}["pan"].scale', 0.9), 'mouseup', 1)
    app.until('board.slot(1).props.pan > 0.7')
    assert app.ask('[board.slot(0).props.pan, window.selected.index]') == [0, 1]
    # Escape from the menu of a pad leads back to the pad.
    app.click('window.pad(2)', button=3)
    app.until('opened(window.get_content())')
    app.key('Escape')
    app.until('not any(isinstance(each, Gtk.Popover) and each.get_mapped() '
              'for each in walk(window.get_content()))')
    app.key('Left')
    app.until('window.get_focus() == window.pad(1)')
    # A key that is let go of in another window plays again afterwards.
    n_hits = app.ask('engine.props.n_triggered')
    app.focus('Pads|test.kit')
    app.xdotool('keydown', '1')
    app.until(f'engine.props.n_triggered == {n_hits + 1}')
    app.key('ctrl+comma')
    app.until('window_of("Preferences").get_mapped()')
    app.focus('Preferences')
    app.until('window_of("Preferences").is_active()')
    app.xdotool('keyup', '1')
    app.ask('window_of("Preferences").close()')
    app.until('len(Gtk.Window.get_toplevels()) == 1')
    app.focus('Pads|test.kit')
    app.until('window.is_active()')
    app.key('1')
    app.until(f'engine.props.n_triggered == {n_hits + 2}')
    # All keys of pads are listed, each as it is called on the pad.
    app.key('ctrl+question')
    app.until('any(isinstance(each, Gtk.ShortcutsWindow) and '
              'all(window.pad(i).key in texts(each) for i in range(16)) '
              'for each in Gtk.Window.get_toplevels())')
    app.end()


def test_the_wheel_changes_no_value(start_app, kit):
    """Over number fields, sliders and drop-downs; over the panel it scrolls."""
    app = start_app(kit)
    app.ask('board.slot(0).set_property("loop-start", 4800)')  # no value is the lowest or highest
    before = app.ask('board.describe()')

    def turn(widget, button):
        # To take the keyboard scrolls to the widget.
        app.ask(f'[window.pad(0).grab_focus(), {widget}.grab_focus()]')
        place = app.ask('draw(window) and scrolled(window.panel.looper)')
        app.ask(f'[watch_wheel({widget}), recorded.clear()]')
        app.click(widget, button=button)
        app.until(f'recorded[-1:] == [{1 if button == 5 else -1}]')
        assert app.ask('board.describe()') == before, app.ask(f'str({widget})')
        return app.ask('draw(window) and scrolled(window.panel.looper)') - place
    n_values = app.ask('len(values(window))')
    assert n_values == app.ask('len(window.panel.rows)') + 1  # without the switch, with two others
    for i in range(n_values):
        for button in (4, 5):
            turn(f'values(window)[{i}]', button)
    assert turn('window.panel.rows["choke"].spin', 4) < 0
    assert turn('window.panel.rows["gain"].scale', 5) > 0
    # The slider that drops down.
    app.click('window.transport.volume')
    app.until('isinstance(values(window.transport.volume)[-1], Gtk.Scale)')
    for button in (4, 5):
        turn('values(window.transport.volume)[-1]', button)
    app.key('Escape')
    app.end()


def test_settings(start_app, kit):
    """Sliders, switches, numbers and the points of the loop, moved in the panel."""
    app = start_app(kit)
    app.until('window.panel.get_width() > 0')
    app.click('window.pad(0)')
    app.until('window.panel.pad == 0')
    row = 'window.panel.rows'
    app.drag(app.point(f'{row}["pan"].scale'), app.point(f'{row}["pan"].scale', 0.9))
    app.until('0.5 < board.slot(0).props.pan <= 1')
    app.ask(f'{row}["gain"].scale.grab_focus()')
    app.key('Left')
    app.becomes(0, 'gain', 10 ** (-1 / 20))
    app.ask(f'{row}["rate"].scale.grab_focus()')
    app.key('Page_Up', 'Page_Up')
    app.becomes(0, 'playback-rate', 2)
    app.click(f'{row}["loop"].switch')
    app.until('board.slot(0).props.loop')
    app.drag(app.point('window.panel.looper', 0.003), app.point('window.panel.looper', 0.5))
    app.becomes(0, 'loop-start', 10 * RATE, rel=0.03)
    app.drag(app.point('window.panel.looper', 0.98), app.point('window.panel.looper', 0.75))
    app.becomes(0, 'loop-end', 15 * RATE, rel=0.03)
    for name, typed, property_name, value in (
            ('attack', '250', 'attack', 0.25), ('release', '30', 'release', 0.03),
            ('choke', '4', 'choke-group', 4), ('loop-start', '1.5', 'loop-start', 1.5 * RATE)):
        app.ask(f'{row}["{name}"].spin.grab_focus()')
        app.key('ctrl+a', *typed.replace('.', ' period ').split() if '.' in typed else typed,
                'Return')
        app.becomes(0, property_name, value)
    for name, property_name, nick in (('retrigger', 'retrigger', 'restart'),
                                      ('quantize', 'quantize', 'step')):
        app.choose(f'{row}["{name}"]', 1)
        app.until(f'kit_value(board.slot(0), "{property_name}") == "{nick}"')
    assert app.ask('engine.props.n_triggered') == 0  # what was typed played no pad
    # Another pad has its own, and is the only one that is followed.
    app.key('2')
    app.click('window.pad(1)')
    app.ask('board.slot(0).set_property("choke-group", 7)')
    assert app.ask(f'[{row}["choke"].spin.get_value(), {row}["loop"].switch.get_active()]') == [
        3, False]
    # All that would be lost, so it asks.
    app.key('ctrl+w')
    app.click('word(questions()[0], "Discard")')
    assert app.process.wait(20) == 0


@pytest.mark.slow
def test_files_dropped_on_pads(start_app, kit, make_wav, tmp_path):
    """The first comes to the pad it is dropped on, the others to empty ones behind it; one that
    is no sound is told with the engine's own words. A kit is opened, after a question."""
    for name in ('one', 'two'):
        make_wav(f'{name}.wav', numpy.full((4800, 1), 0.5))
    (tmp_path / 'text.wav').write_text('not a sound\n' * 100)
    app = start_app(kit)

    app.drop([tmp_path / name for name in ('one.wav', 'text.wav', 'two.wav')], 'window.pad(4)',
             'bool(board.slot(4).props.sample and board.slot(7).props.sample)')
    app.until('any("text.wav" in text for text in texts(window))')
    assert app.ask('[board.name(i) for i in (4, 5, 6, 7)]') == ['one', 'lost', '', 'two']
    app.drop([kit], 'window.pad(4)', 'bool(questions())')
    app.click('word(questions()[0], "Discard")')
    app.until('board.slot(0).props.sample is not None and not board.pending and '
              'sorted(board.files) == [0, 1, 5]')
    app.end()


def test_unloading_can_be_undone(start_app, kit):
    app = start_app(kit)
    app.click('window.pad(1)', button=3)
    app.until('opened(window.get_content())')
    app.key('Down', 'Down', 'Return')
    app.until('board.slot(1).props.sample is None and 1 not in board.files')
    assert app.slot(1, 'gain') == 1.0
    app.key('ctrl+z')
    app.until('board.slot(1).props.sample is not None and board.name(1) == "short one"')
    assert app.slot(1, 'gain') == 2.0 and app.slot(1, 'choke-group') == 3
    assert app.slot(5, 'retrigger') == 'restart'
    app.key('2', 'Delete')
    app.says('short one unloaded')
    app.click('named(window, "Undo")')
    app.until('board.slot(1).props.sample is not None and not window.messages.get_visible()')
    # One after the other, the last one first; then there is nothing left.
    app.key('1', 'Delete', '2', 'Delete')
    app.until('not board.files.keys() & {0, 1} and board.name(5) == "lost"')
    app.key('ctrl+z')
    app.until('board.slot(1).props.sample is not None and not window.messages.get_visible()')
    assert app.ask('board.slot(0).props.sample is None')
    app.key('ctrl+z', 'ctrl+z')
    app.until('board.slot(0).props.sample is not None')
    assert not app.ask('window.lookup_action("undo").get_enabled()')
    # What holds another sound since cannot be brought back, and is not offered.
    app.key('2', 'Delete')
    app.says('short one unloaded')
    app.ask('board.load_from(1, [board.files[0]])')
    app.until('board.slot(1).props.sample is not None and not window.messages.get_visible()')
    assert not app.ask('window.lookup_action("undo").get_enabled()')
    app.end()


def test_messages(start_app, kit, pipewire):
    """They cover no pad, and all of several can be read."""
    app = start_app(kit)
    app.until('engine.props.state == Flitzis.State.RUNNING')
    for pad in (13, 14):
        app.ask(f'engine.set_sample({pad}, board.slot(1).props.sample)')
    app.key('2', 'Delete')
    app.says('short one unloaded')
    for n_hits, pad in ((2, 13), (3, 14)):
        app.click(f'window.pad({pad})', down=0.95)
        app.until(f'engine.props.n_triggered == {n_hits}')
    app.says('short one unloaded')
    # All of several messages can be read.
    names = [f'missing-{i}.wav' for i in range(14)]
    app.ask(f'board.load_from(2, [Gio.File.new_for_path("/" + name) for name in {names}])')
    app.click('named(window, "Show")')
    # A dialog inside the window is there before its text is laid out.
    [told] = app.until('[text for each in questions() for text in texts(each) '
                       'if "missing-1.wav" in text]')
    assert 'no empty pad for 1 file.' in told and told.count('.wav') == 13
    # From version 1.5 on, libadwaita answers a request to close the window by closing its dialog.
    app.click('word(questions()[0], "Close")')
    app.until('not questions()')
    app.end()


def test_the_clock(start_app, pipewire):
    app = start_app()
    app.until('engine.props.state == Flitzis.State.RUNNING')
    app.click('window.transport.run')
    app.until('engine.props.clock.props.running')
    app.until('any(light.has_css_class("on") for light in window.transport.lights.lights)')

    # Three taps, each of which comes to the program between two moments of the test.
    moments = []
    for n_taps in (1, 2, 3):
        moments.append(time.monotonic())
        app.click('window.transport.tap_button')
        app.until(f'len(window.transport.taps) == {n_taps}')
        moments.append(time.monotonic())
    tempo = app.ask('engine.props.clock.props.tempo')
    longest, shortest = moments[5] - moments[0], moments[4] - moments[1]
    assert 60 / (longest / 2) - 1 <= tempo <= 60 / (shortest / 2) + 1
    assert app.ask('window.transport.tempo.get_value()') == tempo
    app.key('ctrl+space')
    app.until('not engine.props.clock.props.running')
    app.end()


@pytest.mark.slow
def test_a_kit_is_saved_and_opened(start_app, kit, tmp_path):
    """By the dialogs, into another folder."""
    folder = tmp_path / 'elsewhere'
    folder.mkdir()
    app = start_app(kit)
    app.key('2', F9, 'Delete', 'ctrl+shift+s')
    app.focus('Save the Kit')
    app.key('ctrl+a')
    app.enter(folder / 'mine')
    saved = folder / 'mine.kit.json'
    poll(saved.exists, 'the kit')
    app.until('window.kit_file.get_basename() == "mine.kit.json"')
    description = json.loads(saved.read_text())
    assert description['tempo'] == 90
    assert description['pads'] == [
        {'pad': 0, 'file': str(tmp_path / 'steady.wav')},
        {'pad': 5, 'file': str(tmp_path / 'lost.wav'), 'retrigger': 'restart'}]
    app.end()

    app = start_app()
    app.key('ctrl+o')
    app.focus('Open a Kit')
    app.enter(saved)
    app.until('board.slot(0).props.sample is not None and board.name(5) == "lost"')
    assert app.ask('engine.props.clock.props.tempo') == 90
    (folder / 'broken.kit.json').write_text('{"format": "flitzis-kit-1", "pads": [{}')
    app.ask(f'window.open_kit(Gio.File.new_for_path({str(folder / "broken.kit.json")!r}))')
    app.until('any("line 1 is not JSON" in text for text in texts(window))')
    assert app.ask('board.name(0)') == 'steady'  # nothing was changed
    app.end()


@pytest.mark.slow
def test_kits_of_other_programs(start_app, make_wav, tmp_path, pipewire):
    """One of Hydrogen is dropped on a pad, and its layers play by velocity; they survive an unload
    that is undone, and a save. One of SFZ comes by the dialog."""
    for name, value in (('soft', 0.25), ('loud', 0.5), ('plain', 0.125)):
        make_wav(f'{name}.wav', numpy.full((20 * RATE, 1), value))
    layer = '<layer><filename>{}.wav</filename><min>{}</min><max>{}</max><gain>{}</gain></layer>'
    (tmp_path / 'drumkit.xml').write_text(
        '<drumkit_info><name>Two Sides</name><instrumentList>'
        '<instrument><name>Kick_drum</name><instrumentComponent>'
        f'{layer.format("soft", 0, 0.5, 2)}{layer.format("loud", 0.5, 1, 1)}'
        '</instrumentComponent></instrument>'
        f'<instrument><name>Bell</name>{layer.format("plain", 0, 1, 1)}</instrument>'
        '<instrument><name>Lost</name><layer><filename>lost.wav</filename></layer></instrument>'
        f'{"<instrument><name>More</name></instrument>" * 14}</instrumentList></drumkit_info>')
    app = start_app()
    app.until('engine.props.state == Flitzis.State.RUNNING')

    def heard():
        for key, level in (('shift+1', 0.4 * 2 * 0.25), ('1', 0.5), ('2', 0.125)):
            app.key(key)
            app.until(f'abs(board.slot({int(key[-1]) - 1}).props.level - {level}) < 0.01')
            app.key('Escape')
            app.until(SILENT)

    app.drop([tmp_path / 'drumkit.xml'], 'window.pad(3)', 'window.kit_name == "Two Sides" and '
             'not board.pending and board.slot(1).props.sample is not None')
    app.says('The kit has 17 pads, and the board has 16. And 1 more.')
    app.click('named(window, "Show")')
    app.until('any("lost.wav" in text for text in texts(questions()[0]))')
    app.key('Escape')
    app.until('not questions()')
    assert app.ask('[board.name(i) for i in range(4)]') == ['Kick drum', 'Bell', 'Lost', '']
    assert app.ask('board.describe() == window.saved')
    heard()

    app.key('1', 'Escape', 'Delete')
    app.until('board.slot(0).props.sample is None and board.name(0) == ""')
    app.key('ctrl+z')
    app.until('not board.pending and board.name(0) == "Kick drum"')
    assert app.ask('board.describe() == window.saved')
    heard()

    # Under a name of its own: the file of Hydrogen stays.
    app.key('ctrl+s')
    app.focus('Save the Kit')
    app.key('ctrl+a')
    app.xdotool('type', '--delay', 15, str(tmp_path / 'mine'))
    app.key('Return')
    app.until('window.kit_name == "mine.kit.json"')
    (tmp_path / 'b.sfz').write_text('<region> key=36 sample=plain.wav volume=6.0206')
    app.key('ctrl+o')
    app.focus('Open a Kit')
    app.xdotool('type', '--delay', 15, str(tmp_path / 'b.sfz'))
    app.key('Return')
    app.until('window.kit_name == "b" and not board.pending and sorted(board.files) == [0]')
    app.key('1')
    app.until('abs(board.slot(0).props.level - 0.25) < 0.01')
    app.key('Escape')
    app.until(SILENT)
    app.ask(f'window.open_kit(Gio.File.new_for_path({str(tmp_path / "mine.kit.json")!r}))')
    app.until('window.kit_name == "mine.kit.json" and not board.pending')
    assert app.ask('[board.name(i) for i in range(4)]') == ['Kick drum', 'Bell', 'Lost', '']
    heard()
    # A file in place of all layers.
    app.ask(f'board.load_from(0, [Gio.File.new_for_path({str(tmp_path / "plain.wav")!r})])')
    app.until('not board.pending and board.name(0) == "plain"')
    for key, level in (('shift+1', 0.4 * 0.125), ('1', 0.125)):
        app.key(key)
        app.until(f'abs(board.slot(0).props.level - {level}) < 0.005')
        app.key('Escape')
        app.until(SILENT)
    app.end()


def test_a_playhead_stays_on_its_pad(source_dir, make_wav, tmp_path, monkeypatch, iterate):
    """Also while a layer plays that is longer than the one whose waveform is shown."""
    monkeypatch.syspath_prepend(str(source_dir / 'examples/pads'))
    import board as boards
    from gi.repository import Gio
    for name, n_frames in (('short', 1000), ('long', 10000)):
        make_wav(f'{name}.wav', numpy.zeros((n_frames, 1)))
    (tmp_path / 'a.sfz').write_text('<region> key=1 sample=short.wav hivel=63\n'
                                    '<region> key=1 sample=long.wav lovel=64')
    board, done = boards.Board(None), []
    board.open(Gio.File.new_for_path(str(tmp_path / 'a.sfz')), lambda: done.append(True))
    iterate(lambda: done)
    for velocity, expected in ((0.25, 0.48), (1.0, 0.48), (1.0, 1.0)):
        if board.playhead(0) is None:
            board.voices[0] = board.engine.play_sample(0, velocity)
        board.engine.render(480)
        assert board.playhead(0) == expected
        if velocity == 0.25:
            board.stop_all()
            board.engine.render(480)
        elif expected < 1.0:
            board.engine.render(1000)


def test_a_kit_is_moved(source_dir, make_wav, tmp_path, monkeypatch):
    """With its folder it finds what lies below that; without it, what stayed where it was, and
    what came along and lies beside the kit."""
    monkeypatch.syspath_prepend(str(source_dir / 'examples/pads'))
    import board as boards
    import kit as kits
    from gi.repository import Gio
    made = tmp_path / 'made'
    (made / 'drums').mkdir(parents=True)
    places = {0: made / 'drums/low.wav', 1: tmp_path / 'far.wav', 2: tmp_path / 'along.wav',
              3: made / 'été %41 #1.wav'}
    for path in places.values():
        make_wav(path.relative_to(tmp_path), numpy.zeros((100, 1)))
    board = boards.Board(None)
    board.files = {pad: Gio.File.new_for_path(str(path)) for pad, path in places.items()}
    board.save(Gio.File.new_for_path(str(made / 'mine.kit.json')))
    assert [pad['file'] for pad in json.loads((made / 'mine.kit.json').read_text())['pads']] == [
        'drums/low.wav', str(places[1]), str(places[2]), 'été %41 #1.wav']

    moved = made.rename(tmp_path / 'moved')
    places[2].rename(moved / 'along.wav')
    opened = kits.read(Gio.File.new_for_path(str(moved / 'mine.kit.json')))
    assert [pad[0].file.get_path() for pad in opened] == [
        str(path) for path in (moved / 'drums/low.wav', places[1], moved / 'along.wav',
                               moved / 'été %41 #1.wav')]
    # Kits that were made before name such files by a way up.
    (moved / 'old.kit.json').write_text(json.dumps({'format': 'flitzis-kit-1', 'pads': [
        {'pad': 0, 'file': '../far.wav'}, {'pad': 1, 'file': '../../gone/low.wav'},
        {'pad': 2, 'file': '../../gone/along.wav'}]}))
    opened = kits.read(Gio.File.new_for_path(str(moved / 'old.kit.json')))
    assert [pad[0].file.get_basename() for pad in opened] == ['far.wav', 'low.wav', 'along.wav']
    assert opened[2][0].file.get_path() == str(moved / 'along.wav')


@pytest.mark.slow
def test_preferences_are_kept(start_app, pipewire, tmp_path):
    app = start_app()
    app.until('engine.props.state == Flitzis.State.RUNNING')
    app.key('ctrl+comma')
    app.until('"Latency" in texts(window_of("Preferences"))')
    app.focus('Preferences')
    app.until('window_of("Preferences").is_active()')
    app.until('len(choices(row(window_of("Preferences"), "Play to"))) == 2')
    for title, n_down in (('Play to', 1), ('Latency', 4), ('Timing', 1)):
        app.choose(f'row(window_of("Preferences"), {title!r})', n_down)
    app.until('engine.props.trigger_timing == Flitzis.TriggerTiming.CONSTANT')
    app.until('engine.props.state == Flitzis.State.RUNNING')
    assert app.ask('[engine.props.target, engine.props.latency_frames]') == ['null-sink', 256]
    assert pipewire.props('Flitzis Pads')['node.latency'] == '256/48000'
    app.ask('window_of("Preferences").close()')
    app.end()
    kept = json.loads((tmp_path / 'config/flitzis-pads.json').read_text())
    assert kept == {'target': 'null-sink', 'latency-frames': 256, 'trigger-timing': 'constant',
                    'limiter': False}
    app = start_app()
    assert app.ask('[engine.props.target, engine.props.latency_frames]') == ['null-sink', 256]
    assert app.ask('engine.props.trigger_timing == Flitzis.TriggerTiming.CONSTANT')
    app.end()


SINKS = 'row(window_of("Preferences"), "Play to")'


def test_the_sinks_in_the_preferences(start_app, pipewire):
    """They come and go while the window is open. The one that was chosen is played to at once, and
    stays chosen while it is away."""
    def shows(chosen, *others):
        app.until(f'[choices({SINKS}), {SINKS}.get_selected_item().get_string()] == '
                  f'[{[*others]}, {chosen!r}]')

    def plays_to(name):
        app.until(f'engine.props.active_sink == {name!r} and '
                  'engine.props.state == Flitzis.State.RUNNING')
    null_sink, default = 'null-sink', 'The default one'
    app = start_app()
    plays_to('null-sink')
    for name in ('target', 'active-output'):  # the latter is another where the engine restarts
        app.ask(f'engine.connect("notify::{name}", lambda *_: '
                f'recorded.append(engine.get_property("{name}")))')
    app.key('ctrl+comma')
    app.until('window_of("Preferences").get_mapped()')
    app.focus('Preferences')
    app.until('window_of("Preferences").is_active()')
    shows(default, default, null_sink)
    pipewire.add_sink('headset')
    shows(default, default, 'headset', null_sink)
    app.choose(SINKS, 1)
    plays_to('headset')
    assert app.ask('engine.props.target') == 'headset'
    pipewire.remove_sink('headset')
    plays_to('null-sink')
    shows('headset (not there)', default, null_sink, 'headset (not there)')
    pipewire.add_sink('headset')
    shows('headset', default, 'headset', null_sink)
    assert app.ask('engine.props.target') == 'headset'
    app.ask(f'{SINKS}.set_selected(0)')
    plays_to('null-sink')
    assert app.ask('[engine.props.target, recorded]') == [None, ['headset', None]]
    app.ask('window_of("Preferences").close()')
    app.until('not any(each.get_title() == "Preferences" for each in Gtk.Window.get_toplevels())')
    assert not app.ask('followed(engine.get_sinks())')
    app.end()


def test_without_a_sink_it_says_so(start_app, pipewire):
    pipewire.remove_sink()
    app = start_app()
    app.until('any(text.startswith("No output device · ") for text in texts(window))')
    app.until('"no output" in board.trouble')
    pipewire.add_sink('late')
    app.until('any(text.startswith("Running · ") for text in texts(window)) and not board.trouble')
    # To the sound server and to the desktop it names itself alike.
    props = pipewire.props('Flitzis Pads')
    assert [props['application.id'], props['application.icon-name']] == [
        'io.github.Flitzis.Pads'] * 2
    app.xdotool('search', '--sync', '--onlyvisible', '--class', '^io.github.Flitzis.Pads$')
    app.end()


# How it looks

SIZES = {360: 640, 800: 600, 1600: 1000}


def resize(app, width, height, window='window'):
    app.ask(f'{window}.set_default_size({width + 2 * BORDER}, {height + 2 * BORDER})')
    app.until(f'[{window}.get_width(), {window}.get_height()] == [{width}, {height}]')
    app.ask(f'draw({window}) and draw({window})')  # the second one has what follows the new size


def test_in_a_wide_window(start_app, kit, pipewire):
    """The pads are near to squares, with larger words on larger pads; also without the panel."""
    app = start_app(kit)
    app.until('engine.props.state == Flitzis.State.RUNNING')
    app.ask('window.messages.dismiss()')
    for width, height in (*SIZES.items(), (1600, 600), (1200, 1000)):
        resize(app, width, height)
        for _ in range(2):
            assert 0.6 < app.ask('shape(window.pad(0))') < 1.4, (width, height)
            ink = app.ask('window.pad(0).name_label.get_layout().get_pixel_extents()[0].height')
            assert (ink >= 14) == (width >= 1200 and height == 1000), (width, height)
            assert app.point('window.pad(3)', 1.0)[0] < width + BORDER
            panel = app.ask('window.panel.get_mapped()')
            app.key(F9)
            app.until(f'window.panel.get_mapped() != {panel} and draw(window)')
    app.end()


def picture(app, path, width, height, window='window'):
    """Stores what the X server shows of the window, and returns it as an array."""
    resize(app, width, height, window)
    source = f'{app.environment["DISPLAY"]}+{BORDER},{BORDER}'
    subprocess.run(['ffmpeg', '-v', 'error', '-y', '-f', 'x11grab', '-draw_mouse', '0',
                    '-video_size', f'{width}x{height}', '-i', source, '-frames:v', '1',
                    '-compression_level', '100', '-pred', 'mixed', '-pix_fmt', 'rgb24', path],
                   check=True, stdin=subprocess.DEVNULL)
    raw = subprocess.run(['ffmpeg', '-v', 'error', '-i', path, '-f', 'rawvideo', '-pix_fmt',
                          'rgb24', '-'], check=True, capture_output=True).stdout
    return numpy.frombuffer(raw, numpy.uint8).reshape(height, width, 3).astype(int)


def columns(app, pixels, widget, colour):
    """Where a widget has lines of this colour from its top to its bottom."""
    left, top = (at - BORDER for at in app.point(widget, 0, 0))
    right, bottom = (at - BORDER for at in app.point(widget, 1, 1))
    is_near = numpy.abs(pixels[top:bottom, left:right] - colour).max(axis=2) < 8
    return right - left, list(numpy.flatnonzero(is_near.all(axis=0)))


def test_the_marks_of_a_file_are_drawn_and_named(start_app, tmp_path):
    """Its cues and the points of its loop, on the pad and in the panel."""
    n_frames, frames, loop = 40000, (0, 13003, 40000), (20001, 30001)
    sound = chunk(b'fmt ', fmt()), chunk(b'data', pcm(n_frames=n_frames))
    for name, facts in (('plain', ()), ('marked', (
            cue(*frames), adtl(labl(2, b'Verse')), smpl((0, loop[0], loop[1] - 1, 0))))):
        (tmp_path / f'{name}.wav').write_bytes(riff(*sound, *facts))
    path = tmp_path / 'marks.kit.json'
    path.write_text(json.dumps({'format': 'flitzis-kit-1', 'pads': [
        {'pad': 0, 'file': 'marked.wav'}, {'pad': 1, 'file': 'plain.wav'}]}))
    app = start_app(path)
    app.ask('window.messages.dismiss()')
    resize(app, 800, 600)
    app.until('all(each.waveform._ready for each in walk(window) if hasattr(each, "waveform") '
              'and each.slot.props.sample)')
    pixels = picture(app, tmp_path / 'marks.png', 800, 600)
    face = 'next(each for each in walk(window.pad({})) if hasattr(each, "waveform"))'
    for widget in ('window.panel.looper', face.format(0)):
        for colour, expected in (((46, 194, 126), frames), ((229, 165, 10), loop)):
            width, found = columns(app, pixels, widget, colour)
            assert found == [min(frame * width // n_frames, width - 1) for frame in expected]
    for colour in ((46, 194, 126), (229, 165, 10)):
        assert columns(app, pixels, face.format(1), colour)[1] == []

    for frame, words in ((13003, 'Cue “Verse”'), (loop[0], 'Loop start of the file'),
                         (loop[1], 'Loop end of the file'), (0, 'Cue')):
        app.xdotool('mousemove', *app.point('window.panel.looper', frame / n_frames, 0.5))
        app.says(words)
    app.xdotool('mousemove', *app.point('window.panel.looper', 0.2, 0.5))
    app.until('"Cue" not in texts(window)')
    app.end()


@pytest.mark.slow
@pytest.mark.parametrize('scheme', ['light', 'dark'])
def test_pictures(start_app, pipewire, build_dir, scheme):
    """At each size nothing is wider than the window, and what plays is lit. The pictures are left
    in the build folder to be looked at. Two of them stand in README.md: pads-800-light.png and
    pads-360-dark.png, to be copied to examples/pads/screenshots when the board looks otherwise."""
    folder = build_dir / 'screenshots'
    folder.mkdir(exist_ok=True)
    app = start_app('--demo', ADW_DEBUG_COLOR_SCHEME=f'prefer-{scheme}')
    app.until('engine.props.state == Flitzis.State.RUNNING')
    app.ask('window.pads.select_child(window.pad(10))')
    app.ask('[board.slot(i).set_property("loop", True) for i in (10, 13)]')
    for pad, part in ((10, 0.3), (13, 0.4)):
        n_frames = app.ask(f'board.slot({pad}).props.sample.props.n_frames')
        app.ask(f'board.slot({pad}).set_property("loop_start", {round(part * n_frames)})')
        app.ask(f'board.slot({pad}).set_property("loop_end", {round((part + 0.3) * n_frames)})')
    app.ask('engine.props.clock.set_property("running", True)')
    app.ask('[board.hit(i) for i in (10, 13)]')
    app.until('all((board.playhead(i) or 0) > 0.3 for i in (10, 13))')
    app.until('all(each.waveform._ready for each in walk(window) if hasattr(each, "waveform"))')
    for width, height in SIZES.items():
        pixels = picture(app, folder / f'pads-{width}-{scheme}.png', width, height)
        brightness = numpy.median(pixels)
        assert brightness > 200 if scheme == 'light' else brightness < 80
        x, y = app.point('window.pad(13)', 0.5, 0.06)
        lit = pixels[y - BORDER, x - BORDER]
        x, y = app.point('window.pad(12)', 0.5, 0.06)
        unlit = pixels[y - BORDER, x - BORDER]
        assert lit[2] - lit[0] > unlit[2] - unlit[0] + 20  # bluer
        for pad, expected in ((12, 'the waveform'), (13, 'the playhead')):
            left, top = app.point(f'window.pad({pad})', 0.1, 0.25)
            right, bottom = app.point(f'window.pad({pad})', 0.9, 0.75)
            red, _, blue = pixels[top - BORDER:bottom - BORDER, left - BORDER:right - BORDER].T
            n_drawn = numpy.count_nonzero(blue > red + 60 if pad == 12 else red > blue + 60)
            assert n_drawn >= bottom - top, expected
    pipewire.add_sink('headset')
    app.key('ctrl+comma')
    app.until(f'len(choices({SINKS})) == 3 and window_of("Preferences").get_width() > 0')
    app.ask(f'{SINKS}.set_selected(1)')
    picture(app, folder / f'preferences-{scheme}.png', 480, 460, 'window_of("Preferences")')
    app.ask('window_of("Preferences").close()')
    app.end()


def test_without_a_display_it_says_so(source_dir):
    environment = {name: value for name, value in os.environ.items()
                   if name not in ('DISPLAY', 'WAYLAND_DISPLAY', 'XDG_RUNTIME_DIR')}
    result = subprocess.run([sys.executable, source_dir / 'examples/pads'], env=environment,
                            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    assert (result.returncode, result.stderr) == (1, 'pads: there is no display to open a window '
                                                     'on\n')


def test_the_pictures_in_the_readme(source_dir):
    for name, size in (('light', (800, 600)), ('dark', (360, 640))):
        data = (source_dir / f'examples/pads/screenshots/{name}.png').read_bytes()
        assert struct.unpack('>II', data[16:24]) == size and len(data) < 150 * 1024


@pytest.mark.slow
def test_pictures_of_an_empty_board(start_app, build_dir):
    folder = build_dir / 'screenshots'
    folder.mkdir(exist_ok=True)
    app = start_app(ADW_DEBUG_COLOR_SCHEME='prefer-light')
    app.until('window.banner.get_child_revealed()')
    for width, height in SIZES.items():
        picture(app, folder / f'pads-{width}-empty.png', width, height)
    app.end()


# What a screen reader hears

CONTROLS = {'button', 'toggle button', 'spin button', 'slider', 'switch', 'check box', 'combo box',
            'grid cell', 'entry', 'text', 'menu item', 'meter'}
LABELLED_BY = 2  # of AT-SPI's relations


@pytest.fixture
def accessibility(display, monkeypatch):
    """A session bus with the accessibility bus beside it; yields the addresses of both."""
    from gi.repository import Gio
    monkeypatch.setenv('DISPLAY', display)
    with subprocess.Popen(['setpriv', '--pdeathsig', 'KILL', 'dbus-daemon', '--session', '--nofork',
                           '--print-address'], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          text=True) as daemon:
        session = daemon.stdout.readline().strip()
        bus = connect(session)
        yield session, bus.call_sync('org.a11y.Bus', '/org/a11y/bus', 'org.a11y.Bus', 'GetAddress',
                                     None, None, Gio.DBusCallFlags.NONE, 20000, None).unpack()[0]
        bus.close_sync(None)
        daemon.terminate()


def connect(address):
    from gi.repository import Gio
    flags = Gio.DBusConnectionFlags
    return Gio.DBusConnection.new_for_address_sync(
        address, flags.AUTHENTICATION_CLIENT | flags.MESSAGE_BUS_CONNECTION, None, None)


def accessibles(bus, name='org.a11y.atspi.Registry', path='/org/a11y/atspi/accessible/root'):
    """(role, name) of all that a screen reader finds; what a combo box is made of aside."""
    from gi.repository import Gio, GLib

    def call(interface, method, arguments=None, name=name, path=path):
        return bus.call_sync(name, path, interface, method, arguments, None,
                             Gio.DBusCallFlags.NONE, 20000, None).unpack()[0]
    role = call('org.a11y.atspi.Accessible', 'GetRoleName')
    words = call('org.freedesktop.DBus.Properties', 'Get',
                 GLib.Variant('(ss)', ('org.a11y.atspi.Accessible', 'Name')))
    if role in CONTROLS and not words:
        # GTK 4.24 leaves menu items without a name, and tells which label they have.
        words = ' '.join(
            call('org.a11y.atspi.Text', 'GetText', GLib.Variant('(ii)', (0, -1)), *label)
            for kind, labels in call('org.a11y.atspi.Accessible', 'GetRelationSet')
            if kind == LABELLED_BY for label in labels)
    yield role, words
    for child in call('org.a11y.atspi.Accessible', 'GetChildren') if role != 'combo box' else ():
        yield from accessibles(bus, *child)


@pytest.mark.slow
def test_every_control_has_a_name(start_app, kit, accessibility):
    """As the accessibility bus tells it, in the window and in the preferences."""
    session, address = accessibility
    app = start_app(kit, GTK_A11Y='atspi', DBUS_SESSION_BUS_ADDRESS=session)
    app.until('window.panel.get_mapped()')
    app.key('ctrl+comma')
    app.until('window_of("Preferences").get_mapped()')
    app.ask('window.pad(0).show_menu()')
    bus = connect(address)
    wanted = {'Pad 1, steady', 'Pad 2, short one', 'Pad 3, empty', 'Pad W, lost, file is missing',
              'Stop all pads', 'Gain', 'Loop', 'Master level', 'Limiter', 'Latency',
              'Settings of the pad', 'Unload'}

    def told():
        """A program is told of by the bus some time after it has come."""
        found = [each for each in accessibles(bus) if each[0] in CONTROLS]
        return found if wanted <= {name for _, name in found} else None

    found = poll(told, f'controls named {wanted}')
    # GTK 4.8 goes by the name of the program, newer ones may go by that of the application.
    [name] = [words for role, words in accessibles(bus) if role == 'application']
    assert name in ('Pads', 'io.github.Flitzis.Pads')
    assert app.ask('GLib.get_application_name()') == 'Pads'
    unnamed = [each for each in found if not each[1] or each[1].startswith(('Gtk', 'Adw'))]
    assert len(found) > 60 and not unnamed, unnamed
    bus.close_sync(None)
    app.end()
