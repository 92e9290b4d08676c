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


def with_inferred_ends(flights: DataFrame, is_cut: Column) -> DataFrame:
    """Fill or correct ``departure`` and ``arrival`` from the flights before and after.

    An end that is not known takes the airport of the neighbour. One that was chosen from the air
    takes it where the neighbour was on the ground there. Adds ``departure_inferred_from`` and
    ``arrival_inferred_from``, null where the end is the flight's own.

    Args:
        flights: with airports.
        is_cut: the begin of the flight lies before what was read, so its departure stays unknown.
    """
    along = Along(*THREAD, order=("first_seen_s",))
    own = flights.withColumn("departure", F.when(~is_cut, F.col("departure"))).withColumns(
        {
            "first_point": F.coalesce("first_ground", _place("first_air")),
            "last_point": F.coalesce("last_ground", _place("last_air")),
        }
    )
    neighbours = {
        "arrival_before": along.before("arrival"),
        "gap_before_s": F.col("first_seen_s") - along.before("last_seen_s"),
        "departure_after": along.after("departure"),
        "gap_after_s": along.after("first_seen_s") - F.col("last_seen_s"),
    }
    far = {
        "far_before_m": _far_m("first_point", "arrival_before"),
        "far_after_m": _far_m("last_point", "departure_after"),
    }
    from_before = ~is_cut & _is_inferred("departure", "arrival_before", "before")
    from_after = _is_inferred("arrival", "departure_after", "after")
    return (
        own.withColumns(neighbours)
        .withColumns(far)
        .withColumns(
            {
                "departure_inferred_from": F.when(from_before, BEFORE),
                "arrival_inferred_from": F.when(from_after, AFTER),
            }
        )
        .withColumns(
            {
                "departure": _end("departure", "arrival_before", "far_before_m"),
                "arrival": _end("arrival", "departure_after", "far_after_m"),
            }
        )
        .drop("first_point", "last_point", *neighbours, *far)
    )


def _place(point: str) -> Column:
    position = F.struct(
        F.col(f"{point}.contact_s").alias("position_s"),
        F.col(f"{point}.latitude_deg").alias("latitude_deg"),
        F.col(f"{point}.longitude_deg").alias("longitude_deg"),
    )
    return F.when(F.col(point).isNotNull(), position)


def _far_m(position: str, airport: str) -> Column:
    place = Place(F.col(f"{airport}.latitude_deg"), F.col(f"{airport}.longitude_deg"))
    return F.rint(distance_m(place_of(position), place))


def _is_inferred(own: str, other: str, side: str) -> Column:
    gap_s, far_m = F.col(f"gap_{side}_s"), F.col(f"far_{side}_m")
    corrects = (
        ~F.col(f"{own}.is_sure")
        & F.col(f"{other}.is_sure")
        & (F.col(f"{own}.airport") != F.col(f"{other}.airport"))
    )
    within_m = F.when(F.col(own).isNull(), MAX_FILL_DISTANCE_M).otherwise(MAX_CORRECTION_DISTANCE_M)
    return F.coalesce(
        (F.col(own).isNull() | corrects)
        & gap_s.between(0, int(LONGEST_STAY.total_seconds()))
        & (far_m <= within_m),
        F.lit(False),
    )


def _end(own: str, other: str, far_m: str) -> Column:
    end = F.struct(
        F.col(f"{other}.airport").alias("airport"),
        F.col(far_m).alias("distance_m"),
        F.lit(None).cast("double").alias("height_m"),
        F.lit(None).cast("double").alias("reach_s"),
    )
    seen = F.struct(
        *(
            F.col(f"{own}.{name}").alias(name)
            for name in ("airport", "distance_m", "height_m", "reach_s")
        )
    )
    return F.when(F.col(f"{own}_inferred_from").isNotNull(), end).when(F.col(own).isNotNull(), seen)
