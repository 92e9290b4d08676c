"""What a Delta table's log says, read without Spark: that takes a tenth of the time."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import PurePosixPath
from typing import Any

import pyarrow.parquet as pq

from flightlake.contracts.storage import Lake
from flightlake.contracts.tables import Table

_COMMIT = re.compile(r"/\d{20}\.json$")
_CHECKPOINT = re.compile(r"/\d{20}\.checkpoint\..*parquet$")


def version_of(lake: Lake, table: Table) -> int:
    """The newest version of a table."""
    return _version(_commits(lake, table)[-1])


def rows_of_newest_commit(lake: Lake, table: Table, mark: str) -> int:
    """How many rows the newest commit wrote; 0 where its ``userMetadata`` is not the mark."""
    newest = _commits(lake, table)[-1]
    commit = next(_found(lake, newest, "commitInfo"))
    is_ours = commit.get("userMetadata") == mark
    return int(commit["operationMetrics"].get("numOutputRows", 0)) if is_ours else 0


def reader_version(lake: Lake, table: Table) -> int:
    """The version of Delta's protocol that a reader of the table must know."""
    return next(
        int(protocol["minReaderVersion"])
        for key in reversed(_log(lake, table))
        for protocol in _found(lake, key, "protocol")
    )


def _log(lake: Lake, table: Table) -> list[str]:
    """The keys of commits and checkpoints, oldest first; a checkpoint comes before its commit."""
    keys = lake.keys(f"{table.path}/_delta_log")
    return [key for key in keys if _COMMIT.search(key) or _CHECKPOINT.search(key)]


def _commits(lake: Lake, table: Table) -> list[str]:
    return [key for key in _log(lake, table) if _COMMIT.search(key)]


def _version(key: str) -> int:
    return int(PurePosixPath(key).name.partition(".")[0])


def _found(lake: Lake, key: str, action: str) -> Iterator[dict[str, Any]]:
    """The actions of a name in a commit or a checkpoint."""
    body = lake.read(key)
    if _CHECKPOINT.search(key):
        column = pq.read_table(BytesIO(body), columns=[action])[action]  # type: ignore[no-untyped-call]
        actions = column.drop_null().to_pylist()
    else:
        actions = [line.get(action) for line in map(json.loads, body.splitlines())]
    return (each for each in actions if each is not None)
