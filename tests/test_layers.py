# SPDX-License-Identifier: LGPL-2.1-or-later
"""Layers: several samples in a slot, one of which a trigger plays, and what else varies hits. Each
layer here is a constant of its own, so what is heard tells which it was."""

import asyncio
import itertools
import math

import gi
import numpy
import pytest

gi.require_version('Flitzis', '1')
from gi.repository import Flitzis, Gio, GLib, GObject

from test_loading import is_cancelled, is_under_way, long_file, poll, sample_of  # noqa: F401
from test_playing import (FADE, Reason, assert_same, constant, drain, fading, fails_with, fill,
                          make_sample, noise, render, stereo, watch)

Code = Flitzis.EngineError
Variation = Flitzis.Variation
N_LAYERS = 16
LEVELS = [2.0 ** -i for i in range(N_LAYERS)]  # by their layers
LENGTH = 10


def layer(i, n_frames=LENGTH):
    return make_sample(constant(n_frames, LEVELS[i]))


def add_layers(engine, *ranges, slot=0):
    for i, (low, high) in enumerate(ranges):
        assert engine.add_layer(slot, layer(i), low, high)


def hear(engine, voice):
    """Which layer a trigger plays, to its end."""
    assert voice > 0
    heard = float(render(engine, LENGTH)[0, 0])
    assert (render(engine, LENGTH) == 0.0).all()
    return heard


def play_layer(engine, velocity=1.0, slot=0, **fields):
    """The number of the layer that a trigger of this velocity plays."""
    voice = engine.play(Flitzis.Trigger(slot=slot, velocity=velocity, **fields))
    return LEVELS.index(hear(engine, voice) / velocity)


def play_layers(engine, velocities, slot=0):
    return [play_layer(engine, velocity, slot) for velocity in velocities]


def answers(engine, velocity, slot=0):
    """The layers that answer this velocity, as their turns come."""
    return play_layers(engine, [velocity] * N_LAYERS, slot)


# Layers and their ranges


def test_a_velocity_chooses_the_layer_whose_range_holds_it(engine):
    add_layers(engine, (0.0, 0.25), (0.25, 0.5), (0.5, 1.0))
    velocities = [0.125, 0.25, 0.375, 0.5, 1.0, 0.125, 1.0, 0.5 - 2 ** -20]
    assert play_layers(engine, velocities) == [0, 1, 1, 2, 2, 0, 2, 1]


@pytest.mark.parametrize('border', (0.1, 1 / 3, 0.7, 64 / 127))
def test_of_two_ranges_that_meet_one_holds_what_lies_between(engine, border):
    """Whatever a velocity is rounded to."""
    add_layers(engine, (0.0, border), (border, 1.0))
    for _ in range(3):
        voice = engine.play_sample(0, border)
        assert hear(engine, voice) == numpy.float32(LEVELS[1] * numpy.float32(border))


def test_layers_whose_ranges_overlap_take_turns(engine):
    """In the order of their numbers, and each part of the velocities by itself."""
    add_layers(engine, (0.0, 0.5), (0.5, 1.0), (0.0, 0.5), (0.5, 1.0), (0.0, 1.0))
    assert play_layers(engine, [0.25] * 6) == [0, 2, 4] * 2
    # the last is the oldest in this part of them, since it has played in the other one
    assert play_layers(engine, [1.0] * 7) == [1, 3, 4, 1, 3, 4, 1]
    assert play_layers(engine, [0.25, 1.0] * 3) == [0, 3, 2, 4, 0, 1]


def test_without_layers_a_slot_has_one_for_all_velocities(engine):
    assert engine.set_sample(0, layer(0))
    assert set(play_layers(engine, [0.5, 1.0, 0.25])) == {0}
    assert engine.play_sample(0, 0.0) > 0


def test_layers_join_the_sample_of_the_slot(engine):
    assert engine.set_sample(0, layer(0))
    assert engine.add_layer(0, layer(1), 0.5, 1.0)
    assert play_layers(engine, [0.25, 1.0, 1.0, 1.0]) == [0, 1, 0, 1]


def test_the_first_layer_is_the_sample_of_an_empty_slot(engine):
    first = layer(0)
    told = []
    engine[0].connect('notify::sample', lambda *_: told.append(engine[0].props.sample))
    assert engine.add_layer(0, first, 0.0, 0.5)
    assert engine.add_layer(0, layer(1), 0.5, 1.0)
    drain()
    assert told == [first] and engine[0].props.sample is first


def test_a_slot_has_sixteen_layers(engine):
    add_layers(engine, *[(0.0, 1.0)] * N_LAYERS)
    assert answers(engine, 1.0) == list(range(N_LAYERS))
    with fails_with(Code.TOO_LARGE, 'slot 0', 16):
        engine.add_layer(0, layer(0))
    assert engine.add_layer(1, layer(0))
    assert answers(engine, 1.0) == list(range(N_LAYERS))


def test_the_lowest_number_that_is_free_is_given(engine):
    assert engine.add_layer(0, layer(0))
    assert engine.add_layer(0, layer(1))
    assert engine.set_sample(0, layer(2))  # instead of the first
    assert engine.add_layer(0, layer(3))
    assert [play_layer(engine, layer=i) for i in range(3)] == [2, 1, 3]


def test_settings_hold_for_all_layers(engine):
    add_layers(engine, (0.0, 0.5), (0.5, 1.0))
    engine[0].props.gain = 0.5
    engine[0].props.end = 4
    voices = [engine.play_sample(0, 0.25), engine.play_sample_at(0, 1.0, 20)]
    heard = render(engine, 40)[:, 0]
    assert voices[0] > 0 and voices[1] > 0
    assert (heard[4:20] == 0.0).all() and (heard[24:] == 0.0).all()
    assert heard[0] < LEVELS[0] and heard[20] < LEVELS[1]


# No layer for a velocity


def test_a_velocity_that_no_layer_holds_plays_nothing(engine):
    """As a trigger of an empty slot does."""
    ended = watch(engine)
    add_layers(engine, (0.25, 0.5))
    for velocity in (0.0, 0.2, 0.5, 1.0):
        assert engine.play_sample(0, velocity) == 0
    assert engine.props.n_triggered == engine.props.n_rejected == 0
    later = engine.play_sample_at(0, 1.0, 5)
    assert later > 0 and play_layer(engine, 0.25) == 0
    drain()
    assert (later, 0, Reason.UNLOADED) in ended
    assert engine.props.n_triggered == 2 and engine.props.n_started == 1
    assert engine.props.n_rejected == 0


def test_what_plays_nothing_silences_nothing(engine):
    fill(engine, 1, constant(1000))
    engine[1].props.choke_group = engine[0].props.choke_group = 1
    add_layers(engine, (0.0, 0.5))
    engine.play_sample(1, 1.0)
    engine.play_sample_at(0, 1.0, 50)
    assert_same(render(engine, 500), stereo(constant(500)))


def test_a_layer_that_is_not_there_plays_nothing(engine):
    ended = watch(engine)
    add_layers(engine, (0.0, 1.0), (0.0, 1.0))
    assert engine.play(Flitzis.Trigger(layer=2)) == 0
    voice = engine.play(Flitzis.Trigger(layer=15, frame=5))
    render(engine, 10)
    drain()
    assert ended == [(voice, 0, Reason.UNLOADED)]


# The layer of a trigger


def test_a_trigger_names_its_layer(engine):
    """Whatever its velocity and the variation."""
    add_layers(engine, (0.0, 0.25), (0.25, 0.5), (0.5, 1.0))
    for variation, i in itertools.product(range(4), range(3)):
        engine[0].props.variation = Variation(variation)
        assert play_layer(engine, 0.25, layer=i) == i
        assert play_layer(engine, 0.25, layer=i, frame=engine.props.position) == i


def test_a_trigger_that_names_a_layer_takes_its_turn(engine):
    add_layers(engine, *[(0.0, 1.0)] * 3)
    assert play_layer(engine, layer=0) == 0
    assert play_layers(engine, [1.0] * 3) == [1, 2, 0]
    engine[0].props.variation = Variation.RANDOM_NO_REPEAT
    for i in range(30):
        assert play_layer(engine, layer=i % 3) == i % 3
        assert play_layer(engine) != i % 3


@pytest.mark.parametrize('number', (-2, 16, 2 ** 31 - 1, -2 ** 31))
def test_a_layer_out_of_range_is_invalid(engine, number):
    add_layers(engine, (0.0, 1.0))
    with fails_with(Code.INVALID_VALUE, 'slot 0', 'layer'):
        engine.play(Flitzis.Trigger(layer=number))
    assert engine.props.n_triggered == 0


def test_a_new_trigger_names_no_layer():
    assert Flitzis.Trigger().layer == Flitzis.Trigger().copy().layer == -1


# Variations


def test_round_robin_asks_for_no_velocity(engine):
    add_layers(engine, (0.0, 0.25), (0.25, 0.5), (0.5, 1.0))
    engine[0].props.variation = Variation.ROUND_ROBIN
    assert play_layers(engine, [0.25, 1.0, 0.5, 0.25, 0.25, 0.25]) == [0, 1, 2] * 2
    # each slot has turns of its own
    add_layers(engine, (0.0, 1.0), (0.0, 1.0), slot=1)
    engine[1].props.variation = Variation.ROUND_ROBIN
    assert [play_layer(engine, slot=slot) for slot in (1, 0, 1, 0)] == [0, 0, 1, 1]


def test_random_plays_every_layer_of_the_velocity_as_often(engine):
    add_layers(engine, (0.0, 1.0), (0.0, 0.5), (0.0, 1.0), (0.5, 1.0), (0.0, 1.0))
    engine[0].props.variation = Variation.RANDOM
    heard = play_layers(engine, [1.0] * 400)
    counts = [heard.count(i) for i in range(5)]
    assert counts[1] == 0 and min(counts[:1] + counts[2:]) > 70, counts
    assert len(set(zip(heard, heard[1:]))) == 16  # each may follow each, also itself


def test_random_no_repeat_never_plays_the_last_one(engine):
    add_layers(engine, *[(0.0, 1.0)] * 4)
    engine[0].props.variation = Variation.RANDOM_NO_REPEAT
    heard = play_layers(engine, [1.0] * 300)
    assert set(zip(heard, heard[1:])) == {
        (a, b) for a in range(4) for b in range(4) if a != b}


def test_random_no_repeat_of_one_layer_repeats_it(engine):
    add_layers(engine, (0.0, 0.5), (0.5, 1.0))
    engine[0].props.variation = Variation.RANDOM_NO_REPEAT
    assert play_layers(engine, [1.0, 1.0, 0.25, 0.25]) == [1, 1, 0, 0]


def test_a_variation_is_taken_at_the_call(engine):
    add_layers(engine, (0.0, 0.5), (0.5, 1.0))
    first = engine.play_sample_at(0, 0.25, 0)
    engine[0].props.variation = Variation.ROUND_ROBIN
    second = engine.play_sample_at(0, 0.25, 20)
    engine[0].props.variation = Variation.VELOCITY
    assert first > 0 and second > 0
    heard = render(engine, 40)[:, 0]
    assert (heard[0], heard[20]) == (0.25 * LEVELS[0], 0.25 * LEVELS[1])


def test_a_layer_is_chosen_when_its_frame_comes(engine):
    voice = engine.play_sample_at(0, 1.0, 50)
    turns = [engine.play_sample_at(0, 1.0, frame) for frame in (100, 75)]
    add_layers(engine, *[(0.0, 1.0)] * 3)
    assert voice > 0 and all(turns)
    heard = render(engine, 150)[:, 0]
    assert [heard[50], heard[75], heard[100]] == LEVELS[:3]


# Replacing and emptying


def loops(engine, n_layers):
    """A voice of each layer, as long as they are left alone."""
    for i in range(n_layers):
        engine.add_layer(0, layer(i, 100000))
    voices = [engine.play(Flitzis.Trigger(layer=i)) for i in range(n_layers)]
    assert (render(engine, 100)[:, 0] == sum(LEVELS[:n_layers])).all()
    return voices


def test_the_sample_of_a_slot_replaces_layer_0_alone(engine):
    ended = watch(engine)
    voices = loops(engine, 3)
    assert engine.set_sample(0, layer(3))
    heard = render(engine, 2 * FADE)[:, :1]
    drain()
    assert ended == [(voices[0], 0, Reason.UNLOADED)]
    rest = sum(LEVELS[1:3])
    numpy.testing.assert_allclose(heard[:FADE], rest + fading() * LEVELS[0], atol=1e-6)
    assert (heard[FADE:] == rest).all()
    engine.stop_all_samples()
    render(engine, 2 * FADE)
    # it holds all velocities, and takes its turn first
    assert play_layers(engine, [0.25]) == [3]


def test_an_unload_empties_all_layers(engine):
    ended = watch(engine)
    voices = loops(engine, N_LAYERS)
    later = engine.play_sample_at(0, 1.0, engine.props.position + 10)
    assert engine.unload_sample(0)
    assert engine[0].props.sample is None
    assert engine.play_sample(0, 1.0) == 0
    render(engine, 2 * FADE)
    drain()
    assert sorted(ended) == [(voice, 0, Reason.UNLOADED) for voice in [*voices, later]]
    assert (render(engine, 100) == 0.0).all()
    add_layers(engine, (0.0, 1.0))
    assert play_layer(engine) == 0


@pytest.mark.parametrize('is_loaded', (False, True))
def test_clearing_leaves_what_was_loaded(engine, is_loaded):
    ended = watch(engine)
    if is_loaded:
        engine.set_sample(0, layer(0, 100000))
    else:
        engine.add_layer(0, layer(0, 100000))
    engine.add_layer(0, layer(1, 100000))
    voices = [engine.play(Flitzis.Trigger(layer=i)) for i in range(2)]
    render(engine, 100)
    assert engine.clear_layers(0)
    heard = render(engine, 2 * FADE)[FADE:]
    drain()
    assert ended == [(voice, 0, Reason.UNLOADED) for voice in voices[is_loaded:]]
    assert (heard == (LEVELS[0] if is_loaded else 0.0)).all()
    assert (engine.play_sample(0, 1.0) > 0) == is_loaded
    assert (engine[0].props.sample is not None) == is_loaded


def test_clearing_an_empty_slot_is_no_error(engine):
    assert engine.clear_layers(0) and engine.clear_layers(31)


def test_a_layer_that_is_added_again_begins_anew(engine):
    add_layers(engine, (0.0, 1.0), (0.0, 1.0))
    assert play_layers(engine, [1.0, 1.0, 1.0]) == [0, 1, 0]
    engine.clear_layers(0)
    add_layers(engine, (0.0, 1.0), (0.0, 1.0))
    assert play_layers(engine, [1.0, 1.0, 1.0]) == [0, 1, 0]


def test_a_replaced_sample_is_freed(engine):
    gone = []
    for i in range(3):
        sample = layer(i)
        sample.weak_ref(gone.append, i)
        engine.add_layer(0, sample)
        del sample
    engine.clear_layers(0)
    assert sorted(gone) == [0, 1, 2]


# Memory


def test_layers_count_towards_the_memory_limit(engine):
    sample = make_sample(constant(1000))
    engine.props.memory_limit = 10000
    assert engine.add_layer(0, sample) and engine.add_layer(0, sample)
    assert engine.set_sample(1, sample)  # it counts once
    assert engine.add_layer(0, make_sample(constant(1500)))
    with fails_with(Code.TOO_LARGE, 'memory limit'):
        engine.add_layer(0, make_sample(constant(1)))
    engine.unload_sample(0)
    with fails_with(Code.TOO_LARGE, 'memory limit'):
        engine.add_layer(0, make_sample(constant(1501)))
    engine.unload_sample(1)
    assert engine.add_layer(0, make_sample(constant(2500)))


# Wrong arguments


@pytest.mark.parametrize('low, high', ((0.5, 0.5), (0.75, 0.25), (-0.1, 1.0), (0.0, 1.1),
                                       (math.nan, 1.0), (0.0, math.nan), (0.0, math.inf)))
def test_a_wrong_range_is_invalid(engine, make_wav, low, high):
    path = str(make_wav('a.wav', constant(10)))
    for add in (lambda: engine.add_layer(0, layer(0), low, high),
                lambda: engine.load_layer(0, path, low, high)):
        with fails_with(Code.INVALID_VALUE, 'slot 0', f'{low:g}', f'{high:g}'):
            add()
    assert engine.play_sample(0, 1.0) == 0


def test_a_slot_out_of_range_is_invalid(engine, make_wav):
    path = str(make_wav('a.wav', constant(10)))
    for call in (lambda: engine.add_layer(32, layer(0)), lambda: engine.load_layer(32, path),
                 lambda: engine.clear_layers(32)):
        with fails_with(Code.INVALID_SLOT, 'no slot 32'):
            call()


def test_a_sample_without_frames_is_invalid(engine):
    with fails_with(Code.INVALID_VALUE, 'no frames'):
        engine.add_layer(0, Flitzis.Sample())


# Loads


def test_a_layer_is_loaded(engine, make_wav, tmp_path):
    assert engine.load_layer(0, make_wav('a.wav', constant(LENGTH, 0.5)), 0.0, 0.5)
    assert engine.load_layer(0, str(make_wav('b.wav', constant(LENGTH, 0.25))))
    assert play_layers(engine, [0.25, 1.0, 0.25]) == [1, 2, 1]
    with pytest.raises(GLib.Error, match='missing.wav'):
        engine.load_layer(0, tmp_path / 'missing.wav')
    with fails_with(Code.INVALID_VALUE, 'slot 0'):
        engine.load_layer(0, '')
    assert play_layers(engine, [0.25, 0.25]) == [2, 1]


def test_layers_are_awaited(engine, make_wav):
    paths = [make_wav(f'{i}.wav', constant(LENGTH, LEVELS[i])) for i in range(N_LAYERS)]

    async def load():
        await asyncio.gather(*(engine.load_layer_async(0, path) for path in paths))

    asyncio.run(load())
    assert answers(engine, 1.0) == list(range(N_LAYERS))


def ends_cancelled(result):
    return result is not True and is_cancelled(result)


def is_over(result):
    """Cancelled, or before that at its end: on a busy machine a load may win the race, or take the
    memory that another one needs."""
    return result is True or is_cancelled(result) or result.matches(
        Flitzis.engine_error_quark(), Code.TOO_LARGE)


def begin(engine, slot, path, results, low=0.0, high=1.0, cancellable=None):
    def done(source, result):
        try:
            results.append(source.load_layer_finish(result))
        except GLib.Error as error:
            results.append(error)

    engine.load_layer_async(slot, str(path), low, high, cancellable, done)


def test_layers_have_the_order_of_their_calls(engine, long_file, make_wav, iterate):
    """Also if the first one takes the longest."""
    results = []
    begin(engine, 0, long_file, results)
    begin(engine, 0, make_wav('a.wav', constant(LENGTH, LEVELS[1])), results)
    assert engine.add_layer(0, layer(2))
    assert [play_layer(engine, layer=2)] == [2]
    iterate(lambda: len(results) == 2)
    assert results == [True, True]
    assert [play_layer(engine, layer=i) for i in (1, 2)] == [1, 2]
    assert sample_of(engine, 0).get_n_frames() > LENGTH


def test_a_load_is_counted_among_the_layers(engine, long_file, iterate):
    engine.props.memory_limit = 2 * N_LAYERS * long_file.stat().st_size + 1
    results = []
    for _ in range(N_LAYERS):
        begin(engine, 0, long_file, results)
    assert engine[0].props.loading
    with fails_with(Code.TOO_LARGE, 'slot 0', 16):
        engine.add_layer(0, layer(0))
    refused = []
    begin(engine, 0, long_file, refused)
    engine.clear_layers(0)
    assert not engine[0].props.loading
    iterate(lambda: refused and len(results) == N_LAYERS)
    assert refused[0].matches(Flitzis.engine_error_quark(), Code.TOO_LARGE)
    assert all(map(is_over, results)) and any(map(ends_cancelled, results))
    assert engine.play_sample(0, 1.0) == 0


def test_the_number_of_a_failed_load_is_free_again(engine, make_wav, tmp_path, iterate):
    results = []
    begin(engine, 0, tmp_path / 'missing.wav', results)
    iterate(lambda: results)
    assert not engine[0].props.loading
    assert engine.add_layer(0, layer(0)) and play_layer(engine, layer=0) == 0


@pytest.mark.parametrize('end', ('clear_layers', 'unload_sample'))
def test_emptying_ends_loads_of_layers(engine, long_file, iterate, end):
    results = []
    told = []
    engine[0].connect('notify::loading', lambda *_: told.append(engine[0].props.loading))
    for _ in range(3):
        begin(engine, 0, long_file, results)
    assert getattr(engine, end)(0)
    assert not engine[0].props.loading
    iterate(lambda: len(results) == 3)
    assert all(map(is_over, results)) and any(map(ends_cancelled, results))
    assert told[-1:] == [False]
    assert engine.play_sample(0, 1.0) == 0
    assert engine.add_layer(0, layer(0)) and play_layer(engine) == 0


def test_clearing_leaves_a_load_of_the_slot_alone(engine, long_file, iterate):
    results, of_slot = [], []
    engine.load_sample_async(
        0, str(long_file), None,
        lambda source, result: of_slot.append(source.load_sample_finish(result)))
    begin(engine, 0, long_file, results)
    engine.clear_layers(0)
    iterate(lambda: results and of_slot)
    assert ends_cancelled(results[0]) and of_slot == [True]


def test_loads_of_the_slot_and_of_layers_run_side_by_side(engine, long_file, make_wav, iterate):
    results = []
    begin(engine, 0, long_file, results)  # layer 0, as nothing is there
    begin(engine, 0, make_wav('a.wav', constant(LENGTH, LEVELS[1])), results)
    assert engine.set_sample(0, layer(2))
    iterate(lambda: len(results) == 2)
    assert sorted(map(ends_cancelled, results)) == [False, True]
    assert [play_layer(engine, layer=i) for i in range(2)] == [2, 1]


def test_a_cancel_ends_the_load_of_a_layer(engine, long_file, iterate):
    cancellable, results = Gio.Cancellable(), []
    begin(engine, 0, long_file, results, cancellable=cancellable)
    poll(lambda: is_under_way(engine, 0))
    cancellable.cancel()
    iterate(lambda: results)
    assert ends_cancelled(results[0]) and engine.play_sample(0, 1.0) == 0


# Random gain, rate and start


def hits(engine, n_hits, **fields):
    """The first frame of each of several hits."""
    heard = []
    for _ in range(n_hits):
        assert engine.play(Flitzis.Trigger(**fields)) > 0
        heard.append(float(render(engine, 2 * LENGTH)[0, 0]))
    return numpy.array(heard)


def test_a_random_gain_stays_within_its_decibels(engine):
    fill(engine, 0, constant(LENGTH, 0.5))
    engine[0].props.random_gain = 6.0
    gains = 20 * numpy.log10(hits(engine, 300) / 0.5)
    assert abs(gains).max() <= 6.0 + 1e-5
    # spread evenly over all of them
    assert numpy.histogram(gains, 6, (-6, 6))[0].min() > 25
    engine[0].props.random_gain = 0.0
    assert set(hits(engine, 3)) == {0.5}


def test_a_random_gain_stays_with_its_voice(engine):
    """Whatever else its gain is."""
    fill(engine, 0, constant(10000))
    engine[0].props.random_gain = 24.0
    voice = engine.play_sample(0, 0.5)
    before = float(render(engine, 100)[-1, 0])
    engine.set_voice_gain(voice, 0.25)
    assert render(engine, 1000)[-1, 0] == pytest.approx(before / 4, rel=1e-6)


def test_a_random_rate_stays_within_its_cents(engine):
    ramp = numpy.arange(2000, dtype='<f4')[:, None]
    fill(engine, 0, ramp)
    engine[0].props.interpolation = Flitzis.Interpolation.LINEAR
    engine[0].props.random_rate = 1200.0
    cents = []
    for _ in range(300):
        voice = engine.play(Flitzis.Trigger(rate=0.5))
        step = float(render(engine, 200)[100, 0]) / 100
        cents.append(1200 * math.log2(step / 0.5))
        engine.stop_voice(voice)
        render(engine, FADE)
    assert max(map(abs, cents)) <= 1200.01
    assert numpy.histogram(cents, 6, (-1200, 1200))[0].min() > 25


def test_a_random_rate_stays_with_its_voice(engine):
    ramp = numpy.arange(20000, dtype='<f4')[:, None]
    fill(engine, 0, ramp)
    engine[0].props.interpolation = Flitzis.Interpolation.LINEAR
    engine[0].props.random_rate = 700.0
    voice = engine.play_sample(0, 1.0)
    before = float(render(engine, 101)[100, 0]) / 100
    assert before != 1.0
    engine.set_voice_rate(voice, 2.0)
    render(engine, FADE)
    first = render(engine, 101)[:, 0]
    assert (first[100] - first[0]) / 100 == pytest.approx(2 * before, rel=1e-4)


@pytest.mark.parametrize('is_reverse', (False, True))
def test_a_random_start_leaves_frames_out(engine, is_reverse):
    fill(engine, 0, numpy.arange(1000, dtype='<f4')[:, None])
    engine[0].props.start, engine[0].props.end = 100, 900
    engine[0].props.reverse = is_reverse
    engine[0].props.random_start = 7
    starts = set()
    for _ in range(100):
        voice = engine.play_sample(0, 1.0)
        render(engine, 20)
        place = engine.get_voice_position(voice)
        starts.add(899 - (place + 20) if is_reverse else place - 20 - 100)
        engine.stop_all_samples()
        render(engine, FADE)
    assert starts == set(range(8))


def test_a_random_start_leaves_one_frame(engine):
    fill(engine, 0, constant(20))
    engine[0].props.random_start = 2 ** 32 - 1
    for is_reverse in (False, True):
        engine[0].props.reverse = is_reverse
        ended = watch(engine)
        voices = [engine.play_sample(0, 1.0) for _ in range(20)]
        render(engine, 20)
        drain()
        assert all(voices) and len(ended) == 20


@pytest.mark.parametrize('name, value', (('random-gain', 24.1), ('random-gain', -0.1),
                                         ('random-rate', 1201.0), ('random-rate', math.nan)))
def test_a_random_setting_out_of_range_is_refused(engine, name, value):
    with pytest.warns(GObject.Warning, match='invalid or out of range'):
        engine[0].set_property(name, value)
    assert engine[0].get_property(name) == 0.0


# The seed


def varied(make_engine, seed, n_voices=8):
    """An engine whose hits are all different, and steal voices."""
    engine = make_engine(seed=seed, n_voices=n_voices)
    add_layers_of_noise(engine)
    for slot, variation in enumerate((Variation.RANDOM, Variation.RANDOM_NO_REPEAT)):
        engine[slot].props.variation = variation
        engine[slot].props.random_gain = 6.0
        engine[slot].props.random_rate = 50.0
        engine[slot].props.random_start = 100
    return engine


def add_layers_of_noise(engine):
    for i, slot in itertools.product(range(4), range(2)):
        engine.add_layer(slot, make_sample(noise(10 * i + slot, 2000)))


def schedule(engine, first=0):
    for i in range(40):
        engine.play_sample_at(i % 2, 0.5 + i / 100, first + 77 * i)


def in_blocks(engine, sizes, n_frames):
    parts = []
    for size in itertools.cycle(sizes):
        size = min(size, n_frames)
        parts.append(render(engine, size))
        n_frames -= size
        if not n_frames:
            return numpy.concatenate(parts)


def test_the_same_seed_gives_the_same_bits(make_engine):
    """Whatever the size of the blocks."""
    heard = []
    for sizes in ((6000,), (64,), (1, 7, 1000, 33)):
        engine = varied(make_engine, seed=5)
        schedule(engine)
        heard.append(in_blocks(engine, sizes, 6000))
    assert_same(heard[1], heard[0])
    assert_same(heard[2], heard[0])
    for seed in (0, 6, 2 ** 64 - 1):
        engine = varied(make_engine, seed=seed)
        schedule(engine)
        assert (render(engine, 6000) != heard[0]).any()


def test_a_seed_that_is_set_again_begins_anew(make_engine):
    """The numbers, and the turns of all layers."""
    engine = varied(make_engine, seed=7)
    engine[1].props.variation = Variation.VELOCITY
    told = []
    engine.connect('notify::seed', lambda *_: told.append(engine.props.seed))
    schedule(engine)
    engine.play_sample_at(1, 1.0, 4000)  # an odd number of turns
    first = render(engine, 8000)
    schedule(engine, 8000)
    engine.play_sample_at(1, 1.0, 12000)
    assert (render(engine, 8000) != first).any()
    engine.props.seed = 7
    schedule(engine, 16000)
    engine.play_sample_at(1, 1.0, 20000)
    assert_same(render(engine, 8000), first)
    engine.props.seed = 8
    drain()
    assert told == [8]


def test_what_varies_nothing_takes_no_number(make_engine):
    """A slot without layers plays the same beside one with them."""
    heard = []
    for others in (False, True):
        engine = varied(make_engine, seed=3, n_voices=100)
        fill(engine, 2, constant(50, 0.0))
        schedule(engine)
        if others:
            for frame in range(0, 3000, 100):
                engine.play_sample_at(2, 1.0, frame)
        heard.append(render(engine, 6000))
    assert_same(heard[1], heard[0])
