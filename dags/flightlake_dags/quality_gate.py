"""From a job's result to the fate of its run: go on, skip, or fail with the reasons."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from typing import Any

from flightlake.contracts.days import Day, Period
from flightlake.contracts.hours import Hour
from flightlake.contracts.results import (
    PUBLISHED,
    ExpectationResult,
    JudgedRecords,
    JudgedTable,
    Judgement,
    RunResult,
    TablesResult,
    read_result,
    read_tables_result,
)
from flightlake.contracts.storage import Lake
from flightlake.contracts.tables import STATE_VECTORS

from flightlake_dags.compat import AirflowFailException, AirflowSkipException
from flightlake_dags.metrics import emit, metrics_of_hour
from flightlake_dags.raw_hour import record_gap
from flightlake_dags.settings import get_settings

MAX_SAMPLE_ROWS = 3
MAX_SAMPLE_CHARS = 300

Extras = dict[str, dict[str, Any]]
"""What the asset event of each table tells its consumers, by the table's name."""

log = logging.getLogger(__name__)


def published_by_hour(step: str, hour: Hour, run_id: str) -> Extras:
    """The asset events of what a run published of its hour, whatever else was rejected.

    Raises:
        AirflowFailException: the job left no result.
    """
    result, report_url = _result_of(step, hour, run_id)
    line = result.ledger
    if line.verdict not in PUBLISHED:
        return {}
    extra = {
        "hour": str(hour),
        "rows": line.rows_published,
        "verdict": line.verdict,
        "score": line.score,
        "report": report_url,
    }
    return {STATE_VECTORS.full_name: extra, **published_tables(result.tables, hour, report_url)}


def published_by_day(step: str, day: Day, run_id: str) -> Extras:
    """As ``published_by_hour`` for a run that derives the tables of a day."""
    result, report_url = _tables_result_of(step, day, run_id)
    return published_tables(result.tables, day, report_url)


def published_tables(tables: Sequence[JudgedTable], period: Period, report_url: str) -> Extras:
    """The asset events of those derived tables that were published."""
    kind = "day" if period.hour is None else "hour"
    return {
        table.run.table_name: {
            kind: str(period),
            "rows": table.run.rows_published,
            "verdict": table.run.verdict,
            "score": table.run.score,
            "report": report_url,
        }
        for table in tables
        if table.run.verdict in PUBLISHED
    }


def require_quality(step: str, hour: Hour, run_id: str) -> None:
    """Let the run go on if its hour, and every table derived from it, was published.

    Raises:
        AirflowFailException: the hour or a derived table was rejected (again would be the same),
            or the job left no result.
        AirflowSkipException: not one of its answers could be read.
    """
    result, report_url = _result_of(step, hour, run_id)
    log.info("%s\nReport: %s", ledger_text(result), report_url)
    emit(metrics_of_hour(result), f"{step} {hour}")
    if result.ledger.verdict == "rejected":
        raise AirflowFailException(rejection_text(result, hour, report_url))
    if result.ledger.verdict == "no_data":
        reasons = {answer.reason for answer in result.ledger.quarantined_answers}
        reason = "none of its answers can be read: " + "; ".join(sorted(reasons))
        lake = Lake(get_settings().lake_url)
        raise AirflowSkipException(record_gap(lake, hour, run_id, reason))
    warn_of(STATE_VECTORS.full_name, result.judgement)
    require_published(result.tables, hour, report_url)


def require_tables(step: str, day: Day, run_id: str) -> None:
    """Let the run go on if every table of its day was published and the day's records hold.

    Raises as ``require_quality`` does.
    """
    result, report_url = _tables_result_of(step, day, run_id)
    require_published(result.tables, day, report_url, result.records)


def _result_of(step: str, hour: Hour, run_id: str) -> tuple[RunResult, str]:
    lake = Lake(get_settings().lake_url)
    try:
        result = read_result(lake, step, hour, run_id)
    except FileNotFoundError as error:
        raise AirflowFailException(lost_result_text(step, hour, error)) from None
    return result, lake.url_of(result.ledger.report)


def _tables_result_of(step: str, day: Day, run_id: str) -> tuple[TablesResult, str]:
    lake = Lake(get_settings().lake_url)
    try:
        result = read_tables_result(lake, step, day, run_id)
    except FileNotFoundError as error:
        raise AirflowFailException(lost_result_text(step, day, error)) from None
    return result, lake.url_of(result.report)


def require_published(
    tables: Sequence[JudgedTable],
    period: Period,
    report_url: str,
    records: Sequence[JudgedRecords] = (),
) -> None:
    """Let the run go on if all derived tables were published and all records hold.

    Raises:
        AirflowFailException: one was rejected; the message has its reasons.
    """
    judged = [(table_text(table), table.judgement) for table in tables]
    judged += [(records_text(each), each.judgement) for each in records]
    for text, _ in judged:
        log.info("%s", text)
    rejected = [(text, found) for text, found in judged if found.verdict == "rejected"]
    if rejected:
        raise AirflowFailException(tables_rejection_text(rejected, period, report_url))
    for text, judgement in judged:
        warn_of(text.partition(":")[0], judgement)


def warn_of(table_name: str, judgement: Judgement) -> None:
    """Log what is not met by rows that were published all the same."""
    for unmet in judgement.failed:
        log.warning("%s is published, but marked: %s", table_name, expectation_text(unmet))


def lost_result_text(step: str, period: Period, error: FileNotFoundError) -> str:
    """What to do where a job says that it ended well and nothing else."""
    return (
        f"The Spark job of {period} ended well but left no result ({error}). What is published is "
        f"unknown; see the log of the task {step}, then clear that task."
    )


def ledger_text(result: RunResult) -> str:
    """The ledger line in words, with verdict and scores."""
    line, scores = result.ledger, result.judgement.dimension_scores
    by_dimension = ", ".join(f"{name} {score:.1f}" for name, score in sorted(scores.items()))
    total = f"score {line.score:.1f} ({by_dimension})" if line.score is not None else "no score"
    return (
        f"{line.date} {line.hour:02d}h: {line.rows_read:,} rows read = "
        f"{line.rows_published:,} published + {line.rows_withheld:,} withheld + "
        f"{line.rows_quarantined:,} quarantined + {line.rows_repeated:,} repeats; "
        f"{line.answers_read} of {line.answers_expected} answers, {line.answers_quarantined} "
        f"unreadable; verdict {line.verdict}, {total}; {line.seconds:.0f} s"
    )


def table_text(table: JudgedTable) -> str:
    """What became of a derived table, on one line."""
    run = table.run
    score = f"score {run.score:.1f}" if run.score is not None else "no score"
    rows = (
        f"{run.rows_published:,} rows published, {run.rows_withheld:,} withheld, "
        f"{run.rows_quarantined or 0:,} quarantined"
    )
    return f"{run.table_name}: {rows}; verdict {run.verdict}, {score}; {run.seconds:.0f} s"


def records_text(records: JudgedRecords) -> str:
    """What a day of records is worth, on one line."""
    verdict = records.judgement.verdict
    return f"{records.table_name}: {records.rows:,} rows of the day, verdict {verdict}"


def tables_rejection_text(
    rejected: Sequence[tuple[str, Judgement]], period: Period, report_url: str
) -> str:
    """Why tables were rejected and what to do, for the person who has to decide."""
    names = ", ".join(text.partition(":")[0] for text, _ in rejected)
    lines = [
        f"{period}: rejected: {names}. Of a table of gold or ref, readers keep what they had; the "
        "rows of a record stay as they were written. Everything else is published.",
    ]
    for text, judgement in rejected:
        lines += [text, *critical_reasons(judgement)]
    return "\n".join(
        [
            *lines,
            f"Report: {report_url}",
            "What to do next: open the report. If the rows that the table is made of are at fault, "
            "put them right first; if its transform or an expectation is, correct that. Then clear "
            "the tasks of this run; its tables are made and judged anew.",
        ]
    )


def critical_reasons(judgement: Judgement) -> list[str]:
    """The critical expectations that are not met, numbered."""
    critical = [unmet for unmet in judgement.failed if unmet.severity == "critical"]
    return [f"{n}. {expectation_text(unmet)}" for n, unmet in enumerate(critical, 1)]


def rejection_text(result: RunResult, hour: Hour, report_url: str) -> str:
    """Why an hour was rejected and what to do, for the person who has to decide."""
    reasons = critical_reasons(result.judgement)
    return "\n".join(
        [
            f"{hour} was rejected: {len(reasons)} critical expectations are not met. Nothing was "
            "published; readers keep what they had of that hour.",
            *reasons,
            ledger_text(result),
            f"Report: {report_url}",
            "What to do next: open the report. If the raw answers are at fault, leave the hour as "
            "it is: its rows wait in silver.state_vectors_withheld. If the expectation is, correct "
            "it in expectations/. Then clear the tasks of this run; the hour is judged anew.",
        ]
    )


def expectation_text(unmet: ExpectationResult) -> str:
    """An expectation that is not met: which, expected and observed, and rows to look at."""
    where = f" of {unmet.column}" if unmet.column else ""
    rows = f" ({unmet.unexpected_rows:,} rows)" if unmet.unexpected_rows is not None else ""
    observed = unmet.exception or unmet.observed
    return "\n".join(
        [
            f"[{unmet.severity}] {unmet.description} ({unmet.expectation}{where})",
            f"   expected {unmet.expected}; observed {observed}{rows}",
            *(
                f"   row {json.dumps(row, default=str)[:MAX_SAMPLE_CHARS]}"
                for row in unmet.sample_rows[:MAX_SAMPLE_ROWS]
            ),
        ]
    )
