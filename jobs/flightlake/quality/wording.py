"""Expectations and their results in words for people."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

MAX_TEXT = 300


def expected(expectation: str, arguments: Mapping[str, Any]) -> str:
    """What an expectation asks for, from its GX type and its resolved arguments."""
    words = _WORDS.get(expectation, _as_given)(arguments)
    condition = arguments.get("row_condition")
    where = f", where {_condition(condition)}" if condition else ""
    mostly = float(arguments.get("mostly", 1.0))
    share = f", in at least {mostly * 100:g} % of rows" if mostly < 1 else ""
    return f"{words}{where}{share}"


def observed(expectation: str, result: Mapping[str, Any], rows: int) -> str:
    """What GX saw, from the ``result`` of an expectation that is not met.

    Args:
        expectation: its GX type.
        result: GX's result in the format SUMMARY or COMPLETE.
        rows: all rows that were judged.
    """
    if "unexpected_count" in result:
        of = int(result["element_count"]) - int(result.get("missing_count") or 0)
        return _rows_of(int(result["unexpected_count"]), of)
    details = result.get("details") or {}
    if "unexpected_rows" in details:
        return _rows_of(int(result["observed_value"]), rows)
    if "mismatched" in details:
        missing = details["mismatched"].get("missing") or []
        return f"missing: {', '.join(map(str, missing))}"
    value, noun = result.get("observed_value"), _COUNTED.get(expectation, "")
    return " ".join(filter(None, (text_of(value), noun if value == 1 or not noun else f"{noun}s")))


def text_of(value: object) -> str:
    """A value as it is shown: UTC times, thousands separators, cut to 300 characters."""
    if isinstance(value, bool) or value is None:
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S UTC")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{int(value):,}" if value.is_integer() else f"{value:,.4f}".rstrip("0").rstrip(".")
    text = str(value)
    return text if len(text) <= MAX_TEXT else f"{text[: MAX_TEXT - 1]}…"


def score_text(score: float | None) -> str:
    """A score with one decimal, rounded down: 99.99 is not yet 100.0."""
    return "none" if score is None else f"{math.floor(score * 10) / 10:.1f}"


def _rows_of(unexpected: int, rows: int) -> str:
    share = f" ({100 * unexpected / rows:.2f} %)" if rows else ""
    return f"not so in {unexpected:,} of {rows:,} rows{share}"


def _as_given(arguments: Mapping[str, Any]) -> str:
    return text_of(", ".join(f"{name} {value}" for name, value in arguments.items()))


def _range(arguments: Mapping[str, Any]) -> str:
    low, high = arguments.get("min_value"), arguments.get("max_value")
    if high is None:
        return f"at least {text_of(low)}"
    if arguments.get("strict_max"):
        end = f"before {text_of(high)}" if isinstance(high, datetime) else f"below {text_of(high)}"
        return end if low is None else f"from {text_of(low)} and {end}"
    if low == high:
        return text_of(low)
    return f"at most {text_of(high)}" if low is None else f"{text_of(low)} to {text_of(high)}"


def _values(arguments: Mapping[str, Any]) -> str:
    return f"{arguments['column']} is {_range(arguments)}"


def _rows(arguments: Mapping[str, Any]) -> str:
    return f"{_range(arguments)} rows"


def _different(arguments: Mapping[str, Any]) -> str:
    return f"{_range(arguments)} different values of {arguments['column']}"


def _set(arguments: Mapping[str, Any]) -> str:
    values = arguments["value_set"]
    return f"{arguments['column']} is {' or '.join(text_of(v) for v in values)}"


def _regex(arguments: Mapping[str, Any]) -> str:
    return f"{arguments['column']} matches {arguments['regex']}"


def _known(arguments: Mapping[str, Any]) -> str:
    return f"{arguments['column']} is not null"


def _lengths(arguments: Mapping[str, Any]) -> str:
    return f"length of {arguments['column']} is {_range(arguments)}"


def _unique(arguments: Mapping[str, Any]) -> str:
    return f"{' and '.join(arguments['column_list'])} are unique together"


def _unique_alone(arguments: Mapping[str, Any]) -> str:
    return f"{arguments['column']} is unique"


def _null(arguments: Mapping[str, Any]) -> str:
    return f"{arguments['column']} is null"


def _contained(arguments: Mapping[str, Any]) -> str:
    return f"{arguments['column']} is somewhere {', '.join(map(text_of, arguments['value_set']))}"


def _pair(arguments: Mapping[str, Any]) -> str:
    above = "at least" if arguments.get("or_equal") else "above"
    return f"{arguments['column_A']} is {above} {arguments['column_B']}"


def _columns(arguments: Mapping[str, Any]) -> str:
    return f"all {len(arguments['column_set'])} columns"


def _no_rows(_: Mapping[str, Any]) -> str:
    # The query is for Spark; what it means is the expectation's description.
    return "no row breaks it (the SQL is in the suite)"


_WORDS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "expect_column_distinct_values_to_contain_set": _contained,
    "expect_column_pair_values_a_to_be_greater_than_b": _pair,
    "expect_column_unique_value_count_to_be_between": _different,
    "expect_column_value_lengths_to_be_between": _lengths,
    "expect_column_values_to_be_between": _values,
    "expect_column_values_to_be_in_set": _set,
    "expect_column_values_to_be_null": _null,
    "expect_column_values_to_be_unique": _unique_alone,
    "expect_column_values_to_match_regex": _regex,
    "expect_column_values_to_not_be_null": _known,
    "expect_compound_columns_to_be_unique": _unique,
    "expect_table_columns_to_match_set": _columns,
    "expect_table_row_count_to_be_between": _rows,
    "unexpected_rows_expectation": _no_rows,
}
_COUNTED = {
    "expect_column_unique_value_count_to_be_between": "different value",
    "expect_table_row_count_to_be_between": "row",
}


def _condition(condition: Any) -> str:
    if isinstance(condition, Mapping) and condition.get("type") == "comparison":
        column, value = condition["column"]["name"], condition["parameter"]
        return f"{column} {condition['operator']} {text_of(value)}"
    if isinstance(condition, Mapping) and condition.get("type") == "nullity":
        return f"{condition['column']['name']} is {'' if condition['is_null'] else 'not '}null"
    return text_of(condition)
