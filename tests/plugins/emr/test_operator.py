"""The Spark operator against the local EMR Serverless: what is started, followed, cancelled."""

from __future__ import annotations

import threading
import urllib.parse
from collections.abc import Callable
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from airflow.exceptions import AirflowException
from airflow.models.trigger import TriggerFailureReason
from airflow.sdk.exceptions import TaskDeferred
from emr.operator import SparkStepOperator
from flightlake.contracts.costs import JobCost
from flightlake.contracts.json_codec import from_json
from flightlake.contracts.storage import Lake


def deferred_by(operator: SparkStepOperator, ti: Any) -> TaskDeferred:
    with pytest.raises(TaskDeferred) as deferred:
        operator.execute(ti.context)
    return deferred.value


def resume(operator: SparkStepOperator, ti: Any, deferred: TaskDeferred, event: Any) -> str:
    """Come back as a new worker process does: a fresh operator, the event of the trigger."""
    result: str = operator.resume_execution(deferred.method_name, {"event": event}, ti.context)
    return result


def run_to_end(make: Callable[[], SparkStepOperator], ti: Any, first_event: Any) -> str:
    """Run a task to its end, in as many processes as that takes."""
    try:
        return make().execute(ti.context)
    except TaskDeferred as deferred:
        return resume(make(), ti, deferred, first_event(deferred.trigger))


def clear(ti: Any, tries: int) -> None:
    """What Airflow does to a task instance that a person clears."""
    ti.max_tries = tries + 2
    ti.xcoms.clear()


def clears_and_number(run: dict[str, Any]) -> tuple[str, str]:
    _, clears, _, number = run["name"].rpartition(" ")[2].split("-")
    return clears, number


def test_a_job_is_waited_for_in_the_worker(cloud: Any, ti: Any) -> None:
    job_run_id = cloud.operator("ok", deferrable=False).execute(ti.context)
    assert [(run["id"], run["state"]) for run in cloud.runs] == [(job_run_id, "SUCCESS")]


def test_a_deferred_job_is_waited_for_by_the_trigger(cloud: Any, ti: Any, first_event: Any) -> None:
    deferred = deferred_by(cloud.operator("ok"), ti)
    event = first_event(deferred.trigger)
    assert resume(cloud.operator("ok"), ti, deferred, event) == cloud.runs[0]["id"]
    assert cloud.states == ["SUCCESS"]


def test_the_submission_names_the_task_its_token_and_its_limit(cloud: Any, ti: Any) -> None:
    job_run_id = cloud.operator(
        "ok", deferrable=False, execution_timeout=timedelta(minutes=30)
    ).execute(ti.context)
    job = cloud.emr.get_job_run(applicationId=cloud.application_id, jobRunId=job_run_id)["jobRun"]
    assert job["name"].startswith("states_hourly 2025-12-28T02 ")
    assert job["name"].endswith(f"-0-{int(ti.dag_run_start.timestamp())}-1")
    assert job["executionTimeoutMinutes"] == 30


@pytest.mark.parametrize("deferrable", [True, False])
def test_a_failed_job_shows_its_own_error_and_its_logs(
    cloud: Any, ti: Any, first_event: Any, deferrable: bool
) -> None:
    with pytest.raises(AirflowException) as failure:
        run_to_end(lambda: cloud.operator("fail", deferrable=deferrable), ti, first_event)
    message = str(failure.value)
    assert "ValueError: the moon is missing" in message
    log_url = next(line for line in message.splitlines() if "logs:" in line).split()[-1]
    assert Path(urllib.parse.urlparse(log_url).path).is_file()


@pytest.mark.parametrize(("behaviour", "state"), [("ok", "SUCCESS"), ("fail", "FAILED")])
def test_what_a_job_costs_is_kept_however_it_ends(
    cloud: Any, ti: Any, tmp_path: Path, behaviour: str, state: str
) -> None:
    lake = Lake(tmp_path.as_uri())
    operator = cloud.operator(behaviour, deferrable=False, lake_url=lake.url)
    with nullcontext() if state == "SUCCESS" else pytest.raises(AirflowException):
        operator.execute(ti.context)
    [key] = lake.keys("costs")
    cost = from_json(JobCost, lake.read(key))
    assert (cost.job_run_id, cost.state) == (cloud.runs[0]["id"], state)
    assert cost.vcpu_hours
    assert cost.started_at <= cost.ended_at


def test_a_job_whose_cost_cannot_be_kept_succeeds_all_the_same(
    cloud: Any, ti: Any, tmp_path: Path
) -> None:
    (tmp_path / "costs").touch()
    cloud.operator("ok", deferrable=False, lake_url=tmp_path.as_uri()).execute(ti.context)
    assert cloud.states == ["SUCCESS"]


@pytest.mark.parametrize("deferrable", [True, False])
def test_a_job_whose_time_is_over_is_cancelled(
    cloud: Any, ti: Any, tmp_path: Path, first_event: Any, deferrable: bool
) -> None:
    def operator() -> SparkStepOperator:
        return cloud.operator(
            f"until:{tmp_path / 'never'}",
            deferrable=deferrable,
            execution_timeout=timedelta(seconds=2),
        )

    with pytest.raises(AirflowException, match="the longest wait is 0:00:02"):
        run_to_end(operator, ti, first_event)
    assert cloud.states == ["CANCELLED"]


def test_a_wait_that_airflow_gave_up_cancels_the_job_too(
    cloud: Any, ti: Any, tmp_path: Path
) -> None:
    operator = cloud.operator(f"until:{tmp_path / 'never'}", execution_timeout=timedelta(seconds=1))
    deferred = deferred_by(operator, ti)
    assert deferred.timeout is not None
    cloud.wait_for_states("RUNNING")
    late = cloud.operator(f"until:{tmp_path / 'never'}", execution_timeout=timedelta(0, 0, 1))
    with pytest.raises(AirflowException, match="is CANCELLED"):
        late.resume_execution(
            "__fail__", {"error": TriggerFailureReason.TRIGGER_TIMEOUT}, ti.context
        )
    assert cloud.states == ["CANCELLED"]


def test_a_wait_that_broke_off_goes_on_while_there_is_time(
    cloud: Any, ti: Any, tmp_path: Path
) -> None:
    behaviour = f"until:{tmp_path / 'go'}"
    deferred = deferred_by(cloud.operator(behaviour), ti)
    event = {"status": "failure", "message": "the connection was lost"}
    with pytest.raises(TaskDeferred) as again:
        resume(cloud.operator(behaviour), ti, deferred, event)
    assert again.value.trigger.job_id == deferred.trigger.job_id
    assert cloud.states[0] in ("SUBMITTED", "PENDING", "SCHEDULED", "QUEUED", "RUNNING")


@pytest.mark.parametrize("tries_when_cleared", [0, 1])
def test_a_retry_and_a_cleared_task_follow_the_job_that_still_runs(
    cloud: Any, ti: Any, tmp_path: Path, tries_when_cleared: int
) -> None:
    behaviour = f"until:{tmp_path / 'go'}"
    first = deferred_by(cloud.operator(behaviour), ti)
    clear(ti, tries_when_cleared)
    second = deferred_by(cloud.operator(behaviour), ti)
    assert second.trigger.job_id == first.trigger.job_id
    (tmp_path / "go").touch()
    cloud.wait_for_states("SUCCESS")


def test_a_task_that_was_lost_after_its_job_succeeded_takes_its_result(cloud: Any, ti: Any) -> None:
    first = deferred_by(cloud.operator("ok"), ti)
    cloud.wait_for_states("SUCCESS")
    assert cloud.operator("ok").execute(ti.context) == first.trigger.job_id
    assert len(cloud.runs) == 1


def test_a_task_cleared_after_success_starts_a_new_job(cloud: Any, ti: Any) -> None:
    cloud.operator("ok", deferrable=False).execute(ti.context)
    clear(ti, tries=1)
    cloud.operator("ok", deferrable=False).execute(ti.context)
    assert [clears_and_number(run) for run in cloud.runs] == [("0", "1"), ("1", "1")]
    assert cloud.states == ["SUCCESS", "SUCCESS"]


def test_a_dag_run_made_anew_starts_a_new_job(cloud: Any, ti: Any) -> None:
    cloud.operator("ok", deferrable=False).execute(ti.context)
    ti.dag_run_start += timedelta(minutes=1)
    cloud.operator("ok", deferrable=False).execute(ti.context)
    assert cloud.states == ["SUCCESS", "SUCCESS"]


def test_a_retry_after_a_failure_starts_a_new_job(cloud: Any, ti: Any, tmp_path: Path) -> None:
    behaviour = f"fail-once:{tmp_path / 'failed'}"
    with pytest.raises(AirflowException, match="first time"):
        cloud.operator(behaviour, deferrable=False).execute(ti.context)
    cloud.operator(behaviour, deferrable=False).execute(ti.context)
    assert cloud.states == ["FAILED", "SUCCESS"]
    assert [clears_and_number(run) for run in cloud.runs] == [("0", "1"), ("0", "2")]


def test_a_job_that_is_being_cancelled_is_waited_for_before_a_new_one_starts(
    cloud: Any, ti: Any, tmp_path: Path
) -> None:
    behaviour = f"until:{tmp_path / 'go'}"
    first = deferred_by(cloud.operator(behaviour), ti)
    cloud.wait_for_states("RUNNING")
    cloud.emr.cancel_job_run(applicationId=cloud.application_id, jobRunId=first.trigger.job_id)
    second = deferred_by(cloud.operator(behaviour), ti)
    assert second.trigger.job_id != first.trigger.job_id
    assert cloud.states[0] == "CANCELLED"


def test_two_workers_that_race_start_one_job(
    cloud: Any, ti: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    both_have_looked = threading.Barrier(2, timeout=20)
    settled_runs = SparkStepOperator._settled_runs

    def look_together(self: Any, *args: Any) -> Any:
        runs = settled_runs(self, *args)
        both_have_looked.wait()
        return runs

    monkeypatch.setattr(SparkStepOperator, "_settled_runs", look_together)
    behaviour = f"until:{tmp_path / 'go'}"
    job_run_ids: list[str] = []

    def work(operator: SparkStepOperator) -> None:
        try:
            operator.execute(ti.context)
        except TaskDeferred as deferred:
            job_run_ids.append(deferred.trigger.job_id)

    workers = [threading.Thread(target=work, args=(cloud.operator(behaviour),)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(job_run_ids) == 2
    assert len(set(job_run_ids)) == 1
    assert len(cloud.runs) == 1


def test_another_task_instance_has_a_job_of_its_own(cloud: Any, ti: Any) -> None:
    cloud.operator("ok", deferrable=False).execute(ti.context)
    ti.map_index = 1
    cloud.operator("ok", deferrable=False).execute(ti.context)
    assert cloud.states == ["SUCCESS", "SUCCESS"]


def test_killing_the_task_cancels_its_job(cloud: Any, ti: Any, tmp_path: Path) -> None:
    operator = cloud.operator(f"until:{tmp_path / 'go'}")
    deferred_by(operator, ti)
    operator.on_kill()
    assert cloud.states == ["CANCELLED"]


def test_an_application_that_does_not_start_is_named(cloud: Any, ti: Any) -> None:
    event = {"status": "error", "message": "no capacity"}
    with pytest.raises(AirflowException, match="did not start: no capacity"):
        cloud.operator("ok").execute(ti.context, event)
    assert cloud.runs == []
