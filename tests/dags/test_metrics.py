"""Numbers reach the lake or CloudWatch under the same names, and never stop a run."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from flightlake.contracts.storage import Lake
from flightlake_dags.metrics import NAMESPACE, UNITS, emit
from flightlake_dags.settings import get_settings


@pytest.fixture
def cloudwatch(monkeypatch: pytest.MonkeyPatch, lake: Lake, aws: None) -> Any:
    """A CloudWatch that the settings point to."""
    monkeypatch.setenv("FLIGHTLAKE_METRICS", "cloudwatch")
    get_settings.cache_clear()
    return boto3.client("cloudwatch")


def test_numbers_are_kept_in_the_lake(lake: Lake) -> None:
    emit({"RowsPublished": 7, "QualityScore": 99.5}, "states_hourly 2025-12-28T02")
    (key,) = lake.keys("metrics")
    kept = json.loads(lake.read(key))
    assert kept["namespace"] == NAMESPACE
    assert kept["subject"] == "states_hourly 2025-12-28T02"
    assert kept["metrics"] == {"RowsPublished": 7, "QualityScore": 99.5}


def test_numbers_reach_cloudwatch_without_dimensions(cloudwatch: Any, lake: Lake) -> None:
    emit(dict.fromkeys(UNITS, 3.0), "x")
    found = cloudwatch.list_metrics(Namespace=NAMESPACE)["Metrics"]
    assert {metric["MetricName"] for metric in found} == set(UNITS)
    assert all(metric["Dimensions"] == [] for metric in found)
    now = datetime.now(UTC)
    sums = cloudwatch.get_metric_statistics(
        Namespace=NAMESPACE,
        MetricName="CreditsLeft",
        StartTime=now - timedelta(hours=1),
        EndTime=now + timedelta(hours=1),
        Period=3600,
        Statistics=["Sum"],
    )["Datapoints"]
    assert sum(each["Sum"] for each in sums) == 3.0
    assert lake.keys("metrics") == []


def test_numbers_that_cannot_be_sent_stop_nothing(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("FLIGHTLAKE_METRICS", "cloudwatch")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AIRFLOW_CONN_AWS_DEFAULT", '{"conn_type": "aws"}')
    get_settings.cache_clear()
    emit({"CreditsLeft": 1.0}, "the look")
    assert "The metrics of the look were not sent" in caplog.text


def test_alarms_and_dashboard_name_metrics_that_are_sent() -> None:
    module = Path(__file__).parents[2] / "infra/terraform/modules/observability"
    code = (module / "alarms.tf").read_text() + (module / "dashboard.tf").read_text()
    assert {word for word in UNITS if f'"{word}"' in code} == set(UNITS)
    assert set(re.findall(r'metric += "(\w+)", statistic', code)) <= set(UNITS)
