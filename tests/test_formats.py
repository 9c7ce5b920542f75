# SPDX-License-Identifier: LGPL-2.1-or-later
"""What files decode to: frames, lengths, onsets, channels, rates. FFmpeg's program encodes what is
loaded here and is the second opinion on it."""

import pathlib
import re
import struct
import subprocess
import sys

import gi
import numpy
import pytest

from sound_files import ffmpeg, frames_of, lag

gi.require_version('Flitzis', '1')
from gi.repository import Flitzis  # noqa: E402

THEME = pathlib.Path('/usr/share/sounds/freedesktop/stereo')
FIXTURES = pathlib.Path(__file__).parent.parent / 'fixtures'
RATES = (44100, 48000, 96000)


def encode(frames, rate, outputs, *inputs):
    """Writes the frames to all files of `outputs` (path -> arguments) at once."""
    arguments = [argument for path in outputs for argument in (*outputs[path], path)]
    ffmpeg('-f', 'f32le', '-ar', rate, '-ac', frames.shape[1], '-i', '-', *inputs, *arguments,
           data=frames.astype('<f4').tobytes())


def decode(paths, folder):
    """The frames and the rate that FFmpeg gives for each of the files."""
    arguments = [argument for path in paths for argument in ('-i', path)]
    for i in range(len(paths)):
        arguments += ['-map', f'{i}:a:0', '-c:a', 'pcm_f32le', folder / f'decoded-{i}.wav']
    ffmpeg(*arguments)
    return [read_wav((folder / f'decoded-{i}.wav').read_bytes()) for i in range(len(paths))]


def read_wav(data):
    offset = 12
    while True:
        name, size = struct.unpack('<4sI', data[offset:offset + 8])
        offset += 8
        if name == b'fmt ':
            n_channels, rate = struct.unpack('<HI', data[offset + 2:offset + 8])
        if name == b'data':
            return numpy.frombuffer(data[offset:offset + size], '<f4').reshape(-1, n_channels), rate
        offset += size


def wav(data, n_channels, rate, n_bits, kind=1, mask=None, tail=b''):
    """The bytes of a WAV file. kind: 1 integers, 3 floats. tail: what follows the data chunk."""
    n_frame_bytes = n_channels * n_bits // 8
    fmt = struct.pack('<HHIIHH', kind, n_channels, rate, rate * n_frame_bytes, n_frame_bytes,
                      n_bits)
    if mask is not None:
        fmt = struct.pack('<H', 0xfffe) + fmt[2:] + struct.pack('<HHIH', 22, n_bits, mask, kind)
        fmt += b'\x00\x00\x00\x00\x10\x00\x80\x00\x00\xaa\x00\x38\x9b\x71'
    body = (b'WAVE' + b'fmt ' + struct.pack('<I', len(fmt)) + fmt
            + b'data' + struct.pack('<I', len(data)) + data + bytes(len(data) % 2) + tail)
    return b'RIFF' + struct.pack('<I', len(body)) + body


def float_wav(frames, rate, mask=None):
    return wav(numpy.asarray(frames, '<f4').tobytes(), frames.shape[1], rate, 32, 3, mask)


def bursts(n_frames, n_channels, rate):
    """Three sharp onsets in silence, other ones in each channel."""
    frames = numpy.zeros((n_frames, n_channels), '<f4')
    random = numpy.random.default_rng(1)
    n_burst = min(rate // 50, n_frames // 8)
    decay = numpy.exp(-numpy.arange(n_burst) * 5.0 / n_burst)
    for channel in range(n_channels):
        for part in (0.1, 0.45, 0.7):
            start = int(n_frames * part)
            frames[start:start + n_burst, channel] = decay * random.uniform(-0.8, 0.8, n_burst)
    return frames


def n_converted(n_frames, source_rate, rate):
    """Halves go up, as in the promise."""
    return (2 * n_frames * rate + source_rate) // (2 * source_rate)


# To the bit


def integers(n_bits, n_channels, n_frames=1001):
    """Random ones, the extremes among them."""
    top = 2 ** (n_bits - 1)
    values = numpy.random.default_rng(n_bits).integers(-top, top, (n_frames, n_channels))
    values[:4, 0] = -top, top - 1, 0, -1
    return values


def pack(values, n_bits):
    if n_bits == 8:
        return (values + 128).astype('u1').tobytes()
    if n_bits == 24:
        return values.astype('<i4').reshape(-1, 1).view('u1')[:, :3].tobytes()
    return values.astype(f'<i{n_bits // 8}').tobytes()


def as_floats(values, n_bits):
    return (values / 2.0 ** (n_bits - 1)).astype('<f4')


@pytest.mark.parametrize('rate', RATES)
@pytest.mark.parametrize('n_channels', [1, 2])
@pytest.mark.parametrize('n_bits', [8, 16, 24, 32])
def test_integers_of_a_wav_are_exact(n_bits, n_channels, rate, load_sample):
    """Each is divided by the greatest, and 0 is 0."""
    values = integers(n_bits, n_channels)
    sample = load_sample(wav(pack(values, n_bits), n_channels, rate, n_bits), rate)
    assert numpy.array_equal(frames_of(sample), as_floats(values, n_bits))
    assert (sample.props.source_rate, sample.props.n_mended) == (rate, 0)


@pytest.mark.parametrize('n_channels', [1, 2])
@pytest.mark.parametrize('n_bits', [32, 64])
def test_floats_of_a_wav_are_exact(n_bits, n_channels, load_sample):
    """Beyond 1 as well: nothing is clipped."""
    random = numpy.random.default_rng(1)
    frames = random.uniform(-4.0, 4.0, (1001, n_channels)).astype(f'<f{n_bits // 8}')
    sample = load_sample(wav(frames.tobytes(), n_channels, 48000, n_bits, 3), 48000)
    assert numpy.array_equal(frames_of(sample), frames.astype('<f4'))


@pytest.mark.parametrize('mask', [3, 0])
def test_an_extensible_wav_is_one_too(mask, load_sample):
    frames = numpy.random.default_rng(1).uniform(-1, 1, (1000, 2)).astype('<f4')
    assert numpy.array_equal(frames_of(load_sample(float_wav(frames, 48000, mask), 48000)), frames)


@pytest.mark.parametrize('n_stray', [0, 1, 2, 3, 7, 9, 100])
@pytest.mark.parametrize('n_bits', [8, 16, 24])
def test_stray_bytes_behind_the_frames_do_no_harm(n_bits, n_stray, load_sample):
    values = integers(n_bits, 1)
    sample = load_sample(wav(pack(values, n_bits), 1, 48000, n_bits, tail=bytes(n_stray)), 48000)
    assert numpy.array_equal(frames_of(sample), as_floats(values, n_bits))


@pytest.mark.parametrize('n_channels', [1, 2])
@pytest.mark.parametrize('n_bits,name,arguments', [
    (16, 'a.flac', ('-sample_fmt', 's16')), (24, 'a.flac', ('-sample_fmt', 's32')),
    (16, 'a.aiff', ('-c:a', 'pcm_s16be')), (24, 'a.aiff', ('-c:a', 'pcm_s24be')),
    (32, 'a.aiff', ('-c:a', 'pcm_s32be'))])
def test_other_formats_without_loss_are_exact(n_bits, name, arguments, n_channels, load_sample,
                                                   tmp_path):
    values = integers(n_bits, n_channels, 10007)
    source = tmp_path / 'source.wav'
    source.write_bytes(wav(pack(values, n_bits), n_channels, 48000, n_bits))
    ffmpeg('-i', source, *arguments, tmp_path / name)
    sample = load_sample(tmp_path / name, 48000)
    assert numpy.array_equal(frames_of(sample), as_floats(values, n_bits))


def test_what_is_no_number_is_mended_and_counted(load_sample):
    """NaN, infinities and denormals become 0, before they could spread in the resampler."""
    frames = numpy.random.default_rng(1).uniform(0.1, 0.5, (4410, 2)).astype('<f4')
    broken, mended = frames.copy(), frames.copy()
    places = [(0, 0), (7, 1), (100, 0), (100, 1), (2000, 0), (4409, 1)]
    for place, value in zip(places, (numpy.nan, numpy.inf, -numpy.inf, 1e-40, -1e-45, numpy.nan)):
        broken[place], mended[place] = value, 0.0
    for rate in (44100, 48000):
        sample = load_sample(float_wav(broken, 44100), rate)
        assert sample.props.n_mended == len(places)
        expected = load_sample(float_wav(mended, 44100), rate)
        assert expected.props.n_mended == 0
        assert numpy.array_equal(frames_of(sample), frames_of(expected))
        assert rate != 44100 or numpy.array_equal(frames_of(sample), mended)


def test_denormals_are_mended_on_whichever_thread():
    """The first use of a decoder leaves a thread behind that takes denormals for 0. GLib lends it
    to the next load once it has idled for half a second: this waits to be able to fail."""
    script = '''
import gi, sys, time
gi.require_version("Flitzis", "1")
from gi.repository import Flitzis, GLib
engine = Flitzis.Engine()
engine.load_sample(0, sys.argv[1])
time.sleep(0.8)
engine.load_bytes(0, GLib.Bytes.new(sys.stdin.buffer.read()), None)
sample = engine.get_slot(0).props.sample
print(sample.props.n_mended, set(sample.get_bytes().get_data()))
'''
    tiny = float_wav(numpy.full((480, 1), 1e-40, '<f4'), 48000)
    result = subprocess.run([sys.executable, '-c', script, FIXTURES / 'mono.flac'], input=tiny,
                            stdout=subprocess.PIPE, check=True, timeout=60)
    assert result.stdout.decode().split(None, 1) == ['480', '{0}\n']


# Lengths and onsets


EXACT = {
    'wav.wav': (),
    'float.wav': ('-c:a', 'pcm_f32le'),
    'aiff.aiff': (),
    'flac.flac': (),
    'flac.oga': ('-c:a', 'flac'),
    'vorbis.ogg': ('-c:a', 'libvorbis'),
}

# Their headers say what the encoder has put in front and behind.
STATED = {
    'cbr.mp3': ('-c:a', 'libmp3lame', '-b:a', '128k'),
    'vbr.mp3': ('-c:a', 'libmp3lame', '-q:a', '4'),
    'without-id3.mp3': ('-c:a', 'libmp3lame', '-id3v2_version', '0'),
    'long-id3.mp3': ('-c:a', 'libmp3lame', '-metadata', 'title=' + 'long ' * 2000),
    'opus.opus': ('-c:a', 'libopus'),
    'opus.webm': ('-c:a', 'libopus'),
    'aac.m4a': ('-c:a', 'aac'),
    'index-first.m4a': ('-c:a', 'aac', '-movflags', '+faststart'),
    'alac.m4a': ('-c:a', 'alac'),
}

# These do not say where the sound begins or ends. FFmpeg leaves both as they come.
UNSTATED = {
    'no-header.mp3': ('-c:a', 'libmp3lame', '-write_xing', '0'),
    'adts.aac': ('-c:a', 'aac'),
    'shine.mp3': ('-c:a', 'libshine', '-b:a', '128k'),
    'mp2.mp2': ('-c:a', 'mp2'),
    'aac.ts': ('-c:a', 'aac'),
    'aac.mka': ('-c:a', 'aac'),
    'vorbis.webm': ('-c:a', 'libvorbis'),
}

# How Matroska says it, and newer releases of FFmpeg do: CodecDelay and DiscardPadding.
MATROSKA_STATEMENTS = (b'\x56\xaa', b'\x75\xa2')

# What their codecs are known to put in front, and we cut off.
KNOWN_DELAY = {'no-header.mp3': 576 + 529, 'adts.aac': 1024}

FORMATS = [(22050, 2), (32000, 1), (44100, 2), (48000, 1)]


def leave_unstated(path):
    """Turns what a Matroska file says about it into elements that are to be left out."""
    data = bytearray(path.read_bytes())
    for statement in MATROSKA_STATEMENTS:
        for match in re.finditer(re.escape(statement) + b'[\x81-\x88]', data):
            size = data[match.start() + 2] & 0x7f
            data[match.start():match.end() + size] = bytes([0xec, 0x81 + size]) + bytes(1 + size)
    path.write_bytes(data)


@pytest.fixture(scope='module')
def encoded(tmp_path_factory):
    """`encoded (name, rate, n_channels)` gives a file, what was encoded, what FFmpeg decodes from
    it, and the rate of that."""
    made = {}

    def make(rate, n_channels):
        folder = tmp_path_factory.mktemp('encoded')
        source = bursts(rate // 2 + 123, n_channels, rate)
        names = {**EXACT, **STATED, **UNSTATED} if (rate, n_channels) in FORMATS else EXACT
        paths = {folder / name: names[name] for name in names}
        encode(source, rate, paths)
        for path in paths:
            if path.name in UNSTATED and path.suffix in ('.mka', '.webm'):
                leave_unstated(path)
        decoded = decode(list(paths), folder)
        return {path.name: (path, source, *decoded[i]) for i, path in enumerate(paths)}

    def get(name, rate, n_channels):
        key = (rate, n_channels)
        made[key] = made.get(key) or make(*key)
        return made[key][name]
    return get


@pytest.mark.parametrize('source_rate,n_channels', [(8000, 2), *FORMATS, (96000, 2)])
@pytest.mark.parametrize('name', EXACT)
def test_lengths_are_right_to_the_frame(name, source_rate, n_channels, load_sample, encoded):
    """As many frames as went in, times the ratio of the rates."""
    path, source, _, _ = encoded(name, source_rate, n_channels)
    for rate in {*RATES, source_rate}:
        sample = load_sample(path, rate)
        slack = 1 if rate != source_rate else 0
        n_expected = n_converted(len(source), source_rate, rate)
        assert abs(sample.props.n_frames - n_expected) <= slack, f'at {rate} Hz'
        assert sample.props.n_channels == n_channels
        assert sample.props.source_rate == source_rate


@pytest.mark.parametrize('n_frames', [1, 2, 63, 64, 65, 255, 1023])
@pytest.mark.parametrize('source_rate', [44100, 48000, 96000])
def test_the_shortest_files_have_their_length_too(source_rate, n_frames, load_sample):
    frames = numpy.full((n_frames, 1), 0.5, '<f4')
    sample = load_sample(float_wav(frames, source_rate), 48000)
    assert abs(sample.props.n_frames - n_converted(n_frames, source_rate, 48000)) <= 1
    assert sample.props.n_frames >= 1


@pytest.mark.parametrize('source_rate,n_channels', FORMATS)
@pytest.mark.parametrize('name', {**EXACT, **STATED})
def test_onsets_stand_where_the_source_has_them(name, source_rate, n_channels, load_sample,
                                                    encoded):
    """Within 2 frames of the source and of FFmpeg; no encoder's padding is left at the end."""
    path, source, expected, rate = encoded(name, source_rate, n_channels)
    frames = frames_of(load_sample(path, rate))
    assert frames.shape[1] == n_channels
    for channel in range(n_channels):
        assert abs(lag(frames[:, channel], expected[:, channel])) <= 2
        if rate == source_rate:
            assert abs(lag(frames[:, channel], source[:, channel])) <= 2
    # A movie states its length in milliseconds.
    slack = rate // 1000 + 1 if path.suffix == '.m4a' else 2
    assert abs(len(frames) - n_converted(len(source), source_rate, rate)) <= slack


@pytest.mark.parametrize('source_rate,n_channels', FORMATS)
@pytest.mark.parametrize('name', UNSTATED)
def test_onsets_stand_where_ffmpeg_has_them(name, source_rate, n_channels, load_sample, encoded):
    """But for a delay that is the same in every file of a codec: it is cut off."""
    path, source, expected, rate = encoded(name, source_rate, n_channels)
    frames = frames_of(load_sample(path, rate))
    assert frames.shape[1] == n_channels
    if name in KNOWN_DELAY:
        assert abs(lag(frames[:, 0], source[:, 0])) <= 2
        expected = expected[KNOWN_DELAY[name]:]
    for channel in range(n_channels):
        assert abs(lag(frames[:, channel], expected[:, channel])) <= 2
    assert abs(len(frames) - len(expected)) <= 2


def stretch(frames, n_frames):
    """Resampled by the book: its spectrum, cut off or filled up."""
    spectrum = numpy.fft.rfft(frames)
    return numpy.fft.irfft(spectrum[:n_frames // 2], n_frames) * n_frames / len(frames)


@pytest.mark.parametrize('name', ['flac.flac', 'vorbis.ogg', 'cbr.mp3', 'opus.opus', 'aac.m4a'])
@pytest.mark.parametrize('rate', RATES)
def test_onsets_stand_at_other_rates_too(rate, name, load_sample, encoded):
    path, source, _, _ = encoded(name, 32000, 1)
    frames = frames_of(load_sample(path, rate))
    expected = stretch(source[:, 0], n_converted(len(source), 32000, rate))
    assert abs(lag(frames[:, 0], expected)) <= 2


@pytest.mark.parametrize('stated_ns', [3250000, 6500000])
def test_opus_in_matroska_goes_by_its_own_header(stated_ns, load_sample, tmp_path):
    """What Matroska states as the codec's delay is in some files the half of it: FFmpeg up to 5
    counted it at the rate of the source."""
    path = tmp_path / 'opus.mka'
    source = bursts(12000, 1, 24000)
    encode(source, 24000, {path: ('-c:a', 'libopus')})
    before, delay, after = path.read_bytes().partition(b'\x56\xaa\x83')  # CodecDelay, of 3 bytes
    assert delay and int.from_bytes(after[:3], 'big') in (3250000, 6500000)
    path.write_bytes(before + delay + stated_ns.to_bytes(3, 'big') + after[3:])
    frames = frames_of(load_sample(path, 24000))
    assert abs(lag(frames[:, 0], source[:, 0])) <= 2


VIDEOS = {
    'aac.mp4': ('-c:v', 'mpeg4', '-c:a', 'aac'),
    'pcm.mov': ('-c:v', 'mpeg4', '-c:a', 'pcm_s16le'),
    'opus.webm': ('-c:v', 'libvpx', '-c:a', 'libopus'),
    'flac.mkv': ('-c:v', 'mpeg4', '-c:a', 'flac'),
    'pcm.avi': ('-c:v', 'mpeg4', '-c:a', 'pcm_s16le'),
}


@pytest.mark.parametrize('name', VIDEOS)
def test_the_sound_of_a_video_is_loaded(name, load_sample, tmp_path):
    source = bursts(24000, 2, 48000)
    encode(source, 48000, {tmp_path / name: VIDEOS[name]},
           '-f', 'lavfi', '-i', 'testsrc=size=64x64:rate=25:duration=0.5')
    frames = frames_of(load_sample(tmp_path / name, 48000))
    assert frames.shape[1] == 2
    for channel in range(2):
        assert abs(lag(frames[:, channel], source[:, channel])) <= 2
    assert abs(len(frames) - len(source)) <= 49


def test_a_video_without_sound_is_unsupported(refuse, tmp_path):
    path = tmp_path / 'mute.mp4'
    ffmpeg('-f', 'lavfi', '-i', 'testsrc=size=64x64:rate=25:duration=0.2', '-c:v', 'mpeg4', path)
    refuse(path, Flitzis.EngineError.UNSUPPORTED, 'mute.mp4')


# Channels


HALF = 0.5 ** 0.5

# The bits of a WAV's mask, and what left and right hear of each loudspeaker, the front being 1.
LEFT, RIGHT, CENTRE = (1, 0), (0, 1), (HALF, HALF)
BACK_LEFT, BACK_RIGHT = (0.5, 0), (0, 0.5)
SIDE_LEFT, SIDE_RIGHT = (HALF, 0), (0, HALF)
LOW = None
POSITIONS = {
    '5.1': (0x3f, (LEFT, RIGHT, CENTRE, LOW, BACK_LEFT, BACK_RIGHT)),
    '5.1 side': (0x60f, (LEFT, RIGHT, CENTRE, LOW, SIDE_LEFT, SIDE_RIGHT)),
    '5.0': (0x37, (LEFT, RIGHT, CENTRE, BACK_LEFT, BACK_RIGHT)),
    'quad': (0x33, (LEFT, RIGHT, BACK_LEFT, BACK_RIGHT)),
    '3.0': (0x7, (LEFT, RIGHT, CENTRE)),
}


@pytest.mark.parametrize('layout', POSITIONS)
def test_surround_is_mixed_down_by_its_positions(layout, load_sample):
    """The centre 3 dB down on both sides; what is at the side 3 dB, at the back 6 dB down on its
    own (all among the values of ITU-R BS.775). Together they do not pass full scale."""
    mask, positions = POSITIONS[layout]
    n_channels = len(positions)
    gains = numpy.zeros((n_channels, 2))
    tone = 0.5 * numpy.sin(numpy.arange(4800) * 0.1)
    for channel in range(n_channels):
        frames = numpy.zeros((4800, n_channels), '<f4')
        frames[:, channel] = tone
        mixed = frames_of(load_sample(float_wav(frames, 48000, mask), 48000))
        assert mixed.shape == (4800, 2)
        gains[channel] = tone @ mixed / (tone @ tone)
        assert numpy.allclose(mixed, numpy.outer(tone, gains[channel]), atol=1e-6)
    assert gains[0, 0] > 0.25
    assert numpy.all(gains.sum(axis=0) < 1.001)
    for channel, position in enumerate(positions):
        if position is LOW:
            assert gains[channel, 0] == pytest.approx(gains[channel, 1], abs=1e-4)
        else:
            assert gains[channel] / gains[0, 0] == pytest.approx(position, abs=0.01)


@pytest.mark.parametrize('n_channels', [9, 16, 64])
def test_many_channels_without_a_position_are_unsupported(n_channels, refuse):
    """The message says how many there are. Fewer have the usual positions."""
    for mask in (None, 0):
        refuse(float_wav(numpy.zeros((480, n_channels), '<f4'), 48000, mask),
               Flitzis.EngineError.UNSUPPORTED, f' {n_channels} channels')


# The resampler


def fit(frames, frequency, rate):
    """The complex gain of a cosine in the middle of the frames, and what is there beside it."""
    n_frames = len(frames)
    n_edge = n_frames // 10
    turns = 2j * numpy.pi * frequency / rate * numpy.arange(n_edge, n_frames - n_edge)
    middle = frames[n_edge:n_frames - n_edge].astype(float)
    basis = numpy.stack([numpy.exp(turns).real, numpy.exp(turns).imag], axis=1)
    cosine, sine = numpy.linalg.lstsq(basis, middle, rcond=None)[0]
    return cosine - 1j * sine, middle - basis @ (cosine, sine)


def db(value):
    return 20.0 * numpy.log10(max(numpy.abs(value), 1e-12))


CONVERSIONS = [(44100, 48000), (48000, 44100), (96000, 48000), (44100, 96000), (22050, 48000)]


@pytest.mark.parametrize('source_rate,rate', CONVERSIONS)
def test_the_pass_band_is_flat_and_clean(source_rate, rate, load_sample):
    """To 20 kHz a tone keeps its level within 0.1 dB and its place; what else comes out, images
    and aliases, is 100 dB below it."""
    top = min(20000.0, 0.9 * source_rate / 2)
    tones = [20.0, 440.0, 1000.0, 0.25 * top, 0.5 * top, 0.7 * top, 0.9 * top, top]
    seconds = numpy.arange(source_rate // 2)[:, None] / source_rate
    for pair in zip(tones[::2], tones[1::2]):
        frames = 0.5 * numpy.cos(2.0 * numpy.pi * seconds * pair)
        output = frames_of(load_sample(float_wav(frames, source_rate), rate))
        assert len(output) == n_converted(len(frames), source_rate, rate)
        for channel, frequency in enumerate(pair):
            gain, rest = fit(output[:, channel], frequency, rate)
            assert abs(db(gain / 0.5)) < 0.1, f'{frequency} Hz'
            assert abs(numpy.angle(gain)) * rate / (2 * numpy.pi * frequency) < 0.05
            assert db(numpy.sqrt(2 * numpy.mean(rest ** 2)) / 0.5) < -100.0, f'{frequency} Hz'


@pytest.mark.parametrize('source_rate,rate', [(48000, 44100), (96000, 48000), (96000, 44100)])
def test_what_the_lower_rate_cannot_hold_is_gone(source_rate, rate, load_sample):
    """Tones above half of the new rate leave nothing above -100 dB: no alias."""
    first, last = rate / 2 + 100, source_rate / 2 - 100
    tones = numpy.linspace(first, last, 8)
    seconds = numpy.arange(source_rate // 2)[:, None] / source_rate
    for pair in zip(tones[::2], tones[1::2]):
        frames = 0.5 * numpy.sin(2.0 * numpy.pi * seconds * pair)
        output = frames_of(load_sample(float_wav(frames, source_rate), rate)).astype(float)
        middle = output[len(output) // 10:-len(output) // 10]
        for channel, frequency in enumerate(pair):
            level = numpy.sqrt(2.0 * numpy.mean(middle[:, channel] ** 2)) / 0.5
            assert db(level) < -100.0, f'{frequency} Hz'


@pytest.mark.parametrize('source_rate,rate', [(44100, 48000), (48000, 44100), (96000, 48000),
                                              (11025, 48000), (8000, 192000), (47999, 48000)])
def test_a_click_stays_on_its_frame(source_rate, rate, load_sample):
    """The filter's delay is taken out, at the first frame and at the last as well."""
    n_frames = source_rate // 4
    frames = numpy.zeros((n_frames, 1), '<f4')
    places = (1, n_frames // 3, n_frames - 2)
    frames[places, 0] = 0.5
    output = frames_of(load_sample(float_wav(frames, source_rate), rate))[:, 0]
    for place in places:
        expected = place * rate / source_rate
        near = slice(max(0, int(expected) - rate // 500), int(expected) + rate // 500)
        assert abs(near.start + int(numpy.argmax(output[near])) - expected) <= 1.0


# The fixtures


def read_tables():
    """What fixtures/README.md promises: name -> (rate, channels, frames, onset) or an error."""
    promises = {}
    for line in (FIXTURES / 'README.md').read_text().splitlines():
        names, *cells = [cell.strip() for cell in line.strip('|').split('|')]
        names = [name for name in names.split('`') if '.' in name]
        if not line.startswith('| `') or not names:
            continue
        if len(cells) == 2:
            promises.update((name, cells[1]) for name in names)
            continue
        n_channels = [int(number) for number in cells[2].split(', ')] * len(names)
        onset = None if cells[4] == 'none' else int(cells[4].split(',')[0])
        promises.update((name, (int(cells[1]), n_channels[i], int(cells[3]), onset))
                        for i, name in enumerate(names))
    return promises


PROMISES = read_tables()


def fixture_sound(n_frames, n_channels, rate):
    """What the script in fixtures/ writes: from the onset on a decaying cosine for each ear."""
    seconds = numpy.arange(n_frames) / rate
    turns = 2 * numpy.pi * seconds
    tones = [numpy.cos(frequency * turns) for frequency in (997, 1499)[:n_channels]]
    return (0.5 * numpy.exp(-40 * seconds) * tones).T


def test_every_fixture_is_in_the_tables():
    names = {path.name for path in FIXTURES.iterdir() if path.suffix not in ('.py', '.md')}
    assert set(PROMISES) == names
    assert {pathlib.Path(name).suffix for name in names} >= {
        '.wav', '.aiff', '.flac', '.ogg', '.opus', '.mp3', '.m4a', '.aac', '.mp4', '.webm'}


def test_the_fixtures_are_introduced_as_test_tones():
    introduction, _tables = (FIXTURES / 'README.md').read_text().split('\n|', 1)
    assert 'The sounds are test tones' in introduction


@pytest.mark.parametrize('name', sorted(PROMISES))
def test_a_fixture_is_what_the_table_says(name, load_sample, refuse):
    if isinstance(PROMISES[name], str):
        refuse(FIXTURES / name, getattr(Flitzis.EngineError, PROMISES[name]), name)
        return
    source_rate, n_channels, n_frames, onset = PROMISES[name]
    for rate in {*RATES, source_rate}:
        sample = load_sample(FIXTURES / name, rate)
        slack = 1 if rate != source_rate else 0
        assert abs(sample.props.n_frames - n_converted(n_frames, source_rate, rate)) <= slack
        assert sample.props.n_channels == min(n_channels, 2)
        assert sample.props.source_rate == source_rate
        assert sample.props.n_mended == (4 if name == 'broken-values.wav' else 0)
        if onset is None:
            continue
        frames = frames_of(sample)
        source = fixture_sound(rate // 10, n_channels, rate)
        first = frames[:(onset + source_rate // 10) * rate // source_rate]
        for channel in range(n_channels):
            late = lag(first[:, channel], source[:, channel])
            assert abs(late - onset * rate / source_rate) <= 2.5


# Real files


def read_ogg_length(data):
    """Frames, by the position that the last page of a Vorbis stream states, and their rate."""
    rate, = struct.unpack_from('<I', data, data.index(b'\x01vorbis') + 12)
    offset = length = 0
    while offset < len(data):
        assert data[offset:offset + 4] == b'OggS'
        position, = struct.unpack_from('<q', data, offset + 6)
        length = max(length, position)
        sizes = data[offset + 27:offset + 27 + data[offset + 26]]
        offset += 27 + len(sizes) + sum(sizes)
    return length, rate


def test_recordings_have_the_length_that_they_state(load_sample, tmp_path):
    """All of the desktop's sound theme. FFmpeg has the same frames; in some files its end is off
    by a part of the last packet."""
    paths = [path for path in sorted(THEME.glob('*.oga')) if not path.is_symlink()]
    assert len(paths) == 27
    for path, (expected, rate) in zip(paths, decode(paths, tmp_path)):
        n_frames, source_rate = read_ogg_length(path.read_bytes())
        sample = load_sample(path, 48000)
        assert sample.props.source_rate == source_rate == rate, path.name
        assert sample.props.n_channels == expected.shape[1], path.name
        assert abs(len(expected) - n_frames) < 256, path.name
        assert abs(sample.props.n_frames - n_converted(n_frames, rate, 48000)) <= 1, path.name
        frames = frames_of(load_sample(path, rate) if rate != 48000 else sample)
        assert len(frames) == n_frames
        n_common = min(n_frames, len(expected))
        assert numpy.allclose(frames[:n_common], expected[:n_common], atol=1e-4), path.name
