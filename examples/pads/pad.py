# SPDX-License-Identifier: LGPL-2.1-or-later
"""One pad: its key, its name, its waveform with the playhead, its meter, and how it is hit."""

from gi.repository import Gdk, Gio, GLib, GObject, Graphene, Gtk, Pango

import keys
from meters import Meter
from waveform import PLAYHEAD, Waveform, colour_of, rectangle

SOFTEST = 0.15


class Face(Gtk.Widget):
    """What is drawn on a pad: waveform, playhead, progress of a load."""
    __gtype_name__ = 'PadsFace'

    def __init__(self, board, slot):
        super().__init__(css_name='face', accessible_role=Gtk.AccessibleRole.PRESENTATION,
                         vexpand=True)
        self.board = board
        self.slot = slot
        self.waveform = Waveform(self)
        self.tick = 0
        for name in ('sample', 'load-progress', 'loading'):
            slot.connect(f'notify::{name}', lambda *_: self.queue_draw())
        slot.connect('notify::playing', self._playing_changed)

    def _playing_changed(self, *_):
        if self.slot.props.playing and not self.tick:
            self.tick = self.add_tick_callback(self._move)

    def _move(self, *_):
        self.queue_draw()
        if not self.slot.props.playing:
            self.tick = 0
        return self.slot.props.playing

    def do_snapshot(self, snapshot):
        width, height, colour = self.get_width(), self.get_height(), colour_of(self)
        if self.slot.props.sample:
            self.waveform.snapshot(snapshot, self.slot.props.sample, width, height, colour)
            playhead = self.board.playhead(self.slot.props.index)
            if playhead is not None:
                snapshot.append_color(PLAYHEAD, rectangle(playhead * (width - 2), 0, 2, height))
        if self.slot.props.loading and self.slot.props.load_progress > 0.0:
            done = width * self.slot.props.load_progress
            snapshot.append_color(colour, rectangle(0, height - 3, done, 3))


class Pad(Gtk.FlowBoxChild):
    __gtype_name__ = 'PadsPad'
    __gsignals__ = {'hit': (GObject.SignalFlags.RUN_FIRST, None, (float,))}

    def __init__(self, board, slot):
        super().__init__(css_classes=['pad'])
        self.board = board
        self.slot = slot
        self.index = slot.props.index
        self.key = keys.name_of(self.get_display(), self.index)

        self.key_label = Gtk.Label(label=self.key, css_classes=['key'])
        self.name_label = Gtk.Label(css_classes=['name'], xalign=0.0, wrap=True, lines=2,
                                    ellipsize=Pango.EllipsizeMode.END)
        self.sign = Gtk.Image(css_classes=['sign'])
        self.spinner = Gtk.Spinner(halign=Gtk.Align.CENTER, valign=Gtk.Align.CENTER,
                                   width_request=24, height_request=24)
        head = Gtk.Box(spacing=6)
        head.append(self.key_label)
        head.append(Meter(slot, ['level'], f'Level of pad {self.key}'))
        box = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=4)
        for widget in (head, Face(board, slot), self.name_label):
            box.append(widget)
        overlay = Gtk.Overlay(child=box)
        for widget in (self.sign, self.spinner):
            widget.set_can_target(False)
            overlay.add_overlay(widget)
        self.set_child(overlay)

        self._listen()
        for name in ('sample', 'loading', 'playing'):
            slot.connect(f'notify::{name}', lambda *_: self.update())
        self.update()

    def _listen(self):
        click = Gtk.GestureClick(button=Gdk.BUTTON_PRIMARY)
        click.connect('pressed', self._pressed)
        self.add_controller(click)
        menu = Gtk.GestureClick(button=Gdk.BUTTON_SECONDARY)
        menu.connect('pressed', lambda gesture, n, x, y: self.show_menu(x, y))
        self.add_controller(menu)
        press = Gtk.GestureLongPress(touch_only=True)
        press.connect('pressed', lambda gesture, x, y: self.show_menu(x, y))
        self.add_controller(press)
        drop = Gtk.DropTarget.new(Gdk.FileList, Gdk.DragAction.COPY)
        drop.connect('drop', self._dropped)
        self.add_controller(drop)

    def _pressed(self, gesture, n_press, x, y):
        """The higher a pad is hit, the louder it sounds."""
        gesture.set_state(Gtk.EventSequenceState.CLAIMED)
        height = 1.0 - (y - 8.0) / max(self.get_height() - 16.0, 1.0)
        self.emit('hit', min(max(height, SOFTEST), 1.0))

    def choose(self):
        """Makes it the pad that the side panel shows and the keyboard goes on from."""
        self.get_parent().select_child(self)
        self.grab_focus()

    def _dropped(self, target, files, x, y):
        self.get_root().take(self.index, files.get_files())
        return True

    def show_menu(self, x=None, y=None):
        self.choose()
        menu = Gio.Menu()
        for label, action in (('_Open Sound…', 'win.open-sound'), ('_Stop', 'win.stop-pad'),
                              ('_Unload', 'win.unload')):
            menu.append(label, action)
        popover = Gtk.PopoverMenu.new_from_model(menu)
        # Not within the grid, nor what scrolls it: they would take the arrow keys for themselves.
        parent = self.get_root().get_content()
        popover.set_parent(parent)
        x, y = (self.get_width() / 2, self.get_height() / 2) if x is None else (x, y)
        _, point = self.compute_point(parent, Graphene.Point().init(x, y))
        place = Gdk.Rectangle()
        place.x, place.y = int(point.x), int(point.y)
        popover.set_pointing_to(place)

        def closed(popover):
            # Or the keyboard would go on from the first button of the window.
            self.grab_focus()
            # Its action is carried out after it has closed.
            GLib.idle_add(popover.unparent)
        popover.connect('closed', closed)
        popover.popup()

    def update(self):
        """Shows what the slot and the board say."""
        name = self.board.name(self.index)
        loading, filled = self.slot.props.loading, self.slot.props.sample is not None
        missing = bool(name) and not filled and not loading
        self.name_label.set_label(name)
        self.spinner.set_visible(loading)
        self.spinner.set_spinning(loading)
        self.sign.set_visible(not filled and not loading)
        self.sign.set_from_icon_name('dialog-warning-symbolic' if missing else 'list-add-symbolic')
        for css_class, wanted in (('playing', self.slot.props.playing), ('empty', not filled)):
            (self.add_css_class if wanted else self.remove_css_class)(css_class)
        state = ('loading' if loading else 'file is missing' if missing else
                 '' if filled else 'empty')
        words = ', '.join(word for word in (f'Pad {self.key}', name, state) if word)
        self.update_property([Gtk.AccessibleProperty.LABEL], [words])
        self.set_tooltip_text(f'{name}: its file could not be loaded' if missing else name or
                              'Drop a sound here')
