# SPDX-License-Identifier: LGPL-2.1-or-later
"""Where the beats are: exact fractions computed here, to the frame."""

import itertools
import random
import warnings
from fractions import Fraction

import gi
import numpy
import pytest

gi.require_version('Flitzis', '1')
from gi.repository import Flitzis, GLib  # noqa: E402

from test_playing import Reason, drain, fails_with, make_sample, render, watch  # noqa: E402


def nearest(frame):
    """The frame nearest to a fraction of one, of two the later."""
    return (frame + Fraction(1, 2)) // 1


def frames_of(beats, tempo, rate=48000):
    """How many frames so many beats take."""
    return Fraction(beats) * 60 * rate / Fraction(str(tempo))


def watch_beats(engine):
    beats = []
    engine.props.clock.connect('beat', lambda _clock, *beat: beats.append(beat))
    return beats


# The line


def test_an_hour_ends_on_its_frame(engine):
    clock = engine.props.clock
    clock.props.tempo = 137
    clock.restart(1000)
    assert clock.beat_to_frame(137 * 60) == 1000 + 48000 * 3600
    assert clock.frame_to_beat(1000 + 48000 * 3600) == 137 * 60


@pytest.mark.parametrize('rate', (8000, 44100, 48000, 192000))
@pytest.mark.parametrize('tempo', (20, 59.999999, 120, 133.333333, 137, 174.5, 4294.967297, 9999))
def test_every_beat_is_on_the_nearest_frame(make_engine, rate, tempo):
    clock = make_engine(sample_rate=rate).props.clock
    clock.props.tempo = tempo
    assert clock.props.tempo == tempo
    clock.restart(12345)
    for beat in (*range(-3, 50), 10 ** 5 + 1, 10 ** 6 + 7):
        expected = max(0, nearest(12345 + frames_of(beat, tempo, rate)))
        assert clock.beat_to_frame(beat) == expected
        if expected:
            assert clock.frame_to_beat(expected) == pytest.approx(
                beat, abs=float(1 / frames_of(1, tempo, rate)))


def test_places_between_beats(engine):
    clock = engine.props.clock
    clock.restart(0)
    assert clock.beat_to_frame(2.5) == 60000
    assert clock.frame_to_beat(60000) == 2.5
    assert clock.beat_to_frame(-1.0) == 0
    assert clock.frame_to_beat(2 ** 64 - 1) > 1e14
    assert clock.beat_to_frame(float('nan')) == 0
    for beat in (float('inf'), 1e300, 2.0 ** 31):
        assert clock.beat_to_frame(beat) == 2 ** 31 * 24000


def test_a_clock_stands_until_it_runs_and_goes_on_from_there(engine):
    clock = engine.props.clock
    assert not clock.props.running
    render(engine, 5000)
    assert clock.frame_to_beat(5000) == clock.frame_to_beat(10 ** 9) == 0
    assert clock.beat_to_frame(1) == 5000 + 24000
    clock.props.running = True
    assert clock.frame_to_beat(5000 + 36000) == 1.5
    render(engine, 36000)
    clock.props.running = False
    render(engine, 777)
    assert clock.frame_to_beat(0) == 1.5
    clock.props.running = True
    assert clock.beat_to_frame(2) == 5000 + 36000 + 777 + 12000


def test_a_new_tempo_keeps_the_phase(engine):
    """However often it changes: each change begins where exact fractions have come to."""
    clock, choose = engine.props.clock, random.Random(1)
    clock.restart(0)
    beat, tempo = Fraction(0), Fraction(120)
    for _ in range(300):
        n_frames = choose.randrange(1, 700)
        render(engine, n_frames)
        beat += n_frames * tempo / (60 * 48000)
        tempo = Fraction(choose.randrange(20_000_000, 999_000_000), 10 ** 6)
        clock.props.tempo = float(tempo)
        after = beat // 1 + 5
        assert clock.beat_to_frame(float(after)) == nearest(
            engine.props.position + (after - beat) * 60 * 48000 / tempo)
    assert clock.frame_to_beat(engine.props.position) == pytest.approx(float(beat), rel=1e-15)


def test_the_same_tempo_again_changes_nothing(engine):
    clock, notified = engine.props.clock, []
    clock.connect('notify', lambda _clock, spec: notified.append(spec.name))
    for name in ('tempo', 'beats-per-bar', 'steps-per-beat', 'swing', 'running'):
        clock.set_property(name, clock.get_property(name))
    assert not notified
    for name, value in (('tempo', 90.5), ('beats-per-bar', 3), ('steps-per-beat', 6),
                        ('swing', 0.25), ('running', True)):
        clock.set_property(name, value)
        assert clock.get_property(name) == value
        assert notified.pop() == name
    clock.restart(0)
    assert not notified
    clock.props.running = False
    clock.restart(0)
    assert clock.props.running and notified == ['running', 'running']


@pytest.mark.parametrize('name, values', (
    ('tempo', (19.9, 9999.1, float('nan'))), ('beats-per-bar', (0, 33)),
    ('steps-per-beat', (0, 33)), ('swing', (-0.1, 0.6, float('nan')))))
def test_ranges(engine, name, values):
    clock = engine.props.clock
    before = clock.get_property(name)
    for value in values:
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')
            try:
                clock.set_property(name, value)
            except (OverflowError, ValueError, TypeError):
                pass
        assert clock.get_property(name) in (before, *{
            19.9: (20.0,), 9999.1: (9999.0,), 0: (1,), 33: (32,), -0.1: (0.0,), 0.6: (0.5,)
        }.get(value, ()))


def test_a_clock_that_no_engine_made_is_inert():
    clock = Flitzis.Clock()
    clock.props.tempo = 90
    clock.restart(10)
    assert (clock.props.tempo, clock.props.running) == (120, False)
    assert (clock.beat_to_frame(3), clock.frame_to_beat(3)) == (0, 0)


# The signal


def test_each_beat_is_told_once_with_its_frame(engine):
    beats = watch_beats(engine)
    clock, choose = engine.props.clock, random.Random(2)
    clock.props.tempo = 333
    clock.restart(100)
    while engine.props.position < 480000:
        render(engine, choose.randrange(1, 20000))
        drain()
    n_beats = sum(nearest(100 + frames_of(i, 333)) < engine.props.position for i in range(10000))
    assert beats == [(i, nearest(100 + frames_of(i, 333)), -1) for i in range(n_beats)]


def test_beats_go_on_through_tempos_and_stops(engine):
    beats = watch_beats(engine)
    clock = engine.props.clock
    clock.props.running = True
    for tempo, running in itertools.product((60, 240, 999, 20, 120), (True, False)):
        clock.props.tempo = tempo
        clock.props.running = running
        render(engine, 30001)
        clock.props.running = True
    drain()
    assert [beat for beat, _frame, _time in beats] == list(range(len(beats)))
    assert len(beats) == clock.frame_to_beat(engine.props.position) // 1 + 1
    frames = [frame for _beat, frame, _time in beats]
    assert frames == sorted(set(frames)) and frames[-1] < engine.props.position


def test_a_beat_before_somebody_listens_is_not_told(engine):
    clock = engine.props.clock
    clock.restart(0)
    render(engine, 30000)
    beats = watch_beats(engine)
    render(engine, 30000)
    drain()
    assert beats == [(2, 48000, -1)]
    clock.restart(engine.props.position)
    render(engine, 1)
    drain()
    assert beats[1:] == [(0, 60000, -1)]


def test_beats_that_nobody_fetches_are_bounded(engine):
    beats = watch_beats(engine)
    engine.props.clock.props.tempo = 999
    engine.props.clock.restart(0)
    n_frames = 4100 * 60 * 48000 // 999 + 10
    render(engine, n_frames)
    drain()
    assert len(beats) == 4096 and beats[-1][0] == 4100
    assert engine.props.n_dropped == 4101 - 4096


def test_each_step_is_told_once_after_its_beat(engine):
    """With the swing, and with steps that are cut otherwise."""
    told = watch_beats(engine)
    clock, choose = engine.props.clock, random.Random(3)
    clock.connect('step', lambda _clock, *step: told.append(('step', *step)))
    clock.props.swing = 0.5
    clock.restart(100)
    while engine.props.position < 40000:
        render(engine, choose.randrange(1, 5000))
        drain()
    line = Line()
    line.set(0, swing='0.5')
    line.frame, line.beat = 100, Fraction(0)
    n_frames = engine.props.position
    expected = [(frame, 1, ('step', i, frame, -1)) for i in range(20)
                for frame in [line.frame_of(line.place('step', i))]]
    expected += [(frame, 0, (i, frame, -1)) for i in range(4) for frame in [line.frame_of(i)]]
    assert told == [each for frame, _kind, each in sorted(expected) if frame < n_frames]
    told.clear()
    clock.props.swing, clock.props.steps_per_beat = 0, 3
    render(engine, 100 + 72000 - n_frames)
    drain()
    steps = [each for each in told if each[0] == 'step']
    assert steps == [('step', i, 100 + 8000 * i, -1) for i in range(steps[0][1], 9)]
    assert 100 + 8000 * (steps[0][1] - 1) < n_frames <= steps[0][2]


def test_steps_are_told_without_beats(engine):
    clock, told = engine.props.clock, []
    clock.restart(0)
    render(engine, 7000)
    handler = clock.connect('step', lambda _clock, step, frame, _time: told.append((step, frame)))
    render(engine, 12000)
    drain()
    assert told == [(2, 12000), (3, 18000)]
    clock.disconnect(handler)
    beats = watch_beats(engine)
    render(engine, 12000)
    drain()
    assert len(told) == 2 and beats == [(1, 24000, -1)]


# Triggers that wait for the grid: one frame of sound says where each began


PULSE = numpy.ones((1, 1), '<f4')
GRIDS = {'step': Flitzis.Quantize.STEP, 'beat': Flitzis.Quantize.BEAT, 'bar': Flitzis.Quantize.BAR}


def pulse_slots(engine, n_slots=1):
    for slot in range(n_slots):
        assert engine.set_sample(slot, make_sample(PULSE))


def onsets(frames):
    """Where pulses are, each as often as it is there."""
    sums = numpy.rint(frames[:, 0]).astype(int)
    return [int(frame) for frame in numpy.flatnonzero(sums) for _ in range(sums[frame])]


def blocks(n_frames, seed):
    choose = random.Random(seed)
    while n_frames > 0:
        n = min(n_frames, choose.choice((1, 7, 64, 100, 1024, 8192)))
        yield n
        n_frames -= n


class Line:
    """What the clock shall be, in exact fractions: re-anchored where it changes."""

    def __init__(self, rate=48000):
        self.rate, self.tempo, self.frame, self.beat = rate, Fraction(120), 0, Fraction(0)
        self.bar, self.steps, self.swing = 4, 4, Fraction(0)

    def at(self, frame):
        return self.beat + (frame - self.frame) * self.tempo / (60 * self.rate)

    def set(self, now, **changes):
        self.beat, self.frame = self.at(now), now
        for name, value in changes.items():
            setattr(self, name, Fraction(str(value)))

    def frame_of(self, beat):
        return int(nearest(self.frame + (beat - self.beat) * 60 * self.rate / self.tempo))

    def place(self, grid, index):
        """The beat of a grid's point."""
        if grid == 'step':
            return (index + (self.swing if index % 2 else 0)) / self.steps
        return Fraction(index) * (self.bar if grid == 'bar' else 1)

    def next(self, grid, now):
        """The number of the first point at this frame or later."""
        size = {'step': 1 / self.steps, 'beat': Fraction(1), 'bar': self.bar}[grid]
        index = int(self.at(now) / size) - 3
        while self.frame_of(self.place(grid, index)) < now:
            index += 1
        return index


@pytest.mark.parametrize('grid', GRIDS)
@pytest.mark.parametrize('swing', (0, 0.333333))
@pytest.mark.parametrize('tempo', (137, 999))
def test_a_trigger_waits_for_the_grid(make_engine, grid, swing, tempo):
    """The first at or after the frame at which the next block begins; it may lie inside that."""
    for seed in range(3):
        engine = make_engine(n_voices=1024)
        pulse_slots(engine)
        engine.get_slot(0).props.quantize = GRIDS[grid]
        clock, line = engine.props.clock, Line()
        clock.props.tempo, clock.props.swing = tempo, swing
        clock.props.beats_per_bar, clock.props.steps_per_beat = 3, 6
        clock.restart(77)
        line.set(0, tempo=tempo, swing=swing, bar=3, steps=6)
        line.frame, line.beat = 77, Fraction(0)
        expected, parts = [], []
        for n in blocks(150000, seed):
            now = engine.props.position
            assert engine.play_sample(0, 1.0) > 0
            expected.append(line.frame_of(line.place(grid, line.next(grid, now))))
            parts.append(render(engine, n))
        heard = onsets(numpy.concatenate(parts))
        assert heard == sorted(frame for frame in expected if frame < engine.props.position)
        assert len(set(heard)) > 2
        assert engine.props.n_late == 0


def play_with_changes(engine, seed, n_frames=200000):
    """Triggers and changes on fixed frames, rendered in blocks that end there and anywhere else."""
    choose, parts = random.Random(1), []
    clock, line, waiting, expected = engine.props.clock, Line(), [], []
    split = random.Random(seed)
    clock.restart(0)
    names = sorted(GRIDS)
    for slot, name in enumerate(names):
        engine.get_slot(slot).props.quantize = GRIDS[name]
    for now in sorted(choose.sample(range(n_frames), 200)) + [n_frames]:
        while engine.props.position < now:
            left = now - engine.props.position
            parts.append(render(engine, min(left, split.choice((1, 50, 1000, 10000)))))
        expected += [frame for frame in (line.frame_of(each) for each in waiting) if frame < now]
        waiting = [each for each in waiting if line.frame_of(each) >= now]
        if choose.random() < 0.3:
            tempo = choose.randrange(40, 300)
            clock.props.tempo = tempo
            line.set(now, tempo=tempo)
        slot = choose.randrange(3)
        engine.play_sample(slot, 1.0)
        waiting.append(line.place(names[slot], line.next(names[slot], now)))
    return numpy.concatenate(parts), sorted(expected)


def test_what_waits_moves_with_its_beat(make_engine):
    """All renderings are the same, however they are split."""
    renderings = []
    for seed in range(4):
        engine = make_engine()
        pulse_slots(engine, 3)
        frames, expected = play_with_changes(engine, seed)
        assert onsets(frames) == expected
        assert len(expected) > 150
        renderings.append(frames)
    assert all(numpy.array_equal(each, renderings[0]) for each in renderings)


def test_swing_and_steps_that_change_move_what_waits(engine):
    """A step keeps its place in its beat, though later steps be cut otherwise."""
    pulse_slots(engine)
    engine.get_slot(0).props.quantize = Flitzis.Quantize.STEP
    clock = engine.props.clock
    clock.restart(0)
    render(engine, 1)
    engine.play_sample(0, 1.0)
    render(engine, 1)  # it waits for step 1 of 4
    clock.props.swing = 0.5
    clock.props.steps_per_beat = 2
    assert onsets(render(engine, 24000)) == [6000 + 3000 - 2]


def test_a_clock_that_stands_keeps_what_waits(engine):
    ended = watch(engine)
    pulse_slots(engine)
    engine.get_slot(0).props.quantize = Flitzis.Quantize.BEAT
    clock = engine.props.clock
    engine.play_sample(0, 1.0)
    assert onsets(render(engine, 100)) == [0]
    clock.restart(0)
    render(engine, 1)
    engine.play_sample(0, 1.0)
    render(engine, 1)
    clock.props.running = False
    assert not onsets(render(engine, 100000))
    engine.play_sample(0, 1.0)
    assert onsets(render(engine, 100)) == [0]
    clock.props.running = True
    assert onsets(render(engine, 30000)) == [24000 - 102]
    waiting = [engine.play_sample(0, 1.0) for _ in range(3)]
    render(engine, 1)
    clock.props.running = False
    engine.stop_voice(waiting[0])
    engine.cancel_scheduled()
    clock.props.running = True
    assert not onsets(render(engine, 50000))
    drain()
    assert [reason for *_voice, reason in ended[-3:]] == [
        Reason.STOPPED, Reason.CANCELLED, Reason.CANCELLED]


def test_a_restart_has_what_waits_wait_for_the_next(engine):
    pulse_slots(engine)
    engine.get_slot(0).props.quantize = Flitzis.Quantize.BAR
    clock = engine.props.clock
    clock.restart(0)
    render(engine, 10)
    engine.play_sample(0, 1.0)  # the bar at 96000
    clock.restart(500)
    assert onsets(render(engine, 200000)) == [490]


def test_what_has_a_frame_waits_for_that(engine):
    pulse_slots(engine)
    engine.get_slot(0).props.quantize = Flitzis.Quantize.BAR
    engine.props.clock.restart(5)
    engine.play_sample_at(0, 1.0, 123)
    assert onsets(render(engine, 1000)) == [123]


def test_a_stop_frame_holds_for_what_waits(make_engine):
    """Whatever beat it is given comes too late, or in time once the tempo has changed."""
    for tempo, frames, expected in ((120, 90000, []), (120, 96000, []), (120, 96100, [96000, 100]),
                                    (240, 90000, [48001, 41999])):
        for split in (1000, 150000):
            engine = make_engine()
            ended = watch(engine)
            engine.set_sample(0, make_sample(numpy.ones((480, 1), '<f4')))
            slot, clock = engine.get_slot(0), engine.props.clock
            slot.props.quantize, slot.props.loop = Flitzis.Quantize.BAR, True
            slot.props.release = 0
            clock.restart(0)
            render(engine, 1)
            trigger = Flitzis.Trigger()
            trigger.stop_frame = frames
            voice = engine.play(trigger)
            render(engine, 1)
            clock.props.tempo = tempo
            first = engine.props.position
            heard = numpy.concatenate([render(engine, split) for _ in range(150000 // split)])
            sounding = numpy.flatnonzero(heard[:, 0]) + first
            assert [*sounding[:1], *([len(sounding)] if len(sounding) else [])] == expected
            drain()
            assert ended == [(voice, 0, Reason.STOPPED)]
            n_heard = 1 if expected else 0
            assert (engine.props.n_started, engine.props.n_playing) == (n_heard, 0)


# Triggers that name their beat


def play_at_beats(engine, n_beats, velocity=1.0):
    for beat in range(n_beats):
        assert engine.play_sample_at_beat(0, velocity, beat) > 0


def test_beats_that_were_scheduled_follow_the_tempo(engine):
    """From 120 over 300 to 30 BPM: the intervals are what is due."""
    pulse_slots(engine)
    clock, line, expected, parts = engine.props.clock, Line(), [], []
    clock.restart(0)
    play_at_beats(engine, 12)
    for tempo, n_frames in ((120, 50000), (300, 30001), (30, 300000)):
        now = engine.props.position
        clock.props.tempo = tempo
        line.set(now, tempo=tempo)
        parts.append(render(engine, n_frames))
        expected += [frame for frame in map(line.frame_of, range(12))
                     if now <= frame < now + n_frames]
    assert onsets(numpy.concatenate(parts)) == expected
    assert expected[:6] == [0, 24000, 48000, 48000 + 2000 + 8800, 58800 + 9600, 68400 + 9600]
    assert {after - before for before, after in itertools.pairwise(expected[6:])} == {96000}
    assert engine.props.n_late == 0


@pytest.mark.parametrize('tempo', (20, 137, 9999))
@pytest.mark.parametrize('split', (1, 7, 1024))
def test_a_trigger_sounds_where_its_beat_is(make_engine, tempo, split):
    """The frame is the one that the clock states, whether or not blocks end there."""
    engine = make_engine(n_voices=64)
    pulse_slots(engine)
    clock, choose = engine.props.clock, random.Random(tempo)
    clock.props.tempo = tempo
    clock.restart(5)
    n_frames = 3000 if split == 1 else 48000
    last = clock.frame_to_beat(n_frames)
    beats = [choose.uniform(0, last) for _ in range(40)] + [last / 2] * 2 + [1 / 3 * last // 1]
    for beat in beats:
        engine.play_sample_at_beat(0, 1.0, beat)
    heard = onsets(numpy.concatenate([render(engine, split) for _ in range(n_frames // split)]))
    assert heard == [frame for frame in sorted(map(clock.beat_to_frame, beats))
                     if frame < engine.props.position]
    assert len(heard) > 35


def test_a_restart_moves_a_beat_to_its_place_on_the_new_grid(engine):
    pulse_slots(engine)
    clock = engine.props.clock
    clock.restart(0)
    play_at_beats(engine, 3)
    assert onsets(render(engine, 30000)) == [0, 24000]
    clock.restart(31000)
    engine.play_sample_at_beat(0, 1.0, -0.5)  # before the restart's frame, and late
    engine.play_sample_at_beat(0, 1.0, -1 / 48)
    assert onsets(render(engine, 60000)) == [0, 500, 1000 + 48000]
    assert engine.props.n_late == 1
    engine.play_sample_at_beat(0, 1.0, 3.0)
    clock.restart(engine.props.position - 3 * 24000 - 100)
    assert onsets(render(engine, 100)) == [0]
    assert engine.props.n_late == 2


def test_the_swing_moves_the_beats_that_are_steps(engine):
    """Whether it is set before or after the call; others, and steps of another size, stay."""
    pulse_slots(engine)
    clock = engine.props.clock
    clock.restart(0)
    for step in range(8):
        engine.play_sample_at_beat(0, 1.0, step / 4)
    engine.play_sample_at_beat(0, 1.0, 0.125)
    clock.props.swing = 0.5
    assert onsets(render(engine, 24000)) == [0, 3000, 9000, 12000, 21000]
    clock.props.swing = 0.25
    clock.props.steps_per_beat = 3
    assert onsets(render(engine, 24000)) == [0, 7500, 12000, 19500]
    for step in range(6, 12):
        engine.play_sample_at_beat(0, 1.0, step / 3)
    assert onsets(render(engine, 48000)) == [0, 10000, 16000, 24000 + 2000, 32000, 42000]


def test_a_stopped_clock_keeps_what_waits_for_a_beat(engine):
    ended = watch(engine)
    pulse_slots(engine)
    clock = engine.props.clock
    engine.get_slot(0).props.quantize = Flitzis.Quantize.BAR  # does not matter
    for beat in (0.5, 1.0, -2.0):
        engine.play_sample_at_beat(0, 1.0, beat)
    assert not onsets(render(engine, 50000))
    assert engine.props.n_late == 0
    clock.props.running = True
    assert onsets(render(engine, 20000)) == [0, 12000]
    assert engine.props.n_late == 1
    clock.props.running = False
    assert not onsets(render(engine, 50000))
    clock.props.running = True
    assert onsets(render(engine, 20000)) == [4000]
    voices = [engine.play_sample_at_beat(0, 1.0, beat) for beat in (90, 91)]
    engine.stop_voice(voices[0])
    engine.cancel_scheduled()
    render(engine, 10)
    drain()
    assert [reason for *_voice, reason in ended[-2:]] == [Reason.STOPPED, Reason.CANCELLED]


def test_a_beat_in_the_past_sounds_at_once_and_is_late(engine):
    pulse_slots(engine)
    engine.props.clock.restart(0)
    render(engine, 30000)
    engine.play_sample_at_beat(0, 1.0, 1.0)
    engine.play_sample_at_beat(0, 1.0, 30000 / 24000)
    assert onsets(render(engine, 100)) == [0, 0]
    assert engine.props.n_late == 1


def test_what_is_triggered_for_one_frame_keeps_the_order_of_the_calls(make_engine):
    """By its beat or by its frame: the newest steals the voice of the one before."""
    engine = make_engine(n_voices=1)
    ended = watch(engine)
    engine.set_sample(0, make_sample(numpy.ones((100, 1), '<f4')))
    engine.props.clock.restart(0)
    voices = [engine.play_sample_at_beat(0, 1.0, 1.0), engine.play_sample_at(0, 1.0, 24000),
              engine.play_sample_at_beat(0, 1.0, 1.0)]
    render(engine, 30000)
    drain()
    assert [(voice, reason) for voice, _slot, reason in ended] == [
        (voices[0], Reason.STOLEN), (voices[1], Reason.STOLEN), (voices[2], Reason.FINISHED)]


def test_a_trigger_names_its_beat(engine):
    pulse_slots(engine)
    engine.props.clock.restart(0)
    trigger = Flitzis.Trigger()
    assert trigger.beat != trigger.beat  # NaN
    trigger.beat = 0.0
    render(engine, 100)
    trigger.beat = 1.0
    assert engine.play(trigger) > 0
    trigger.stop_frame = 24000
    assert engine.play(trigger) > 0
    assert onsets(render(engine, 30000)) == [24000 - 100]
    trigger.stop_frame, trigger.frame = 0, 24000
    with fails_with(Flitzis.EngineError.INVALID_VALUE, 'frame'):
        engine.play(trigger)


def test_beats_out_of_range(engine):
    for beat in (float('nan'), float('inf'), 2.0 ** 31 + 1, -2.0 ** 31 - 1):
        with fails_with(Flitzis.EngineError.INVALID_VALUE, 'beat'):
            engine.play_sample_at_beat(0, 1.0, beat)
    for beat in (2.0 ** 31, -2.0 ** 31, 2.0 ** 31 - 0.3):
        assert engine.play_sample_at_beat(0, 1.0, beat) > 0
    engine.props.clock.restart(10 ** 6)
    render(engine, 100)
    assert engine.props.n_triggered == 3 and engine.props.n_started == 0


def test_beats_that_wait_are_bounded(make_engine):
    engine = make_engine(n_voices=1024)
    pulse_slots(engine)
    n_waiting = 0
    with fails_with(Flitzis.EngineError.BUSY):
        while n_waiting < 2000:
            engine.play_sample_at_beat(0, 1.0, 1.0)
            n_waiting += 1
    assert n_waiting == 1024
    engine.props.clock.restart(0)
    assert len(onsets(render(engine, 30000))) == 1024
    assert engine.play_sample_at_beat(0, 1.0, 5.0) > 0


def test_a_full_schedule_refuses_what_would_wait(make_engine):
    engine = make_engine(n_events=3)
    pulse_slots(engine)
    engine.get_slot(0).props.quantize = Flitzis.Quantize.BAR
    engine.props.clock.restart(1000)
    for _ in range(3):
        engine.play_sample(0, 1.0)
    with fails_with(Flitzis.EngineError.BUSY):
        engine.play_sample(0, 1.0)
    assert onsets(render(engine, 2000)) == [1000] * 3
    assert engine.play_sample(0, 1.0) > 0


# Events by their frames


def render_events(make_engine, frames, quanta):
    """Pulses on these frames, sent as they fit, in blocks of these sizes."""
    engine = make_engine()
    pulse_slots(engine)
    parts, sent = [], 0
    n_frames = frames[-1] + 1
    for quantum in quanta:
        while sent < len(frames):
            try:
                engine.play_sample_at(0, 1 / 64, frames[sent])
            except GLib.Error as error:
                assert error.matches(Flitzis.engine_error_quark(), Flitzis.EngineError.BUSY)
                break
            sent += 1
        parts.append(render(engine, min(quantum, n_frames - engine.props.position)))
        if engine.props.position == n_frames:
            break
    assert sent == len(frames) and engine.props.n_late == 0
    assert engine.props.n_started == len(frames) and engine.props.n_stolen == 0
    return numpy.concatenate(parts)


def many_events(n_events, spread):
    choose = random.Random(n_events)
    return sorted(choose.randrange(n_events * spread) for _ in range(n_events))


@pytest.mark.parametrize('quantum', (64, 1024, 8192, None))
def test_a_hundred_thousand_events_are_on_their_frames(make_engine, quantum):
    """Sent in batches, in order; None: blocks of any size."""
    frames = many_events(100000, 9)
    choose = random.Random(quantum)
    quanta = (quantum or choose.choice((1, 3, 100, 1024, 8192)) for _ in itertools.count())
    heard = render_events(make_engine, frames, quanta)
    counts = numpy.bincount(frames, minlength=len(heard)).astype('<f4') / 64
    assert numpy.array_equal(heard[:, 0], counts) and numpy.array_equal(heard[:, 1], counts)


@pytest.mark.parametrize('quantum', (1, 2, 16))
def test_events_are_on_their_frames_in_small_blocks(make_engine, quantum):
    frames = many_events(3000, 5)
    heard = render_events(make_engine, frames, itertools.repeat(quantum))
    assert numpy.array_equal(heard[:, 0], numpy.bincount(frames).astype('<f4') / 64)


def test_what_waits_for_a_beat_changes_places_with_what_waits_for_a_frame(make_engine):
    """A faster tempo overtakes frames, a slower one falls behind them."""
    engine = make_engine(n_voices=256)
    pulse_slots(engine)
    clock, choose = engine.props.clock, random.Random(3)
    engine.get_slot(0).props.quantize = Flitzis.Quantize.BAR
    clock.restart(0)
    render(engine, 1)
    frames = [choose.randrange(1, 200000) for _ in range(100)]
    for frame in frames:
        engine.play_sample_at(0, 1.0, frame)
        if frame % 3 == 0:
            engine.play_sample(0, 1.0)
    render(engine, 1)
    for tempo in (999, 30, 60):
        clock.props.tempo = tempo
        render(engine, 1)
    bar = clock.beat_to_frame(4)
    assert 150000 < bar < 200000
    expected = sorted(frames + [bar] * sum(frame % 3 == 0 for frame in frames))
    heard = onsets(render(engine, 200000))
    assert [frame + 5 for frame in heard] == [frame for frame in expected if frame >= 5]
