# SPDX-License-Identifier: LGPL-2.1-or-later
"""One program on pygame.mixer and on examples/pygame_mixer.py: what it is told is the same, and so
is what sounds."""

import ast
import concurrent.futures
import importlib
import json
import os
import re
import subprocess
import sys

import numpy
import pytest

from pipewire_daemon import CALM
from test_playing import FADE, assert_same, noise, place, render

IMPORT = 'from pygame import mixer\n'
RATE = 48000

# All values are such that the 128 steps of pygame's volumes hold them.
TELL = '''
import io
import json
import sys
import time

import numpy

folder = sys.argv[1]
told = []


def tell(call, *arguments, **named):
    """Notes what a call returns or raises."""
    try:
        result = call(*arguments, **named)
    except Exception as problem:
        result = [each.__name__ for each in type(problem).__mro__]
    if not isinstance(result, (int, float, str, list, tuple, type(None))):
        result = type(result).__name__
    told.append([getattr(call, '__name__', ''), result])


def wait(thing, silence=0):
    end = time.monotonic() + 10
    while thing.get_busy():
        assert time.monotonic() < end
        time.sleep(0.01)
    time.sleep(silence)
'''

PROGRAM = IMPORT + TELL + '''

# Before init and at it
tell(mixer.get_init)
tell(mixer.get_busy)
tell(mixer.Sound, buffer=bytes(400))
tell(mixer.get_num_channels)
mixer.pre_init(48000, -16, 2, 512)
mixer.init()
mixer.init(22050)
tell(mixer.get_init)

# Sounds
for wrong in ('none.wav', 'text.wav'):
    tell(mixer.Sound, f'{folder}/{wrong}')
tell(mixer.Sound)
tell(mixer.Sound, 'a.wav', file='b.wav')
data = open(f'{folder}/sound.wav', 'rb').read()
sounds = [mixer.Sound(f'{folder}/sound.wav'), mixer.Sound(file=f'{folder}/sound.wav'),
          mixer.Sound(io.BytesIO(data)), mixer.Sound(buffer=data[-4 * 4800:]),
          mixer.Sound(data[-4 * 4800:]),
          mixer.Sound(array=numpy.frombuffer(data[-4 * 4800:], 'i2').reshape(-1, 2))]
told.append([round(sound.get_length(), 6) for sound in sounds])
sound, short = sounds[0], sounds[3]
long = mixer.Sound(buffer=bytes(4 * 48000 * 3))
for volume in (0.5, 2.0, -1.0, 0.0, 0.25):
    tell(sound.set_volume, volume)
    tell(sound.get_volume)

# Channels
tell(mixer.get_num_channels)
tell(mixer.set_num_channels, 3)
tell(mixer.get_num_channels)
tell(mixer.Channel, 3)
tell(mixer.Channel, -1)
tell(mixer.set_reserved, 1)
channels = [long.play(-1) for _ in range(3)]
told.append([channel is None for channel in channels])
told.append([mixer.Channel(i).get_busy() for i in range(3)])
told.append([mixer.Channel(i).get_sound() is long for i in range(3)])
tell(long.get_num_channels)
tell(mixer.find_channel)
tell(mixer.find_channel, True)
tell(mixer.find_channel, force=True)
tell(mixer.set_reserved, 99)
tell(mixer.find_channel)
tell(mixer.set_reserved, 0)
mixer.Channel(0).play(short)
tell(long.get_num_channels)
mixer.Channel(1).play(short)  # in place of what it played
told.append([mixer.Channel(i).get_sound() is short for i in range(3)])
wait(mixer.Channel(1))
told.append([mixer.Channel(i).get_busy() for i in range(3)])
told.append([mixer.Channel(i).get_sound() is None for i in range(3)])
tell(mixer.get_busy)
mixer.pause()
tell(mixer.get_busy)
mixer.unpause()
tell(mixer.get_busy)
long.stop()
tell(mixer.get_busy)
mixer.Channel(2).play(long, -1)
mixer.Channel(2).pause()
tell(mixer.Channel(2).get_busy)
mixer.Channel(2).unpause()
mixer.Channel(2).fadeout(50)
wait(mixer.Channel(2))
channel = long.play(maxtime=100)
wait(channel)
long.play(fade_ms=20)
long.fadeout(30)
wait(mixer)
long.play(), long.play()
mixer.fadeout(20)
wait(mixer)
long.play(), long.play()
mixer.stop()
tell(mixer.get_busy)
for volume in ([0.5], [0.25, 0.75], [0.5, 0.5], [1.5], [0.0]):
    channel = long.play()
    tell(channel.get_volume)
    tell(channel.set_volume, *volume)
    tell(channel.get_volume)
    channel.stop()

# What is heard
time.sleep(0.3)
sound.set_volume(0.5)
wait(sound.play(loops=2), 0.2)
sound.set_volume(1.0)
channel = mixer.find_channel()
channel.play(sound, loops=1)
channel.set_volume(0.25, 0.75)
wait(channel, 0.2)
for other in sounds[1:]:
    wait(other.play(), 0.2)
mixer.quit()
tell(mixer.get_init)
tell(mixer.Channel, 0)
tell(mixer.get_busy)
print(json.dumps(told))
'''


@pytest.fixture(scope='module')
def frames():
    """A tenth of a second as integers, which nowhere is silent."""
    frames = (noise(1, 4800) * 32767).astype('<i2')
    frames[abs(frames) < 200] = 200
    return frames


@pytest.fixture
def folder(frames, tmp_path):
    import wave
    with wave.open(str(tmp_path / 'sound.wav'), 'wb') as file:
        file.setparams((2, 2, RATE, 0, 'NONE', ''))
        file.writeframes(frames.tobytes())
    (tmp_path / 'text.wav').write_text('not a sound\n' * 100)
    return tmp_path


def run(program, folder, **environment):
    result = subprocess.run([sys.executable, '-c', program, folder], capture_output=True, text=True,
                            env=os.environ | environment, timeout=60)
    assert result.returncode == 0, result.stdout + result.stderr
    return json.loads(result.stdout.splitlines()[-1])


def parts_of(frames):
    """What sounds, between silences of more than 5 ms, which no sound has: on a busy machine those
    between them get short."""
    sounding = numpy.flatnonzero(frames.any(axis=1))
    breaks = numpy.flatnonzero(numpy.diff(sounding) > RATE // 200) + 1
    return [frames[part[0]:part[-1] + 1] for part in numpy.split(sounding, breaks)]


def test_a_program_plays_with_one_import_changed(folder, frames, pipewire, path):
    written = folder / 'written.raw'
    changed = PROGRAM.replace(IMPORT, 'import pygame_mixer as mixer\n', 1)
    pipewire.force(quantum=CALM)
    with concurrent.futures.ThreadPoolExecutor() as pool, pipewire.record() as recording:
        ours = pool.submit(run, changed, folder, PYTHONPATH=path)
        theirs = run(PROGRAM, folder, SDL_AUDIODRIVER='disk', SDL_DISKAUDIOFILE=str(written),
                     PYGAME_HIDE_SUPPORT_PROMPT='1')
        ours = ours.result()
        recording.wait(4800)
    assert len(theirs) > 60
    assert ours == theirs

    loud = frames / numpy.float32(32768)
    sides = numpy.array([0.25, 0.75], 'f4')
    expected = [numpy.tile(loud, (3, 1)) / 2, numpy.tile(loud, (2, 1)) * sides, *[loud] * 5]
    for heard in (numpy.frombuffer(written.read_bytes(), '<i2').reshape(-1, 2) / 32768,
                  recording.frames):
        # what was played before is over in a moment, or silent
        parts = parts_of(heard)[-len(expected):]
        for i, (part, other) in enumerate(zip(parts, expected, strict=True)):
            assert len(part) == len(other), i
            # the sides of the second were set when it had begun
            start = len(part) // 2 if i == 1 else 0
            numpy.testing.assert_allclose(part[start:], other[start:], atol=0.004)


MUSIC = IMPORT + TELL + '''
import pygame

music = mixer.music
sound = f'{folder}/sound.wav'
ended = pygame.USEREVENT + 1


def count_ends():
    return len([event for event in pygame.event.get() if event.type == ended])


def wait_for_ends(n):
    end = time.monotonic() + 10
    while n > 0:
        assert time.monotonic() < end
        n -= count_ends()
        time.sleep(0.01)


for function in (music.get_busy, music.get_volume, music.play, music.stop):
    tell(function)
tell(music.load, sound)
pygame.display.init()
mixer.init(48000, -16, 2, 512)

# Without music; pygame 2.1 crashes when get_pos is called before a play
tell(music.get_endevent)
for function in (music.get_busy, music.play, music.stop, music.pause, music.unpause, music.unload,
                 music.rewind):
    tell(function)
tell(music.set_pos, 0.0)
tell(music.fadeout, 10)
for wrong in ('none.wav', 'text.wav'):
    tell(music.load, f'{folder}/{wrong}')
    tell(music.queue, f'{folder}/{wrong}')
for volume in (0.5, 2.0, -1.0, 0.0, 0.25):
    tell(music.set_volume, volume)
    tell(music.get_volume)

# One file
tell(music.load, sound)
tell(music.get_busy)
tell(music.get_volume)
tell(music.set_pos, 0.0)
music.set_endevent(ended)
tell(music.get_endevent)
tell(music.play)
wait(music)
wait_for_ends(1)
tell(music.get_pos)
music.load(open(sound, 'rb'))
music.load(open(sound, 'rb'), 'wav')
music.play(loops=-1, fade_ms=50)
tell(music.get_busy)
tell(music.pause)
tell(music.get_busy)
told.append(music.get_pos() >= 0)
tell(music.unpause)
tell(music.get_busy)
tell(music.rewind)
tell(music.set_pos, 0.05)
music.play(-1, 0.05)
tell(count_ends)
tell(music.stop)
tell(music.get_busy)
tell(music.get_pos)
wait_for_ends(1)
music.play(-1)
tell(music.fadeout, 50)
wait(music)
wait_for_ends(1)

# Two files
music.play()
tell(music.queue, sound)
wait_for_ends(2)
tell(music.get_busy)
music.play(-1)
music.queue(sound)
music.stop()
wait_for_ends(1)
time.sleep(0.3)
tell(count_ends)
tell(music.get_busy)
music.play(-1)
music.unload()
tell(music.get_busy)
tell(music.play)
tell(music.set_endevent)
tell(music.get_endevent)
mixer.quit()
tell(music.get_busy)
print(json.dumps(told))
'''


def test_music_answers_as_pygames_does(folder, pipewire, path):
    changed = MUSIC.replace(IMPORT, 'import pygame_mixer as mixer\n', 1)
    environment = {'SDL_VIDEODRIVER': 'dummy', 'PYGAME_HIDE_SUPPORT_PROMPT': '1'}
    with concurrent.futures.ThreadPoolExecutor() as pool:
        ours = pool.submit(run, changed, folder, PYTHONPATH=path, **environment)
        theirs = run(MUSIC, folder, SDL_AUDIODRIVER='disk',
                     SDL_DISKAUDIOFILE=str(folder / 'music.raw'), **environment)
        ours = ours.result()
    assert len(theirs) > 50
    assert ours == theirs


@pytest.fixture
def offline(source_dir, monkeypatch):
    """The module, with an engine that renders in the test; `n_posted` counts the end events."""
    monkeypatch.syspath_prepend(source_dir / 'examples')
    module = importlib.import_module('pygame_mixer')
    monkeypatch.delitem(sys.modules, 'pygame_mixer')
    monkeypatch.setattr(module, '_mixer', module._Mixer(RATE, -16, 2))
    module.n_posted = 0

    def post(_event):
        module.n_posted += 1
    monkeypatch.setattr(module, '_post', post)
    return module


def hear(module, n_frames):
    heard = render(module._mixer.engine, n_frames)
    while module._mixer.context.iteration(False):
        pass
    return heard


@pytest.fixture(scope='module')
def songs(write_wav, tmp_path_factory):
    """Short, short, and so long that it is streamed: by name, the path and the frames."""
    folder = tmp_path_factory.mktemp('songs')
    made = {}
    for name, n_frames in (('a', 30001), ('b', 4801), ('long', 31 * RATE + 7)):
        frames = noise(len(made) + 1, n_frames)
        write_wav(folder / f'{name}.wav', frames)
        made[name] = str(folder / f'{name}.wav'), frames
    return made


def test_long_music_is_streamed(offline, songs):
    for name, is_streamed in (('b', False), ('long', True)):
        offline.music.load(songs[name][0])
        sample = offline._mixer.engine[offline._mixer.track.slot].props.sample
        assert (sample.get_bytes() is None) == is_streamed


def test_music_is_repeated(offline, songs):
    path, frames = songs['b']
    offline.music.load(path)
    for loops, n_times in ((0, 1), (2, 3)):
        offline.music.play(loops)
        assert_same(hear(offline, 20000), place(20000, (0, numpy.tile(frames, (n_times, 1)))))
        assert not offline.music.get_busy()
    offline.music.play(-1)
    assert_same(hear(offline, 20000), numpy.tile(frames, (5, 1))[:20000])
    assert offline.n_posted == 2


def test_queued_music_follows_on_the_frame(offline, songs):
    (a, a_frames), (b, b_frames), (long, long_frames) = songs.values()
    offline.music.load(a)
    offline.music.queue(a)
    offline.music.play(1)
    offline.music.queue(b)  # replaces what was queued
    offline.music.queue(long)
    heard = [hear(offline, 60003)]
    assert offline.music.get_busy() and offline.n_posted == 1
    assert offline.music.get_pos() == 0
    offline.music.queue(b, loops=1)
    heard.append(hear(offline, 32 * RATE))
    expected = numpy.concatenate([a_frames, a_frames, long_frames, b_frames, b_frames])
    assert_same(numpy.concatenate(heard), place(60003 + 32 * RATE, (0, expected)))
    assert not offline.music.get_busy() and offline.n_posted == 3
    assert offline.music.get_pos() == -1
    offline.music.play()  # the last one is loaded now
    assert_same(hear(offline, len(b_frames)), b_frames)


def test_queued_music_goes_with_what_it_follows(offline, songs):
    path, frames = songs['b']
    for end in (offline.music.stop, lambda: offline.music.fadeout(10),
                lambda: offline.music.load(path)):
        offline.music.load(path)
        offline.music.play(-1)
        hear(offline, 1000)
        offline.music.queue(songs['long'][0])
        end()
        hear(offline, 1000)
        assert not hear(offline, 2 * RATE).any()
        assert not offline.music.get_busy()
        offline.music.play()
        assert_same(hear(offline, RATE)[:len(frames)], frames)


def test_the_position_of_music_is_the_time_it_has_played(offline, songs):
    offline.music.load(songs['long'][0])
    assert offline.music.get_pos() == -1
    offline.music.play(start=20.0)
    assert offline.music.get_pos() == 0
    hear(offline, RATE)
    assert offline.music.get_pos() == 1000
    offline.music.pause()
    assert not offline.music.get_busy()
    hear(offline, RATE)
    assert offline.music.get_pos() == 1000
    offline.music.unpause()
    hear(offline, RATE // 2)
    offline.music.set_pos(5.0)
    hear(offline, RATE // 2)
    assert offline.music.get_pos() == 2000


def test_music_moves_to_a_place(offline, songs):
    """Within the 5 ms of a fade, or of 1 ms if it begins there."""
    path, frames = songs['long']
    offline.music.load(path)
    offline.music.play(start=20.0)
    assert_same(hear(offline, RATE)[48:], frames[20 * RATE:21 * RATE][48:])
    offline.music.set_pos(3.5)
    assert_same(hear(offline, RATE)[FADE:], frames[7 * RATE // 2:9 * RATE // 2][FADE:])
    offline.music.rewind()
    assert_same(hear(offline, RATE)[FADE:], frames[FADE:RATE])


def test_music_fades(offline, songs):
    path, frames = songs['a']
    offline.music.load(path)
    offline.music.set_volume(0.5)
    offline.music.play(-1, fade_ms=100)
    up = numpy.minimum(numpy.arange(1, 10001) / 4800, 1.0)[:, None]
    numpy.testing.assert_allclose(hear(offline, 10000), 0.5 * up * frames[:10000], atol=2e-4)
    offline.music.fadeout(100)
    down = numpy.maximum(1.0 - numpy.arange(1, 10001) / 4800, 0.0)[:, None]
    numpy.testing.assert_allclose(hear(offline, 10000), 0.5 * down * frames[10000:20000],
                                  atol=2e-4)
    assert not offline.music.get_busy() and offline.n_posted == 1
    offline.music.set_volume(1.0)
    offline.music.play()
    assert_same(hear(offline, 30001), frames)


AS_PYGAME = '''
import json
import sys
import time
import pygame_mixer as pygame

pygame.init()
sound = pygame.mixer.Sound(f'{sys.argv[1]}/sound.wav')
sound.play()
told = [pygame.mixer.get_init() == pygame.get_init(), pygame.mixer.get_busy()]
pygame.quit()
print(json.dumps([*told, pygame.mixer.get_init()]))
'''

CALLS = '''
import collections
import json
import sys
import pygame_mixer as mixer

mixer.init()
mixer.set_num_channels(32)
sound = mixer.Sound(f'{sys.argv[1]}/sound.wav')
verbs = collections.Counter()
n_calls = 0


class Engine:
    """The engine of the mixer, with its verbs counted."""

    def __init__(self, engine):
        self.engine = engine

    def __getattr__(self, name):
        verbs[name] += 1
        return getattr(self.engine, name)


def count(frame, event, _argument):
    global n_calls
    n_calls += event == 'call' and frame.f_code.co_filename == mixer.__file__


mixer._mixer.engine = Engine(mixer._mixer.engine)
sys.setprofile(count)
for _ in range(16):
    sound.play()
sys.setprofile(None)
n_playing = sum(mixer.Channel(i).get_sound() is sound for i in range(32))
print(json.dumps([n_playing, n_calls, dict(verbs)]))
'''


@pytest.fixture
def path(source_dir):
    """Where Python finds the module."""
    return f'{source_dir / "examples"}:{os.environ["PYTHONPATH"]}'


def test_the_module_is_pygame_and_its_mixer(folder, pipewire, path):
    assert run(AS_PYGAME, folder, PYTHONPATH=path) == [True, True, None]


def test_to_play_costs_few_calls(folder, pipewire, path):
    """Else a sound would cost many times what the trigger does: each call of Python is a tenth."""
    n_playing, n_calls, verbs = run(CALLS, folder, PYTHONPATH=path)
    assert n_playing == 16
    assert n_calls <= 16 * 4 and set(verbs) <= {'play'}


def test_what_is_missing_is_said(source_dir):
    """All names of pygame.mixer are there, or in the table."""
    program = ('import json, pygame.mixer as m; print(json.dumps({"": dir(m), "Channel": '
               'dir(m.Channel), "Sound": dir(m.Sound), "music": dir(m.music)}))')
    theirs = json.loads(subprocess.run([sys.executable, '-c', program], check=True, text=True,
                                       capture_output=True).stdout.splitlines()[-1])
    text = (source_dir / 'examples/pygame_mixer.py').read_text()
    tree = ast.parse(text)
    ours = {'': tree.body} | {node.name: node.body for node in tree.body
                              if isinstance(node, ast.ClassDef)}
    table = set(re.findall(r'`(\w+)`', ast.get_docstring(tree)))
    for owner, names in theirs.items():
        defined = {node.name for node in ours[owner]
                   if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
        public = {name for name in names if re.match('[A-Za-z]', name)} - {
            'SoundType', 'ChannelType', 'numpy', 'pygame', 'warnings'}
        assert public - defined - table == set(), owner


def test_the_table_stands_in_the_pages(source_dir):
    docstring = ast.get_docstring(ast.parse((source_dir / 'examples/pygame_mixer.py').read_text()))
    rows = [line for line in docstring.splitlines() if line.startswith('|')]
    assert len(rows) > 10
    assert '\n'.join(rows) in (source_dir / 'docs/coming-from.md').read_text()
