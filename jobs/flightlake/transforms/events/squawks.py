"""Emergency codes: the transponder says what is wrong."""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

from flightlake.transforms.events import signs
from flightlake.transforms.events.event import CRITICAL, EMERGENCY_SQUAWK, WARNING

HIJACK, RADIO_FAILURE, EMERGENCY = "7500", "7600", "7700"
MIN_STATES = 2
"""One alone is a bit error, or a code on the way to the one that is being dialled."""

_MEANINGS = {
    HIJACK: "unlawful interference",
    RADIO_FAILURE: "a radio failure",
    EMERGENCY: "an emergency",
}


def remembered() -> dict[str, Column]:
    """Nothing: a code stands for itself."""
    return {}


def shows() -> Column:
    """The code is one of the three."""
    return F.col("squawk").isin(*_MEANINGS)


def finding() -> Column:
    """An emergency code is a kind of its own; its value is the code, read as a number."""
    code = F.col("squawk")
    return signs.finding(code, code)


def told() -> Column:
    """An event for each code that is transmitted at least twice."""
    code = F.col("kind")
    meaning = F.create_map(*(F.lit(text) for pair in _MEANINGS.items() for text in pair))
    return F.when(
        code.isin(*_MEANINGS) & (F.col("states") >= MIN_STATES),
        signs.telling(
            event_type=F.lit(EMERGENCY_SQUAWK),
            severity=F.when(code == RADIO_FAILURE, WARNING).otherwise(CRITICAL),
            limit_value=F.lit(None),
            # Without counts and times: an emergency that goes on has the same words in every hour.
            description=F.format_string(
                "%s transmits squawk %s, %s.", signs.aircraft_name(), code, meaning[code]
            ),
        ),
    )
