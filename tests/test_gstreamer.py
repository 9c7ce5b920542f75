# SPDX-License-Identifier: LGPL-2.1-or-later
"""Where GStreamer cannot be used: loading and writing files are errors, and all else works."""

import os
import pathlib
import re
import subprocess
import sys

import pytest

FIXTURES = pathlib.Path(__file__).parent.parent / 'fixtures'

# Stands before the real one.
SHIM = '''
#include <glib.h>

int gst_init_check (int *argc, char ***argv, GError **error);

int
gst_init_check (int *argc, char ***argv, GError **error)
{
  %s
  return FALSE;
}
'''
SAYS_WHY = 'g_set_error_literal (error, G_OPTION_ERROR, 0, "it is out of order");'

# Twice: what failed once is not tried in another way the next time.
PROGRAM = '''
import gi, sys
gi.require_version('Flitzis', '1')
from gi.repository import Flitzis, GLib
engine = Flitzis.Engine()
sample = Flitzis.Sample.new(GLib.Bytes.new(b'\\0\\0\\0\\x3f' * 10), 1, 48000)
assert engine.set_sample(0, sample)

def load_async():
    errors, loop = [], GLib.MainLoop()
    def done(engine, result):
        try:
            engine.load_sample_finish(result)
        except GLib.Error as error:
            errors.append(error)
        loop.quit()
    engine.load_sample_async(0, sys.argv[1], None, done)
    loop.run()
    raise errors[0]

for load in (lambda: engine.load_sample(0, sys.argv[1]), load_async,
             lambda: engine.load_bytes(0, GLib.Bytes.new(open(sys.argv[1], 'rb').read())),
             lambda: engine.render_to_file(sys.argv[2] + '/out.wav', 10)):
    try:
        load()
        print('loaded')
    except GLib.Error as error:
        print(error.matches(Flitzis.engine_error_quark(), Flitzis.EngineError.UNSUPPORTED),
              error.message)
slot = engine.get_slot(0)
assert slot.props.sample == sample and not slot.props.loading and slot.props.load_progress == 0.0
assert engine.play_sample(0, 1.0) == 1
assert engine.render(10).get_data() == b'\\0\\0\\0\\x3f' * 20
'''


def messages(folder, **environment):
    """What the errors of PROGRAM say, each of UNSUPPORTED."""
    result = subprocess.run([sys.executable, '-c', PROGRAM, FIXTURES / 'mono.ogg', folder],
                            env={**os.environ, **environment}, capture_output=True, text=True,
                            timeout=60)
    assert (result.returncode, result.stderr) == (0, '')
    *loads, export = lines = result.stdout.splitlines()
    assert len(loads) == 3 and all(line.startswith('True Could not decode ') for line in loads)
    assert export.startswith('True Could not write “out.wav”: ')
    return lines


@pytest.mark.parametrize('why', (SAYS_WHY, ''), ids=('says why', 'silent'))
def test_gstreamer_that_does_not_start_is_an_error(why, tmp_path):
    flags = subprocess.run(['pkg-config', '--cflags', '--libs', 'glib-2.0'], check=True,
                           capture_output=True, text=True).stdout.split()
    (tmp_path / 'shim.c').write_text(SHIM % why)
    subprocess.run(['cc', '-shared', '-fPIC', '-o', tmp_path / 'shim.so', tmp_path / 'shim.c',
                    *flags], check=True)
    for message in messages(tmp_path, LD_PRELOAD=str(tmp_path / 'shim.so')):
        assert 'GStreamer cannot be started' in message
        assert message.endswith(': it is out of order' if why else 'started'), message


def test_gstreamer_without_plugins_is_an_error(tmp_path):
    for message in messages(tmp_path, GST_PLUGIN_SYSTEM_PATH_1_0=str(tmp_path),
                            GST_REGISTRY_1_0=str(tmp_path / 'registry')):
        assert 'GStreamer' in message, message


LAZY = '''
import ctypes, gi, os, sys, time
gi.require_version('Flitzis', '1')
from gi.repository import Flitzis, GLib
gstreamer = ctypes.CDLL('libgstreamer-1.0.so.0')  # the one that is there already

def is_used():
    return bool(gstreamer.gst_is_initialized()) or os.path.exists(os.environ['GST_REGISTRY_1_0'])

engine = Flitzis.Engine()
engine.set_sample(0, Flitzis.Sample.new(GLib.Bytes.new(bytes(4000)), 1, 48000))
engine.start()
engine.play_sample(0, 1.0)
end = time.monotonic() + 30
while engine.props.position == 0:
    assert time.monotonic() < end
    time.sleep(0.01)
engine.stop()
engine.render(10)
print(is_used())
engine.load_sample(0, sys.argv[1])
print(is_used())
'''


def test_gstreamer_is_left_alone_until_the_first_load(pipewire, tmp_path):
    """Its start and the search for its plugins cost more than all else that an engine does."""
    result = subprocess.run([sys.executable, '-c', LAZY, FIXTURES / 'mono.ogg'],
                            env={**os.environ, 'GST_REGISTRY_1_0': str(tmp_path / 'registry')},
                            capture_output=True, text=True, timeout=60)
    assert (result.returncode, result.stderr) == (0, '')
    assert result.stdout.split() == ['False', 'True']


LOAD = '''
import gi, sys
gi.require_version('Flitzis', '1')
from gi.repository import Flitzis
Flitzis.Engine().load_sample(0, sys.argv[1])
'''


def test_a_registry_that_a_package_ships_spares_the_search(source_dir, tmp_path):
    """As the page about packages makes one and puts it in its place."""
    page = (source_dir / 'docs/packaging.md').read_text()
    command = re.search(r'^GST_REGISTRY=.*$', page, re.M)[0]
    spy, log = tmp_path / 'gst-plugin-scanner', tmp_path / 'log'
    spy.write_text(f'#!/bin/sh\necho search >>{log}\nexit 1\n')
    spy.chmod(0o755)

    def load(name):
        """Returns the folder of the registry, and whether GStreamer searched for plugins."""
        log.write_text('')
        subprocess.run([sys.executable, '-c', LOAD, FIXTURES / 'mono.ogg'], check=True, timeout=60,
                       env={**os.environ, 'XDG_CACHE_HOME': str(tmp_path / name),
                            'GST_PLUGIN_SCANNER_1_0': str(spy)})
        return tmp_path / name / 'gstreamer-1.0', log.read_text() != ''
    made, searched = load('made')
    assert searched
    [registry] = made.iterdir()
    subprocess.run(command.replace('/app/share/my-app', str(tmp_path)), shell=True, check=True,
                   timeout=60)
    shipped = tmp_path / 'shipped' / 'gstreamer-1.0' / registry.name
    shipped.parent.mkdir(parents=True)
    (tmp_path / 'registry.bin').rename(shipped)
    assert load('shipped') == (shipped.parent, False)
    assert load('made') == (made, False)
