"""Where a flight came from and went to: the airport that its first or last positions fit."""

from __future__ import annotations

from itertools import product

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from flightlake.transforms.flights.geo import Place, cube, destination, distance_m

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

_MAIN_TYPES = ("large_airport", "medium_airport")


def with_airports(flights: DataFrame, airports: DataFrame) -> DataFrame:
    """Add ``departure`` and ``arrival`` (the airport chosen) and how many airports fit each.

    Each chosen one is a struct of ``misfit_m``, ``airport``, ``distance_m``, ``height_m`` and
    ``reach_s`` (how long the aircraft needs from there or to there); null where none fits.
    """
    near = _airports_by_cube(airports)
    leaving = _with_airport(flights, near, "departure", "first", 1)
    return _with_airport(leaving, near, "arrival", "last", -1)


def _with_airport(flights: DataFrame, near: DataFrame, end: str, side: str, away: int) -> DataFrame:
    ground, air = f"{side}_ground", f"{side}_air"
    is_on_ground = F.col(ground).isNotNull()

    def fit(airport: Column) -> Column:
        on_ground, in_air = _on_ground(airport, F.col(ground)), _in_air(airport, F.col(air), away)
        return F.when(is_on_ground, on_ground).otherwise(in_air)

    at = F.when(is_on_ground, _degrees(ground)).otherwise(_degrees(air))
    fitting = F.filter(F.transform("near", fit), lambda found: found.isNotNull())
    return (
        flights.withColumn("at", at)
        .withColumn("cube", F.struct(*cube(_place(F.col("at")), MAX_DISTANCE_M)))
        .join(near, "cube", "left")
        .withColumn("fitting", F.coalesce(fitting, F.array()))
        .withColumn(end, F.array_min("fitting"))
        .withColumn(f"{end}_candidates", F.size("fitting"))
        .drop("at", "cube", "near", "fitting")
    )


def _airports_by_cube(airports: DataFrame) -> DataFrame:
    """For each cube all airports in it and in the cubes round it, so that one look finds all."""
    is_main = F.coalesce(F.col("type").isin(*_MAIN_TYPES) | F.col("iata").isNotNull(), F.lit(False))
    airport = F.struct(
        "airport",
        "latitude_deg",
        "longitude_deg",
        F.coalesce("elevation_m", F.lit(0.0)).alias("elevation_m"),
        F.when(is_main, 0.0).otherwise(PENALTY_M).alias("penalty_m"),
    )
    own = cube(Place(F.col("latitude_deg"), F.col("longitude_deg")), MAX_DISTANCE_M)
    around = F.array(
        *(
            F.struct(*(axis + step for axis, step in zip(own, steps, strict=True)))
            for steps in product((-1, 0, 1), repeat=3)
        )
    )
    is_open = F.coalesce(F.col("type") != "closed", F.lit(True))
    return (
        airports.where(is_open)
        .select(F.explode(around).alias("cube"), airport.alias("near"))
        .groupBy("cube")
        .agg(F.collect_list("near").alias("near"))
    )


def _on_ground(airport: Column, at: Column) -> Column:
    far_m = F.round(distance_m(_place(at), _place(airport)))
    return F.when(far_m <= MAX_GROUND_DISTANCE_M, _fit(airport, far_m, far_m, None, None))


def _in_air(airport: Column, at: Column, away: int) -> Column:
    """``away`` is 1 for an aircraft that leaves, -1 for one that comes."""
    height_m = at["altitude_m"] - airport["elevation_m"]
    rate_mps = away * at["rate_mps"]
    is_vertical = (height_m <= LEVEL_HEIGHT_M) | (rate_mps >= MIN_RATE_MPS)
    reach_s = F.least(
        F.greatest(height_m, F.lit(0.0)) / F.greatest(rate_mps, F.lit(MIN_RATE_MPS)),
        F.lit(float(LONGEST_REACH_S)),
    )
    reach_m = MEAN_SPEED_RATIO * F.coalesce(at["ground_speed_mps"], F.lit(0.0)) * reach_s
    towards_deg = F.coalesce(at["true_track_deg"], F.lit(0.0)) + (180.0 if away > 0 else 0.0)
    runway = destination(_place(at), towards_deg, reach_m)
    misfit_m = F.round(distance_m(runway, _place(airport)))
    far_m = F.round(distance_m(_place(at), _place(airport)))
    fits = (
        height_m.between(MIN_HEIGHT_M, MAX_HEIGHT_M)
        & is_vertical
        & (far_m <= MAX_DISTANCE_M)
        & (misfit_m <= MAX_MISFIT_M)
    )
    return F.when(fits, _fit(airport, misfit_m, far_m, F.round(height_m), reach_s))


def _fit(
    airport: Column,
    misfit_m: Column,
    far_m: Column,
    height_m: Column | None,
    reach_s: Column | None,
) -> Column:
    # In the order in which airports are preferred: the least of them is the best.
    return F.struct(
        (misfit_m + airport["penalty_m"]).alias("misfit_m"),
        airport["airport"].alias("airport"),
        far_m.alias("distance_m"),
        (F.lit(0.0) if height_m is None else height_m).alias("height_m"),
        (F.lit(None).cast("double") if reach_s is None else reach_s).alias("reach_s"),
    )


def _place(value: Column) -> Place:
    return Place(value["latitude_deg"], value["longitude_deg"])


def _degrees(name: str) -> Column:
    return F.struct(F.col(f"{name}.latitude_deg"), F.col(f"{name}.longitude_deg"))
