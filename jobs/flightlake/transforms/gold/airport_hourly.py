"""gold.airport_hourly: what was going on at and over each airport each hour.

A state belongs to one airport at most, of those within 10 km: a main one before an airstrip, then
the nearest (``near_airport``). There the aircraft is

- on the **ground**, if it says so within 6 km of the airport's reference point;
- **low**, in the air at most 1,500 m above the field;
- **over** it, higher than that.

An aircraft **departed** when its state on the ground is followed by one in the air, wherever that
is, or when it appears low and climbing: nothing was seen of it in the 15 minutes before. It
**arrived** when a state in the air is followed by one on the ground, or when it disappears low and
descending. One that appears or disappears counts in the hour in which it left or touched the ground
if it kept its vertical rate. It is an **overflight** when it was over the airport and was nothing
else there. Every aircraft counts once an hour in each measure.
"""

from __future__ import annotations

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from flightlake.contracts.days import Period
from flightlake.transforms.near_airport import with_airports
from flightlake.transforms.positions import with_recent_position
from flightlake.transforms.silver.enrich import CLIMB_MPS
from flightlake.transforms.sources import Sources, states_of

MAX_GROUND_DISTANCE_M = 6_000.0
"""From the reference point of the widest airports to their farthest runway."""
MAX_GROUND_SPEED_MPS = 100.0
"""Nothing rolls faster: the flag is wrong, as it is in a few rows of every answer."""
MAX_LOW_HEIGHT_M = 1_500.0
"""An aircraft on its approach is below that 10 km before the runway, another is passing."""
MAX_SILENCE_S = 900
"""Too short to land, turn round and take off unseen."""
HOUR_S = 3_600

_GROUND, _LOW, _OVER, _DEPARTED, _ARRIVED = "ground", "low", "over", "departed", "arrived"
_AIRCRAFT = ("date", "hour", "airport", "icao24")


def derive(sources: Sources, period: Period) -> DataFrame:
    """One row an airport with an aircraft at it or over it."""
    states = with_recent_position(states_of(sources, period))
    found = _findings(_sequenced(_placed(states, sources["ref.airports"])))
    of_aircraft = found.groupBy(*_AIRCRAFT).agg(
        *(F.bool_or(F.col("finding") == name).alias(name) for name in (_GROUND, _OVER)),
        *(F.bool_or(F.col("finding") == name).alias(name) for name in (_DEPARTED, _ARRIVED)),
        F.bool_and(F.col("finding") == _OVER).alias("only_over"),
    )
    return of_aircraft.groupBy("date", "hour", "airport").agg(
        F.count("*").alias("aircraft"),
        F.count_if(_DEPARTED).alias("departures"),
        F.count_if(_ARRIVED).alias("arrivals"),
        F.count_if(_GROUND).alias("ground_aircraft"),
        F.count_if("only_over").alias("overflights"),
    )


def _placed(states: DataFrame, airports: DataFrame) -> DataFrame:
    """Where each state is: ``airport`` and ``place``, both null away from all airports."""
    is_on_ground = F.col("is_on_ground") & (
        F.coalesce("ground_speed_mps", F.lit(0.0)) <= MAX_GROUND_SPEED_MPS
    )
    slim = states.select(
        "date",
        "hour",
        "icao24",
        (F.unix_seconds("snapshot_time") % HOUR_S).alias("time_s"),
        "latitude_deg",
        "longitude_deg",
        is_on_ground.alias("is_on_ground"),
        F.coalesce("baro_altitude_m", "geo_altitude_m").alias("altitude_m"),
        "vertical_rate_mps",
    )
    near = with_airports(slim, airports)
    best_first = Window.partitionBy("icao24").orderBy("time_s", "near")
    height_m = F.col("altitude_m") - F.col("near.elevation_m")
    place = (
        F.when(
            F.col("is_on_ground"),
            F.when(F.col("near.distance_m") <= MAX_GROUND_DISTANCE_M, _GROUND),
        )
        .when(height_m <= MAX_LOW_HEIGHT_M, _LOW)
        .when(height_m > MAX_LOW_HEIGHT_M, _OVER)
    )
    return (
        near.withColumn("time_before_s", F.lag("time_s").over(best_first))
        .where(~F.col("time_s").eqNullSafe(F.col("time_before_s")))
        .withColumn("height_m", F.greatest(height_m, F.lit(0.0)))
        .withColumn("place", place)
        .withColumn("airport", F.when(F.col("place").isNotNull(), F.col("near.airport")))
        .drop("time_before_s", "near")
    )


def _sequenced(placed: DataFrame) -> DataFrame:
    """Add the state of the same aircraft ``before`` and the time of the one after."""
    by_time = Window.partitionBy("icao24").orderBy("time_s")
    before = F.struct("time_s", "is_on_ground", "place", "airport")
    return placed.withColumn("before", F.lag(before).over(by_time)).withColumn(
        "time_after_s", F.lead("time_s").over(by_time)
    )


def _findings(states: DataFrame) -> DataFrame:
    """What each state says of its aircraft at an airport: ``airport`` and ``finding``."""
    rate, height_m = F.col("vertical_rate_mps"), F.col("height_m")
    time_s, is_low = F.col("time_s"), F.col("place") == _LOW
    appears = F.coalesce(time_s - F.col("before.time_s") > MAX_SILENCE_S, F.lit(True))
    disappears = F.coalesce(F.col("time_after_s") - time_s > MAX_SILENCE_S, F.lit(True))
    # A rate of the wrong sign would put the ground on the other side of the moment.
    lifts_off = (rate > CLIMB_MPS) & (time_s - height_m / rate >= 0)
    touches_down = (rate < -CLIMB_MPS) & (time_s - height_m / rate < HOUR_S)
    departed = F.when(
        (F.col("before.place") == _GROUND) & ~F.col("is_on_ground"), F.col("before.airport")
    ).when(is_low & appears & lifts_off, F.col("airport"))
    arrived = F.when(
        (F.col("place") == _GROUND) & ~F.col("before.is_on_ground"), F.col("airport")
    ).when(is_low & disappears & touches_down, F.col("airport"))
    findings = F.array(
        _finding(F.col("airport"), F.col("place")),
        _finding(departed, F.lit(_DEPARTED)),
        _finding(arrived, F.lit(_ARRIVED)),
    )
    return states.select("date", "hour", "icao24", F.inline(findings)).where("airport is not null")


def _finding(airport: Column, finding: Column) -> Column:
    return F.struct(airport.alias("airport"), finding.alias("finding"))
