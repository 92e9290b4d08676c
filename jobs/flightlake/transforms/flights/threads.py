"""Which contacts of an address are one aircraft: where it jumps, callsigns tell two apart."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from flightlake.transforms.flights.along import Along
from flightlake.transforms.flights.observations import is_jump

THREAD = ("icao24", "thread")
"""What names an aircraft, where two can share an address."""

LONGEST_GAP_S = 1_800
"""A longer silence ends a piece, and a track unless the aircraft flew on."""


def threads(observed: DataFrame) -> DataFrame:
    """Tell apart aircraft that share an address: where it jumps, each callsign is a thread.

    Between jumps and long gaps lie pieces. A piece that a jump begins or ends is threaded by the
    callsign, filled within the piece; all others are in the thread "".
    """
    along = Along("icao24")
    gap_s = F.col("contact_s") - F.col("last_s")
    is_edge = F.col("is_jump") | F.coalesce(gap_s > LONGEST_GAP_S, F.lit(True))
    marks = {
        "edge_is_jump": F.when(F.col("is_edge"), F.col("is_jump")),
        # No name reaches over an edge, from neither side.
        "name": F.when(F.col("is_edge"), F.coalesce("callsign", F.lit(""))).otherwise(
            F.col("callsign")
        ),
        "name_within": F.when(F.col("is_edge"), "").otherwise(F.col("callsign")),
    }
    looks = {
        "begins_by_jump": along.known_here("edge_is_jump"),
        "ends_by_jump": along.known_after("edge_is_jump"),
        "name": along.known_here("name"),
        "name_after": along.known_after("name_within"),
    }
    is_contested = F.col("begins_by_jump") | F.coalesce("ends_by_jump", F.lit(False))
    name = F.when(F.col("name") != "", F.col("name")).otherwise(F.coalesce("name_after", F.lit("")))
    return (
        observed.withColumns(
            {"before": along.known_before("position"), "last_s": along.before("contact_s")}
        )
        .withColumn("is_jump", is_jump("before", "position"))
        .withColumn("is_edge", is_edge)
        .withColumns(marks)
        .drop("before", "last_s", "is_jump", "is_edge")
        .withColumns(looks)
        .withColumn("thread", F.when(is_contested, name).otherwise(""))
        .drop(*marks, *looks)
    )
