# SPDX-License-Identifier: LGPL-2.1-or-later
"""What it takes before something can sound. Prints in milliseconds
   start/import/gio       import gi and Gio, in a Python of its own: the floor
   start/import/flitzis   import Flitzis behind that, and build an engine
   start/block/flitzis    from start () of an engine to the first block that was rendered
   start/wake/awake       from a trigger to the block in which it sounds, while the stream runs
   start/wake/flitzis     the same while the stream sleeps
the medians of some runs. All but the first two need a running PipeWire with a sink."""

import statistics
import subprocess
import sys

N_RUNS = 15

IMPORT = '''
import time
start = time.perf_counter()
import gi
from gi.repository import Gio
between = time.perf_counter()
gi.require_version('Flitzis', '1')
from gi.repository import Flitzis
engine = Flitzis.Engine()
end = time.perf_counter()
print(between - start, end - between)
'''

BLOCK = '''
import time
import gi
gi.require_version('Flitzis', '1')
from gi.repository import Flitzis
engine = Flitzis.Engine()
start = time.perf_counter()
engine.start()
while engine.props.position == 0:
    assert time.perf_counter() - start < 5
    time.sleep(0.0002)
print(time.perf_counter() - start)
engine.stop()
'''

WAKE = '''
import random, time
import gi
gi.require_version('Flitzis', '1')
from gi.repository import Flitzis, GLib
engine = Flitzis.Engine(idle_timeout=0.0)
engine.set_sample(0, Flitzis.Sample.new(GLib.Bytes.new(bytes(8 * 480)), 2, 48000))
engine.start()


def wait(condition):
    start = time.perf_counter()
    while not condition():
        assert time.perf_counter() - start < 5
        time.sleep(0.0002)
    return time.perf_counter() - start


def measure():
    time.sleep(random.uniform(0.4, 0.5))
    position, n_started = engine.props.position, engine.props.n_started
    engine.play_sample(0, 1.0)
    return wait(lambda: engine.props.n_started > n_started and engine.props.position > position)


wait(lambda: engine.props.position > 0)
awake = measure()
engine.props.idle_timeout = 0.001
print(awake, measure())
engine.stop()
'''


def run(program):
    """The numbers that a program prints, medians of its runs, in milliseconds."""
    runs = []
    for _ in range(N_RUNS):
        result = subprocess.run([sys.executable, '-c', program], check=True, capture_output=True,
                                text=True)
        runs.append([1000 * float(word) for word in result.stdout.split()])
    return [statistics.median(values) for values in zip(*runs)]


def main():
    gio, flitzis = run(IMPORT)
    print(f'start/import/gio {gio:.1f}')
    print(f'start/import/flitzis {flitzis:.1f}')
    print(f'start/block/flitzis {run(BLOCK)[0]:.1f}')
    awake, flitzis = run(WAKE)
    print(f'start/wake/awake {awake:.1f}')
    print(f'start/wake/flitzis {flitzis:.1f}')


if __name__ == '__main__':
    main()
