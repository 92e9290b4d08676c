"""A real answer of the whole world must be publishable, and what breaks it must not be."""

from __future__ import annotations


def unmet(judgement):
    return {result.expectation_id for result in judgement.failed}


def test_a_recorded_answer_passes_with_no_expectation_unmet(judge_hour, recorded_rows):
    judgement = judge_hour(
        recorded_rows, answers_read=1, answers_expected=1, rows_per_answer_before=None
    )
    assert unmet(judgement) == set()
    assert (judgement.verdict, judgement.score) == ("pass", 100.0)


def test_a_recorded_answer_alone_in_its_hour_warns_of_coverage_and_of_nothing_else(
    judge_hour, recorded_rows
):
    judgement = judge_hour(
        recorded_rows, answers_read=1, answers_expected=40, rows_per_answer_before=7_000.0
    )
    assert unmet(judgement) == {"hour_is_covered"}
    assert judgement.failed[0].observed == "answers_read is 1"
    assert judgement.verdict == "warning"


def test_a_recorded_answer_in_feet_and_knots_is_rejected(judge_hour, recorded_rows):
    for row in recorded_rows:
        for name, factor in (("baro_altitude_m", 3.28084), ("ground_speed_mps", 1.943844)):
            row[name] = row[name] and row[name] * factor

    judgement = judge_hour(recorded_rows, answers_read=1, answers_expected=1)

    critical = {found.expectation_id for found in judgement.failed if found.severity == "critical"}
    assert critical == {"altitudes_are_in_metres", "ground_speeds_are_in_metres_per_second"}
    assert judgement.verdict == "rejected"
