# SPDX-License-Identifier: LGPL-2.1-or-later
"""How long a trigger takes from Python while blocks are played. Prints in nanoseconds
   trigger/python/flitzis      play_sample, 32 voices sounding
   trigger/python/floor        a method that does nothing, with two arguments and an error
   trigger/python/pygame       Sound.play
   trigger/python-p999/NAME    what 999 of 1000 of these stay below
The medians are of short bursts, each in turn. Needs a running PipeWire with a sink."""

import os
import statistics
import sys
import time

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


def burst(call, arguments):
    start = time.perf_counter_ns()
    for _ in range(N_IN_BURST):
        call(*arguments)
    return (time.perf_counter_ns() - start) / N_IN_BURST


def single(call, arguments):
    start = time.perf_counter_ns()
    call(*arguments)
    return time.perf_counter_ns() - start


def main():
    engine, floor, sound = start_engine(), BenchFloor.Floor(), start_pygame()
    calls = {'flitzis': (engine.play_sample, (0, 0.01)), 'floor': (floor.call, (0, 0.01))}
    if sound is not None:
        calls['pygame'] = sound.play, ()
    bursts = {name: [] for name in calls}
    singles = {name: [] for name in calls}
    for times, measure, n_times in ((bursts, burst, N_BURSTS), (singles, single, N_CALLS)):
        for _ in range(n_times):
            for name, what in calls.items():
                times[name].append(measure(*what))
            time.sleep(0.001)
    for name in calls:
        print(f'trigger/python/{name} {statistics.median(bursts[name]):.0f}')
        print(f'trigger/python-p999/{name} {sorted(singles[name])[N_CALLS * 999 // 1000]}')
    engine.stop()


if __name__ == '__main__':
    sys.exit(main())
