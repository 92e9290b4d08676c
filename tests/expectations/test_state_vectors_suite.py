"""Hours as they can come: what rejects one, what marks it, and what passes."""

from __future__ import annotations

import pytest
from flightlake.quality.suites import load_suite

SUITE = load_suite("silver.state_vectors")
DIMENSIONS = {"completeness", "accuracy", "consistency", "timeliness", "validity"}


def unmet(judgement, severity="critical"):
    return {each.expectation_id for each in judgement.failed if each.severity == severity}


def test_there_are_at_least_twenty_expectations_in_all_five_dimensions():
    assert len(SUITE["expectations"]) >= 20
    assert {entry["meta"]["dimension"] for entry in SUITE["expectations"]} == DIMENSIONS


def test_the_documented_parameters_are_exactly_those_that_the_job_gives(parameters_of):
    assert set(parameters_of()) == set(SUITE["meta"]["parameters"])


def test_a_good_hour_passes(judge_hour, good_rows):
    judgement = judge_hour(good_rows)
    assert [found.expectation_id for found in judgement.failed] == []
    assert (judgement.verdict, judgement.score) == ("pass", 100.0)


@pytest.mark.parametrize(
    ("lost", "reasons"),
    [
        ({"vertical_rate_mps": None}, {"vertical_rates_are_not_lost"}),
        ({"latitude_deg": None, "longitude_deg": None}, {"positions_are_not_lost"}),
        ({"geo_altitude_m": None}, {"geo_altitudes_are_not_lost"}),
        ({"callsign": None}, {"callsigns_are_not_lost"}),
        ({"squawk": None}, {"squawks_are_not_lost"}),
        ({"flight_phase": "unknown"}, {"flight_phases_are_not_lost"}),
    ],
)
def test_an_hour_with_a_column_gone_is_rejected_with_its_reason(
    lost, reasons, judge_hour, good_rows
):
    judgement = judge_hour([{**row, **lost} for row in good_rows])
    assert unmet(judgement) == reasons
    assert judgement.verdict == "rejected"


def test_the_same_in_a_handful_of_rows_is_a_warning_since_one_aircraft_can_be_like_that(
    judge_hour, good_rows
):
    lost = [{**row, "vertical_rate_mps": None} for row in good_rows[:40]]
    judgement = judge_hour(lost, rows_per_answer_before=10.0)
    assert unmet(judgement) == set()
    assert unmet(judgement, "warning") == {"vertical_rate_is_known"}


def test_no_rows_where_many_are_usual_are_rejected(judge_hour):
    judgement = judge_hour([], answers_read=40, rows_per_answer_before=3_250.0)
    assert unmet(judgement) == {"volume_has_not_collapsed"}
    assert judgement.verdict == "rejected"


@pytest.mark.parametrize("usual", [None, 0.0, 0.3, 12.0])
def test_an_empty_hour_of_a_quiet_area_passes(usual, judge_hour):
    judgement = judge_hour([], answers_read=40, rows_per_answer_before=usual)
    assert (unmet(judgement), judgement.verdict) == (set(), "pass" if usual != 12.0 else "warning")


def test_coverage_counts_the_answers_that_were_read_whether_or_not_they_hold_aircraft(
    judge_hour, good_rows
):
    covered = judge_hour(good_rows, answers_read=40, answers_expected=40, rows_per_answer_before=6)
    assert covered.verdict == "pass"
    missing = judge_hour(good_rows, answers_expected=40)
    assert unmet(missing, "warning") == {"hour_is_covered"}
    assert missing.verdict == "warning"


def test_a_run_that_would_replace_an_hour_by_a_fraction_of_it_is_rejected(judge_hour, good_rows):
    judgement = judge_hour(
        good_rows, answers_quarantined=36, rows_published_before=10 * len(good_rows)
    )
    assert unmet(judgement) == {"hour_keeps_its_rows"}
    assert unmet(judgement, "warning") == {"answers_are_readable"}


def test_quarantined_rows_are_a_share_of_all_that_were_read(judge_hour, good_rows):
    read = 2 * len(good_rows)
    marked = judge_hour(good_rows, rows_read=read, rows_quarantined=read // 8)
    assert (unmet(marked), unmet(marked, "warning")) == (set(), {"few_rows_are_quarantined"})
    rejected = judge_hour(good_rows, rows_read=read, rows_quarantined=read // 4)
    assert unmet(rejected) == {"most_rows_are_good"}


def test_coverage_is_never_a_reason_to_reject():
    severities = {entry["meta"]["name"]: entry["severity"] for entry in SUITE["expectations"]}
    assert severities["hour_is_covered"] == "warning"
    assert severities["answers_are_readable"] == "warning"
