"""Answers made of rows that show only what matters, and the step run on them."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from deltalake import DeltaTable
from flightlake.contracts import raw
from flightlake.contracts.hours import Hour
from flightlake.contracts.results import RunResult
from flightlake.contracts.storage import Lake
from flightlake.contracts.tables import TABLES, Table
from flightlake.io.delta import ensure_tables
from flightlake.io.raw_hour import inspect_hour
from flightlake.steps.arguments import HourArguments
from flightlake.steps.progress import Progress
from flightlake.steps.states_hourly import run, stage
from flightlake.transforms.silver.repeats import QUARANTINED, REPEATED, STAGED
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

HOUR = Hour.parse("2025-12-28T02")
REGIONS = {"europe": [35.0, -12.0, 72.0, 42.0], "north_america": [15.0, -170.0, 75.0, -50.0]}

_POSITIONS = {
    "icao24": 0,
    "callsign": 1,
    "origin_country": 2,
    "time_position": 3,
    "last_contact": 4,
    "longitude": 5,
    "latitude": 6,
    "baro_altitude": 7,
    "on_ground": 8,
    "velocity": 9,
    "true_track": 10,
    "vertical_rate": 11,
    "sensors": 12,
    "geo_altitude": 13,
    "squawk": 14,
    "spi": 15,
    "position_source": 16,
    "category": 17,
}


def make_state(time_s: int, icao24: str = "3c6444", **changes: Any) -> list[Any]:
    """A state vector as OpenSky sends it, good unless a change says otherwise."""
    state = [icao24, "DLH9LF  ", "Germany", time_s - 1, time_s, 8.5, 50.0, 10972.8, False, 231.5]
    state += [93.1, 0, None, 11277.6, "1000", False, 0]
    if "category" in changes:
        state.append(None)
    for name, value in changes.items():
        state[_POSITIONS[name]] = value
    return state


@pytest.fixture
def state() -> Callable[..., list[Any]]:
    return make_state


@pytest.fixture
def hour() -> Hour:
    return HOUR


@pytest.fixture(scope="session")
def new_tables(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with every table as it is born: to copy them takes a hundredth of the time."""
    folder = tmp_path_factory.mktemp("new-tables")
    for step in sorted({table.step for table in TABLES.values()}):
        ensure_tables(spark, Lake(folder.as_uri()), step)
    return folder


@pytest.fixture
def lake(tmp_path: Path, new_tables: Path) -> Lake:
    """A lake whose tables are new."""
    copy = shutil.copytree(new_tables, tmp_path / "lake")
    return Lake(copy.as_uri())


@pytest.fixture
def land(lake: Lake) -> Callable[..., raw.Landed]:
    """Lands an answer made of rows, or a body as it is."""

    def land_answer(time_s: int, states: Any, *, body: bytes | None = None) -> raw.Landed:
        if body is None:
            body = json.dumps({"time": time_s, "states": states}).encode()
        return raw.land(
            lake, body, source="replay", fetched_at=datetime.now(UTC), meant_for=Hour.of(time_s)
        )

    return land_answer


@pytest.fixture
def written_since(lake: Lake) -> Callable[[], set[str]]:
    """The names of the tables that have new commits since the last call, or since they were new."""
    seen = dict.fromkeys(TABLES, 0)

    def written() -> set[str]:
        now = {
            name: DeltaTable(lake.url_of(table.path)).version() for name, table in TABLES.items()
        }
        changed = {name for name in now if now[name] > seen[name]}
        seen.update(now)
        return changed

    return written


@pytest.fixture
def process(spark: SparkSession, lake: Lake) -> Callable[..., RunResult]:
    """Runs the step on an hour of the lake, as main() does; without derived tables unless told."""

    def process_hour(
        hour: Hour = HOUR, run_id: str = "test", expected: int = 1, derived: Sequence[Table] = ()
    ) -> RunResult:
        arguments = HourArguments(lake, hour, run_id, expected, REGIONS)
        return run(spark, arguments, inspect_hour(lake, hour), Progress("test"), derived)

    return process_hour


@pytest.fixture
def staged(spark: SparkSession, lake: Lake) -> Callable[[], SimpleNamespace]:
    """Stages the hour without judging and publishing it, which takes a sixth of the time.

    Returns what became of its rows (``counts``), the rows of an outcome (``rows_of``), and the
    reasons of the answers that were set aside (``set_aside``).
    """

    def stage_hour() -> SimpleNamespace:
        arguments = HourArguments(lake, HOUR, "test", 1, REGIONS)
        found = stage(spark, arguments, inspect_hour(lake, HOUR))

        def rows_of(outcome: str) -> list[dict[str, Any]]:
            assert found.rows is not None
            rows = found.rows.where(F.col("outcome") == outcome).collect()
            return [row.asDict(recursive=True) for row in rows]

        counts = {name: found.counts[name] for name in (STAGED, QUARANTINED, REPEATED)}
        return SimpleNamespace(
            counts={"rows": found.raw_hour.rows, **counts},
            rows_of=rows_of,
            set_aside={each.raw_object: each.reason for each in found.raw_hour.quarantined},
        )

    return stage_hour


@pytest.fixture
def counts(staged: Callable[[], SimpleNamespace]) -> Callable[[], dict[str, int]]:
    """What became of the rows of the hour."""
    return lambda: staged().counts


def rows_by_spark(spark: SparkSession, lake: Lake, table: Table) -> list[dict[str, Any]]:
    frame = spark.read.format("delta").load(lake.url_of(table.path))
    return [row.asDict(recursive=True) for row in frame.collect()]


def rows_by_deltalake(lake: Lake, table: Table) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = DeltaTable(lake.url_of(table.path)).to_pyarrow_table().to_pylist()
    return rows


def content_hash(rows: Iterable[Mapping[str, Any]]) -> str:
    """A hash of rows whatever their order, columns by name and times as seconds."""

    def plain(value: Any) -> Any:
        if isinstance(value, datetime):
            # Spark's collect gives local times without a zone, the others aware ones.
            return value.timestamp()
        return str(value) if not isinstance(value, float | int | str | None) else value

    lines = sorted(json.dumps({k: plain(v) for k, v in sorted(row.items())}) for row in rows)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


@pytest.fixture
def tables(spark: SparkSession, lake: Lake) -> SimpleNamespace:
    """Reads tables with Spark and with a second reader."""
    return SimpleNamespace(
        by_spark=lambda table: rows_by_spark(spark, lake, table),
        by_deltalake=lambda table: rows_by_deltalake(lake, table),
        content_hash=content_hash,
    )
