"""Which contacts are one aircraft that stays in sight: identity conflicts and gaps."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from flightlake.transforms.flights.along import Along
from flightlake.transforms.flights.geo import distance_m
from flightlake.transforms.flights.observations import is_jump, place_of

THREAD = ("icao24", "thread")
"""What names an aircraft, where two can share an address."""

MAX_TAXI_MPS = 50.0
"""Faster on the ground is a runway, or a flag that is wrong."""
LONGEST_GAP_S = 1_800
LONGEST_GAP_WHEN_LOW_S = 900
"""Low down an aircraft may land, turn round and leave unheard."""
LOW_M = 1_500.0
CALLSIGN_GAP_S = 600
"""A new callsign after so long a gap is a new flight; one in full view is a correction."""

LONGEST_HOLE_S = 8 * 3_600
HOLE_SPEED_RATIO = (0.6, 1.3)
"""Mean speed through a hole in coverage to the speed before it, of one who just flew on."""
FINAL_S = 3_600
"""A day is final so long after its end: a hole that is still open then ends the flight."""

_DAY_S = 86_400


def tracks(observed: DataFrame) -> DataFrame:
    """Add ``thread``, ``last_s`` (the contact before), ``begins_track`` and ``is_ground``.

    A track is a thread as long as it stays in sight. Nothing farther away than a gap decides, so
    that the windows of two days decide alike.
    """
    along = Along(*THREAD)
    is_low = F.when(F.col("is_ground"), True).when(
        F.col("altitude_m").isNotNull(), F.col("altitude_m") < LOW_M
    )
    remembered = {
        "ground_before": along.before("is_ground"),
        "low_before": along.known_before("is_low"),
        "before": along.known_before("position"),
        "callsign_before": along.known_before("callsign"),
        "speed_before": along.known_before("ground_speed_mps"),
    }
    return (
        _with_threads(observed)
        .withColumn("is_ground", _is_taxiing())
        .withColumn("is_low", is_low)
        .withColumns({"last_s": along.before("contact_s"), **remembered})
        .withColumn("begins_track", _begins_track())
        .drop("is_low", *remembered)
    )


def _is_taxiing() -> Column:
    speed_mps = F.coalesce("ground_speed_mps", F.lit(0.0))
    return F.col("is_on_ground") & (speed_mps < MAX_TAXI_MPS)


def _begins_track() -> Column:
    gap_s = F.col("contact_s") - F.col("last_s")
    longest_s = F.when(F.col("low_before"), LONGEST_GAP_WHEN_LOW_S).otherwise(LONGEST_GAP_S)
    is_renamed = F.coalesce(F.col("callsign") != F.col("callsign_before"), F.lit(False))
    return (
        F.col("last_s").isNull()
        | ((gap_s > longest_s) & ~_flew_on())
        | ((gap_s > CALLSIGN_GAP_S) & is_renamed)
        # With a callsign, a jump is a false position; without one, nobody can tell.
        | ((F.col("thread") == "") & is_jump("before", "position"))
    )


def _flew_on() -> Column:
    """The aircraft came out of a hole in coverage where its speed and callsign let expect it."""
    elapsed_s = F.col("position.position_s") - F.col("before.position_s")
    far_m = distance_m(place_of("before"), place_of("position"))
    slowest, fastest = (ratio * F.col("speed_before") for ratio in HOLE_SPEED_RATIO)
    final_s = (F.floor(F.col("last_s") / _DAY_S) + 1) * _DAY_S + FINAL_S
    return F.coalesce(
        (F.col("contact_s") - F.col("last_s") <= LONGEST_HOLE_S)
        & (F.col("contact_s") < final_s)
        & ~F.col("ground_before")
        & ~F.col("is_ground")
        & (F.col("callsign") == F.col("callsign_before"))
        & (far_m / F.greatest(elapsed_s, F.lit(1))).between(slowest, fastest),
        F.lit(False),
    )


def _with_threads(observed: DataFrame) -> DataFrame:
    """Tell apart aircraft that share an address: where it jumps, each callsign is a thread.

    Between jumps and long gaps lie pieces. A piece that a jump begins or ends is threaded by the
    callsign, filled within the piece; all others are in the thread "".
    """
    along = Along("icao24")
    is_edge = F.col("is_jump") | F.coalesce(F.col("gap_s") > LONGEST_GAP_S, F.lit(True))
    is_named = F.col("is_edge") | F.col("callsign").isNotNull()
    neighbours = {
        "begins_by_jump": along.known_here("edge_is_jump"),
        "ends_by_jump": along.known_after("edge_is_jump"),
        "named": along.known_here("name"),
        "named_next": along.known_after("name"),
    }
    is_contested = F.col("begins_by_jump") | F.coalesce("ends_by_jump", F.lit(False))
    callsign = F.coalesce(
        "named.callsign",
        # A name beyond the edge is that of the next piece.
        F.when(~F.col("named_next.is_edge"), F.col("named_next.callsign")),
        F.lit(""),
    )
    return (
        observed.withColumns(
            {
                "before": along.known_before("position"),
                "gap_s": F.col("contact_s") - along.before("contact_s"),
            }
        )
        .withColumn("is_jump", is_jump("before", "position"))
        .withColumn("is_edge", is_edge)
        .withColumns(
            {
                "edge_is_jump": F.when(F.col("is_edge"), F.col("is_jump")),
                "name": F.when(is_named, F.struct("is_edge", "callsign")),
            }
        )
        .withColumns(neighbours)
        .withColumn("thread", F.when(is_contested, callsign).otherwise(""))
        .drop("before", "gap_s", "is_jump", "is_edge", "edge_is_jump", "name", *neighbours)
    )
