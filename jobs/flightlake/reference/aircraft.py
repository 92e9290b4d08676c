"""ref.aircraft as it comes with the project: empty, until ``reference_refresh`` has run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def embedded_rows() -> Iterator[dict[str, Any]]:
    """No rows: OpenSky's aircraft database may not be redistributed."""
    return iter(())
