"""gold.country_hourly: how many aircraft of each state of registry flew each hour."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from flightlake.contracts.days import Period
from flightlake.transforms.sources import Sources, states_of
from flightlake.transforms.surface import (
    has_icao_address,
    shows_flight,
    without_surface_objects,
)

UNKNOWN_CODE, UNKNOWN_NAME = "ZZ", "Unknown"
"""ISO 3166 leaves ZZ to its users."""

_AIRCRAFT = ("date", "hour", "icao24")


def derive(sources: Sources, period: Period) -> DataFrame:
    """One row per state of registry with an aircraft in the hour.

    ZZ holds the aircraft of no block, and those that are heard by another system only: its
    addresses belong to no state of registry.
    """
    aircraft = (
        without_surface_objects(states_of(sources, period))
        .groupBy(*_AIRCRAFT)
        .agg(
            F.bool_or(shows_flight()).alias("is_airborne"),
            F.bool_or(has_icao_address()).alias("has_icao_address"),
            F.count("*").alias("states"),
        )
    )
    blocks = F.broadcast(sources["ref.countries"])
    # Addresses are six lower-case digits: as texts they are in the order of their numbers.
    in_block = F.col("has_icao_address") & F.col("icao24").between(
        F.col("first_icao24"), F.col("last_icao24")
    )
    # Of blocks within each other the inner one begins later; an aircraft must not count twice.
    block = F.max(F.struct("first_icao24", "country_code", "country"))
    registered = (
        aircraft.join(blocks, in_block, "left")
        .groupBy(*_AIRCRAFT, "is_airborne", "states")
        .agg(block.alias("block"))
    )
    return registered.groupBy(
        "date", "hour", _known("country_code", UNKNOWN_CODE).alias("country_code")
    ).agg(
        F.min(_known("country", UNKNOWN_NAME)).alias("country"),
        F.count("*").alias("aircraft"),
        F.count_if("is_airborne").alias("airborne_aircraft"),
        F.sum("states").alias("states"),
    )


def _known(name: str, otherwise: str) -> Column:
    return F.coalesce(f"block.{name}", F.lit(otherwise))
