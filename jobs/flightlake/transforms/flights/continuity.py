"""An aircraft departs from where it landed: one flight shows what the next leaves open."""

from __future__ import annotations

from datetime import timedelta

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from flightlake.transforms.flights.along import Along
from flightlake.transforms.flights.geo import Place, distance_m
from flightlake.transforms.flights.observations import place_of
from flightlake.transforms.flights.threads import THREAD

LONGEST_STAY = timedelta(hours=12)
"""Between two flights of an aircraft, to infer an airport of one from the other."""
MAX_FILL_DISTANCE_M = 150_000.0
"""To an airport that fills an unknown end: farther away another flight may lie between them."""
MAX_CORRECTION_DISTANCE_M = 40_000.0
"""To an airport that replaces one that was chosen from the air only."""
BEFORE, AFTER = "flight_before", "flight_after"
"""What an inferred end is inferred from."""


def with_inferred_departure(flights: DataFrame, is_cut: Column) -> DataFrame:
    """Fill or correct ``departure`` from the flight before.

    An end that is not known takes the airport of the neighbour. One that was chosen from the air
    takes it where the neighbour was on the ground there. Adds ``departure_inferred_from``, null
    where the end is the flight's own.

    Args:
        flights: with airports.
        is_cut: the begin of the flight lies before what was read, so its departure stays unknown.
    """
    along = _along_flights()
    return _with_end(
        flights.withColumn("departure", F.when(~is_cut, F.col("departure"))),
        "departure",
        BEFORE,
        F.coalesce("first_ground", _place("first_air")),
        along.before("arrival"),
        # Without a gap nothing is inferred.
        F.when(~is_cut, F.col("first_seen_s") - along.before("last_seen_s")),
    )


def with_inferred_arrival(flights: DataFrame) -> DataFrame:
    """Fill or correct ``arrival`` from the flight after, as ``with_inferred_departure`` does.

    What was seen of that flight counts: nothing is inferred from an inference.
    """
    along = _along_flights()
    seen = F.when(F.col("departure_inferred_from").isNull(), F.col("departure"))
    return _with_end(
        flights.withColumn("seen_departure", seen),
        "arrival",
        AFTER,
        F.coalesce("last_ground", _place("last_air")),
        along.after("seen_departure"),
        along.after("first_seen_s") - F.col("last_seen_s"),
    ).drop("seen_departure")


def _along_flights() -> Along:
    return Along(*THREAD, order=("first_seen_s",))


def _with_end(
    flights: DataFrame, end: str, inferred_from: str, position: Column, other: Column, gap_s: Column
) -> DataFrame:
    """Fill or correct one end by the ``other`` end of a neighbour, ``gap_s`` away."""
    place = Place(F.col("other.latitude_deg"), F.col("other.longitude_deg"))
    far_m = F.rint(distance_m(place_of("end_position"), place))
    seen, inferred = F.col(end), F.col(f"{end}_inferred_from").isNotNull()
    chosen = F.struct(
        F.when(inferred, F.col("other.airport")).otherwise(seen["airport"]).alias("airport"),
        F.when(inferred, F.col("far_m")).otherwise(seen["distance_m"]).alias("distance_m"),
        F.when(~inferred, seen["height_m"]).alias("height_m"),
        F.when(~inferred, seen["reach_s"]).alias("reach_s"),
        seen["is_sure"].alias("is_sure"),
        seen["latitude_deg"].alias("latitude_deg"),
        seen["longitude_deg"].alias("longitude_deg"),
    )
    return (
        flights.withColumns({"end_position": position, "other": other, "gap_s": gap_s})
        .withColumn("far_m", far_m)
        .withColumn(f"{end}_inferred_from", F.when(_is_inferred(end), inferred_from))
        .withColumn(end, F.when(seen.isNotNull() | inferred, chosen))
        .drop("end_position", "other", "gap_s", "far_m")
    )


def _place(point: str) -> Column:
    position = F.struct(
        F.col(f"{point}.contact_s").alias("position_s"),
        F.col(f"{point}.latitude_deg").alias("latitude_deg"),
        F.col(f"{point}.longitude_deg").alias("longitude_deg"),
    )
    return F.when(F.col(point).isNotNull(), position)


def _is_inferred(own: str) -> Column:
    corrects = (
        ~F.col(f"{own}.is_sure")
        & F.col("other.is_sure")
        & (F.col(f"{own}.airport") != F.col("other.airport"))
    )
    within_m = F.when(F.col(own).isNull(), MAX_FILL_DISTANCE_M).otherwise(MAX_CORRECTION_DISTANCE_M)
    return F.coalesce(
        (F.col(own).isNull() | corrects)
        & F.col("gap_s").between(0, int(LONGEST_STAY.total_seconds()))
        & (F.col("far_m") <= within_m),
        F.lit(False),
    )
