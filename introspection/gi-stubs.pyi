# SPDX-License-Identifier: LGPL-2.1-or-later
"""Anything: with no stubs of PyGObject's own, type checkers know of gi no more than without ours.
A folder of stubs that has no such file hides all that it does not name."""

from typing import Any

def __getattr__(name: str) -> Any: ...
