"""H3 cells, so that standard tools can draw what is counted in them.

H3 itself runs on whole Arrow columns in Python workers; nothing here runs once a row.
pyspark's types want a ``functionType``, which its decorator then warns about.
"""

from __future__ import annotations

import pyarrow as pa
from h3ronpy.vector import cells_to_coordinates, coordinates_to_cells
from pyspark.sql import Column
from pyspark.sql import functions as F

_CENTRE = ["latitude_deg", "longitude_deg"]
_CENTRE_DECIMALS = 6
"""A tenth of a metre; more digits would hang on the machine's mathematics."""


def cell_of(latitude: str, longitude: str, resolution: int) -> Column:
    """The cell that holds a position in degrees, as H3's number; null without a position."""

    @F.arrow_udf("bigint")  # type: ignore[call-overload]
    def cells(latitudes: pa.Array, longitudes: pa.Array) -> pa.Array:
        return pa.array(coordinates_to_cells(latitudes, longitudes, resolution)).cast(pa.int64())

    return cells(latitude, longitude)


def centre_of(cell: str) -> Column:
    """The centre of a cell given as a number: ``latitude_deg`` and ``longitude_deg``."""

    @F.arrow_udf("latitude_deg double, longitude_deg double")  # type: ignore[call-overload]
    def centres(cells: pa.Array) -> pa.Array:
        found = pa.record_batch(cells_to_coordinates(cells.cast(pa.uint64())))
        return pa.StructArray.from_arrays([found["lat"], found["lng"]], names=_CENTRE)

    centre = centres(cell)
    return F.struct(*(F.round(centre[name], _CENTRE_DECIMALS).alias(name) for name in _CENTRE))


def index_of(cell: str) -> Column:
    """A cell given as a number, as people and tools write it: hexadecimal digits."""
    return F.lower(F.hex(cell))
