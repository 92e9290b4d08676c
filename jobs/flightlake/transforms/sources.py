"""What a table is derived from: the tables that the registry names, by their full names."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from flightlake.contracts.days import Period

Sources = Mapping[str, DataFrame]
"""``silver.state_vectors`` of the hourly step holds an hour and, of the hour before, the states of
its last answer."""


def states_of(sources: Sources, hour: Period) -> DataFrame:
    """The published states of an hour."""
    return sources["silver.state_vectors"].where(_is_of(hour.start))


def states_and_those_before(sources: Sources, hour: Period) -> DataFrame:
    """The published states of an hour, and those of the hour before, marked by ``is_before``."""
    is_before = _is_of(hour.start - timedelta(hours=1))
    states = sources["silver.state_vectors"].where(_is_of(hour.start) | is_before)
    return states.withColumn("is_before", is_before)


def _is_of(start: datetime) -> Column:
    # As one value: a number of its own is part of the generated code, which Java would then have
    # to learn anew every hour.
    return F.struct("date", "hour") == F.struct(
        F.lit(start.date()).alias("date"), F.lit(start.hour).alias("hour")
    )
