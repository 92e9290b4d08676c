"""The reference tables of the laptop, made by the first run of reference_refresh."""

from __future__ import annotations

from typing import Any

from flightlake.contracts.days import Day

from flightlake_local import daily
from flightlake_local.airflow_api import AirflowApi
from flightlake_local.console import Steps
from flightlake_local.errors import LocalError
from flightlake_local.processes import wait_until
from flightlake_local.stack import Stack

DAG_ID = "reference_refresh"
BEGIN_TIMEOUT_S = 60.0


def refresh(stack: Stack, steps: Steps) -> daily.DayOutcome:
    """Let reference_refresh run where it never has, and wait for its newest run.

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
    if not wait_until(lambda: bool(_newest_run(api)), BEGIN_TIMEOUT_S, every_s=0.3):
        log = stack.processes.log_of("scheduler")
        raise LocalError(f"Airflow has begun no run of {DAG_ID}, though one is due. Log: {log}")
    [run] = _newest_run(api)
    # What a run lands, and with it the result, is of the day that it begins on.
    day = Day.parse(run["start_date"][:10])
    return daily.follow(stack, steps, DAG_ID, run["dag_run_id"], day)


def _newest_run(api: AirflowApi) -> list[dict[str, Any]]:
    """The newest run, if it has begun."""
    runs = api.get(f"dags/{DAG_ID}/dagRuns", order_by="-run_after", limit=1)["dag_runs"]
    return [run for run in runs if run["start_date"]]
