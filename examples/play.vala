// SPDX-License-Identifier: LGPL-2.1-or-later
// Plays files all at once and ends with the last of them: play FILE ...

int main (string[] args) {
  Intl.setlocale ();

  var engine = new Flitzis.Engine ();
  var loop = new MainLoop ();
  uint n_playing = 0;

  engine.voice_ended.connect ((voice, slot, reason) => {
    print ("voice %" + uint64.FORMAT + " (slot %u): %s\n", voice, slot,
           reason == Flitzis.EndReason.FINISHED ? "finished" : reason.to_string ());
    if (--n_playing == 0)
      loop.quit ();
  });

  for (int i = 1; i < args.length; i++) {
    try {
      engine.load_sample (i - 1, args[i]);
      engine.play_sample (i - 1, 1.0);
      n_playing++;
    } catch (Flitzis.EngineError.UNSUPPORTED error) {
      print ("%s holds no audio that can be played\n", args[i]);
    } catch (Error error) {
      print ("%s\n", error.message);
    }
  }

  try {
    engine.start ();
  } catch (Error error) {
    printerr ("%s\n", error.message);
    return 1;
  }
  if (n_playing > 0)
    loop.run ();
  engine.stop ();
  return 0;
}
