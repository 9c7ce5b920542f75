# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a sample knows from its file: title, artist, loop, cues, tempo, root note, gain. Each file
is written here, byte by byte or by FFmpeg, and what comes of it is compared with arithmetic."""

import struct
import subprocess
import sys
import threading

import gi
import numpy
import pytest

from hostile.facts import (acid, adtl, chapter, chpl, comt, cue, cue_sheet, field, flac, flac_block,
                           id3_frame, id3_tag, info, inst, instrument, item, items, labl, ltxt,
                           mark, ogg_flac, opus, plain_flac, smpl, speex, synchsafe,
                           unsynchronised, user_data, vorbis)
from hostile.sounds import aiff, big_chunk, box, chunk, encode, fmt, pcm, rf64, riff
from sound_files import ffmpeg

gi.require_version('Flitzis', '1')
from gi.repository import Flitzis, Gio, GLib  # noqa: E402

N_FRAMES = 4800
RATES = (48000, 44100, 96000, 22050)

NOTHING = {'title': None, 'artist': None, 'has_loop': False, 'loop_start': 0, 'loop_end': 0,
           'loop_count': 0, 'tempo': 0.0, 'root_note': -1, 'track_gain': 0.0, 'track_peak': 0.0,
           'cues': [], 'warnings': []}


def facts_of(sample):
    """All that is not as in a file which says nothing."""
    facts = {name: getattr(sample.props, name) for name in NOTHING}
    facts['cues'] = [(cue.props.frame, cue.props.label) for cue in facts['cues']]
    return {name: value for name, value in facts.items() if value != NOTHING[name]}


def converted(frame, source_rate, rate):
    """The nearest frame; halves go up, as for the length of what is resampled."""
    return (2 * frame * rate + source_rate) // (2 * source_rate)


# WAV


def wav(*behind, before=(), rate=48000, n_frames=N_FRAMES):
    return riff(chunk(b'fmt ', fmt(rate=rate)), *before, chunk(b'data', pcm(n_frames=n_frames)),
                *behind)


def test_a_file_that_says_nothing(load_sample):
    sample = load_sample(wav())
    assert facts_of(sample) == {}
    assert isinstance(sample.props.cues, Gio.ListModel)
    assert sample.props.cues.get_item_type() == Flitzis.Cue.__gtype__
    assert sample.props.cues.get_item(0) is None


def test_a_cue_is_the_same_object_for_all(load_sample):
    cues = load_sample(wav(cue(*range(200)))).props.cues
    def read(found):
        found.extend(cues.get_item(i) for i in range(200))
    lists = [[] for _ in range(4)]
    threads = [threading.Thread(target=read, args=(found,)) for found in lists]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(found == lists[0] for found in lists)
    assert [item.props.frame for item in lists[0]] == list(range(200))
    assert cues.get_item(200) is None


def test_a_sample_of_bytes_says_nothing():
    made = Flitzis.Sample.new(GLib.Bytes.new(bytes(400)), 1, 48000)
    assert facts_of(made) == {} == facts_of(Flitzis.Sample())


@pytest.mark.parametrize('rate', RATES)
@pytest.mark.parametrize('source_rate', RATES)
def test_the_loop_of_a_wav_is_converted(source_rate, rate, load_sample):
    """Its end is the last frame, ours the one after it."""
    loops = ((0, 1001, 3998, 0),)
    sample = load_sample(wav(smpl(*loops), rate=source_rate), rate)
    assert facts_of(sample) == {'has_loop': True, 'loop_start': converted(1001, source_rate, rate),
                                'loop_end': converted(3999, source_rate, rate), 'root_note': 60}


@pytest.mark.parametrize('rate', RATES)
def test_a_loop_to_the_last_frame_ends_with_the_sample(rate, load_sample):
    sample = load_sample(wav(smpl((0, 0, N_FRAMES - 1, 3)), rate=44100), rate)
    assert facts_of(sample) == {'has_loop': True, 'loop_end': sample.props.n_frames,
                                'loop_count': 3, 'root_note': 60}


@pytest.mark.parametrize('place', ('before', 'behind'))
def test_all_that_a_wav_says(place, load_sample):
    chunks = (smpl((0, 100, 199, 2), root=57), cue(3000, 10, 20), inst(61), acid(97.5, 2, 62),
              adtl(labl(1, b'last'), ltxt(2, b'region'), labl(2, b'first'), labl(9, b'nobody')),
              info(INAM=b'A sound', IART='Künstler'.encode()))
    sample = load_sample(wav(before=chunks) if place == 'before' else wav(*chunks))
    assert facts_of(sample) == {
        'title': 'A sound', 'artist': 'Künstler', 'has_loop': True, 'loop_start': 100,
        'loop_end': 200, 'loop_count': 2, 'tempo': 97.5, 'root_note': 57,
        'cues': [(10, 'first'), (20, ''), (3000, 'last')]}


def test_a_region_names_its_cue(load_sample):
    sample = load_sample(wav(cue(5), adtl(ltxt(1, b'verse'))))
    assert facts_of(sample) == {'cues': [(5, 'verse')]}


@pytest.mark.parametrize('chunks, note', [
    ((inst(61), acid(0.0, 2, 62)), 61), ((acid(0.0, 2, 62),), 62), ((acid(0.0, 0, 62),), -1),
    ((acid(0.0, 2, 62), smpl(root=50), inst(61)), 50)])
def test_the_root_note_of_a_wav(chunks, note, load_sample):
    assert load_sample(wav(*chunks)).props.root_note == note


def test_text_that_is_not_utf_8(load_sample):
    """It is taken for Latin 1."""
    sample = load_sample(wav(info(INAM=b' \xdcber ')))
    assert facts_of(sample) == {'title': 'Über'}


def test_a_file_of_the_other_byte_order(load_sample):
    def big(data, layout):
        return struct.pack('>' + layout, *struct.unpack('<' + layout, data))

    def part(name, data):
        return name + struct.pack('>I', len(data)) + data + bytes(len(data) % 2)

    body = (b'WAVE' + part(b'fmt ', big(fmt(), 'HHIIHH'))
            + part(b'data', pcm(n_frames=N_FRAMES, kind='>i2'))
            + part(b'smpl', big(smpl((0, 7, 8, 5), root=40)[8:], '15I'))
            + part(b'acid', big(acid(150.0, 0)[8:], 'IHHfIHHf')))
    sample = load_sample(part(b'RIFX', body))
    assert facts_of(sample) == {'has_loop': True, 'loop_start': 7, 'loop_end': 9, 'loop_count': 5,
                                'root_note': 40, 'tempo': 150.0}


def test_chunks_behind_frames_of_more_than_4_gb_as_rf64_states_them(load_sample):
    sample = load_sample(rf64(pcm(n_frames=N_FRAMES), smpl((0, 1, 2, 0))))
    assert facts_of(sample) == {'has_loop': True, 'loop_start': 1, 'loop_end': 3, 'root_note': 60}


# Comments of FLAC, Vorbis, Opus and Speex


COMMENTED = {'flac': plain_flac, 'vorbis': vorbis, 'opus': opus, 'ogg-flac': ogg_flac}
# The rate that the frames of a loop count at; FFmpeg's file of Opus is of 48 kHz.
N_COMMENTED_FRAMES = 12000


@pytest.mark.parametrize('rate', (48000, 44100, 32000))
@pytest.mark.parametrize('kind', COMMENTED)
def test_comments(kind, rate, load_sample):
    sample = load_sample(COMMENTED[kind](
        b'TITLE=A sound', 'artist=Künstler'.encode(), b'BPM=99.5', b'LOOPSTART=1001',
        b'LoopLength=3000', b'LOOPCOUNT=4', b'REPLAYGAIN_TRACK_GAIN=-6.20 dB',
        b'REPLAYGAIN_TRACK_PEAK=0.988', b'nonsense', b'=', b'LOOPING=yes'), rate)
    assert sample.props.n_frames == converted(N_COMMENTED_FRAMES, 48000, rate)
    assert facts_of(sample) == {
        'title': 'A sound', 'artist': 'Künstler', 'tempo': 99.5, 'has_loop': True,
        'loop_start': converted(1001, 48000, rate), 'loop_end': converted(4001, 48000, rate),
        'loop_count': 4, 'track_gain': -6.2, 'track_peak': 0.988}


def test_comments_of_speex(load_sample):
    assert facts_of(load_sample(speex(b'TITLE=Speech'))) == {'title': 'Speech'}


@pytest.mark.parametrize('pairs, loop', [
    ((b'LOOPSTART=10', b'LOOPEND=20'), (10, 20)),
    ((b'LOOP_START=10', b'LOOP-END=20'), (10, 20)),
    ((b'LOOPEND=20', b'LOOPLENGTH=15', b'LOOPSTART=10'), (10, 20)),
    ((b'LOOPLENGTH=15', b'LOOPSTART=10'), (10, 25)),
    ((b'LOOPSTART=10', b'LOOPSTART=11'), (10, 12000)),
    ((b'LOOPSTART=0', b'LOOPLENGTH=12000'), (0, 12000)),
    ((b'LOOPLENGTH=15',), (0, 15))])
@pytest.mark.parametrize('kind', ('flac', 'opus'))
def test_loops_of_comments(kind, pairs, loop, load_sample):
    assert facts_of(load_sample(COMMENTED[kind](*pairs))) == {
        name: value for name, value in zip(('has_loop', 'loop_start', 'loop_end'), (True, *loop))
        if value}


def test_the_loop_of_opus_counts_from_the_first_frame_that_is_heard(load_sample):
    """A click is where the loop begins, behind what the encoder puts in front."""
    frames = numpy.zeros(24000)
    frames[12000] = 0.9
    made = ffmpeg('-f', 'f32le', '-ar', 48000, '-ac', 1, '-i', '-', '-c:a', 'libopus', '-b:a',
                  '128k', '-metadata', 'LOOPSTART=12000', '-f', 'opus', '-',
                  data=frames.astype('<f4').tobytes())
    sample = load_sample(made)
    loudest = int(numpy.argmax(numpy.abs(numpy.asarray(sample)[:, 0])))
    assert abs(loudest - sample.props.loop_start) <= 1


def test_opus_states_its_gain_in_its_own_way(load_sample):
    """In steps of 1/256 dB, for 5 dB less than ReplayGain aims at."""
    assert load_sample(opus(b'R128_TRACK_GAIN=-1280')).props.track_gain == -5.0 + 5.0
    assert load_sample(opus(b'R128_TRACK_GAIN=300')).props.track_gain == 300 / 256 + 5.0


@pytest.mark.parametrize('pair, words', [
    (b'LOOPSTART=abc', 'LOOPSTART was ignored: it is no number of frames'),
    (b'LOOPSTART=-5', 'LOOPSTART was ignored: it is no number of frames'),
    (b'LOOPEND=99999999999999999999', 'LOOPEND was ignored: it is no number of frames'),
    (b'LOOPLENGTH=1.5', 'LOOPLENGTH was ignored: it is no number of frames'),
    (b'LOOPCOUNT=often', 'LOOPCOUNT was ignored: it is no number'),
    (b'LOOPEND=12001', 'The loop from 0 to 12001 was ignored: it ends after the end of the sound'),
    (b'LOOPSTART=12001', 'The loop from 12001 on was ignored: it begins after the end of the '
                         'sound'),
    (b'LOOPLENGTH=0', 'The loop from 0 to 0 was ignored: it ends before it begins'),
    (b'BPM=fast', 'The tempo was ignored: nan beats a minute make no sense'),
    (b'REPLAYGAIN_TRACK_GAIN=1e9', 'The gain of the track was ignored: 1e+09 dB make no sense'),
    (b'REPLAYGAIN_TRACK_PEAK=-1', 'The peak of the track was ignored: -1 makes no sense'),
    (b'CHAPTER001=soon', 'CHAPTER001 was ignored: it is no time')])
def test_comments_that_make_no_sense(pair, words, load_sample):
    assert facts_of(load_sample(plain_flac(pair))) == {'warnings': [words]}


def test_chapters_of_comments(load_sample):
    sample = load_sample(vorbis(
        b'CHAPTER001=00:00:00.000', b'CHAPTER001NAME=Start', b'CHAPTER002=00:00:00.1001',
        b'CHAPTER003=0:0:0.2', b'CHAPTER003NAME=End', b'CHAPTER003URL=nowhere'), 44100)
    assert facts_of(sample) == {'cues': [(0, 'Start'), (4414, ''), (8820, 'End')]}


def test_comments_that_span_pages(load_sample):
    """Behind a picture of 100 kB."""
    made = ffmpeg('-f', 'f32le', '-ar', 48000, '-ac', 1, '-i', '-', '-c:a', 'libvorbis',
                  '-metadata', 'a=' + 'x' * 100000, '-metadata', 'title=behind', '-f', 'ogg', '-',
                  data=bytes(48000))
    assert facts_of(load_sample(made)) == {'title': 'behind'}


def test_the_comments_of_the_first_stream_count(load_sample):
    assert facts_of(load_sample(vorbis(b'TITLE=first') + encode()['b.ogg'])) == {'title': 'first'}


# Cue sheets of FLAC


@pytest.mark.parametrize('rate', (48000, 44100))
def test_a_cue_sheet(rate, load_sample):
    sample = load_sample(flac(cue_sheet(
        (0, 1, (0, 1)), (3001, 2, (0, 0), (588, 1), (1176, 2)), (6000, 3), (12000, 170))), rate)
    assert facts_of(sample) == {'cues': [
        (converted(frame, 48000, rate), label)
        for frame, label in ((0, '1'), (3589, '2'), (4177, '2.2'), (6000, '3'))]}


def test_a_broken_cue_sheet_prints_nothing(tmp_path):
    """Neither we nor GStreamer complain of it to the terminal."""
    (tmp_path / 'a.flac').write_bytes(flac(flac_block(5, b'\xff' * 500)))
    script = ('import gi, sys; gi.require_version("Flitzis", "1"); '
              'from gi.repository import Flitzis; Flitzis.Engine().load_sample(0, sys.argv[1])')
    result = subprocess.run([sys.executable, '-c', script, tmp_path / 'a.flac'],
                            capture_output=True, text=True, timeout=60)
    assert (result.returncode, result.stderr) == (0, '')


# AIFF


@pytest.mark.parametrize('rate', (48000, 44100))
def test_all_that_an_aiff_says(rate, load_sample):
    """A marker lies between two frames, so the end of a loop is the frame after it, as ours."""
    sample = load_sample(aiff() + mark((1, 1001, b'in'), (7, 4001, b''), (3, 12000, b'the end'))
                         + instrument(48, 1, 1, 7) + comt((0, b'nothing'), (7, b'a comment'))
                         + big_chunk(b'NAME', b'A sound') + big_chunk(b'AUTH', b'K\xfcnstler'),
                         rate)
    assert facts_of(sample) == {
        'title': 'A sound', 'artist': 'Künstler', 'has_loop': True, 'root_note': 48,
        'loop_start': converted(1001, 48000, rate), 'loop_end': converted(4001, 48000, rate),
        'cues': [(converted(1001, 48000, rate), 'in'), (converted(4001, 48000, rate), 'a comment'),
                 (converted(12000, 48000, rate), 'the end')]}


def test_an_aiff_with_its_facts_in_front(load_sample):
    data = aiff()
    facts = mark((1, 0, b''), (2, 5, b'')) + instrument(60, 1, 1, 2)
    sample = load_sample(data[:12] + facts + data[12:])
    assert (sample.props.loop_start, sample.props.loop_end) == (0, 5)


@pytest.mark.parametrize('mode, start, end, words', [
    (1, 1, 9, 'The loop was ignored: its markers are missing'),
    (1, 2, 1, 'The loop from 200 to 100 was ignored: it ends before it begins'),
    (1, 1, 1, 'The loop from 100 to 100 was ignored: it ends before it begins'),
    (2, 1, 2, 'A loop was ignored: only those that play forwards are read')])
def test_loops_of_an_aiff_that_make_no_sense(mode, start, end, words, load_sample):
    sample = load_sample(aiff() + mark((1, 100, b''), (2, 200, b''))
                         + instrument(60, mode, start, end))
    assert facts_of(sample) == {'root_note': 60, 'cues': [(100, ''), (200, '')],
                                'warnings': [words]}


# ID3v2


def text_frames(version, encode_text):
    names = {2: (b'TT2', b'TP1', b'TBP', b'TXX')}.get(version, (b'TIT2', b'TPE1', b'TBPM', b'TXXX'))
    title, artist, tempo, pair = names
    zero = bytes(2 if encode_text('')[0] in (1, 2) else 1)
    return (id3_frame(version, title, encode_text('Ein Ton ä')),
            id3_frame(version, artist, encode_text('Künstler') + zero),
            id3_frame(version, tempo, encode_text('128')),
            id3_frame(version, pair, encode_text('replaygain_track_gain') + zero
                      + encode_text('-3.5 dB')[1:]))


ENCODINGS = {
    'latin-1': lambda text: b'\0' + text.encode('latin-1'),
    'utf-16': lambda text: b'\1\xff\xfe' + text.encode('utf-16-le'),
    'utf-16-big': lambda text: b'\1\xfe\xff' + text.encode('utf-16-be'),
    'utf-16-unmarked': lambda text: b'\2' + text.encode('utf-16-be'),
    'utf-8': lambda text: b'\3' + text.encode(),
}
TAGGED = {'title': 'Ein Ton ä', 'artist': 'Künstler', 'tempo': 128.0, 'track_gain': -3.5}


@pytest.mark.parametrize('encoding', ENCODINGS)
@pytest.mark.parametrize('version', (2, 3, 4))
def test_texts_of_id3(version, encoding, load_sample):
    tag = id3_tag(version, *text_frames(version, ENCODINGS[encoding]))
    assert facts_of(load_sample(tag + encode()['a.mp3'])) == TAGGED


@pytest.mark.parametrize('kind', ('a.aac', 'a.flac', 'bare.mp3'))
def test_id3_in_front_of_others(kind, load_sample):
    tag = id3_tag(3, *text_frames(3, ENCODINGS['utf-16']))
    sample = load_sample(tag + encode()[kind])
    assert {name: facts_of(sample)[name] for name in TAGGED} == TAGGED


def test_id3_in_a_chunk(load_sample):
    tag = id3_tag(4, *text_frames(4, ENCODINGS['utf-8']))
    assert facts_of(load_sample(wav(chunk(b'id3 ', tag)))) == TAGGED
    assert facts_of(load_sample(aiff() + big_chunk(b'ID3 ', tag))) == TAGGED


def test_a_tag_that_was_made_safe_for_old_players(load_sample):
    """Version 2.3 puts zeros in after the sizes are known, version 2.4 before, frame by frame."""
    frames = text_frames(3, ENCODINGS['utf-16'])
    assert facts_of(load_sample(id3_tag(3, *frames, flags=0x80) + encode()['a.mp3'])) == TAGGED
    safe = [frame[:4] + synchsafe(len(unsynchronised(frame[10:])) + 4) + b'\0\3'
            + synchsafe(len(frame) - 10) + unsynchronised(frame[10:]) for frame in frames]
    assert facts_of(load_sample(id3_tag(4, *safe, flags=0x80) + encode()['a.mp3'])) == TAGGED


@pytest.mark.parametrize('version, extension', [
    (3, struct.pack('>IHI', 6, 0, 0)), (4, synchsafe(6) + b'\1\0')])
def test_a_tag_with_more_at_its_head(version, extension, load_sample):
    tag = id3_tag(version, *text_frames(version, ENCODINGS['latin-1']), flags=0x40,
                  extension=extension)
    assert facts_of(load_sample(tag + encode()['a.mp3'])) == TAGGED


def test_frames_that_are_compressed_are_passed_over(load_sample):
    tag = id3_tag(3, id3_frame(3, b'TIT2', b'\0packed', 0x80), id3_frame(3, b'TPE1', b'\0who'),
                  id3_frame(3, b'TBPM', b'G\x0060', 0x20))
    assert facts_of(load_sample(tag + encode()['a.mp3'])) == {'artist': 'who', 'tempo': 60.0}


@pytest.mark.parametrize('rate', (48000, 44100))
@pytest.mark.parametrize('version', (3, 4))
def test_chapters_of_id3(version, rate, load_sample):
    """They are times, which count from the first frame that is heard."""
    title = id3_frame(version, b'TIT2', b'\0Verse')
    sample = load_sample(id3_tag(
        version, chapter(version, b'c1', 101, id3_frame(version, b'TXXX', b'\0a\0b'), title),
        chapter(version, b'c0', 0), chapter(version, b'c2', 99999)) + encode()['a.mp3'], rate)
    assert facts_of(sample) == {
        'cues': [(0, ''), (converted(101, 1000, rate), 'Verse')],
        'warnings': ['Cues were ignored, since they lie after the end of the sound: 1']}


def test_a_loop_of_id3(load_sample):
    tag = id3_tag(3, id3_frame(3, b'TXXX', b'\0LOOPSTART\x00100'),
                  id3_frame(3, b'TXXX', b'\0LOOPLENGTH\x00200'))
    sample = load_sample(tag + encode()['a.mp3'])
    assert facts_of(sample) == {'has_loop': True, 'loop_start': 100, 'loop_end': 300}


# MP4


@pytest.mark.parametrize('rate', (48000, 44100))
@pytest.mark.parametrize('name', ('a.m4a', 'alac.m4a', 'a.mov'))
def test_all_that_an_mp4_says(name, rate, load_sample):
    """Times and frames count from the first frame that is heard: AAC has 1024 in front of it."""
    sample = load_sample(user_data(
        name, chpl((0, b'Start'), (1010000, 'Ä'.encode())),
        items(item(b'\xa9nam', b'A sound'), item(b'\xa9ART', b'Who'),
              item(b'tmpo', struct.pack('>H', 130), 21), field(b'replaygain_track_gain', b'-1 dB'),
              field(b'LOOPSTART', b'1001'), field(b'LOOPEND', b'2001'))), rate)
    assert facts_of(sample) == {
        'title': 'A sound', 'artist': 'Who', 'tempo': 130.0, 'track_gain': -1.0, 'has_loop': True,
        'loop_start': converted(1001, 48000, rate), 'loop_end': converted(2001, 48000, rate),
        'cues': [(0, 'Start'), (converted(101, 1000, rate), 'Ä')]}


METADATA = """;FFMETADATA1
[CHAPTER]
TIMEBASE=1/1000
START=0
END=101
title=Start
[CHAPTER]
TIMEBASE=1/1000
START=101
END=250
title=Künste
"""


@pytest.mark.parametrize('rate', (48000, 44100))
@pytest.mark.parametrize('name', ('a.m4a', 'a.mov'))
def test_a_track_of_chapters(name, rate, load_sample, tmp_path):
    """FFmpeg writes the chapters twice; here they stand in their track alone."""
    (tmp_path / 'chapters').write_text(METADATA)
    ffmpeg('-f', 'f32le', '-ar', 48000, '-ac', 1, '-i', '-', '-i', tmp_path / 'chapters',
           '-map_chapters', 1, tmp_path / name, data=bytes(48000))
    data = (tmp_path / name).read_bytes()
    assert data.count(b'chpl') == 1
    sample = load_sample(data.replace(b'chpl', b'free'), rate)
    assert facts_of(sample) == {'cues': [(0, 'Start'), (converted(101, 1000, rate), 'Künste')]}
    assert facts_of(load_sample(data, rate)) == facts_of(sample)


def test_texts_of_quicktime(load_sample):
    def text(name, words):
        return box(name, struct.pack('>HH', len(words), 0x55c4) + words)
    sample = load_sample(user_data('a.mov', text(b'\xa9nam', b'A sound'), text(b'\xa9ART', b'Who')))
    assert facts_of(sample) == {'title': 'A sound', 'artist': 'Who'}


# Others, of which GStreamer tells


@pytest.mark.parametrize('rate', (48000, 44100))
@pytest.mark.parametrize('codec', ('flac', 'pcm_s16le', 'libvorbis'))
def test_what_a_matroska_says(codec, rate, load_sample, tmp_path):
    (tmp_path / 'chapters').write_text(METADATA)
    ffmpeg('-f', 'f32le', '-ar', 48000, '-ac', 1, '-i', '-', '-i', tmp_path / 'chapters',
           '-map_chapters', 1, '-metadata', 'title=A sound', '-metadata', 'artist=Who',
           '-c:a', codec, tmp_path / 'a.mka', data=bytes(48000))
    assert facts_of(load_sample(tmp_path / 'a.mka', rate)) == {
        'title': 'A sound', 'artist': 'Who',
        'cues': [(0, 'Start'), (converted(101, 1000, rate), 'Künste')]}


# The loop of a slot


LOOP = ('loop', 'loop_start', 'loop_end', 'loops')


def loop_of(slot):
    return tuple(getattr(slot.props, name) for name in LOOP)


def test_a_load_leaves_the_loop_alone(engine):
    """Unasked, no file changes how a slot plays."""
    engine.load_bytes(0, GLib.Bytes.new(wav(smpl((0, 100, 199, 2)))), None)
    assert not engine.get_slot(0).props.loop_from_file
    assert loop_of(engine.get_slot(0)) == (False, 0, 0, 0)


@pytest.mark.parametrize('rate', (48000, 44100))
def test_a_load_sets_the_loop_where_that_is_asked(rate, make_engine, iterate):
    engine = make_engine(sample_rate=rate)
    slot = engine.get_slot(0)
    slot.props.loop_from_file = True
    changed = []
    slot.connect('notify', lambda slot, spec: changed.append(spec.name))
    engine.load_bytes(0, GLib.Bytes.new(wav(smpl((0, 100, 199, 2)))), None)
    expected = (True, converted(100, 48000, rate), converted(200, 48000, rate), 2)
    assert loop_of(slot) == expected
    iterate(lambda: {'loop', 'loop-start', 'loop-end', 'loops', 'sample'} <= set(changed))

    # Neither a sample of the program's nor a load that fails changes it.
    engine.set_sample(0, None)
    engine.set_sample(0, Flitzis.Sample.new(GLib.Bytes.new(bytes(400)), 1, 48000))
    with pytest.raises(GLib.Error):
        engine.load_bytes(0, GLib.Bytes.new(b'nothing'), None)
    assert loop_of(slot) == expected

    # A loop that makes no sense is none.
    engine.load_bytes(0, GLib.Bytes.new(wav(smpl((0, 100, 99999, 2)))), None)
    assert loop_of(slot) == (False, 0, 0, 0)
    assert not engine.get_slot(1).props.loop_from_file


@pytest.mark.parametrize('count, rounds', ((1, 1), (2, 2), (5, 5), (0, 40)))
def test_the_loop_of_a_file_is_heard(count, rounds, engine):
    """To the bit: as often as the file says, then on to the end of the sample."""
    slot = engine.get_slot(0)
    slot.props.loop_from_file = True
    engine.load_bytes(0, GLib.Bytes.new(wav(smpl((0, 1000, 1999, count)))), None)
    frames = numpy.asarray(slot.props.sample)
    engine.play_sample(0, 1.0)
    expected = numpy.concatenate([frames[:2000], *[frames[1000:2000]] * (rounds - 1),
                                  frames[2000:]])[:20000]
    heard = numpy.frombuffer(engine.render(20000).get_data(), '<f4').reshape(-1, 2)
    assert numpy.array_equal(heard[:len(expected), :1], expected)
    assert not heard[len(expected):].any()


# What makes no sense


@pytest.mark.parametrize('loop, words', [
    ((0, 200, 198, 0), 'The loop from 200 to 199 was ignored: it ends before it begins'),
    ((0, 200, 199, 0), 'The loop from 200 to 200 was ignored: it ends before it begins'),
    ((0, 100, N_FRAMES, 0), 'The loop from 100 to 4801 was ignored: it ends after the end of the '
                            'sound'),
    ((0, N_FRAMES + 1, N_FRAMES + 9, 0), 'The loop from 4801 to 4810 was ignored: it begins after '
                                         'the end of the sound'),
    ((0, 0, 2**32 - 1, 0), 'The loop from 0 to 4294967296 was ignored: it ends after the end of '
                           'the sound'),
    ((1, 100, 199, 0), 'A loop was ignored: only those that play forwards are read'),
    ((2, 100, 199, 0), 'A loop was ignored: only those that play forwards are read')])
@pytest.mark.parametrize('rate', (48000, 44100))
def test_a_loop_that_makes_no_sense_is_ignored(loop, words, rate, load_sample):
    assert facts_of(load_sample(wav(smpl(loop)), rate)) == {'root_note': 60, 'warnings': [words]}


def test_the_first_loop_that_plays_forwards_is_taken(load_sample):
    sample = load_sample(wav(smpl((1, 0, 9, 0), (0, 10, 19, 0), (0, 20, 29, 0))))
    assert (sample.props.loop_start, sample.props.loop_end) == (10, 20)
    assert len(sample.props.warnings) == 1


def test_a_loop_that_no_frame_is_left_of(load_sample):
    sample = load_sample(wav(smpl((0, 101, 101, 0)), rate=96000), 22050)
    assert facts_of(sample) == {'root_note': 60, 'warnings': [
        'The loop from 101 to 102 was ignored: no frame of the sample is in it']}


def test_cues_after_the_end_are_ignored(load_sample):
    """One at the end is none of them: it is between two frames, as all are."""
    sample = load_sample(wav(cue(N_FRAMES, N_FRAMES + 1, 2**32 - 1, 3), adtl(labl(2, b'lost'))))
    assert facts_of(sample) == {
        'cues': [(3, ''), (N_FRAMES, '')],
        'warnings': ['Cues were ignored, since they lie after the end of the sound: 2']}


def test_numbers_that_make_no_sense_are_ignored(load_sample):
    sample = load_sample(wav(smpl(root=128), inst(64), acid(-3.0)))
    assert facts_of(sample) == {'root_note': 64, 'warnings': [
        'The root note was ignored: 128 is no note of MIDI',
        'The tempo was ignored: -3 beats a minute make no sense']}
    sample = load_sample(wav(acid(float('nan'))))
    assert sample.props.tempo == 0.0 and len(sample.props.warnings) == 1


def test_only_so_many_cues_are_kept(load_sample):
    sample = load_sample(wav(cue(*range(20000)), n_frames=20000))
    assert [item.props.frame for item in sample.props.cues] == list(range(16384))
    assert sample.props.warnings == ['Only the first 16384 cues were read']
