# SPDX-License-Identifier: LGPL-2.1-or-later
"""MP3, FLAC, Ogg and MP4 as programs leave them: cut, joined, streamed, with tables that lie. What
comes is whole and begins on its frame, or is an error that says why."""

import functools
import struct

import gi
import numpy
import pytest

from hostile.files import patched
from hostile.sounds import box, crc, id3, number_bits, page, pages, payload
from sound_files import ffmpeg, lag

gi.require_version('Flitzis', '1')
from gi.repository import Flitzis  # noqa: E402

CORRUPT, UNSUPPORTED = Flitzis.EngineError.CORRUPT, Flitzis.EngineError.UNSUPPORTED
RATE = 44100
N_FRAMES = 44123


def sound(n_frames=N_FRAMES, n_channels=1, n_smooth=64):
    """Smooth noise: codecs keep it well, and it is like itself at no other frame."""
    noise = numpy.random.default_rng(3).normal(size=(n_frames + n_smooth - 1, n_channels))
    window = numpy.hanning(n_smooth)
    frames = [numpy.convolve(noise[:, i], window, 'valid') for i in range(n_channels)]
    return (numpy.stack(frames, axis=1) * 1.2 / n_smooth).astype('<f4')


# FFmpeg's program starts slowly, so each file is encoded and decoded once.


@pytest.fixture(scope='module')
def encode(tmp_path_factory):
    folder = tmp_path_factory.mktemp('encoded')

    @functools.cache
    def encode_once(name, arguments, data, n_channels, rate):
        ffmpeg('-f', 'f32le', '-ar', rate, '-ac', n_channels, '-i', '-', *arguments, folder / name,
               data=data)
        return (folder / name).read_bytes()

    def encode_to(name, *arguments, frames=None, rate=RATE):
        frames = sound() if frames is None else frames
        data = frames.astype('<f4').tobytes()
        return encode_once(name, arguments, data, frames.shape[1], rate)
    return encode_to


@pytest.fixture(scope='module')
def decode(tmp_path_factory):
    """What FFmpeg makes of the bytes of a file."""
    path = tmp_path_factory.mktemp('decoded') / 'file'

    @functools.cache
    def decode_once(data, codec):
        path.write_bytes(data)
        return ffmpeg(*codec, '-i', path, '-f', 'f32le', '-')

    def decode_from(data, n_channels=1, codec=()):
        return numpy.frombuffer(decode_once(data, codec), '<f4').reshape(-1, n_channels)
    return decode_from


def assert_near(frames, expected, tolerance=2e-4):
    """As FFmpeg decodes it; 16-bit decoders round."""
    n_common = min(len(frames), len(expected))
    assert n_common > 0
    assert numpy.allclose(frames[:n_common], expected[:n_common], atol=tolerance)


# MP3


MP3_DELAY = 576 + 529


@pytest.fixture
def mp3(encode):
    """With a table, and without one."""
    options = ('-c:a', 'libmp3lame', '-b:a', '128k', '-id3v2_version', '0')
    return encode('table.mp3', *options), encode('bare.mp3', *options, '-write_xing', '0')


def restated(data, difference):
    """With another number of packets in its table."""
    place = data.index(b'Info') + 8
    count, = struct.unpack_from('>I', data, place)
    return patched(data, place, struct.pack('>I', count + difference))


def test_the_table_of_an_mp3_is_exact(mp3, load_frames, decode):
    frames = load_frames(mp3[0])
    assert len(frames) == N_FRAMES
    assert lag(frames[:, 0], sound()[:, 0]) == 0
    assert_near(frames, decode(mp3[0]))


@pytest.mark.parametrize('difference', [-1, 1])
def test_a_table_may_be_off_by_one(difference, mp3, load_frames, decode):
    """Programs count the packet with the table, or leave one out. The sound begins as stated and
    goes to the end of the packets."""
    frames = load_frames(restated(mp3[0], difference))
    assert len(frames) >= N_FRAMES
    assert_near(frames, decode(mp3[0]))


def test_a_table_that_misses_packets_is_an_error(mp3, refuse):
    refuse(restated(mp3[0], 2), CORRUPT, 'it breaks off after')
    refuse(mp3[0][:len(mp3[0]) // 2], CORRUPT, 'it breaks off after')
    refuse(mp3[0][:-1], CORRUPT, 'it breaks off after')


def test_fraunhofers_table_is_no_sound(mp3, load_frames):
    """Its packet would be silent; the sound is that of the same file without it."""
    bare = mp3[1]
    size = 417
    table = b'VBRI' + struct.pack('>HHHIIHHHH', 1, 0, 75, len(bare), len(bare) // size, 0, 1, 2, 1)
    head = bytes([bare[0], bare[1], bare[2] & ~2, bare[3]])
    packet = (head + bytes(32) + table).ljust(size, b'\0')
    assert numpy.array_equal(load_frames(packet + bare), load_frames(bare))


def test_an_mp3_without_a_table_loses_its_known_delay(mp3, load_frames, decode):
    frames = load_frames(mp3[1])
    assert lag(frames[:, 0], sound()[:, 0]) == 0
    assert_near(frames, decode(mp3[1])[MP3_DELAY:])


@pytest.mark.parametrize('between', [b'', b'TAG' + bytes(125) + id3(500), bytes(1000)],
                         ids=['nothing', 'tags', 'zeros'])
def test_joined_mp3s_play_to_the_end(between, mp3, load_frames):
    """Only what the first one has in front is cut off; a second table is no sound."""
    for data in (mp3[0] + between + mp3[0], mp3[1] + between + mp3[0], mp3[1] + between + mp3[1]):
        frames = load_frames(data)
        assert lag(frames[:N_FRAMES, 0], sound()[:, 0]) == 0
        assert len(frames) == 2 * 40 * 1152 - MP3_DELAY


def test_a_part_of_an_mp3_plays_as_ffmpeg_plays_it(encode, load_frames, decode, tmp_path):
    long = encode('long.mp3', '-c:a', 'libmp3lame', '-q:a', '4', frames=sound(3 * RATE))
    (tmp_path / 'long.mp3').write_bytes(long)
    for name, options in {'end.mp3': ('-ss', '1'), 'middle.mp3': ('-ss', '0.7', '-t', '1')}.items():
        ffmpeg(*options, '-i', tmp_path / 'long.mp3', '-c', 'copy', tmp_path / name)
        data = (tmp_path / name).read_bytes()
        frames, expected = load_frames(data), decode(data)
        assert lag(frames[:, 0], expected[:, 0]) == 0
        assert len(frames) == len(expected)


@pytest.mark.parametrize('junk', [bytes(70000), b'some rubbish ' * 50, id3(300) + bytes(99)],
                         ids=['zeros', 'rubbish', 'id3'])
def test_what_stands_in_front_of_an_mp3_is_passed_over(junk, mp3, load_frames):
    for data in mp3:
        assert numpy.array_equal(load_frames(junk + data), load_frames(data))


def test_what_stands_behind_an_mp3_does_no_harm(mp3, load_frames):
    for tail in (b'TAG' + bytes(125), bytes(5000), mp3[1][:100], b'rubbish' * 30):
        assert numpy.array_equal(load_frames(mp3[0] + tail), load_frames(mp3[0]))


def test_a_bare_mp3_that_breaks_off_is_an_error(mp3, refuse):
    for tail in (b'', b'TAG' + bytes(125)):
        for n_bytes in (1, 100, 415):
            refuse(mp3[1][:-n_bytes] + tail, CORRUPT, 'it breaks off after')


def test_rubbish_between_packets_is_an_error(mp3, refuse):
    refuse(mp3[1][:4000] + b'rubbish' * 100 + mp3[1][4000:], CORRUPT, 'it breaks off after')


def test_an_mp3_that_changes_is_refused(mp3, encode, refuse):
    stereo = encode('stereo.mp3', '-c:a', 'libmp3lame', '-id3v2_version', '0', '-write_xing', '0',
                    frames=sound(n_channels=2))
    refuse(mp3[1] + stereo, UNSUPPORTED, 'it changes from 44100 Hz, 1 channels to')


def test_other_layers_that_break_off_are_an_error(encode, load_frames, refuse):
    for name in ('layer2.mp2', 'adts.aac'):
        data = encode(name)
        assert len(load_frames(data)) >= N_FRAMES
        refuse(data[:-1], CORRUPT, 'it breaks off after')


# FLAC


def flac(values, n_bits, rate=RATE, n_stated=None, n_block=1152, rate_code=9):
    """Frames that are not compressed. `values`: as integers."""
    n_frames, n_channels = values.shape
    codes = {8: 1, 12: 2, 16: 4, 20: 5, 24: 6}
    n_stated = n_frames if n_stated is None else n_stated
    packed = rate << 44 | (n_channels - 1) << 41 | (n_bits - 1) << 36 | n_stated
    blocks = [b'fLaC\x80\0\0\x22' + struct.pack('>HH', n_block, n_block) + bytes(6)
              + struct.pack('>Q', packed) + bytes(16)]
    for start in range(0, n_frames, n_block):
        block = values[start:start + n_block]
        head = bytes([0xff, 0xf8, 0x70 | rate_code, (n_channels - 1) << 4
                      | codes.get(n_bits, 0) << 1])
        head += number_bits(start // n_block) + struct.pack('>H', len(block) - 1)
        bits = ''.join('00000010' + ''.join(format(int(value) & (1 << n_bits) - 1, f'0{n_bits}b')
                                            for value in block[:, i]) for i in range(n_channels))
        bits += '0' * (-len(bits) % 8)
        frame = head + bytes([crc(head, 8, 0x07)]) + int(bits, 2).to_bytes(len(bits) // 8, 'big')
        blocks.append(frame + struct.pack('>H', crc(frame, 16, 0x8005)))
    return b''.join(blocks)


def integers(n_bits, n_channels=1, n_frames=5000):
    top = 2 ** (n_bits - 1)
    values = numpy.random.default_rng(n_bits).integers(-top, top, (n_frames, n_channels))
    values[:2, 0] = -top, top - 1
    return values


@pytest.mark.parametrize('n_bits', [4, 8, 12, 13, 15, 16, 20, 23, 24])
def test_flac_of_any_depth_is_exact(n_bits, load_frames):
    """Depths that flacparse does not recognise go to a decoder without it."""
    values = integers(n_bits)
    expected = (values / 2.0 ** (n_bits - 1)).astype('<f4')
    assert numpy.array_equal(load_frames(flac(values, n_bits)), expected)
    assert numpy.array_equal(load_frames(flac(values, n_bits, n_stated=0)), expected)


def test_flac_may_leave_out_its_rate(load_frames):
    values = integers(16)
    expected = (values / 32768).astype('<f4')
    assert numpy.array_equal(load_frames(flac(values, 16, rate_code=0)), expected)


def test_flac_with_something_in_front_loads(load_frames):
    data = flac(integers(16), 16)
    for junk in (id3(100), b'rubbish' * 10, bytes(3000)):
        assert numpy.array_equal(load_frames(junk + data), load_frames(data))


@pytest.mark.parametrize('rate,rate_code,n_channels', [(48000, 10, 1), (44100, 9, 2)])
def test_flac_that_changes_is_refused(rate, rate_code, n_channels, refuse):
    """Whatever comes after the change would be lost without a word."""
    first = flac(integers(16), 16, n_stated=0)
    second = flac(integers(16, n_channels), 16, rate, rate_code=rate_code)[42:]
    refuse(first + second, UNSUPPORTED,
           f'it changes from 44100 Hz, 1 channels to {rate} Hz, {n_channels} channels')


def test_streamed_flac_is_counted(load_frames, refuse):
    data = flac(integers(16), 16, n_stated=0)
    assert len(load_frames(data)) == 5000
    assert len(load_frames(data + b'TAG' + bytes(125))) == 5000
    for n_bytes in (1, 3000):
        refuse(data[:-n_bytes], CORRUPT)


# Ogg


OGG = {'opus.opus': ('-c:a', 'libopus'), 'vorbis.ogg': ('-c:a', 'libvorbis'),
       'flac.oga': ('-c:a', 'flac')}


@pytest.fixture(params=OGG)
def ogg(request, encode):
    """The pages, four or more of them with sound, and how many frames these are."""
    data = encode(request.param, *OGG[request.param], '-page_duration', '200000', rate=48000)
    return pages(data)


def renumbered(parts, first, number):
    return parts[:first] + [page(part, number=number + i) for i, part in enumerate(parts[first:])]


def moved(parts, n_frames):
    """With other positions on the pages with sound."""
    return [page(part, position=struct.unpack_from('<q', part, 6)[0] + n_frames)
            if struct.unpack_from('<q', part, 6)[0] > 0 else part for part in parts]


def test_a_last_page_need_not_say_so(ogg, load_frames):
    """Recorders that are switched off do not mark it."""
    frames = load_frames(b''.join(ogg), 48000)
    assert len(frames) == N_FRAMES
    unmarked = b''.join(ogg[:-1] + [page(ogg[-1], flags=ogg[-1][5] & ~4)])
    assert numpy.array_equal(load_frames(unmarked, 48000), frames)


def test_a_leap_in_page_numbers_is_no_gap(ogg, load_frames):
    """Editors of tags leave it. The positions tell that no frame is missing."""
    frames = load_frames(b''.join(ogg), 48000)
    for first, number in ((2, 0), (2, 7), (2, 4000000000), (3, 1000)):
        data = b''.join(renumbered(ogg, first, number))
        assert numpy.array_equal(load_frames(data, 48000), frames)


def test_a_missing_page_is_an_error(ogg, refuse):
    assert len(ogg) >= 6
    refuse(b''.join(ogg[:-3] + ogg[-2:]), CORRUPT)
    refuse(b''.join(ogg[:-1]) + ogg[-1][:-1], CORRUPT)
    refuse(b''.join(ogg[:-2]) + ogg[-2][:30], CORRUPT)


def test_positions_may_begin_anywhere(ogg, load_frames):
    """As in a part that was copied, or a radio programme that was joined late."""
    frames = load_frames(b''.join(ogg), 48000)
    assert numpy.array_equal(load_frames(b''.join(moved(ogg, 123456)), 48000), frames)


@pytest.mark.parametrize('version', [0, 2, 15])
def test_minor_versions_of_opus_load(version, encode, load_frames):
    parts = pages(encode('a.opus', '-c:a', 'libopus'))
    head = page(parts[0], data=patched(payload(parts[0]), 8, bytes([version])))
    assert numpy.array_equal(load_frames(head + b''.join(parts[1:]), 48000),
                             load_frames(b''.join(parts), 48000))


@pytest.mark.parametrize('n_channels', [1, 2])
@pytest.mark.parametrize('options', [('-b:a', '16k', '-application', 'voip'), ('-b:a', '96k'),
                                     ('-b:a', '64k', '-frame_duration', '2.5')])
def test_opus_is_what_its_reference_gives(options, n_channels, encode, load_frames, decode):
    """Speech and music, to 16 bits or better. FFmpeg's own decoder is off by a frame in speech."""
    source = sound(48123, n_channels)
    data = encode('a.opus', '-c:a', 'libopus', *options, frames=source, rate=48000)
    frames = load_frames(data, 48000)
    assert len(frames) == 48123
    assert_near(frames, decode(data, n_channels, ('-c:a', 'libopus')), 1e-4)


@pytest.mark.parametrize('rate', [8000, 16000, 32000])
@pytest.mark.parametrize('n_frames', [8000, 40000])
def test_speex_is_not_late(n_frames, rate, encode, load_frames):
    """Its encoder and its decoder look ahead; speexdec cuts off the same."""
    source = sound(n_frames, n_smooth=rate // 1500)
    source *= numpy.repeat(numpy.random.default_rng(4).uniform(0, 1, n_frames // 200), 200)[:, None]
    data = encode('a.spx', '-c:a', 'libspeex', '-q:a', '10', frames=source, rate=rate)
    frames = load_frames(data, rate)
    assert abs(lag(frames[:, 0], source[:, 0])) <= 1
    assert n_frames - 640 <= len(frames) <= n_frames


# MP4


@pytest.mark.parametrize('n_frames', [1, 100, 1000, 4096, 4097, 8192, N_FRAMES])
@pytest.mark.parametrize('codec', ['aac', 'alac'])
def test_an_mp4_has_its_length_to_the_frame(codec, n_frames, encode, load_frames):
    """Its movie rounds to milliseconds, but the table of its packets does not."""
    source = sound(n_frames, 2)
    for options in ((), ('-movflags', '+faststart')):
        frames = load_frames(encode('a.m4a', '-c:a', codec, *options, frames=source))
        assert len(frames) == n_frames
        if codec == 'alac':
            assert numpy.allclose(frames, source, atol=1e-4)
        elif n_frames > 4000:
            assert lag(frames[:, 0], source[:, 0]) == 0


def with_long_offsets(data):
    """With the offset of its chunk in 64 bits. The index is at the end, so the chunk stays."""
    place = data.index(b'stco') + 12
    assert struct.unpack_from('>I', data, place - 4) == (1,)
    data = data[:place - 12] + b'co64' + data[place - 8:place] + bytes(4) + data[place:]
    for kind in (b'moov', b'trak', b'mdia', b'minf', b'stbl', b'co64'):
        place = data.index(kind) - 4
        n_bytes, = struct.unpack_from('>I', data, place)
        data = patched(data, place, struct.pack('>I', n_bytes + 4))
    return data


@pytest.mark.parametrize('n_frames', [20000, 5 * 4096])
def test_alac_of_silence_loads(n_frames, encode, load_frames):
    """If no packet is shorter, all have the same size, which qtdemux mistakes for a frame's."""
    data = encode('a.m4a', '-c:a', 'alac', frames=numpy.zeros((n_frames, 2)))
    for silence in (data, with_long_offsets(data)):
        frames = load_frames(silence)
        assert frames.shape == (n_frames, 2) and not frames.any()


def test_an_mp4_need_not_say_its_type(encode, load_frames):
    """Older programs leave out the box that does, or begin with the index."""
    data = encode('a.m4a', '-c:a', 'aac')
    n_bytes, = struct.unpack_from('>I', data)
    for kind in (b'free', b'skip', b'wide'):
        begin = box(kind, bytes(n_bytes - 8))
        assert numpy.array_equal(load_frames(begin + data[n_bytes:]), load_frames(data))


def test_an_mp4_with_rounded_times_is_whole(encode, load_frames, tmp_path):
    """Matroska rounds times to milliseconds, and copied packets keep those times."""
    source = sound(9600, 2)
    (tmp_path / 'a.mkv').write_bytes(
        encode('a.mkv', '-c:a', 'pcm_s16le', frames=source, rate=48000))
    ffmpeg('-i', tmp_path / 'a.mkv', '-c:a', 'alac', tmp_path / 'b.m4a')
    frames = load_frames((tmp_path / 'b.m4a').read_bytes(), 48000)
    assert numpy.allclose(frames, source, atol=1e-4) and len(frames) == 9600


def test_an_mp4_with_a_lost_packet_is_an_error(encode, refuse):
    data = encode('a.m4a', '-c:a', 'aac', '-movflags', '+faststart')
    refuse(data[:-1000], CORRUPT, 'it breaks off after')
