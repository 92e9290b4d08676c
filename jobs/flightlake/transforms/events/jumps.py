"""Jumps from one position to the next that no aircraft flies."""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

from flightlake.transforms.events import signs
from flightlake.transforms.events.event import IDENTITY_CONFLICT, IMPOSSIBLE_JUMP, INFO, WARNING
from flightlake.transforms.flights.geo import distance_m
from flightlake.transforms.flights.observations import JUMP_MPS, is_jump, place_of
from flightlake.transforms.positions import has_recent_position

_KIND = "jump"
_CALLSIGNS = ("position_before.callsign", "position.callsign")


def remembered() -> dict[str, Column]:
    """Where the aircraft was, and how it was called there."""
    position = F.struct(
        F.unix_seconds("time_position").alias("position_s"),
        "latitude_deg",
        "longitude_deg",
        "callsign",
    )
    return {"position": F.when(has_recent_position(), position)}


def shows() -> Column:
    """The position cannot be reached from the one before."""
    return is_jump("position_before", "position")


def finding() -> Column:
    """A jump; its value is the speed, in m/s."""
    before, here = F.col("position_before"), F.col("position")
    elapsed_s = F.abs(here["position_s"] - before["position_s"])
    length_m = distance_m(place_of("position_before"), place_of("position"))
    # Positions are timed in whole seconds.
    speed_mps = length_m / F.greatest(elapsed_s, F.lit(1))
    is_other = before["callsign"] != here["callsign"]
    return signs.finding(
        F.lit(_KIND),
        speed_mps,
        F.when(is_other, F.least(*_CALLSIGNS)),
        F.when(is_other, F.greatest(*_CALLSIGNS)),
    )


def told() -> Column:
    """One event an aircraft that jumps, however often; its value is the highest speed.

    A jump from one callsign to another is an identity conflict: two aircraft with one address.
    Without one, a position is wrong or forged.
    """
    # Over several conflicts, the least and the greatest callsign are still two.
    is_conflict = F.col("one_callsign").isNotNull()
    return F.when(
        F.col("kind") == _KIND,
        signs.telling(
            event_type=F.when(is_conflict, IDENTITY_CONFLICT).otherwise(IMPOSSIBLE_JUMP),
            severity=F.when(is_conflict, WARNING).otherwise(INFO),
            limit_value=F.lit(JUMP_MPS),
            description=F.when(
                is_conflict,
                F.format_string(
                    "%s and %s share the address %s: from one to the other at %,.0f m/s.",
                    "one_callsign",
                    "other_callsign",
                    "icao24",
                    "value",
                ),
            ).otherwise(
                F.format_string(
                    "%s jumps at %,.0f m/s: a position is wrong or forged.",
                    signs.aircraft_name(),
                    "value",
                )
            ),
        ),
    )
