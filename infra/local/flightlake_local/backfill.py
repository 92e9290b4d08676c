"""Hours of data processed by a real Airflow backfill, and what became of each."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import requests
from flightlake.contracts.hours import Hour
from flightlake.contracts.results import LedgerLine, TableRun, read_result
from flightlake.contracts.storage import Lake

from flightlake_local.airflow_api import FINISHED, AirflowApi, AirflowApiError
from flightlake_local.runs import GATE, LOOK_EVERY_S, failure_of, tasks_now
from flightlake_local.stack import Stack

DAG_ID = "states_hourly"
MAX_HOURS = 24
"""Of one backfill: a day's runs fit into one page of Airflow's answers."""


@dataclass(frozen=True)
class HourOutcome:
    """What became of one hour.

    Attributes:
        ledger: where its rows went; None where the job did not get so far.
        reason: why it failed; None where it did not.
        log: the log of the task that failed.
        tables: what was done to each table that is derived from the hour.
    """

    hour: Hour
    ledger: LedgerLine | None
    reason: str | None = None
    log: str | None = None
    tables: tuple[TableRun, ...] = ()

    @property
    def name(self) -> str:
        """The hour as people know it."""
        return str(self.hour)


def contiguous(hours: Sequence[Hour], most: int = MAX_HOURS) -> list[list[Hour]]:
    """Split hours into ranges without gaps, in order, each of at most ``most`` hours."""
    ranges: list[list[Hour]] = []
    for hour in sorted(set(hours)):
        if ranges and ranges[-1][-1] + 1 == hour and len(ranges[-1]) < most:
            ranges[-1].append(hour)
        else:
            ranges.append([hour])
    return ranges


def process(
    stack: Stack,
    hours: Sequence[Hour],
    *,
    answers_an_hour: int,
    on_progress: Callable[[str], None],
    on_outcome: Callable[[HourOutcome], None],
) -> list[HourOutcome]:
    """Backfill hours, one range after the other, one hour at a time.

    Args:
        stack: where; it must be up.
        hours: which; in any order.
        answers_an_hour: how many answers a complete hour has.
        on_progress: told what is being waited for.
        on_outcome: told of each hour once it has ended.

    Raises:
        LocalError: Airflow refuses, or a service died.
    """
    api, lake, outcomes = stack.api, stack.open_lake(), []
    stack.wait_for_dag(DAG_ID)
    for group in contiguous(hours):
        backfill_id = _create(stack, api, group, answers_an_hour, on_progress)
        pending = list(group)
        while pending:
            runs = _runs(api, group)
            for hour in [hour for hour in pending if _has_ended(runs.get(hour))]:
                pending.remove(hour)
                outcomes.append(_outcome(stack, api, lake, hour, runs[hour]))
                on_outcome(outcomes[-1])
            if pending:
                on_progress(_progress(api, pending, runs))
                stack.require_running()
                time.sleep(LOOK_EVERY_S)
        api.close_backfill(backfill_id)
    return sorted(outcomes, key=lambda outcome: outcome.hour)


def _create(
    stack: Stack,
    api: AirflowApi,
    group: Sequence[Hour],
    answers_an_hour: int,
    on_progress: Callable[[str], None],
) -> int:
    """Create the backfill; one that is active, or a run of these hours, is waited for; its id."""
    body = {
        "dag_id": DAG_ID,
        "from_date": group[0].start.isoformat(),
        "to_date": group[-1].start.isoformat(),
        "max_active_runs": 1,
        "reprocess_behavior": "completed",
        "dag_run_conf": {"expected_answers": answers_an_hour},
    }
    while True:
        # A run that is under way keeps its place, and may have read only a part of the answers.
        if all(map(_has_ended, _runs(api, group).values())):
            try:
                backfill_id: int = api.post("backfills", body)["id"]
                api.unpause(DAG_ID)
            except AirflowApiError as error:
                if error.status != requests.codes.conflict:
                    raise
            else:
                return backfill_id
        api.unpause(DAG_ID)
        on_progress("waiting for a run of these hours, or another backfill, to end")
        stack.require_running()
        time.sleep(LOOK_EVERY_S)


def _runs(api: AirflowApi, group: Sequence[Hour]) -> dict[Hour, dict[str, Any]]:
    first, last = group[0].start.isoformat(), group[-1].start.isoformat()
    answer = api.get(
        f"dags/{DAG_ID}/dagRuns", logical_date_gte=first, logical_date_lte=last, limit=100
    )
    return {Hour.parse(run["logical_date"][:13]): run for run in answer["dag_runs"]}


def _has_ended(run: dict[str, Any] | None) -> bool:
    return run is not None and run["state"] in FINISHED


def _progress(api: AirflowApi, pending: Sequence[Hour], runs: dict[Hour, dict[str, Any]]) -> str:
    """Such as ``2025-12-28T02 states_hourly deferred, 1 more waits``."""
    running = next((hour for hour in pending if runs.get(hour, {}).get("state") == "running"), None)
    if running is None:
        return "waiting for Airflow"
    now = tasks_now(api, DAG_ID, runs[running]["dag_run_id"])
    waiting = f", {len(pending) - 1} more to do" if len(pending) > 1 else ""
    return f"{running} {now}{waiting}"


def _outcome(
    stack: Stack, api: AirflowApi, lake: Lake, hour: Hour, run: dict[str, Any]
) -> HourOutcome:
    run_id = run["dag_run_id"]
    ledger, tables = _left_by(lake, hour, run_id)
    if run["state"] == "success":
        return HourOutcome(hour, ledger, tables=tables)
    failure = failure_of(stack, api, DAG_ID, run_id)
    if failure.task_id != GATE:
        # A job that failed left no result: what is there is of an earlier attempt of the run.
        return HourOutcome(hour, None, failure.reason, failure.log)
    return HourOutcome(hour, ledger, failure.reason, failure.log, tables)


def _left_by(lake: Lake, hour: Hour, run_id: str) -> tuple[LedgerLine | None, tuple[TableRun, ...]]:
    try:
        result = read_result(lake, DAG_ID, hour, run_id)
    except FileNotFoundError:
        return None, ()
    return result.ledger, tuple(table.run for table in result.tables)
