"""Where a flight came from and went to: the airport that its first or last positions fit."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from flightlake.transforms.flights.geo import (
    Place,
    Point,
    chord_m,
    cube,
    destination,
    distance_m,
    point,
)
from flightlake.transforms.flights.legs import FLIGHT
from flightlake.transforms.flights.observations import place_of

MAX_GROUND_DISTANCE_M = 6_000.0
"""From an airport's reference point to its farthest gate, with room for a stale position."""
MAX_MISFIT_M = 10_000.0
MIN_HEIGHT_M, MAX_HEIGHT_M = -300.0, 3_000.0
"""Above the field, by pressure altitude: weather alone takes it 300 m below."""
LEVEL_HEIGHT_M = 300.0
"""Above that an aircraft must climb away from its airport, or sink towards it."""
MIN_RATE_MPS = 1.0
MEAN_SPEED_RATIO = 0.85
"""Mean speed down to the runway, as a share of the speed at the position."""
LONGEST_REACH_S = 300
PENALTY_M = 3_000.0
"""How much nearer a small field must be than an airport with an IATA code."""

MAX_DISTANCE_M = 80_000.0
"""From a position in the air; farther only the fastest come from within the longest reach."""
_ROUNDING_M = 1.0
"""Distances are whole metres."""

_AXES = ("x", "y", "z")
_MAIN_TYPES = ("large_airport", "medium_airport")


def with_airports(flights: DataFrame, airports: DataFrame) -> DataFrame:
    """Add ``departure`` and ``arrival`` (the airport chosen) and how many airports fit each.

    Each chosen one is a struct of ``misfit_m``, ``airport``, ``distance_m``, ``height_m`` and
    ``reach_s`` (how long the aircraft needs from there or to there); null where none fits.
    """
    near = F.broadcast(_airports_by_cube(airports))
    leaving = _with_airport(flights, near, "departure", "first", 1)
    return _with_airport(leaving, near, "arrival", "last", -1)


def _with_airport(flights: DataFrame, near: DataFrame, end: str, side: str, away: int) -> DataFrame:
    """``away`` is 1 for an aircraft that leaves, -1 for one that comes."""
    is_on_ground = F.col("ground").isNotNull()
    farthest_m = F.when(is_on_ground, F.lit(MAX_GROUND_DISTANCE_M)).otherwise(
        _reach_m(_reach_s(away)) + MAX_MISFIT_M
    )
    # Of fifty airports in the cubes one or two can fit; only they are worth the angles.
    can_fit = chord_m(_at(), [F.col(f"near.{axis}") for axis in _AXES]) <= farthest_m + _ROUNDING_M
    found = _placed(flights, side).join(
        near, (F.struct(*cube(_at(), MAX_DISTANCE_M)) == F.col("cube")) & can_fit, "left"
    )
    is_fit = F.when(is_on_ground, F.col("far_m") <= MAX_GROUND_DISTANCE_M).otherwise(
        _fits_in_air(away)
    )
    fit = F.when(is_fit, _fit(is_on_ground))
    return (
        _measured(found, away)
        .groupBy(*FLIGHT)
        .agg(
            F.any_value("flight").alias("flight"),
            F.min(fit).alias(end),
            F.count(fit).alias(f"{end}_candidates"),
        )
        .select(*FLIGHT, "flight.*", end, f"{end}_candidates")
    )


def _placed(flights: DataFrame, side: str) -> DataFrame:
    """Where each aircraft was: on the ground where it was seen there, or else in the air.

    What is not needed for that is one column, ``flight``: with a variable for each of its columns,
    Java would not compile what looks for airports.
    """
    others = (name for name in flights.columns if name not in FLIGHT)
    degrees = {
        f"at_{name}": F.coalesce(f"ground.{name}", f"air.{name}")
        for name in ("latitude_deg", "longitude_deg")
    }
    axes = zip(_AXES, point(_here()), strict=True)
    return (
        flights.select(
            *FLIGHT,
            F.struct(*others).alias("flight"),
            *(F.col(f"{side}_{place}").alias(place) for place in ("ground", "air")),
        )
        .withColumns(degrees)
        .withColumns({f"at_{name}": axis for name, axis in axes})
    )


def _measured(found: DataFrame, away: int) -> DataFrame:
    """Add how far and how high above the airport the aircraft was, and how far off it would land.

    Step by step: as one expression their code would be too long to be compiled.
    """
    track_deg = F.coalesce("air.true_track_deg", F.lit(0.0))
    towards_deg = track_deg + (180.0 if away > 0 else 0.0)
    runway = destination(_here(), towards_deg, _reach_m(F.col("reach_s")))
    seen = Place(F.col("runway_latitude_deg"), F.col("runway_longitude_deg"))
    misfit_m = F.rint(distance_m(seen, place_of("near")))
    return (
        found.withColumns(
            {
                "height_m": F.col("air.altitude_m") - F.col("near.elevation_m"),
                "reach_s": _reach_s(away),
                "far_m": F.rint(distance_m(_here(), place_of("near"))),
            }
        )
        .withColumns(
            {
                "runway_latitude_deg": runway.latitude_deg,
                "runway_longitude_deg": runway.longitude_deg,
            }
        )
        .withColumn(
            "misfit_m", F.when(F.col("ground").isNotNull(), F.col("far_m")).otherwise(misfit_m)
        )
    )


def _airports_by_cube(airports: DataFrame) -> DataFrame:
    """Each airport for its own cube and for those round it, so that one look finds all."""
    is_main = F.coalesce(F.col("type").isin(*_MAIN_TYPES) | F.col("iata").isNotNull(), F.lit(False))
    at = point(Place(F.col("latitude_deg"), F.col("longitude_deg")))
    airport = F.struct(
        "airport",
        "latitude_deg",
        "longitude_deg",
        F.coalesce("elevation_m", F.lit(0.0)).alias("elevation_m"),
        F.when(is_main, 0.0).otherwise(PENALTY_M).alias("penalty_m"),
        *(axis.alias(name) for axis, name in zip(at, _AXES, strict=True)),
    )
    own = zip(_AXES, cube(at, MAX_DISTANCE_M), strict=True)
    around = airports.where(F.coalesce(F.col("type") != "closed", F.lit(True))).select(
        airport.alias("near"), *(axis.alias(name) for name, axis in own)
    )
    for axis in _AXES:
        steps = F.explode(F.array(*(F.col(axis) + step for step in (-1, 0, 1))))
        around = around.withColumn(axis, steps)
    return around.select(F.struct(*_AXES).alias("cube"), "near")


def _fits_in_air(away: int) -> Column:
    height_m = F.col("height_m")
    is_vertical = (height_m <= LEVEL_HEIGHT_M) | (away * F.col("air.rate_mps") >= MIN_RATE_MPS)
    return (
        height_m.between(MIN_HEIGHT_M, MAX_HEIGHT_M)
        & is_vertical
        & (F.col("far_m") <= MAX_DISTANCE_M)
        & (F.col("misfit_m") <= MAX_MISFIT_M)
    )


def _reach_s(away: int) -> Column:
    rate_mps = F.greatest(away * F.col("air.rate_mps"), F.lit(MIN_RATE_MPS))
    height_m = F.greatest(F.col("air.altitude_m") - F.col("near.elevation_m"), F.lit(0.0))
    return F.least(height_m / rate_mps, F.lit(float(LONGEST_REACH_S)))


def _reach_m(reach_s: Column) -> Column:
    return MEAN_SPEED_RATIO * F.coalesce("air.ground_speed_mps", F.lit(0.0)) * reach_s


def _fit(is_on_ground: Column) -> Column:
    # In the order in which airports are preferred: the least of them is the best.
    return F.struct(
        (F.col("misfit_m") + F.col("near.penalty_m")).alias("misfit_m"),
        F.col("near.airport").alias("airport"),
        F.col("far_m").alias("distance_m"),
        F.when(is_on_ground, 0.0).otherwise(F.round("height_m")).alias("height_m"),
        F.when(~is_on_ground, F.col("reach_s")).alias("reach_s"),
    )


def _here() -> Place:
    return Place(F.col("at_latitude_deg"), F.col("at_longitude_deg"))


def _at() -> Point:
    return [F.col(f"at_{axis}") for axis in _AXES]
