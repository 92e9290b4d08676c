"""What raw, ledger and tables hold of some hours and days: read, not judged."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime

from flightlake.contracts import raw, restores
from flightlake.contracts.days import Day
from flightlake.contracts.hours import Hour
from flightlake.contracts.json_codec import from_json
from flightlake.contracts.results import ROOT, TableRun, TablesResult
from flightlake.contracts.storage import Lake
from flightlake.contracts.tables import STATE_VECTORS, TABLES, derived_by

from flightlake_dags.hour_runs import READERS, HourRuns, runs_of_hours
from flightlake_dags.raw_hour import GAPS
from flightlake_dags.repair.table_rows import TableRows, rows_of_table

HOURLY, DAILY = "states_hourly", "flights_daily"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class RawHour:
    """How many raw objects an hour has, and the newest by the time that its name begins with."""

    objects: int = 0
    newest: str | None = None


@dataclass(frozen=True)
class Restored:
    """An hour or day of a table that got the rows of an earlier version back, on purpose."""

    at: datetime
    rows: int


@dataclass(frozen=True)
class Facts:
    """What was found. ``hours`` and ``days`` are those that were looked at, oldest first;
    ``polled_since`` is the first hour that was polled: every hour from then on has a run or a gap.
    ``restored`` is by table and period, as ``silver.state_vectors`` and ``2025-12-28T02``."""

    now: datetime
    hours: tuple[Hour, ...] = ()
    days: tuple[Day, ...] = ()
    polled_since: Hour | None = None
    raw: Mapping[Hour, RawHour] = field(default_factory=dict)
    gaps: frozenset[Hour] = frozenset()
    runs: Mapping[Hour, HourRuns] = field(default_factory=dict)
    day_runs: Mapping[Day, tuple[TableRun, ...]] = field(default_factory=dict)
    rows: Mapping[str, TableRows] = field(default_factory=dict)
    restored: Mapping[tuple[str, str], Restored] = field(default_factory=dict)


def find_facts(
    lake: Lake, poll_source: str, hours: Iterable[Hour], days: Iterable[Day], now: datetime
) -> Facts:
    """Read what the lake holds of some hours and days.

    Args:
        lake: where.
        poll_source: the name that polls are landed under.
        hours: which hours; of the one before each, the raw objects are read too.
        days: which days.
        now: the moment of the look, aware.
    """
    in_order, days_in_order = tuple(sorted(set(hours))), tuple(sorted(set(days)))
    tables = (STATE_VECTORS, *derived_by(HOURLY), *derived_by(DAILY))
    found = {table.full_name: rows_of_table(lake, table) for table in tables}
    return Facts(
        now=now,
        hours=in_order,
        days=days_in_order,
        polled_since=first_polled(lake, poll_source),
        raw=raw_hours(lake, {each for hour in in_order for each in (hour, hour - 1)}),
        gaps=gap_hours(lake),
        runs=runs_of_hours(lake, in_order),
        day_runs=runs_of_days(lake, days_in_order),
        rows={name: rows for name, rows in found.items() if rows},
        restored=restored_periods(lake),
    )


def first_polled(lake: Lake, source: str) -> Hour | None:
    """The first hour of which polls landed anything; None where they never did."""
    for day in lake.folders(f"{raw.ROOT}/source={source}"):
        for folder in lake.folders(day):
            return raw.hour_of_key(f"{folder}/")
    return None


def raw_hours(lake: Lake, hours: Iterable[Hour]) -> dict[Hour, RawHour]:
    """The raw objects of some hours, from every source; hours without any are left out."""
    wanted = set(hours)
    folders = [
        f"{source}/date={day}"
        for source in lake.folders(raw.ROOT)
        for day in sorted({hour.date for hour in wanted})
    ]
    keys: dict[Hour, list[str]] = {}
    with ThreadPoolExecutor(READERS) as pool:
        for key in (key for found in pool.map(lake.keys, folders) for key in found):
            if key.endswith((raw.ANSWER_SUFFIX, raw.UNREADABLE_SUFFIX)):
                keys.setdefault(raw.hour_of_key(key), []).append(key)
    return {
        hour: RawHour(len(found), raw.newest_first(found)[0])
        for hour, found in keys.items()
        if hour in wanted
    }


def gap_hours(lake: Lake) -> frozenset[Hour]:
    """The hours without usable data that are recorded as gaps."""
    keys = lake.keys(GAPS)
    return frozenset(raw.hour_of_key(f"{key.removesuffix('.json')}/") for key in keys)


def runs_of_days(lake: Lake, days: Iterable[Day]) -> dict[Day, tuple[TableRun, ...]]:
    """What the last run of flights_daily did to each table of its day; days without one are left
    out."""
    found: dict[Day, tuple[TableRun, ...]] = {}
    for day in days:
        keys = lake.keys(f"{ROOT}/{DAILY}/date={day}")
        runs = [_tables_of(lake, key) for key in keys if key.endswith(".json")]
        if last := max((run for run in runs if run), key=_recorded_at, default=None):
            found[day] = last
    return found


def restored_periods(lake: Lake) -> dict[tuple[str, str], Restored]:
    """The periods of tables that were restored, with the last restore of each."""
    found: dict[tuple[str, str], Restored] = {}
    for key in lake.keys(restores.ROOT):
        try:
            done = from_json(restores.Restore, lake.read(key))
        except ValueError as error:
            log.warning("%s cannot be read: %s", lake.url_of(key), error)
            continue
        if done.version_after is None or done.refused or done.at is None:
            continue
        for change in done.changes:
            place = (str(done.asked["table"]), change.period)
            if place not in found or found[place].at < done.at:
                found[place] = Restored(done.at, change.rows_after)
    return found


def _tables_of(lake: Lake, key: str) -> tuple[TableRun, ...]:
    try:
        result = from_json(TablesResult, lake.read(key))
    except ValueError as error:
        log.warning("%s cannot be read: %s", lake.url_of(key), error)
        return ()
    return tuple(table.run for table in result.tables if table.run.table_name in TABLES)


def _recorded_at(runs: tuple[TableRun, ...]) -> str:
    return max(run.recorded_at or "" for run in runs)
