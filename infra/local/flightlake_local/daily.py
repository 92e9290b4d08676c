"""Days of flights made by real runs of flights_daily; what became of a run about a day."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flightlake.contracts.days import Day
from flightlake.contracts.hours import Hour
from flightlake.contracts.results import TableRun, read_tables_result

from flightlake_local.airflow_api import FINISHED
from flightlake_local.console import Steps
from flightlake_local.runs import GATE, LOOK_EVERY_S, failure_of, tasks_now
from flightlake_local.stack import Stack

DAG_ID = "flights_daily"


@dataclass(frozen=True)
class DayOutcome:
    """What became of one day.

    Attributes:
        tables: what its run did to each table; none where it was skipped or did not get so far.
        reason: why it failed; None where it did not.
        log: the log of the task that failed.
        dag_id: what ran.
    """

    day: Day
    tables: tuple[TableRun, ...]
    reason: str | None = None
    log: str | None = None
    dag_id: str = DAG_ID

    @property
    def name(self) -> str:
        """The day as people know it."""
        return f"{self.dag_id} {self.day}"

    @property
    def summary(self) -> str:
        """What became of it, in two words."""
        if self.reason:
            return "has failed"
        return f"{len(self.tables)} tables" if self.tables else "no data"


def days_of(hours: Iterable[Hour]) -> list[Day]:
    """The days that hours belong to, in order."""
    return sorted({Day(hour.date) for hour in hours})


def process(stack: Stack, steps: Steps, days: Sequence[Day]) -> list[DayOutcome]:
    """Run flights_daily by hand for each of some days, one after the other.

    Args:
        stack: where; it must be up.
        steps: where progress is shown.
        days: which.

    Raises:
        LocalError: Airflow refuses, or a service died.
    """
    api, outcomes = stack.api, []
    stack.wait_for_dag(DAG_ID)
    api.unpause(DAG_ID)
    for day in days:
        run_id = api.trigger(DAG_ID, {"date": str(day)})
        outcomes.append(follow(stack, steps, DAG_ID, run_id, day))
    return outcomes


def follow(stack: Stack, steps: Steps, dag_id: str, run_id: str, day: Day) -> DayOutcome:
    """Wait for a run of a DAG whose job leaves the tables of a day; what became of it.

    Raises:
        LocalError: Airflow refuses, or a service died.
    """
    api = stack.api
    with steps.step(f"{dag_id} {day}") as step:
        while (state := api.run_state(dag_id, run_id)) not in FINISHED:
            step.update(tasks_now(api, dag_id, run_id) or "waiting for Airflow")
            stack.require_running()
            time.sleep(LOOK_EVERY_S)
        outcome = _outcome(stack, dag_id, day, run_id, state)
        step.outcome = f"{outcome.name}: {outcome.summary}"
    return outcome


def _outcome(stack: Stack, dag_id: str, day: Day, run_id: str, state: str) -> DayOutcome:
    try:
        judged = read_tables_result(stack.open_lake(), dag_id, day, run_id).tables
    except FileNotFoundError:
        judged = []
    tables = tuple(table.run for table in judged)
    if state == "success":
        return DayOutcome(day, tables, dag_id=dag_id)
    failure = failure_of(stack, stack.api, dag_id, run_id)
    tables = tables if failure.task_id == GATE else ()
    return DayOutcome(day, tables, failure.reason, failure.log, dag_id)
