# SPDX-License-Identifier: LGPL-2.1-or-later
from typing import Any

from gi.repository import Flitzis as Flitzis, Gio as Gio, GLib as GLib, GObject as GObject

def __getattr__(name: str) -> Any: ...
