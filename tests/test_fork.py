# SPDX-License-Identifier: LGPL-2.1-or-later
"""A process that forks: the parent plays on, the child's engines refuse and can be dropped."""

import gc
import os
import pathlib
import select
import signal
import subprocess
import sys
import traceback

import numpy
import pytest

import gi

gi.require_version('Flitzis', '1')
from gi.repository import Flitzis, Gio, GLib

from pipewire_daemon import poll
from test_callback import verbs_and_properties
from test_playing import constant, make_sample, render, stereo

FIXTURES = pathlib.Path(__file__).parent.parent / 'fixtures'
FILE = str(FIXTURES / 'stereo-float.wav')
FILE_OBJECT = Gio.File.new_for_path(FILE)
NOWHERE = Gio.File.new_for_path('/nowhere')
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


def answer_of(begin, *arguments):
    """Also a child without a thread gets one, from the main context that it iterates."""
    results = []
    begin(*arguments, None, lambda source, result: results.append(result))
    while not results:
        GLib.MainContext.default().iteration(True)
    return results[0]


def assert_async_forked(begin, finish, *arguments):
    assert_forked(finish, answer_of(begin, *arguments))


# What can fail, and what cannot: with all verbs in it, a verb that is new has its place here.
REFUSED = {
    'play_sample': (0, 1.0), 'play_sample_at': (0, 1.0, 10**6),
    'play_sample_at_beat': (0, 1.0, 10**6), 'play': (Flitzis.Trigger(),),
    'load_sample': (1, FILE), 'load_file': (1, FILE_OBJECT), 'load_bytes': (1, FILE_BYTES),
    'add_sample': (FILE,), 'load_layer': (1, FILE), 'clear_layers': (0,),
    'unload_sample': (0,), 'stop_sample': (0,), 'stop_sample_at': (0, 10**6),
    'stop_voice_with_fade': (1, 0.1), 'set_voice_gain': (1, 0.5), 'set_voice_pan': (1, 0.5),
    'set_voice_rate': (1, 0.5), 'seek_voice': (1, 5), 'play_after': (1, Flitzis.Trigger()),
    'tween_engine': (0.5, Flitzis.Tween()),
    'tween_slot': (0, Flitzis.Parameter.GAIN, 0.5, Flitzis.Tween()),
    'tween_voice': (1, Flitzis.Parameter.GAIN, 0.5, Flitzis.Tween()), 'start': (),
    'render': (64,), 'render_to_file': ('/nowhere', 64), 'export': (NOWHERE, 64),
}
SILENT = {
    'stop_voice': (1,), 'pause_voice': (1,), 'resume_voice': (1,), 'stop_all_samples': (),
    'cancel_scheduled': (), 'stop': (), 'wake': (), 'frame_to_time': (0,), 'time_to_frame': (0,),
    'get_voice_position': (1,), 'get_voice_start_frame': (1,),
}
OF_THE_CLOCK = {'restart': (0,), 'beat_to_frame': (4.0,), 'frame_to_beat': (48000,)}
OTHERS = {'set_sample', 'add_layer', 'tween', 'prepare_peaks_async', 'measure_loudness', *(
    f'{verb}_async' for verb in (
        'load_sample', 'load_file', 'load_bytes', 'load_layer', 'add_sample', 'start',
        'render_to_file', 'export', 'measure_loudness'))}


def test_no_verb_is_left_out():
    verbs, _properties = verbs_and_properties()
    assert verbs - {*REFUSED, *SILENT, *OF_THE_CLOCK} == OTHERS


def assert_dead(engine, sample):
    """All that can fail does, and says why; the rest does nothing."""
    for verb, arguments in REFUSED.items():
        assert_forked(getattr(engine, verb), *arguments)
    for verb, arguments in SILENT.items():
        getattr(engine, verb)(*arguments)
    for verb, arguments in OF_THE_CLOCK.items():
        getattr(engine.props.clock, verb)(*arguments)
    assert_forked(engine.set_sample, 1, sample)
    assert_forked(engine.add_layer, 1, sample)
    assert_forked(engine.get_slot(0).tween, Flitzis.Parameter.GAIN, 0.5, Flitzis.Tween())
    assert_async_forked(
        lambda _cancellable, callback: engine.render_to_file_async(
            '/nowhere', 64, None, None, callback=callback), engine.render_to_file_finish)
    assert_async_forked(
        lambda _cancellable, callback: engine.export_async(
            NOWHERE, 64, None, None, None, callback=callback), engine.export_finish)
    assert_forked(sample.export, NOWHERE)
    assert_async_forked(lambda _cancellable, callback: sample.export_async(
        NOWHERE, None, None, callback), sample.export_finish)
    assert engine.get_state() == Flitzis.State.STOPPED and engine.get_n_playing() == 0
    assert engine.get_gain() == 1.0 and engine.get_slot(0).get_gain() == 1.0
    assert engine.get_n_triggered() >= 0 and not engine.get_slot(1).get_loading()
    assert not engine.get_slot(0).get_playing()
    assert_async_forked(engine.load_sample_async, engine.load_sample_finish, 1, FILE)
    assert_async_forked(engine.load_file_async, engine.load_file_finish, 1, FILE_OBJECT)
    assert_async_forked(engine.load_layer_async, engine.load_layer_finish, 1, FILE, 0.0, 1.0)
    assert_async_forked(engine.load_bytes_async, engine.load_bytes_finish, 1, FILE_BYTES)
    assert_async_forked(engine.add_sample_async, engine.add_sample_finish, FILE)
    assert_async_forked(engine.start_async, engine.start_finish)
    kit = Flitzis.Kit()
    assert_forked(Flitzis.Kit.new_for_file, FILE_OBJECT)
    assert_forked(kit.apply, engine)
    assert_forked(kit.save, FILE_OBJECT)
    assert_async_forked(lambda *how: Flitzis.Kit.new_for_file_async(FILE_OBJECT, 0, *how),
                        Flitzis.Kit.new_for_file_finish)
    assert_async_forked(lambda cancellable, callback: kit.apply_async(
        engine, 0, cancellable, callback=callback), kit.apply_finish)
    assert_async_forked(lambda *how: kit.save_async(FILE_OBJECT, 0, *how), kit.save_finish)
    assert sample.prepare_peaks_finish(answer_of(sample.prepare_peaks_async))
    assert_forked(sample.measure_loudness, None)
    assert_async_forked(sample.measure_loudness_async, sample.measure_loudness_finish)
    for thing in (engine, engine.get_slot(0), engine.props.clock):
        for spec in thing.list_properties():
            thing.get_property(spec.name)
    engine.props.gain = 0.5
    engine.get_slot(0).props.gain = 0.5
    engine.get_slot(0).props.target_loudness = -20.0
    engine.props.clock.props.tempo = 90.0
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
    gc.freeze()  # or each child copies all that the other tests hold when it collects garbage
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
        gc.unfreeze()


FIRST_USED_IN_A_CHILD = '''
import ctypes, gi, os, signal, sys
gi.require_version('Flitzis', '1')
from gi.repository import Gio, GLib

ctypes.CDLL(sys.argv[1])  # the library is there, but none of its classes yet
answers = []
Gio.File.new_for_path('/').query_info_async(
    '*', Gio.FileQueryInfoFlags.NONE, GLib.PRIORITY_DEFAULT, None, lambda *a: answers.append(a))
while not answers:
    GLib.MainContext.default().iteration(True)
pid = os.fork()
if pid == 0:
    signal.alarm(20)
    from gi.repository import Flitzis
    sample = Flitzis.Sample.new(GLib.Bytes.new(bytes(40000)), 1, 48000)
    os._exit(sample.get_peaks(10).get_size())
print(os.waitpid(pid, 0)[1])
'''


def test_a_child_may_be_the_first_to_use_a_sample(build_dir):
    """GLib waits for its worker threads there, though they are the parent's."""
    result = subprocess.run([sys.executable, '-c', FIRST_USED_IN_A_CHILD,
                             build_dir / 'lib/libflitzis-1.so.0'],
                            capture_output=True, text=True, timeout=60)
    assert (result.stdout, result.stderr) == (f'{80 << 8}\n', '')
