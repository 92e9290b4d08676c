"""ref.aircraft as it comes with the project: empty, until ``reference_refresh`` has run."""

from __future__ import annotations

from typing import Any


def embedded_rows() -> list[dict[str, Any]]:
    """No rows: OpenSky's aircraft database may not be redistributed."""
    return []
