"""What the runs of states_hourly left of each hour: the last run, and the last one published."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from flightlake.contracts.days import Day
from flightlake.contracts.hours import Hour
from flightlake.contracts.json_codec import from_json
from flightlake.contracts.results import PUBLISHED, ROOT, LedgerLine, RunResult, TableRun
from flightlake.contracts.storage import Lake

STEP = "states_hourly"
READERS = 16

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class HourRun:
    """What one run said of its hour, and of the tables that it derived from it."""

    line: LedgerLine
    tables: tuple[TableRun, ...] = ()

    @property
    def is_published(self) -> bool:
        """Whether readers got the hour from this run."""
        return self.line.verdict in PUBLISHED


@dataclass(frozen=True)
class HourRuns:
    """The last run of an hour, and the last one that published it: readers see what that left."""

    last: HourRun
    published: HourRun | None


def runs_of_hours(lake: Lake, hours: Iterable[Hour]) -> dict[Hour, HourRuns]:
    """The runs of some hours, without hours that have none; what cannot be read is logged."""
    wanted = set(hours)
    keys = [
        key
        for day in sorted({Day(hour.date) for hour in wanted})
        for key in lake.keys(f"{ROOT}/{STEP}/date={day}")
        if key.endswith(".json")
    ]
    found: dict[Hour, list[HourRun]] = {}
    with ThreadPoolExecutor(READERS) as pool:
        for run in pool.map(lambda key: _read(lake, key), keys):
            if run and run.line.period in wanted:
                found.setdefault(run.line.period, []).append(run)
    return {hour: last_of(runs) for hour, runs in found.items()}


def last_of(runs: Iterable[HourRun]) -> HourRuns:
    """Of the runs of one hour, at least one, those that count: the ones recorded last."""
    in_order = sorted(runs, key=lambda run: (run.line.recorded_at or "", run.line.run_id))
    published = [run for run in in_order if run.is_published]
    return HourRuns(in_order[-1], published[-1] if published else None)


def versions_of(runs: Mapping[Hour, HourRuns]) -> dict[str, str]:
    """Of each published hour, its version: when the run was recorded that published it."""
    return {
        str(hour): of.published.line.recorded_at or ""
        for hour, of in sorted(runs.items())
        if of.published
    }


def _read(lake: Lake, key: str) -> HourRun | None:
    try:
        result = from_json(RunResult, lake.read(key))
    except (FileNotFoundError, ValueError) as error:
        # pipeline_health names it; the hour counts as if the run had left nothing.
        log.warning("%s cannot be read: %s", lake.url_of(key), error)
        return None
    return HourRun(result.ledger, tuple(table.run for table in result.tables))
