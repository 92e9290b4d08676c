"""States and sources made of rows that show only what matters."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

import pytest
from flightlake.contracts.days import Day
from flightlake.contracts.hours import Hour
from flightlake.contracts.tables import TABLES
from flightlake.io.frames import frame_of, schema_of
from flightlake.transforms.gold.flights import derive
from flightlake.transforms.sources import Sources
from flightlake_measure.flight_sources import REFERENCES, SOURCES, VIEWS
from flightlake_measure.flights_check import compare
from pyspark.sql import DataFrame, SparkSession

Rows = list[dict[str, Any]]
ON_GROUND = {
    "is_on_ground": True,
    "ground_speed_mps": 8.0,
    "vertical_rate_mps": None,
    "baro_altitude_m": None,
    "geo_altitude_m": None,
}
"""What a surface report says, and what it does not."""

HOUR = Hour.parse("2025-12-28T02")
DAY = Day(HOUR.date)


@pytest.fixture
def hour() -> Hour:
    return HOUR


@pytest.fixture
def on_ground() -> dict[str, Any]:
    """What makes a state one of an aircraft on the ground."""
    return ON_GROUND


@pytest.fixture
def surface_objects() -> list[dict[str, Any]]:
    """A mast and two vehicles, one with a category, one with a vehicle's callsign."""
    silent = ON_GROUND | {"squawk": None}
    return [
        {"icao24": "0b5000", "category": 18, "ground_speed_mps": 0.0, "callsign": "MAST"},
        ON_GROUND | {"icao24": "0b5001", "category": 17},
        silent | {"icao24": "0b5002", "callsign": "FLW ME 1", "is_on_ground": False},
    ]


@pytest.fixture
def day() -> Day:
    return DAY


@pytest.fixture
def rows_of(spark: SparkSession) -> Callable[..., DataFrame]:
    """A frame of a table from rows that name some of its columns; the others are null."""

    def frame(table_name: str, rows: Iterable[dict[str, Any]]) -> DataFrame:
        schema = schema_of(TABLES[table_name])
        nulls = dict.fromkeys(schema.fieldNames())
        return frame_of(spark, [{**nulls, **row} for row in rows], schema)

    return frame


@pytest.fixture
def states(rows_of: Callable[..., DataFrame]) -> Callable[..., DataFrame]:
    """States of the hour: each row says what differs from an airliner that cruises over Europe.

    ``at_s`` is the moment of the answer, in seconds after the start of the hour.
    """

    def frame(*rows: dict[str, Any]) -> DataFrame:
        return rows_of("silver.state_vectors", (_state(**row) for row in rows))

    return frame


def _state(at_s: int = 600, **changes: Any) -> dict[str, Any]:
    moment = HOUR.start + timedelta(seconds=at_s)
    state = {
        "icao24": "3c6444",
        "snapshot_time": moment,
        "callsign": "DLH9LF",
        "origin_country": "Germany",
        "time_position": moment,
        "last_contact": moment,
        "longitude_deg": 8.5,
        "latitude_deg": 50.0,
        "baro_altitude_m": 11_000.0,
        "geo_altitude_m": 11_200.0,
        "is_on_ground": False,
        "ground_speed_mps": 230.0,
        "true_track_deg": 90.0,
        "vertical_rate_mps": 0.0,
        "squawk": "1000",
        "is_spi": False,
        "position_source": 0,
        "flight_phase": "cruise",
        "position_age_s": 0,
        "contact_age_s": 0,
        "is_fresh": True,
        "nulled_columns": [],
        "source": "simulator",
        "raw_object": "raw/states/source=simulator/1.json.gz",
        "region": "europe",
        **changes,
    }
    return {**state, "date": state["snapshot_time"].date(), "hour": state["snapshot_time"].hour}


@pytest.fixture
def flights(rows_of: Callable[..., DataFrame]) -> Callable[..., DataFrame]:
    """Flights of the day: each row says what differs from one from Frankfurt to London."""

    def frame(*rows: dict[str, Any]) -> DataFrame:
        return rows_of("gold.flights", (_flight(**row) for row in rows))

    return frame


def _flight(**changes: Any) -> dict[str, Any]:
    return {
        "icao24": "3c6444",
        "has_icao_address": True,
        "callsign": "DLH9LF",
        "airline_icao": "DLH",
        "departure_airport": "EDDF",
        "arrival_airport": "EGLL",
        "duration_s": 6_300,
        "airborne_s": 5_400,
        "flown_distance_m": 660_000.0,
        "date": DAY.date,
        **changes,
    }


@pytest.fixture
def sources_of_flights(rows_of: Callable[..., DataFrame]) -> Callable[..., Sources]:
    """What gold.flights is derived from: states, and rows of the reference tables by name.

    A table that is not named is empty.
    """

    def made(states: Rows, **references: Rows) -> Sources:
        rows = {VIEWS[name]: references.get(VIEWS[name], []) for name in REFERENCES}
        rows["states"] = states
        return {name: rows_of(name, rows[VIEWS[name]]) for name in SOURCES}

    return made


@pytest.fixture
def flights_by_both(sources_of_flights: Callable[..., Sources]) -> Callable[..., Rows]:
    """The flights of a day, by aircraft and time; the same rules in SQL must give the same."""

    def derived(states: Rows, day: Day, **references: Rows) -> Rows:
        of_day = sources_of_flights(states, **references)
        found = derive(of_day, day).toArrow()
        _, differences = compare(of_day, found, day.date)
        assert differences == []
        return sorted(found.to_pylist(), key=lambda row: row["flight_id"])

    return derived
