"""What a table is made of in the lake: small files to put together, old ones to remove."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
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
from flightlake.io.delta_log import DeltaLog
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


def partitions_of(lake: Lake, table: Table) -> Iterator[Partition]:
    """The partitions of the newest version of a table that hold more than one file, by its log."""
    log = DeltaLog(lake, table)
    # Most have one file. Of those, memory holds a hash each.
    seen: set[int] = set()
    several: set[int] = set()
    for file in log.files():
        of_folder = hash(file.folder)
        (several if of_folder in seen else seen).add(of_folder)
    held: dict[str, Partition] = {}
    for file in log.files():
        if hash(file.folder) in several:
            before = held.get(file.folder, Partition(unquote(file.folder), 0, 0))
            held[file.folder] = before.with_file(file.size_bytes)
    yield from held.values()


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
    objects = _unused(lake, table)
    if not objects:
        return []
    paths = _vacuum(spark, lake, table, objects, "DRY RUN")
    keys = {f"{table.path}/{_name_in(table, unquote(path))}" for path in paths}
    return [each for each in objects if each.key in keys]


def remove(spark: SparkSession, lake: Lake, table: Table) -> list[StoredObject]:
    """Remove the files of no version that is kept; those that are gone now."""
    objects = _unused(lake, table)
    if not objects:
        return []
    _vacuum(spark, lake, table, objects)
    left = {each.key for each in _unused(lake, table)}
    return [each for each in objects if each.key not in left]


def _unused(lake: Lake, table: Table) -> list[StoredObject]:
    """The data files that the newest version does not have, old enough to be removed.

    Memory holds these, and a hash of each file of the table. Two files with the same hash, which
    nobody will see, would let an unused one stay.
    """
    expired_at = _expired_at()
    # Listed after the log was read, what a job writes meanwhile would look unused; it is new.
    used = {hash(f"{table.path}/{unquote(file.path)}") for file in DeltaLog(lake, table).files()}
    log = f"{table.path}/_delta_log/"
    return [
        each
        for each in lake.walk(table.path)
        if each.written_at < expired_at
        and hash(each.key) not in used
        and not each.key.startswith(log)
    ]


def _expired_at() -> datetime:
    return datetime.now(UTC) - timedelta(days=KEPT_DAYS)


def clean_log(spark: SparkSession, lake: Lake, table: Table) -> None:
    """Let Delta remove what is past its time in a table's log: it does so with a checkpoint.

    Jobs that publish make checkpoints too, but on AWS they may remove nothing.
    """
    expired_at = _expired_at()
    if any(each.written_at < expired_at for each in lake.walk(f"{table.path}/_delta_log")):
        # No statement of SQL makes one.
        jvm: Any = spark._jvm
        logs = jvm.org.apache.spark.sql.delta.DeltaLog
        logs.forTable(spark._jsparkSession, lake.url_of(table.path)).checkpoint()


def _vacuum(
    spark: SparkSession, lake: Lake, table: Table, objects: Iterable[StoredObject], how: str = ""
) -> list[str]:
    """VACUUM over a listing of ours: its own asks S3 once a folder, thousands of times a table.

    It decides which of the objects no kept version has.

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
    ]
    view = f"inventory_of_{table.layer}_{table.name}"
    frame_of(spark, rows, _INVENTORY).createOrReplaceTempView(view)
    vacuum = f"VACUUM delta.`{url}` USING INVENTORY (TABLE {view}) {how}"
    return [path for (path,) in spark.sql(vacuum).collect()]


def _name_in(table: Table, path: str) -> str:
    """A file's name below the folder of its table, from its key or its URL."""
    return path.rpartition(f"{table.path}/")[2]
