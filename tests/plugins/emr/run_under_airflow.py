"""A DAG of one Spark step, run, run again and cleared by Airflow itself; prints what it saw.

``python run_under_airflow.py <application id> <file of fail-once>``; needs an AIRFLOW_HOME whose
``dags`` folder holds this file, and AWS_ENDPOINT_URL_EMR_SERVERLESS.
"""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta

from airflow.sdk import DAG
from emr.operator import SparkStepOperator

HOUR_START = datetime(2025, 12, 28, 2, tzinfo=UTC)
RETRIES = 2

with DAG("one_step", start_date=HOUR_START, schedule=None) as dag:
    step = SparkStepOperator(
        task_id="step",
        application_id=os.environ["TEST_APPLICATION_ID"],
        execution_role_arn="arn:aws:iam::000000000000:role/flightlake-job",
        job_driver={
            "sparkSubmit": {
                "entryPoint": "/main.py",
                "entryPointArguments": [os.environ["TEST_BEHAVIOUR"]],
            }
        },
        aws_conn_id=None,
        deferrable=True,
        waiter_delay=1,
        execution_timeout=timedelta(minutes=2),
        retries=RETRIES,
        retry_delay=timedelta(0),
    )


def main() -> None:
    from airflow.models.taskinstance import TaskInstance, clear_task_instances
    from airflow.utils.db import initdb
    from airflow.utils.session import create_session

    initdb()
    states = [str(dag.test(logical_date=HOUR_START).state) for _ in range(2)]
    with create_session() as session:
        instance = session.query(TaskInstance).one()
        tries = instance.try_number
        clear_task_instances([instance], session)
        clears = instance.max_tries - RETRIES
    print("FOUND " + json.dumps({"states": states, "tries": tries, "clears": clears}))


if __name__ == "__main__":
    main()
