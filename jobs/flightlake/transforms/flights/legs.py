"""Where one flight ends and the next begins while the aircraft stays in sight: the ground."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from flightlake.transforms.flights.along import Along
from flightlake.transforms.flights.tracks import THREAD

FLIGHT = (*THREAD, "leg")
"""What names a flight."""
OUT, AIR, IN = "out", "air", "in"
"""The parts of a flight: taxi-out, in the air, taxi-in."""

MAX_STRAY_MPS = 25.0
"""A lone contact in the air between two on the ground is one on the ground, if it is so slow."""
SHORTEST_STOP_S = 45
"""Less than that is a touch-and-go, or flags that are wrong."""
TAXI_IN_S, TAXI_OUT_S = 900, 1_800
"""How much of a stay on the ground belongs to the flight before, and to the flight after."""


def legs(tracked: DataFrame, begin_s: int) -> DataFrame:
    """Add ``leg`` and ``part``; contacts that belong to no flight are left out.

    A stay on the ground is a stop where it lasts, or where the aircraft comes into sight or goes
    out of sight in it; a stop ends a leg.

    Args:
        tracked: observations with their tracks.
        begin_s: tracks that ended before are left out.
    """
    along = Along(*THREAD)
    began_leg = F.col("begins_track") | (
        F.col("is_stop") & (F.col("contact_s") == F.col("stay.contact_s"))
    )
    is_arrival = ~F.col("stay.begins_track") & (
        F.col("contact_s") - F.col("stay.contact_s") <= TAXI_IN_S
    )
    is_departure = F.col("stay_end_s") - F.col("contact_s") <= TAXI_OUT_S
    part = F.when(~F.col("is_stop"), AIR).when(is_arrival, IN).when(is_departure, OUT)
    return (
        _with_stays(_without_strays(tracked, begin_s))
        .withColumn("is_stop", _is_stop())
        .withColumns({"leg": along.count(began_leg), "part": part})
        .where("part IS NOT NULL")
        .withColumn("leg", F.col("leg") - (F.col("part") == IN).cast("int"))
        .drop("last_s", "begins_track", "stay", "next_stay", "stay_end_s", "is_stop")
    )


def _without_strays(tracked: DataFrame, begin_s: int) -> DataFrame:
    """Correct lone flags in ``is_ground``, in tracks that end at ``begin_s`` or later.

    Adds ``ground_before``, the corrected flag of the contact before in the same track.
    """
    along = Along(*THREAD)
    is_slow = F.coalesce("ground_speed_mps", F.lit(0.0)) < MAX_STRAY_MPS
    is_doubtful = (F.col("is_on_ground") | is_slow).alias("is_doubtful")
    looks = {
        # Two back, since the flag before is corrected by its own neighbours.
        "flag_before_that": along.before("flag", 2),
        "flag_before": along.before("flag"),
        "flag_after": along.after("flag"),
        "track_end_s": along.known_after("ended_s"),
    }
    return (
        tracked.withColumn("ended_s", F.when(F.col("begins_track"), F.col("last_s")))
        .withColumn("flag", F.struct("is_ground", "begins_track", is_doubtful))
        .withColumns(looks)
        .where((F.col("track_end_s") >= begin_s) | F.col("track_end_s").isNull())
        .withColumn("is_ground", _corrected("flag_before", "flag", "flag_after"))
        .withColumn("ground_before", _corrected("flag_before_that", "flag_before", "flag"))
        .drop("ended_s", "flag", *looks)
    )


def _corrected(before: str, here: str, after: str) -> Column:
    """Whether an aircraft is on the ground: not what a doubtful flag says against both others."""
    flag = F.col(here)
    ground_before = F.when(~flag["begins_track"], F.col(before)["is_ground"])
    ground_after = F.when(~F.col(after)["begins_track"], F.col(after)["is_ground"])
    is_stray = (
        (ground_before == ground_after) & (ground_before != flag["is_ground"]) & flag["is_doubtful"]
    )
    return flag["is_ground"] != F.coalesce(is_stray, F.lit(False))


def _with_stays(cleaned: DataFrame) -> DataFrame:
    """Add ``stay`` and ``next_stay``, where it begins on the ground or in the air, and its end."""
    along = Along(*THREAD)
    is_change = F.col("begins_track") | (F.col("is_ground") != F.col("ground_before"))
    change = F.struct("contact_s", "last_s", "begins_track")
    return (
        cleaned.withColumn("change", F.when(is_change, change))
        .withColumns(
            {
                "stay": along.known_here("change"),
                "next_stay": along.known_after("change"),
                "last_of_all_s": along.end("contact_s"),
            }
        )
        .withColumn("stay_end_s", F.coalesce("next_stay.last_s", "last_of_all_s"))
        .drop("ground_before", "change", "last_of_all_s")
    )


def _is_stop() -> Column:
    is_edge = F.col("stay.begins_track") | F.coalesce("next_stay.begins_track", F.lit(True))
    lasts = F.col("stay_end_s") - F.col("stay.contact_s") >= SHORTEST_STOP_S
    return F.col("is_ground") & (is_edge | lasts)
