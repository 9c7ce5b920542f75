# SPDX-License-Identifier: LGPL-2.1-or-later
"""The private PipeWire itself: what the other tests trust must hold without Flitzis."""

import json
import subprocess
import tempfile
import time

import numpy
import pytest

from pipewire_daemon import CALM, SINK, PipeWire, poll, without_silence


@pytest.fixture
def noise(make_wav):
    """Two seconds of noise and a WAV file of it."""
    frames = numpy.random.default_rng(1).uniform(-0.5, 0.5, (96000, 2)).astype('<f4')
    return frames, make_wav('noise.wav', frames)


def play(pipewire, path):
    pipewire.force(quantum=CALM)
    with pipewire.record() as recording:
        player = subprocess.Popen(
            ['pw-play', '--properties', json.dumps({'node.name': 'player'}), str(path)],
            env=pipewire.environment)
        pipewire.wait_linked('player')
        assert player.wait(30) == 0
        recording.wait(4800)
    assert recording.n_missed == 0
    return without_silence(recording.frames)


def test_a_recording_is_bit_exact(pipewire, noise):
    frames, path = noise
    recorded = play(pipewire, path)
    # pw-play leaves before the last of its frames are out.
    assert len(recorded) > 48000
    assert numpy.array_equal(recorded, frames[:len(recorded)])


def test_silence_is_recorded_as_it_passes(pipewire):
    """The monitor of a sink that nobody plays to gives more frames than a cycle has."""
    pipewire.force(quantum=1024)
    with pipewire.record() as recording:
        begin = time.monotonic()
        recording.wait(24000)
        assert time.monotonic() - begin > 0.25


def test_the_quantum_and_the_rate_obey(pipewire):
    pipewire.force(quantum=128, rate=44100)
    settings = pipewire.metadata('settings')
    assert (settings['clock.force-quantum'], settings['clock.force-rate']) == (128, 44100)


def test_a_test_before_left_nothing_behind(pipewire):
    settings = pipewire.metadata('settings')
    assert (settings['clock.force-quantum'], settings['clock.force-rate']) == (0, 0)


def test_sinks_come_and_go(pipewire):
    pipewire.add_sink('other')
    pipewire.remove_sink()
    poll(lambda: pipewire.default_sink() == 'other', 'the other sink to be the default')
    pipewire.add_sink(SINK)
    pipewire.remove_sink('other')
    poll(lambda: pipewire.default_sink() == SINK, 'the null sink to be the default')


def test_it_comes_back_from_a_kill(pipewire, noise):
    pipewire.kill()
    assert not pipewire.running
    pipewire.start()
    assert len(play(pipewire, noise[1])) > 48000


def test_a_daemon_that_has_ended_fails_the_test(request):
    with tempfile.TemporaryDirectory(dir=request.config.private) as folder:
        daemon = PipeWire(folder)
        for i in range(2):
            daemon.start()
            daemon.processes[i].kill()
            daemon.processes[i].wait(30)
            with pytest.raises(AssertionError, match='daemon has ended'):
                daemon.reset()
            assert not daemon.running


def test_without_a_session_manager_nothing_is_linked(bare_pipewire, noise):
    player = subprocess.Popen(
        ['pw-play', '--properties', json.dumps({'node.name': 'player'}), str(noise[1])],
        env=bare_pipewire.environment)
    try:
        node = poll(lambda: bare_pipewire.node('player'), 'the player')
        assert bare_pipewire.links(node['id']) == []
    finally:
        player.kill()
        player.wait()
