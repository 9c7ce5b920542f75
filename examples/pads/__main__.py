#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A board of sixteen pads that play sounds: python3 examples/pads [--demo] [KIT]"""

import argparse
import pathlib
import sys

import gi

gi.require_version('Gtk', '4.0')
gi.require_version('Adw', '1')
gi.require_version('Flitzis', '1')
from gi.repository import GLib  # noqa: E402

ID = 'io.github.Flitzis.Pads'
# A desktop finds the icon of a window by the first name, and a screen reader says the second. GTK
# reads them when it is imported.
GLib.set_prgname(ID)
GLib.set_application_name('Pads')
from gi.repository import Adw, Gdk, Gio, Gtk  # noqa: E402

import demo  # noqa: E402
import preferences  # noqa: E402
from board import Board  # noqa: E402
from window import Window  # noqa: E402

FOLDER = pathlib.Path(__file__).parent
ACCELERATORS = {
    'win.open-kit': '<Control>o', 'win.save-kit': '<Control>s',
    'win.save-kit-as': '<Control><Shift>s', 'win.open-sound': '<Control>i',
    'win.undo': '<Control>z', 'win.panel': 'F9',
    'win.clock': '<Control>space', 'win.tap': '<Control>t', 'win.preferences': '<Control>comma',
    'win.shortcuts': '<Control>question', 'window.close': '<Control>w'}


class Application(Adw.Application):
    __gtype_name__ = 'PadsApplication'

    def __init__(self, arguments):
        super().__init__(application_id=ID, flags=Gio.ApplicationFlags.NON_UNIQUE)
        self.arguments = arguments
        self.window = None

    def do_startup(self):
        Adw.Application.do_startup(self)
        provider = Gtk.CssProvider()
        provider.load_from_path(str(FOLDER / 'style.css'))
        Gtk.StyleContext.add_provider_for_display(
            Gdk.Display.get_default(), provider, Gtk.STYLE_PROVIDER_PRIORITY_APPLICATION)
        for action, key in ACCELERATORS.items():
            self.set_accels_for_action(action, [key])

    def do_activate(self):
        if self.window:
            self.window.present()
            return
        board = Board(self.props.application_id)
        preferences.load(board.engine)
        self.window = Window(board, application=self)
        self.window.present()
        board.start()
        if self.arguments.demo:
            demo.fill(board)
            self.window.mark_saved()
        elif self.arguments.kit:
            self.window.open_kit(Gio.File.new_for_commandline_arg(self.arguments.kit))


def main():
    parser = argparse.ArgumentParser(prog='pads', description='A board of sixteen pads.')
    parser.add_argument('kit', nargs='?', metavar='KIT', help='a kit that was saved')
    parser.add_argument('--demo', action='store_true',
                        help=f'the drums of {demo.FOLDER}')
    arguments = parser.parse_args()
    if arguments.demo and not demo.FOLDER.is_dir():
        sys.exit(f'There is no {demo.FOLDER}. On Debian: apt-get install hydrogen-data')
    # The import has initialised GTK already, and from then on Gtk.init_check () is always true.
    if Gdk.Display.get_default() is None:
        sys.exit('pads: there is no display to open a window on')
    return Application(arguments).run([])


if __name__ == '__main__':
    sys.exit(main())
