"""Emergency codes: the transponder says what is wrong."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from flightlake.transforms.events.event import (
    CRITICAL,
    EMERGENCY_SQUAWK,
    WARNING,
    aircraft_events,
    aircraft_name,
    first_state,
    last_moment,
)

HIJACK, RADIO_FAILURE, EMERGENCY = "7500", "7600", "7700"
MIN_STATES = 2
"""One alone is a bit error, or a code on the way to the one that is being dialled."""

_MEANINGS = {
    HIJACK: "unlawful interference",
    RADIO_FAILURE: "a radio failure",
    EMERGENCY: "an emergency",
}


def emergency_squawks(states: DataFrame) -> DataFrame:
    """One event an aircraft and emergency code; its value is the code, read as a number."""
    found = (
        states.where(F.col("squawk").isin(*_MEANINGS))
        .groupBy("icao24", "squawk")
        .agg(first_state(), last_moment(), F.count("*").alias("states"))
        .where(F.col("states") >= MIN_STATES)
        .withColumn("value", F.col("squawk").cast("double"))
    )
    meaning = F.create_map(*(F.lit(text) for pair in _MEANINGS.items() for text in pair))
    return aircraft_events(
        found,
        event_type=F.lit(EMERGENCY_SQUAWK),
        severity=F.when(F.col("squawk") == RADIO_FAILURE, WARNING).otherwise(CRITICAL),
        limit_value=F.lit(None),
        # Without counts and times: an emergency that goes on has the same words in every hour.
        description=F.format_string(
            "%s transmits squawk %s, %s.", aircraft_name(), "squawk", meaning[F.col("squawk")]
        ),
    )
