"""gold.airport_hourly: what was going on at and over each airport each hour.

A state belongs to one airport at most (``near_airport``). There the aircraft is

- on the **ground**, if it proves that within 6 km of a runway, or if it is slow, low and proves
  nothing (``surface``);
- **low**, in the air at most 1,500 m above the field;
- **over** it, higher than that.

An aircraft **departed** when its state on the ground is followed by one in the air, wherever that
is, or when it appears low and climbing: nothing was seen of it in the 15 minutes before. It
**arrived** when a state in the air is followed by one on the ground, or when it disappears low and
descending. It is an **overflight** when it was over the airport and was nothing else there. Every
aircraft counts once an hour in each measure.

States in the air that no flight explains are strays and count as nothing: between two on the ground
less than four minutes apart, or higher than an aircraft climbs since it was on the ground, or sinks
until it is.

A movement counts in the hour in which it can be known. An hour begins with the last state of each
aircraft before it, from the last answer of the hour before: who was on the ground there and is in
the air here departed in this hour, even if it lifted off a minute before. An aircraft that is low
and descending when the hour ends is left to the next hour, which sees it on the ground, in the air
or no more. So consecutive hours neither lose a movement between them nor count it twice.
"""

from __future__ import annotations

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from flightlake.contracts.days import Period
from flightlake.transforms.airfields import strips
from flightlake.transforms.flights.along import Along
from flightlake.transforms.near_airport import with_airports
from flightlake.transforms.positions import MAX_POSITION_AGE_S
from flightlake.transforms.sources import Sources, states_and_those_before
from flightlake.transforms.surface import (
    MAX_TAXI_MPS,
    MIN_CLIMB_MPS,
    ROTORCRAFT,
    shows_flight,
    shows_ground,
    without_surface_objects,
)

MAX_GROUND_DISTANCE_M = 6_000.0
"""From a runway to the farthest gate, with room for a stale position."""
MAX_FIELD_HEIGHT_M = 300.0
"""Weather alone takes a pressure altitude so far above the field."""
MAX_LOW_HEIGHT_M = 1_500.0
"""An aircraft on its approach is below that 10 km before the runway, another is passing."""
MAX_SILENCE_S = 900
"""Too short to land, turn round and take off unseen."""
SHORTEST_FLIGHT_S = 240
"""From the last contact on the ground to the first one again; a circuit takes five minutes."""
MAX_CLIMB_MPS = 26.0
"""5,100 ft/min, EUROCONTROL's bound for the vertical rate of a real trajectory."""
MAX_DIFFERENCE_M = 1_000.0
"""Between geometric and pressure altitude, low down."""
KEPT_S = 300
"""OpenSky repeats the state of an aircraft so long after its last contact."""

_GROUND, _LOW, _OVER, _DEPARTED, _ARRIVED = "ground", "low", "over", "departed", "arrived"


def derive(sources: Sources, period: Period) -> DataFrame:
    """One row per airport with an aircraft at it or over it."""
    states = _slim(states_and_those_before(sources, period))
    fields = strips(sources["ref.airports"], sources["ref.runways"])
    found = _findings(_sequenced(_without_strays(_placed(states, fields))))
    of_aircraft = found.groupBy("airport", "icao24").agg(
        *(F.bool_or(F.col("finding") == name).alias(name) for name in (_GROUND, _OVER)),
        *(F.bool_or(F.col("finding") == name).alias(name) for name in (_DEPARTED, _ARRIVED)),
        F.bool_and(F.col("finding") == _OVER).alias("only_over"),
    )
    counts = of_aircraft.groupBy("airport").agg(
        F.count("*").alias("aircraft"),
        F.count_if(_DEPARTED).alias("departures"),
        F.count_if(_ARRIVED).alias("arrivals"),
        F.count_if(_GROUND).alias("ground_aircraft"),
        F.count_if("only_over").alias("overflights"),
    )
    return counts.select("*", F.lit(period.date).alias("date"), F.lit(period.hour).alias("hour"))


def _slim(states: DataFrame) -> DataFrame:
    """The states that say where their aircraft was, with what is needed of them.

    ``is_before`` marks those of before the hour: they stand for all that was heard until then, so
    that their position may be as old as OpenSky keeps it. ``silent_s`` is how old the position is
    at the time of the last answer of the hour.
    """
    is_recent = F.col("position_age_s") <= F.when(F.col("is_before"), KEPT_S).otherwise(
        MAX_POSITION_AGE_S
    )
    of_aircraft = Window.partitionBy("icao24")
    ends = states.agg(F.unix_seconds(F.max("snapshot_time")).alias("end_s"))
    return (
        without_surface_objects(states)
        .where(F.col("latitude_deg").isNotNull() & is_recent)
        .crossJoin(F.broadcast(ends))
        .select(
            "icao24",
            "is_before",
            "snapshot_time",
            F.unix_seconds("time_position").alias("time_s"),
            (F.col("end_s") - F.unix_seconds("time_position")).alias("silent_s"),
            "latitude_deg",
            "longitude_deg",
            shows_flight().alias("is_airborne"),
            shows_ground().alias("is_on_ground"),
            (F.coalesce("ground_speed_mps", F.lit(0.0)) <= MAX_TAXI_MPS).alias("is_slow"),
            F.col("ground_speed_mps").isNotNull().alias("has_speed"),
            _altitude_m().alias("altitude_m"),
            F.max(F.when(shows_flight(), F.col("ground_speed_mps")))
            .over(of_aircraft)
            .alias("max_speed_mps"),
            F.bool_or(F.coalesce(F.col("category") == ROTORCRAFT, F.lit(False)))
            .over(of_aircraft)
            .alias("is_rotorcraft"),
            "vertical_rate_mps",
        )
    )


def _altitude_m() -> Column:
    """The geometric altitude, since weather takes that by pressure up to 400 m off.

    Where the two are farther apart, the receiver on board is disturbed.
    """
    is_disturbed = F.abs(F.col("geo_altitude_m") - F.col("baro_altitude_m")) > MAX_DIFFERENCE_M
    trusted_m = F.when(~F.coalesce(is_disturbed, F.lit(False)), F.col("geo_altitude_m"))
    return F.coalesce(trusted_m, F.col("baro_altitude_m"))


def _placed(states: DataFrame, fields: DataFrame) -> DataFrame:
    """Where each state is: ``airport`` and ``place``, both null away from all airports.

    A state in doubt is on the ground where it is slow and at the height of the field; without a
    speed, its altitude is no better than that of a parked aircraft.
    """
    near = with_airports(states, fields)
    # Of a position that several answers repeat, the state of the newest one.
    best_first = Window.partitionBy("icao24").orderBy(
        "time_s", F.desc("snapshot_time"), F.asc_nulls_last("near")
    )
    height_m = F.col("altitude_m") - F.col("near.elevation_m")
    is_at_field = (
        ~F.col("is_airborne")
        & F.col("is_slow")
        & F.coalesce((height_m <= MAX_FIELD_HEIGHT_M) | ~F.col("has_speed"), F.lit(True))
    )
    is_near = F.coalesce(F.col("near.distance_m") <= MAX_GROUND_DISTANCE_M, F.lit(False))
    place = (
        F.when(F.col("is_on_ground") & is_near, _GROUND)
        .when(F.col("is_airborne") & (height_m <= MAX_LOW_HEIGHT_M), _LOW)
        .when(F.col("is_airborne") & (height_m > MAX_LOW_HEIGHT_M), _OVER)
    )
    return (
        near.withColumn("time_before_s", F.lag("time_s").over(best_first))
        .where(~F.col("time_s").eqNullSafe(F.col("time_before_s")))
        .withColumn("height_m", height_m)
        .withColumn("is_on_ground", F.col("is_on_ground") | (is_at_field & is_near))
        .withColumn("place", place)
        .withColumn("airport", F.when(F.col("place").isNotNull(), F.col("near.airport")))
        .drop("snapshot_time", "time_before_s", "near", "is_slow", "has_speed")
        # What is still in doubt neither ends a flight nor begins one.
        .where(F.col("is_airborne") | F.col("is_on_ground"))
    )


def _without_strays(placed: DataFrame) -> DataFrame:
    """Leave out states in the air that no flight explains."""
    along = Along("icao24", order=("time_s",))
    since_ground_s = F.col("time_s") - F.col("ground_before_s")
    until_ground_s = F.col("ground_after_s") - F.col("time_s")
    is_too_short = since_ground_s + until_ground_s < SHORTEST_FLIGHT_S
    highest_m = MAX_FIELD_HEIGHT_M + MAX_CLIMB_MPS * F.least(since_ground_s, until_ground_s)
    is_too_high = F.col("height_m") > highest_m
    is_stray = F.col("is_airborne") & (
        F.coalesce(is_too_short, F.lit(False)) | F.coalesce(is_too_high, F.lit(False))
    )
    return (
        placed.withColumn("ground_s", F.when(F.col("is_on_ground"), F.col("time_s")))
        .withColumns(
            {
                "ground_before_s": along.known_before("ground_s"),
                "ground_after_s": along.known_after("ground_s"),
            }
        )
        .where(~is_stray)
        .drop("ground_s", "ground_before_s", "ground_after_s")
    )


def _sequenced(placed: DataFrame) -> DataFrame:
    """Add the state of the same aircraft ``before`` and the time of the one after."""
    by_time = Window.partitionBy("icao24").orderBy("time_s")
    before = F.struct("time_s", "is_on_ground", "place", "airport")
    return placed.withColumn("before", F.lag(before).over(by_time)).withColumn(
        "time_after_s", F.lead("time_s").over(by_time)
    )


def _findings(states: DataFrame) -> DataFrame:
    """What each state says of its aircraft at an airport: ``airport`` and ``finding``.

    A state of before the hour says only that its aircraft was not heard again; what it did until
    then is counted in its own hour.
    """
    rate, is_low, is_before = F.col("vertical_rate_mps"), F.col("place") == _LOW, F.col("is_before")
    appears = F.coalesce(F.col("time_s") - F.col("before.time_s") > MAX_SILENCE_S, F.lit(True))
    disappears = F.coalesce(
        F.col("time_after_s") - F.col("time_s") > MAX_SILENCE_S,
        # Who is still repeated when the hour ends is left to the next hour.
        is_before | (F.col("silent_s") > KEPT_S),
    )
    departed = F.when(
        (F.col("before.place") == _GROUND) & F.col("is_airborne"), F.col("before.airport")
    ).when(is_low & appears & (rate > MIN_CLIMB_MPS), F.col("airport"))
    arrived = F.when(
        (F.col("place") == _GROUND) & ~F.col("before.is_on_ground") & ~is_before, F.col("airport")
    ).when(is_low & disappears & (rate < -MIN_CLIMB_MPS), F.col("airport"))
    findings = F.array(
        _finding(F.when(~is_before, F.col("airport")), F.col("place")),
        _finding(F.when(~is_before, departed), F.lit(_DEPARTED)),
        _finding(arrived, F.lit(_ARRIVED)),
    )
    return states.select("icao24", F.inline(findings)).where("airport IS NOT NULL")


def _finding(airport: Column, finding: Column) -> Column:
    return F.struct(airport.alias("airport"), finding.alias("finding"))
