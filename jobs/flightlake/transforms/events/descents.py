"""Descents faster than any that is planned."""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

from flightlake.transforms.events import signs
from flightlake.transforms.events.event import RAPID_DESCENT, WARNING

RAPID_SINK_MPS = 25.0
"""4,900 ft/min: airliners in a hurry stay below 20 m/s, an emergency descent begins at 30."""
MIN_LOST_SHARE = 0.5
"""Of the height that the rate stands for: where it is not lost, the rate is a bit error."""
MIN_ALTITUDE_M = 6_000.0
"""Aircraft that drop parachutists sink as fast, from 4,500 m."""
MAX_PAUSE_S = 300
"""Two rates that are longer apart need not be of one descent."""

_KIND = "descent"


def remembered() -> dict[str, Column]:
    """States that say the aircraft sinks so fast."""
    is_sinking = ~F.col("is_on_ground") & (F.col("vertical_rate_mps") <= -RAPID_SINK_MPS)
    sinking = F.struct(
        F.unix_seconds("last_contact").alias("contact_s"),
        "baro_altitude_m",
        "vertical_rate_mps",
    )
    return {"sinking": F.when(is_sinking, sinking)}


def shows() -> Column:
    """The state is the second of two such ones, and the height lost between bears them out."""
    before, here = F.col("sinking_before"), F.col("sinking")
    pause_s = here["contact_s"] - before["contact_s"]
    lost_m = before["baro_altitude_m"] - here["baro_altitude_m"]
    return (
        (before["baro_altitude_m"] >= MIN_ALTITUDE_M)
        & pause_s.between(1, MAX_PAUSE_S)
        & (lost_m >= MIN_LOST_SHARE * RAPID_SINK_MPS * pause_s)
    )


def finding() -> Column:
    """A descent; its value is the rate that both states reach, in m/s."""
    rates = (F.col(f"{state}.vertical_rate_mps") for state in ("sinking", "sinking_before"))
    return signs.finding(F.lit(_KIND), -F.greatest(*rates))


def told() -> Column:
    """One event an aircraft; its value is the highest rate that two of its states reach."""
    return F.when(
        F.col("kind") == _KIND,
        signs.telling(
            event_type=F.lit(RAPID_DESCENT),
            severity=F.lit(WARNING),
            limit_value=F.lit(RAPID_SINK_MPS),
            description=F.format_string(
                "%s sinks at %.1f m/s or more in two states.", signs.aircraft_name(), "value"
            ),
        ),
    )
