"""Which contacts are one aircraft that stays in sight: gaps, holes and unheard landings."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from flightlake.transforms.flights.along import Along
from flightlake.transforms.flights.geo import distance_m
from flightlake.transforms.flights.observations import place_of
from flightlake.transforms.flights.threads import LONGEST_GAP_S, THREAD

LONGEST_GAP_WHEN_LOW_S = 900
"""Low down an aircraft may land, turn round and leave unheard."""
LOW_M = 1_500.0
SHORTEST_UNHEARD_STOP_S = 600
"""After so long a gap a new callsign is a new flight, and one that sank and now climbs has landed;
a new callsign in full view is a correction."""
MIN_RATE_MPS = 1.0

LONGEST_HOLE_S = 8 * 3_600
HOLE_SPEED_RATIO = (0.6, 1.3)
"""Mean speed through a hole in coverage to the speed before it, of one who just flew on."""
FINAL_S = 3_600
"""A day is final so long after its end: a hole that is still open then ends the flight."""

_DAY_S = 86_400


def tracks(observed: DataFrame) -> DataFrame:
    """Add ``begins_track``, and ``last_s``, the contact before in the thread.

    Nothing farther away than a gap decides, so that the windows of two days decide alike.
    """
    along = Along(*THREAD)
    altitude_m = F.col("report.altitude_m")
    is_low = F.when(F.col("says_ground"), True).when(altitude_m.isNotNull(), altitude_m < LOW_M)
    remembered = {
        "ground_before": along.before("says_ground"),
        "low_before": along.known_before("is_low"),
        "callsign_before": along.known_before("callsign"),
        "speed_before": along.known_before("report.ground_speed_mps"),
        "rate_before": along.known_before("report.vertical_rate_mps"),
    }
    return (
        observed.withColumn("is_low", is_low)
        .withColumns(remembered | {"last_s": along.before("contact_s")})
        .withColumn("begins_track", _begins_track())
        .drop("before", "is_low", *remembered)
    )


def _begins_track() -> Column:
    gap_s = F.col("contact_s") - F.col("last_s")
    longest_s = F.when(F.col("low_before"), LONGEST_GAP_WHEN_LOW_S).otherwise(LONGEST_GAP_S)
    is_renamed = F.coalesce(F.col("callsign") != F.col("callsign_before"), F.lit(False))
    return (
        F.col("last_s").isNull()
        | ((gap_s > longest_s) & ~_flew_on())
        | ((gap_s > SHORTEST_UNHEARD_STOP_S) & (is_renamed | (_sank() & _climbs())))
        # With a callsign, a jump is a false position; without one, nobody can tell.
        | ((F.col("thread") == "") & F.col("is_jump"))
    )


def _sank() -> Column:
    """It was low and sinking when it was last heard."""
    return F.coalesce(F.col("low_before") & (F.col("rate_before") <= -MIN_RATE_MPS), F.lit(False))


def _climbs() -> Column:
    """It is low and climbing when it is heard again."""
    altitude_m, rate_mps = F.col("report.altitude_m"), F.col("report.vertical_rate_mps")
    return F.coalesce((altitude_m < LOW_M) & (rate_mps >= MIN_RATE_MPS), F.lit(False))


def _flew_on() -> Column:
    """The aircraft came out of a hole in coverage where its speed and callsign let expect it."""
    elapsed_s = F.col("position.position_s") - F.col("before.position_s")
    far_m = distance_m(place_of("before"), place_of("position"))
    slowest, fastest = (ratio * F.col("speed_before") for ratio in HOLE_SPEED_RATIO)
    final_s = (F.floor(F.col("last_s") / _DAY_S) + 1) * _DAY_S + FINAL_S
    return (
        ~_sank()
        & ~_climbs()
        & ~F.coalesce("ground_before", F.lit(False))
        & ~F.coalesce("says_ground", F.lit(False))
        & F.coalesce(
            (F.col("contact_s") - F.col("last_s") <= LONGEST_HOLE_S)
            & (F.col("contact_s") < final_s)
            & (F.col("callsign") == F.col("callsign_before"))
            & (far_m / F.greatest(elapsed_s, F.lit(1))).between(slowest, fastest),
            F.lit(False),
        )
    )
