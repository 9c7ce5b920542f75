# SPDX-License-Identifier: LGPL-2.1-or-later
"""Writes what files say of their sound: loops, cues, tags. Each function makes a chunk, a block, or
a file of 12000 frames at 48 kHz that holds what is given."""

import struct

from hostile.sounds import big_chunk, box, chunk, encode, page, pages, payload

# WAV


def smpl(*loops, root=60):
    """Loops: (kind, start, last frame, rounds)."""
    return chunk(b'smpl', struct.pack('<9I', 0, 0, 20833, root, 0, 0, 0, len(loops), 0)
                 + b''.join(struct.pack('<6I', i, kind, start, last, 0, count)
                            for i, (kind, start, last, count) in enumerate(loops)))


def cue(*frames):
    """Points, numbered from 1."""
    return chunk(b'cue ', struct.pack('<I', len(frames)) + b''.join(
        struct.pack('<II4sIII', i, frame, b'data', 0, 0, frame)
        for i, frame in enumerate(frames, 1)))


def labl(number, text):
    return chunk(b'labl', struct.pack('<I', number) + text + b'\0')


def ltxt(number, text):
    return chunk(b'ltxt', struct.pack('<II4sHHHH', number, 100, b'rgn ', 0, 0, 0, 0) + text)


def adtl(*parts):
    return chunk(b'LIST', b'adtl' + b''.join(parts))


def info(**texts):
    return chunk(b'LIST', b'INFO' + b''.join(
        chunk(name.encode(), text + b'\0') for name, text in texts.items()))


def inst(note):
    return chunk(b'inst', struct.pack('<BbbBBBB', note, 0, 0, 0, 127, 1, 127))


def acid(tempo, flags=0, root=60):
    return chunk(b'acid', struct.pack('<IHHfIHHf', flags, root, 0x8000, 0.0, 4, 4, 4, tempo))


# Comments of FLAC, Vorbis, Opus and Speex


def comments(*pairs, vendor=b'vendor'):
    """The block, as it is in all of them."""
    return (struct.pack('<I', len(vendor)) + vendor + struct.pack('<I', len(pairs))
            + b''.join(struct.pack('<I', len(pair)) + pair for pair in pairs))


def flac_block(kind, data, is_last=False):
    return bytes([kind | (0x80 if is_last else 0)]) + struct.pack('>I', len(data))[1:] + data


def flac(*blocks):
    """With these blocks of metadata, in place of FFmpeg's own."""
    data = encode()['a.flac']
    return (data[:4] + flac_block(0, data[8:42]) + b''.join(blocks)
            + flac_block(1, bytes(16), True) + data[data.index(b'\xff\xf8'):])


def ogg(name, packet):
    """One of FFmpeg's files with another second packet, which is alone on its page there, or, in
    Vorbis, has the third behind it."""
    first, second, *others = pages(encode()[name])
    old = payload(second)
    n_behind = 0
    if name.endswith('a.ogg') and name != 'oga.ogg':
        n_behind = len(old) - old.index(b'\5vorbis')
    body = packet + old[len(old) - n_behind:]
    lengths = [*lacing(len(packet)), *(lacing(n_behind) if n_behind else ())]
    made = second[:26] + bytes([len(lengths)]) + bytes(lengths) + body
    return b''.join([first, page(made), *others])


def lacing(size):
    return [255] * (size // 255) + [size % 255]


def vorbis(*pairs):
    return ogg('a.ogg', b'\3vorbis' + comments(*pairs) + b'\1')


def opus(*pairs):
    return ogg('a.opus', b'OpusTags' + comments(*pairs))


def ogg_flac(*pairs):
    return ogg('oga.ogg', flac_block(4, comments(*pairs), True))


def speex(*pairs):
    return ogg('speex.ogg', comments(*pairs))


def plain_flac(*pairs):
    return flac(flac_block(4, comments(*pairs)))


def cue_sheet(*tracks):
    """Tracks: (start, number, (offset, point) ...)."""
    def track(start, number, *points):
        return (struct.pack('>QB26xB', start, number, len(points))
                + b''.join(struct.pack('>QB3x', *point) for point in points))
    return flac_block(5, bytes(128 + 8 + 1 + 258) + bytes([len(tracks)])
                      + b''.join(track(*each) for each in tracks))


# AIFF


def mark(*markers):
    """Markers: (number, position, name)."""
    return big_chunk(b'MARK', struct.pack('>H', len(markers)) + b''.join(
        struct.pack('>HIB', number, position, len(name)) + name + bytes((1 + len(name)) % 2)
        for number, position, name in markers))


def instrument(note=60, mode=0, start=0, end=0):
    return big_chunk(b'INST', struct.pack('>BbBBBBhHHHHHH', note, 0, 0, 127, 1, 127, 0, mode, start,
                                          end, 0, 0, 0))


def comt(*texts):
    """Texts: (number of a marker, text)."""
    return big_chunk(b'COMT', struct.pack('>H', len(texts)) + b''.join(
        struct.pack('>IHH', 0, number, len(text)) + text + bytes(len(text) % 2)
        for number, text in texts))


# ID3v2


def synchsafe(value):
    return bytes(value >> shift & 0x7f for shift in (21, 14, 7, 0))


def unsynchronised(data):
    return data.replace(b'\xff\0', b'\xff\0\0').replace(b'\xff\xe0', b'\xff\0\xe0').replace(
        b'\xff\xfe', b'\xff\0\xfe')


def id3_frame(version, name, data, flags=0):
    if version == 2:
        return name + struct.pack('>I', len(data))[1:] + data
    size = synchsafe(len(data)) if version == 4 else struct.pack('>I', len(data))
    return name + size + struct.pack('>H', flags) + data


def id3_tag(version, *frames, flags=0, extension=b''):
    body = extension + b''.join(frames) + bytes(20)
    if flags & 0x80 and version < 4:
        body = unsynchronised(body)
    return b'ID3' + bytes([version, 0, flags]) + synchsafe(len(body)) + body


def chapter(version, name, start, *frames):
    return id3_frame(version, b'CHAP', name + b'\0' + struct.pack(
        '>4I', start, start + 10, 2**32 - 1, 2**32 - 1) + b''.join(frames))


# MP4


def user_data(name, *boxes):
    """One of FFmpeg's files with other user data: its index is the last box."""
    data = encode()[name]
    start = data.rindex(b'moov') - 4
    end = data.index(b'udta', start) - 4 if b'udta' in data[start:] else len(data)
    return data[:start] + box(b'moov', data[start + 8:end] + box(b'udta', b''.join(boxes)))


def items(*parts):
    return box(b'meta', bytes(4) + box(b'hdlr', bytes(8) + b'mdirappl' + bytes(9))
               + box(b'ilst', b''.join(parts)))


def item(name, data, kind=1):
    return box(name, box(b'data', struct.pack('>II', kind, 0) + data))


def field(name, text):
    return box(b'----', box(b'mean', bytes(4) + b'com.apple.iTunes')
               + box(b'name', bytes(4) + name) + box(b'data', struct.pack('>II', 1, 0) + text))


def chpl(*chapters):
    """Chapters: (time in ten-millionths of a second, name)."""
    return box(b'chpl', struct.pack('>IIB', 1 << 24, 0, len(chapters)) + b''.join(
        struct.pack('>QB', time, len(name)) + name for time, name in chapters))


def table(kind, *entries):
    return box(kind, struct.pack('>II', 0, len(entries)) + b''.join(entries))


def chapter_track(texts, times, sizes=None, number=99, scale=1000, n_samples=None, offset=None):
    """A file of AAC that refers to a track of chapters: texts, and how long each lasts."""
    data = encode()['a.m4a']
    start = data.rindex(b'moov') - 4
    track = data.index(b'trak', start) - 4
    end = track + struct.unpack_from('>I', data, track)[0]
    bodies = [struct.pack('>H', len(text)) + text for text in texts]
    sizes = [len(body) for body in bodies] if sizes is None else sizes
    n_samples = len(texts) if n_samples is None else n_samples
    tables = (table(b'stts', *(struct.pack('>II', 1, time) for time in times))
              + table(b'stsc', struct.pack('>III', 1, n_samples, 1))
              + box(b'stsz', struct.pack('>III', 0, 0, len(sizes))
                    + struct.pack(f'>{len(sizes)}I', *sizes))
              + table(b'stco', struct.pack('>I', start + 8 if offset is None else offset)))
    chapters = box(b'trak', box(b'tkhd', bytes(12) + struct.pack('>I', 99) + bytes(68))
                   + box(b'mdia', box(b'mdhd', bytes(12) + struct.pack('>II', scale, 0) + bytes(4))
                         + box(b'hdlr', bytes(8) + b'text' + bytes(13))
                         + box(b'minf', box(b'stbl', tables))))
    reference = box(b'tref', box(b'chap', struct.pack('>I', number)))
    movie = (data[start + 8:track] + box(b'trak', data[track + 8:end] + reference) + chapters
             + data[end:])
    return data[:start] + box(b'free', b''.join(bodies)) + box(b'moov', movie)
