# SPDX-License-Identifier: LGPL-2.1-or-later
"""Streamed samples: only their head is in memory, and voices read the rest from the file while they
play. What is heard is compared with the same sample in memory, to the bit."""

import contextlib
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

import gi
import numpy
import pytest

gi.require_version('Flitzis', '1')
from gi.repository import Flitzis, Gio, GLib

from pipewire_daemon import CALM, poll, without_silence
from sound_files import ffmpeg
from test_live import one_of_many, run_out, same
from test_playing import (FADE, Reason, assert_same, counters, drain, fails_with, fill, noise,
                          render, watch)

Code = Flitzis.EngineError
Storage = Flitzis.Storage
RATE = 48000
HEAD = RATE // 2
RING = 2 * RATE
N_FRAMES = 5 * RATE + 123
BLOCKS = ((100000,), (1, 255, 256, 257, 1024, 4096, 3))


@pytest.fixture(scope='module')
def frames():
    return noise(1, N_FRAMES)


@pytest.fixture(scope='module')
def stereo_wav(frames, write_wav, tmp_path_factory):
    path = tmp_path_factory.mktemp('streaming') / 'stereo.wav'
    write_wav(path, frames)
    return path


@pytest.fixture(scope='module')
def mono_wav(write_wav, tmp_path_factory):
    """At another rate than the engine's."""
    path = tmp_path_factory.mktemp('streaming') / 'mono.wav'
    write_wav(path, noise(2, 5 * 44100 + 77, 1), 44100)
    return path


def load(engine, path, storage=Storage.STREAM, slot=0, **settings):
    engine[slot].storage = storage
    for name, value in settings.items():
        setattr(engine[slot], name, value)
    assert engine.load_sample(slot, os.fspath(path))
    return engine[slot]


def render_blocks(engine, n_frames, blocks):
    parts = []
    while n_frames > 0:
        parts.append(render(engine, min(n_frames, blocks[len(parts) % len(blocks)])))
        n_frames -= len(parts[-1])
    return numpy.concatenate(parts)


def hear(make_engine, path, storage, n_frames, play, blocks, settings):
    """What is heard, and the voices that ended."""
    engine = make_engine()
    load(engine, path, storage, **settings)
    ended = watch(engine)
    play(engine)
    heard = render_blocks(engine, n_frames, blocks)
    drain()
    assert engine[0].stream_error is None
    assert engine.props.n_underruns == 0
    return heard, ended


def play_once(engine):
    assert engine.play_sample(0, 1.0) == 1


def assert_like_memory(make_engine, path, n_frames, play=play_once, blocks=BLOCKS, **settings):
    expected, ended = hear(make_engine, path, Storage.MEMORY, n_frames, play, BLOCKS[0], settings)
    assert abs(expected).max() > 0.01
    for sizes in blocks:
        heard, ended_here = hear(make_engine, path, Storage.STREAM, n_frames, play, sizes, settings)
        assert_same(heard, expected)
        assert ended_here == ended
    return expected


# What is heard


@pytest.mark.parametrize('wav', ('stereo_wav', 'mono_wav'))
@pytest.mark.parametrize('settings', (
    {},
    {'start': 1000},
    {'start': HEAD - 1},
    {'start': HEAD},
    {'start': 100000},
    {'start': 1000, 'end': 20000},
    {'start': 1000, 'end': 120000},
    {'end': 240134},
    {'playback_rate': 0.7},
    {'playback_rate': 4.0},
    {'playback_rate': 1.37, 'start': 30000, 'end': 90001},
    {'interpolation': Flitzis.Interpolation.LINEAR, 'playback_rate': 2.5},
    {'gain': 0.3, 'pan': -0.4, 'attack': 0.02},
), ids=str)
def test_a_part_sounds_like_one_in_memory(make_engine, request, wav, settings):
    assert_like_memory(make_engine, request.getfixturevalue(wav), 400000, **settings)


@pytest.mark.parametrize('wav', ('stereo_wav', 'mono_wav'))
@pytest.mark.parametrize('settings', (
    {},
    {'loops': 1},
    {'loops': 2},
    {'loop_start': 100000, 'loop_end': 150001},
    {'loop_start': 100000, 'loop_end': 150001, 'loops': 3},
    {'loop_start': 100000, 'loop_end': 100480},
    {'loop_start': 100000, 'loop_end': 100001, 'loops': 9},
    {'loop_start': 1000, 'loop_end': 5000},
    {'loop_start': 1000, 'loop_end': 5000, 'loops': 7},
    {'loop_start': HEAD - 10, 'loop_end': HEAD + 10},
    {'loop_start': 50000},
    {'loop_start': 200000, 'loop_end': 10**9},
    {'loop_start': 1000, 'loop_end': 2000, 'start': 30000, 'end': 90000},
    {'loop_start': 95000, 'loop_end': 99000, 'start': 30000, 'end': 90000, 'loops': 500},
    {'loop_start': 1000, 'loop_end': 60000, 'start': 100000, 'loops': 4},
    {'playback_rate': 3.3},
    {'playback_rate': 0.9, 'loop_start': 30000, 'loop_end': 31000},
), ids=str)
def test_a_loop_sounds_like_one_in_memory(make_engine, request, wav, settings):
    assert_like_memory(make_engine, request.getfixturevalue(wav), 600000, loop=True, **settings)


def test_voices_of_one_sample_read_it_each_at_its_own_place(make_engine, stereo_wav):
    def play(engine):
        for frame in (0, 100, 7777, 30000, 100001):
            assert engine.play_sample_at(0, 0.2, frame) > 0
    assert_like_memory(make_engine, stereo_wav, 400000, play)


def test_starts_wait_for_the_grid_as_those_of_memory(make_engine, stereo_wav):
    def play(engine):
        engine.props.clock.restart(1000)
        assert engine.play_sample_at_beat(0, 1.0, 1.5) > 0
        engine[0].quantize = Flitzis.Quantize.BAR
        assert engine.play_sample(0, 1.0) > 0
    assert_like_memory(make_engine, stereo_wav, 400000, play)


def test_stops_fades_and_pans_are_those_of_memory(make_engine, stereo_wav):
    def play(engine):
        assert engine.play(Flitzis.Trigger(slot=0, frame=500, stop_frame=77777, pan=0.3)) > 0
        assert engine.play(Flitzis.Trigger(slot=0, frame=60000, fade_in=0.5, rate=0.5)) > 0
    assert_like_memory(make_engine, stereo_wav, 200000, play, release=0.3)


def test_choking_and_restarting_are_those_of_memory(make_engine, stereo_wav):
    def play(engine):
        for frame in (0, 60001, 60500, 150000):
            assert engine.play_sample_at(0, 1.0, frame) > 0
    assert_like_memory(make_engine, stereo_wav, 400000, play,
                       retrigger=Flitzis.Retrigger.RESTART, choke_release=0.05)


def test_a_pause_stands_still_and_goes_on(make_engine, stereo_wav):
    heard = {}
    for storage in (Storage.MEMORY, Storage.STREAM):
        engine = make_engine()
        load(engine, stereo_wav, storage)
        voice = engine.play_sample(0, 1.0)
        parts = [render(engine, 70000)]
        engine.pause_voice(voice)
        parts.append(render(engine, 5000))
        assert (parts[-1][-1000:] == 0.0).all()
        engine.resume_voice(voice)
        parts.append(render(engine, 250000))
        heard[storage] = numpy.concatenate(parts)
    assert_same(heard[Storage.STREAM], heard[Storage.MEMORY])


def test_the_position_is_right_throughout(make_engine, stereo_wav):
    """In the head, in the ring and in each round of a loop."""
    positions = {}
    for storage in (Storage.MEMORY, Storage.STREAM):
        engine = make_engine()
        load(engine, stereo_wav, storage, loop=True, loop_start=80000, loop_end=95003)
        voice = engine.play_sample(0, 1.0)
        positions[storage] = []
        for _ in range(200):
            render(engine, 997)
            positions[storage].append(engine.get_voice_position(voice))
        assert engine.get_voice_start_frame(voice) == 0
    assert positions[Storage.STREAM] == positions[Storage.MEMORY]


def test_velocity_layers_may_be_streamed(make_engine, stereo_wav, mono_wav):
    engine = make_engine()
    expected = fill(engine, 1, noise(1, N_FRAMES))
    load(engine, mono_wav)
    assert engine.load_layer(0, os.fspath(stereo_wav), 0.0, 1.0)
    engine.play(Flitzis.Trigger(slot=0, layer=1))
    assert_same(render(engine, N_FRAMES), expected)


def test_a_streamed_sample_may_be_in_several_slots(make_engine, stereo_wav, frames):
    engine = make_engine(n_voices=4)
    sample = load(engine, stereo_wav).sample
    other = make_engine()
    for host in (engine, other):
        assert host.set_sample(3, sample)
    assert engine.unload_sample(0)
    del sample
    for host in (engine, other):
        host.play_sample(3, 1.0)
        assert_same(render(host, N_FRAMES), frames)


def test_a_loop_that_is_switched_off_is_left(make_engine, stereo_wav, frames):
    """Within two seconds: what is in the ring is heard first."""
    engine = make_engine()
    slot = load(engine, stereo_wav, loop=True, loop_start=60000, loop_end=90000)
    engine.play_sample(0, 1.0)
    heard = [render(engine, 100000)]
    slot.loop = False
    heard.append(render(engine, N_FRAMES + RING))
    heard = numpy.concatenate(heard)
    rest = frames[60000:]
    end = numpy.flatnonzero(heard.any(axis=1))[-1] + 1
    assert_same(heard[end - len(rest):end], rest)
    n_rounds, remainder = divmod(end - N_FRAMES, 30000)
    assert remainder == 0 and 1 <= n_rounds <= 1 + RING // 30000


def test_a_loop_that_moves_away_is_faded_into(make_engine, make_wav):
    """A voice that is beyond the end of the new loop jumps into it, without a click."""
    frames = numpy.full((N_FRAMES, 1), -0.5, '<f4')
    frames[:100000] = 0.5
    engine = make_engine()
    slot = load(engine, make_wav('step.wav', frames), loop=True)
    voice = engine.play_sample(0, 1.0)
    heard = [render(engine, 150000)]
    slot.loop_start, slot.loop_end = 10000, 20000
    heard.append(render(engine, 3 * RATE))
    assert 10000 <= engine.get_voice_position(voice) < 20000
    heard = numpy.concatenate(heard)[100001:, 0]
    moving = numpy.flatnonzero(numpy.diff(heard))
    assert len(moving) == moving[-1] - moving[0] + 1 == pytest.approx(FADE, abs=1)
    assert abs(numpy.diff(heard)).max() == pytest.approx(1 / FADE, rel=0.01)
    assert heard[0] == -0.5 and heard[-1] == 0.5


# Seeking, and one sound after another


def seek_about(engine, frames):
    """Seeks again and again while it plays; returns what is heard."""
    voice = engine.play_sample(0, 1.0)
    heard, places = [render(engine, 3001)], []
    for frame in frames:
        assert engine.seek_voice(voice, frame)
        places.append(engine.get_voice_position(voice))
        heard.append(render(engine, 7001))
        places.append(engine.get_voice_position(voice))
    heard.append(render(engine, 300000))
    return numpy.concatenate(heard), places


@pytest.mark.parametrize('settings', (
    {},
    {'start': 20000, 'end': 200000},
    {'loop': True, 'loop_start': 30000, 'loop_end': 34000},
    {'loop': True, 'loop_start': 30000, 'loop_end': 34000, 'loops': 3},
    {'loop': True, 'loops': 2},
), ids=str)
def test_a_seek_is_that_of_memory(make_engine, stereo_wav, settings):
    """Into the head, the ring and beyond, backwards, into loops and after their end."""
    frames = (10, 150000, 100000, HEAD - 5, HEAD, 31000, 33999, 60000, 199990, 1000)
    heard = {}
    for storage in (Storage.MEMORY, Storage.STREAM):
        engine = make_engine()
        load(engine, stereo_wav, storage, **settings)
        heard[storage] = seek_about(engine, frames)
    assert heard[Storage.STREAM][1] == heard[Storage.MEMORY][1]
    assert_same(heard[Storage.STREAM][0], heard[Storage.MEMORY][0])


def test_a_seek_at_another_rate_fades_in_from_nothing(make_engine, stereo_wav):
    """The filter of a voice in memory reads the frames before the place, too: that is heard in the
    first frames of the fade alone."""
    heard = {}
    for storage in (Storage.MEMORY, Storage.STREAM):
        engine = make_engine()
        load(engine, stereo_wav, storage, playback_rate=1.7)
        heard[storage] = seek_about(engine, (100000, 50))[0]
    different = numpy.flatnonzero((heard[Storage.STREAM] != heard[Storage.MEMORY]).any(axis=1))
    assert set(different) <= {3001 + i for i in range(32)} | {10002 + i for i in range(32)}


@pytest.mark.parametrize('settings', ({}, {'loop': True}, {'loop': True, 'loop_end': 34000}),
                         ids=str)
@pytest.mark.parametrize('frame', (N_FRAMES, N_FRAMES + 100))
@pytest.mark.parametrize('storage', (Storage.MEMORY, Storage.STREAM), ids=str)
def test_a_seek_beyond_the_end_ends_the_voice(engine, stereo_wav, storage, frame, settings):
    load(engine, stereo_wav, storage, **settings)
    ended = watch(engine)
    voice = engine.play_sample(0, 1.0)
    render(engine, 1000)
    engine.seek_voice(voice, frame)
    render(engine, 1000)
    drain()
    assert ended == [(voice, 0, Reason.FINISHED)]
    assert engine[0].stream_error is None


@pytest.mark.parametrize('storages', ((Storage.STREAM, Storage.STREAM),
                                      (Storage.STREAM, Storage.MEMORY),
                                      (Storage.MEMORY, Storage.STREAM)), ids=str)
@pytest.mark.parametrize('settings', ({}, {'loop': True, 'loops': 2, 'loop_start': 50000}), ids=str)
def test_a_sound_follows_a_stream_without_a_gap(make_engine, stereo_wav, frames, storages,
                                                settings):
    """From memory to stream and back, also after the last round of a loop."""
    engine = make_engine()
    load(engine, stereo_wav, storages[0], **settings)
    load(engine, stereo_wav, storages[1], slot=1)
    first = engine.play_sample(0, 1.0)
    second = engine.play_after(first, Flitzis.Trigger(slot=1))
    engine.play_after(second, Flitzis.Trigger(slot=0))
    once = numpy.concatenate([frames, frames[50000:]]) if settings else frames
    expected = numpy.concatenate([once, frames, once])
    assert_same(render_blocks(engine, len(expected), BLOCKS[1]), expected)


# Formats


CODED = {
    'flac': ('-c:a', 'flac'),
    'ogg': ('-c:a', 'libvorbis'),
    'opus': ('-c:a', 'libopus'),
    'mp3': ('-c:a', 'libmp3lame'),
    'm4a': ('-c:a', 'aac'),
    'aiff': ('-c:a', 'pcm_s24be'),
}


@pytest.fixture(scope='module')
def coded(tmp_path_factory):
    """Files of 14 s at 44.1 kHz: longer than what is decoded and thrown away instead of a seek."""
    folder = tmp_path_factory.mktemp('coded')
    values = noise(5, 14 * 44100 + 333, 1)
    arguments = [argument for name, options in CODED.items()
                 for argument in (*options, folder / f'coded.{name}')]
    ffmpeg('-f', 'f32le', '-ar', '44100', '-ac', '1', '-i', '-', *arguments, data=values.tobytes())
    return lambda name: folder / f'coded.{name}'


@pytest.mark.parametrize('rate', (44100, 48000))
@pytest.mark.parametrize('name', CODED)
def test_each_format_sounds_like_one_in_memory(make_engine, coded, name, rate):
    """From its first frame on, and around a loop of the whole file."""
    heard = {}
    for storage in (Storage.MEMORY, Storage.STREAM):
        engine = make_engine(sample_rate=rate)
        load(engine, coded(name), storage, loop=True)
        engine.play_sample(0, 1.0)
        heard[storage] = render(engine, 40 * rate)
        assert engine[0].stream_error is None
    assert_same(heard[Storage.STREAM], heard[Storage.MEMORY])


@pytest.mark.parametrize('rate', (44100, 48000))
@pytest.mark.parametrize('name', ('flac', 'ogg', 'mp3', 'aiff'))
def test_a_loop_far_in_a_file_has_the_frames_of_memory(make_engine, coded, name, rate):
    """Where the reader seeks."""
    heard = {}
    for storage in (Storage.MEMORY, Storage.STREAM):
        engine = make_engine(sample_rate=rate)
        load(engine, coded(name), storage, loop=True, loop_start=11 * rate + 77,
             loop_end=13 * rate + 1)
        voice = engine.play_sample(0, 1.0)
        parts = [render(engine, 1000)]
        engine.seek_voice(voice, 12 * rate)
        parts.append(render(engine, 9 * rate))
        heard[storage] = numpy.concatenate(parts)
        assert engine[0].stream_error is None
    assert_same(heard[Storage.STREAM], heard[Storage.MEMORY])


@pytest.mark.parametrize('name', ('m4a', 'opus'))
def test_a_seek_in_other_formats_is_near_its_frame(make_engine, coded, name):
    """Within a hundredth of a second; docs/music.md says so."""
    engine = make_engine()
    load(engine, coded(name), Storage.MEMORY)
    load(engine, coded(name), slot=1)
    whole = engine[0].sample
    values = numpy.frombuffer(whole.get_bytes().get_data(), '<f4')
    voice = engine.play_sample(1, 1.0)
    render(engine, 1000)
    engine.seek_voice(voice, 12 * RATE)
    heard = render(engine, 20000)[2000:18000, 0]
    near = values[12 * RATE:12 * RATE + 20000]
    lags = range(2000 - 480, 2000 + 481)
    errors = [float(numpy.square(near[lag:lag + 16000] - heard).mean()) for lag in lags]
    best = int(numpy.argmin(errors))
    assert errors[best] < float(numpy.square(heard).mean()) / 100
    assert abs(best - 480) <= 480


def test_a_length_that_the_file_does_not_state_comes_with_a_notify(make_engine, coded, tmp_path):
    """A FLAC file whose header has 0 where the number of frames stands. Small files are counted."""
    path = tmp_path / 'unstated.flac'
    ffmpeg('-stream_loop', 4, '-i', coded('flac'), path)
    data = bytearray(path.read_bytes())
    assert len(data) > 4 * 2**20
    data[21:26] = [data[21] & 0xf0, 0, 0, 0, 0]
    path.write_bytes(data)
    engine = make_engine()
    memory = load(engine, path, Storage.MEMORY, slot=1).sample
    slot = load(engine, path)
    told = []
    slot.connect('notify::n-frames', lambda slot, _: told.append(slot.n_frames))
    drain()
    assert (slot.n_frames, slot.sample.n_frames) == (-1, 0)
    engine.play_sample(0, 1.0)
    render(engine, memory.n_frames)
    drain()
    assert told[-1] == slot.n_frames == memory.n_frames
    assert slot.sample.n_frames == 0


# What is kept


def test_a_streamed_sample_has_no_bytes(engine, stereo_wav):
    slot = load(engine, stereo_wav)
    assert slot.sample.get_bytes() is None
    with pytest.raises(ValueError, match='not in memory'):
        numpy.asarray(slot.sample)
    assert slot.n_frames == slot.sample.n_frames == N_FRAMES
    assert slot.sample.n_channels == 2
    assert slot.sample.sample_rate == slot.sample.source_rate == RATE


@pytest.mark.parametrize('n_frames', (1, HEAD - 1, HEAD))
def test_what_is_no_longer_than_the_head_is_in_memory(engine, make_wav, n_frames):
    frames = noise(3, n_frames)
    slot = load(engine, make_wav('short.wav', frames))
    assert len(slot.sample.get_bytes().get_data()) == frames.nbytes
    assert slot.n_frames == n_frames


@pytest.mark.parametrize('threshold, is_streamed', ((0.0, True), (2.0, True), (5.01, False)))
def test_auto_streams_what_is_longer_than_the_threshold(engine, stereo_wav, threshold,
                                                        is_streamed):
    assert engine.props.stream_threshold == 30.0
    engine.props.stream_threshold = threshold
    slot = load(engine, stereo_wav, Storage.AUTO)
    assert (slot.sample.get_bytes() is None) == is_streamed


def test_only_the_head_counts_as_memory(make_engine, stereo_wav):
    engine = make_engine(memory_limit=HEAD * 2 * 4)
    load(engine, stereo_wav)
    with fails_with(Code.TOO_LARGE):
        load(engine, stereo_wav, Storage.MEMORY, slot=1)


def test_storage_is_for_the_next_load(engine, stereo_wav):
    slot = load(engine, stereo_wav)
    slot.storage = Storage.MEMORY
    assert slot.sample.get_bytes() is None
    assert load(engine, stereo_wav, Storage.MEMORY).sample.get_bytes() is not None


def test_bytes_are_streamed_too(engine, stereo_wav, frames):
    engine[0].storage = Storage.STREAM
    assert engine.load_bytes(0, GLib.Bytes.new(stereo_wav.read_bytes()), None)
    assert engine[0].sample.get_bytes() is None
    engine.play_sample(0, 1.0)
    assert_same(render(engine, N_FRAMES), frames)


# Limits


def test_one_stream_too_many_is_rejected(make_engine, stereo_wav):
    engine = make_engine(n_streams=2)
    load(engine, stereo_wav)
    ended = watch(engine)
    voices = [engine.play_sample(0, 0.1) for _ in range(3)]
    render(engine, 100)
    drain()
    assert ended == [(voices[2], 0, Reason.REJECTED)]
    assert counters(engine) == dict(triggered=3, started=2, stolen=0, rejected=1, dropped=0)
    engine.stop_voice(voices[0])
    render(engine, 1000)
    assert engine.play_sample(0, 0.1) > 0
    render(engine, 1000)
    assert engine.props.n_playing == 2


def test_a_stream_is_free_again_at_once(make_engine, stereo_wav, frames):
    """Each voice ends the one before it, and its stream is taken over within the block."""
    engine = make_engine(n_streams=1)
    load(engine, stereo_wav, retrigger=Flitzis.Retrigger.RESTART)
    for _ in range(50):
        engine.play_sample(0, 1.0)
        render(engine, 301)
    assert engine.props.n_rejected == 0
    engine.play_sample(0, 1.0)
    assert_same(render(engine, N_FRAMES)[1000:], frames[1000:])


@pytest.mark.parametrize('settings, words', (
    ({'reverse': True}, 'backwards'),
    ({'loop': True, 'loop_crossfade': 0.01}, 'crossfade')))
def test_what_needs_all_of_the_sample_is_unsupported(engine, stereo_wav, settings, words):
    load(engine, stereo_wav, **settings)
    with fails_with(Code.UNSUPPORTED, 'slot 0', words):
        engine.play_sample(0, 1.0)
    assert engine.props.n_triggered == 0
    load(engine, stereo_wav, Storage.MEMORY)
    assert engine.play_sample(0, 1.0) > 0


def test_a_trigger_that_comes_to_a_reversed_stream_is_rejected(engine, stereo_wav):
    """It was scheduled before the slot had a sample."""
    engine[0].reverse = True
    ended = watch(engine)
    voice = engine.play_sample_at(0, 1.0, 1000)
    load(engine, stereo_wav)
    assert (render(engine, 2000) == 0.0).all()
    drain()
    assert ended == [(voice, 0, Reason.REJECTED)]


def test_an_engine_without_streams_rejects_them(make_engine, stereo_wav):
    engine = make_engine(n_streams=0)
    load(engine, stereo_wav)
    assert engine.play_sample(0, 1.0) > 0
    assert (render(engine, 1000) == 0.0).all()
    assert engine.props.n_rejected == 1


# Files that go away


def truncate(path):
    os.truncate(path, path.stat().st_size // 3)


def replace(path):
    other = path.with_suffix('.new')
    other.write_bytes(path.read_bytes()[:-8])
    other.rename(path)


def delete(path):
    path.unlink()


@pytest.mark.parametrize('change', (truncate, replace, delete))
def test_a_file_that_goes_away_before_it_plays_ends_its_voice(make_engine, make_wav, frames,
                                                              change):
    """The head is heard, and the other slots play on."""
    engine = make_engine()
    path = make_wav('gone.wav', frames)
    slot = load(engine, path)
    other = fill(engine, 1, noise(4, N_FRAMES))
    ended, errors = watch(engine), []
    slot.connect('notify::stream-error', lambda slot, _: errors.append(slot.stream_error))
    change(path)
    voice = engine.play_sample(0, 1.0)
    heard = render(engine, HEAD - 48)
    assert_same(heard, frames[:HEAD - 48])
    engine.play_sample(1, 1.0)
    heard = render(engine, N_FRAMES)
    drain()
    assert_same(heard[48:], other[48:])
    assert (voice, 0, Reason.FAILED) in ended
    assert len(errors) == 1 and 'gone.wav' in errors[0].message
    assert slot.stream_error.message == errors[0].message


def overwrite(path):
    with open(path, 'r+b') as file:
        file.seek(-8, os.SEEK_END)
        file.write(bytes(8))


@pytest.mark.parametrize('change', (truncate, overwrite, replace, delete))
def test_a_file_that_changes_while_it_plays_ends_its_voice(make_engine, make_wav, frames, change):
    """After what was read before, which is right. It takes longer than a reader is ahead."""
    engine, whole = make_engine(), numpy.tile(frames, (4, 1))
    path = make_wav('gone.wav', whole)
    slot = load(engine, path)
    other = fill(engine, 1, noise(4, N_FRAMES))
    ended = watch(engine)
    voice = engine.play_sample(0, 1.0)
    heard = [render(engine, HEAD + 100)]
    change(path)
    heard.append(render(engine, len(whole)))
    drain()
    assert ended == [(voice, 0, Reason.FAILED)]
    assert 'gone.wav' in slot.stream_error.message
    heard = numpy.concatenate(heard)
    n_heard = int(numpy.flatnonzero(heard.any(axis=1))[-1]) + 1
    assert HEAD + 100 < n_heard < len(whole)
    assert_same(heard[:n_heard - FADE], whole[:n_heard - FADE])
    engine.play_sample(1, 1.0)
    assert_same(render(engine, N_FRAMES), other)


def test_the_error_goes_with_the_sample(engine, make_wav, frames):
    path = make_wav('gone.wav', frames)
    slot = load(engine, path)
    delete(path)
    engine.play_sample(0, 1.0)
    render(engine, N_FRAMES)
    drain()
    assert slot.stream_error is not None
    load(engine, make_wav('other.wav', frames))
    assert slot.stream_error is None
    engine.play_sample(0, 1.0)
    assert_same(render(engine, N_FRAMES), frames)


@pytest.mark.parametrize('n_channels, n_other', ((2, 1), (1, 2)))
def test_a_file_with_other_channels_ends_its_voice(make_engine, frames, tmp_path, n_channels,
                                                   n_other):
    """Some file systems do not tell that it is another file: this one has the time and the size of
    the first."""
    files = {}
    for n in (n_channels, n_other):
        ffmpeg('-f', 'f32le', '-ar', RATE, '-ac', 2, '-i', '-', '-ac', n, tmp_path / f'{n}.flac',
               data=frames.tobytes())
        files[n] = (tmp_path / f'{n}.flac').read_bytes()
    path, size = tmp_path / 'other.flac', max(map(len, files.values()))
    path.write_bytes(files[n_channels].ljust(size, b'\0'))
    engine = make_engine()
    slot = load(engine, path)
    ended, before = watch(engine), path.stat()
    path.write_bytes(files[n_other].ljust(size, b'\0'))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (path.stat().st_ino, path.stat().st_size) == (before.st_ino, before.st_size)
    voice = engine.play_sample(0, 1.0)
    render(engine, N_FRAMES)
    drain()
    assert ended == [(voice, 0, Reason.FAILED)]
    assert slot.stream_error.matches(Flitzis.engine_error_quark(), Code.CORRUPT)
    assert slot.stream_error.message == (
        'Could not decode “other.flac”: it was changed or replaced after it was loaded')


# Threads


def test_an_engine_that_goes_away_ends_its_streams(make_wav, frames):
    n_before = count_threads()
    engine = Flitzis.Engine()
    load(engine, make_wav('long.wav', frames), loop=True)
    for _ in range(8):
        engine.play_sample(0, 0.1)
    render(engine, RATE)
    del engine
    poll(lambda: count_threads() <= n_before + 2, 'threads to end')


def count_threads():
    """The threads of GStreamer's pipelines and of ours; idle ones of GLib's pools stay a while."""
    names = []
    for task in os.listdir('/proc/self/task'):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            names.append(pathlib.Path(f'/proc/self/task/{task}/comm').read_text())
    return len([name for name in names if not name.startswith('pool-')])


# Live


def test_streams_are_heard_as_render_has_them(pipewire, make_engine, stereo_wav, mono_wav):
    """From the head, from the ring, around loops; several at once."""
    pipewire.force(quantum=CALM)

    def prepare():
        engine = make_engine()
        load(engine, stereo_wav)
        load(engine, mono_wav, slot=1, loop=True, loop_start=30000, loop_end=31001, gain=0.5)
        for slot, frame, stop_frame in ((0, 1, 150000), (1, 1, 200000), (0, 777, 180001)):
            trigger = Flitzis.Trigger(slot=slot, frame=frame, stop_frame=stop_frame)
            assert engine.play(trigger) > 0
        return engine

    def take():
        engine = prepare()
        engine.start()
        run_out(engine)
        engine.stop()
        assert engine.props.n_underruns == 0

    expected = without_silence(render(prepare(), 210000))
    one_of_many(pipewire, take, lambda heard: same(heard, expected))


def test_a_seek_is_heard_within_a_tenth_of_a_second(pipewire, make_engine, stereo_wav):
    """Most seeks are: the machine may be busy. The feeder of the old place, which waits for room in
    the ring, leaves at once."""
    engine = make_engine()
    load(engine, stereo_wav, loop=True)
    engine.start()
    voice = engine.play_sample(0, 0.1)
    poll(lambda: engine.get_voice_position(voice) > HEAD, 'the ring')
    times = []
    for frame in (RATE, 2 * RATE) * 6:
        before = time.monotonic()
        engine.seek_voice(voice, frame)
        poll(lambda: frame < engine.get_voice_position(voice) < frame + RATE // 2, 'the new place')
        times.append(time.monotonic() - before)
    engine.stop()
    assert statistics.median(times) < 0.1, times


STALL = r'''
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Whether this is the file that stalls now. */
static int
is_stalled (int fd)
{
  char link[64], path[512];
  ssize_t n;

  snprintf (link, sizeof link, "/proc/self/fd/%d", fd);
  n = readlink (link, path, sizeof path - 7);
  if (n < 4 || memcmp (path + n - 4, ".wav", 4) != 0)
    return 0;

  strcpy (path + n, ".stall");

  return access (path, F_OK) == 0;
}

ssize_t
read (int fd, void *buffer, size_t n_bytes)
{
  ssize_t (*next) (int, void *, size_t) = dlsym (RTLD_NEXT, "read");

  while (is_stalled (fd))
    usleep (5000);

  return next (fd, buffer, n_bytes);
}
'''


@pytest.fixture(scope='module')
def stall_preload(tmp_path_factory):
    folder = tmp_path_factory.mktemp('stall')
    (folder / 'stall.c').write_text(STALL)
    subprocess.run(['cc', '-shared', '-fPIC', '-O2', '-Wall', '-Werror', '-o', folder / 'stall.so',
                    folder / 'stall.c', '-ldl'], check=True)
    return folder / 'stall.so'


def play_while_the_disk_stalls(preload, path, n_streams, n_stall_frames):
    program = pathlib.Path(__file__).parent / 'streaming_stall.py'
    result = subprocess.run(
        [sys.executable, program, path, str(n_streams), str(n_stall_frames)],
        env=os.environ | {'LD_PRELOAD': str(preload)}, stdout=subprocess.PIPE, text=True,
        timeout=300, check=True)
    return json.loads(result.stdout)


def test_a_disk_that_stalls_for_a_second_is_not_heard(pipewire, stall_preload, make_wav, frames):
    """By 32 streams, which are two seconds ahead."""
    pipewire.force(quantum=CALM)
    path = make_wav('stalls.wav', frames / 64)
    result = play_while_the_disk_stalls(stall_preload, path, 32, RATE)
    assert result['n_started'] == 32
    assert result['n_underruns'] == 0
    assert result['error'] == 'None'


def test_a_voice_whose_frames_are_late_fades_out_and_goes_on(pipewire, stall_preload, make_wav):
    """It waits, is heard again when they come, and leaves nothing out."""
    pipewire.force(quantum=CALM)
    steps = (numpy.arange(1, N_FRAMES + 1) / 2**18).astype('<f4')
    path = make_wav('late.wav', steps[:, None])
    with pipewire.record() as recorded:
        result = play_while_the_disk_stalls(stall_preload, path, 1, 4 * RATE)
        recorded.wait(4800)
    assert result['n_underruns'] == 1
    assert result['n_playing'] == 1
    assert result['error'] == 'None'
    heard = recorded.frames[:, 0]
    sounding = numpy.flatnonzero(heard)
    gaps = numpy.flatnonzero(numpy.diff(sounding) > RATE // 2)
    assert len(gaps) == 1, 'the silence while the voice waits'
    before, after = heard[sounding[0]:sounding[gaps[0]] + 1], heard[sounding[gaps[0] + 1]:
                                                                   sounding[-1] + 1]
    # the fades aside, all frames are heard once
    assert abs(len(before) + len(after) - N_FRAMES) < 2 * CALM + 10
    assert numpy.array_equal(before[:-2 * FADE], steps[:len(before)][:-2 * FADE])
    assert numpy.array_equal(after[2 * FADE:], steps[-len(after):][2 * FADE:])
    # and nothing clicks
    assert abs(numpy.diff(before)).max() < 2 / FADE
    assert abs(numpy.diff(after)).max() < 2 / FADE
