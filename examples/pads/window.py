# SPDX-License-Identifier: LGPL-2.1-or-later
"""The window: header, pads, transport and side panel, and what keys and menus do."""

from gi.repository import Adw, Flitzis, Gdk, Gio, GLib, Gtk

import dialogs
import keys
import preferences
from messages import Messages
from meters import Meter
from pad import Pad
from panel import Panel
from transport import Transport, label

N_COLUMNS = N_ROWS = 4
ARROWS = {Gdk.KEY_Left: (-1, 0), Gdk.KEY_Right: (1, 0), Gdk.KEY_Up: (0, -1), Gdk.KEY_Down: (0, 1)}
SOFT = 0.4  # the velocity of a key with Shift
STATES = {Flitzis.State.STOPPED: 'Stopped', Flitzis.State.STARTING: 'Starting',
          Flitzis.State.RUNNING: 'Running', Flitzis.State.RECONNECTING: 'Reconnecting'}
WIDEST = 4 / 3  # a pad's width over its height at most
AROUND = 110  # pixels of the window's height that are not those of the pads
LARGE = 1200, 800  # pixels in width and height from which on the words on the pads are larger
MIN_WIDTH = 340  # of the pads
STATE_SECONDS = 1  # xruns and latency are not told, so they are looked at


class Window(Adw.ApplicationWindow):
    __gtype_name__ = 'PadsWindow'

    def __init__(self, board, **properties):
        super().__init__(title='Pads', default_width=960, default_height=680, **properties)
        self.board = board
        self.kit_file = None  # that saving writes
        self.kit_name = 'Pads'
        self.saved = board.describe()
        self.undos = {}  # {pad that was unloaded: what brings it back}, the last one last
        self.held = set()
        self.set_size_request(360, 360)

        self.panel = Panel(board)
        self.pads = Gtk.FlowBox(min_children_per_line=N_COLUMNS,
                                max_children_per_line=N_COLUMNS,
                                homogeneous=True, vexpand=True, css_classes=['pads'],
                                selection_mode=Gtk.SelectionMode.BROWSE,
                                activate_on_single_click=False)
        self.pads.update_property([Gtk.AccessibleProperty.LABEL], ['Pads'])
        self.pads.bind_model(board.engine, self._make_pad)
        self.pads.connect('selected-children-changed', self._selection_changed)
        self.pads.connect('child-activated', lambda pads, pad: self._hit(pad, 1.0))
        self.flap = Adw.Flap(content=self._main(board), flap=self.panel,
                             separator=Gtk.Separator(orientation=Gtk.Orientation.VERTICAL),
                             flap_position=Gtk.PackType.END, vexpand=True)
        box = Gtk.Box(orientation=Gtk.Orientation.VERTICAL)
        box.append(self._header())
        box.append(self._banner())
        box.append(self.flap)
        self.set_content(box)
        self.pads.select_child(self.pads.get_child_at_index(0))

        self._add_actions()
        self._listen_to_keys()
        board.connect('message', lambda board, sentences: self._tell_all(sentences))
        board.connect('file-changed', self._file_changed)
        for name in ('state', 'has-sink', 'active-output'):
            board.engine.connect(f'notify::{name}', lambda *_: self._show_state())
        GLib.timeout_add_seconds(STATE_SECONDS, self._show_state)
        self.connect('close-request', self._close)
        self.connect('realize', lambda *_: [self.get_surface().connect(
            f'notify::{name}', self._size_changed) for name in ('width', 'height')])
        self._show_state()

    def _size_changed(self, surface, _):
        width, height = surface.get_width(), surface.get_height()
        size = max(round((height - AROUND) * WIDEST), MIN_WIDTH)
        self.clamp.props.maximum_size = self.clamp.props.tightening_threshold = size
        large = width >= LARGE[0] and height >= LARGE[1]
        (self.pads.add_css_class if large else self.pads.remove_css_class)('large')

    # Building

    def _make_pad(self, slot):
        pad = Pad(self.board, slot)
        pad.connect('hit', lambda pad, velocity: self._hit(pad, velocity))
        return pad

    def _main(self, board):
        scroller = Gtk.ScrolledWindow(child=self.pads, vexpand=True,
                                      hscrollbar_policy=Gtk.PolicyType.NEVER)
        self.messages = Messages()
        self.tell = self.messages.tell
        master = Gtk.Box(css_classes=['master'])
        master.append(Meter(board.engine, ['level-left', 'level-right'], 'Master level'))
        self.transport = Transport(board)
        box = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, width_request=MIN_WIDTH)
        for widget in (scroller, self.messages, master, self.transport):
            box.append(widget)
        self.clamp = Adw.Clamp(child=box, hexpand=True)
        return self.clamp

    def _header(self):
        header = Adw.HeaderBar()
        self.title_widget = Adw.WindowTitle(title='Pads')
        header.set_title_widget(self.title_widget)
        side = label(Gtk.ToggleButton(icon_name='sidebar-show-right-symbolic',
                                      action_name='win.panel'), 'Settings of the pad')
        menu = Gio.Menu()
        for items in ((('_Open Kit…', 'win.open-kit'), ('_Save Kit', 'win.save-kit'),
                       ('Save Kit _As…', 'win.save-kit-as')),
                      (('Open _Sounds…', 'win.open-sound'), ('_Undo Unload', 'win.undo')),
                      (('_Preferences', 'win.preferences'),
                       ('_Keyboard Shortcuts', 'win.shortcuts'))):
            section = Gio.Menu()
            for item in items:
                section.append(*item)
            menu.append_section(None, section)
        header.pack_end(label(Gtk.MenuButton(icon_name='open-menu-symbolic', menu_model=menu,
                                             primary=True), 'Menu'))
        header.pack_end(side)
        return header

    def _banner(self):
        """Why nothing is heard, as long as that is so."""
        text = Gtk.Label(wrap=True, xalign=0.0, hexpand=True)
        again = Gtk.Button(label='Try Again', valign=Gtk.Align.CENTER)
        again.connect('clicked', lambda *_: self.board.restart())
        box = Gtk.Box(spacing=12, css_classes=['trouble'])
        box.append(text)
        box.append(again)
        self.banner = Gtk.Revealer(child=box)

        def show(*_):
            text.set_label(self.board.trouble or text.get_label())
            self.banner.set_reveal_child(bool(self.board.trouble))
        self.board.connect('notify::trouble', show)
        show()
        return self.banner

    def _add_actions(self):
        panel = Gio.PropertyAction.new('panel', self.flap, 'reveal-flap')
        self.add_action(panel)
        for name, function in (
                ('stop-all', self.board.stop_all), ('tap', self.transport.tap),
                ('stop-pad', lambda: self.board.engine.stop_sample(self.selected.index)),
                ('unload', self._unload), ('undo', self._undo),
                ('open-sound', self._open_sound), ('open-kit', self._open_kit),
                ('save-kit', self._save_kit), ('save-kit-as', self._save_kit_as),
                ('preferences', self._show_preferences),
                ('shortcuts', lambda: dialogs.show_shortcuts(self))):
            action = Gio.SimpleAction.new(name, None)
            action.connect('activate', lambda action, _, function=function: function())
            self.add_action(action)
        self.lookup_action('undo').set_enabled(False)
        self.add_action(Gio.PropertyAction.new('clock', self.board.engine.props.clock, 'running'))

    # Playing

    @property
    def selected(self):
        return self.pads.get_selected_children()[0]

    def pad(self, index):
        return self.pads.get_child_at_index(index)

    def _selection_changed(self, pads):
        if pads.get_selected_children():
            self.panel.follow(self.selected.index)

    def _hit(self, pad, velocity):
        """The sound comes first; an empty pad asks for one."""
        self.board.hit(pad.index, velocity)
        pad.choose()
        if not pad.slot.props.sample and not pad.slot.props.loading:
            self._open_sound()

    def _listen_to_keys(self):
        controller = Gtk.EventControllerKey(propagation_phase=Gtk.PropagationPhase.CAPTURE)
        controller.connect('key-pressed', self._key_pressed)
        controller.connect('key-released', self._key_released)
        self.add_controller(controller)
        # A key that is let go of in another window is not reported here.
        self.connect('notify::is-active', lambda *_: self.held.clear())

    def _on_pad(self, pad, keyval, modifiers):
        """What keys do where a pad has the keyboard's focus."""
        if keyval in ARROWS and not modifiers:
            column, row = ARROWS[keyval]
            column, row = pad.index % N_COLUMNS + column, pad.index // N_COLUMNS + row
            if column in range(N_COLUMNS) and row in range(N_ROWS):
                self.pad(N_COLUMNS * row + column).choose()
        elif keyval == Gdk.KEY_space and not modifiers:
            self._hit(pad, 1.0)
        elif keyval == Gdk.KEY_Delete:
            self._unload()
        elif keyval == Gdk.KEY_Menu or keyval == Gdk.KEY_F10 and modifiers:
            pad.show_menu()
        else:
            return False
        return True

    def _in_field(self, keyval, modifiers):
        """A number field takes the digits, though they are keys of pads; letters would spoil its
        number. Return hands the keyboard back to the pads."""
        if keyval in (Gdk.KEY_Return, Gdk.KEY_KP_Enter):
            self.selected.grab_focus()  # the field reads its number when it loses the focus
            return True
        return not modifiers & ~Gdk.ModifierType.SHIFT_MASK and \
            chr(Gdk.keyval_to_unicode(keyval)).isalpha()

    def _key_pressed(self, controller, keyval, keycode, state):
        if keyval == Gdk.KEY_Escape:
            self.board.stop_all()
            return False
        modifiers = state & Gtk.accelerator_get_default_mod_mask()
        focus = self.get_focus()
        if isinstance(focus, Pad) and self._on_pad(focus, keyval, modifiers):
            return True
        if isinstance(focus, Gtk.Editable):
            return self._in_field(keyval, modifiers)
        pad = keys.pad_of(keycode)
        if pad is None or modifiers & ~Gdk.ModifierType.SHIFT_MASK:
            return False
        if keycode not in self.held:
            self.held.add(keycode)
            self.board.hit(pad, SOFT if modifiers else 1.0)
            # A drag in the panel goes on with the pad that the panel shows.
            if not state & Gdk.ModifierType.BUTTON1_MASK:
                self.pad(pad).choose()
        return True

    def _key_released(self, controller, keyval, keycode, state):
        self.held.discard(keycode)

    # Telling

    def _tell_all(self, sentences):
        first, *more = sentences
        if more:
            self.tell(f'{first} And {len(more)} more.', 'Show',
                      lambda: dialogs.show_messages(self, sentences))
        else:
            self.tell(first)

    def _show_state(self):
        engine = self.board.engine
        n_xruns, latency = engine.props.n_xruns, self.board.latency()
        xruns = f'{n_xruns} xruns' if n_xruns != 1 else '1 xrun'
        state = 'No output device' if self.board.has_no_sink() else STATES[engine.props.state]
        self.title_widget.set_subtitle(f'{state} · {xruns}')
        self.title_widget.set_tooltip_text(
            'Latency unknown' if latency is None else
            f'At most {latency / 1e6:.1f} ms from a hit to the loudspeaker')
        self.title_widget.set_title(self.kit_name)
        return True

    # Sounds and kits

    def _open_sound(self):
        pad = self.selected.index
        dialogs.open_sounds(self, lambda files: self.take(pad, files))

    def take(self, pad, files):
        """Opens a kit that is among files, or loads the sounds into this pad and those behind."""
        for file in files:
            if (file.get_basename() or '').lower().endswith(dialogs.KIT_ENDINGS):
                dialogs.unless_unsaved(self, lambda: self.open_kit(file))
                return
        self.board.load_from(pad, files)

    def _unload(self):
        pad, name = self.selected.index, self.selected.name_label.get_label()
        undo = self.board.unload(pad)
        if undo:
            self.undos[pad] = undo
            self.lookup_action('undo').set_enabled(True)
            self.tell(f'{name} unloaded', 'Undo', self._undo)

    def _undo(self):
        _, undo = self.undos.popitem()
        self._undos_changed()
        undo()

    def _file_changed(self, board, pad):
        self.pad(pad).update()
        if pad in board.files or pad in board.pending:
            # There is no way back for a pad that holds something else.
            if self.undos.pop(pad, None):
                self._undos_changed()

    def _undos_changed(self):
        """The button of an older message would undo something else."""
        self.messages.dismiss()
        self.lookup_action('undo').set_enabled(bool(self.undos))

    def _open_kit(self):
        dialogs.unless_unsaved(self, lambda: dialogs.open_kit(self, self.open_kit))

    def open_kit(self, file):
        try:
            opened = self.board.open(file, self.mark_saved)
        except GLib.Error as error:
            self.tell(error.message)
            return
        self.undos.clear()
        self._undos_changed()
        # Hydrogen's kits and SFZ are read only: they are saved under another name.
        is_own = file.get_basename().endswith('.json')
        self.kit_file = file if is_own else None
        self.kit_name = file.get_basename() if is_own else opened.props.name
        self.mark_saved()

    def _save_kit(self, then=None):
        if self.kit_file:
            self.save_kit(self.kit_file, then)
        else:
            self._save_kit_as(then)

    def _save_kit_as(self, then=None):
        dialogs.save_kit(self, lambda file: self.save_kit(file, then))

    def save_kit(self, file, then=None):
        try:
            self.board.save(file)
        except GLib.Error as error:
            self.tell(error.message)
            return
        self.kit_file, self.kit_name = file, file.get_basename()
        self.mark_saved()
        if then:
            then()
        else:
            self.tell(f'{file.get_basename()} saved')

    def mark_saved(self):
        """What there is now would not be lost."""
        self.saved = self.board.describe()
        self._show_state()

    def _show_preferences(self):
        preferences.Preferences(self.board, transient_for=self, modal=True).present()

    def _close(self, *_):
        if self.board.describe() == self.saved:
            self.board.shut_down()
            return False
        dialogs.unless_unsaved(self, self._leave)
        return True

    def _leave(self):
        self.saved = self.board.describe()
        self.close()
