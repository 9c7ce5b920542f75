# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the peaks of a sample of ten minutes take. Prints in milliseconds
   peaks-build/CHANNELS/numpy       numpy's looking at every frame once
   peaks-build/CHANNELS/flitzis     the first call, which does so too
   peaks/CHANNELS/BINS/flitzis      a call for as many bins as a window has columns, scrolled
the least of the first two, and of the last the median at the zoom that is slowest, of all that
there are from ten minutes down to a thousandth of a second."""

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


def slowest_ms(sample, n_bins):
    """The median time while the view is scrolled, at the zoom where it is greatest."""
    def scroll(run):
        first = (N_FRAMES - n_frames) * run // N_RUNS
        sample.get_peaks_range(first, first + n_frames, n_bins)

    medians = []
    for zoom in ZOOMS:
        n_frames = int(N_FRAMES * zoom)
        medians.append(times_ms(scroll)[N_RUNS // 2])
    return max(medians)


def main():
    for n_channels, name in ((1, 'mono'), (2, 'stereo')):
        builds, looks = [], []
        for _ in range(3):
            sample, values = make_sample(n_channels)
            builds += times_ms(lambda _run: sample.get_peaks(1), 1)
            looks += times_ms(lambda _run: (values.min(), values.max()), 1)
        print(f'peaks-build/{name}/numpy {min(looks):.1f}')
        print(f'peaks-build/{name}/flitzis {min(builds):.1f}')
        for n_bins in BINS:
            print(f'peaks/{name}/{n_bins}/flitzis {slowest_ms(sample, n_bins):.3f}')


if __name__ == '__main__':
    main()
