"""Which airport a position belongs to."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from flightlake.transforms.airfields import (
    MAX_HALF_LENGTH_M,
    air_penalty_m,
    can_use,
    distance_to_strip_m,
    ground_penalty_m,
    middle_of,
)
from flightlake.transforms.flights.geo import Place, chord_m, cube, cubes_within, point

RADIUS_M = 10_000.0
"""What is farther from all runways of an airport is neither at it nor over it."""

_EDGE_M = 100_000.0
"""Large against the radius: most strips are in one cube, and to compare is cheap."""
_AXES = ("x", "y", "z")


def with_airports(states: DataFrame, strips: DataFrame) -> DataFrame:
    """Add the airports whose strips are within RADIUS_M of each state: ``near``, or null.

    A state is there once for each strip that may be near, and some of its ``near`` may be null. The
    lesser ``near``, a struct of ``misfit_m``, ``airport``, ``distance_m`` and ``elevation_m``, is
    the better (``airfields``).

    Args:
        states: ``latitude_deg``, ``longitude_deg``, ``is_on_ground``, ``max_speed_mps`` and
            ``is_rotorcraft``, and any others.
        strips: see ``airfields.strips``.
    """
    here = Place(F.col("latitude_deg"), F.col("longitude_deg"))
    at = {f"at_{axis}": value for axis, value in zip(_AXES, point(here), strict=True)}
    placed = states.withColumns(at).withColumn("cube", cube([F.col(name) for name in at], _EDGE_M))
    chord = chord_m([F.col(name) for name in at], [F.col(f"strip.{axis}") for axis in _AXES])
    found = placed.join(
        F.broadcast(_by_cube(strips)),
        (F.col("cube") == F.col("strip_cube"))
        # Of the strips in the cube few can be near; only they are worth the angles.
        & (chord <= RADIUS_M + MAX_HALF_LENGTH_M),
        "left",
    ).withColumn("distance_m", distance_to_strip_m(here, "strip"))
    max_speed_mps, distance_m = F.col("max_speed_mps"), F.col("distance_m")
    penalty_m = F.when(
        F.col("is_on_ground"), ground_penalty_m("strip", F.col("is_rotorcraft"))
    ).otherwise(air_penalty_m("strip", max_speed_mps))
    is_near = (distance_m <= RADIUS_M) & can_use(
        "strip", distance_m, max_speed_mps, F.col("is_rotorcraft")
    )
    near = F.struct(
        (distance_m + penalty_m).alias("misfit_m"),
        F.col("strip.airport").alias("airport"),
        "distance_m",
        F.col("strip.elevation_m").alias("elevation_m"),
    )
    return found.select(*states.columns, F.when(is_near, near).alias("near"))


def _by_cube(strips: DataFrame) -> DataFrame:
    """Each strip for every cube that its surroundings extend into."""
    middle = point(middle_of("strip"))
    reach_m = F.lit(RADIUS_M + MAX_HALF_LENGTH_M)
    axes = [axis.alias(name) for axis, name in zip(middle, _AXES, strict=True)]
    around = strips.select(F.struct(*strips.columns).alias("strip")).select(
        F.struct("strip.*", *axes).alias("strip"),
        cubes_within(middle, reach_m, _EDGE_M).alias("cubes"),
    )
    # Not `explode`: Spark would filter by the size of what it explodes.
    return around.select("strip", F.explode_outer("cubes").alias("strip_cube"))
