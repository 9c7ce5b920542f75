# SPDX-License-Identifier: LGPL-2.1-or-later
"""The peaks of samples, beside those that numpy finds by looking at every frame."""

import itertools
import random
import threading
import time

import gi
import numpy
import pytest

gi.require_version('Flitzis', '1')
from gi.repository import Flitzis, Gio, GLib

from pipewire_daemon import numpy_of
from test_fork import in_child
from test_playing import make_sample, noise

MAX_BINS = 2 ** 20
BLOCK = 256  # values that a node of the lowest level stands for


def brute_force(frames, first, last, n_bins):
    """What the documentation says, in as many words."""
    n_frames, peaks = max(0, last - first), numpy.zeros((n_bins, 2), '<f4')
    for i in range(n_bins):
        begin = first + i * n_frames // n_bins
        end = max(begin + 1, first + (i + 1) * n_frames // n_bins)
        values = frames[begin:end]
        if len(values) > 0:
            peaks[i] = values.min(), values.max()
        if end > len(frames) and len(values) > 0:
            peaks[i] = min(peaks[i, 0], 0), max(peaks[i, 1], 0)
    return peaks + numpy.float32(0)


def check(sample, frames, first, last, n_bins):
    peaks = sample.get_peaks_range(first, last, n_bins).get_data()
    assert peaks == brute_force(frames, first, last, n_bins).tobytes(), (first, last, n_bins)


@pytest.mark.parametrize('n_channels', [1, 2])
def test_every_range_is_as_brute_force_finds_it(n_channels):
    """To the bit, for random ranges of samples of all lengths, over the end too."""
    choose = random.Random(n_channels)
    for n_frames in (1, 2, 127, 128, 255, 256, 257, 511, 512, 4099, 65536, 300001):
        frames = noise(n_frames, n_frames, n_channels)
        frames[choose.randrange(n_frames)] = choose.choice((-0.0, 0.0, 2.0 ** 100))
        sample = make_sample(frames)
        assert (sample.get_peaks(7).get_data()
                == sample.get_peaks_range(0, n_frames, 7).get_data()
                == brute_force(frames, 0, n_frames, 7).tobytes())
        for _ in range(60):
            first = choose.randrange(n_frames)
            last = first + choose.choice((1, 10, BLOCK, n_frames)) * choose.randrange(1, 4)
            check(sample, frames, first, last, choose.choice((1, 2, 3, 10, 99, 1000)))


@pytest.mark.parametrize('shape', ['noise', 'rising', 'falling', 'spikes'])
def test_every_range_of_a_short_sample(shape):
    frames = noise(1, 1100, 1)
    if shape == 'spikes':
        frames[::253] *= 10
    elif shape != 'noise':
        frames = numpy.sort(frames, axis=0)[::1 if shape == 'rising' else -1]
    sample = make_sample(frames)
    cuts = sorted({cut + step for cut in range(0, 1100, BLOCK) for step in (-1, 0, 1)} - {-1})
    for first, last in itertools.product(cuts, repeat=2):
        check(sample, frames, first, last, 1)
        check(sample, frames, first, last, 5)


def test_bins_without_a_range():
    """Nothing that a script can pass is an error: what it means is documented."""
    frames = noise(2, 1000)
    sample = make_sample(frames)
    assert sample.get_peaks(0).get_size() == 0
    for first, last in ((5, 5), (5, 3), (5, 0)):
        check(sample, frames, first, last, 3)
    check(sample, frames, 990, 1010, 40)
    check(sample, frames, 999, 2 ** 64 - 1, 1)
    for first, last in ((1000, 1010), (2 ** 63, 2 ** 64 - 1), (2 ** 64 - 1, 2 ** 64 - 1),
                        (2 ** 64 - 1, 0)):
        assert sample.get_peaks_range(first, last, 9).get_data() == bytes(72)
    assert sample.get_peaks(2 ** 32 - 1).get_size() == 8 * MAX_BINS
    assert Flitzis.Sample().get_peaks(3).get_data() == bytes(24)
    assert Flitzis.Sample().get_peaks_range(1, 5, 3).get_data() == bytes(24)


def test_zeros_have_no_sign():
    frames = numpy.full((100, 1), -0.0, '<f4')
    assert make_sample(frames).get_peaks(1).get_data() == bytes(8)


def test_many_threads_ask_at_once():
    """All wait for the one that builds, and get the same."""
    for n_channels in (1, 2):
        frames = noise(3, 500000, n_channels)
        expected = brute_force(frames, 0, len(frames), 100).tobytes()
        sample, results = make_sample(frames), []
        threads = [threading.Thread(target=lambda: results.append(
            sample.get_peaks(100).get_data())) for _ in range(30)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert results == [expected] * 30


def prepare(sample, iterate, cancellable=None):
    results = []
    sample.prepare_peaks_async(cancellable, lambda source, result: results.append(result))
    iterate(lambda: results)
    return sample.prepare_peaks_finish(results[0])


def test_prepared_peaks(iterate):
    frames = noise(4, 100000)
    sample = make_sample(frames)
    sample.prepare_peaks_async(None, None)
    for _ in range(2):
        assert prepare(sample, iterate) is True
    assert prepare(Flitzis.Sample(), iterate) is True
    check(sample, frames, 1, 99999, 50)


def test_preparing_can_be_cancelled(iterate):
    """Before it begins and while it runs; the peaks can be had all the same."""
    frames = noise(5, 3000000)
    sample = make_sample(frames)
    cancelled = Gio.Cancellable()
    cancelled.cancel()
    with pytest.raises(GLib.Error) as caught:
        prepare(sample, iterate, cancelled)
    assert caught.value.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED)

    cancellable, results = Gio.Cancellable(), []
    sample.prepare_peaks_async(cancellable, lambda source, result: results.append(result))
    cancellable.cancel()
    iterate(lambda: results)
    with pytest.raises(GLib.Error) as caught:
        sample.prepare_peaks_finish(results[0])
    assert caught.value.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED)
    check(sample, frames, 100, 2000000, 20)


def test_a_sample_may_go_while_its_peaks_are_made(iterate):
    gone = []
    sample = make_sample(noise(6, 1000000))
    sample.weak_ref(gone.append, True)
    sample.prepare_peaks_async(None, None)
    del sample
    iterate(lambda: gone)


def test_the_child_of_a_fork_does_without_a_worker(iterate):
    """Whether the peaks were there before, or workers that the child does not have."""
    frames = noise(7, 100000)
    built, other = make_sample(frames), make_sample(frames)
    assert numpy_of(built.get_peaks(10)).shape == (10, 2)
    time.sleep(0.1)  # no lock of GObject's is safe while the worker lets go of what it was given

    def look():
        for sample in (built, other):
            check(sample, frames, 10, 90000, 30)
            assert prepare(sample, iterate) is True
            check(sample, frames, 10, 90000, 30)
    in_child(look)
    in_child(lambda: in_child(look))
    look()
