# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the window says: below the pads and not over them, where it would take their hits."""

from gi.repository import GLib, Gtk, Pango

from transport import label

SECONDS = 8


class Messages(Gtk.Box):
    """Shows one message at a time, for some seconds, with a button that does something about it."""
    __gtype_name__ = 'PadsMessages'

    def __init__(self):
        super().__init__(spacing=6, visible=False, css_classes=['message'],
                         accessible_role=Gtk.AccessibleRole.ALERT)
        self.text = Gtk.Label(wrap=True, wrap_mode=Pango.WrapMode.WORD_CHAR, xalign=0.0,
                              hexpand=True)
        self.button = Gtk.Button(valign=Gtk.Align.CENTER)
        self.button.connect('clicked', lambda *_: self.function())
        close = label(Gtk.Button(icon_name='window-close-symbolic', valign=Gtk.Align.CENTER,
                                 css_classes=['flat']), 'Dismiss')
        close.connect('clicked', lambda *_: self.dismiss())
        for widget in (self.text, self.button, close):
            self.append(widget)
        self.function = None
        self.timer = 0

    def tell(self, text, button=None, function=None):
        self.dismiss()
        self.text.set_label(text)
        self.button.set_label(button or '')
        self.button.set_visible(bool(button))
        self.function = function
        self.set_visible(True)
        self.timer = GLib.timeout_add_seconds(SECONDS, self._expired)

    def dismiss(self):
        if self.timer:
            GLib.source_remove(self.timer)
            self._expired()

    def _expired(self):
        self.timer = 0
        self.set_visible(False)
        return False
