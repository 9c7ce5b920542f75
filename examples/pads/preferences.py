# SPDX-License-Identifier: LGPL-2.1-or-later
"""The preferences: where the sound goes, how soon, and how triggers are timed. They are kept in
the user's configuration folder."""

import json
import os

from gi.repository import Adw, Flitzis, Gio, GLib, Gtk

from kit import set_settings

NAMES = ('target', 'latency-frames', 'trigger-timing', 'limiter')
LATENCIES = (0, 32, 64, 128, 256, 512, 1024, 2048)


def _path():
    return os.path.join(GLib.get_user_config_dir(), 'flitzis-pads.json')


def load(engine):
    """Sets the engine as the user had it the last time."""
    try:
        with open(_path(), encoding='utf-8') as file:
            kept = json.load(file)
    except (OSError, ValueError):
        return
    if isinstance(kept, dict):
        set_settings(engine, kept, NAMES)


def save(engine):
    values = {name: engine.get_property(name) for name in NAMES}
    values['trigger-timing'] = values['trigger-timing'].value_nick
    os.makedirs(os.path.dirname(_path()), exist_ok=True)
    with open(_path(), 'w', encoding='utf-8') as file:
        json.dump(values, file, indent=2)


def _combo(title, subtitle, choices, current, chosen):
    """A row of (value, words); `chosen (value)` is called when the user takes another."""
    row = Adw.ComboRow(title=title, subtitle=subtitle,
                       model=Gtk.StringList.new([words for _, words in choices]))
    values = [value for value, _ in choices]
    row.set_selected(values.index(current) if current in values else 0)
    row.connect('notify::selected', lambda *_: chosen(values[row.get_selected()]))
    return row


class Preferences(Adw.Window):
    """No AdwPreferencesWindow, which is deprecated, and no AdwPreferencesDialog, which Debian 12
    does not have."""
    __gtype_name__ = 'PadsPreferences'

    def __init__(self, board, sinks, **properties):
        super().__init__(title='Preferences', default_width=480, default_height=460, **properties)
        self.board = board
        engine = board.engine
        targets = [(None, 'The default one'), *sinks]
        if engine.props.target not in [target for target, _ in targets]:
            targets.append((engine.props.target, f'{engine.props.target} (not there)'))
        rate = engine.props.sample_rate
        latencies = [(n, f'{n} frames, {1000 * n / rate:.1f} ms' if n else 'As the server likes')
                     for n in LATENCIES]
        timings = [(Flitzis.TriggerTiming.SOONEST, 'As soon as can be'),
                   (Flitzis.TriggerTiming.CONSTANT, 'Evenly, a little later')]
        output = Adw.PreferencesGroup(title='Output')
        output.add(_combo('Play to', '', targets, engine.props.target, self._set_target))
        output.add(_combo('Latency', 'A small one is asked of all programs', latencies,
                          engine.props.latency_frames, self._set_latency))
        self.limiter = Gtk.Switch(valign=Gtk.Align.CENTER, active=engine.props.limiter)
        self.limiter.connect('notify::active', lambda *_: self._set(
            'limiter', self.limiter.get_active()))
        row = Adw.ActionRow(title='Limiter', subtitle='Never louder than full scale',
                            activatable_widget=self.limiter)
        row.add_suffix(self.limiter)
        output.add(row)
        triggers = Adw.PreferencesGroup(title='Triggers')
        triggers.add(_combo('Timing', '', timings, engine.props.trigger_timing,
                            lambda value: self._set('trigger-timing', value)))
        page = Adw.PreferencesPage(vexpand=True)
        page.add(output)
        page.add(triggers)
        box = Gtk.Box(orientation=Gtk.Orientation.VERTICAL)
        box.append(Adw.HeaderBar())
        box.append(page)
        self.set_content(box)
        escape = Gtk.ShortcutController()
        escape.add_shortcut(Gtk.Shortcut(trigger=Gtk.ShortcutTrigger.parse_string('Escape'),
                                         action=Gtk.NamedAction.new('window.close')))
        self.add_controller(escape)

    def _set(self, name, value):
        self.board.engine.set_property(name, value)
        save(self.board.engine)

    def _set_target(self, target):
        self._set('target', target)
        self.board.restart()

    def _set_latency(self, n_frames):
        self._set('latency-frames', n_frames)
        self.board.restart()


def _objects(text):
    """What pw-dump printed: an array, and one more for each change that comes meanwhile."""
    decoder, objects, start = json.JSONDecoder(), [], 0
    try:
        while text[start:].strip():
            start += len(text[start:]) - len(text[start:].lstrip())
            part, start = decoder.raw_decode(text, start)
            objects += part
    except ValueError:
        pass
    return objects


def list_sinks(done):
    """Asks PipeWire's own tool for the sinks: done ([(name, description), ...])."""
    def finish(process, result):
        try:
            objects = _objects(process.communicate_utf8_finish(result)[1] or '')
        except GLib.Error:
            objects = []
        nodes = [each['info'].get('props', {}) for each in objects if each.get('info')]
        done(sorted({node['node.name']: node.get('node.description', node['node.name'])
                     for node in nodes if node.get('media.class') == 'Audio/Sink'}.items()))
    flags = Gio.SubprocessFlags.STDOUT_PIPE | Gio.SubprocessFlags.STDERR_SILENCE
    try:
        Gio.Subprocess.new(['pw-dump'], flags).communicate_utf8_async(None, None, finish)
    except GLib.Error:
        done([])
