# SPDX-License-Identifier: LGPL-2.1-or-later
"""The side panel: the settings of the pad that is selected."""

import math

from gi.repository import Adw, Flitzis, Gtk, Pango

from looper import Looper
from rows import ChoiceRow, NumberRow, SliderRow, SwitchRow

SILENCE_DB = -60
WIDTH = 340


def decibels(gain):
    return 20 * math.log10(gain) if gain > 0.001 else SILENCE_DB


def gain(value):
    return 10 ** (value / 20) if value > SILENCE_DB else 0.0


def say_gain(value):
    return 'silent' if value <= SILENCE_DB else f'{value:+.1f} dB'


def say_pan(value):
    side = 'left' if value < 0 else 'right'
    return 'centre' if round(value) == 0 else f'{abs(value):.0f} % {side}'


def say_duration(seconds):
    """As a clock does from a minute on."""
    minutes, rest = divmod(round(seconds), 60)
    return f'{minutes}:{rest:02}' if minutes else f'{seconds:.2f} s'


def group(title, *rows):
    box = Adw.PreferencesGroup(title=title)
    for row in rows:
        box.add(row)
    return box


class Panel(Gtk.Box):
    __gtype_name__ = 'PadsPanel'

    def __init__(self, board):
        super().__init__(orientation=Gtk.Orientation.VERTICAL, width_request=300,
                         css_classes=['background', 'panel'])
        self.board = board
        self.pad = 0
        self.title = Gtk.Label(css_classes=['heading'], xalign=0.0,
                               ellipsize=Pango.EllipsizeMode.END)
        self.about = Gtk.Label(css_classes=['dim-label', 'caption', 'numeric'], xalign=0.0,
                               ellipsize=Pango.EllipsizeMode.END)
        self.looper = Looper(board)
        rate = board.engine.props.sample_rate
        self.rows = {
            'gain': SliderRow('Gain', 'gain', SILENCE_DB, 24, 1, decibels, gain, say_gain),
            'pan': SliderRow('Pan', 'pan', -100, 100, 1, lambda pan: pan * 100,
                             lambda value: value / 100, say_pan),
            'rate': SliderRow('Rate', 'playback-rate', -24, 24, 1,
                              lambda rate: 12 * math.log2(rate), lambda value: 2 ** (value / 12),
                              lambda value: f'× {2 ** (value / 12):.2f}'),
            'loop': SwitchRow('Loop', 'loop'),
            'loop-start': NumberRow('Loop Start', 'loop-start', 3600, 0.01, 3, rate, 'seconds'),
            'loop-end': NumberRow('Loop End', 'loop-end', 3600, 0.01, 3, rate, '0 is the end'),
            'attack': NumberRow('Attack', 'attack', 60000, 5, 0, 0.001, 'milliseconds'),
            'release': NumberRow('Release', 'release', 60000, 5, 0, 0.001, 'milliseconds'),
            'choke': NumberRow('Choke Group', 'choke-group', 16, 1, subtitle='0 is none'),
            'retrigger': ChoiceRow('Retrigger', 'retrigger', (
                (Flitzis.Retrigger.OVERLAP, 'Overlap'), (Flitzis.Retrigger.RESTART, 'Restart'))),
            'quantize': ChoiceRow('Wait For', 'quantize', (
                (Flitzis.Quantize.NONE, 'Nothing'), (Flitzis.Quantize.STEP, 'Step'),
                (Flitzis.Quantize.BEAT, 'Beat'), (Flitzis.Quantize.BAR, 'Bar')))}
        rows = self.rows
        content = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=18,
                          css_classes=['panel-content'])
        head = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=2)
        head.append(self.title)
        head.append(self.about)
        content.append(head)
        content.append(self.looper)
        content.append(group('Sound', rows['gain'], rows['pan'], rows['rate']))
        content.append(group('Loop', rows['loop'], rows['loop-start'], rows['loop-end']))
        content.append(group('Shape', rows['attack'], rows['release']))
        content.append(group('Trigger', rows['choke'], rows['retrigger'], rows['quantize']))
        # What expands are the pads.
        self.set_hexpand(False)
        self.append(Gtk.ScrolledWindow(child=Adw.Clamp(child=content, maximum_size=WIDTH,
                                                       tightening_threshold=WIDTH), vexpand=True,
                                       hscrollbar_policy=Gtk.PolicyType.NEVER))
        board.connect('file-changed', lambda board, pad: self._show_title())

    def follow(self, pad):
        self.pad = pad
        slot = self.board.slot(pad)
        for row in self.rows.values():
            row.follow(slot)
        self.looper.follow(slot)
        self._show_title()

    def _show_title(self):
        sample = self.board.slot(self.pad).props.sample
        self.title.set_label(self.board.name(self.pad) or 'Empty pad')
        channels = {1: 'mono', 2: 'stereo'}
        self.about.set_label(
            'Loading…' if self.pad in self.board.pending else
            f'{say_duration(sample.props.duration)}, {channels[sample.props.n_channels]}, '
            f'{sample.props.source_rate} Hz' if sample else
            'Its file could not be loaded' if self.pad in self.board.files else
            'Drop a sound on it, or click on it')
