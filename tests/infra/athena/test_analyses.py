from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pytest
import sqlglot
from deltalake import DeltaTable
from flightlake.contracts.tables import TABLES, Table
from flightlake.contracts.views import views
from flightlake_local.analyses import Analysis, analyses
from flightlake_local.errors import LocalError
from sqlglot import exp

ANALYSES = {analysis.name: analysis for analysis in analyses()}

EXPECTED: dict[str, list[list[Any]]] = {
    "aircraft_types": [
        ["B738", "Boeing", "737", 5, 3, 10.0, 120.0, 200.0],
        ["A359", "Airbus", "A350", 2, 2, 10.0, 300.0, 500.0],
    ],
    "airline_activity": [
        ["DLH", "Lufthansa", 10, 20.0, 2000.0, 4, 2.0],
        ["ZZZ", None, 2, 10.0, 1000.0, 2, 1.0],
    ],
    # An aircraft counts once however many states it has; neither one on the ground nor a stale one.
    "altitude_profile": [[35000, 3, 1, 2, 0], [0, 1, 0, 0, 1]],
    "busiest_airports": [
        ["EDDF", "Frankfurt Airport", "Frankfurt am Main", "DE", 13, 9, 22, 3],
        ["EGLL", "London Heathrow Airport", "London", "GB", 2, 3, 5, 2],
        ["XXXX", None, None, None, 1, 1, 2, 2],
    ],
    "busiest_hours": [
        ["asia", 2, 50.0, 50, 1],
        ["europe", 2, 105.0, 110, 1],
        ["europe", 3, 55.0, 90, 2],
    ],
    "countries": [["DE", "Germany", 30, 20, 75.0], ["NA", "Namibia", 10, 9, 25.0]],
    "coverage_gaps": [
        ["2025-12-27", 3, "europe", 90, 80.0, 40.0],
        ["2025-12-28", 3, "europe", 20, 80.0, 90.0],
    ],
    "credit_use": [
        ["2025-12-27", "opensky", 1, 4, 100, 8000, 0.5],
        ["2025-12-28", "opensky", 2, 8, 3896, 16000, 0.5],
        ["2025-12-28", "replay", 1, None, None, 8000, None],
    ],
    "density_by_hour": [
        [2, 1, "841fa4dffffffff", 50.03, 8.57, 9],
        [2, 2, "841fa0dffffffff", 50.03, 8.57, 7],
        [2, 3, "841fa1dffffffff", 50.03, 8.57, 7],
        [3, 1, "841fa0dffffffff", 50.03, 8.57, 2],
    ],
    "emergency_events": [
        [
            *("2025-12-27T03:10:00+00:00", "2025-12-27T03:20:00+00:00", "a00002", "DLH9LF"),
            *(None, None, None, "Squawk 7600: radio failure.", "europe", 5),
        ],
        [
            *("2025-12-28T02:10:00+00:00", "2025-12-28T03:20:00+00:00", "a00001", "DLH9LF"),
            *("D-AIXM", "A359", "Lufthansa", "Squawk 7700: general emergency.", "europe", 10),
        ],
    ],
    "events_by_type": [
        ["emergency_squawk", "europe", 2, 2, 2],
        ["impossible_jump", "europe", 1, 1, 0],
    ],
    "failing_expectations": [
        [
            "silver.state_vectors",
            "squawk_is_octal",
            "warning",
            "validity",
            2,
            8,
            "Octal.",
        ],
        ["silver.state_vectors", "coverage_is_full", "info", "validity", 1, 0, "Full."],
    ],
    "job_cost": [
        ["2025-12-27", "emr_serverless", "states_hourly", 1, 0.01, 0.0, 0.1, 0.5, None, 90.0],
        ["2025-12-28", "emr_serverless", "flights_daily", 1, 0.2, 0.0, 0.1, 0.5, None, 90.0],
        ["2025-12-28", "emr_serverless", "states_hourly", 2, 0.05, 0.03, 0.2, 1.0, None, 90.0],
        ["2025-12-28", "athena", "catalog_register", 1, 0.001, 0.0, None, None, 0.2, 90.0],
    ],
    "late_and_rejected_hours": [["2025-12-28", 2, 2, 1, 1, 990, "reports/95.0.html"]],
    "longest_flights": [
        ["a00002-1", "BAW1", "EDDF", "Frankfurt am Main", "XXXX", None, 200.0, 100.0, 0.0],
        ["a00001-1", "DLH9LF", "EDDF", "Frankfurt am Main", "EGLL", "London", 90.0, 100.0, 10.0],
    ],
    "missing_answers": [
        [0, None, 0, None, "no run"],
        [1, None, 0, None, "no run"],
        [3, 40, 30, 1, "answers are missing"],
    ],
    "quality_trend": [
        ["2025-12-27", 1, 99.0, 99.0, 0, 0, 990, 1.0],
        ["2025-12-28", 22, 99.3, 90.0, 1, 0, 21780, 1.0],
    ],
    "quarantine_reasons": [["time_is_wrong", 3, 2, 2], ["icao24_is_bad", 1, 1, 1]],
    "speed_profile": [
        [30000, 4, 420.0, 435.0, 460.0],
        [10000, 1, 300.0, 300.0, 300.0],
        [0, 1, 150.0, 150.0, 150.0],
    ],
    "top_routes": [
        ["EDDF", "Frankfurt am Main", "EGLL", "London", 4, 100.0, 120.0, 60.0],
        ["EGLL", "London", "EDDF", "Frankfurt am Main", 2, 100.0, 130.0, 60.0],
    ],
}


def in_duckdb(sql: str) -> str:
    return sqlglot.transpile(sql, read="trino", write="duckdb", comments=False)[0]


def table_of(name: str) -> Table:
    """The table that a name is of; of a view, the one that it reads."""
    return TABLES[views()[name].tables[0] if name in views() else name]


@contextmanager
def only(lake: Path, reads: dict[str, str]) -> Iterator[None]:
    """Hides every file of the lake's tables that does not meet the condition of its table."""
    of_tables = {table_of(name).full_name: condition for name, condition in reads.items()}
    hidden = [path for name in TABLES for path in _others(lake, name, of_tables)]
    for path in hidden:
        path.rename(path.with_suffix(".hidden"))
    try:
        yield
    finally:
        for path in hidden:
            path.with_suffix(".hidden").rename(path)


def _others(lake: Path, name: str, reads: dict[str, str]) -> list[Path]:
    folder = lake / TABLES[name].path
    condition = in_duckdb(reads[name] or "true") if name in reads else "false"
    files = duckdb.from_arrow(DeltaTable(str(folder)).get_add_actions(flatten=True))
    partitions = [f'"partition.{column}" AS {column}' for column in TABLES[name].partitions]
    others = files.project(", ".join(["path", *partitions])).filter(f"NOT ({condition})")
    return [folder / path for path, *_ in others.fetchall()]


def conditions_of(analysis: Analysis) -> dict[str, str]:
    """The partitions that each table's own SELECT is limited to, in the order of the query."""
    found = {}
    for select in sqlglot.parse_one(analysis.sql, read="trino").find_all(exp.Select):
        joined = [select.args.get("from_"), *select.args.get("joins", [])]
        tables = [each.this for each in joined if each and isinstance(each.this, exp.Table)]
        where = select.args.get("where")
        conditions = _conjuncts(where.this) if where else []
        for table in tables:
            name = f"{table.db}.{table.name}"
            if name in TABLES or name in views():
                on_partitions = [c for c in conditions if _is_about(c, table_of(name).partitions)]
                aliases = {column.table for c in on_partitions for column in c.find_all(exp.Column)}
                found[name] = _text(on_partitions) if aliases <= {"", table.alias} else ""
    return found


def _conjuncts(condition: Any) -> list[Any]:
    return list(condition.flatten()) if isinstance(condition, exp.And) else [condition]


def _is_about(condition: Any, partitions: tuple[str, ...]) -> bool:
    columns = {column.name for column in condition.find_all(exp.Column)}
    return bool(columns) and columns <= set(partitions)


def _text(conditions: list[Any]) -> str:
    return re.sub(r"\b\w\.", "", " AND ".join(c.sql("trino", comments=False) for c in conditions))


def normal(condition: str) -> str:
    return sqlglot.parse_one(condition, read="trino").sql("trino") if condition else ""


@pytest.mark.parametrize("name", ANALYSES)
def test_an_analysis_limits_itself_to_the_partitions_that_its_header_names(name: str) -> None:
    analysis = ANALYSES[name]
    assert analysis.question.endswith("?")
    assert conditions_of(analysis) == {
        table: normal(condition) for table, condition in analysis.reads.items()
    }
    whole = [table for table, condition in analysis.reads.items() if not condition]
    assert [table_of(table).layer for table in whole] == ["ref"] * len(whole)


@pytest.mark.parametrize("name", ANALYSES)
def test_an_analysis_answers_and_reads_no_other_partition(name: str, ask: Any, lake: Path) -> None:
    with only(lake, ANALYSES[name].reads):
        answer = ask(in_duckdb(ANALYSES[name].sql))
    assert [list(row.values()) for row in answer] == EXPECTED[name]


def test_who_reads_another_partition_fails(ask: Any, lake: Path) -> None:
    reads = {"gold.flights": "date = DATE '2025-12-28'"}
    with only(lake, reads), pytest.raises(LocalError, match="No such file"):
        ask("SELECT count(callsign) FROM gold.flights WHERE date >= DATE '2025-12-28'")
