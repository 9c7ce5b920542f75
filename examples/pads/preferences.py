# SPDX-License-Identifier: LGPL-2.1-or-later
"""The preferences: where the sound goes, how soon, and how triggers are timed. They are kept in
the user's configuration folder."""

import json
import os

from gi.repository import Adw, Flitzis, GLib, Gtk

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


class SinkRow(Adw.ComboRow):
    """The sinks as they come and go, below the default one. One that was chosen stays when it has
    gone. `chosen (name)` is called when the user takes another."""
    __gtype_name__ = 'PadsSinkRow'

    def __init__(self, engine, chosen):
        super().__init__(title='Play to', model=Gtk.StringList())
        self.engine, self.sinks = engine, engine.get_sinks()
        self.names, self.descriptions = [], {}
        self.quiet = False
        self._show()
        self.connect('notify::selected', lambda *_: self.quiet or chosen(
            self.names[self.get_selected()]))
        handler = self.sinks.connect('items-changed', self._show)
        self.connect('unrealize', lambda *_: self.sinks.disconnect(handler))

    def _show(self, *_):
        target, model = self.engine.props.target, self.get_model()
        there = {sink.props.name: sink.props.description for sink in self.sinks}
        self.descriptions.update(there)
        words = {None: 'The default one', **there}
        words.setdefault(target, f'{self.descriptions.get(target, target)} (not there)')
        self.names = list(words)
        self.quiet = True
        model.splice(0, len(model), list(words.values()))
        self.set_selected(self.names.index(target))
        self.quiet = False


class Preferences(Adw.Window):
    """No AdwPreferencesWindow, which is deprecated, and no AdwPreferencesDialog, which Debian 12
    does not have."""
    __gtype_name__ = 'PadsPreferences'

    def __init__(self, board, **properties):
        super().__init__(title='Preferences', default_width=480, default_height=460, **properties)
        self.board = board
        engine = board.engine
        rate = engine.props.sample_rate
        latencies = [(n, f'{n} frames, {1000 * n / rate:.1f} ms' if n else 'As the server likes')
                     for n in LATENCIES]
        timings = [(Flitzis.TriggerTiming.SOONEST, 'As soon as can be'),
                   (Flitzis.TriggerTiming.CONSTANT, 'Evenly, a little later')]
        output = Adw.PreferencesGroup(title='Output')
        output.add(SinkRow(engine, lambda name: self._set('target', name)))
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

    def _set_latency(self, n_frames):
        self._set('latency-frames', n_frames)
        self.board.restart()
