"""Jumps from one position to the next that no aircraft flies."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from flightlake.transforms.events.event import (
    IDENTITY_CONFLICT,
    IMPOSSIBLE_JUMP,
    INFO,
    WARNING,
    aircraft_events,
    aircraft_name,
    first_state,
    last_moment,
)
from flightlake.transforms.flights.along import Along
from flightlake.transforms.flights.geo import distance_m
from flightlake.transforms.flights.observations import JUMP_MPS, is_jump, place_of
from flightlake.transforms.positions import with_recent_position

_CALLSIGNS = ("before.callsign", "position.callsign")


def jumps(states: DataFrame) -> DataFrame:
    """One event an aircraft that jumps, however often; its value is the highest speed, in m/s.

    A jump from one callsign to another is an identity conflict: two aircraft with one address.
    Without one, a position is wrong or forged.
    """
    is_other = F.col("before.callsign") != F.col("position.callsign")
    found = (
        _jumps(states)
        .groupBy("icao24")
        .agg(
            first_state(),
            last_moment(),
            F.count("*").alias("states"),
            F.max(_speed_mps()).alias("value"),
            # Over several conflicts, the least and the greatest are still two.
            F.min(F.when(is_other, F.least(*_CALLSIGNS))).alias("one_callsign"),
            F.max(F.when(is_other, F.greatest(*_CALLSIGNS))).alias("other_callsign"),
        )
    )
    is_conflict = F.col("one_callsign").isNotNull()
    return aircraft_events(
        found,
        event_type=F.when(is_conflict, IDENTITY_CONFLICT).otherwise(IMPOSSIBLE_JUMP),
        severity=F.when(is_conflict, WARNING).otherwise(INFO),
        limit_value=F.lit(JUMP_MPS),
        description=F.when(
            is_conflict,
            F.format_string(
                "%s and %s share the address %s: from one to the other at %,.0f m/s.",
                "one_callsign",
                "other_callsign",
                "icao24",
                "value",
            ),
        ).otherwise(
            F.format_string(
                "%s jumps at %,.0f m/s: a position is wrong or forged.", aircraft_name(), "value"
            )
        ),
    )


def _jumps(states: DataFrame) -> DataFrame:
    """The states that their aircraft jumped to, each with its position and the one before."""
    position = F.struct(
        F.unix_seconds("time_position").alias("position_s"),
        "latitude_deg",
        "longitude_deg",
        "callsign",
    )
    return (
        with_recent_position(states)
        .withColumn("position", position)
        .withColumn("before", Along("icao24", order=("snapshot_time",)).before("position"))
        .where(is_jump("before", "position"))
    )


def _speed_mps() -> Column:
    elapsed_s = F.abs(F.col("position.position_s") - F.col("before.position_s"))
    # Positions are timed in whole seconds.
    return distance_m(place_of("before"), place_of("position")) / F.greatest(elapsed_s, F.lit(1))
