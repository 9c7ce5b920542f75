# SPDX-License-Identifier: LGPL-2.1-or-later
"""Level meters: up at once, down slowly, in decibels."""

import math

from gi.repository import Gtk

from waveform import colour_of, faint, parsed, rectangle

FLOOR_DB = -60.0
FALL = 0.9  # what is left of the height a frame of the display later
OVER = parsed('#e01b24')  # red 3 of the GNOME palette
GAP = 2  # pixels between two bars


class Level:
    """The height of a bar, 0 to 1, and whether the sound is beyond full scale."""

    def __init__(self):
        self.height = 0.0
        self.over = False

    def move(self, peak):
        """One frame of the display; returns whether there is anything left to see."""
        decibels = 20.0 * math.log10(peak) if peak > 0.0 else FLOOR_DB
        height = min(max(1.0 - decibels / FLOOR_DB, 0.0), 1.0)
        self.over = peak > 1.0
        self.height = max(height, self.height * FALL if self.height > 0.01 else 0.0)
        return self.height > 0.0


class Meter(Gtk.Widget):
    """A bar for each of some properties of an object. It draws while there is something to see."""
    __gtype_name__ = 'PadsMeter'

    def __init__(self, source, names, title):
        super().__init__(css_name='meter', accessible_role=Gtk.AccessibleRole.METER,
                         hexpand=True, valign=Gtk.Align.CENTER,
                         height_request=(4 + GAP) * len(names) - GAP)
        self.update_property([Gtk.AccessibleProperty.LABEL], [title])
        self.source = source
        self.levels = {name: Level() for name in names}
        self.tick = 0
        for name in names:
            source.connect(f'notify::{name}', self._changed)

    def _changed(self, *_):
        if not self.tick:
            self.tick = self.add_tick_callback(self._move)

    def _move(self, *_):
        alive = [level.move(self.source.get_property(name)) for name, level in self.levels.items()]
        self.queue_draw()
        if not any(alive):
            self.tick = 0
        return any(alive)

    def do_snapshot(self, snapshot):
        width, colour = self.get_width(), colour_of(self)
        bar = (self.get_height() + GAP) / len(self.levels) - GAP
        for i, level in enumerate(self.levels.values()):
            y = i * (bar + GAP)
            snapshot.append_color(faint(colour, 0.15), rectangle(0, y, width, bar))
            snapshot.append_color(OVER if level.over else colour,
                                  rectangle(0, y, width * level.height, bar))
