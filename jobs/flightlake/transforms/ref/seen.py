"""How much of what flew lately a reference table knows.

A table that was read wrongly can look well and still match nothing: joins would come out empty.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable

import pandas as pd
import pyarrow as pa

Match = Callable[[pa.Table, pd.DataFrame], pd.Series]


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
    "ref.airlines": _airlines,
    "ref.aircraft": _aircraft,
    "ref.countries": _countries,
}
"""Whether each aircraft that was seen is found, by the table; the index is that of ``seen``."""


def found_in(table_name: str, table: pa.Table, seen: pd.DataFrame) -> pd.DataFrame | None:
    """One row an aircraft that was seen, with ``is_found``; None where nothing can be matched.

    Args:
        table_name: the reference table, such as ``ref.aircraft``.
        table: its rows.
        seen: ``icao24`` and ``airline_icao`` of what flew, without repeats.
    """
    match = MATCHES.get(table_name)
    if match is None:
        return None
    is_found = match(table, seen).astype(bool)
    return seen.loc[is_found.index].assign(is_found=is_found)
