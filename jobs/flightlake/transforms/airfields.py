"""Which airfields an aircraft can use, and how far their runways are: one rule for all tables.

- A closed field is never used.
- A main airport (large, medium, with an IATA code or with scheduled service) comes before a field
  without any of these, unless that one fits clearly better. On the ground only distance decides:
  the strip beside a big airport keeps its own traffic.
- A heliport, seaplane base or balloonport is for rotorcraft. Others use it only where nothing else
  fits, if they are slow and close to it.
- An aircraft that flies fast needs a long runway. A runway of unknown length may be long enough.
- An elevation that is not known is not sea level: no height above such a field is known either.
"""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from flightlake.transforms.flights.geo import Place, to_line_m, turned_deg

MAIN, FIELD, OTHER = "main", "field", "other"
"""Kinds of airfields, see above."""

FIELD_PENALTY_M = 3_000.0
"""How much nearer than a main airport another field must be, for an aircraft in the air."""
SHORT_FIELD_PENALTY_M = 6_000.0
"""The same for an aircraft that flies fast, where the length of the runway is not known."""
OTHER_PENALTY_M = 9_000.0
"""More than an airport is wide: a heliport comes last."""
MAX_OTHER_DISTANCE_M = 1_000.0
FAST_MPS = 80.0
"""155 kt: no glider and no light aircraft with one engine is faster."""
_RUNWAY_M = ((150.0, 1_200.0), (110.0, 900.0), (FAST_MPS, 600.0))
"""An aircraft that is seen so fast (m/s) needs so long a runway: jets, turboprops, twins."""

MAX_HALF_LENGTH_M = 7_000.0
"""Half of the longest runway, on a dry lake."""

_OTHER_TYPES = ("heliport", "seaplane_base", "balloonport")
_MAIN_TYPES = ("large_airport", "medium_airport")


def strips(airports: DataFrame, runways: DataFrame) -> DataFrame:
    """One row per place where aircraft touch the ground.

    That is an open runway, or the reference point of a field of which no runway has a position.
    ``low`` and ``high`` are the ends of the runway (structs of ``latitude_deg`` and
    ``longitude_deg``), ``field`` the kind of airfield, ``length_m`` null where it is not known.
    """
    ends = ("low_latitude_deg", "low_longitude_deg", "high_latitude_deg", "high_longitude_deg")
    is_placed = F.coalesce(~F.col("is_closed"), F.lit(True))
    for end in ends:
        is_placed = is_placed & F.col(end).isNotNull()
    is_main = F.col("type").isin(*_MAIN_TYPES) | F.col("iata").isNotNull()
    field = (
        F.when(F.col("type").isin(*_OTHER_TYPES), OTHER)
        .when(is_main | F.col("has_scheduled_service"), MAIN)
        .otherwise(FIELD)
    )
    return (
        airports.where(F.coalesce(F.col("type") != "closed", F.lit(True)))
        .join(runways.where(is_placed).select("airport", "length_m", *ends), "airport", "left")
        .select(
            "airport",
            field.alias("field"),
            "elevation_m",
            "length_m",
            *(
                F.struct(
                    F.coalesce(f"{end}_latitude_deg", "latitude_deg").alias("latitude_deg"),
                    F.coalesce(f"{end}_longitude_deg", "longitude_deg").alias("longitude_deg"),
                ).alias(end)
                for end in ("low", "high")
            ),
        )
    )


def end_of(strip: str, end: str) -> Place:
    """The ``low`` or ``high`` end of the strip in a column."""
    return Place(F.col(f"{strip}.{end}.latitude_deg"), F.col(f"{strip}.{end}.longitude_deg"))


def middle_of(strip: str) -> Place:
    """The middle of the strip in a column."""
    low, high = end_of(strip, "low"), end_of(strip, "high")
    return Place(
        (low.latitude_deg + high.latitude_deg) / 2,
        low.longitude_deg + turned_deg(high.longitude_deg - low.longitude_deg) / 2,
    )


def distance_to_strip_m(here: Place, strip: str) -> Column:
    """From a place to the nearest point of the strip in a column, in whole metres."""
    return F.rint(to_line_m(here, end_of(strip, "low"), end_of(strip, "high")))


def can_use(strip: str, distance_m: Column, max_speed_mps: Column, is_rotorcraft: Column) -> Column:
    """Whether an aircraft may use the strip in a column; never null.

    Args:
        strip: the column.
        distance_m: from the aircraft to the strip.
        max_speed_mps: the greatest speed that the aircraft is known to fly, or null.
        is_rotorcraft: what its category says.
    """
    wanted_m = F.lit(None).cast("double")
    for speed_mps, runway_m in reversed(_RUNWAY_M):
        wanted_m = F.when(max_speed_mps >= speed_mps, runway_m).otherwise(wanted_m)
    is_slow = F.coalesce(max_speed_mps < FAST_MPS, F.lit(True))
    is_last_resort = is_slow & (distance_m <= MAX_OTHER_DISTANCE_M)
    return F.coalesce(F.col(f"{strip}.length_m") >= wanted_m, F.lit(True)) & (
        (F.col(f"{strip}.field") != OTHER) | is_rotorcraft | is_last_resort
    )


def ground_penalty_m(strip: str, is_rotorcraft: Column) -> Column:
    """What is added to the distance of an aircraft on the ground, to compare fields."""
    is_last = (F.col(f"{strip}.field") == OTHER) & ~is_rotorcraft
    return F.when(is_last, OTHER_PENALTY_M).otherwise(0.0)


def air_penalty_m(strip: str, max_speed_mps: Column) -> Column:
    """What is added to the misfit of an aircraft in the air, to compare fields."""
    field, length_m = F.col(f"{strip}.field"), F.col(f"{strip}.length_m")
    return (
        F.when(field == MAIN, 0.0)
        .when(field == OTHER, OTHER_PENALTY_M)
        .when(length_m.isNull() & (max_speed_mps >= FAST_MPS), SHORT_FIELD_PENALTY_M)
        .otherwise(FIELD_PENALTY_M)
    )
