"""The rows of an export: those of an area, and the positions that GeoJSON draws."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from flightlake.contracts.exports import Area

MAX_POSITION_AGE_S = 60
"""An older position may be frozen: a track goes on without it."""


def is_within(area: Area) -> Column:
    """Whether a position is in an area; null where there is none."""
    latitude_deg, longitude_deg = F.col("latitude_deg"), F.col("longitude_deg")
    is_east, is_west = longitude_deg >= area.west, longitude_deg <= area.east
    is_between = (is_east & is_west) if area.west < area.east else (is_east | is_west)
    return latitude_deg.between(area.south, area.north) & is_between


def point() -> Column:
    """The position of a row as a list of one; null where it has none."""
    longitude_deg, latitude_deg = F.col("longitude_deg"), F.col("latitude_deg")
    has_position = longitude_deg.isNotNull() & latitude_deg.isNotNull()
    return F.when(has_position, F.array(F.array(longitude_deg, latitude_deg)))


def with_tracks(flights: DataFrame, states: DataFrame, area: Area | None, track: str) -> DataFrame:
    """Flights with the positions that they were seen at, in order of time; null where none.

    With an area only the flights with a position in it, their tracks whole. Where two aircraft
    with one address flew at once, the callsign tells whose a position is.

    Args:
        flights: rows of ``gold.flights``.
        states: rows of ``silver.state_vectors`` of at least the same time.
        area: None for everywhere.
        track: the name of the column to add: a list of longitude and latitude, in degrees.
    """
    contact_age_s = F.unix_seconds("last_contact") - F.unix_seconds("time_position")
    positions = states.where(
        F.col("latitude_deg").isNotNull()
        & F.col("longitude_deg").isNotNull()
        & (contact_age_s <= MAX_POSITION_AGE_S)
    ).select(
        "icao24",
        "last_contact",
        F.col("callsign").alias("sent_callsign"),
        F.struct("time_position", "longitude_deg", "latitude_deg").alias("position"),
        (is_within(area) if area else F.lit(True)).alias("is_within"),
    )
    is_foreign = F.col("is_shared") & (F.col("sent_callsign") != F.col("callsign"))
    lines = (
        _with_shared(flights)
        .join(positions, "icao24")
        .where(F.col("last_contact").between(F.col("first_seen"), F.col("last_seen")))
        .where(~F.coalesce(is_foreign, F.lit(False)))
        .groupBy("date", "flight_id")
        .agg(
            F.sort_array(F.collect_set("position")).alias(track),
            F.max("is_within").alias("is_within"),
        )
        .where("is_within")
        .select(
            "date",
            "flight_id",
            F.transform(track, lambda p: F.array(p["longitude_deg"], p["latitude_deg"])).alias(
                track
            ),
        )
    )
    return flights.join(lines, ["date", "flight_id"], "inner" if area else "left")


def _with_shared(flights: DataFrame) -> DataFrame:
    """Add whether another flight of the same address was under way meanwhile."""
    by_begin = Window.partitionBy("icao24").orderBy("first_seen", "flight_id")
    before = by_begin.rowsBetween(Window.unboundedPreceding, -1)
    is_shared = (F.max("last_seen").over(before) >= F.col("first_seen")) | (
        F.lead("first_seen").over(by_begin) <= F.col("last_seen")
    )
    return flights.select(
        "date", "flight_id", "icao24", "callsign", "first_seen", "last_seen"
    ).withColumn("is_shared", F.coalesce(is_shared, F.lit(False)))
