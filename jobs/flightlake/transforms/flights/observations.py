"""What was observed of each aircraft: one row a contact, with what can be believed of it."""

from __future__ import annotations

from datetime import timedelta

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from flightlake.contracts.days import Day
from flightlake.transforms.flights.along import Along
from flightlake.transforms.flights.geo import DEGREE_M, Place, distance_m

LOOK_BACK = timedelta(days=1)
"""Flights of up to a day are seen whole, whichever day they end on."""
LOOK_AHEAD = timedelta(hours=1)
"""A flight that is not heard for so long has ended, or its day would never be final."""

MAX_POSITION_AGE_S = 60
"""A contact goes on while its position may be frozen; an older one is no position."""
MIN_ALTITUDE_M, MAX_ALTITUDE_M = -500.0, 18_300.0
"""What lies outside is a bit error, or a balloon; neither can be told a flight's altitude."""
JUMP_MPS, JUMP_M, JUMP_WITHIN_S = 1_000.0, 20_000.0, 1_800
"""Faster and farther than that between two positions is no flight of one aircraft."""

_SURFACE_CATEGORIES = (16, 20)


def observations(states: DataFrame, day: Day) -> DataFrame:
    """One row an aircraft and contact of the day, its look-back and its look-ahead.

    Times are whole Unix seconds. ``position`` is null where it is stale or a lone outlier. Several
    answers can hold the same contact: the one with the latest position counts.
    """
    first, last = (day.start - LOOK_BACK).date(), (day.end + LOOK_AHEAD).date()
    in_look_ahead = (F.col("date") == last) & (F.col("hour") < LOOK_AHEAD // timedelta(hours=1))
    is_aircraft = ~F.coalesce(F.col("category").between(*_SURFACE_CATEGORIES), F.lit(False))
    altitude_m = F.coalesce(_credible("baro_altitude_m"), _credible("geo_altitude_m"))
    by_position = Along("icao24", order=("contact_s", "position_s", "snapshot_time"))
    contacts = (
        states.where(F.col("date").between(first, day.date) | in_look_ahead)
        .where(is_aircraft)
        .select(
            "icao24",
            F.unix_seconds("last_contact").alias("contact_s"),
            F.unix_seconds("time_position").alias("position_s"),
            "snapshot_time",
            "callsign",
            "latitude_deg",
            "longitude_deg",
            altitude_m.alias("altitude_m"),
            "is_on_ground",
            "ground_speed_mps",
            "true_track_deg",
            "vertical_rate_mps",
            "source",
        )
        # Said once, the windows of all steps share this shuffle.
        .repartition("icao24")
        .withColumn("next_s", by_position.after("contact_s"))
        .where("next_s IS NULL OR next_s > contact_s")
    )
    is_valid = (
        F.col("latitude_deg").isNotNull()
        & F.col("longitude_deg").isNotNull()
        & (F.col("contact_s") - F.col("position_s") <= MAX_POSITION_AGE_S)
    )
    position = F.struct("position_s", "latitude_deg", "longitude_deg")
    return _without_outliers(
        contacts.select(
            "icao24",
            "contact_s",
            "callsign",
            F.when(is_valid, position).alias("position"),
            "altitude_m",
            "is_on_ground",
            "ground_speed_mps",
            "true_track_deg",
            "vertical_rate_mps",
            "source",
        )
    )


def place_of(position: str) -> Place:
    """The place in a column of positions."""
    return Place(F.col(f"{position}.latitude_deg"), F.col(f"{position}.longitude_deg"))


def is_jump(before: str, after: str) -> Column:
    """Two positions that no aircraft can connect; false where one is null."""
    a, b = place_of(before), place_of(after)
    elapsed_s = F.abs(F.col(f"{after}.position_s") - F.col(f"{before}.position_s"))
    reach_m = F.greatest(F.lit(JUMP_M), JUMP_MPS * elapsed_s)
    # No way is longer than along the meridian and the parallel: that spares most of the sines.
    detour_m = DEGREE_M * (
        F.abs(b.latitude_deg - a.latitude_deg) + F.abs(b.longitude_deg - a.longitude_deg)
    )
    found = (elapsed_s <= JUMP_WITHIN_S) & (detour_m > reach_m) & (distance_m(a, b) > reach_m)
    return F.coalesce(found, F.lit(False))


def _credible(altitude: str) -> Column:
    return F.when(F.col(altitude).between(MIN_ALTITUDE_M, MAX_ALTITUDE_M), F.col(altitude))


def _without_outliers(contacts: DataFrame) -> DataFrame:
    """A position that its neighbours agree without is none; its contact still counts."""
    along = Along("icao24")
    neighbours = {
        "before": along.known_before("position"),
        "after": along.known_after("position"),
        "callsign_before": along.known_before("callsign"),
    }
    is_outlier = (
        is_jump("before", "position")
        & is_jump("position", "after")
        & ~is_jump("before", "after")
        & F.coalesce(F.col("callsign") == F.col("callsign_before"), F.lit(True))
    )
    return (
        contacts.withColumns(neighbours)
        .withColumn("position", F.when(~is_outlier, F.col("position")))
        .drop(*neighbours)
    )
