# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the override adds for Python: lists, `with`, paths, `await`, arrays; that it takes nothing
away; and what mypy knows."""

import ast
import asyncio
import contextlib
import functools
import gc
import importlib.util
import json
import os
import pathlib
import pydoc
import re
import shutil
import site
import subprocess
import sys
import threading
import time

import gi
import numpy
import pytest

gi.require_version('Flitzis', '1')
from gi.repository import Flitzis, Gio, GLib, GObject

from test_fork import in_child
from test_playing import make_sample, noise

FIXTURES = pathlib.Path(__file__).parent.parent / 'fixtures'
FILE = FIXTURES / 'stereo-float.wav'

# Newer releases of PyGObject have a loop of their own.
LOOPS = ['asyncio'] + ['gi.events'] * (importlib.util.find_spec('gi.events') is not None)


# A list, a context, paths


def test_an_engine_is_a_list_of_its_slots(make_engine):
    engine = make_engine(n_slots=5)
    slots = [engine.get_slot(i) for i in range(5)]
    assert len(engine) == 5 and engine
    assert [engine[i] for i in range(5)] == list(engine) == engine[:] == slots
    assert engine[-1] == slots[4] and engine[1:3] == slots[1:3] and slots[2] in engine
    for index in (5, -6):
        with pytest.raises(IndexError, match=f'^slot {index} of 5$'):
            engine[index]


def test_with_starts_and_stops(pipewire):
    with Flitzis.Engine() as engine:
        assert isinstance(engine, Flitzis.Engine)
        assert engine.props.state != Flitzis.State.STOPPED
    assert engine.props.state == Flitzis.State.STOPPED
    with pytest.raises(ZeroDivisionError), engine:
        assert engine.props.state != Flitzis.State.STOPPED
        raise ZeroDivisionError
    assert engine.props.state == Flitzis.State.STOPPED


def test_with_says_why_it_could_not_start(engine):
    with pytest.raises(GLib.Error) as caught, engine:
        raise AssertionError('there is no server')
    assert caught.value.matches(Flitzis.engine_error_quark(), Flitzis.EngineError.OUTPUT)


def test_paths(engine, tmp_path):
    """str, bytes and os.PathLike, in any encoding."""
    names = (tmp_path / 'sound.wav', tmp_path / os.fsdecode(b'not-utf-8-\xff.wav'))
    for path in names:
        shutil.copy(FILE, path)
        for i, way in enumerate((path, str(path), os.fsencode(path))):
            assert engine.load_sample(i, way) is True
            assert engine[i].props.sample.props.n_frames > 0
            assert engine[engine.add_sample(way)].props.sample.props.n_frames > 0
        assert engine.render_to_file(path, 10) is True
    with pytest.raises(TypeError):
        engine.load_sample(0, 3)
    with pytest.raises(TypeError):
        engine.add_sample(3)


# Calls


def test_a_sample_is_played_at_full_velocity_unless_told_otherwise(engine):
    frames = noise(1, 100, 2)
    for velocity in ((), (0.5,)):
        engine.set_sample(0, make_sample(frames))
        assert engine.play_sample(0, *velocity) > 0
        played = numpy.frombuffer(engine.render(100).get_data(), numpy.float32).reshape(-1, 2)
        numpy.testing.assert_array_equal(played, frames * numpy.float32([*velocity, 1.0][0]))


# Triggers


def get_fields(record):
    """NaN, which equals nothing, is None here."""
    names = [info.get_name() for info in getattr(type(record), '__info__').get_fields()]
    fields = {name: getattr(record, name) for name in names if name != 'padding'}
    return {name: value if value == value else None for name, value in fields.items()}


def test_the_fields_of_a_trigger_are_its_arguments():
    """Each of them, and what is left out stays as it is without any."""
    plain = get_fields(Flitzis.Trigger())
    assert plain == get_fields(Flitzis.Trigger.new()) and len(plain) >= 9
    for name in plain:
        trigger = Flitzis.Trigger(**{name: 3})
        assert get_fields(trigger) == plain | {name: 3} == get_fields(trigger.copy())
    trigger = Flitzis.Trigger(slot=3, pan=-0.5)
    assert isinstance(trigger, Flitzis.Trigger)
    assert (trigger.slot, trigger.pan) == (3, -0.5)


@pytest.mark.parametrize('make', [Flitzis.Trigger, Flitzis.Trigger.new, Flitzis.Trigger().copy])
def test_what_is_no_field_of_a_trigger_is_refused(make):
    trigger = make()
    trigger.loops = 4
    assert trigger.loops == 4
    for name in ('slt', 'padding', 'copy'):
        with pytest.raises(AttributeError, match=f"{name}.*slot, velocity"):
            setattr(trigger, name, 3)
        with pytest.raises(TypeError, match=f"{name}.*slot, velocity"):
            Flitzis.Trigger(**{name: 3})
    for wrong in ('slt', 'padding'):
        assert not hasattr(trigger, wrong)


def test_the_fields_of_a_tween_are_its_arguments():
    plain = get_fields(Flitzis.Tween())
    assert plain == get_fields(Flitzis.Tween.new())
    assert plain == {'frame': 0, 'beat': None, 'duration': -1, 'beats': -1,
                     'curve': Flitzis.Curve.LINEAR}
    for name in plain:
        field: dict = {name: 3}
        tween = Flitzis.Tween(**field)
        assert get_fields(tween) == plain | field == get_fields(tween.copy())
    assert isinstance(Flitzis.Tween(), Flitzis.Tween)


@pytest.mark.parametrize('make', [Flitzis.Tween, Flitzis.Tween.new, Flitzis.Tween().copy])
def test_what_is_no_field_of_a_tween_is_refused(make):
    tween = make()
    tween.beats = 4
    assert tween.beats == 4
    for name in ('seconds', 'padding', 'copy'):
        with pytest.raises(AttributeError, match=f"{name}.*frame, beat"):
            setattr(tween, name, 3)
        field: dict = {name: 3}
        with pytest.raises(TypeError, match=f"{name}.*frame, beat"):
            Flitzis.Tween(**field)
    for wrong in ('seconds', 'padding'):
        assert not hasattr(tween, wrong)


def test_fades_take_the_fields_of_a_tween(engine):
    for thing in (engine, engine[0]):
        assert thing.fade(0.0, seconds=0.1) and thing.gain == 1.0
        engine.render(2400)
        assert thing.gain == pytest.approx(0.5)
        engine.render(2400)
        assert thing.gain == 0.0
        thing.fade(1.0, beats=1, curve=Flitzis.Curve.SMOOTH)
        engine.render(12000)
        assert thing.gain == pytest.approx(0.5)
        thing.gain = 1.0
        with pytest.raises(TypeError, match='duraton.*frame, beat'):
            thing.fade(0.0, duraton=4)


# Attributes


def get_classes():
    return (Flitzis.Clock, Flitzis.Cue, Flitzis.Engine, Flitzis.Export, Flitzis.Kit,
            Flitzis.Loudness, Flitzis.Pad, Flitzis.PadLayer, Flitzis.Sample, Flitzis.Sink,
            Flitzis.SinkList, Flitzis.Slot)


def test_properties_are_attributes(engine):
    engine[0].gain = 0.5
    engine.clock.tempo = 90.0
    engine.steal = Flitzis.Steal.REJECT
    assert engine[0].props.gain == 0.5 and engine.clock.props.tempo == 90.0
    assert engine.props.steal == Flitzis.Steal.REJECT
    engine[0].gain += 0.25
    assert engine[0].props.gain == 0.75
    for thing in (engine, engine[0], engine.clock, engine.sinks, Flitzis.Sample(), Flitzis.Cue(),
                  Flitzis.Export(), Flitzis.Sink(), Flitzis.Kit(), Flitzis.Pad(),
                  Flitzis.PadLayer()):
        for prop in thing.list_properties():
            name = prop.name.replace('-', '_')
            assert getattr(thing, name) == getattr(thing.props, name)
    assert not any(hasattr(engine, name) for name in ('volume', 'n-slots'))


def test_a_property_that_cannot_be_set_says_so(engine):
    """No attribute hides it."""
    for cls in get_classes():
        for prop in cls.list_properties():
            can = prop.flags & GObject.ParamFlags.WRITABLE and not (
                prop.flags & GObject.ParamFlags.CONSTRUCT_ONLY)
            setter = getattr(cls, prop.name.replace('-', '_')).fset
            assert (setter is not None) == bool(can), prop.name
    for name in ('position', 'n_slots'):
        with pytest.raises(AttributeError):
            setattr(engine, name, 3)
    with pytest.raises(TypeError):
        engine[0].gain = 'loud'


def test_other_attributes_are_free(engine):
    engine.note = engine[0].note = engine.clock.note = 'mine'
    assert engine.note == engine[0].note == engine.clock.note == 'mine'


# await


def run(coroutine, loop='asyncio'):
    """Runs a coroutine to its end in a new loop; 20 s are too long for any of them."""
    async def limited():
        return await asyncio.wait_for(coroutine, 20)
    if loop == 'asyncio':
        return asyncio.run(limited())
    from gi.events import GLibEventLoop
    with contextlib.closing(GLibEventLoop(GLib.MainContext.default())) as loop:
        return loop.run_until_complete(limited())


@pytest.mark.parametrize('loop', LOOPS)
def test_every_asynchronous_verb_can_be_awaited(engine, tmp_path, pipewire, loop):
    async def main():
        assert await engine.load_sample_async(0, FILE) is True
        assert await engine.load_sample_async(1, str(FILE), None) is True
        assert await engine.load_file_async(2, Gio.File.new_for_path(str(FILE))) is True
        assert await engine.load_bytes_async(3, GLib.Bytes.new(FILE.read_bytes())) is True
        assert await asyncio.gather(*(engine.add_sample_async(FILE) for _ in range(3))) == [4, 5, 6]
        assert await engine[0].props.sample.prepare_peaks_async() is True
        assert await engine.render_to_file_async(tmp_path / 'a.wav', 100) is True
        assert await engine.start_async() is True
    run(main(), loop)
    assert len({engine[i].props.sample.get_bytes().get_data() for i in range(7)}) == 1
    assert (tmp_path / 'a.wav').exists()
    assert engine.props.state != Flitzis.State.STOPPED


def test_no_asynchronous_verb_is_forgotten():
    """Each that C has can be awaited, so it is a function of the override's."""
    for cls in (Flitzis.Engine, Flitzis.Sample, Flitzis.Slot, Flitzis.Clock):
        for info in cls.__info__.get_methods():
            if info.get_name().endswith('_async'):
                assert isinstance(getattr(cls, info.get_name()), type(run)), info.get_name()


@pytest.mark.parametrize('loop', LOOPS)
def test_errors_are_raised_where_they_are_awaited(engine, tmp_path, loop):
    async def main():
        with pytest.raises(GLib.Error) as caught:
            await engine.load_sample_async(99, FILE)
        assert caught.value.matches(Flitzis.engine_error_quark(), Flitzis.EngineError.INVALID_SLOT)
        with pytest.raises(GLib.Error) as caught:
            await engine.load_sample_async(0, tmp_path / 'none.wav')
        assert caught.value.matches(Gio.io_error_quark(), Gio.IOErrorEnum.NOT_FOUND)
        with pytest.raises(TypeError):
            await engine.load_sample_async('zero', FILE)
    run(main(), loop)


@pytest.fixture
def slow_file(make_wav):
    """From a rate that takes seconds to convert."""
    return make_wav('slow.wav', noise(1, 3000000), 7999)


@pytest.mark.parametrize('loop', LOOPS)
def test_many_loads_at_once(make_engine, slow_file, loop):
    engine = make_engine(n_slots=300)

    async def main():
        assert all(await asyncio.gather(*(engine.load_sample_async(i, FILE) for i in range(300))))
        # a load has its place among others from the call on
        first, second = (engine.load_sample_async(0, slow_file) for _ in range(2))
        engine.set_sample(0, None)
        for load in (first, second):
            with pytest.raises(GLib.Error) as caught:
                await load
            assert caught.value.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED)
        assert engine[0].props.sample is None
    run(main(), loop)
    assert all(slot.props.sample is not None for slot in engine[1:])


def test_loops_of_many_threads(make_engine):
    engine = make_engine(n_slots=8)
    results = []

    async def load(i):
        return await engine.load_sample_async(i, FILE)

    def work(i):
        results.append(run(load(i)))
    threads = [threading.Thread(target=work, args=[i]) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [True] * 8


@pytest.mark.parametrize('loop', LOOPS)
def test_cancelling_the_task_cancels_the_load(engine, slow_file, loop):
    cancellable = Gio.Cancellable()

    async def main():
        task = asyncio.ensure_future(load())
        await asyncio.sleep(0)
        assert engine[0].props.loading
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    async def load():
        await engine.load_sample_async(0, slow_file, cancellable)
    run(main(), loop)
    assert cancellable.is_cancelled()
    deadline = time.monotonic() + 10
    while engine[0].props.loading:
        assert time.monotonic() < deadline
    assert engine[0].props.sample is None


def test_a_loop_may_end_before_the_load(engine, capfd):
    """Whoever does not wait for it gets neither an error nor a hang; the load goes on."""
    async def main():
        engine.load_sample_async(0, FILE)
    run(main())
    deadline = time.monotonic() + 10
    while engine[0].props.sample is None:
        assert time.monotonic() < deadline
    run(asyncio.sleep(0.1))  # for the answer to come
    assert capfd.readouterr().err == ''


def get_helpers():
    return [thread for thread in threading.enumerate() if thread.name == 'flitzis-asyncio']


def test_awaiting_keeps_nothing():
    """Not the engine, however often it was awaited."""
    gone = []
    engine = Flitzis.Engine()
    engine.weak_ref(gone.append, True)

    async def main(engine):
        for _ in range(50):
            await engine.load_sample_async(0, FILE)
    run(main(engine))
    before = get_helpers()
    run(main(engine))
    assert get_helpers() == before
    del engine
    deadline = time.monotonic() + 10
    while not gone:
        gc.collect()
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_progress_comes_to_the_loop(engine, tmp_path):
    told = []

    def note(n_done, n_frames, data):
        told.append((n_done, n_frames, data, threading.get_ident()))

    async def main():
        await engine.render_to_file_async(tmp_path / 'a.wav', 480000, None, note, 'data')
    run(main())
    assert told[-1] == (480000, 480000, 'data', threading.get_ident())
    assert {each[1:] for each in told} == {told[0][1:]}


def test_callbacks_still_work(engine, iterate, tmp_path):
    """Outside of coroutines, and where a callback is given, it is as in C."""
    assert engine.load_sample_async(0, FILE) is None
    iterate(lambda: engine[0].props.sample is not None)
    answers = []

    def note(source, result, *data):
        answers.append((engine.load_sample_finish(result), source is engine, data))
    engine.load_sample_async(1, FILE, None, note, 'some', 'data')
    engine.load_sample_async(2, FILE, callback=note)
    iterate(lambda: len(answers) == 2)
    assert sorted(answers) == [(True, True, ()), (True, True, ('some', 'data'))]

    async def main():
        assert engine.load_sample_async(3, FILE, None, note) is None
    run(main())
    iterate(lambda: len(answers) == 3)


def test_the_child_of_a_fork_may_await(engine):
    async def main():
        with pytest.raises(GLib.Error) as caught:
            await engine.load_sample_async(0, FILE)
        return caught.value.code

    async def load():
        return await engine.load_sample_async(0, FILE)
    assert run(load())  # the thread for answers is there
    time.sleep(0.1)  # no lock of GObject's is safe while the worker lets go of what it was given

    def check():
        assert run(main()) == Flitzis.EngineError.FORKED
    in_child(check)


# Arrays


@pytest.mark.parametrize('n_channels', [1, 2])
def test_a_sample_is_an_array(n_channels):
    frames = noise(1, 1000, n_channels)
    sample = make_sample(frames)
    array = numpy.asarray(sample)
    assert array.shape == (1000, n_channels) and array.dtype == numpy.float32
    numpy.testing.assert_array_equal(array, frames)
    assert not array.flags.writeable
    numpy.array(sample)[0] = 1
    sample.__array__(copy=True)[0] = 1
    numpy.testing.assert_array_equal(numpy.asarray(sample), frames)
    assert numpy.asarray(sample, dtype=numpy.float64).dtype == numpy.float64
    numpy.testing.assert_array_equal(numpy.asarray(Flitzis.Sample()).shape, (0, 1))
    with pytest.raises(ValueError):
        sample.__array__(copy=False)


def test_an_array_is_a_sample():
    frames = noise(2, 1000, 2)
    for array in (frames, frames.astype('>f4'), frames.astype('f8'), frames[::-1].copy()[::-1],
                  numpy.asfortranarray(frames), frames.tolist()):
        sample = Flitzis.Sample.from_array(array, 44100)
        assert isinstance(sample, Flitzis.Sample)
        assert (sample.props.n_channels, sample.props.sample_rate) == (2, 44100)
        numpy.testing.assert_array_equal(numpy.asarray(sample), frames)
    mono = Flitzis.Sample.from_array(frames[:, 0], 48000)
    assert mono.props.n_channels == 1
    numpy.testing.assert_array_equal(numpy.asarray(mono)[:, 0], frames[:, 0])
    loud = Flitzis.Sample.from_array(numpy.array([1e300, numpy.nan, 0.5]), 48000)
    assert loud.props.n_mended == 2 and numpy.asarray(loud).tolist() == [[0], [0], [0.5]]


@pytest.mark.parametrize('kind', ['i1', 'i2', '>i2', 'i4', 'u1', 'u2', '>u2', 'u4'])
def test_integers_are_taken_by_their_full_scale(kind):
    limits = numpy.iinfo(kind)
    n_values = 2 ** limits.bits
    parts = numpy.array([0, n_values // 4, n_values // 2, 3 * (n_values // 4)], object)
    array = (parts + int(limits.min)).astype(kind)
    sample = Flitzis.Sample.from_array(array, 48000)
    assert numpy.asarray(sample)[:, 0].tolist() == [-1, -0.5, 0, 0.5]
    assert numpy.asarray(Flitzis.Sample.from_array(numpy.array([limits.max], kind), 48000)) <= 1


def test_what_is_no_sound_is_refused():
    no_sounds: tuple = (numpy.zeros((2, 2, 2)), numpy.zeros(3, bool), numpy.zeros(3, complex),
                        'text', numpy.float32(1))
    for array in no_sounds:
        with pytest.raises(TypeError):
            Flitzis.Sample.from_array(array, 48000)
    for array, rate in ((numpy.zeros((3, 3)), 48000), (numpy.zeros((0, 2)), 48000),
                        (numpy.zeros(3), 10)):
        with pytest.raises(GLib.Error) as caught:
            Flitzis.Sample.from_array(array, rate)
        assert caught.value.matches(Flitzis.engine_error_quark(), Flitzis.EngineError.INVALID_VALUE)


@pytest.mark.parametrize('array, words', [
    (numpy.array([0, 16384], numpy.int64), 'up to 32 bits, not int64.*astype'),
    (numpy.zeros((3, 2), '>u8'), 'up to 32 bits, not >u8.*astype'),
    ([0, 16384], 'up to 32 bits, not int64.*astype'),
    (numpy.zeros(3, numpy.complex64), 'not 1 of complex64'),
    (numpy.zeros((3, 2, 1)), 'not 3 of float64'),
    (numpy.float32(1), 'not 0 of float32'),
])
def test_what_is_no_sound_is_named(array, words):
    with pytest.raises(TypeError, match=words):
        Flitzis.Sample.from_array(array, 48000)


@pytest.mark.parametrize('array', [[], numpy.zeros((0, 2))])
def test_an_empty_array_is_called_empty(array):
    with pytest.raises(GLib.Error, match='empty') as caught:
        Flitzis.Sample.from_array(array, 48000)
    assert caught.value.matches(Flitzis.engine_error_quark(), Flitzis.EngineError.INVALID_VALUE)


def test_numpy_is_imported_only_where_it_is_used():
    program = ('import sys, gi; gi.require_version("Flitzis", "1")\n'
               'from gi.repository import Gio\n'
               'before = set(sys.modules)  # asyncio is among them in newer releases\n'
               'from gi.repository import Flitzis\n'
               'Flitzis.Engine()\n'
               'print(sorted({"numpy", "asyncio"} & (set(sys.modules) - before)))')
    printed = subprocess.run([sys.executable, '-c', program], check=True, capture_output=True,
                             text=True).stdout
    assert printed == '[]\n'


# Nothing is taken away, and all is described

SURFACE = '''
import json, gi
gi.require_version('Flitzis', '1')
from gi.repository import Flitzis
names = {}
for name in dir(Flitzis):
    names[name] = dir(getattr(Flitzis, name))
print(json.dumps(names))
'''


def get_surface(**environment):
    return json.loads(subprocess.run(
        [sys.executable, '-c', SURFACE], check=True, capture_output=True, text=True,
        env=os.environ | environment).stdout)


def test_the_override_takes_nothing_away():
    plain, ours = get_surface(PYTHONPATH=''), get_surface()
    assert 'from_array' in ours['Sample'] and 'from_array' not in plain['Sample']
    for name in plain:
        if not name.startswith('_'):
            private = {'padding'} if name in ('Trigger', 'Tween') else set()
            assert set(plain[name]) - set(ours[name]) == private, name
    added = {(name, member) for name in plain for member in set(ours[name]) - set(plain[name])
             if not member.startswith('__')}
    properties = {(cls.__name__, info.get_name().replace('-', '_'))
                  for cls in get_classes() for info in cls.__info__.get_properties()}
    assert added == {('Sample', 'from_array'), ('Engine', 'fade'), ('Slot', 'fade')} | properties
    assert not any('__init__' in vars(cls) for cls in get_classes())


GENERATOR = '''
from gi import docstring
before = docstring.get_doc_string_generator()
import gi
gi.require_version('Flitzis', '1')
from gi.repository import Flitzis
assert docstring.get_doc_string_generator() is before
'''


def test_the_override_leaves_other_namespaces_alone():
    """PyGObject has one generator of docstrings for all of them."""
    subprocess.run([sys.executable, '-c', GENERATOR], check=True, timeout=60)


def test_calls_are_plain():
    """A verb that the override does not define is what PyGObject makes for any library."""
    plain = {type(Gio.Cancellable.cancel), type(Gio.Cancellable.new), type(GLib.DateTime.format)}
    n_plain = 0
    for cls in (Flitzis.Engine, Flitzis.Slot, Flitzis.Sample, Flitzis.Clock, Flitzis.Trigger,
                Flitzis.Tween):
        for info in cls.__info__.get_methods():
            verb = getattr(cls, info.get_name())
            if isinstance(verb, type(run)):
                assert verb.__module__ == 'gi.overrides.Flitzis' and verb.__doc__, info.get_name()
            else:
                assert type(verb) in plain, (cls, info.get_name())
                n_plain += 1
    assert n_plain > 130


# What help () tells


def get_help(thing):
    return pydoc.plain(pydoc.render_doc(thing))


def test_help_describes_what_there_is():
    """Classes, their properties, fields, enumerations: each by what the gir says of it."""
    described = [*get_classes(), Flitzis.Trigger.__init__, Flitzis.Tween.__init__]
    described += [getattr(cls, info.get_name().replace('-', '_'))
                  for cls in get_classes() for info in cls.__info__.get_properties()]
    for record in (Flitzis.Trigger, Flitzis.Tween):
        described += [getattr(record, name) for name in get_fields(record())]
    assert len(described) > 90
    for thing in described:
        assert thing.__doc__ and ':Constructors:' not in thing.__doc__, thing
    described = ' '.join(get_help(Flitzis.Slot).replace(' |', ' ').split())
    assert ' '.join(Flitzis.Slot.gain.__doc__.split()) in described
    enums = [each for each in map(functools.partial(getattr, Flitzis), dir(Flitzis))
             if isinstance(each, type) and issubclass(each, GObject.GEnum)]
    assert len(enums) >= 9
    for enum in enums:
        text = get_help(enum)
        for info in getattr(enum, '__info__').get_values():
            assert re.search(rf'^ \|  {info.get_name().upper()}: [\w`]', text, re.M), (enum, text)


def test_help_speaks_of_python():
    """Of errors, members and defaults as Python has them, and of what becomes of an engine."""
    text = get_help(Flitzis.Engine.load_sample)
    assert 'Flitzis.EngineError.INVALID_SLOT' in text and 'Gio.IOErrorEnum' in text
    assert re.search("velocity: '?float'? = 1.0", get_help(Flitzis.Engine.play_sample))
    engine = ' '.join(line.removeprefix(' |').strip()
                      for line in get_help(Flitzis.Engine).splitlines())
    assert 'a local variable falls silent when its function returns' in engine
    assert "engine.load_sample(0, 'kick.flac')" in engine
    for cls in (*get_classes(), Flitzis.Trigger):
        found = re.findall(r'```|\bconst \w+ =|%'
                           r'\w+|\bFLITZIS_[A-Z_]+|\bG_IO\w+|\bNULL\b|\[\w+@', get_help(cls))
        assert found == [], cls


def get_stubs(build_dir):
    return build_dir / 'introspection/gi/overrides/Flitzis.pyi'


def test_stubs_name_all_there_is(build_dir):
    tree = ast.parse(get_stubs(build_dir).read_text())
    top = {node.name: node for node in tree.body if isinstance(node, (ast.ClassDef,
                                                                      ast.FunctionDef))}
    constants = {node.target.id for node in tree.body if isinstance(node, ast.AnnAssign)}
    public = {name for name in dir(Flitzis) if not name.startswith('_')}
    assert public == top.keys() | constants
    for name, node in top.items():
        if isinstance(node, ast.FunctionDef):
            continue
        members = {child.name if isinstance(child, ast.FunctionDef) else child.target.id
                   for child in node.body if isinstance(child, (ast.FunctionDef, ast.AnnAssign))}
        own = {member for cls in getattr(Flitzis, name).__mro__
               if cls.__module__.endswith('.Flitzis') for member in vars(cls)
               if not member.startswith('_')}
        assert own <= members, (name, own - members)
        assert ast.get_docstring(node) or name.endswith('Class')
        for child in node.body:
            if isinstance(child, ast.FunctionDef) and child.name not in ('__init__', 'props'):
                assert ast.get_docstring(child), (name, child.name)


MISTAKES = {
    'engine.play_sample("0", 1.0)': 'arg-type',
    'engine.play_sampel(0, 1.0)': 'attr-defined',
    'engine.play_sample()': 'call-arg',
    'engine.load_sample(0)': 'call-arg',
    'engine.add_sample(0)': 'arg-type',
    'engine.add_sample("kick.wav") + "1"': 'operator',
    'engine[0].props.gain = "loud"': 'assignment',
    'engine[0].gain = "loud"': 'assignment',
    'engine.props.n_playing = 3': 'misc',
    'engine.n_playing = 3': 'misc',
    'Flitzis.Trigger(slt=3)': 'call-arg',
    'Flitzis.Trigger(slot=3, pan="left")': 'arg-type',
    'Flitzis.Trigger().slt = 3': 'attr-defined',
    'engine.props.volume': 'attr-defined',
    'Flitzis.Engine(n_slot=3)': 'call-arg',
    'Flitzis.State.RUNING': 'attr-defined',
    'len(engine) + engine[0].props.sample.props.n_frames + "1"': 'operator',
    'Flitzis.Sample.from_array([0.0], "fast")': 'arg-type',
}


NO_MISTAKES = ('engine.play_sample(0)', 'engine.play_sample(engine.add_sample(b"kick.wav"))',
               'engine[0].gain = 0.5', 'engine[0].pan += 0.5',
               'engine.play(Flitzis.Trigger(slot=3, pan=-0.5))')


def run_mypy(build_dir, source_dir, tmp_path, *paths):
    stubs = tmp_path / 'stubs'
    shutil.copytree(source_dir / 'tests/typing', stubs)
    shutil.copy(get_stubs(build_dir), stubs / 'gi/repository/Flitzis.pyi')
    result = subprocess.run(
        [sys.executable, '-m', 'mypy', '--check-untyped-defs', '--ignore-missing-imports',
         # a slot that is not there is told by nobody but the program itself
         '--no-strict-optional', '--no-error-summary', f'--cache-dir={tmp_path / "cache"}', *paths],
        env=os.environ | {'MYPYPATH': str(stubs), 'PYTHONPATH': ''}, cwd=source_dir,
        capture_output=True, text=True, timeout=300)
    assert result.returncode in (0, 1) and result.stderr == '', result.stdout + result.stderr
    return result.stdout.splitlines()


def get_errors(lines):
    """Those that are about Flitzis. What else mypy says of programs without annotations is not."""
    names = '|'.join(name for name in dir(Flitzis) if not name.startswith('_'))
    return [line for line in lines if re.search(rf'"(Type\[)?({names})\b|Flitzis', line)
            and ': error: ' in line]


def test_mypy_knows_the_examples(build_dir, source_dir, tmp_path):
    planted = tmp_path / 'planted.py'
    planted.write_text('from gi.repository import Flitzis\n\n\ndef main():\n'
                       '    engine = Flitzis.Engine(n_slots=3)\n'
                       + ''.join(f'    {mistake}\n' for mistake in MISTAKES)
                       + ''.join(f'    {line}\n' for line in NO_MISTAKES))
    examples = sorted((source_dir / 'examples').glob('*.py'))
    packages = [path.parent for path in (source_dir / 'examples').glob('*/__main__.py')]
    lines = run_mypy(build_dir, source_dir, tmp_path, planted, *examples, *packages)
    wrong = [line for line in lines if 'planted.py' in line and ': error: ' in line]
    codes = [re.search(r'py:(\d+): .*\[([\w-]+)\]$', line).groups() for line in wrong]
    assert codes == [(str(i), code) for i, code in enumerate(MISTAKES.values(), 6)], wrong
    assert [line for line in get_errors(lines) if 'planted.py' not in line] == []


@pytest.mark.slow
def test_mypy_knows_the_tests(build_dir, source_dir, tmp_path):
    paths = [*sorted((source_dir / 'tests').glob('*.py')), 'tests/rtcheck/hammer.py']
    assert get_errors(run_mypy(build_dir, source_dir, tmp_path, *paths)) == []


# What `meson install` installs


def test_it_works_as_installed(installed, tmp_path):
    """From the folders that `meson install` has put it into."""
    [override] = installed.root.rglob('gi/overrides/Flitzis.py')
    [typelib] = installed.root.rglob('Flitzis-1.typelib')
    [stubs] = installed.root.rglob('gi-stubs/repository/Flitzis.pyi')
    assert override.parents[2] == stubs.parents[2] == installed.python
    # where the Python that has gi looks
    assert f'/{installed.python.relative_to(installed.root)}' in site.getsitepackages()
    program = ('import gi; gi.require_version("Flitzis", "1")\n'
               'from gi.repository import Flitzis\n'
               'import gi.overrides.Flitzis as override\n'
               'print(override.__file__, len(Flitzis.Engine(n_slots=7)))')
    result = subprocess.run([sys.executable, '-c', program], cwd=tmp_path, capture_output=True,
                            text=True, env=os.environ | {
                                'PYTHONPATH': str(installed.python),
                                'GI_TYPELIB_PATH': str(typelib.parent),
                                'LD_LIBRARY_PATH': str(installed.libdir)})
    assert result.stdout == f'{override} 7\n', result


# What their classes get from GObject is not known without stubs of it.
INHERITED = ('engine.play_sampel(0, 1.0)', 'engine[0].props.gain = "loud"',
             'engine[0].gain = "loud"', 'Flitzis.State.RUNING',
             'len(engine) + engine[0].props.sample.props.n_frames + "1"')


def test_the_installed_stubs_leave_others_alone(installed, tmp_path):
    """Where nothing else knows the types of gi: a program without Flitzis has no errors, and the
    mistakes of one with it are found."""
    other, planted = tmp_path / 'other.py', tmp_path / 'planted.py'
    other.write_text('import gi\ngi.require_version("Gtk", "4.0")\n'
                     'from gi.repository import GLib, Gtk\n'
                     'print(GLib.get_user_name(), gi.version_info, Gtk.Window())\n')
    mistakes = {each: code for each, code in MISTAKES.items() if each not in INHERITED}
    planted.write_text(''.join(f'{line}\n' for line in (
        'import gi', 'gi.require_version("Flitzis", "1")', 'from gi.repository import Flitzis',
        'engine = Flitzis.Engine(n_slots=3)', *mistakes)))
    result = subprocess.run(
        [sys.executable, '-m', 'mypy', '--no-error-summary', f'--cache-dir={tmp_path / "cache"}',
         other, planted], cwd=tmp_path, capture_output=True, text=True, timeout=300,
        env=os.environ | {'PYTHONPATH': str(installed.python), 'MYPYPATH': ''})
    errors = re.findall(r'^(\w+)\.py:(\d+): error: .*\[([\w-]+)\]$', result.stdout, re.M)
    assert errors == [('planted', str(i), code) for i, code in enumerate(mistakes.values(), 5)], (
        result.stdout + result.stderr)


@pytest.mark.slow
@pytest.mark.parametrize('prefix', ['/usr', '/usr/local', '/opt/flitzis'])
def test_the_folder_for_python(source_dir, tmp_path, prefix):
    """Python looks there if it looks anywhere below the prefix, and the summary names it."""
    printed = subprocess.run(['meson', 'setup', f'--prefix={prefix}', '-Dtests=false',
                              '-Ddocs=disabled', tmp_path, source_dir], check=True,
                             capture_output=True, text=True).stdout
    plan = subprocess.run(['meson', 'introspect', '--installed', tmp_path], check=True,
                          capture_output=True, text=True).stdout
    [override] = [path for path in json.loads(plan).values()
                  if path.endswith('/gi/overrides/Flitzis.py')]
    folder = override.removesuffix('/gi/overrides/Flitzis.py')
    assert folder.startswith(f'{prefix}/lib')
    assert folder in site.getsitepackages() or prefix == '/opt/flitzis'
    assert re.search(rf'^ *Python +: {folder}$', printed, re.M), printed


@pytest.mark.slow
def test_another_folder_for_python(source_dir, tmp_path):
    subprocess.run(['meson', 'setup', '-Dpython_dir=/opt/python', '-Dtests=false',
                    '-Ddocs=disabled', tmp_path, source_dir], check=True, capture_output=True)
    plan = subprocess.run(['meson', 'introspect', '--installed', tmp_path], check=True,
                          capture_output=True, text=True).stdout
    paths = [path for path in json.loads(plan).values() if path.endswith(('.py', '.pyi'))]
    # meson names but one place for a file that goes to two
    assert sorted(paths) == ['/opt/python/gi-stubs/repository/Flitzis.pyi',
                             '/opt/python/gi-stubs/repository/__init__.pyi',
                             '/opt/python/gi/overrides/Flitzis.py']
