"""What the suite of silver.state_vectors is, beside what test_suites.py holds of every suite."""

from flightlake.contracts.hours import Hour
from flightlake.quality.suites import load_suite, suite_parameters

SUITE = load_suite("silver.state_vectors")
DIMENSIONS = {"completeness", "accuracy", "consistency", "timeliness", "validity"}


def test_there_are_at_least_twenty_expectations_in_all_five_dimensions():
    assert len(SUITE["expectations"]) >= 20
    assert {entry["meta"]["dimension"] for entry in SUITE["expectations"]} == DIMENSIONS


def test_the_documented_parameters_are_exactly_those_that_the_job_gives():
    given = suite_parameters(
        Hour.parse("2025-12-28T02"),
        regions=[],
        rows_quarantined=0,
        rows_nulled=0,
        answers_read=1,
        answers_expected=1,
        answers_quarantined=0,
        rows_per_answer_before=None,
    )
    assert set(given) == set(SUITE["meta"]["parameters"])


def test_coverage_is_never_a_reason_to_reject():
    severities = {entry["meta"]["name"]: entry["severity"] for entry in SUITE["expectations"]}
    assert severities["hour_is_covered"] == "warning"
    assert severities["answers_are_readable"] == "warning"
