# SPDX-License-Identifier: LGPL-2.1-or-later
"""What Python adds to Flitzis. PyGObject finds this file by its name and folder."""

from __future__ import annotations

import functools
import os
import sys
import threading
from typing import TYPE_CHECKING

from gi.module import get_introspection_module
from gi.overrides import override
from gi.repository import Gio, GLib, GObject

if TYPE_CHECKING:
    import asyncio
    from typing import Any, Callable

    import numpy
    import numpy.typing

Flitzis = get_introspection_module('Flitzis')

__all__ = []

# What help () shows, by name: the build puts in what the gir says.
_DOCS = {}


def _get_running_loop():
    """The loop of asyncio that runs this thread, if any; a program without asyncio does not get
    it imported."""
    asyncio = sys.modules.get('asyncio')
    return asyncio._get_running_loop() if asyncio is not None else None


@functools.lru_cache(maxsize=None)
def _get_context(_pid):
    """A main context with a thread that runs it. Each process has one: a fork has no threads."""
    context = GLib.MainContext()

    def run():
        context.push_thread_default()
        while True:
            context.iteration(True)

    threading.Thread(target=run, name='flitzis-asyncio', daemon=True).start()
    return context


def _call_in(context, function):
    """Calls the function in the thread of a main context, and waits for it."""
    from concurrent.futures import Future
    outcome = Future()

    def run(*_data):
        try:
            outcome.set_result(function())
        except BaseException as error:
            outcome.set_exception(error)
        return GLib.SOURCE_REMOVE

    source = GLib.Idle(priority=GLib.PRIORITY_DEFAULT)
    source.set_callback(run)
    source.attach(context)
    return outcome.result()


def _tell(loop, function, *arguments):
    """Calls the function in the thread of a loop of asyncio, from any other."""
    try:
        loop.call_soon_threadsafe(function, *arguments)
    except RuntimeError:
        pass  # the loop was closed, so nobody waits


def _call(begin, finish, arguments, cancellable, callback, user_data):
    """An asynchronous verb as it is in C, or, in a coroutine and without a callback, a future.

    The loops of asyncio run no main context, and a context that others run may be stopped by them:
    the answer comes to the thread of a context of ours, and goes on to the loop from there."""
    loop = _get_running_loop() if callback is None else None
    if loop is None:
        return begin(*arguments, cancellable, callback, *user_data)
    future = loop.create_future()
    cancellable = cancellable or Gio.Cancellable()

    def settle(set_outcome, outcome):
        if not future.done():
            set_outcome(outcome)

    def done(_source, result):
        try:
            _tell(loop, settle, future.set_result, finish(result))
        except GLib.Error as error:
            _tell(loop, settle, future.set_exception, error)

    def cancel(future):
        if future.cancelled():
            cancellable.cancel()

    _call_in(_get_context(os.getpid()), lambda: begin(*arguments, cancellable, done))
    future.add_done_callback(cancel)
    return future


def _make_report(callback, progress, progress_data):
    """What C calls with the progress of a verb, if anything. A coroutine hears of it in its loop.

    PyGObject 3.42 wants a tuple for data that is not the last, and hands over what is in it."""
    loop = _get_running_loop() if callback is None else None

    def report(n_done, n_all, *_data):
        if loop is not None:
            _tell(loop, progress, n_done, n_all, progress_data)
        else:
            progress(n_done, n_all, progress_data)

    return progress and report


def _make_property(info):
    """An attribute of Python's own that is a property of GObject's."""
    name, flags = info.get_name().replace('-', '_'), int(info.get_flags())

    def get(self):
        return getattr(self.props, name)

    def set(self, value):
        setattr(self.props, name, value)

    is_settable = flags & GObject.ParamFlags.WRITABLE and not (
        flags & GObject.ParamFlags.CONSTRUCT_ONLY)
    return property(get, set if is_settable else None)


# PyGObject makes an attribute of every field, those that are private in C too.
del Flitzis.Trigger.padding, Flitzis.Tween.padding


def _get_fields(record):
    return tuple(name for name in (info.get_name() for info in record.__info__.get_fields())
                 if hasattr(record, name))


_FIELDS = {'Trigger': _get_fields(Flitzis.Trigger), 'Tween': _get_fields(Flitzis.Tween)}


def _set_fields(record, fields):
    name = type(record).__name__
    for field, value in fields.items():
        if field not in _FIELDS[name]:
            raise TypeError(f'{name}() got an unexpected keyword argument {field!r}: the fields '
                            f'are {", ".join(_FIELDS[name])}')
        setattr(record, field, value)


def _check_field(record, field):
    name = type(record).__name__
    if field not in _FIELDS[name]:
        raise AttributeError(f"{name!r} object has no field {field!r}: the fields are "
                             f'{", ".join(_FIELDS[name])}')


# A call of it takes no longer than one of what it replaces: no method has to be bound.
_play_sample = Flitzis.Engine.play_sample


class Engine(Flitzis.Engine):
    __doc__ = _DOCS.get('Engine', '') + (
        '\n\nIn Python an engine lives as long as something refers to it: one that is a local\n'
        'variable falls silent when its function returns. A call that fails raises `GLib.Error`;\n'
        'the code is one of `Flitzis.EngineError`, or of `Gio.IOErrorEnum` for errors of the file\n'
        'system. `print (Flitzis.Engine.play.__doc__)` shows the arguments of a method.')

    def __enter__(self) -> Engine:
        """Starts the engine."""
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        """Stops the engine."""
        self.stop()

    def __getitem__(self, key):
        try:
            return super().__getitem__(key)
        except IndexError:
            raise IndexError(f'slot {key} of {len(self)}') from None

    def play_sample(self, id: int, velocity: float = 1.0) -> int:
        """Plays the sample of a slot. Returns the voice, or 0 if the slot has no sample for the
        velocity or the trigger was rejected."""
        return _play_sample(self, id, velocity)

    def fade(self, gain: float, seconds: float = -1.0, **fields: Any) -> bool:
        """Moves the gain to a new value over time. The fields of a `Tween` may follow:
        `engine.fade (0.0, beats=8, curve=Flitzis.Curve.DECIBEL)`."""
        return self.tween_engine(gain, Tween(duration=seconds, **fields))

    def load_sample(self, id: int, path: str | bytes | os.PathLike[str]) -> bool:
        """Decodes a file into a slot. The path may be a `pathlib.Path`."""
        return super().load_sample(id, os.fspath(path))

    def load_sample_async(self, id: int, path: str | bytes | os.PathLike[str],
                          cancellable: Gio.Cancellable | None = None,
                          callback: Callable[..., Any] | None = None,
                          *user_data: object) -> asyncio.Future[bool]:
        """Decodes a file into a slot, in the background. Await it if you give no callback."""
        return _call(super().load_sample_async, super().load_sample_finish, (id, os.fspath(path)),
                     cancellable, callback, user_data)

    def add_sample(self, path: str | bytes | os.PathLike[str]) -> int:
        """Decodes a file into a free slot. Returns the number of the slot."""
        return super().add_sample(os.fspath(path))

    def add_sample_async(self, path: str | bytes | os.PathLike[str],
                         cancellable: Gio.Cancellable | None = None,
                         callback: Callable[..., Any] | None = None,
                         *user_data: object) -> asyncio.Future[int]:
        """Decodes a file into a free slot, in the background. Await it if you give no callback."""
        return _call(super().add_sample_async, super().add_sample_finish, (os.fspath(path),),
                     cancellable, callback, user_data)

    def load_file_async(self, id: int, file: Gio.File,
                        cancellable: Gio.Cancellable | None = None,
                        callback: Callable[..., Any] | None = None,
                        *user_data: object) -> asyncio.Future[bool]:
        """Decodes a `Gio.File` into a slot, in the background. Await it if you give no callback."""
        return _call(super().load_file_async, super().load_file_finish, (id, file), cancellable,
                     callback, user_data)

    def load_bytes_async(self, id: int, bytes: GLib.Bytes,
                         cancellable: Gio.Cancellable | None = None,
                         callback: Callable[..., Any] | None = None,
                         *user_data: object) -> asyncio.Future[bool]:
        """Decodes bytes into a slot, in the background. Await it if you give no callback."""
        return _call(super().load_bytes_async, super().load_bytes_finish, (id, bytes),
                     cancellable, callback, user_data)

    def add_layer(self, id: int, sample: Sample, low: float = 0.0, high: float = 1.0) -> bool:
        """Puts one more sample into a slot, for all velocities or for a range of them."""
        return super().add_layer(id, sample, low, high)

    def load_layer(self, id: int, path: str | bytes | os.PathLike[str], low: float = 0.0,
                   high: float = 1.0) -> bool:
        """Decodes a file into a new layer of a slot. The path may be a `pathlib.Path`."""
        return super().load_layer(id, os.fspath(path), low, high)

    def load_layer_async(self, id: int, path: str | bytes | os.PathLike[str], low: float = 0.0,
                         high: float = 1.0, cancellable: Gio.Cancellable | None = None,
                         callback: Callable[..., Any] | None = None,
                         *user_data: object) -> asyncio.Future[bool]:
        """Decodes a file into a new layer, in the background. Await it if you give no callback."""
        return _call(super().load_layer_async, super().load_layer_finish,
                     (id, os.fspath(path), low, high), cancellable, callback, user_data)

    def start_async(self, cancellable: Gio.Cancellable | None = None,
                    callback: Callable[..., Any] | None = None,
                    *user_data: object) -> asyncio.Future[bool]:
        """Connects to the sound server, in the background. Await it if you give no callback."""
        return _call(super().start_async, super().start_finish, (), cancellable, callback,
                     user_data)

    def render_to_file(self, path: str | bytes | os.PathLike[str], n_frames: int) -> bool:
        """Writes the sound of the engine to a file. The path may be a `pathlib.Path`."""
        return super().render_to_file(os.fspath(path), n_frames)

    def render_to_file_async(self, path: str | bytes | os.PathLike[str], n_frames: int,
                             cancellable: Gio.Cancellable | None = None,
                             progress: Callable[..., Any] | None = None,
                             progress_data: object = None,
                             callback: Callable[..., Any] | None = None,
                             *user_data: object) -> asyncio.Future[bool]:
        """Writes the sound to a file, in the background. Await it if you give no callback."""
        report = _make_report(callback, progress, progress_data)

        def begin(cancellable, *answer):
            return super(Engine, self).render_to_file_async(
                os.fspath(path), n_frames, cancellable, report, (), *answer)

        return _call(begin, super().render_to_file_finish, (), cancellable, callback, user_data)

    def export_async(self, file: Gio.File, n_frames: int, options: Export | None = None,
                     cancellable: Gio.Cancellable | None = None,
                     progress: Callable[..., Any] | None = None,
                     progress_data: object = None,
                     callback: Callable[..., Any] | None = None,
                     *user_data: object) -> asyncio.Future[bool]:
        """Writes the sound to a file, in the background. Await it if you give no callback."""
        report = _make_report(callback, progress, progress_data)

        def begin(cancellable, *answer):
            return super(Engine, self).export_async(file, n_frames, options, cancellable, report,
                                                    (), *answer)

        return _call(begin, super().export_finish, (), cancellable, callback, user_data)


class Sample(Flitzis.Sample):
    __doc__ = _DOCS.get('Sample')

    @classmethod
    def from_array(cls, array: numpy.typing.ArrayLike, rate: int) -> Sample:
        """Makes a sample from frames in an array.

        A mono sample from one dimension, else `n_frames` x 1 or 2. Floats of any size are taken as
        they are, integers of up to 32 bits by their full scale: those without a sign are silent in
        the middle.

        array: the frames
        rate: 1000 to 768000, in Hz

        Returns: a sample
        """
        import numpy
        frames = numpy.asarray(array)
        if frames.ndim not in (1, 2) or frames.dtype.kind not in 'fiu':
            raise TypeError('a sample is made of 1 or 2 dimensions of floats or integers, not '
                            f'{frames.ndim} of {frames.dtype}')
        if frames.dtype.kind in 'iu' and frames.itemsize > 4:
            # numpy makes them of Python's integers, and nobody means their full scale
            raise TypeError(f'a sample is made of integers of up to 32 bits, not {frames.dtype}: '
                            'give the array the type that its values fill, as in '
                            'array.astype(numpy.int16)')
        if frames.ndim == 1:
            frames = frames[:, None]
        if frames.dtype.kind == 'u':  # the sign of a value is its highest bit the other way round
            frames = frames ^ frames.dtype.type(1 << 8 * frames.itemsize - 1)
            frames = frames.view(frames.dtype.str.replace('u', 'i'))
        if frames.dtype.kind == 'i':
            frames = frames / numpy.float32(1 << 8 * frames.itemsize - 1)
        with numpy.errstate(over='ignore'):  # infinite then, which samples know to mend
            frames = frames.astype(numpy.float32, copy=False)
        return cls.new(GLib.Bytes.new(frames.tobytes()), frames.shape[1], rate)

    def __array__(self, dtype: numpy.typing.DTypeLike = None,
                  copy: bool | None = None) -> numpy.typing.NDArray[Any]:
        """Returns the frames, `n_frames` x `n_channels`. They can only be read, unless `copy` is
        True. Raises ValueError if `copy` is False, and for a streamed sample."""
        import numpy
        if copy is False:
            raise ValueError('the frames of a sample are copied for numpy')
        data = self.get_bytes()
        if data is None:
            raise ValueError('the frames of a streamed sample are not in memory')
        frames = numpy.frombuffer(data.get_data() or b'', numpy.float32)
        frames = frames.reshape(-1, max(self.get_n_channels(), 1))
        return frames.astype(frames.dtype if dtype is None else dtype, copy=bool(copy))

    def prepare_peaks_async(self, cancellable: Gio.Cancellable | None = None,
                            callback: Callable[..., Any] | None = None,
                            *user_data: object) -> asyncio.Future[bool]:
        """Computes the peaks in the background. Await it if you give no callback."""
        return _call(super().prepare_peaks_async, super().prepare_peaks_finish, (), cancellable,
                     callback, user_data)

    def measure_loudness_async(self, cancellable: Gio.Cancellable | None = None,
                               callback: Callable[..., Any] | None = None,
                               *user_data: object) -> asyncio.Future[Loudness]:
        """Measures how loud it is in the background. Await it if you give no callback."""
        return _call(super().measure_loudness_async, super().measure_loudness_finish, (),
                     cancellable, callback, user_data)

    def export_async(self, file: Gio.File, options: Export | None = None,
                     cancellable: Gio.Cancellable | None = None,
                     callback: Callable[..., Any] | None = None,
                     *user_data: object) -> asyncio.Future[bool]:
        """Writes the sample to a file, in the background. Await it if you give no callback."""
        return _call(super().export_async, super().export_finish, (file, options), cancellable,
                     callback, user_data)


class Trigger(Flitzis.Trigger):
    def __new__(cls, **fields):
        return cls.new()

    def __init__(self, **fields):
        """Makes a trigger, for `Engine.play`. Its fields may be given as arguments:
        `Flitzis.Trigger (slot=3, pan=-0.5)`."""
        _set_fields(self, fields)

    def __setattr__(self, name, value):
        _check_field(self, name)
        super().__setattr__(name, value)


class Tween(Flitzis.Tween):
    def __new__(cls, **fields):
        return cls.new()

    def __init__(self, **fields):
        """Makes a tween, for `Engine.tween_slot` and the like. Its fields may be given as
        arguments: `Flitzis.Tween (duration=4, curve=Flitzis.Curve.SMOOTH)`."""
        _set_fields(self, fields)

    def __setattr__(self, name, value):
        _check_field(self, name)
        super().__setattr__(name, value)


class Clock(Flitzis.Clock):
    __doc__ = _DOCS.get('Clock')


class Cue(Flitzis.Cue):
    __doc__ = _DOCS.get('Cue')


class Export(Flitzis.Export):
    __doc__ = _DOCS.get('Export')


class Loudness(Flitzis.Loudness):
    __doc__ = _DOCS.get('Loudness')


class Sink(Flitzis.Sink):
    __doc__ = _DOCS.get('Sink')


class SinkList(Flitzis.SinkList):
    __doc__ = _DOCS.get('SinkList')


class Slot(Flitzis.Slot):
    __doc__ = _DOCS.get('Slot')

    def fade(self, gain: float, seconds: float = -1.0, **fields: Any) -> bool:
        """Moves the gain to a new value over time. The fields of a `Tween` may follow:
        `slot.fade (0.0, seconds=4, curve=Flitzis.Curve.EQUAL_POWER)`."""
        return self.tween(Flitzis.Parameter.GAIN, gain, Tween(duration=seconds, **fields))


_read_kit_async, _read_kit_finish = Flitzis.Kit.new_for_file_async, Flitzis.Kit.new_for_file_finish


class Kit(Flitzis.Kit):
    __doc__ = _DOCS.get('Kit')

    @classmethod
    def new_for_file(cls, file: Gio.File, flags: KitFlags | int = 0,
                     cancellable: Gio.Cancellable | None = None) -> Kit:
        """Reads a kit, without its sounds."""
        return super().new_for_file(file, flags, cancellable)

    @staticmethod
    def new_for_file_async(file: Gio.File, flags: KitFlags | int = 0,
                           cancellable: Gio.Cancellable | None = None,
                           callback: Callable[..., Any] | None = None,
                           *user_data: object) -> asyncio.Future[Kit]:
        """Reads a kit in the background. Await it if you give no callback."""
        return _call(_read_kit_async, _read_kit_finish, (file, flags), cancellable, callback,
                     user_data)

    def apply_async(self, engine: Engine, first_slot: int = 0,
                    cancellable: Gio.Cancellable | None = None,
                    progress: Callable[..., Any] | None = None,
                    progress_data: object = None,
                    callback: Callable[..., Any] | None = None,
                    *user_data: object) -> asyncio.Future[list[str]]:
        """Loads the kit into slots, in the background. Await it if you give no callback."""
        report = _make_report(callback, progress, progress_data)

        def begin(cancellable, *answer):
            return super(Kit, self).apply_async(
                engine, first_slot, cancellable, report, (), *answer)

        return _call(begin, super().apply_finish, (), cancellable, callback, user_data)

    def apply(self, engine: Engine, first_slot: int = 0,
              cancellable: Gio.Cancellable | None = None) -> list[str]:
        """Loads the kit into slots. Returns what could not be loaded."""
        return super().apply(engine, first_slot, cancellable)

    def save(self, file: Gio.File, flags: KitFlags | int = 0,
             cancellable: Gio.Cancellable | None = None) -> bool:
        """Writes the kit as JSON."""
        return super().save(file, flags, cancellable)

    def save_async(self, file: Gio.File, flags: KitFlags | int = 0,
                   cancellable: Gio.Cancellable | None = None,
                   callback: Callable[..., Any] | None = None,
                   *user_data: object) -> asyncio.Future[bool]:
        """Writes the kit as JSON, in the background. Await it if you give no callback."""
        return _call(super().save_async, super().save_finish, (file, flags), cancellable, callback,
                     user_data)


class Pad(Flitzis.Pad):
    __doc__ = _DOCS.get('Pad')


class PadLayer(Flitzis.PadLayer):
    __doc__ = _DOCS.get('PadLayer')


def _add_properties(cls):
    """Without them `slot.gain = 0.5` would be an attribute that nothing hears."""
    for info in cls.__info__.get_properties():
        setattr(cls, info.get_name().replace('-', '_'), _make_property(info))


_classes = (Clock, Cue, Engine, Export, Kit, Loudness, Pad, PadLayer, Sample, Sink, SinkList, Slot)
for _cls in _classes:
    _add_properties(_cls)
for _cls in (*_classes, Trigger, Tween):
    override(_cls)
    __all__.append(_cls.__name__)


def _document():
    for name, text in _DOCS.items():
        owner, _, member = name.partition('.')
        if member:
            thing = getattr(globals()[owner], member)
            thing.__doc__ = f'{thing.__doc__}\n\n{text}' if callable(thing) else text
        elif owner not in globals():
            getattr(Flitzis, owner).__doc__ = text


_document()
