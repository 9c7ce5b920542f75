# SPDX-License-Identifier: LGPL-2.1-or-later
"""The part of pygame.mixer that programs use, on Flitzis. Put this file beside a program and change
a line:

    from pygame import mixer    becomes    import pygame_mixer as mixer
    import pygame               becomes    import pygame_mixer as pygame

Use the second line if the program says `pygame.mixer`, and uses nothing else of pygame but `init`,
`quit` and `error`. This module differs from pygame.mixer:

| pygame.mixer | here |
| --- | --- |
| mixes 16-bit integers and clips them | mixes floats, and passes them to the server as they are |
| starts a sound with the next buffer | starts it with the next block of the graph |
| cuts off a sound that is stopped | fades it out in 5 ms |
| has volumes in 128 steps | takes any volume from 0 to 1 |
| scales each side by its own volume | turns the two into a gain and a pan, to the same effect |
| reads WAV, Ogg and MP3, whole | reads what GStreamer reads |
| takes `size` for the output, too | takes `size` for buffers only; the output is stereo |
| shares an array with its `Sound` | copies the array: later changes are not heard |
| has any number of sounds | has 1024 sounds at a time, and 256 channels |
| plays music `loops` times, once for 0 | plays it `loops` times more, as pygame's manual says |
| starts queued music with the next buffer | starts it on the frame on which the other ends |
| posts the end event of music | posts it if the program has imported pygame and opened a window |
| has `get_raw`, `get_sdl_mixer_version` | does not have them |
| has `queue`, `get_queue`, `set_endevent`, `get_endevent` of a channel | does not have them |
| has `get_driver`, `get_soundfont`, `set_soundfont`, `set_source_location` | does not have them |
| counts failed modules in `pygame.init` | raises `error` there if there is no sound server |
"""

import collections
import contextlib
import math
import os
import sys
import threading
import weakref

import gi
import numpy

gi.require_version('Flitzis', '1')
from gi.repository import Flitzis, Gio, GLib  # noqa: E402

N_SOUNDS, MAX_CHANNELS = 1024, 256
N_TRACKS = 2  # the music that plays, and the music that follows it

# The ends of music that pygame reports; music that other music replaces ends without an event.
REPORTED = (Flitzis.EndReason.FINISHED, Flitzis.EndReason.STOPPED, Flitzis.EndReason.FAILED)

# The integers and floats of buffers, by `size`.
FORMATS = {8: 'u1', -8: 'i1', 16: 'u2', -16: 'i2', 32: 'f4'}


class error(RuntimeError):
    pass


class _Mixer:
    """All there is between init and quit."""

    def __init__(self, frequency, size, n_channels):
        self.format = frequency, size, n_channels
        self.ended = collections.deque()
        self.context = GLib.MainContext()
        self.context.push_thread_default()
        try:
            self.engine = Flitzis.Engine(sample_rate=frequency, n_slots=N_SOUNDS + N_TRACKS,
                                         n_voices=MAX_CHANNELS + N_TRACKS)
            self.engine.connect('voice-ended', self.note_ended)
        finally:
            self.context.pop_thread_default()
        self.play_trigger = self.engine.play
        self.is_over = False
        self.free_slots = list(range(N_SOUNDS))
        self.channels = [_State(number) for number in range(8)]
        self.n_reserved = 0
        self.dropped = set()  # voices of queued music that other queued music replaced
        self.track, self.next_track = (_Track(self.engine, N_SOUNDS + i) for i in range(N_TRACKS))

    def open(self):
        self.engine.start()
        # To iterate a context takes longer than a trigger, so calls leave it to a thread.
        threading.Thread(target=self.run, name='pygame_mixer', daemon=True).start()

    def run(self):
        while not self.is_over:
            self.context.iteration(True)

    def close(self):
        self.engine.stop()
        self.is_over = True
        self.context.wakeup()

    def note_ended(self, _engine, voice, slot, reason):
        self.ended.append(voice)
        if voice in self.dropped:
            self.dropped.remove(voice)
        elif slot >= N_SOUNDS and reason in REPORTED:
            _post(music._event)

    def look(self):
        """Learns which voices have ended since. Only here are channels cleared, in the thread of
        the caller: a voice may end before `play` has noted whose it is."""
        with contextlib.suppress(IndexError):  # another thread may look as well
            while self.ended:
                voice = self.ended.popleft()
                for state in self.channels:
                    if state.voice == voice:
                        state.clear()
                if self.track.voice == voice:
                    self.track.clear()
                    if self.next_track.is_loaded:
                        self.track, self.next_track = self.next_track, self.track
                        self.unload(self.next_track)

    def load(self, track, source):
        try:
            if isinstance(source, (str, os.PathLike)):
                self.engine.load_sample(track.slot, source)
            else:
                self.engine.load_bytes(track.slot, GLib.Bytes.new(source.read()))
        except GLib.Error as problem:
            raise error(problem.message) from None
        track.is_loaded = True
        track.clear()

    def unload(self, track):
        self.engine.unload_sample(track.slot)
        track.is_loaded = False
        track.clear()

    def queue(self):
        """Lets the queued music start when the other ends."""
        track = self.next_track
        if track.is_loaded and self.track.voice != 0:
            track.voice = self.engine.play_after(
                self.track.voice, Flitzis.Trigger(slot=track.slot, loops=max(0, track.loops + 1)))


class _Track:
    """A slot for music, and the voice that plays it."""

    def __init__(self, engine, slot):
        self.slot = slot
        self.is_loaded = False
        self.loops = 0
        self.clear()
        props = engine[slot].props
        props.gain, props.loop, props.priority = 1.0, True, 1
        props.storage, props.retrigger = Flitzis.Storage.AUTO, Flitzis.Retrigger.RESTART

    def clear(self):
        self.voice = 0
        self.n_paused_frames = 0
        self.pause_frame = None


def _post(event):
    """Sends an event to the program, if it uses pygame for its window."""
    pygame = sys.modules.get('pygame')
    if event != 0 and pygame is not None and pygame.display.get_init():
        pygame.event.post(pygame.event.Event(event))


class _State:
    """What a channel plays."""

    def __init__(self, number):
        self.channel = Channel.__new__(Channel)  # as there is one, its number is not to be checked
        self.channel._id = number
        self.clear()
        self.volume = 1.0

    def clear(self):
        self.voice = 0
        self.sound = None


_mixer = None
_defaults = {'frequency': 44100, 'size': -16, 'channels': 2, 'buffer': 512}


def _get():
    if _mixer is None:
        raise error('mixer not initialized')
    if _mixer.ended:
        _mixer.look()
    return _mixer


def _translate(problem):
    """An error as pygame raises it."""
    if problem.matches(Gio.io_error_quark(), Gio.IOErrorEnum.NOT_FOUND):
        return FileNotFoundError(problem.message)
    return error(problem.message)


@contextlib.contextmanager
def _errors():
    try:
        yield
    except GLib.Error as problem:
        raise _translate(problem) from None


def pre_init(frequency=44100, size=-16, channels=2, buffer=512, *_ignored, **_also):
    given = {'frequency': frequency, 'size': size, 'channels': channels, 'buffer': buffer}
    _defaults.update({name: value for name, value in given.items() if value != 0})


def init(frequency=0, size=0, channels=0, buffer=0, *_ignored, **_also):
    global _mixer
    if _mixer is not None:
        return
    size = size or _defaults['size']
    if size not in FORMATS:
        raise ValueError(f'unsupported size {size}')
    made = _Mixer(frequency or _defaults['frequency'], size, channels or _defaults['channels'])
    made.engine.props.latency_frames = buffer or _defaults['buffer']
    with _errors():
        made.open()
    _mixer = made


def quit():
    global _mixer
    if _mixer is not None:
        _mixer.close()
        _mixer = None


def get_init():
    return _mixer.format if _mixer is not None else None


def stop():
    for channel in _all():
        channel.stop()


def pause():
    for channel in _all():
        channel.pause()


def unpause():
    for channel in _all():
        channel.unpause()


def fadeout(time):
    for channel in _all():
        channel.fadeout(time)


def get_busy():
    return _mixer is not None and any(channel.get_busy() for channel in _all())


def set_num_channels(count):
    mixer = _get()
    if not 0 <= count <= MAX_CHANNELS:
        raise error(f'there are at most {MAX_CHANNELS} channels')
    for i in range(count, len(mixer.channels)):
        Channel(i).stop()
    mixer.channels[count:] = [_State(number) for number in range(len(mixer.channels), count)]


def get_num_channels():
    return len(_get().channels)


def set_reserved(count):
    mixer = _get()
    mixer.n_reserved = max(0, min(count, len(mixer.channels)))
    return mixer.n_reserved


def find_channel(force=False):
    """A channel that plays nothing; else None, or by force the one that has played for longest."""
    mixer = _get()
    number = _find_free(mixer, 0)
    if number is None and force and mixer.channels:
        number = min(range(len(mixer.channels)), key=lambda i: mixer.channels[i].voice)
    return Channel(number) if number is not None else None


def _find_free(mixer, first):
    for number in range(first, len(mixer.channels)):
        if mixer.channels[number].voice == 0:
            return number
    return None


def _start(mixer, state, sound, loops, maxtime, fade_ms):
    trigger = sound._trigger
    if loops != 0 or maxtime > 0 or fade_ms > 0:
        trigger = Flitzis.Trigger(slot=trigger.slot, loops=max(0, loops + 1))
        if fade_ms > 0:
            trigger.fade_in = min(fade_ms / 1000, 60.0)
        if maxtime > 0:
            n_frames = max(1, maxtime * mixer.format[0] // 1000)
            trigger.stop_frame = mixer.engine.props.position + n_frames
    try:
        state.voice = mixer.play_trigger(trigger)
    except GLib.Error as problem:
        raise _translate(problem) from None
    state.sound, state.volume = sound if state.voice != 0 else None, 1.0


def _all():
    return [state.channel for state in _get().channels]


class Channel:
    def __init__(self, id):
        if not 0 <= id < len(_get().channels):
            raise IndexError('invalid channel index')
        self._id = id

    @property
    def _state(self):
        return _get().channels[self._id]

    def play(self, Sound, loops=0, maxtime=0, fade_ms=0):
        mixer, state = _get(), self._state
        self.stop()
        _start(mixer, state, Sound, loops, maxtime, fade_ms)

    def stop(self):
        mixer, state = _get(), self._state
        if state.voice != 0:
            mixer.engine.stop_voice(state.voice)
            mixer.engine.resume_voice(state.voice)
            state.clear()

    def pause(self):
        _get().engine.pause_voice(self._state.voice)

    def unpause(self):
        _get().engine.resume_voice(self._state.voice)

    def fadeout(self, time):
        _get().engine.stop_voice_with_fade(self._state.voice, max(0.0, min(time / 1000, 60.0)))

    def set_volume(self, left, right=None):
        mixer, state, is_one = _get(), self._state, right is None
        left, right = (max(0.0, min(1.0, left if side is None else side)) for side in (left, right))
        state.volume = left if is_one else 1.0
        # The pan keeps the power, and is 1 in the middle.
        gain, pan = math.sqrt((left * left + right * right) / 2), 0.0
        if gain > 0.0:
            pan = math.atan2(right, left) / (math.pi / 4) - 1.0
        mixer.engine.set_voice_gain(state.voice, gain)
        mixer.engine.set_voice_pan(state.voice, pan)

    def get_volume(self):
        return self._state.volume

    def get_busy(self):
        return self._state.voice != 0

    def get_sound(self):
        return self._state.sound


class Sound:
    def __init__(self, source=None, *, file=None, buffer=None, array=None):
        mixer = _get()
        given = [each for each in (source, file, buffer, array) if each is not None]
        if len(given) != 1:
            raise TypeError('Sound takes exactly 1 argument')
        [what] = given
        if not mixer.free_slots:
            raise error(f'there are at most {N_SOUNDS} sounds')
        self._mixer = mixer
        self._slot = mixer.free_slots[-1]
        with _errors():
            if isinstance(what, (str, os.PathLike)):
                mixer.engine.load_sample(self._slot, what)
            elif hasattr(what, 'read'):
                mixer.engine.load_bytes(self._slot, GLib.Bytes.new(what.read()))
            else:
                mixer.engine.set_sample(self._slot, self._read(what))
        mixer.free_slots.pop()
        slot = mixer.engine[self._slot]
        slot.props.gain, slot.props.loop = 1.0, True  # how often, a trigger says
        self._length = slot.props.sample.props.duration
        self._trigger = Flitzis.Trigger(slot=self._slot, loops=1)
        weakref.finalize(self, self._forget, mixer, self._slot)

    @staticmethod
    def _forget(mixer, slot):
        mixer.engine.unload_sample(slot)
        mixer.free_slots.append(slot)

    def _read(self, data):
        """A sample of a buffer in the format of the mixer, or of the like array of numpy's."""
        frequency, size, n_channels = self._mixer.format
        if not hasattr(data, 'dtype'):
            data = numpy.frombuffer(data, FORMATS[size])
            data = data[:len(data) // n_channels * n_channels].reshape(-1, n_channels)
        return Flitzis.Sample.from_array(data, frequency)

    def play(self, loops=0, maxtime=0, fade_ms=0):
        mixer = _get()
        number = _find_free(mixer, mixer.n_reserved)
        if number is None:
            return None
        _start(mixer, mixer.channels[number], self, loops, maxtime, fade_ms)
        return mixer.channels[number].channel

    def _get_channels(self):
        return [channel for channel in _all() if channel.get_sound() is self]

    def stop(self):
        for channel in self._get_channels():
            channel.stop()

    def fadeout(self, time):
        for channel in self._get_channels():
            channel.fadeout(time)

    def set_volume(self, value):
        if value >= 0.0:  # less changes nothing in pygame either
            self._mixer.engine[self._slot].props.gain = min(value, 1.0)

    def get_volume(self):
        return self._mixer.engine[self._slot].props.gain

    def get_num_channels(self):
        return len(self._get_channels())

    def get_length(self):
        return self._length


class music:
    """Music is streamed if it is longer than 30 seconds."""
    _event = 0

    @staticmethod
    def _get_loaded():
        mixer = _get()
        if not mixer.track.is_loaded:
            raise error('music not loaded')
        return mixer, mixer.track

    @staticmethod
    def load(filename, namehint=''):
        mixer = _get()
        mixer.load(mixer.track, filename)
        mixer.unload(mixer.next_track)

    @staticmethod
    def unload():
        mixer = _get()
        mixer.unload(mixer.track)
        mixer.unload(mixer.next_track)

    @staticmethod
    def play(loops=0, start=0.0, fade_ms=0):
        mixer, track = music._get_loaded()
        trigger = Flitzis.Trigger(slot=track.slot, loops=max(0, loops + 1))
        if fade_ms > 0:
            trigger.fade_in = min(fade_ms / 1000, 60.0)
        track.clear()
        with _errors():
            track.voice = mixer.play_trigger(trigger)
            if start > 0.0:
                mixer.engine.seek_voice(track.voice, round(start * mixer.format[0]))
            mixer.queue()

    @staticmethod
    def queue(filename, namehint='', loops=0):
        mixer = _get()
        with _errors():
            replaced = mixer.next_track.voice
            mixer.load(mixer.next_track, filename)
            if replaced != 0:
                mixer.dropped.add(replaced)
                mixer.engine.stop_voice(replaced)
            mixer.next_track.loops = loops
            mixer.queue()

    @staticmethod
    def rewind():
        mixer = _get()
        mixer.engine.seek_voice(mixer.track.voice, 0)

    @staticmethod
    def set_pos(pos):
        mixer, track = music._get_loaded()
        if track.voice == 0:
            raise error('music is not playing')
        mixer.engine.seek_voice(track.voice, round(max(0.0, pos) * mixer.format[0]))

    @staticmethod
    def stop():
        mixer = _get()
        mixer.unload(mixer.next_track)
        mixer.engine.stop_voice(mixer.track.voice)
        mixer.engine.resume_voice(mixer.track.voice)
        mixer.track.clear()

    @staticmethod
    def fadeout(time):
        mixer = _get()
        mixer.unload(mixer.next_track)
        mixer.engine.stop_voice_with_fade(mixer.track.voice, max(0.0, min(time / 1000, 60.0)))

    @staticmethod
    def pause():
        mixer = _get()
        if mixer.track.pause_frame is None:
            mixer.engine.pause_voice(mixer.track.voice)
            mixer.track.pause_frame = mixer.engine.props.position

    @staticmethod
    def unpause():
        mixer = _get()
        track, position = mixer.track, mixer.engine.props.position
        if track.pause_frame is not None:
            mixer.engine.resume_voice(track.voice)
            track.n_paused_frames += position - track.pause_frame
            track.pause_frame = None

    @staticmethod
    def set_volume(volume):
        mixer = _get()
        if volume >= 0.0:
            for track in (mixer.track, mixer.next_track):
                mixer.engine[track.slot].props.gain = min(volume, 1.0)

    @staticmethod
    def get_volume():
        mixer = _get()
        return mixer.engine[mixer.track.slot].props.gain

    @staticmethod
    def get_busy():
        track = _get().track
        return track.voice != 0 and track.pause_frame is None

    @staticmethod
    def get_pos():
        """The time that the music has played, in ms, without pauses and wherever it began."""
        mixer = _get()
        track = mixer.track
        if track.voice == 0:
            return -1
        start = mixer.engine.get_voice_start_frame(track.voice)
        if start < 0:
            return 0
        now = mixer.engine.props.position if track.pause_frame is None else track.pause_frame
        return max(0, now - start - track.n_paused_frames) * 1000 // mixer.format[0]

    @staticmethod
    def set_endevent(type=0):
        music._event = type

    @staticmethod
    def get_endevent():
        return music._event


SoundType, ChannelType = Sound, Channel
mixer = sys.modules[__name__]
