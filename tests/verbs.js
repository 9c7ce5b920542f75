// SPDX-License-Identifier: LGPL-2.1-or-later
// Calls every public verb from gjs: gjs -m verbs.js WAV JSON. The WAV holds 4800 mono frames; the
// JSON is what the gir has: its accessors, by class, and the fields of its records. Prints as JSON
// the names of what it has called. A verb that is new belongs into `calls`.

import Flitzis from 'gi://Flitzis?version=1';
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import GObject from 'gi://GObject';
import System from 'system';

const [path, json] = System.programArgs;
const {accessors, fields} = JSON.parse(json);
const file = Gio.File.new_for_path(path);
const bytes = new GLib.Bytes(file.load_contents(null)[1]);
const written = `${path}.out.wav`;
const writtenFile = Gio.File.new_for_path(written);
const done = [];

for (const name of ['add_sample', 'load_bytes', 'load_file', 'load_layer', 'load_sample',
                    'render_to_file', 'start'])
  Gio._promisify(Flitzis.Engine.prototype, `${name}_async`);
for (const name of ['measure_loudness', 'prepare_peaks'])
  Gio._promisify(Flitzis.Sample.prototype, `${name}_async`);
for (const kind of [Flitzis.Engine, Flitzis.Sample])
  Gio._promisify(kind.prototype, 'export_async');
for (const name of ['apply', 'save'])
  Gio._promisify(Flitzis.Kit.prototype, `${name}_async`);
Gio._promisify(Flitzis.Kit, 'new_for_file_async', 'new_for_file_finish');

function check(truth, what) {
  if (!truth)
    throw new Error(`not so: ${what}`);
}

function equal(value, expected) {
  check(value === expected, `${value} is ${expected}`);
}

function fails(call, domain, code) {
  try {
    call();
  } catch (error) {
    check(error.matches(domain, code), `${error} has the code ${code}`);
    return;
  }
  check(false, 'it fails');
}

// A loop of 4800 frames in slot 0, for voices that go on until they are stopped.
const engine = Flitzis.Engine.new_full(4, 8, 48000);
const slot = engine.get_slot(0);
const clock = engine.clock;
const sample = Flitzis.Sample.new(new GLib.Bytes(new Uint8Array(4800 * 8).fill(0x3d)), 2, 48000);
const ended = [];
const kitFile = Gio.File.new_for_path(`${path}.kit.json`);
kitFile.replace_contents(JSON.stringify({format: 'flitzis-kit-1', name: 'Kit', pads: [
  {pad: 0, name: 'Kick', note: 36, file: file.get_basename(), gain: 0.5},
  {pad: 1, file: 'none.wav'},
]}), null, false, Gio.FileCreateFlags.NONE, null);
const kit = Flitzis.Kit.new_for_file(kitFile, Flitzis.KitFlags.NONE, null);
const savedFile = Gio.File.new_for_path(`${path}.saved.json`);
engine.connect('voice-ended', (_engine, voice, _slot, reason) => ended.push([voice, reason]));

function sounding() {
  engine.set_sample(0, sample);
  slot.loop = true;
  return engine.play_sample(0, 1.0);
}

function audible() {
  return new Float32Array(engine.render(480).toArray().buffer).some(value => value !== 0);
}

function silenced() {
  engine.render(48000);
  equal(engine.n_playing, 0);
}

const calls = {
  'Engine.new': () => equal(Flitzis.Engine.new().n_slots, Flitzis.DEFAULT_N_SLOTS),
  'Engine.new_full': () => equal(Flitzis.Engine.new_full(2, 3, 44100).n_voices, 3),
  'Sample.new': () => fails(() => Flitzis.Sample.new(bytes, 0, 48000), Flitzis.EngineError,
                            Flitzis.EngineError.INVALID_VALUE),
  'Sample.get_bytes': () => equal(sample.get_bytes().get_size(), 4800 * 8),
  'Sample.get_peaks': () => equal(sample.get_peaks(10).get_size(), 80),
  'Sample.get_peaks_range': () => {
    const loudest = new Float32Array(sample.get_peaks_range(4799, 4801, 2).toArray().buffer);
    check(loudest[1] > 0, 'the last frame is not silent');
    equal(loudest[3], 0);
  },
  'Sample.prepare_peaks_async': async () => check(await sample.prepare_peaks_async(null),
                                                  'they are there'),
  'Sample.measure_loudness': () => check(Number.isFinite(sample.measure_loudness(null).integrated),
                                         'it is not silent'),
  'Sample.measure_loudness_async': async () => equal(await sample.measure_loudness_async(null),
                                                     sample.measure_loudness(null)),
  'Sample.export': () => {
    const options = Flitzis.Export.new();
    options.bit_depth = Flitzis.BitDepth.INT16;
    check(sample.export(writtenFile, options, null), 'it is written');
    equal(options.n_clipped, 0);
  },
  'Sample.export_async': async () => check(await sample.export_async(writtenFile, null, null),
                                           'it is written'),
  'Export.new': () => equal(Flitzis.Export.new().normalize, Flitzis.Normalize.NONE),
  'Trigger.new': () => equal(Flitzis.Trigger.new().velocity, 1),
  'Trigger.copy': () => {
    const trigger = new Flitzis.Trigger();
    trigger.slot = 3;
    equal(trigger.copy().slot, 3);
  },
  'EngineError.quark': () => equal(GLib.quark_to_string(Flitzis.EngineError.quark()),
                                   'flitzis-engine-error-quark'),

  'Engine.get_slot': () => {
    equal(engine.get_slot(3).index, 3);
    equal(engine.get_slot(4), null);
  },
  'Engine.load_sample': () => check(engine.load_sample(1, path), 'it loads'),
  'Engine.load_file': () => check(engine.load_file(1, file, null), 'it loads'),
  'Engine.load_bytes': () => check(engine.load_bytes(1, bytes, null), 'it loads'),
  'Engine.load_sample_async': async () => check(await engine.load_sample_async(2, path, null),
                                                'it loads'),
  'Engine.load_file_async': async () => check(await engine.load_file_async(2, file, null),
                                              'it loads'),
  'Engine.load_bytes_async': async () => check(await engine.load_bytes_async(2, bytes, null),
                                               'it loads'),
  'Engine.add_sample': () => {
    engine.unload_sample(1);
    equal(engine.add_sample(path), 0);
    engine.unload_sample(0);
  },
  'Engine.add_sample_async': async () => {
    equal(await engine.add_sample_async(path, null), 0);
    equal(engine.add_sample(path), 1);
    equal(engine.add_sample(path), 3);
    fails(() => engine.add_sample(path), Flitzis.EngineError, Flitzis.EngineError.BUSY);
  },
  'Engine.set_sample': () => {
    check(engine.set_sample(3, sample), 'it is set');
    equal(engine.get_slot(3).sample, sample);
  },
  'Engine.unload_sample': () => {
    check(engine.unload_sample(3), 'it is unloaded');
    equal(engine.get_slot(3).sample, null);
  },
  'Engine.add_layer': () => {
    check(engine.add_layer(3, sample, 0.0, 0.5), 'it is added');
    equal(engine.play_sample(3, 0.5), 0);
    fails(() => engine.add_layer(3, sample, 0.5, 0.5), Flitzis.EngineError,
          Flitzis.EngineError.INVALID_VALUE);
  },
  'Engine.load_layer': () => check(engine.load_layer(3, path, 0.5, 1.0), 'it loads'),
  'Engine.load_layer_async': async () => {
    check(await engine.load_layer_async(3, path, 0.0, 1.0, null), 'it loads');
    const trigger = new Flitzis.Trigger();
    trigger.slot = 3;
    equal(trigger.layer, -1);
    trigger.layer = 2;
    check(engine.play(trigger) > 0 && audible(), 'it sounds');
  },
  'Engine.clear_layers': () => {
    check(engine.clear_layers(3), 'they are gone');
    equal(engine.play_sample(3, 1.0), 0);
    silenced();
  },

  'Engine.play_sample': () => {
    check(sounding() > 0, 'there is a voice');
    check(audible(), 'it sounds');
    fails(() => engine.play_sample(4, 1.0), Flitzis.EngineError, Flitzis.EngineError.INVALID_SLOT);
  },
  'Engine.stop_sample': () => {
    check(engine.stop_sample(0), 'it is stopped');
    silenced();
  },
  'Engine.play_sample_at': () => {
    slot.loop = false;
    const voice = engine.play_sample_at(0, 1.0, engine.position + 480);
    check(voice > 0 && !audible() && audible(), 'it sounds from its frame on');
    engine.stop_all_samples();
    silenced();
  },
  'Engine.play_sample_at_beat': () => {
    engine.clock.restart(engine.position);
    const voice = engine.play_sample_at_beat(0, 1.0, 480 / 24000);
    check(voice > 0 && !audible() && audible(), 'it sounds from its beat on');
    engine.clock.running = false;
    engine.stop_all_samples();
    silenced();
  },
  'Engine.play': () => {
    const trigger = new Flitzis.Trigger();
    trigger.gain = 0.5;
    check(engine.play(trigger) > 0 && audible(), 'it sounds');
  },
  'Engine.play_after': () => {
    const trigger = Flitzis.Trigger.new();
    const voice = engine.play_sample(0, 1.0);
    check(engine.play_after(voice, trigger) > voice, 'it follows');
    engine.stop_voice(voice);
    silenced();
    check(engine.play_after(voice, trigger) > 0 && audible(), 'it sounds');
  },
  'Engine.stop_all_samples': () => {
    engine.stop_all_samples();
    silenced();
  },
  'Engine.stop_sample_at': () => {
    sounding();
    check(engine.stop_sample_at(0, engine.position + 4800), 'it is scheduled');
    check(audible(), 'it sounds');
    silenced();
  },
  'Engine.cancel_scheduled': () => {
    engine.play_sample_at(0, 1.0, engine.position + 48);
    engine.cancel_scheduled();
    check(!audible(), 'it is cancelled');
  },
  'Engine.stop_voice': () => {
    engine.stop_voice(sounding());
    silenced();
  },
  'Engine.stop_voice_with_fade': () => {
    check(engine.stop_voice_with_fade(sounding(), 0.01), 'it is stopped');
    silenced();
  },
  'Engine.seek_voice': () => {
    const voice = sounding();
    check(audible(), 'it sounds');
    check(engine.seek_voice(voice, 7), 'it moves');
    check(engine.get_voice_position(voice) === 7, 'it is there');
    engine.stop_all_samples();
    silenced();
  },
  'Engine.pause_voice': () => {
    engine.pause_voice(sounding());
    engine.render(4800);
    check(!audible(), 'it is paused');
  },
  'Engine.resume_voice': () => {
    engine.resume_voice(engine.n_triggered);
    check(audible(), 'it goes on');
    engine.stop_all_samples();
    silenced();
  },
  'Engine.set_voice_gain': () => {
    const voice = sounding();
    check(engine.set_voice_gain(voice, 0.0), 'it is set');
    engine.render(4800);
    check(!audible(), 'it is silent');
  },
  'Engine.set_voice_pan': () => check(engine.set_voice_pan(sounding(), -1.0), 'it is set'),
  'Engine.set_voice_rate': () => check(engine.set_voice_rate(sounding(), 2.0), 'it is set'),
  'Tween.new': () => equal(Flitzis.Tween.new().duration, -1),
  'Tween.copy': () => {
    const tween = new Flitzis.Tween();
    tween.beats = 4;
    equal(tween.copy().beats, 4);
  },
  'Engine.tween_engine': () => {
    const tween = new Flitzis.Tween();
    tween.duration = 0.1;
    check(engine.tween_engine(0.5, tween), 'it is sent');
    engine.render(4800);
    equal(engine.gain, 0.5);
    engine.gain = 1;
  },
  'Engine.tween_slot': () => {
    const tween = Flitzis.Tween.new();
    tween.beats = 0.25;
    tween.curve = Flitzis.Curve.SMOOTH;
    check(engine.tween_slot(0, Flitzis.Parameter.PAN, -1, tween), 'it is sent');
    engine.render(6000);
    equal(engine.get_slot(0).pan, -1);
    engine.get_slot(0).pan = 0;
  },
  'Engine.tween_voice': () => {
    const tween = new Flitzis.Tween();
    check(engine.tween_voice(sounding(), Flitzis.Parameter.GAIN, 0, tween), 'it is sent');
    engine.render(4800);
    check(!audible(), 'it is silent');
  },
  'Slot.tween': () => {
    const tween = new Flitzis.Tween();
    check(engine.get_slot(0).tween(Flitzis.Parameter.RATE, 2, tween), 'it is sent');
    engine.render(480);
    equal(engine.get_slot(0).playback_rate, 2);
    engine.get_slot(0).playback_rate = 1;
  },
  'Engine.get_voice_start_frame': () => {
    const position = engine.position;
    const voice = sounding();
    engine.render(480);
    equal(engine.get_voice_start_frame(voice), position);
    equal(engine.get_voice_start_frame(0), -1);
  },
  'Engine.get_voice_position': () => {
    const voice = sounding();
    engine.render(480);
    equal(engine.get_voice_position(voice), 480);
    engine.stop_all_samples();
    silenced();
  },

  'Engine.render': () => equal(engine.render(480).get_size(), 480 * 8),
  'Engine.render_to_file': () => check(engine.render_to_file(written, 480), 'it is written'),
  'Engine.render_to_file_async': async () => {
    let told = 0;
    check(await engine.render_to_file_async(written, 48000, null, (now, all) => {
      told = now / all;
    }), 'it is written');
    equal(told, 1);
  },
  'Engine.export': () => check(engine.export(writtenFile, 480, null, null), 'it is written'),
  'Engine.export_async': async () => {
    let told = 0;
    const options = new Flitzis.Export({normalize: Flitzis.Normalize.PEAK});
    check(await engine.export_async(writtenFile, 48000, options, null, (now, all) => {
      told = now / all;
    }), 'it is written');
    equal(told, 1);
  },

  'Kit.new_for_file': () => {
    equal(kit.get_n_items(), 2);
    equal(kit.get_item(0).get_item(0).file.get_path(), file.get_path());
    equal(kit.get_item(0).settings.deepUnpack().gain.unpack(), 0.5);
    fails(() => Flitzis.Kit.new_for_file(file, 0, null), Flitzis.EngineError,
          Flitzis.EngineError.UNSUPPORTED);
  },
  'Kit.new_for_file_async': async () => equal(
    (await Flitzis.Kit.new_for_file_async(kitFile, 0, null)).name, 'Kit'),
  'Kit.apply': () => {
    const problems = kit.apply(engine, 2, null);
    check(problems.length === 1 && problems[0].includes('none.wav'), 'the missing file is told');
    equal(engine.get_slot(2).gain, 0.5);
  },
  'Kit.apply_async': async () => {
    let told = 0;
    equal((await kit.apply_async(engine, 2, null, (now, all) => {
      told = now / all;
    })).length, 1);
    equal(told, 1);
  },
  'Kit.save': () => check(kit.save(savedFile, 0, null), 'it is saved'),
  'Kit.save_async': async () => check(await kit.save_async(savedFile, 0, null), 'it is saved'),

  'Clock.restart': () => clock.restart(engine.position),
  'Clock.beat_to_frame': () => equal(clock.beat_to_frame(2) - clock.beat_to_frame(0), 48000),
  'Clock.frame_to_beat': () => equal(clock.frame_to_beat(clock.beat_to_frame(4)), 4),

  'Engine.start_async': async () => {
    check(await engine.start_async(null), 'it starts');
    engine.stop();
  },
  'Engine.start': () => {
    check(engine.start(), 'it starts');
    fails(() => engine.render(1), Flitzis.EngineError, Flitzis.EngineError.BUSY);
  },
  'Engine.frame_to_time': async () => {
    // The time is known once a block has been rendered and the output says that it streams.
    const context = GLib.MainContext.default();
    const timer = GLib.timeout_add(GLib.PRIORITY_DEFAULT, 5, () => GLib.SOURCE_CONTINUE);
    while (engine.frame_to_time(engine.position) < 0)
      context.iteration(true);
    GLib.source_remove(timer);
    check(engine.frame_to_time(engine.position) > 0, 'there is a time');
  },
  'Engine.time_to_frame': () => {
    const frame = engine.position;
    check(Math.abs(engine.time_to_frame(engine.frame_to_time(frame)) - frame) <= 1, 'it returns');
  },
  'Engine.wake': () => {
    engine.wake();
    const sink = engine.sinks.get_item(0);
    check(sink.name === 'null-sink' && sink.is_default, 'the sink is listed');
    equal(engine.active_output, Flitzis.Output.PIPEWIRE);
  },
  'Engine.stop': () => {
    engine.stop();
    equal(engine.state, Flitzis.State.STOPPED);
  },
};

for (const [name, call] of Object.entries(calls)) {
  try {
    await call();
  } catch (error) {
    printerr(`${name}: ${error.message}\n${error.stack}`);
    System.exit(1);
  }
  done.push(name);
}
check(ended.some(([, reason]) => reason === Flitzis.EndReason.STOPPED), 'ends are told');

// Accessors, on an engine of default settings: they are what the properties are.
const plain = new Flitzis.Engine();
plain.set_sample(0, sample);
const objects = {Engine: plain, Slot: plain.get_slot(0), Clock: plain.clock, Sample: sample,
                 Cue: new Flitzis.Cue(), Export: new Flitzis.Export(), Sink: new Flitzis.Sink(),
                 Kit: new Flitzis.Kit(), Loudness: sample.measure_loudness(null),
                 Pad: new Flitzis.Pad(), PadLayer: new Flitzis.PadLayer()};

function other(value, property) {
  if (property === 'target_loudness')
    return -20;
  if (typeof value === 'boolean')
    return !value;
  if (typeof value === 'number')
    return value === 0 ? 0.5 : value / 2;
  return 'other';
}

// Each call gives a new object for what is no GObject.
function plainly(value) {
  if (value instanceof GLib.Variant)
    return value.print(true);
  return Array.isArray(value) ? value.join() : value;
}

for (const {owner, name, gets, sets} of accessors) {
  const object = objects[owner];
  const property = (gets ?? sets).replaceAll('-', '_');
  if (gets) {
    equal(plainly(object[name]()), plainly(object[property]));
  } else {
    // What is whole takes a whole number.
    const value = other(object[property], property);
    object[name](value);
    if (object[property] !== value)
      object[name](1);
    check(object[property] === value || object[property] === 1, `${name} sets ${property}`);
  }
  done.push(`${owner}.${name}`);
}

for (const {owner, name} of fields) {
  const record = new Flitzis[owner]();
  record[name] = 2;
  equal(record[name], 2);
  done.push(`${owner}.${name}`);
}

// The engine is a list model, too.
equal(engine.get_n_items(), 4);
equal(engine.get_item(2), engine.get_slot(2));
check(GObject.type_is_a(engine.get_item_type(), Flitzis.Slot.$gtype), 'it lists slots');
print(JSON.stringify(done));
