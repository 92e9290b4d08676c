"""Which rows say the same again, and which contradict each other."""

from __future__ import annotations

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

STAGED, QUARANTINED, REPEATED, BEFORE = "staged", "quarantined", "repeated", "before"
CONFLICT = "icao24_is_not_unique_in_the_answer"

# `category` is left out: the same state comes with it or without, as it was asked for.
_CONTENT = (
    "callsign",
    "origin_country",
    "time_position_s",
    "last_contact_s",
    "longitude_deg",
    "latitude_deg",
    "baro_altitude_m",
    "is_on_ground",
    "ground_speed_mps",
    "true_track_deg",
    "vertical_rate_mps",
    "geo_altitude_m",
    "squawk",
    "is_spi",
    "position_source",
)


def classify(rows: DataFrame) -> DataFrame:
    """Say of every row what becomes of it, in the column ``outcome``.

    Two rows of one aircraft and time that are alike are one row and a repeat; where they differ
    nobody can tell which is true, and all are quarantined. A row that equals its aircraft's row in
    the answer before in last contact and position time carries nothing new and is a repeat.

    Args:
        rows: conformed rows with ``reasons`` (``row_rules.broken_rules``), ``raw_object``,
            ``row_index``, ``snapshot_time_s``, ``previous_time_s`` (``time`` of the answer before,
            null for the first) and ``is_before`` (the row is of the answer before the hour).

    Returns:
        The same rows with ``outcome``: staged, quarantined, repeated, or before (rows of the hour
        before, published by its own run); quarantined ones have at least one reason.
    """
    # One order for both windows, by data alone: a re-run cannot differ.
    order = ("raw_object", "row_index")
    aircraft = ("icao24", "is_good")
    at_once = Window.partitionBy(*aircraft, "snapshot_time_s")
    content = F.xxhash64(*_CONTENT)
    marked = (
        rows.withColumn("is_good", F.size("reasons") == 0)
        # Said once, both windows share this shuffle, and what is derived from the cached hour does.
        .repartition("icao24")
        .withColumn("content", content)
        .withColumn("copy", F.row_number().over(at_once.orderBy(*order)))
        .withColumn("is_conflict", F.min("content").over(at_once) != F.max("content").over(at_once))
    )
    known = F.when(
        ~F.col("is_conflict"), F.struct("snapshot_time_s", "last_contact_s", "time_position_s")
    )
    before = F.lag(known).over(Window.partitionBy(*aircraft).orderBy("snapshot_time_s", *order))
    says_nothing_new = (
        (F.col("known_before.snapshot_time_s") == F.col("previous_time_s"))
        & (F.col("known_before.last_contact_s") == F.col("last_contact_s"))
        & F.col("known_before.time_position_s").eqNullSafe(F.col("time_position_s"))
    )
    is_conflict = F.col("is_good") & F.col("is_conflict")
    outcome = (
        F.when(F.col("is_before"), BEFORE)
        .when(~F.col("is_good") | is_conflict, QUARANTINED)
        .when((F.col("copy") > 1) | F.coalesce(says_nothing_new, F.lit(False)), REPEATED)
        .otherwise(STAGED)
    )
    return (
        marked.withColumn("known_before", before)
        .withColumn("outcome", outcome)
        .withColumn(
            "reasons", F.when(is_conflict, F.array(F.lit(CONFLICT))).otherwise(F.col("reasons"))
        )
        .drop("content", "copy", "is_conflict", "is_good", "known_before")
    )
