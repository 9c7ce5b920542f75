# SPDX-License-Identifier: LGPL-2.1-or-later
"""The rows of the table: which numbers belong together, and what Flitzis is to reach."""

import dataclasses
import fnmatch
import typing

FLOORS = ('limit', 'floor', 'gio', 'bare-pipeline', 'awake')


def get_peers(numbers):
    return [number for who, number in numbers.items() if who not in (*FLOORS, 'flitzis')]


def get_fastest(numbers):
    return min(get_peers(numbers))


@dataclasses.dataclass
class Row:
    """A line of the table: `bound` is what Flitzis may not pass, from the numbers of all; where it
    cannot be told, for want of a peer, there is no line. A key with * stands for many: the line
    is of the one that Flitzis is furthest from."""
    title: str
    unit: str
    key: str
    goal: str
    bound: typing.Callable
    is_rate: bool = False  # more is better

    def get_results(self, found):
        keys = fnmatch.filter(found, self.key)
        results = [Result(self, key, found[key]) for key in keys if 'flitzis' in found[key]]
        known = [result for result in results if result.miss is not None]
        return [max(known, key=lambda result: result.miss)] if known else []


class Result:
    def __init__(self, row, key, numbers):
        self.row = row
        self.numbers = numbers
        self.title = f'{row.title}: {get_wild(row.key, key)}' if '*' in row.key else row.title
        try:
            bound = row.bound(numbers)
        except (KeyError, ValueError):
            self.miss = None
            return
        # how many times the bound: up to 1 is reached
        self.miss = bound / numbers['flitzis'] if row.is_rate else numbers['flitzis'] / bound
        self.peer_miss = self.get_peer_miss(bound)

    def get_peer_miss(self, bound):
        """The same for the fastest peer, or None."""
        peers = get_peers(self.numbers)
        if not peers:
            return None
        return bound / max(peers) if self.row.is_rate else min(peers) / bound

    @property
    def is_reached(self):
        return self.miss <= 1.0


def get_wild(pattern, key):
    """What stands for the * in the key."""
    return ' '.join(part for part, wild in zip(key.split('/'), pattern.split('/')) if wild == '*')


def at_most(number):
    return lambda numbers: number


def times_limit(factor):
    return lambda numbers: factor * numbers['limit']


def load_bound(seconds):
    if seconds == 10:
        return lambda numbers: 1.3 * get_fastest(numbers)
    return lambda numbers: get_fastest(numbers) + 2.0 * numbers['bare-pipeline']


def get_load_rows():
    for seconds, goal in ((10, '≤ 1.3 x the fastest'),
                          (1, '≤ the fastest + 2 x the bare pipeline')):
        for rate, how in ((48000, 'at its rate'), (44100, 'from 44.1 kHz')):
            for name in ('wav', 'flac', 'ogg', 'mp3'):
                yield Row(f'load {seconds} s of {name.upper()} {how}', 'ms',
                          f'load-ms.{name}.{rate}.{seconds}', goal, load_bound(seconds))
    for name in ('wav', 'flac', 'ogg', 'mp3'):
        yield Row(f'load 200 files of 0.5 s of {name.upper()}', 'files/s',
                  f'small-files-per-s.{name}.44100.0.5', '≥ FFmpeg',
                  lambda numbers: numbers['ffmpeg'], is_rate=True)


VOICE = 'ns per voice and frame'
GAIN_GOAL = '≤ 1.5 x the limit'

ROWS = [
    Row('mix, 32 stereo voices in cache', VOICE, 'mix/stereo/cache/steady/32',
        '≤ 1.3 x the limit', times_limit(1.3)),
    Row('mix, 32 stereo voices from memory', VOICE, 'mix/stereo/stream/steady/32',
        '≤ 1.3 x the limit', times_limit(1.3)),
    Row('mix, the worst', VOICE, 'mix/*/*/steady/*', '≤ 1.3 x the limit', times_limit(1.3)),
    Row('mix, a gain that moves, the worst', VOICE, 'mix/*/*/moved/*', GAIN_GOAL, times_limit(1.5)),
    Row('mix, a long attack, the worst', VOICE, 'mix/*/*/attack/*', GAIN_GOAL, times_limit(1.5)),
    Row('playback rate 0.99, sinc', VOICE, 'rate/stereo/sinc/0.99', '≤ 10', at_most(10.0)),
    Row('playback rate 1.2345, sinc', VOICE, 'rate/stereo/sinc/1.2345', '≤ 10 x the rate',
        at_most(12.345)),
    Row('playback rate 1.2345, linear', VOICE, 'rate/stereo/linear/1.2345', '≤ 3.5',
        at_most(3.5)),
    Row('a block without its voices', 'ns', 'block/1/a', '≤ 300', at_most(300.0)),
    Row('carrying out one command', 'ns', 'block/1/c', '≤ 50', at_most(50.0)),
    Row('restarting a slot, the worst', 'ns', 'restart/*', '≤ 150',
        at_most(150.0)),
    Row('a block with a new tempo, the worst', 'ns', 'waiting/*/tempo', '≤ 1000',
        at_most(1000.0)),
    Row('a block with a restart, the worst', 'ns', 'waiting/*/restart', '≤ 1024 x 50',
        at_most(51200.0)),
    Row('a block with a cancel, the worst', 'ns', 'waiting/*/cancel', '≤ 1024 x 50',
        at_most(51200.0)),
    Row('a block with 10,000 tweens that wait', 'ns', 'tweens/10000',
        '≤ 1.05 x a block without', times_limit(1.05)),
    Row('the formula for the cost of a block is off by', 'of the cost', 'block/1/residual',
        '≤ 0.2', at_most(0.2)),
    Row('32 voices in blocks of 64 frames', 'of its length', 'period/1/share', '≤ 0.01',
        at_most(0.01)),
    *get_load_rows(),
    Row('read the tags of a file, the worst', 'of its load', 'facts/*', '≤ 0.01', at_most(0.01)),
    Row('trigger from C, while blocks are played', 'ns', 'trigger/c', '≤ 60', at_most(60.0)),
    Row('trigger from C, beside 3 threads, 99.9th percentile', 'ns', 'trigger/c-busy-p999',
        '≤ 10 us', at_most(10000.0)),
    Row('trigger from C of one of 16 layers', 'ns', 'trigger/layers', '≤ 1.1 x without layers',
        lambda numbers: 1.1 * numbers['floor']),
    Row('trigger from Python', 'ns', 'trigger/python', '≤ 1.3 x the floor',
        lambda numbers: 1.3 * numbers['floor']),
    Row('an engine with defaults', 'bytes', 'memory/engine', '≤ 1 MiB', at_most(1 << 20)),
    Row('a sample, without its frames', 'bytes', 'memory/slot', '≤ 1 KiB', at_most(1024)),
    Row('peaks of any part of ten minutes, the worst', 'ms', 'peaks/*/*', '≤ 1', at_most(1.0)),
    Row('load an hour for streaming, the worst', 'ms', 'stream-load/*', '≤ 50', at_most(50.0)),
    Row('20 streams, the worst', '% of a core', 'stream-cpu/*', '≤ 1.2 x the bare pipelines',
        times_limit(1.2)),
    Row('a stream, after 20 minutes, the worst', 'MiB', 'stream-memory/*', '≤ 3', at_most(3.0)),
    Row('a stream, growth from minute 10 to 20, the worst', 'MiB', 'stream-flat/*', '≤ 0.25',
        at_most(0.25)),
    Row('20 streams', 'MiB', 'stream-20/memory', '≤ 60', at_most(60.0)),
    Row('32 streams', '% of a core', 'stream-32/cpu', '≤ 30', at_most(30.0)),
    Row('import Flitzis and build an engine, in Python', 'ms', 'start/import', '≤ 30',
        at_most(30.0)),
    Row('start to the first block', 'ms', 'start/block', '≤ 60', at_most(60.0)),
    Row('trigger to its block, asleep', 'ms', 'start/wake', '≤ 60', at_most(60.0)),
    Row('6 s beside four busy loops, the worst', 'xruns', 'output/*/xruns', '0', at_most(0.5)),
    Row('trigger to its sound in the sink, the worst', 'ms', 'output/*/heard-ms/median', '≤ 25',
        at_most(25.0)),
    Row('the same after a stall, the worst', 'ms off', 'output/*/stall-ms', '≤ 5', at_most(5.0)),
    Row('the time of a sound is off by, the worst', 'ms', 'output/*/time-ms/median', '≤ 10',
        at_most(10.0)),
]
