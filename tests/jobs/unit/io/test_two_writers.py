"""Two drivers on one hour, killed and frozen at random: no commit is lost, no row doubled."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import DeltaTable
from flightlake.contracts.storage import Lake

from tests.jobs.unit.io.hour_writer import ROWS, TABLE

WRITER = Path(__file__).with_name("hour_writer.py")
NAMES = ("a", "b")


def table_options(lake: Lake) -> dict[str, str]:
    if not lake.is_s3:
        return {}
    return {"AWS_ENDPOINT_URL": os.environ["AWS_ENDPOINT_URL_S3"], "AWS_ALLOW_HTTP": "true"}


def create_table(lake: Lake) -> None:
    schema = pa.schema([("icao24", pa.string()), ("commit", pa.string()), ("hour", pa.int32())])
    DeltaTable.create(
        lake.url_of(TABLE), schema, partition_by=["hour"], storage_options=table_options(lake)
    )


def commits_of(lake: Lake, name: str, rounds: int, how: str) -> list[tuple[int, str]]:
    """Run a driver to its last round, again after each time it died; the commits that it told."""
    told: list[tuple[int, str]] = []
    left = rounds
    while left > 0:
        command = [sys.executable, str(WRITER), lake.url, name, str(left), how]
        done = subprocess.run(command, capture_output=True, text=True, timeout=500)
        # Killed, or it stopped because its lease was lost.
        assert done.returncode in (0, 1, -9), done.stderr
        assert done.returncode != 1 or "LeaseLostError" in done.stderr, done.stderr
        lines = [line.split() for line in done.stdout.splitlines()]
        told += [(int(version), commit_id) for version, commit_id in lines]
        # The round in which it died is not repeated, so that every commit has a name of its own.
        last = min((int(commit_id.rpartition("-")[2]) for _, commit_id in lines), default=left + 1)
        left = 0 if done.returncode == 0 else last - 2
    return told


def run_both(lake: Lake, rounds: int, how: str) -> list[tuple[int, str]]:
    create_table(lake)
    with ThreadPoolExecutor() as pool:
        told = pool.map(lambda name: commits_of(lake, name, rounds, how), NAMES)
        return [commit for commits in told for commit in commits]


def faults_of(lake: Lake, told: list[tuple[int, str]]) -> dict[str, list[str]]:
    """Commits that their driver made and the log does not have, and those that did not replace what
    was there: their hour then has rows twice."""
    ids, unfollowed, before = {}, [], None
    for version, key in enumerate(lake.keys(f"{TABLE}/_delta_log")):
        actions = [json.loads(line) for line in lake.read(key).splitlines()]
        [commit_id] = [a["commitInfo"].get("id") for a in actions if "commitInfo" in a]
        ids[version] = commit_id
        removed = [a["remove"]["path"] for a in actions if "remove" in a]
        if removed != ([before] if before else []):
            unfollowed.append(str(commit_id))
        before = next((a["add"]["path"] for a in actions if "add" in a), None)
    lost = [commit_id for version, commit_id in told if ids.get(version) != commit_id]
    return {"lost": lost, "doubled": unfollowed}


@pytest.mark.parametrize(
    "rounds",
    [
        6,
        # 200 in all, on four lakes: to list a long log is slow on a server that runs here.
        *(
            pytest.param(
                50, id=f"50-{part}", marks=[pytest.mark.nightly, pytest.mark.timeout(1200)]
            )
            for part in range(4)
        ),
    ],
)
def test_no_commit_is_lost_and_no_row_is_there_twice(lake: Lake, rounds: int) -> None:
    told = run_both(lake, rounds, "lease")
    assert faults_of(lake, told) == {"lost": [], "doubled": []}
    # Of both, so they did meet; few rounds are lost to kills and freezes.
    made = Counter(commit_id[0] for _, commit_id in told)
    assert all(made[name] >= rounds // 3 for name in NAMES)
    rows = DeltaTable(lake.url_of(TABLE), storage_options=table_options(lake)).to_pyarrow_table()
    assert rows.num_rows == len(set(rows["icao24"].to_pylist())) == ROWS
    print(f"{dict(made)} commits, versions up to {max(version for version, _ in told)}")


@pytest.mark.nightly
def test_without_the_lease_commits_are_lost(tmp_path: Path) -> None:
    lake = Lake(tmp_path.as_uri())
    assert faults_of(lake, run_both(lake, 60, "alone"))["lost"]
