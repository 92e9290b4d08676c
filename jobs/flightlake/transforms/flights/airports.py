"""Where a flight came from and went to: the airfield that its first or last positions fit."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from flightlake.transforms.airfields import (
    MAX_HALF_LENGTH_M,
    air_penalty_m,
    can_use,
    distance_to_strip_m,
    ground_penalty_m,
    middle_of,
)
from flightlake.transforms.flights.geo import (
    Place,
    chord_m,
    cube,
    cubes_within,
    east_m,
    north_m,
    point,
)
from flightlake.transforms.flights.legs import FLIGHT

MAX_GROUND_DISTANCE_M = 6_000.0
"""From a runway to the farthest gate, with room for a stale position."""
MAX_DISTANCE_M = 80_000.0
"""From a position in the air; farther only the fastest come in the time that a climb takes."""
MIN_HEIGHT_M, MAX_HEIGHT_M = -300.0, 4_500.0
"""Above the field: weather alone takes pressure altitude 300 m below, and a fast climb takes an
aircraft 4,500 m up in the five minutes between two slow polls."""
LOW_M = 1_000.0
"""An aircraft that is first heard so low and not sinking came from below: whoever comes from
elsewhere is heard farther away first."""
MIN_RATE_MPS = 1.0
MEAN_LOW_RATE_MPS = 3.0
"""Mean vertical rate on the first and last 1,000 m, at least: who is level there was not before."""
LONGEST_LOW_LEVEL_S = 300
"""An aircraft that goes on for so long without landing had taken off."""
DETOUR_RATIO, DETOUR_M = 1.25, 6_000.0
"""The field is at most so far away, by the way that the aircraft flew since the ground."""
GLIDE_RATIO = 0.5
"""An aircraft that needs more than twice the distance to lose its height passes the field."""
MAX_TURNING_DISTANCE_M = 10_000.0
"""Closer to its field an aircraft may fly in any direction, farther away not towards the field it
left, nor away from the one it comes to."""
MIN_HEADING = -0.17
"""Cosine of 100 degrees."""
MAX_FIELD_SPEED_MPS, MAX_FIELD_HEIGHT_M, MAX_FIELD_DISTANCE_M = 25.0, 150.0, 3_000.0
"""So slow, low and close an aircraft is at the field, even without the flag."""
AMBIGUITY_RATIO, AMBIGUITY_M = 1.5, 1_000.0
"""The second best field must fit so much worse than the best, or nobody can tell."""
LEVEL_AMBIGUITY_RATIO, LEVEL_AMBIGUITY_M = 2.0, 2_000.0
"""The same for an aircraft that was level when it was first heard."""

_LOWEST_FIELD_M, _HIGHEST_FIELD_M = -450.0, 4_450.0
_EDGE_M = 50_000.0
_ROUNDING_M = 1_000.0
"""Between distances on a plane and on the sphere."""
_AXES = ("x", "y", "z")


def with_airports(flights: DataFrame, strips: DataFrame) -> DataFrame:
    """Add ``departure`` and ``arrival`` (the airfield chosen) and how many airfields fit each.

    Each chosen one is a struct of ``airport``, ``distance_m``, ``height_m``, ``reach_s`` (how long
    the aircraft needs from there or to there), ``is_sure`` (it was on the ground there) and
    ``latitude_deg`` and ``longitude_deg``; null where none fits, or several alike.

    Args:
        flights: see ``summaries``.
        strips: see ``airfields.strips``.
    """
    near = F.broadcast(_by_cube(strips))
    return _with_airport(_with_airport(flights, near, "departure"), near, "arrival")


def _with_airport(flights: DataFrame, near: DataFrame, end: str) -> DataFrame:
    found = _measured(_found(_placed(flights, end), near))
    fits = F.sort_array(F.collect_list(F.when(_is_fit(), _fit(end))))
    best = F.get("fits", F.lit(0))
    others = F.filter("fits", lambda fit: fit["airport"] != best["airport"])
    airports = F.array_distinct(F.transform("fits", lambda fit: fit["airport"]))
    ratio, least_m = (
        (
            F.when(best["is_level"], LEVEL_AMBIGUITY_RATIO).otherwise(AMBIGUITY_RATIO),
            F.when(best["is_level"], LEVEL_AMBIGUITY_M).otherwise(AMBIGUITY_M),
        )
        if end == "departure"
        else (F.lit(AMBIGUITY_RATIO), F.lit(AMBIGUITY_M))
    )
    is_clear = (
        best["is_sure"]
        | (F.size("others") == 0)
        | (F.get("others", F.lit(0))["misfit_m"] > ratio * best["misfit_m"] + least_m)
    )
    return (
        found.groupBy(*FLIGHT)
        .agg(F.any_value("flight").alias("flight"), fits.alias("fits"))
        .withColumn("others", others)
        .select(
            *FLIGHT,
            "flight.*",
            F.when((F.size("fits") > 0) & is_clear, best).alias(end),
            F.size(airports).alias(f"{end}_candidates"),
        )
    )


def _placed(flights: DataFrame, end: str) -> DataFrame:
    """Where each aircraft was: on the ground where it was seen there, or else in the air.

    What is not needed for that is one column, ``flight``: with a variable for each of its columns,
    Java would not compile what looks for airfields. ``more_s`` is how long it goes on.
    """
    side, away = ("first", 1) if end == "departure" else ("last", -1)
    air, ground = F.col(f"{side}_air"), F.col(f"{side}_ground")
    rates = (away * air["mean_rate_mps"], away * air["reported_rate_mps"])
    others = (name for name in flights.columns if name not in FLIGHT)
    towards_deg = air["true_track_deg"] + (180.0 if away > 0 else 0.0)
    return flights.select(
        *FLIGHT,
        F.struct(*others).alias("flight"),
        "max_speed_mps",
        "is_rotorcraft",
        ground.isNotNull().alias("is_on_ground"),
        F.coalesce(ground["latitude_deg"], air["latitude_deg"]).alias("latitude_deg"),
        F.coalesce(ground["longitude_deg"], air["longitude_deg"]).alias("longitude_deg"),
        air["altitude_m"].alias("altitude_m"),
        air["speed_mps"].alias("speed_mps"),
        towards_deg.alias("towards_deg"),
        F.least(*rates).alias("slow_mps"),
        F.greatest(*rates).alias("fast_mps"),
        (
            F.col("last_airborne_s") - air["contact_s"]
            if end == "departure"
            else F.lit(None).cast("bigint")
        ).alias("more_s"),
    )


def _found(placed: DataFrame, near: DataFrame) -> DataFrame:
    """Add the strips ``near`` each aircraft, a row each, and one row without a strip."""
    most_s = (F.col("altitude_m") - _LOWEST_FIELD_M) / F.greatest(
        F.coalesce("fast_mps", F.lit(0.0)), F.lit(MIN_RATE_MPS)
    )
    reach_m = (
        F.when(F.col("is_on_ground"), MAX_GROUND_DISTANCE_M).when(
            F.col("altitude_m") <= _HIGHEST_FIELD_M + MAX_HEIGHT_M,
            F.least(DETOUR_RATIO * F.col("speed_mps") * most_s + DETOUR_M, F.lit(MAX_DISTANCE_M)),
        )
        + MAX_HALF_LENGTH_M
        + _ROUNDING_M
    )
    at = {f"at_{axis}": value for axis, value in zip(_AXES, point(_here()), strict=True)}
    around = cubes_within([F.col(name) for name in at], F.col("reach_m"), _EDGE_M)
    chord = chord_m([F.col(name) for name in at], [F.col(f"near.{axis}") for axis in _AXES])
    # Null in front, for the row without a strip.
    at_cubes = F.explode_outer(F.concat(F.array(F.lit(None)), "cubes"))
    return (
        placed.withColumns({"reach_m": reach_m} | at)
        .withColumn("cubes", around)
        .withColumn("at_cube", at_cubes)
        # Of the strips in the cubes few can be near; only they are worth the angles.
        .join(near, (F.col("at_cube") == F.col("cube")) & (chord <= F.col("reach_m")), "left")
        .where(F.col("at_cube").isNull() | F.col("near").isNotNull())
        .drop(*at, "reach_m", "cubes", "at_cube", "cube")
    )


def _by_cube(strips: DataFrame) -> DataFrame:
    middle = point(middle_of("strip"))
    axes = [axis.alias(name) for axis, name in zip(middle, _AXES, strict=True)]
    placed = strips.select(F.struct(*strips.columns).alias("strip")).select(
        F.struct("strip.*", *axes).alias("near")
    )
    at = [F.col(f"near.{axis}") for axis in _AXES]
    return placed.select(cube(at, _EDGE_M).alias("cube"), "near")


def _measured(found: DataFrame) -> DataFrame:
    """Add how far and how high above the strip the aircraft was, and which way it flew.

    Step by step: as one expression their code would be too long to be compiled.
    """
    height_m = F.col("altitude_m") - F.col("near.elevation_m")
    least_mps = F.when(F.col("height_m") <= LOW_M, MEAN_LOW_RATE_MPS).otherwise(MIN_RATE_MPS)
    rate_mps = F.greatest(F.coalesce("fast_mps", F.lit(0.0)), least_mps)
    bearing = F.atan2(east_m(_middle(), _here()), north_m(_middle(), _here()))
    return (
        found.withColumns({"far_m": distance_to_strip_m(_here(), "near"), "height_m": height_m})
        .withColumns(
            {
                "reach_s": F.when(
                    ~F.col("is_on_ground"), F.greatest(F.col("height_m"), F.lit(0.0)) / rate_mps
                ),
                "is_at_field": ~F.col("is_on_ground") & _is_at_field(),
                "middle_latitude_deg": middle_of("near").latitude_deg,
                "middle_longitude_deg": middle_of("near").longitude_deg,
            }
        )
        .withColumn("heading", F.cos(bearing - F.radians("towards_deg")))
    )


def _is_at_field() -> Column:
    return F.coalesce(
        (F.col("speed_mps") < MAX_FIELD_SPEED_MPS)
        & (F.abs("height_m") <= MAX_FIELD_HEIGHT_M)
        & (F.col("far_m") <= MAX_FIELD_DISTANCE_M),
        F.lit(False),
    )


def _is_fit() -> Column:
    slow_mps, fast_mps, far_m = F.col("slow_mps"), F.col("fast_mps"), F.col("far_m")
    is_low = (F.col("height_m") <= LOW_M) & (slow_mps > -MIN_RATE_MPS)
    goes_on = F.coalesce(F.col("more_s") >= LONGEST_LOW_LEVEL_S, F.lit(False))
    is_vertical = (slow_mps >= MIN_RATE_MPS) | (is_low & ((fast_mps >= MIN_RATE_MPS) | goes_on))
    way_m = DETOUR_RATIO * F.col("speed_mps") * F.col("reach_s") + DETOUR_M
    is_heading = F.coalesce(F.col("heading") >= MIN_HEADING, F.lit(True))
    in_air = (
        F.col("height_m").between(MIN_HEIGHT_M, MAX_HEIGHT_M)
        & is_vertical
        & (far_m <= F.least(way_m, F.lit(MAX_DISTANCE_M)))
        & ((far_m <= MAX_TURNING_DISTANCE_M) | is_heading)
    )
    is_near = F.when(F.col("is_on_ground"), far_m <= MAX_GROUND_DISTANCE_M).otherwise(
        F.col("is_at_field") | in_air
    )
    return is_near & can_use("near", far_m, F.col("max_speed_mps"), F.col("is_rotorcraft"))


def _fit(end: str) -> Column:
    # In the order in which airfields are preferred: the least of them is the best.
    is_sure = F.col("is_on_ground") | F.col("is_at_field")
    far_m = F.col("far_m")
    if end == "arrival":
        glide_m = GLIDE_RATIO * F.col("speed_mps") * F.col("reach_s")
        ahead = 2 - F.coalesce("heading", F.lit(0.5))
        in_air_m = far_m / 2 * ahead + F.greatest(glide_m - far_m, F.lit(0.0))
    else:
        in_air_m = far_m / 2
    misfit_m = F.when(is_sure, far_m + ground_penalty_m("near", F.col("is_rotorcraft"))).otherwise(
        in_air_m + air_penalty_m("near", F.col("max_speed_mps"))
    )
    return F.struct(
        misfit_m.alias("misfit_m"),
        F.col("near.airport").alias("airport"),
        F.col("far_m").alias("distance_m"),
        F.col("middle_latitude_deg").alias("latitude_deg"),
        F.col("middle_longitude_deg").alias("longitude_deg"),
        F.when(F.col("is_on_ground"), 0.0).otherwise(F.round("height_m")).alias("height_m"),
        F.col("reach_s").alias("reach_s"),
        is_sure.alias("is_sure"),
        F.coalesce(F.col("fast_mps") < MIN_RATE_MPS, F.lit(True)).alias("is_level"),
    )


def _here() -> Place:
    return Place(F.col("latitude_deg"), F.col("longitude_deg"))


def _middle() -> Place:
    return Place(F.col("middle_latitude_deg"), F.col("middle_longitude_deg"))
