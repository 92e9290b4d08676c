"""Where one flight ends and the next begins while the aircraft stays in sight: the ground."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from flightlake.transforms.flights.tracks import TRACK

FLIGHT = (*TRACK, "leg")
"""What names a flight."""
OUT, AIR, IN = "out", "air", "in"
"""The parts of a flight: taxi-out, in the air, taxi-in."""

MAX_TAXI_MPS = 50.0
"""Faster on the ground is a runway, or a flag that is wrong."""
MAX_STRAY_MPS = 25.0
"""A lone contact in the air between two on the ground is one on the ground, if it is so slow."""
SHORTEST_STOP_S = 45
"""Less than that is a touch-and-go, or flags that are wrong."""
TAXI_IN_S, TAXI_OUT_S = 900, 1_800
"""How much of a stay on the ground belongs to the flight before, and to the flight after."""


def legs(tracked: DataFrame, begin_s: int) -> DataFrame:
    """Add ``leg``, ``part`` and the cleaned ``is_ground``; contacts of no flight are left out.

    Args:
        tracked: observations with their tracks.
        begin_s: tracks that end before are left out.
    """
    by_time = Window.partitionBy(*TRACK).orderBy("contact_s")
    whole = by_time.rowsBetween(Window.unboundedPreceding, Window.unboundedFollowing)
    in_run = Window.partitionBy(*TRACK, "run").orderBy("contact_s")
    run = in_run.rowsBetween(Window.unboundedPreceding, Window.unboundedFollowing)
    # The order of runs is that of time; said so, one sort serves both windows.
    by_run = Window.partitionBy(*TRACK).orderBy("run", "contact_s")
    taxis_in = (F.col("run") > 1) & (F.col("contact_s") - F.col("run_begin_s") <= TAXI_IN_S)
    taxis_out = F.col("run_end_s") - F.col("contact_s") <= TAXI_OUT_S
    return (
        tracked.withColumn("track_end_s", F.max("contact_s").over(whole))
        .withColumn("is_ground", _is_taxiing())
        .withColumn("ground_before", F.lag("is_ground").over(by_time))
        .withColumn("ground_after", F.lead("is_ground").over(by_time))
        .where(F.col("track_end_s") >= begin_s)
        .withColumn("is_ground", _without_strays())
        .withColumn("ground_before", F.lag("is_ground").over(by_time))
        .withColumn(
            "run",
            F.sum(
                F.coalesce(F.col("is_ground") != F.col("ground_before"), F.lit(True)).cast("int")
            ).over(by_time),
        )
        .withColumn("runs", F.max("run").over(whole))
        .withColumn("run_begin_s", F.min("contact_s").over(run))
        .withColumn("run_end_s", F.max("contact_s").over(run))
        .withColumn("is_stop", _is_stop())
        .withColumn(
            "leg",
            F.sum(
                (F.col("is_stop") & (F.col("contact_s") == F.col("run_begin_s"))).cast("int")
            ).over(by_run),
        )
        .withColumn(
            "part",
            F.when(~F.col("is_stop"), AIR).when(taxis_in, IN).when(taxis_out, OUT),
        )
        .where(F.col("part").isNotNull())
        .withColumn("leg", F.col("leg") - (F.col("part") == IN).cast("int"))
        .drop("track_end_s", "ground_before", "ground_after", "run", "runs", "run_begin_s")
        .drop("run_end_s", "is_stop")
    )


def _is_taxiing() -> Column:
    return F.col("is_on_ground") & (F.coalesce("ground_speed_mps", F.lit(0.0)) < MAX_TAXI_MPS)


def _without_strays() -> Column:
    before, after = F.col("ground_before"), F.col("ground_after")
    is_stray = (
        (before == after)
        & (before != F.col("is_ground"))
        & (~before | (F.coalesce("ground_speed_mps", F.lit(0.0)) < MAX_STRAY_MPS))
    )
    return F.when(is_stray, before).otherwise(F.col("is_ground"))


def _is_stop() -> Column:
    is_edge = F.col("run").isin(1) | (F.col("run") == F.col("runs"))
    lasts = F.col("run_end_s") - F.col("run_begin_s") >= SHORTEST_STOP_S
    return F.col("is_ground") & (is_edge | lasts)
