// SPDX-License-Identifier: LGPL-2.1-or-later
// Loads files in the background, plays them all at once and ends with the last: hello FILE ...

async uint load (Flitzis.Engine engine, string[] paths) {
  uint n_loaded = 0;

  for (uint slot = 0; slot < paths.length; slot++) {
    try {
      yield engine.load_sample_async (slot, paths[slot], null);
      n_loaded++;
    } catch (Flitzis.EngineError.UNSUPPORTED error) {
      print ("%s: no audio that can be played\n", paths[slot]);
    } catch (Error error) {
      print ("%s\n", error.message);
    }
  }
  return n_loaded;
}

int main (string[] args) {
  Intl.setlocale (); // or the quotes in messages print as question marks
  if (args.length < 2) {
    printerr ("usage: hello FILE ...\n");
    return 1;
  }

  var engine = new Flitzis.Engine ();
  var loop = new MainLoop ();
  uint n_loaded = 0, n_playing = 0;

  engine.voice_ended.connect ((voice, slot, reason) => {
    print ("voice %" + uint64.FORMAT + " (slot %u): %s\n", voice, slot,
           reason == Flitzis.EndReason.FINISHED ? "finished" : reason.to_string ());
    if (--n_playing == 0)
      loop.quit ();
  });

  load.begin (engine, args[1 : args.length], (_, result) => {
    n_loaded = load.end (result);
    loop.quit ();
  });
  loop.run ();

  // Triggers wait for the first block, so that all of them start together. A slot whose load
  // failed is empty, and has no voice.
  try {
    for (uint slot = 0; slot < args.length - 1; slot++) {
      if (engine.play_sample (slot, 1.0) != 0)
        n_playing++;
    }
    engine.start ();
  } catch (Error error) {
    printerr ("%s\n", error.message);
    return 1;
  }
  if (n_playing > 0) {
    Timeout.add_seconds (2, () => {
      if (engine.state == Flitzis.State.STARTING && !engine.has_sink)
        loop.quit ();
      return Source.REMOVE;
    });
    loop.run ();
  }
  engine.stop ();
  if (n_playing > 0) {
    printerr ("There is no sound output (sink). Plug one in, or see the sound settings.\n");
    return 1;
  }
  return n_loaded < args.length - 1 ? 1 : 0;
}
