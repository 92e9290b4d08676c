"""The rendered submission of each Spark step, compared with a stored one.

``UPDATE_SNAPSHOTS=1 pytest tests/dags/test_submissions.py`` stores what the DAGs say now.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from airflow.models import DagBag
from flightlake_dags.settings import Settings
from flightlake_dags.steps import submit_parameters


def pairs(arguments: list[str]) -> list[tuple[str, str]]:
    """Each option with its value."""
    return list(zip(arguments[::2], arguments[1::2], strict=True))


def submission_of(task: Any, fields: dict[str, Any]) -> dict[str, Any]:
    """The whole submission, wrapped so that a change is one line of a diff."""
    spark = fields["job_driver"]["sparkSubmit"]
    step, *arguments = spark["entryPointArguments"]
    options = spark["sparkSubmitParameters"].replace(" --", "\n--").splitlines()
    return {
        **fields,
        "job_driver": {
            "sparkSubmit": {
                **spark,
                "entryPointArguments": [step, *map(" ".join, pairs(arguments))],
                "sparkSubmitParameters": options,
            }
        },
        "pool": task.pool,
        "execution_timeout_s": task.execution_timeout.total_seconds(),
        "waiter_delay_s": task.waiter_delay,
        "deferrable": task.deferrable,
    }


@pytest.mark.parametrize(
    "step",
    [
        "states_hourly",
        "flights_daily",
        "reference_refresh",
        "export_table",
        "restore_table",
        "lake_maintenance",
    ],
)
def test_the_submission_of_a_step_is_the_stored_one(
    dag_bag: DagBag, load_dags: ModuleType, root: Path, step: str
) -> None:
    dag = dag_bag.dags[step]
    task = dag.get_task(step)
    actual = submission_of(task, load_dags.rendered(task, load_dags.context_of(dag)))
    stored = root / f"tests/snapshots/{step}.json"
    if os.environ.get("UPDATE_SNAPSHOTS") == "1":
        stored.write_text(json.dumps(actual, indent=2, sort_keys=True) + "\n")
    assert json.loads(json.dumps(actual)) == json.loads(stored.read_text())


def test_a_run_by_hand_submits_the_hour_and_the_answers_it_was_given(
    dag_bag: DagBag, load_dags: ModuleType
) -> None:
    dag = dag_bag.dags["states_hourly"]
    context = load_dags.context_of(dag)
    del context["data_interval_start"]
    context["params"] |= {"hour": "2024-02-29T23", "expected_answers": 1}
    fields = load_dags.rendered(dag.get_task("states_hourly"), context)
    step, *arguments = fields["job_driver"]["sparkSubmit"]["entryPointArguments"]
    options = dict(pairs(arguments))
    assert step == "states_hourly"
    assert (options["--hour"], options["--expected-answers"]) == ("2024-02-29T23", "1")


def test_a_run_by_hand_submits_the_day_that_it_was_given(
    dag_bag: DagBag, load_dags: ModuleType
) -> None:
    dag = dag_bag.dags["flights_daily"]
    context = load_dags.context_of(dag)
    context["params"] |= {"date": "2024-02-29"}
    fields = load_dags.rendered(dag.get_task("flights_daily"), context)
    _, *arguments = fields["job_driver"]["sparkSubmit"]["entryPointArguments"]
    assert dict(pairs(arguments))["--day"] == "2024-02-29"


@pytest.mark.parametrize(
    ("dag_id", "first", "what"),
    [("states_hourly", "raw_hour", "hour"), ("flights_daily", "published_hours", "day")],
)
def test_a_run_without_any_period_says_so(
    dag_bag: DagBag, load_dags: ModuleType, dag_id: str, first: str, what: str
) -> None:
    dag = dag_bag.dags[dag_id]
    context = load_dags.context_of(dag)
    del context["data_interval_start"]
    with pytest.raises(Exception, match=f"This run has no {what}"):
        load_dags.rendered(dag.get_task(first), context)


def test_an_archive_of_packages_is_the_python_of_driver_and_executors() -> None:
    settings = Settings(python_archive_url="s3://code/env.tar.gz")
    parameters = submit_parameters(settings, "hour")
    assert "--conf spark.archives=s3://code/env.tar.gz#environment" in parameters
    for process in ("emr-serverless.driverEnv", "executorEnv"):
        assert f"--conf spark.{process}.PYSPARK_PYTHON=./environment/bin/python" in parameters
    assert "environment" not in submit_parameters(Settings(), "hour")


def test_the_form_of_the_log_reaches_the_driver() -> None:
    parameters = submit_parameters(Settings(log_format="json"), "hour")
    assert "--conf spark.emr-serverless.driverEnv.FLIGHTLAKE_LOG_FORMAT=json" in parameters
