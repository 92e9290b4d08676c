"""lake_maintenance on real Delta tables: rows stay, small files and old ones go."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from deltalake import DeltaTable
from flightlake.contracts.maintenance import (
    KEPT_DAYS,
    Maintenance,
    TableMaintenance,
    read_maintenance,
)
from flightlake.contracts.storage import Lake
from flightlake.contracts.tables import RUN_LEDGER, STATE_VECTORS, TABLES, Table
from flightlake.io import delta
from flightlake.io.delta_log import DeltaLog
from flightlake.io.frames import frame_of, schema_of
from flightlake.steps.lake_maintenance import run
from flightlake.steps.progress import Progress
from flightlake_local.processes import wait_until
from pyspark.sql import functions as F

TODAY = date(2026, 1, 4)
SETTLED, OPEN = date(2026, 1, 1), date(2026, 1, 2)


@pytest.fixture
def write(spark):
    """Puts a line of a run in place of an hour, as the hourly step does."""

    def write_hour(lake: Lake, day: date, hour: int, run_id: str = "test") -> None:
        schema = schema_of(RUN_LEDGER)
        line = dict.fromkeys(schema.fieldNames())
        line |= {"date": day, "hour": hour, "run_id": run_id}
        predicate = f"date = DATE'{day}' AND hour = {hour}"
        delta.replace_where(frame_of(spark, [line], schema), lake, RUN_LEDGER, predicate)

    return write_hour


@pytest.fixture
def maintain(spark):
    def maintain_lake(
        lake: Lake, run_id: str = "test", tables: Iterable[Table] = (RUN_LEDGER,), **how: bool
    ) -> Maintenance:
        how = {"is_dry_run": False, **how}
        done = run(spark, lake, TODAY, run_id, Progress("test"), tables, **how)
        assert read_maintenance(lake, run_id) == done
        return done

    return maintain_lake


def of(done: Maintenance) -> TableMaintenance:
    """What was done to the one table of a run."""
    [table] = done.tables
    return table


def folder_of(lake: Lake, table: Table = RUN_LEDGER) -> Path:
    return Path(lake.url_of(table.path).removeprefix("file://"))


def files_of(lake: Lake, table: Table = RUN_LEDGER) -> set[str]:
    """All data files in a table's folder, of the newest version or not."""
    folder = folder_of(lake, table)
    return {str(path.relative_to(folder)) for path in folder.rglob("date=*/*.parquet")}


def everything_in(lake: Lake) -> dict[str, bytes]:
    return {key: lake.read(key) for key in lake.keys("") if not key.startswith("reports/")}


def aged(lake: Lake, days: int) -> Lake:
    """The lake as it is so many days later: a copy whose files and log are older."""
    folder = Path(lake.url.removeprefix("file://"))
    copy = shutil.copytree(folder, folder.with_name(f"{folder.name}-{days}-days-later"))
    past = timedelta(days=days).total_seconds()
    for path in [each for each in copy.rglob("*") if each.is_file()]:
        at_s = path.stat().st_mtime - past
        # What is made of the log would still say when files were really removed.
        if path.suffix == ".crc" or "checkpoint" in path.name:
            path.unlink()
            continue
        if path.suffix == ".json" and path.parent.name == "_delta_log":
            text = re.sub(
                r'("(?:deletionTimestamp|modificationTime|timestamp)":)(\d{13})',
                lambda found: f"{found[1]}{int(found[2]) - int(past * 1000)}",
                path.read_text(),
            )
            path.write_text(text)
        os.utime(path, (at_s, at_s))
    return Lake(copy.as_uri())


def rows_of(spark, lake: Lake) -> list[tuple[Any, ...]]:
    """The hours of the ledger, which three readers must agree on."""
    url = lake.url_of(RUN_LEDGER.path)
    columns = ["date", "hour", "run_id"]
    by_spark = sorted(map(tuple, spark.read.format("delta").load(url).select(columns).collect()))
    table = DeltaTable(url).to_pyarrow_table(columns=columns)
    assert sorted(tuple(row.values()) for row in table.to_pylist()) == by_spark
    with duckdb.connect() as connection:
        connection.register("ledger", DeltaTable(url).to_pyarrow_dataset())
        asked = connection.sql("SELECT date, hour, run_id FROM ledger").fetchall()
    assert sorted(asked) == by_spark
    return by_spark


def test_small_files_are_put_together_and_old_ones_go_after_their_time(
    spark, lake, write, maintain
):
    for hour in range(4):
        write(lake, SETTLED, hour)
        write(lake, OPEN, hour)
    write(lake, SETTLED, 0, "again")
    (folder_of(lake) / f"date={SETTLED}/part-of-a-killed-job.parquet").write_bytes(b"half")
    rows, files = rows_of(spark, lake), files_of(lake)
    untouched = {name for name in files if str(OPEN) in name}
    before = everything_in(lake)

    planned = maintain(lake, "dry", is_dry_run=True)
    found = of(planned)
    assert found.compacted == [f"date={SETTLED}"]
    assert (found.files_before, found.files_after, found.bytes_after) == (4, 1, None)
    assert found.files_removed == 0
    assert everything_in(lake) == before

    done = maintain(lake)
    found = of(done)
    assert (found.compacted, found.files_before, found.files_after) == ([f"date={SETTLED}"], 4, 1)
    assert found.bytes_before > found.bytes_after > 0
    # What a version of today needs is all there, and what was left behind today too.
    assert files_of(lake) > files
    assert rows_of(spark, lake) == rows
    now = {uri.rpartition("ledger/")[2] for uri in DeltaTable(folder_of(lake)).file_uris()}
    assert now > untouched
    assert len(now - untouched) == 1
    assert DeltaLog(lake, RUN_LEDGER).reader_version == delta.READER_VERSION

    # Once more there is nothing to do.
    version = DeltaLog(lake, RUN_LEDGER).version
    again = maintain(lake, "again")
    assert of(again).compacted == []
    assert DeltaLog(lake, RUN_LEDGER).version == version

    early = aged(lake, KEPT_DAYS - 1)
    kept = maintain(early)
    assert of(kept).files_removed == 0
    assert files_of(early) == files_of(lake)

    late = aged(lake, KEPT_DAYS + 1)
    gone = files_of(lake) - now
    planned = maintain(late, "dry", is_dry_run=True)
    assert files_of(late) == files_of(lake)
    done = maintain(late)
    assert of(done).files_removed == of(planned).files_removed == len(gone)
    assert of(done).bytes_removed == of(planned).bytes_removed > 0
    assert files_of(late) == now
    # Of the log, what is past its time went too.
    log = folder_of(late) / "_delta_log"
    assert [path.stem for path in log.glob("*.json")] == [f"{version:020}"]
    assert DeltaLog(late, RUN_LEDGER).version == version
    assert DeltaLog(late, RUN_LEDGER).reader_version == delta.READER_VERSION
    assert rows_of(spark, late) == rows


def test_what_was_removed_lately_stays_however_old_the_file_is(spark, lake, write, maintain):
    for hour in range(3):
        write(lake, SETTLED, hour)
    old = aged(lake, 60)
    # The rows of two months ago are replaced ten days ago, and a checkpoint is written since.
    write(old, SETTLED, 0, "again")
    replaced = files_of(old)
    lately = aged(old, 10)
    for hour in range(3, 14):
        write(lately, SETTLED, hour)
    assert list((folder_of(lately) / "_delta_log").glob("*.checkpoint.parquet"))
    assert of(maintain(lately)).files_removed == 0
    assert replaced <= files_of(lately)


def test_a_table_of_an_older_release_loses_no_file_before_it_keeps_them(
    spark, lake, write, maintain
):
    write(lake, OPEN, 0)
    url = lake.url_of(RUN_LEDGER.path)
    names = ", ".join(f"'{name}'" for name in delta.RETENTION)
    spark.sql(f"ALTER TABLE delta.`{url}` UNSET TBLPROPERTIES ({names})")
    write(lake, OPEN, 0, "again")
    old = aged(lake, 90)
    files, version = files_of(old), DeltaLog(old, RUN_LEDGER).version
    planned = maintain(old, "dry", is_dry_run=True)
    assert "of an older release" in of(planned).note
    assert DeltaLog(old, RUN_LEDGER).version == version
    done = maintain(old)
    assert "of an older release" in of(done).note
    assert files_of(old) == files
    assert delta.RETENTION.items() <= DeltaTable(folder_of(old)).metadata().configuration.items()
    done = maintain(old, "a week later")
    assert (of(done).note, of(done).files_removed) == (None, 1)


def test_all_tables_are_looked_at_and_raw_data_are_not(lake, maintain):
    lake.create("raw/states/source=opensky/date=2020-01-01/hour=00/1-a.json.gz", b"raw")
    late = aged(lake, 400)
    raw = {key: lake.read(key) for key in lake.keys("raw")}
    shutil.rmtree(folder_of(late, STATE_VECTORS))
    done = maintain(late, tables=TABLES.values())
    names = [table.table_name for table in done.tables]
    assert names == [name for name in TABLES if name != STATE_VECTORS.full_name]
    assert {key: late.read(key) for key in late.keys("raw")} == raw


def test_another_writer_of_the_same_partition_is_faster(spark, lake, maintain):
    schema = schema_of(RUN_LEDGER)
    # Rows enough for a second of writing.
    rows = spark.range(300_000).select(
        *(F.lit(None).cast(f.dataType).alias(f.name) for f in schema if f.name != "run_id"),
        F.sha2(F.col("id").cast("string"), 256).alias("run_id"),
    )
    rows = rows.withColumn("date", F.lit(SETTLED)).select(schema.fieldNames())
    url = lake.url_of(RUN_LEDGER.path)
    rows.repartition(4).write.format("delta").mode("append").save(url)
    files = files_of(lake)
    with ThreadPoolExecutor() as pool:
        maintaining = pool.submit(maintain, lake)
        # The new file is being written: what is read is read, and nothing is committed yet.
        assert wait_until(lambda: files_of(lake) > files or maintaining.done(), 60, every_s=0.01)
        DeltaTable(url).delete(f"date = '{SETTLED}'")
        done = maintaining.result()
    found = of(done)
    assert "another writer was faster" in found.note
    assert (found.compacted, found.files_after) == ([], found.files_before)
    # Neither the deletion nor any later write is harmed.
    assert rows_of(spark, lake) == []
