"""Records into the answers of the API, in the service's own member names."""

from __future__ import annotations

from typing import Any

from emr_serverless_local.records import (
    DEFAULT_IDLE_TIMEOUT_MINUTES,
    FINAL,
    Application,
    Attempt,
    JobRun,
)
from emr_serverless_local.resources import billed_hours, used_hours

# Requests that GetApplication echoes under the same names.
_ECHOED_OF_APPLICATION = (
    "name",
    "releaseLabel",
    "type",
    "initialCapacity",
    "maximumCapacity",
    "networkConfiguration",
    "workerTypeSpecifications",
    "runtimeConfiguration",
    "monitoringConfiguration",
    "diskEncryptionConfiguration",
    "interactiveConfiguration",
    "schedulerConfiguration",
    "jobLevelCostAllocationConfiguration",
)
_ECHOED_OF_RUN = (
    "name",
    "configurationOverrides",
    "jobDriver",
    "retryPolicy",
    "executionIamPolicy",
)
_SUMMARY_OF_APPLICATION = (
    "name",
    "arn",
    "releaseLabel",
    "type",
    "state",
    "stateDetails",
    "createdAt",
    "updatedAt",
    "architecture",
)


def application_view(application: Application) -> dict[str, Any]:
    """Return GetApplication's ``application``."""
    request = application.request
    view = {name: request[name] for name in _ECHOED_OF_APPLICATION if name in request}
    image = request.get("imageConfiguration")
    return view | {
        "applicationId": application.id,
        "arn": application.arn,
        "state": application.state,
        "stateDetails": application.state_details,
        "createdAt": application.created_at_s,
        "updatedAt": application.updated_at_s,
        "tags": application.tags,
        "architecture": request.get("architecture", "X86_64"),
        "autoStartConfiguration": {"enabled": True, **request.get("autoStartConfiguration", {})},
        "autoStopConfiguration": {
            "enabled": True,
            "idleTimeoutMinutes": DEFAULT_IDLE_TIMEOUT_MINUTES,
            **request.get("autoStopConfiguration", {}),
        },
        **({"imageConfiguration": image} if image else {}),
    }


def application_summary(application: Application) -> dict[str, Any]:
    """Return ListApplications' entry."""
    view = application_view(application)
    return {"id": application.id} | {
        name: view[name] for name in _SUMMARY_OF_APPLICATION if name in view
    }


def run_view(run: JobRun, attempt: Attempt, account_id: str) -> dict[str, Any]:
    """Return GetJobRun's ``jobRun`` as of one attempt; what it cost is known when it ended."""
    view = _common(run, attempt, account_id) | {
        name: run.request[name] for name in _ECHOED_OF_RUN if name in run.request
    }
    view |= {
        "jobRunId": run.id,
        "createdAt": run.created_at_s,
        "attemptCreatedAt": attempt.created_at_s,
        "attemptUpdatedAt": attempt.updated_at_s,
        "executionTimeoutMinutes": run.execution_timeout_minutes,
        "queuedDurationMilliseconds": int(run.queued_s * 1000),
        "tags": run.tags,
    }
    if attempt.started_at_s is not None:
        view["startedAt"] = attempt.started_at_s
    if attempt.ended_at_s is not None:
        view["endedAt"] = attempt.ended_at_s
    if attempt.state in FINAL:
        seconds = [each.seconds() for each in run.attempts if each.started_at_s is not None]
        view |= {
            "totalResourceUtilization": used_hours(run.workers, seconds),
            "billedResourceUtilization": billed_hours(run.workers, seconds),
            "totalExecutionDurationSeconds": round(sum(seconds)),
        }
    return view


def run_summary(run: JobRun, account_id: str) -> dict[str, Any]:
    """Return ListJobRuns' entry."""
    attempt = run.attempt
    return _common(run, attempt, account_id) | {
        "id": run.id,
        "type": "SPARK",
        "name": run.request.get("name"),
        "createdAt": run.created_at_s,
        "attemptCreatedAt": attempt.created_at_s,
        "attemptUpdatedAt": attempt.updated_at_s,
    }


def attempt_summary(run: JobRun, attempt: Attempt, account_id: str) -> dict[str, Any]:
    """Return ListJobRunAttempts' entry."""
    return _common(run, attempt, account_id) | {
        "id": run.id,
        "type": "SPARK",
        "name": run.request.get("name"),
        "jobCreatedAt": run.created_at_s,
        "createdAt": attempt.created_at_s,
    }


def _common(run: JobRun, attempt: Attempt, account_id: str) -> dict[str, Any]:
    return {
        "applicationId": run.application_id,
        "arn": run.arn,
        "createdBy": f"arn:aws:iam::{account_id}:user/local",
        "executionRole": run.request["executionRoleArn"],
        "updatedAt": attempt.updated_at_s,
        "state": attempt.state,
        "stateDetails": attempt.state_details,
        "releaseLabel": run.release_label,
        "mode": run.mode,
        "attempt": attempt.number,
    }
