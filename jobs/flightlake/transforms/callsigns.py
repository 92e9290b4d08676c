"""What a callsign tells."""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

_AIRLINE = "^([A-Z]{3})[0-9][0-9A-Z]{0,4}$"


def airline_of(callsign: str) -> Column:
    """The airline's designator in the column of callsigns; null where it is none of an airline."""
    return F.nullif(F.regexp_extract(callsign, _AIRLINE, 1), F.lit(""))
