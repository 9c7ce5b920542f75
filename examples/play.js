#!/usr/bin/env -S gjs -m
// SPDX-License-Identifier: LGPL-2.1-or-later
// Plays files all at once and ends with the last of them: gjs -m play.js FILE ...

import Flitzis from 'gi://Flitzis?version=1';
import GLib from 'gi://GLib';
import System from 'system';

const engine = new Flitzis.Engine();
const loop = new GLib.MainLoop(null, false);
const playing = new Set();

engine.connect('voice-ended', (_engine, voice, slot, reason) => {
  const why = reason === Flitzis.EndReason.FINISHED ? 'finished' : `ended with ${reason}`;
  print(`voice ${voice} (slot ${slot}): ${why}`);
  playing.delete(voice);
  if (playing.size === 0)
    loop.quit();
});

System.programArgs.forEach((path, slot) => {
  try {
    engine.load_sample(slot, path);
    playing.add(engine.play_sample(slot, 1.0));
  } catch (error) {
    if (error.matches(Flitzis.EngineError, Flitzis.EngineError.UNSUPPORTED))
      print(`${path} holds no audio that can be played`);
    else
      print(error.message);
  }
});

try {
  engine.start();
} catch (error) {
  printerr(error.message);
  System.exit(1);
}
if (playing.size > 0)
  loop.run();
engine.stop();
