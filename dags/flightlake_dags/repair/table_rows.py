"""How many rows a table has of each hour or day, by the commits of its Delta log alone.

The log keeps the commits of ``KEPT_DAYS``; what was written before is not known here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from flightlake.contracts.days import Day, Period
from flightlake.contracts.hours import Hour
from flightlake.contracts.storage import Lake
from flightlake.contracts.tables import Table

READERS = 16
_COMMIT = re.compile(r"/\d{20}\.json$")


@dataclass(frozen=True)
class TableRows:
    """The rows of each period that has any, and from when on the log tells all of them."""

    known_since: datetime
    rows: Mapping[str, int] = field(default_factory=dict)

    def of(self, period: Period, written_at: datetime) -> int | None:
        """The rows of a period, last written at some moment; None where the log is shorter."""
        return self.rows.get(str(period), 0) if written_at >= self.known_since else None


def rows_of_table(lake: Lake, table: Table) -> TableRows | None:
    """The rows of a table by its hour or day; None where it has no log."""
    folder = f"{table.path}/_delta_log"
    commits = [each for each in lake.objects(folder) if _COMMIT.search(each.key)]
    if not commits:
        return None
    with ThreadPoolExecutor(READERS) as pool:
        bodies = list(pool.map(lambda commit: lake.read(commit.key), commits))
    # From its first version on, a log tells all; a shortened one, what was written since.
    is_whole = int(commits[0].key[-25:-5]) == 0
    since = datetime.min.replace(tzinfo=UTC) if is_whole else commits[0].written_at
    return TableRows(since, rows_by_period(line for body in bodies for line in body.splitlines()))


def rows_by_period(lines: Iterable[bytes]) -> dict[str, int]:
    """The rows of each hour or day that the actions of a log, oldest first, leave."""
    files: dict[str, tuple[str, int]] = {}
    for line in lines:
        # Most of a commit is neither, and all of it is long.
        if line.startswith(b'{"add"'):
            add = json.loads(line)["add"]
            files[add["path"]] = (_period_of(add), _rows_of(add))
        elif line.startswith(b'{"remove"'):
            files.pop(json.loads(line)["remove"]["path"], None)
    rows: dict[str, int] = {}
    for period, count in files.values():
        rows[period] = rows.get(period, 0) + count
    return rows


def _rows_of(add: Mapping[str, Any]) -> int:
    return int(json.loads(add.get("stats") or "{}").get("numRecords", 0))


def _period_of(add: Mapping[str, Any]) -> str:
    partition = add["partitionValues"]
    day = Day.parse(partition["date"])
    return str(Hour(day.start) + int(partition["hour"])) if "hour" in partition else str(day)
