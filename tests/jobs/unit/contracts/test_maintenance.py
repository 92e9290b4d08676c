"""What is worth writing anew, how long files stay, and how it is told."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from flightlake.contracts.json_codec import from_json, to_json
from flightlake.contracts.maintenance import (
    KEPT_DAYS,
    MOST_PARTITIONS,
    TARGET_BYTES,
    Maintenance,
    Partition,
    TableMaintenance,
    worth_compacting,
)

REPO = Path(__file__).parents[4]
TODAY = date(2026, 1, 4)
MB = 1024 * 1024


@pytest.mark.parametrize(
    ("folder", "files", "size_bytes", "is_worth"),
    [
        ("date=2026-01-01", 24, 24 * MB, True),
        ("date=2026-01-01/hour=2/region=europe", 4, 4 * MB, True),
        ("date=2026-01-02", 24, 24 * MB, False),
        ("date=2026-01-03", 24, 24 * MB, False),
        ("date=2026-01-01", 3, 3 * MB, False),
        ("date=2026-01-01", 4, 4 * 32 * MB, False),
        ("date=__HIVE_DEFAULT_PARTITION__", 24, 24 * MB, False),
        ("date=2026-01-01/hour=__HIVE_DEFAULT_PARTITION__", 24, 24 * MB, False),
        ("", 24, 24 * MB, False),
    ],
)
def test_many_small_files_of_a_day_that_is_settled_are_worth_it(
    folder, files, size_bytes, is_worth
):
    assert Partition(folder, files, size_bytes).is_worth_compacting(TODAY) is is_worth


def test_what_was_put_together_is_not_worth_it_again():
    for files in (4, 24, 240):
        for each_mb in (1, 10, 31):
            found = Partition("date=2025-12-01", files, files * each_mb * MB)
            assert found.is_worth_compacting(TODAY)
            after = Partition(found.folder, found.files_at_best, found.size_bytes)
            assert not after.is_worth_compacting(TODAY)
            assert after.size_bytes <= after.files * TARGET_BYTES


def test_a_run_takes_the_oldest_partitions_first_and_no_more_than_it_can():
    hours = [f"date={2000 + year}-06-0{day}" for year in range(20, 1, -1) for day in range(1, 9)]
    many = [Partition(f"{day}/hour={hour}", 8, 8) for day in hours for hour in range(10, 15)]
    chosen = worth_compacting(many, TODAY)
    assert len(many) > len(chosen) == MOST_PARTITIONS
    assert [each.folder for each in chosen] == sorted(each.folder for each in many)[:400]


def test_a_partition_is_named_in_sql():
    found = Partition("date=2025-12-28/hour=2/region=north_america", 4, 4)
    assert found.predicate == "date = '2025-12-28' AND hour = '2' AND region = 'north_america'"


def test_the_record_is_told_by_table_within_100_columns():
    large = TableMaintenance(
        "silver.state_vectors_withheld",
        ["date=2025-12-28"] * 400,
        files_before=123_456,
        bytes_before=45_678_900_000,
        files_after=12_345,
        bytes_after=43_210_900_000,
        files_removed=1_234_567,
        bytes_removed=456_789_000_000,
    )
    planned = TableMaintenance.planned(
        "ops.run_ledger",
        [Partition("date=2025-12-28", 24, 98_000), Partition("date=2025-12-29", 8, 9)],
    )
    idle = TableMaintenance.planned("gold.flights", [])
    tables = [large, planned, idle, large.given_way()]
    done = Maintenance(datetime(2026, 1, 4, 5, 21, tzinfo=UTC), True, 61.4, tables)
    assert from_json(Maintenance, to_json(done)) == done
    lines = done.describe().splitlines()
    assert lines[0] == "lake_maintenance · DRY RUN, nothing was changed · 61 s"
    assert lines[3].split() == ["ops.run_ledger", "2", "32", "→", "2", "0.1", "→", "?", "0", "0.0"]
    assert lines[4].split() == ["gold.flights", "0", "0", "→", "0", "0.0", "→", "0.0", "0", "0.0"]
    assert lines[-1].strip().startswith("another writer was faster")
    assert max(map(len, lines)) <= 100


@pytest.mark.parametrize(
    "page",
    ["docs/runbooks/restore-a-table.md", "dags/lake_maintenance.py", "dags/restore_table.py"],
)
def test_what_is_promised_to_come_back_is_what_is_kept(page):
    days = set(re.findall(r"(\d+)\s+days", (REPO / page).read_text()))
    assert days == {str(KEPT_DAYS)}
    # Delta itself warns of less than a week.
    assert KEPT_DAYS >= 7
