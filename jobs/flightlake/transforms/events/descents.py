"""Descents faster than any that is planned."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from flightlake.transforms.events.event import (
    RAPID_DESCENT,
    WARNING,
    aircraft_events,
    aircraft_name,
    first_state,
    last_moment,
)
from flightlake.transforms.flights.along import Along

RAPID_SINK_MPS = 25.0
"""4,900 ft/min: airliners in a hurry stay below 20 m/s, an emergency descent begins at 30."""
MIN_LOST_SHARE = 0.5
"""Of the height that the rate stands for: where it is not lost, the rate is a bit error."""
MIN_ALTITUDE_M = 6_000.0
"""Aircraft that drop parachutists sink as fast, from 4,500 m."""
MAX_PAUSE_S = 300
"""Two rates that are longer apart need not be of one descent."""


def rapid_descents(states: DataFrame) -> DataFrame:
    """One event an aircraft of which two states say so, and the height lost bears them out.

    Its value is the highest rate that two states reach, in m/s.
    """
    state = F.struct("last_contact", "baro_altitude_m", "vertical_rate_mps")
    pause_s = F.unix_seconds("last_contact") - F.unix_seconds("before.last_contact")
    lost_m = F.col("before.baro_altitude_m") - F.col("baro_altitude_m")
    sink_mps = -F.greatest("vertical_rate_mps", "before.vertical_rate_mps")
    found = (
        # So few remain that looking back costs nothing.
        states.where(~F.col("is_on_ground") & (F.col("vertical_rate_mps") <= -RAPID_SINK_MPS))
        .withColumn("state", state)
        .withColumn("before", Along("icao24", order=("snapshot_time",)).before("state"))
        .where(F.col("before.baro_altitude_m") >= MIN_ALTITUDE_M)
        .where(pause_s.between(1, MAX_PAUSE_S))
        .where(lost_m >= MIN_LOST_SHARE * RAPID_SINK_MPS * pause_s)
        .groupBy("icao24")
        .agg(
            first_state(),
            last_moment(),
            F.count("*").alias("states"),
            F.max(sink_mps).alias("value"),
        )
    )
    return aircraft_events(
        found,
        event_type=F.lit(RAPID_DESCENT),
        severity=F.lit(WARNING),
        limit_value=F.lit(RAPID_SINK_MPS),
        description=F.format_string(
            "%s sinks at %.1f m/s or more in two states.", aircraft_name(), "value"
        ),
    )
