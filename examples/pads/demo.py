# SPDX-License-Identifier: LGPL-2.1-or-later
"""A kit to begin with: the drum machine of Debian's package hydrogen-data."""

import pathlib

from gi.repository import Gio

FOLDER = pathlib.Path('/usr/share/hydrogen/data/drumkits/TR808EmulationKit')
# As they lie under the fingers: high above low, and the drums that are hit most below.
NAMES = ('Cymbal', 'Cowbell', 'Clave', 'Shaker',
         'Tom_Hi', 'Tom_Mid', 'Tom_Low', 'Conga',
         'Hat_Closed', 'Hat_Pedal', 'Hat_Open', 'Clap',
         'Kick_Long', 'Kick_Short', 'Snare_1', 'Snare_2')
HATS = 1  # their choke group: a closed hi-hat ends an open one


def fill(board):
    for pad, name in enumerate(NAMES):
        if name.startswith('Hat'):
            board.slot(pad).props.choke_group = HATS
    board.load({pad: Gio.File.new_for_path(str(FOLDER / f'808_{name}.flac'))
                for pad, name in enumerate(NAMES)})
