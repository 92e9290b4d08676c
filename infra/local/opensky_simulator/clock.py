"""A clock that tests can set."""

import time
from collections.abc import Callable


class SettableClock:
    """Unix time in seconds: of ``base``, shifted by an offset, or standing still."""

    def __init__(self, base: Callable[[], float] = time.time, offset_s: float = 0.0) -> None:
        self._base = base
        self._offset_s = offset_s
        self._frozen_s: float | None = None

    def __call__(self) -> float:
        """Return the time that the clock shows."""
        return self._base() + self._offset_s if self._frozen_s is None else self._frozen_s

    def freeze(self, now_s: float) -> None:
        """Stand still at ``now_s``."""
        self._frozen_s = now_s

    def shift(self, offset_s: float) -> None:
        """Run, ``offset_s`` ahead of the base clock."""
        self._frozen_s = None
        self._offset_s = offset_s
