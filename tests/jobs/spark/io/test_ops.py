"""What a run knows of the runs before it."""

from __future__ import annotations

import shutil
from dataclasses import asdict
from datetime import date, datetime, timedelta

import pytest
from flightlake.contracts.days import Day
from flightlake.contracts.results import TableRun
from flightlake.contracts.tables import RUN_LEDGER, TABLE_RUNS, TABLES
from flightlake.io import delta
from flightlake.io.frames import arrow_of, frame_of, schema_of
from flightlake.io.ops import read_history
from flightlake.steps.progress import Progress
from flightlake.steps.records import judge_records
from pyspark.sql.types import StructType

from tests.ledger import ledger_line

TRAFFIC = TABLES["gold.traffic_hourly"]
SCHEDULED, MANUAL = "scheduled__2025-12-28T03:00:00+00:00", "manual__2025-12-29T08:00:00+00:00"


def line_of(hour, run_id, rows=10, recorded_at=None):
    return ledger_line(
        hour,
        run_id=run_id,
        rows_read=rows,
        rows_published=rows,
        report=f"reports/{hour}/{run_id}",
        recorded_at=recorded_at,
    )


def run_of(period, run_id, rows, recorded_at=None):
    day, hour = str(period.date), period.hour
    of_run = (run_id, TRAFFIC.step, TRAFFIC.full_name)
    return TableRun(day, hour, *of_run, rows, 0, "pass", 100.0, 1.0, "", recorded_at)


def row_of(run):
    at = run.recorded_at
    moment = at and datetime.fromisoformat(at)
    return asdict(run) | {"date": date.fromisoformat(run.date), "recorded_at": moment}


@pytest.fixture
def record(spark, lake):
    def write(table, *runs):
        rows = arrow_of([row_of(run) for run in runs], schema_of(table))
        delta.replace_rows(spark, rows, lake, table)

    return write


def test_of_two_runs_of_an_hour_the_one_that_was_recorded_last_counts(spark, lake, record, hour):
    first, last = "2025-12-28T03:01:00+00:00", "2025-12-29T08:01:00+00:00"
    record(RUN_LEDGER, line_of(hour, SCHEDULED, 10, first), line_of(hour, MANUAL, 70, last))
    runs = [run_of(hour, SCHEDULED, 10, first), run_of(hour, MANUAL, 70, last)]
    record(TABLE_RUNS, *runs)
    next_day = hour + 24
    history = read_history(spark, lake, next_day)
    assert history.lines_before(next_day) == [line_of(hour, MANUAL, 70, last)]
    assert history.usual_rows(TRAFFIC, next_day) == 70
    assert history.table_runs == runs


def test_what_is_usual_is_that_of_the_four_weeks_before(spark, lake, record, hour):
    rows_by_day = {-40: 1, -29: 2, -28: 300, -1: 100, 0: 4, 1: 5}
    record(TABLE_RUNS, *(run_of(hour + 24 * n, "a", rows) for n, rows in rows_by_day.items()))
    assert read_history(spark, lake, hour).usual_rows(TRAFFIC, hour) == 200


def test_no_more_is_read_than_a_run_asks_for(spark, lake, record, hour):
    days = [Day(hour.date + timedelta(days=n)) for n in range(200)]
    record(RUN_LEDGER, *(line_of(hour + 24 * n, "a") for n in range(200)))
    record(TABLE_RUNS, *(run_of(at, "a", 1) for n in range(200) for at in (days[n], hour + 24 * n)))
    history = read_history(spark, lake, days[100])
    wanted = [str(day) for day in days[72:101] + days[-42:]]
    assert sorted(line.date for line in history.ledger) == wanted
    assert sorted(run.date for run in history.table_runs) == wanted
    assert {run.hour for run in history.table_runs} == {None}


def test_a_lake_of_an_older_release_goes_on(spark, lake, record, land, state, process, hour):
    for table, run in ((RUN_LEDGER, line_of(hour - 1, "z")), (TABLE_RUNS, run_of(hour, "z", 7))):
        shutil.rmtree(lake.url_of(table.path).removeprefix("file://"))
        older = StructType([f for f in schema_of(table) if f.name != "recorded_at"])
        frame = frame_of(spark, [row_of(run)], older)
        frame.write.format("delta").partitionBy("date").save(lake.url_of(table.path))
    day = Day(hour.date)
    [judged] = judge_records(spark, lake, [TABLE_RUNS], day, Progress("test"))
    assert judged.judgement.verdict == "pass"
    assert read_history(spark, lake, hour).lines_before(hour) == [line_of(hour - 1, "z")]

    land(hour.start_s, [state(hour.start_s)])
    process(hour - 1, run_id="a")
    process(hour, run_id="a")

    history = read_history(spark, lake, hour + 1)
    last = {line.period: line.run_id for line in history.lines_before(hour + 1)}
    assert last == {hour - 1: "a", hour: "a"}
    assert [line.recorded_at is None for line in history.ledger] == [True, False, False]


def test_a_lake_of_a_newer_release_goes_on(spark, lake, record, land, state, process, hour):
    record(RUN_LEDGER, line_of(hour - 1, "z", rows=0))
    record(TABLE_RUNS, run_of(hour, "z", 7))
    for table, columns in (
        (RUN_LEDGER, "since_then string, quarantined_answers.element.since_then string"),
        (TABLE_RUNS, "since_then string"),
    ):
        spark.sql(f"ALTER TABLE delta.`{lake.url_of(table.path)}` ADD COLUMNS ({columns})")
    [judged] = judge_records(spark, lake, [TABLE_RUNS], Day(hour.date), Progress("test"))
    assert judged.judgement.verdict == "pass"
    assert read_history(spark, lake, hour).lines_before(hour) == [line_of(hour - 1, "z", rows=0)]

    land(hour.start_s, [state(hour.start_s)])
    process(hour, run_id="a")

    lines = read_history(spark, lake, hour + 1).lines_before(hour + 1)
    assert [line.run_id for line in lines] == ["z", "a"]
