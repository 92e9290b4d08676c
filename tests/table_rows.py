"""What holds of the rows of every table, and rows in pandas without a Spark session."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd
from flightlake.contracts.tables import Table
from flightlake.schemas import columns_of

_KINDS = {"timestamp": "datetime64[us, UTC]", "double": "float64"}


def keys_are_whole(table: Table, rows: Iterable[Mapping[str, Any]]) -> bool:
    """Whether no two rows have the same keys, and no key is null; the transform sees to that."""
    keys = [tuple(row[name] for name in table.keys) for row in rows]
    return len(set(keys)) == len(keys) and not any(None in key for key in keys)


def frame_of_table(table: Table, rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Rows that name some of the table's columns; the others are null."""
    columns = columns_of(table)
    frame = pd.DataFrame(list(rows), columns=[column.name for column in columns])
    return frame.astype({c.name: _KINDS[c.type] for c in columns if c.type in _KINDS})
