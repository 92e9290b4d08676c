"""The pipeline's own record: run ledger, quality results, result files and reports."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import date
from typing import Any

from pyspark.sql import SparkSession

from flightlake.contracts.hours import Hour
from flightlake.contracts.results import (
    INDEX_KEY,
    LedgerLine,
    QuarantinedAnswer,
    RunResult,
    result_key,
)
from flightlake.contracts.storage import Lake
from flightlake.contracts.tables import QUALITY_RESULTS, RUN_LEDGER, STATE_VECTORS, Table
from flightlake.io import delta
from flightlake.io.frames import frame_of
from flightlake.quality.report import TrendPoint, render_index, render_report
from flightlake.schemas import schema_of

_INDEX_LINES = 1_000
"""The newest runs that the index of reports lists: about six weeks."""
_TREND_HOURS = 7 * 24


def read_ledger(spark: SparkSession, lake: Lake) -> list[LedgerLine]:
    """All lines of the ledger, oldest hour first."""
    rows = delta.read(spark, lake, RUN_LEDGER).collect()
    lines = [_line_of(row.asDict(recursive=True)) for row in rows]
    return sorted(lines, key=lambda line: (line.date, line.hour, line.run_id))


def lines_before(ledger: Sequence[LedgerLine], hour: Hour) -> list[LedgerLine]:
    """One line for each of the hours of the past week that were judged, oldest first."""
    of_hour = {hour_of(line): line for line in ledger}
    return [of_hour[h] for h in sorted(of_hour) if hour - _TREND_HOURS <= h < hour]


def hour_of(line: LedgerLine) -> Hour:
    """The hour that a ledger line is of."""
    return Hour.parse(f"{line.date}T{line.hour:02d}")


def record(
    spark: SparkSession, lake: Lake, result: RunResult, ledger: Sequence[LedgerLine]
) -> None:
    """Write a run's ledger line and results, in place of those of an earlier try of this run.

    The result file comes last: where it is, everything else is.

    Args:
        spark: the session.
        lake: where to.
        result: what to record.
        ledger: the lines known before this run (``read_ledger``).
    """
    line = result.ledger
    hour = hour_of(line)
    ledger_row = {**asdict(line), "date": hour.date}
    quality_rows = [
        {
            **asdict(found),
            "date": hour.date,
            "hour": line.hour,
            "run_id": line.run_id,
            "table_name": STATE_VECTORS.full_name,
        }
        for found in result.judgement.results
    ]

    def replace(table: Table, rows: list[dict[str, Any]]) -> None:
        frame = frame_of(spark, rows, schema_of(table)).coalesce(1)
        run = line.run_id.replace("\\", "\\\\").replace("'", "\\'")
        predicate = f"date = DATE'{hour.date}' AND hour = {line.hour} AND run_id = '{run}'"
        delta.replace_where(frame, lake, table, predicate)

    with ThreadPoolExecutor() as pool:
        writings = (
            pool.submit(replace, RUN_LEDGER, [ledger_row]),
            pool.submit(replace, QUALITY_RESULTS, quality_rows),
        )
        for writing in writings:
            writing.result()
    others = [known for known in ledger if (hour_of(known), known.run_id) != (hour, line.run_id)]
    trend = [
        TrendPoint(hour_of(known), known.score, known.verdict)
        for known in [*lines_before(others, hour), line]
    ]
    lake.write(line.report, render_report(result, trend).encode())
    listed = sorted([*others, line], key=hour_of)[-_INDEX_LINES:]
    lake.write(INDEX_KEY, render_index(listed).encode())
    lake.write(result_key(line.step, hour, line.run_id), result.to_json())


def _line_of(row: dict[str, Any]) -> LedgerLine:
    day: date = row["date"]
    answers = [QuarantinedAnswer(**answer) for answer in row["quarantined_answers"] or []]
    return LedgerLine(**{**row, "date": str(day), "quarantined_answers": answers})
