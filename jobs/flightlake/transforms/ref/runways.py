"""ref.runways from OurAirports' ``runways.csv``, embedded or new.

``read`` makes rows of the lines one by one; ``complete`` adds what the airports tell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd
import pyarrow as pa

from flightlake.transforms.ref.arrow import Floats, floats, with_columns
from flightlake.transforms.ref.lines import (
    Reading,
    Row,
    header_of,
    metres_or_none,
    number_or_none,
    require_columns,
    rows_of,
    text_or_none,
)
from flightlake.transforms.ref.sphere import bearing_deg, destination, distance_m

FROM_FILE, ESTIMATED = "file", "estimated"
MAX_END_DISTANCE_M = 10_000.0
"""From an airport's reference point to the end of a runway; at the largest airports it is 7 km.

Farther ones are errors of the file: a sign is missing, or the airport has moved and they have not.
"""
MAX_EXCESS_M = 1_000.0
"""How much farther apart than its length the ends of a runway may be."""

_COLUMNS = (
    "airport_ident",
    "length_ft",
    "width_ft",
    "surface",
    "lighted",
    "closed",
    *(
        f"{end}_{name}"
        for end in ("le", "he")
        for name in ("ident", "latitude_deg", "longitude_deg", "elevation_ft", "heading_degT")
    ),
)
_NUMBER = re.compile(r"(0?[1-9]|[12][0-9]|3[0-6])[A-Z]?")
_COMPASS = {"N": 360, "NE": 45, "E": 90, "SE": 135, "S": 180, "SW": 225, "W": 270, "NW": 315}


def read(lines: Iterator[str], source: str, reading: Reading) -> Iterator[Row]:
    """One row per runway or helipad; ``airport`` is still null.

    Raises:
        UnknownHeaderError: the header is not OurAirports'.
    """
    quote, names = header_of(next(lines, ""))
    require_columns(names, _COLUMNS, "that of OurAirports' runways.csv")

    def row_of(line: Mapping[str, str]) -> Row:
        low, high = text_or_none(line["le_ident"]), text_or_none(line["he_ident"])
        return {
            "airport": None,
            "runway": "/".join(filter(None, (low, high))) or None,
            "airport_ident": text_or_none(line["airport_ident"]),
            **_end_of(line, "le", "low"),
            **_end_of(line, "he", "high"),
            "length_m": metres_or_none(line["length_ft"]) or None,
            "width_m": metres_or_none(line["width_ft"]) or None,
            "surface": text_or_none(line["surface"]),
            "is_lighted": line["lighted"] == "1",
            "is_closed": line["closed"] == "1",
            "position_source": None,
            "source": source,
        }

    yield from rows_of(lines, names, quote or '"', ("airport_ident", "runway"), row_of, reading)


def _end_of(line: Mapping[str, str], theirs: str, ours: str) -> Row:
    name = text_or_none(line[f"{theirs}_ident"])
    heading_deg = number_or_none(line[f"{theirs}_heading_degT"])
    return {
        f"{ours}_end": name,
        f"{ours}_latitude_deg": number_or_none(line[f"{theirs}_latitude_deg"]),
        f"{ours}_longitude_deg": number_or_none(line[f"{theirs}_longitude_deg"]),
        f"{ours}_elevation_m": metres_or_none(line[f"{theirs}_elevation_ft"]),
        f"{ours}_heading_deg": _heading_by_name(name) if heading_deg is None else heading_deg,
    }


def _heading_by_name(name: str | None) -> float | None:
    """The heading that a runway's number or letters tell; magnetic, so 10 degrees off or more."""
    if name is None:
        return None
    if name in _COMPASS:
        return float(_COMPASS[name])
    found = _NUMBER.fullmatch(name)
    return None if found is None else 10.0 * int(found[1])


def complete(runways: pa.Table, airports: pa.Table) -> pa.Table:
    """The runways with the keys of their airports, and with ends where the file has no good ones.

    Args:
        runways: rows of ``read``.
        airports: rows of ref.airports with their keys.

    A runway of an airport that is not in ref.airports keeps its ident as ``airport``.
    """
    places = airports.select(["airport", "ident", "latitude_deg", "longitude_deg"]).to_pandas()
    # A table of an older release has no idents.
    by_ident = places.set_index(places["ident"].fillna(places["airport"]))
    found = by_ident.reindex(runways["airport_ident"].to_pandas())
    keyed = with_columns(
        runways, airport=found["airport"].fillna(pd.Series(found.index, found.index)).to_numpy()
    )
    reference = found["latitude_deg"].to_numpy(float), found["longitude_deg"].to_numpy(float)
    return _with_ends(keyed, *reference)


def _with_ends(runways: pa.Table, latitude_deg: Floats, longitude_deg: Floats) -> pa.Table:
    length_m = floats(runways, "length_m")
    heading_deg = _low_heading_deg(runways)
    low, high = _place(runways, "low"), _place(runways, "high")
    low_m, high_m = (distance_m(*end, latitude_deg, longitude_deg) for end in (low, high))
    is_good = (
        (np.maximum(low_m, high_m) <= MAX_END_DISTANCE_M)
        & (distance_m(*low, *high) > 0)
        & ~(distance_m(*low, *high) > length_m + MAX_EXCESS_M)
    )
    is_elsewhere = np.fmax(low_m, high_m) > MAX_END_DISTANCE_M
    heading_deg = np.where(is_good, bearing_deg(*low, *high), heading_deg)
    # The low end is where an aircraft lands that flies its heading: half the length before.
    half_m = length_m / 2
    guessed_low = destination(latitude_deg, longitude_deg, heading_deg + 180.0, half_m)
    guessed_high = destination(latitude_deg, longitude_deg, heading_deg, half_m)
    is_guessed = ~is_good & ~np.isnan(guessed_low[0])
    sources = np.full(len(length_m), None, dtype=object)
    sources[is_good], sources[is_guessed] = FROM_FILE, ESTIMATED
    ends = {
        f"{end}_{name}": np.where(is_good, given, guessed)
        for end, given_place, guessed_place in (
            ("low", low, guessed_low),
            ("high", high, guessed_high),
        )
        for name, given, guessed in zip(
            ("latitude_deg", "longitude_deg"), given_place, guessed_place, strict=True
        )
    }
    return with_columns(
        runways,
        **ends,
        # What is said of another place may have another place's elevation.
        low_elevation_m=np.where(is_elsewhere, np.nan, floats(runways, "low_elevation_m")),
        high_elevation_m=np.where(is_elsewhere, np.nan, floats(runways, "high_elevation_m")),
        low_heading_deg=heading_deg,
        high_heading_deg=(heading_deg + 180.0) % 360.0,
        position_source=sources,
    )


def _low_heading_deg(runways: pa.Table) -> Floats:
    """The heading at the low end, from that of the high end where only it is known."""
    low, high = floats(runways, "low_heading_deg"), floats(runways, "high_heading_deg")
    heading: Floats = np.where(np.isnan(low), high + 180.0, low) % 360.0
    return heading


def _place(runways: pa.Table, end: str) -> tuple[Floats, Floats]:
    return floats(runways, f"{end}_latitude_deg"), floats(runways, f"{end}_longitude_deg")
