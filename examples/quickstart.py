# SPDX-License-Identifier: LGPL-2.1-or-later
"""Loads audio files into the slots of an engine and plays them one after the other: through
PipeWire where a server is in reach, into a WAV file otherwise. quickstart.sh runs it."""

import argparse
import array
import math
import os
import struct
import sys
import tempfile
import time

import gi

gi.require_version('Flitzis', '1')
from gi.repository import Flitzis, GLib  # noqa: E402

SOUNDS = '/usr/share/sounds/freedesktop/stereo'
SOUND_NAMES = ('bell', 'camera-shutter', 'complete', 'device-added', 'dialog-information',
               'message-new-instant', 'phone-outgoing-busy', 'service-login')
MAX_SECONDS = 3.0  # of each file
TAIL_SECONDS = 0.2  # for the last fade, and for what the server still holds
PATIENCE_SECONDS = 5.0  # with a server that never asks for sound
BLOCK = 1024


class NoSound(Exception):
    """The server took the stream and plays nothing."""


def peak_dbfs(sample):
    values = array.array('f', sample.get_bytes().get_data())
    peak = max(max(values), -min(values))
    return 20.0 * math.log10(peak) if peak > 0.0 else -math.inf


def load(engine, paths):
    """Loads each file into the next slot and prints the table; returns the names by slot."""
    names = {}
    width = max(len(os.path.basename(path)) for path in paths)
    print(f'slot  {"file":{width}}  seconds  channels  source rate -> engine rate  peak dBFS')
    for path in paths:
        slot, name = len(names), os.path.basename(path)
        try:
            engine.load_sample(slot, path)
        except GLib.Error as error:
            print(f'quickstart: {error.message}', file=sys.stderr)
            continue
        sample = engine.get_slot(slot).props.sample
        print(f'{slot:4}  {name:{width}}  {sample.props.duration:7.2f}'
              f'  {sample.props.n_channels:8}'
              f'  {sample.props.source_rate:11} -> {sample.props.sample_rate:<11}'
              f'  {peak_dbfs(sample):9.1f}')
        names[slot] = name
    return names


def play_all(engine, names, advance):
    """Plays the slots in turn; `advance ()` lets a little sound pass and signals arrive."""
    ended = set()

    def voice_ended(_engine, voice, slot, reason):
        print(f'voice {voice} (slot {slot}, {names[slot]}): {reason.value_nick}')
        ended.add(voice)

    handler = engine.connect('voice-ended', voice_ended)
    try:
        for slot in names:
            voice = engine.play_sample(slot, 1.0)
            if voice == 0:
                raise NoSound('the PipeWire server went away')
            last = engine.props.position + int(MAX_SECONDS * engine.props.sample_rate)
            while voice not in ended:
                advance()
                if engine.props.position >= last:
                    engine.stop_voice(voice)
        last = engine.props.position + int(TAIL_SECONDS * engine.props.sample_rate)
        while engine.props.position < last:
            advance()
    finally:
        engine.disconnect(handler)


def play_live(engine, names):
    context = GLib.MainContext.default()
    seen = [0, time.monotonic()]

    def advance():
        timer = GLib.timeout_add(20, lambda: GLib.SOURCE_CONTINUE)
        context.iteration(True)
        GLib.source_remove(timer)
        if engine.props.position != seen[0]:
            seen[:] = engine.props.position, time.monotonic()
        elif time.monotonic() - seen[1] > PATIENCE_SECONDS:
            raise NoSound('the PipeWire server plays nothing: no sink is linked')

    play_all(engine, names, advance)


def render(engine, names, path):
    context = GLib.MainContext.default()
    blocks = []

    def advance():
        blocks.append(engine.render(BLOCK).get_data())
        while context.pending():
            context.iteration(False)

    play_all(engine, names, advance)
    write_wav(path, b''.join(blocks), engine.props.sample_rate)


def write_wav(path, data, sample_rate):
    """Writes stereo 32-bit floats, as they are; the `wave` module knows integers only."""
    fmt = struct.pack('<HHIIHHH', 3, 2, sample_rate, sample_rate * 8, 8, 32, 0)
    fact = struct.pack('<I', len(data) // 8)
    chunks = b''.join(name + struct.pack('<I', len(chunk)) + chunk for name, chunk in
                      ((b'fmt ', fmt), (b'fact', fact), (b'data', data)))
    with open(path, 'wb') as file:
        file.write(b'RIFF' + struct.pack('<I', 4 + len(chunks)) + b'WAVE' + chunks)


def wav_name(text):
    if not text.lower().endswith('.wav'):
        raise argparse.ArgumentTypeError(f'{text} does not end in .wav')
    return text


def main():
    parser = argparse.ArgumentParser(prog='quickstart.sh', description='Plays audio files.')
    parser.add_argument('files', nargs='*', metavar='FILE',
                        help=f'what to play; without: sounds from {SOUNDS}')
    parser.add_argument('--render', metavar='OUT.wav', type=wav_name,
                        help='write a file instead of playing')
    arguments = parser.parse_intermixed_args()
    # Lines show as they come, in a pipe too; file names may be of any encoding.
    sys.stdout.reconfigure(line_buffering=True, errors='replace')
    paths = arguments.files or [f'{SOUNDS}/{name}.oga' for name in SOUND_NAMES]

    # By properties, so that there is a slot for each file.
    engine = Flitzis.Engine(n_slots=max(len(paths), Flitzis.DEFAULT_N_SLOTS),
                            client_name='Flitzis quickstart')
    names = load(engine, paths)
    if not names:
        return 1
    out = arguments.render
    if out is None:
        try:
            engine.start()
            play_live(engine, names)
        except (GLib.Error, NoSound) as error:
            out = os.path.join(tempfile.mkdtemp(prefix='flitzis-'), 'quickstart.wav')
            print(f'{getattr(error, "message", error)}; rendering to a file')
    engine.stop()
    status = 0 if len(names) == len(paths) else 1
    if out is None:
        return status
    # What still waits for a server that never asked for it is not to sound in the file.
    engine.stop_all_samples()
    try:
        render(engine, names, out)
    except OSError as error:
        print(f'quickstart: could not write the file: {error}', file=sys.stderr)
        return 1
    print(f'wrote {out}')
    return status


if __name__ == '__main__':
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
