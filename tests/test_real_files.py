# SPDX-License-Identifier: LGPL-2.1-or-later
"""PCM as real programs write it: to pipes, with chunks around it, in every container and width.
What comes is compared to the bit with what went in; what cannot be right is an error, not noise."""

import functools
import struct

import gi
import numpy
import pytest

from hostile import files
from hostile.sounds import au, big_chunk, chunk, encode, extensible, fmt, riff
from sound_files import ffmpeg

gi.require_version('Flitzis', '1')
from gi.repository import Flitzis, GLib  # noqa: E402

CORRUPT, UNSUPPORTED = Flitzis.EngineError.CORRUPT, Flitzis.EngineError.UNSUPPORTED
RATE = 48000
N_FRAMES = 1001


def integers(n_bits, n_channels=1, n_frames=N_FRAMES):
    """Random ones, with the least and the greatest among them."""
    top = 2 ** (n_bits - 1)
    values = numpy.random.default_rng(n_bits).integers(-top, top, (n_frames, n_channels))
    values[:2, 0] = -top, top - 1
    return values


def quiet(n_frames=24000):
    """16 bits below a tenth of full scale: noise among them would be heard."""
    return numpy.random.default_rng(3).integers(-3000, 3000, (n_frames, 1))


def pack(values, n_bits, order='<', signed=True):
    """The bytes of integers; unsigned ones have their middle at half."""
    n_bytes = n_bits // 8
    values = numpy.asarray(values).ravel() + (0 if signed else 2 ** (n_bits - 1))
    data = values.astype('<i8').reshape(-1, 1).view('u1')[:, :n_bytes]
    return (data if order == '<' else data[:, ::-1]).tobytes()


def scaled(values, n_bits):
    return (values / 2.0 ** (n_bits - 1)).astype('<f4')


def floats(n_bytes, n_channels=1, order='<'):
    values = numpy.random.default_rng(n_bytes).uniform(-2, 2, (N_FRAMES, n_channels))
    return values.astype(f'{order}f{n_bytes}')


def alaw(codes):
    """By ITU-T G.711."""
    codes = numpy.frombuffer(codes, 'u1').astype(int) ^ 0x55
    segment, step = codes >> 4 & 7, codes & 15
    magnitude = numpy.where(segment == 0, step * 16 + 8,
                            (step * 16 + 264) << numpy.maximum(segment - 1, 0))
    return numpy.where(codes & 0x80, magnitude, -magnitude).reshape(-1, 1) / 32768


def mulaw(codes):
    codes = ~numpy.frombuffer(codes, 'u1').astype(int)
    magnitude = (((codes & 15) * 8 + 132) << (codes >> 4 & 7)) - 132
    return numpy.where(codes & 0x80, -magnitude, magnitude).reshape(-1, 1) / 32768


ALL_CODES = bytes(range(256)) + b'\x55'


def wav(data, form=None, data_size=None, size=None, before=(), after=(), kind=b'RIFF'):
    return riff(chunk(b'fmt ', form or fmt()), *before, chunk(b'data', data, data_size), *after,
                size=size, kind=kind)


# WAV: sizes


LIST = chunk(b'LIST', b'INFO' + chunk(b'INAM', bytes(range(200))))

PLACEHOLDERS = (0, 0x713fb300, 2000000000, 0x7fffefff, 0x7ffff000, 0x7fffff9b, 0x7fffffd3,
                0x7fffffff, 0x80000000, 0xfffffff0, 0xffffff9b, 0xffffffda, 0xffffffff)


@pytest.mark.parametrize('kind', [b'RIFF', b'RF64', b'BW64'])
@pytest.mark.parametrize('size', PLACEHOLDERS)
def test_a_wav_from_a_pipe_is_all_that_is_there(size, kind, load_frames):
    values = integers(16)
    data = wav(pack(values, 16), data_size=size, size=(size + 36) % 2**32, before=[LIST],
               kind=kind)
    assert numpy.array_equal(load_frames(data), scaled(values, 16))


@pytest.mark.parametrize('size', [2004, 4000, 10**6, 10**9, 1800000000])
def test_a_smaller_size_is_believed(size, refuse):
    """The file was cut."""
    refuse(wav(pack(integers(16), 16), data_size=size)[:44 + 2002], CORRUPT,
           f'breaks off after {N_FRAMES} frames')


@pytest.mark.parametrize('tail', [LIST, chunk(b'id3 ', b'odd'), chunk(b'id3 ', b'odd')[:-1],
                                  chunk(b'cue ', bytes(28)) + LIST])
def test_no_frames_is_not_a_placeholder_if_chunks_follow(tail, refuse):
    refuse(wav(b'', after=[tail]), CORRUPT, 'no frames')


def rf64(data, n_frames=0, data_size=None, table=(), kind=b'RF64', before=(), after=()):
    data_size = len(data) if data_size is None else data_size
    sizes = chunk(b'ds64', struct.pack('<QQQI', 0, data_size, n_frames, len(table))
                  + b''.join(struct.pack('<4sQ', name, size) for name, size in table))
    return riff(sizes, chunk(b'fmt ', fmt()), *before, chunk(b'data', data, 0xffffffff), *after,
                size=0xffffffff, kind=kind)


@pytest.mark.parametrize('kind', [b'RF64', b'BW64'])
@pytest.mark.parametrize('n_frames', [0, 1, N_FRAMES, 10**12])
def test_the_size_of_rf64_is_the_one_in_ds64(n_frames, kind, load_frames):
    """Chunks behind the data are no sound. The number of frames beside it is not looked at."""
    values = integers(16)
    for after in ([], [LIST], [LIST, chunk(b'axml', b'<a/>' * 300)]):
        data = rf64(pack(values, 16), n_frames, kind=kind, after=after)
        assert numpy.array_equal(load_frames(data), scaled(values, 16))


def test_other_large_chunks_of_rf64_are_in_its_table(load_frames):
    values = integers(16)
    big = chunk(b'big ', bytes(5000), 0xffffffff)
    data = rf64(pack(values, 16), table=[(b'data', 7), (b'big ', 5000)], before=[big])
    assert numpy.array_equal(load_frames(data), scaled(values, 16))


def test_rf64_that_was_cut(refuse):
    refuse(rf64(pack(integers(16), 16), data_size=10**10), CORRUPT, f'after {N_FRAMES} frames')


@pytest.mark.parametrize('size', [0, 2**64 - 1])
def test_rf64_from_a_pipe(size, load_frames):
    values = integers(16)
    data = rf64(pack(values, 16), data_size=size)
    assert numpy.array_equal(load_frames(data), scaled(values, 16))


# WAV: chunks that are not where the sizes lead


def odd_list(text=b'wave-gen\0'):
    return chunk(b'LIST', b'INFO' + b'ISFT' + struct.pack('<I', len(text)) + text)[:-1]


ASTRAY = {
    'no pad byte': [odd_list()],
    'no pad byte twice': [odd_list(), odd_list(b'x')],
    'no pad byte, then one more': [odd_list(), LIST],
    'a pad byte that is not 0': [odd_list() + b'd'],
    'size too small by 4': [chunk(b'smpl', bytes(36), 32)],
    'size too small by 1': [chunk(b'smpl', bytes(36), 35)],
    'size too large by 2': [chunk(b'smpl', bytes(36), 38)],
    'size that leads into the frames': [chunk(b'junk', bytes(36), 20000)],
    'size that leads to the end': [chunk(b'junk', bytes(36), 36 + 8 + 48000)],
    'size past the end': [chunk(b'junk', bytes(32), 0x10000000)],
    'size of ones': [chunk(b'junk', bytes(32), 0xffffffff)],
    'zeros between': [bytes(20)],
    'an odd number of zeros between': [bytes(21)],
    'the word in a text': [chunk(b'LIST', b'INFO and data for all, metadata\0\0\0\0', 10**6)],
}


@pytest.mark.parametrize('size', [None, 0xffffffff])
@pytest.mark.parametrize('way', ASTRAY)
def test_frames_are_found_where_no_size_leads(way, size, load_frames):
    values = quiet()
    data = wav(pack(values, 16), before=ASTRAY[way], data_size=size, after=[] if size else [LIST])
    assert numpy.array_equal(load_frames(data), scaled(values, 16))


NO_FRAMES = {
    'no data': [LIST],
    'no data, a size past the end': [chunk(b'LIST', bytes(range(256)) * 100, 10**6)],
    'the word without a size': [chunk(b'LIST', b'metadata of this', 10**6), bytes(range(256))],
    'the word at the end': [chunk(b'LIST', b'metadata', 10**6)],
    'a size that is more than there is': [chunk(b'junk', b'', 5), chunk(b'data', b'', 10**6)],
    'rubbish': [files.rubbish(50000)],
}


@pytest.mark.parametrize('way', NO_FRAMES)
def test_what_is_not_found_is_not_played(way, refuse):
    refuse(riff(chunk(b'fmt ', fmt()), *NO_FRAMES[way]), CORRUPT, 'data chunk')


# Widths, orders and containers of PCM


def test_24_bits_in_the_low_bytes_of_4(load_frames):
    """As arecord writes S24_LE. The byte above may be anything."""
    values = integers(24, 2)
    expected = scaled(values, 24)
    form = fmt(n_channels=2, n_bits=24, align=8)
    for top in (0, 0x5a000000):
        data = (values & 0xffffff | top).astype('<u4').tobytes()
        assert numpy.array_equal(load_frames(wav(data, form)), expected)


@pytest.mark.parametrize('n_bits', [12, 20, 24, 32])
def test_bits_are_the_high_ones_of_what_an_extensible_wav_holds_them_in(n_bits, load_frames):
    width = 16 if n_bits == 12 else 32
    values = integers(n_bits, 2) << width - n_bits
    form = bytearray(extensible(2, 3, n_bits=width))
    form[18:20] = struct.pack('<H', n_bits)
    data = wav(pack(values, width), bytes(form))
    assert numpy.array_equal(load_frames(data), scaled(values, width))


@pytest.mark.parametrize('n_bits,width', [(5, 8), (12, 16), (20, 24), (28, 32)])
def test_other_widths_are_rounded_up_to_bytes(n_bits, width, load_frames):
    values = integers(n_bits, 2) << width - n_bits
    data = wav(pack(values, width, signed=width > 8), fmt(n_channels=2, n_bits=n_bits,
                                                          align=2 * width // 8))
    assert numpy.array_equal(load_frames(data), scaled(values, width))


@pytest.mark.parametrize('tag,n_bits,align', [(1, 16, 3), (1, 16, 8), (1, 8, 4), (1, 24, 4),
                                              (3, 32, 4), (3, 24, 6), (1, 32, 0)])
def test_a_layout_that_makes_no_sense_is_not_played(tag, n_bits, align, refuse):
    """The bytes of a frame are not those of two channels of these bits."""
    refuse(wav(bytes(2400), fmt(tag, 2, n_bits=n_bits, align=align)), CORRUPT)


def big_wav(data, tag, n_bits, n_channels):
    form = struct.pack('>HHIIHH', tag, n_channels, RATE, 0, n_channels * n_bits // 8, n_bits)
    body = b'WAVE' + big_chunk(b'fmt ', form) + big_chunk(b'data', data)
    return b'RIFX' + struct.pack('>I', len(body)) + body


def w64(data, tag=1, n_bits=16, n_channels=1, size=None, before=b''):
    end = bytes.fromhex('f3acd3118cd100c04f8edb8a')

    def part(name, body, size=None):
        size = 24 + len(body) if size is None else size
        return name + end + struct.pack('<Q', size) + body + bytes(-len(body) % 8)
    body = (b'wave' + end + before
            + part(b'fmt ', fmt(tag, n_channels, n_bits=n_bits)) + part(b'data', data, size)
            + part(b'levl', b'peaks'))
    return b'riff' + bytes.fromhex('2e91cf11a5d628db04c10000') + struct.pack(
        '<Q', 24 + len(body)) + body


def caf(data, kind=b'lpcm', flags=0, n_bytes=2, n_bits=16, n_channels=1, size=None, after=b'',
        rate=RATE):
    description = struct.pack('>d4sIIIII', rate, kind, flags, n_bytes * n_channels, 1, n_channels,
                              n_bits)
    body = struct.pack('>4sq', b'desc', len(description)) + description
    body += struct.pack('>4sq', b'free', 5) + b'\0odd\0'
    size = 4 + len(data) if size is None else size
    body += struct.pack('>4sqI', b'data', size, 1) + data
    return b'caff' + struct.pack('>HH', 1, 0) + body + after


@pytest.mark.parametrize('n_channels', [1, 2])
@pytest.mark.parametrize('n_bits', [8, 16, 24, 32])
def test_integers_of_every_container_are_exact(n_bits, n_channels, load_frames):
    values = integers(n_bits, n_channels)
    little = pack(values, n_bits)
    big = pack(values, n_bits, '>')
    unsigned = pack(values, n_bits, signed=False)
    arguments = {'n_bits': n_bits, 'n_channels': n_channels}
    made = {
        'RIFX': big_wav(unsigned if n_bits == 8 else big, 1, **arguments),
        'W64': w64(unsigned if n_bits == 8 else little, **arguments),
        'AIFF': aiff(big, **arguments),
        'CAF': caf(big, n_bytes=n_bits // 8, **arguments),
        'CAF, low byte first': caf(little, flags=2, n_bytes=n_bits // 8, **arguments),
        'CAF from a pipe': caf(big, n_bytes=n_bits // 8, size=-1, **arguments),
        'AU': au(big, encoding=1 + n_bits // 8, n_channels=n_channels),
        'AU from a pipe': au(big, 0xffffffff, encoding=1 + n_bits // 8, n_channels=n_channels,
                             offset=24),
    }
    for name, data in made.items():
        assert numpy.array_equal(load_frames(data), scaled(values, n_bits)), name


@pytest.mark.parametrize('n_bytes', [4, 8])
def test_floats_of_every_container_are_exact(n_bytes, load_frames):
    values = floats(n_bytes, 2)
    little, big = values.tobytes(), values.astype(f'>f{n_bytes}').tobytes()
    n_bits = 8 * n_bytes
    made = {
        'RIFX': big_wav(big, 3, n_bits, 2),
        'W64': w64(little, 3, n_bits, 2),
        'fl': aiff(big, 2, n_bits, b'fl%d' % n_bits),
        'FL': aiff(big, 2, n_bits, b'FL%d' % n_bits),
        'CAF': caf(big, flags=1, n_bytes=n_bytes, n_bits=n_bits, n_channels=2),
        'CAF, low byte first': caf(little, flags=3, n_bytes=n_bytes, n_bits=n_bits, n_channels=2),
        'AU': au(big, encoding=2 + n_bytes, n_channels=2) if n_bytes == 4 else au(
            big, encoding=7, n_channels=2),
    }
    for name, data in made.items():
        assert numpy.array_equal(load_frames(data), values.astype('<f4')), name


def test_a_law_and_mu_law_of_every_container(load_frames):
    for decode, tag, names, number in ((alaw, 6, (b'alaw', b'ALAW'), 27),
                                       (mulaw, 7, (b'ulaw', b'ULAW'), 1)):
        made = [wav(ALL_CODES, fmt(tag, n_bits=8)), w64(ALL_CODES, tag, 8),
                big_wav(ALL_CODES, tag, 8, 1), au(ALL_CODES, encoding=number),
                caf(ALL_CODES, names[0], n_bytes=1, n_bits=8),
                *[aiff(ALL_CODES, n_bits=n_bits, kind=name)
                  for name in names for n_bits in (8, 16)]]
        for data in made:
            assert numpy.array_equal(load_frames(data), decode(ALL_CODES).astype('<f4'))


def test_w64_from_a_pipe_and_with_other_chunks(load_frames):
    values = integers(16)
    other = bytes(range(16)) + struct.pack('<Q', 24 + 5) + b'other\0\0\0'
    for size in (2**63 - 1, 2**64 - 1, 0):
        data = w64(pack(values, 16), size=size)
        frames = load_frames(data)
        assert numpy.array_equal(frames[:N_FRAMES], scaled(values, 16))
    assert numpy.array_equal(load_frames(w64(pack(values, 16), before=other)), scaled(values, 16))


@pytest.mark.parametrize('n_bytes', [1, 500, 2001])
def test_what_was_cut_says_so(n_bytes, refuse):
    """In every container whose size says how much there was."""
    data = pack(integers(16), 16, '>')
    n_frames = (len(data) - n_bytes) // 2
    words = f'breaks off after {n_frames} frames' if n_frames > 0 else ''
    for whole in (au(data), caf(data), aiff(data)):
        refuse(whole[:-n_bytes], CORRUPT, words)
    refuse(wav(data)[:-n_bytes], CORRUPT, words)


@pytest.mark.parametrize('n_channels', range(3, 9))
def test_channels_without_positions_have_the_usual_ones(n_channels, load_frames):
    """The mix is that of the same frames with these positions stated."""
    usual = {3: 0x0b, 4: 0x33, 5: 0x37, 6: 0x3f, 7: 0x13f, 8: 0x63f}[n_channels]
    values = integers(16, n_channels) // n_channels
    data = pack(values, 16)
    stated = load_frames(wav(data, extensible(n_channels, usual)))
    assert stated.shape == (N_FRAMES, 2) and numpy.abs(stated).max() > 0.01
    made = [wav(data, fmt(n_channels=n_channels)), wav(data, extensible(n_channels, 0)),
            wav(data, extensible(n_channels, 0x3)), caf(data, flags=2, n_channels=n_channels),
            aiff(pack(values, 16, '>'), n_channels), w64(data, n_channels=n_channels)]
    for other in made:
        assert numpy.array_equal(load_frames(other), stated)


@pytest.mark.parametrize('n_channels', [9, 24, 65, 1000])
def test_more_channels_must_say_where_they_are(n_channels, refuse):
    data = bytes(2 * 10 * n_channels)
    for made in (wav(data, fmt(n_channels=n_channels)), aiff(data, n_channels),
                 caf(data, n_channels=n_channels), au(data, n_channels=n_channels)):
        refuse(made, UNSUPPORTED, f'{n_channels} channels')


@pytest.mark.parametrize('rate', [1, 999, 768001, 10**9])
def test_rates_that_nothing_has(rate, refuse):
    data = bytes(2000)
    for made in (wav(data, fmt(rate=rate)), caf(data, rate=rate), au(data, rate=rate)):
        refuse(made, UNSUPPORTED, f'{rate} Hz')


# AIFF


def rate_80_bits(rate):
    exponent = rate.bit_length() - 1
    return struct.pack('>HQ', 16383 + exponent, rate << 63 - exponent)


def aiff(data, n_channels=1, n_bits=16, kind=None, n_frames=0, offset=0, before=b'', after=b'',
         data_size=None):
    """n_frames: 0 is not stated, and not needed."""
    comm = struct.pack('>hIh', n_channels, n_frames, n_bits) + rate_80_bits(RATE)
    if kind:
        comm += kind + b'\x04test\0'
    size = 8 + offset + len(data) if data_size is None else data_size
    body = (b'AIFC' if kind else b'AIFF') + big_chunk(b'COMM', comm) + before
    body += b'SSND' + struct.pack('>III', size, offset, 0) + bytes(offset) + data
    body += bytes(len(data) % 2) + after
    return b'FORM' + struct.pack('>I', len(body)) + body


@pytest.mark.parametrize('n_frames', [1, 2, 3, 4411])
def test_the_pad_byte_is_no_frame(n_frames, load_frames):
    values = integers(8, 1, max(n_frames, 2))[:n_frames]
    made = {'AIFF': aiff(pack(values, 8), n_bits=8, after=big_chunk(b'NAME', b'name')),
            'WAV': wav(pack(values, 8, signed=False), fmt(n_bits=8), after=[LIST])}
    for name, data in made.items():
        assert numpy.array_equal(load_frames(data), scaled(values, 8)), name


@pytest.mark.parametrize('kind,n_bits,order', [
    (b'NONE', 16, '>'), (b'NONE', 24, '>'), (b'twos', 8, '>'), (b'twos', 16, '>'),
    (b'twos', 24, '>'), (b'twos', 32, '>'), (b'sowt', 16, '<'), (b'sowt', 24, '<'),
    (b'in24', 24, '>'), (b'in32', 32, '>')])
def test_integers_of_aiff_c_have_many_names(kind, n_bits, order, load_frames):
    values = integers(n_bits, 2)
    assert numpy.array_equal(load_frames(aiff(pack(values, n_bits, order), 2, n_bits, kind)),
                             scaled(values, n_bits))


def test_raw_aiff_c_is_unsigned(load_frames):
    values = integers(8)
    assert numpy.array_equal(load_frames(aiff(pack(values, 8, signed=False), 1, 8, b'raw ')),
                             scaled(values, 8))


def test_the_frames_of_aiff_begin_where_its_offset_says(load_frames):
    values = integers(16)
    data = pack(values, 16, '>')
    assert numpy.array_equal(load_frames(aiff(data, offset=6)), scaled(values, 16))
    late = big_chunk(b'SSND', bytes(8) + data)
    body = b'AIFF' + late + aiff(b'')[12:38]
    assert numpy.array_equal(load_frames(b'FORM' + struct.pack('>I', len(body)) + body),
                             scaled(values, 16))


@pytest.mark.parametrize('size', [0, 0x7fffffff, 0xffffffff])
def test_aiff_from_a_pipe(size, load_frames):
    values = integers(16)
    data = aiff(pack(values, 16, '>'), data_size=size)
    assert numpy.array_equal(load_frames(data), scaled(values, 16))


@pytest.mark.parametrize('kind', [b'MAC3', b'QDM2', b'GSM ', b'\0\xff"x'])
def test_aiff_c_that_nothing_decodes_is_named(kind, refuse):
    name = kind.decode() if kind.isalnum() or kind == b'GSM ' else ''
    refuse(aiff(bytes(1000), kind=kind), UNSUPPORTED, name)


@pytest.mark.parametrize('kind,flags,n_bytes', [(b'aac ', 0, 0), (b'alac', 1, 0), (b'.mp3', 0, 0),
                                                (b'lpcm', 0, 8), (b'lpcm', 1, 2)])
def test_caf_that_nothing_decodes_is_named(kind, flags, n_bytes, refuse):
    words = {(b'lpcm', 0): '64-bit integers', (b'lpcm', 1): '16-bit floats'}.get(
        (kind, flags), kind.decode())
    refuse(caf(bytes(1000), kind, flags, n_bytes, 8 * n_bytes), UNSUPPORTED, words)


def test_au_that_nothing_decodes_is_named(refuse):
    refuse(au(bytes(1000), encoding=23), UNSUPPORTED, '23')


@pytest.mark.parametrize('tag', [0x0161, 0x0270, 0xf1ac, 0x1234])
def test_wav_that_nothing_decodes_is_named(tag, refuse):
    refuse(wav(bytes(1000), fmt(tag)), UNSUPPORTED, f'0x{tag:04x}')


# What is not PCM


@pytest.fixture(scope='module')
def tone_path(tmp_path_factory):
    path = tmp_path_factory.mktemp('tone') / 'tone.wav'
    time = numpy.arange(22000) / 44100
    values = numpy.round(8000 * numpy.sin(2 * numpy.pi * 440 * time)).astype(int)
    path.write_bytes(wav(pack(values, 16), fmt(rate=44100)))
    return path


@pytest.mark.parametrize('name', ['a.aifc', 'a.caf', 'a.mov'])
@pytest.mark.parametrize('n_channels', [1, 2])
def test_ima_adpcm_of_quicktime(name, n_channels, load_frames, tone_path, tmp_path):
    path = tmp_path / name
    ffmpeg('-i', tone_path, '-ac', n_channels, '-c:a', 'adpcm_ima_qt', path)
    expected = numpy.frombuffer(ffmpeg('-i', path, '-f', 's16le', '-'), '<i2')
    frames = load_frames(path, 44100)
    assert len(frames) >= 22000
    expected = expected.reshape(-1, n_channels)[:len(frames)]
    assert numpy.array_equal(frames[:len(expected)], scaled(expected, 16))


@pytest.mark.parametrize('codec', ['adpcm_ms', 'adpcm_ima_wav', 'libgsm_ms'])
@pytest.mark.parametrize('n_stray', [1, 2, 3, 500])
def test_stray_bytes_behind_adpcm_and_gsm_do_no_harm(codec, n_stray, load_frames, tone_path,
                                                         tmp_path):
    rate = 8000 if codec == 'libgsm_ms' else 44100
    path = tmp_path / 'a.wav'
    ffmpeg('-i', tone_path, '-ar', rate, '-c:a', codec, path)
    data = path.read_bytes()
    frames = load_frames(data, rate)
    assert len(frames) >= 22000 * rate // 44100
    assert numpy.array_equal(load_frames(data + files.rubbish(n_stray), rate), frames)


def test_blocks_that_no_size_leads_to_are_not_played(refuse):
    """GStreamer's demuxer would take them from elsewhere."""
    data = encode()['adpcm.wav']
    at = data.index(b'data')
    refuse(data[:at] + chunk(b'JUNK', bytes(300), 200) + data[at:], UNSUPPORTED, '0x0002')


@pytest.mark.parametrize('codec,arguments,name', [
    ('libmp3lame', ('-b:a', '32k'), 'a.mp3'), ('libmp3lame', ('-b:a', '128k'), 'a.mp3'),
    ('libmp3lame', ('-b:a', '32k', '-ar', '22050'), 'a.mp3'), ('mp2', ('-b:a', '64k'), 'a.mp2'),
    ('ac3', ('-b:a', '64k'), 'a.ac3')])
@pytest.mark.parametrize('n_seconds', [0.1, 0.4])
def test_packets_in_a_wav_keep_their_end(codec, arguments, name, n_seconds, load_frames, tone_path,
                                         tmp_path):
    """As many frames as went in, and those of the same packets on their own."""
    rate = 22050 if '22050' in arguments else 44100
    path, bare = tmp_path / 'a.wav', tmp_path / name
    ffmpeg('-i', tone_path, '-t', n_seconds, *arguments, '-c:a', codec, path)
    ffmpeg('-i', path, '-c', 'copy', *(['-write_xing', '0', '-id3v2_version', '0']
                                       if name == 'a.mp3' else []), bare)
    frames = load_frames(path, rate)
    assert len(frames) >= round(n_seconds * rate)
    assert numpy.array_equal(frames, load_frames(bare, rate))


MOV_CODECS = ('pcm_s16le', 'pcm_s16be', 'pcm_s24le', 'pcm_s24be', 'pcm_s32le', 'pcm_s32be',
              'pcm_f32le', 'pcm_f32be', 'pcm_f64le', 'pcm_f64be', 'pcm_u8', 'pcm_s8', 'pcm_alaw',
              'pcm_mulaw')


@pytest.fixture(scope='module')
def movies(tone_path, tmp_path_factory):
    """`movies (inputs, options)` gives a file of each codec, longer than one chunk, and the samples
    that FFmpeg decodes from it. Its program starts slowly, so one run writes all of them."""
    @functools.cache
    def make(inputs, options):
        folder = tmp_path_factory.mktemp('movies')
        paths = {codec: folder / f'{codec}.mov' for codec in MOV_CODECS}
        ffmpeg('-stream_loop', '3', '-i', tone_path, *inputs, *(
            word for codec in paths for word in (*options, '-c:a', codec, paths[codec])))
        ffmpeg(*(word for path in paths.values() for word in ('-i', path)), *(
            word for i, codec in enumerate(paths) for word in (
                '-map', f'{i}:a', '-c:a', 'pcm_f32le', '-f', 'f32le', folder / codec)))
        return {codec: (paths[codec], numpy.fromfile(folder / codec, '<f4')) for codec in paths}
    return make


@pytest.mark.parametrize('rate', [44100, 48000, 96000])
@pytest.mark.parametrize('codec', MOV_CODECS)
def test_pcm_in_quicktime(codec, rate, load_frames, movies):
    """More than one chunk of it, with either byte first."""
    path, expected = movies((), ('-af', f'asetrate={rate}', '-ac', 2))[codec]
    assert numpy.array_equal(load_frames(path, rate), expected.reshape(-1, 2))


@pytest.mark.parametrize('codec', ['pcm_s16be', 'pcm_f32le', 'pcm_alaw'])
def test_quicktime_that_was_trimmed(codec, load_frames, tone_path, tmp_path):
    """Its edit list begins within the first chunk that was kept."""
    whole, path = tmp_path / 'whole.mov', tmp_path / 'a.mov'
    ffmpeg('-stream_loop', '3', '-i', tone_path, '-c:a', codec, whole)
    ffmpeg('-ss', 0.7, '-i', whole, '-c', 'copy', path)
    expected = load_frames(whole, 44100)[round(0.7 * 44100):]
    assert numpy.array_equal(load_frames(path, 44100), expected)


@pytest.mark.parametrize('codec', MOV_CODECS)
def test_pcm_between_pictures(codec, load_frames, refuse, movies):
    """Right, or an error: GStreamer takes the lowest byte of some for the highest."""
    pictures = '-f', 'lavfi', '-i', 'testsrc=size=64x64:rate=20:duration=2'
    path, expected = movies(pictures, ('-map', '1:v', '-map', '0:a', '-c:v', 'mpeg4'))[codec]
    if codec in ('pcm_s32le', 'pcm_f32le', 'pcm_f64le'):
        refuse(path, UNSUPPORTED, 'lowest byte')
        return
    frames = load_frames(path, 44100)[:, 0]
    n_frames = min(len(frames), len(expected))
    assert abs(len(frames) - len(expected)) < 50
    assert numpy.abs(frames[:n_frames] - expected[:n_frames]).max() < 1e-6


# The guard


def frame_size_of(data):
    """What a WAV or an AIFF says of the bytes of a frame of PCM."""
    if data[:4] == b'FORM':
        n_channels, _, n_bits = struct.unpack_from('>HIH', data, data.index(b'COMM') + 8)
        return n_channels * ((n_bits + 7) // 8)
    order = '>' if data[:4] == b'RIFX' else '<'
    return struct.unpack_from(f'{order}H', data, data.index(b'fmt ') + 20)[0]


def is_packed(name):
    return any(word in name.split('-') for word in ('adpcm', 'ima', 'ima4', 'mp3', 'gsm', 'alaw',
                                                    'ulaw'))


@pytest.mark.parametrize('group', ['wav', 'aiff'])
def test_no_file_gives_frames_that_its_bytes_do_not_hold(group, make_engine):
    n_loaded = 0
    for name, data in files.GROUPS[group]():
        engine = make_engine(sample_rate=RATE, n_slots=1)
        try:
            engine.load_bytes(0, GLib.Bytes.new(data), None)
        except GLib.Error:
            continue
        sample = engine.get_slot(0).props.sample
        n_frames = round(sample.props.n_frames * sample.props.source_rate / RATE)
        assert is_packed(name) or n_frames * frame_size_of(data) <= len(data), name
        n_loaded += 1
    assert n_loaded > 10
