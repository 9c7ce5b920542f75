# SPDX-License-Identifier: LGPL-2.1-or-later
"""Rendering to files: what is in them against what `render` computes, and that a file is there
whole or not at all."""

import contextlib
import os
import pathlib
import resource
import struct
import subprocess
import sys
import threading

import gi
import numpy
import pytest

gi.require_version('Flitzis', '1')
from gi.repository import Flitzis, Gio, GLib

from pipewire_daemon import CALM, numpy_of, poll, without_silence
from test_playing import assert_same, fails_with, fill, noise, render

ENDINGS = ('wav', 'flac')
FOREVER = 4 * 10 ** 8  # frames: hours, and not too many for a WAV file


def prepare(engine):
    """Something to render, louder than 1 in places: two voices, one of which ends in between."""
    engine.props.gain = 1.7
    fill(engine, 0, noise(1, 60000))
    fill(engine, 1, noise(2, 3000, 1))
    engine.play_sample(0, 1.0)
    engine.play_sample(1, 0.8)
    return engine


def read_wav(path):
    """The rate and the float32 frames of a WAV file that has nothing but them."""
    data = pathlib.Path(path).read_bytes()
    riff, size, kind, fmt, n_fmt, tag, n_channels, rate, n_bytes, block, bits, name, n_data = (
        struct.unpack_from('<4sI4s4sIHHIIHH4sI', data))
    assert (riff, kind, fmt, n_fmt, name) == (b'RIFF', b'WAVE', b'fmt ', 16, b'data')
    assert (tag, n_channels, block, bits) == (3, 2, 8, 32) and n_bytes == 8 * rate
    assert size == len(data) - 8 and n_data == len(data) - 44
    return rate, numpy.frombuffer(data, '<f4', offset=44).reshape(-1, 2)


def read_back(path, rate=48000):
    engine = Flitzis.Engine(sample_rate=rate)
    engine.load_sample(0, str(path))
    sample = engine.get_slot(0).props.sample
    assert (sample.props.n_channels, sample.props.source_rate) == (2, rate)
    return numpy_of(sample.get_bytes())


def as_24_bits(frames):
    steps = numpy.rint(numpy.clip(frames, -1, 1) * numpy.float64(2 ** 23))
    return (numpy.minimum(steps, 2 ** 23 - 1) / 2 ** 23).astype('<f4')


def export(iterate, engine, *arguments, **options):
    """What `finish` says, after the main context has called back."""
    results = []
    engine.render_to_file_async(*arguments, **options,
                                callback=lambda _engine, result: results.append(result))
    assert results == []
    iterate(lambda: results)
    return engine.render_to_file_finish(results[0])


@contextlib.contextmanager
def fails_with_io(code, *words):
    with pytest.raises(GLib.Error) as raised:
        yield
    assert raised.value.matches(Gio.io_error_quark(), code), raised.value
    assert all(word in raised.value.message for word in words), raised.value


# What is in the files


@pytest.mark.parametrize('n_frames', (1, 1000, 1024, 50000))
@pytest.mark.parametrize('rate', (44100, 48000, 192000))
def test_a_wav_file_has_the_bits_of_render(make_engine, tmp_path, rate, n_frames):
    path = tmp_path / 'a.wav'
    expected = render(prepare(make_engine(sample_rate=rate)), n_frames)
    assert prepare(make_engine(sample_rate=rate)).render_to_file(str(path), n_frames)
    read_rate, frames = read_wav(path)
    assert read_rate == rate
    assert_same(frames, expected)
    assert_same(read_back(path, rate), expected)


@pytest.mark.parametrize('n_frames', (1, 1000, 4608, 50000))
@pytest.mark.parametrize('rate', (44100, 48000, 192000))
def test_a_flac_file_has_24_bits_of_it(make_engine, tmp_path, capfd, rate, n_frames):
    """Rounded to the nearest step and clipped; its head says how many frames there are and what
    their checksum is, so the decoder of another library is asked, too. GStreamer has nothing to
    warn of, where all of it is one block of the encoder's neither."""
    path = tmp_path / 'a.flac'
    expected = render(prepare(make_engine(sample_rate=rate)), n_frames)
    assert n_frames < 1000 or numpy.abs(expected).max() > 1.1
    assert prepare(make_engine(sample_rate=rate)).render_to_file(str(path), n_frames)
    assert capfd.readouterr().err == ''
    assert_same(read_back(path, rate), as_24_bits(expected))
    head = path.read_bytes()[:42]
    assert head[:4] == b'fLaC' and any(head[26:42])
    assert int.from_bytes(head[18:26], 'big') & (1 << 36) - 1 == n_frames
    assert (head[20] & 1) << 4 | head[21] >> 4 == 24 - 1
    decoded = subprocess.run(['ffmpeg', '-v', 'error', '-xerror', '-i', path, '-f', 's32le', '-'],
                             check=True, capture_output=True)
    assert decoded.stderr == b''
    steps = numpy.frombuffer(decoded.stdout, '<i4').reshape(-1, 2) / 2 ** 31
    assert numpy.array_equal(steps.astype('<f4'), as_24_bits(expected))


@pytest.mark.parametrize('name', ('a.WAV', 'b.Flac', 'c.d.wav', 'ä “ö”.flac', b'\xff\xfe.wav'))
def test_the_ending_is_what_counts(engine, tmp_path, name):
    path = os.path.join(os.fsencode(tmp_path), os.fsencode(name))
    assert prepare(engine).render_to_file(path, 100)
    assert os.listdir(os.fsencode(tmp_path)) == [os.fsencode(name)]
    with open(path, 'rb') as file:
        assert file.read(4) == (b'RIFF' if path.lower().endswith(b'wav') else b'fLaC')


@pytest.mark.parametrize('ending', ENDINGS)
def test_it_goes_on_from_where_render_was(make_engine, tmp_path, iterate, ending):
    """`render`, a file, a file in the background, and `render` again are one sound."""
    paths = [tmp_path / f'{name}.{ending}' for name in 'ab']
    expected = render(prepare(make_engine()), 50000)
    engine = prepare(make_engine())
    assert_same(render(engine, 777), expected[:777])
    assert engine.render_to_file(str(paths[0]), 20001)
    assert engine.props.position == 20778
    assert export(iterate, engine, str(paths[1]), 10000)
    assert engine.props.position == 30778
    assert_same(render(engine, 19222), expected[30778:])
    for path, part in zip(paths, (expected[777:20778], expected[20778:30778])):
        assert_same(read_back(path), part if ending == 'wav' else as_24_bits(part))


def test_a_long_file_takes_no_memory(engine, tmp_path):
    """40 MB of it."""
    def peak():
        return int(pathlib.Path('/proc/self/status').read_text().split('VmHWM:')[1].split()[0])
    engine.render_to_file(str(tmp_path / 'a.wav'), 1000)
    pathlib.Path('/proc/self/clear_refs').write_text('5')
    before = peak()
    assert engine.render_to_file(str(tmp_path / 'a.wav'), 5 * 10 ** 6)
    assert (tmp_path / 'a.wav').stat().st_size == 44 + 4 * 10 ** 7
    assert peak() - before < 8000


# In the background


def test_progress_is_told_on_the_main_context(engine, tmp_path):
    """At most a hundred times, to a loop that has time for more, and before the end is."""
    told, loop = [], GLib.MainLoop()
    n_frames = 3 * 10 ** 6

    def done(engine, result):
        assert engine.render_to_file_finish(result)
        told.append('done')
        loop.quit()
    prepare(engine).render_to_file_async(
        str(tmp_path / 'a.wav'), n_frames, callback=done,
        progress=lambda done, total, _data: told.append((done, total, threading.get_ident())))
    loop.run()
    assert told.pop() == 'done' and 1 <= len(told) <= 100
    assert {each[1:] for each in told} == {(n_frames, threading.get_ident())}
    steps = [each[0] for each in told]
    assert steps == sorted(set(steps)) and steps[-1] == n_frames


def test_progress_in_javascript(tmp_path):
    """The callback is kept as long as it is needed, and a promise takes the place of the other."""
    script = tmp_path / 'a.js'
    script.write_text('''
        import Flitzis from 'gi://Flitzis?version=1';
        import Gio from 'gi://Gio';
        import GLib from 'gi://GLib';
        import System from 'system';
        Gio._promisify(Flitzis.Engine.prototype, 'render_to_file_async', 'render_to_file_finish');
        const loop = GLib.MainLoop.new(null, false);
        const engine = Flitzis.Engine.new();
        const last = [];
        async function run() {
            print(await engine.render_to_file_async('a.flac', 300000, null, (done, total) => {
                System.gc();
                last.splice(0, 2, done, total);
            }));
            print(last);
            await engine.render_to_file_async('none/a.flac', 10, null, null);
        }
        run().catch(error => print(
            error.matches(Gio.IOErrorEnum, Gio.IOErrorEnum.NOT_FOUND))).finally(() => loop.quit());
        loop.run();
    ''')
    result = subprocess.run(['gjs', '-m', script], cwd=tmp_path, capture_output=True, text=True,
                            timeout=60)
    assert (result.stdout, result.stderr) == ('true\n300000,300000\ntrue\n', '')


@pytest.mark.parametrize('ending', ENDINGS)
def test_a_cancel_midway_leaves_nothing(engine, tmp_path, iterate, ending):
    """The position says how far it has come, and the engine goes on."""
    path = tmp_path / f'a.{ending}'
    path.write_text('what was there')
    cancellable = Gio.Cancellable()
    with fails_with_io(Gio.IOErrorEnum.CANCELLED):
        export(iterate, engine, str(path), FOREVER, cancellable,
               progress=lambda *_: cancellable.cancel())
    assert 0 < engine.props.position < FOREVER and engine.props.position % 1024 == 0
    assert os.listdir(tmp_path) == [path.name] and path.read_text() == 'what was there'
    assert engine.render(10).get_size() == 80


def test_what_is_cancelled_beforehand_renders_nothing(engine, tmp_path, iterate):
    cancellable = Gio.Cancellable()
    cancellable.cancel()
    with fails_with_io(Gio.IOErrorEnum.CANCELLED):
        export(iterate, engine, str(tmp_path / 'a.wav'), 100, cancellable)
    assert engine.props.position == 0 and os.listdir(tmp_path) == []


def test_one_at_a_time_renders(engine, tmp_path, iterate):
    results = []
    cancellable = Gio.Cancellable()
    engine.render_to_file_async(str(tmp_path / 'a.wav'), FOREVER, cancellable,
                                callback=lambda _engine, result: results.append(result))
    poll(lambda: engine.props.position, 'the first block')
    with fails_with(Flitzis.EngineError.BUSY):
        engine.render(10)
    for ending in ENDINGS:
        with fails_with(Flitzis.EngineError.BUSY):
            engine.render_to_file(str(tmp_path / f'b.{ending}'), 10)
    cancellable.cancel()
    iterate(lambda: results)
    with fails_with_io(Gio.IOErrorEnum.CANCELLED):
        engine.render_to_file_finish(results[0])
    assert engine.render_to_file(str(tmp_path / 'c.wav'), 10)
    assert os.listdir(tmp_path) == ['c.wav']


def test_it_is_refused_while_the_engine_is_started(pipewire, engine, tmp_path):
    engine.start()
    with fails_with(Flitzis.EngineError.BUSY):
        engine.render_to_file(str(tmp_path / 'a.wav'), 10)
    assert os.listdir(tmp_path) == []


# What cannot be written


@pytest.fixture
def unmoved(engine):
    """Nothing was rendered by what was refused."""
    yield
    assert engine.props.position == 0


@pytest.mark.parametrize('name', ('a.wma', 'wav', 'flac', 'a.wav.m4a', 'a.wav/'))
def test_another_ending_is_invalid(engine, unmoved, tmp_path, name):
    with fails_with(Flitzis.EngineError.INVALID_VALUE, '.wav', '.flac', ' or .mp3',
                    name.strip('/')):
        engine.render_to_file(f'{tmp_path}/{name}', 10)
    assert os.listdir(tmp_path) == []


def test_no_name_and_no_frames_are_invalid(engine, unmoved, tmp_path):
    for path, n_frames in (('', 10), (str(tmp_path / 'a.wav'), 0)):
        with fails_with(Flitzis.EngineError.INVALID_VALUE):
            engine.render_to_file(path, n_frames)
    assert os.listdir(tmp_path) == []


def test_more_than_a_wav_file_can_count_is_too_large(engine, unmoved, tmp_path):
    with fails_with(Flitzis.EngineError.TOO_LARGE, 2 ** 29):
        engine.render_to_file(str(tmp_path / 'a.wav'), 2 ** 29)
    assert os.listdir(tmp_path) == []


def test_a_rate_that_flac_cannot_say_is_unsupported(make_engine, tmp_path):
    engine = make_engine(sample_rate=100001)
    with fails_with(Flitzis.EngineError.UNSUPPORTED, 'a.flac', 'flacenc', 100001):
        engine.render_to_file(str(tmp_path / 'a.flac'), 10)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize('name, code', (
    ('none/a.wav', Gio.IOErrorEnum.NOT_FOUND),
    ('file/a.wav', Gio.IOErrorEnum.NOT_DIRECTORY),
    ('folder.wav', Gio.IOErrorEnum.IS_DIRECTORY), ('pipe.wav', Gio.IOErrorEnum.NOT_REGULAR_FILE),
    ('loop.wav', Gio.IOErrorEnum.TOO_MANY_LINKS),
    ('x' * 300 + '.wav', Gio.IOErrorEnum.FILENAME_TOO_LONG)))
def test_the_file_system_says_why(engine, unmoved, tmp_path, name, code):
    (tmp_path / 'file').touch()
    (tmp_path / 'folder.wav').mkdir()
    (tmp_path / 'loop.wav').symlink_to('loop.wav')
    os.mkfifo(tmp_path / 'pipe.wav')
    before = sorted(tmp_path.rglob('*'))
    with fails_with_io(code, pathlib.Path(name).name):
        engine.render_to_file(str(tmp_path / name), 10)
    assert sorted(tmp_path.rglob('*')) == before


CHILD = '''
import gi, sys
gi.require_version('Flitzis', '1')
from gi.repository import Flitzis, Gio, GLib
for path in sys.argv[1:]:
    engine = Flitzis.Engine()
    try:
        engine.render_to_file(path, 100000)
    except GLib.Error as error:
        print(error.domain, error.code, error.message, engine.props.position > 0)
'''


def child(*paths, prefix=(), **environment):
    result = subprocess.run([*prefix, sys.executable, '-c', CHILD, *map(str, paths)],
                            capture_output=True, text=True, timeout=60,
                            env=dict(os.environ, **environment))
    assert (result.returncode, result.stderr) == (0, '')
    return result.stdout.splitlines()


def test_without_permission(tmp_path):
    """Neither a folder nor a file that may not be written to; root gives up its powers."""
    (tmp_path / 'folder').mkdir()
    (tmp_path / 'a.wav').write_text('what was there')
    (tmp_path / 'folder').chmod(0o555)
    (tmp_path / 'a.wav').chmod(0o444)
    prefix = ['setpriv', '--inh-caps=-all', '--bounding-set=-all'] if not os.geteuid() else []
    lines = child(tmp_path / 'folder/b.wav', tmp_path / 'a.wav', prefix=prefix)
    denied = f'g-io-error-quark {int(Gio.IOErrorEnum.PERMISSION_DENIED)} Could not write “%s.wav”'
    assert [line.partition(':')[0] for line in lines] == [denied % name for name in 'ba']
    assert sorted(path.name for path in tmp_path.rglob('*')) == ['a.wav', 'folder']
    assert (tmp_path / 'a.wav').read_text() == 'what was there'


FULL = '''
#include <errno.h>
#include <sys/types.h>
#include <unistd.h>
static ssize_t
put (int fd, const void *data, size_t size, off_t offset)
{
  static size_t left = 200;
  ssize_t written = -1;
  if (left == 0)
    errno = ENOSPC;
  else if (lseek (fd, offset, SEEK_SET) == offset)
    written = write (fd, data, size < left ? size : left);
  left -= written > 0 ? written : 0;
  return written;
}
ssize_t pwrite (int fd, const void *data, size_t size, off_t offset)
{ return put (fd, data, size, offset); }
ssize_t pwrite64 (int fd, const void *data, size_t size, off_t offset)
{ return put (fd, data, size, offset); }
'''


@pytest.mark.parametrize('ending', ENDINGS)
def test_a_full_disk(tmp_path, ending):
    """It takes a part of a block and then no more."""
    (tmp_path / 'full.c').write_text(FULL)
    full = tmp_path / 'full.so'
    subprocess.run(['cc', '-shared', '-fPIC', '-o', full, tmp_path / 'full.c'], check=True)
    folder = tmp_path / 'folder'
    folder.mkdir()
    path = folder / f'a.{ending}'
    path.write_text('what was there')
    assert child(path, LD_PRELOAD=str(full)) == [
        f'g-io-error-quark {int(Gio.IOErrorEnum.NO_SPACE)} Could not write “a.{ending}”: '
        'No space left on device True']
    assert os.listdir(folder) == [path.name] and path.read_text() == 'what was there'


def test_a_limit_that_is_reached_midway(engine, tmp_path):
    """An error that GStreamer has no word for keeps its own."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100000, limits[1]))
    try:
        with fails_with_io(Gio.IOErrorEnum.FAILED, 'a.wav', 'File too large'):
            engine.render_to_file(str(tmp_path / 'a.wav'), FOREVER)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert os.listdir(tmp_path) == []
    assert engine.props.position < 100000


def test_a_missing_encoder_is_named(tmp_path):
    empty = tmp_path / 'empty'
    empty.mkdir()
    lines = child(empty / 'a.wav', empty / 'a.flac', GST_PLUGIN_SYSTEM_PATH_1_0=str(empty),
                  GST_REGISTRY_1_0=str(tmp_path / 'registry'))
    code = int(Flitzis.EngineError.UNSUPPORTED)
    assert lines == [
        f'flitzis-engine-error-quark {code} Could not write “a.{ending}”: GStreamer has no '
        f'{ending}enc installed; Debian\'s package gstreamer1.0-plugins-good has it False'
        for ending in ENDINGS]
    assert os.listdir(empty) == []


def test_what_is_replaced_keeps_its_permissions_and_links(engine, tmp_path):
    target, link, dangling = (tmp_path / name for name in ('a.wav', 'link.wav', 'dangling.wav'))
    target.write_text('what was there')
    target.chmod(0o604)
    link.symlink_to('a.wav')
    dangling.symlink_to('none.wav')
    before = os.umask(0o027)
    try:
        for path in (link, dangling, tmp_path / 'new.wav'):
            assert engine.render_to_file(str(path), 10)
    finally:
        os.umask(before)
    assert link.is_symlink() and len(read_wav(target)[1]) == 10
    assert {path.name: oct(path.lstat().st_mode & 0o777) for path in tmp_path.iterdir()} == {
        'a.wav': '0o604', 'link.wav': '0o777', 'dangling.wav': '0o640', 'new.wav': '0o640'}


# The example


KIT = pathlib.Path('/usr/share/hydrogen/data/drumkits/GMRockKit')


def drum_pattern(source_dir, *arguments, **how):
    return subprocess.run([sys.executable, source_dir / 'examples/drum-pattern.py', *arguments],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
                          **how)


def test_the_drum_pattern_is_heard_as_it_is_written(source_dir, pipewire, tmp_path):
    """To the bit, from the first frame of the kick that sounds. A busy machine loses cycles of the
    graph, which are then missing from a take."""
    pipewire.force(quantum=CALM)
    path = tmp_path / 'pattern.wav'
    for _ in range(10):
        with pipewire.record() as recording:
            result = drum_pattern(source_dir, path, '--play', '--tempo=600')
            recording.wait(4800)
        assert (result.returncode, result.stderr) == (0, '')
        frames = without_silence(read_wav(path)[1])
        heard = without_silence(recording.frames)[:len(frames)]
        if numpy.array_equal(heard, frames):
            break
    assert_same(heard, frames)


def test_the_drum_pattern_is_in_time(source_dir, engine, tmp_path):
    """Four bars at 4/4: what `render` gives where each hit is triggered when its frame has come."""
    path = tmp_path / 'pattern.wav'
    step, n_frames = 6000, 64 * 6000 + 48000
    result = drum_pattern(source_dir, '--tempo=120', 'pattern.wav', cwd=tmp_path)
    assert (result.returncode, result.stdout) == (
        0, f'wrote 4 bars at 120 BPM, {n_frames / 48000:.1f} s, to {path}\n')
    for slot, name in enumerate(('Kick', 'Snare', 'HatClosed', 'HatOpen')):
        engine.load_sample(slot, str(KIT / f'{name}-Hard.wav'))
        engine.get_slot(slot).props.gain = 0.5
        engine.get_slot(slot).props.choke_group = slot // 2
    bar = ('X.....x.X.x.....', '....X..-.-..X..-', 'x-x-x-x-x-x-x-..', '..............x.')
    fill_in = ('X.....x.X.......', '....X..-x-xxXXXX', 'x-x-x-x-........', '........x.......')
    expected = []
    for hits in zip(*(3 * steps + last for steps, last in zip(bar, fill_in))):
        for slot, hit in enumerate(hits):
            if hit != '.':
                engine.play_sample(slot, {'X': 1.0, 'x': 0.7, '-': 0.4}[hit])
        expected.append(render(engine, step))
    expected = numpy.concatenate([*expected, render(engine, 48000)])
    assert numpy.abs(expected).max() > 0.1
    assert_same(read_wav(path)[1], expected)


def test_the_drum_pattern_says_what_is_missing(source_dir, tmp_path):
    result = drum_pattern(source_dir, tmp_path / 'a.wav', f'--kit={tmp_path}/none')
    assert result.returncode == 1 and 'apt-get install hydrogen-data' in result.stderr
    result = drum_pattern(source_dir, tmp_path / 'a.wav', f'--kit={tmp_path}')
    assert result.returncode == 1 and 'Kick-Hard.wav' in result.stderr
    for tempo in ('0', '-5', '19.9', '9999.1', 'nan', 'fast'):
        result = drum_pattern(source_dir, tmp_path / 'a.wav', f'--tempo={tempo}')
        assert result.returncode == 2 and tempo in result.stderr and 'usage:' in result.stderr
    assert not (tmp_path / 'a.wav').exists()
