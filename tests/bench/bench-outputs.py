# SPDX-License-Identifier: LGPL-2.1-or-later
"""How soon a trigger is heard through each kind of sound server, by what the monitor of a null sink
records. For each SERVER that is there, pipewire, pulseaudio or pipewire-pulse, it starts one of its
own and prints
   output/SERVER/heard-ms/median/flitzis    ms from a call of play_sample to its first frame in the
   output/SERVER/heard-ms/p1/flitzis        sink: the median, and the least and the most but for
   output/SERVER/heard-ms/p99/flitzis       one in a hundred
   output/SERVER/time-ms/median/flitzis     ms by which frame_to_time () + latency is off from
   output/SERVER/time-ms/worst/flitzis      when the sink plays that frame
   output/SERVER/stall-ms/flitzis           ms by which the median of the first differs after the
                                            server has been stopped for 300 ms
   output/SERVER/xruns/flitzis              xruns in 6 s beside four busy loops
   output/SERVER/lost/flitzis               triggers that were not heard"""

import contextlib
import pathlib
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
import gi  # noqa: E402
import numpy  # noqa: E402
gi.require_version('Flitzis', '1')
from gi.repository import Flitzis, GLib  # noqa: E402

from pipewire_daemon import CONFIG, PipeWire, poll  # noqa: E402
from pulse_daemon import PipeWirePulse, Pulse  # noqa: E402

SERVERS = {'pipewire': ('pipewire', PipeWire), 'pulseaudio': ('pulseaudio', Pulse),
           'pipewire-pulse': ('pipewire', PipeWirePulse)}
N_CALLS = 100
STALL_S = 0.3
BUSY_S = 6.0
N_LOOPS = 4
MOST_S = 1.0  # what is not heard by then never is


class Listener:
    """Hears the clicks in a recording, one after another."""

    def __init__(self, recording):
        self.recording = recording
        self.first = recording.n_frames

    def wait(self):
        """When the sink plays the next click, ns, or None."""
        deadline = time.monotonic() + MOST_S
        while time.monotonic() < deadline:
            frames = numpy.abs(self.recording.get_frames(self.first)).max(axis=1)
            [loud] = numpy.nonzero(frames > 0.1)
            # A resampler makes several frames of it, of which the largest is in its place.
            if loud.size and len(frames) > loud[0] + 256:
                frame = self.first + loud[0] + int(frames[loud[0]:loud[0] + 256].argmax())
                self.first = frame + 256
                return self.recording.get_time(frame)
            time.sleep(0.002)
        return None


def listen(engine, recording):
    """For each of some calls the ms until it is heard, and those by which that is told too late."""
    listener, heard_ms, time_ms = Listener(recording), [], []
    for i in range(N_CALLS):
        time.sleep(0.01 + 0.0037 * (i % 7))
        called = time.monotonic_ns()
        voice = engine.play_sample(0, 1.0)
        frame = poll(lambda: engine.get_voice_start_frame(voice) + 1, 'the voice') - 1
        told = engine.frame_to_time(frame) + engine.props.latency
        heard = listener.wait()
        if heard is not None:
            heard_ms.append((heard - called) / 1e6)
            time_ms.append((told - heard) / 1e6)
    return sorted(heard_ms), time_ms


def stall(process):
    """Stops a process for a while; gives what it serves the time to find back."""
    process.send_signal(signal.SIGSTOP)
    time.sleep(STALL_S)
    process.send_signal(signal.SIGCONT)
    time.sleep(1.0)


@contextlib.contextmanager
def busy_loops():
    # Without a priority that they may have inherited, with which nothing else would run.
    loops = [subprocess.Popen(['setpriv', '--pdeathsig', 'KILL', 'chrt', '--other', '0',
                               'sh', '-c', 'while :; do :; done']) for _ in range(N_LOOPS)]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


def measure(server):
    """The lines to print, without the server's name, and their numbers."""
    engine = Flitzis.Engine(idle_timeout=0.0)
    click = numpy.zeros((24000, 2), '<f4')  # long, or it may be over before its frame is asked for
    click[0] = 1.0
    engine.set_sample(0, Flitzis.Sample.new(GLib.Bytes.new(click.tobytes()), 2, 48000))
    with server.record() as recording:
        engine.start()
        poll(lambda: engine.props.latency >= 0, 'the latency')
        time.sleep(1.0)
        before, time_ms = listen(engine, recording)
        process = server.process if hasattr(server, 'process') else server.processes[0]
        stall(process)
        after, _time_ms = listen(engine, recording)
    with busy_loops():
        n_xruns = engine.props.n_xruns
        time.sleep(BUSY_S)
        n_xruns = engine.props.n_xruns - n_xruns
    engine.stop()
    return {
        'heard-ms/median': statistics.median(before),
        'heard-ms/p1': before[len(before) // 100],
        'heard-ms/p99': before[len(before) * 99 // 100 - 1],
        'time-ms/median': statistics.median(map(abs, time_ms)),
        'time-ms/worst': max(map(abs, time_ms)),
        'stall-ms': abs(statistics.median(after) - statistics.median(before)),
        'xruns': n_xruns,
        'lost': 2 * N_CALLS - len(before) - len(after),
    }


def main():
    os.environ['PULSE_CLIENTCONFIG'] = str(CONFIG / 'pulse/client.conf')
    for name, (program, make) in SERVERS.items():
        if shutil.which(program) is None:
            continue
        # Short: the path of a socket may have 107 bytes.
        with tempfile.TemporaryDirectory(prefix='flitzis-', dir='/tmp') as folder:
            server = make(folder)
            try:
                server.start()
                os.environ['XDG_RUNTIME_DIR'] = str(server.runtime_dir)
                for what, number in measure(server).items():
                    print(f'output/{name}/{what}/flitzis {number:.2f}', flush=True)
            finally:
                server.stop()


if __name__ == '__main__':
    main()
