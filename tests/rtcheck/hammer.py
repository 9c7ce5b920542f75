# SPDX-License-Identifier: LGPL-2.1-or-later
"""A program that calls all verbs of an engine and sets all properties as fast as it can, from some
threads at once, while it plays: hammer.py SECONDS SAMPLE_RATE FILE...  If FLITZIS_FORKS is a
number, it goes on until it has forked that often, with the help of rtcheck.c. Prints as JSON how
often it called what and set which property, how often it was refused, and what the engine counted.
The last file is longer than the head of a stream."""

import collections
import ctypes
import itertools
import json
import os
import pathlib
import queue
import random
import sys
import tempfile
import threading
import time

import gi

gi.require_version('Flitzis', '1')
from gi.repository import Flitzis, Gio, GLib, GObject

N_SLOTS, N_VOICES = 6, 8
SET, LOADED = range(4), range(2, 6)  # the slots that set_sample fills, and load_sample
MOVES = ((Flitzis.Parameter.GAIN, 0.5), (Flitzis.Parameter.PAN, -0.5), (Flitzis.Parameter.RATE, 2))
CURVES = (Flitzis.Curve.LINEAR, Flitzis.Curve.SMOOTH, Flitzis.Curve.EQUAL_POWER)
RANGES = ((0.0, 1.0), (0.0, 0.5), (0.25, 1.0))  # of layers

# looked up here: PyGObject makes an enumeration when it is first asked for, in no thread-safe way
REFUSALS = [(Flitzis.engine_error_quark(), Flitzis.EngineError.BUSY),
            (Flitzis.engine_error_quark(), Flitzis.EngineError.TOO_LARGE),
            (Flitzis.engine_error_quark(), Flitzis.EngineError.UNSUPPORTED),  # streams backwards
            (Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED)]
RUNNING = Flitzis.State.RUNNING

seconds, sample_rate, files = float(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
n_forks = int(os.environ.get('FLITZIS_FORKS', 0))
engine = Flitzis.Engine(n_slots=N_SLOTS, n_voices=N_VOICES, sample_rate=sample_rate)
samples = [Flitzis.Sample.new(GLib.Bytes.new(random.Random(n_frames).randbytes(
               4 * n_channels * n_frames)), n_channels, rate)
           for n_channels, n_frames, rate in itertools.product(
               (1, 2), (1, 400, 30000, 300000), (sample_rate, sample_rate + 1))]
folder = tempfile.TemporaryDirectory()
written = os.path.join(folder.name, 'hammer.wav')
calls, refusals, properties = (collections.Counter() for _ in range(3))
streamed = []  # voices of samples that are not in memory
failures = []


def attempt(name, call, *arguments):
    """A full queue refuses triggers, a low `memory-limit` samples, and a load may be overtaken;
    nothing else may fail."""
    try:
        call(*arguments)
    except GLib.Error as error:
        if not any(error.matches(*refusal) for refusal in REFUSALS):
            raise
        refusals[name] += 1
    else:
        calls[name] += 1


def any_value(choose, spec):
    if spec.name == 'memory-limit':
        return choose.choice((1 << 20, 1 << 30))
    if spec.name == 'lead-in':
        return choose.randrange(20)  # ms, in which the position stands still
    if spec.value_type == GObject.TYPE_STRING:
        return choose.choice((None, 'one', 'two'))
    if spec.value_type == GObject.TYPE_BOOLEAN:
        return choose.random() < 0.5
    if spec.value_type == GObject.TYPE_UINT64:
        return choose.choice((0, 100, 10000))  # frames
    if spec.value_type.is_a(GObject.TYPE_DOUBLE) and spec.maximum == 60.0:
        return choose.choice((0.0, 0.005, 0.1))  # seconds
    if spec.value_type.is_a(GObject.TYPE_ENUM):
        return choose.choice(enums[spec.value_type.name])
    if spec.value_type.is_a(GObject.TYPE_DOUBLE):
        return choose.uniform(spec.minimum, spec.maximum)
    return choose.randint(spec.minimum, spec.maximum)


def writable(thing):
    return [spec for spec in thing.list_properties()
            if spec.flags & GObject.ParamFlags.WRITABLE
            and not spec.flags & GObject.ParamFlags.CONSTRUCT_ONLY]


settings = [(thing, spec)
            for thing in (engine, engine.props.clock, *map(engine.get_slot, range(N_SLOTS)))
            for spec in writable(thing) if spec.name != 'target']


def enum_values(spec):
    """Finds the class by its name: what a spec says of it differs between PyGObject's releases."""
    enum = getattr(Flitzis, spec.value_type.name.removeprefix('Flitzis'))
    return [enum(info.get_value()) for info in enum.__info__.get_values()]


enums = {spec.value_type.name: enum_values(spec) for _thing, spec in settings
         if spec.value_type.is_a(GObject.TYPE_ENUM)}


turns = itertools.cycle(settings)


def set_property(choose):
    thing, spec = next(turns)
    thing.set_property(spec.name, any_value(choose, spec))
    properties[f'{spec.owner_type.name}:{spec.name}'] += 1


def wait_for(begin):
    """The result that an asynchronous verb hands to its callback, in the main thread."""
    results = queue.SimpleQueue()
    begin(lambda _source, result: results.put(result))
    return results.get(timeout=60)


def call_verbs(choose):
    voices = [0]

    def play():
        slot = engine.get_slot(choose.randrange(N_SLOTS))
        voices[0] = engine.play_sample(slot.props.index, choose.random())
        sample = slot.props.sample
        if voices[0] and sample and sample.props.n_frames > 0 and sample.get_bytes() is None:
            streamed.append(voices[0])

    def later():
        return max(0, engine.props.position + choose.randrange(-1000, 10000))

    def make_tween():
        tween = Flitzis.Tween()
        tween.curve = choose.choice(CURVES)
        tween.frame = choose.choice((0, later()))
        if choose.choice((True, False)):
            tween.duration = choose.uniform(0, 0.5)
        else:
            tween.beats = choose.uniform(0, 1)
        return tween

    def make_move():
        return *choose.choice(MOVES), make_tween()

    def play_trigger():
        trigger = Flitzis.Trigger()
        trigger.slot, trigger.loops = choose.randrange(N_SLOTS), choose.randrange(3)
        trigger.pan, trigger.rate = choose.uniform(-1, 1), choose.uniform(0.25, 4)
        trigger.layer = choose.choice((-1, 0, 1))
        trigger.frame = choose.choice((0, later()))
        trigger.stop_frame = choose.choice((0, trigger.frame + 1000))
        voices[0] = engine.play(trigger)

    def play_after():
        trigger = Flitzis.Trigger()
        trigger.slot, trigger.loops = choose.randrange(N_SLOTS), 1
        voices[0] = engine.play_after(max(0, voices[0] - choose.randrange(3)), trigger)

    triggers = {
        'play_sample': (40, play),
        'play_sample_at': (10, lambda: engine.play_sample_at(choose.randrange(N_SLOTS),
                                                             choose.random(), later())),
        'play_sample_at_beat': (10, lambda: engine.play_sample_at_beat(
            choose.randrange(N_SLOTS), choose.random(),
            engine.props.clock.frame_to_beat(later()))),
        'play': (10, play_trigger),
        'play_after': (10, play_after),
        'seek_voice': (4, lambda: engine.seek_voice(voices[0], choose.randrange(20000))),
        'set_voice_gain': (2, lambda: engine.set_voice_gain(voices[0], choose.uniform(0, 16))),
        'set_voice_pan': (2, lambda: engine.set_voice_pan(voices[0], choose.uniform(-1, 1))),
        'set_voice_rate': (2, lambda: engine.set_voice_rate(voices[0], choose.uniform(0.25, 4))),
        'tween_engine': (2, lambda: engine.tween_engine(choose.uniform(0, 1), make_tween())),
        'tween_slot': (4, lambda: engine.tween_slot(
            choose.randrange(N_SLOTS), *make_move())),
        'tween': (2, lambda: engine.get_slot(choose.randrange(N_SLOTS)).tween(*make_move())),
        'tween_voice': (4, lambda: engine.tween_voice(voices[0], *make_move())),
        'pause_voice': (2, lambda: engine.pause_voice(voices[0])),
        'resume_voice': (2, lambda: engine.resume_voice(voices[0])),
        'stop_voice': (4, lambda: engine.stop_voice(voices[0])),
        'stop_voice_with_fade': (2, lambda: engine.stop_voice_with_fade(voices[0], 0.1)),
        'set_property': (10, lambda: set_property(choose)),
    }
    verbs = triggers | {
        'set_sample': (4, lambda: engine.set_sample(choose.choice(SET), choose.choice(samples))),
        'add_layer': (2, lambda: engine.add_layer(choose.choice(SET), choose.choice(samples),
                                                  *choose.choice(RANGES))),
        'clear_layers': (1, lambda: engine.clear_layers(choose.randrange(N_SLOTS))),
        'unload_sample': (1, lambda: engine.unload_sample(choose.choice(SET))),
        'stop_sample': (1, lambda: engine.stop_sample(choose.randrange(N_SLOTS))),
        'stop_sample_at': (1, lambda: engine.stop_sample_at(choose.randrange(N_SLOTS), later())),
        'stop_all_samples': (1, engine.stop_all_samples),
        'cancel_scheduled': (1, engine.cancel_scheduled),
        'wake': (1, engine.wake),
        'restart': (1, lambda: engine.props.clock.restart(engine.props.position)),
        'beat_to_frame': (1, lambda: engine.props.clock.beat_to_frame(choose.uniform(0, 1e6))),
        'frame_to_beat': (1, lambda: engine.props.clock.frame_to_beat(engine.props.position)),
        'frame_to_time': (1, lambda: engine.frame_to_time(engine.props.position)),
        'time_to_frame': (1, lambda: engine.time_to_frame(time.monotonic_ns())),
        'prepare_peaks_async': (1, lambda: choose.choice(samples).prepare_peaks_async()),
        'measure_loudness': (1, lambda: choose.choice(samples).measure_loudness(None)),
        'measure_loudness_async': (1, lambda: choose.choice(samples).measure_loudness_async()),
        # refused while it runs
        'render': (1, lambda: engine.render(choose.randrange(1, 100))),
        'render_to_file': (1, lambda: engine.render_to_file(written, 100)),
        # of a sample; that of the engine is below
        'export': (1, lambda: choose.choice(samples).export(Gio.File.new_for_path(written))),
    }
    # Each verb once, however slow the machine is. Then mostly triggers, and for longer than any
    # block nothing that stops them: they steal voices.
    for name, (_weight, call) in verbs.items():
        attempt(name, call)
        yield
    mixes = [choose.choices(list(table), [weight for weight, _call in table.values()], k=10000)
             for table in (verbs, triggers)]
    for i in itertools.count():
        name = mixes[int(time.monotonic() / 0.4) % 2][i % 10000]
        attempt(name, verbs[name][1])
        yield


def load_async(choose, verb, *arguments):
    cancellable = Gio.Cancellable()

    def begin(callback):
        getattr(engine, f'{verb}_async')(*arguments, cancellable, callback)
        if choose.random() < 0.3:
            cancellable.cancel()
    getattr(engine, f'{verb}_finish')(wait_for(begin))


def call_loads(choose):
    sources = [(path, Gio.File.new_for_path(path), GLib.Bytes.new(pathlib.Path(path).read_bytes()))
               for path in files]
    for i in itertools.count():
        path, file, data = choose.choice(sources)
        slot = choose.choice(LOADED)
        name, call, *arguments = (
            ('load_sample', engine.load_sample, slot, path),
            ('load_file', engine.load_file, slot, file, None),
            ('load_bytes', engine.load_bytes, slot, data, None),
            ('add_sample', engine.add_sample, path),
            ('load_sample_async', load_async, choose, 'load_sample', slot, path),
            ('load_file_async', load_async, choose, 'load_file', slot, file),
            ('load_bytes_async', load_async, choose, 'load_bytes', slot, data),
            ('add_sample_async', load_async, choose, 'add_sample', path))[i % 8]
        if name.startswith('add'):
            engine.unload_sample(LOADED[-1])  # which no other thread fills
        attempt(name, call, *arguments)
        yield


def call_layer_loads(choose):
    while True:
        layer = choose.choice(LOADED[:-1]), choose.choice(files), *choose.choice(RANGES)
        attempt('load_layer', engine.load_layer, *layer)
        yield
        attempt('load_layer_async', load_async, choose, 'load_layer', *layer)
        yield


def call_starts(choose):
    """Now and then: what is stopped makes no callbacks."""
    def start_async():
        engine.start_finish(wait_for(lambda callback: engine.start_async(None, callback)))

    def render_async():
        engine.render_to_file_finish(wait_for(lambda callback: engine.render_to_file_async(
            written, 100, None, None, callback=callback)))

    def export_sample_async():
        sample = choose.choice(samples)
        sample.export_finish(wait_for(lambda callback: sample.export_async(
            file, None, None, callback)))

    def export_async():
        engine.export_finish(wait_for(lambda callback: engine.export_async(
            file, 100, None, None, None, callback=callback)))

    file = Gio.File.new_for_path(written)

    for name, start in itertools.cycle((('start_async', start_async), ('start', engine.start))):
        until = time.monotonic() + 1.0
        attempt('render_to_file_async', render_async)
        attempt('export_async', export_sample_async)
        attempt('export_async', export_async)
        # another one makes another stream, which plays nothing at first
        engine.props.target = choose.choice((None, 'one', 'two'))
        properties['FlitzisEngine:target'] += 1
        while time.monotonic() < until:
            time.sleep(0.01)
            yield
        attempt('stop', engine.stop)
        attempt(name, start)


def call_fork(_choose):
    """A page that the child shares faults once when the parent writes to it. The preload forks:
    a child of `os.fork ()` may wait for ever for a lock that another thread of Python held."""
    fork = ctypes.CDLL(None).rtcheck_fork
    while True:
        fork()
        calls['fork'] += 1
        time.sleep(0.05)
        yield


def run(steps):
    try:
        while time.monotonic() < deadline or calls['fork'] < n_forks:
            next(steps)
    except BaseException as error:
        failures.append(repr(error))


attempt('start', engine.start)
patience = time.monotonic() + 30
for i in range(N_SLOTS):
    engine.set_sample(i, samples[-1])
    engine.play_sample(i, 1.0)
while engine.props.state != RUNNING and time.monotonic() < patience:
    time.sleep(0.001)
# The first load may take long: GStreamer has a process of its own look at all of its plugins.
engine.get_slot(LOADED[0]).props.storage = Flitzis.Storage.STREAM
engine.load_sample(LOADED[0], files[-1])
streamed.append(engine.play_sample(LOADED[0], 1.0))

deadline = time.monotonic() + seconds
threads = [threading.Thread(target=run, args=[steps(random.Random(1))])
           for steps in (call_verbs, call_loads, call_layer_loads, call_starts,
                         *[call_fork] * (n_forks > 0))]
for thread in threads:
    thread.start()
while any(thread.is_alive() for thread in threads):
    if not GLib.MainContext.default().iteration(False):
        time.sleep(0.001)
engine.stop_all_samples()
engine.stop()

assert not failures, failures
counters = {name: engine.get_property(f'n-{name}')
            for name in ('triggered', 'started', 'stolen', 'rejected', 'xruns')}
counters['streamed'] = len(streamed)
print(json.dumps({'calls': calls, 'refusals': refusals, 'properties': properties,
                  'counters': counters}))
