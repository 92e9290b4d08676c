"""Areas where satellite navigation may be disturbed: aircraft are heard, their positions stand."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from flightlake.transforms.events.event import GNSS_INTERFERENCE, WARNING
from flightlake.transforms.h3 import cell_of, centre_of, index_of
from flightlake.transforms.positions import MAX_POSITION_AGE_S
from flightlake.transforms.silver.enrich import MAX_FRESH_AGE_S
from flightlake.transforms.surface import shows_flight

RESOLUTION = 3
"""Some 110 km across: jammers are heard that far, and a cell has traffic enough to compare."""
MIN_AFFECTED = 3
"""Fewer are receivers that fail on board."""
MIN_SHARE = 0.25
"""Elsewhere about one in 100 aircraft that are heard has no recent position."""
MAX_STANDING_S = 3_600
"""A position that is older was not lost in this hour."""


def interference_areas(states: DataFrame) -> DataFrame:
    """One event an H3 cell in which many aircraft in the air are heard without a recent position.

    They count where their last position was. The value is their share of all aircraft in the air
    that were heard and had their last position in the cell; each counts once an hour.
    """
    is_heard = shows_flight() & (F.col("contact_age_s") <= MAX_FRESH_AGE_S)
    was_there = F.col("latitude_deg").isNotNull() & (F.col("position_age_s") <= MAX_STANDING_S)
    is_affected = F.col("position_age_s") > MAX_POSITION_AGE_S
    affected = F.when(is_affected, F.col("snapshot_time"))
    of_cell = (
        states.where(is_heard & was_there)
        .select(
            "icao24",
            "region",
            affected.alias("snapshot_time"),
            cell_of("latitude_deg", "longitude_deg", RESOLUTION).alias("cell"),
        )
        .groupBy("cell", "icao24")
        .agg(
            F.min("snapshot_time").alias("first"),
            F.max("snapshot_time").alias("last"),
            F.count("snapshot_time").alias("states"),
            F.min("region").alias("region"),
        )
        .groupBy("cell")
        .agg(
            F.min("first").alias("started_at"),
            F.max("last").alias("ended_at"),
            F.sum("states").alias("states"),
            F.min("region").alias("region"),
            F.count("first").alias("affected"),
            F.count("*").alias("aircraft"),
        )
    )
    share = F.col("affected") / F.col("aircraft")
    return (
        of_cell.where((F.col("affected") >= MIN_AFFECTED) & (share >= MIN_SHARE))
        .withColumn("centre", centre_of("cell"))
        .select(
            F.lit(GNSS_INTERFERENCE).alias("event_type"),
            F.lit(WARNING).alias("severity"),
            index_of("cell").alias("subject"),
            F.lit(None).cast("string").alias("icao24"),
            F.lit(None).cast("string").alias("callsign"),
            "started_at",
            "ended_at",
            "centre.*",
            "region",
            "states",
            F.round(share, 3).alias("value"),
            F.lit(MIN_SHARE).alias("limit_value"),
            F.format_string(
                "%d of %d aircraft in the cell are heard without a position of the last minute:"
                " satellite navigation may be disturbed.",
                "affected",
                "aircraft",
            ).alias("description"),
        )
    )
