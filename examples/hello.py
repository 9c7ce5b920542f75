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
loaded = set()
playing = set()


def load_ended(engine, result, slot, path):
    try:
        engine.load_sample_finish(result)
        loaded.add(slot)
    except GLib.Error as error:
        if error.matches(Flitzis.EngineError.quark(), Flitzis.EngineError.UNSUPPORTED):
            print(f'{path}: no audio that can be played')
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


def look_for_sink():
    if engine.props.state == Flitzis.State.STARTING and not engine.props.has_sink:
        loop.quit()
    return GLib.SOURCE_REMOVE


engine.connect('voice-ended', voice_ended)
for slot, path in enumerate(sys.argv[1:]):
    engine.load_sample_async(slot, path, None, load_ended, slot, path)
loop.run()

# Triggers wait for the first block, so that all of them start together.
for slot in sorted(loaded):
    playing.add(engine.play_sample(slot, 1.0))
try:
    engine.start()
except GLib.Error as error:
    sys.exit(error.message)
if playing:
    GLib.timeout_add_seconds(2, look_for_sink)
    loop.run()
engine.stop()
if playing:
    sys.exit('There is no sound output (sink). Plug one in, or see the sound settings.')
sys.exit(0 if len(loaded) == len(sys.argv) - 1 else 1)
