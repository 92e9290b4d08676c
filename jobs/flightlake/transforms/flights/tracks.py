"""Which contacts are one aircraft that stays in sight: identity conflicts and gaps."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from flightlake.transforms.flights.geo import distance_m
from flightlake.transforms.flights.observations import is_jump, place_of

TRACK = ("icao24", "thread", "track")
"""What names a track."""

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
    """Add ``thread`` and ``track`` to observations; each pair, with ``icao24``, is one track.

    Nothing farther away than a gap decides, so that the windows of two days decide alike.
    """
    order = "over (partition by icao24, thread order by contact_s)"
    window = Window.partitionBy("icao24", "thread").orderBy("contact_s")
    return (
        _with_threads(observed)
        .withColumn("last_s", F.lag("contact_s").over(window))
        .withColumn("last_on_ground", F.lag("is_on_ground").over(window))
        .withColumn("before", F.expr(f"lag(position) ignore nulls {order}"))
        .withColumn("callsign_before", F.expr(f"lag(callsign) ignore nulls {order}"))
        .withColumn("speed_before", F.expr(f"lag(ground_speed_mps) ignore nulls {order}"))
        .withColumn("low_before", F.lag(_known_low()).over(window))
        .withColumn("low_before", F.last("low_before", ignorenulls=True).over(window))
        .withColumn("track", F.sum(_begins_a_track().cast("int")).over(window))
        .drop("last_s", "last_on_ground", "before", "callsign_before", "speed_before", "low_before")
    )


def _known_low() -> Column:
    return F.when(F.col("is_on_ground"), True).when(
        F.col("altitude_m").isNotNull(), F.col("altitude_m") < LOW_M
    )


def _begins_a_track() -> Column:
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
    mean_mps = distance_m(place_of("before"), place_of("position")) / F.greatest(
        elapsed_s, F.lit(1)
    )
    slowest, fastest = (ratio * F.col("speed_before") for ratio in HOLE_SPEED_RATIO)
    final_s = (F.floor(F.col("last_s") / _DAY_S) + 1) * _DAY_S + FINAL_S
    return F.coalesce(
        (F.col("contact_s") - F.col("last_s") <= LONGEST_HOLE_S)
        & (F.col("contact_s") < final_s)
        & ~F.col("last_on_ground")
        & ~F.col("is_on_ground")
        & (F.col("callsign") == F.col("callsign_before"))
        & mean_mps.between(slowest, fastest),
        F.lit(False),
    )


def _with_threads(observed: DataFrame) -> DataFrame:
    """Tell apart aircraft that share an address: where it jumps, each callsign is a thread.

    Between jumps and long gaps lie pieces. A piece that a jump begins or ends is threaded by the
    callsign, filled within the piece; all others are in the thread "".
    """
    order = "over (partition by icao24 order by contact_s)"
    window = Window.partitionBy("icao24").orderBy("contact_s")
    is_contested = F.col("begins_by_jump") | F.coalesce("ends_by_jump", F.lit(False))
    return (
        observed.withColumn("before", F.expr(f"lag(position) ignore nulls {order}"))
        .withColumn("gap_s", F.col("contact_s") - F.lag("contact_s").over(window))
        .withColumn("is_jump", is_jump("before", "position"))
        .withColumn(
            "is_edge", F.col("is_jump") | F.coalesce(F.col("gap_s") > LONGEST_GAP_S, F.lit(True))
        )
        .withColumn("edge", F.when(F.col("is_edge"), F.col("is_jump")))
        .withColumn("piece", F.sum(F.col("is_edge").cast("int")).over(window))
        .withColumn("begins_by_jump", F.last("edge", ignorenulls=True).over(window))
        .withColumn("ends_by_jump", F.expr(f"lead(edge) ignore nulls {order}"))
        .withColumn("named", F.when(F.col("callsign").isNotNull(), F.struct("piece", "callsign")))
        .withColumn("named_before", F.last("named", ignorenulls=True).over(window))
        .withColumn("named_after", F.expr(f"lead(named) ignore nulls {order}"))
        .withColumn(
            "thread",
            F.when(
                is_contested,
                F.coalesce(_of_piece("named_before"), _of_piece("named_after"), F.lit("")),
            ).otherwise(""),
        )
        .drop(
            "before",
            "gap_s",
            "is_jump",
            "is_edge",
            "edge",
            "piece",
            "begins_by_jump",
            "ends_by_jump",
            "named",
            "named_before",
            "named_after",
        )
    )


def _of_piece(named: str) -> Column:
    return F.when(F.col(f"{named}.piece") == F.col("piece"), F.col(f"{named}.callsign"))
