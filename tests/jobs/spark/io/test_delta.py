"""What is asked of a table's log after a write, and what a write refuses."""

import shutil

import pytest
from delta.tables import DeltaTable
from flightlake.contracts.tables import READER_VERSION, RUN_LEDGER
from flightlake.io import delta
from flightlake.io.delta_log import DeltaLog
from flightlake.io.frames import frame_of, schema_of
from pyspark.sql.types import StructType

# Delta writes a checkpoint with every tenth version.
WRITES = 12


@pytest.fixture
def write(spark, lake):
    """Writes one line of a run into ops.run_ledger; tells how many rows the table says it got."""
    columns = schema_of(RUN_LEDGER)

    def write_line(hour, rows=1):
        line = dict.fromkeys(columns.fieldNames()) | {"hour": hour, "run_id": "test"}
        frame = frame_of(spark, [line] * rows, columns)
        return delta.replace_where(frame, lake, RUN_LEDGER, f"hour = {hour}")

    return write_line


def test_the_log_tells_the_version_the_rows_and_the_protocol(spark, lake, write, tmp_path):
    assert [write(hour, rows=hour) for hour in range(WRITES)] == list(range(WRITES))

    newest = DeltaTable.forPath(spark, lake.url_of(RUN_LEDGER.path)).history(1).collect()[0]
    assert DeltaLog(lake, RUN_LEDGER).version == newest.version >= 10
    assert DeltaLog(lake, RUN_LEDGER).reader_version == READER_VERSION

    # Delta removes commits that are older than a checkpoint and a month.
    log = tmp_path / "lake" / RUN_LEDGER.path / "_delta_log"
    [checkpoint] = log.glob("*.checkpoint.parquet")
    for commit in log.glob("*.json"):
        if commit.name < checkpoint.name:
            commit.unlink()
    assert DeltaLog(lake, RUN_LEDGER).reader_version == READER_VERSION


def test_a_table_that_athena_can_no_longer_read_is_an_error_that_names_it(spark, lake, write):
    spark.sql(
        f"ALTER TABLE delta.`{lake.url_of(RUN_LEDGER.path)}` SET TBLPROPERTIES"
        " ('delta.columnMapping.mode' = 'name',"
        " 'delta.minReaderVersion' = '2', 'delta.minWriterVersion' = '5')"
    )
    with pytest.raises(delta.ReaderVersionError, match=r"ops.run_ledger is at reader version 2"):
        write(1)


def test_a_table_of_an_older_release_gets_the_columns_that_came_since(spark, lake, write, tmp_path):
    shutil.rmtree(tmp_path / "lake" / RUN_LEDGER.path)
    older = [column for column in schema_of(RUN_LEDGER) if column.name != "score"]
    line = dict.fromkeys(column.name for column in older) | {"hour": 1, "run_id": "older"}
    frame = frame_of(spark, [line], StructType(older))
    frame.write.format("delta").partitionBy("date").save(lake.url_of(RUN_LEDGER.path))
    assert write(2) == 1
    rows = delta.read(spark, lake, RUN_LEDGER).orderBy("hour").collect()
    assert [(row["hour"], row["score"]) for row in rows] == [(1, None), (2, None)]
    assert DeltaLog(lake, RUN_LEDGER).reader_version == READER_VERSION


def test_a_frame_of_other_columns_is_refused_with_every_difference(spark, lake):
    frame = spark.range(1).withColumnRenamed("id", "hour")
    with pytest.raises(delta.SchemaMismatchError, match=r"misses date .*has hour bigint"):
        delta.replace_where(frame, lake, RUN_LEDGER)
    assert DeltaLog(lake, RUN_LEDGER).version == 0
