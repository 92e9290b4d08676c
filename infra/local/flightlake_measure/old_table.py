"""``make bench-log``: a table with the files of years: its commits, its maintenance, a restore.

The table has as many files as ``silver.state_vectors`` would have: hard links to a few real ones,
so that all readers find them, with all their statistics in the log.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from itertools import batched
from pathlib import Path
from statistics import mean, median
from time import monotonic
from typing import TYPE_CHECKING, Any

from flightlake.contracts.hours import Hour
from flightlake.contracts.restores import RestoreRequest
from flightlake.contracts.storage import Lake
from flightlake.contracts.tables import STATE_VECTORS
from flightlake.io.delta_log import DeltaLog
from flightlake.steps.progress import Progress
from flightlake_local import show
from flightlake_local.cli import run
from flightlake_local.console import Steps
from flightlake_local.settings import load_settings
from flightlake_local.spark_sql import local_session

if TYPE_CHECKING:
    from deltalake.transaction import AddAction
    from pyspark.sql import DataFrame, SparkSession

START = Hour.parse("2023-01-01T00")
REGIONS = tuple(f"region_{number:02d}" for number in range(11))
COMMITS = 20
"""Two of them write a checkpoint, as every tenth does."""

_FILES_A_COMMIT = 20_000
_VALUES: dict[str, Any] = {
    "string": "a value",
    "date": date(2023, 1, 1),
    "timestamp": START.start,
    "boolean": True,
    "int": 1,
    "bigint": 1,
    "double": 1.5,
    "float": 1.5,
}


@dataclass(frozen=True)
class Measure:
    """Something that was timed, in seconds; ``detail`` says more of it."""

    name: str
    seconds: float
    detail: str = ""


def main() -> None:
    """Measure a log of FILES data files (290000) against that of a new table."""
    files = int(os.environ.get("FILES", "290000"))
    settings, steps = load_settings(), show.steps()
    place = settings.state_dir / "bench-log"
    shutil.rmtree(place, ignore_errors=True)
    with steps.live():
        with steps.step("Spark session"):
            spark = local_session(settings, "bench-log")
        new, old = Lake((place / "new").as_uri()), Lake((place / "old").as_uri())
        with steps.step(f"a new table, and one of {files:,} files"):
            for lake in (new, old):
                commit(spark, lake, START)
            grow(place / "old" / STATE_VECTORS.path, files)
        measures = [*_commits(spark, {"new": new, "old": old}, steps), *_care(spark, old, steps)]
        spark.stop()
    for each in measures:
        steps.console.print(f"{each.name:<32} {each.seconds:8.2f} s  {each.detail}")
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    steps.console.print(f"{'memory of Python, at most':<32} {peak_mb:8.0f} MB")


def commit(spark: SparkSession, lake: Lake, hour: Hour) -> None:
    """Publish an hour: a file per region."""
    from flightlake.io import delta

    delta.ensure_tables(spark, lake, "", [STATE_VECTORS])
    delta.replace_where(_states(spark, hour), lake, STATE_VECTORS, hour.predicate)


def _states(spark: SparkSession, hour: Hour) -> DataFrame:
    from flightlake.io.frames import frame_of, schema_of

    schema = schema_of(STATE_VECTORS)
    row = {field.name: _VALUES.get(field.dataType.simpleString()) for field in schema}
    row |= {"date": hour.date, "hour": hour.hour}
    rows = [row | {"region": region} for region in REGIONS]
    return frame_of(spark, rows, schema).repartition(len(REGIONS), "region")


def grow(folder: Path, files: int) -> None:
    """Give a table of one hour the same files for the hours after it, until it has so many."""
    from deltalake import DeltaTable

    for actions in batched(_links(folder, files), _FILES_A_COMMIT):
        table = DeltaTable(folder)
        table.create_write_transaction(
            list(actions), "append", table.schema(), list(STATE_VECTORS.partitions)
        )
    DeltaTable(folder).create_checkpoint()


def _links(folder: Path, files: int) -> Iterator[AddAction]:
    from deltalake.transaction import AddAction

    commits = sorted((folder / "_delta_log").glob("*.json"))
    actions = (json.loads(line) for commit in commits for line in commit.read_text().splitlines())
    adds = [action["add"] for action in actions if "add" in action]
    for number in range(len(adds), files):
        add, hour = adds[number % len(adds)], START + number // len(adds)
        partition = add["partitionValues"] | {"date": str(hour.date), "hour": str(hour.hour)}
        folders = [f"{name}={partition[name]}" for name in STATE_VECTORS.partitions]
        path = "/".join([*folders, f"{number}.parquet"])
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).hardlink_to(folder / add["path"])
        at_ms = int((hour.end + timedelta(minutes=1)).timestamp() * 1000)
        yield AddAction(path, add["size"], partition, at_ms, True, add["stats"])


def _commits(spark: SparkSession, lakes: dict[str, Lake], steps: Steps) -> Iterator[Measure]:
    """Commits as jobs make them: each job reads the log from its last checkpoint."""
    from flightlake.io import delta

    forget: Any = spark._jvm.org.apache.spark.sql.delta.DeltaLog  # type: ignore[union-attr]
    first = Hour.of(datetime.fromisoformat("2026-06-01T00:00:00+00:00"))
    took: dict[str, list[float]] = {name: [] for name in lakes}
    with steps.step(f"{COMMITS} hours into each") as step:
        for number in range(COMMITS):
            for name, lake in lakes.items():
                hour = first + number
                frame = _states(spark, hour)
                forget.clearCache()
                publish = partial(delta.replace_where, frame, lake, STATE_VECTORS, hour.predicate)
                took[name].append(_timed(publish))
            step.update(f"{number + 1} of {COMMITS}")
    for name, seconds in took.items():
        detail = f"mean {mean(seconds):.2f} s, at most {max(seconds):.2f} s"
        yield Measure(f"commit to the {name} table", median(seconds), detail)


def _care(spark: SparkSession, lake: Lake, steps: Steps) -> Iterator[Measure]:
    from flightlake.steps import lake_maintenance, restore_table

    wanted = DeltaLog(lake, STATE_VECTORS).version - COMMITS // 2
    asked = {"table": STATE_VECTORS.full_name, "version": str(wanted)}
    for name, accept in (("look at a restore", ""), ("restore", "yes")):
        request = RestoreRequest.parse(asked | {"accept": accept})
        with steps.step(name):
            restore = partial(restore_table.run, spark, lake, request, "bench", Progress(""))
            seconds = _timed(restore)
        yield Measure(name, seconds, f"version {wanted}")
    today = date.today()  # noqa: DTZ011
    with steps.step("maintenance"):
        seconds = _timed(
            lambda: lake_maintenance.run(
                spark, lake, today, "bench", Progress(""), [STATE_VECTORS], is_dry_run=True
            )
        )
    yield Measure("dry run of maintenance", seconds)


def _timed(work: Callable[[], object]) -> float:
    started = monotonic()
    work()
    return monotonic() - started


if __name__ == "__main__":
    run(main)
