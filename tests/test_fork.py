# SPDX-License-Identifier: LGPL-2.1-or-later
"""A process that forks: the parent plays on, the child's engines refuse and can be dropped."""

import gc
import os
import pathlib
import select
import signal
import traceback

import numpy
import pytest

import gi

gi.require_version('Flitzis', '1')
from gi.repository import Flitzis, Gio, GLib

from pipewire_daemon import poll
from test_playing import constant, make_sample, render, stereo

FIXTURES = pathlib.Path(__file__).parent.parent / 'fixtures'
FILE = str(FIXTURES / 'stereo-float.wav')
FILE_OBJECT = Gio.File.new_for_path(FILE)
FILE_BYTES = GLib.Bytes.new((FIXTURES / 'stereo-float.wav').read_bytes())


def in_child(function):
    """Calls the function in a fork of this process, which may take 20 s; what it raised is told."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            function()
            status = 0
        except BaseException:
            os.write(writing, traceback.format_exc().encode())
        finally:
            os._exit(status)
    os.close(writing)
    try:
        # the child's end closes when it ends
        assert select.select([reading], [], [], 20)[0], 'the child hangs'
        told = os.read(reading, 65536).decode()
    finally:
        os.kill(pid, signal.SIGKILL)
        _pid, status = os.waitpid(pid, 0)
        os.close(reading)
    assert status == 0, told or f'the child ended with status {status}'


def assert_forked(call, *arguments):
    with pytest.raises(GLib.Error) as caught:
        call(*arguments)
    assert caught.value.matches(Flitzis.engine_error_quark(), Flitzis.EngineError.FORKED), (
        caught.value.message)


def assert_async_forked(begin, finish, *arguments):
    """Also a child without a thread gets its answer, from the main context that it iterates."""
    results = []
    begin(*arguments, None, lambda source, result: results.append(result))
    while not results:
        GLib.MainContext.default().iteration(True)
    assert_forked(finish, results[0])


def assert_dead(engine, sample):
    """All that can fail does, and says why; the rest does nothing."""
    assert_forked(engine.play_sample, 0, 1.0)
    assert_forked(engine.load_sample, 1, FILE)
    assert_forked(engine.load_file, 1, FILE_OBJECT)
    assert_forked(engine.load_bytes, 1, FILE_BYTES)
    assert_forked(engine.set_sample, 1, sample)
    assert_forked(engine.unload_sample, 0)
    assert_forked(engine.stop_sample, 0)
    assert_forked(engine.start)
    assert_forked(engine.render, 64)
    engine.stop_voice(1)
    engine.stop_all_samples()
    engine.stop()
    assert engine.get_state() == Flitzis.State.STOPPED and engine.get_n_playing() == 0
    assert engine.get_gain() == 1.0 and engine.get_slot(0).get_gain() == 1.0
    assert engine.get_n_triggered() >= 0 and not engine.get_slot(1).get_loading()
    assert not engine.get_slot(0).get_playing()
    assert_async_forked(engine.load_sample_async, engine.load_sample_finish, 1, FILE)
    assert_async_forked(engine.load_file_async, engine.load_file_finish, 1, FILE_OBJECT)
    assert_async_forked(engine.load_bytes_async, engine.load_bytes_finish, 1, FILE_BYTES)
    assert_async_forked(engine.start_async, engine.start_finish)
    for thing in (engine, engine.get_slot(0)):
        for spec in thing.list_properties():
            thing.get_property(spec.name)
    engine.props.gain = 0.5
    engine.get_slot(0).props.gain = 0.5
    assert engine.props.gain == engine.get_slot(0).props.gain == 0.5


def test_a_child_is_refused():
    engine, sample = Flitzis.Engine(), make_sample(constant(1000))
    engine.set_sample(0, sample)
    engine.play_sample(0, 1.0)
    before = render(engine, 100)

    in_child(lambda: assert_dead(engine, sample))
    in_child(lambda: assert_dead(Flitzis.Engine(), sample))
    in_child(lambda: in_child(lambda: assert_dead(engine, sample)))

    numpy.testing.assert_array_equal(before, stereo(constant(100)))
    numpy.testing.assert_array_equal(render(engine, 1000)[:900], stereo(constant(900)))
    assert engine.props.position == 1100 and engine.props.n_started == 1


def test_an_engine_plays_on_while_its_process_forks(pipewire):
    """And is let go of in the child, where nobody is left to end its connection."""
    sample = make_sample(constant(48000, 0.1))
    engines = [Flitzis.Engine()]
    engines[0].set_sample(0, sample)
    engines[0].start()
    position = 0

    def look_and_drop():
        assert_dead(engines[0], sample)
        dropped = []
        engines[0].weak_ref(dropped.append, True)
        engines.clear()
        gc.collect()
        assert dropped == [True]

    try:
        for _ in range(20):
            engines[0].play_sample(0, 1.0)
            in_child(look_and_drop)
            poll(lambda: engines[0].props.position > position, 'the next block')
            position = engines[0].props.position
        engines[0].stop_all_samples()
        poll(lambda: engines[0].props.n_playing == 0, 'the end')
        assert engines[0].props.state == Flitzis.State.RUNNING
        assert engines[0].props.n_triggered == engines[0].props.n_started == 20
    finally:
        engines[0].stop()
