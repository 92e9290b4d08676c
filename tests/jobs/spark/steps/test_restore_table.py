"""restore_table on real Delta tables: what it says, what it refuses, what it leaves."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from deltalake import DeltaTable
from flightlake.contracts.restores import ROOT, RestoreRequest, dependents_of, read_restore
from flightlake.contracts.storage import Lake
from flightlake.contracts.tables import READER_VERSION, TABLES
from flightlake.io import delta
from flightlake.io.delta_log import DeltaLog
from flightlake.io.frames import frame_of, schema_of
from flightlake.steps.progress import Progress
from flightlake.steps.restore_table import run
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

TABLE = TABLES["ops.api_credits"]
STATES = TABLES["silver.state_vectors"]
DAY = datetime(2025, 12, 28, tzinfo=UTC).date()


@pytest.fixture
def write(spark, lake: Lake):
    """Puts rows in place of an hour; the table's new version."""

    def write_hour(hour: int, rows: int, table=TABLE) -> int:
        schema = schema_of(table)
        row = dict.fromkeys(schema.fieldNames()) | {"date": DAY, "hour": hour}
        named = [{**row, table.keys[0]: str(number)} for number in range(rows)]
        predicate = f"date = DATE'{DAY}' AND hour = {hour}"
        delta.replace_where(frame_of(spark, named, schema), lake, table, predicate)
        return DeltaLog(lake, table).version

    return write_hour


@pytest.fixture
def restore(spark, lake: Lake):
    def restore_table(run_id: str = "test", **asked: Any):
        request = RestoreRequest.parse({"table": TABLE.full_name, **asked})
        return run(spark, lake, request, run_id, Progress("test"))

    return restore_table


def rows_by_hour(tables, table=TABLE) -> dict[int, int]:
    """The rows of each hour, which two readers must agree on."""
    counts: list[dict[int, int]] = []
    for read in (tables.by_spark, tables.by_deltalake):
        hours = [row["hour"] for row in read(table)]
        counts.append({hour: hours.count(hour) for hour in sorted(set(hours))})
    assert counts[0] == counts[1]
    return counts[0]


def test_an_earlier_version_comes_back_once_what_changes_is_accepted(lake, write, restore, tables):
    write(1, 2)
    wanted = write(2, 3)
    before = tables.content_hash(tables.by_spark(TABLE))
    write(2, 1)
    newest = write(3, 4)

    refused = restore(version=str(wanted))
    assert "2 periods of ops.api_credits would change" in str(refused.refused)
    lines = refused.describe().splitlines()
    assert lines[-2:] == ["  2025-12-28T02: 1 rows, then 3", "  2025-12-28T03: 4 rows, then 0"]
    assert len("Error: ") + max(map(len, lines)) <= 100
    assert (DeltaLog(lake, TABLE).version, rows_by_hour(tables)) == (newest, {1: 2, 2: 1, 3: 4})

    done = restore(version=str(wanted), accept="yes")
    assert (done.version_before, done.version_after) == (newest, newest + 1)
    assert rows_by_hour(tables) == {1: 2, 2: 3}
    assert tables.content_hash(tables.by_spark(TABLE)) == before
    assert tables.content_hash(tables.by_deltalake(TABLE)) == before
    assert DeltaLog(lake, TABLE).reader_version == READER_VERSION
    assert DeltaTable(lake.url_of(TABLE.path)).protocol().min_reader_version == 1
    assert read_restore(lake, TABLE, "test") == done

    # A retry of the job finds the rows there, and writes nothing.
    again = restore("retry", version=str(wanted), accept="yes")
    assert again.refused is None
    assert "already" in again.describe()
    assert DeltaLog(lake, TABLE).version == newest + 1

    # The table is written on as ever, and the restore can be taken back.
    assert write(4, 1) == newest + 2
    restore(version=str(newest), accept="yes")
    assert rows_by_hour(tables) == {1: 2, 2: 1, 3: 4}


def test_a_restore_writes_below_its_table_and_its_records_alone(lake, write, restore):
    # Its job may write nothing else on AWS.
    write(1, 1)
    write(1, 2, STATES)
    write(1, 3)
    before = set(lake.objects(""))
    restore(version="1", accept="yes")
    written = {found.key for found in set(lake.objects("")) - before}
    own = (f"{TABLE.path}/", f"{ROOT}/{TABLE.full_name}/")
    assert {next((each for each in own if key.startswith(each)), key) for key in written} == set(
        own
    )


def test_a_moment_stands_for_the_version_that_was_current_then(lake, write, restore, tables):
    write(1, 1)
    log = Path(lake.url_of(TABLE.path).removeprefix("file://")) / "_delta_log"
    # The log's times are those of its files.
    then = datetime(2025, 12, 28, 12, tzinfo=UTC)
    for number, file in enumerate(sorted(log.glob("*.json"))):
        at_s = (then + timedelta(hours=number)).timestamp()
        os.utime(file, (at_s, at_s))
    write(1, 5)
    assert restore(at="2025-12-28T13:59", accept="yes").version_wanted == 1
    assert rows_by_hour(tables) == {1: 1}
    refused = restore(at="2025-12-28T11:59:59")
    assert "begins at 2025-12-28T12:00:00 (UTC)" in str(refused.refused)


def test_states_name_the_tables_that_no_longer_fit(spark, lake, write, tables):
    wanted = write(1, 2, STATES)
    write(1, 3, STATES)
    request = RestoreRequest.parse({"table": STATES.full_name, "version": str(wanted)})
    found = run(spark, lake, request, "test", Progress("test"))
    assert found.derived == dependents_of(STATES)
    assert {"gold.traffic_hourly", "gold.flights", "gold.route_daily"} <= set(found.derived)
    assert "    gold.flights" in found.describe().splitlines()
    assert rows_by_hour(tables, STATES) == {1: 3}


def test_a_version_whose_files_are_gone_is_refused(lake, write, restore, tables):
    wanted = write(1, 2)
    folder = Path(lake.url_of(TABLE.path).removeprefix("file://"))
    old, *others = folder.glob("date=*/hour=*/*.parquet")
    newest = write(1, 3)
    old.unlink()
    refused = restore(version=str(wanted), accept="yes")
    missed = f"misses 1 of the {1 + len(others)} files that would come back, such as {old.name}"
    assert missed in str(refused.refused)
    assert (DeltaLog(lake, TABLE).version, rows_by_hour(tables)) == (newest, {1: 3})


def test_a_version_that_is_not_there_is_refused(write, restore):
    newest = write(1, 1)
    refused = restore(version=str(newest + 1), accept="yes")
    assert f"no version {newest + 1}; it has 0 to {newest}." in str(refused.refused)
    assert refused.describe().startswith("Not restored: ")


def test_a_version_of_another_release_comes_back_unless_its_columns_mean_something_else(
    spark, lake, write, restore, tables
):
    url = lake.url_of(TABLE.path)
    columns = schema_of(TABLE)
    row = dict.fromkeys(columns.fieldNames()) | {"date": DAY, "hour": 1, "raw_object": "older"}
    of_now = frame_of(spark, [row], columns)

    def write_other(frame: DataFrame) -> int:
        how = {"mode": "overwrite", "overwriteSchema": "true"}
        frame.write.format("delta").partitionBy(*TABLE.partitions).save(url, **how)
        return DeltaLog(lake, TABLE).version

    without = write_other(of_now.drop("credits_left"))
    of_text = write_other(of_now.withColumn("credits_left", F.lit("7")))
    nameless = write_other(of_now.drop("raw_object"))
    with_more = write_other(of_now.withColumn("more", F.lit("7")))
    write(1, 3)

    for other in (of_text, nameless):
        assert "has other columns" in str(restore(version=str(other), accept="yes").refused)
    assert rows_by_hour(tables) == {1: 3}
    for other in (without, with_more):
        assert restore(version=str(other), accept="yes").refused is None
        [found] = delta.read(spark, lake, TABLE).collect()
        assert found.asDict() == row
        # The table is written on as ever.
        write(2, 1)
        assert rows_by_hour(tables) == {1: 1, 2: 1}
