"""ref.countries as it comes with the project: the blocks that ICAO allocated to states."""

from __future__ import annotations

from typing import Any

from flightlake.reference import packaged_rows


def embedded_rows() -> list[dict[str, Any]]:
    """One row a block."""
    return packaged_rows("countries")
