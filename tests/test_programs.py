# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs what the build declares as tests, with the private PipeWire in reach: each case of a GLib
program, and each other program, is a test here."""

import functools
import json
import os
import re
import subprocess

import pytest

BUILD = os.environ['FLITZIS_BUILD']
TESTS = {test['name']: test for test in json.loads(
    subprocess.run(['meson', 'introspect', '--tests', BUILD], check=True, capture_output=True,
                   text=True).stdout)}


def run(name, *arguments, environment=os.environ):
    test = TESTS[name]
    return subprocess.run(
        [*test['cmd'], *arguments], cwd=test['workdir'] or BUILD,
        env={**environment, **test['env']}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, errors='replace', timeout=600)


def list_cases(name):
    listing = run(name, '-l')
    # Newer releases of GLib list them as comments of TAP.
    lines = [line.removeprefix('# ') for line in listing.stdout.splitlines()]
    cases = [line for line in lines if line.startswith('/')]
    assert listing.returncode == 0 and cases, f'{name} lists no case: {listing.stdout}'
    return cases


@pytest.fixture(scope='module')
def run_all(session_daemon):
    """Runs a program once, with all of its cases."""
    session_daemon.start()

    @functools.cache
    def run_once(name):
        try:
            return run(name, environment=session_daemon.environment)
        except subprocess.TimeoutExpired as error:
            printed = (error.output or b'').decode(errors='replace')
            return subprocess.CompletedProcess(name, None, f'{printed}\nIt hung.')
    return run_once


GLIB_PROGRAMS = [name for name in TESTS if TESTS[name]['protocol'] == 'tap']


@pytest.mark.parametrize('name, case', [
    pytest.param(name, case, id=name + case)
    for name in GLIB_PROGRAMS for case in list_cases(name)])
def test_case(name, case, run_all):
    """GLib ends a program at the first case that fails: those after it print no line."""
    printed = run_all(name).stdout
    result = re.search(rf'^((?:not )?ok) \d+ {re.escape(case)}( #.*)?$', printed, re.M)
    # GLib calls a skipped or incomplete case a success.
    assert result and result[1] == 'ok' and not result[2], printed


@pytest.mark.parametrize('name', TESTS)
def test_program(name, run_all):
    result = run_all(name)
    assert result.returncode == 0, result.stdout
