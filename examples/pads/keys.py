# SPDX-License-Identifier: LGPL-2.1-or-later
"""Which key plays which pad: four rows of four, by where the keys lie, whatever is printed on
them. A hardware key code is that of the evdev driver plus 8, in X11 as in Wayland."""

from gi.repository import Gdk

ROWS = (range(10, 14), range(24, 28), range(38, 42), range(52, 56))
KEYCODES = [keycode for row in ROWS for keycode in row]
US_NAMES = '1234QWERASDFZXCV'


def pad_of(keycode):
    """The number of the pad that a key plays, or None."""
    return KEYCODES.index(keycode) if keycode in KEYCODES else None


def name_of(display, pad):
    """What the user's keyboard layout has on the key of a pad."""
    found, keys, keyvals = display.map_keycode(KEYCODES[pad])
    for key, keyval in zip(keys, keyvals) if found else ():
        if key.group == 0 and key.level == 0 and Gdk.keyval_to_unicode(keyval) > 32:
            return chr(Gdk.keyval_to_unicode(keyval)).upper()
    return US_NAMES[pad]
