"""Derived tables, all in one way: derive, judge, publish; one commit a table.

A rejected table keeps what it has, and what is derived from it is derived from that. Nothing is
withheld in a table of its own: the sources are published, so the rows can be made again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import UTC, datetime
from importlib import import_module
from threading import Lock
from time import monotonic
from typing import Any

from pyspark.sql import DataFrame, SparkSession

from flightlake.contracts.days import Period
from flightlake.contracts.results import HourRead, JudgedTable, Judgement, TableRun, report_key
from flightlake.contracts.storage import Lake
from flightlake.contracts.tables import TABLES, Table
from flightlake.io import delta
from flightlake.io.ops import History
from flightlake.quality.judge import judge
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
        parameters: values of the suites' ``$PARAMETER``s beside those that every table has.
        hours_read: of a day, the hours and their versions that its sources have.
    """

    def process(table: Table, waits_for: Sequence[Future[JudgedTable]]) -> JudgedTable:
        for source in waits_for:
            source.result()
        sources = {
            name: (at_hand or {}).get(name) or delta.read(spark, lake, TABLES[name])
            for name in table.sources
        }
        known = table_parameters(period, history.usual_rows(table, period), parameters or {})
        judged = _process(spark, lake, table, sources, period, run_id, known)
        judged = replace(judged, run=replace(judged.run, hours_read=hours_read))
        progress.say(f"{table.full_name}: {judged.run.rows_published:,} rows, {judged.run.verdict}")
        return judged

    processing: dict[str, Future[JudgedTable]] = {}
    # One alone leaves cores idle while it is planned, judged and committed.
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for table in tables:
            # What a table is made of comes before it, so it never waits for one that waits.
            waits_for = [processing[name] for name in table.sources if name in processing]
            processing[table.full_name] = pool.submit(process, table, waits_for)
        wait(processing.values())
    errors = [error for each in processing.values() if (error := each.exception())]
    done = [each.result() for each in processing.values() if not each.exception()]
    return done, next(iter(errors), None)


def _process(
    spark: SparkSession,
    lake: Lake,
    table: Table,
    sources: Sources,
    period: Period,
    run_id: str,
    parameters: Mapping[str, Any],
) -> JudgedTable:
    started = monotonic()
    rows = delta.columns_of_table(derive(table, sources, period), table).toArrow()
    with _judging:
        judgement = judge(rows.to_pandas(), table.full_name, parameters)
    published = 0
    if judgement.verdict != "rejected":
        # Not the frame again: it would be derived twice, or cached.
        published = delta.replace_rows(spark, rows, lake, table, period.predicate)
    withheld = rows.num_rows - published
    return judged_table(table, period, run_id, judgement, published, withheld, started)


def judged_table(
    table: Table,
    period: Period,
    run_id: str,
    judgement: Judgement,
    published: int,
    withheld: int,
    started: float,
) -> JudgedTable:
    """What a run did to a table, as it is recorded; ``started`` is a monotonic time."""
    run = TableRun(
        date=str(period.date),
        hour=period.hour,
        run_id=run_id,
        step=table.step,
        table_name=table.full_name,
        rows_published=published,
        rows_withheld=withheld,
        verdict=judgement.verdict,
        score=judgement.score,
        seconds=round(monotonic() - started, 1),
        report=report_key(table.step, period, run_id),
        recorded_at=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    return JudgedTable(run, judgement)


def derive(table: Table, sources: Sources, period: Period) -> DataFrame:
    """The rows of a table, by the function ``derive`` of the module that is named after it."""
    module = import_module(f"flightlake.transforms.{table.layer}.{table.name}")
    rows: DataFrame = module.derive(sources, period)
    return rows
