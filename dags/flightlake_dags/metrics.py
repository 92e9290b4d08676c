"""Numbers about the pipeline, under the same names in CloudWatch and in the lake."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from datetime import UTC, datetime

from flightlake.contracts.results import RunResult
from flightlake.contracts.storage import Lake

from flightlake_dags.settings import get_settings

NAMESPACE = "Flightlake"
UNITS = {
    "FreshnessSeconds": "Seconds",
    "LagHours": "None",
    "CreditsLeft": "Count",
    "RowsPublished": "Count",
    "RowsQuarantined": "Count",
    "RowsWithheld": "Count",
    "QualityScore": "None",
    "JobSeconds": "Seconds",
    "ColdStartSeconds": "Seconds",
    "CostUsd": "None",
}
"""Every metric and its unit, as CloudWatch calls it; alarms and dashboard name them without
dimensions."""

log = logging.getLogger(__name__)


def metrics_of_hour(result: RunResult) -> dict[str, float]:
    """What a judged hour tells: its rows by what became of them, the score."""
    line = result.ledger
    found: dict[str, float] = {
        "RowsPublished": line.rows_published,
        "RowsQuarantined": line.rows_quarantined,
        "RowsWithheld": line.rows_withheld,
    }
    return found if line.score is None else {**found, "QualityScore": line.score}


def emit(metrics: Mapping[str, float], subject: str) -> None:
    """Hand numbers to where the settings say; what they are about is worth more than they are.

    Args:
        metrics: values by the names of UNITS.
        subject: what they are about, such as ``states_hourly 2025-12-28T02``.
    """
    now = datetime.now(UTC)
    try:
        _TARGETS[get_settings().metrics](metrics, subject, now)
    except Exception as error:
        log.warning("The metrics of %s were not sent: %s", subject, error)


def _to_lake(metrics: Mapping[str, float], subject: str, now: datetime) -> None:
    body = {"namespace": NAMESPACE, "at": now.isoformat(), "subject": subject, "metrics": metrics}
    key = f"metrics/date={now:%Y-%m-%d}/{now:%H%M%S%f}.json"
    Lake(get_settings().lake_url).create(key, json.dumps(body, indent=1).encode())


def _to_cloudwatch(metrics: Mapping[str, float], subject: str, now: datetime) -> None:  # noqa: ARG001
    from airflow.providers.amazon.aws.hooks.base_aws import AwsBaseHook

    hook = AwsBaseHook(get_settings().aws_conn_id, client_type="cloudwatch")
    hook.get_conn().put_metric_data(
        Namespace=NAMESPACE,
        MetricData=[
            {"MetricName": name, "Timestamp": now, "Value": value, "Unit": UNITS[name]}
            for name, value in metrics.items()
        ],
    )


_TARGETS = {"lake": _to_lake, "cloudwatch": _to_cloudwatch}
