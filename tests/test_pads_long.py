# SPDX-License-Identifier: LGPL-2.1-or-later
"""Long files on the pad board: they are streamed, so a pad can be hit as soon as one with a short
file."""

import importlib
import subprocess
import sys

import gi
import pytest

gi.require_version('Flitzis', '1')
from gi.repository import Flitzis, Gio, GLib

from hostile.sounds import chunk, fmt, riff
from pipewire_daemon import poll

RATE = 48000
N_FRAMES = 600 * RATE


@pytest.fixture
def board(source_dir, monkeypatch):
    monkeypatch.syspath_prepend(source_dir / 'examples/pads')
    module = importlib.import_module('board')
    for name in ('board', 'kit'):
        monkeypatch.delitem(sys.modules, name)
    made = module.Board('io.github.Flitzis.Test')
    made.messages = []
    made.connect('message', lambda board, sentences: made.messages.extend(sentences))
    yield made
    made.shut_down()


@pytest.fixture
def ten_minutes(tmp_path):
    """A file of silence that takes no room on the disk."""
    path = tmp_path / 'ten-minutes.wav'
    n_bytes = 4 * N_FRAMES
    header = riff(chunk(b'fmt ', fmt(1, 2, RATE, 16)), b'data' + n_bytes.to_bytes(4, 'little'))
    header = header[:4] + (len(header) - 8 + n_bytes).to_bytes(4, 'little') + header[8:]
    with open(path, 'wb') as file:
        file.write(header)
        file.truncate(len(header) + n_bytes)
    return Gio.File.new_for_path(str(path))


def settle(board, condition=lambda: True):
    def holds():
        while GLib.MainContext.default().iteration(False):
            pass
        return not board.pending and condition()
    poll(holds, 'the board')


def test_a_long_file_is_not_read_to_its_end(board, ten_minutes):
    board.load_from(0, [ten_minutes])
    settle(board)
    slot = board.slot(0)
    assert board.messages == [] and slot.props.n_frames == N_FRAMES
    assert slot.props.sample.get_bytes() is None
    assert board.describe()['pads'][0]['storage'] == 'auto'


def test_a_short_file_says_nothing_of_storage(board, source_dir):
    board.load_from(0, [Gio.File.new_for_path(str(source_dir / 'fixtures/stereo-float.wav'))])
    settle(board)
    assert board.slot(0).props.sample.get_bytes() is not None
    assert 'storage' not in board.describe()['pads'][0]


def test_a_pad_that_plays_backwards_is_loaded_into_memory(board, ten_minutes, pipewire):
    board.load_from(0, [ten_minutes])
    settle(board)
    board.start()
    settle(board, lambda: board.engine.props.state == Flitzis.State.RUNNING)
    board.slot(0).props.reverse = True
    board.hit(0)
    assert 'backwards' in board.messages[0]
    settle(board, lambda: board.slot(0).props.sample.get_bytes() is not None)
    board.hit(0)
    assert len(board.messages) == 1 and board.slot(0).props.playing
    board.load_from(0, [ten_minutes])  # another file is loaded for the same settings
    settle(board)
    assert board.slot(0).props.sample.get_bytes() is not None


def test_a_long_file_of_a_kit_is_streamed(board, ten_minutes, tmp_path):
    board.load_from(0, [ten_minutes])
    settle(board)
    saved = Gio.File.new_for_path(str(tmp_path / 'long.kit.json'))
    board.save(saved)
    board.unload(0)
    board.open(saved)
    settle(board)
    assert board.messages == [] and board.slot(0).props.n_frames == N_FRAMES
    assert board.slot(0).props.sample.get_bytes() is None


def test_a_file_whose_length_is_not_known(board, tmp_path, pipewire):
    """Its playhead is not drawn. It is FLAC with 0 where its header states the number of frames."""
    path = tmp_path / 'recording.flac'
    subprocess.run(['ffmpeg', '-v', 'error', '-f', 'lavfi', '-i', f'anoisesrc=r={RATE}:d=60', path],
                   check=True, stdin=subprocess.DEVNULL)
    data = bytearray(path.read_bytes())
    data[21:26] = [data[21] & 0xf0, 0, 0, 0, 0]
    path.write_bytes(data)
    board.load_from(0, [Gio.File.new_for_path(str(path))])
    settle(board)
    assert board.slot(0).props.n_frames == -1 and board.messages == []
    board.start()
    settle(board, lambda: board.engine.props.state == Flitzis.State.RUNNING)
    board.hit(0)
    settle(board, lambda: board.engine.get_voice_position(board.voices[0]) > 0)
    assert board.playhead(0) is None
