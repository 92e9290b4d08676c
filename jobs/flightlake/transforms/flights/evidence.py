"""What each contact says by itself: that its aircraft is on the ground, in the air, or nothing."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from flightlake.transforms.flights.along import Along
from flightlake.transforms.flights.geo import distance_m
from flightlake.transforms.flights.observations import is_too_far, place_of
from flightlake.transforms.flights.threads import THREAD
from flightlake.transforms.surface import (
    HIGHEST_FIELD_M,
    MAX_TAXI_MPS,
    MIN_CLIMB_MPS,
    MIN_FLYING_MPS,
)

MAX_STILL_MPS = 3.0
"""Slower is parked; noise of positions and of rotors turning is slower too."""
STEP_S = (5, 900)
"""Two positions so far apart in time give a mean speed."""
MIN_ROLL_OUT_M = 200.0
"""A landing roll goes on for so long; parked positions wander by less."""
MAX_ROLL_OUT_RATIO = 0.7
"""Mean speed after the first contact to the speed at it, of an aircraft that brakes."""


def with_evidence(threaded: DataFrame) -> DataFrame:
    """Add what decides whether an aircraft flies.

    - ``before``: the position before; ``step_m``: the distance from there; ``is_jump``: it is too
      far. The latter two are null and false without a position at either end.
    - ``speed_mps``: as reported, else the slower of the mean speeds on both sides.
    - ``says_ground``: null where the contact proves neither. OpenSky's flag is true only for
      positions of surface reports, so a state without a position proves nothing by its flag.
      Reported speeds can be frozen on the ground, so a flag is overruled by positions only.
    - ``is_still``: it does not move and is not flagged as on the ground.
    - ``is_rolling_out``: on the ground at the speed of flight, and braking.
    """
    along = Along(*THREAD)
    here = place_of("position")
    looks = {"before": along.known_before("position"), "after": along.known_after("position")}
    steps = {
        "step_m": distance_m(place_of("before"), here),
        "next_m": distance_m(here, place_of("after")),
        "step_s": F.col("position.position_s") - F.col("before.position_s"),
        "next_s": F.col("after.position_s") - F.col("position.position_s"),
    }
    speeds = {
        "is_jump": is_too_far(F.col("step_m"), F.col("step_s")),
        "before_mps": _mean_mps("step_m", "step_s"),
        "after_mps": _mean_mps("next_m", "next_s"),
    }
    reported_mps = F.col("report.ground_speed_mps")
    return (
        threaded.withColumns(looks)
        .withColumns(steps)
        .withColumns(speeds)
        .withColumn("speed_mps", F.coalesce(reported_mps, F.least("before_mps", "after_mps")))
        .withColumns(
            {
                "says_ground": _says_ground(),
                "is_still": _is_still(),
                "is_rolling_out": _is_rolling_out(),
            }
        )
        .drop("after", "next_m", "step_s", "next_s", "before_mps", "after_mps")
    )


def _mean_mps(far_m: str, elapsed_s: str) -> Column:
    """Null where the two positions are too close or too far in time."""
    return F.when(F.col(elapsed_s).between(*STEP_S), F.col(far_m) / F.col(elapsed_s))


def _is_vertical() -> Column:
    return F.coalesce(F.abs("report.vertical_rate_mps") >= MIN_CLIMB_MPS, F.lit(False))


def _is_still() -> Column:
    is_low = F.coalesce(F.col("report.altitude_m") <= HIGHEST_FIELD_M, F.lit(True))
    is_slow = F.coalesce(F.col("speed_mps") < MAX_STILL_MPS, F.lit(False))
    return ~F.col("report.is_on_ground") & is_slow & ~_is_vertical() & is_low


def _says_ground() -> Column:
    speed_mps, altitude_m = F.col("speed_mps"), F.col("report.altitude_m")
    before_mps, after_mps = F.col("before_mps"), F.col("after_mps")
    is_nowhere = F.col("position").isNull() & altitude_m.isNull()
    flagged = (
        F.when((before_mps >= MIN_FLYING_MPS) & (after_mps >= MIN_FLYING_MPS), False)
        .when(
            before_mps.isNull() & after_mps.isNull() & (speed_mps >= MIN_FLYING_MPS),
            F.lit(None).cast("boolean"),
        )
        .otherwise(True)
    )
    return (
        F.when(F.col("report.is_on_ground"), flagged)
        .when(is_nowhere & (speed_mps < MAX_TAXI_MPS), True)
        .when(is_nowhere, F.lit(None).cast("boolean"))
        .when(speed_mps >= MAX_TAXI_MPS, False)
        # A slow speed contradicts the altitude: parked aircraft send 30,000 ft.
        .when((altitude_m > HIGHEST_FIELD_M) & speed_mps.isNull(), False)
        .when((altitude_m <= HIGHEST_FIELD_M) & _is_vertical(), False)
    )


def _is_rolling_out() -> Column:
    speed_mps = F.col("report.ground_speed_mps")
    return F.coalesce(
        F.col("report.is_on_ground")
        & (speed_mps >= MIN_FLYING_MPS)
        & (F.rint("next_m") >= MIN_ROLL_OUT_M)
        & (F.col("after_mps") <= MAX_ROLL_OUT_RATIO * speed_mps),
        F.lit(False),
    )
