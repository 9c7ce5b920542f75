# SPDX-License-Identifier: LGPL-2.1-or-later
"""Peaks, loudness and exports of streamed samples, for which the file is read from its start to its
end. They are compared with those of the same file in memory."""

import os
import pathlib
import struct
import threading

import gi
import numpy
import pytest

gi.require_version('Flitzis', '1')
from gi.repository import Flitzis, Gio, GLib

from sound_files import ffmpeg, frames_of
from test_fork import assert_async_forked, assert_forked, in_child
from test_peaks import BLOCK, prepare
from test_playing import assert_same, fails_with, noise, render
from test_streaming import delete, load, truncate

Code = Flitzis.EngineError
Storage = Flitzis.Storage
RATE = 48000
N_FRAMES = 3 * RATE + 123

# An MP3 without a Xing header and an AAC stream do not state their lengths.
KINDS = {
    'stereo.wav': (2, RATE, ()),
    'mono.wav': (1, 44100, ()),
    'stereo.flac': (2, RATE, ()),
    'stereo.ogg': (2, RATE, ('-c:a', 'libvorbis')),
    'unstated.mp3': (2, RATE, ('-write_xing', '0', '-id3v2_version', '0')),
    'unstated.aac': (2, RATE, ()),
}


@pytest.fixture(scope='module')
def folder(write_wav, tmp_path_factory):
    folder = tmp_path_factory.mktemp('passes')
    for name, (n_channels, rate, options) in KINDS.items():
        frames = noise(1, N_FRAMES, n_channels)
        frames[::40001] = 0.99
        write_wav(folder / 'source.wav', frames, rate)
        if name.endswith('.wav'):
            (folder / 'source.wav').rename(folder / name)
        else:
            ffmpeg('-i', folder / 'source.wav', *options, folder / name)
    return folder


@pytest.fixture(params=KINDS)
def path(request, folder):
    return folder / request.param


@pytest.fixture
def wav(make_wav):
    """Of the test alone, which may damage it."""
    return make_wav('own.wav', noise(2, 5 * RATE))


def streamed(engine, path):
    sample = load(engine, path).sample
    assert sample.get_bytes() is None
    return sample


def held(engine, path):
    return load(engine, path, Storage.MEMORY, slot=1).sample


def in_blocks(frames, first, last, n_bins):
    """The peaks of all blocks of values that a bin touches."""
    values, n_channels, n_range = frames.reshape(-1), frames.shape[1], max(0, last - first)
    peaks = numpy.zeros((n_bins, 2), '<f4')
    for i in range(n_bins):
        begin = first + i * n_range // n_bins
        end = max(begin + 1, first + (i + 1) * n_range // n_bins)
        if begin < len(frames):
            part = values[begin * n_channels // BLOCK * BLOCK:
                          -(-min(end, len(frames)) * n_channels // BLOCK) * BLOCK]
            peaks[i] = part.min(), part.max()
            if end > len(frames):
                peaks[i] = min(peaks[i, 0], 0), max(peaks[i, 1], 0)
    return peaks.tobytes()


def assert_peaks(sample, frames):
    n_frames = len(frames)
    for n_bins in (1, 7, 1000):
        assert sample.get_peaks(n_bins).get_data() == in_blocks(frames, 0, n_frames, n_bins)
    for first, last in ((0, 1), (5, 5), (127, 129), (1, n_frames), (n_frames // 3, n_frames // 2),
                        (n_frames - 1, n_frames), (n_frames - 300, n_frames + 300),
                        (n_frames, n_frames + 9), (0, 10 * n_frames)):
        for n_bins in (1, 3, 50):
            assert (sample.get_peaks_range(first, last, n_bins).get_data()
                    == in_blocks(frames, first, last, n_bins)), (first, last, n_bins)


# Peaks


def test_peaks_are_those_of_memory_in_whole_blocks(engine, path):
    frames = frames_of(held(engine, path))
    sample = streamed(engine, path)
    n_frames = sample.props.n_frames
    assert n_frames in ((0, len(frames)) if path.stem == 'unstated' else (len(frames),))
    assert_peaks(sample, frames)
    assert sample.props.n_frames == n_frames


def test_the_length_of_some_file_is_not_known(engine, folder):
    """Otherwise the tests would not find out whether a pass finds it."""
    assert streamed(engine, folder / 'unstated.aac').props.n_frames == 0


def test_prepared_peaks_need_the_file_no_more(engine, wav, iterate):
    frames = frames_of(held(engine, wav))
    sample = streamed(engine, wav)
    assert prepare(sample, iterate) is True
    delete(wav)
    assert prepare(sample, iterate) is True
    assert_peaks(sample, frames)


def test_many_threads_ask_for_peaks(engine, wav):
    sample, results = streamed(engine, wav), []
    threads = [threading.Thread(target=lambda: results.append(sample.get_peaks(100).get_data()))
               for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [in_blocks(frames_of(held(engine, wav)), 0, 5 * RATE, 100)] * 20


def test_a_file_that_is_gone_has_silent_peaks(engine, wav, iterate):
    sample = streamed(engine, wav)
    delete(wav)
    assert sample.get_peaks(10).get_data() == bytes(80)
    for _ in range(2):
        with pytest.raises(GLib.Error, match='own.wav') as caught:
            prepare(sample, iterate)
        assert caught.value.matches(Gio.io_error_quark(), Gio.IOErrorEnum.NOT_FOUND)


def test_frames_after_a_broken_one_are_silent_in_the_peaks(engine, folder, tmp_path, iterate):
    """The file is broken in the middle from the start: a stream finds that out late."""
    path = tmp_path / 'broken.flac'
    data = bytearray((folder / 'stereo.flac').read_bytes())
    data[len(data) // 2:] = bytes(len(data) - len(data) // 2)
    path.write_bytes(data)
    sample = streamed(engine, path)
    with fails_with(Code.CORRUPT, 'broken.flac'):
        prepare(sample, iterate)
    peaks = numpy.frombuffer(sample.get_peaks(100).get_data(), '<f4').reshape(-1, 2)
    expected = frames_of(held(engine, folder / 'stereo.flac'))
    n_read = int(numpy.flatnonzero(peaks.any(axis=1))[-1])
    assert 20 < n_read < 60 and (peaks[n_read + 1:] == 0).all()
    assert (peaks[:n_read].tobytes()
            == in_blocks(expected, 0, len(expected), 100)[:n_read * 8])


def test_preparing_peaks_can_be_cancelled(engine, wav, iterate):
    sample, cancellable, results = streamed(engine, wav), Gio.Cancellable(), []
    sample.prepare_peaks_async(cancellable, lambda source, result: results.append(result))
    cancellable.cancel()
    iterate(lambda: results)
    with pytest.raises(GLib.Error) as caught:
        sample.prepare_peaks_finish(results[0])
    assert caught.value.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED)
    assert_peaks(sample, frames_of(held(engine, wav)))


# Loudness


def numbers_of(loudness):
    return [getattr(loudness.props, name) for name in ('integrated', 'range', 'true_peak')]


def test_the_loudness_is_that_of_memory(engine, path, iterate):
    expected = numbers_of(held(engine, path).measure_loudness(None))
    assert numbers_of(streamed(engine, path).measure_loudness(None)) == expected
    sample, results = streamed(engine, path), []
    sample.measure_loudness_async(None, lambda source, result: results.append(result))
    iterate(lambda: results)
    assert numbers_of(sample.measure_loudness_finish(results[0])) == expected


def test_a_target_loudness_is_reached_as_from_memory(make_engine, path):
    heard = []
    for storage in (Storage.MEMORY, Storage.STREAM):
        engine = make_engine()
        load(engine, path, storage, target_loudness=-20.0)
        engine.play_sample(0, 1.0)
        heard.append(render(engine, N_FRAMES))
    assert_same(*heard)
    assert 0.05 < abs(heard[0]).max() < 0.5


# Exports


def write(sample, path, **options):
    assert sample.export(Gio.File.new_for_path(os.fspath(path)), Flitzis.Export(**options), None)
    return path.read_bytes()


@pytest.mark.parametrize('normalize', getattr(Flitzis.Normalize, '__enum_values__').values())
def test_an_export_is_that_of_memory(engine, path, tmp_path, normalize):
    options = {'normalize': normalize, 'limiter': True}
    for ending in ('wav', 'flac'):
        assert (write(streamed(engine, path), tmp_path / f'a.{ending}', **options)
                == write(held(engine, path), tmp_path / f'b.{ending}', **options))


def test_an_export_in_the_background_is_that_of_memory(engine, path, tmp_path, iterate):
    sample, file, results = streamed(engine, path), tmp_path / 'a.wav', []
    sample.export_async(Gio.File.new_for_path(str(file)), None, None,
                        lambda source, result: results.append(result))
    iterate(lambda: results)
    assert sample.export_finish(results[0])
    assert file.read_bytes() == write(held(engine, path), tmp_path / 'b.wav')


# Errors


@pytest.mark.parametrize('change', (truncate, delete))
def test_a_file_that_goes_away_is_an_error(engine, wav, tmp_path, change):
    sample = streamed(engine, wav)
    change(wav)
    with pytest.raises(GLib.Error, match='own.wav'):
        sample.measure_loudness(None)
    with pytest.raises(GLib.Error, match='own.wav'):
        write(sample, tmp_path / 'out.wav')
    assert not list(tmp_path.glob('*out*'))


@pytest.fixture
def endless(folder, tmp_path):
    """Makes files that take seconds to read, of 20 minutes: nobody is held up for that long."""
    def make(kind):
        path = tmp_path / kind
        content = (folder / kind).read_bytes()
        if path.suffix == '.mp3':
            path.write_bytes(400 * content)
            return path
        head = content.index(b'data') + 8
        n_bytes = 1200 * RATE * 8
        path.write_bytes(b'RIFF' + struct.pack('<I', head - 8 + n_bytes) + content[8:head - 4]
                         + struct.pack('<I', n_bytes))
        os.truncate(path, head + n_bytes)
        return path
    return make


@pytest.mark.parametrize('kind', ('unstated.mp3', 'stereo.wav'))
def test_a_cancel_ends_a_pass(engine, endless, tmp_path, iterate, kind):
    """Before it begins, and while it runs."""
    path = endless(kind)
    sample, cancellable, errors = streamed(engine, path), Gio.Cancellable(), []
    file = Gio.File.new_for_path(str(tmp_path / 'out.wav'))

    def note(call, *arguments):
        with pytest.raises(GLib.Error) as caught:
            call(*arguments)
        errors.append(caught.value)
    sample.export_async(file, None, cancellable,
                        lambda _source, result: note(sample.export_finish, result))
    sample.measure_loudness_async(
        cancellable, lambda _source, result: note(sample.measure_loudness_finish, result))
    cancellable.cancel()
    iterate(lambda: len(errors) == 2)
    note(sample.measure_loudness, cancellable)
    note(sample.export, file, None, cancellable)
    assert all(error.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED) for error in errors)
    assert list(tmp_path.iterdir()) == [path]


def test_the_child_of_a_fork_cannot_read_a_file(engine, wav, tmp_path):
    sample, prepared = streamed(engine, wav), load(engine, wav, slot=2).sample
    expected = prepared.get_peaks(10).get_data()

    def look():
        assert prepared.get_peaks(10).get_data() == expected
        assert sample.get_peaks(10).get_data() == bytes(80)
        assert_async_forked(sample.prepare_peaks_async, sample.prepare_peaks_finish)
        assert_forked(sample.measure_loudness, None)
        assert_forked(write, sample, tmp_path / 'out.wav')
    in_child(look)
    assert sample.get_peaks(10).get_data() == expected


# Memory


def highest_memory():
    """In bytes, since the last `clear_refs`."""
    status = pathlib.Path('/proc/self/status').read_text()
    return int(status.split('VmHWM:')[1].split()[0]) * 1024


def test_a_pass_holds_only_a_little(engine, folder, write_wav, tmp_path):
    """Five minutes of stereo, which are 115 MB: all passes together take less than a tenth."""
    path, n_frames = tmp_path / 'long.wav', 300 * RATE
    write_wav(path, noise(3, 1000))
    with open(path, 'r+b') as file:
        file.seek(4)
        file.write((36 + n_frames * 8).to_bytes(4, 'little'))
        file.seek(40)
        file.write((n_frames * 8).to_bytes(4, 'little'))
        file.truncate(44 + n_frames * 8)
    small = streamed(engine, folder / 'stereo.wav')
    small.measure_loudness(None)
    write(small, tmp_path / 'warm.wav')
    sample = streamed(engine, path)
    assert sample.props.n_frames == n_frames
    pathlib.Path('/proc/self/clear_refs').write_text('5')
    before = highest_memory()
    assert sample.get_peaks(1000).get_size() == 8000
    sample.measure_loudness(None)
    assert sample.export(Gio.File.new_for_path(str(tmp_path / 'out.wav')), None, None)
    assert (tmp_path / 'out.wav').stat().st_size > n_frames * 4
    assert highest_memory() - before < n_frames * 8 // 10
