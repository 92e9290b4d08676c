"""What single aircraft show, state after state: all signs but codes are sought in one pass.

Each sign is a module with four functions. ``remembered`` gives the columns that the next state is
held against, null where a state says nothing; the last known value is then the column of that name
with ``_before``. ``shows`` is whether a state shows the sign, ``finding`` what such a state shows.
``told`` is what the findings of an aircraft and kind mean, null where they are of another kind or
mean nothing.
"""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from flightlake.transforms.events import descents, jumps
from flightlake.transforms.events.squawks import emergency_squawks
from flightlake.transforms.flights.along import Along
from flightlake.transforms.positions import has_recent_position
from flightlake.transforms.surface import has_icao_address

_SIGNS = {"jump": jumps, "descent": descents}
_PLACE = ("latitude_deg", "longitude_deg")
_VALUE_DECIMALS = 3


def aircraft_events(states: DataFrame) -> DataFrame:
    """One event per aircraft and kind of sign, however often it shows.

    ``icao24`` is null where the address is of another system: nobody may take it for the aircraft
    that has the same ICAO address. ``subject`` has it all the same.
    """
    coded = states.select(
        "icao24",
        "snapshot_time",
        "squawk",
        F.unix_seconds("last_contact").alias("contact_s"),
        _seen().alias("seen"),
        has_icao_address().alias("has_icao_address"),
    )
    names = ("icao24", "first", "ended_at", "states", "value", "has_icao_address", "told")
    found = _signs_of(states).select(*names).unionByName(emergency_squawks(coded).select(*names))
    return found.select(
        "told.event_type",
        "told.severity",
        F.col("icao24").alias("subject"),
        F.when(F.col("has_icao_address"), F.col("icao24")).alias("icao24"),
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


def _signs_of(states: DataFrame) -> DataFrame:
    """What each aircraft shows: one row per kind that means something."""
    remembered = {
        name: value for sign in _SIGNS.values() for name, value in sign.remembered().items()
    }
    shown = {f"shows_{name}": sign.shows() for name, sign in _SIGNS.items()}
    findings = [F.when(F.col(f"shows_{name}"), sign.finding()) for name, sign in _SIGNS.items()]
    along = Along("icao24", order=("snapshot_time",))
    found = (
        states.select(
            "icao24",
            _seen().alias("seen"),
            has_icao_address().alias("has_icao_address"),
            *_named(remembered),
        )
        .withColumn("snapshot_time", F.col("seen.snapshot_time"))
        .withColumns({f"{name}_before": along.known_before(name) for name in remembered})
        # First of all: few states show anything, and what is found takes much code for each.
        .withColumns(shown)
        .where(" OR ".join(shown))
        .select("icao24", "seen", "has_icao_address", F.inline(F.array(*findings)))
        .where("kind IS NOT NULL")
        .groupBy("icao24", "kind")
        .agg(
            F.min("seen").alias("first"),
            F.max("seen.snapshot_time").alias("ended_at"),
            F.count("*").alias("states"),
            F.bool_or("has_icao_address").alias("has_icao_address"),
            F.max("value").alias("value"),
            F.min("one_callsign").alias("one_callsign"),
            F.max("other_callsign").alias("other_callsign"),
        )
    )
    told = F.coalesce(*(sign.told() for sign in _SIGNS.values()))
    return found.withColumn("told", told).where("told IS NOT NULL")


def _seen() -> Column:
    """The state in short, its time first; a position that is not recent is where nothing began."""
    recent = (F.when(has_recent_position(), F.col(name)).alias(name) for name in _PLACE)
    return F.struct("snapshot_time", "region", "callsign", *recent)


def _named(columns: dict[str, Column]) -> list[Column]:
    return [column.alias(name) for name, column in columns.items()]
