"""What the service demands beyond its model: the limits that its documentation states."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlparse

from emr_serverless_local.errors import ValidationException
from emr_serverless_local.resources import maximum_capacity
from emr_serverless_local.submit import parse_parameters

_RELEASE_LABEL = re.compile(r"emr-(spark-)?\d+\.\d+\.\d+")
MAX_ATTEMPTS = 10
MAX_BATCH_MINUTES = 10080


def check_application(parameters: dict[str, Any]) -> None:
    """Raise ValidationException for an application that the service would not create."""
    if not _RELEASE_LABEL.fullmatch(parameters["releaseLabel"]):
        raise ValidationException(
            "The releaseLabel must be emr-N.N.N or emr-spark-N.N.N, such as emr-spark-8.1.0."
        )
    if parameters["type"].upper() != "SPARK":
        raise ValidationException("Only applications of type SPARK are supported.")
    scheduler = parameters.get("schedulerConfiguration", {})
    _check_range(scheduler, "maxConcurrentRuns", 1, 1000)
    _check_range(scheduler, "queueTimeoutMinutes", 15, 720)


def check_run(parameters: dict[str, Any]) -> None:
    """Raise ValidationException for a job run that the service would not take."""
    spark = parameters.get("jobDriver", {}).get("sparkSubmit")
    if spark is None:
        raise ValidationException("jobDriver.sparkSubmit is required: this server runs Spark only.")
    if "sparkSubmitParameters" in spark:
        parse_parameters(spark["sparkSubmitParameters"])
    if parameters.get("mode", "BATCH") == "BATCH":
        _check_range(parameters, "executionTimeoutMinutes", 1, MAX_BATCH_MINUTES)
        _check_range(parameters.get("retryPolicy", {}), "maxAttempts", 1, MAX_ATTEMPTS)
    overrides = parameters.get("configurationOverrides", {})
    monitoring = overrides.get("monitoringConfiguration", {})
    log_uri = monitoring.get("s3MonitoringConfiguration", {}).get("logUri")
    if log_uri and urlparse(log_uri).scheme not in {"s3", "file"}:
        raise ValidationException("The logUri must begin with s3:// (or, on this server, file://).")


def exceeds_initial_capacity(request: dict[str, Any]) -> bool:
    """Whether the pre-initialised workers are more than the application may hold."""
    limit = maximum_capacity(request.get("maximumCapacity"))
    vcpus = memory_gb = 0.0
    for each in request.get("initialCapacity", {}).values():
        size = maximum_capacity(each.get("workerConfiguration") or {"cpu": "4", "memory": "16"})
        vcpus += each["workerCount"] * size.vcpus
        memory_gb += each["workerCount"] * size.memory_gb
    return vcpus > limit.vcpus or memory_gb > limit.memory_gb


def _check_range(members: dict[str, Any], name: str, low: int, high: int) -> None:
    if name in members and not low <= members[name] <= high:
        raise ValidationException(f"{name} is {members[name]}; it must be from {low} to {high}.")
