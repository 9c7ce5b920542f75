# SPDX-License-Identifier: LGPL-2.1-or-later
"""Draws a sample: bars from the lowest to the highest value of the frames below them. The loudest
of them fills the height, so that the shape of a quiet sound is seen, too. Thin lines are the loop
and the cues of the sample's file."""

import array

from gi.repository import Gdk, Graphene, Gtk

BAR, GAP = 2, 1  # pixels
FLAG = 5  # pixels: tells a mark from the bars beside it


def rectangle(x, y, width, height):
    return Graphene.Rect().init(x, y, width, height)


def parsed(text):
    colour = Gdk.RGBA()
    colour.parse(text)
    return colour


def faint(colour, alpha):
    """The same colour, less of it."""
    less = colour.copy()
    less.alpha *= alpha
    return less


def colour_of(widget):
    """What the style sheet calls `color`. GTK 4.10 and later have the first way and deprecate the
    second."""
    if hasattr(widget, 'get_color'):
        return widget.get_color()
    return widget.get_style_context().get_color()


# Of the GNOME palette: seen on light and on dark.
PLAYHEAD = parsed('#ed333b')  # red 2
LOOP = parsed('#e5a50a')  # yellow 5
CUE = parsed('#2ec27e')  # green 4


def peaks(sample, n_bins):
    """[(lowest, highest), ...] of so many parts of the sample."""
    values = array.array('f', sample.get_peaks(n_bins).get_data() or b'')
    return list(zip(values[::2], values[1::2]))


def marks(sample, width):
    """Where the file's cues and loop points stand in a picture: [(x, colour, words), ...]."""
    places = [(cue.props.frame, CUE, f'Cue “{cue.props.label}”' if cue.props.label else 'Cue')
              for cue in sample.props.cues]
    if sample.props.has_loop:
        places += [(sample.props.loop_start, LOOP, 'Loop start of the file'),
                   (sample.props.loop_end, LOOP, 'Loop end of the file')]
    if not sample.props.n_frames:  # of a streamed file that does not state its length
        return []
    # One at the end of the sample stands in the last column.
    return [(min(frame * width // sample.props.n_frames, width - 1), colour, words)
            for frame, colour, words in places]


class Waveform:
    """The picture of a sample, drawn anew only when it, its size or its colour changes. There is
    none until a worker has looked at all frames; then the widget that shows it is drawn again."""

    def __init__(self, widget):
        self._widget = widget
        self._sample = self._ready = None
        self._key = self._picture = None

    def snapshot(self, snapshot, sample, width, height, colour):
        if sample is not self._sample:
            self._sample, self._ready = sample, False
            sample.prepare_peaks_async(None, self._prepared)
        if not self._ready:
            return
        key = sample, width, height, colour.to_string()
        if key != self._key:
            self._key, self._picture = key, self._draw(sample, width, height, colour)
        self._picture.snapshot(snapshot, width, height)

    def _prepared(self, sample, result):
        if sample is self._sample:
            self._ready = True
            self._widget.queue_draw()

    def _draw(self, sample, width, height, colour):
        drawing = Gtk.Snapshot()
        n_bars = max(1, (width + GAP) // (BAR + GAP))
        bars = peaks(sample, n_bars)
        loudest = max(max(-low, high) for low, high in bars) or 1.0
        middle = height / 2
        for i, (low, high) in enumerate(bars):
            top = middle - high / loudest * middle
            length = max((high - low) / loudest * middle, 1.0)
            drawing.append_color(colour, rectangle(i * (BAR + GAP), top, BAR, length))
        # Many marks may share a column, which is drawn once.
        for x, shade in {x: shade for x, shade, _ in marks(sample, width)}.items():
            drawing.append_color(shade, rectangle(x, 0, 1, height))
            drawing.append_color(shade, rectangle(x - FLAG // 2, height - FLAG, FLAG, FLAG))
        return drawing.to_paintable(Graphene.Size().init(width, height))
