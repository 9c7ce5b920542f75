# SPDX-License-Identifier: LGPL-2.1-or-later
"""A model of playing, written from the documents and not from the code: what an engine renders and
reports for a program of calls. It computes in 64-bit floats and exact fractions, and shares nothing
with the library. tests/test_model.py compares the two.

A frame is one of the engine's `position`, a place is a frame of a sample. A sample that plays
backwards is reversed first, so that all places go forwards. A block begins with each call of
`render`: settings that voices follow are read there.

Where the documents are silent, the model either does what the engine does or raises `Unspecified`.
The choices of the first kind:

- A fade of 5 ms or less is a factor: an attack or a longer fade goes on below it. A longer one
  begins at the level of the voice, and the attack stops.
- A stop or a theft in the same gap between two blocks as the pause of its voice, with a fade of
  5 ms or less, ignores the pause.
- What is cut off while the whole engine stands still makes no sound afterwards.
- Each side of a voice has a gain that moves by itself.
- A voice that is left behind by its loop goes to the place modulo the loop's length. The sound that
  fades out goes on in the loop that it was in.
- A beat that is not a step is rounded to a part of a beat, of which a third and the like are whole
  numbers.
- A voice that comes to the end of its loop with the last frame of a block has gone back.
- A part that suddenly ends within the next millisecond, because its loop was let go, fades out over
  what is left.
- Blocks of an engine that stands still find points of the grid, too.

Of tweens, the model knows those of gains, LINEAR and from a frame on. While a voice gets used to
another setting during a move, the model only knows how loud it can be. A short fade that begins
during a move stays where the move is or goes on to the next point, so the model knows both ends.
"""

import copy
import math
from fractions import Fraction

import numpy

FOREVER = 1 << 62
N_LAYERS = 16
BUSY = 'busy'
PARTS_PER_BEAT = 2 ** 5 * 3 ** 2 * 5 * 7 * 11 * 13 * 17 * 19
POINTS = 64     # frames: voices follow a tween on straight lines that are no longer
SUB_BLOCK = 1024  # frames: render () splits a call into blocks of this length

# Values of the enumerations, by their nicks.
FINISHED, STOPPED, STOLEN, CHOKED, UNLOADED, REJECTED, CANCELLED = (
    'finished', 'stopped', 'stolen', 'choked', 'unloaded', 'rejected', 'cancelled')

SLOT_DEFAULTS = {
    'pan': 0.0, 'mute': False, 'playback_rate': 1.0, 'interpolation': 'sinc',
    'start': 0, 'end': 0, 'reverse': False,
    'loop': False, 'loop_start': 0, 'loop_end': 0, 'loops': 0, 'loop_crossfade': 0.0,
    'attack': 0.0, 'release': 0.005, 'choke_group': 0, 'choke_release': 0.005,
    'retrigger': 'overlap', 'priority': 0, 'quantize': 'none', 'variation': 'velocity',
    'random_gain': 0.0, 'random_rate': 0.0, 'random_start': 0}
TRIGGER_DEFAULTS = {'velocity': 1.0, 'frame': 0, 'gain': 1.0, 'pan': 0.0, 'rate': 1.0,
                    'fade_in': -1.0, 'loops': 0, 'stop_frame': 0, 'beat': None, 'layer': -1}
TAKEN_AT_THE_CALL = ('start', 'end', 'reverse', 'attack', 'choke_group', 'retrigger', 'priority',
                     'quantize', 'variation', 'random_gain', 'random_rate', 'random_start')


class Unspecified(Exception):
    """The documents leave open what comes next, so the comparison ends here."""


def to_frames(seconds, rate):
    """The nearest number of frames, of two the larger."""
    return math.floor(seconds * rate + 0.5)


def nearest(frame):
    return math.floor(frame + Fraction(1, 2))


def pan_gains(pan):
    if pan in (-1, 0, 1):
        return numpy.array([1.0, 1.0] if pan == 0 else [math.sqrt(2) * (pan < 0),
                                                        math.sqrt(2) * (pan > 0)])
    angle = (pan + 1) * math.pi / 4
    return math.sqrt(2) * numpy.array([math.cos(angle), math.sin(angle)])


class Random:
    """SplitMix64, as Steele, Lea and Flood describe it."""

    def __init__(self, seed):
        self.state = seed

    def next(self):
        self.state = z = (self.state + 0x9e3779b97f4a7c15) % 2 ** 64
        z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9 % 2 ** 64
        z = (z ^ z >> 27) * 0x94d049bb133111eb % 2 ** 64
        return z ^ z >> 31

    def below(self, n):
        return (self.next() >> 32) * n >> 32

    def sign(self):
        """-1 to 1."""
        bits = self.next()
        return (bits - 2 ** 64 * (bits >> 63)) / 2 ** 63


class Layer:
    """One of the samples of a slot."""

    def __init__(self, frames, low, high, is_added):
        self.frames, self.low, self.high, self.is_added = frames, low, high, is_added
        self.hit = 0            # the number of the trigger that played it last

    def holds(self, velocity):
        return self.low <= velocity and (velocity < self.high or self.high == 1.0)


class Ramp:
    """A value that moves to another on a straight line."""

    def __init__(self, value):
        self.start = self.end = value
        self.done = self.n_frames = 0

    @property
    def now(self):
        if self.done >= self.n_frames:
            return self.end
        return self.start + (self.end - self.start) * (self.done / self.n_frames)

    @property
    def rest(self):
        return max(0, self.n_frames - self.done)

    def go(self, end, n_frames):
        self.start, self.end, self.done, self.n_frames = self.now, end, 0, n_frames

    def jump(self, end):
        self.start, self.end, self.done, self.n_frames = end, end, 0, 0

    def take(self, n_frames):
        """The values of the next frames, one for each."""
        if self.done >= self.n_frames:
            return self.end
        parts = numpy.arange(self.done + 1, self.done + n_frames + 1) / self.n_frames
        self.done += n_frames
        return self.start + (self.end - self.start) * numpy.minimum(parts, 1.0)[:, None]


class Move:
    """A gain on its way, from one frame of `position` to another."""

    def __init__(self, start, end, first, n_frames):
        self.start, self.end, self.first, self.n_frames = start, end, first, n_frames

    def at(self, frames):
        part = numpy.clip((frames - self.first) / self.n_frames, 0.0, 1.0)
        return numpy.where(part < 1.0, self.start + (self.end - self.start) * part, self.end)

    @property
    def last(self):
        return self.first + self.n_frames

    @property
    def bend(self):
        """How far it goes between two points."""
        return abs(self.end - self.start) * min(POINTS / self.n_frames, 1 / 16)


class Clock:
    """The beats, in exact fractions."""

    def __init__(self, rate):
        self.rate = rate
        self.set = {'tempo': Fraction(120), 'swing': Fraction(0), 'beats_per_bar': 4,
                    'steps_per_beat': 4, 'running': False}
        self.held = dict(self.set)
        self.frame, self.beat = 0, Fraction(0)
        self.restart_at = None

    def change(self, name, value):
        if name in ('tempo', 'swing'):
            value = Fraction(round(value * 10 ** 6), 10 ** 6)
        self.set[name] = value

    def restart(self, frame):
        self.restart_at = frame
        self.set['running'] = True

    def beat_at(self, frame):
        if not self.held['running']:
            return self.beat
        return self.beat + (frame - self.frame) * self.held['tempo'] / (60 * self.rate)

    def begin_block(self, position):
        """Takes what was set since the last block; returns whether the clock was restarted."""
        restarted = self.restart_at is not None
        if restarted:
            self.beat = (position - self.restart_at) * self.set['tempo'] / (60 * self.rate)
        else:
            self.beat = self.beat_at(position)
        self.frame, self.restart_at = position, None
        self.held = dict(self.set)
        return restarted

    def frame_of(self, beat):
        return nearest(self.frame + (beat - self.beat) * 60 * self.rate / self.held['tempo'])

    def beat_of(self, point):
        kind, number, n_steps = point
        if kind == 'place':
            return number
        if kind == 'step':
            return (number + (self.held['swing'] if number % 2 else 0)) / Fraction(n_steps)
        return Fraction(number)

    def point_of(self, beat):
        """What a beat that a trigger names is: a step, as they are set, or a place."""
        n_steps = self.set['steps_per_beat']
        step = Fraction(beat) * n_steps
        if abs(step - nearest(step)) < Fraction(1, 10 ** 6):
            return 'step', nearest(step), n_steps
        return 'place', Fraction(nearest(Fraction(beat) * PARTS_PER_BEAT), PARTS_PER_BEAT), None

    def find(self, kind, position):
        """The first point of a grid at or after the frame at which a block begins."""
        n_steps = self.held['steps_per_beat']
        size = {'step': Fraction(1, n_steps), 'beat': Fraction(1),
                'bar': Fraction(self.held['beats_per_bar'])}[kind]
        index = math.floor(self.beat_at(position) / size) - 3
        while True:
            number = index * self.held['beats_per_bar'] if kind == 'bar' else index
            point = (kind, number, n_steps)
            if self.frame_of(self.beat_of(point)) >= position:
                return point
            index += 1


class Voice:
    """One trigger that was accepted: it waits, sounds, and ends."""

    def __init__(self, number, trigger, taken, steal):
        self.number = number
        self.slot, self.layer_number = trigger['slot'], trigger['layer']
        self.velocity, self.pan = trigger['velocity'], trigger['pan']
        self.rate, self.loops = trigger['rate'], trigger['loops']
        self.fade_in = trigger['fade_in'] if trigger['fade_in'] >= 0 else taken['attack']
        self.stop_frame = trigger['stop_frame']
        self.taken, self.steal = taken, steal
        self.state = 'waiting'
        self.paused = self.to_pause = False
        self.pause = Ramp(1.0)
        self.behind = None      # its place, and for how long: the loop was moved away from it
        self.stood = False      # until now; it goes on with the next block
        self.has_begun = False  # a block has, with it among the voices that sound
        self.heard = 0          # frames rendered so far
        self.start_frame = -1
        self.fade = None        # of a stop: a ramp to 0, and its reason
        self.reason = None
        self.cut_in = Ramp(1.0)     # of another place, to which it was moved
        self.seek = None        # the frame at which it is to begin

    def begin(self, layer, rate, order, playback_rate, numbers):
        """Takes a place among the voices that sound."""
        self.state, self.order, self.layer = 'sounding', order, layer
        frames, taken = layer.frames, self.taken
        if taken['random_gain']:
            self.velocity *= 10 ** (taken['random_gain'] * numbers.sign() / 20)
        step = self.rate * playback_rate
        if taken['random_rate']:
            step *= 2 ** (taken['random_rate'] * numbers.sign() / 1200)
        self.step = math.floor(step * 2 ** 32 + 0.5) / 2 ** 32
        n_left_out = numbers.below(taken['random_start'] + 1) if taken['random_start'] else 0
        n = len(frames)
        end = taken['end']
        end = n if end == 0 or end > n else end
        start = min(taken['start'], end - 1)
        self.reverse = taken['reverse']
        n_left_out = min(n_left_out, end - start - 1)
        start, end = ((start, end - n_left_out) if self.reverse else (start + n_left_out, end))
        self.n = n
        if self.reverse:
            frames, start, end = frames[::-1], n - end, n - start
        self.padded = numpy.concatenate([frames, numpy.zeros((1, 2))])
        self.start, self.end = start, end
        self.place = start
        self.has_edge = start > 0   # it begins within the sample
        self.rounds = 0         # times that it went back
        self.left = None        # frames to the end of its part, and those in which it fades there
        self.n_down = max(1, rate // 1000)
        self.before = Ramp(0.0)  # the attack, and below a short fade what was before that
        self.before.go(1.0, to_frames(self.fade_in, rate))
        self.gains = None       # of both sides
        self.peak = float(numpy.abs(frames).max())
        self.n_open = 0         # frames in which it gets used to a setting during a move,
        self.loudest = 0.0      # and its largest gain before
        self.line = 0.0         # how far its gain goes up to the next point of a move that ended
        self.n_astray = 0       # frames in which its gain is not quite where such moves were,
        self.astray = 0.0       # and how far it is from there

    @property
    def level(self):
        """The voice's fades, now, but for the pause."""
        return self.fade.now if self.fade else self.before.now

    @property
    def stands(self):
        return self.paused and self.pause.now == 0.0

    def is_left_behind(self, settings, rate):
        return self.backs(settings) > 0 and self.place >= self.loop_of(settings, rate)[1]

    def must_not_be_behind(self, settings, rate):
        """A voice that fades over into its loop: the effect of stops, pauses and gains is open."""
        if self.behind or self.is_left_behind(settings, rate):
            raise Unspecified('a voice changes while it is faded over into its loop')

    def in_edge(self, rate):
        n_edge = rate // 1000
        return (self.has_edge and self.heard < n_edge
                or self.end < self.n and self.end - self.place <= n_edge * self.step)

    def loop_of(self, settings, rate):
        """(first, end, number of crossfaded frames) of the loop, as it lies in the part."""
        n = self.n
        end = settings['loop_end']
        end = n if end == 0 or end > n else end
        first = settings['loop_start']
        if first >= end:
            first = end - 1
        if self.reverse:
            first, end = n - end, n - first
        if end <= self.start:
            first, end = self.start, self.start + 1
        elif first >= self.end:
            first, end = self.end - 1, self.end
        first, end = max(first, self.start), min(end, self.end)
        n_fade = to_frames(settings['loop_crossfade'], rate)
        return first, end, min(n_fade, first - self.start, (end - first) // 2)

    def backs(self, settings):
        """How many more times the voice goes back to the start of the loop."""
        if not self.loops and not settings['loop']:
            return 0
        loops = self.loops or settings['loops']
        return max(0, loops - 1 - self.rounds) if loops else FOREVER

    def left_of(self, settings, rate):
        """The frames up to the end, and how many are heard."""
        first, end, _n_fade = self.loop_of(settings, rate)
        backs = self.backs(settings)
        left = FOREVER if backs >= FOREVER else (
            (self.end - self.place + backs * (end - first)) / self.step)
        return left, math.ceil(left)

    def rest(self, settings, rate):
        return self.left_of(settings, rate)[1]

    def sound(self, n_frames, settings, rate):
        """The next frames of the sample, up to its end, and whether they are the last. Moves the
        voice's place on."""
        n_edge = max(1, rate // 1000)
        self.slack = 0.0
        loop = first, end, _n_fade = self.loop_of(settings, rate)
        length = end - first
        backs = self.backs(settings)
        if self.is_left_behind(settings, rate):
            if backs < FOREVER:
                raise Unspecified('a voice that goes a number of times is left behind by its loop')
            if not self.heard:
                raise Unspecified('a loop moves away from where a voice is to begin')
            if self.behind:
                raise Unspecified('a voice is left behind by its loop twice in 5 ms')
            self.behind = [self.place, 0, self.followed]
            self.place = first + (self.place - first) % length
            self.rounds += 1
        left, rest = self.left_of(settings, rate)
        n_frames = min(n_frames, rest)
        i = numpy.arange(n_frames)
        straight = self.place + i * self.step           # as if there were no loop
        passed = straight - first
        rounds = numpy.clip(passed // length, 0, backs)
        frames = self.at(straight - rounds * length, loop, rounds < backs)
        if self.behind:
            if self.has_edge and self.heard < n_edge:
                raise Unspecified('a voice begins while it is faded over into its loop')
            place, done, (old_first, old_end, old_fade, old_backs) = self.behind
            n = rate // 200
            last = place + min(n_frames, n - done) * self.step
            if not old_backs and last > self.end - n_edge * self.step * (self.end < self.n):
                raise Unspecified('the part ends while the voice is faded over into its loop')
            part = numpy.minimum((done + 1 + i) / n, 1.0)[:, None]
            straight = place + i * self.step
            n_back = numpy.clip((straight - old_first) // (old_end - old_first), 0, old_backs)
            old = self.at(straight - n_back * (old_end - old_first),
                          (old_first, old_end, old_fade), n_back < old_backs)
            frames = frames * part + old * (1 - part)
            self.behind = [place + n_frames * self.step, done + n_frames, self.behind[2]]
            if done + n_frames >= n:
                self.behind = None
        # The edges of a part that is cut out of its sample.
        if self.has_edge and self.heard < n_edge:
            frames = frames * numpy.minimum((self.heard + 1 + i) / n_edge, 1.0)[:, None]
        if self.end < self.n and self.left is not None and left != self.left:
            if self.left < self.n_down:
                raise Unspecified('the end of a part moves while the voice fades out before it')
            self.n_down = min(left, n_edge)     # less than an edge if its loop is let go late
        self.left = left - n_frames
        if self.end < self.n and left - n_frames < n_edge:
            part = (left - i) / self.n_down
            frames = frames * numpy.minimum(part, 1.0)[:, None]
            if self.step != 1.0:    # interpolation may come before or after the fade
                near = part < 1.0 + 1 / n_edge / self.step
                self.slack = self.slack + numpy.where(near, 1 / n_edge / self.step, 0.0)
        place = self.place + n_frames * self.step
        n_rounds = int(min(max((place - first) // length, 0), backs))
        self.rounds += n_rounds
        self.followed = loop + (self.backs(settings),)
        self.place = place - n_rounds * length
        return frames, n_frames == rest

    def at(self, places, loop, goes_back):
        """The sound at places of the sample. If the voice goes back at the end of the loop, the
        last frames of the loop are mixed with those before its first."""
        first, end, n_fade = loop
        frames = self.between(places, loop, goes_back)
        if n_fade:
            mask = goes_back & (places >= end - n_fade)
            if mask.any():
                if self.step != 1.0:        # interpolation may come before or after it
                    self.slack = numpy.where(mask, math.pi / 2 / n_fade, 0.0)
                x = (places[mask] - (end - n_fade))[:, None] / n_fade * (math.pi / 2)
                before = self.between(places[mask] - (end - first), loop, goes_back[mask] & False)
                frames[mask] = numpy.cos(x) * frames[mask] + numpy.sin(x) * before
        return frames

    def between(self, places, loop, goes_back):
        """Straight lines between the frames of the sample; after its end is silence."""
        first, end, _n_fade = loop
        below = numpy.floor(places).astype(int)
        frames = self.padded[numpy.minimum(below, self.n)]
        if self.step == 1.0:
            return frames
        above = below + 1
        above = numpy.where(goes_back & (above >= end), above - (end - first), above)
        part = (places - below)[:, None]
        return frames * (1 - part) + self.padded[numpy.minimum(above, self.n)] * part


class Model:
    """What an engine shall do. The methods have the names of the engine's."""

    def __init__(self, n_slots=4, n_voices=4, sample_rate=48000, n_events=4096):
        self.rate = sample_rate
        self.n_voices, self.n_events = n_voices, n_events
        self.n_leaving = 0          # events that a call has ended since the last block,
        self.n_standing = 0         # and those tweens that may stay until the engine goes on
        self.n_fade = sample_rate // 200                # 5 ms
        self.n_short = to_frames(0.005, sample_rate)    # the longest fade that is rendered ahead
        self.settings = [dict(SLOT_DEFAULTS) for _ in range(n_slots)]
        self.layers = [{} for _ in range(n_slots)]  # by their numbers
        self.seed = 0
        self.gains, self.moves = {}, {}     # by what has the gain: see `keys_of`
        self.begun_moves = []       # (key, n_frames), on this frame
        self.changed = set()        # what has settings that were set since the last block
        self.steal, self.paused = 'oldest', False
        self.master = Ramp(1.0)
        self.frozen = self.rendering = False
        self.clock = Clock(sample_rate)
        self.position = self.position_after = 0     # of what is being mixed
        self.n_calls = 0
        self.voices = {}            # by number
        self.sounding = []
        self.events = []            # what waits: triggers and stops
        self.tails = []             # short fades: [frames, how many were heard, tolerance]
        self.n_begun = 0
        self.counters = dict.fromkeys(('triggered', 'started', 'stolen', 'rejected', 'late'), 0)
        self.ended = []             # (block within the render call, voice, slot, reason)
        self.sub_block = 0
        self.tolerance = numpy.zeros(0)     # of the frames that were rendered last

    # Settings

    def set_slot(self, slot, name, value):
        self.changed.add(('slot', slot))
        if name == 'gain':
            self.set_gain(('slot', slot), value)
        else:
            self.settings[slot][name] = value

    def set_engine(self, name, value):
        if name == 'gain':
            self.set_gain(('engine',), value)
        else:
            setattr(self, name, value)

    # Gains, and the tweens that move them

    @staticmethod
    def keys_of(voice):
        """What has a gain that is one of the voice's factors."""
        return ('engine',), ('slot', voice.slot), ('voice', voice.number)

    def gain_of(self, *key):
        move = self.moves.get(key)
        return float(move.at(self.position)) if move else self.gains.get(key, 1.0)

    def moves_of(self, voice):
        """Those that have not come to their end."""
        moves = {key: self.moves.get(key) for key in self.keys_of(voice)}
        return {key: move for key, move in moves.items() if move and move.last > self.position}

    def set_gain(self, key, gain):
        """This ends its move, and the one that is to begin with the next block."""
        self.drop_move(key)
        left = [event for event in self.events if event.get('begins_now') != key]
        self.n_standing += len(self.events) - len(left)
        self.events, self.gains[key] = left, gain
        self.changed.add(key)

    def drop_move(self, key):
        """Until the voices follow, they go on to the next point."""
        for voice in self.sounding if key in self.moves else ():
            moves = self.moves_of(voice)
            if key in moves and voice.heard:
                bend, apart = self.bends_of(voice, moves)
                voice.line = max(voice.line, bend)
                voice.astray = max(voice.astray * (voice.n_astray > 0), apart)
                voice.n_astray = self.n_fade
        if key in self.moves:
            self.n_leaving += self.moves.pop(key).last >= self.position

    def tween(self, key, gain, frame, seconds):
        if self.is_full(1):
            return BUSY
        self.n_calls += 1
        late = 0 < frame < self.position
        at_once = late or not frame
        self.counters['late'] += late
        self.events.append({'order': self.n_calls, 'point': None,
                            'move': (key, gain, to_frames(seconds, self.rate)),
                            'frame': self.position if at_once else frame,
                            'begins_now': key if at_once else None})
        return True

    def tween_engine(self, *tween):
        return self.tween(('engine',), *tween)

    def tween_slot(self, slot, *tween):
        return self.tween(('slot', slot), *tween)

    def tween_voice(self, number, *tween):
        if self.voices[number].state == 'ended':
            return True
        return self.tween(('voice', number), *tween)

    def begin_move(self, key, gain, n_frames):
        if key[0] == 'voice' and self.voices[key[1]].state != 'sounding':
            return
        now = self.gain_of(*key)
        self.drop_move(key)
        self.gains[key] = gain
        if n_frames:
            self.moves[key] = Move(now, gain, self.position, n_frames)
        self.begun_moves.append((key, n_frames))

    def follow_moves(self):
        """Voices follow when all that was to happen before this frame has happened."""
        for key, n_frames in self.begun_moves:
            for voice in self.sounding:
                if key in self.keys_of(voice):
                    self.aim(voice, self.frozen or voice.stands, has_changed=not n_frames)
        self.begun_moves.clear()

    def gains_ahead(self, voice, n_frames):
        """The gains of both sides after each of the next frames, and how far the voice, which goes
        on straight lines between points, may be away from them; None if none moves."""
        moves = self.moves_of(voice)
        if not moves:
            return None
        still = self.target(voice, but=moves)
        values = [move.at(self.position + 1 + numpy.arange(n_frames)) for move in moves.values()]
        return math.prod(values)[:, None] * still, self.bends_of(voice, moves)[1]

    def bends_of(self, voice, moves):
        """How far the gain of a voice goes between two points, and how far it is off the moves
        there, at most."""
        still = self.target(voice, but=moves).max()
        largest = max(1.0, *(max(move.start, move.end) for move in moves.values()))
        bends = sorted((move.bend for move in moves.values()), reverse=True)
        return (still * largest ** 2 * sum(bends),
                still * largest * 3 * bends[0] * bends[1] / 4 if len(bends) > 1 else 0.0)

    @property
    def seed(self):
        return self.random.state

    @seed.setter
    def seed(self, seed):
        """Numbers and turns begin anew."""
        self.random = Random(seed)
        self.n_hits = 0
        for layers in self.layers:
            for layer in layers.values():
                layer.hit = 0

    def set_sample(self, slot, frames):
        """Frames as n x 2, or None."""
        if frames is None:
            for number in list(self.layers[slot]):
                self.unload(slot, number)
        else:
            self.unload(slot, 0)
            self.layers[slot][0] = Layer(frames, 0.0, 1.0, is_added=False)

    def add_layer(self, slot, frames, low, high):
        free = set(range(N_LAYERS)) - self.layers[slot].keys()
        if free:
            self.layers[slot][min(free)] = Layer(frames, low, high, is_added=True)

    def clear_layers(self, slot):
        for number, layer in list(self.layers[slot].items()):
            if layer.is_added:
                self.unload(slot, number)

    def unload(self, slot, number):
        layer = self.layers[slot].pop(number, None)
        for voice in list(self.sounding):
            if voice.layer is layer:
                self.cut(voice, self.n_fade, UNLOADED, at_once=True)

    def find_layers(self, slot, number, velocity, variation):
        """The layers that a trigger may play, by their numbers."""
        layers = self.layers[slot]
        if number >= 0:
            return [layers[number]] if number in layers else []
        return [layer for _number, layer in sorted(layers.items())
                if variation == 'round_robin' or layer.holds(velocity)]

    def choose_layer(self, voice):
        variation = voice.taken['variation']
        layers = self.find_layers(voice.slot, voice.layer_number, voice.velocity, variation)
        if not layers:
            return None
        if variation == 'random_no_repeat':
            last = max(layer.hit for layer in self.layers[voice.slot].values())
            layers = [layer for layer in layers if not last or layer.hit != last] or layers
        if variation.startswith('random'):
            layer = layers[self.random.below(len(layers)) if len(layers) > 1 else 0]
        else:
            layer = min(layers, key=lambda layer: layer.hit)
        self.n_hits += 1
        layer.hit = self.n_hits
        return layer

    # Triggers

    def play(self, **fields):
        trigger = TRIGGER_DEFAULTS | fields
        slot, frame = trigger['slot'], trigger['frame']
        scheduled = 'frame' in fields and (frame > 0 or fields.get('at', False))
        if trigger['stop_frame'] and trigger['stop_frame'] <= frame:
            return None
        settings = self.settings[slot]
        named = trigger['beat'] is not None
        if named and scheduled:
            return None
        if not scheduled and not named and not self.find_layers(
                slot, trigger['layer'], trigger['velocity'], settings['variation']):
            return 0
        quantised = named or (not scheduled and settings['quantize'] != 'none'
                              and self.clock.set['running'])
        if self.is_full((quantised or scheduled) + (trigger['stop_frame'] > 0)):
            return BUSY
        voice = self.add(trigger)
        event = {'order': self.n_calls, 'voice': voice, 'frame': frame, 'point': None, 'new': True}
        if scheduled:
            if frame < self.position:
                self.counters['late'] += 1
                self.begin(voice)
            else:
                self.events.append(event)
        elif quantised:
            event['frame'] = None
            event['named'] = named
            event['point'] = self.clock.point_of(trigger['beat']) if named else None
            self.events.append(event)
        else:
            self.begin(voice)
        self.add_stop(voice)
        return voice.number

    def add(self, trigger):
        number = 1 + len(self.voices)
        settings = self.settings[trigger['slot']]
        voice = Voice(number, trigger, {name: settings[name] for name in TAKEN_AT_THE_CALL},
                      self.steal)
        self.voices[number] = voice
        self.gains['voice', number] = trigger['gain']
        self.counters['triggered'] += 1
        self.n_calls += 1
        return voice

    def add_stop(self, voice):
        if 0 < voice.stop_frame < self.position:
            self.counters['late'] += 1
        elif voice.stop_frame:
            self.events.append({'order': self.n_calls, 'stops': voice,
                                'frame': voice.stop_frame, 'point': None})

    def play_sample(self, slot, velocity):
        return self.play(slot=slot, velocity=velocity)

    def play_sample_at(self, slot, velocity, frame):
        return self.play(slot=slot, velocity=velocity, frame=frame, at=True)

    def play_sample_at_beat(self, slot, velocity, beat):
        return self.play(slot=slot, velocity=velocity, beat=beat)

    def play_after(self, leader, **fields):
        """The first frame is the first one without the other voice; if that has ended, now."""
        trigger = TRIGGER_DEFAULTS | fields
        slot, leader = trigger['slot'], self.voices.get(leader)
        if trigger['frame'] or trigger['beat'] is not None:
            return None
        follows = leader is not None and leader.state != 'ended'
        if not follows and not self.find_layers(slot, trigger['layer'], trigger['velocity'],
                                                self.settings[slot]['variation']):
            return 0
        if self.is_full(follows + (trigger['stop_frame'] > 0)):
            return BUSY
        voice = self.add(trigger)
        if follows:
            self.events.append({'order': self.n_calls, 'voice': voice, 'frame': None,
                                'point': None, 'follows': leader})
        else:
            self.begin(voice)
        self.add_stop(voice)
        return voice.number

    def is_full(self, n_more):
        """Whether there is no room for so many more events, late ones included."""
        n = len(self.events) + sum(move.last > self.position for move in self.moves.values())
        n_ending = sum(move.last == self.position for move in self.moves.values())
        full = n + n_more > self.n_events
        n_ending += self.n_leaving + self.n_standing
        if n_more and full != (n + n_ending + n_more > self.n_events):
            raise Unspecified('whether there is room again before the next block')
        n_idle = sum('stops' in event and event['stops'].state == 'ended' or 'move' in event
                     and event['move'][0][0] == 'voice'
                     and self.voices[event['move'][0][1]].state == 'ended' for event in self.events)
        if full and n - n_idle + n_more <= self.n_events:
            raise Unspecified('whether the stop of a voice that has ended takes up room')
        return bool(n_more and full)

    def begin(self, voice):
        """The voice's frame has come: it gets a place, or it does not."""
        if voice.stop_frame and self.position >= voice.stop_frame:
            return self.end(voice, STOPPED)
        layer = self.choose_layer(voice)
        if layer is None:
            return self.end(voice, UNLOADED)
        group = voice.taken['choke_group']
        choked = [other for other in self.sounding
                  if (voice.taken['retrigger'] == 'restart' if other.slot == voice.slot
                      else group and other.taken['choke_group'] == group)]
        full = len(self.sounding) >= self.n_voices
        if full and not choked:
            victim = self.victim(voice)
            if victim is None:
                self.counters['rejected'] += 1
                return self.end(voice, REJECTED)
            self.counters['stolen'] += 1
            self.cut(victim, self.n_fade, STOLEN, at_once=True)
        for other in choked:
            n_fade = to_frames(self.settings[other.slot]['choke_release'], self.rate)
            self.cut(other, self.n_fade if full else n_fade, CHOKED, at_once=full)
        self.n_begun += 1
        voice.begin(layer, self.rate, self.n_begun,
                    self.settings[voice.slot]['playback_rate'], self.random)
        voice.aimed = self.target(voice)
        self.sounding.append(voice)
        if self.rendering:
            self.count_begun(voice)
        if voice.seek is not None:
            self.move(voice, voice.seek)

    def count_begun(self, voice):
        if not voice.has_begun:
            voice.has_begun = True
            self.counters['started'] += 1

    def victim(self, voice):
        if voice.steal == 'reject':
            return None
        may_go = [other for other in self.sounding
                  if other.taken['priority'] <= voice.taken['priority']]
        if not may_go:
            return None
        if voice.steal == 'oldest':
            return min(may_go, key=lambda other: other.order)
        if any(other.n_open for other in may_go):
            raise Unspecified('how loud a voice is while it gets used to a setting during a move')
        if any(other.heard == 0 and (other.before.rest or other.paused or
                                     (other.aimed != self.target(other)).any())
               for other in may_go):
            raise Unspecified('how loud a voice is before its first frame')
        if any(other.in_edge(self.rate) for other in may_go):
            raise Unspecified('whether the edges of a part are among the fades')
        loudness = {other.number: self.loudness(other) for other in may_go}
        victim = min(may_go, key=lambda other: (loudness[other.number], other.order))
        for other in may_go:
            apart = loudness[other.number] - loudness[victim.number]
            if 0 < apart < 1e-5 * loudness[other.number] + 1e-12:
                raise Unspecified('two voices are as quiet as one another')
        return victim

    def loudness(self, voice):
        gains = [side.now for side in voice.gains] if voice.gains else self.target(voice)
        return float(max(gains)) * voice.level * voice.pause.now * voice.cut_in.now

    def target(self, voice, but=()):
        """The gains of both sides to which a voice moves, without some of the factors."""
        settings = self.settings[voice.slot]
        if settings['mute']:
            return numpy.zeros(2)
        gain = voice.velocity * math.prod(self.gain_of(*key) for key in self.keys_of(voice)
                                          if key not in but)
        return gain * pan_gains(min(1.0, max(-1.0, settings['pan'] + voice.pan)))

    # Ends

    def end(self, voice, reason):
        voice.state = 'ended'
        self.drop_move(('voice', voice.number))
        if voice in self.sounding:
            self.sounding.remove(voice)
            self.count_begun(voice)
        self.ended.append((self.sub_block, voice.number, voice.slot, reason))
        followers = [event for event in self.events if event.get('follows') is voice]
        for event in followers:
            if reason == FINISHED:
                event['frame'], event['follows'] = self.position_after, None
            else:
                self.cancel(event, self.rendering and reason != CANCELLED)

    def cancel(self, event, is_later):
        """What waits for a voice that never comes to its end; the next block tells of it, and of
        all that follows it."""
        self.events = [other for other in self.events if other is not event]
        self.n_leaving += 1
        self.sub_block += is_later
        self.end(event['voice'], CANCELLED)
        self.sub_block -= is_later

    def cut(self, voice, n_frames, reason, at_once=False):
        """Fades a voice out. Of two fades the one that is over sooner counts, also for the reason;
        one of 5 ms or less ends the voice at once and is rendered ahead."""
        if voice.heard and n_frames > self.n_short:
            self.follow_pause(voice)
        if voice.heard == 0 or voice.stands:
            return self.end(voice, reason)
        voice.must_not_be_behind(self.settings[voice.slot], self.rate)
        if (not self.rendering and voice.loop_of(self.settings[voice.slot], self.rate)
                + (voice.backs(self.settings[voice.slot]),) != voice.followed):
            raise Unspecified('whether a fade follows what was set of the loop before it')
        if voice.paused and n_frames > self.n_short:
            n_frames = min(n_frames, voice.pause.rest)
        if voice.fade and voice.fade.rest <= n_frames and not at_once:
            return None
        if n_frames <= self.n_short:
            voice.before = voice.fade or voice.before
            voice.fade = Ramp(1.0)
        else:
            voice.fade, voice.before = Ramp(voice.level), None
        voice.fade.go(0.0, n_frames)
        voice.reason = reason
        if n_frames <= self.n_short:
            if n_frames and not self.frozen:
                frames, _over = self.advance(voice, n_frames, is_tail=True)
                self.tails.append([frames, 0, voice.tolerance])
            self.end(voice, reason)
        return None

    def stop(self, voice):
        release = self.settings[voice.slot]['release']
        self.cut(voice, to_frames(release, self.rate), STOPPED)

    def stop_sample(self, slot):
        for voice in list(self.sounding):
            if voice.slot == slot:
                self.stop(voice)

    def stop_sample_at(self, slot, frame):
        if self.is_full(1):
            return BUSY
        self.n_calls += 1
        if frame < self.position:
            self.counters['late'] += 1
            self.stop_sample(slot)
        else:
            self.events.append({'order': self.n_calls, 'slot': slot, 'frame': frame,
                                'point': None})
        return True

    def stop_all_samples(self):
        for voice in list(self.sounding):
            self.stop(voice)

    def stop_voice(self, number, n_frames=None):
        voice = self.voices.get(number)
        if voice is None or voice.state == 'ended':
            return
        if voice.state == 'waiting':
            left = [event for event in self.events
                    if voice not in (event.get('voice'), event.get('stops'))]
            self.n_leaving += len(self.events) - len(left)
            self.events = left
            self.end(voice, STOPPED)
        elif voice.fade and voice.to_pause != voice.paused:
            raise Unspecified('whether a voice that is stopped again heeds its pause at once')
        elif n_frames is None:
            self.stop(voice)
        else:
            self.cut(voice, n_frames, STOPPED)

    def stop_voice_with_fade(self, number, seconds):
        self.stop_voice(number, to_frames(seconds, self.rate))

    def cancel_scheduled(self):
        events, self.events = self.events, []
        self.n_leaving += len(events)
        for event in events:
            if 'voice' in event and event['voice'].state != 'ended':
                self.end(event['voice'], CANCELLED)
        for key in list(self.moves):
            self.set_gain(key, self.gain_of(*key))

    # Voices

    def pause_voice(self, number):
        voice = self.voices.get(number)
        if voice and voice.state != 'ended':
            voice.to_pause = True
            if not voice.heard:
                self.follow_pause(voice)

    def resume_voice(self, number):
        voice = self.voices.get(number)
        if voice and voice.state != 'ended':
            voice.to_pause = False
            if not voice.heard:
                self.follow_pause(voice)

    def follow_pause(self, voice):
        """With the next block, and before a stop that takes longer than 5 ms."""
        if voice.to_pause == voice.paused:
            return
        if voice.heard and voice.to_pause:
            voice.must_not_be_behind(self.settings[voice.slot], self.rate)
        if voice.heard:
            voice.stood = voice.stands
            voice.pause.go(0.0 if voice.to_pause else 1.0, self.n_fade)
        else:
            voice.pause.jump(0.0 if voice.to_pause else 1.0)
        voice.paused = voice.to_pause

    def set_voice_gain(self, number, gain):
        if number in self.voices:
            self.set_gain(('voice', number), gain)

    def set_voice_pan(self, number, pan):
        self.changed.add(('voice', number))
        if number in self.voices:
            self.voices[number].pan = pan

    def seek_voice(self, number, frame):
        voice = self.voices.get(number)
        if voice and voice.state == 'sounding':
            self.move(voice, frame)
        elif voice:
            voice.seek = frame

    def move(self, voice, frame):
        """The old place fades out, and the new one in, unless the voice is not heard."""
        settings = self.settings[voice.slot]
        first, end, _n_fade = loop = voice.loop_of(settings, self.rate)
        backs = voice.backs(settings)
        place = max(voice.start, voice.n - 1 - frame if voice.reverse else frame)
        if voice.heard:
            voice.must_not_be_behind(settings, self.rate)
            if loop + (backs,) != voice.followed:
                raise Unspecified('whether a voice moves in the loop that was set before it')
            if voice.in_edge(self.rate):
                raise Unspecified('how a voice fades in that is moved while it fades at an edge')
            if not (voice.stands or self.frozen) and voice.cut_in.now > 0:
                self.leave(voice)
        if place >= voice.end:
            return self.end(voice, FINISHED)
        if backs < FOREVER and place >= end:
            voice.rounds += backs
        elif place >= end:
            voice.rounds += (place - first) // (end - first)
            place = first + (place - first) % (end - first)
        voice.place, voice.left, voice.n_down = place, None, max(1, self.rate // 1000)
        if voice.heard and voice.in_edge(self.rate):
            raise Unspecified('how a voice fades out that is moved into the end of its part')
        if voice.heard:
            voice.followed = loop + (voice.backs(settings),)
        else:
            voice.has_edge = place > 0
        if voice.to_pause:
            voice.paused = True
            voice.pause.jump(0.0)
        return None

    def leave(self, voice):
        """The place that a voice leaves is rendered ahead."""
        old = copy.copy(voice)
        old.pause, old.cut_in = copy.copy(voice.pause), copy.copy(voice.cut_in)
        old.before, old.gains = copy.copy(voice.fade or voice.before), list(
            map(copy.copy, voice.gains))
        old.fade = Ramp(1.0)
        old.fade.go(0.0, self.n_fade)
        frames, _over = self.advance(old, self.n_fade, is_tail=True)
        self.tails.append([frames, 0, old.tolerance])
        voice.cut_in.jump(0.0)
        voice.cut_in.go(1.0, self.n_fade)

    # What can be seen

    @property
    def n_playing(self):
        return sum(voice.has_begun for voice in self.sounding)

    def get_voice_position(self, number):
        voice = self.voices[number]
        if voice.state != 'sounding' or voice.heard == 0:
            return -1
        place = math.floor(voice.place)
        return voice.n - 1 - place if voice.reverse else place

    def get_voice_start_frame(self, number):
        voice = self.voices[number]
        return voice.start_frame if voice.state == 'sounding' else -1

    # Rendering

    def render(self, n_frames):
        """The next frames."""
        self.begin_block()
        self.n_leaving, self.rendering = 0, True
        out = numpy.zeros((n_frames, 2))
        self.tolerance = numpy.full(n_frames, 1e-7)
        done = 0
        while done < n_frames and not (self.frozen and self.paused):
            self.frozen, self.n_standing = False, 0
            m = n_frames - done
            if self.paused:
                m = min(m, self.master.rest)
            out[done:done + m] = self.run(m, done) * self.master.take(m)
            done += m
            self.frozen = self.paused and self.master.rest == 0
        self.sub_block, self.rendering = 0, False
        return out

    def begin_block(self):
        for voice in self.sounding:
            self.count_begun(voice)
            if (self.frozen or voice.stands) and voice.heard:
                voice.must_not_be_behind(self.settings[voice.slot], self.rate)
        if self.paused != (self.master.end == 0.0):
            self.master.go(0.0 if self.paused else 1.0, self.n_fade)
        for voice in self.sounding:
            self.follow_pause(voice)
            self.aim(voice, self.frozen or voice.stands or voice.stood,
                     has_changed=not self.changed.isdisjoint(self.keys_of(voice)))
            voice.stood = False
        self.changed.clear()
        restarted = self.clock.begin_block(self.position)
        running = self.clock.held['running']
        for event in self.events:
            if event.get('follows') or event['frame'] is not None and event['point'] is None:
                continue
            if restarted and event['point'] and not event['named']:
                event['point'] = 'anew'
            if running:
                if event['point'] in (None, 'anew'):
                    kind = event['voice'].taken['quantize']
                    event['point'] = self.clock.find(kind, self.position)
                event['frame'] = self.clock.frame_of(self.clock.beat_of(event['point']))
            elif event['point'] is None:
                event['frame'] = self.position
            else:
                event['frame'] = None

    def aim(self, voice, at_once, has_changed=False):
        """Has the gains of a voice move to what is set. During a move it is where this is within
        the time of a fade and the way to the next point."""
        if voice.heard == 0:
            return
        rest = max(side.rest for side in voice.gains)
        was_on_line, voice.line = voice.line > 0, 0.0
        if at_once:
            voice.n_open = voice.n_astray = 0
        elif voice.n_open or self.moves_of(voice) and (rest or has_changed):
            voice.must_not_be_behind(self.settings[voice.slot], self.rate)
            voice.loudest = max(voice.loudest * (voice.n_open > 0),
                                *(side.now for side in voice.gains))
            voice.n_open = max(voice.n_open,
                               POINTS + (self.n_fade if has_changed or voice.n_open else rest))
        if self.moves_of(voice) and not at_once:
            return
        for side, target in zip(voice.gains, self.target(voice)):
            if at_once:
                side.jump(target)
            elif target != side.end or was_on_line:
                voice.must_not_be_behind(self.settings[voice.slot], self.rate)
                side.go(target, self.n_fade)

    def run(self, n_frames, done):
        """Renders frames of `position`, cut where something waits for its frame."""
        out = numpy.zeros((n_frames, 2))
        first = self.position
        while True:
            due = [event for event in self.events
                   if event['frame'] is not None and event['frame'] < first + n_frames]
            event = min(due, key=lambda event: (max(event['frame'], self.position), event['order']),
                        default=None)
            until = max(event['frame'], self.position) if event else first + n_frames
            end = min((self.position + self.rest_of(event['follows']) for event in self.events
                       if event.get('follows') in self.sounding), default=FOREVER)
            if end <= until:    # what follows comes in its order among the others
                event, until = None, end
            at = self.position - first
            if until > self.position:
                self.position_after = until
                self.mix(out[at:until - first], done + at)
            self.position = self.position_after = until
            if until == first + n_frames:
                return out
            if event is None:
                continue
            self.sub_block = (done + until - first) // SUB_BLOCK
            self.events.remove(event)
            if event.get('named') and max(0, event['frame']) < until:
                self.counters['late'] += 1
            if 'move' in event:
                self.begin_move(*event['move'])
            elif 'voice' in event:
                self.begin(event['voice'])
            elif 'stops' in event:
                if event['stops'].state == 'sounding':
                    self.stop(event['stops'])
            else:
                self.stop_sample(event['slot'])

    def rest_of(self, voice):
        """In how many frames a voice has played to its end, unless something ends it before."""
        rest = voice.rest(self.settings[voice.slot], self.rate)
        return FOREVER if voice.paused and voice.pause.rest < rest else rest

    def mix(self, out, done):
        self.follow_moves()
        n_frames = len(out)
        for voice in list(self.sounding):
            frames, over = self.advance(voice, n_frames)
            out[:len(frames)] += frames
            if len(frames):
                self.tolerance[done:done + len(frames)] += voice.tolerance
            if over:
                self.sub_block = (done + max(len(frames) - 1, 0)) // SUB_BLOCK
                self.end(voice, voice.reason or FINISHED)
        for tail in self.tails:
            frames, heard, tolerance = tail
            part = frames[heard:heard + n_frames]
            out[:len(part)] += part
            self.tolerance[done:done + len(part)] += tolerance[heard:heard + n_frames]
            tail[1] += n_frames
        self.tails = [tail for tail in self.tails if tail[1] < len(tail[0])]

    def advance(self, voice, n_frames, is_tail=False):
        """The next frames of a voice, and whether they are its last."""
        if voice.stands:
            return numpy.zeros((0, 2)), False
        if voice.heard == 0:
            voice.start_frame = self.position
            voice.gains = [Ramp(gain) for gain in self.target(voice)]
        if voice.paused:
            n_frames = min(n_frames, voice.pause.rest)
        if voice.fade:
            n_frames = min(n_frames, voice.fade.rest)
        frames, over = voice.sound(n_frames, self.settings[voice.slot], self.rate)
        n_frames = len(frames)
        voice.heard += n_frames
        # The laws of pan and crossfade hold to 1e-5; everything else is rounding to 32 bits.
        gain = max(value for side in voice.gains for value in (side.now, side.end))
        ahead = self.gains_ahead(voice, n_frames)
        if ahead and n_frames:
            gains, apart = ahead
            gain = max(gain, gains.max())
            if is_tail:     # it may stay where the line that it is on ends
                apart += abs(gains - [side.now for side in voice.gains]).max()
            for side, ramp in enumerate(voice.gains):
                ramp.jump(gains[-1, side])
        else:
            gains, apart = numpy.empty((n_frames, 2)), 0.0
            for side, ramp in enumerate(voice.gains):
                gains[:, side:side + 1] = ramp.take(n_frames)
        crossfades = self.settings[voice.slot]['loop_crossfade'] > 0
        voice.tolerance = numpy.full(n_frames, gain * voice.peak * (
            voice.slack + (3e-5 if crossfades else 1.3e-5)) + 1e-7)
        voice.tolerance += apart * voice.peak
        if is_tail:
            voice.tolerance += voice.line * voice.peak
            if voice.n_open or ahead and not self.changed.isdisjoint(self.keys_of(voice)):
                voice.n_open = n_frames
        voice.tolerance[:voice.n_astray] += voice.astray * voice.peak
        voice.tolerance[:voice.n_open] += 2 * max(gain, voice.loudest) * voice.peak
        voice.n_astray = max(0, voice.n_astray - n_frames)
        voice.n_open = max(0, voice.n_open - n_frames)
        frames *= gains
        if voice.fade:
            frames *= voice.fade.take(n_frames)
            over = over or voice.fade.rest == 0
        if voice.before:
            frames *= voice.before.take(n_frames)
        frames *= voice.pause.take(n_frames)
        frames *= voice.cut_in.take(n_frames)
        return frames, over
