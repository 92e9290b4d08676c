"""``make spark-sql``: Spark's own shell, with the lake's tables under their names."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from flightlake.contracts.tables import TABLES
from flightlake.contracts.views import views
from flightlake_dags.config import spark_sizing

from flightlake_local.credentials import load_or_create
from flightlake_local.environment import aws_environment, inherited
from flightlake_local.errors import LocalError
from flightlake_local.services import spark_conf
from flightlake_local.settings import HOST, LakeKind, LocalSettings

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

PARTITIONS = "spark.sql.shuffle.partitions"
"""How many parts a shuffle has; a session can change it while it runs."""
_CORES = 2
_STDERR = 2


def run_spark_sql(settings: LocalSettings, sql: str) -> int:
    """Open the shell, or run one statement where ``sql`` is not empty; its exit code.

    Raises:
        LocalError: the lake has no table yet.
    """
    credentials = load_or_create(settings.state_dir / "secrets")
    environment = inherited() | aws_environment(settings, credentials) | {"SPARK_LOCAL_IP": HOST}
    statements = table_statements(settings, written_tables(settings))
    init_file = settings.run_dir / "spark-sql.sql"
    init_file.parent.mkdir(parents=True, exist_ok=True)
    init_file.write_text("\n".join([*statements, ""]))
    command = [str(Path(sys.executable).parent / "spark-sql"), "-i", str(init_file)]
    for name, value in shell_conf(settings).items():
        command += ["--conf", f"{name}={value}"]
    # Spark puts spark-warehouse and Derby's files where it is started.
    place = settings.state_dir
    if not sql.strip():
        return subprocess.call(command, env=environment, cwd=place)  # noqa: S603
    command += ["-S", "-e", sql]
    with subprocess.Popen(  # noqa: S603
        command, env=environment, cwd=place, stderr=subprocess.PIPE, text=True, errors="replace"
    ) as shell:
        for line in of_the_statement(shell.stderr or [], len(statements)):
            sys.stderr.write(line)
    return shell.returncode


def of_the_statement(lines: Iterable[str], ours: int) -> Iterator[str]:
    """What Spark says of a person's statement: what comes after the last of ``ours``, which went
    first, or all of it where they did not get through."""
    held: list[str] = []
    lines = iter(lines)
    for line in lines:
        held.append(line)
        # Silent as the shell is, it says this after each statement that it has run.
        ours -= line.startswith("Time taken: ")
        if not ours:
            break
    else:
        yield from held
    yield from lines


def written_tables(settings: LocalSettings) -> list[str]:
    """The tables that exist, by their full names.

    Raises:
        LocalError: there is none.
    """
    from flightlake.contracts.storage import Lake

    from flightlake_local.stack import Stack

    lake = Stack(settings).open_lake() if settings.lake is LakeKind.S3 else Lake(settings.lake_url)
    written = [name for name, table in TABLES.items() if lake.keys(f"{table.path}/_delta_log")]
    if not written:
        raise LocalError("No table has been written yet; `make demo` or `make replay` fills them.")
    return written


def table_statements(settings: LocalSettings, names: list[str]) -> list[str]:
    """The SQL that gives each table its name, and each view whose tables are all there."""
    schemas = sorted({TABLES[name].layer for name in names})
    readable = [view for view in views().values() if set(view.tables) <= set(names)]
    return [
        *(f"CREATE DATABASE IF NOT EXISTS {schema};" for schema in schemas),
        *(
            f"CREATE TABLE IF NOT EXISTS {name} USING DELTA "
            f"LOCATION '{settings.lake_url}/{TABLES[name].path}';"
            for name in names
        ),
        *(f"CREATE VIEW {view.full_name} AS\n{view.select};" for view in readable),
    ]


def local_session(settings: LocalSettings, name: str, profile: str = "hour") -> SparkSession:
    """A session for minutes of work, as a job of a sizing profile has it on this machine.

    Tasks and driver share one process.

    Raises:
        LocalError: Spark does not start.
    """
    from flightlake.io.session import start_session
    from flightlake.quality.judge import preload
    from pyspark.errors import PySparkRuntimeError

    os.environ |= {"SPARK_LOCAL_IP": HOST, "PYSPARK_PYTHON": sys.executable}
    sizing = spark_sizing(profile)
    conf = {
        **shell_conf(settings),
        # What runs for minutes is worth the second compiler: twelve small hours take two thirds of
        # the time, a day of flights half of it.
        "spark.driver.extraJavaOptions": "-XX:+UseParallelGC",
        PARTITIONS: sizing[PARTITIONS],
    }
    options = " ".join(f'--conf "{key}={value}"' for key, value in conf.items())
    os.environ["PYSPARK_SUBMIT_ARGS"] = (
        f"--master local[{_CORES}] --driver-memory {sizing['spark.driver.memory']} {options}"
        " pyspark-shell"
    )
    preload()
    log = settings.logs_dir / "spark.log"
    try:
        with _stderr_to(log):
            return start_session(name)
    except PySparkRuntimeError as error:
        raise LocalError(f"Spark does not start: {error}. Log: {log}") from None


@contextmanager
def _stderr_to(log: Path) -> Iterator[None]:
    """Send what is said on standard error to a file; a JVM that starts meanwhile keeps it.

    Nothing else helps: Java says some of it before any setting of Spark's is read.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    terminal = os.dup(_STDERR)
    try:
        with log.open("wb") as file:
            os.dup2(file.fileno(), _STDERR)
            yield
    finally:
        os.dup2(terminal, _STDERR)
        os.close(terminal)


def shell_conf(settings: LocalSettings) -> dict[str, str]:
    """Spark's properties for the shell: Delta's, and a catalog that lives as long as it does."""
    jars = [settings.jars_dir / "delta/*"]
    if settings.lake is LakeKind.S3:
        jars.append(settings.jars_dir / "s3a/*")
    return {
        **spark_conf(settings),
        "spark.driver.extraClassPath": ":".join(map(str, jars)),
        "spark.sql.catalogImplementation": "in-memory",
        "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
        "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
        "spark.sql.session.timeZone": "UTC",
        "spark.databricks.delta.snapshotPartitions": "2",
        "spark.log.level": "ERROR",
    }
