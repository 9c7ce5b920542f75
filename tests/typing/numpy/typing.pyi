# SPDX-License-Identifier: LGPL-2.1-or-later
from typing import Any, Generic, TypeVar

Scalar = TypeVar('Scalar')
ArrayLike = Any
DTypeLike = Any

class NDArray(Generic[Scalar]):
    def __getattr__(self, name: str) -> Any: ...
