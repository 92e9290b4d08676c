"""The judge with small suites of its own; the suite of the table has its tests elsewhere."""

import os
import time
from typing import Any

import pytest
from flightlake.contracts.json_codec import from_json, to_json
from flightlake.contracts.results import Judgement, LedgerLine, RunResult
from flightlake.quality import judge as judge_module
from flightlake.quality.judge import judge, judge_by, preload

KEYS = ("icao24", "snapshot_time")


def _expect(name: str, expectation: str, severity: str = "warning", **arguments: Any):
    return {
        "type": expectation,
        "severity": severity,
        "kwargs": arguments,
        "meta": {"name": name, "dimension": "validity", "description": f"{name}."},
    }


def _suite(*expectations, parameters=()):
    return {
        "name": "silver.test",
        "meta": {"parameters": dict.fromkeys(parameters, "")},
        "expectations": list(expectations),
    }


@pytest.fixture
def states(spark):
    return spark.range(0, 20, 1, 2).selectExpr(
        "lpad(hex(id), 6, '0') AS icao24",
        "timestamp'2025-12-28 02:00:00' AS snapshot_time",
        "CAST(id AS DOUBLE) AS speed",
        "date'2025-12-28' AS date",
    )


def _below(maximum: Any, **more: Any):
    name = "speed_is_low"
    expectation = "expect_column_values_to_be_between"
    return _expect(name, expectation, column="speed", max_value=maximum, **more)


def test_what_fails_comes_with_counts_share_score_and_five_rows_by_key(states):
    (found,) = judge_by(states, _suite(_below(9.5)), KEYS, {}).results

    assert (found.is_met, found.severity, found.column) == (False, "warning", "speed")
    assert (found.unexpected_rows, found.unexpected_share, found.score) == (10, 0.5, 50.0)
    assert found.expected == "speed is at most 9.5"
    assert found.observed == "not so in 10 of 20 rows (50.00 %)"
    assert len(found.sample_rows) == 5
    for sample in found.sample_rows:
        assert sample["snapshot_time"] == "2025-12-28 02:00:00 UTC"
        assert sample["speed"] > 9.5
        assert sample["icao24"] == f"{int(sample['speed']):06X}"


def test_the_rows_of_a_query_are_counted_all_and_shown_by_five(states):
    query = "SELECT icao24, snapshot_time, speed, date FROM {batch} WHERE speed < 15"
    suite = _suite(_expect("fast", "unexpected_rows_expectation", unexpected_rows_query=query))

    (found,) = judge_by(states, suite, KEYS, {}).results

    assert (found.unexpected_rows, found.unexpected_share, found.score) == (15, 0.75, 25.0)
    assert len(found.sample_rows) == 5
    assert found.sample_rows[0]["date"] == "2025-12-28"


def test_a_share_that_is_allowed_is_met(states):
    judgement = judge_by(states, _suite(_below(9.5, mostly=0.5)), KEYS, {})
    assert (judgement.verdict, judgement.score) == ("pass", 100.0)


def test_sample_times_are_utc_wherever_the_machine_is(states, monkeypatch):
    monkeypatch.setitem(os.environ, "TZ", "Asia/Tokyo")
    time.tzset()
    try:
        (found,) = judge_by(states, _suite(_below(9.5)), KEYS, {}).results
    finally:
        monkeypatch.delitem(os.environ, "TZ")
        time.tzset()
    assert found.sample_rows[0]["snapshot_time"] == "2025-12-28 02:00:00 UTC"


def test_an_exception_is_critical_whatever_the_severity_and_stops_no_other_expectation(states):
    suite = _suite(
        _expect("gone", "expect_column_values_to_not_be_null", column="not_there"),
        _expect(
            "bad_sql",
            "unexpected_rows_expectation",
            unexpected_rows_query="SELECT * FROM {batch} WHERE not_there > 3",
        ),
        _below(100),
    )

    judgement = judge_by(states, suite, KEYS, {})

    gone, bad_sql, low = judgement.results
    assert low.is_met
    for found in (gone, bad_sql):
        assert (found.is_met, found.severity, found.score) == (False, "critical", 0.0)
        assert "not_there" in found.exception
        assert found.observed == "nothing: the expectation raised an exception"
    assert judgement.verdict == "rejected"


def test_a_frame_without_its_keys_is_still_judged_and_shown(states):
    (found,) = judge_by(states.drop("icao24"), _suite(_below(9.5)), KEYS, {}).results
    assert found.exception is None
    assert found.sample_rows[0].keys() == {"snapshot_time", "speed"}


def test_results_keep_the_order_of_the_suite(states):
    names = ["c", "a", "b"]
    suite = _suite(
        *(
            _expect(name, "expect_column_to_exist", column=column)
            for name, column in zip(names, ("speed", "icao24", "missing"), strict=True)
        )
    )
    assert [found.expectation_id for found in judge_by(states, suite, KEYS, {}).results] == names


def test_an_expectation_that_great_expectations_would_silently_drop_is_an_error(states):
    suite = _suite(_below(9.5), _expect("dropped", "expect_a_thing_of_tomorrow", column="speed"))
    with pytest.raises(ValueError, match=r"silver\.test has invalid expectations: dropped"):
        judge_by(states, suite, KEYS, {})


def test_a_missing_parameter_is_named(states):
    suite = _suite(_below({"$PARAMETER": "limit_mps"}), parameters=["limit_mps"])
    with pytest.raises(ValueError, match="limit_mps"):
        judge_by(states, suite, KEYS, {})


def test_only_what_failed_is_asked_for_details(states, monkeypatch):
    asked: list[list[str]] = []
    ask = judge_module._ask

    def listening(batch, suite, entries, parameters, result_format):
        asked.append([entry["meta"]["name"] for entry in entries])
        return ask(batch, suite, entries, parameters, result_format)

    monkeypatch.setattr(judge_module, "_ask", listening)
    suite = _suite(_below(9.5), _expect("has_speed", "expect_column_to_exist", column="speed"))
    judge_by(states, suite, KEYS, {})
    assert asked == [["speed_is_low", "has_speed"], ["speed_is_low"]]


def test_judging_fills_no_log_with_progress_bars(states, capfd):
    judge_by(states, _suite(_below(9.5)), KEYS, {})
    assert "Calculating Metrics" not in "".join(capfd.readouterr())


@pytest.mark.allow_hosts(["127.0.0.1", "localhost", "::1"])
def test_judging_talks_to_nobody_but_spark(states):
    judge_by(states, _suite(_below(9.5)), KEYS, {})


def test_a_table_without_a_suite_is_an_error(states):
    with pytest.raises(FileNotFoundError, match="has no suite"):
        judge(states, "silver.nothing", {})


def test_a_judgement_survives_its_way_through_json(states):
    judgement: Judgement = judge_by(states, _suite(_below(9.5)), KEYS, {})
    ledger = LedgerLine(
        "2025-12-28", 2, "r", "s", 20, 20, 0, 0, 0, 1, 1, 0, [], "warning", 50.0, 1.0, "reports/r"
    )
    result = RunResult(ledger, judgement, {})
    assert from_json(RunResult, to_json(result)) == result


def test_preloading_imports_great_expectations():
    thread = preload()
    thread.join(timeout=60)
    assert not thread.is_alive()
