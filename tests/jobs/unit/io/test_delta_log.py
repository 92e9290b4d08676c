"""The files of a version as its log names them, held against another reader of Delta."""

from __future__ import annotations

import json
import os
from pathlib import Path
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable, write_deltalake
from flightlake.contracts.storage import MAX_OBJECT_BYTES, Lake
from flightlake.contracts.tables import RUN_LEDGER, TABLES
from flightlake.io.delta_log import DeltaLog, IncompleteLogError

TABLE = TABLES["gold.events"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / TABLE.path


@pytest.fixture
def log(folder: Path):
    return lambda: DeltaLog(Lake(folder.parents[1].as_uri()), TABLE)


def write(folder: Path, hour: int | None, rows: int) -> DeltaTable:
    """Put rows in place of those of an hour."""
    hours = pa.array([hour] * rows, pa.int32())
    held = pa.table({"kind": ["a b%c"] * rows, "hour": hours, "n": list(range(rows))})
    predicate = "hour IS NULL" if hour is None else f"hour = {hour}"
    write_deltalake(
        folder,
        held,
        mode="overwrite",
        predicate=predicate if DeltaTable.is_deltatable(str(folder)) else None,
        partition_by=["kind", "hour"],
    )
    return DeltaTable(folder)


def by_deltalake(folder: Path, version: int) -> list[tuple[str, str | None, int, int]]:
    table = DeltaTable(folder, version=version)
    files = pa.table(table.get_add_actions(flatten=True)).to_pylist()
    return sorted(
        (
            unquote(file["path"]),
            None if file["partition.hour"] is None else str(file["partition.hour"]),
            file["size_bytes"],
            file["num_records"],
        )
        for file in files
    )


def by_log(log: DeltaLog, version: int | None = None) -> list[tuple[str, str | None, int, int]]:
    return sorted(
        (unquote(unquote(f.path)), f.partition["hour"], f.size_bytes, f.rows)
        for f in log.files(version)
    )


def test_the_files_of_each_version_are_those_that_another_reader_finds(folder, log):
    for hour in (1, 2, None, 2):
        write(folder, hour, rows=3)
    write(folder, 3, rows=4).create_checkpoint()
    newest = write(folder, 1, rows=5).version()

    for version in range(newest + 1):
        found = [(hour, *rest) for _, hour, *rest in by_log(log(), version)]
        expected = [(hour, *rest) for _, hour, *rest in by_deltalake(folder, version)]
        assert sorted(found, key=str) == sorted(expected, key=str)
    assert sum(rows for *_, rows in by_log(log())) == 3 + 3 + 4 + 5
    assert {field["name"] for field in log().schema(newest)["fields"]} == {"kind", "hour", "n"}
    assert log().version == newest


def test_a_version_before_the_checkpoint_needs_every_commit(folder, log):
    for rows in (1, 2, 3):
        table = write(folder, 1, rows)
    table.create_checkpoint()
    write(folder, 1, 4)
    (folder / "_delta_log" / f"{1:020}.json").unlink()
    assert sum(rows for *_, rows in by_log(log(), 2)) == 3
    assert sum(rows for *_, rows in by_log(log())) == 4
    with pytest.raises(IncompleteLogError, match=r"gold\.events lacks version 1, which version 1"):
        by_log(log(), 1)


def test_a_checkpoint_in_parts_counts_once_all_of_it_is_there(folder, log):
    for rows in (1, 2):
        table = write(folder, 1, rows)
    table.create_checkpoint()
    path = folder / "_delta_log"
    whole = path / f"{1:020}.checkpoint.parquet"
    part = whole.rename(path / f"{1:020}.checkpoint.{1:010}.{1:010}.parquet")
    assert sum(rows for *_, rows in by_log(log())) == 2
    # The first of two parts: the commits tell all.
    part.rename(path / f"{1:020}.checkpoint.{1:010}.{2:010}.parquet").write_bytes(b"half")
    assert sum(rows for *_, rows in by_log(log())) == 2


def test_a_file_whose_rows_the_log_does_not_tell_is_an_error(folder, log):
    write(folder, 1, 1)
    commit = folder / "_delta_log" / f"{0:020}.json"
    actions = [json.loads(line) for line in commit.read_text().splitlines()]
    for action in actions:
        action.get("add", {}).pop("stats", None)
    commit.write_text("\n".join(map(json.dumps, actions)))
    with pytest.raises(IncompleteLogError, match="does not say how many rows kind="):
        by_log(log())


def test_a_checkpoint_may_grow_beyond_what_is_ever_read_of_an_object(tmp_path):
    log = tmp_path / RUN_LEDGER.path / "_delta_log"
    log.mkdir(parents=True)
    added = [{"path": os.urandom(MAX_OBJECT_BYTES // 2 + 1).hex()}, None]
    protocol = [None, {"minReaderVersion": 1, "minWriterVersion": 2}]
    checkpoint = log / "00000000000000000010.checkpoint.parquet"
    actions = pa.table({"add": added, "protocol": protocol})
    pq.write_table(actions, checkpoint, compression="none")
    (log / "00000000000000000010.json").write_text('{"commitInfo": {"operation": "WRITE"}}\n')
    assert checkpoint.stat().st_size > MAX_OBJECT_BYTES
    assert DeltaLog(Lake(tmp_path.as_uri()), RUN_LEDGER).reader_version == 1
