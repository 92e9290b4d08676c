"""The costs of job runs that no task saw end: cancelled by a person, or billed later."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from flightlake.contracts.costs import JobCost, record_cost, recorded_cost
from flightlake.contracts.days import Day
from flightlake.contracts.storage import Lake

from emr.runs import ENDED

LOOK_BACK = timedelta(days=2)

log = logging.getLogger(__name__)


def record_unseen(lake: Lake, emr: Any, application_id: str, now: datetime) -> int:
    """Record what ended job runs cost, where nobody did, or the bill was not known; how many.

    Args:
        lake: the lake that keeps the records.
        emr: a client of EMR Serverless.
        application_id: the application.
        now: the moment of the look, aware.
    """
    unseen = [run for run in _ended(emr, application_id, now) if not _is_recorded(lake, run)]
    for run in unseen:
        job = emr.get_job_run(applicationId=application_id, jobRunId=run["id"])["jobRun"]
        try:
            record_cost(lake, JobCost.of(job))
        except KeyError as error:
            log.warning("Job run %s is none of Flightlake's: it has no %s", run["id"], error)
    return len(unseen)


def _ended(emr: Any, application_id: str, now: datetime) -> Iterator[Mapping[str, Any]]:
    pages = emr.get_paginator("list_job_runs").paginate(
        applicationId=application_id, createdAtAfter=now - LOOK_BACK, states=sorted(ENDED)
    )
    for page in pages:
        yield from page["jobRuns"]


def _is_recorded(lake: Lake, run: Mapping[str, Any]) -> bool:
    cost = recorded_cost(lake, Day(run["createdAt"].astimezone(UTC).date()), run["id"])
    return cost is not None and cost.vcpu_hours is not None
