"""The one wrapper around Spark: a step, its arguments, a sizing profile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import chain
from typing import Any

from emr.live_first import LiveFirst
from emr.operator import SparkStepOperator
from flightlake.contracts.tables import Table

from flightlake_dags.config import spark_sizing
from flightlake_dags.defaults import OWNER
from flightlake_dags.release import code_folder, python_archive
from flightlake_dags.session_policy import session_policy
from flightlake_dags.settings import Settings, get_settings

# The release image brings Delta itself; fetched packages would clash with it and need a way out.
_DELTA = {
    "spark.jars": (
        "/usr/share/aws/delta/lib/delta-spark.jar,/usr/share/aws/delta/lib/delta-storage.jar"
    ),
    "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
    "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
}


def spark_step(
    step: str,
    arguments: Mapping[str, str],
    *,
    sizing: str,
    label: str,
    reads: Sequence[Table | str],
    writes: Sequence[Table | str],
    only_writes: Sequence[str] = (),
    execution_timeout: timedelta = timedelta(minutes=30),
    pool: str = "delta_writer",
    **kwargs: Any,
) -> SparkStepOperator:
    """A task that runs ``main.py <step> <arguments>`` on EMR Serverless.

    Args:
        step: the name of the step, of its task and of its module in ``flightlake.steps``.
        arguments: all that the step needs to know, by option; templates are rendered.
        sizing: the profile in ``config/spark.json``.
        label: the job's name for people, a template.
        reads: for lineage: tables, or their names, and folders of the lake; templates are rendered.
        writes: the same of what the step writes.
        only_writes: the objects that this run may write, where its role may write more: keys of the
            lake, with ``*`` for any rest; templates are rendered. None: what the role may.
        execution_timeout: the longest life of a job, waiting for capacity included.
        pool: of one slot: the queue of all that write tables. Their lock is the lease of the lake.
        kwargs: everything else that an operator takes.
    """
    settings = get_settings()
    return SparkStepOperator(
        task_id=step,
        name=label,
        application_id=settings.emr_application_id,
        execution_role_arn=settings.job_role_arn(step),
        aws_conn_id=settings.aws_conn_id,
        job_driver={
            "sparkSubmit": {
                "entryPoint": f"{code_folder(settings)}/main.py",
                "entryPointArguments": [step, *chain.from_iterable(arguments.items())],
                "sparkSubmitParameters": submit_parameters(settings, sizing),
            }
        },
        configuration_overrides={
            "monitoringConfiguration": {
                "s3MonitoringConfiguration": {"logUri": f"{settings.lake_url}/logs/emr"}
            }
        },
        config={
            "tags": {"project": "flightlake", "step": step, "owner": OWNER},
            **_narrowed(settings.lake_url, only_writes),
        },
        lake_url=settings.lake_url,
        reads=_names(reads),
        writes=_names(writes),
        deferrable=True,
        waiter_delay=settings.emr_wait_delay_s,
        execution_timeout=execution_timeout,
        pool=pool,
        weight_rule=LiveFirst(),
        **kwargs,
    )


def _names(data: Sequence[Table | str]) -> list[str]:
    return [each.full_name if isinstance(each, Table) else each for each in data]


def _narrowed(lake_url: str, only_writes: Sequence[str]) -> dict[str, Any]:
    # Roles are of S3; a lake in local files has none.
    if not only_writes or not lake_url.startswith("s3://"):
        return {}
    return {"executionIamPolicy": {"policy": session_policy(lake_url, only_writes)}}


def submit_parameters(settings: Settings, sizing: str) -> str:
    """What spark-submit is told: our package, Delta, the sizing, its Python, its log's form."""
    conf = {
        **_DELTA,
        **spark_sizing(sizing),
        **_python(python_archive(settings)),
        "spark.emr-serverless.driverEnv.FLIGHTLAKE_LOG_FORMAT": settings.log_format,
    }
    options = [f"--conf {name}={value}" for name, value in conf.items()]
    return " ".join([f"--py-files {code_folder(settings)}/flightlake.zip", *options])


def _python(archive_url: str | None) -> dict[str, str]:
    """The properties that make driver and executors run an archived virtual environment."""
    if archive_url is None:
        return {}
    python = "./environment/bin/python"
    return {
        "spark.archives": f"{archive_url}#environment",
        "spark.emr-serverless.driverEnv.PYSPARK_DRIVER_PYTHON": python,
        "spark.emr-serverless.driverEnv.PYSPARK_PYTHON": python,
        "spark.executorEnv.PYSPARK_PYTHON": python,
    }
