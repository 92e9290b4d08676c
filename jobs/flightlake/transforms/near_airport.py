"""Which airport a position belongs to."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from flightlake.transforms.flights.geo import Place, chord_m, point

RADIUS_M = 10_000.0
"""What is farther from an airport is neither at it nor over it."""

_CUBE_M = 20_000.0
"""Twice the radius: an airport reaches into at most two cubes on each axis."""
_NO_AIRPORT_TYPES = ("heliport", "balloonport", "closed")
_MAIN_TYPES = ("large_airport", "medium_airport")
_AXES = ("x", "y", "z")


def with_airports(states: DataFrame, airports: DataFrame) -> DataFrame:
    """Add the airports within RADIUS_M of each state: ``near``, null where there is none.

    A state with several is there once for each. The lesser ``near``, a struct of ``rank``,
    ``distance_m``, ``airport`` and ``elevation_m``, is the better: main airports (large, medium,
    with an IATA code or scheduled service) before airstrips, then the nearest, then by code.

    Positions are points in space: in a grid of cubes the poles and the date line are like any
    place, and distances need no angles.
    """
    placed = states.withColumns(_point("")).withColumns(
        {f"cube_{axis}": F.floor(F.col(axis) / _CUBE_M) for axis in _AXES}
    )
    distance_m = chord_m(
        [F.col(axis) for axis in _AXES], [F.col(f"airport_{axis}") for axis in _AXES]
    )
    is_near = [F.col(f"cube_{axis}") == F.col(f"airport_cube_{axis}") for axis in _AXES]
    rounded_m = (F.rint(distance_m * 10) / 10).alias("distance_m")
    near = F.struct("rank", rounded_m, "airport", "elevation_m")
    return placed.join(
        F.broadcast(_by_cube(airports)), [*is_near, distance_m <= RADIUS_M], "left"
    ).select(*states.columns, F.when(F.col("airport").isNotNull(), near).alias("near"))


def _by_cube(airports: DataFrame) -> DataFrame:
    """An airport for each cube that its surroundings reach into."""
    is_main = (
        F.col("type").isin(*_MAIN_TYPES)
        | F.col("iata").isNotNull()
        | F.col("has_scheduled_service")
    )
    found = airports.where(F.coalesce(~F.col("type").isin(*_NO_AIRPORT_TYPES), F.lit(True))).select(
        "airport",
        F.when(is_main, 0).otherwise(1).alias("rank"),
        F.coalesce("elevation_m", F.lit(0.0)).alias("elevation_m"),
        *(point.alias(name) for name, point in _point("airport_").items()),
    )
    for axis in _AXES:
        first, last = (
            F.floor((F.col(f"airport_{axis}") + away) / _CUBE_M) for away in (-RADIUS_M, RADIUS_M)
        )
        found = found.withColumn(f"airport_cube_{axis}", F.explode(F.sequence(first, last)))
    return found


def _point(prefix: str) -> dict[str, Column]:
    here = point(Place(F.col("latitude_deg"), F.col("longitude_deg")))
    return {f"{prefix}{axis}": value for axis, value in zip(_AXES, here, strict=True)}
