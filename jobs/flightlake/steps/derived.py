"""Derived tables, all in one way: derive, judge, publish; one commit per table.

A row that breaks a row rule of its suite goes to gold.quarantine with its reasons, and the other
rows are published. A rejected table keeps what it has, and what is derived from it is derived from
that. Its rows are not kept: the sources are published, so the rows can be made again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib import import_module
from threading import Lock
from time import monotonic
from typing import Any

import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession

from flightlake.contracts import partitions
from flightlake.contracts.days import Day, Period
from flightlake.contracts.results import HourRead, JudgedTable, Judgement, TableRun, report_key
from flightlake.contracts.storage import Lake
from flightlake.contracts.tables import DERIVED_QUARANTINE, TABLES, Table
from flightlake.io import delta
from flightlake.io.frames import arrow_of, schema_of
from flightlake.io.ops import History
from flightlake.quality.facts import facts_of, with_measures
from flightlake.quality.judge import BrokenRows, judge_rows
from flightlake.quality.suites import table_parameters
from flightlake.steps.progress import Progress
from flightlake.transforms.sources import Sources

_AT_ONCE = 3
# Great Expectations keeps its context in a variable of its module.
_judging = Lock()


def derive_tables(
    spark: SparkSession,
    lake: Lake,
    tables: Sequence[Table],
    period: Period,
    run_id: str,
    *,
    history: History,
    progress: Progress,
    at_hand: Sources | None = None,
    parameters: Mapping[str, Any] | None = None,
    hours_read: list[HourRead] | None = None,
) -> tuple[list[JudgedTable], BaseException | None]:
    """Derive tables, each after its sources.

    Returns:
        What was done, and the first error of a table that could not be derived: the caller records
        the others before it raises that.

    Args:
        spark: the session.
        lake: where the tables are.
        tables: which, in the registry's order.
        period: the hour or the day that they are derived for.
        run_id: names the run.
        history: what was recorded before this run.
        progress: told after each table.
        at_hand: sources that the step holds already, in place of what the lake has.
        parameters: what the step knows beside, for the suites and their facts.
        hours_read: of a day, the hours and their versions that its sources have.
    """

    def process(table: Table, waits_for: Sequence[Future[Processed]]) -> Processed:
        for source in waits_for:
            source.result()
        sources = {
            name: (at_hand or {}).get(name) or delta.read(spark, lake, TABLES[name])
            for name in table.sources
        }
        known = table_parameters(history.usual_rows(table, period), parameters or {})
        processed = _process(spark, lake, table, sources, period, run_id, known)
        run = processed.judged.run
        progress.say(
            f"{table.full_name}: {run.rows_published:,} rows, {run.rows_quarantined:,} quarantined,"
            f" {run.verdict}"
        )
        return processed

    processing: dict[str, Future[Processed]] = {}
    # One alone leaves cores idle while it is planned, judged and committed.
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for table in tables:
            # What a table is made of comes before it, so it never waits for one that waits.
            waits_for = [processing[name] for name in table.sources if name in processing]
            processing[table.full_name] = pool.submit(process, table, waits_for)
        wait(processing.values())
    errors = [error for each in processing.values() if (error := each.exception())]
    done = [each.result() for each in processing.values() if not each.exception()]
    quarantine(spark, lake, period, done)
    judged = [
        replace(each.judged, run=replace(each.judged.run, hours_read=hours_read)) for each in done
    ]
    return judged, next(iter(errors), None)


@dataclass(frozen=True)
class Processed:
    """What became of a derived table, before its quarantined rows are written."""

    judged: JudgedTable
    quarantined: list[dict[str, Any]]
    """Rows of gold.quarantine."""


def _process(
    spark: SparkSession,
    lake: Lake,
    table: Table,
    sources: Sources,
    period: Period,
    run_id: str,
    parameters: Mapping[str, Any],
) -> Processed:
    started = monotonic()
    rows = delta.columns_of_table(derive(table, sources, period), table).toArrow()
    return publish_rows(spark, lake, table, rows, period, run_id, parameters, started)


def publish_rows(
    spark: SparkSession,
    lake: Lake,
    table: Table,
    rows: pa.Table,
    period: Period,
    run_id: str,
    parameters: Mapping[str, Any],
    started: float,
) -> Processed:
    """Judge derived rows, and put the good ones in place of the table's unless it is rejected.

    What it returns to be quarantined is written by ``quarantine``, for all tables at once.
    """
    frame = with_measures(table.full_name, rows.to_pandas())
    known = {**parameters, **facts_of(table.full_name, frame, parameters)}
    with _judging:
        judgement, broken = judge_rows(frame, table.full_name, known)
    published, quarantined = 0, []
    if judgement.verdict != "rejected":
        quarantined = quarantine_rows(table, rows, broken)
        kept = rows.filter([n not in broken for n in range(rows.num_rows)]) if broken else rows
        # Not the frame again: it would be derived twice, or cached.
        published = delta.replace_rows(spark, kept, lake, table, period.predicate)
    counts = RowCounts(
        derived=rows.num_rows,
        published=published,
        withheld=rows.num_rows if judgement.verdict == "rejected" else 0,
        quarantined=len(quarantined),
    )
    return Processed(judged_table(table, period, run_id, judgement, counts, started), quarantined)


def quarantine_rows(table: Table, rows: pa.Table, broken: BrokenRows) -> list[dict[str, Any]]:
    """The rows of gold.quarantine for the rows of a derived table that broke a row rule."""
    if not broken:
        return []
    names = [name for name in table.keys if name not in ("date", "hour")]
    return [
        {
            "table_name": table.full_name,
            "row_key": " ".join(str(row[name]) for name in names),
            "reasons": broken[position],
            "row": json.dumps(row, default=str),
            "date": row["date"],
            "hour": row.get("hour"),
        }
        for position, row in zip(sorted(broken), rows.take(sorted(broken)).to_pylist(), strict=True)
    ]


def quarantine(
    spark: SparkSession, lake: Lake, period: Period, processed: Sequence[Processed]
) -> None:
    """Put what a run quarantined in place of what was there of the tables that it published.

    In one commit, after all tables: commits at once to the same day would conflict.
    """
    rows = [row for found in processed for row in found.quarantined]
    published = [found.judged for found in processed if found.judged.run.verdict != "rejected"]
    has_day = Day(period.date) in partitions.days_of(lake, DERIVED_QUARANTINE)
    if not published or not (rows or has_day):
        return
    hour = "hour IS NULL" if period.hour is None else f"hour = {period.hour}"
    names = ", ".join(f"'{judged.table_name}'" for judged in published)
    predicate = f"date = DATE'{period.date}' AND {hour} AND table_name IN ({names})"
    schema = schema_of(DERIVED_QUARANTINE)
    delta.replace_rows(spark, arrow_of(rows, schema), lake, DERIVED_QUARANTINE, predicate)


@dataclass(frozen=True)
class RowCounts:
    """Where the rows of a derived table went."""

    derived: int
    published: int
    """As the commit says."""
    withheld: int
    quarantined: int = 0

    @property
    def unaccounted(self) -> int:
        """Rows that are nowhere; 0 unless rows were lost."""
        return self.derived - self.published - self.withheld - self.quarantined


def judged_table(
    table: Table,
    period: Period,
    run_id: str,
    judgement: Judgement,
    rows: RowCounts,
    started: float,
) -> JudgedTable:
    """What a run did to a table, as it is recorded; ``started`` is a monotonic time."""
    run = TableRun(
        date=str(period.date),
        hour=period.hour,
        run_id=run_id,
        step=table.step,
        table_name=table.full_name,
        rows_published=rows.published,
        rows_withheld=rows.withheld,
        verdict=judgement.verdict,
        score=judgement.score,
        seconds=round(monotonic() - started, 1),
        report=report_key(table.step, period, run_id),
        recorded_at=datetime.now(UTC).isoformat(timespec="seconds"),
        rows_derived=rows.derived,
        rows_quarantined=rows.quarantined,
        rows_unaccounted=rows.unaccounted,
    )
    return JudgedTable(run, judgement)


def derive(table: Table, sources: Sources, period: Period) -> DataFrame:
    """The rows of a table, by the function ``derive`` of the module that is named after it."""
    module = import_module(f"flightlake.transforms.{table.layer}.{table.name}")
    rows: DataFrame = module.derive(sources, period)
    return rows
