"""Runs of DAGs as the commands see them: where one is, and why one failed."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from flightlake_local.airflow_api import FINISHED, AirflowApi
from flightlake_local.console import Step
from flightlake_local.stack import Stack

GATE = "quality_gate"
LOOK_EVERY_S = 1.0


@dataclass(frozen=True)
class Failure:
    """The task that a run failed at (None where there is none), why, and the task's log."""

    task_id: str | None
    reason: str
    log: str | None = None


def end_of(
    stack: Stack,
    step: Step,
    dag_id: str,
    run_id: str,
    so_far: Callable[[], str] = lambda: "",
) -> str:
    """Wait for a run, telling its tasks and how much it has done so far; its last state.

    Raises:
        LocalError: Airflow refuses, or a service died.
    """
    while (state := stack.api.run_state(dag_id, run_id)) not in FINISHED:
        tasks = tasks_now(stack.api, dag_id, run_id) or "waiting for Airflow"
        step.update(tasks + so_far())
        stack.require_running()
        time.sleep(LOOK_EVERY_S)
    return state


def failure_of(stack: Stack, api: AirflowApi, dag_id: str, run_id: str) -> Failure:
    """Why a failed run failed."""
    failed = api.failed_task(dag_id, run_id)
    if failed is None:
        return Failure(None, "the run failed without a failed task")
    task_id, attempt, reason = failed
    folder = f"dag_id={dag_id}/run_id={run_id}/task_id={task_id}"
    log = stack.settings.airflow_home / "logs" / folder / f"attempt={attempt}.log"
    return Failure(task_id, f"{task_id}: {reason}", str(log))


def tasks_now(api: AirflowApi, dag_id: str, run_id: str) -> str:
    """The tasks of a run that have begun and not succeeded: ``states_hourly deferred``."""
    return ", ".join(
        f"{task['task_id']} {task['state'].replace('_', ' ')}"
        for task in api.tasks(dag_id, run_id)
        if task["state"] not in (None, "success")
    )
