# SPDX-License-Identifier: LGPL-2.1-or-later
"""A deprecated call of ours is an error, and one of others is not: conftest.py sees to it."""

import subprocess
import sys
import warnings

import pytest

WARN = 'import warnings; warnings.warn("planted", DeprecationWarning)'


def test_a_warning_of_a_test_is_an_error():
    with pytest.raises(DeprecationWarning, match='planted'):
        warnings.warn('planted', DeprecationWarning)


@pytest.mark.parametrize('name', ['gi.overrides.Flitzis', 'gi.overrides.GLib', 'conftest', 'board',
                                  '__main__'])
def test_a_warning_of_ours_is_an_error(name):
    with pytest.raises(DeprecationWarning, match='planted'):
        exec(WARN, {'__name__': name})
    program = f'exec({WARN!r}, {{"__name__": {name!r}}})'
    result = subprocess.run([sys.executable, '-c', program], capture_output=True, text=True)
    assert result.returncode == 1 and 'DeprecationWarning: planted' in result.stderr


@pytest.mark.parametrize('name', ['gi', 'gi.events', 'numpy'])
def test_a_warning_of_others_is_none(name):
    with warnings.catch_warnings(record=True):  # which filters still make errors
        exec(WARN, {'__name__': name})
    program = f'exec({WARN!r}, {{"__name__": {name!r}}})'
    subprocess.run([sys.executable, '-c', program], check=True)
