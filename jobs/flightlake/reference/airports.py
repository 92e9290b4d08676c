"""ref.airports as it comes with the project: those of OurAirports on 11 October 2022."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flightlake.reference import ourairports
from flightlake.transforms.ref import airports
from flightlake.transforms.ref.lines import Reading


def embedded_rows() -> Iterator[dict[str, Any]]:
    """One row per airport, as ``transforms.ref.airports.read`` gives it."""
    return airports.read(ourairports.lines("airports.csv"), ourairports.PACKAGE, Reading())
