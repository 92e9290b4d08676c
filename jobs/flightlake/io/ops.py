"""The pipeline's own record: run ledger, quality results, result files and reports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from operator import itemgetter
from statistics import median
from typing import Any, TypeVar

import pyarrow as pa
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from flightlake.contracts import partitions
from flightlake.contracts.costs import Prices, costs_of
from flightlake.contracts.days import Day, Period
from flightlake.contracts.hours import Hour
from flightlake.contracts.json_codec import from_fields, to_json
from flightlake.contracts.results import (
    INDEX_KEY,
    PUBLISHED,
    HourRead,
    JudgedTable,
    Judgement,
    LedgerLine,
    RunResult,
    TableRun,
    TablesResult,
    result_key,
)
from flightlake.contracts.storage import Lake
from flightlake.contracts.tables import (
    API_CREDITS,
    JOB_COSTS,
    QUALITY_RESULTS,
    RUN_LEDGER,
    STATE_VECTORS,
    TABLE_RUNS,
    Table,
)
from flightlake.contracts.windows import window_hours
from flightlake.io import delta
from flightlake.io.frames import arrow_of, schema_of
from flightlake.quality.report import (
    TREND_HOURS,
    TrendPoint,
    render_index,
    render_report,
    render_tables_report,
)

_INDEX_DAYS = 42
"""The newest days whose runs the index of reports lists."""
_USUAL_DAYS = 28
_LATE_COST_DAYS = 7
_DAYS_BEFORE = max(_USUAL_DAYS, TREND_HOURS // 24)

_Run = TypeVar("_Run", LedgerLine, TableRun)
_Record = tuple[Table, str, Sequence[Mapping[str, Any]]]
"""A table, the rows that are replaced, and what takes their place."""


class LostRecordError(Exception):
    """A commit to a table of records did not write what it was given."""


@dataclass(frozen=True)
class History:
    """What the pipeline recorded before a run, in the order in which it was recorded.

    Of the days that the run can ask for: the weeks before its period, and the newest ones.
    """

    ledger: list[LedgerLine]
    table_runs: list[TableRun]

    def lines_before(self, hour: Hour) -> list[LedgerLine]:
        """The last line of each hour of the past week that was judged, oldest hour first."""
        of_hour = {line.period: line for line in self.ledger}
        return [of_hour[h] for h in sorted(of_hour) if hour - TREND_HOURS <= h < hour]

    def usual_rows(self, table: Table, period: Period) -> float | None:
        """The median of a table's rows at the same time in the four weeks before.

        For an hour: in the same hour of these days. For a day: on the same weekday, or on all days
        as long as there is none. The last run of each counts; None without any.
        """
        first, end = str(period.date - timedelta(days=_USUAL_DAYS)), str(period.date)
        before = {
            Day.parse(run.date).date: run.rows_published + run.rows_withheld
            for run in self.table_runs
            if run.table_name == table.full_name
            and run.hour == period.hour
            and first <= run.date < end
        }
        if period.hour is None:
            weekday = period.date.weekday()
            before = {day: n for day, n in before.items() if day.weekday() == weekday} or before
        return float(median(before.values())) if before else None


def read_history(spark: SparkSession, lake: Lake, period: Period) -> History:
    """What was recorded before a run about a period.

    Every job reads it, so it reads no more of tables that only grow than the run can ask for.
    """
    lines = _recorded(spark, lake, RUN_LEDGER, period)
    runs = _recorded(spark, lake, TABLE_RUNS, period)
    # The index lists days, and what is usual is asked of one hour of the day.
    runs = runs.where(F.col("hour").isNull() | F.col("hour").eqNullSafe(F.lit(period.hour)))
    return History(
        _in_order(_line_of(row) for row in lines.toArrow().to_pylist()),
        _in_order(from_fields(TableRun, _fields_of(row)) for row in runs.toArrow().to_pylist()),
    )


def _recorded(spark: SparkSession, lake: Lake, table: Table, period: Period) -> DataFrame:
    rows = delta.read(spark, lake, table)
    first = period.date - timedelta(days=_DAYS_BEFORE)
    wanted: Column = F.col("date").between(first, period.date)
    if newest := partitions.days_of(lake, table)[-_INDEX_DAYS:]:
        wanted |= F.col("date") >= newest[0].date
    return rows.where(wanted)


def hours_read(spark: SparkSession, lake: Lake, day: Day) -> list[HourRead]:
    """The hours of a day's window that are published, each with the version that it has now."""
    window = window_hours(day)
    rows = delta.read(spark, lake, RUN_LEDGER).where(
        F.col("date").between(window[0].date, window[-1].date)
    )
    lines = _in_order(_line_of(row) for row in rows.toArrow().to_pylist())
    # The last one that was published: a rejected run leaves the hour as it was.
    last = {line.period: line for line in lines if line.verdict in PUBLISHED}
    return [HourRead(str(h), last[h].recorded_at or "") for h in window if h in last]


def _in_order(runs: Iterable[_Run]) -> list[_Run]:
    return sorted(runs, key=lambda run: (run.recorded_at or "", run.run_id))


def record_hour(
    spark: SparkSession,
    lake: Lake,
    result: RunResult,
    history: History,
    api_credits: Sequence[Mapping[str, Any]] = (),
) -> None:
    """Write what a run did to its hour, in place of what an earlier try of this run wrote.

    The result file comes last: where it is, the ledger line and the results are. What is derived
    from the hour comes later, by ``record_derived``.

    Args:
        spark: the session.
        lake: where to.
        result: what to record.
        history: what was known before this run.
        api_credits: what the hour's raw objects cost, in place of what is known of the hour.
    """
    line = result.ledger
    hour = line.period
    lines = (RUN_LEDGER, _of_run(hour, line.run_id), [_row_of(line)])
    credits_of_hour = (API_CREDITS, hour.predicate, api_credits)
    _replace(spark, lake, [lines, *_records_of(result), credits_of_hour])
    _write_files_of(lake, result, history)


def record_derived(spark: SparkSession, lake: Lake, result: RunResult, history: History) -> None:
    """Write what a run did to the tables that it derived from its hour, after ``record_hour``."""
    _replace(spark, lake, _records_of(result))
    _write_files_of(lake, result, history)


def _records_of(result: RunResult) -> list[_Record]:
    hour, run_id = result.ledger.period, result.ledger.run_id
    judged = [(STATE_VECTORS.full_name, result.judgement)]
    judged += [(table.run.table_name, table.judgement) for table in result.tables]
    rows = _rows_to_record(hour, run_id, result.tables, judged)
    return [(table, _of_run(hour, run_id), rows[table]) for table in rows]


def _write_files_of(lake: Lake, result: RunResult, history: History) -> None:
    line = result.ledger
    others = [known for known in history.ledger if known.report != line.report]
    trend = [
        TrendPoint(known.period, known.score, known.verdict)
        for known in [*History(others, []).lines_before(line.period), line]
    ]
    lake.write(line.report, render_report(result, trend).encode())
    _write_index(lake, History([*others, line], history.table_runs))
    lake.write(result_key(line.step, line.period, line.run_id), to_json(result))


def record_job_costs(spark: SparkSession, lake: Lake, day: Day, prices: Prices) -> int:
    """Write what job runs and queries cost, where it is not recorded; how many rows that took.

    Of the week before the day too: a day without states has no run that would record its costs,
    and some are known only after the run of their day.
    """
    days = [Day(day.date - timedelta(days=n)) for n in range(_LATE_COST_DAYS + 1)]
    recorded = delta.read(spark, lake, JOB_COSTS)
    recorded = recorded.where(F.col("date").between(days[-1].date, day.date))
    before = _by_day(recorded.toArrow())
    with ThreadPoolExecutor() as pool:
        costs = [cost for found in pool.map(lambda of: costs_of(lake, of), days) for cost in found]
    rows = [
        {**asdict(cost), "cost_usd": cost.cost_usd(prices), "date": cost.started_at.date()}
        for cost in costs
    ]
    now = _by_day(arrow_of(rows, schema_of(JOB_COSTS)))
    changed = {of: now.get(of.date, []) for of in days if now.get(of.date) != before.get(of.date)}
    for of, in_its_place in changed.items():
        _replace(spark, lake, [(JOB_COSTS, of.predicate, in_its_place)])
    return sum(map(len, changed.values()))


def _by_day(costs: pa.Table) -> dict[date, list[dict[str, Any]]]:
    in_order = costs.sort_by([("date", "ascending"), ("job_run_id", "ascending")]).to_pylist()
    return {day: list(rows) for day, rows in groupby(in_order, key=itemgetter("date"))}


def record_tables(spark: SparkSession, lake: Lake, result: TablesResult, history: History) -> None:
    """Write what a run did to the tables that it derived, as ``record_hour`` does for an hour."""
    day = Day.parse(result.date)
    judged = [(table.run.table_name, table.judgement) for table in result.tables]
    judged += [(records.table_name, records.judgement) for records in result.records]
    rows = _rows_to_record(day, result.run_id, result.tables, judged)
    of_run = _of_run(day, result.run_id)
    _replace(spark, lake, [(table, of_run, rows[table]) for table in rows])
    lake.write(result.report, render_tables_report(result).encode())
    others = [run for run in history.table_runs if run.report != result.report]
    runs = [*others, *(table.run for table in result.tables)]
    _write_index(lake, History(history.ledger, runs))
    lake.write(result_key(result.step, day, result.run_id), to_json(result))


def _rows_to_record(
    period: Period,
    run_id: str,
    tables: Sequence[JudgedTable],
    judged: Sequence[tuple[str, Judgement]],
) -> dict[Table, list[dict[str, Any]]]:
    of_run = {"date": period.date, "hour": period.hour, "run_id": run_id}
    return {
        TABLE_RUNS: [_row_of(table.run) for table in tables],
        QUALITY_RESULTS: [
            {**asdict(found), **of_run, "table_name": name}
            for name, judgement in judged
            for found in judgement.results
        ],
    }


def _of_run(period: Period, run_id: str) -> str:
    run = run_id.replace("\\", "\\\\").replace("'", "\\'")
    hour = "hour IS NULL" if period.hour is None else f"hour = {period.hour}"
    return f"date = DATE'{period.date}' AND {hour} AND run_id = '{run}'"


def _replace(spark: SparkSession, lake: Lake, records: Iterable[_Record]) -> None:
    """Put rows in place of those that a predicate names: one commit a table, all at once.

    Raises:
        LostRecordError: a commit did not write the rows that it was given.
    """

    def replace(record: _Record) -> None:
        table, predicate, rows = record
        found = arrow_of(rows, schema_of(table))
        written = delta.replace_rows(spark, found, lake, table, predicate)
        if written != len(rows):
            raise LostRecordError(
                f"{table.full_name}: the commit for {predicate} wrote {written:,} of"
                f" {len(rows):,} rows. The record of this run is incomplete: clear its task"
            )

    with ThreadPoolExecutor() as pool:
        for _ in pool.map(replace, records):
            pass


def _write_index(lake: Lake, history: History) -> None:
    days = [run for run in history.table_runs if run.hour is None]
    lake.write(INDEX_KEY, render_index(_newest(history.ledger), _newest(days)).encode())


def _newest(runs: list[_Run]) -> list[_Run]:
    days = sorted({run.date for run in runs})[-_INDEX_DAYS:]
    return [run for run in runs if run.date in days]


def _row_of(run: LedgerLine | TableRun) -> dict[str, Any]:
    recorded_at = datetime.fromisoformat(run.recorded_at) if run.recorded_at else None
    return {**asdict(run), "date": Day.parse(run.date).date, "recorded_at": recorded_at}


def _fields_of(row: dict[str, Any]) -> dict[str, Any]:
    recorded_at = row["recorded_at"] and row["recorded_at"].isoformat()
    return {**row, "date": str(row["date"]), "recorded_at": recorded_at}


def _line_of(row: dict[str, Any]) -> LedgerLine:
    answers = row["quarantined_answers"] or []
    return from_fields(LedgerLine, {**_fields_of(row), "quarantined_answers": answers})
