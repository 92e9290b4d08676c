"""What was observed of each aircraft: one row a contact, with what can be believed of it."""

from __future__ import annotations

from datetime import timedelta

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from flightlake.contracts.days import Day
from flightlake.transforms.flights.geo import Place, distance_m

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
    same_contact = Window.partitionBy("icao24", "contact_s").orderBy(
        F.desc_nulls_last("position_s"), F.desc("snapshot_time")
    )
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
            F.coalesce(_credible("baro_altitude_m"), _credible("geo_altitude_m")).alias(
                "altitude_m"
            ),
            "is_on_ground",
            "ground_speed_mps",
            "true_track_deg",
            "vertical_rate_mps",
            "source",
        )
        # Said once, all windows of all steps share this shuffle.
        .repartition("icao24")
        .withColumn("copy", F.row_number().over(same_contact))
        .where("copy = 1")
    )
    is_valid = (
        F.col("latitude_deg").isNotNull()
        & F.col("longitude_deg").isNotNull()
        & (F.col("contact_s") - F.col("position_s") <= MAX_POSITION_AGE_S)
    )
    position = F.when(is_valid, F.struct("position_s", "latitude_deg", "longitude_deg"))
    return _without_outliers(
        contacts.withColumn("position", position).drop(
            "copy", "snapshot_time", "position_s", "latitude_deg", "longitude_deg"
        )
    )


def place_of(position: str) -> Place:
    """The place in a column of positions."""
    return Place(F.col(f"{position}.latitude_deg"), F.col(f"{position}.longitude_deg"))


def is_jump(before: str, after: str) -> Column:
    """Two positions that no aircraft can connect; false where one is null."""
    elapsed_s = F.abs(F.col(f"{after}.position_s") - F.col(f"{before}.position_s"))
    far_m = distance_m(place_of(before), place_of(after))
    found = (
        (elapsed_s <= JUMP_WITHIN_S)
        & (far_m > JUMP_M)
        & (far_m > JUMP_MPS * F.greatest(elapsed_s, F.lit(1)))
    )
    return F.coalesce(found, F.lit(False))


def _credible(altitude: str) -> Column:
    return F.when(F.col(altitude).between(MIN_ALTITUDE_M, MAX_ALTITUDE_M), F.col(altitude))


def _without_outliers(contacts: DataFrame) -> DataFrame:
    """A position that its neighbours agree without is none; its contact still counts."""
    order = "over (partition by icao24 order by contact_s)"
    is_outlier = (
        is_jump("before", "position")
        & is_jump("position", "after")
        & ~is_jump("before", "after")
        & F.coalesce(F.col("callsign") == F.col("callsign_before"), F.lit(True))
    )
    return (
        contacts.withColumn("before", F.expr(f"lag(position) ignore nulls {order}"))
        .withColumn("after", F.expr(f"lead(position) ignore nulls {order}"))
        .withColumn("callsign_before", F.expr(f"lag(callsign) ignore nulls {order}"))
        .withColumn("position", F.when(~is_outlier, F.col("position")))
        .drop("before", "after", "callsign_before")
    )
