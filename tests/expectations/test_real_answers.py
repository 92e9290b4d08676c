"""A real answer of the whole world must be publishable."""

from flightlake.contracts.hours import Hour
from flightlake.quality.judge import judge
from flightlake.quality.suites import suite_parameters

HOUR = Hour.parse("2025-12-28T02")


def _parameters(**changed):
    return suite_parameters(
        HOUR,
        **{
            "regions": [],
            "rows_quarantined": 0,
            "rows_nulled": 0,
            "answers_read": 1,
            "answers_expected": 1,
            "answers_quarantined": 0,
            "rows_per_answer_before": None,
        }
        | changed,
    )


def test_a_recorded_answer_passes_with_no_expectation_unmet(frame, recorded_rows):
    judgement = judge(frame(recorded_rows), "silver.state_vectors", _parameters())

    assert [result.expectation_id for result in judgement.failed] == []
    assert judgement.verdict == "pass"
    assert judgement.score == 100.0


def test_a_recorded_answer_alone_in_its_hour_warns_of_coverage_and_of_nothing_else(
    frame, recorded_rows
):
    parameters = _parameters(answers_expected=40, rows_per_answer_before=7_000.0)

    judgement = judge(frame(recorded_rows), "silver.state_vectors", parameters)

    assert [result.expectation_id for result in judgement.failed] == ["hour_is_covered"]
    assert judgement.failed[0].observed == "1 different value"
    assert judgement.verdict == "warning"
