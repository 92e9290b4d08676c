"""The Delta tables: made once, written an hour at a time, always readable by Athena."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pyarrow as pa
from delta.tables import DeltaTable
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import StructType

from flightlake.contracts.maintenance import KEPT_DAYS
from flightlake.contracts.storage import Lake
from flightlake.contracts.tables import READER_VERSION, TABLES, Table, derived_by, written_by
from flightlake.io.delta_log import DeltaLog
from flightlake.io.frames import frame_of, schema_of
from flightlake.io.lease import require_held
from flightlake.io.reference import embedded_frame

_CREATORS = 4

RETENTION = {
    # Delta's own is a week: after it, Delta forgets which files a commit removed.
    "delta.deletedFileRetentionDuration": f"interval {KEPT_DAYS} days",
    "delta.logRetentionDuration": f"interval {KEPT_DAYS} days",
}
"""The properties of a table that say how far back it can be restored."""

# Stated one by one, since EMR's Delta may have other defaults than the open one.
_PROPERTIES = {
    **RETENTION,
    "delta.enableDeletionVectors": "false",
    "delta.columnMapping.mode": "none",
    "delta.enableTypeWidening": "false",
    "delta.checkpointPolicy": "classic",
    "delta.checkpoint.writeStatsAsJson": "true",
}


class SchemaMismatchError(Exception):
    """A frame does not have the columns of its table; the message lists every difference."""


class ReaderVersionError(Exception):
    """A table would need a newer reader than Athena has."""


def ensure_tables(spark: SparkSession, lake: Lake, step: str, others: Iterable[Table] = ()) -> None:
    """Create the tables that a step writes or reads, and others, where they are not there yet.

    A table is created empty, one of the layer ``ref`` with the rows that come with the project.
    """
    needed = dict.fromkeys(written_by(step))
    needed |= dict.fromkeys(others)
    needed |= dict.fromkeys(TABLES[name] for table in derived_by(step) for name in table.sources)
    missing = [table for table in needed if not lake.exists(f"{table.path}/_delta_log")]
    with ThreadPoolExecutor(_CREATORS) as pool:
        for _ in pool.map(lambda table: _create(spark, lake, table), missing):
            pass


def _create(spark: SparkSession, lake: Lake, table: Table) -> None:
    is_reference = table.layer == "ref"
    frame = embedded_frame(spark, table) if is_reference else frame_of(spark, [], schema_of(table))
    writer = frame.coalesce(1).write.format("delta").mode("ignore").partitionBy(*table.partitions)
    writer.options(**_PROPERTIES).save(lake.url_of(table.path))


def read(spark: SparkSession, lake: Lake, table: Table, version: int | None = None) -> DataFrame:
    """The rows of a table, now or at a version, with the columns of its schema and no others.

    Another release may have written it: columns that came since are null, and columns of a newer
    release are left out.
    """
    reader = spark.read.format("delta")
    if version is not None:
        reader = reader.option("versionAsOf", version)
    rows = reader.load(lake.url_of(table.path))
    absent = {f.name: F.lit(None).cast(f.dataType) for f in schema_of(table)}
    for name in rows.columns:
        absent.pop(name, None)
    return rows.withColumns(absent).select(*schema_of(table).names)


def columns_of_table(rows: DataFrame, table: Table) -> DataFrame:
    """The columns of a table out of a frame that has them all, in order and of its types."""
    return rows.select(
        *(F.col(f"`{f.name}`").cast(f.dataType).alias(f.name) for f in schema_of(table))
    )


def replace_where(frame: DataFrame, lake: Lake, table: Table, predicate: str = "true") -> int:
    """Put a frame in place of the rows that a predicate names, in one commit.

    Args:
        frame: the new rows, with exactly the table's columns; all within the predicate.
        lake: where the table is.
        table: which table.
        predicate: literal conditions, on partition columns first; all rows without one.

    Returns:
        The rows that the commit itself says it wrote.

    Raises:
        SchemaMismatchError: columns or types differ from the table's schema.
        ReaderVersionError: the table is no longer at reader version 1.
        LeaseLostError: this job is no longer the one that may write.
    """
    _check_schema(frame.schema, table)
    require_held()
    # Nothing in place of nothing makes no commit: the mark tells ours from an older one.
    mark = uuid4().hex
    (
        frame.write.format("delta")
        .mode("overwrite")
        .option("replaceWhere", predicate)
        # A table of an older release gets the columns that came since; no other ones get here.
        .option("mergeSchema", "true")
        .option("userMetadata", mark)
        .save(lake.url_of(table.path))
    )
    return readable_log(lake, table).rows_of_newest_commit(mark)


def replace_rows(
    spark: SparkSession, rows: pa.Table, lake: Lake, table: Table, predicate: str = "true"
) -> int:
    """``replace_where`` with rows that the driver holds: one file, in the order of the keys."""
    in_order = rows.sort_by([(name, "ascending") for name in table.keys])
    frame = spark.createDataFrame(in_order, schema_of(table)).coalesce(1)
    return replace_where(frame, lake, table, predicate)


def delete_where(spark: SparkSession, lake: Lake, table: Table, predicate: str) -> None:
    """Remove the rows that a predicate on partition columns names; no commit where there are none.

    Raises:
        ReaderVersionError: the table is no longer at reader version 1.
    """
    require_held()
    DeltaTable.forPath(spark, lake.url_of(table.path)).delete(predicate)
    readable_log(lake, table)


def readable_log(lake: Lake, table: Table) -> DeltaLog:
    """The log of a table as it is now, if Athena can read the table.

    Raises:
        ReaderVersionError: the table is no longer at reader version 1.
    """
    log = DeltaLog(lake, table)
    if (version := log.reader_version) != READER_VERSION:
        raise ReaderVersionError(
            f"{table.full_name} is at reader version {version}, Athena needs {READER_VERSION}:"
            " a table feature was switched on; see `DESCRIBE DETAIL`"
        )
    return log


def _check_schema(found: StructType, table: Table) -> None:
    expected = [(f.name, f.dataType.simpleString()) for f in schema_of(table)]
    actual = [(f.name, f.dataType.simpleString()) for f in found]
    if actual == expected:
        return
    missing = [f"misses {name} {kind}" for name, kind in expected if (name, kind) not in actual]
    foreign = [f"has {name} {kind}" for name, kind in actual if (name, kind) not in expected]
    differences = [*missing, *foreign] or ["has the columns in another order"]
    raise SchemaMismatchError(f"the frame for {table.full_name} {', '.join(differences)}")
