# SPDX-License-Identifier: LGPL-2.1-or-later
"""A GTK program: its main loop tells it all, and a window is not held up by a load."""

import os
import subprocess
import sys

PROGRAM = '''
import sys

import gi

gi.require_version('Flitzis', '1')
gi.require_version('Gtk', '4.0')
from gi.repository import Flitzis, GObject, Gtk


class Pads(Gtk.Application):
    def do_activate(self):
        self.engine = Flitzis.Engine()
        self.engine.connect('voice-ended', self.voice_ended)
        self.button = Gtk.Button(label='kick', sensitive=False)
        slot = self.engine.get_slot(0)
        slot.connect('notify::loading', lambda slot, _: print('loading', slot.props.loading))
        slot.bind_property('sample', self.button, 'sensitive', GObject.BindingFlags.DEFAULT,
                           lambda _, sample: sample is not None)
        self.button.connect('clicked', lambda _: self.engine.play_sample(0, 1.0))
        Gtk.ApplicationWindow(application=self, child=self.button).present()
        self.engine.start_async(None, self.started)

    def started(self, engine, result):
        print('started', engine.start_finish(result))
        engine.load_sample_async(0, sys.argv[1], None, self.loaded)

    def loaded(self, engine, result):
        print('loaded', engine.load_sample_finish(result))
        self.button.connect('notify::sensitive', self.click)
        self.click()

    def click(self, *_):
        if self.button.props.sensitive:
            self.button.emit('clicked')

    def voice_ended(self, engine, voice, slot, reason):
        print('ended', voice, slot, reason == Flitzis.EndReason.FINISHED)
        engine.load_sample_async(0, '/nowhere', None, self.failed)

    def failed(self, engine, result):
        try:
            engine.load_sample_finish(result)
        except gi.repository.GLib.Error as error:
            print('error', error.message)
        engine.stop()
        self.quit()


Pads().run()
'''


def test_gtk_program(pipewire, display, source_dir):
    result = subprocess.run(
        [sys.executable, '-c', PROGRAM, source_dir / 'fixtures/stereo.flac'],
        env=dict(os.environ, DISPLAY=display, GDK_BACKEND='x11', GSK_RENDERER='cairo',
                 GTK_A11Y='none', GSETTINGS_BACKEND='memory'),
        capture_output=True, text=True, timeout=60)
    lines = result.stdout.splitlines()
    assert result.returncode == 0, result.stderr
    assert 'started True' in lines and 'loading True' in lines and 'loaded True' in lines
    assert 'ended 1 0 True' in lines
    assert lines[-1].startswith('error ') and 'nowhere' in lines[-1]
