"""Every table is put in order: small files become larger ones, and files of old versions go.

Rows stay as they are. A partition is written anew only where it has many small files and its day
ended days ago, so no hourly run writes to it; one file keeps the order of its rows, so tables that
are written as one sorted file a partition are left alone. Raw data are no table, and never touched.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

from pyspark.sql import SparkSession

from flightlake.contracts.json_codec import to_json
from flightlake.contracts.maintenance import (
    KEPT_DAYS,
    STEP,
    Maintenance,
    TableMaintenance,
    record_key,
    worth_compacting,
)
from flightlake.contracts.storage import Lake
from flightlake.contracts.tables import TABLES, Table
from flightlake.io import maintenance
from flightlake.io.lease import writer_lease
from flightlake.io.session import start_session
from flightlake.steps.arguments import parse_maintenance_arguments
from flightlake.steps.progress import Progress


def main(argv: Sequence[str]) -> int:
    """Put the tables of the lake in order, or say what would be done."""
    arguments = parse_maintenance_arguments(STEP, argv)
    lake, is_dry_run = arguments.lake, arguments.dry_run
    progress = Progress(f"{STEP} of {lake.url}{', a dry run' if is_dry_run else ''}")
    today = datetime.now(UTC).date()
    with writer_lease(lake, STEP, arguments.run_id):
        spark = start_session(STEP)
        done = run(spark, lake, today, arguments.run_id, progress, is_dry_run=is_dry_run)
    spark.stop()
    progress.end(done.describe())
    return 0


def run(
    spark: SparkSession,
    lake: Lake,
    today: date,
    run_id: str,
    progress: Progress,
    tables: Iterable[Table] = TABLES.values(),
    *,
    is_dry_run: bool,
) -> Maintenance:
    """Put each table that is there in order; records and returns what was done.

    Args:
        spark: the session.
        lake: where the tables are.
        today: days that ended shortly before are left alone.
        run_id: names the record.
        progress: told after each table.
        tables: which.
        is_dry_run: only say what would be done.
    """
    maintenance.configure(spark)
    work = _plan if is_dry_run else _maintain
    found = []
    for table in tables:
        if lake.exists(f"{table.path}/_delta_log"):
            found.append(work(spark, lake, table, today))
            progress.say(table.full_name)
    at = datetime.now(UTC).replace(microsecond=0)
    done = Maintenance(at, is_dry_run, progress.seconds, found)
    lake.write(record_key(run_id), to_json(done))
    return done


def _plan(spark: SparkSession, lake: Lake, table: Table, today: date) -> TableMaintenance:
    chosen = worth_compacting(maintenance.partitions_of(lake, table), today)
    planned = TableMaintenance.planned(table.full_name, chosen)
    if not maintenance.keeps_removed_files(spark, lake, table):
        return replace(planned, note=_NOT_KEPT_YET)
    removed = maintenance.to_remove(spark, lake, table)
    size_bytes = sum(each.size_bytes for each in removed)
    return replace(planned, files_removed=len(removed), bytes_removed=size_bytes)


def _maintain(spark: SparkSession, lake: Lake, table: Table, today: date) -> TableMaintenance:
    chosen = worth_compacting(maintenance.partitions_of(lake, table), today)
    done = TableMaintenance.planned(table.full_name, chosen)
    if chosen:
        done = maintenance.compact(spark, lake, table, done, chosen)
    if not maintenance.keeps_removed_files(spark, lake, table):
        maintenance.keep_removed_files(spark, lake, table)
        return replace(done, note=_NOT_KEPT_YET)
    removed = maintenance.remove(spark, lake, table)
    maintenance.clean_log(spark, lake, table)
    size_bytes = sum(each.size_bytes for each in removed)
    return replace(done, files_removed=len(removed), bytes_removed=size_bytes)


_NOT_KEPT_YET = (
    f"of an older release: it learns to keep removed files {KEPT_DAYS} days; nothing removed yet"
)
