#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Plays files one after the other, without a gap: play.py FILE ... [--loop] [--rate R]
[--target SINK], or writes what would be heard to a file: play.py FILE ... --render OUT.wav.
play.py --list shows the sinks."""

import argparse
import itertools
import math
import os
import shutil
import sys
import time

import gi

gi.require_version('Flitzis', '1')
from gi.repository import Flitzis, GLib  # noqa: E402

MAX_FILES = 4096
MIN_RATE, MAX_RATE = 0.25, 4.0
AHEAD_SECONDS = 1.0  # so far ahead of what is heard are files scheduled
TAIL_SECONDS = 0.2  # for what the server still holds when it has been given the last frame
REFRESH_SECONDS = 0.05
PATIENCE_SECONDS = 2.0  # with a server that has no sink, or does not say which is the default
BAR_COLUMNS = 24


class Player:
    """An engine with a file in each slot; each file is triggered on the frame where the one
    before it ends."""

    def __init__(self, n_slots, rate, target):
        self.engine = Flitzis.Engine(n_slots=n_slots, client_name='play.py', target=target)
        self.rate = rate
        self.names, self.lengths = [], []  # by slot; lengths in frames, as they are heard
        self.begun = []  # (frame, slot) of what is scheduled, the current file first
        self.end = 0

    def load(self, path):
        slot = self.engine.get_slot(len(self.names))
        self.engine.load_sample(slot.props.index, path)
        slot.props.playback_rate = self.rate
        self.names.append(os.path.basename(path))
        self.lengths.append(math.ceil(slot.props.sample.props.n_frames / self.rate))

    def schedule(self, slot):
        self.engine.play_sample_at(slot, 1.0, self.end)
        self.begun.append((self.end, slot))
        self.end += self.lengths[slot]

    def schedule_ahead(self, slots):
        """Schedules as many of the slots as are due."""
        while self.end < self.engine.props.position + self.frames(AHEAD_SECONDS):
            slot = next(slots, None)
            if slot is None:
                return
            self.schedule(slot)

    def frames(self, seconds):
        return int(seconds * self.engine.props.sample_rate)

    def progress(self):
        """The current slot, the seconds of it that have been heard, and those that it lasts."""
        position = self.engine.props.position
        while len(self.begun) > 1 and self.begun[1][0] <= position:
            self.begun.pop(0)
        first, slot = self.begun[0]
        length = self.lengths[slot]
        heard = (position - first) % length if position < self.end else length
        return slot, heard / self.engine.props.sample_rate, length / self.engine.props.sample_rate


class Line:
    """The line that is written anew while a file plays; in a pipe, a line for each file."""

    def __init__(self):
        self.slot = None

    def show(self, player, note):
        slot, heard, seconds = player.progress()
        head = f'{slot + 1}/{len(player.names)}  '
        if sys.stdout.isatty():
            n_filled = int(BAR_COLUMNS * heard / seconds)
            tail = (f'  {clock(heard)} / {clock(seconds)}'
                    f'  [{"#" * n_filled}{"." * (BAR_COLUMNS - n_filled)}]{note}')
            room = shutil.get_terminal_size().columns - 1
            name = player.names[slot][:max(room - len(head) - len(tail), 8)]
            print(f'\r{(head + name + tail)[:room]}\033[K', end='', flush=True)
        elif slot != self.slot:
            print(f'{head}{player.names[slot]}  {clock(seconds)}', flush=True)
        self.slot = slot


def clock(seconds):
    return f'{int(seconds // 60)}:{int(seconds * 10) % 600 / 10:04.1f}'


def fail(message):
    sys.exit(f'play.py: {message}')


def fail_without_sink(engine):
    if engine.props.state == Flitzis.State.STARTING and not engine.props.has_sink:
        fail('There is no sound output (sink). Plug one in, or see the sound settings.')


def list_sinks(engine):
    engine.start()
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not any(sink.props.is_default for sink in engine.get_sinks()):
        if time.monotonic() > deadline:
            fail_without_sink(engine)
            break
        time.sleep(REFRESH_SECONDS)
    sinks = list(engine.get_sinks())
    width = max((len(sink.props.name) for sink in sinks), default=0)
    for sink in sinks:
        mark = '*' if sink.props.is_default else ' '
        print(f'{mark} {sink.props.name:{width}}  {sink.props.description}')


def note(engine):
    return {Flitzis.State.STARTING: '  waiting for a sink',
            Flitzis.State.RECONNECTING: '  waiting for the server'}.get(engine.props.state, '')


def play(player, loop):
    engine, line = player.engine, Line()
    slots = iter(range(len(player.names)))
    if loop and len(player.names) == 1:
        engine.get_slot(0).props.loop = True  # seamless also where the rate is not 1
        player.schedule(next(slots))
        player.end = math.inf
    elif loop:
        slots = itertools.cycle(slots)
    player.schedule_ahead(slots)
    engine.start()
    target, names = engine.props.target, [sink.props.name for sink in engine.get_sinks()]
    if target is not None and target not in names:
        fail(f'There is no sink “{target}”; --list shows those that there are.')
    deadline = time.monotonic() + PATIENCE_SECONDS
    try:
        while engine.props.position < player.end + player.frames(TAIL_SECONDS):
            line.show(player, note(engine))
            if time.monotonic() > deadline:
                fail_without_sink(engine)
            time.sleep(REFRESH_SECONDS)
            player.schedule_ahead(slots)
    finally:
        if sys.stdout.isatty():
            print()
        engine.stop()


def render(player, path):
    for slot in range(len(player.names)):
        player.schedule(slot)
    player.engine.render_to_file(path, player.end)
    print(f'wrote {path}: {clock(player.end / player.engine.props.sample_rate)}')


def playback_rate(text):
    value = float(text)
    if not MIN_RATE <= value <= MAX_RATE:
        raise argparse.ArgumentTypeError(f'{text} is not between {MIN_RATE} and {MAX_RATE}')
    return value


def main():
    parser = argparse.ArgumentParser(description='Plays files one after the other.')
    parser.add_argument('files', nargs='*', metavar='FILE')
    parser.add_argument('--list', action='store_true', help='show the sinks, * is the default')
    parser.add_argument('--target', metavar='SINK', help='the name of the sink to play to')
    parser.add_argument('--rate', type=playback_rate, default=1.0, metavar='R',
                        help='speed and pitch, 0.25 to 4; 2 is twice as fast')
    either = parser.add_mutually_exclusive_group()
    either.add_argument('--loop', action='store_true', help='from the start again, until Ctrl+C')
    either.add_argument('--render', metavar='OUT', help='write a .wav or .flac file instead')
    arguments = parser.parse_intermixed_args()
    if bool(arguments.files) == arguments.list:
        parser.error('name files to play, or say --list')
    if len(arguments.files) > MAX_FILES:
        parser.error(f'more than {MAX_FILES} files')
    sys.stdout.reconfigure(errors='replace')  # file names may be of any encoding

    player = Player(max(len(arguments.files), 1), arguments.rate, arguments.target)
    status = 0
    for path in arguments.files:
        try:
            player.load(path)
        except GLib.Error as error:
            print(f'play.py: {error.message}', file=sys.stderr)
            status = 1
    try:
        if arguments.list:
            list_sinks(player.engine)
        elif player.names and arguments.render is not None:
            render(player, arguments.render)
        elif player.names:
            play(player, arguments.loop)
    except GLib.Error as error:
        fail(error.message)
    return status


if __name__ == '__main__':
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
