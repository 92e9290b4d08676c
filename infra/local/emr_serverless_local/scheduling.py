"""Which waiting job runs may start now. Pure: looks at records, changes none."""

from __future__ import annotations

from collections.abc import Sequence

from emr_serverless_local.records import (
    DEFAULT_FAILED_ATTEMPTS_PER_HOUR,
    Application,
    JobRun,
    RunState,
)
from emr_serverless_local.resources import Capacity, maximum_capacity

HOUR_S = 3600.0


def capacity_of(application: Application) -> Capacity:
    """Return the application's maximum capacity; infinite when it names none."""
    return maximum_capacity(application.request.get("maximumCapacity"))


def next_states(
    application: Application, waiting: Sequence[JobRun], active: Sequence[JobRun]
) -> dict[str, RunState]:
    """Return the state each waiting run should have: QUEUED, PENDING or SCHEDULED.

    First come, first served: ``waiting`` is in order of submission, and a run that must wait for
    capacity is not overtaken by a smaller one.
    """
    capacity = capacity_of(application)
    in_use = [run.workers for run in active]
    is_blocked = False
    states: dict[str, RunState] = {}
    for run in waiting:
        if len(in_use) >= application.max_concurrent_runs:
            states[run.id] = "QUEUED"
        elif is_blocked or not capacity.holds([*in_use, run.workers]):
            is_blocked = True
            states[run.id] = "PENDING"
        else:
            in_use.append(run.workers)
            states[run.id] = "SCHEDULED"
    return states


def may_try_again(run: JobRun, now_s: float) -> bool:
    """Whether the retry policy allows another attempt after the latest one failed."""
    if run.mode == "BATCH":
        return len(run.attempts) < run.max_attempts
    policy = run.request.get("retryPolicy") or {}
    allowed = policy.get("maxFailedAttemptsPerHour", DEFAULT_FAILED_ATTEMPTS_PER_HOUR)
    recent = [each for each in run.attempts if each.updated_at_s > now_s - HOUR_S]
    return len(recent) < allowed
