"""What every event says, however it was found."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from flightlake.transforms.positions import has_recent_position

EMERGENCY_SQUAWK = "emergency_squawk"
IDENTITY_CONFLICT = "identity_conflict"
IMPOSSIBLE_JUMP = "impossible_jump"
RAPID_DESCENT = "rapid_descent"
GNSS_INTERFERENCE = "gnss_interference"
VOLUME_ANOMALY = "volume_anomaly"

CRITICAL, WARNING, INFO = "critical", "warning", "info"

_VALUE_DECIMALS = 3


def first_state() -> Column:
    """The first of the states that show an event: a struct that begins with its time.

    A position that is not recent is left out: it is not where the event began.
    """
    place = ("latitude_deg", "longitude_deg")
    recent = (F.when(has_recent_position(), F.col(name)).alias(name) for name in place)
    return F.min(F.struct("snapshot_time", "region", "callsign", *recent)).alias("first")


def last_moment() -> Column:
    """The time of the last of the states that show an event."""
    return F.max("snapshot_time").alias("ended_at")


def aircraft_name() -> Column:
    """An aircraft in a sentence, by ``first`` and ``icao24``: ``DLH9LF (3c6444)``."""
    called = F.concat("first.callsign", F.lit(" ("), "icao24", F.lit(")"))
    return F.coalesce(called, "icao24")


def aircraft_events(
    found: DataFrame,
    *,
    event_type: Column,
    severity: Column,
    limit_value: Column,
    description: Column,
) -> DataFrame:
    """Events of aircraft: ``found`` has icao24, ``first``, ended_at, states and value."""
    return found.select(
        event_type.alias("event_type"),
        severity.alias("severity"),
        F.col("icao24").alias("subject"),
        "icao24",
        "first.callsign",
        F.col("first.snapshot_time").alias("started_at"),
        "ended_at",
        "first.latitude_deg",
        "first.longitude_deg",
        "first.region",
        "states",
        F.round("value", _VALUE_DECIMALS).alias("value"),
        limit_value.cast("double").alias("limit_value"),
        description.alias("description"),
    )
