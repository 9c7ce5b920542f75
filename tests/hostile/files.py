# SPDX-License-Identifier: LGPL-2.1-or-later
"""Bad and odd files: `make_all (folder)` writes them and says where each one is. What each must
come to stands in expected.txt."""

import gzip
import io
import math
import os
import pathlib
import socket
import struct
import tarfile
import zipfile

import numpy

from hostile.facts import (
    adtl, chapter, chapter_track, chpl, comments, comt, cue, cue_sheet, field, flac, flac_block,
    id3_frame, id3_tag, info, instrument, item, items, labl, ltxt, mark, ogg, ogg_flac, opus,
    plain_flac, smpl, user_data, vorbis)
from hostile.kits import kits
from hostile.sounds import (
    N_FRAMES, RATE, aiff, au, big_chunk, box, caf, chunk, encode, extensible, flac_silence, fmt,
    id3, page, pages, payload, pcm, rf64, riff, w64, wav)

FIXTURES = pathlib.Path(__file__).resolve().parents[2] / 'fixtures'


def rubbish(n_bytes, seed=1):
    return numpy.random.default_rng(seed).bytes(n_bytes)


def patched(data, offset, new):
    return data[:offset] + new + data[offset + len(new):]


def replaced(data, old, new):
    assert data.count(old) >= 1 and len(old) == len(new)
    return data.replace(old, new)


def floats(*values):
    frames = numpy.full(N_FRAMES, 0.25, '<f4')
    frames[100:100 + len(values)] = values
    return wav(frames.tobytes(), fmt(3, n_bits=32))


def wavs():
    good, data = wav(), pcm()
    notes = chunk(b'LIST', b'INFO' + chunk(b'INAM', bytes(range(200))))
    for n_bytes in (1, 2, 3, 7, 9, 100):
        yield f'stray-{n_bytes}', good + bytes(n_bytes)
    yield 'stray-rubbish', good + rubbish(1000)
    yield 'no-pad', wav(bytes(999), fmt(n_bits=8))[:-1]
    yield 'pad', wav(bytes(999), fmt(n_bits=8))
    yield 'half-a-frame', wav(data + b'\1')
    yield 'half-a-stereo-frame', wav(data + b'\1\2', fmt(n_channels=2))
    yield 'one-frame', wav(data[:2])
    yield 'half-of-one-frame', wav(data[:1])
    yield 'no-frames', wav(b'')
    yield 'streamed-zero', wav(data_size=0, size=0)
    yield 'streamed-ones', wav(data_size=0xffffffff, size=0xffffffff)
    yield 'streamed-data-zero', wav(data_size=0)
    yield 'streamed-data-ones', wav(data_size=0xffffffff)
    yield 'streamed-nothing', wav(b'', data_size=0xffffffff, size=0xffffffff)
    yield 'streamed-odd', wav(data + b'\1', data_size=0xffffffff, size=0xffffffff)[:-1]
    for size in (2000000000, 0x7fffff9b, 0x7fffffd3, 0x7fffffff, 0xffffff9b):
        yield f'streamed-{size:x}', wav(data_size=size, size=(size + 36) % 2**32)
    yield 'data-size-1-gb', wav(data_size=10**9)
    yield 'no-frames-but-chunks', riff(chunk(b'fmt ', fmt()), chunk(b'data', b''), notes)
    yield 'riff-size-zero', wav(size=0)
    yield 'riff-size-ones', wav(size=0xffffffff)
    yield 'riff-size-short', wav(size=100)
    yield 'riff-size-long', wav(size=10**6)
    yield 'data-size-short', wav(data_size=2000)
    yield 'data-size-long', wav(data_size=2 * len(data))
    yield 'data-size-one-more', wav(data_size=len(data) + 1)
    yield 'data-size-almost-ones', wav(data_size=0xfffffffe)
    yield 'data-size-negative', wav(data_size=0x80000000)
    for n_bytes in (4, 11, 12, 16, 20, 30, 36, 40, 43):
        yield f'cut-header-{n_bytes}', good[:n_bytes]
    for n_bytes in (45, 46, 1044, len(good) // 2, len(good) - 2, len(good) - 1):
        yield f'cut-{n_bytes}', good[:n_bytes]
    yield 'no-fmt', riff(chunk(b'data', data))
    yield 'no-data', riff(chunk(b'fmt ', fmt()))
    yield 'fmt-behind', riff(chunk(b'data', data), chunk(b'fmt ', fmt()))
    yield 'two-fmt', riff(chunk(b'fmt ', fmt()), chunk(b'fmt ', fmt(n_channels=2)),
                          chunk(b'data', data))
    yield 'two-data', riff(chunk(b'fmt ', fmt()), chunk(b'data', data), chunk(b'data', data))
    for size in (0, 8, 14, 15, 17, 18, 20):
        yield f'fmt-of-{size}', wav(form=(fmt() + bytes(8))[:size])
    yield 'fmt-huge', riff(chunk(b'fmt ', fmt() + bytes(100000)), chunk(b'data', data))
    yield 'fmt-size-ones', riff(chunk(b'fmt ', fmt(), 0xffffffff), chunk(b'data', data))
    yield 'chunk-size-ones', riff(chunk(b'JUNK', b'junk', 0xffffffff), chunk(b'fmt ', fmt()),
                                  chunk(b'data', data))
    yield 'chunk-huge', riff(chunk(b'JUNK', bytes(10**6)), chunk(b'fmt ', fmt()),
                             chunk(b'data', data))
    yield 'chunks-1000', riff(*[chunk(b'JUNK', b'')] * 1000, chunk(b'fmt ', fmt()),
                              chunk(b'data', data))
    yield 'list-broken', riff(chunk(b'fmt ', fmt()), chunk(b'LIST', b'INFOINAM\xff\xff\xff\xff'),
                              chunk(b'data', data))
    yield 'cue-broken', riff(chunk(b'fmt ', fmt()), chunk(b'cue ', b'\xff' * 28),
                             chunk(b'smpl', b'\xff' * 60), chunk(b'data', data))
    for name, before in {
            'pad-missing': chunk(b'LIST', b'INFOISFT\3\0\0\0a b')[:-1],
            'size-too-small': chunk(b'smpl', bytes(36), 32),
            'size-too-large': chunk(b'smpl', bytes(36), 38),
            'size-into-frames': chunk(b'JUNK', bytes(36), 20000),
            'size-past-end': chunk(b'JUNK', bytes(32), 0x10000000)}.items():
        yield f'astray-{name}', riff(chunk(b'fmt ', fmt()), before, chunk(b'data', data), notes)
    yield 'astray-no-data', riff(chunk(b'fmt ', fmt()), notes)
    yield 'astray-word', riff(chunk(b'fmt ', fmt()), chunk(b'LIST', b'the metadata for it', 10**6),
                              rubbish(20000))
    yield 'rifx', b'RIFX\0\0\0\0WAVE' + big_chunk(
        b'fmt ', struct.pack('>HHIIHH', 1, 1, RATE, 2 * RATE, 2, 16)) + big_chunk(
            b'data', pcm(kind='>i2'))
    yield 'rifx-little', riff(chunk(b'fmt ', fmt()), chunk(b'data', data), kind=b'RIFX')
    for rate in (0, 1, 999, 1000, 768000, 768001, 0x7fffffff, 0xffffffff):
        yield f'rate-{rate}', wav(form=fmt(rate=rate, byte_rate=2 * rate))
    yield 'one-hertz-19k', wav(bytes(19000), fmt(rate=1))
    for n_channels in (0, 3, 7, 16, 64, 65535):
        yield f'channels-{n_channels}', wav(bytes(262140), fmt(n_channels=n_channels))
    yield 'positions-6', wav(pcm(6), extensible(6, 0x3f))
    yield 'positions-0', wav(pcm(6), extensible(6, 0))
    yield 'positions-too-few', wav(pcm(6), extensible(6, 3))
    yield 'positions-too-many', wav(pcm(2), extensible(2, 0xffffffff))
    yield 'format-unknown', wav(form=fmt(0x1234))
    yield 'format-guid', wav(form=extensible(1, 4, guid=rubbish(16)))
    for n_bits in (0, 1, 12, 20, 40, 64, 65535):
        yield f'bits-{n_bits}', wav(form=fmt(n_bits=n_bits))
    yield 'bits-24-in-4', wav(pcm(kind='<i4'), fmt(n_bits=24, align=4))
    yield 'float-16', wav(form=fmt(3))
    yield 'align-0', wav(form=fmt(align=0))
    yield 'align-wrong', wav(form=fmt(align=7))
    yield 'byte-rate-0', wav(form=fmt(byte_rate=0))
    yield 'byte-rate-wrong', wav(form=fmt(byte_rate=1))
    yield 'nan', floats(*[math.nan] * 10)
    yield 'inf', floats(math.inf, -math.inf)
    yield 'denormal', floats(1e-40, -1e-45)
    yield 'huge-values', floats(3e38, -3e38)
    yield 'all-nan', wav(b'\xff' * 40000, fmt(3, n_bits=32))
    yield 'double-nan', wav(b'\xff' * 40000, fmt(3, n_bits=64))
    yield 'claims-4-gib', wav(bytes(19000), data_size=0xfffffff0)
    for name, tail in {'tail': notes, 'stray': b'\1'}.items():
        for kind in (b'RF64', b'BW64'):
            yield f'{kind.decode().lower()}-{name}', rf64(data, tail, kind=kind)
    yield 'rf64-frames-wrong', rf64(data, notes, n_frames=10**9)
    yield 'rf64-size-huge', rf64(data, data_size=10**15)
    yield 'rf64-streamed', rf64(data, data_size=0)
    yield 'gsm', encode()['gsm.wav']
    for name in ('adpcm', 'ima', 'gsm'):
        yield f'{name}-stray', encode()[f'{name}.wav'] + rubbish(501)
    for name in ('alaw', 'mulaw', 'adpcm', 'ima', 'mp3', 'double', 'rf64'):
        yield name, encode()[f'{name}.wav']
        yield f'{name}-cut', encode()[f'{name}.wav'][:len(encode()[f'{name}.wav']) // 2]


def aiffs():
    good = aiff()
    yield 'good', good
    for n_bytes in (12, 30, 54, 60, len(good) // 2, len(good) - 2):
        yield f'cut-{n_bytes}', good[:n_bytes]
    yield 'no-frames', aiff(b'')
    yield 'no-comm', aiff(comm=False)
    yield 'no-ssnd', aiff(data_size='none')
    yield 'rate-nan', aiff(rate=b'\x7f\xff' + b'\xff' * 8)
    yield 'rate-inf', aiff(rate=b'\x7f\xff\x80' + bytes(7))
    yield 'rate-zero', aiff(rate=bytes(10))
    yield 'rate-negative', aiff(rate=bytes.fromhex('c00ebb80000000000000'))
    yield 'rate-tiny', aiff(rate=bytes.fromhex('3fff8000000000000000'))
    yield 'frames-too-many', aiff(n_frames=10**9)
    yield 'frames-too-few', aiff(n_frames=100)
    yield 'frames-zero', aiff(n_frames=0)
    yield 'ssnd-huge', aiff(data_size=0xffffffff)
    yield 'ssnd-zero', aiff(data_size=0)
    yield 'offset-huge', aiff(offset=0xffffff00)
    yield 'channels-0', aiff(n_channels=0)
    yield 'channels-7', aiff(pcm(7, kind='>i2'), 7)
    yield 'bits-0', aiff(n_bits=0)
    yield 'stray', good + bytes(7)
    yield 'chunk-huge', good[:12] + big_chunk(b'JUNK', b'', 0xfffffff0) + good[12:]
    yield 'pad', aiff(bytes(range(256)) * 4 + b'\1\0', n_bits=8, data_size=8 + 1025)
    yield 'compression-unknown', aiff(compression=b'QDM2')
    for name in ('twos', 'sowt', 'in24', 'in32', 'raw ', 'fl32', 'fl64', 'alaw', 'ulaw'):
        yield f'compression-{name.strip()}', aiff(compression=name.encode())
    for name in ('sowt', 'float', 'ima4'):
        yield name, encode()[f'{name}.aiff']


def flacs():
    good = encode()['a.flac']
    first = good.index(b'\xff\xf8')
    total = struct.unpack_from('>Q', good, 18)[0]

    def stated(n_frames):
        return patched(good, 18, struct.pack('>Q', total >> 36 << 36 | n_frames))

    yield 'good', good
    yield 'stereo', encode()['stereo.flac']
    yield 'length-unknown', stated(0)
    yield 'length-one-more', stated(N_FRAMES + 1)
    yield 'length-one-less', stated(N_FRAMES - 1)
    yield 'length-short', stated(100)
    yield 'length-huge', stated(2**36 - 1)
    yield 'md5-wrong', patched(good, 26, bytes(range(16)))
    for name, n_bytes in {'magic': 4, 'block-head': 8, 'info': 41, 'info-only': 42,
                          'headers-only': first, 'frame-head': first + 5,
                          'first-frame': first + 1000, 'half': len(good) // 2,
                          'last-byte': len(good) - 1}.items():
        yield f'cut-{name}', good[:n_bytes]
    yield 'cut-unknown', stated(0)[:len(good) // 2]
    yield 'cut-unknown-by-1', stated(0)[:-1]
    yield 'length-unknown-id3v1', stated(0) + b'TAG' + bytes(125)
    yield 'length-unknown-junk-behind', stated(0) + rubbish(5000)
    for name, n_bytes in {'first-frame': first + 4, 'half': len(good) // 2,
                          'last-frame': len(good) - 100}.items():
        yield f'bit-{name}', patched(good, n_bytes, bytes([good[n_bytes] ^ 1]))
    yield 'zeros-inside', patched(good, len(good) // 2, bytes(3000))
    yield 'id3-in-front', id3(2000) + good
    yield 'junk-in-front', rubbish(500) + good
    yield 'junk-behind', good + rubbish(5000)
    yield 'zeros-behind', good + bytes(5000)
    yield 'id3v1-behind', good + b'TAG' + bytes(125)
    yield 'twice', good + good
    yield 'no-streaminfo', b'fLaC' + good[first:]
    yield 'rate-zero', patched(good, 18, struct.pack('>Q', total & (1 << 44) - 1))
    yield 'block-size-zero', patched(good, 8, bytes(4))
    yield 'picture-lies', good[:4] + b'\6\0\0\x20' + b'\xff' * 32 + good[4:]
    yield 'metadata-huge', good[:42] + b'\4\xff\xff\xff' + good[42:]
    yield 'changes', flac_silence(2, 0) + flac_silence(2, 0, n_channels=1)[42:]
    yield 'in-ogg', encode()['oga.ogg']
    yield 'in-ogg-cut', encode()['oga.ogg'][:15000]
    yield 'three-hours-of-silence', flac_silence(7911)
    yield 'three-hours-length-unknown', flac_silence(7911, 0)
    yield 'claims-three-hours', flac_silence(2, 7911 * 65535)


def without_end(data, name):
    """Without the last page of the stream whose header has this name."""
    parts = pages(data)
    serial = next(part for part in parts if name in part)[14:18]
    last = max(i for i, part in enumerate(parts) if part[14:18] == serial)
    return b''.join(parts[:last] + parts[last + 1:])


def oggs():
    good, other = encode()['a.ogg'], encode()['b.ogg']
    parts = pages(good)
    yield 'good', good
    for name, n_bytes in {'page-head': 20, 'first-page': 58, 'second-page': 70, 'setup': 3000,
                          'half': len(good) // 2, 'last-page': len(good) - 200,
                          'last-byte': len(good) - 1}.items():
        yield f'cut-{name}', good[:n_bytes]
    yield 'cut-between-pages', b''.join(parts[:-2])
    yield 'no-end', b''.join(parts[:-1]) + page(parts[-1], flags=0)
    yield 'headers-only', b''.join(parts[:2])
    yield 'page-missing', b''.join(parts[:6] + parts[7:])
    yield 'page-twice', b''.join(parts[:7] + parts[6:])
    yield 'pages-swapped', b''.join(parts[:5] + [parts[6], parts[5]] + parts[7:])
    yield 'page-checksum', b''.join(parts[:6] + [patched(parts[6], 22, b'xxxx')] + parts[7:])
    yield 'page-checksum-first', b''.join(parts[:2] + [patched(parts[2], 22, b'xxxx')] + parts[3:])
    yield 'page-checksum-last', b''.join(parts[:-1] + [patched(parts[-1], 22, b'xxxx')])
    yield 'page-scribbled', b''.join(
        parts[:6] + [page(parts[6], data=rubbish(len(payload(parts[6]))))] + parts[7:])
    yield 'setup-scribbled', b''.join(
        [parts[0], page(parts[1], data=rubbish(len(payload(parts[1]))))] + parts[2:])
    yield 'junk-in-front', rubbish(300) + good
    yield 'junk-between', b''.join(parts[:6]) + rubbish(500) + b''.join(parts[6:])
    yield 'junk-behind', good + rubbish(3000)
    yield 'zeros-behind', good + bytes(3000)
    yield 'id3v1-behind', good + b'TAG' + bytes(125)
    yield 'serial-changes', b''.join(parts[:6] + [page(part, serial=77) for part in parts[6:]])
    yield 'position-huge', b''.join(parts[:-1]) + page(parts[-1], position=2**62)
    yield 'position-zero', b''.join(parts[:-1]) + page(parts[-1], position=0)
    yield 'positions-unknown', b''.join(
        parts[:2] + [page(part, position=-1) for part in parts[2:]])
    yield 'starts-late', b''.join(parts[:2] + parts[5:])
    for name, first in {'leap': 2, 'leap-late': 6}.items():
        yield name, b''.join(parts[:first] + [page(part, number=1000 + i)
                                              for i, part in enumerate(parts[first:])])
    yield 'rate-zero', b''.join([page(parts[0], data=patched(payload(parts[0]), 12, bytes(4)))]
                                + parts[1:])
    yield 'rate-huge', b''.join(
        [page(parts[0], data=patched(payload(parts[0]), 12, b'\xff' * 4))] + parts[1:])
    yield 'channels-0', b''.join([page(parts[0], data=patched(payload(parts[0]), 11, b'\0'))]
                                 + parts[1:])
    yield 'chained', good + other
    yield 'chained-stereo', good + encode()['stereo.ogg']
    yield 'chained-cut', good + other[:len(other) // 2]
    yield 'chained-headless', good + patched(other, 22, b'xxxx')
    yield 'chained-page-checksum-last', (
        b''.join(parts[:-1]) + patched(parts[-1], 22, b'xxxx') + other)
    yield 'chained-cut-first', good[:len(good) // 2] + other
    yield 'multiplexed', encode()['two.ogg']
    yield 'multiplexed-cut', encode()['two.ogg'][:len(encode()['two.ogg']) // 2]
    yield 'video', encode()['video.ogg']
    yield 'video-cut', without_end(encode()['video.ogg'], b'theora')
    yield 'video-cut-audio', without_end(encode()['video.ogg'], b'vorbis')
    yield 'unknown-codec', page(parts[0], data=rubbish(30)) + b''.join(parts[1:])
    yield 'speex', encode()['speex.ogg']


def opuses():
    good = encode()['a.opus']
    parts = pages(good)
    head = payload(parts[0])

    def headed(offset, new):
        return page(parts[0], data=patched(head, offset, new)) + b''.join(parts[1:])

    yield 'good', good
    yield 'cut', good[:len(good) // 2]
    yield 'cut-last-page', good[:-10]
    yield 'cut-between-pages', b''.join(parts[:-3])
    yield 'page-missing', b''.join(parts[:5] + parts[6:])
    yield 'no-end', b''.join(parts[:-1]) + page(parts[-1], flags=0)
    yield 'version-2', headed(8, b'\x02')
    yield 'version-15', headed(8, b'\x0f')
    yield 'version-16', headed(8, b'\x10')
    yield 'channels-0', headed(9, b'\0')
    yield 'pre-skip-huge', headed(10, b'\xff\xff')
    yield 'rate-huge', headed(12, b'\xff\xff\xff\xff')
    yield 'gain-huge', headed(16, b'\xff\x7f')
    yield 'mapping-255', headed(18, b'\xff')
    yield 'mapping-1', headed(18, b'\1')
    yield 'packet-scribbled', b''.join(
        parts[:6] + [page(parts[6], data=rubbish(len(payload(parts[6]))))] + parts[7:])
    yield 'chained', good + b''.join(page(part, serial=77) for part in parts)
    yield 'webm', encode()['opus.webm']


def mp3s():
    good, bare = encode()['a.mp3'], encode()['bare.mp3']
    info = good.index(b'Info')
    yield 'good', good
    yield 'bare', bare
    yield 'cut', good[:len(good) // 2]
    yield 'cut-last-packet', good[:-100]
    yield 'cut-bare', bare[:len(bare) // 2]
    yield 'cut-bare-packet', bare[:-100]
    yield 'cut-bare-head', bare[:-382]
    yield 'id3-giant', id3(16 * 2**20) + good
    yield 'id3-lies-long', id3(100, 10**7) + good
    yield 'id3-lies-short', id3(5000, 10) + good
    yield 'id3-alone', id3(1000)
    yield 'id3-giant-alone', id3(100, 2**28 - 1)
    yield 'id3-twice', id3(1000) + id3(1000) + good
    yield 'id3-100', id3(10) * 100 + good
    yield 'id3v1', good + b'TAG' + bytes(125)
    yield 'ape-tag', good + b'APETAGEX' + struct.pack('<IIII', 2000, 32, 0, 0) + bytes(8)
    yield 'junk-in-front', rubbish(1000, 3).replace(b'\xff', b'\0') + bare
    yield 'zeros-in-front', bytes(100000) + bare
    yield 'junk-behind', good + rubbish(2000, 3).replace(b'\xff', b'\0')
    yield 'junk-inside', bare[:2000] + rubbish(1000) + bare[2000:]
    yield 'one-packet', bare[:384]
    yield 'half-a-packet', bare[:200]
    yield 'xing-huge', patched(good, info + 8, b'\xff\xff\xff\xff')
    yield 'xing-zero', patched(good, info + 8, bytes(4))
    yield 'twice', good + good
    yield 'bare-twice', bare + bare
    yield 'mp2', encode()['a.mp2']
    yield 'sync-only', b'\xff\xfb\x90\x64' * 2000
    yield 'free-format', bytes([0xff, 0xfb, 0x04, 0x64]) + bytes(5000)
    yield 'aac', encode()['a.aac']
    yield 'aac-cut', encode()['a.aac'][:1000]
    yield 'aac-scribbled', encode()['a.aac'][:800] + rubbish(2000)


def m4as():
    good, fast = encode()['a.m4a'], encode()['fast.m4a']
    moov = good.index(b'moov')
    yield 'good', good
    yield 'fast', fast
    yield 'fragmented', encode()['fragmented.m4a']
    yield 'fragmented-cut', encode()['fragmented.m4a'][:2500]
    yield 'alac', encode()['alac.m4a']
    yield 'alac-cut-index', encode()['alac.m4a'][:20000]
    yield 'cut', good[:len(good) // 2]
    yield 'cut-index', good[:moov + 200]
    yield 'cut-data', fast[:-1000]
    yield 'index-size-huge', patched(good, moov - 4, b'\x7f\xff\xff\xff')
    yield 'index-size-zero', patched(good, moov - 4, bytes(4))
    yield 'index-size-tiny', patched(good, moov - 4, b'\0\0\0\4')
    yield 'first-size-tiny', patched(good, 0, b'\0\0\0\4')
    yield 'first-size-zero', patched(good, 0, bytes(4))
    yield 'no-track', replaced(good, b'trak', b'free')
    yield 'no-table', replaced(good, b'stsz', b'free')
    yield 'sizes-huge', patched(good, good.index(b'stsz') + 12, b'\xff\xff\xff\xff')
    yield 'size-of-all-huge', patched(good, good.index(b'stsz') + 8, b'\x7f\xff\xff\xff')
    yield 'offsets-huge', patched(good, good.index(b'stco') + 12, b'\xff\xff\xff\xf0')
    yield 'times-huge', patched(good, good.index(b'stts') + 12, b'\xff\xff\xff\xff' * 2)
    yield 'timescale-zero', patched(good, good.index(b'mdhd') + 16, bytes(4))
    yield 'movie-timescale-zero', patched(good, good.index(b'mvhd') + 16, bytes(4))
    yield 'duration-huge', patched(good, good.index(b'mvhd') + 20, b'\xff\xff\xff\xfe')
    yield 'edit-huge', patched(good, good.index(b'elst') + 12, b'\x7f\xff\xff\xff')
    yield 'edit-scribbled', patched(good, good.index(b'elst') + 8, rubbish(16))
    yield 'codec-unknown', replaced(good, b'mp4a', b'zzzz')
    yield 'data-scribbled', patched(fast, fast.index(b'mdat') + 100, rubbish(1500))
    nested = b''
    for _ in range(5000):
        nested = box(b'moov', nested)
    yield 'nested', good[:moov - 4][:28] + nested
    yield 'mov', encode()['a.mov']
    for name in ('float', 'ima4'):
        yield f'mov-{name}', encode()[f'{name}.mov']


def mkvs():
    good = encode()['flac.mkv']
    for name in ('vorbis', 'pcm', 'flac', 'two', 'video'):
        yield name, encode()[f'{name}.mkv']
    yield 'mute', encode()['mute.mkv']
    yield 'cut', good[:len(good) // 2]
    yield 'cut-header', good[:100]
    yield 'size-unknown', patched(good, good.index(b'\x18\x53\x80\x67') + 4,
                                  b'\x01' + b'\xff' * 7)
    yield 'size-huge', patched(good, good.index(b'\x18\x53\x80\x67') + 4,
                               b'\x01\x7f' + b'\xff' * 6)
    yield 'scribbled', patched(good, len(good) // 2, rubbish(3000))
    yield 'clusters-missing', good[:good.index(b'\x1f\x43\xb6\x75')]
    yield 'codec-unknown', replaced(good, b'A_FLAC', b'A_ZZZZ')
    vorbis = encode()['vorbis.mkv']
    for rate in (0, 0xffffffff):
        yield f'vorbis-rate-{rate}', patched(vorbis, vorbis.index(b'\1vorbis') + 12,
                                             struct.pack('<I', rate))


def facts():
    """What files say of their sound, good and broken. Whatever it is, the sound loads."""
    data = chunk(b'data', pcm())

    def tagged(*chunks):
        return riff(chunk(b'fmt ', fmt()), data, *chunks)

    good = {'smpl': smpl((0, 10, 99, 0)), 'cue': cue(1, 2, 3) + adtl(labl(1, b'a'), ltxt(2, b'b')),
            'info': info(INAM=b'a title', IART=b'an artist'),
            'mark': mark((1, 5, b'a'), (2, 50, b'b')) + instrument(60, 1, 1, 2) + comt((1, b'c'))}
    for name in ('smpl', 'cue', 'info'):
        yield f'wav-{name}', tagged(good[name])
        for n_bytes in (9, 12, len(good[name]) // 2, len(good[name]) - 1):
            yield f'wav-{name}-cut-{n_bytes}', tagged(good[name])[:-len(good[name]) + n_bytes]
    yield 'wav-smpl-ones', tagged(chunk(b'smpl', b'\xff' * 60))
    yield 'wav-smpl-loops-huge', tagged(chunk(b'smpl', struct.pack('<9I', *[0] * 7, 2**32 - 1, 0)))
    yield 'wav-smpl-size-ones', tagged(chunk(b'smpl', bytes(36), 2**32 - 1))
    yield 'wav-smpl-twice', tagged(good['smpl'], smpl((0, 1, 2, 0)))
    yield 'wav-cue-ones', tagged(chunk(b'cue ', b'\xff' * 100))
    yield 'wav-cue-100000', tagged(cue(*range(100000)))
    yield 'wav-labels-100000', tagged(cue(1), adtl(*[labl(i, b'x' * 10) for i in range(100000)]))
    yield 'wav-label-1-mb', tagged(cue(1), adtl(labl(1, b'x' * 10**6)))
    yield 'wav-label-past-end', tagged(cue(1), adtl(chunk(b'labl', struct.pack('<I', 1), 10**6)))
    yield 'wav-labels-past-end', tagged(cue(1), chunk(b'LIST', b'adtl' + labl(1, b'a'), 10**6))
    yield 'wav-list-empty', tagged(chunk(b'LIST', b''), chunk(b'LIST', b'adtl'),
                                   chunk(b'LIST', b'INFO'))
    yield 'wav-list-in-list', tagged(adtl(adtl(labl(1, b'a'))), cue(1))
    yield 'wav-text-broken', tagged(info(INAM=b'\xff\xfe\x80\0\0a'), info(IART=b'\0'))
    yield 'wav-id3', tagged(chunk(b'id3 ', b'ID3\4\0\0' + b'\x7f' * 4))
    yield 'aiff-mark', aiff() + good['mark']
    for n_bytes in (9, 11, 20, len(good['mark']) - 1):
        yield f'aiff-mark-cut-{n_bytes}', aiff() + good['mark'][:n_bytes]
    yield 'aiff-mark-ones', aiff() + big_chunk(b'MARK', b'\xff' * 100)
    yield 'aiff-comt-ones', aiff() + mark((65535, 1, b'')) + big_chunk(b'COMT', b'\xff' * 100)
    yield 'aiff-inst-ones', aiff() + good['mark'][:20] + big_chunk(b'INST', b'\xff' * 20)
    yield 'aiff-name-huge', aiff() + big_chunk(b'NAME', b'', 2**32 - 16)

    pairs = (b'TITLE=a title', b'LOOPSTART=10', b'LOOPLENGTH=100', b'CHAPTER001=00:00:00.1')
    broken = {
        'vendor-huge': b'\xff' * 4 + comments(*pairs)[4:],
        'pairs-huge': comments()[:-4] + b'\xff' * 4,
        'pair-huge': comments(b'a=b')[:-7] + b'\xff' * 7,
        'cut': comments(*pairs)[:-3], 'empty': b'', 'pairs-empty': comments(*[b''] * 1000),
        'numbers': comments(b'LOOPSTART=9223372036854775807', b'LOOPLENGTH=9223372036854775807',
                            b'BPM=1e400', b'CHAPTER001=99999999:0:0', b'CHAPTER002=1:nan:0',
                            b'CHAPTER003NAME=x', b'REPLAYGAIN_TRACK_GAIN=inf'),
        'text-broken': comments(b'TITLE=\xff\xfe\0', b'\xff=\xff', b'ARTIST=')}
    for name, block in broken.items():
        yield f'flac-{name}', flac(flac_block(4, block))
        yield f'ogg-flac-{name}', ogg('oga.ogg', flac_block(4, block, True))
        yield f'opus-{name}', ogg('a.opus', b'OpusTags' + block)
        yield f'speex-{name}', ogg('speex.ogg', block)
        yield f'vorbis-{name}', ogg('a.ogg', b'\3vorbis' + block + b'\1')
    yield 'flac', plain_flac(*pairs)
    yield 'vorbis', vorbis(*pairs)
    yield 'opus', opus(*pairs)
    yield 'ogg-flac', ogg_flac(*pairs)
    sheet = cue_sheet((0, 1, (0, 1)), (100, 2, (0, 0), (50, 1)), (12000, 170))
    yield 'flac-sheet', flac(sheet)
    yield 'flac-sheet-cut', flac(flac_block(5, sheet[4:-20]))
    yield 'flac-sheet-ones', flac(flac_block(5, b'\xff' * 500))
    yield 'flac-sheet-empty', flac(flac_block(5, b''))

    sound = encode()['a.mp3']
    title = id3_frame(3, b'TIT2', b'\1\xff\xfea\0')
    tag = id3_tag(3, title, chapter(3, b'c', 10, title))
    yield 'id3', tag + sound
    yield 'id3-cut-in-frame', id3_tag(3, title[:-3] + title) + sound
    yield 'id3-frame-huge', id3_tag(3, b'TIT2\xff\xff\xff\xff\0\0\0abc', title) + sound
    yield 'id3-text-empty', id3_tag(4, id3_frame(4, b'TIT2', b''), id3_frame(4, b'TIT2', b'\1'),
                                    id3_frame(4, b'TXXX', b'\1\xff\xfe')) + sound
    yield 'id3-surrogate', id3_tag(4, id3_frame(4, b'TIT2', b'\2\xd8\0\xd8\0')) + sound
    yield 'id3-utf-16-odd', id3_tag(4, id3_frame(4, b'TIT2', b'\1\xff\xfea\0b')) + sound
    yield 'id3-chapter-cut', id3_tag(3, id3_frame(3, b'CHAP', b'name\0\0\0')) + sound
    yield 'id3-chapter-nameless', id3_tag(3, id3_frame(3, b'CHAP', b'x' * 300)) + sound
    yield 'id3-chapters-3000', id3_tag(3, *[chapter(3, b'c', 10)] * 3000) + sound
    yield 'id3-flags-ones', id3_tag(4, id3_frame(4, b'TIT2', b'\0abc', 0xffff), flags=0xff) + sound
    yield 'id3-grouped-empty', id3_tag(3, id3_frame(3, b'TIT2', b'', 0x20)) + sound
    yield 'id3-extension-huge', id3_tag(3, title, flags=0x40, extension=b'\xff' * 4) + sound
    yield 'id3-unsynchronised', id3_tag(3, title, b'\xff' * 5, flags=0x80) + sound
    yield 'id3-version-9', b'ID3\x09' + tag[4:] + sound

    texts = items(item(b'\xa9nam', b'a'), item(b'tmpo', b'\0\x78', 21), field(b'LOOPSTART', b'1'))
    yield 'mp4', user_data('a.m4a', texts, chpl((0, b'a'), (1000000, b'b')))
    yield 'mp4-chpl-huge', user_data('a.m4a', box(b'chpl', b'\1' + bytes(7) + b'\xff' * 20))
    yield 'mp4-chpl-cut', user_data('a.m4a', box(b'chpl', chpl((0, b'abc'))[8:-2]))
    yield 'mp4-items-empty', user_data('a.m4a', items(box(b'\xa9nam', b''), box(b'tmpo', b'')))
    yield 'mp4-data-empty', user_data('a.m4a', items(item(b'\xa9nam', b''), item(b'tmpo', b'')))
    yield 'mp4-data-huge', user_data('a.m4a', items(box(b'\xa9nam', box(b'data', b'', 2**32 - 1))))
    yield 'mp4-meta-empty', user_data('a.m4a', box(b'meta', b''), box(b'meta', bytes(4)))
    yield 'mp4-track', chapter_track([b'one', b'two'], [100, 100])
    yield 'mp4-track-missing', chapter_track([b'one'], [100], number=7)
    yield 'mp4-track-sizes-ones', chapter_track([b'one', b'two'], [1, 1], sizes=[2**32 - 1] * 2)
    yield 'mp4-track-times-ones', chapter_track([b'one', b'two'], [2**32 - 1] * 2)
    yield 'mp4-track-times-missing', chapter_track([b'one', b'two'], [1])
    yield 'mp4-track-scale-zero', chapter_track([b'one', b'two'], [1, 1], scale=0)
    yield 'mp4-track-samples-ones', chapter_track([b'one'], [1], n_samples=2**32 - 1)
    yield 'mp4-track-past-end', chapter_track([b'one'], [1], offset=2**32 - 1)
    yield 'mp4-field-nameless', user_data('a.m4a', items(box(b'----', box(b'data', bytes(9)))))


def others():
    data = pcm(kind='>i2')
    yield 'au', au(data)
    yield 'au-streamed', au(data, 0xffffffff)
    yield 'au-cut', au(data, 2 * len(data))
    yield 'au-rate-zero', au(data, rate=0)
    yield 'au-channels-huge', au(data, n_channels=0xffffffff)
    yield 'au-offset-huge', au(data, offset=0xfffffff0)
    yield 'au-no-frames', au(b'')
    yield 'au-encoding-unknown', au(data, encoding=23)
    yield 'au-encoding-huge', au(data, encoding=2**31)
    yield 'au-float', au(data, encoding=6)
    yield 'caf-streamed', caf(data, size=-1)
    yield 'caf-size-huge', caf(data, size=2**62)
    yield 'caf-no-frames', caf(b'')
    yield 'caf-format-unknown', caf(data, kind=b'aac ')
    yield 'caf-bits-64', caf(data, n_bits=64)
    yield 'caf-channels-0', caf(data, n_channels=0)
    yield 'caf-channels-huge', caf(data, n_channels=0xffffffff)
    yield 'caf-rate-nan', caf(data, rate=math.nan)
    yield 'caf-rate-inf', caf(data, rate=math.inf)
    yield 'caf-no-description', caf(data)[:8] + caf(data)[52:]
    yield 'w64-streamed', w64(data, 2**63 - 1)
    yield 'w64-size-zero', w64(data, 0)
    yield 'w64-size-huge', w64(data, 2**40)
    yield 'w64-no-frames', w64(b'')
    yield 'w64-no-format', w64(data)[:40] + w64(data)[80:]
    yield 'w64-adpcm', w64(data, form=fmt(2, n_bits=4, align=256))
    for name in ('a.w64', 'a.caf', 'a.wv', 'a.tta', 'a.voc', 'a.ac3', 'a.avi', 'a.ts', 'a.flv',
                 'a.wma', 'mute.avi'):
        stem = name.replace('a.', '') if name != 'mute.avi' else 'avi-mute'
        yield stem, encode()[name]
        yield f'{stem}-cut', encode()[name][:len(encode()[name]) // 2]
    for name in ('eac3', 'dts'):
        yield name, encode()[f'a.{name}']
    notes = b'\0\xc0\0\0\x90\x3c\x40\x60\x80\x3c\x40\0\xff\x2f\0'
    track = big_chunk(b'MTrk', notes)[:8 + len(notes)]
    yield 'midi', b'MThd\0\0\0\6\0\0\0\1\0\x60' + track
    yield 'midi-cut', b'MThd\0\0\0\6\0\0\0\1\0\x60' + track[:12]
    yield 'midi-lies', b'MThd\0\0\0\6\0\0\xff\xff\0\0MTrk\xff\xff\xff\xff' + notes


def archives():
    good = wav()
    for name, kind in (('stored', zipfile.ZIP_STORED), ('deflated', zipfile.ZIP_DEFLATED)):
        file = io.BytesIO()
        with zipfile.ZipFile(file, 'w', kind) as archive:
            archive.writestr('good.wav', good)
        yield f'zip-{name}', file.getvalue()
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode='w') as archive:
        member = tarfile.TarInfo('good.wav')
        member.size = len(good)
        archive.addfile(member, io.BytesIO(good))
    yield 'tar', file.getvalue()
    yield 'gzip', gzip.compress(good)
    yield 'gzip-bomb', gzip.compress(bytes(10**7))
    yield 'xz', b'\xfd7zXZ\0' + rubbish(1000)
    yield 'bzip2', b'BZh91AY&SY' + rubbish(1000)
    yield '7z', b'7z\xbc\xaf\x27\x1c' + rubbish(1000)


def texts():
    yield 'plain', b'This is no sound.\n' * 200
    yield 'html', b'<!DOCTYPE html><html><body><audio src="file:///a.wav"></audio></body></html>'
    yield 'svg', b'<svg xmlns="http://www.w3.org/2000/svg"><circle r="9"/></svg>'
    yield 'json', b'{"a": [1, 2, 3]}' * 100
    yield 'utf-16', 'Kein Ton. '.encode('utf-16') * 200
    yield 'subtitles', b'1\n00:00:01,000 --> 00:00:02,000\nNo sound\n\n' * 20
    yield 'lyrics', b'[00:01.00]No sound\n' * 50
    yield 'pdf', b'%PDF-1.4\n' + rubbish(1000)
    yield 'elf', pathlib.Path('/bin/true').read_bytes()
    yield 'm3u', b'#EXTM3U\n#EXTINF:1,Good\nfile:///dev/zero\n' * 10
    yield 'm3u8', (b'#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n'
                   b'http://localhost:9/a.ts\n#EXT-X-ENDLIST\n')
    yield 'pls', b'[playlist]\nNumberOfEntries=1\nFile1=file:///dev/zero\n' * 4
    yield 'cue', b'FILE "a.wav" WAVE\n  TRACK 01 AUDIO\n    INDEX 01 00:00:00\n'
    yield 'xspf', (b'<?xml version="1.0"?><playlist version="1" xmlns="http://xspf.org/ns/0/">'
                   b'<trackList><track><location>file:///dev/zero</location></track></trackList>'
                   b'</playlist>')
    yield 'asx', b'<asx version="3.0"><entry><ref href="http://localhost:9/a"/></entry></asx>'
    yield 'mpd', (b'<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" '
                  b'type="static"><Period/></MPD>')
    yield 'smil', b'<smil><body><audio src="http://localhost:9/a.wav"/></body></smil>' * 5
    yield 'sdp', b'v=0\no=- 0 0 IN IP4 127.0.0.1\ns=a\nc=IN IP4 127.0.0.1\nm=audio 9 RTP/AVP 0\n'
    yield 'link', b'[InternetShortcut]\nURL=file:///dev/zero\n'


def pictures():
    for name in ('gif', 'jpg', 'png', 'bmp'):
        yield name, encode()[f'a.{name}']
    yield 'jpg-cut', encode()['a.jpg'][:500]
    yield 'png-bomb', (encode()['a.png'][:16] + struct.pack('>II', 2**31 - 1, 2**31 - 1)
                       + encode()['a.png'][24:])


MAGICS = {
    'wav': b'RIFF\xff\xff\0\0WAVE', 'wav-fmt': b'RIFF\xff\xff\0\0WAVEfmt \x10\0\0\0',
    'rf64': b'RF64\xff\xff\xff\xffWAVEds64', 'w64': encode()['a.w64'][:40], 'avi':
    b'RIFF\xff\xff\0\0AVI LIST', 'aiff': b'FORM\0\0\xff\xffAIFF', 'aifc':
    b'FORM\0\0\xff\xffAIFC', 'flac': b'fLaC', 'flac-info': encode()['a.flac'][:42], 'ogg': b'OggS',
    'ogg-page': b'OggS\0\2' + bytes(20) + b'\1\x1e\1vorbis', 'opus':
    b'OggS\0\2' + bytes(20) + b'\1\x13OpusHead', 'id3': b'ID3\3\0\0\0\0\7\x76', 'mp3':
    b'\xff\xfb\x90\x64', 'adts': b'\xff\xf1\x50\x80', 'mp4': b'\0\0\0\x20ftypM4A ', 'mp4-moov':
    b'\0\0\0\x10ftypM4A \0\0\0\0\0\0\xff\xffmoov', 'mkv': b'\x1a\x45\xdf\xa3', 'webm':
    encode()['opus.webm'][:60], 'midi': b'MThd\0\0\0\6\0\1\0\2\0\x60MTrk', 'au': b'.snd\0\0\0\x18',
    'caf': b'caff\0\1\0\0desc', 'wavpack': b'wvpk', 'tta': b'TTA1', 'ape': b'MAC \x96\x0f', 'voc':
    b'Creative Voice File\x1a\x1a\0', 'amr': b'#!AMR\n', 'amr-wb': b'#!AMR-WB\n', 'asf':
    bytes.fromhex('3026b2758e66cf11a6d900aa0062ce6c'), 'flv': b'FLV\1\5\0\0\0\x09', 'ts':
    b'\x47\x40\0\x10', 'ps': b'\0\0\1\xba', 'mpeg': b'\0\0\1\xb3', 'ac3': b'\x0b\x77', 'dts':
    b'\x7f\xfe\x80\x01', 'mod': b'Extended Module: ', 'it': b'IMPM', 's3m': bytes(44) + b'SCRM',
    'sid': b'PSID\0\2\0\x7c', 'nsf': b'NESM\x1a\1', 'musepack': b'MPCK', 'musepack-7': b'MP+\7',
    'gsm': b'\xd0' * 33, 'sbc': b'\x9c', 'real': b'.RMF', 'iff': b'FORM\0\0\xff\xff8SVX', 'mxf':
    bytes.fromhex('060e2b34020501010d0102010102'), 'y4m': b'YUV4MPEG2 ', 'gif': b'GIF89a', 'png':
    b'\x89PNG\r\n\x1a\n', 'jpg': b'\xff\xd8\xff\xe0', 'zip': b'PK\3\4', 'gzip': b'\x1f\x8b\x08'}


def random_bytes():
    for number, (name, magic) in enumerate(MAGICS.items()):
        yield name, magic + rubbish(20000, number)


def plain():
    yield 'empty', b''
    yield 'one-byte', b'R'
    yield 'newline', b'\n'
    yield 'zeros', bytes(100000)
    yield 'ones', b'\xff' * 100000
    yield 'rubbish', rubbish(100000)


GROUPS = {'wav': wavs, 'aiff': aiffs, 'flac': flacs, 'ogg': oggs, 'opus': opuses, 'mp3': mp3s,
          'm4a': m4as, 'mkv': mkvs, 'facts': facts, 'other': others, 'archive': archives,
          'text': texts, 'picture': pictures, 'random': random_bytes, 'plain': plain, 'kit': kits}

# Good files under names that have been trouble somewhere.
NAMES = {
    'percent': b'100%.wav', 'escaped': b'%41%2f%00.wav', 'hash': b'c#.wav', 'question':
    b'what?.wav', 'quotes': b'"\'`.wav', 'newline': b'two\nlines.wav', 'spaces': b'  a  .wav',
    'backslash': b'back\\slash.wav', 'dash': b'-i', 'colon': b'http:a.wav', 'utf-8':
    'größe 🎹.wav'.encode(), 'latin-1': 'größe.wav'.encode('latin-1'), 'shift-jis':
    '太鼓.wav'.encode('shift-jis'), 'not-utf-8': b'\xff\xfe\x80.wav', 'control': b'\x01\x1b[31m\x7f',
    'long': b'x' * 250, 'wrong-ending': b'a.png', 'no-ending': b'a', 'shell': b'$(touch a);*|&'}


def make_places(folder):
    """What is not a file, or not a plain one. Name -> path."""
    good = folder / 'good.wav'
    good.write_bytes(wav())
    places = {'device/zero': '/dev/zero', 'device/null': '/dev/null', 'device/random':
              '/dev/urandom', 'proc/mem': '/proc/self/mem', 'proc/status': '/proc/self/status'}

    def place(name):
        path = folder / name.replace('/', '-')
        places[name] = str(path)
        return path

    place('link/good').symlink_to(good)
    place('link/chain').symlink_to(folder / 'link-good')
    place('link/relative').symlink_to('good.wav')
    place('link/dangling').symlink_to(folder / 'nowhere')
    place('link/loop').symlink_to(folder / 'link-loop')
    place('link/device').symlink_to('/dev/zero')
    place('link/directory').symlink_to(folder)
    place('link/hard').hardlink_to(good)
    places['link/descriptor'] = '/proc/self/fd/0'
    os.mkfifo(place('pipe/plain'))
    place('pipe/link').symlink_to(folder / 'pipe-plain')
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(os.path.relpath(place('socket/closed')))
    place('directory/plain').mkdir()
    places['directory/slash'] = str(folder / 'directory-plain') + '/'
    places['directory/root'] = '/'
    places['missing/file'] = str(folder / 'missing.wav')
    places['missing/folder'] = str(folder / 'missing/a.wav')
    places['missing/below-a-file'] = str(good) + '/a.wav'
    places['missing/too-long'] = str(folder / ('x' * 256))
    places['missing/path-too-long'] = str(folder / ('x/' * 4000))

    with place('sparse/4-gib').open('wb') as file:
        file.write(wav(b'', data_size=0xffffffd0, size=0xfffffff4))
        file.truncate(44 + 0xffffffd0)
    with place('sparse/streamed').open('wb') as file:
        file.write(wav(b'', data_size=0xffffffff, size=0xffffffff))
        file.truncate(5 * 2**30)
    with place('sparse/mp3').open('wb') as file:
        file.write(encode()['bare.mp3'])
        file.truncate(4 * 2**30)
    with place('sparse/zeros').open('wb') as file:
        file.truncate(4 * 2**30)
    with place('sparse/ogg').open('wb') as file:
        file.write(encode()['a.ogg'])
        file.truncate(4 * 2**30)
    with place('sparse/flac').open('wb') as file:
        file.write(encode()['a.flac'])
        file.truncate(4 * 2**30)
    with place('sparse/768-khz').open('wb') as file:
        file.write(wav(b'', fmt(rate=768000, n_channels=2), data_size=10**9))
        file.truncate(10**9)
    return places


def make_all(folder):
    """Writes all of them. Name -> path, as bytes."""
    folder = pathlib.Path(folder)
    paths = {}
    for group, make in GROUPS.items():
        (folder / group).mkdir()
        for name, data in make():
            path = folder / group / name
            assert f'{group}/{name}' not in paths, name
            path.write_bytes(data)
            paths[f'{group}/{name}'] = os.fsencode(path)
    (folder / 'name').mkdir()
    for name, odd in NAMES.items():
        paths[f'name/{name}'] = os.fsencode(folder / 'name') + b'/' + odd
        with open(paths[f'name/{name}'], 'wb') as file:
            file.write(wav())
    for name, path in make_places(folder).items():
        paths[name] = os.fsencode(path)
    return paths


def truncations(data):
    """Some lengths short of all."""
    n = len(data)
    lengths = {1, 4, 12, 20, 44, 64, n // 10, n // 4, n // 2, 3 * n // 4, n - 100, n - 10, n - 1}
    return sorted(length for length in lengths if 0 < length < n)


def make_broken_fixtures(folder, n_flips, seed, step=1):
    """Each fixture cut at several lengths (every one of `step`) and with some bits turned. Name ->
    path."""
    folder = pathlib.Path(folder)
    random = numpy.random.default_rng(seed)
    paths = {}
    for fixture in sorted(FIXTURES.iterdir()):
        data = fixture.read_bytes()
        if fixture.suffix in ('.py', '.md') or not data:
            continue
        broken = {f'cut-{length}': data[:length] for length in truncations(data)[::step]}
        for number in range(n_flips):
            # Half of them in the headers, where they do most.
            top = len(data) if number % 2 else min(len(data), 200)
            flipped = bytearray(data)
            for place in random.integers(top, size=1 + number % 4):
                flipped[place] ^= 1 << int(random.integers(8))
            broken[f'flip-{seed}-{number}'] = bytes(flipped)
        for name, content in broken.items():
            path = folder / f'{fixture.name}-{name}'
            path.write_bytes(content)
            paths[f'{fixture.name}/{name}'] = os.fsencode(path)
    return paths
