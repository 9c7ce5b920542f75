# SPDX-License-Identifier: LGPL-2.1-or-later
"""Writes sound files byte by byte, so that each field of them can be made wrong."""

import functools
import pathlib
import struct
import subprocess
import tempfile

import numpy

RATE = 48000
N_FRAMES = 12000


def tone(n_channels=1, n_frames=N_FRAMES):
    """Noise: no encoder makes nothing of it, and no frame of it is like another."""
    return numpy.random.default_rng(7).uniform(-0.5, 0.5, (n_frames, n_channels))


def pcm(n_channels=1, n_frames=N_FRAMES, kind='<i2'):
    return (tone(n_channels, n_frames) * 32767).astype(kind).tobytes()


def chunk(kind, data, size=None):
    """A chunk of RIFF, with its pad byte."""
    size = len(data) if size is None else size
    return kind + struct.pack('<I', size) + data + bytes(len(data) % 2)


def fmt(tag=1, n_channels=1, rate=RATE, n_bits=16, align=None, byte_rate=None):
    align = n_channels * n_bits // 8 if align is None else align
    byte_rate = rate * align if byte_rate is None else byte_rate
    return struct.pack('<HHIIHH', tag, n_channels % 65536, rate, byte_rate % 2**32, align % 65536,
                       n_bits)


def extensible(n_channels, mask, n_bits=16, guid=bytes.fromhex('0100000000001000800000aa00389b71')):
    return (fmt(0xfffe, n_channels, n_bits=n_bits)
            + struct.pack('<HHI', 22, n_bits, mask) + guid)


def riff(*chunks, size=None, kind=b'RIFF'):
    body = b'WAVE' + b''.join(chunks)
    return kind + struct.pack('<I', len(body) if size is None else size) + body


def wav(data=None, form=None, data_size=None, size=None):
    data = pcm() if data is None else data
    return riff(chunk(b'fmt ', fmt() if form is None else form), chunk(b'data', data, data_size),
                size=size)


def big_chunk(kind, data, size=None):
    size = len(data) if size is None else size
    return kind + struct.pack('>I', size) + data + bytes(len(data) % 2)


RATE_80_BITS = bytes.fromhex('400ebb80000000000000')


def aiff(data=None, n_channels=1, n_frames=None, n_bits=16, rate=RATE_80_BITS, offset=0,
         data_size=None, comm=True, compression=None):
    data = pcm(n_channels, kind='>i2') if data is None else data
    n_frames = len(data) // (2 * max(n_channels, 1)) if n_frames is None else n_frames
    body = b'AIFC' if compression else b'AIFF'
    if comm:
        body += big_chunk(b'COMM', struct.pack('>HIH', n_channels, n_frames, n_bits) + rate
                          + (compression + b'\0\0' if compression else b''))
    if data_size != 'none':
        body += big_chunk(b'SSND', struct.pack('>II', offset, 0) + data, data_size)
    return b'FORM' + struct.pack('>I', len(body)) + body


def rf64(data, tail=b'', data_size=None, n_frames=0, kind=b'RF64'):
    """The sizes are in front; tail: what follows the frames."""
    data_size = len(data) if data_size is None else data_size
    return riff(chunk(b'ds64', struct.pack('<QQQI', 0, data_size, n_frames, 0)),
                chunk(b'fmt ', fmt()), chunk(b'data', data, 0xffffffff), tail, size=0xffffffff,
                kind=kind)


def w64(data, size=None, form=None):
    """size: what the chunk says, its own 24 bytes included."""
    def part(name, body, size=None):
        size = 24 + len(body) if size is None else size
        return name + W64_GUID_END + struct.pack('<Q', size) + body + bytes(-len(body) % 8)
    body = (b'wave' + W64_GUID_END + part(b'fmt ', fmt() if form is None else form)
            + part(b'data', data, size))
    return (b'riff' + bytes.fromhex('2e91cf11a5d628db04c10000') + struct.pack('<Q', 24 + len(body))
            + body)


W64_GUID_END = bytes.fromhex('f3acd3118cd100c04f8edb8a')


def caf(data, kind=b'lpcm', n_bits=16, n_channels=1, size=None, rate=float(RATE)):
    size = 4 + len(data) if size is None else size
    description = struct.pack('>d4sIIIII', rate, kind, 0, n_bits // 8 * n_channels % 2**32, 1,
                              n_channels, n_bits)
    return (b'caff\0\1\0\0' + struct.pack('>4sq', b'desc', len(description)) + description
            + struct.pack('>4sqI', b'data', size, 0) + data)


def au(data, size=None, rate=RATE, n_channels=1, encoding=3, offset=24):
    size = len(data) if size is None else size
    return b'.snd' + struct.pack('>IIIII', offset, size, encoding, rate, n_channels) + data


def box(kind, data, size=None):
    return struct.pack('>I', 8 + len(data) if size is None else size) + kind + data


def id3(n_bytes, stated=None):
    """A tag of ID3v2 of so many bytes of padding; `stated`: what it says."""
    stated = n_bytes if stated is None else stated
    size = bytes((stated >> shift) & 0x7f for shift in (21, 14, 7, 0))
    return b'ID3\x03\0\0' + size + bytes(n_bytes)


@functools.cache
def crc_table(n_bits, polynomial):
    table = []
    for value in range(256):
        value <<= n_bits - 8
        for _ in range(8):
            top = value >> (n_bits - 1)
            value = (value << 1 & (1 << n_bits) - 1) ^ (polynomial if top else 0)
        table.append(value)
    return table


def crc(data, n_bits, polynomial):
    table = crc_table(n_bits, polynomial)
    value = 0
    for byte in data:
        value = (value << 8 & (1 << n_bits) - 1) ^ table[value >> (n_bits - 8) ^ byte]
    return value


# Ogg


def pages(data):
    """Its pages, each whole."""
    found = []
    while data:
        n_segments = data[26]
        size = 27 + n_segments + sum(data[27:27 + n_segments])
        found.append(data[:size])
        data = data[size:]
    return found


def page(old, flags=None, position=None, serial=None, number=None, data=None):
    """A page with some fields changed, and the checksum that belongs to them."""
    new = bytearray(old if data is None else old[:27 + old[26]] + data)
    if flags is not None:
        new[5] = flags
    if position is not None:
        struct.pack_into('<q', new, 6, position)
    if serial is not None:
        struct.pack_into('<I', new, 14, serial)
    if number is not None:
        struct.pack_into('<I', new, 18, number)
    struct.pack_into('<I', new, 22, 0)
    struct.pack_into('<I', new, 22, crc(new, 32, 0x04c11db7))
    return bytes(new)


def payload(old):
    return old[27 + old[26]:]


# FLAC


def number_bits(value):
    """A number as UTF-8 would have it."""
    if value < 0x80:
        return bytes([value])
    tail = []
    limit = 0x40
    while value >= limit:
        tail.insert(0, 0x80 | value & 0x3f)
        value >>= 6
        limit >>= 1
    return bytes([(0xff00 >> len(tail) + 1 & 0xff) | value, *tail])


def flac_silence(n_blocks, n_stated=None, n_channels=2):
    """18 bytes for 65535 frames: 142 kB are three hours, or 4 GB decoded."""
    size = 65535
    n_stated = n_blocks * size if n_stated is None else n_stated
    packed = RATE << 44 | (n_channels - 1) << 41 | 15 << 36 | n_stated
    info = struct.pack('>HH', size, size) + bytes(6) + struct.pack('>Q', packed) + bytes(16)
    blocks = [b'fLaC\x80\0\0\x22' + info]
    for number in range(n_blocks):
        head = bytes([0xff, 0xf8, 0x7a, (n_channels - 1) << 4 | 8]) + number_bits(number)
        head += struct.pack('>H', size - 1)
        block = head + bytes([crc(head, 8, 0x07)]) + bytes(3 * n_channels)
        blocks.append(block + struct.pack('>H', crc(block, 16, 0x8005)))
    return b''.join(blocks)


# What FFmpeg encodes. Each: the options, and the channels that go in.
ENCODED = {
    'a.flac': (('-c:a', 'flac', '-frame_size', '1152'), 1),
    'stereo.flac': (('-c:a', 'flac'), 2),
    'oga.ogg': (('-c:a', 'flac'), 1),
    'a.ogg': (('-c:a', 'libvorbis', '-serial_offset', '1', '-page_duration', '20000'), 1),
    'b.ogg': (('-c:a', 'libvorbis', '-serial_offset', '2'), 1),
    'stereo.ogg': (('-c:a', 'libvorbis', '-serial_offset', '3'), 2),
    'speex.ogg': (('-c:a', 'libspeex', '-ar', '16000'), 1),
    'a.opus': (('-c:a', 'libopus', '-page_duration', '20000'), 1),
    'a.mp3': (('-c:a', 'libmp3lame', '-b:a', '128k', '-id3v2_version', '0'), 1),
    'bare.mp3': (('-c:a', 'libmp3lame', '-b:a', '128k', '-id3v2_version', '0', '-write_xing', '0'),
                 1),
    'a.mp2': (('-c:a', 'mp2',), 1),
    'a.m4a': (('-c:a', 'aac',), 1),
    'fast.m4a': (('-c:a', 'aac', '-movflags', '+faststart'), 1),
    'fragmented.m4a': (('-c:a', 'aac', '-movflags', 'frag_keyframe+empty_moov', '-frag_duration',
                        '50000'), 1),
    'alac.m4a': (('-c:a', 'alac',), 1),
    'a.aac': (('-c:a', 'aac',), 1),
    'vorbis.mkv': (('-c:a', 'libvorbis',), 1),
    'pcm.mkv': (('-c:a', 'pcm_s16le',), 1),
    'flac.mkv': (('-c:a', 'flac', '-frame_size', '1152'), 1),
    'opus.webm': (('-c:a', 'libopus',), 1),
    'alaw.wav': (('-c:a', 'pcm_alaw',), 1),
    'mulaw.wav': (('-c:a', 'pcm_mulaw',), 1),
    'adpcm.wav': (('-c:a', 'adpcm_ms',), 1),
    'ima.wav': (('-c:a', 'adpcm_ima_wav',), 1),
    'mp3.wav': (('-c:a', 'libmp3lame',), 1),
    'gsm.wav': (('-c:a', 'libgsm_ms', '-ar', '8000'), 1),
    'double.wav': (('-c:a', 'pcm_f64le',), 1),
    'rf64.wav': (('-rf64', 'always'), 1),
    'a.w64': ((), 1),
    'sowt.aiff': (('-c:a', 'pcm_s16le', '-f', 'aiff'), 1),
    'float.aiff': (('-c:a', 'pcm_f32be',), 1),
    'a.caf': ((), 1),
    'ima4.aiff': (('-c:a', 'adpcm_ima_qt', '-f', 'aiff'), 1),
    'float.mov': (('-c:a', 'pcm_f32le'), 1),
    'ima4.mov': (('-c:a', 'adpcm_ima_qt'), 1),
    'a.wv': (('-frame_size', '1152'), 1),
    'a.tta': ((), 1),
    'a.voc': ((), 1),
    'a.ac3': ((), 1),
    'a.eac3': ((), 1),
    'a.dts': (('-strict', 'experimental'), 1),
    'a.avi': (('-c:a', 'pcm_s16le',), 1),
    'a.mov': (('-c:a', 'pcm_s16le',), 1),
    'a.ts': (('-c:a', 'mp2',), 1),
    'a.flv': (('-c:a', 'libmp3lame', '-ar', '44100'), 1),
    'a.wma': (('-c:a', 'wmav2',), 1),
    'two.mkv': (('-map', '0:a', '-map', '0:a', '-c:a', 'flac'), 1),
    'two.ogg': (('-map', '0:a', '-map', '0:a', '-c:a', 'libvorbis'), 1),
    'video.ogg': (('-f', 'ogg', '-map', '0:a', '-map', '1:v', '-c:a', 'libvorbis', '-c:v',
                   'libtheora'), 1),
    'video.mkv': (('-map', '0:a', '-map', '1:v', '-c:a', 'flac', '-c:v', 'mpeg4'), 1),
    'mute.mkv': (('-map', '1:v', '-c:v', 'mpeg4'), 1),
    'mute.avi': (('-map', '1:v', '-c:v', 'mpeg4'), 1),
    'a.gif': (('-map', '1:v'), 1),
    'a.jpg': (('-map', '1:v', '-frames:v', '1'), 1),
    'a.png': (('-map', '1:v', '-frames:v', '1'), 1),
    'a.bmp': (('-map', '1:v', '-frames:v', '1'), 1),
}


@functools.cache
def encode():
    """Name -> bytes of all of `ENCODED`, by one run of FFmpeg for each number of channels."""
    data = {}
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for n_channels in (1, 2):
            source = folder / f'{n_channels}.wav'
            source.write_bytes(wav(pcm(n_channels), fmt(n_channels=n_channels)))
            command = ['ffmpeg', '-v', 'error', '-y', '-i', source, '-f', 'lavfi', '-i',
                       'testsrc=size=64x64:rate=20:duration=0.25']
            for name, (options, n) in ENCODED.items():
                if n == n_channels:
                    default = () if '-map' in options else ('-map', '0:a')
                    command += [*default, *options, '-fflags', '+bitexact', '-flags', '+bitexact',
                                folder / name]
            subprocess.run(command, check=True, timeout=120, stdin=subprocess.DEVNULL)
        for name in ENCODED:
            data[name] = (folder / name).read_bytes()
    return data
