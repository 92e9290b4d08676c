from datetime import UTC, date, datetime

import pytest
from flightlake.contracts.tables import TABLES
from flightlake.quality.suites import load_suite
from flightlake.quality.wording import expected, observed, score_text, text_of

GROUND = {
    "type": "comparison",
    "column": {"name": "is_on_ground"},
    "operator": "==",
    "parameter": True,
}

UNKNOWN = {"type": "nullity", "column": {"name": "airport"}, "is_null": True}


@pytest.mark.parametrize(
    ("expectation", "arguments", "words"),
    [
        (
            "expect_column_values_to_be_between",
            {"column": "v", "min_value": -500.0, "max_value": 18_300.0, "mostly": 0.995},
            "v is -500 to 18,300, in at least 99.5 % of rows",
        ),
        (
            "expect_column_values_to_be_between",
            {"column": "v", "max_value": 60, "row_condition": GROUND},
            "v is at most 60, where is_on_ground == true",
        ),
        (
            "expect_column_values_to_not_be_null",
            {"column": "why", "row_condition": UNKNOWN},
            "why is not null, where airport is null",
        ),
        (
            "expect_column_values_to_be_between",
            {
                "column": "t",
                "min_value": datetime(2025, 12, 28, 2, tzinfo=UTC),
                "max_value": datetime(2025, 12, 28, 3, tzinfo=UTC),
                "strict_max": True,
            },
            "t is from 2025-12-28 02:00:00 UTC and before 2025-12-28 03:00:00 UTC",
        ),
        ("expect_table_row_count_to_be_between", {"min_value": 5242}, "at least 5,242 rows"),
        (
            "expect_column_unique_value_count_to_be_between",
            {"column": "t", "min_value": 36},
            "at least 36 different values of t",
        ),
        (
            "expect_column_values_to_be_between",
            {"column": "hour", "min_value": 2, "max_value": 2},
            "hour is 2",
        ),
        ("expect_column_values_to_be_in_set", {"column": "f", "value_set": [True]}, "f is true"),
        ("expect_column_values_to_be_unique", {"column": "k"}, "k is unique"),
        ("expect_column_values_to_be_null", {"column": "x"}, "x is null"),
        (
            "expect_column_distinct_values_to_contain_set",
            {"column": "region", "value_set": ["world"]},
            "region is somewhere world",
        ),
        (
            "expect_column_pair_values_a_to_be_greater_than_b",
            {"column_A": "states", "column_B": "aircraft", "or_equal": True},
            "states is at least aircraft",
        ),
        ("expect_a_thing_of_tomorrow", {"column": "f", "depth": 3}, "column f, depth 3"),
    ],
)
def test_what_is_expected_is_said_in_words(expectation, arguments, words):
    assert expected(expectation, arguments) == words


@pytest.mark.parametrize("table_name", TABLES)
def test_every_expectation_of_a_suite_has_words_of_its_own(table_name):
    for entry in load_suite(table_name)["expectations"]:
        plain = {k: [v] if isinstance(v, dict) else v for k, v in entry["kwargs"].items()}
        plain.pop("row_condition", None)
        plain.pop("mostly", None)
        said = expected(entry["type"], plain)
        assert said != expected("expect_a_thing_of_tomorrow", plain), entry["type"]


@pytest.mark.parametrize(
    ("expectation", "result", "words"),
    [
        (
            "expect_column_values_to_not_be_null",
            {"element_count": 400, "unexpected_count": 100},
            "not so in 100 of 400 rows (25.00 %)",
        ),
        (
            "expect_column_values_to_be_between",
            {"element_count": 400, "missing_count": 200, "unexpected_count": 100},
            "not so in 100 of 200 rows (50.00 %)",
        ),
        (
            "unexpected_rows_expectation",
            {"observed_value": 2_000, "details": {"unexpected_rows": [{}]}},
            "not so in 2,000 of 8,000 rows (25.00 %)",
        ),
        ("expect_table_row_count_to_be_between", {"observed_value": 1_234}, "1,234 rows"),
        (
            "expect_table_columns_to_match_set",
            {"observed_value": ["a"], "details": {"mismatched": {"missing": ["b", "c"]}}},
            "missing: b, c",
        ),
    ],
)
def test_what_was_observed_is_said_in_words(expectation, result, words):
    assert observed(expectation, result, rows=8_000) == words


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (1_234_567, "1,234,567"),
        (0.25, "0.25"),
        (19_933.92, "19,933.92"),
        (1_000.00001, "1,000"),
        (float("inf"), "inf"),
        (float("nan"), "nan"),
        (date(2025, 12, 28), "2025-12-28"),
        ("x" * 301, "x" * 299 + "…"),
    ],
)
def test_values_read_well(value, text):
    assert text_of(value) == text


def test_a_score_just_below_100_is_not_shown_as_100():
    assert [score_text(score) for score in (100.0, 99.99, 0.0, None)] == [
        "100.0",
        "99.9",
        "0.0",
        "none",
    ]
