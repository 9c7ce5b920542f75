# SPDX-License-Identifier: LGPL-2.1-or-later
"""What it takes before something can sound. Prints in milliseconds
   start/import/gio       import gi and Gio, in a Python of its own: the floor
   start/import/flitzis   import Flitzis behind that, and build an engine
   start/block/flitzis    from start () of an engine to the first block that was rendered
the medians of some runs. The second needs a running PipeWire with a sink."""

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


if __name__ == '__main__':
    main()
