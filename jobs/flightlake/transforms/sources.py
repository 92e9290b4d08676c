"""What a table is derived from: the tables that the registry names, by their full names."""

from __future__ import annotations

from collections.abc import Mapping

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from flightlake.contracts.days import Period

Sources = Mapping[str, DataFrame]


def states_of(sources: Sources, hour: Period) -> DataFrame:
    """The published states of an hour."""
    # As one value: a number of its own is part of the generated code, which Java would then have
    # to learn anew every hour.
    is_of_hour = F.struct("date", "hour") == F.struct(
        F.lit(hour.date).alias("date"), F.lit(hour.hour).alias("hour")
    )
    return sources["silver.state_vectors"].where(is_of_hour)
