"""What single aircraft show, state after state: all signs are sought in one pass.

Each sign is a module with four functions. ``remembered`` gives the columns that the next state is
held against, null where a state says nothing; the last known value is then the column of that name
with ``_before``. ``shows`` is whether a state shows the sign, ``finding`` what such a state shows.
``told`` is what the findings of an aircraft and kind mean, null where they are of another kind or
mean nothing.
"""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from flightlake.transforms.events import descents, jumps, squawks
from flightlake.transforms.flights.along import Along
from flightlake.transforms.positions import has_recent_position

_SIGNS = {"squawk": squawks, "jump": jumps, "descent": descents}
_PLACE = ("latitude_deg", "longitude_deg")
_VALUE_DECIMALS = 3


def aircraft_events(states: DataFrame) -> DataFrame:
    """One event an aircraft and kind of sign, however often it shows."""
    remembered = {
        name: value for sign in _SIGNS.values() for name, value in sign.remembered().items()
    }
    shown = {f"shows_{name}": sign.shows() for name, sign in _SIGNS.items()}
    findings = [F.when(F.col(f"shows_{name}"), sign.finding()) for name, sign in _SIGNS.items()]
    along = Along("icao24", order=("snapshot_time",))
    found = (
        states.select("icao24", "squawk", _seen().alias("seen"), *_named(remembered))
        .withColumn("snapshot_time", F.col("seen.snapshot_time"))
        .withColumns({f"{name}_before": along.known_before(name) for name in remembered})
        # First of all: few states show anything, and what is found takes much code for each.
        .withColumns(shown)
        .where(" OR ".join(shown))
        .select("icao24", "seen", F.inline(F.array(*findings)))
        .where("kind IS NOT NULL")
        .groupBy("icao24", "kind")
        .agg(
            F.min("seen").alias("first"),
            F.max("seen.snapshot_time").alias("ended_at"),
            F.count("*").alias("states"),
            F.max("value").alias("value"),
            F.min("one_callsign").alias("one_callsign"),
            F.max("other_callsign").alias("other_callsign"),
        )
    )
    told = F.coalesce(*(sign.told() for sign in _SIGNS.values()))
    return (
        found.withColumn("told", told)
        .where("told IS NOT NULL")
        .select(
            "told.event_type",
            "told.severity",
            F.col("icao24").alias("subject"),
            "icao24",
            "first.callsign",
            F.col("first.snapshot_time").alias("started_at"),
            "ended_at",
            "first.latitude_deg",
            "first.longitude_deg",
            "first.region",
            "states",
            F.round("value", _VALUE_DECIMALS).alias("value"),
            "told.limit_value",
            "told.description",
        )
    )


def _seen() -> Column:
    """The state in short, its time first; a position that is not recent is where nothing began."""
    recent = (F.when(has_recent_position(), F.col(name)).alias(name) for name in _PLACE)
    return F.struct("snapshot_time", "region", "callsign", *recent)


def _named(columns: dict[str, Column]) -> list[Column]:
    return [column.alias(name) for name, column in columns.items()]
