# SPDX-License-Identifier: LGPL-2.1-or-later
"""The level meters of slots and engine, and the limiter."""

import itertools
import random

import numpy
import pytest

import gi

gi.require_version('Flitzis', '1')
from gi.repository import Flitzis, GObject

from pipewire_daemon import poll
from test_playing import constant, drain, fill, noise, render

INTERVAL = 1600  # frames at 48 kHz: a thirtieth of a second
CEILING = 10 ** (-0.1 / 20)
DELAY = 96  # frames: 2 ms


def in_pieces(engine, n_frames, seed):
    """The next frames, rendered in blocks of random sizes."""
    choose, pieces = random.Random(seed), []
    while n_frames > 0:
        n = min(n_frames, choose.choice((1, 7, 64, 255, 256, 257, 1000, 4096)))
        pieces.append(render(engine, n))
        n_frames -= n
    return numpy.concatenate(pieces)


@pytest.mark.parametrize('seed', [None, 1, 2])
def test_a_level_is_the_peak_of_the_interval(engine, seed):
    quiet, loud = noise(1, 2 * INTERVAL), noise(2, 3 * INTERVAL, 2)
    fill(engine, 3, quiet)
    fill(engine, 5, loud)
    engine.get_slot(3).props.gain = 0.25
    engine.get_slot(5).props.pan = 1.0
    engine.play_sample(3, 0.5)
    engine.play_sample(5, 1.0)

    for i in range(4):
        out = render(engine, INTERVAL) if seed is None else in_pieces(engine, INTERVAL, seed + i)
        part = slice(i * INTERVAL, (i + 1) * INTERVAL)
        assert engine.props.level_left == numpy.abs(out[:, 0]).max()
        assert engine.props.level_right == numpy.abs(out[:, 1]).max()
        assert engine.get_slot(3).props.level == 0.125 * numpy.abs(quiet[part]).max(initial=0)
        assert engine.get_slot(5).props.level == pytest.approx(
            2 ** 0.5 * numpy.abs(loud[part, 1]).max(initial=0), rel=1e-5)
        assert engine.get_slot(0).props.level == 0
    assert engine.props.level_left == engine.get_slot(5).props.level == 0


def test_a_level_is_told_where_it_changes(engine):
    told = []
    for thing in (engine, engine.get_slot(0), engine.get_slot(1)):
        thing.connect('notify', lambda thing, spec: told.append((thing, spec.name)))
    fill(engine, 0, constant(3 * INTERVAL, 0.5))
    engine.play_sample(0, 1.0)
    drain()
    told.clear()

    for _ in range(6):
        for _ in range(4):
            render(engine, INTERVAL // 4)
        drain()

    levels = [(thing, name) for thing, name in told if name.startswith('level')]
    rise = [(engine, 'level-left'), (engine, 'level-right'), (engine.get_slot(0), 'level')]
    key = str
    assert sorted(levels[:3], key=key) == sorted(levels[3:], key=key) == sorted(rise, key=key)


def test_a_level_binds_to_a_property(engine, iterate):
    class Bar(GObject.Object):
        value = GObject.Property(type=float)
    bar = Bar()
    engine.get_slot(0).bind_property('level', bar, 'value', GObject.BindingFlags.SYNC_CREATE)
    fill(engine, 0, constant(INTERVAL, 0.5))
    engine.play_sample(0, 0.5)
    render(engine, INTERVAL)
    drain()
    assert bar.value == 0.25
    render(engine, INTERVAL)
    drain()
    assert bar.value == 0


def test_levels_fall_where_nothing_is_rendered(engine):
    fill(engine, 0, constant(10 * INTERVAL))
    engine.play_sample(0, 1.0)
    render(engine, INTERVAL)
    assert engine.get_slot(0).props.level == engine.props.level_left == 1
    engine.props.paused = True
    render(engine, INTERVAL)
    assert engine.get_slot(0).props.level == engine.props.level_left == 0
    engine.props.paused = False
    render(engine, INTERVAL)
    assert engine.get_slot(0).props.level == engine.props.level_left == 1


def test_levels_live(pipewire, engine):
    fill(engine, 0, constant(480000, 0.5))
    engine.start()
    engine.play_sample(0, 1.0)
    poll(lambda: engine.get_slot(0).props.level == 0.5, 'the level')
    assert engine.props.level_left == 0.5
    engine.stop()
    assert engine.get_slot(0).props.level == engine.props.level_left == 0
    engine.start()
    poll(lambda: engine.get_slot(0).props.level == 0.5, 'the level')
    engine.stop_all_samples()
    poll(lambda: engine.get_slot(0).props.level == engine.props.level_left == 0, 'silence')


def limited(make_engine, frames, limiter=True, seed=None, n_voices=64):
    """What 64 voices of one sample give."""
    engine = make_engine(n_voices=n_voices)
    engine.props.limiter = limiter
    fill(engine, 0, frames)
    for _ in range(n_voices):
        engine.play_sample(0, 1.0)
    n_frames = len(frames) + 4800
    return render(engine, n_frames) if seed is None else in_pieces(engine, n_frames, seed)


@pytest.mark.parametrize('kind', ['noise', 'square', 'click', 'sine'])
def test_the_limiter_keeps_64_voices_at_full_scale_below_its_ceiling(make_engine, kind):
    frames = {
        'noise': noise(1, 48000, 2),
        'square': numpy.sign(numpy.sin(numpy.arange(48000) / 20)).astype('<f4').reshape(-1, 1),
        'click': numpy.eye(48000, 1, dtype='<f4'),
        'sine': numpy.sin(numpy.arange(48000) / 7).astype('<f4').reshape(-1, 1),
    }[kind]
    out = limited(make_engine, frames)
    assert 0.5 < numpy.abs(out).max() <= CEILING
    for seed in (1, 2):
        assert out.tobytes() == limited(make_engine, frames, seed=seed).tobytes()


def test_the_limiter_delays_what_is_quiet_and_changes_nothing_else(make_engine):
    frames = noise(1, 10000, 2) * numpy.float32(0.98 / 64)
    dry = limited(make_engine, frames, limiter=False)
    wet = limited(make_engine, frames)
    assert not wet[:DELAY].any()
    assert wet[DELAY:].tobytes() == dry[:-DELAY].tobytes()


def test_a_limiter_that_is_off_again_is_not_there(engine):
    frames = noise(1, 20000, 2)
    fill(engine, 0, frames)
    engine.play_sample(0, 1.0)
    for is_on in (True, False):
        engine.props.limiter = is_on
        render(engine, 5000)
    assert render(engine, 5000).tobytes() == frames[10000:15000].tobytes()


def test_the_limiter_goes_on_and_off_without_a_click(engine):
    time = numpy.arange(96000) / 48000
    sine = (0.5 * numpy.sin(2 * numpy.pi * 100 * time)).astype('<f4').reshape(-1, 1)
    fill(engine, 0, sine)
    engine.play_sample(0, 1.0)
    blocks = [render(engine, 1000)]
    for on in itertools.islice(itertools.cycle((True, False)), 20):
        engine.props.limiter = on
        blocks.append(render(engine, 1000))
    steepest = numpy.abs(numpy.diff(sine[:, 0])).max()
    assert numpy.abs(numpy.diff(numpy.concatenate(blocks)[:, 0])).max() < 3 * steepest
