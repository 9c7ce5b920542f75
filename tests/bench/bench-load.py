# SPDX-License-Identifier: LGPL-2.1-or-later
"""Milliseconds to load one second of stereo in each format, at the engine's rate and at another,
beside the ffmpeg program's own decoding of the same file (which includes starting it)."""

import pathlib
import subprocess
import tempfile
import time

import gi
gi.require_version('Flitzis', '1')
from gi.repository import Flitzis  # noqa: E402

FORMATS = ('wav', 'flac', 'ogg', 'mp3')
SECONDS = 1.0


def best_ms(work):
    """The fastest of the runs that fit into a second: what else the machine does only adds."""
    best, end = float('inf'), time.perf_counter() + SECONDS
    while time.perf_counter() < end:
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best * 1000


def main():
    engine = Flitzis.Engine()
    print(f'{"format":>6} {"rate":>6} {"load ms":>8} {"ffmpeg ms":>10} {"ratio":>6}')
    with tempfile.TemporaryDirectory() as folder:
        for rate in (48000, 44100):
            for name in FORMATS:
                path = str(pathlib.Path(folder) / f'{rate}.{name}')
                subprocess.run(['ffmpeg', '-v', 'error', '-f', 'lavfi', '-i',
                                f'aevalsrc=sin(440*2*PI*t)|random(0)-0.5:s={rate}:d=1', path],
                               check=True)
                ours = best_ms(lambda: engine.load_sample(0, path))
                theirs = best_ms(lambda: subprocess.run(
                    ['ffmpeg', '-v', 'error', '-i', path, '-f', 'f32le', '-ar', '48000', '-y',
                     '/dev/null'], check=True))
                print(f'{name:>6} {rate:>6} {ours:8.2f} {theirs:10.1f} {ours / theirs:6.2f}')


if __name__ == '__main__':
    main()
