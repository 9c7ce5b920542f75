// SPDX-License-Identifier: LGPL-2.1-or-later
// Loads files in the background, plays them all at once and ends with the last: hello FILE ...

async uint load_and_trigger (Flitzis.Engine engine, string[] paths) {
  uint n_triggered = 0;

  for (uint slot = 0; slot < paths.length; slot++) {
    try {
      yield engine.load_sample_async (slot, paths[slot], null);
      engine.play_sample (slot, 1.0);
      n_triggered++;
    } catch (Flitzis.EngineError.UNSUPPORTED error) {
      print ("slot %u: no audio that can be played\n", slot);
    } catch (Error error) {
      print ("%s\n", error.message);
    }
  }
  return n_triggered;
}

int main (string[] args) {
  Intl.setlocale (); // or the quotes in messages print as question marks
  if (args.length < 2) {
    printerr ("usage: hello FILE ...\n");
    return 1;
  }

  var engine = new Flitzis.Engine ();
  var loop = new MainLoop ();
  uint n_playing = 0;
  bool failed = false;

  engine.voice_ended.connect ((voice, slot, reason) => {
    print ("voice %" + uint64.FORMAT + " (slot %u): %s\n", voice, slot,
           reason == Flitzis.EndReason.FINISHED ? "finished" : reason.to_string ());
    if (--n_playing == 0)
      loop.quit ();
  });

  load_and_trigger.begin (engine, args[1 : args.length], (_, result) => {
    n_playing = load_and_trigger.end (result);
    failed = n_playing < args.length - 1;
    loop.quit ();
  });
  loop.run ();

  // What was triggered waits for the first block, so that all start together.
  try {
    engine.start ();
  } catch (Error error) {
    printerr ("%s\n", error.message);
    return 1;
  }
  if (n_playing > 0)
    loop.run ();
  engine.stop ();
  return failed ? 1 : 0;
}
