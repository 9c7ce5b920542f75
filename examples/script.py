#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Plays a file without a main loop: script.py FILE"""

import sys
import time

import gi

gi.require_version('Flitzis', '1')
from gi.repository import Flitzis, GLib  # noqa: E402

if len(sys.argv) != 2:
    sys.exit('usage: script.py FILE')
engine = Flitzis.Engine()
try:
    engine.load_sample(0, sys.argv[1])
    engine.play_sample(0, 1.0)  # waits for the first block
    engine.start()
except GLib.Error as error:
    sys.exit(error.message)
deadline = time.monotonic() + 2
while any(slot.props.playing for slot in engine):
    if (engine.props.state == Flitzis.State.STARTING and not engine.props.has_sink
            and time.monotonic() > deadline):
        sys.exit('There is no sound output (sink). Plug one in, or see the sound settings.')
    time.sleep(0.01)
print(f'played {engine.get_slot(0).props.sample.props.duration:.2f} s')
