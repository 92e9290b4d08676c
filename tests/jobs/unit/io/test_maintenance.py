"""What maintenance looks at: partitions of several files, and files that no row needs."""

from __future__ import annotations

import os
from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import write_deltalake
from flightlake.contracts.maintenance import KEPT_DAYS
from flightlake.contracts.storage import Lake
from flightlake.contracts.tables import TABLES
from flightlake.io import maintenance

TABLE = TABLES["gold.events"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / TABLE.path


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path.as_uri())


def append(folder: Path, kind: str) -> Path:
    """Add a file of one row to a partition; where it is."""
    before = set(folder.rglob("*.parquet"))
    rows = pa.table({"kind": [kind], "n": [1]})
    write_deltalake(folder, rows, mode="append", partition_by=["kind"])
    [added] = set(folder.rglob("*.parquet")) - before
    return added


def age(*files: Path) -> None:
    """Let files be as old as those that may be removed."""
    for file in files:
        at_s = file.stat().st_mtime - (KEPT_DAYS + 1) * 86_400
        os.utime(file, (at_s, at_s))


def test_only_partitions_of_several_files_are_looked_at(folder, lake):
    files = [append(folder, kind) for kind in ("a b", "a b", "c")]
    [found] = maintenance.partitions_of(lake, TABLE)
    assert (found.folder, found.files) == (files[0].parent.name, 2)
    assert found.size_bytes == sum(file.stat().st_size for file in files[:2])


def test_what_the_newest_version_has_or_is_new_is_not_offered_for_removal(folder, lake):
    replaced = append(folder, "a b")
    write_deltalake(folder, pa.table({"kind": ["a b"], "n": [2]}), mode="overwrite")
    leftover = folder / "kind=c/part-of-a-killed-job.parquet"
    leftover.parent.mkdir()
    leftover.write_bytes(b"half")
    age(*folder.rglob("*.parquet"), *folder.rglob("*.json"))
    (folder / "kind=c/part-of-a-living-job.parquet").write_bytes(b"half")
    unused = {each.key for each in maintenance._unused(lake, TABLE)}
    names = (str(path.relative_to(folder)) for path in (replaced, leftover))
    assert unused == {f"{TABLE.path}/{name}" for name in names}
