"""What is derived from a state: times, ages, region, flight phase."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

Regions = Mapping[str, Sequence[float]]
"""Named boxes in order, each [south, west, north, east] in degrees; the first that fits wins."""

OTHER_REGION, UNKNOWN_REGION = "other", "unknown"

MAX_FRESH_AGE_S = 15
"""OpenSky's own limit of validity of a position."""
CLIMB_MPS = 1.5
"""About 300 ft/min: less than that is level flight."""
CRUISE_ALTITUDE_M = 6_000.0


def enrich(rows: DataFrame, regions: Regions) -> DataFrame:
    """Add times, ages (whole seconds), freshness, region and flight phase to conformed rows.

    A track is brought to [0, 360): FLARM rows come with negative ones.
    """
    snapshot_s = F.col("snapshot_time_s")
    return rows.select(
        "*",
        F.timestamp_seconds(snapshot_s).alias("snapshot_time"),
        moment("time_position_s").alias("time_position"),
        moment("last_contact_s").alias("last_contact"),
        age_s("time_position_s").alias("position_age_s"),
        age_s("last_contact_s").alias("contact_age_s"),
        F.coalesce(age_s("time_position_s") <= MAX_FRESH_AGE_S, F.lit(False)).alias("is_fresh"),
        F.to_date(F.timestamp_seconds(snapshot_s)).alias("date"),
        F.hour(F.timestamp_seconds(snapshot_s)).alias("hour"),
        region(regions).alias("region"),
        flight_phase().alias("flight_phase"),
    ).withColumn("true_track_deg", F.expr("pmod(true_track_deg, 360)"))


def moment(seconds: str) -> Column:
    """A column of Unix seconds as a timestamp; null where it can be none."""
    return F.timestamp_seconds(F.when(F.col(seconds).between(0, 2**33), F.col(seconds)))


def age_s(seconds: str) -> Column:
    """How old a moment was at the time of its answer, in whole seconds; never below 0."""
    age = F.col("snapshot_time_s") - F.col(seconds)
    # `greatest` passes over nulls: an unknown age must not become 0.
    return F.when(age < 2**31, F.greatest(age, F.lit(0))).cast("int")


def region(regions: Regions) -> Column:
    """The name of the first box that holds the position."""
    latitude, longitude = F.col("latitude_deg"), F.col("longitude_deg")
    found = F.when(latitude.isNull() | longitude.isNull(), UNKNOWN_REGION)
    for name, (south, west, north, east) in regions.items():
        found = found.when(
            latitude.between(south, north) & longitude.between(west, east), F.lit(name)
        )
    return found.otherwise(OTHER_REGION)


def flight_phase() -> Column:
    """ground, climb, descent, cruise (level above 6,000 m), level, or unknown."""
    rate, altitude = F.col("vertical_rate_mps"), F.coalesce("baro_altitude_m", "geo_altitude_m")
    return (
        F.when(F.col("is_on_ground"), "ground")
        .when(rate > CLIMB_MPS, "climb")
        .when(rate < -CLIMB_MPS, "descent")
        .when(rate.isNull() | altitude.isNull(), "unknown")
        .when(altitude >= CRUISE_ALTITUDE_M, "cruise")
        .otherwise("level")
    )
