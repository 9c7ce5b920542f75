#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Plays files all at once and ends with the last of them: play.py FILE ..."""

import sys

import gi

gi.require_version('Flitzis', '1')
from gi.repository import Flitzis, GLib  # noqa: E402

if len(sys.argv) < 2:
    sys.exit('usage: play.py FILE ...')
engine = Flitzis.Engine()
loop = GLib.MainLoop()
playing = set()


def voice_ended(engine, voice, slot, reason):
    print(f'voice {voice} (slot {slot}): {reason.value_nick}')
    playing.discard(voice)
    if not playing:
        loop.quit()


engine.connect('voice-ended', voice_ended)
for slot, path in enumerate(sys.argv[1:]):
    try:
        engine.load_sample(slot, path)
        playing.add(engine.play_sample(slot, 1.0))
    except GLib.Error as error:
        if error.matches(Flitzis.EngineError.quark(), Flitzis.EngineError.UNSUPPORTED):
            print(f'{path} holds no audio that can be played')
        else:
            print(error.message)

try:
    engine.start()
except GLib.Error as error:
    sys.exit(error.message)
if playing:
    loop.run()
engine.stop()
