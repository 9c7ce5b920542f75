# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs what the build declares as tests: each case of a GLib program, and each other program, is
a test here, in a process of its own and with the private PipeWire in reach."""

import json
import os
import subprocess

import pytest

BUILD = os.environ['FLITZIS_BUILD']


def run(test, *arguments):
    return subprocess.run(
        [*test['cmd'], *arguments], cwd=test['workdir'] or BUILD, env={**os.environ, **test['env']},
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        errors='replace', timeout=max(test['timeout'], 60))


def declared():
    tests = json.loads(subprocess.run(['meson', 'introspect', '--tests', BUILD], check=True,
                                      capture_output=True, text=True).stdout)
    for test in tests:
        if test['protocol'] != 'tap':
            yield pytest.param(test, (), id=test['name'])
            continue
        listing = run(test, '-l')
        # Newer releases of GLib list them as comments of TAP.
        lines = [line.removeprefix('# ') for line in listing.stdout.splitlines()]
        cases = [line for line in lines if line.startswith('/')]
        assert listing.returncode == 0 and cases, f'{test["name"]} lists no case: {listing.stdout}'
        for case in cases:
            yield pytest.param(test, ('--tap', '-p', case), id=test['name'] + case)


@pytest.mark.parametrize('test, arguments', list(declared()))
def test_program(test, arguments, pipewire):
    result = run(test, *arguments)
    assert result.returncode == 0, result.stdout
    # GLib calls a skipped or incomplete case a success.
    assert '# SKIP' not in result.stdout and '# TODO' not in result.stdout, result.stdout
