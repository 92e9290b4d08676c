"""From the contacts of a flight to one row."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from flightlake.transforms.flights.along import Along
from flightlake.transforms.flights.geo import distance_m
from flightlake.transforms.flights.legs import FLIGHT, IN, OUT
from flightlake.transforms.flights.observations import is_jump, place_of

SHORTEST_FLIGHT_S = 60
"""Less is a stray message."""
RATE_WITHIN_S = 300
"""Two altitudes that are not farther apart tell a mean vertical rate."""
MAX_SPEED_MPS = 350.0
"""A faster airliner is a bit error."""


def summaries(flown: DataFrame, begin_s: int) -> DataFrame:
    """One row per flight that was last seen at ``begin_s`` or later, without airports.

    ``first_*`` and ``last_*`` are what airports and times are found by: the positions on the
    ground next to take-off and landing (``first_ground``, ``last_ground``), and the first and last
    one in the air with an altitude (``first_air``, ``last_air``).
    """
    is_placed, is_level = F.col("position").isNotNull(), F.col("level").isNotNull()
    is_airborne, is_out, is_in = F.col("is_airborne"), _is_part(OUT), _is_part(IN)
    airborne_position = F.when(is_airborne & is_placed, F.col("position"))
    source = F.col("report.source")
    climb, sink = _rate("level", "level_after"), _rate("level_before", "level")
    speed_mps = F.when(F.col("speed_mps") < MAX_SPEED_MPS, F.col("speed_mps"))
    # Whole millimetres, since a sum of doubles depends on the order of rows.
    step_mm = F.rint(F.col("step_m") * 1_000).cast("bigint")
    rows = (
        _placed(_with_neighbours(flown))
        .groupBy(*FLIGHT)
        .agg(
            F.min("contact_s").alias("first_seen_s"),
            F.max("contact_s").alias("last_seen_s"),
            F.count("*").cast("int").alias("states"),
            F.count_if(is_airborne).alias("airborne_states"),
            F.bool_or("is_landing_roll").alias("has_landing_roll"),
            # On the ground an aircraft can still send the callsign of its last flight.
            F.coalesce(
                F.mode(F.when(is_airborne, F.col("callsign")), True), F.mode("callsign", True)
            ).alias("callsign"),
            F.max(F.col("contact_s") - F.col("last_s")).cast("int").alias("largest_gap_s"),
            F.max(F.when(is_airborne, F.col("report.altitude_m"))).alias("max_altitude_m"),
            F.max(F.when(is_airborne, speed_mps)).alias("max_speed_mps"),
            F.bool_or("report.is_rotorcraft").alias("is_rotorcraft"),
            F.bool_and("report.has_icao_address").alias("has_icao_address"),
            (F.sum(step_mm) / 1_000).alias("flown_distance_m"),
            F.when(F.min(source) == F.max(source), F.min(source))
            .otherwise("mixed")
            .alias("source"),
            F.bool_or(is_placed).alias("has_position"),
            F.max(_time_of(is_out)).alias("last_out_s"),
            F.min(_time_of(is_airborne)).alias("first_airborne_s"),
            F.max(_time_of(is_airborne)).alias("last_airborne_s"),
            F.min(_time_of(is_in)).alias("first_in_s"),
            _first(airborne_position).alias("first_position"),
            _last(airborne_position).alias("last_position"),
            _last(F.when(is_out, F.col("position"))).alias("first_ground"),
            _first(F.when(is_in, F.col("position"))).alias("last_ground"),
            _first(_air(is_placed & is_level, climb)).alias("first_air"),
            _last(_air(is_placed & is_level, sink)).alias("last_air"),
        )
    )
    lasts = F.col("last_seen_s") - F.col("first_seen_s") >= SHORTEST_FLIGHT_S
    is_flown = F.col("has_landing_roll") | (F.col("airborne_states") > 0)
    return rows.where((F.col("last_seen_s") >= begin_s) & is_flown & lasts).withColumn(
        "great_circle_distance_m",
        F.round(distance_m(place_of("first_position"), place_of("last_position"))),
    )


def _with_neighbours(flown: DataFrame) -> DataFrame:
    """Add ``last_s``, the contact before, and ``before``, the position before; ``level`` (an
    altitude in the air), and the ones before and after it; all of the same flight."""
    along = Along(*FLIGHT)
    is_level = F.col("is_airborne") & F.col("report.altitude_m").isNotNull()
    level = F.struct("contact_s", F.col("report.altitude_m").alias("altitude_m"))
    looks = {
        "last_s": along.before("contact_s"),
        "before": along.known_before("position"),
        "level_before": along.known_before("level"),
        "level_after": along.known_after("level"),
    }
    return flown.withColumn("level", F.when(is_level, level)).withColumns(looks)


def _placed(flown: DataFrame) -> DataFrame:
    """Drop false positions at the ends of a flight, and the steps to them and across a jump.

    A run of positions lies between jumps. The first or last run is false where it has less than
    half of the flight's positions, but not where it goes on from the run before the one beside it:
    then that one is false, and decides nothing.
    """
    along = Along(*FLIGHT)
    is_placed = F.col("position").isNotNull()
    left = F.when(F.col("is_jump"), F.col("before"))
    so_far = {
        "origin": along.known_before("left"),
        "run": along.count(F.col("is_jump")),
        "placed": along.count(is_placed),
    }
    goes_on = F.col("is_jump") & F.col("origin").isNotNull() & ~is_jump("origin", "position")
    in_all = {
        "last_run": along.end("run"),
        "positions": along.end("placed"),
        "in_first": along.count_all(is_placed & (F.col("run") == 0)),
        "until_last": along.end("placed_at_jump"),
        "first_is_resumed": along.any(F.col("goes_on") & (F.col("run") == 2)),
        "last_resumed": along.end("resumed"),
    }
    first, last = F.lit(0), F.col("last_run")
    in_last = F.col("positions") - F.col("until_last") + 1
    is_false = _is_minor_run(first, F.col("in_first"), F.col("first_is_resumed")) | (
        _is_minor_run(last, in_last, F.col("last_resumed").eqNullSafe(last))
    )
    is_step = ~F.col("is_false") & F.col("before").isNotNull() & ~F.col("is_jump")
    return (
        flown.withColumn("is_jump", F.col("is_jump") & F.col("before").isNotNull())
        .withColumn("left", left)
        .withColumns(so_far)
        .drop("left")
        .withColumn("goes_on", goes_on)
        .withColumns(
            {
                "placed_at_jump": F.when(F.col("is_jump"), F.col("placed")),
                "resumed": F.when(F.col("goes_on"), F.col("run")),
            }
        )
        .drop("origin")
        .withColumns(in_all)
        .withColumn("is_false", (F.col("last_run") > 0) & F.coalesce(is_false, F.lit(False)))
        .withColumns(
            {
                "step_m": F.when(is_step, F.col("step_m")),
                "position": F.when(~F.col("is_false"), F.col("position")),
            }
        )
        .drop("before", "is_jump", "is_false", "run", "placed", "goes_on")
        .drop("placed_at_jump", "resumed")
        .drop(*in_all)
    )


def _is_minor_run(run: Column, positions: Column, is_joined: Column) -> Column:
    return (F.col("run") == run) & (2 * positions < F.col("positions")) & ~is_joined


def _is_part(part: str) -> Column:
    return F.col("part") == part


def _time_of(condition: Column) -> Column:
    return F.when(condition, F.col("contact_s"))


def _first(value: Column) -> Column:
    return F.min_by(value, F.when(value.isNotNull(), F.col("contact_s")))


def _last(value: Column) -> Column:
    return F.max_by(value, F.when(value.isNotNull(), F.col("contact_s")))


def _rate(before: str, after: str) -> Column:
    """Mean vertical rate from one altitude to another; null where they are too far apart."""
    elapsed_s = F.col(f"{after}.contact_s") - F.col(f"{before}.contact_s")
    rise_m = F.col(f"{after}.altitude_m") - F.col(f"{before}.altitude_m")
    return F.when(elapsed_s <= RATE_WITHIN_S, rise_m / elapsed_s)


def _air(condition: Column, mean_rate_mps: Column) -> Column:
    return F.when(
        condition,
        F.struct(
            "contact_s",
            F.col("position.latitude_deg").alias("latitude_deg"),
            F.col("position.longitude_deg").alias("longitude_deg"),
            F.col("report.height_m").alias("altitude_m"),
            F.coalesce("speed_mps", F.lit(0.0)).alias("speed_mps"),
            F.col("report.true_track_deg").alias("true_track_deg"),
            mean_rate_mps.alias("mean_rate_mps"),
            F.col("report.vertical_rate_mps").alias("reported_rate_mps"),
        ),
    )
