"""Maintenance: how long removed files stay, what is worth writing anew, and what was done."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from flightlake.contracts.json_codec import from_json
from flightlake.contracts.results import ROOT
from flightlake.contracts.storage import Lake, short_digest

STEP = "lake_maintenance"
KEPT_DAYS = 30
"""The files and the log of a version stay so many days: how far back a table can be restored."""
SETTLED_DAYS = 2
"""A day is left alone until so many days after its end: hours that come late are there by then."""
TARGET_BYTES = 128 * 1024 * 1024
"""The largest file that small ones are put together to."""
MOST_PARTITIONS = 400
"""What a run writes anew of a table at most, oldest first; the next one goes on."""

_MIN_FILES = 4
_SMALL_BYTES = TARGET_BYTES // 4
_DAY = re.compile(r"date=(\d{4}-\d{2}-\d{2})(/|$)")
_NO_VALUE = "__HIVE_DEFAULT_PARTITION__"


@dataclass(frozen=True)
class Partition:
    """The files that the newest version of a table has in one folder.

    Attributes:
        folder: below the table's, such as ``date=2025-12-28/hour=2``; empty without partitions.
        files: how many they are.
        size_bytes: what they hold together.
    """

    folder: str
    files: int
    size_bytes: int

    def with_file(self, size_bytes: int) -> Partition:
        """The partition with one more file."""
        return Partition(self.folder, self.files + 1, self.size_bytes + size_bytes)

    @property
    def predicate(self) -> str:
        """The rows of the partition, in SQL."""
        values = (part.split("=", 1) for part in self.folder.split("/"))
        return " AND ".join(f"{name} = '{value}'" for name, value in values)

    @property
    def files_at_best(self) -> int:
        """How few files hold as much."""
        return max(1, math.ceil(self.size_bytes / TARGET_BYTES))

    def is_worth_compacting(self, today: date) -> bool:
        """Whether it has many small files and no run writes to it any more."""
        day = _DAY.match(self.folder)
        if day is None or _NO_VALUE in self.folder:
            return False
        is_settled = date.fromisoformat(day[1]) + timedelta(days=SETTLED_DAYS) < today
        return (
            is_settled
            and self.files >= _MIN_FILES
            and self.size_bytes < (self.files * _SMALL_BYTES)
        )


def worth_compacting(partitions: Iterable[Partition], today: date) -> list[Partition]:
    """The partitions that a run writes anew, oldest first."""
    found = [each for each in partitions if each.is_worth_compacting(today)]
    return sorted(found, key=lambda each: each.folder)[:MOST_PARTITIONS]


@dataclass(frozen=True)
class TableMaintenance:
    """What was done to a table, or would be.

    Attributes:
        table_name: the table, such as ``ops.run_ledger``.
        compacted: the folders of the partitions that were written anew.
        files_before: the small files of these partitions.
        bytes_before: what they held.
        files_after: the files that hold the same rows now; at best, where nothing was done.
        bytes_after: what these hold; None where that is not known before it is done.
        files_removed: files of no version that is kept, and leftovers of jobs that were killed.
        bytes_removed: what these held.
        note: what was not done, and why; None where all was.
    """

    table_name: str
    compacted: list[str]
    files_before: int = 0
    bytes_before: int = 0
    files_after: int = 0
    bytes_after: int | None = None
    files_removed: int = 0
    bytes_removed: int = 0
    note: str | None = None

    @classmethod
    def planned(cls, table_name: str, partitions: Iterable[Partition]) -> TableMaintenance:
        """What would be written anew."""
        chosen = list(partitions)
        return cls(
            table_name,
            [each.folder for each in chosen],
            files_before=sum(each.files for each in chosen),
            bytes_before=sum(each.size_bytes for each in chosen),
            files_after=sum(each.files_at_best for each in chosen),
            bytes_after=None if chosen else 0,
        )

    def given_way(self) -> TableMaintenance:
        """The same where another writer was at these partitions, and nothing was written anew."""
        return replace(
            self,
            compacted=[],
            files_after=self.files_before,
            bytes_after=self.bytes_before,
            note="another writer was faster: not written anew, the next run does it",
        )


@dataclass(frozen=True)
class Maintenance:
    """What a run did to the lake, or would do.

    Attributes:
        at: when, in UTC.
        is_dry_run: whether nothing was changed.
        seconds: how long it took.
        tables: by table, those that are in the lake.
    """

    at: datetime
    is_dry_run: bool
    seconds: float
    tables: list[TableMaintenance]

    def describe(self) -> str:
        """What was done, in lines of at most 100 columns."""
        what = "DRY RUN, nothing was changed" if self.is_dry_run else "done"
        lines = [
            f"{STEP} · {what} · {self.seconds:.0f} s",
            _line("table", "parts", "files", "MB", "removed", "MB"),
        ]
        for table in self.tables:
            after = "?" if table.bytes_after is None else _mb(table.bytes_after)
            lines.append(
                _line(
                    table.table_name,
                    f"{len(table.compacted):,}",
                    f"{table.files_before:,} → {table.files_after:,}",
                    f"{_mb(table.bytes_before)} → {after}",
                    f"{table.files_removed:,}",
                    _mb(table.bytes_removed),
                )
            )
            lines += [f"    {table.note}"] if table.note else []
        return "\n".join(lines)


def record_key(run_id: str) -> str:
    """Where the record of a run lies."""
    return f"{ROOT}/{STEP}/{short_digest(run_id)}.json"


def read_maintenance(lake: Lake, run_id: str) -> Maintenance | None:
    """What a run did; None where it left no record."""
    try:
        return from_json(Maintenance, lake.read(record_key(run_id)))
    except FileNotFoundError:
        return None


def _line(table: str, parts: str, files: str, size: str, removed: str, removed_size: str) -> str:
    return f"  {table:<29} {parts:>5} {files:>17} {size:>21} {removed:>9} {removed_size:>10}"


def _mb(size_bytes: int) -> str:
    return f"{size_bytes / 1e6:,.1f}"
