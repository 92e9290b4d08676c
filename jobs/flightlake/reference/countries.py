"""ref.countries as it comes with the project: the blocks that ICAO allocated to states."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flightlake.reference import packaged_rows


def embedded_rows() -> Iterator[dict[str, Any]]:
    """One row per block."""
    return packaged_rows("countries")
