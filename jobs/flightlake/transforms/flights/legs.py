"""Where one flight ends and the next begins while the aircraft stays in sight: the ground."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from flightlake.transforms.flights.along import Along
from flightlake.transforms.flights.tracks import TRACK
from flightlake.transforms.surface import HIGHEST_FIELD_M

FLIGHT = (*TRACK, "leg")
"""What names a flight."""
OUT, AIR, IN = "out", "air", "in"
"""The parts of a flight: taxi-out, in the air, taxi-in."""

PARKED_S = 600
"""An aircraft that does not move for longer is parked, whatever its flag says."""
SHORTEST_HOP_S = 180
"""A lone contact in the air between two on the ground that are closer is one on the ground."""
SHORTEST_STOP_S = 45
"""Less than that is a touch-and-go, unless the aircraft taxies."""
TAXI_MPS = 15.0
"""An aircraft that is slower on the ground taxies; one that touches and goes is not."""
TAXI_IN_S, TAXI_OUT_S = 900, 1_800
"""How much of a stay on the ground belongs to the flight before, and to the flight after."""


def legs(tracked: DataFrame, begin_s: int) -> DataFrame:
    """Add ``leg``, ``part`` and ``is_airborne``; contacts that belong to no flight are left out.

    A stay on the ground is a stop where it lasts, where the aircraft taxies, or where it comes into
    sight or goes out of sight in it; a stop ends a leg. ``is_landing_roll`` is the first contact of
    a track that begins with one: the end of a flight of which nothing else was heard.

    Args:
        tracked: observations with evidence and tracks.
        begin_s: tracks that ended before are left out.
    """
    along = Along(*TRACK)
    in_time = tracked.withColumn("end_s", along.end("contact_s")).where(F.col("end_s") >= begin_s)
    begins_stay = F.col("contact_s") == F.col("stay.contact_s")
    is_arrival = (~_is_first(F.col("stay")) | F.col("is_after_landing_roll")) & (
        F.col("contact_s") - F.col("stay.contact_s") <= TAXI_IN_S
    )
    is_departure = F.col("stay_end_s") - F.col("contact_s") <= TAXI_OUT_S
    part = F.when(~F.col("is_stop"), AIR).when(is_arrival, IN).when(is_departure, OUT)
    is_airborne = (F.col("part") == AIR) & ~F.col("is_ground")
    return (
        _with_stays(_grounded(in_time))
        .withColumns({"leg": along.count(F.col("is_stop") & begins_stay), "part": part})
        .where("part IS NOT NULL")
        .withColumns(
            {
                "leg": F.col("leg") - (F.col("part") == IN).cast("int"),
                "is_airborne": is_airborne,
                "is_landing_roll": F.col("is_after_landing_roll") & begins_stay,
            }
        )
        .drop("end_s", "begin_s", "stay", "stay_end_s", "is_stop", "is_ground")
        .drop("is_after_landing_roll", "is_rolling_out", "is_still", "says_ground", "last_s")
    )


def _grounded(tracked: DataFrame) -> DataFrame:
    """Add ``is_ground``: what the contact says, else what the one before says, else the next.

    Where nothing says anything, it is on the ground unless its altitude is above all airfields.
    """
    along = Along(*TRACK)
    moving_s = F.when(~F.col("is_still"), F.col("contact_s"))
    moved_s, moves_s = along.known_here("moving_s"), along.known_after("moving_s")
    still_s = F.coalesce(moves_s, "end_s") - F.coalesce(moved_s, "begin_s")
    is_parked = F.col("is_still") & (F.col("still_s") > PARKED_S)
    is_stray = (
        F.col("ground_before")
        & F.col("ground_after")
        & (F.col("after_s") - F.col("before_s") <= SHORTEST_HOP_S)
    )
    return (
        tracked.withColumns({"begin_s": along.begin("contact_s"), "moving_s": moving_s})
        .withColumn("still_s", still_s)
        .withColumn("says_ground", F.when(is_parked, True).otherwise(F.col("says_ground")))
        .withColumn(
            "is_ground",
            F.coalesce(
                along.known_here("says_ground"),
                along.known_after("says_ground"),
                F.col("altitude_m") <= HIGHEST_FIELD_M,
                F.lit(True),
            ),
        )
        .withColumns(
            {
                "ground_before": along.before("is_ground"),
                "ground_after": along.after("is_ground"),
                "before_s": along.before("contact_s"),
                "after_s": along.after("contact_s"),
            }
        )
        .withColumn("is_ground", F.col("is_ground") | F.coalesce(is_stray, F.lit(False)))
        .drop("moving_s", "still_s", "ground_before", "ground_after", "before_s", "after_s")
    )


def _with_stays(grounded: DataFrame) -> DataFrame:
    """Add ``stay``, where it begins, ``stay_end_s``, ``is_stop`` and ``is_after_landing_roll``."""
    along = Along(*TRACK)
    is_change = ~F.col("is_ground").eqNullSafe(F.col("ground_before"))
    change = F.struct("contact_s", F.col("before_s").alias("last_s"), "is_rolling_out")
    taxied = F.col("is_ground") & (F.col("ground_speed_mps") < TAXI_MPS)
    stay_end_s = F.coalesce("next_stay.last_s", "end_s")
    lasts = F.col("stay_end_s") - F.col("stay.contact_s") >= SHORTEST_STOP_S
    is_edge = _is_first(F.col("stay")) | F.col("next_stay").isNull()
    taxies = F.coalesce(F.col("taxied_s") >= F.col("stay.contact_s"), F.lit(False)) | F.coalesce(
        F.col("taxies_s") <= F.col("stay_end_s"), F.lit(False)
    )
    is_after_landing_roll = (
        F.col("is_ground")
        & _is_first(F.col("stay"))
        & F.col("stay.is_rolling_out")
        & (F.col("stay_end_s") > F.col("stay.contact_s"))
    )
    return (
        grounded.withColumns(
            {"ground_before": along.before("is_ground"), "before_s": along.before("contact_s")}
        )
        .withColumns(
            {
                "change": F.when(is_change, change),
                "taxi_s": F.when(F.coalesce(taxied, F.lit(False)), F.col("contact_s")),
            }
        )
        .withColumns(
            {
                "stay": along.known_here("change"),
                "next_stay": along.known_after("change"),
                "taxied_s": along.known_here("taxi_s"),
                "taxies_s": along.known_after("taxi_s"),
            }
        )
        .withColumn("stay_end_s", stay_end_s)
        .withColumns(
            {
                "is_stop": F.col("is_ground") & (is_edge | lasts | taxies),
                "is_after_landing_roll": is_after_landing_roll,
            }
        )
        .drop("ground_before", "before_s", "change", "next_stay", "taxi_s", "taxied_s", "taxies_s")
    )


def _is_first(stay: Column) -> Column:
    """The stay is the first of its track."""
    return stay["last_s"].isNull()
