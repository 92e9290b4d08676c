"""From the contacts of a flight to one row."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from flightlake.transforms.flights.along import Along
from flightlake.transforms.flights.geo import distance_m
from flightlake.transforms.flights.legs import AIR, FLIGHT, IN, OUT
from flightlake.transforms.flights.observations import is_jump, place_of
from flightlake.transforms.flights.tracks import THREAD

SHORTEST_FLIGHT_S = 60
"""Less is a stray message."""
CLIMB_WITHIN_S = 120
"""Two altitudes that are not farther apart tell the vertical rate better than a report of it."""


def summaries(flown: DataFrame, begin_s: int, end_s: int) -> DataFrame:
    """One row a flight that was last seen in [begin_s, end_s), without airports.

    ``first_*`` and ``last_*`` are what airports and times are found by: the position on the
    ground (``first_ground``, ``last_ground``), and the first and last one in the air with an
    altitude (``first_air``, ``last_air``).
    """
    contacts = _with_neighbours(flown)
    segment_m = F.when(
        ~is_jump("before", "position"), distance_m(place_of("before"), place_of("position"))
    )
    # Whole millimetres, since a sum of doubles hangs on the order of rows.
    segment_mm = F.rint(segment_m * 1_000).cast("bigint")
    is_placed, is_level = F.col("position").isNotNull(), F.col("level").isNotNull()
    airborne_position = F.when(_is_airborne() & is_placed, F.col("position"))
    climb, sink = _rate("level", "level_after"), _rate("level_before", "level")
    rows = contacts.groupBy(*FLIGHT).agg(
        F.min("contact_s").alias("first_seen_s"),
        F.max("contact_s").alias("last_seen_s"),
        F.count("*").cast("int").alias("states"),
        F.count_if(_is_airborne()).alias("airborne_states"),
        F.mode("callsign", True).alias("callsign"),
        F.max(F.col("contact_s") - F.col("last_s")).cast("int").alias("largest_gap_s"),
        F.max("altitude_m").alias("max_altitude_m"),
        (F.sum(segment_mm) / 1_000).alias("flown_distance_m"),
        F.when(F.min("source") == F.max("source"), F.min("source"))
        .otherwise("mixed")
        .alias("source"),
        F.bool_or(is_placed).alias("has_position"),
        F.max(_time_of(F.col("part") == OUT)).alias("last_out_s"),
        F.min(_time_of(_is_airborne())).alias("first_airborne_s"),
        F.max(_time_of(_is_airborne())).alias("last_airborne_s"),
        F.min(_time_of(F.col("part") == IN)).alias("first_in_s"),
        _first(airborne_position).alias("first_position"),
        _last(airborne_position).alias("last_position"),
        _first(F.when(F.col("part") == OUT, F.col("position"))).alias("first_ground"),
        _last(F.when(F.col("part") == IN, F.col("position"))).alias("last_ground"),
        _first(_air(is_placed & is_level, climb)).alias("first_air"),
        _last(_air(is_placed & is_level, sink)).alias("last_air"),
    )
    lasts = F.col("last_seen_s") - F.col("first_seen_s") >= SHORTEST_FLIGHT_S
    return rows.where(
        F.col("last_seen_s").between(begin_s, end_s - 1) & (F.col("airborne_states") > 0) & lasts
    )


def _is_airborne() -> Column:
    return (F.col("part") == AIR) & ~F.col("is_on_ground") & ~F.col("is_ground")


def _with_neighbours(flown: DataFrame) -> DataFrame:
    """Add ``level`` (an altitude in the air) and, of the same flight only, what was before and
    after: ``last_s``, the position ``before``, ``level_before`` and ``level_after``."""
    along = Along(*THREAD)
    is_level = _is_airborne() & F.col("altitude_m").isNotNull()
    position = F.struct("leg", "position.*")
    looks = {
        "_last": along.before("_contact"),
        "_before": along.known_before("_fix"),
        "_level_before": along.known_before("level"),
        "_level_after": along.known_after("level"),
    }
    same_leg = {
        "last_s": _of_leg("_last", F.col("_last.contact_s")),
        "before": _of_leg("_before", F.col("_before")),
        "level_before": _of_leg("_level_before", F.col("_level_before")),
        "level_after": _of_leg("_level_after", F.col("_level_after")),
    }
    return (
        flown.withColumns(
            {
                "_contact": F.struct("leg", "contact_s"),
                "_fix": F.when(F.col("position").isNotNull(), position),
                "level": F.when(is_level, F.struct("leg", "contact_s", "altitude_m")),
            }
        )
        .withColumns(looks)
        .withColumns(same_leg)
        .drop("_contact", "_fix", *looks)
    )


def _of_leg(neighbour: str, value: Column) -> Column:
    return F.when(F.col(f"{neighbour}.leg") == F.col("leg"), value)


def _time_of(condition: Column) -> Column:
    return F.when(condition, F.col("contact_s"))


def _first(value: Column) -> Column:
    return F.min_by(value, F.when(value.isNotNull(), F.col("contact_s")))


def _last(value: Column) -> Column:
    return F.max_by(value, F.when(value.isNotNull(), F.col("contact_s")))


def _rate(before: str, after: str) -> Column:
    """Vertical rate from one altitude to another; null where they are too far apart."""
    elapsed_s = F.col(f"{after}.contact_s") - F.col(f"{before}.contact_s")
    rise_m = F.col(f"{after}.altitude_m") - F.col(f"{before}.altitude_m")
    return F.when(elapsed_s <= CLIMB_WITHIN_S, rise_m / elapsed_s)


def _air(condition: Column, rate_mps: Column) -> Column:
    return F.when(
        condition,
        F.struct(
            "contact_s",
            F.col("position.latitude_deg").alias("latitude_deg"),
            F.col("position.longitude_deg").alias("longitude_deg"),
            "altitude_m",
            "ground_speed_mps",
            "true_track_deg",
            F.coalesce(rate_mps, F.col("vertical_rate_mps")).alias("rate_mps"),
        ),
    )
