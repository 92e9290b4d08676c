"""Which positions say where an aircraft was at the time of its state."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

MAX_POSITION_AGE_S = 60
"""An airliner is 15 km further by then; OpenSky repeats positions for hours."""


def has_recent_position() -> Column:
    """The state has a position, and it is at most MAX_POSITION_AGE_S old."""
    return F.col("latitude_deg").isNotNull() & (F.col("position_age_s") <= MAX_POSITION_AGE_S)


def with_recent_position(states: DataFrame) -> DataFrame:
    """The states that say where their aircraft was."""
    return states.where(has_recent_position())
