"""Where a flight came from and went to: the airport that its first or last positions fit."""

from __future__ import annotations

from itertools import product

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
    airport, ground, air = F.col("near"), F.col(f"{side}_ground"), F.col(f"{side}_air")
    is_on_ground = ground.isNotNull()
    farthest_m = F.when(is_on_ground, F.lit(MAX_GROUND_DISTANCE_M)).otherwise(
        _reach_m(air, _reach_s(airport, air, away)) + MAX_MISFIT_M
    )
    # Of fifty airports in the cubes one or two can fit; only they are worth the angles.
    can_fit = chord_m(_at(), [airport[axis] for axis in _AXES]) <= farthest_m + _ROUNDING_M
    found = _placed(flights, ground, air).join(
        near, (F.struct(*cube(_at(), MAX_DISTANCE_M)) == F.col("cube")) & can_fit, "left"
    )
    fits = F.when(is_on_ground, F.col("far_m") <= MAX_GROUND_DISTANCE_M).otherwise(
        _fits_in_air(air, away)
    )
    of_flight = (F.any_value(name).alias(name) for name in flights.columns if name not in FLIGHT)
    return (
        _measured(found, airport, ground, air, away)
        .withColumn("fit", F.when(fits, _fit(airport, is_on_ground)))
        .groupBy(*FLIGHT)
        .agg(*of_flight, F.min("fit").alias(end), F.count("fit").alias(f"{end}_candidates"))
    )


def _placed(flights: DataFrame, ground: Column, air: Column) -> DataFrame:
    """Add where the aircraft was: on the ground where it was seen there, or else in the air."""
    degrees = {
        f"at_{name}": F.when(ground.isNotNull(), ground[name]).otherwise(air[name])
        for name in ("latitude_deg", "longitude_deg")
    }
    axes = zip(_AXES, point(_here()), strict=True)
    return flights.withColumns(degrees).withColumns({f"at_{name}": axis for name, axis in axes})


def _measured(
    found: DataFrame, airport: Column, ground: Column, air: Column, away: int
) -> DataFrame:
    """Add how far and how high above the airport the aircraft was, and how far off it would land.

    Step by step: as one expression their code would be too long to be compiled.
    """
    towards_deg = F.coalesce(air["true_track_deg"], F.lit(0.0)) + (180.0 if away > 0 else 0.0)
    runway = destination(_here(), towards_deg, _reach_m(air, F.col("reach_s")))
    seen = Place(F.col("runway_latitude_deg"), F.col("runway_longitude_deg"))
    misfit_m = F.rint(distance_m(seen, _place(airport)))
    return (
        found.withColumns(
            {
                "height_m": air["altitude_m"] - airport["elevation_m"],
                "reach_s": _reach_s(airport, air, away),
                "far_m": F.rint(distance_m(_here(), _place(airport))),
            }
        )
        .withColumns(
            {
                "runway_latitude_deg": runway.latitude_deg,
                "runway_longitude_deg": runway.longitude_deg,
            }
        )
        .withColumn("misfit_m", F.when(ground.isNotNull(), F.col("far_m")).otherwise(misfit_m))
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
    own = cube(at, MAX_DISTANCE_M)
    around = F.array(
        *(
            F.struct(*(axis + step for axis, step in zip(own, steps, strict=True)))
            for steps in product((-1, 0, 1), repeat=3)
        )
    )
    is_open = F.coalesce(F.col("type") != "closed", F.lit(True))
    return airports.where(is_open).select(F.explode(around).alias("cube"), airport.alias("near"))


def _fits_in_air(air: Column, away: int) -> Column:
    height_m = F.col("height_m")
    is_vertical = (height_m <= LEVEL_HEIGHT_M) | (away * air["rate_mps"] >= MIN_RATE_MPS)
    return (
        height_m.between(MIN_HEIGHT_M, MAX_HEIGHT_M)
        & is_vertical
        & (F.col("far_m") <= MAX_DISTANCE_M)
        & (F.col("misfit_m") <= MAX_MISFIT_M)
    )


def _reach_s(airport: Column, air: Column, away: int) -> Column:
    rate_mps = F.greatest(away * air["rate_mps"], F.lit(MIN_RATE_MPS))
    height_m = F.greatest(air["altitude_m"] - airport["elevation_m"], F.lit(0.0))
    return F.least(height_m / rate_mps, F.lit(float(LONGEST_REACH_S)))


def _reach_m(air: Column, reach_s: Column) -> Column:
    return MEAN_SPEED_RATIO * F.coalesce(air["ground_speed_mps"], F.lit(0.0)) * reach_s


def _fit(airport: Column, is_on_ground: Column) -> Column:
    # In the order in which airports are preferred: the least of them is the best.
    return F.struct(
        (F.col("misfit_m") + airport["penalty_m"]).alias("misfit_m"),
        airport["airport"].alias("airport"),
        F.col("far_m").alias("distance_m"),
        F.when(is_on_ground, 0.0).otherwise(F.round("height_m")).alias("height_m"),
        F.when(~is_on_ground, F.col("reach_s")).alias("reach_s"),
    )


def _here() -> Place:
    return Place(F.col("at_latitude_deg"), F.col("at_longitude_deg"))


def _at() -> Point:
    return [F.col(f"at_{axis}") for axis in _AXES]


def _place(value: Column) -> Place:
    return Place(value["latitude_deg"], value["longitude_deg"])
