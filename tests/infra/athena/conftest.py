"""A small lake with rows made by hand in every table, and questions to it as ``make query`` asks.

Two days are in it, and the day before and after them, which no analysis should read.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from deltalake import write_deltalake
from flightlake.contracts.tables import TABLES
from flightlake.schemas import columns_of
from flightlake_local.query import OutputFormat, run_query
from flightlake_local.settings import LocalSettings

Rows = list[dict[str, Any]]
Ask = Callable[[str], Rows]

FIRST, SECOND = date(2025, 12, 27), date(2025, 12, 28)
FEET, KNOT, NMI = 0.3048, 1852 / 3600, 1852

_TYPES = {
    "string": pa.string(),
    "boolean": pa.bool_(),
    "int": pa.int32(),
    "bigint": pa.int64(),
    "double": pa.float64(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us", "UTC"),
    "array<string>": pa.list_(pa.string()),
    "array<struct<raw_object:string,reason:string>>": pa.list_(
        pa.struct([("raw_object", pa.string()), ("reason", pa.string())])
    ),
    "array<struct<hour:string,recorded_at:string>>": pa.list_(
        pa.struct([("hour", pa.string()), ("recorded_at", pa.string())])
    ),
}


def at(hour: int, minute: int = 0, day: date = SECOND) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)


def state(icao24: str, altitude_ft: float, speed_kt: float, phase: str, **changes: Any) -> Any:
    return {
        "icao24": icao24,
        "snapshot_time": at(2),
        "baro_altitude_m": altitude_ft * FEET,
        "ground_speed_mps": speed_kt * KNOT,
        "vertical_rate_mps": 0.0,
        "position_source": 0,
        "is_on_ground": phase == "ground",
        "is_fresh": True,
        "flight_phase": phase,
        "date": SECOND,
        "hour": 2,
        "region": "europe",
    } | changes


def airport(code: str, name: str, municipality: str, country_code: str) -> Any:
    place = {"municipality": municipality, "country_code": country_code}
    return {"airport": code, "name": name} | place


def airport_hour(airport: str, hour: int, departures: int, arrivals: int, day: date) -> Any:
    keys = {"airport": airport, "date": day, "hour": hour}
    return keys | {"departures": departures, "arrivals": arrivals, "overflights": 1}


def traffic_hour(region: str, hour: int, airborne: int, fresh: float, day: date) -> Any:
    keys = {"region": region, "date": day, "hour": hour}
    return keys | {"aircraft": airborne, "airborne_aircraft": airborne, "fresh_share": fresh}


def route(departure: str, arrival: str, flights: int, flown_nmi: float, day: date) -> Any:
    return {
        "departure_airport": departure,
        "arrival_airport": arrival,
        "flights": flights,
        "great_circle_distance_m": 100.0 * NMI,
        "mean_flown_distance_m": flown_nmi * NMI,
        "median_airborne_s": 3600.0,
        "date": day,
    }


def flight(flight_id: str, minutes: int, flown_nmi: float, **changes: Any) -> Any:
    return {
        "flight_id": flight_id,
        "callsign": "DLH9LF",
        "airline_icao": "DLH",
        "departure_airport": "EDDF",
        "arrival_airport": "EGLL",
        "first_seen": at(1, 50),
        "take_off_time": at(2),
        "landing_time": at(2) + timedelta(minutes=minutes),
        "duration_s": 60 * minutes + 660,
        "airborne_s": 60 * minutes,
        "great_circle_distance_m": 100.0 * NMI,
        "flown_distance_m": flown_nmi * NMI,
        "max_altitude_m": 35_000 * FEET,
        "is_complete": True,
        "date": SECOND,
    } | changes


ON_FIRST = {"date": FIRST, "started_at": at(3, 10, FIRST), "ended_at": at(3, 20, FIRST)}


def event(icao24: str, hour: int, description: str, **changes: Any) -> Any:
    return {
        "event_id": f"{icao24}-{hour}",
        "event_type": "emergency_squawk",
        "severity": "critical",
        "subject": icao24,
        "icao24": icao24,
        "callsign": "DLH9LF",
        "started_at": at(hour, 10),
        "ended_at": at(hour, 20),
        "region": "europe",
        "states": 5,
        "description": description,
        "date": SECOND,
        "hour": hour,
    } | changes


def ledger(hour: int, verdict: str, score: float, day: date = SECOND, **changes: Any) -> Any:
    rows = {"rows_read": 1000, "rows_published": 990, "rows_withheld": 0, "rows_quarantined": 10}
    if verdict == "rejected":
        rows |= {"rows_published": 0, "rows_withheld": 990}
    answers = {"answers_expected": 40, "answers_read": 40, "answers_quarantined": 0}
    keys = {"date": day, "hour": hour, "run_id": f"run-{score}", "verdict": verdict, "score": score}
    return keys | rows | answers | {"report": f"reports/{score}.html"} | changes


def unmet(expectation: str, severity: str, rows: int, words: str, **changes: Any) -> Any:
    return {
        "table_name": "silver.state_vectors",
        "expectation_id": expectation,
        "severity": severity,
        "dimension": "validity",
        "description": words,
        "is_met": False,
        "unexpected_rows": rows,
    } | changes


def aircraft_type(typecode: str, manufacturer: str, model: str, **totals: Any) -> Any:
    return {"typecode": typecode, "manufacturer": manufacturer, "model": model} | totals


def credit(hour: int, left: int, day: date = SECOND, **changes: Any) -> Any:
    keys = {"raw_object": f"{day}-{hour}", "source": "opensky", "date": day, "hour": hour}
    return keys | {"credits_spent": 4, "credits_left": left, "states": 8000} | changes


def job(step: str, state: str, cost_usd: float, day: date = SECOND) -> Any:
    usage = {"vcpu_hours": 0.1, "memory_gb_hours": 0.5, "duration_s": 90, "cost_usd": cost_usd}
    of_job = {"service": "emr_serverless", "step": step, "state": state, "date": day}
    return of_job | usage


def density(cell: str, hour: int, airborne: int) -> Any:
    place = {"latitude_deg": 50.033, "longitude_deg": 8.567}
    return {"h3_cell": cell, "airborne_aircraft": airborne, "date": SECOND, "hour": hour} | place


ROWS: Mapping[str, Rows] = {
    "silver.state_vectors": [
        state("a00001", 36_000, 460, "cruise", vertical_rate_mps=-10 * FEET, callsign="DLH9LF"),
        state("a00002", 35_500, 440, "cruise"),
        state("a00003", 35_100, 420, "climb"),
        state("a00001", 35_050, 430, "cruise", snapshot_time=at(2, 30)),
        state("a00004", 3_000, 150, "descent", position_source=2),
        state("a00005", 3_000, 5, "ground"),
        state("a00006", 3_000, 170, "climb", is_fresh=False),
        state("a00007", 12_000, 300, "climb", region="asia"),
        state("a00008", 12_000, 600, "climb", hour=3),
    ],
    "silver.quarantine": [
        {"icao24": "b00001", "reasons": ["time_is_wrong", "icao24_is_bad"], "hour": 2},
        {"icao24": "b00001", "reasons": ["time_is_wrong"], "hour": 3},
        {"icao24": "b00002", "reasons": ["time_is_wrong"], "hour": 3},
    ],
    "gold.traffic_hourly": [
        traffic_hour("europe", 2, 100, 0.9, FIRST),
        traffic_hour("europe", 2, 110, 0.9, SECOND),
        traffic_hour("europe", 3, 90, 0.4, FIRST),
        traffic_hour("europe", 3, 20, 0.9, SECOND),
        traffic_hour("asia", 2, 50, 0.9, SECOND),
    ],
    "gold.traffic_density": [
        density("841fa0dffffffff", 2, 7),
        density("841fa4dffffffff", 2, 9),
        density("841fa1dffffffff", 2, 7),
        density("841fa2dffffffff", 2, 1),
        density("841fa0dffffffff", 3, 2),
    ],
    "gold.airport_hourly": [
        airport_hour("EDDF", 2, 3, 4, FIRST),
        airport_hour("EDDF", 3, 10, 5, SECOND),
        airport_hour("EGLL", 2, 2, 3, SECOND),
        airport_hour("XXXX", 2, 1, 1, SECOND),
    ],
    "gold.country_hourly": [
        {"country_code": "DE", "country": "Germany", "aircraft": 30, "airborne_aircraft": 20},
        {"country_code": "NA", "country": "Namibia", "aircraft": 10, "airborne_aircraft": 9},
        {"country_code": "FR", "country": "France", "aircraft": 99, "hour": 3},
    ],
    "gold.events": [
        event("a00001", 2, "Squawk 7700: general emergency."),
        event("a00001", 3, "Squawk 7700: general emergency.", region="asia"),
        event("a00002", 3, "Squawk 7600: radio failure.", **ON_FIRST),
        event("a00003", 3, "Jumped.", event_type="impossible_jump", severity="warning"),
    ],
    "gold.flights": [
        flight("a00001-1", 90, 110.0, last_seen=at(3, 31)),
        flight("a00002-1", 200, 100.0, arrival_airport="XXXX", callsign="BAW1"),
        flight("a00003-1", 600, 100.0, is_complete=False),
    ],
    "gold.route_daily": [
        route("EDDF", "EGLL", 3, 110.0, FIRST),
        route("EDDF", "EGLL", 1, 150.0, SECOND),
        route("EGLL", "EDDF", 2, 130.0, SECOND),
    ],
    "gold.airline_daily": [
        {"airline_icao": "DLH", "airline": "Lufthansa", "flights": 6, "aircraft": 4, "date": FIRST},
        {"airline_icao": "DLH", "airline": "Lufthansa", "flights": 4, "aircraft": 1},
        {"airline_icao": "ZZZ", "airline": None, "flights": 2, "aircraft": 2},
    ],
    "gold.aircraft_type_daily": [
        aircraft_type("A359", "Airbus", "A350", flights=2, aircraft=2),
        aircraft_type("B738", "Boeing", "737", flights=5, aircraft=3),
    ],
    "ref.airports": [
        airport("EDDF", "Frankfurt Airport", "Frankfurt am Main", "DE"),
        airport("EGLL", "London Heathrow Airport", "London", "GB"),
    ],
    "ref.airlines": [{"airline_icao": "DLH", "name": "Lufthansa"}],
    "ref.aircraft": [
        {"icao24": "a00001", "registration": "D-AIXM", "typecode": "A359", "operator": "Lufthansa"},
    ],
    "ops.run_ledger": [
        ledger(2, "pass", 99.0, FIRST),
        ledger(2, "rejected", 60.0, rows_read=1000, recorded_at=at(3)),
        ledger(2, "pass", 95.0, recorded_at=at(9)),
        ledger(3, "warning", 90.0, answers_read=30, answers_quarantined=1),
        *(ledger(hour, "pass", 100.0) for hour in range(4, 24)),
    ],
    "ops.quality_results": [
        unmet("squawk_is_octal", "warning", 3, "Octal."),
        unmet("squawk_is_octal", "warning", 2, "Octal.", run_id="again"),
        unmet("squawk_is_octal", "warning", 8, "Octal.", date=FIRST),
        unmet("coverage_is_full", "info", 0, "Full."),
        unmet("icao24_is_set", "critical", 0, "Set.", is_met=True),
    ],
    "ops.api_credits": [
        credit(2, 100, FIRST),
        credit(2, 3900),
        credit(3, 3896),
        credit(4, 4000, source="replay", credits_spent=None, credits_left=None),
    ],
    "ops.job_costs": [
        job("states_hourly", "SUCCESS", 0.01, FIRST),
        job("states_hourly", "SUCCESS", 0.02),
        job("states_hourly", "FAILED", 0.03),
        job("flights_daily", "SUCCESS", 0.2),
        job("catalog_register", "SUCCESS", 0.001)
        | {"service": "athena", "bytes_scanned": 200_000_000}
        | {"vcpu_hours": None, "memory_gb_hours": None},
    ],
}

_HOURS_OF_FLIGHT = {"flight_hours": 10.0, "flown_distance_m": 1000.0 * NMI}
_PARTITION = {"date": SECOND, "hour": 2, "region": "europe"}
_DAYS_AROUND = (FIRST - timedelta(days=1), SECOND + timedelta(days=1))


def arrow_schema(name: str) -> pa.Schema:
    """The columns of a table as its schema file has them."""
    return pa.schema([(column.name, _TYPES[column.type]) for column in columns_of(TABLES[name])])


def write(lake: Path, name: str) -> None:
    """Write a table with its rows and, where it has days, an empty row for the days around."""
    table, schema = TABLES[name], arrow_schema(name)
    rows = [_PARTITION | _HOURS_OF_FLIGHT | row for row in ROWS.get(name, [])]
    if table.partitions:
        rows += [_PARTITION | {"date": day} for day in _DAYS_AROUND]
    write_deltalake(
        str(lake / table.path),
        pa.Table.from_pylist(rows, schema=schema),
        partition_by=list(table.partitions) or None,
    )


@pytest.fixture(scope="session")
def lake_settings(tmp_path_factory: pytest.TempPathFactory) -> LocalSettings:
    """A lake with all tables of the registry."""
    settings = LocalSettings(state_dir=tmp_path_factory.mktemp("athena") / "state")
    for name in TABLES:
        write(settings.state_dir / "lake", name)
    return settings


@pytest.fixture(scope="session")
def lake(lake_settings: LocalSettings) -> Path:
    """The folder of the lake."""
    return lake_settings.state_dir / "lake"


@pytest.fixture(scope="session")
def ask(lake_settings: LocalSettings) -> Ask:
    """Asks as ``make query`` does."""

    def answer(sql: str) -> Rows:
        stream = io.StringIO()
        run_query(lake_settings, sql, OutputFormat.JSON, stream)
        rows: Rows = json.loads(stream.getvalue())
        return rows

    return answer
