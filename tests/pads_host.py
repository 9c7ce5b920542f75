# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs the pad board as it is, and tells a test about it: each line that comes in is a Python
expression, evaluated by the main loop between its events; what goes out is its value as JSON.
pads_host.py FOLDER-OF-THE-PROGRAM ARGUMENT ..."""

import json
import runpy
import sys
import traceback

folder = sys.argv.pop(1)
sys.path.insert(0, folder)

import gi  # noqa: E402

gi.require_version('Gtk', '4.0')
gi.require_version('Adw', '1')
gi.require_version('Flitzis', '1')
from gi.repository import GLib  # noqa: E402


recorded = []  # by handlers that a test connects


def walk(widget):
    """A widget and all below it."""
    yield widget
    child = widget.get_first_child()
    while child:
        yield from walk(child)
        child = child.get_next_sibling()


def draw(widget):
    """Waits until the window of a widget has been laid out, drawn and shown."""
    drawn = []
    clock = widget.get_frame_clock()
    handler = clock.connect('after-paint', lambda *_: drawn.append(True))
    clock.request_phase(Gdk.FrameClockPhase.PAINT)
    while not drawn and widget.get_mapped():
        GLib.MainContext.default().iteration(True)
    clock.disconnect(handler)
    widget.get_display().sync()
    return bool(drawn)


def place(widget, right=0.5, down=0.5):
    """Where a point of a widget is on the screen: the windows stand at the origin."""
    draw(widget)
    assert widget.get_mapped() and widget.get_width() > 0
    native = widget.get_native()
    left, top = native.get_surface_transform()
    _, point = widget.compute_point(native, Graphene.Point().init(widget.get_width() * right,
                                                                  widget.get_height() * down))
    while isinstance(native.get_surface(), Gdk.Popup):
        left += native.get_surface().get_position_x()
        top += native.get_surface().get_position_y()
        native = native.get_parent().get_native()
    return [round(left + point.x), round(top + point.y)]


def shape(widget):
    """Its width over its height, with its padding."""
    _, bounds = widget.compute_bounds(widget)
    return bounds.get_width() / bounds.get_height()


def texts(widget):
    """All words that can be seen."""
    return [each.get_label() for each in walk(widget)
            if isinstance(each, Gtk.Label) and each.get_mapped()]


def meter_of(widget, name):
    """How high the bar of a property stands, 0 to 1."""
    return next(each.levels[name].height for each in walk(widget)
                if name in getattr(each, 'levels', ()))


def named(widget, label):
    """The button with these words on it."""
    return next(each for each in walk(widget)
                if isinstance(each, Gtk.Button) and each.get_label() == label)


def questions():
    """The dialogs that ask or tell something."""
    kind = getattr(Adw, 'AlertDialog', None) or Adw.MessageDialog
    return [each for window in Gtk.Window.get_toplevels() for each in walk(window)
            if isinstance(each, kind) and each.get_mapped()]


def word(widget, text):
    """The label that says this."""
    return next(each for each in walk(widget)
                if isinstance(each, Gtk.Label) and each.get_mapped() and each.get_text() == text)


def window_of(title):
    """The window of this title."""
    return next(each for each in Gtk.Window.get_toplevels()
                if each.get_title() == title and each.get_mapped())


def row(widget, title):
    return next(each for each in walk(widget)
                if isinstance(each, Adw.PreferencesRow) and each.get_title() == title)


def opened(widget):
    """Whether the list that drops down from a row is there, and has the keyboard."""
    focus = widget.get_root().get_focus()
    return any(isinstance(each, Gtk.Popover) and each.get_mapped() and focus is not None
               and focus.is_ancestor(each) for each in walk(widget))


def choices(row):
    """The lines of a list that drops down."""
    return [each.get_string() for each in row.get_model()]


def values(widget):
    """The number fields, sliders and drop-downs that can be seen."""
    return [each for each in walk(widget) if each.get_mapped() and isinstance(
        each, (Gtk.SpinButton, Gtk.Scale, Gtk.ScaleButton, Gtk.DropDown, Adw.ComboRow))]


def watch_wheel(widget):
    """Records what the wheel does over a widget, before the widget is told."""
    controller = Gtk.EventControllerScroll(flags=Gtk.EventControllerScrollFlags.BOTH_AXES,
                                           propagation_phase=Gtk.PropagationPhase.CAPTURE)
    controller.connect('scroll', lambda controller, x, y: recorded.append(y))
    widget.add_controller(controller)


def scrolled(widget):
    """How far what scrolls a widget has been scrolled."""
    return widget.get_ancestor(Gtk.ScrolledWindow).get_vadjustment().get_value()


def followed(model):
    """Whether anybody wants to hear what comes to a list and goes."""
    signal = GObject.signal_lookup('items-changed', model)
    return GObject.signal_has_handler_pending(model, signal, 0, True)


def kit_value(slot, name):
    value = slot.get_property(name)
    return getattr(value, 'value_nick', value)


def answer(channel, condition):
    line = sys.stdin.readline()
    if not line:
        return False
    # Not before the program, which names itself before it imports GTK.
    global Adw, Flitzis, Gdk, Gio, GObject, Graphene, Gtk
    from gi.repository import Adw, Flitzis, Gdk, Gio, GObject, Graphene, Gtk
    names = dict(globals())
    application = Gio.Application.get_default()
    if application and application.window:
        names.update(app=application, window=application.window, board=application.window.board,
                     engine=application.window.board.engine)
    try:
        value = eval(line, names)
        json.dumps(value)
    except Exception:
        value = {'error': traceback.format_exc()}
    print(json.dumps(value), flush=True)
    return True


GLib.io_add_watch(0, GLib.PRIORITY_DEFAULT, GLib.IO_IN | GLib.IO_HUP, answer)
runpy.run_path(folder, run_name='__main__')
