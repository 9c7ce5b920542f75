# SPDX-License-Identifier: LGPL-2.1-or-later
"""What streamed samples take, of files of an hour. Prints for each format
   stream-load/FORMAT/flitzis      milliseconds of a load, in a process that has loaded before
   stream-memory/FORMAT/flitzis    MiB that one voice adds to an idle engine, after 20 minutes
   stream-flat/FORMAT/flitzis      MiB that are added between its tenth minute and its twentieth
   stream-cpu/FORMAT/flitzis       per cent of a core for 20 voices at the pace of the graph
   stream-cpu/FORMAT/limit         the same for as many bare pipelines that end in a fakesink
and the memory of 20 voices of all formats, stream-20/memory/flitzis, and the processor time of 32,
stream-32/cpu/flitzis."""

import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))

FORMATS = {'wav': ('-c:a', 'pcm_s16le'), 'flac': ('-c:a', 'flac', '-sample_fmt', 's16'),
           'ogg': ('-c:a', 'libvorbis'), 'mp3': ('-c:a', 'libmp3lame')}
N_STREAMS = 20
MOST_STREAMS = 32
SECONDS = 8.0
RATE = 48000


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def own_mib():
    """Memory that is this process's own; not the pages of files."""
    lines = pathlib.Path('/proc/self/smaps_rollup').read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith('Private_Dirty')) / 1024


def share_of_core():
    time.sleep(2.0)
    used, start = cpu_seconds(), time.monotonic()
    time.sleep(SECONDS)
    return 100 * (cpu_seconds() - used) / (time.monotonic() - start)


def make_engine():
    import gi
    gi.require_version('Flitzis', '1')
    from gi.repository import Flitzis
    engine = Flitzis.Engine(n_streams=MOST_STREAMS)
    for slot in engine:
        slot.storage = Flitzis.Storage.STREAM
        slot.loop = True
    return engine


def render(path):
    """The memory of a voice, and the time of a load."""
    engine = make_engine()
    engine.load_sample(0, str(path))
    engine.unload_sample(0)
    engine.render(4800)
    idle, start = own_mib(), time.perf_counter()
    engine.load_sample(0, str(path))
    load_ms = 1000 * (time.perf_counter() - start)
    engine.play_sample(0, 1.0)
    memory = []
    for _ in range(2):
        for _ in range(600 * 10):
            engine.render(RATE // 10)
        memory.append(own_mib() - idle)
    print(load_ms, memory[1], memory[1] - memory[0])


def play(n_streams, paths):
    """The load of as many voices while the graph asks for them, and their memory."""
    engine = make_engine()
    engine.start()
    time.sleep(1.0)
    idle = own_mib()
    for i in range(n_streams):
        engine.load_sample(i, str(paths[i % len(paths)]))
        engine.play_sample(i, 0.01)
    share = share_of_core()
    assert engine.props.n_playing == n_streams
    print(share, own_mib() - idle)
    engine.stop()


def play_bare(paths):
    import gi
    gi.require_version('Gst', '1.0')
    from gi.repository import Gst
    Gst.init(None)
    pipelines = [Gst.parse_launch(
        f'filesrc location={paths[i % len(paths)]} ! decodebin ! audioconvert ! audioresample ! '
        f'audio/x-raw,format=F32LE,rate={RATE} ! fakesink sync=true') for i in range(N_STREAMS)]
    for pipeline in pipelines:
        pipeline.set_state(Gst.State.PLAYING)
    print(share_of_core())
    for pipeline in pipelines:
        pipeline.set_state(Gst.State.NULL)


def run(what, *paths, environment=None):
    """What a process of its own prints."""
    result = subprocess.run([sys.executable, __file__, what, *paths], stdout=subprocess.PIPE,
                            text=True, check=True, env=environment)
    return [float(word) for word in result.stdout.split()]


def main():
    from pipewire_daemon import PipeWire

    def play_in_process(n_streams, *played):
        return run('play', str(n_streams), *played, environment=server.environment)

    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        paths = {name: folder / f'hour.{name}' for name in FORMATS}
        outputs = [argument for name, options in FORMATS.items()
                   for argument in (*options, paths[name])]
        subprocess.run(['ffmpeg', '-v', 'error', '-f', 'lavfi', '-i',
                        f'anoisesrc=r={RATE}:a=0.1:d=3600,lowpass=4000', '-ac', '1', *outputs],
                       check=True)
        server = PipeWire(folder / 'pipewire')
        server.start()
        try:
            server.force(quantum=1024)
            for name, path in paths.items():
                load_ms, memory, growth = run('render', path)
                print(f'stream-load/{name}/flitzis {load_ms:.1f}')
                print(f'stream-memory/{name}/flitzis {memory:.2f}')
                print(f'stream-flat/{name}/flitzis {max(growth, 0.0):.2f}')
                print(f'stream-cpu/{name}/limit {run("bare", path)[0]:.2f}')
                share, _memory = play_in_process(N_STREAMS, path)
                print(f'stream-cpu/{name}/flitzis {share:.2f}')
            _share, memory = play_in_process(N_STREAMS, *paths.values())
            print(f'stream-20/memory/flitzis {memory:.1f}')
            share, _memory = play_in_process(MOST_STREAMS, *paths.values())
            print(f'stream-32/cpu/flitzis {share:.2f}')
        finally:
            server.stop()


if __name__ == '__main__':
    match sys.argv[1:]:
        case []:
            main()
        case ['render', path]:
            render(path)
        case ['bare', *paths]:
            play_bare(paths)
        case ['play', n_streams, *paths]:
            play(int(n_streams), paths)
