"""The costs of job runs whose end no task saw, against the local EMR Serverless."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from airflow.exceptions import AirflowException
from airflow.sdk.exceptions import TaskDeferred
from emr.costs import record_unseen
from flightlake.contracts.costs import costs_of, record_cost
from flightlake.contracts.days import Day
from flightlake.contracts.storage import Lake


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake((tmp_path / "lake").as_uri())


def record(cloud: Any, lake: Lake) -> int:
    return record_unseen(lake, cloud.emr, cloud.application_id, datetime.now(UTC))


def costs(lake: Lake) -> dict[str, str]:
    """The recorded job runs of today, and how they ended."""
    return {c.job_run_id: c.state for c in costs_of(lake, Day(datetime.now(UTC).date()))}


def test_a_job_that_ended_while_no_task_looked_is_recorded_once(
    cloud: Any, ti: Any, lake: Lake
) -> None:
    with pytest.raises(TaskDeferred):
        cloud.operator("fail", lake_url=lake.url).execute(ti.context)
    cloud.wait_for_states("FAILED")
    assert costs(lake) == {}
    assert record(cloud, lake) == 1
    assert costs(lake) == {cloud.runs[0]["id"]: "FAILED"}
    assert record(cloud, lake) == 0


def test_a_job_that_still_runs_is_not_recorded(
    cloud: Any, ti: Any, lake: Lake, tmp_path: Path
) -> None:
    with pytest.raises(TaskDeferred):
        cloud.operator(f"until:{tmp_path / 'end'}", lake_url=lake.url).execute(ti.context)
    assert record(cloud, lake) == 0
    assert costs(lake) == {}


def test_a_bill_that_came_late_is_added(cloud: Any, ti: Any, lake: Lake) -> None:
    cloud.operator("ok", deferrable=False, lake_url=lake.url).execute(ti.context)
    [cost] = costs_of(lake, Day(datetime.now(UTC).date()))
    record_cost(lake, replace(cost, vcpu_hours=None, memory_gb_hours=None))
    assert record(cloud, lake) == 1
    assert costs_of(lake, Day(datetime.now(UTC).date())) == [cost]


def test_a_job_whose_cancelling_takes_long_is_not_recorded_before_its_end(
    cloud: Any, ti: Any, lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    operator = cloud.operator(
        f"until:{tmp_path / 'end'}",
        deferrable=False,
        lake_url=lake.url,
        execution_timeout=timedelta(seconds=1),
    )
    monkeypatch.setattr("emr.operator.MAX_CANCEL_S", 0)
    monkeypatch.setattr(operator.hook.conn, "cancel_job_run", lambda **_: None)
    with pytest.raises(AirflowException, match="RUNNING"):
        operator.execute(ti.context)
    assert costs(lake) == {}
