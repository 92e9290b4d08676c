"""The pipeline's own record: run ledger, quality results, result files and reports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from pyspark.sql import SparkSession

from flightlake.contracts.costs import Prices, costs_of
from flightlake.contracts.days import Day, Period
from flightlake.contracts.hours import Hour
from flightlake.contracts.results import (
    INDEX_KEY,
    JudgedTable,
    Judgement,
    LedgerLine,
    QuarantinedAnswer,
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
from flightlake.io import delta
from flightlake.io.frames import arrow_of, schema_of
from flightlake.quality.report import TrendPoint, render_index, render_report, render_tables_report

_INDEX_LINES = 1_000
"""The newest runs that the index of reports lists: about six weeks."""
_TREND_HOURS = 7 * 24
_USUAL_DAYS = 14


@dataclass(frozen=True)
class History:
    """What the pipeline has recorded so far: the ledger, oldest hour first, and table runs."""

    ledger: list[LedgerLine]
    table_runs: list[TableRun]

    def lines_before(self, hour: Hour) -> list[LedgerLine]:
        """One line for each of the hours of the past week that were judged, oldest first."""
        of_hour = {hour_of(line): line for line in self.ledger}
        return [of_hour[h] for h in sorted(of_hour) if hour - _TREND_HOURS <= h < hour]

    def usual_rows(self, table: Table, period: Period) -> float | None:
        """The median of a table's rows in the same hours, or days, before; None without any."""
        before = {
            run.date: run.rows_published + run.rows_withheld
            for run in self.table_runs
            if run.table_name == table.full_name
            and run.hour == period.hour
            and run.date < str(period.date)
        }
        newest = [before[day] for day in sorted(before)[-_USUAL_DAYS:]]
        return float(median(newest)) if newest else None


def read_history(spark: SparkSession, lake: Lake) -> History:
    """All that is recorded so far."""
    ledger = [_line_of(row) for row in _rows_of(spark, lake, RUN_LEDGER)]
    runs = [
        TableRun(**{**row, "date": str(row["date"])}) for row in _rows_of(spark, lake, TABLE_RUNS)
    ]
    return History(sorted(ledger, key=lambda line: (line.date, line.hour, line.run_id)), runs)


def _rows_of(spark: SparkSession, lake: Lake, table: Table) -> list[dict[str, Any]]:
    return [row.asDict(recursive=True) for row in delta.read(spark, lake, table).collect()]


def hour_of(line: LedgerLine) -> Hour:
    """The hour that a ledger line is of."""
    return Hour.parse(f"{line.date}T{line.hour:02d}")


def record_hour(
    spark: SparkSession,
    lake: Lake,
    result: RunResult,
    history: History,
    api_credits: Sequence[Mapping[str, Any]] = (),
) -> None:
    """Write what a run did to its hour, in place of what an earlier try of this run wrote.

    The result file comes last: where it is, everything else is.

    Args:
        spark: the session.
        lake: where to.
        result: what to record.
        history: what was known before this run.
        api_credits: what the hour's raw objects cost, in place of what is known of the hour.
    """
    line = result.ledger
    hour = hour_of(line)
    judged = [(STATE_VECTORS.full_name, result.judgement)]
    judged += [(table.run.table_name, table.judgement) for table in result.tables]
    rows = {
        RUN_LEDGER: [{**asdict(line), "date": hour.date}],
        **_rows_to_record(hour, line.run_id, result.tables, judged),
    }
    of_run = _of_run(hour, line.run_id)
    records = [(table, of_run, rows[table]) for table in rows]
    _replace(spark, lake, [*records, (API_CREDITS, hour.predicate, api_credits)])
    others = [
        known for known in history.ledger if (hour_of(known), known.run_id) != (hour, line.run_id)
    ]
    trend = [
        TrendPoint(hour_of(known), known.score, known.verdict)
        for known in [*History(others, []).lines_before(hour), line]
    ]
    lake.write(line.report, render_report(result, trend).encode())
    _write_index(lake, History([*others, line], history.table_runs))
    lake.write(result_key(line.step, hour, line.run_id), result.to_json())


def record_job_costs(spark: SparkSession, lake: Lake, day: Day, prices: Prices) -> int:
    """Write what the job runs of a day cost, in place of what is known of it; how many they are."""
    costs = costs_of(lake, day)
    rows = [{**asdict(cost), "cost_usd": cost.cost_usd(prices), "date": day.date} for cost in costs]
    _replace(spark, lake, [(JOB_COSTS, day.predicate, rows)])
    return len(rows)


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
    lake.write(result_key(result.step, day, result.run_id), result.to_json())


def _rows_to_record(
    period: Period,
    run_id: str,
    tables: Sequence[JudgedTable],
    judged: Sequence[tuple[str, Judgement]],
) -> dict[Table, list[dict[str, Any]]]:
    of_run = {"date": period.date, "hour": period.hour, "run_id": run_id}
    return {
        TABLE_RUNS: [{**asdict(table.run), "date": period.date} for table in tables],
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


def _replace(
    spark: SparkSession,
    lake: Lake,
    records: Iterable[tuple[Table, str, Sequence[Mapping[str, Any]]]],
) -> None:
    """Put rows in place of those that a predicate names: one commit a table, all at once."""

    def replace(record: tuple[Table, str, Sequence[Mapping[str, Any]]]) -> int:
        table, predicate, rows = record
        return delta.replace_rows(spark, arrow_of(rows, schema_of(table)), lake, table, predicate)

    with ThreadPoolExecutor() as pool:
        for _ in pool.map(replace, records):
            pass


def _write_index(lake: Lake, history: History) -> None:
    listed = sorted(history.ledger, key=hour_of)[-_INDEX_LINES:]
    days = [run for run in history.table_runs if run.hour is None]
    lake.write(INDEX_KEY, render_index(listed, days).encode())


def _line_of(row: dict[str, Any]) -> LedgerLine:
    answers = [QuarantinedAnswer(**answer) for answer in row["quarantined_answers"] or []]
    return LedgerLine(**{**row, "date": str(row["date"]), "quarantined_answers": answers})
