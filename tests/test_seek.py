# SPDX-License-Identifier: LGPL-2.1-or-later
"""Voices that move to another place of their sample. Offline, at 48 kHz; the expected sound is put
together here, and is the same to the bit."""

import numpy
import pytest

import gi
gi.require_version('Flitzis', '1')
from gi.repository import Flitzis

from test_after import BLOCKS, CUT, render_in
from test_playing import (FADE, Reason, assert_same, constant, drain, fading, fill, moving, noise,
                          place, render, watch)


def cut_in(frames):
    """A sound that begins within its sample."""
    return numpy.concatenate([frames[:CUT] * moving(0, 1, CUT), frames[CUT:]])


def over(old, new):
    """A voice goes over to another place: these are the sounds from both places on."""
    return place(len(new), (0, numpy.concatenate([new[:FADE] * moving(0, 1), new[FADE:]])),
                 (0, old[:FADE] * fading()))


@pytest.mark.parametrize('block', BLOCKS)
@pytest.mark.parametrize('frame', (0, 100, 5000, 8999))
def test_a_voice_goes_on_from_a_frame(engine, frame, block):
    """The old place fades out while the new one fades in, from the next block on."""
    frames = fill(engine, 0, noise(1, 9000))
    voice = engine.play_sample(0, 1.0)
    assert_same(render(engine, 1000), frames[:1000])
    assert engine.seek_voice(voice, frame)
    assert engine.get_voice_position(voice) == frame
    new = frames[frame:]
    n_old = max(FADE, len(new))
    padded = numpy.concatenate([new, numpy.zeros((n_old - len(new) + 100, 2), '<f4')])
    assert_same(render_in(engine, len(padded), block), over(frames[1000:], padded))


@pytest.mark.parametrize('rate', (0.5, 1.37, 4.0))
@pytest.mark.parametrize('block', (1, 100, 1024))
def test_it_goes_on_from_there_at_any_rate(make_engine, rate, block):
    """After the fade it is as if the voice had begun there."""
    engine, other = make_engine(), make_engine()
    for each in (engine, other):
        fill(each, 0, noise(1, 20000))
    voice = engine.play(Flitzis.Trigger(rate=rate))
    render(engine, 1001)
    engine.seek_voice(voice, 9000)
    other.get_slot(0).props.start = 9000
    other.play(Flitzis.Trigger(rate=rate))
    heard, expected = (render_in(each, 23000, block) for each in (engine, other))
    assert_same(heard[FADE:], expected[FADE:])
    assert not numpy.array_equal(heard[:FADE], expected[:FADE])


def test_the_gain_does_not_change(engine):
    frames = fill(engine, 0, noise(1, 9000)) * numpy.float32(0.3)
    voice = engine.play_sample(0, 0.3)
    render(engine, 1000)
    engine.seek_voice(voice, 4000)
    assert_same(render(engine, 5000)[FADE:], frames[4000 + FADE:])


@pytest.mark.parametrize('begin', (
    lambda engine: (engine.play_sample(0, 1.0), 0),
    lambda engine: (engine.play_sample_at(0, 1.0, 777), 777),
    lambda engine: (engine.play_sample_at_beat(0, 1.0, 0.05), 1200),
    lambda engine: (engine.play_after(engine.play_sample(1, 1.0), Flitzis.Trigger()), 500),
), ids=('now', 'at', 'at_beat', 'after'))
@pytest.mark.parametrize('frame', (0, 300))
def test_a_voice_that_waits_begins_there(engine, begin, frame):
    """The last call counts, and a voice that does not begin with its sample fades in in 1 ms."""
    frames = fill(engine, 0, noise(1, 900))
    fill(engine, 1, constant(500, 0.0))
    engine.props.clock.restart(0)
    voice, onset = begin(engine)
    engine.seek_voice(voice, 600)
    engine.seek_voice(voice, frame)
    expected = cut_in(frames[frame:]) if frame else frames
    assert_same(render(engine, 3000), place(3000, (onset, expected)))


def test_a_paused_voice_moves_silently(engine):
    frames = fill(engine, 0, noise(1, 9000))
    voice = engine.play_sample(0, 1.0)
    render(engine, 1000)
    engine.pause_voice(voice)
    render(engine, 1000)
    engine.seek_voice(voice, 100)
    engine.seek_voice(voice, 5000)
    assert not render(engine, 1000).any()
    assert engine.get_voice_position(voice) == 5000
    engine.resume_voice(voice)
    new = frames[5000:]
    assert_same(render(engine, 4000),
                numpy.concatenate([new[:FADE] * moving(0, 1), new[FADE:]]))


@pytest.mark.parametrize('n_before', (0, 100))
def test_nothing_of_the_new_place_is_heard_before_a_pause_is_over(engine, n_before):
    """Paused in the same moment, or in the middle of its fade."""
    frames = fill(engine, 0, numpy.concatenate([noise(1, 3000), constant(6000, 8.0).repeat(2, 1)]))
    voice = engine.play_sample(0, 1.0)
    render(engine, 1000)
    engine.pause_voice(voice)
    render(engine, n_before)
    engine.seek_voice(voice, 5000)
    heard = render(engine, 1000)
    assert heard[:100].any() and not heard[FADE:].any()
    assert numpy.abs(heard).max() < 1.0
    assert engine.get_voice_position(voice) == 5000
    engine.resume_voice(voice)
    assert_same(render(engine, 1000)[FADE:], frames[5000 + FADE:6000])


def test_resumed_in_the_same_moment_nothing_of_the_old_place_is_heard(engine):
    frames = fill(engine, 0, numpy.concatenate([constant(3000, 8.0).repeat(2, 1), noise(1, 6000)]))
    voice = engine.play_sample(0, 1.0)
    render(engine, 1000)
    engine.pause_voice(voice)
    render(engine, 1000)
    engine.resume_voice(voice)
    engine.seek_voice(voice, 5000)
    new = frames[5000:]
    assert_same(render(engine, 4000), numpy.concatenate([new[:FADE] * moving(0, 1), new[FADE:]]))


def test_in_a_paused_engine_it_moves_silently(engine):
    frames = fill(engine, 0, noise(1, 9000))
    voice = engine.play_sample(0, 1.0)
    render(engine, 1000)
    engine.props.paused = True
    render(engine, 1000)
    engine.seek_voice(voice, 5000)
    engine.props.paused = False
    new = frames[5000:]
    assert_same(render(engine, 4000), numpy.concatenate([new[:FADE] * moving(0, 1), new[FADE:]]))


def test_of_two_moves_in_one_moment_the_last_counts(make_engine):
    """Not a frame of the other is heard."""
    engine, other = make_engine(), make_engine()
    for each in (engine, other):
        fill(each, 0, noise(1, 9000))
        voice = each.play_sample(0, 1.0)
        render(each, 1000)
    for frame in (0, 8000, 3000, 5000):
        engine.seek_voice(voice, frame)
    other.seek_voice(voice, 5000)
    assert_same(render(engine, 4000), render(other, 4000))


@pytest.mark.parametrize('reverse, frame, place_of_it', (
    (False, 5999, 5999), (False, 0, 2000), (False, 1999, 2000), (False, 6000, None),
    (False, 2 ** 64 - 1, None), (True, 2000, 2000), (True, 6000, 5999), (True, 2 ** 63, 5999),
    (True, 1999, None), (True, 0, None)))
def test_it_stays_within_its_part(engine, reverse, frame, place_of_it):
    """In the direction in which it plays: before the part is its first frame, after it the end."""
    frames = fill(engine, 0, noise(1, 9000))
    ended = watch(engine)
    slot = engine.get_slot(0)
    slot.props.start, slot.props.end, slot.props.reverse = 2000, 6000, reverse
    voice = engine.play_sample(0, 1.0)
    render(engine, 1000)
    old = frames[4999::-1] if reverse else frames[3000:]
    engine.seek_voice(voice, frame)
    assert engine.get_voice_position(voice) == (-1 if place_of_it is None else place_of_it)
    heard = render(engine, 1000)
    drain()
    if place_of_it is None:
        assert_same(heard, place(1000, (0, old[:FADE] * fading())))
        assert ended == [(voice, 0, Reason.FINISHED)]
    else:
        new = frames[2000:place_of_it + 1][::-1] if reverse else frames[place_of_it:6000]
        n_whole = max(FADE, min(1000, len(new) - CUT))
        assert_same(heard[FADE:n_whole], new[FADE:n_whole])
        assert ended == ([(voice, 0, Reason.FINISHED)] if len(new) <= 1000 else [])


def test_the_end_of_a_part_fades_after_a_move_back_as_before(engine):
    """Also if the voice was in that fade."""
    frames = fill(engine, 0, noise(1, 9000))
    engine.get_slot(0).props.end = 6000
    voice = engine.play_sample(0, 1.0)
    render(engine, 5980)
    engine.seek_voice(voice, 5000)
    heard = render(engine, 1100)
    assert_same(heard[FADE:1000 - CUT], frames[5000 + FADE:6000 - CUT])
    factors = numpy.arange(CUT, 0, -1, dtype='<f4')[:, None] / numpy.float32(CUT)
    assert numpy.allclose(heard[1000 - CUT:1000], frames[6000 - CUT:6000] * factors, atol=1e-6)
    assert not heard[1000:].any()


def test_a_voice_that_fades_out_goes_on_fading(engine):
    fill(engine, 0, numpy.concatenate([constant(3000), constant(60000)]))
    voice = engine.play_sample(0, 1.0)
    render(engine, 1000)
    engine.stop_voice_with_fade(voice, 0.1)
    render(engine, 1000)
    engine.seek_voice(voice, 20000)
    heard = render(engine, 5000)
    assert numpy.count_nonzero(heard[:, 0]) == 3799
    assert heard[2800, 0] == pytest.approx(1 - 3801 / 4800)


# Loops


def loop(engine, first, end, n_loops=0):
    slot = engine.get_slot(0)
    slot.props.loop, slot.props.loops = True, n_loops
    slot.props.loop_start, slot.props.loop_end = first, end


def rounds(frames, first, end, n_rounds):
    return numpy.concatenate([frames[first:end]] * n_rounds)


@pytest.mark.parametrize('before', (False, True))
@pytest.mark.parametrize('frame, goes_to', ((1500, 1500), (3000, 3000), (3999, 3999), (4000, 3000),
                                            (8999, 3999)))
def test_in_an_endless_loop_it_goes_around(engine, before, frame, goes_to):
    """A frame after the loop's end is in the loop, whole rounds earlier; also of a voice that has
    not begun."""
    frames = fill(engine, 0, noise(1, 9000))
    loop(engine, 3000, 4000)
    voice = engine.play_sample(0, 1.0)
    if not before:
        render(engine, 500)
    engine.seek_voice(voice, frame)
    expected = numpy.concatenate([frames[goes_to:4000], rounds(frames, 3000, 4000, 5)])
    assert_same(render(engine, 4000)[FADE:], expected[FADE:4000])
    assert engine.get_voice_position(voice) >= 3000


@pytest.mark.parametrize('before', (False, True))
def test_after_a_loop_that_ends_it_plays_on_to_the_end(engine, before):
    """The rounds that are left are skipped."""
    frames = fill(engine, 0, noise(1, 9000))
    loop(engine, 3000, 4000, 5)
    voice = engine.play_sample(0, 1.0)
    if not before:
        render(engine, 5000)
    engine.seek_voice(voice, 8000)
    heard = render(engine, 1500)
    assert_same(heard[FADE:1000], frames[8000 + FADE:9000])
    assert not heard[1000:].any()


def test_rounds_that_were_played_count(engine):
    frames = fill(engine, 0, noise(1, 9000))
    loop(engine, 3000, 4000, 5)
    voice = engine.play_sample(0, 1.0)
    render(engine, 5500)  # in the third round
    engine.seek_voice(voice, 1000)
    expected = numpy.concatenate([frames[1000:4000], rounds(frames, 3000, 4000, 2), frames[4000:]])
    heard = render(engine, len(expected) + 100)
    assert_same(heard[FADE:len(expected)], expected[FADE:])
    assert not heard[len(expected):].any()


# The ends of voices


def test_calls_on_an_ended_voice_do_nothing(engine):
    fill(engine, 0, constant(100))
    voice = engine.play_sample(0, 1.0)
    render(engine, 100)
    for number in (voice, 0, 7, 2 ** 64 - 1):
        assert engine.seek_voice(number, 5)
    assert not render(engine, 100).any()


def test_what_follows_a_voice_that_is_moved_to_its_end_starts_then(engine):
    """To the next song; a voice that waits and is to begin at its end does not sound at all."""
    ended = watch(engine)
    fill(engine, 0, constant(9000))
    after = fill(engine, 1, noise(2, 500))
    voices = [engine.play_sample(0, 1.0)]
    voices.append(engine.play_after(voices[0], Flitzis.Trigger(slot=0)))
    voices.append(engine.play_after(voices[1], Flitzis.Trigger(slot=1)))
    render(engine, 1000)
    engine.seek_voice(voices[1], 9000)
    engine.seek_voice(voices[0], 9000)
    assert_same(render(engine, 600), place(600, (0, after),
                                           (0, numpy.ones((FADE, 2), '<f4') * fading())))
    drain()
    assert ended == [(voices[0], 0, Reason.FINISHED), (voices[1], 0, Reason.FINISHED),
                     (voices[2], 1, Reason.FINISHED)]


@pytest.mark.parametrize('block', BLOCKS)
def test_what_follows_a_voice_that_was_moved_starts_at_its_end(engine, block):
    fill(engine, 0, noise(1, 9000))
    after = fill(engine, 1, noise(2, 500))
    voice = engine.play_sample(0, 1.0)
    engine.play_after(voice, Flitzis.Trigger(slot=1))
    render(engine, 1000)
    engine.seek_voice(voice, 8000)
    render(engine, 100)
    engine.seek_voice(voice, 7500)
    heard = render_in(engine, 2100, block)
    assert heard[1499].any()
    assert_same(heard[1500:], place(600, (0, after)))
