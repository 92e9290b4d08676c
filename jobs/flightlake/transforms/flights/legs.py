"""Where one flight ends and the next begins while the aircraft stays in sight: the ground."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from flightlake.transforms.flights.along import Along
from flightlake.transforms.flights.threads import THREAD
from flightlake.transforms.surface import HIGHEST_FIELD_M

FLIGHT = (*THREAD, "leg")
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
    along = Along(*THREAD)
    begins_track = F.col("contact_s") == F.col("begin_s")
    begins_stay = F.col("contact_s") == F.col("stay.contact_s")
    # Two numbers where a track begins with a stop: what was before may be a flight that landed.
    leg = along.count(begins_track) + along.count(F.col("is_stop") & begins_stay)
    is_arrival = (~_is_first(F.col("stay")) | F.col("is_after_landing_roll")) & (
        F.col("contact_s") - F.col("stay.contact_s") <= TAXI_IN_S
    )
    is_departure = F.col("stay_end_s") - F.col("contact_s") <= TAXI_OUT_S
    part = F.when(~F.col("is_stop"), AIR).when(is_arrival, IN).when(is_departure, OUT)
    is_airborne = (F.col("part") == AIR) & ~F.col("is_ground")
    return (
        _with_stays(_grounded(_bounded(tracked, begin_s)))
        .withColumns({"leg": leg, "part": part})
        .where("part IS NOT NULL")
        .select(
            *THREAD,
            (F.col("leg") - (F.col("part") == IN).cast("int")).alias("leg"),
            "contact_s",
            "callsign",
            "position",
            "report",
            "speed_mps",
            "step_m",
            "is_jump",
            "part",
            is_airborne.alias("is_airborne"),
            (F.col("is_after_landing_roll") & begins_stay).alias("is_landing_roll"),
        )
    )


def _bounded(tracked: DataFrame, begin_s: int) -> DataFrame:
    """Add ``begin_s`` and ``end_s``, the first and the last contact of the track.

    An aircraft that does not move for long says that it is on the ground.
    """
    along = Along(*THREAD)
    marks = {
        "begun_s": F.when(F.col("begins_track"), F.col("contact_s")),
        "ended_s": F.when(F.col("begins_track"), F.col("last_s")),
        "moving_s": F.when(~F.col("is_still"), F.col("contact_s")),
    }
    looks = {
        "begin_s": along.known_here("begun_s"),
        "end_s": F.coalesce(along.known_after("ended_s"), along.end("contact_s")),
        "moved_s": along.known_here("moving_s"),
        "moves_s": along.known_after("moving_s"),
    }
    still_s = F.least("moves_s", "end_s") - F.greatest("moved_s", "begin_s")
    is_parked = F.col("is_still") & (still_s > PARKED_S)
    return (
        tracked.withColumns(marks)
        .drop("begins_track", "last_s")
        .withColumns(looks)
        .where(F.col("end_s") >= begin_s)
        .withColumn("says_ground", F.when(is_parked, True).otherwise(F.col("says_ground")))
        .drop("is_still", "moved_s", "moves_s", *marks)
    )


def _grounded(bounded: DataFrame) -> DataFrame:
    """Add ``is_ground``: what the contact says, else what the one before says, else the next.

    Where nothing says anything, it is on the ground unless its altitude is above all airfields.
    ``before_s`` and ``ground_before`` are those of the contact before in the track.
    """
    along = Along(*THREAD)
    said = F.when(F.col("says_ground").isNotNull(), F.struct("contact_s", "says_ground"))
    is_ground = F.coalesce(
        F.when(F.col("said_last.contact_s") >= F.col("begin_s"), F.col("said_last.says_ground")),
        F.when(F.col("said_next.contact_s") <= F.col("end_s"), F.col("said_next.says_ground")),
        F.col("report.altitude_m") <= HIGHEST_FIELD_M,
        F.lit(True),
    )
    looks = {
        # Two back, since the contact before is corrected by its own neighbours.
        "earlier_s": along.before("contact_s", 2),
        "ground_earlier": along.before("is_ground", 2),
        "before_s": along.before("contact_s"),
        "ground_before": along.before("is_ground"),
        "after_s": along.after("contact_s"),
        "ground_after": along.after("is_ground"),
    }
    has_before = F.col("before_s") >= F.col("begin_s")
    is_stray = _is_between("before_s", "ground_before", "after_s", "ground_after")
    was_stray = _is_between("earlier_s", "ground_earlier", "contact_s", "is_ground")
    return (
        bounded.withColumn("said", said)
        .drop("says_ground")
        .withColumns(
            {"said_last": along.known_here("said"), "said_next": along.known_after("said")}
        )
        .withColumn("is_ground", is_ground)
        .drop("said", "said_last", "said_next")
        .withColumns(looks)
        .withColumns(
            {
                "is_ground": F.col("is_ground") | is_stray,
                "ground_before": F.when(has_before, F.col("ground_before") | was_stray),
                "before_s": F.when(has_before, F.col("before_s")),
            }
        )
        .drop("earlier_s", "ground_earlier", "after_s", "ground_after")
    )


def _is_between(before_s: str, before: str, after_s: str, after: str) -> Column:
    """Two contacts of the track that are on the ground are too close for a flight in between."""
    within = (F.col(before_s) >= F.col("begin_s")) & (F.col(after_s) <= F.col("end_s"))
    is_close = F.col(after_s) - F.col(before_s) <= SHORTEST_HOP_S
    return F.coalesce(within & F.col(before) & F.col(after) & is_close, F.lit(False))


def _with_stays(grounded: DataFrame) -> DataFrame:
    """Add ``stay``, where it begins, ``stay_end_s``, ``is_stop`` and ``is_after_landing_roll``."""
    along = Along(*THREAD)
    is_change = ~F.col("is_ground").eqNullSafe(F.col("ground_before"))
    change = F.struct("contact_s", F.col("before_s").alias("last_s"), "is_rolling_out")
    taxies = F.col("is_ground") & (F.col("report.ground_speed_mps") < TAXI_MPS)
    marks = {
        "change": F.when(is_change, change),
        "taxi_s": F.when(F.coalesce(taxies, F.lit(False)), F.col("contact_s")),
    }
    looks = {
        "stay": along.known_here("change"),
        "next_stay": along.known_after("change"),
        "taxied_s": along.known_here("taxi_s"),
        "taxies_s": along.known_after("taxi_s"),
    }
    # The next stay may be the first of another track: that one has no contact before.
    is_last = F.col("next_stay.last_s").isNull()
    lasts = F.col("stay_end_s") - F.col("stay.contact_s") >= SHORTEST_STOP_S
    is_taxiing = F.coalesce(F.col("taxied_s") >= F.col("stay.contact_s"), F.lit(False)) | (
        F.coalesce(F.col("taxies_s") <= F.col("stay_end_s"), F.lit(False))
    )
    is_after_landing_roll = (
        F.col("is_ground")
        & _is_first(F.col("stay"))
        & F.col("stay.is_rolling_out")
        & (F.col("stay_end_s") > F.col("stay.contact_s"))
    )
    return (
        grounded.withColumns(marks)
        .drop("is_rolling_out", "ground_before", "before_s")
        .withColumns(looks)
        .withColumn("stay_end_s", F.coalesce("next_stay.last_s", "end_s"))
        .withColumns(
            {
                "is_stop": F.col("is_ground")
                & (_is_first(F.col("stay")) | is_last | lasts | is_taxiing),
                "is_after_landing_roll": is_after_landing_roll,
            }
        )
        .drop("end_s", *marks, "next_stay", "taxied_s", "taxies_s")
    )


def _is_first(stay: Column) -> Column:
    """The stay is the first of its track."""
    return stay["last_s"].isNull()
