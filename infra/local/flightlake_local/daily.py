"""Days of flights made by real runs of flights_daily; what became of a run about a day."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from flightlake.contracts.days import Day
from flightlake.contracts.hours import Hour
from flightlake.contracts.partitions import hours_of
from flightlake.contracts.results import TableRun, read_tables_result
from flightlake.contracts.storage import Lake
from flightlake.contracts.tables import STATE_VECTORS
from flightlake.contracts.windows import days_made_of

from flightlake_local.console import Steps
from flightlake_local.runs import GATE, end_of, failure_of
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


def days_to_make(lake: Lake, hours: Iterable[Hour]) -> list[Day]:
    """The days that read some hours and have published hours of their own, in order."""
    return [day for day in days_made_of(hours) if hours_of(lake, STATE_VECTORS, day)]


def process(stack: Stack, steps: Steps, days: Sequence[Day]) -> list[DayOutcome]:
    """Run flights_daily by hand for each of some days, one after the other.

    Args:
        stack: where; it must be up.
        steps: where progress is shown.
        days: which.

    Raises:
        LocalError: Airflow refuses, or a service died.
    """
    stack.wait_for_dag(DAG_ID)
    stack.api.unpause(DAG_ID)
    return [_process(stack, steps, day) for day in days]


def _process(stack: Stack, steps: Steps, day: Day) -> DayOutcome:
    run_id = stack.api.trigger(DAG_ID, {"date": str(day)})
    return follow(stack, steps, DAG_ID, run_id, lambda: day)


def follow(
    stack: Stack, steps: Steps, dag_id: str, run_id: str, day_of: Callable[[], Day]
) -> DayOutcome:
    """Wait for a run of a DAG whose job leaves the tables of a day; what became of it.

    Args:
        stack: where; it must be up.
        steps: where progress is shown.
        dag_id: what runs.
        run_id: which of its runs.
        day_of: the day, as far as it is known by now.

    Raises:
        LocalError: Airflow refuses, or a service died.
    """
    with steps.step(f"{dag_id} {day_of()}") as step:
        state = end_of(stack, step, dag_id, run_id)
        outcome = _outcome(stack, dag_id, day_of(), run_id, state)
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
