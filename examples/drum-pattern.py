#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Renders four bars of drums to a file, and with --play plays the same through PipeWire:
drum-pattern.py [--play] [--tempo BPM] [--kit FOLDER] [FILE.wav | FILE.flac]"""

import argparse
import os
import sys
import time

import gi

gi.require_version('Flitzis', '1')
from gi.repository import Flitzis, GLib  # noqa: E402

KIT = '/usr/share/hydrogen/data/drumkits/GMRockKit'  # Debian's package hydrogen-data
STEPS_PER_BEAT = 4
STEPS_PER_BAR = 4 * STEPS_PER_BEAT
MIN_TEMPO, MAX_TEMPO = 20, 9999
TAIL_SECONDS = 1.0  # for the last sounds to ring
PATIENCE_SECONDS = 2.0  # with a server that has no sink
VELOCITIES = {'X': 1.0, 'x': 0.7, '-': 0.4}

# A character is a step. The hi-hat has two slots in one choke group: either cuts off the other.
BAR = {'Kick-Hard.wav':      'X.....x.X.x.....',
       'Snare-Hard.wav':     '....X..-.-..X..-',
       'HatClosed-Hard.wav': 'x-x-x-x-x-x-x-..',
       'HatOpen-Hard.wav':   '..............x.'}
FILL = {'Kick-Hard.wav':      'X.....x.X.......',
        'Snare-Hard.wav':     '....X..-x-xxXXXX',
        'HatClosed-Hard.wav': 'x-x-x-x-........',
        'HatOpen-Hard.wav':   '........x.......'}
BARS = (BAR, BAR, BAR, FILL)


def tempo(text):
    value = float(text)
    if not MIN_TEMPO <= value <= MAX_TEMPO:
        raise argparse.ArgumentTypeError(f'{text} is not from {MIN_TEMPO} to {MAX_TEMPO}')
    return value


def prepare(kit, tempo):
    """An engine with the kit in its slots and every hit on its beat; returns the end, too."""
    engine = Flitzis.Engine(n_voices=128, client_name='Flitzis drum pattern')
    for number, name in enumerate(BAR):
        engine.load_sample(number, os.path.join(kit, name))
        engine.get_slot(number).props.gain = 0.5
        if name.startswith('Hat'):
            engine.get_slot(number).props.choke_group = 1

    clock = engine.props.clock
    clock.props.tempo = tempo
    clock.restart(0)
    for number, bar in enumerate(BARS):
        for slot, steps in enumerate(bar.values()):
            for step, character in enumerate(steps):
                if character in VELOCITIES:
                    beat = (number * STEPS_PER_BAR + step) / STEPS_PER_BEAT
                    engine.play_sample_at_beat(slot, VELOCITIES[character], beat)
    end = clock.beat_to_frame(len(BARS) * STEPS_PER_BAR / STEPS_PER_BEAT)
    return engine, end + int(TAIL_SECONDS * engine.props.sample_rate)


def play(engine, end):
    engine.start()
    deadline = time.monotonic() + PATIENCE_SECONDS
    while engine.props.position < end:
        if (engine.props.state == Flitzis.State.STARTING and not engine.props.has_sink
                and time.monotonic() > deadline):
            sys.exit('There is no sound output (sink). Plug one in, or see the sound settings.')
        time.sleep(0.05)
    engine.stop()


def main():
    parser = argparse.ArgumentParser(description='Renders four bars of drums.')
    parser.add_argument('file', nargs='?', default='pattern.wav', metavar='FILE',
                        help='what to write, .wav or .flac; pattern.wav, here, otherwise')
    parser.add_argument('--play', action='store_true', help='play it through PipeWire as well')
    parser.add_argument('--tempo', type=tempo, default=104.0, metavar='BPM',
                        help=f'{MIN_TEMPO} to {MAX_TEMPO}; 104 otherwise')
    parser.add_argument('--kit', default=KIT, metavar='FOLDER', help=f'instead of {KIT}')
    arguments = parser.parse_args()
    if not os.path.isdir(arguments.kit):
        sys.exit(f'There is no {arguments.kit}. On Debian: apt-get install hydrogen-data')
    try:
        engine, end = prepare(arguments.kit, arguments.tempo)
        engine.render_to_file(arguments.file, end)
        print(f'wrote {len(BARS)} bars at {arguments.tempo:g} BPM, '
              f'{end / engine.props.sample_rate:.1f} s, to {os.path.abspath(arguments.file)}')
        if arguments.play:
            play(*prepare(arguments.kit, arguments.tempo))
    except GLib.Error as error:
        sys.exit(error.message)


if __name__ == '__main__':
    main()
