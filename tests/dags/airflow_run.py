"""What the scripts that run a whole DAG share: a stand-in for Spark, and what became of a run."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def dag_with_stand_in(dag_id: str, stand_in: str, folder: Path) -> Iterator[Any]:
    """A DAG whose Spark jobs run a script instead; database, pool and application are made."""
    import boto3
    from airflow.models import DagBag, Pool
    from airflow.utils.db import initdb
    from airflow.utils.session import create_session
    from emr_serverless_local.server import LocalEmrServerless
    from emr_serverless_local.settings import Settings

    spark_submit = folder / "bin" / "spark-submit"
    spark_submit.parent.mkdir()
    spark_submit.write_text(stand_in)
    spark_submit.chmod(0o755)
    settings = Settings(spark_submit=str(spark_submit))
    with LocalEmrServerless(settings, folder / "state") as server:
        os.environ["AWS_ENDPOINT_URL_EMR_SERVERLESS"] = server.url
        application = boto3.client("emr-serverless").create_application(
            name="t", releaseLabel="emr-spark-8.1.0", type="SPARK", clientToken="t"
        )
        os.environ["FLIGHTLAKE_EMR_APPLICATION_ID"] = application["applicationId"]
        initdb()
        with create_session() as session:
            session.add(Pool(pool="delta_writer", slots=1, include_deferred=True))
        yield DagBag(str(ROOT / "dags")).dags[dag_id]


def states_of(dag: Any, conf: dict[str, Any]) -> dict[str, Any]:
    """Run a DAG once; the end of each of its tasks."""
    return {each.task_id: each.state for each in dag.test(run_conf=conf).get_task_instances()}


def asset_events() -> list[tuple[str, dict[str, Any]]]:
    """What was announced so far: the assets' names and what was said of them."""
    from airflow.models.asset import AssetEvent
    from airflow.utils.session import create_session

    with create_session() as session:
        return [(event.asset.name, event.extra) for event in session.query(AssetEvent)]
