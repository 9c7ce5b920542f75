# SPDX-License-Identifier: LGPL-2.1-or-later
"""How long a trigger takes from Python while blocks are played. Prints in nanoseconds
   trigger/python/flitzis      play_sample, 32 voices sounding
   trigger/python/floor        a method that does nothing, with two arguments and an error
   trigger/python/pygame       Sound.play
   trigger/python-p999/NAME    what 999 of 1000 of these stay below
A call is what a program writes, from the look-up of the method on. The medians are of short bursts,
each in turn; who comes first changes, since that one finds the caches as the pause left them. Needs
a running PipeWire with a sink."""

import collections
import os
import statistics
import sys
import time
import timeit

import gi
gi.require_version('Flitzis', '1')
gi.require_version('BenchFloor', '1')
from gi.repository import BenchFloor, Flitzis, GLib  # noqa: E402

N_BURSTS = 300
N_IN_BURST = 64
N_CALLS = 4000
SECONDS = 10


def start_engine():
    engine = Flitzis.Engine(latency_frames=256)  # or the queue could be full between two
    sample = Flitzis.Sample.new(GLib.Bytes.new(bytes(8 * 48000 * SECONDS)), 2, 48000)
    engine.set_sample(0, sample)
    engine.start()
    end = time.monotonic() + 5.0
    while engine.props.state != Flitzis.State.RUNNING:
        if time.monotonic() > end:
            raise SystemExit('no block was played')
        time.sleep(0.001)
    for _ in range(32):
        engine.play_sample(0, 0.01)
    return engine


def start_pygame():
    """A sound of pygame, or None where it is not installed."""
    os.environ.update(SDL_AUDIODRIVER='dummy', PYGAME_HIDE_SUPPORT_PROMPT='1')
    try:
        import pygame.mixer
    except ImportError:
        return None
    pygame.mixer.init(48000, 32, 2, 256)
    pygame.mixer.set_num_channels(32)
    return pygame.mixer.Sound(buffer=bytes(8 * 48000 * SECONDS))


def main():
    objects = {'engine': start_engine(), 'floor': BenchFloor.Floor(), 'sound': start_pygame()}
    calls = {'flitzis': 'engine.play_sample(0, 0.01)', 'floor': 'floor.call(0, 0.01)'}
    if objects['sound'] is not None:
        calls['pygame'] = 'sound.play()'
    timers = {name: timeit.Timer(call, timer=time.perf_counter_ns, globals=objects)
              for name, call in calls.items()}
    order = collections.deque(timers)
    bursts = {name: [] for name in timers}
    singles = {name: [] for name in timers}
    for times, n_calls, n_times in ((bursts, N_IN_BURST, N_BURSTS), (singles, 1, N_CALLS)):
        for _ in range(n_times):
            for name in order:
                times[name].append(timers[name].timeit(n_calls) / n_calls)
            order.rotate()
            time.sleep(0.001)
    for name in timers:
        print(f'trigger/python/{name} {statistics.median(bursts[name]):.0f}')
        print(f'trigger/python-p999/{name} {sorted(singles[name])[N_CALLS * 999 // 1000]:.0f}')
    objects['engine'].stop()


if __name__ == '__main__':
    sys.exit(main())
