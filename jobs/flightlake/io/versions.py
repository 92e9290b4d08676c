"""Versions of a Delta table: which there are, what they hold, and how to get one back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from itertools import chain
from urllib.parse import unquote

from delta.tables import DeltaTable
from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import StructType

from flightlake.contracts.requests import RefusedError
from flightlake.contracts.restores import Change, RestoreRequest
from flightlake.contracts.storage import Lake
from flightlake.contracts.tables import Table
from flightlake.io import delta
from flightlake.io.delta_log import DataFile, DeltaLog
from flightlake.io.frames import schema_of
from flightlake.io.lease import require_held

_ALL = "all"
_LISTINGS = 8


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


def require_readable(lake: Lake, table: Table, version: int) -> None:
    """Let a version through whose columns this release can read.

    Columns that came since are null in it, and columns of a newer release are left out.

    Raises:
        RefusedError: a column is of another type, or one that names a row is not there.
    """
    found = {field.name: field.dataType for field in _schema_of_version(lake, table, version)}
    faults = [
        f"{column.name} is of type {found[column.name].simpleString()}"
        for column in schema_of(table)
        if column.name in found and found[column.name] != column.dataType
    ]
    needed = dict.fromkeys([*table.partitions, *table.keys])
    faults += [f"{name}, which names a row, is not there" for name in needed if name not in found]
    if faults:
        raise RefusedError(
            f"Version {version} has other columns than the code that runs: {'; '.join(faults)}."
            " Deploy the release of its time, or run its hours again."
        )


def changes_between(lake: Lake, table: Table, before: int, after: int) -> list[Change]:
    """The hours, or days, that two versions keep in different files, with their rows in each.

    Out of the log alone: what memory holds grows with the periods, not with files or rows.
    """
    log = DeltaLog(lake, table)
    old = _held_by_period(log, table, before)
    new = _held_by_period(log, table, after)
    nothing = _Held()
    return [
        Change(period, old.get(period, nothing).rows, new.get(period, nothing).rows)
        for period in sorted(old.keys() | new.keys())
        if old.get(period) != new.get(period)
    ]


def require_whole(lake: Lake, table: Table, version: int, changes: Sequence[Change]) -> None:
    """Let a version through whose files are all there, in the periods that a restore changes.

    The other periods have the files of the newest version.

    Raises:
        RefusedError: files were removed.
    """
    periods = {change.period for change in changes}
    needed: dict[str, set[str]] = defaultdict(set)
    for file in DeltaLog(lake, table).files(version):
        if _period(table, file) in periods:
            path = unquote(file.path)
            # One listing per day, however many partitions a day has.
            folder = path.partition("/")[0] if "date" in table.partitions else ""
            needed[folder].add(f"{table.path}/{path}")

    def missing_in(folder: str) -> set[str]:
        return needed[folder] - set(lake.keys(f"{table.path}/{folder}".rstrip("/")))

    with ThreadPoolExecutor(_LISTINGS) as pool:
        missing = sorted(chain.from_iterable(pool.map(missing_in, needed)))
    if missing:
        raise RefusedError(
            f"Version {version} misses {len(missing)} of the {sum(map(len, needed.values()))} files"
            f" that would come back, such as {missing[0].rpartition('/')[2]}: they were removed."
            " Take a later version, or run the hours again: raw data are never removed."
        )


def restore(spark: SparkSession, lake: Lake, table: Table, version: int) -> int:
    """Put the rows of a version in place of the table's, in one commit; its new version.

    Raises:
        ReaderVersionError: the table is no longer at reader version 1.
    """
    require_held()
    DeltaTable.forPath(spark, lake.url_of(table.path)).restoreToVersion(version)
    return delta.readable_log(lake, table).version


@dataclass(frozen=True)
class _Held:
    """What a version holds of a period; equal where its files are the same."""

    rows: int = 0
    files: int = 0
    digest: int = 0

    def __add__(self, file: DataFile) -> _Held:
        # A sum, so that the order of the files does not matter.
        digest = blake2b(file.path.encode(), digest_size=16).digest()
        return _Held(self.rows + file.rows, self.files + 1, self.digest + int.from_bytes(digest))


def _held_by_period(log: DeltaLog, table: Table, version: int) -> dict[str, _Held]:
    held: dict[str, _Held] = defaultdict(_Held)
    for file in log.files(version):
        held[_period(table, file)] += file
    return held


def _period(table: Table, file: DataFile) -> str:
    """``2025-12-28T02``, or ``2025-12-28``, or ``all``."""
    day, hour = file.partition.get("date"), file.partition.get("hour")
    if "date" not in table.partitions:
        return _ALL
    return f"{day}T{int(hour):02d}" if hour is not None else str(day)


def _schema_of_version(lake: Lake, table: Table, version: int) -> StructType:
    return StructType.fromJson(DeltaLog(lake, table).schema(version))
