#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Loads files in the background, plays them all at once and ends with the last:
hello.py FILE ..."""

import sys

import gi

gi.require_version('Flitzis', '1')
from gi.repository import Flitzis, GLib  # noqa: E402

if len(sys.argv) < 2:
    sys.exit('usage: hello.py FILE ...')
engine = Flitzis.Engine()
loop = GLib.MainLoop()
loading = set(range(len(sys.argv) - 1))
playing = set()
failed = set()


def loaded(engine, result, slot):
    try:
        engine.load_sample_finish(result)
        playing.add(engine.play_sample(slot, 1.0))
    except GLib.Error as error:
        failed.add(slot)
        if error.matches(Flitzis.EngineError.quark(), Flitzis.EngineError.UNSUPPORTED):
            print(f'slot {slot}: no audio that can be played')
        else:
            print(error.message)
    loading.remove(slot)
    if not loading:
        loop.quit()


def voice_ended(engine, voice, slot, reason):
    print(f'voice {voice} (slot {slot}): {reason.value_nick}')
    playing.discard(voice)
    if not playing:
        loop.quit()


engine.connect('voice-ended', voice_ended)
for slot, path in enumerate(sys.argv[1:]):
    engine.load_sample_async(slot, path, None, loaded, slot)
loop.run()

# What was triggered waits for the first block, so that all start together.
try:
    engine.start()
except GLib.Error as error:
    sys.exit(error.message)
if playing:
    loop.run()
engine.stop()
sys.exit(1 if failed else 0)
