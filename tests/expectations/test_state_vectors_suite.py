"""The suite of silver.state_vectors as a file: what anyone with Great Expectations gets."""

import great_expectations as gx
import pytest
from flightlake.contracts.hours import Hour
from flightlake.quality.suites import load_suite, suite_parameters
from flightlake.schemas.silver.state_vectors import COLUMNS

SUITE = load_suite("silver.state_vectors")
DIMENSIONS = {"completeness", "accuracy", "consistency", "timeliness", "validity"}


def test_plain_great_expectations_loads_the_file_whole_and_writes_it_back_alike():
    suite = gx.ExpectationSuite(**SUITE)

    written = suite.to_json_dict()
    assert written["name"] == "silver.state_vectors"
    assert written["meta"] == SUITE["meta"]
    assert [{**entry, "id": None} for entry in SUITE["expectations"]] == [
        {**entry, "id": None} for entry in written["expectations"]
    ]


def test_there_are_at_least_twenty_expectations_in_all_five_dimensions():
    assert len(SUITE["expectations"]) >= 20
    assert {entry["meta"]["dimension"] for entry in SUITE["expectations"]} == DIMENSIONS


def test_names_are_unique():
    names = [entry["meta"]["name"] for entry in SUITE["expectations"]]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("entry", SUITE["expectations"], ids=lambda entry: entry["meta"]["name"])
def test_every_expectation_says_how_severe_it_is_and_what_it_is_for(entry):
    assert entry["severity"] in {"critical", "warning", "info"}
    assert entry["meta"]["dimension"] in DIMENSIONS
    assert entry["meta"]["description"].endswith(".")
    assert "quantile" not in entry["type"]


def test_every_column_of_the_schema_is_required():
    required = next(
        entry["kwargs"]["column_set"]
        for entry in SUITE["expectations"]
        if entry["meta"]["name"] == "required_columns_exist"
    )
    assert set(required) == {column.name for column in COLUMNS}


def test_the_documented_parameters_are_exactly_those_that_the_job_gives():
    given = suite_parameters(
        Hour.parse("2025-12-28T02"),
        regions=[],
        rows_quarantined=0,
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
