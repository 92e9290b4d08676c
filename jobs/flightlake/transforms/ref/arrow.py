"""Columns of Arrow tables, in and out."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Floats = npt.NDArray[np.float64]


def floats(table: pa.Table, name: str) -> Floats:
    """The numbers of a column, NaN where there is none."""
    values: Floats = table[name].to_numpy().astype(float)
    return values


def with_columns(table: pa.Table, **columns: Any) -> pa.Table:
    """A table with other values in columns that it has, of their types; NaN becomes null."""
    for name, values in columns.items():
        place = table.schema.get_field_index(name)
        field = table.schema.field(place)
        table = table.set_column(place, field, pa.array(values, type=field.type, from_pandas=True))
    return table
