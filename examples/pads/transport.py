# SPDX-License-Identifier: LGPL-2.1-or-later
"""The row below the pads: the clock with its beat light, tempo and tap, the gain, stop all."""

import math

from gi.repository import GLib, GObject, Gtk

from rows import without_wheel

TAP_SECONDS = 2.0  # a longer pause begins anew
N_TAPS = 5
MAX_LIGHTS = 8


def label(widget, name):
    """Names a control for those who hear it and for those who point at it."""
    widget.update_property([Gtk.AccessibleProperty.LABEL], [name])
    widget.set_tooltip_text(name)
    return widget


class BeatLights(Gtk.Box):
    """One light a beat; it goes on when the beat is heard, not when it is computed."""
    __gtype_name__ = 'PadsBeatLights'

    def __init__(self, clock):
        super().__init__(spacing=3, css_classes=['beats'], valign=Gtk.Align.CENTER,
                         accessible_role=Gtk.AccessibleRole.PRESENTATION)
        self.clock = clock
        self.lights = []
        clock.connect('notify::beats-per-bar', lambda *_: self._lay_out())
        clock.connect('beat', self._beat)
        clock.connect('notify::running', lambda *_: self._show(None))
        self._lay_out()

    def _lay_out(self):
        for light in self.lights:
            self.remove(light)
        n_lights = self.clock.props.beats_per_bar
        self.lights = [Gtk.Box(css_classes=['beat'], valign=Gtk.Align.CENTER)
                       for _ in range(n_lights if n_lights <= MAX_LIGHTS else 1)]
        for light in self.lights:
            self.append(light)

    def _beat(self, clock, beat, frame, time_ns):
        light = self.lights[beat % clock.props.beats_per_bar % len(self.lights)]
        wait_us = time_ns // 1000 - GLib.get_monotonic_time() if time_ns >= 0 else 0
        GLib.timeout_add(max(wait_us // 1000, 0), self._show, light)

    def _show(self, light):
        for each in self.lights:
            each.remove_css_class('on')
        if light and self.clock.props.running:
            light.add_css_class('on')


class Transport(Gtk.Box):
    __gtype_name__ = 'PadsTransport'

    def __init__(self, board):
        super().__init__(spacing=4, css_classes=['transport'])
        self.clock = board.engine.props.clock
        self.taps = []

        run = label(Gtk.ToggleButton(icon_name='media-playback-start-symbolic',
                                     css_classes=['flat']),
                    'Run the clock')
        self.clock.bind_property('running', run, 'active', GObject.BindingFlags.BIDIRECTIONAL
                                 | GObject.BindingFlags.SYNC_CREATE)
        self.run = run
        tempo = Gtk.Adjustment(lower=20, upper=9999, step_increment=1, page_increment=10)
        self.clock.bind_property('tempo', tempo, 'value', GObject.BindingFlags.BIDIRECTIONAL
                                 | GObject.BindingFlags.SYNC_CREATE)
        self.tempo = label(Gtk.SpinButton(adjustment=tempo, digits=0, width_chars=4),
                           'Tempo in beats a minute')
        self.tap_button = Gtk.Button(label='Tap', tooltip_text='Set the tempo by tapping',
                                     action_name='win.tap')
        self.volume = self._volume(board.engine)
        stop = label(Gtk.Button(icon_name='media-playback-stop-symbolic',
                                action_name='win.stop-all', css_classes=['flat']),
                     'Stop all pads')
        self.lights = BeatLights(self.clock)
        for widget in (run, self.lights, self.tempo, self.tap_button, self.volume, stop):
            self.append(widget)
        # The volume has a slider that drops down.
        for widget in (self.tempo, self.volume):
            without_wheel(widget)

    def _volume(self, engine):
        """A button whose slider is in decibels."""
        icons = ('audio-volume-muted-symbolic', 'audio-volume-high-symbolic',
                 'audio-volume-low-symbolic', 'audio-volume-medium-symbolic')
        scale = Gtk.ScaleButton(icons=icons, adjustment=Gtk.Adjustment(
            lower=-60, upper=12, step_increment=1, page_increment=6),
            hexpand=True, halign=Gtk.Align.END)

        def show(*_):
            gain = engine.props.gain
            decibels = 20 * math.log10(gain) if gain > 0.001 else -60.0
            if abs(scale.get_value() - decibels) > 0.01:
                scale.set_value(decibels)
            scale.set_tooltip_text(f'Volume of all pads: {decibels:.0f} dB')

        def change(scale, decibels):
            engine.props.gain = 10 ** (decibels / 20) if decibels > -60 else 0.0
        scale.connect('value-changed', change)
        engine.connect('notify::gain', show)
        # What takes the keyboard is the button inside.
        for widget in (scale, scale.get_first_child()):
            widget.update_property([Gtk.AccessibleProperty.LABEL],
                                   ['Volume of all pads in decibels'])
        show()
        return scale

    def tap(self):
        """The tempo is that of the last few taps."""
        now = GLib.get_monotonic_time() / 1e6
        if self.taps and now - self.taps[-1] > TAP_SECONDS:
            self.taps = []
        self.taps = [*self.taps, now][-N_TAPS:]
        if len(self.taps) > 1:
            beat = (self.taps[-1] - self.taps[0]) / (len(self.taps) - 1)
            self.clock.props.tempo = min(max(round(60 / beat), 20), 9999)
