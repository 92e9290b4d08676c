"""A real local EMR Serverless, quick jobs in place of Spark, and the context that a task gets."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from emr.operator import SparkStepOperator
from emr_serverless_local.server import LocalEmrServerless, stop_all
from emr_serverless_local.settings import Settings

ROLE = "arn:aws:iam::000000000000:role/flightlake-job"

# The last argument says how the job behaves.
STAND_IN = """#!/usr/bin/env bash
behaviour="${@: -1}"
file="${behaviour#*:}"
case "$behaviour" in
  ok) ;;
  fail) printf 'Traceback (most recent call last):\\nValueError: the moon is missing\\n' >&2; exit 1 ;;
  fail-once:*) if [ ! -e "$file" ]; then touch "$file"; echo 'ValueError: first time' >&2; exit 1; fi ;;
  until:*) until [ -e "$file" ]; do sleep 0.05; done ;;
esac
"""  # noqa: E501


@dataclass
class TaskInstance:
    """What the operator uses of Airflow's own; one object is one task instance."""

    dag_id: str = "states_hourly"
    task_id: str = "step"
    run_id: str = "scheduled__2025-12-28T03:00:00+00:00"
    map_index: int = -1
    max_tries: int = 2
    dag_run_start: datetime = datetime(2025, 12, 28, 3, tzinfo=UTC)
    xcoms: dict[str, Any] = field(default_factory=dict)

    def xcom_push(self, key: str, value: Any) -> None:
        self.xcoms[key] = value

    def xcom_pull(self, task_ids: str, key: str) -> Any:
        assert task_ids == self.task_id
        return self.xcoms.get(key)

    @property
    def context(self) -> dict[str, Any]:
        dag_run = SimpleNamespace(start_date=self.dag_run_start)
        return {"ti": self, "task_instance": self, "dag_run": dag_run}


@dataclass
class Cloud:
    """The service, seen from outside, and a way to make the task's operator anew."""

    emr: Any
    application_id: str
    logs: Path

    def operator(self, behaviour: str, **kwargs: Any) -> SparkStepOperator:
        """A fresh operator, as each worker process has one; one look a second at its job."""
        settings: dict[str, Any] = {
            "execution_timeout": timedelta(minutes=5),
            "deferrable": True,
            "retries": 2,
            **kwargs,
        }
        log_uri = {"s3MonitoringConfiguration": {"logUri": self.logs.as_uri()}}
        return SparkStepOperator(
            task_id="step",
            name="states_hourly 2025-12-28T02",
            application_id=self.application_id,
            execution_role_arn=ROLE,
            aws_conn_id=None,
            waiter_delay=1,
            configuration_overrides={"monitoringConfiguration": log_uri},
            job_driver={
                "sparkSubmit": {"entryPoint": "/main.py", "entryPointArguments": [behaviour]}
            },
            **settings,
        )

    @property
    def runs(self) -> list[dict[str, Any]]:
        """All job runs, the oldest first."""
        found = self.emr.list_job_runs(applicationId=self.application_id)["jobRuns"]
        return sorted(found, key=lambda run: (run["createdAt"], run["name"]))

    @property
    def states(self) -> list[str]:
        return [run["state"] for run in self.runs]

    def wait_for_states(self, *states: str, timeout_s: float = 20) -> None:
        """Look until the runs are in these states, the oldest first."""
        deadline = time.monotonic() + timeout_s
        while self.states != list(states):
            assert time.monotonic() < deadline, f"still {self.states}, not {list(states)}"
            time.sleep(0.05)


@pytest.fixture
def cloud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A started server of its own, with an application that runs the stand-in."""
    spark_submit = tmp_path / "bin" / "spark-submit"
    spark_submit.parent.mkdir()
    spark_submit.write_text(STAND_IN)
    spark_submit.chmod(0o755)
    settings = Settings(spark_submit=str(spark_submit), kill_grace_s=1)
    with LocalEmrServerless(settings, tmp_path / "state", 0) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_EMR_SERVERLESS", server.url)
        monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "local-access")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "local-secret")
        emr = boto3.client("emr-serverless")
        application = emr.create_application(
            name="test", releaseLabel="emr-spark-8.1.0", type="SPARK", clientToken="test"
        )
        yield Cloud(emr, application["applicationId"], tmp_path / "logs")
    # A stopped server leaves its jobs running; they must not outlive the test.
    stop_all(tmp_path / "state", grace_s=0)


@pytest.fixture
def ti() -> TaskInstance:
    return TaskInstance()


@pytest.fixture
def first_event() -> Any:
    """Runs a trigger to its first event, as the triggerer does; returns the event's payload."""

    async def run(trigger: Any) -> Any:
        async for event in trigger.run():
            return event.payload
        raise AssertionError("the trigger ended without an event")

    return lambda trigger: asyncio.run(run(trigger))
