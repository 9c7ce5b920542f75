# SPDX-License-Identifier: LGPL-2.1-or-later
"""A window that files are dragged out of, as a file manager's: drag_source.py FILE ...
It covers a corner of the screen, and prints a line once it can be dragged from."""

import sys

import gi

gi.require_version('Gdk', '4.0')
gi.require_version('Gtk', '4.0')
from gi.repository import Gdk, Gio, GLib, Gtk  # noqa: E402

window = Gtk.Window(title='drag source', decorated=False, default_width=40, default_height=40,
                    child=Gtk.Label(label='drag'))
files = Gdk.FileList.new_from_list([Gio.File.new_for_path(path) for path in sys.argv[1:]])
source = Gtk.DragSource(content=Gdk.ContentProvider.new_for_value(files))
window.add_controller(source)
window.present()


def drawn(clock):
    clock.disconnect(handler)
    print(flush=True)


handler = window.get_frame_clock().connect('after-paint', drawn)
GLib.MainLoop().run()
