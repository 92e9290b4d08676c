"""What every DAG and every task has to have."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from airflow.models import DagBag
from flightlake_dags.alerts import alert_on_failed_run, alert_on_failure
from flightlake_dags.defaults import OWNER, Tag

DAG_IDS = sorted(path.stem for path in (Path(__file__).parents[2] / "dags").glob("*.py"))


@pytest.fixture(params=DAG_IDS)
def dag(request: pytest.FixtureRequest, dag_bag: DagBag) -> Any:
    return dag_bag.dags[request.param]


def test_a_dag_has_a_page_that_says_what_it_reads_and_writes(dag: Any) -> None:
    assert dag.doc_md
    assert "reads" in dag.doc_md.lower()
    assert "writes" in dag.doc_md.lower()


def test_a_dag_has_tags_from_the_list(dag: Any) -> None:
    assert dag.tags
    assert set(dag.tags) <= {str(tag) for tag in Tag}


def test_a_dag_does_not_catch_up_and_runs_once_at_a_time(dag: Any) -> None:
    assert dag.catchup is False
    # A daily run that waits for its last hour lets one by hand go first.
    assert dag.max_active_runs == (2 if dag.dag_id == "flights_daily" else 1)


def test_every_task_has_owner_retries_time_out_and_alert(dag: Any) -> None:
    for task in dag.tasks:
        assert task.owner == OWNER, task.task_id
        assert 1 <= task.retries <= 5, task.task_id
        assert timedelta(0) < task.execution_timeout <= timedelta(hours=1), task.task_id
        callbacks = task.on_failure_callback
        assert alert_on_failure in (callbacks if isinstance(callbacks, list) else [callbacks])


def test_a_run_that_fails_tells_of_a_task_that_could_not(dag: Any) -> None:
    assert dag.on_failure_callback is alert_on_failed_run


@pytest.mark.parametrize("dag_id", ["states_hourly", "flights_daily", "reference_refresh"])
def test_retries_back_off_in_the_dags_of_spark_steps(dag_bag: DagBag, dag_id: str) -> None:
    for task in dag_bag.dags[dag_id].tasks:
        assert task.retry_exponential_backoff
        assert task.max_retry_delay


def test_every_pool_in_use_is_configured_with_one_slot(dag: Any, root: Path) -> None:
    pools = json.loads((root / "dags/config/pools.json").read_text())
    for task in dag.tasks:
        if task.pool != "default_pool":
            assert pools[task.pool]["slots"] == 1
            # A deferred task's job goes on writing: it must keep its slot.
            assert pools[task.pool]["include_deferred"] is True


@pytest.mark.parametrize("step", ["states_hourly", "flights_daily", "reference_refresh"])
def test_spark_steps_run_one_at_a_time(dag_bag: DagBag, step: str) -> None:
    task = dag_bag.dags[step].get_task(step)
    assert task.pool == "delta_writer"
    assert task.deferrable


@pytest.mark.parametrize(
    ("step", "first"),
    [
        ("states_hourly", "raw_hour"),
        ("flights_daily", "published_hours"),
        ("reference_refresh", "download"),
    ],
)
def test_the_tasks_run_in_order(dag_bag: DagBag, step: str, first: str) -> None:
    dag = dag_bag.dags[step]
    assert dag.get_task(first).downstream_task_ids == {step}
    # What was published is announced whatever the gate says of the rest.
    assert dag.get_task(step).downstream_task_ids == {"announce"}
    assert [alias.name for alias in dag.get_task("announce").outlets] == [step]
    assert dag.get_task("announce").downstream_task_ids == {"quality_gate"}
