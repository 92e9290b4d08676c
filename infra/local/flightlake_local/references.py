"""The reference tables of the laptop, made by the first run of reference_refresh."""

from __future__ import annotations

from typing import Any

from flightlake.contracts.days import Day
from flightlake.contracts.results import result_key

from flightlake_local import daily
from flightlake_local.airflow_api import FINISHED
from flightlake_local.console import Steps
from flightlake_local.errors import LocalError
from flightlake_local.processes import wait_until
from flightlake_local.stack import Stack

DAG_ID = "reference_refresh"
BEGIN_TIMEOUT_S = 60.0


def refresh(stack: Stack, steps: Steps) -> daily.DayOutcome:
    """Let reference_refresh run where this lake has seen no run, and wait for its newest one.

    Args:
        stack: where; it must be up.
        steps: where progress is shown.

    Raises:
        LocalError: Airflow refuses, or a service died.
    """
    api = stack.api
    stack.wait_for_dag(DAG_ID)
    # A DAG that is unpaused for the first time begins the run of its last week by itself.
    api.unpause(DAG_ID)
    run = _begun(stack)
    has_ended = api.run_state(DAG_ID, run["dag_run_id"]) in FINISHED
    if has_ended and not _has_result(stack, run, _day_of(stack, run)):
        # Airflow's database outlives a lake in memory, and a change from one lake to the other.
        run = _begun(stack, api.trigger(DAG_ID, {}))
    return daily.follow(stack, steps, DAG_ID, run["dag_run_id"], lambda: _day_of(stack, run))


def _begun(stack: Stack, run_id: str | None = None) -> dict[str, Any]:
    """The newest run, which must be ``run_id`` where one is given, once it has begun."""

    def found() -> list[dict[str, Any]]:
        newest = stack.api.get(f"dags/{DAG_ID}/dagRuns", order_by="-run_after", limit=1)
        wanted = (run for run in newest["dag_runs"] if run_id in (None, run["dag_run_id"]))
        return [run for run in wanted if run["start_date"]]

    if not wait_until(lambda: bool(found()), BEGIN_TIMEOUT_S, every_s=0.3):
        log = stack.processes.log_of("scheduler")
        raise LocalError(f"Airflow has begun no run of {DAG_ID}, though one is due. Log: {log}")
    [run] = found()
    return run


def _day_of(stack: Stack, run: dict[str, Any]) -> Day:
    """The day that a run landed its files on; the one that it began on where it left no result."""
    begun = Day.parse(run["start_date"][:10])
    # It says which day that is when it lands them, and that may be after midnight.
    landed = (day for day in (begun, Day(begun.end.date())) if _has_result(stack, run, day))
    return next(landed, begun)


def _has_result(stack: Stack, run: dict[str, Any], day: Day) -> bool:
    return stack.open_lake().exists(result_key(DAG_ID, day, run["dag_run_id"]))
