# SPDX-License-Identifier: LGPL-2.1-or-later
"""The private PulseAudio and pipewire-pulse: what the other tests trust must hold without
Flitzis."""

import os
import pathlib
import signal
import subprocess
import tempfile
import time

import numpy
import pytest

from pipewire_daemon import CALM, SINK, poll, without_silence
from pulse_daemon import PipeWirePulse, Pulse

FORMAT = ['--raw', '--format=float32le', '--rate=48000', '--channels=2']


@pytest.fixture(params=['pulseaudio', 'pipewire_pulse', 'pulse_beside_pipewire'])
def server(request):
    """Each of the servers."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def noise(tmp_path):
    """Two seconds of noise and a file of it."""
    frames = numpy.random.default_rng(1).uniform(-0.5, 0.5, (96000, 2)).astype('<f4')
    frames.tofile(tmp_path / 'noise.raw')
    return frames, tmp_path / 'noise.raw'


def pacat(path, *options):
    """Plays a file as any program that finds its server by its environment."""
    return subprocess.Popen(['pacat', *FORMAT, '--latency-msec=1000', '--client-name=player',
                             *options, str(path)])


def play(server, path):
    with server.record() as recording:
        player = pacat(path)
        assert player.wait(30) == 0
        recording.wait(9600)
    return without_silence(recording.frames)


def test_a_recording_is_bit_exact(server, noise):
    frames, path = noise
    if hasattr(server, 'pipewire') and server.pipewire.node(SINK):
        server.pipewire.force(quantum=CALM)
    assert numpy.array_equal(play(server, path), frames)


@pytest.mark.slow
def test_silence_is_recorded_as_it_passes(server):
    with server.record() as recording:
        begin = time.monotonic()
        recording.wait(48000)
        assert time.monotonic() - begin > 0.25
    assert not recording.frames.any()


def test_only_the_sockets_that_it_says_are_in_reach(pulseaudio, pipewire_pulse):
    for server in (pulseaudio, pipewire_pulse):
        assert [path.name for path in server.runtime_dir.iterdir()] == ['pulse']
        assert (server.runtime_dir / 'pulse/native').is_socket()


def test_pipewire_beside_it_has_no_sink(pulse_beside_pipewire):
    assert (pulse_beside_pipewire.runtime_dir / 'pulse/native').is_socket()
    assert (pulse_beside_pipewire.runtime_dir / 'pipewire-0').is_socket()
    assert pulse_beside_pipewire.pipewire.nodes(media_class='Audio/Sink') == []
    assert pulse_beside_pipewire.sinks() == [SINK]


def test_nothing_is_in_reach_and_nothing_is_started(no_server):
    assert subprocess.run(['pactl', 'info'], capture_output=True).returncode != 0
    runtime_dir = pathlib.Path(os.environ['XDG_RUNTIME_DIR'])
    assert not (runtime_dir / 'pulse/native').exists()
    assert not (runtime_dir / 'pipewire-0').exists()


@pytest.mark.slow
def test_sinks_come_and_go(server):
    server.add_sink('other')
    server.remove_sink()
    poll(lambda: server.default_sink() == 'other', 'the other sink to be the default')
    server.add_sink(SINK)
    server.choose_sink(SINK)
    server.remove_sink('other')
    assert server.default_sink() == SINK


@pytest.mark.slow
def test_a_stream_follows_the_sink_that_is_chosen(server, noise):
    server.add_sink('other')
    player = pacat(noise[1])
    try:
        server.wait_stream(application_name='player')
        server.choose_sink('other')
        [other] = [sink['index'] for sink in server.list('sinks') if sink['name'] == 'other']
        poll(lambda: server.wait_stream(application_name='player')['sink'] == other,
             'the stream to follow')
    finally:
        player.kill()
        player.wait()


@pytest.mark.slow
@pytest.mark.parametrize('number', [signal.SIGKILL, signal.SIGTERM])
def test_it_comes_back_from_a_kill(server, noise, number):
    server.kill(number)
    assert not server.running
    server.start()
    assert len(play(server, noise[1])) >= 48000


@pytest.mark.slow
def test_a_sink_is_invented_on_request_alone(server):
    server.remove_sink()
    assert server.sinks() == []
    server.always_sink()
    poll(lambda: server.sinks() == ['auto_null'], 'the invented sink')
    server.add_sink(SINK)
    poll(lambda: server.sinks() == [SINK], 'the invented sink to go')


def test_a_test_before_left_nothing_behind(server):
    assert server.sinks() == [SINK]
    assert server.default_sink() == SINK
    assert server.list('sink-inputs') == []
    assert not server.modules('module-always-sink')


@pytest.mark.parametrize('make', [Pulse, PipeWirePulse])
def test_a_server_that_has_ended_fails_the_test(make, request):
    with tempfile.TemporaryDirectory(dir=request.config.private) as folder:
        server = make(folder)
        server.start()
        server.process.kill()
        server.process.wait(30)
        with pytest.raises(AssertionError, match='server has ended'):
            server.reset()
        server.stop()
        assert not server.running


@pytest.mark.slow
@pytest.mark.parametrize('end', ['stop', 'kill'])
@pytest.mark.parametrize('make', [Pulse, PipeWirePulse])
def test_it_leaves_nothing_behind(make, end, request):
    def shared_memory():
        return {path.name for path in pathlib.Path('/dev/shm').glob('pulse-*')}
    before = shared_memory()
    with tempfile.TemporaryDirectory(dir=request.config.private) as folder:
        server = make(folder)
        server.start()
        processes = [server.process]
        if make is PipeWirePulse:
            processes += server.pipewire.processes
        with server.record():
            pass
        getattr(server, end)()
        server.stop()
        assert all(process.poll() is not None for process in processes)
        # Only a server that is killed cannot remove its socket.
        assert (server.runtime_dir / 'pulse/native').exists() == (end == 'kill')
        assert not list(server.folder.glob('**/recorder-*'))
    assert shared_memory() <= before
