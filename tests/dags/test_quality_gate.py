"""The gate: what a verdict does to its run, and what people are told."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from typing import Any

import pytest
from flightlake.contracts.days import Day
from flightlake.contracts.hours import Hour
from flightlake.contracts.json_codec import to_json
from flightlake.contracts.results import (
    ExpectationResult,
    JudgedRecords,
    JudgedTable,
    Judgement,
    LedgerLine,
    QuarantinedAnswer,
    RunResult,
    TableRun,
    TablesResult,
    Verdict,
    result_key,
)
from flightlake.contracts.storage import Lake
from flightlake_dags.compat import AirflowFailException, AirflowSkipException
from flightlake_dags.quality_gate import (
    published_by_day,
    published_by_hour,
    require_quality,
    require_tables,
)
from flightlake_dags.raw_hour import gap_key

HOUR = Hour.parse("2025-12-28T02")
DAY = Day(HOUR.date)
STEP, RUN_ID = "states_hourly", "scheduled__2025-12-28T03:00:00+00:00"
REPORT = "reports/states_hourly/x.html"

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


def derived(name: str, verdict: Verdict = "pass", *results: ExpectationResult) -> JudgedTable:
    """What a job did to a derived table of 12 rows."""
    rows = (0, 12) if verdict == "rejected" else (12, 0)
    run = TableRun("2025-12-28", 2, RUN_ID, STEP, name, *rows, verdict, 88.0, 2.5, REPORT)
    return JudgedTable(run, Judgement(verdict, 88.0, {}, list(results)))


def leave_result(
    lake: Lake,
    verdict: Verdict,
    *results: ExpectationResult,
    tables: tuple[JudgedTable, ...] = (),
    **line: Any,
) -> None:
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
        "report": REPORT,
        **line,
    }
    judgement = Judgement(verdict, fields["score"], {"accuracy": 50.0}, list(results))
    body = to_json(RunResult(LedgerLine(**fields), judgement, {}, list(tables)))
    lake.write(result_key(STEP, HOUR, RUN_ID), body)


def leave_tables(lake: Lake, *tables: JudgedTable, records: tuple[JudgedRecords, ...] = ()) -> None:
    """What the daily Spark job leaves behind."""
    left = (list(tables), list(records))
    result = TablesResult("flights_daily", str(DAY), RUN_ID, 9.0, REPORT, *left)
    lake.write(result_key("flights_daily", DAY, RUN_ID), to_json(result))


def test_a_passed_hour_goes_on_with_the_facts_of_its_asset_event(
    lake: Lake, caplog: pytest.LogCaptureFixture
) -> None:
    leave_result(lake, "pass", tables=(derived("gold.traffic_hourly"),))
    caplog.set_level(logging.INFO)
    same = {"hour": "2025-12-28T02", "verdict": "pass", "report": lake.url_of(REPORT)}
    require_quality(STEP, HOUR, RUN_ID)
    assert published_by_hour(STEP, HOUR, RUN_ID) == {
        "silver.state_vectors": {"rows": 6500, "score": 61.3, **same},
        "gold.traffic_hourly": {"rows": 12, "score": 88.0, **same},
    }
    assert "6,553 rows read = 6,500 published + 0 withheld + 3 quarantined + 50" in caplog.text


def test_a_warning_goes_on_and_is_marked(lake: Lake, caplog: pytest.LogCaptureFixture) -> None:
    leave_result(lake, "warning", FEW_ANSWERS)
    require_quality(STEP, HOUR, RUN_ID)
    assert published_by_hour(STEP, HOUR, RUN_ID)["silver.state_vectors"]["verdict"] == "warning"
    marked = "silver.state_vectors is published, but marked: [warning] Most answers are there"
    assert marked in caplog.text


def test_a_rejected_table_of_gold_fails_the_hour_and_says_that_silver_is_published(
    lake: Lake,
) -> None:
    tables = (derived("gold.traffic_hourly"), derived("gold.events", "rejected", OFF_THE_GLOBE))
    leave_result(lake, "pass", tables=tables)
    with pytest.raises(AirflowFailException) as failure:
        require_quality(STEP, HOUR, RUN_ID)
    message = str(failure.value)
    assert message.startswith("2025-12-28T02: rejected: gold.events. Of a table of gold or ref")
    assert "Everything else is published" in message
    assert "gold.events: 0 rows published, 12 withheld, 0 quarantined; verdict rejected" in message
    assert "1. [critical] Latitudes lie on the globe" in message
    assert "gold.traffic_hourly" not in message
    assert "What to do next" in message
    told = published_by_hour(STEP, HOUR, RUN_ID)
    assert list(told) == ["silver.state_vectors", "gold.traffic_hourly"]


def test_a_day_of_tables_goes_on_with_the_facts_of_each(
    lake: Lake, caplog: pytest.LogCaptureFixture
) -> None:
    leave_tables(lake, derived("gold.flights"), derived("gold.route_daily", "warning", FEW_ANSWERS))
    require_tables("flights_daily", DAY, RUN_ID)
    extras = published_by_day("flights_daily", DAY, RUN_ID)
    assert [(name, extra["day"], extra["verdict"]) for name, extra in extras.items()] == [
        ("gold.flights", "2025-12-28", "pass"),
        ("gold.route_daily", "2025-12-28", "warning"),
    ]
    assert "gold.route_daily is published, but marked" in caplog.text


def test_a_day_fails_for_each_rejected_table_and_for_a_lost_result(lake: Lake) -> None:
    with pytest.raises(AirflowFailException, match="of 2025-12-28 ended well but left no result"):
        require_tables("flights_daily", DAY, RUN_ID)
    rejected = [derived(f"gold.{name}", "rejected", OFF_THE_GLOBE) for name in ("one", "two")]
    leave_tables(lake, *rejected)
    with pytest.raises(AirflowFailException, match=r"2025-12-28: rejected: gold\.one, gold\.two\."):
        require_tables("flights_daily", DAY, RUN_ID)


def test_records_that_do_not_hold_fail_their_day(lake: Lake) -> None:
    broken = Judgement("rejected", 40.0, {}, [OFF_THE_GLOBE])
    ledger = JudgedRecords("ops.run_ledger", 24, broken)
    leave_tables(lake, derived("gold.flights"), records=(ledger,))
    with pytest.raises(AirflowFailException) as failure:
        require_tables("flights_daily", DAY, RUN_ID)
    assert list(published_by_day("flights_daily", DAY, RUN_ID)) == ["gold.flights"]
    assert "rejected: ops.run_ledger. " in str(failure.value)
    assert "ops.run_ledger: 24 rows of the day, verdict rejected\n1. [critical]" in str(
        failure.value
    )


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
    assert lake.url_of(REPORT) in message
    assert "What to do next" in message
    assert published_by_hour(STEP, HOUR, RUN_ID) == {}


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
