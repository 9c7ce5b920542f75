# SPDX-License-Identifier: LGPL-2.1-or-later
"""Milliseconds that the peaks of a sample of ten minutes take: to build once, and then for as many
bins as a window has columns, from all of it down to a thousandth of a second of it, beside numpy's
looking at every frame."""

import time

import gi
import numpy
gi.require_version('Flitzis', '1')
from gi.repository import Flitzis, GLib  # noqa: E402

RATE = 48000
N_FRAMES = 600 * RATE
N_RUNS = 200
BINS = (360, 800, 1600, 3840)
ZOOMS = (1, 1 / 2, 1 / 7, 1 / 10, 1 / 30, 1 / 50, 1 / 100, 1 / 1000, 1 / 10000, 1 / 600000)


def times_ms(work, n_runs=N_RUNS):
    times = []
    for run in range(n_runs):
        start = time.perf_counter()
        work(run)
        times.append((time.perf_counter() - start) * 1000)
    return sorted(times)


def make_sample(n_channels):
    values = numpy.random.default_rng(1).random((N_FRAMES, n_channels), numpy.float32) - 0.5
    return Flitzis.Sample.new(GLib.Bytes.new(values.tobytes()), n_channels, RATE), values


def main():
    for n_channels in (1, 2):
        builds = []
        for _ in range(3):
            sample, values = make_sample(n_channels)
            builds += times_ms(lambda _run: sample.get_peaks(1), 1)
        [brute] = times_ms(lambda _run: (values.min(), values.max()), 1)
        print(f'{n_channels} channels: build {min(builds):.1f} ms, numpy {brute:.1f} ms')
        print(f'{"bins":>6} {"seconds":>10} {"best ms":>8} {"median":>8} {"worst":>8}')
        for n_bins in BINS:
            zooms = []
            for zoom in ZOOMS:
                n_frames = int(N_FRAMES * zoom)

                def scroll(run):
                    first = (N_FRAMES - n_frames) * run // N_RUNS
                    sample.get_peaks_range(first, first + n_frames, n_bins)
                zooms.append((times_ms(scroll), n_frames / RATE))
            # the zoom that is slowest
            times, seconds = max(zooms, key=lambda each: each[0][N_RUNS // 2])
            print(f'{n_bins:6} {seconds:10.3f} {times[0]:8.3f} {times[N_RUNS // 2]:8.3f} '
                  f'{times[-1]:8.3f}')


if __name__ == '__main__':
    main()
