"""The gate: what a verdict does to its run, and what people are told."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from typing import Any

import pytest
from flightlake.contracts.hours import Hour
from flightlake.contracts.results import (
    ExpectationResult,
    Judgement,
    LedgerLine,
    QuarantinedAnswer,
    RunResult,
    Verdict,
    result_key,
)
from flightlake.contracts.storage import Lake
from flightlake_dags.compat import AirflowFailException, AirflowSkipException
from flightlake_dags.quality_gate import require_quality
from flightlake_dags.raw_hour import gap_key

HOUR = Hour.parse("2025-12-28T02")
STEP, RUN_ID = "states_hourly", "scheduled__2025-12-28T03:00:00+00:00"

OFF_THE_GLOBE = ExpectationResult(
    "latitude_range",
    "expect_column_values_to_be_between",
    "latitude_deg",
    "accuracy",
    "critical",
    "Latitudes lie on the globe",
    is_met=False,
    expected="-90 to 90",
    observed="50.1 % outside",
    unexpected_rows=3276,
    sample_rows=[{"icao24": f"aaaaa{n}", "latitude_deg": 91.5} for n in range(9)],
)
FEW_ANSWERS = replace(
    OFF_THE_GLOBE,
    expectation_id="coverage",
    column=None,
    severity="warning",
    description="Most answers are there",
    observed="1 of 40",
    unexpected_rows=None,
    sample_rows=[],
)


def leave_result(lake: Lake, verdict: Verdict, *results: ExpectationResult, **line: Any) -> None:
    """What the Spark job leaves behind."""
    fields: dict[str, Any] = {
        "date": "2025-12-28",
        "hour": 2,
        "run_id": RUN_ID,
        "step": STEP,
        "rows_read": 6553,
        "rows_published": 6500,
        "rows_withheld": 0,
        "rows_quarantined": 3,
        "rows_repeated": 50,
        "answers_expected": 40,
        "answers_read": 1,
        "answers_quarantined": 0,
        "quarantined_answers": [],
        "verdict": verdict,
        "score": 61.3,
        "seconds": 31.2,
        "report": "reports/states_hourly/x.html",
        **line,
    }
    judgement = Judgement(verdict, fields["score"], {"accuracy": 50.0}, list(results))
    body = RunResult(LedgerLine(**fields), judgement, {}).to_json()
    lake.write(result_key(STEP, HOUR, RUN_ID), body)


def test_a_passed_hour_goes_on_with_the_facts_of_its_asset_event(
    lake: Lake, caplog: pytest.LogCaptureFixture
) -> None:
    leave_result(lake, "pass")
    caplog.set_level(logging.INFO)
    assert require_quality(STEP, HOUR, RUN_ID) == {
        "hour": "2025-12-28T02",
        "rows": 6500,
        "verdict": "pass",
        "score": 61.3,
        "report": lake.url_of("reports/states_hourly/x.html"),
    }
    assert "6,553 rows read = 6,500 published + 0 withheld + 3 quarantined + 50" in caplog.text


def test_a_warning_goes_on_and_is_marked(lake: Lake, caplog: pytest.LogCaptureFixture) -> None:
    leave_result(lake, "warning", FEW_ANSWERS)
    assert require_quality(STEP, HOUR, RUN_ID)["verdict"] == "warning"
    assert "Published, but marked: [warning] Most answers are there" in caplog.text


def test_a_rejected_hour_fails_for_good_with_reasons_rows_and_what_to_do(lake: Lake) -> None:
    leave_result(lake, "rejected", FEW_ANSWERS, OFF_THE_GLOBE, rows_published=0, rows_withheld=6500)
    with pytest.raises(AirflowFailException) as failure:
        require_quality(STEP, HOUR, RUN_ID)
    message = str(failure.value)
    assert "1 critical expectations are not met. Nothing was published" in message
    assert "Latitudes lie on the globe (expect_column_values_to_be_between of lat" in message
    assert "expected -90 to 90; observed 50.1 % outside (3,276 rows)" in message
    assert message.count(json.dumps({"icao24": "aaaaa0", "latitude_deg": 91.5})) == 1
    assert message.count("   row ") == 3
    assert "Most answers are there" not in message
    assert lake.url_of("reports/states_hourly/x.html") in message
    assert "What to do next" in message


def test_an_exception_inside_an_expectation_is_shown_as_what_was_observed(lake: Lake) -> None:
    broken = replace(OFF_THE_GLOBE, exception="TypeError: no such column", sample_rows=[])
    leave_result(lake, "rejected", broken)
    with pytest.raises(AirflowFailException, match="observed TypeError: no such column"):
        require_quality(STEP, HOUR, RUN_ID)


def test_an_hour_of_unreadable_answers_is_skipped_and_recorded(lake: Lake) -> None:
    answer = QuarantinedAnswer("raw/states/x.json.gz", "the gzip stream is cut short")
    leave_result(lake, "no_data", quarantined_answers=[answer], score=None)
    with pytest.raises(AirflowSkipException, match="none of its answers can be read"):
        require_quality(STEP, HOUR, RUN_ID)
    assert "cut short" in json.loads(lake.read(gap_key(HOUR)))["reason"]


def test_a_job_that_left_no_result_is_no_success(lake: Lake) -> None:
    with pytest.raises(AirflowFailException, match="left no result"):
        require_quality(STEP, HOUR, RUN_ID)


def test_the_result_of_another_run_is_not_taken(lake: Lake) -> None:
    leave_result(lake, "pass")
    with pytest.raises(AirflowFailException, match="left no result"):
        require_quality(STEP, HOUR, "manual__another")
