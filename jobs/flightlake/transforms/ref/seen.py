"""How much of what flew lately a reference table knows.

A table that was read wrongly can look well and still match nothing: joins would come out empty.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable

import pandas as pd
import pyarrow as pa

Match = Callable[[pa.Table, pd.DataFrame], pd.Series]

FEWEST_SEEN = 20
"""A share of fewer says nothing of a table."""
_CELLS_A_DEGREE = 10
_NEIGHBOURS = [(north, east) for north in (-1, 0, 1) for east in (-1, 0, 1)]


def _airports(table: pa.Table, seen: pd.DataFrame) -> pd.Series:
    return _near(table, "", seen)


def _runways(table: pa.Table, seen: pd.DataFrame) -> pd.Series:
    return _near(table, "low_", seen)


def _near(table: pa.Table, prefix: str, seen: pd.DataFrame) -> pd.Series:
    """Whether a place of the table is within some 10 km of where an aircraft was on the ground."""
    names = [f"{prefix}latitude_deg", f"{prefix}longitude_deg"]
    placed = table.select(names).drop_null().to_pydict()
    known = set(map(_cell, *(placed[name] for name in names)))
    on_ground = seen.dropna(subset=["ground_latitude_deg", "ground_longitude_deg"])
    cells = map(_cell, on_ground["ground_latitude_deg"], on_ground["ground_longitude_deg"])
    is_found = [
        any((row + north, column + east) in known for north, east in _NEIGHBOURS)
        for row, column in cells
    ]
    return pd.Series(is_found, index=on_ground.index, dtype=bool)


def _cell(latitude_deg: float, longitude_deg: float) -> tuple[int, int]:
    return round(latitude_deg * _CELLS_A_DEGREE), round(longitude_deg * _CELLS_A_DEGREE)


def _airlines(table: pa.Table, seen: pd.DataFrame) -> pd.Series:
    known = set(table["airline_icao"].to_pylist())
    return seen["airline_icao"].dropna().isin(known)


def _aircraft(table: pa.Table, seen: pd.DataFrame) -> pd.Series:
    known = set(table["icao24"].to_pylist())
    return seen["icao24"].drop_duplicates().isin(known)


def _countries(table: pa.Table, seen: pd.DataFrame) -> pd.Series:
    blocks = sorted(
        zip(table["first_icao24"].to_pylist(), table["last_icao24"].to_pylist(), strict=True)
    )
    firsts = [first for first, _ in blocks]

    def is_found(icao24: str) -> bool:
        place = bisect_right(firsts, icao24) - 1
        return place >= 0 and icao24 <= blocks[place][1]

    return seen["icao24"].drop_duplicates().map(is_found)


MATCHES: dict[str, Match] = {
    "ref.airports": _airports,
    "ref.runways": _runways,
    "ref.airlines": _airlines,
    "ref.aircraft": _aircraft,
    "ref.countries": _countries,
}
"""Whether each aircraft that was seen is found, by the table; the index is that of ``seen``."""


def found_in(table_name: str, table: pa.Table, seen: pd.DataFrame) -> pd.DataFrame:
    """One row an aircraft that was seen, with ``is_found``; none where too few were.

    Args:
        table_name: the reference table, such as ``ref.aircraft``.
        table: its rows.
        seen: of what flew, without repeats: ``icao24``, ``airline_icao``, and
            ``ground_latitude_deg``, ``ground_longitude_deg`` where it was last on the ground.
    """
    is_found = MATCHES[table_name](table, seen).astype(bool)
    found = seen.loc[is_found.index].assign(is_found=is_found)
    return found if len(found) >= FEWEST_SEEN else found.head(0)
