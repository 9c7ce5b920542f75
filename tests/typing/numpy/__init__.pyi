# SPDX-License-Identifier: LGPL-2.1-or-later
# To read all of numpy's types takes mypy longer than everything else.
from typing import Any

from numpy import typing as typing

def __getattr__(name: str) -> Any: ...
