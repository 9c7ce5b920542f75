# SPDX-License-Identifier: LGPL-2.1-or-later
"""Loads one file after the other in a process of its own, and tells what each came to:

    load_files.py MEMORY_LIMIT < NAMES_AND_PATHS > RESULTS

Both are lines of JSON; a path is in Latin-1, so that any bytes pass. A line is read when the result
of the one before is written: what a crash or a hang leaves out is the next. A file in a folder that
is called kit is read as one.
"""

import contextlib
import json
import os
import pathlib
import sys
import time

import gi
import numpy

gi.require_version('Flitzis', '1')
from gi.repository import Flitzis, Gio, GLib  # noqa: E402

# Idle threads of GLib's pools come and go by a few, of which newer releases keep more.
MAX_IDLE_THREADS = 12


def status(field):
    for line in pathlib.Path('/proc/self/status').read_text().splitlines():
        if line.startswith(field):
            return int(line.split()[1])
    raise KeyError(field)


def count(folder):
    return len(os.listdir(f'/proc/self/{folder}'))


def settle(condition, seconds=3.0):
    """Threads and descriptors go a moment after the load has returned."""
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.001)


def read_kit(path):
    try:
        kit = Flitzis.Kit.new_for_file(Gio.File.new_for_path(os.fsdecode(path)))
    except GLib.Error as error:
        return {'domain': error.domain, 'code': error.code, 'message': error.message}
    return {'pads': len(kit), 'message': '\n'.join(kit.warnings)}


def load(engine, path):
    if path.split(b'/')[-2] == b'kit':
        return read_kit(path)
    try:
        engine.load_sample(3, path)
    except GLib.Error as error:
        return {'domain': error.domain, 'code': error.code, 'message': error.message}
    sample = engine.get_slot(3).props.sample
    for spec in sample.list_properties():
        sample.get_property(spec.name)
    for cue in sample.props.cues:
        assert cue.props.frame <= sample.props.n_frames and cue.props.label is not None
    return {'frames': sample.props.n_frames, 'channels': sample.props.n_channels,
            'mended': sample.props.n_mended, 'warnings': sample.props.warnings}


def is_finite(sample):
    frames = numpy.frombuffer(sample.get_bytes().get_data(), '<f4')
    return bool(numpy.isfinite(frames).all())


def tell(**what):
    print(json.dumps(what), flush=True)


def main():
    engine = Flitzis.Engine(memory_limit=int(sys.argv[1]))
    kept = Flitzis.Sample.new(GLib.Bytes.new(bytes(800)), 1, 48000)
    n_descriptors = None
    # The first load in a process looks for plugins, which is not the file's fault.
    with contextlib.suppress(GLib.Error):
        engine.load_bytes(3, GLib.Bytes.new(b'This is no sound.'), None)
    for line in sys.stdin:
        name, path = json.loads(line)
        path = path.encode('latin-1')
        engine.set_sample(3, kept)
        n_threads = count('task')
        # Peak memory counts from here on.
        pathlib.Path('/proc/self/clear_refs').write_text('5')
        before = status('VmRSS:')
        start = time.monotonic()
        result = load(engine, path)
        seconds = time.monotonic() - start
        grown = status('VmHWM:') - before
        slot = engine.get_slot(3).props
        if 'frames' in result:
            unchanged = None
            finite = is_finite(slot.sample)
        else:
            unchanged = slot.sample is kept and not slot.loading
            finite = True
        n_descriptors = n_descriptors or count('fd')
        limit = max(n_threads, MAX_IDLE_THREADS)
        settle(lambda: count('task') <= limit and count('fd') <= n_descriptors)
        n_left = count('fd')
        if n_left > n_descriptors:
            # Some plugins open something when they are first used, and keep it.
            load(engine, path)
            settle(lambda: count('fd') <= n_left)
            n_descriptors, n_left = n_left, count('fd')
        tell(name=name, seconds=round(seconds, 3), grown=grown * 1024, unchanged=unchanged,
             finite=finite, threads=count('task') - limit, descriptors=n_left - n_descriptors,
             resident=status('VmRSS:') * 1024, **result)


if __name__ == '__main__':
    main()
