# SPDX-License-Identifier: LGPL-2.1-or-later
"""How loud samples are, beside the EBU's test signals, and slots that are brought to a target."""

import math
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
    """In phase on all channels: a pair of its peak in dBFS and its seconds for each part."""
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
    """EBU Tech 3341, table 1: signals 1 to 5; the others have more channels, or are programmes."""
    assert integrated(sine(*parts)) == pytest.approx(expected, abs=0.1)


@pytest.mark.parametrize('expected, levels', [
    (10, [-20, -30]), (5, [-20, -15]), (20, [-40, -20]), (15, [-50, -35, -20, -35, -50])])
def test_loudness_range(expected, levels):
    """EBU Tech 3342, table 1: signals 1 to 4, which may be 1 LU off."""
    assert measure(sine(*((level, 20) for level in levels))).props.range == pytest.approx(
        expected, abs=0.1)


@pytest.mark.parametrize('expected, part, degrees, amplitude', [
    (-6, 4, 0, 0.5), (-6, 4, 45, 0.5), (-6, 6, 60, 0.5), (-6, 8, 67.5, 0.5), (3, 4, 45, 1.41)],
    ids=range(15, 20))
def test_true_peak(expected, part, degrees, amplitude):
    """EBU Tech 3341, table 1: signals 15 to 19, with its tolerance, between frames that are lower.
    They fade in, since a sudden start has higher peaks than they."""
    wave = amplitude * numpy.sin(2 * numpy.pi * numpy.arange(RATE) / part + math.radians(degrees))
    wave *= numpy.clip(numpy.arange(RATE) / 4800, 0, 1)
    wave *= numpy.clip(numpy.arange(RATE, 0, -1) / 4800, 0, 1)
    peak = measure(numpy.column_stack([wave, wave / 2]).astype('<f4')).props.true_peak
    assert expected - 0.4 <= peak <= expected + 0.2
    assert measure(numpy.column_stack([wave / 2, wave]).astype('<f4')).props.true_peak == peak


def test_the_last_true_peaks_count():
    """They come out of a filter that is some frames late."""
    wave = numpy.zeros((RATE, 1), '<f4')
    wave[-10:, 0] = numpy.sin(numpy.pi / 2 * numpy.arange(10) + numpy.pi / 4)
    peak = measure(wave).props.true_peak
    assert peak > -1.5
    assert measure(numpy.concatenate([wave, wave * 0])).props.true_peak == pytest.approx(peak)


@pytest.mark.parametrize('rate', [8000, 11025, 44100, 96000, 192000, 768000])
def test_every_rate(rate):
    """Below 44100 Hz the shelf of the standard's filter is steeper than at 48000 Hz."""
    loudness = measure(sine((-20, 1), rate=rate, frequency=500.0), rate)
    assert loudness.props.integrated == pytest.approx(
        integrated(sine((-20, 1), frequency=500.0)), abs=0.1 if rate >= 44100 else 0.25)
    assert loudness.props.true_peak == pytest.approx(-20, abs=0.1)


def test_a_rate_that_is_too_low():
    with pytest.raises(GLib.Error, match='7999 Hz') as caught:
        measure(noise(1, 8000), 7999)
    assert caught.value.matches(Flitzis.EngineError.quark(), Flitzis.EngineError.UNSUPPORTED)


def test_mono_is_as_loud_as_it_plays():
    frames = sine((-23, 2))
    assert integrated(frames[:, :1]) == pytest.approx(integrated(frames), abs=1e-9)
    one_side = frames * numpy.array([1, 0], '<f4')
    assert integrated(one_side) == pytest.approx(integrated(frames) - 10 * math.log10(2))


@pytest.mark.parametrize('milliseconds', [1, 10, 100, 399])
@pytest.mark.parametrize('rate', [44100, RATE])
def test_short_sounds(milliseconds, rate):
    """What is shorter than a gating block of 400 ms is as loud as with silence after it."""
    frames = noise(milliseconds, rate * milliseconds // 1000, 2)
    loudness = measure(frames, rate)
    padded = numpy.concatenate([frames, numpy.zeros((rate * 2 // 5 - len(frames), 2), '<f4')])
    assert loudness.props.integrated == pytest.approx(integrated(padded, rate), abs=1e-9)
    assert loudness.props.range == 0.0


def test_short_sounds_by_arithmetic():
    assert integrated(sine((-20, 0.1))) == pytest.approx(-20 + 10 * math.log10(0.1 / 0.4), abs=0.1)
    # a click of one frame, too, has a value
    assert -60 < integrated(numpy.ones((1, 1), '<f4')) < -20


def test_silence():
    for frames in (numpy.zeros((RATE, 2), '<f4'), numpy.zeros((1, 1), '<f4')):
        loudness = measure(frames)
        assert loudness.props.integrated == loudness.props.true_peak == -math.inf
        assert loudness.props.range == 0.0
    # below the gate of -70 LUFS there is no loudness, though there is a peak
    quiet = measure(sine((-80, 1)))
    assert quiet.props.integrated == -math.inf
    assert quiet.props.true_peak == pytest.approx(-80, abs=0.1)


def test_what_has_no_frames_is_silent():
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
    """Before it begins and while it runs; the next one measures all the same."""
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
    """From its first frame on."""
    engine.play_sample(slot, 1.0)
    numpy.testing.assert_allclose(render(engine, len(frames)), frames * factor, rtol=1e-5,
                                  atol=1e-7)


def test_a_target():
    """Rendering waits for the worker, so the first voice has the factor from its first frame."""
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
    """To what sounds it is a gain: a ramp of 5 ms. The gain of the slot stays, and counts."""
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


def test_what_was_measured_before_has_its_factor_at_once():
    """Also where the steal of the quietest is decided by the gain at the call."""
    frames = sine((-23, 1))
    sample = make_sample(frames)
    sample.measure_loudness(None)
    engine = Flitzis.Engine()
    engine.set_sample(0, sample)
    engine.get_slot(0).props.target_loudness = -26.0
    assert_sounds(engine, frames, factor_of(sample, -26))


def test_what_has_no_loudness_stays_as_it_is():
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
    """It takes less than the render after it, which does."""
    engine = Flitzis.Engine()
    engine.set_sample(0, make_sample(noise(5, RATE * 60)))
    begin = time.monotonic()
    engine.get_slot(0).props.target_loudness = -20.0
    engine.play_sample(0, 1.0)
    triggered = time.monotonic()
    engine.render(1)
    assert triggered - begin < (time.monotonic() - triggered) / 2


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
    """Without a render that would wait: the level of a voice that sounds moves to its target."""
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
