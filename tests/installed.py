#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""One check of installed packages, for tests/packages.sh: the README's program in a language makes
a sound, or the pad board opens its window.

    installed.py python|js|vala|c|pads"""

import configparser
import contextlib
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

from pipewire_daemon import PipeWire, poll, without_silence

ROOT = pathlib.Path(__file__).parent.parent
COMMANDS = {
    'python': 'python3 program.py',
    'js': 'gjs -m program.js',
    'vala': 'valac --pkg flitzis-1 program.vala --Xcc=-w && ./program',
    'c': 'cc -Wall -Werror program.c -o program $(pkg-config --cflags --libs flitzis-1)'
         ' && ./program'}
ID = 'io.github.Flitzis.Pads'


def run_program(language, folder, daemon):
    """It plays sounds of sound-theme-freedesktop."""
    [program] = re.findall(rf'^```{language}\n(.*?)^```$', (ROOT / 'README.md').read_text(),
                           re.M | re.S)[:1]
    (folder / f'program.{language.replace("python", "py")}').write_text(program)
    # Compiled where this makes it; a machine that only installs programs has no PipeWire headers.
    os.environ['XDG_CACHE_HOME'] = str(daemon.folder)
    shutil.copy('/recorder', daemon.folder / 'recorder')
    with daemon.record() as recording:
        result = subprocess.run(['sh', '-ec', COMMANDS[language]], cwd=folder,
                                env=daemon.environment, capture_output=True, text=True, timeout=120)
        recording.wait(4800)
    assert (result.returncode, result.stdout, result.stderr) == (0, '', ''), result
    n_frames = len(without_silence(recording.frames))
    assert n_frames > 3000, f'{n_frames} frames were heard'


@contextlib.contextmanager
def display():
    read, write = os.pipe()
    with subprocess.Popen(['Xvfb', '-displayfd', str(write), '-screen', '0', '1280x1024x24'],
                          pass_fds=[write], stderr=subprocess.DEVNULL) as server:
        os.close(write)
        try:
            with os.fdopen(read) as numbers:
                yield f':{numbers.readline().strip()}'
        finally:
            server.terminate()


def run_pads(folder, daemon):
    """As a desktop does, by the line of the desktop file."""
    entry = configparser.ConfigParser(interpolation=None)
    entry.read(f'/usr/share/applications/{ID}.desktop')
    with display() as name:
        environment = dict(daemon.environment, DISPLAY=name, GDK_BACKEND='x11',
                           GSK_RENDERER='cairo', GSETTINGS_BACKEND='memory', GTK_A11Y='none',
                           XDG_CONFIG_HOME=str(folder))
        pads = subprocess.Popen(shlex.split(entry['Desktop Entry']['Exec']), cwd='/',
                                env=environment)
        try:
            def shown():
                assert pads.poll() is None, 'the pad board has ended'
                command = ['xdotool', 'search', '--onlyvisible', '--class', f'^{ID}$']
                return subprocess.run(command, env=environment,
                                      capture_output=True).returncode == 0
            poll(shown, 'the window of the pad board')
            daemon.wait_linked('Flitzis Pads')
        finally:
            pads.terminate()
            pads.wait(30)


def main():
    what = sys.argv[1]
    folder = pathlib.Path(tempfile.mkdtemp())
    daemon = PipeWire(folder / 'pipewire')
    daemon.start()
    try:
        if what == 'pads':
            run_pads(folder, daemon)
        else:
            run_program(what, folder, daemon)
    finally:
        daemon.stop()
        shutil.rmtree(folder)


if __name__ == '__main__':
    main()
