# SPDX-License-Identifier: LGPL-2.1-or-later
"""Loading: three ways in, blocking and not, side by side, cancelled, superseded, refused. What a
file decodes to is for test_formats.py."""

import os
import pathlib
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import zlib

import gi
import numpy
import pytest

gi.require_version('Flitzis', '1')
from gi.repository import Flitzis, Gio, GLib  # noqa: E402

RATE = 48000
FADE = RATE * 5 // 1000
MB = 1000 * 1000

ERRORS = Flitzis.EngineError


def noise(seed, n_frames=4800, n_channels=2):
    return numpy.random.default_rng(seed).uniform(-0.5, 0.5, (n_frames, n_channels)).astype('<f4')


def as_bytes(frames):
    return GLib.Bytes.new(frames.astype('<f4').tobytes())


def sample_of(engine, slot):
    return engine.get_slot(slot).props.sample


def frames_of(engine, slot):
    sample = sample_of(engine, slot)
    frames = numpy.frombuffer(sample.get_bytes().get_data(), '<f4')
    return frames.reshape(-1, sample.props.n_channels)


def render(engine, n_frames):
    return numpy.frombuffer(engine.render(n_frames).get_data(), '<f4').reshape(-1, 2)


def poll(condition, seconds=30.0):
    """Waits for other threads; runs no main loop."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f'waited {seconds:g} s in vain'
        time.sleep(0.001)


def is_under_way(engine, slot, progress=0.0):
    slot = engine.get_slot(slot)
    return slot.props.loading and slot.props.load_progress > progress


def is_cancelled(error):
    return error is not None and error.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED)


def n_bytes_read():
    """What this process has read from files so far, all threads together."""
    lines = pathlib.Path('/proc/self/io').read_text().splitlines()
    return int(dict(line.split(': ') for line in lines)['rchar'])


class Load:
    """An asynchronous load and how it ended. Holds the result, never the engine."""

    def __init__(self, engine, slot, source, cancellable=None):
        self.loaded = self.error = None
        load_async(engine, slot, source, cancellable, self.ready)

    def ready(self, source, result):
        try:
            self.loaded = result.propagate_boolean()
        except GLib.Error as error:
            self.error = error

    def is_over(self):
        return self.loaded is not None or self.error is not None


class Caller:
    """A blocking load in a thread of its own, with the same outcome as a Load."""

    def __init__(self, engine, slot, source, cancellable=None):
        self.loaded = self.error = None
        self.thread = threading.Thread(target=self.run, args=(engine, slot, source, cancellable),
                                       daemon=True)
        self.thread.start()

    def run(self, engine, slot, source, cancellable):
        try:
            self.loaded = load(engine, slot, source, cancellable)
        except GLib.Error as error:
            self.error = error

    def is_over(self):
        return not self.thread.is_alive()


def base_of(source):
    return next((base for base in (Gio.File, GLib.Bytes) if isinstance(source, base)), str)


def load_async(engine, slot, source, cancellable, callback):
    name = {Gio.File: 'file', GLib.Bytes: 'bytes'}.get(base_of(source), 'sample')
    getattr(engine, f'load_{name}_async')(slot, source, cancellable, callback)


def load(engine, slot, source, cancellable=None):
    if base_of(source) is Gio.File:
        return engine.load_file(slot, source, cancellable)
    if base_of(source) is GLib.Bytes:
        return engine.load_bytes(slot, source, cancellable)
    return engine.load_sample(slot, source)


def source_of(kind, path):
    """A file on disk as what each way of loading takes; its bytes are mapped, not read."""
    if kind == 'file':
        return Gio.File.new_for_path(str(path))
    if kind == 'bytes':
        return GLib.MappedFile.new(str(path), False).get_bytes()
    return str(path)


KINDS = ('sample', 'file', 'bytes')


def wav_header(n_bytes, rate=RATE):
    """That of so many bytes of 16-bit mono."""
    return (b'RIFF' + struct.pack('<I', 36 + n_bytes) + b'WAVE'
            + b'fmt ' + struct.pack('<IHHIIHH', 16, 1, 1, rate, 2 * rate, 2, 16)
            + b'data' + struct.pack('<I', n_bytes))


def write_silence(path, n_bytes):
    """A WAV file that takes long to decode, though no room on the disk."""
    with path.open('wb') as file:
        file.write(wav_header(n_bytes))
        file.truncate(44 + n_bytes)
    return path


@pytest.fixture(scope='module')
def long_file(tmp_path_factory):
    """Takes the better part of a second, enough to do something meanwhile; 400 MB of frames."""
    return write_silence(tmp_path_factory.mktemp('long') / 'long.wav', 200 * MB)


@pytest.fixture
def kept(engine):
    """Slot 3 holds a sample; call it to see that it still does, and sounds as before."""
    frames = noise(3, 480)
    sample = Flitzis.Sample.new(as_bytes(frames), 2, RATE)
    engine.set_sample(3, sample)

    def check():
        assert sample_of(engine, 3) is sample
        assert not engine.get_slot(3).props.loading
        assert engine.play_sample(3, 1.0) > 0
        assert numpy.array_equal(render(engine, 480), frames)
    return check


# Ways in


@pytest.mark.parametrize('kind', KINDS)
def test_every_way_in_gives_the_same_frames(kind, engine, make_wav, iterate):
    frames = noise(1)
    source = source_of(kind, make_wav('noise.wav', frames))
    assert load(engine, 0, source) is True
    assert numpy.array_equal(frames_of(engine, 0), frames)
    loading = Load(engine, 1, source)
    iterate(loading.is_over)
    assert loading.loaded is True
    assert numpy.array_equal(frames_of(engine, 1), frames)


def test_each_finish_takes_the_result_of_its_own_load(engine, make_wav, iterate):
    path = make_wav('noise.wav', noise(1))
    results = []
    for kind in KINDS:
        finish = getattr(engine, f'load_{kind}_finish')
        getattr(engine, f'load_{kind}_async')(
            0, source_of(kind, path), None,
            lambda source, result, finish=finish: results.append((source, finish(result))))
        iterate(lambda: len(results) == KINDS.index(kind) + 1)
    assert results == [(engine, True)] * 3


def test_a_path_may_be_text_or_bytes(engine, make_wav):
    path = make_wav('noise.wav', noise(1))
    for slot, name in enumerate((str(path), os.fsencode(path))):
        assert engine.load_sample(slot, name)


@pytest.mark.parametrize('flags', ['', ' compressed="true"'], ids=['plain', 'compressed'])
def test_a_resource_is_loaded(flags, engine, make_wav, tmp_path, iterate):
    frames = noise(1)
    make_wav('noise.wav', frames)
    (tmp_path / 'test.gresource.xml').write_text(
        f'<gresources><gresource prefix="/flitzis"><file{flags}>noise.wav</file></gresource>'
        '</gresources>')
    subprocess.run(['glib-compile-resources', 'test.gresource.xml'], cwd=tmp_path, check=True)
    resource = Gio.Resource.load(str(tmp_path / 'test.gresource'))
    Gio.resources_register(resource)
    try:
        file = Gio.File.new_for_uri('resource:///flitzis/noise.wav')
        engine.load_file(0, file, None)
        loading = Load(engine, 1, file)
        iterate(loading.is_over)
    finally:
        Gio.resources_unregister(resource)
    assert numpy.array_equal(frames_of(engine, 0), frames)
    assert numpy.array_equal(frames_of(engine, 1), frames)


@pytest.mark.parametrize('name', [
    b'100%.wav', b'%41%2f%00.wav', b'c#.wav', b'what?.wav', b'a&b=c.wav', b'single\'s.wav',
    b'a "quoted" one.wav', b'two\nlines.wav', b'  spaces  .wav', b'back\\slash.wav',
    b'trailing.wav ', b'-dash', b'file:', 'größe“”.wav'.encode(), b'not \xff\xfe UTF-8.wav',
    b'x' * 250], ids=repr)
def test_any_file_name_is_loaded(name, engine, make_wav, tmp_path, iterate):
    frames = noise(1)
    path = os.fsencode(tmp_path) + b'/' + name
    os.rename(make_wav('noise', frames), path)
    engine.load_sample(0, path)
    engine.load_file(1, Gio.File.new_for_path(path), None)
    loading = Load(engine, 2, os.fsdecode(path))
    iterate(loading.is_over)
    for slot in range(3):
        assert numpy.array_equal(frames_of(engine, slot), frames)


def test_a_relative_path_counts_from_the_working_directory(engine, make_wav, monkeypatch):
    monkeypatch.chdir(make_wav('noise.wav', noise(1)).parent)
    assert engine.load_sample(0, 'noise.wav')


# Blocking and not


def test_the_blocking_form_blocks_its_caller_only(engine, long_file, make_wav, iterate):
    """While it decodes, other threads trigger, render, load and run the main loop."""
    frames = noise(1)
    engine.load_sample(1, str(make_wav('noise.wav', frames)))
    caller = Caller(engine, 0, str(long_file))
    poll(lambda: is_under_way(engine, 0))
    turns = []
    GLib.idle_add(lambda: turns.append(True))
    iterate(lambda: turns)
    engine.play_sample(1, 1.0)
    assert numpy.array_equal(render(engine, len(frames)), frames)
    engine.load_sample(2, str(make_wav('noise.wav', frames)))
    assert not caller.is_over() and is_under_way(engine, 0)
    engine.unload_sample(0)
    caller.thread.join(30)
    assert is_cancelled(caller.error)


def test_loading_and_progress_are_told(engine, tmp_path, iterate):
    """`loading` turns TRUE and FALSE once; `load-progress` climbs from 0 and ends at 1."""
    slot = engine.get_slot(0)
    loading, progress = [], []
    slot.connect('notify::loading', lambda *_: loading.append(slot.props.loading))
    slot.connect('notify::load-progress', lambda *_: progress.append(slot.props.load_progress))
    assert not slot.props.loading
    load = Load(engine, 0, str(write_silence(tmp_path / 'silence.wav', 40 * MB)))
    assert slot.props.loading
    iterate(lambda: load.is_over() and loading and not loading[-1])
    assert loading == [True, False]
    assert all(0.0 <= value <= 1.0 for value in progress)
    assert progress == sorted(progress)
    assert sum(0.0 < value < 1.0 for value in progress) > 2
    assert progress[-1] == slot.props.load_progress == 1.0
    assert sample_of(engine, 0).props.n_frames == 20 * MB


def test_loading_is_over_when_the_callback_comes(engine, make_wav, tmp_path, iterate):
    seen = []
    slot = engine.get_slot(0)
    for path in (make_wav('noise.wav', noise(1)), tmp_path / 'missing.wav'):
        engine.load_sample_async(0, str(path), None, lambda *_: seen.append(slot.props.loading))
        iterate(lambda: seen)
        assert seen.pop() is False


def test_without_a_main_loop_it_is_published_all_the_same(engine, make_wav):
    frames = noise(1)
    load = Load(engine, 0, str(make_wav('noise.wav', frames)))
    poll(lambda: sample_of(engine, 0) is not None)
    engine.play_sample(0, 1.0)
    assert numpy.array_equal(render(engine, len(frames)), frames)
    assert not load.is_over()


def test_several_run_side_by_side(engine, long_file, iterate):
    """Two slots are under way at one time, each with frames decoded."""
    n_slots = min(2, GLib.get_num_processors())
    cancellable = Gio.Cancellable()
    loads = [Load(engine, slot, str(long_file), cancellable) for slot in range(n_slots)]
    poll(lambda: all(is_under_way(engine, slot) for slot in range(n_slots)))
    cancellable.cancel()
    iterate(lambda: all(load.is_over() for load in loads))
    assert all(is_cancelled(load.error) for load in loads)


def test_more_loads_than_cores_are_all_done(make_engine, make_wav, iterate):
    frames = [noise(seed, 480) for seed in range(100)]
    paths = [str(make_wav(f'{i}.wav', frames[i])) for i in range(100)]
    engine = make_engine(n_slots=100)
    loads = [Load(engine, i, paths[i]) for i in range(100)]
    assert all(engine.get_slot(i).props.loading for i in (0, 99)) or any(
        sample_of(engine, i) for i in range(100))
    iterate(lambda: all(load.is_over() for load in loads))
    assert all(load.loaded for load in loads)
    assert all(numpy.array_equal(frames_of(engine, i), frames[i]) for i in range(100))


# Cancelled


@pytest.mark.parametrize('kind', KINDS)
def test_a_cancel_midway_is_honoured(kind, engine, kept, long_file, iterate):
    cancellable = Gio.Cancellable()
    n_before = n_bytes_read()
    loading = Load(engine, 3, source_of(kind, long_file), cancellable)
    poll(lambda: is_under_way(engine, 3))
    cancellable.cancel()
    iterate(loading.is_over)
    assert is_cancelled(loading.error)
    if kind != 'bytes':
        assert n_bytes_read() - n_before < long_file.stat().st_size
    kept()


@pytest.mark.parametrize('kind', KINDS[1:])
def test_a_cancel_ends_the_blocking_form_too(kind, engine, kept, long_file):
    cancellable = Gio.Cancellable()
    caller = Caller(engine, 3, source_of(kind, long_file), cancellable)
    poll(lambda: is_under_way(engine, 3))
    cancellable.cancel()
    caller.thread.join(30)
    assert is_cancelled(caller.error)
    kept()


@pytest.mark.parametrize('kind', KINDS)
def test_what_is_cancelled_beforehand_reads_nothing(kind, engine, kept, long_file, iterate):
    cancellable = Gio.Cancellable()
    cancellable.cancel()
    source = source_of(kind, long_file)
    n_before = n_bytes_read()
    loading = Load(engine, 3, source, cancellable)
    iterate(loading.is_over)
    assert is_cancelled(loading.error)
    if kind != 'sample':
        with pytest.raises(GLib.Error) as caught:
            load(engine, 3, source, cancellable)
        assert is_cancelled(caught.value)
    assert n_bytes_read() - n_before < MB
    kept()


def test_a_cancel_while_it_is_resampled_is_honoured(engine, kept, iterate):
    """From a rate that takes seconds to convert."""
    cancellable = Gio.Cancellable()
    data = GLib.Bytes.new(wav_header(20 * MB, 7999) + bytes(20 * MB))
    loading = Load(engine, 3, data, cancellable)
    poll(lambda: is_under_way(engine, 3, 0.1))
    cancellable.cancel()
    began = time.process_time()
    iterate(loading.is_over)
    assert time.process_time() - began < 0.5, 'converted to the end'
    assert is_cancelled(loading.error)
    kept()


# The newest wins


def win_by_load(engine, slot, path, iterate):
    assert engine.load_sample(slot, str(path))


def win_by_load_async(engine, slot, path, iterate):
    load = Load(engine, slot, str(path))
    iterate(load.is_over)
    assert load.loaded


def win_by_set_sample(engine, slot, path, iterate):
    assert engine.set_sample(slot, Flitzis.Sample.new(as_bytes(noise(1)), 2, RATE))


def win_by_unload(engine, slot, path, iterate):
    assert engine.unload_sample(slot)


def win_by_set_nothing(engine, slot, path, iterate):
    assert engine.set_sample(slot, None)


@pytest.mark.parametrize('win', [win_by_load, win_by_load_async, win_by_set_sample, win_by_unload,
                                 win_by_set_nothing])
@pytest.mark.parametrize('loses', [Load, Caller])
@pytest.mark.parametrize('kind', KINDS)
def test_the_newest_wins(kind, loses, win, engine, long_file, make_wav, iterate):
    """The older load ends as cancelled, and what the newer one did stands."""
    path = make_wav('noise.wav', noise(1))
    n_before = n_bytes_read()
    older = loses(engine, 0, source_of(kind, long_file))
    poll(lambda: is_under_way(engine, 0))
    win(engine, 0, path, iterate)
    newest = sample_of(engine, 0)
    assert not engine.get_slot(0).props.loading
    iterate(older.is_over)
    assert is_cancelled(older.error)
    assert sample_of(engine, 0) is newest
    if win in (win_by_unload, win_by_set_nothing):
        assert newest is None
    else:
        assert numpy.array_equal(frames_of(engine, 0), noise(1))
    assert n_bytes_read() - n_before < long_file.stat().st_size


def test_of_many_at_once_the_newest_wins(engine, make_wav, iterate):
    """Those that still wait for a worker are superseded as well; none publishes late."""
    paths = [str(make_wav(f'{i}.wav', noise(i))) for i in range(20)]
    loads = [Load(engine, 0, path) for path in paths]
    iterate(lambda: all(load.is_over() for load in loads))
    assert loads[-1].loaded
    assert all(load.loaded or is_cancelled(load.error) for load in loads)
    assert numpy.array_equal(frames_of(engine, 0), noise(19))


def test_another_slot_is_not_superseded(engine, long_file, make_wav, iterate):
    cancellable = Gio.Cancellable()
    loading = Load(engine, 0, str(long_file), cancellable)
    poll(lambda: is_under_way(engine, 0))
    progress = engine.get_slot(0).props.load_progress
    engine.load_sample(1, str(make_wav('noise.wav', noise(1))))
    engine.unload_sample(2)
    poll(lambda: is_under_way(engine, 0, progress))
    cancellable.cancel()
    iterate(loading.is_over)


@pytest.mark.parametrize('wrong', ['slot', 'path'])
def test_a_call_that_is_refused_supersedes_nothing(wrong, engine, long_file, iterate):
    cancellable = Gio.Cancellable()
    loading = Load(engine, 0, str(long_file), cancellable)
    poll(lambda: is_under_way(engine, 0))
    progress = engine.get_slot(0).props.load_progress
    with pytest.raises(GLib.Error):
        engine.load_sample(*{'slot': (32, str(long_file)), 'path': (0, '')}[wrong])
    poll(lambda: is_under_way(engine, 0, progress))
    cancellable.cancel()
    iterate(loading.is_over)


# The engine goes away


@pytest.mark.parametrize('kind', KINDS)
def test_a_load_without_a_callback_does_not_outlive_its_engine(kind, long_file):
    """The engine is freed at once, main loop or not, and the load ends before the file does."""
    n_before = n_bytes_read()
    gone = []
    engine = Flitzis.Engine()
    engine.weak_ref(lambda: gone.append(True))
    load_async(engine, 0, source_of(kind, long_file), None, None)
    poll(lambda: is_under_way(engine, 0))
    del engine
    assert gone
    n_after = n_bytes_read()
    assert n_after - n_before < long_file.stat().st_size


def test_a_load_with_a_callback_keeps_its_engine_until_then(long_file, iterate):
    gone = []
    engine = Flitzis.Engine()
    engine.weak_ref(lambda: gone.append(True))
    loading = Load(engine, 0, str(long_file))
    del engine
    iterate(loading.is_over)
    assert loading.loaded
    iterate(lambda: gone)


@pytest.mark.parametrize('loses', [Load, Caller])
def test_a_disposed_engine_cancels_its_loads(loses, long_file, make_wav, iterate):
    """Those that wait for a worker too; the sample that one slot holds is freed."""
    gone = []
    engine = Flitzis.Engine(memory_limit=1 << 40)
    engine.load_sample(1, str(make_wav('noise.wav', noise(1))))
    sample_of(engine, 1).weak_ref(lambda: gone.append(True))
    loads = [loses(engine, slot, str(long_file)) for slot in (0, 2, 3, 4, 5)]
    poll(lambda: all(engine.get_slot(slot).props.loading for slot in (0, 2, 3, 4, 5)))
    poll(lambda: is_under_way(engine, 0))
    engine.run_dispose()
    iterate(lambda: all(load.is_over() for load in loads))
    assert all(is_cancelled(load.error) for load in loads)
    assert gone


def test_engines_dropped_in_every_state_of_a_load_do_not_crash(make_wav):
    """A process of its own: it ends well with loads waiting, decoding and done."""
    script = '''
import gi, sys
gi.require_version("Flitzis", "1")
from gi.repository import Flitzis
for i in range(50):
    engine = Flitzis.Engine()
    for slot in range(i % 8):
        engine.load_sample_async(slot, sys.argv[1], None, lambda *_: None)
    del engine
print("done")
'''
    path = make_wav('noise.wav', noise(1, 48000), 44100)
    result = subprocess.run([sys.executable, '-c', script, path], capture_output=True, text=True,
                            timeout=60)
    assert (result.returncode, result.stdout, result.stderr) == (0, 'done\n', '')


# Errors


def png():
    def chunk(kind, data):
        return (struct.pack('>I', len(data)) + kind + data
                + struct.pack('>I', zlib.crc32(kind + data)))
    return (b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', 64, 64, 8, 2, 0, 0, 0))
            + chunk(b'IDAT', zlib.compress(bytes(64 * (1 + 3 * 64)))) + chunk(b'IEND', b''))


@pytest.fixture(scope='module')
def encoded(tmp_path_factory):
    """The bytes of a second of noise in a format that ffmpeg writes."""
    folder = tmp_path_factory.mktemp('encoded')

    def encode(name):
        if not (folder / name).exists():
            subprocess.run(['ffmpeg', '-v', 'error', '-f', 'f32le', '-ar', str(RATE), '-ac', '2',
                            '-i', '-', '-y', folder / name], input=noise(9, RATE).tobytes(),
                           check=True)
        return (folder / name).read_bytes()
    return encode


def cut(data):
    return data[:len(data) // 2]


def scribbled(data):
    """The first kilobyte is left as it is: a header that promises more than there is."""
    rubbish = numpy.random.default_rng(5).bytes(len(data))
    return data[:1000] + rubbish[1000:]


NOT_AUDIO = {
    'text': lambda encoded: b'This is not a sound.\n' * 100,
    'png': lambda encoded: png(),
    'zeros': lambda encoded: bytes(10000),
    'rubbish': lambda encoded: numpy.random.default_rng(1).bytes(10000),
    'one byte': lambda encoded: b'R',
    'playlist': lambda encoded: b'#EXTM3U\n#EXTINF:1,Noise\nhttp://localhost/noise.wav\n' * 10,
}

CORRUPT = {
    'empty': lambda encoded: b'',
    'no frames': lambda encoded: wav_header(0),
    'cut flac': lambda encoded: cut(encoded('noise.flac')),
    'scribbled flac': lambda encoded: scribbled(encoded('noise.flac')),
    'flac with a wrong bit': lambda encoded: wrong_bit(encoded('noise.flac')),
    'headers of ogg': lambda encoded: encoded('noise.ogg')[:5000],
}


def wrong_bit(data):
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1:]


def expect_error(engine, source, domain, code, iterate, name=None):
    """All forms fail alike, with a message that names the thing."""
    with pytest.raises(GLib.Error) as caught:
        load(engine, 3, source)
    loading = Load(engine, 3, source)
    iterate(loading.is_over)
    for error in (caught.value, loading.error):
        assert error is not None, 'loaded'
        assert error.matches(domain, code), repr(error)
        assert name is None or name in error.message
        assert len(error.message) > len(name or '') + 20
    assert caught.value.message == loading.error.message


@pytest.mark.parametrize('way', KINDS)
@pytest.mark.parametrize('kind', NOT_AUDIO)
def test_what_is_not_audio_is_unsupported(kind, way, engine, kept, encoded, tmp_path, iterate):
    path = tmp_path / 'strange.wav'
    path.write_bytes(NOT_AUDIO[kind](encoded))
    expect_error(engine, source_of(way, path), Flitzis.engine_error_quark(), ERRORS.UNSUPPORTED,
                 iterate, 'strange.wav' if way != 'bytes' else 'bytes')
    kept()


@pytest.mark.parametrize('way', KINDS)
@pytest.mark.parametrize('kind', CORRUPT)
def test_what_is_broken_is_corrupt(kind, way, engine, kept, encoded, tmp_path, iterate):
    path = tmp_path / 'broken.wav'
    path.write_bytes(CORRUPT[kind](encoded))
    source = GLib.Bytes.new(path.read_bytes()) if way == 'bytes' else source_of(way, path)
    expect_error(engine, source, Flitzis.engine_error_quark(), ERRORS.CORRUPT, iterate,
                 'broken.wav' if way != 'bytes' else 'bytes')
    kept()


def test_a_decoder_that_falls_silent_is_given_up(engine, kept, encoded):
    """Ogg's headers and then rubbish: neither a frame nor an end would ever come."""
    with pytest.raises(GLib.Error) as caught:
        engine.load_bytes(3, GLib.Bytes.new(scribbled(encoded('noise.ogg'))), None)
    assert caught.value.matches(Flitzis.engine_error_quark(), ERRORS.CORRUPT)
    kept()


@pytest.mark.parametrize('way', KINDS)
@pytest.mark.parametrize('slot', [32, 33, 2**32 - 1])
def test_a_slot_out_of_range_is_invalid(slot, way, engine, make_wav, iterate):
    source = source_of(way, make_wav('noise.wav', noise(1)))
    with pytest.raises(GLib.Error) as caught:
        load(engine, slot, source)
    loading = Load(engine, slot, source)
    iterate(loading.is_over)
    for error in (caught.value, loading.error):
        assert error.matches(Flitzis.engine_error_quark(), ERRORS.INVALID_SLOT)
        assert str(slot) in error.message
    assert not any(sample_of(engine, i) for i in range(32))


def test_an_empty_path_is_invalid(engine, kept, iterate):
    expect_error(engine, '', Flitzis.engine_error_quark(), ERRORS.INVALID_VALUE, iterate)
    kept()


@pytest.mark.parametrize('way', KINDS[:2])
@pytest.mark.parametrize('name', ['missing.wav', 'missing/missing.wav', '100%41.wav'])
def test_a_missing_file_is_not_found(name, way, engine, kept, tmp_path, iterate):
    path = tmp_path / name
    source = Gio.File.new_for_path(str(path)) if way == 'file' else str(path)
    expect_error(engine, source, Gio.io_error_quark(), Gio.IOErrorEnum.NOT_FOUND, iterate,
                 f'“{path}”')
    kept()


def test_a_missing_resource_is_not_found(engine, kept, iterate):
    file = Gio.File.new_for_uri('resource:///flitzis/missing.wav')
    expect_error(engine, file, Gio.io_error_quark(), Gio.IOErrorEnum.NOT_FOUND, iterate,
                 'missing.wav')
    kept()


@pytest.mark.parametrize('way', KINDS[:2])
def test_a_directory_is_one(way, engine, kept, tmp_path, iterate):
    (tmp_path / 'folder.wav').mkdir()
    path = str(tmp_path / 'folder.wav')
    expect_error(engine, Gio.File.new_for_path(path) if way == 'file' else path,
                 Gio.io_error_quark(), Gio.IOErrorEnum.IS_DIRECTORY, iterate, f'“{path}”')
    kept()


@pytest.mark.parametrize('kind', ['pipe', 'pipe with a writer', 'socket', 'device'])
def test_what_is_no_regular_file_is_refused_at_once(kind, engine, kept, tmp_path, iterate):
    """A pipe would hold up whoever opens it until somebody writes."""
    path = str(tmp_path / 'odd.wav')
    if kind == 'socket':
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(path)
    elif kind == 'device':
        path = '/dev/zero'
    else:
        os.mkfifo(path)
    writer = os.open(path, os.O_RDWR) if kind == 'pipe with a writer' else None
    # Asynchronous alone at first: were it to hang, this test would not.
    loading = Load(engine, 3, path)
    iterate(loading.is_over)
    expect_error(engine, path, Gio.io_error_quark(), Gio.IOErrorEnum.NOT_REGULAR_FILE, iterate,
                 os.path.basename(path))
    if writer is not None:
        os.close(writer)
    kept()


def test_an_unreadable_file_is_denied(make_wav):
    """A child gives up being root, whom no file denies anything."""
    script = '''
import gi, os, sys
gi.require_version("Flitzis", "1")
from gi.repository import Flitzis, Gio, GLib
readable, unreadable = sys.argv[1:]
engine = Flitzis.Engine()
engine.load_sample(0, readable)
before = engine.get_slot(0).props.sample
if os.getuid() == 0:
    os.setgroups([])
    os.setresgid(65534, 65534, 65534)
    os.setresuid(65534, 65534, 65534)
try:
    engine.load_sample(0, unreadable)
except GLib.Error as error:
    print(error.matches(Gio.io_error_quark(), Gio.IOErrorEnum.PERMISSION_DENIED), error.message)
assert engine.get_slot(0).props.sample is before
print(engine.load_sample(1, readable))
'''
    wav = make_wav('noise.wav', noise(1))
    folder = tempfile.mkdtemp(dir='/tmp')
    try:
        os.chmod(folder, 0o755)
        readable, unreadable = (shutil.copy(wav, f'{folder}/{name}.wav') for name in ('a', 'b'))
        os.chmod(readable, 0o644)
        os.chmod(unreadable, 0)
        result = subprocess.run([sys.executable, '-c', script, readable, unreadable],
                                capture_output=True, text=True, timeout=60)
    finally:
        shutil.rmtree(folder)
    lines = result.stdout.splitlines()
    assert result.returncode == 0, result.stderr
    assert lines[0].startswith('True ') and 'b.wav' in lines[0]
    assert lines[1:] == ['True']


@pytest.mark.parametrize('n_free', [0, 1])
def test_a_file_that_cannot_be_opened_is_named(n_free, make_wav):
    """A file is opened, looked at, and opened again through its descriptor, which is no name for
    anybody to read."""
    script = '''
import gi, os, resource, sys
gi.require_version("Flitzis", "1")
from gi.repository import Flitzis, Gio, GLib
path, n_free = sys.argv[1], int(sys.argv[2])
engine = Flitzis.Engine()
engine.load_sample(0, path)
spare = [os.open("/dev/null", os.O_RDONLY) for _ in range(50)]
limit = max(spare) + 1
resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
try:  # whatever is free below
    while True:
        spare.append(os.open("/dev/null", os.O_RDONLY))
except OSError:
    pass
for fd in spare[:n_free]:
    os.close(fd)
try:
    engine.load_sample(1, path)
except GLib.Error as error:
    print(error.matches(Gio.io_error_quark(), Gio.IOErrorEnum.TOO_MANY_OPEN_FILES), error.message)
'''
    wav = make_wav('noise.wav', noise(1))
    result = subprocess.run([sys.executable, '-c', script, wav, str(n_free)], capture_output=True,
                            text=True, timeout=60)
    assert result.stdout.startswith('True Could not open “noise.wav”: '), result
    assert result.stdout.endswith(': Too many open files\n') and '/proc' not in result.stdout


# A free slot


def add_async(engine, path, cancellable=None):
    """Begins to add a sample; the list gets the number of its slot, or the error."""
    outcomes = []

    def added(engine, result):
        try:
            outcomes.append(engine.add_sample_finish(result))
        except GLib.Error as error:
            outcomes.append(error)
    engine.add_sample_async(path, cancellable, added)
    return outcomes


def test_a_sample_is_added_to_the_lowest_free_slot(engine, make_wav, iterate):
    frames = [noise(seed, 480) for seed in range(4)]
    paths = [str(make_wav(f'{i}.wav', frames[i])) for i in range(4)]
    engine.load_sample(1, paths[3])
    engine[2].props.gain = 0.5
    assert engine.add_sample(paths[0]) == 0
    assert engine.add_sample(paths[2]) == 2 and engine[2].props.gain == 0.5
    for slot in (0, 2, 3):
        assert (sample_of(engine, slot) is not None) is (slot != 3)
    engine.unload_sample(1)
    added = add_async(engine, paths[1])
    iterate(lambda: added)
    assert added == [1]
    for slot in range(3):
        assert numpy.array_equal(frames_of(engine, slot), frames[slot])


def test_a_slot_that_loads_is_not_free(engine, long_file, make_wav, iterate):
    """It is taken from the call on, and free once its load is cancelled."""
    path = str(make_wav('noise.wav', noise(1)))
    cancellable = Gio.Cancellable()
    added, loading = add_async(engine, str(long_file), cancellable), Load(engine, 1, str(long_file))
    assert engine.add_sample(path) == 2
    assert engine[0].props.loading and engine[1].props.loading
    cancellable.cancel()
    iterate(lambda: added)
    assert is_cancelled(added[0])
    assert engine.add_sample(path) == 0
    engine.unload_sample(1)
    assert engine.add_sample(path) == 1
    iterate(loading.is_over)
    assert is_cancelled(loading.error)


def test_a_slot_is_free_again_when_the_callback_comes(make_engine, make_wav, tmp_path, iterate):
    """After a load that failed, also with one slot."""
    engine = make_engine(n_slots=1)
    path, slots = str(make_wav('noise.wav', noise(1))), []
    engine.add_sample_async(str(tmp_path / 'missing.wav'), None,
                            lambda engine, _result: slots.append(engine.add_sample(path)))
    iterate(lambda: slots)
    assert slots == [0]


@pytest.mark.parametrize('win', [win_by_load, win_by_set_sample, win_by_unload])
def test_what_is_done_to_the_slot_of_an_added_sample_wins(win, engine, long_file, make_wav,
                                                          iterate):
    added = add_async(engine, str(long_file))
    win(engine, 0, make_wav('noise.wav', noise(1)), iterate)
    iterate(lambda: added)
    assert is_cancelled(added[0])
    assert (sample_of(engine, 0) is None) is (win is win_by_unload)


@pytest.mark.parametrize('n_slots, words', [(1, '1 slot (n-slots),'), (3, '3 slots (n-slots),')])
def test_without_a_free_slot_nothing_is_added(n_slots, words, make_engine, make_wav, iterate):
    engine = make_engine(n_slots=n_slots)
    path = str(make_wav('noise.wav', noise(1)))
    assert [engine.add_sample(path) for _ in range(n_slots)] == list(range(n_slots))
    samples = [sample_of(engine, slot) for slot in range(n_slots)]
    with pytest.raises(GLib.Error) as caught:
        engine.add_sample(path)
    added = add_async(engine, path)
    iterate(lambda: added)
    for error in (caught.value, added[0]):
        assert error.matches(Flitzis.engine_error_quark(), ERRORS.BUSY)
        assert words in error.message
    assert [sample_of(engine, slot) for slot in range(n_slots)] == samples


def test_what_cannot_be_loaded_cannot_be_added(engine, encoded, tmp_path, iterate):
    (tmp_path / 'broken.flac').write_bytes(cut(encoded('noise.flac')))
    (tmp_path / 'text.wav').write_text('no sound')
    domain = Flitzis.engine_error_quark()
    for path, *expected in (('', domain, ERRORS.INVALID_VALUE),
                            (tmp_path / 'broken.flac', domain, ERRORS.CORRUPT),
                            (tmp_path / 'text.wav', domain, ERRORS.UNSUPPORTED),
                            (tmp_path, Gio.io_error_quark(), Gio.IOErrorEnum.IS_DIRECTORY)):
        with pytest.raises(GLib.Error) as caught:
            engine.add_sample(str(path))
        added = add_async(engine, str(path))
        iterate(lambda: added)
        for error in (caught.value, added[0]):
            assert error.matches(*expected), error
    assert not any(slot.props.loading or slot.props.sample for slot in engine)


# Memory


def test_too_much_is_refused_while_it_decodes(engine, kept, long_file, iterate):
    """Not when all is decoded: most of the file has not been read by then."""
    engine.props.memory_limit = 5 * MB
    n_before = n_bytes_read()
    expect_error(engine, str(long_file), Flitzis.engine_error_quark(), ERRORS.TOO_LARGE, iterate)
    assert n_bytes_read() - n_before < long_file.stat().st_size // 2
    kept()


def test_loads_in_flight_count_against_the_limit(engine, long_file, tmp_path, iterate):
    """What is decoded so far takes the room that a sample would need, and gives it back."""
    with (tmp_path / 'zeros').open('wb') as file:
        file.truncate(380 * MB)
    sample = Flitzis.Sample.new(source_of('bytes', tmp_path / 'zeros'), 1, RATE)
    engine.props.memory_limit = 401 * MB
    cancellable = Gio.Cancellable()
    loading = Load(engine, 0, str(long_file), cancellable)
    poll(lambda: is_under_way(engine, 0, 0.1))
    with pytest.raises(GLib.Error) as caught:
        engine.set_sample(1, sample)
    assert is_under_way(engine, 0)
    assert caught.value.matches(Flitzis.engine_error_quark(), ERRORS.TOO_LARGE)
    cancellable.cancel()
    iterate(loading.is_over)
    assert engine.set_sample(1, sample)


def test_what_a_slot_holds_counts_while_another_loads(engine, make_wav):
    """The limit is over all slots; a failed load has given back what it took."""
    path = str(make_wav('noise.wav', noise(1, 100000, 1)))
    engine.props.memory_limit = 500 * 1000
    engine.load_sample(0, path)
    for _ in range(3):
        with pytest.raises(GLib.Error) as caught:
            engine.load_sample(1, path)
        assert caught.value.matches(Flitzis.engine_error_quark(), ERRORS.TOO_LARGE)
    engine.unload_sample(0)
    assert engine.load_sample(1, path)


# The old sample


def watch(engine, slot):
    """A list that gets an entry when the sample of the slot is freed."""
    gone = []
    sample_of(engine, slot).weak_ref(lambda: gone.append(True))
    return gone


def replace_by_load(engine, path):
    engine.load_sample(0, path)


def replace_by_unload(engine, path):
    engine.unload_sample(0)


@pytest.mark.parametrize('replace', [replace_by_load, replace_by_unload])
def test_the_old_sample_is_freed_and_its_fade_is_heard(replace, engine, make_wav):
    """What sounded ramps down within 5 ms; the memory is free by then."""
    path = str(make_wav('ones.wav', numpy.ones((RATE, 2))))
    engine.load_sample(0, path)
    gone = watch(engine, 0)
    engine.play_sample(0, 1.0)
    assert numpy.all(render(engine, 100) == 1.0)
    replace(engine, path)
    fade = render(engine, FADE + 10)
    assert numpy.all(numpy.diff(fade[:, 0]) <= 0.0) and fade[0, 0] > 0.9
    assert numpy.all(numpy.diff(fade[:, 0]) > -0.05)
    assert not fade[FADE:].any()
    assert gone


def test_an_old_sample_that_does_not_sound_is_freed_at_once(engine, make_wav):
    path = str(make_wav('noise.wav', noise(1)))
    for replace in (replace_by_load, replace_by_unload):
        engine.load_sample(0, path)
        gone = watch(engine, 0)
        replace(engine, path)
        assert gone


@pytest.mark.parametrize('replace', [replace_by_load, replace_by_unload])
@pytest.mark.parametrize('loop', [True, False], ids=['main loop', 'no main loop'])
def test_the_old_sample_is_freed_while_the_engine_runs(loop, replace, pipewire, engine, make_wav,
                                                       iterate):
    path = str(make_wav('noise.wav', noise(1, 100 * RATE, 1)))
    engine.load_sample(0, path)
    gone = watch(engine, 0)
    wait = iterate if loop else poll
    engine.start()
    engine.play_sample(0, 1.0)
    wait(lambda: engine.props.n_playing == 1)
    replace(engine, path)
    wait(lambda: gone)
    wait(lambda: engine.props.n_playing == 0)


# Nothing is left behind


def test_a_hundred_loads_leave_no_thread_and_no_descriptor(engine, encoded, long_file, tmp_path,
                                                           iterate):
    """Blocking and not, good, broken, missing and cancelled ones."""
    (tmp_path / 'good.flac').write_bytes(encoded('noise.flac'))
    (tmp_path / 'broken.flac').write_bytes(cut(encoded('noise.flac')))
    paths = [str(tmp_path / name) for name in ('good.flac', 'broken.flac', 'missing.flac')]

    def load_all(n_rounds):
        for _ in range(n_rounds):
            cancellable = Gio.Cancellable()
            loads = [Load(engine, slot, path) for slot, path in enumerate(paths)]
            loads.append(Load(engine, 4, str(long_file), cancellable))
            poll(lambda: is_under_way(engine, 4))
            cancellable.cancel()
            loads += [Caller(engine, 5 + slot, path) for slot, path in enumerate(paths)]
            iterate(lambda: all(load.is_over() for load in loads))

    def count(folder):
        return len(os.listdir(f'/proc/self/{folder}'))

    load_all(3)
    n_threads, n_descriptors = count('task'), count('fd')
    load_all(15)
    # Idle threads of GLib's pools may come and go by a few.
    poll(lambda: count('task') <= n_threads + 2 and count('fd') <= n_descriptors)
