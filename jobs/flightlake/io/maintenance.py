"""What a table is made of in the lake: small files to put together, old ones to remove."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote

from delta.exceptions.captured import (
    ConcurrentAppendException,
    ConcurrentDeleteDeleteException,
    ConcurrentDeleteReadException,
    ConcurrentWriteException,
    MetadataChangedException,
)
from delta.tables import DeltaTable
from pyspark.sql import SparkSession
from pyspark.sql.types import BooleanType, LongType, StringType, StructType

from flightlake.contracts.maintenance import KEPT_DAYS, TARGET_BYTES, Partition, TableMaintenance
from flightlake.contracts.storage import Lake, StoredObject
from flightlake.contracts.tables import Table
from flightlake.io import delta
from flightlake.io.frames import frame_of
from flightlake.io.lease import require_held

_SETTINGS = {
    "spark.databricks.delta.optimize.maxFileSize": str(TARGET_BYTES),
    # A version is a change of rows; what was removed is in the record of the run.
    "spark.databricks.delta.vacuum.logging.enabled": "false",
    "spark.databricks.delta.vacuum.parallelDelete.enabled": "true",
}
# Delta has no type for all of them.
_CONFLICTS = (
    ConcurrentAppendException,
    ConcurrentDeleteDeleteException,
    ConcurrentDeleteReadException,
    ConcurrentWriteException,
    MetadataChangedException,
)
_INVENTORY = (
    StructType()
    .add("path", StringType())
    .add("length", LongType())
    .add("isDir", BooleanType())
    .add("modificationTime", LongType())
)


def configure(spark: SparkSession) -> None:
    """Set what the functions below rely on."""
    for setting, value in _SETTINGS.items():
        spark.conf.set(setting, value)


def partitions_of(spark: SparkSession, lake: Lake, table: Table) -> list[Partition]:
    """The partitions of the newest version of a table, from one listing of its folder."""
    urls = delta.read(spark, lake, table).inputFiles()
    # Listed after the version was read, so that all its files are there.
    sizes = {each.key: each.size_bytes for each in lake.objects(table.path)}
    held: dict[str, list[int]] = defaultdict(list)
    for url in urls:
        name = _name_in(table, unquote(url))
        held[name.rpartition("/")[0]].append(sizes[f"{table.path}/{name}"])
    return [Partition(folder, len(found), sum(found)) for folder, found in held.items()]


def compact(
    spark: SparkSession,
    lake: Lake,
    table: Table,
    planned: TableMaintenance,
    partitions: Sequence[Partition],
) -> TableMaintenance:
    """Put the small files of partitions together, in one commit that changes no row.

    Another writer that was faster wins: then nothing is written anew, and what is returned says so.

    Raises:
        ReaderVersionError: the table is no longer at reader version 1.
    """
    require_held()
    optimize = DeltaTable.forPath(spark, lake.url_of(table.path)).optimize()
    predicate = " OR ".join(f"({each.predicate})" for each in partitions)
    try:
        [found] = optimize.where(predicate).executeCompaction().select("metrics.*").collect()
    except _CONFLICTS:
        return planned.given_way()
    delta.readable_log(lake, table)
    return replace(
        planned,
        files_before=found["numFilesRemoved"],
        bytes_before=found["filesRemoved"]["totalSize"],
        files_after=found["numFilesAdded"],
        bytes_after=found["filesAdded"]["totalSize"],
    )


def keeps_removed_files(spark: SparkSession, lake: Lake, table: Table) -> bool:
    """Whether a table's own properties say how long removed files stay, and its log."""
    details = DeltaTable.forPath(spark, lake.url_of(table.path)).detail()
    [[properties]] = details.select("properties").collect()
    return bool(delta.RETENTION.items() <= properties.items())


def keep_removed_files(spark: SparkSession, lake: Lake, table: Table) -> None:
    """Let a table of an older release say how long removed files stay, and its log."""
    properties = ", ".join(f"'{name}' = '{value}'" for name, value in delta.RETENTION.items())
    spark.sql(f"ALTER TABLE delta.`{lake.url_of(table.path)}` SET TBLPROPERTIES ({properties})")


def to_remove(spark: SparkSession, lake: Lake, table: Table) -> list[StoredObject]:
    """The files of no version that is kept, as VACUUM would remove them."""
    objects = lake.objects(table.path)
    paths = _vacuum(spark, lake, table, objects, "DRY RUN")
    keys = {f"{table.path}/{_name_in(table, unquote(path))}" for path in paths}
    return [each for each in objects if each.key in keys]


def remove(spark: SparkSession, lake: Lake, table: Table) -> list[StoredObject]:
    """Remove the files of no version that is kept; those that are gone now."""
    objects = lake.objects(table.path)
    _vacuum(spark, lake, table, objects)
    left = set(lake.keys(table.path))
    return [each for each in objects if each.key not in left]


def clean_log(spark: SparkSession, lake: Lake, table: Table) -> None:
    """Let Delta remove what is past its time in a table's log: it does so with a checkpoint.

    Jobs that publish make checkpoints too, but on AWS they may remove nothing.
    """
    expired_at = datetime.now(UTC) - timedelta(days=KEPT_DAYS)
    if any(each.written_at < expired_at for each in lake.objects(f"{table.path}/_delta_log")):
        # No statement of SQL makes one.
        jvm: Any = spark._jvm
        logs = jvm.org.apache.spark.sql.delta.DeltaLog
        logs.forTable(spark._jsparkSession, lake.url_of(table.path)).checkpoint()


def _vacuum(
    spark: SparkSession, lake: Lake, table: Table, objects: Iterable[StoredObject], how: str = ""
) -> list[str]:
    """VACUUM over a listing of ours: its own asks S3 once a folder, thousands of times a table.

    No retention is said here but the table's property: Delta forgets removed files that are older
    than that, and would remove them with any other.
    """
    url = lake.url_of(table.path)
    [[location]] = DeltaTable.forPath(spark, url).detail().select("location").collect()
    rows = [
        {
            "path": f"{location}/{_name_in(table, each.key)}",
            "length": each.size_bytes,
            "isDir": False,
            "modificationTime": int(each.written_at.timestamp() * 1000),
        }
        for each in objects
        if not each.key.startswith(f"{table.path}/_delta_log/")
    ]
    view = f"inventory_of_{table.layer}_{table.name}"
    frame_of(spark, rows, _INVENTORY).createOrReplaceTempView(view)
    vacuum = f"VACUUM delta.`{url}` USING INVENTORY (TABLE {view}) {how}"
    return [path for (path,) in spark.sql(vacuum).collect()]


def _name_in(table: Table, path: str) -> str:
    """A file's name below the folder of its table, from its key or its URL."""
    return path.rpartition(f"{table.path}/")[2]
