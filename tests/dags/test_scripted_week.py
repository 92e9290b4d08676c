"""A week in which much goes wrong, healed by lake_repair, ends as a week in which nothing did.

Raw objects, results, gaps and Delta tables are real; in place of the Spark steps stand two small
ones with the same inputs and the same order of writes. What is under test is what is found and what
is run again.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake
from flightlake.contracts import raw
from flightlake.contracts.days import Day
from flightlake.contracts.hours import Hour
from flightlake.contracts.json_codec import to_json
from flightlake.contracts.results import (
    HourRead,
    JudgedTable,
    Judgement,
    LedgerLine,
    RunResult,
    TableRun,
    TablesResult,
    result_key,
)
from flightlake.contracts.storage import Lake
from flightlake.contracts.tables import STATE_VECTORS, TABLES, Table
from flightlake.contracts.windows import window_hours
from flightlake_dags.compat import AirflowSkipException
from flightlake_dags.hour_runs import runs_of_hours, versions_of
from flightlake_dags.published_day import require_published_hours
from flightlake_dags.raw_hour import require_raw_hour
from flightlake_dags.repair.look import look
from flightlake_dags.repair.plan import Repairs, read_repairs
from flightlake_dags.settings import get_settings

from tests.ledger import ledger_line

FIRST = Hour.parse("2025-12-22T00")
HOURS = [FIRST + n for n in range(168)]
NOW = HOURS[-1].end + timedelta(days=2)
SILENT, REJECTED = HOURS[60], HOURS[100]
TRAFFIC, FLIGHTS = TABLES["gold.traffic_hourly"], TABLES["gold.flights"]
NAMES = {"key": pa.string(), "value": pa.int64(), "date": pa.date32()}
FATES = (
    *("well", "well", "well", "never run", "late", "late last answer", "twice"),
    *("killed before the line", "killed before gold", "unbalanced", "rows deleted", "commit lost"),
)
MAX_LOOKS = 200


class KilledError(Exception):
    """As where a process is ended between two writes."""


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[], str]:
    """A later moment with each call: no two runs are recorded at once."""
    seconds = count()
    return lambda: (datetime.now(UTC) + timedelta(seconds=next(seconds))).isoformat()


@pytest.fixture
def lake_at(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[[str], Lake]]:
    """An empty lake that the settings point to from now on."""

    def make(name: str) -> Lake:
        lake = Lake((tmp_path / name).as_uri())
        monkeypatch.setenv("FLIGHTLAKE_LAKE_URL", lake.url)
        get_settings.cache_clear()
        for table in (STATE_VECTORS, TRAFFIC, FLIGHTS):
            empty = schema_of(table).empty_table()
            write_deltalake(lake.url_of(table.path), empty, partition_by=list(table.partitions))
        return lake

    yield make
    get_settings.cache_clear()


def schema_of(table: Table) -> pa.Schema:
    others = {"hour": pa.int64(), "region": pa.string()}
    return pa.schema(NAMES | {n: t for n, t in others.items() if n in table.partitions})


def put(lake: Lake, table: Table, period: Hour | Day, rows: list[tuple[str, int]]) -> int:
    """Rows in place of those of a period, in one commit; how many."""
    fixed = {"date": period.date, "hour": period.hour, "region": "europe"}
    values = [{"key": key, "value": value, **fixed} for key, value in sorted(rows)]
    hour = "" if period.hour is None else f" AND hour = {period.hour}"
    write_deltalake(
        lake.url_of(table.path),
        pa.Table.from_pylist(values, schema=schema_of(table)),
        mode="overwrite",
        predicate=f"date = '{period.date}'{hour}",
    )
    return len(rows)


def rows_of(lake: Lake, table: Table) -> list[dict[str, Any]]:
    rows = DeltaTable(lake.url_of(table.path)).to_pyarrow_table().to_pylist()
    return sorted(rows, key=lambda row: json.dumps(row, default=str))


def content_hash(lake: Lake) -> dict[str, str]:
    return {
        table.full_name: hashlib.sha256(repr(rows_of(lake, table)).encode()).hexdigest()
        for table in (STATE_VECTORS, TRAFFIC, FLIGHTS)
    }


def land(lake: Lake, hour: Hour, *seconds: int) -> None:
    for second in seconds:
        body = json.dumps({"time": hour.start_s + second, "states": None}).encode()
        raw.land(lake, body, source="opensky", fetched_at=NOW)


class Steps:
    """The steps and the tasks before them, on one lake, each run with a name of its own."""

    def __init__(self, lake: Lake, clock: Callable[[], str]) -> None:
        self.lake, self.clock, self.runs = lake, clock, count()

    def hour(self, hour: Hour, fate: str = "well") -> None:
        """As states_hourly: silver, the line, gold, the whole result."""
        run_id = f"run-{next(self.runs)}"
        try:
            require_raw_hour(hour, run_id)
        except AirflowSkipException:
            return None
        keys = raw.objects_of(self.lake, hour)
        before = next(iter(raw.newest_first(raw.objects_of(self.lake, hour - 1))), None)
        # What an hour holds depends on the last answer of the hour before.
        rows = [(key, len(before or "")) for key in keys] + [(f"after {before}", 1)]
        line = ledger_line(
            hour,
            run_id=run_id,
            rows_read=len(rows),
            rows_published=len(rows),
            recorded_at=self.clock(),
            raw_objects=len(keys),
            raw_before=before,
            suite="suite",
            rows_unaccounted=0,
        )
        if hour == REJECTED:
            line = replace(line, verdict="rejected", rows_published=0, rows_withheld=len(rows))
            return self._record(line, [])
        put(self.lake, STATE_VECTORS, hour, rows)
        if fate == "killed before the line":
            raise KilledError
        if fate == "unbalanced":
            self._record(replace(line, rows_published=len(rows) - 1, rows_unaccounted=1), [])
            raise KilledError
        self._record(line, [])
        if fate == "killed before gold":
            raise KilledError
        wrote = put(self.lake, TRAFFIC, hour, [("world", len(rows))])
        return self._record(line, [self._table_run(hour, TRAFFIC, run_id, wrote)])

    def day(self, day: Day) -> None:
        """As flights_daily: the hours and their versions, the table, the result."""
        run_id = f"run-{next(self.runs)}"
        try:
            require_published_hours(day, run_id, is_scheduled=False)
        except AirflowSkipException:
            return
        window = window_hours(day)
        versions = versions_of(runs_of_hours(self.lake, window))
        held = [
            (row["key"], row["value"])
            for row in rows_of(self.lake, STATE_VECTORS)
            if Hour(Day(row["date"]).start) + row["hour"] in window
        ]
        wrote = put(self.lake, FLIGHTS, day, held)
        run = self._table_run(day, FLIGHTS, run_id, wrote)
        read = [HourRead(hour, at) for hour, at in versions.items()]
        judged = replace(run, run=replace(run.run, hours_read=read))
        result = TablesResult("flights_daily", str(day), run_id, 1.0, "x.html", [judged])
        self.lake.write(result_key("flights_daily", day, run_id), to_json(result))

    def _table_run(self, period: Hour | Day, table: Table, run_id: str, rows: int) -> JudgedTable:
        run = TableRun(
            *(str(period.date), period.hour, run_id, table.step, table.full_name, rows, 0),
            *("pass", 99.0, 1.0, "x.html", self.clock()),
        )
        return JudgedTable(run, Judgement("pass", 99.0, {}, []))

    def _record(self, line: LedgerLine, tables: list[JudgedTable]) -> None:
        result = RunResult(line, Judgement(line.verdict, 99.0, {}, []), {}, tables)
        key = result_key("states_hourly", line.period, line.run_id)
        self.lake.write(key, to_json(result))


def go_wrong(steps: Steps, hour: Hour, fate: str) -> None:
    """Land and run an hour, or not, so that it is left as its fate says."""
    lake = steps.lake
    if hour != SILENT:
        late = {"late": (60, 2460), "late last answer": (60, 1260)}
        land(lake, hour, *late.get(fate, (60, 1260, 2460)))
    if fate == "never run":
        return
    try:
        steps.hour(hour, fate)
    except KilledError:
        return
    if fate == "twice":
        steps.hour(hour)
    silver = DeltaTable(lake.url_of(STATE_VECTORS.path))
    if fate == "rows deleted":
        silver.delete(f"date = '{hour.date}' AND hour = {hour.hour}")
    if fate == "commit lost" and hour not in (SILENT, REJECTED):
        # As where a second writer on S3 puts its commit in the place of this one.
        log = f"{STATE_VECTORS.path}/_delta_log"
        other = lake.read(f"{log}/{0:020d}.json").splitlines()[:1]
        lake.write(f"{log}/{silver.version():020d}.json", b"\n".join(other))


def heal(steps: Steps) -> Repairs:
    """Look, and run what is triggered, until nothing is; the last record."""
    for _ in range(MAX_LOOKS):
        triggers = look(NOW)
        if not triggers:
            found = read_repairs(steps.lake)
            assert found
            return found
        for trigger in triggers:
            conf = trigger["conf"]
            if "hour" in conf:
                steps.hour(Hour.parse(conf["hour"]))
            else:
                steps.day(Day.parse(conf["date"]))
    raise AssertionError(f"not healed after {MAX_LOOKS} looks: {read_repairs(steps.lake)}")


def test_a_week_in_which_much_goes_wrong_ends_as_one_in_which_nothing_did(
    lake_at: Callable[[str], Lake], clock: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLIGHTLAKE_REPAIR_DAYS", "30")
    monkeypatch.setenv("FLIGHTLAKE_REPAIR_RUNS", "24")
    chance = random.Random(11)

    clean = Steps(lake_at("clean"), clock)
    for hour in HOURS:
        if hour != SILENT:
            land(clean.lake, hour, 60, 1260, 2460)
        clean.hour(hour)
    for day in sorted({Day(hour.date) for hour in HOURS}):
        clean.day(day)

    rough = Steps(lake_at("rough"), clock)
    for n, hour in enumerate(chance.sample(HOURS, len(HOURS))):
        go_wrong(rough, hour, chance.choice(FATES))
        if n == 90:
            heal(rough)
    for hour in HOURS:
        if hour != SILENT:
            land(rough.lake, hour, 60, 1260, 2460)
    assert content_hash(rough.lake) != content_hash(clean.lake)
    healed = heal(rough)

    assert healed.known == ()
    assert content_hash(rough.lake) == content_hash(clean.lake)
    lines = [of.last.line for of in runs_of_hours(rough.lake, HOURS).values()]
    assert len(lines) == len(HOURS) - 1
    assert sum(line.rows_published for line in lines) == len(rows_of(rough.lake, STATE_VECTORS))
    assert [line for line in lines if line.rows_unaccounted] == []
