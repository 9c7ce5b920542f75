# SPDX-License-Identifier: LGPL-2.1-or-later
"""Plays streams while their disk stalls, and says how that went.

    streaming_stall.py FILE N_STREAMS STALL_FRAMES

Runs with a preloaded library that lets every read of FILE wait while FILE.stall exists
(test_streaming.py). The streams play at once. When all of them are two seconds ahead, the disk
stalls for so many frames of the engine. At the end, the counters since then are printed as JSON.
"""

import json
import os
import pathlib
import re
import sys
import time

import gi

gi.require_version('Flitzis', '1')
from gi.repository import Flitzis

path, n_streams, n_stall_frames = pathlib.Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
stall = path.with_name(path.name + '.stall')
frame_size = int.from_bytes(path.read_bytes()[32:34], 'little')


def until(condition):
    while not condition():
        time.sleep(0.005)


def go_on(n_frames):
    goal = engine.props.position + n_frames
    until(lambda: engine.props.position >= goal)


def are_ahead():
    """Whether all files have been read to almost two seconds after what sounds."""
    n_read = []
    for file in pathlib.Path('/proc/self/fd').iterdir():
        if file.is_symlink() and os.path.realpath(file) == os.path.realpath(path):
            [pos] = re.findall(r'pos:\s*(\d+)', pathlib.Path(f'/proc/self/fdinfo/{file.name}')
                               .read_text())
            n_read.append(int(pos) // frame_size)
    goal = engine.props.position - first_frame + 86400
    return len(n_read) == n_streams and min(n_read) >= goal


engine = Flitzis.Engine(n_slots=1, n_voices=n_streams, n_streams=n_streams)
engine.get_slot(0).props.storage = Flitzis.Storage.STREAM
engine.load_sample(0, str(path))
engine.start()
until(lambda: engine.props.state == Flitzis.State.RUNNING)
first_frame = engine.props.position
for _ in range(n_streams):
    assert engine.play_sample(0, 1.0) > 0
go_on(48000)
until(are_ahead)
n_underruns = engine.props.n_underruns
stall.touch()
go_on(n_stall_frames)
n_playing = engine.props.n_playing
stall.unlink()
until(lambda: engine.props.n_playing == 0)
go_on(9600)
print(json.dumps({'n_playing': n_playing, 'n_underruns': engine.props.n_underruns - n_underruns,
                  'n_started': engine.props.n_started, 'n_xruns': engine.props.n_xruns,
                  'error': str(engine.get_slot(0).props.stream_error)}))
engine.stop()
