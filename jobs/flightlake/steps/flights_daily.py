"""One UTC day of published states becomes flights, and what is derived from flights.

Reads the day with the hours before and after it that its flights reach into. Every run of the same
day on the same states leaves the same tables.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from flightlake.contracts.days import Day
from flightlake.contracts.results import (
    HourRead,
    JudgedRecords,
    JudgedTable,
    TablesResult,
    report_key,
)
from flightlake.contracts.storage import Lake
from flightlake.contracts.tables import RECORDS, TABLES, Table, derived_by
from flightlake.contracts.windows import own_hours
from flightlake.io import delta, ops
from flightlake.io.lease import writer_lease
from flightlake.io.session import start_session
from flightlake.quality.judge import preload
from flightlake.steps.arguments import DayArguments, parse_day_arguments
from flightlake.steps.derived import derive_tables
from flightlake.steps.progress import Progress, describe_tables
from flightlake.steps.records import judge_records

STEP = "flights_daily"
FLIGHTS = TABLES["gold.flights"]


def main(argv: Sequence[str]) -> int:
    """Process the day that the arguments name; 0 where a table is rejected too."""
    arguments = parse_day_arguments(STEP, argv)
    progress = Progress(f"{STEP} {arguments.day} on {arguments.lake.url}")
    preload()
    with writer_lease(arguments.lake, STEP, arguments.run_id):
        spark = start_session(f"{STEP} {arguments.day}")
        result = run(spark, arguments, progress)
    progress.end(describe_tables(result))
    spark.stop()
    return 0


def run(
    spark: SparkSession,
    arguments: DayArguments,
    progress: Progress,
    records: Sequence[Table] = RECORDS,
) -> TablesResult:
    """Derive, judge, publish and record the tables of one day, then judge its records."""
    lake, day, run_id = arguments.lake, arguments.day, arguments.run_id
    delta.ensure_tables(spark, lake, STEP, RECORDS)
    history = ops.read_history(spark, lake, day)
    # Before the tables: what is published meanwhile makes the day stale, not the record wrong.
    hours = ops.hours_read(spark, lake, day)
    progress.say(f"{len(hours)} hours to read; {_missing(day, hours)}")
    tables, error = derive_tables(
        spark,
        lake,
        derived_by(STEP),
        day,
        run_id,
        history=history,
        progress=progress,
        parameters=known_of_day(spark, lake, day, hours),
        hours_read=hours,
    )
    if error:
        ops.record_tables(spark, lake, _result(arguments, progress, tables, []), history)
        raise error
    jobs = ops.record_job_costs(spark, lake, day, arguments.prices)
    progress.say(f"costs of {jobs:,} job runs written")
    judged = judge_records(spark, lake, records, day, progress)
    result = _result(arguments, progress, tables, judged)
    ops.record_tables(spark, lake, result, history)
    progress.say("table runs, results and report written")
    return result


def _missing(day: Day, hours: Sequence[HourRead]) -> str:
    read = {each.hour for each in hours}
    missing = [str(hour) for hour in own_hours(day) if str(hour) not in read]
    if not missing:
        return "the day is whole"
    return f"not published: {', '.join(missing)}"


def _result(
    arguments: DayArguments,
    progress: Progress,
    tables: list[JudgedTable],
    records: list[JudgedRecords],
) -> TablesResult:
    return TablesResult(
        step=STEP,
        date=str(arguments.day),
        run_id=arguments.run_id,
        seconds=progress.seconds,
        report=report_key(STEP, arguments.day, arguments.run_id),
        tables=tables,
        records=records,
    )


def known_of_day(
    spark: SparkSession, lake: Lake, day: Day, hours: Sequence[HourRead]
) -> dict[str, Any]:
    """What the suites of a day's tables ask for beside their rows.

    The hours of the day and after it that are published, the flights that gold.flights has of the
    day now, and the ids of those of the day before.
    """
    before = Day(day.date - timedelta(days=1))
    flights = delta.read(spark, lake, FLIGHTS).select("date", "flight_id")
    of_days = flights.where(F.col("date").between(before.date, day.date)).toArrow().to_pydict()
    dated = list(zip(of_days["date"], of_days["flight_id"], strict=True))
    read = {each.hour for each in hours}
    published = [hour.date == day.date for hour in own_hours(day) if str(hour) in read]
    return {
        "hours_of_the_day": published.count(True),
        "hours_after_the_day": published.count(False),
        "flights_published_before": sum(date == day.date for date, _ in dated),
        "flight_ids_before": {flight for date, flight in dated if date == before.date},
    }
