"""Versions of a Delta table: which there are, what they hold, and how to get one back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import unquote

from delta.tables import DeltaTable
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from flightlake.contracts.requests import RefusedError
from flightlake.contracts.restores import Change, RestoreRequest
from flightlake.contracts.storage import Lake
from flightlake.contracts.tables import Table
from flightlake.io import delta
from flightlake.io.frames import schema_of
from flightlake.io.lease import require_held

_ALL = "all"
_FILE = "_file"


def versions_of(spark: SparkSession, lake: Lake, table: Table) -> list[tuple[int, datetime]]:
    """The versions that the table's log still has, newest first, and when each was written."""
    history = DeltaTable.forPath(spark, lake.url_of(table.path)).history()
    # As Unix seconds: a collected timestamp is a local time without its zone.
    rows = history.select("version", F.col("timestamp").cast("double")).collect()
    found = [(int(version), datetime.fromtimestamp(at_s, UTC)) for version, at_s in rows]
    return sorted(found, reverse=True)


def version_wanted(known: Sequence[tuple[int, datetime]], request: RestoreRequest) -> int:
    """The version that is asked for, by its number or as of a moment.

    Raises:
        RefusedError: the log has none such.
    """
    (newest, _), (oldest, first_at) = known[0], known[-1]
    moment = request.at
    if moment is None:
        if request.version in dict(known) and request.version is not None:
            return request.version
        raise RefusedError(
            f"{request.table.full_name} has no version {request.version}; it has {oldest} to"
            f" {newest}."
        )
    for version, written_at in known:
        if written_at <= moment:
            return version
    raise RefusedError(
        f"The log of {request.table.full_name} begins at {first_at:%Y-%m-%dT%H:%M:%S} (UTC), after"
        " what was asked for."
    )


def require_whole(spark: SparkSession, lake: Lake, table: Table, version: int) -> None:
    """Let a version through that can be read, by Athena too.

    Raises:
        RefusedError: its files are not all there any more, or its columns are others.
    """
    frame = delta.read(spark, lake, table, version)
    columns = {(field.name, field.dataType) for field in frame.schema}
    differ = columns ^ {(field.name, field.dataType) for field in schema_of(table)}
    if differ:
        names = ", ".join(sorted({name for name, _ in differ}))
        raise RefusedError(
            f"Version {version} has other columns than the code that runs, see {names}."
            " Deploy the release of its time, or run its hours again."
        )
    there = {key.rpartition("/")[2] for key in lake.keys(table.path)}
    needed = {unquote(url.rpartition("/")[2]) for url in frame.inputFiles()}
    if missing := sorted(needed - there):
        raise RefusedError(
            f"Version {version} misses {len(missing)} of its {len(needed)} files, such as"
            f" {missing[0]}: they were removed. Take a later version, or run the hours again: raw"
            " data are never removed."
        )


def changes_between(
    spark: SparkSession, lake: Lake, table: Table, before: int, after: int
) -> list[Change]:
    """The hours, or days, that two versions keep in different files, with their rows in each."""
    held = [_files_by_period(spark, lake, table, version) for version in (before, after)]
    both = held[0].alias("before").join(held[1].alias("after"), "period", "full")
    differ = ~F.col("before.files").eqNullSafe(F.col("after.files"))
    rows = [F.coalesce(f"{side}.rows", F.lit(0)) for side in ("before", "after")]
    found = both.where(differ).select("period", *rows).orderBy("period").collect()
    return [Change(period, before_rows, after_rows) for period, before_rows, after_rows in found]


def restore(spark: SparkSession, lake: Lake, table: Table, version: int) -> int:
    """Put the rows of a version in place of the table's, in one commit; its new version.

    Raises:
        ReaderVersionError: the table is no longer at reader version 1.
    """
    require_held()
    DeltaTable.forPath(spark, lake.url_of(table.path)).restoreToVersion(version)
    return delta.readable_log(lake, table).version


def _files_by_period(spark: SparkSession, lake: Lake, table: Table, version: int) -> DataFrame:
    rows = delta.read(spark, lake, table, version).withColumn(_FILE, F.col("_metadata.file_path"))
    return rows.groupBy(_period(table).alias("period")).agg(
        F.count("*").alias("rows"), F.array_sort(F.collect_set(_FILE)).alias("files")
    )


def _period(table: Table) -> Column:
    """``2025-12-28T02``, or ``2025-12-28``, or ``all``."""
    day = F.date_format("date", "yyyy-MM-dd")
    if "hour" in table.partitions:
        return F.concat_ws("T", day, F.lpad(F.col("hour").cast("string"), 2, "0"))
    return day if "date" in table.partitions else F.lit(_ALL)
