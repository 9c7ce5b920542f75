# SPDX-License-Identifier: LGPL-2.1-or-later
"""Exports with options: formats, bit depths, dither, tags and loops, normalizing, the limiter, and
samples as files. What is written is read again by the library, and by FFmpeg."""

import asyncio
import gc
import json
import math
import os
import subprocess
import sys
import time
import weakref
from typing import Any

import gi
import numpy
import pytest

from hostile.facts import adtl, cue, labl
from hostile.sounds import chunk, fmt, pcm, riff

gi.require_version('Flitzis', '1')
from gi.repository import Flitzis, Gio, GLib

from pipewire_daemon import poll
from test_export import as_24_bits, fails_with_io, prepare
from test_playing import assert_same, fails_with, make_sample, noise, render

LOSSLESS = ('wav', 'aiff', 'aif', 'flac')
LOSSY = ('ogg', 'oga', 'opus', 'mp3')
FACTS: dict[str, Any] = {'title': 'Ein Lied', 'artist': 'Künstlerin', 'tempo': 97.5}
LOOP: dict[str, Any] = {'loop_start': 1001, 'loop_end': 20002}


def file_of(path):
    return Gio.File.new_for_path(str(path))


def load(path, rate=48000):
    engine = Flitzis.Engine(sample_rate=rate)
    engine.load_sample(0, str(path))
    return engine.get_slot(0).props.sample


def frames_of(path, rate=48000):
    return numpy.array(load(path, rate))


def random_numbers(n):
    """Those of SplitMix64, from 0."""
    state = numpy.arange(1, n + 1, dtype=numpy.uint64) * numpy.uint64(0x9e3779b97f4a7c15)
    state = (state ^ (state >> numpy.uint64(30))) * numpy.uint64(0xbf58476d1ce4e5b9)
    state = (state ^ (state >> numpy.uint64(27))) * numpy.uint64(0x94d049bb133111eb)
    return state ^ (state >> numpy.uint64(31))


def as_16_bits(frames, is_dithered):
    steps = numpy.clip(frames, -1, 1).astype(numpy.float64) * 2 ** 15
    if is_dithered:
        numbers = random_numbers(frames.size)
        high, low = numbers >> numpy.uint64(32), numbers & numpy.uint64(2 ** 32 - 1)
        steps += ((high.astype(float) - low.astype(float)) / 2 ** 32).reshape(frames.shape)
    return (numpy.clip(numpy.rint(steps), -2 ** 15, 2 ** 15 - 1) / 2 ** 15).astype('<f4')


def probe(path):
    """What FFmpeg says of the file: its format, and its tags with names in small letters."""
    printed = subprocess.run(['ffprobe', '-v', 'error', '-of', 'json', '-show_format',
                              '-show_streams', path], check=True, capture_output=True, text=True)
    assert printed.stderr == ''
    found = json.loads(printed.stdout)
    tags = found['format'].get('tags', {}) | found['streams'][0].get('tags', {})
    return found['streams'][0], {name.lower(): value for name, value in tags.items()}


# The values


@pytest.mark.parametrize('is_dithered', (False, True))
@pytest.mark.parametrize('ending', LOSSLESS)
def test_16_bits_to_the_bit(engine, make_engine, tmp_path, ending, is_dithered):
    """Compared with arithmetic, with the dither, and with what FFmpeg decodes."""
    path = tmp_path / f'a.{ending}'
    expected = as_16_bits(render(prepare(make_engine()), 50000), is_dithered)
    options = Flitzis.Export(bit_depth=Flitzis.BitDepth.INT16, dither=is_dithered)
    assert prepare(engine).export(file_of(path), 50000, options)
    assert_same(frames_of(path), expected)
    decoded = subprocess.run(['ffmpeg', '-v', 'error', '-i', path, '-f', 's16le', '-'], check=True,
                             capture_output=True)
    assert_same(numpy.frombuffer(decoded.stdout, '<i2').reshape(-1, 2) / numpy.float32(2 ** 15),
                expected)


@pytest.mark.parametrize('n_frames', (1, 1000, 50000))
@pytest.mark.parametrize('ending', LOSSLESS)
def test_24_bits_to_the_bit(engine, make_engine, tmp_path, ending, n_frames):
    path = tmp_path / f'a.{ending}'
    expected = as_24_bits(render(prepare(make_engine()), n_frames))
    options = Flitzis.Export(bit_depth=Flitzis.BitDepth.INT24)
    assert prepare(engine).export(file_of(path), n_frames, options)
    assert_same(frames_of(path), expected)
    decoded = subprocess.run(['ffmpeg', '-v', 'error', '-i', path, '-f', 's32le', '-'], check=True,
                             capture_output=True)
    assert_same((numpy.frombuffer(decoded.stdout, '<i4').reshape(-1, 2) / 2 ** 31).astype('<f4'),
                expected)


def test_dither_is_a_triangle_of_two_steps():
    """Its mean is 0 and its power a sixth of a step squared, so that of the error is a quarter."""
    values = noise(1, 100000)
    error = (as_16_bits(values, True).astype(float) - values) * 2 ** 15
    assert abs(error.mean()) < 0.01 and abs((error ** 2).mean() - 0.25) < 0.01


@pytest.mark.parametrize('ending', (*LOSSLESS, *LOSSY))
def test_files_repeat(make_engine, tmp_path, ending):
    options = Flitzis.Export(bit_depth=Flitzis.BitDepth.INT16, **FACTS, **LOOP)
    for name in 'ab':
        prepare(make_engine()).export(file_of(tmp_path / f'{name}.{ending}'), 30000, options)
    a, b = ((tmp_path / f'{name}.{ending}').read_bytes() for name in 'ab')
    if ending in ('ogg', 'oga', 'opus'):  # a stream of Ogg has a random number
        assert len(a) == len(b)
        assert_same(*(frames_of(tmp_path / f'{name}.{ending}') for name in 'ab'))
    else:
        assert a == b


def test_what_is_clipped_is_counted(engine, make_engine, tmp_path):
    expected = render(prepare(make_engine()), 50000)
    n_clipped = int(numpy.count_nonzero(numpy.abs(expected) > 1))
    assert n_clipped > 100
    for ending, depth, n in (('flac', 'AUTO', n_clipped), ('aiff', 'INT16', n_clipped),
                             ('wav', 'INT24', n_clipped), ('ogg', 'AUTO', n_clipped),
                             ('wav', 'AUTO', 0)):
        options = Flitzis.Export(bit_depth=getattr(Flitzis.BitDepth, depth))
        path = tmp_path / f'a.{ending}'
        assert prepare(make_engine()).export(file_of(path), 50000, options)
        assert options.props.n_clipped == n


def test_an_export_that_fails_leaves_the_count(engine, tmp_path):
    options = Flitzis.Export()
    prepare(engine).export(file_of(tmp_path / 'a.flac'), 5000, options)
    before = options.props.n_clipped
    assert before > 0
    with fails_with_io(Gio.IOErrorEnum.NOT_FOUND):
        engine.export(file_of(tmp_path / 'none/a.flac'), 5000, options)
    assert options.props.n_clipped == before


# Lossy formats


def sweep(n_frames, rate=48000):
    """From 100 Hz to 5 kHz, with silence around it: nothing else is like it a frame later."""
    time = numpy.arange(n_frames) / rate
    duration = n_frames / rate
    sound = 0.5 * numpy.sin(2 * math.pi * (100 * time + 4900 * time ** 2 / duration / 2))
    sound *= numpy.clip(numpy.minimum(time, duration - time) * 50, 0, 1)
    return numpy.stack([sound, 0.5 * sound], 1).astype('<f4')


def best_shift(frames, expected):
    """By how many frames the first are late."""
    size = 2 * len(expected)
    spectrum = numpy.fft.rfft(frames[:, 0], size) * numpy.fft.rfft(expected[:, 0], size).conj()
    shift = int(numpy.fft.irfft(spectrum, size).argmax())
    return shift - size if shift > size // 2 else shift


@pytest.mark.parametrize('n_channels', (1, 2))
@pytest.mark.parametrize('rate', (22050, 44100, 48000, 96000))
@pytest.mark.parametrize('ending', ('ogg', 'opus', 'mp3'))
def test_lossy_files_are_in_time(tmp_path, ending, rate, n_channels):
    """They have as many frames as were exported, each in its place, and sound much the same."""
    path = tmp_path / f'a.{ending}'
    expected = sweep(rate, rate)[:, :n_channels]
    sample = Flitzis.Sample.from_array(expected, rate)
    assert sample.export(file_of(path), Flitzis.Export(quality=1.0))
    read = load(path, rate)
    frames = numpy.array(read)
    assert read.props.n_channels == n_channels and len(frames) == rate
    assert best_shift(frames, expected) == 0
    assert numpy.sqrt(((frames - expected) ** 2).mean()) < 0.02
    stream, _tags = probe(path)
    may_have = {'opus': {48000}, 'mp3': {min(rate, 48000)}, 'ogg': {rate}}[ending]
    assert int(stream['sample_rate']) in may_have


@pytest.mark.parametrize('ending', ('ogg', 'opus', 'mp3'))
@pytest.mark.parametrize('n_frames', (1, 1000, 3000))
def test_short_lossy_files(tmp_path, ending, n_frames):
    path = tmp_path / f'a.{ending}'
    assert Flitzis.Sample.from_array(sweep(n_frames), 48000).export(file_of(path))
    assert load(path).props.n_frames == (max(n_frames, 961) if ending == 'opus' else n_frames)


@pytest.mark.parametrize('ending', ('ogg', 'opus', 'mp3'))
def test_quality_takes_room(tmp_path, ending):
    sizes = []
    sample = make_sample(noise(1, 48000) * 0.5)
    for quality in (0.0, 0.5, 1.0):
        path = tmp_path / f'a.{ending}'
        sample.export(file_of(path), Flitzis.Export(quality=quality))
        sizes.append(path.stat().st_size)
    assert sizes[0] * 1.2 < sizes[1] and sizes[1] * 1.2 < sizes[2], sizes


# Tags and loops


@pytest.mark.parametrize('rate', (44100, 48000))
@pytest.mark.parametrize('ending', (*LOSSLESS, *LOSSY))
def test_tags_and_loops_are_read_again(make_engine, tmp_path, ending, rate):
    path = tmp_path / f'a.{ending}'
    options = Flitzis.Export(**FACTS, **LOOP, loop_count=3, root_note=57)
    assert prepare(make_engine(sample_rate=rate)).export(file_of(path), 30001, options)
    sample = load(path, rate)
    assert {name: getattr(sample.props, name) for name in FACTS} == FACTS
    assert sample.props.has_loop and sample.props.n_frames == 30001
    file_rate = 48000 if ending == 'opus' else rate
    assert [sample.props.loop_start, sample.props.loop_end] == [
        round(round(LOOP[name] * file_rate / rate) * rate / file_rate) for name in LOOP]
    assert sample.props.loop_count == (0 if ending in ('aiff', 'aif') else 3)
    assert sample.props.root_note == (57 if ending in ('wav', 'aiff', 'aif') else -1)
    assert list(sample.props.warnings) == []
    # the frames are those of a file that says nothing
    plain = tmp_path / f'b.{ending}'
    prepare(make_engine(sample_rate=rate)).export(file_of(plain), 30001)
    assert_same(numpy.array(sample), frames_of(plain, rate))
    _stream, tags = probe(path)
    assert (tags['title'], tags['artist']) == (FACTS['title'], FACTS['artist'])


@pytest.mark.parametrize('ending', ('wav', 'aiff'))
def test_chunks_after_an_odd_number_of_bytes(tmp_path, ending):
    path = tmp_path / f'a.{ending}'
    sample = make_sample(noise(1, 1001, 1) * 0.5)
    options = Flitzis.Export(bit_depth=Flitzis.BitDepth.INT24, loop_start=1, loop_end=1001, **FACTS)
    assert sample.export(file_of(path), options)
    read = load(path)
    assert read.props.n_frames == 1001 and read.props.title == FACTS['title']
    assert [read.props.loop_start, read.props.loop_end, read.props.tempo] == [1, 1001, 97.5]
    data = path.read_bytes()
    order = 'little' if ending == 'wav' else 'big'
    assert int.from_bytes(data[4:8], order) == len(data) - 8 and len(data) % 2 == 0


def test_what_a_sample_says_is_written(tmp_path):
    """And options take its place."""
    options = Flitzis.Export(**FACTS, **LOOP, root_note=40)
    make_sample(noise(1, 30000) * 0.5).export(file_of(tmp_path / 'a.wav'), options)
    sample = load(tmp_path / 'a.wav')
    sample.export(file_of(tmp_path / 'b.aiff'), Flitzis.Export(title='Another', tempo=60))
    again = load(tmp_path / 'b.aiff').props
    assert (again.title, again.artist, again.tempo) == ('Another', FACTS['artist'], 60)
    assert (again.loop_start, again.loop_end, again.root_note) == (1001, 20002, 40)


def cues_of(sample):
    return [(cue.props.frame, cue.props.label) for cue in sample.props.cues]


def converted(frame, source_rate, rate):
    """The nearest frame; halves go up."""
    return (2 * frame * rate + source_rate) // (2 * source_rate)


CUES = [(0, 'Eins'), (1001, ''), (1001, 'Käse'), (20002, 'Drei = 3'), (30000, 'Ende')]


@pytest.fixture
def marked(tmp_path):
    """Makes a sample that has the cues, at any rate."""
    def make(rate, cues=CUES):
        path = tmp_path / 'marked.wav'
        labels = [labl(i, label.encode()) for i, (_, label) in enumerate(cues, 1) if label]
        path.write_bytes(riff(chunk(b'fmt ', fmt(rate=rate)),
                              chunk(b'data', pcm(n_frames=30000)),
                              cue(*(frame for frame, _ in cues)), adtl(*labels)))
        sample = load(path, rate)
        path.unlink()
        assert cues_of(sample) == cues
        return sample
    return make


@pytest.mark.parametrize('rate', (44100, 48000, 96000))
@pytest.mark.parametrize('ending', (*LOSSLESS, *LOSSY))
def test_a_sample_keeps_its_cues(marked, tmp_path, ending, rate):
    """Also when what was read is written again, and again; MP3 has them to the millisecond."""
    path = tmp_path / f'a.{ending}'
    file_rate = {'opus': 48000, 'mp3': min(rate, 48000)}.get(ending, rate)
    expected = []
    for frame, label in CUES:
        written = converted(frame, rate, file_rate)
        if ending == 'mp3':
            end = converted(30000, rate, file_rate)
            time = min(converted(written, file_rate, 1000), end * 1000 // file_rate)
            frame = converted(time, 1000, rate)
        else:
            frame = converted(written, file_rate, rate)
        expected.append((frame, label))
    sample = marked(rate)
    for _ in range(3):
        assert sample.export(file_of(path))
        sample = load(path, rate)
        assert list(sample.props.warnings) == []
        assert cues_of(sample) == expected


@pytest.mark.parametrize('ending', ('wav', 'flac', 'ogg', 'opus', 'mp3'))
def test_others_read_the_cues_as_chapters(marked, tmp_path, ending):
    path = tmp_path / f'a.{ending}'
    assert marked(48000, [(0, 'Eins'), (24000, 'Käse')]).export(file_of(path))
    printed = subprocess.run(['ffprobe', '-v', 'error', '-of', 'json', '-show_chapters', path],
                             check=True, capture_output=True, text=True)
    assert printed.stderr == ''
    assert [(float(chapter['start_time']), chapter['tags']['title'])
            for chapter in json.loads(printed.stdout)['chapters']] == [(0, 'Eins'), (0.5, 'Käse')]


def test_the_loop_of_an_aiff_file_uses_its_cues(marked, tmp_path):
    """A marker is added for the end that has no cue, and only the first time."""
    path = tmp_path / 'a.aiff'
    cues = [(1001, 'Eins'), (20002, 'Zwei')]
    sample = marked(48000, cues)
    for expected in [cues[:1] + [(20000, 'end loop')] + cues[1:]] * 3:
        sample.export(file_of(path), Flitzis.Export(loop_start=1001, loop_end=20000))
        sample = load(path)
        assert cues_of(sample) == expected
        assert (sample.props.loop_start, sample.props.loop_end) == (1001, 20000)


def test_a_label_that_aiff_cannot_hold_is_cut_between_characters(marked, tmp_path):
    path = tmp_path / 'a.aiff'
    marked(48000, [(5, 'ä' * 200), (6, 'a' * 300), (7, 'end')]).export(file_of(path))
    assert cues_of(load(path)) == [(5, 'ä' * 127), (6, 'a' * 255), (7, 'end')]


@pytest.mark.parametrize('ending', ('wav', 'flac', 'mp3'))
def test_too_much_text_is_too_large(engine, tmp_path, ending):
    path = tmp_path / f'a.{ending}'
    with fails_with(Flitzis.EngineError.TOO_LARGE, f'a.{ending}', 'title'):
        engine.export(file_of(path), 1000, Flitzis.Export(title='a' * 2 ** 20, artist='b'))
    assert os.listdir(tmp_path) == []
    assert engine.export(file_of(path), 1000, Flitzis.Export(title='a' * 2 ** 20))


@pytest.mark.parametrize('loop', ((29999, 30000), (0, 1), (3, 4)))
def test_a_loop_of_one_frame_stays(tmp_path, loop):
    """At half the rate it takes one frame, which lies in the file."""
    path = tmp_path / 'a.opus'
    sample = Flitzis.Sample.from_array(sweep(30000, 96000), 96000)
    assert sample.export(file_of(path), Flitzis.Export(loop_start=loop[0], loop_end=loop[1]))
    read = load(path)
    assert list(read.props.warnings) == [] and read.props.has_loop
    assert read.props.loop_end - read.props.loop_start == 1
    assert abs(read.props.loop_start - loop[0] / 2) <= 1


@pytest.mark.parametrize('loop', ({'loop_start': 10, 'loop_end': 10}, {'loop_end': 1001},
                                  {'loop_start': 20, 'loop_end': 5}))
def test_a_loop_that_is_not_there_is_invalid(engine, tmp_path, loop):
    with fails_with(Flitzis.EngineError.INVALID_VALUE, 'a.wav', 'loop'):
        engine.export(file_of(tmp_path / 'a.wav'), 1000, Flitzis.Export(**loop))
    assert os.listdir(tmp_path) == [] and engine.props.position == 0


@pytest.mark.parametrize('ending', ('flac', 'aiff'))
def test_floats_where_there_are_none_are_invalid(engine, tmp_path, ending):
    with fails_with(Flitzis.EngineError.INVALID_VALUE, f'a.{ending}', 'floats'):
        engine.export(file_of(tmp_path / f'a.{ending}'), 1000,
                      Flitzis.Export(bit_depth=Flitzis.BitDepth.FLOAT32))
    assert os.listdir(tmp_path) == []


WITHOUT_FFMPEG = '''
import gi, sys
gi.require_version('Flitzis', '1')
gi.require_version('Gst', '1.0')
from gi.repository import Flitzis, Gio, Gst
Gst.init(None)
registry = Gst.Registry.get()
plugin = registry.find_plugin('libav')
if plugin is not None:
    registry.remove_plugin(plugin)
kick, *paths = sys.argv[1:]
for path in paths:
    engine = Flitzis.Engine()
    engine.load_sample(0, kick)
    for beat in range(8):
        engine.play_sample_at(0, 0.5, beat * 6000)
    options = Flitzis.Export(title='Beats', artist='Me', tempo=480, quality=1.0)
    engine.export(Gio.File.new_for_path(path), 48000, options)
'''


def test_the_formats_of_a_drum_machine_without_ffmpeg(engine, tmp_path):
    """A pattern as WAV, FLAC, Ogg and MP3, with tags, where GStreamer has nothing of FFmpeg's."""
    kick = tmp_path / 'kick.wav'
    Flitzis.Sample.from_array(sweep(5000), 48000).export(file_of(kick))
    paths = {ending: tmp_path / f'a.{ending}' for ending in ('wav', 'flac', 'ogg', 'mp3')}
    subprocess.run([sys.executable, '-c', WITHOUT_FFMPEG, kick, *paths.values()], check=True,
                   timeout=60)
    engine.load_sample(0, str(kick))
    for beat in range(8):
        engine.play_sample_at(0, 0.5, beat * 6000)
    expected = render(engine, 48000)
    assert_same(frames_of(paths['wav']), expected)
    assert_same(frames_of(paths['flac']), as_24_bits(expected) + numpy.float32(0))  # no -0
    for path in paths.values():
        sample, (_stream, tags) = load(path), probe(path)
        assert (tags['title'], tags['artist']) == ('Beats', 'Me')
        assert (sample.props.title, sample.props.artist, sample.props.tempo) == ('Beats', 'Me', 480)
        frames = numpy.array(sample)
        assert len(frames) == 48000 and best_shift(frames, expected) == 0
        assert numpy.sqrt(((frames - expected) ** 2).mean()) < 0.02


MISSING = '''
import gi, sys
gi.require_version('Flitzis', '1')
from gi.repository import Flitzis, Gio, GLib
for path in sys.argv[1:]:
    try:
        Flitzis.Engine().export(Gio.File.new_for_path(path), 10)
    except GLib.Error as error:
        print(error.message)
'''


def test_a_missing_encoder_names_its_package(tmp_path):
    empty = tmp_path / 'empty'
    empty.mkdir()
    wanted = {'aiff': ('aiffmux', 'bad'), 'ogg': ('vorbisenc', 'base'), 'opus': ('opusenc', 'base'),
              'mp3': ('lamemp3enc', 'good')}
    result = subprocess.run(
        [sys.executable, '-c', MISSING, *(empty / f'a.{ending}' for ending in wanted)],
        capture_output=True, text=True, timeout=60,
        env=os.environ | {'GST_PLUGIN_SYSTEM_PATH_1_0': str(empty),
                          'GST_REGISTRY_1_0': str(tmp_path / 'registry')})
    assert (result.returncode, result.stderr) == (0, '')
    assert result.stdout.splitlines() == [
        f'Could not write “a.{ending}”: GStreamer has no {element} installed; Debian\'s package '
        f'gstreamer1.0-plugins-{package} has it' for ending, (element, package) in wanted.items()]
    assert os.listdir(empty) == []


# Normalizing and the limiter


@pytest.mark.parametrize('target_peak', (-6.0, 0.0))
def test_normalizing_an_engine(engine, make_engine, tmp_path, target_peak):
    """One factor for all frames, and nothing is clipped."""
    path = tmp_path / 'a.wav'
    plain = render(prepare(make_engine()), 50000)
    options = Flitzis.Export(normalize=Flitzis.Normalize.PEAK, target_peak=target_peak)
    assert prepare(engine).export(file_of(path), 50000, options)
    gain = numpy.float32(10 ** (target_peak / 20) / numpy.float64(numpy.abs(plain).max()))
    assert_same(frames_of(path), plain * gain)
    assert engine.props.position == 50000 and os.listdir(tmp_path) == ['a.wav']
    prepare(make_engine()).export(file_of(tmp_path / 'a.flac'), 50000, options)
    assert options.props.n_clipped == 0


def test_normalizing_a_sample(tmp_path):
    path = tmp_path / 'a.wav'
    values = noise(1, 5000) * numpy.float32(0.25)
    options = Flitzis.Export(normalize=Flitzis.Normalize.PEAK)
    make_sample(values).export(file_of(path), options)
    gain = numpy.float32(10 ** (-1 / 20) / numpy.float64(numpy.abs(values).max()))
    assert_same(frames_of(path), values * gain)
    make_sample(values * 0).export(file_of(path), options)
    assert_same(frames_of(path), values * 0)


LOUDNESS = Flitzis.Normalize.LOUDNESS


def loudness_of(path):
    return Flitzis.Sample.new(GLib.Bytes.new(frames_of(path).tobytes()), 2,
                              48000).measure_loudness(None)


def test_the_loudness_of_an_engine_is_normalized(engine, make_engine, tmp_path):
    """By one factor for all frames."""
    path = tmp_path / 'a.wav'
    plain = render(prepare(make_engine()), 50000)
    options = Flitzis.Export(normalize=LOUDNESS, target_loudness=-30.0)
    assert prepare(engine).export(file_of(path), 50000, options)
    written = frames_of(path)
    gain = numpy.abs(written).max() / numpy.abs(plain).max()
    numpy.testing.assert_allclose(written, plain * gain, atol=1e-6)
    assert loudness_of(path).props.integrated == pytest.approx(-30.0, abs=0.01)
    assert os.listdir(tmp_path) == ['a.wav']


@pytest.mark.parametrize('target', (-50.0, -23.0))
def test_the_loudness_of_a_sample_is_normalized(tmp_path, target):
    path = tmp_path / 'a.wav'
    make_sample(noise(1, 48000) * numpy.float32(0.25)).export(
        file_of(path), Flitzis.Export(normalize=LOUDNESS, target_loudness=target))
    assert loudness_of(path).props.integrated == pytest.approx(target, abs=0.01)


def test_a_target_for_the_loudness_keeps_the_peak(tmp_path):
    """A short pulse is quiet for its peak."""
    path = tmp_path / 'a.wav'
    values = numpy.zeros((48000, 2), numpy.float32)
    values[100:110] = 0.25
    make_sample(values).export(file_of(path), Flitzis.Export(
        normalize=LOUDNESS, target_loudness=-10.0, target_peak=-6.0))
    loudness = loudness_of(path)
    assert loudness.props.true_peak == pytest.approx(-6.0, abs=0.01)
    assert loudness.props.integrated < -11.0


def test_what_has_no_loudness_to_normalize(tmp_path):
    """Silence stays as it is, and a rate that is too low is an error."""
    path, options = tmp_path / 'a.wav', Flitzis.Export(normalize=LOUDNESS)
    silence = numpy.zeros((5000, 2), numpy.float32)
    make_sample(silence).export(file_of(path), options)
    assert_same(frames_of(path), silence)
    slow = Flitzis.Sample.new(GLib.Bytes.new(noise(1, 100).tobytes()), 2, 4000)
    with fails_with(Flitzis.EngineError.UNSUPPORTED, 'loudness', 4000, 8000):
        slow.export(file_of(tmp_path / 'b.wav'), options)
    assert os.listdir(tmp_path) == ['a.wav']


@pytest.mark.parametrize('n_channels', (1, 2))
def test_the_limiter_is_not_late(tmp_path, n_channels):
    """The sound stays below -0.1 dBFS, where it was and as long as it was; what is quiet is left
    alone to the bit."""
    path = tmp_path / 'a.wav'
    values = noise(1, 20000, n_channels) * numpy.float32(0.25)
    values[10000] = 1.87
    make_sample(values).export(file_of(path), Flitzis.Export(limiter=True))
    limited = frames_of(path)
    assert limited.shape == values.shape
    assert_same(limited[:9800], values[:9800])
    assert numpy.abs(limited).max() <= 10 ** (-0.1 / 20)
    assert numpy.abs(limited[10000]).min() > 0.95
    assert numpy.abs(limited - values).max(1).argmax() == 10000


def test_the_limiter_leaves_nothing_to_clip(engine, tmp_path):
    options = Flitzis.Export(limiter=True)
    prepare(engine).export(file_of(tmp_path / 'a.flac'), 50000, options)
    assert options.props.n_clipped == 0
    assert len(frames_of(tmp_path / 'a.flac')) == 50000


# In the background


def test_progress_of_two_passes(engine, make_engine, tmp_path, iterate):
    told, results = [], []
    options = Flitzis.Export(normalize=Flitzis.Normalize.PEAK)
    n_frames = 10 ** 6
    engine.export_async(file_of(tmp_path / 'a.wav'), n_frames, options, None,
                        lambda done, total, _data: told.append((done, total)),
                        callback=lambda _engine, result: results.append(result))
    iterate(lambda: results)
    assert engine.export_finish(results[0])
    steps = [done for done, _total in told]
    assert {total for _done, total in told} == {n_frames}
    assert steps == sorted(set(steps)) and steps[-1] == n_frames


def test_a_cancel_midway_leaves_no_temporary_file(engine, tmp_path, iterate):
    results = []
    cancellable = Gio.Cancellable()
    engine.export_async(file_of(tmp_path / 'a.wav'), 10 ** 8,
                        Flitzis.Export(normalize=Flitzis.Normalize.PEAK), cancellable,
                        lambda *_: cancellable.cancel(),
                        callback=lambda _engine, result: results.append(result))
    iterate(lambda: results)
    with fails_with_io(Gio.IOErrorEnum.CANCELLED):
        engine.export_finish(results[0])
    assert 0 < engine.props.position < 10 ** 8 and os.listdir(tmp_path) == []


def test_a_cancel_is_too_late_once_the_file_is_there(engine, tmp_path, iterate):
    """The answer says that it is written, and the options have the count of clipped values."""
    path, results, cancellable = tmp_path / 'a.flac', [], Gio.Cancellable()
    options = Flitzis.Export()
    prepare(engine).export_async(
        file_of(path), 50000, options, cancellable, None,
        callback=lambda _engine, result: results.append((result, options.props.n_clipped)))
    poll(path.exists, 'the file')
    cancellable.cancel()
    iterate(lambda: results)
    result, n_clipped = results[0]
    assert engine.export_finish(result) and n_clipped > 100


def test_the_callback_of_the_progress_is_released(engine, tmp_path, iterate):
    """With an answer, and with an error of the first check."""
    for file in file_of(tmp_path / 'a.wav'), Gio.File.new_for_uri('http://example.org/a.wav'):
        results = []

        def progress(*_):
            pass
        released = weakref.ref(progress)
        engine.export_async(file, 1000, None, None, progress,
                            callback=lambda *answer, results=results: results.append(answer))
        del progress
        iterate(lambda results=results: results)
        gc.collect()
        assert released() is None


def is_rendering(engine):
    """Then a sample that leaves its slot is not released yet."""
    gone, sample = [], make_sample(noise(1, 10))
    sample.weak_ref(gone.append, True)
    engine.set_sample(1, sample)
    del sample
    engine.unload_sample(1)
    return not gone


def test_a_cancel_ends_the_wait_for_the_loudness(engine, tmp_path, iterate):
    """The answer takes less time than the rest of the measurement, for which a render waits."""
    results, cancellable, n_frames = [], Gio.Cancellable(), 48000 * 300
    engine.set_sample(0, Flitzis.Sample.new(GLib.Bytes.new(bytes(4 * n_frames)), 1, 48000))
    assert not is_rendering(engine)
    engine.get_slot(0).props.target_loudness = -20.0
    engine.export_async(file_of(tmp_path / 'a.wav'), 10 ** 8, None, cancellable, None,
                        callback=lambda _engine, result: results.append(result))
    poll(lambda: is_rendering(engine), 'the export')
    begin = time.monotonic()
    cancellable.cancel()
    iterate(lambda: results)
    answered = time.monotonic()
    engine.render(1)
    assert answered - begin < (time.monotonic() - answered) / 2
    with fails_with_io(Gio.IOErrorEnum.CANCELLED):
        engine.export_finish(results[0])
    assert engine.props.position == 1 and os.listdir(tmp_path) == []


def test_the_export_of_a_sample_is_cancelled(tmp_path, iterate):
    sample, cancellable, results = make_sample(noise(1, 1000)), Gio.Cancellable(), []
    cancellable.cancel()
    with fails_with_io(Gio.IOErrorEnum.CANCELLED):
        sample.export(file_of(tmp_path / 'a.wav'), None, cancellable)
    sample.export_async(file_of(tmp_path / 'a.wav'), None, cancellable,
                        lambda _sample, result: results.append(result))
    iterate(lambda: results)
    with fails_with_io(Gio.IOErrorEnum.CANCELLED):
        sample.export_finish(results[0])
    assert os.listdir(tmp_path) == []


def test_exports_are_awaited(engine, tmp_path):
    async def run():
        options = Flitzis.Export(normalize=Flitzis.Normalize.PEAK)
        await prepare(engine).export_async(file_of(tmp_path / 'a.mp3'), 30000, options)
        sample = make_sample(noise(1, 1000))
        await sample.export_async(file_of(tmp_path / 'b.flac'), options)
        with fails_with_io(Gio.IOErrorEnum.NOT_FOUND):
            await sample.export_async(file_of(tmp_path / 'none/b.flac'), options)
    asyncio.run(run())
    assert sorted(os.listdir(tmp_path)) == ['a.mp3', 'b.flac']


def test_a_file_elsewhere_and_an_empty_sample(engine, tmp_path, iterate):
    elsewhere, results = Gio.File.new_for_uri('http://example.org/a.wav'), []
    with fails_with_io(Gio.IOErrorEnum.NOT_SUPPORTED, 'a.wav'):
        engine.export(elsewhere, 10)
    engine.export_async(elsewhere, 10, None, None, None,
                        callback=lambda _engine, result: results.append(result))
    iterate(lambda: results)
    with fails_with_io(Gio.IOErrorEnum.NOT_SUPPORTED, 'a.wav'):
        engine.export_finish(results[0])
    with fails_with(Flitzis.EngineError.INVALID_VALUE):
        Flitzis.Sample().export(file_of(tmp_path / 'a.wav'))
    assert os.listdir(tmp_path) == []


# The options


def test_options_are_told_when_they_change():
    told = []
    options = Flitzis.Export()
    options.connect('notify', lambda _options, spec: told.append(spec.name))
    for _ in range(2):
        options.props.title = 'A'
        options.props.tempo = 90.0
        options.props.limiter = True
    assert told == ['title', 'tempo', 'limiter']
