"""From a job's result to the fate of its run: go on, skip, or fail with the reasons."""

from __future__ import annotations

import json
import logging
from typing import Any

from flightlake.contracts.hours import Hour
from flightlake.contracts.results import ExpectationResult, RunResult, read_result
from flightlake.contracts.storage import Lake

from flightlake_dags.compat import AirflowFailException, AirflowSkipException
from flightlake_dags.raw_hour import record_gap
from flightlake_dags.settings import get_settings

MAX_SAMPLE_ROWS = 3
MAX_SAMPLE_CHARS = 300

log = logging.getLogger(__name__)


def require_quality(step: str, hour: Hour, run_id: str) -> dict[str, Any]:
    """Let the run go on if its hour was published; returns what its asset event says.

    Raises:
        AirflowFailException: the hour was rejected (again would be the same), or left no result.
        AirflowSkipException: not one of its answers could be read.
    """
    lake = Lake(get_settings().lake_url)
    try:
        result = read_result(lake, step, hour, run_id)
    except FileNotFoundError as error:
        raise AirflowFailException(
            f"The Spark job of {hour} ended well but left no result ({error}). What is published "
            f"is unknown; see the log of the task {step}, then clear that task."
        ) from None
    report_url = lake.url_of(result.ledger.report)
    log.info("%s\nReport: %s", ledger_text(result), report_url)
    if result.ledger.verdict == "rejected":
        raise AirflowFailException(rejection_text(result, hour, report_url))
    if result.ledger.verdict == "no_data":
        reasons = {answer.reason for answer in result.ledger.quarantined_answers}
        reason = "none of its answers can be read: " + "; ".join(sorted(reasons))
        raise AirflowSkipException(record_gap(lake, hour, run_id, reason))
    for unmet in result.judgement.failed:
        log.warning("Published, but marked: %s", expectation_text(unmet))
    return asset_extra(result, hour, report_url)


def asset_extra(result: RunResult, hour: Hour, report_url: str) -> dict[str, Any]:
    """What a consumer of the table learns from its asset event."""
    return {
        "hour": str(hour),
        "rows": result.ledger.rows_published,
        "verdict": result.ledger.verdict,
        "score": result.ledger.score,
        "report": report_url,
    }


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


def rejection_text(result: RunResult, hour: Hour, report_url: str) -> str:
    """Why an hour was rejected and what to do, for the person who has to decide."""
    critical = [unmet for unmet in result.judgement.failed if unmet.severity == "critical"]
    reasons = [f"{n}. {expectation_text(unmet)}" for n, unmet in enumerate(critical, 1)]
    return "\n".join(
        [
            f"{hour} was rejected: {len(critical)} critical expectations are not met. Nothing was "
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
