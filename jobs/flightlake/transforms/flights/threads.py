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
