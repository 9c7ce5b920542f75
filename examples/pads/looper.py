# SPDX-License-Identifier: LGPL-2.1-or-later
"""The large waveform of the side panel: shows the playhead, and the loop, whose points are dragged
with the mouse or a finger. The rows below it do the same for the keyboard. A tooltip names the
file's cues and loop points."""

from gi.repository import Gtk

from waveform import LOOP, PLAYHEAD, Waveform, colour_of, faint, marks, parsed, rectangle

SHADE = parsed('rgba(128, 128, 128, 0.35)')
REACH = 16  # pixels to either side of a point within which it is grabbed
NAME_REACH = 4  # the same for a mark that is named


class Looper(Gtk.Widget):
    __gtype_name__ = 'PadsLooper'

    def __init__(self, board):
        super().__init__(css_name='looper', height_request=128,
                         accessible_role=Gtk.AccessibleRole.IMG)
        self.update_property([Gtk.AccessibleProperty.LABEL], ['Waveform with the loop'])
        self.board = board
        self.slot = None
        self.handlers = []
        self.waveform = Waveform(self)
        self.grabbed = None
        self.tick = 0
        drag = Gtk.GestureDrag()
        drag.connect('drag-begin', self._begin)
        drag.connect('drag-update', self._move)
        drag.connect('drag-end', lambda *_: setattr(self, 'grabbed', None))
        self.add_controller(drag)
        motion = Gtk.EventControllerMotion()
        motion.connect('motion', self._point)
        self.add_controller(motion)
        self.set_has_tooltip(True)
        self.connect('query-tooltip', self._name)

    def follow(self, slot):
        for handler in self.handlers:
            self.slot.disconnect(handler)
        self.slot = slot
        self.handlers = [slot.connect(f'notify::{name}', lambda *_: self.queue_draw())
                         for name in ('sample', 'loop', 'loop-start', 'loop-end')]
        self.handlers.append(slot.connect('notify::playing', self._playing_changed))
        self._playing_changed()
        self.queue_draw()

    def _playing_changed(self, *_):
        if self.slot.props.playing and not self.tick:
            self.tick = self.add_tick_callback(self._animate)

    def _animate(self, *_):
        self.queue_draw()
        if not self.slot.props.playing:
            self.tick = 0
        return self.slot.props.playing

    @property
    def n_frames(self):
        return max(self.slot.props.n_frames, 0) if self.slot else 0

    @property
    def points(self):
        """The loop in pixels: {property: x}."""
        end = self.slot.props.loop_end or self.n_frames
        return {'loop-start': self.slot.props.loop_start * self.get_width() / self.n_frames,
                'loop-end': min(end, self.n_frames) * self.get_width() / self.n_frames}

    def _nearest(self, x):
        if not self.n_frames or not self.slot.props.loop:
            return None
        name, place = min(self.points.items(), key=lambda point: abs(point[1] - x))
        return name if abs(place - x) <= REACH else None

    def _point(self, controller, x, y):
        self.set_cursor_from_name('ew-resize' if self._nearest(x) else None)

    def _name(self, widget, x, y, is_keyboard, tooltip):
        if is_keyboard or not self.n_frames:
            return False
        words = [words for place, _, words in marks(self.slot.props.sample, self.get_width())
                 if abs(place - x) <= NAME_REACH]
        tooltip.set_text('\n'.join(words))
        return bool(words)

    def _begin(self, gesture, x, y):
        self.grabbed = self._nearest(x)
        gesture.set_state(Gtk.EventSequenceState.CLAIMED if self.grabbed
                          else Gtk.EventSequenceState.DENIED)

    def _move(self, gesture, offset, _):
        if not self.grabbed or not self.n_frames:
            return
        _, start, _ = gesture.get_start_point()
        frame = round((start + offset) / self.get_width() * self.n_frames)
        frame = min(max(frame, 0), self.n_frames)
        end = self.slot.props.loop_end or self.n_frames
        if self.grabbed == 'loop-start':
            self.slot.props.loop_start = min(frame, end - 1)
        else:
            self.slot.props.loop_end = max(frame, self.slot.props.loop_start + 1)

    def do_snapshot(self, snapshot):
        width, height, colour = self.get_width(), self.get_height(), colour_of(self)
        if not self.n_frames:
            snapshot.append_color(faint(colour, 0.3), rectangle(0, height / 2, width, 1))
            return
        self.waveform.snapshot(snapshot, self.slot.props.sample, width, height, colour)
        if self.slot.props.loop:
            self._draw_loop(snapshot, width, height)
        playhead = self.board.playhead(self.slot.props.index)
        if playhead is not None:
            snapshot.append_color(PLAYHEAD, rectangle(playhead * (width - 2), 0, 2, height))

    def _draw_loop(self, snapshot, width, height):
        first, last = self.points.values()
        for x, end in ((0, first), (last, width)):
            snapshot.append_color(SHADE, rectangle(x, 0, end - x, height))
        for x, side in ((first, 0), (last, -1)):
            snapshot.append_color(LOOP, rectangle(x + side * 2, 0, 2, height))
            snapshot.append_color(LOOP, rectangle(x + side * 10, 0, 10, 14))
