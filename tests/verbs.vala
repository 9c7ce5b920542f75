// SPDX-License-Identifier: LGPL-2.1-or-later
// Calls every public verb from Vala, as a program would: verbs-vala WAV. The WAV holds 4800 mono
// frames. A verb that is new belongs in here.

const uint N_FRAMES = 4800;

void check (bool truth, string what) {
  if (!truth) {
    printerr ("not so: %s\n", what);
    Process.exit (1);
  }
}

uint8[] loud (uint n_bytes) {
  var data = new uint8[n_bytes];

  Memory.set (data, 0x3d, data.length);
  return data;
}

bool audible (Flitzis.Engine engine) throws Error {
  foreach (var value in engine.render (480).get_data ()) {
    if (value != 0)
      return true;
  }
  return false;
}

void check_silenced (Flitzis.Engine engine, string what) throws Error {
  engine.render (48000);
  check (engine.n_playing == 0, what);
}

uint64 loop_slot_0 (Flitzis.Engine engine) throws Error {
  engine.get_slot (0).loop = true;
  return engine.play_sample (0, 1.0);
}

void make_things (File file) throws Error {
  check (new Flitzis.Engine ().n_slots == Flitzis.DEFAULT_N_SLOTS, "32 slots");

  var engine = new Flitzis.Engine.full (2, 3, 44100);
  check (engine.n_slots == 2 && engine.n_voices == 3 && engine.sample_rate == 44100, "full");
  check (engine.get_slot (1).index == 1 && engine.get_slot (2) == null, "two slots");
  check (engine.get_n_items () == 2 && engine.get_item (1) == engine.get_slot (1), "a list");

  try {
    new Flitzis.Sample (new Bytes (loud (8)), 0, 48000);
    check (false, "no sample without channels");
  } catch (Flitzis.EngineError.INVALID_VALUE error) {
    check (error.domain == Flitzis.EngineError.quark (), "the domain");
  }

  var trigger = new Flitzis.Trigger ();
  trigger.slot = 1;
  var copy = trigger.copy ();
  check (copy.slot == 1 && copy.velocity == 1.0, "a trigger");
  copy.free (); // Vala does so by itself
}

async void load (Flitzis.Engine engine, string path) throws Error {
  var file = File.new_for_path (path);
  Bytes bytes = file.load_bytes (null, null);

  check (engine.load_sample (1, path), "load_sample");
  check (engine.load_file (1, file), "load_file");
  check (engine.load_bytes (1, bytes), "load_bytes");
  check (yield engine.load_sample_async (2, path, null), "load_sample_async");
  check (yield engine.load_file_async (2, file, null), "load_file_async");
  check (yield engine.load_bytes_async (2, bytes, null), "load_bytes_async");
  check (engine.get_slot (2).dup_sample ().n_frames == N_FRAMES, "its frames");
  check (engine.get_slot (2).n_frames == N_FRAMES, "n_frames");
  check (engine.get_slot (2).dup_stream_error () == null, "stream_error");
  check (engine.unload_sample (2), "unload_sample");
  check (engine.get_slot (2).dup_sample () == null, "unloaded");
  check (engine.add_sample (path) == 0, "add_sample");
  check ((yield engine.add_sample_async (path, null)) == 2, "add_sample_async");

  var sample = new Flitzis.Sample (new Bytes (loud (N_FRAMES * 8)), 2, 48000);
  check (engine.add_layer (3, sample, 0.0, 0.5), "add_layer");
  check (engine.load_layer (3, path, 0.5, 1.0), "load_layer");
  check (yield engine.load_layer_async (3, path, 0.0, 1.0, null), "load_layer_async");
  check (engine.clear_layers (3), "clear_layers");
  check (engine.play_sample (3, 1.0) == 0, "cleared");
  check (engine.set_sample (0, sample), "set_sample");
  check (engine.get_slot (0).sample == sample, "set");
}

void play (Flitzis.Engine engine) throws Error {
  check (loop_slot_0 (engine) > 0 && audible (engine), "play_sample");
  check (engine.stop_sample (0), "stop_sample");
  check_silenced (engine, "stopped");

  var trigger = new Flitzis.Trigger ();
  trigger.gain = 0.5;
  check (engine.play (trigger) > 0 && audible (engine), "play");
  engine.stop_all_samples ();
  check_silenced (engine, "all stopped");

  check (engine.play_after (engine.n_triggered, new Flitzis.Trigger ()) > 0, "play_after");
  check (audible (engine), "after one that has ended");
  engine.stop_all_samples ();
  check_silenced (engine, "all stopped again");

  check (engine.play_sample_at (0, 1.0, engine.position + 480) > 0, "play_sample_at");
  check (!audible (engine) && audible (engine), "on its frame");
  engine.stop_all_samples ();
  check_silenced (engine, "stopped");
  engine.clock.restart (engine.position);
  check (engine.play_sample_at_beat (0, 1.0, 480.0 / 24000) > 0, "play_sample_at_beat");
  check (!audible (engine) && audible (engine), "on its beat");
  engine.clock.running = false;
  check (engine.stop_sample_at (0, engine.position + 480), "stop_sample_at");
  check_silenced (engine, "stopped on a frame");

  engine.play_sample_at (0, 1.0, engine.position + 480);
  engine.cancel_scheduled ();
  engine.render (480);
  check (!audible (engine), "cancelled");

  try {
    engine.play_sample (99, 1.0);
    check (false, "no slot 99");
  } catch (Flitzis.EngineError.INVALID_SLOT error) {
    check ("99" in error.message, "the slot is named");
  } catch (Error error) {
    check (false, error.message);
  }
}

void steer_voices (Flitzis.Engine engine) throws Error {
  uint64 position = engine.position;
  uint64 voice = loop_slot_0 (engine);

  engine.render (480);
  check (engine.get_voice_start_frame (voice) == position, "get_voice_start_frame");
  check (engine.get_voice_position (voice) == 480, "get_voice_position");

  engine.pause_voice (voice);
  engine.render (4800);
  check (!audible (engine), "pause_voice");
  engine.resume_voice (voice);
  check (audible (engine), "resume_voice");

  check (engine.seek_voice (voice, 7), "seek_voice");
  check (engine.get_voice_position (voice) == 7, "it is there");
  check (engine.set_voice_gain (voice, 0.5), "set_voice_gain");
  check (engine.set_voice_pan (voice, -0.5), "set_voice_pan");
  check (engine.set_voice_rate (voice, 2.0), "set_voice_rate");

  var tween = new Flitzis.Tween ();
  tween.duration = 0.05;
  tween.curve = Flitzis.Curve.EQUAL_POWER;
  var copy = tween.copy ();
  check (copy.duration == 0.05 && copy.beats == -1.0, "a tween");
  copy.free (); // Vala does so by itself
  check (engine.tween_voice (voice, Flitzis.Parameter.PAN, 0.5, tween), "tween_voice");
  check (engine.tween_slot (0, Flitzis.Parameter.GAIN, 0.5, tween), "tween_slot");
  check (engine.get_slot (0).tween (Flitzis.Parameter.RATE, 2.0, tween), "slot.tween");
  check (engine.tween_engine (0.25, tween), "tween_engine");
  engine.render (2400);
  check (engine.gain == 0.25 && engine.get_slot (0).gain == 0.5 &&
         engine.get_slot (0).playback_rate == 2.0, "tweened");
  engine.gain = engine.get_slot (0).gain = engine.get_slot (0).playback_rate = 1.0;
  engine.stop_voice (voice);
  check_silenced (engine, "stop_voice");
  check (engine.stop_voice_with_fade (loop_slot_0 (engine), 0.01), "stop_voice_with_fade");
  check_silenced (engine, "faded");
}

async void write_files (Flitzis.Engine engine, string path) throws Error {
  int64 told = 0;

  check (engine.render_to_file (path, 480), "render_to_file");
  check (yield engine.render_to_file_async (path, 48000, null, (now, all) => { told = now; }),
         "render_to_file_async");
  check (told > 0, "its progress");

  var file = File.new_for_path (path);
  var options = new Flitzis.Export ();
  set_the_options (options);
  check (engine.export (file, 480, options, null), "export");
  check (yield engine.export_async (file, 480, null, null, null), "export_async");
  var sample = new Flitzis.Sample (new Bytes (loud (480 * 8)), 2, 48000);
  check (sample.export (file, null, null), "export of a sample");
  check (yield sample.export_async (file, null, null), "export_async of a sample");
}

void set_the_options (Flitzis.Export options) {
  options.bit_depth = Flitzis.BitDepth.INT16;
  check (options.bit_depth == Flitzis.BitDepth.INT16, "bit_depth");
  options.quality = 1.0;
  check (options.quality == 1.0, "quality");
  options.dither = false;
  check (!options.dither, "dither");
  options.normalize = Flitzis.Normalize.PEAK;
  check (options.normalize == Flitzis.Normalize.PEAK, "normalize");
  options.target_peak = -3.0;
  check (options.target_peak == -3.0, "target_peak");
  options.target_loudness = -20.0;
  check (options.target_loudness == -20.0, "target_loudness");
  options.limiter = true;
  check (options.limiter, "limiter");
  options.title = "title";
  check (options.title == "title", "title");
  options.artist = "artist";
  check (options.artist == "artist", "artist");
  options.tempo = 120.0;
  check (options.tempo == 120.0, "tempo");
  options.root_note = 60;
  check (options.root_note == 60, "root_note");
  options.loop_start = 10;
  check (options.loop_start == 10, "loop_start");
  options.loop_end = 20;
  check (options.loop_end == 20, "loop_end");
  options.loop_count = 2;
  check (options.loop_count == 2, "loop_count");
  check (options.n_clipped == 0, "n_clipped");
}

void check_the_server (Flitzis.Engine engine) {
  check (engine.active_output == Flitzis.Output.PIPEWIRE, "active_output");
  check (engine.has_sink && engine.dup_active_sink () == "null-sink", "active_sink");
  check (!engine.realtime || engine.realtime, "realtime");

  var sink = engine.sinks.get_item (0) as Flitzis.Sink;
  check (sink.name == "null-sink" && sink.is_default, "sinks");
  check (sink.description != "" && sink.icon_name == "audio-card", "how it shows");
}

async void go_live (Flitzis.Engine engine) throws Error {
  check (yield engine.start_async (null), "start_async");
  engine.stop ();
  check (engine.state == Flitzis.State.STOPPED, "stop");
  check (engine.start (), "start");

  // The time is known once a block has been rendered and the output says that it streams.
  int64 time;
  uint64 position;
  while ((time = engine.frame_to_time (position = engine.position)) < 0) {
    Timeout.add (5, go_live.callback);
    yield;
  }
  check (time > 0, "frame_to_time");
  check (((int64) (engine.time_to_frame (time) - position)).abs () <= 1, "time_to_frame");
  engine.wake ();
  check_the_server (engine);
  engine.stop ();
}

void set_the_engine (Flitzis.Engine engine) {
  engine.client_name = "name";
  check (engine.client_name == "name", "client_name");
  engine.application_id = "org.example.Program";
  check (engine.application_id == "org.example.Program", "application_id");
  engine.icon_name = "audio-card";
  check (engine.icon_name == "audio-card", "icon_name");
  engine.idle_timeout = 1.0;
  check (engine.idle_timeout == 1.0, "idle_timeout");
  engine.lead_in = 100;
  check (engine.lead_in == 100, "lead_in");
  engine.gain = 0.5;
  check (engine.gain == 0.5, "gain");
  engine.latency_frames = 256;
  check (engine.latency_frames == 256, "latency_frames");
  engine.limiter = true;
  check (engine.limiter, "limiter");
  engine.media_role = "Game";
  check (engine.media_role == "Game", "media_role");
  engine.memory_limit = 1 << 20;
  check (engine.memory_limit == 1 << 20, "memory_limit");
  engine.paused = true;
  check (engine.paused, "paused");
  engine.steal = Flitzis.Steal.REJECT;
  check (engine.steal == Flitzis.Steal.REJECT, "steal");
  engine.seed = 7;
  check (engine.seed == 7, "seed");
  engine.target = "sink";
  check (engine.target == "sink", "target");
  engine.trigger_timing = Flitzis.TriggerTiming.CONSTANT;
  check (engine.trigger_timing == Flitzis.TriggerTiming.CONSTANT, "trigger_timing");

  check (engine.latency == -1 && engine.trigger_delay == -1, "latency is not known yet");
  check (engine.level_left == 0.0 && engine.level_right == 0.0, "levels");
  check (engine.n_events == Flitzis.DEFAULT_N_EVENTS, "n_events");
  check (engine.n_streams == Flitzis.DEFAULT_N_STREAMS, "n_streams");
  engine.stream_threshold = 5.0;
  check (engine.stream_threshold == 5.0, "stream_threshold");
  check (engine.n_dropped + engine.n_late + engine.n_rejected + engine.n_started + engine.n_stolen
         + engine.n_triggered + engine.n_underruns + engine.n_xruns == 0, "counts");
  check (engine.output == Flitzis.Output.AUTO, "output");
}

void set_the_slot (Flitzis.Slot slot) {
  slot.attack = 0.5;
  check (slot.attack == 0.5, "attack");
  slot.choke_group = 2;
  check (slot.choke_group == 2, "choke_group");
  slot.choke_release = 0.5;
  check (slot.choke_release == 0.5, "choke_release");
  slot.end = 400;
  check (slot.end == 400, "end");
  slot.gain = 0.5;
  check (slot.gain == 0.5, "gain");
  slot.interpolation = Flitzis.Interpolation.LINEAR;
  check (slot.interpolation == Flitzis.Interpolation.LINEAR, "interpolation");
  slot.loop = true;
  check (slot.loop, "loop");
  slot.loop_crossfade = 0.5;
  check (slot.loop_crossfade == 0.5, "loop_crossfade");
  slot.loops = 3;
  check (slot.loops == 3, "loops");
  slot.storage = Flitzis.Storage.AUTO;
  check (slot.storage == Flitzis.Storage.AUTO, "storage");
  slot.loop_from_file = true;
  check (slot.loop_from_file, "loop_from_file");
  slot.loop_end = 300;
  check (slot.loop_end == 300, "loop_end");
  slot.loop_start = 200;
  check (slot.loop_start == 200, "loop_start");
  slot.mute = true;
  check (slot.mute, "mute");
  slot.pan = -0.5;
  check (slot.pan == -0.5, "pan");
  slot.playback_rate = 0.5;
  check (slot.playback_rate == 0.5, "playback_rate");
  slot.priority = 3;
  check (slot.priority == 3, "priority");
  slot.quantize = Flitzis.Quantize.BAR;
  check (slot.quantize == Flitzis.Quantize.BAR, "quantize");
  slot.random_gain = 0.5;
  check (slot.random_gain == 0.5, "random_gain");
  slot.random_rate = 0.5;
  check (slot.random_rate == 0.5, "random_rate");
  slot.random_start = 500;
  check (slot.random_start == 500, "random_start");
  slot.release = 0.5;
  check (slot.release == 0.5, "release");
  slot.retrigger = Flitzis.Retrigger.RESTART;
  check (slot.retrigger == Flitzis.Retrigger.RESTART, "retrigger");
  slot.reverse = true;
  check (slot.reverse, "reverse");
  slot.start = 100;
  check (slot.start == 100, "start");
  slot.variation = Flitzis.Variation.RANDOM;
  check (slot.variation == Flitzis.Variation.RANDOM, "variation");
  slot.target_loudness = -20.0;
  check (slot.target_loudness == -20.0, "target_loudness");
  slot.target_peak = -2.0;
  check (slot.target_peak == -2.0, "target_peak");

  check (slot.level == 0.0 && !slot.loading && !slot.playing, "it does nothing");
  check (slot.load_progress <= 1.0, "load_progress");
}

void set_the_clock (Flitzis.Clock clock) {
  clock.tempo = 60.0;
  check (clock.tempo == 60.0, "tempo");
  clock.beats_per_bar = 3;
  check (clock.beats_per_bar == 3, "beats_per_bar");
  clock.steps_per_beat = 2;
  check (clock.steps_per_beat == 2, "steps_per_beat");
  clock.swing = 0.25;
  check (clock.swing == 0.25, "swing");
  clock.running = false;
  check (!clock.running, "running");
  clock.running = true;
  clock.restart (0);
  check (clock.beat_to_frame (1.0) == 48000, "beat_to_frame");
  check (clock.frame_to_beat (96000) == 2.0, "frame_to_beat");
}

async void read_the_sample () throws Error {
  var sample = new Flitzis.Sample (new Bytes (loud (480 * 4)), 1, 24000);

  check (sample.get_bytes ().length == 480 * 4, "get_bytes");
  check (sample.n_frames == 480 && sample.n_channels == 1 && sample.n_mended == 0, "frames");
  check (sample.sample_rate == 24000 && sample.source_rate == 24000, "rates");
  check (sample.duration == 0.02, "duration");
  check (yield sample.prepare_peaks_async (null), "prepare_peaks_async");
  check (sample.get_peaks (10).length == 80, "get_peaks");
  check (sample.get_peaks_range (100, 200, 5).length == 40, "get_peaks_range");
  check (sample.title == null && sample.artist == null, "title and artist");
  check (!sample.has_loop && sample.loop_start == 0 && sample.loop_end == 0, "no loop");
  check (sample.loop_count == 0 && sample.tempo == 0.0 && sample.root_note == -1, "nothing");
  check (sample.track_gain == 0.0 && sample.track_peak == 0.0, "no gain");
  check (sample.cues.get_n_items () == 0 && sample.warnings.length == 0, "no cues");

  var cue = (Flitzis.Cue) Object.new (typeof (Flitzis.Cue));
  check (cue.frame == 0 && cue.label == "", "a cue");

  var loudness = yield sample.measure_loudness_async (null);
  check (loudness == sample.measure_loudness (null), "measure_loudness");
  check (loudness.integrated.is_finite () && loudness.range == 0.0, "integrated");
  check (loudness.true_peak.is_finite (), "true_peak");
}

async void use_a_kit (Flitzis.Engine engine, File sound) throws Error {
  var file = File.new_for_path (sound.get_path () + ".kit.json");
  var saved = File.new_for_path (sound.get_path () + ".saved.json");
  var text = "{\"format\": \"flitzis-kit-1\", \"name\": \"Kit\", \"pads\": [{\"pad\": 1, " +
             "\"name\": \"Kick\", \"note\": 36, \"gain\": 0.5, \"file\": \"%s\"}, " +
             "{\"pad\": 0, \"file\": \"none.wav\", \"colour\": 3}]}";
  file.replace_contents (text.printf (sound.get_basename ()).data, null, false,
                         FileCreateFlags.NONE, null);

  var kit = new Flitzis.Kit.for_file (file, Flitzis.KitFlags.NONE);
  check (kit.get_n_items () == 2 && kit.name == "Kit" && kit.file.equal (file), "a kit");
  check (kit.settings.n_children () == 0 && "colour" in kit.warnings[0], "warnings");
  check (kit.get_file () == kit.file && kit.get_name () == kit.name, "accessors of a kit");
  check (kit.get_settings () == kit.settings, "its settings");
  check (kit.get_warnings ().length == 1, "its warnings");

  var pad = (Flitzis.Pad) kit.get_item (0);
  check (pad.get_index () == 1 && pad.get_name () == "Kick" && !pad.get_file_frames (), "a pad");
  check (pad.get_note () == 36 && pad.get_low_note () == 36 && pad.get_high_note () == 36, "keys");
  var gain = pad.get_settings ().lookup_value ("gain", VariantType.DOUBLE);
  check (gain.get_double () == 0.5, "its settings");
  var layer = (Flitzis.PadLayer) pad.get_item (0);
  check (layer.get_file ().equal (sound), "a layer");
  check (layer.get_low () == 0 && layer.get_high () == 1 && layer.get_gain () == 1, "its range");

  check (kit.apply (engine, 0).length == 1, "apply");
  check (engine.get_slot (1).gain == 0.5, "its gain");
  int64 n_done = 0;
  var problems = yield kit.apply_async (engine, 0, null, (now, all) => n_done = now);
  check (problems.length == 1 && "none.wav" in problems[0] && n_done == 2, "apply_async");
  check (kit.save (saved, Flitzis.KitFlags.NONE), "save");
  check (yield kit.save_async (saved, Flitzis.KitFlags.NONE, null), "save_async");
  kit = yield new Flitzis.Kit.for_file_async (saved, Flitzis.KitFlags.ANY_FOLDER, null);
  check (kit.get_n_items () == 2, "for_file_async");
}

async void run (string path) throws Error {
  var engine = new Flitzis.Engine.full (4, 8, 48000);
  uint n_ended = 0;

  engine.voice_ended.connect ((voice, slot, reason) => n_ended++);
  make_things (File.new_for_path (path));
  yield load (engine, path);
  play (engine);
  steer_voices (engine);
  yield write_files (engine, path + ".out.wav");
  yield use_a_kit (new Flitzis.Engine (), File.new_for_path (path));
  yield go_live (engine);
  check (n_ended > 0, "ends are told");

  var plain = new Flitzis.Engine ();
  set_the_engine (plain);
  set_the_slot (plain.get_slot (0));
  set_the_clock (plain.clock);
  yield read_the_sample ();
}

int main (string[] args) {
  Intl.setlocale ();
  var loop = new MainLoop ();

  run.begin (args[1], (_, result) => {
    try {
      run.end (result);
    } catch (Error error) {
      check (false, error.message);
    }
    print ("called\n");
    loop.quit ();
  });
  loop.run ();
  return 0;
}
