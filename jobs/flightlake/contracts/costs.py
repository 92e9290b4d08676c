"""What Spark job runs and queries cost: one JSON each, ``costs/date=D/<its id>.json``, D its day.

The operator writes it when a job run has ended, ``catalog_register`` when Athena has counted; the
daily step collects those of its day.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from itertools import pairwise
from typing import Any

from pydantic import AwareDatetime

from flightlake.contracts.days import Day
from flightlake.contracts.json_codec import from_json, to_json
from flightlake.contracts.storage import Lake

ROOT = "costs"
SPARK, ATHENA = "emr_serverless", "athena"
"""The services whose bill is recorded."""

ATHENA_MINIMUM_BYTES = 10_000_000
"""What a query is billed for at least."""

log = logging.getLogger(__name__)

_ATHENA_STATES = {"SUCCEEDED": "SUCCESS"}


@dataclass(frozen=True)
class Prices:
    """What AWS asks for, in US dollars."""

    vcpu_hour_usd: float
    memory_gb_hour_usd: float
    storage_gb_hour_usd: float
    athena_tb_usd: float


@dataclass(frozen=True)
class JobCost:
    """One job run, or query, and what it is billed for; None where the service does not say."""

    job_run_id: str
    step: str | None
    run_id: str | None
    state: str
    started_at: AwareDatetime
    ended_at: AwareDatetime
    duration_s: int | None
    vcpu_hours: float | None
    memory_gb_hours: float | None
    storage_gb_hours: float | None
    service: str = SPARK
    bytes_scanned: int | None = None

    @classmethod
    def of(cls, job: Mapping[str, Any]) -> JobCost:
        """The cost of a job run that has ended, from the answer of ``GetJobRun``."""
        arguments = job["jobDriver"]["sparkSubmit"]["entryPointArguments"]
        billed = job.get("billedResourceUtilization") or {}
        return cls(
            job_run_id=job["jobRunId"],
            step=next(iter(arguments), None),
            run_id=dict(pairwise(arguments)).get("--run-id"),
            state=job["state"],
            started_at=job["createdAt"].astimezone(UTC),
            ended_at=job["updatedAt"].astimezone(UTC),
            duration_s=job.get("totalExecutionDurationSeconds"),
            vcpu_hours=billed.get("vCPUHour"),
            memory_gb_hours=billed.get("memoryGBHour"),
            storage_gb_hours=billed.get("storageGBHour"),
        )

    @classmethod
    def of_query(cls, query: Mapping[str, Any], step: str, run_id: str) -> JobCost:
        """The cost of a query that has ended, from the answer of Athena's ``GetQueryExecution``."""
        status, statistics = query["Status"], query.get("Statistics", {})
        started_at = status["SubmissionDateTime"].astimezone(UTC)
        duration_ms = statistics.get("TotalExecutionTimeInMillis")
        return cls(
            job_run_id=query["QueryExecutionId"],
            step=step,
            run_id=run_id,
            state=_ATHENA_STATES.get(status["State"], status["State"]),
            started_at=started_at,
            ended_at=status.get("CompletionDateTime", started_at).astimezone(UTC),
            duration_s=None if duration_ms is None else round(duration_ms / 1000),
            vcpu_hours=None,
            memory_gb_hours=None,
            storage_gb_hours=None,
            service=ATHENA,
            bytes_scanned=statistics.get("DataScannedInBytes"),
        )

    def cost_usd(self, prices: Prices) -> float | None:
        """What it costs, in US dollars; None where its bill is not known."""
        if self.service == ATHENA:
            if self.bytes_scanned is None:
                return None
            billed = max(ATHENA_MINIMUM_BYTES, self.bytes_scanned)
            return round(billed / 1e12 * prices.athena_tb_usd, 6)
        if self.vcpu_hours is None or self.memory_gb_hours is None:
            return None
        cost = (
            self.vcpu_hours * prices.vcpu_hour_usd
            + self.memory_gb_hours * prices.memory_gb_hour_usd
            + (self.storage_gb_hours or 0) * prices.storage_gb_hour_usd
        )
        return round(cost, 6)


def record_cost(lake: Lake, cost: JobCost) -> None:
    """Keep what a job run or a query cost; once more leaves the same record."""
    lake.write(_key(Day(cost.started_at.date()), cost.job_run_id), to_json(cost))


def recorded_cost(lake: Lake, day: Day, job_run_id: str) -> JobCost | None:
    """What a job run or a query of a day cost; None where there is no record that can be read."""
    try:
        return from_json(JobCost, lake.read(_key(day, job_run_id)))
    except (FileNotFoundError, ValueError):
        return None


def costs_of(lake: Lake, day: Day) -> list[JobCost]:
    """What the job runs and queries of a day cost; a damaged record is left out, and named."""
    found = []
    for key in lake.keys(_folder(day)):
        try:
            found.append(from_json(JobCost, lake.read(key)))
        except ValueError as error:
            log.warning("%s is left out: %s", lake.url_of(key), error)
    return found


def _key(day: Day, job_run_id: str) -> str:
    return f"{_folder(day)}/{job_run_id}.json"


def _folder(day: Day) -> str:
    return f"{ROOT}/date={day}"
