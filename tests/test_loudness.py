# SPDX-License-Identifier: LGPL-2.1-or-later
"""The loudness of samples, checked with the test signals of the EBU, and slots with a target."""

import itertools
import math
import subprocess
import sys
import threading
import time

import gi
import numpy
import pytest

gi.require_version('Flitzis', '1')
from gi.repository import Flitzis, Gio, GLib

from pipewire_daemon import numpy_of
from test_playing import make_sample, noise

RATE = 48000


def sine(*parts, rate=RATE, frequency=1000.0, n_channels=2):
    """A sine, in phase on all channels; each part is a pair of its peak in dBFS and its seconds."""
    amplitudes = numpy.concatenate([numpy.full(round(seconds * rate), 10 ** (level / 20))
                                    for level, seconds in parts])
    wave = amplitudes * numpy.sin(2 * numpy.pi * frequency / rate * numpy.arange(len(amplitudes)))
    return numpy.repeat(wave[:, None], n_channels, axis=1).astype('<f4')


def measure(frames, rate=RATE):
    return make_sample(frames, rate).measure_loudness(None)


def integrated(frames, rate=RATE):
    return measure(frames, rate).props.integrated


@pytest.mark.parametrize('expected, parts', [
    (-23, [(-23, 20)]),
    (-33, [(-33, 20)]),
    (-23, [(-36, 10), (-23, 60), (-36, 10)]),
    (-23, [(-72, 10), (-36, 10), (-23, 60), (-36, 10), (-72, 10)]),
    (-23, [(-26, 20), (-20, 20.1), (-26, 20)]),
], ids=range(1, 6))
def test_integrated_loudness(expected, parts):
    """EBU Tech 3341, table 1: signals 1 to 5. Signal 6 has five channels, 7 and 8 are recordings of
    broadcasts, and 9 to 14 test meters that show the loudness of the last seconds."""
    assert integrated(sine(*parts)) == pytest.approx(expected, abs=0.1)


@pytest.mark.parametrize('expected, levels', [
    (10, [-20, -30]), (5, [-20, -15]), (20, [-40, -20]), (15, [-50, -35, -20, -35, -50])])
def test_loudness_range(expected, levels):
    """EBU Tech 3342, table 1: signals 1 to 4, for which it allows 1 LU. Signals 5 and 6 are
    recordings of broadcasts."""
    assert measure(sine(*((level, 20) for level in levels))).props.range == pytest.approx(
        expected, abs=0.1)


def taper(wave, n_frames):
    """Fades in and out, since a sudden start has a higher peak."""
    ramp = numpy.arange(len(wave)) / n_frames
    return wave * numpy.minimum(numpy.minimum(ramp, ramp[::-1]), 1)


def true_peak(wave):
    """In both channels, and in either of them: the higher one counts."""
    silence = wave * 0
    both, left, right = (measure(numpy.column_stack(channels).astype('<f4')).props.true_peak
                         for channels in ((wave, wave), (wave, silence), (silence, wave)))
    assert both == left == right
    return both


@pytest.mark.parametrize('expected, part, degrees, amplitude', [
    (-6, 4, 0, 0.5), (-6, 4, 45, 0.5), (-6, 6, 60, 0.5), (-6, 8, 67.5, 0.5), (3, 4, 45, 1.41)],
    ids=range(15, 20))
def test_true_peak(expected, part, degrees, amplitude):
    """EBU Tech 3341, table 1: signals 15 to 19, with its tolerance. The peaks of all but the first
    lie between frames."""
    wave = amplitude * numpy.sin(2 * numpy.pi * numpy.arange(RATE) / part + math.radians(degrees))
    assert expected - 0.4 <= true_peak(taper(wave, RATE // 100)) <= expected + 0.2


@pytest.mark.parametrize('offset', range(4), ids=range(20, 24))
def test_true_peak_of_one_period(offset):
    """EBU Tech 3341, table 1: signals 20 to 23, with its tolerance. One period of a louder sine is
    made at four times the rate, without what the rate cannot hold, and begins on a frame or one to
    three quarters of a frame before it."""
    quiet = 0.5 * numpy.sin(2 * numpy.pi * numpy.arange(24 * 1000) / 24)
    loud = numpy.sin(2 * numpy.pi * numpy.arange(16) / 16)
    wave = taper(numpy.concatenate([quiet, loud, quiet]), 4 * RATE // 100)
    spectrum = numpy.fft.rfft(wave)
    spectrum[len(spectrum) // 4:] = 0
    assert -0.4 <= true_peak(numpy.fft.irfft(spectrum, len(wave))[offset::4]) <= 0.2


def test_the_last_true_peaks_count():
    """They come out of a filter that is some frames late."""
    wave = numpy.zeros((RATE, 1), '<f4')
    wave[-4:, 0] = numpy.sin(numpy.pi / 2 * numpy.arange(4) + numpy.pi / 4)
    peak = measure(wave).props.true_peak
    assert peak > -2.5
    assert measure(numpy.concatenate([wave, wave * 0])).props.true_peak == pytest.approx(peak)


@pytest.mark.parametrize('rate', [8000, 11025, 44100, 96000, 192000, 768000])
def test_every_rate(rate):
    """At low rates the filter of the standard has a slightly steeper shelf."""
    loudness = measure(sine((-20, 1), rate=rate, frequency=500.0), rate)
    assert loudness.props.integrated == pytest.approx(
        integrated(sine((-20, 1), frequency=500.0)), abs=0.1 if rate >= 44100 else 0.25)
    assert loudness.props.true_peak == pytest.approx(-20, abs=0.1)


def test_a_rate_that_is_too_low():
    with pytest.raises(GLib.Error, match='7999 Hz') as caught:
        measure(noise(1, 8000), 7999)
    assert caught.value.matches(Flitzis.EngineError.quark(), Flitzis.EngineError.UNSUPPORTED)


def test_mono_is_measured_on_both_sides():
    frames = sine((-23, 2))
    assert integrated(frames[:, :1]) == pytest.approx(integrated(frames), abs=1e-9)
    one_side = frames * numpy.array([1, 0], '<f4')
    assert integrated(one_side) == pytest.approx(integrated(frames) - 10 * math.log10(2))


@pytest.mark.parametrize('milliseconds', [1, 10, 100, 399])
@pytest.mark.parametrize('rate', [44100, RATE])
def test_short_sounds(milliseconds, rate):
    """A sample shorter than a block of 400 ms measures as if silence followed."""
    frames = noise(milliseconds, rate * milliseconds // 1000, 2)
    loudness = measure(frames, rate)
    padded = numpy.concatenate([frames, numpy.zeros((rate * 2 // 5 - len(frames), 2), '<f4')])
    assert loudness.props.integrated == pytest.approx(integrated(padded, rate), abs=1e-9)
    assert loudness.props.range == 0.0


def test_short_sounds_by_arithmetic():
    assert integrated(sine((-20, 0.1))) == pytest.approx(-20 + 10 * math.log10(0.1 / 0.4), abs=0.1)
    # even a click of one frame has a value
    assert -60 < integrated(numpy.ones((1, 1), '<f4')) < -20


def test_silence():
    for frames in (numpy.zeros((RATE, 2), '<f4'), numpy.zeros((1, 1), '<f4')):
        loudness = measure(frames)
        assert loudness.props.integrated == loudness.props.true_peak == -math.inf
        assert loudness.props.range == 0.0
    # below -70 LUFS there is no loudness, but still a peak
    quiet = measure(sine((-80, 1)))
    assert quiet.props.integrated == -math.inf
    assert quiet.props.true_peak == pytest.approx(-80, abs=0.1)


def test_no_frames_are_silence():
    for loudness in (Flitzis.Sample().measure_loudness(None), Flitzis.Loudness()):
        assert (loudness.props.integrated, loudness.props.range, loudness.props.true_peak) == (
            -math.inf, 0.0, -math.inf)


def measure_async(sample, iterate, cancellable=None):
    results = []
    sample.measure_loudness_async(cancellable, lambda source, result: results.append(result))
    iterate(lambda: results)
    return sample.measure_loudness_finish(results[0])


def test_a_sample_is_measured_once(iterate):
    sample = make_sample(noise(1, RATE * 5))
    sample.measure_loudness_async(None, None)
    first = measure_async(sample, iterate)
    assert measure_async(sample, iterate) is first
    assert sample.measure_loudness(None) is first


def test_measuring_can_be_cancelled(iterate):
    """Before it begins and while it runs. The next call measures again."""
    sample = make_sample(noise(2, RATE * 20))
    cancelled = Gio.Cancellable()
    cancelled.cancel()
    running = Gio.Cancellable()
    for call in (lambda: sample.measure_loudness(cancelled),
                 lambda: measure_async(sample, iterate, cancelled)):
        with pytest.raises(GLib.Error) as caught:
            call()
        assert caught.value.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED)
    results = []
    sample.measure_loudness_async(running, lambda source, result: results.append(result))
    running.cancel()
    iterate(lambda: results)
    with pytest.raises(GLib.Error) as caught:
        sample.measure_loudness_finish(results[0])
    assert caught.value.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED)
    assert math.isfinite(sample.measure_loudness(None).props.integrated)


def render(engine, n_frames):
    return numpy_of(engine.render(n_frames))


def factor_of(sample, target, peak=-1.0):
    loudness = sample.measure_loudness(None)
    gain = min(target - loudness.props.integrated, peak - loudness.props.true_peak)
    return 10 ** (gain / 20)


def assert_sounds(engine, frames, factor, slot=0):
    """A new voice has the factor from its first frame on."""
    engine.play_sample(slot, 1.0)
    numpy.testing.assert_allclose(render(engine, len(frames)), frames * factor, rtol=1e-5,
                                  atol=1e-7)


def test_a_target():
    """`render ()` waits for the worker, so the first voice has the factor from its first frame."""
    frames = sine((-23, 10))
    engine, sample = Flitzis.Engine(), make_sample(frames)
    slot = engine.get_slot(0)
    slot.props.target_loudness = -14.0
    engine.set_sample(0, sample)
    engine.play_sample(0, 1.0)
    played = render(engine, len(frames))
    assert integrated(played) == pytest.approx(-14, abs=0.01)
    numpy.testing.assert_allclose(played, frames * factor_of(sample, -14), rtol=1e-5, atol=1e-7)
    assert slot.props.gain == 1.0 and slot.props.target_peak == -1.0


def test_a_target_that_is_set_later():
    """Sounding voices move to it in a ramp of 5 ms, as with a gain. The slot's own gain still
    applies."""
    frames = sine((-30, 2))
    engine, sample = Flitzis.Engine(), make_sample(frames)
    slot = engine.get_slot(0)
    slot.props.gain = 0.5
    engine.set_sample(0, sample)
    engine.play_sample(0, 0.5)
    numpy.testing.assert_array_equal(render(engine, 4800), frames[:4800] * 0.25)
    slot.props.target_loudness = -20.0
    gains = render(engine, 4800)[:, 0] / frames[4800:9600, 0]
    gains = gains[numpy.abs(frames[4800:9600, 0]) > 1e-3]
    factor = 0.25 * factor_of(sample, -20)
    assert gains[0] < 0.3 and numpy.all(numpy.diff(gains) > -1e-5)
    numpy.testing.assert_allclose(gains[len(gains) // 2:], factor, rtol=1e-4)
    slot.props.target_loudness = 0.0
    render(engine, 4800)
    numpy.testing.assert_array_equal(render(engine, 4800), frames[14400:19200] * 0.25)


def test_never_above_the_peak():
    frames = noise(3, RATE)
    engine, sample = Flitzis.Engine(), make_sample(frames)
    slot = engine.get_slot(0)
    engine.set_sample(0, sample)
    slot.props.target_loudness = -1.0
    peaks = []
    for peak in (-1.0, -10.0, 6.0, 24.0):
        slot.props.target_peak = peak
        engine.play_sample(0, 1.0)
        played = render(engine, len(frames))
        numpy.testing.assert_allclose(played, frames * factor_of(sample, -1, peak), rtol=1e-5)
        peaks.append(measure(played).props.true_peak)
    assert peaks[:2] == pytest.approx([-1.0, -10.0], abs=0.01)
    assert peaks[2] == peaks[3] < 6.0 and integrated(played) == pytest.approx(-1, abs=0.01)


def test_each_slot_has_its_target():
    frames = sine((-23, 1))
    engine, sample = Flitzis.Engine(), make_sample(frames)
    for slot, target in enumerate((-20.0, -30.0, 0.0)):
        engine.set_sample(slot, sample)
        engine.get_slot(slot).props.target_loudness = target
        assert_sounds(engine, frames, factor_of(sample, target) if target else 1.0, slot)


def test_each_layer_is_brought_to_the_target(make_wav):
    """The sample of the slot, added layers and loaded ones, before and after the target is set."""
    levels, engine = (-12, -23, -40, -30), Flitzis.Engine()
    slot, layers = engine.get_slot(0), [sine((level, 0.5)) for level in levels]
    engine.set_sample(0, make_sample(layers[0]))
    engine.add_layer(0, make_sample(layers[1]), 0.0, 1.0)
    slot.props.variation = Flitzis.Variation.ROUND_ROBIN
    slot.props.target_loudness = -20.0
    engine.add_layer(0, make_sample(layers[2]), 0.0, 1.0)
    engine.load_layer(0, str(make_wav('layer.wav', layers[3])), 0.0, 1.0)
    for level, frames in itertools.chain(*[zip(levels, layers)] * 2):
        factor = factor_of(make_sample(frames), -20)
        assert factor == pytest.approx(10 ** ((-20 - level) / 20), rel=0.01)
        assert_sounds(engine, frames, factor)


def test_a_new_sample_is_measured_too(make_wav):
    engine = Flitzis.Engine()
    engine.get_slot(0).props.target_loudness = -20.0
    for level in (-12, -23, -40):
        frames = sine((level, 1))
        sample = make_sample(frames)
        engine.set_sample(0, sample)
        assert_sounds(engine, frames, factor_of(sample, -20))
        engine.load_sample(0, str(make_wav('sine.wav', frames * 0.5)))
        sample = engine.get_slot(0).props.sample
        assert_sounds(engine, frames * 0.5, factor_of(sample, -20))
        engine.unload_sample(0)


def test_a_sample_that_is_already_measured():
    frames = sine((-23, 1))
    sample = make_sample(frames)
    sample.measure_loudness(None)
    engine = Flitzis.Engine()
    engine.set_sample(0, sample)
    engine.get_slot(0).props.target_loudness = -26.0
    assert_sounds(engine, frames, factor_of(sample, -26))


def test_samples_without_a_loudness_are_unchanged():
    for frames, rate in ((sine((-80, 1)), RATE), (noise(4, 8000), 7999)):
        engine = Flitzis.Engine(sample_rate=max(rate, 8000))
        engine.set_sample(0, make_sample(frames, rate))
        engine.play_sample(0, 1.0)
        expected = render(engine, 4000)
        engine.stop_all_samples()
        render(engine, 4000)
        engine.get_slot(0).props.target_loudness = -10.0
        engine.play_sample(0, 1.0)
        numpy.testing.assert_array_equal(render(engine, 4000), expected)


def test_the_same_bits_each_time():
    frames, renders = [noise(seed, RATE, 2) for seed in range(4)], set()
    for _ in range(5):
        engine = Flitzis.Engine()
        for slot, each in enumerate(frames):
            engine.get_slot(slot).props.target_loudness = -30.0 + slot
            engine.set_sample(slot, make_sample(each))
            engine.play_sample_at(slot, 1.0, 100 * slot)
        renders.add(engine.render(RATE).get_data())
    assert len(renders) == 1


def test_a_trigger_does_not_wait():
    """The trigger takes less time than the render after it, which waits."""
    engine = Flitzis.Engine()
    engine.set_sample(0, make_sample(noise(5, RATE * 60)))
    begin = time.monotonic()
    engine.get_slot(0).props.target_loudness = -20.0
    engine.play_sample(0, 1.0)
    triggered = time.monotonic()
    engine.render(1)
    assert triggered - begin < (time.monotonic() - triggered) / 2


def test_render_does_not_wait_for_later_samples():
    """Another thread puts a new sample into a slot before the one before it is measured, for ten
    seconds."""
    engine = Flitzis.Engine(memory_limit=2 ** 63)
    data = make_sample(noise(7, RATE * 5)).get_bytes()
    ended, begun = threading.Event(), threading.Event()
    engine.get_slot(1).props.target_loudness = -20.0

    def set_samples():
        for _ in range(1000):
            engine.set_sample(1, Flitzis.Sample.new(data, 1, RATE))
            begun.set()
            if ended.wait(0.01):
                break

    setter = threading.Thread(target=set_samples)
    setter.start()
    begun.wait(60)
    engine.render(64)
    still_sets = setter.is_alive()
    ended.set()
    setter.join()
    assert still_sets


# With no address space left for a stack, no thread can be started.
WITHOUT_THREADS = r"""
import re, resource
import gi
gi.require_version('Flitzis', '1')
from gi.repository import Flitzis, GLib
import numpy

frames = numpy.full(9600, 0.25, '<f4')
engine = Flitzis.Engine()
engine.set_sample(0, Flitzis.Sample.new(GLib.Bytes.new(frames.tobytes()), 1, 48000))

def peak():
    engine.stop_all_samples()
    engine.render(4800)
    engine.play_sample(0, 1.0)
    return numpy.frombuffer(engine.render(9600).get_data(), '<f4').max()

print(peak())
size = int(re.search(r'VmSize:\s+(\d+)', open('/proc/self/status').read()).group(1)) * 1024
resource.setrlimit(resource.RLIMIT_AS, (size + 3 * 1024 ** 2, resource.RLIM_INFINITY))
engine.get_slot(0).props.target_loudness = -60.0
print(peak())
resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
engine.get_slot(0).props.target_peak = -2.0
print(peak())
"""


def test_no_thread_can_be_started():
    """Then nothing is measured and nothing waits, and the next change tries again."""
    result = subprocess.run([sys.executable, '-c', WITHOUT_THREADS], capture_output=True, text=True,
                            timeout=120)
    assert result.returncode == 0, result.stderr
    first, without, measured = map(float, result.stdout.split())
    assert first == without == 0.25 and 0.0 < measured < 0.02


WITHOUT_LIBRARY = """
import gi
gi.require_version('Flitzis', '1')
from gi.repository import Flitzis, GLib
import numpy

frames = numpy.full(9600, 0.25, '<f4')
sample = Flitzis.Sample.new(GLib.Bytes.new(frames.tobytes()), 1, 48000)
try:
    sample.measure_loudness(None)
except GLib.Error as error:
    assert error.matches(Flitzis.EngineError.quark(), Flitzis.EngineError.UNSUPPORTED)
    print(error.message)
engine = Flitzis.Engine()
engine.get_slot(0).props.target_loudness = -60.0
engine.set_sample(0, sample)
engine.play_sample(0, 1.0)
assert numpy.all(numpy.frombuffer(engine.render(4800).get_data(), '<f4') == 0.25)
"""


@pytest.mark.slow
def test_without_the_library(without_libraries):
    assert without_libraries(WITHOUT_LIBRARY) == (
        'Could not measure the loudness: Flitzis is built without libebur128\n')


def test_an_engine_may_go_while_a_sample_is_measured(iterate):
    gone = []
    engine, sample = Flitzis.Engine(), make_sample(noise(6, RATE * 60))
    engine.weak_ref(gone.append, 'engine')
    sample.weak_ref(gone.append, 'sample')
    engine.set_sample(0, sample)
    engine.get_slot(0).props.target_loudness = -20.0
    del engine, sample
    iterate(lambda: len(gone) == 2)


def test_a_running_engine_follows(server, engine, iterate):
    """The level of a sounding voice moves to the target while the engine plays."""
    frames = sine((-12, 4))
    engine.set_sample(0, make_sample(frames))
    slot = engine.get_slot(0)
    slot.props.loop = True
    engine.start()
    engine.play_sample(0, 1.0)
    iterate(lambda: slot.props.level > 0.2)
    slot.props.target_loudness = -32.0
    iterate(lambda: 0.0 < slot.props.level < 0.03)
    slot.props.target_loudness = 0.0
    iterate(lambda: slot.props.level > 0.2)
