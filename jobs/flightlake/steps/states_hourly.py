"""One hour of OpenSky's answers becomes judged, published states.

Reads the raw hour and the last answer before it, quarantines what breaks a row rule, nulls
impossible values, drops repeats, lets the suite judge what is left, and publishes it or withholds
it. Every run of the same hour on the same raw objects leaves the same tables.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql import functions as F

from flightlake.contracts.hours import Hour
from flightlake.contracts.results import Judgement, LedgerLine, RunResult, report_key
from flightlake.contracts.storage import Lake
from flightlake.contracts.tables import (
    QUARANTINE,
    STATE_VECTORS,
    STATE_VECTORS_WITHHELD,
    Table,
    derived_by,
)
from flightlake.io import delta, ops
from flightlake.io.lease import writer_lease
from flightlake.io.ops import History
from flightlake.io.raw_hour import RawHour, inspect_hour, read_bodies
from flightlake.io.session import start_session
from flightlake.quality.judge import judge, preload
from flightlake.quality.suites import suite_digest, suite_parameters, usual_rows_per_answer
from flightlake.steps.arguments import HourArguments, parse_hour_arguments
from flightlake.steps.derived import derive_tables
from flightlake.steps.progress import Progress, describe
from flightlake.transforms.silver.enrich import Regions, enrich
from flightlake.transforms.silver.parse import MAX_RAW_ROW_CHARS, conform, explode_rows
from flightlake.transforms.silver.repeats import (
    BEFORE,
    QUARANTINED,
    REPEATED,
    STAGED,
    classify,
)
from flightlake.transforms.silver.row_rules import broken_rules
from flightlake.transforms.silver.value_rules import null_impossible_values
from flightlake.transforms.sources import Sources, states_of
from flightlake.transforms.surface import without_surface_objects

STEP = "states_hourly"
_NO_DATA = Judgement("no_data", None, {}, [])
_MISREAD = "Spark could not read the rows that the inspection had counted"


class UnbalancedLedgerError(Exception):
    """Rows were lost or doubled: what was read is not what was accounted for."""


@dataclass(frozen=True)
class Staged:
    """An hour, every row of it with its outcome, cached, and the counts that must balance."""

    raw_hour: RawHour
    rows: DataFrame | None
    counts: Counter[str]
    reasons: dict[str, int]
    rows_nulled: int = 0
    """Staged rows with an impossible value."""


@dataclass(frozen=True)
class Written:
    """The rows that the commits of a run say they wrote."""

    published: int = 0
    withheld: int = 0
    quarantined: int = 0


def main(argv: Sequence[str]) -> int:
    """Process the hour that the arguments name; 0 for a rejected hour too."""
    arguments = parse_hour_arguments(STEP, argv)
    progress = Progress(f"{STEP} {arguments.hour} on {arguments.lake.url}")
    preload()
    with writer_lease(arguments.lake, STEP, arguments.run_id):
        with ThreadPoolExecutor() as pool:
            inspecting = pool.submit(inspect_hour, arguments.lake, arguments.hour)
            spark = start_session(f"{STEP} {arguments.hour}")
            raw_hour = inspecting.result()
        result = run(spark, arguments, raw_hour, progress)
    progress.end(describe(result))
    spark.stop()
    return 0


def run(
    spark: SparkSession,
    arguments: HourArguments,
    raw_hour: RawHour,
    progress: Progress,
    derived: Sequence[Table] = derived_by(STEP),
) -> RunResult:
    """Stage, judge, publish and record one hour, then what is derived from it."""
    progress.say(
        f"{len(raw_hour.answers):,} answers with {raw_hour.rows:,} rows,"
        f" {len(raw_hour.quarantined):,} unreadable"
    )
    with ThreadPoolExecutor() as pool:
        # Delta's first use costs seconds of the driver alone, while Spark reads the rows.
        opening = pool.submit(open_tables, spark, arguments.lake, arguments.hour)
        staged = stage(spark, arguments, raw_hour)
        history, rows_before = opening.result()
    progress.say(", ".join(f"{staged.counts[o]:,} {o}" for o in (STAGED, QUARANTINED, REPEATED)))
    judgement = _NO_DATA
    if staged.rows is not None:
        to_judge = _states(staged.rows)
        known = _judged_by(arguments, staged, history, rows_before)
        judgement = judge(to_judge, STATE_VECTORS.full_name, known)
        progress.say(f"judged: {judgement.verdict}, {len(judgement.failed)} expectations not met")
    written = publish(spark, arguments, staged, judgement)
    progress.say(f"{written.published:,} published, {written.withheld:,} withheld")
    line = ledger_line(arguments, staged, judgement, written, progress.seconds)
    result = RunResult(line, judgement, staged.reasons)
    # Before anything else can fail: what is published must never be without its line.
    ops.record_hour(spark, arguments.lake, result, history, staged.raw_hour.api_credits)
    progress.say("ledger, results and report written")
    require_balance(line)
    if derived and staged.rows is not None and judgement.verdict != "rejected":
        at_hand = {STATE_VECTORS.full_name: _states_and_those_before(staged.rows)}
        tables, error = derive_tables(
            spark,
            arguments.lake,
            derived,
            arguments.hour,
            arguments.run_id,
            history=history,
            progress=progress,
            at_hand=at_hand,
            parameters={"states_counted": aircraft_states(at_hand, arguments.hour)},
        )
        result = replace(result, tables=tables)
        ops.record_derived(spark, arguments.lake, result, history)
        progress.say("table runs, results and report written")
        if error:
            raise error
    if staged.rows is not None:
        staged.rows.unpersist()
    return result


def open_tables(spark: SparkSession, lake: Lake, hour: Hour) -> tuple[History, int]:
    """Create the tables that are not there yet.

    Returns:
        What was recorded before this run, and the rows that silver.state_vectors has of the hour.
    """
    delta.ensure_tables(spark, lake, STEP)
    published = delta.read(spark, lake, STATE_VECTORS).where(hour.predicate)
    return ops.read_history(spark, lake, hour), published.count()


def aircraft_states(sources: Sources, hour: Hour) -> int:
    """The states that the tables of gold count: those of the hour without surface objects."""
    return without_surface_objects(states_of(sources, hour)).count()


def stage(spark: SparkSession, arguments: HourArguments, raw_hour: RawHour) -> Staged:
    """Classify every row of the hour and hold the counts against those made outside Spark.

    An answer that Spark reads otherwise than the inspection did is set aside whole: its rows
    cannot be trusted, and the other answers must not wait for it.
    """
    if not raw_hour.answers:
        return Staged(raw_hour, None, Counter(), {})
    rows = classified(read_bodies(spark, arguments.lake, raw_hour), arguments.regions).persist()
    read: Counter[str] = Counter()
    counts: Counter[str] = Counter()
    nulled: Counter[str] = Counter()
    for raw_object, outcome, count, with_nulled in _counts(rows):
        read[raw_object] += count
        counts[outcome] += count
        nulled[outcome] += with_nulled
    misread = {a.raw_object for a in raw_hour.all_answers if read[a.raw_object] != a.rows}
    if misread:
        rows.unpersist()
        return stage(spark, arguments, raw_hour.without(misread, _MISREAD))
    reasons: dict[str, int] = {}
    if counts[QUARANTINED]:
        broken = _with_outcome(rows, QUARANTINED).select(F.explode("reasons").alias("reason"))
        reasons = dict(map(tuple, broken.groupBy("reason").count().collect()))
    return Staged(raw_hour, rows, counts, reasons, nulled[STAGED])


def _counts(rows: DataFrame) -> list[Row]:
    """Per raw object and outcome, the number of rows and of those with an impossible value."""
    with_nulled = F.count_if(F.size("nulled_columns") > 0)
    return rows.groupBy("raw_object", "outcome").agg(F.count("*"), with_nulled).collect()


def classified(bodies: DataFrame, regions: Regions) -> DataFrame:
    """From answers to enriched rows, each with its ``outcome`` and its ``reasons``."""
    rows = conform(explode_rows(bodies)).withColumn("reasons", broken_rules())
    rows = null_impossible_values(rows).drop("fields")
    raw_row = F.when(F.col("outcome") == QUARANTINED, F.left("raw_row", F.lit(MAX_RAW_ROW_CHARS)))
    return enrich(classify(rows).withColumn("raw_row", raw_row), regions)


def _judged_by(
    arguments: HourArguments, staged: Staged, history: History, rows_before: int
) -> dict[str, Any]:
    before = history.lines_before(arguments.hour)
    return suite_parameters(
        rows_read=staged.raw_hour.rows,
        rows_staged=staged.counts[STAGED],
        rows_quarantined=staged.counts[QUARANTINED],
        rows_nulled=staged.rows_nulled,
        answers_read=staged.raw_hour.snapshots,
        answers_expected=arguments.expected_answers,
        answers_quarantined=len(staged.raw_hour.quarantined),
        rows_per_answer_before=usual_rows_per_answer(before, arguments.hour),
        rows_published_before=rows_before,
    )


def publish(
    spark: SparkSession, arguments: HourArguments, staged: Staged, judgement: Judgement
) -> Written:
    """Put the hour in place of what the tables hold of it: one commit a table.

    The states of a rejected hour go to silver.state_vectors_withheld, and silver.state_vectors
    keeps what it has. Where that is an earlier run's hour, silver.quarantine keeps the rows of that
    run too: the two tables tell of one run, and no raw row is in both.
    """
    if staged.rows is None:
        return Written()
    lake, hour = arguments.lake, arguments.hour

    def put(table: Table, rows: DataFrame) -> int:
        return delta.replace_where(delta.columns_of_table(rows, table), lake, table, hour.predicate)

    # One file a region: all its rows in one task, in the order that readers ask for.
    states = (
        _with_outcome(staged.rows, STAGED)
        .repartition("region")
        .sortWithinPartitions("region", "icao24", "snapshot_time")
    )
    broken = _with_outcome(staged.rows, QUARANTINED).coalesce(1)
    is_rejected = judgement.verdict == "rejected"
    if is_rejected and not delta.read(spark, lake, STATE_VECTORS).where(hour.predicate).isEmpty():
        withheld = put(STATE_VECTORS_WITHHELD, states)
        return Written(withheld=withheld, quarantined=staged.counts[QUARANTINED])
    with ThreadPoolExecutor() as pool:
        quarantining = pool.submit(put, QUARANTINE, broken)
        if is_rejected:
            published, withheld = 0, put(STATE_VECTORS_WITHHELD, states)
        else:
            published, withheld = put(STATE_VECTORS, states), 0
            delta.delete_where(spark, lake, STATE_VECTORS_WITHHELD, hour.predicate)
        return Written(published, withheld, quarantining.result())


def _with_outcome(rows: DataFrame, outcome: str) -> DataFrame:
    return rows.where(F.col("outcome") == outcome)


def _states(rows: DataFrame) -> DataFrame:
    return delta.columns_of_table(_with_outcome(rows, STAGED), STATE_VECTORS)


def _states_and_those_before(rows: DataFrame) -> DataFrame:
    """With the good rows of the last answer before the hour: movements have two sides."""
    is_good_before = (F.col("outcome") == BEFORE) & (F.size("reasons") == 0)
    wanted = rows.where((F.col("outcome") == STAGED) | is_good_before)
    return delta.columns_of_table(wanted, STATE_VECTORS)


def ledger_line(
    arguments: HourArguments,
    staged: Staged,
    judgement: Judgement,
    written: Written,
    seconds: float,
) -> LedgerLine:
    """Where every row of the hour went, and how many are unaccounted for."""
    hour, raw_hour = arguments.hour, staged.raw_hour
    line = LedgerLine(
        date=str(hour.date),
        hour=hour.hour,
        run_id=arguments.run_id,
        step=STEP,
        rows_read=raw_hour.rows,
        rows_published=written.published,
        rows_withheld=written.withheld,
        rows_quarantined=written.quarantined,
        rows_repeated=staged.counts[REPEATED],
        answers_expected=arguments.expected_answers,
        answers_read=raw_hour.snapshots,
        answers_quarantined=len(raw_hour.quarantined),
        quarantined_answers=list(raw_hour.quarantined),
        verdict=judgement.verdict,
        score=judgement.score,
        seconds=seconds,
        report=report_key(STEP, hour, arguments.run_id),
        recorded_at=datetime.now(UTC).isoformat(timespec="seconds"),
        raw_objects=raw_hour.raw_objects,
        raw_before=raw_hour.raw_before,
        suite=suite_digest(STATE_VECTORS.full_name),
    )
    return replace(line, rows_unaccounted=line.rows_read - line.rows_accounted)


def require_balance(line: LedgerLine) -> None:
    """Go on only with an hour of which every row is accounted for; its line is written by now.

    Raises:
        UnbalancedLedgerError: rows were lost or doubled on the way.
    """
    if line.rows_unaccounted:
        raise UnbalancedLedgerError(
            f"{line.period}: {line.rows_read:,} rows read, {line.rows_accounted:,} accounted for."
            " The ledger line says so; the hour's tables may be wrong, and no table was derived"
            " from them. The next attempt runs the hour again; see the runbook job-failed if that"
            " fails too."
        )
