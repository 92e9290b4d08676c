"""What the DAGs let a Spark job cost at most, held against the ceilings that people set."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from airflow.models import DagBag
from emr.operator import SparkStepOperator
from emr_serverless_local.resources import workers_of
from flightlake_dags.config import spark_sizing
from flightlake_local.cost.assumptions import most_workers, read_assumptions
from flightlake_local.cost.ceilings import exact_usd, most_lines, read_ceilings

REPO = Path(__file__).parents[2]
CEILINGS = {ceiling.step: ceiling for ceiling in read_ceilings(REPO)}


def spark_tasks(dag_bag: DagBag) -> dict[str, Any]:
    tasks = (task for dag in dag_bag.dags.values() for task in dag.tasks)
    return {task.task_id: task for task in tasks if isinstance(task, SparkStepOperator)}


def test_every_spark_job_has_a_ceiling(dag_bag: DagBag) -> None:
    assert set(spark_tasks(dag_bag)) == set(CEILINGS)


@pytest.mark.parametrize("step", sorted(CEILINGS))
def test_a_job_with_all_its_workers_until_its_time_out_stays_below_its_ceiling(
    dag_bag: DagBag, step: str
) -> None:
    task, ceiling = spark_tasks(dag_bag)[step], CEILINGS[step]
    submitted = task.job_driver["sparkSubmit"]["sparkSubmitParameters"]
    conf = dict(re.findall(r"--conf (\S+?)=(\S+)", submitted))
    assert spark_sizing(ceiling.sizing).items() <= conf.items()
    most = conf["spark.dynamicAllocation.maxExecutors"]
    workers = workers_of({**conf, "spark.executor.instances": most})
    assert workers == most_workers(ceiling.sizing)
    minutes = task.execution_timeout.total_seconds() / 60
    assert minutes == task.max_wait.total_seconds() / 60 == ceiling.timeout_minutes
    usd = exact_usd(most_lines(ceiling, read_assumptions(REPO).prices))
    # A ceiling far above would stop nobody.
    assert ceiling.usd_a_run / 2 < usd <= ceiling.usd_a_run


def test_every_profile_caps_its_workers() -> None:
    profiles = json.loads((REPO / "dags/config/spark.json").read_text())
    assert {ceiling.sizing for ceiling in CEILINGS.values()} == set(profiles)
    for profile in profiles:
        assert int(spark_sizing(profile)["spark.dynamicAllocation.maxExecutors"]) <= 4
