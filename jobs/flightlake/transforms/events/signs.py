"""The form of what a sign finds and tells; see ``aircraft``."""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F


def finding(
    kind: Column, value: Column, one_callsign: Column | None = None, other: Column | None = None
) -> Column:
    """What a state shows; of two callsigns the lesser and the greater."""
    none = F.lit(None).cast("string")
    return F.struct(
        kind.alias("kind"),
        value.cast("double").alias("value"),
        (none if one_callsign is None else one_callsign).alias("one_callsign"),
        (none if other is None else other).alias("other_callsign"),
    )


def telling(
    event_type: Column, severity: Column, limit_value: Column, description: Column
) -> Column:
    """What findings mean."""
    return F.struct(
        event_type.alias("event_type"),
        severity.alias("severity"),
        limit_value.cast("double").alias("limit_value"),
        description.alias("description"),
    )


def aircraft_name() -> Column:
    """An aircraft in a sentence, by ``first`` and ``icao24``: ``DLH9LF (3c6444)``."""
    called = F.concat("first.callsign", F.lit(" ("), "icao24", F.lit(")"))
    return F.coalesce(called, "icao24")
