#!/usr/bin/env -S gjs -m
// SPDX-License-Identifier: LGPL-2.1-or-later
// Loads files in the background, plays them all at once and ends with the last:
// gjs -m hello.js FILE ...

import Flitzis from 'gi://Flitzis?version=1';
import Gio from 'gi://Gio';
import System from 'system';

Gio._promisify(Flitzis.Engine.prototype, 'load_sample_async');

if (System.programArgs.length === 0) {
  printerr('usage: hello.js FILE ...');
  System.exit(1);
}

const engine = new Flitzis.Engine();
const loaded = [];
const playing = new Set();

const ended = new Promise(resolve => {
  engine.connect('voice-ended', (_engine, voice, slot, reason) => {
    const why = reason === Flitzis.EndReason.FINISHED ? 'finished' : `ended with ${reason}`;
    print(`voice ${voice} (slot ${slot}): ${why}`);
    playing.delete(voice);
    if (playing.size === 0)
      resolve();
  });
});

await Promise.all(System.programArgs.map(async (path, slot) => {
  try {
    await engine.load_sample_async(slot, path, null);
    loaded.push(slot);
  } catch (error) {
    if (error.matches(Flitzis.EngineError, Flitzis.EngineError.UNSUPPORTED))
      print(`${path}: no audio that can be played`);
    else
      print(error.message);
  }
}));

// Triggers wait for the first block, so that all of them start together.
for (const slot of loaded.sort((a, b) => a - b))
  playing.add(engine.play_sample(slot, 1.0));
try {
  engine.start();
} catch (error) {
  printerr(error.message);
  System.exit(1);
}
const silent = new Promise(resolve => {
  setTimeout(() => {
    if (engine.state === Flitzis.State.STARTING && !engine.has_sink)
      resolve();
  }, 2000);
});
if (playing.size > 0)
  await Promise.race([ended, silent]);
engine.stop();
if (playing.size > 0) {
  printerr('There is no sound output (sink). Plug one in, or see the sound settings.');
  System.exit(1);
}
System.exit(loaded.length < System.programArgs.length ? 1 : 0);
