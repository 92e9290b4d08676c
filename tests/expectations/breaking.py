"""Rows that meet a suite, and per expectation a change after which it is not met.

The change follows from the expectation's type: a null, a value beyond its bounds, one out of its
set, a key that is there twice. Of an expectation about a number that the step knows, that number
changes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pandas as pd
from flightlake.contracts.tables import TABLES
from flightlake.quality.facts import with_measures
from flightlake.quality.suites import load_suite
from flightlake.schemas import columns_of

from tests.table_rows import frame_of_table

Row = dict[str, Any]
Expectation = Mapping[str, Any]

MOMENT = datetime(2025, 12, 28, 2, tzinfo=UTC)
MANY = 10.0**9
_BY_TYPE: Row = {
    "string": "text",
    "double": 100.0,
    "int": 1,
    "bigint": 1,
    "boolean": True,
    "date": date(2025, 12, 28),
    "timestamp": MOMENT,
}
_GOOD: dict[str, Row] = {
    "silver.state_vectors": {
        "is_on_ground": False,
        "flight_phase": "cruise",
        "squawk": "1000",
        "vertical_rate_mps": 0.0,
    },
    "gold.flights": {
        "take_off_time": pd.Timedelta(minutes=5),
        "landing_time": pd.Timedelta(minutes=60),
        "last_seen": pd.Timedelta(minutes=65),
        "duration_s": 3_900,
        "airborne_s": 3_300,
        "largest_gap_s": 90,
    },
    "gold.traffic_hourly": {"region": "world", "fresh_share": 0.9},
    "gold.country_hourly": {"country_code": "DE"},
    "gold.aircraft_type_daily": {"typecode": "A320"},
    "ops.run_ledger": {"verdict": "pass", "rows_unaccounted": 0},
    "ops.table_runs": {"verdict": "pass", "rows_unaccounted": 0},
    "ops.quality_results": {"exception": None},
    "ops.job_costs": {"state": "SUCCESS", "cost_usd": 0.2},
    "ref.aircraft": {"typecode": "A320", "operator_icao": "DLH"},
    "ref.airports": {
        "latitude_deg": 50.0,
        "country_code": "DE",
        "type": "large_airport",
        "continent_code": "EU",
    },
    "ref.countries": {
        "country_code": "DE",
        "country_code3": "DEU",
        "first_icao24": "3c0000",
        "last_icao24": "3fffff",
    },
    "ref.runways": {
        "low_latitude_deg": 50.0,
        "high_latitude_deg": 50.0,
        "position_source": "file",
    },
}
"""What the rows of a table say where the value of the column's type does not do."""
_ROWS = {"ref.airports": 10_004, "ref.runways": 10_000, "ref.airlines": 204, "ref.countries": 154}
_WITHHELD = "silver.state_vectors_withheld"
_KNOWN = ["NA", "US", "DE", "AU"]
_NUMBERS = {
    "answers_read": 40,
    "answers_expected": 40,
    "hours_of_the_day": 24,
    "hours_after_the_day": 1,
    "rows_read": 100,
    "rows_derived": 100,
    "states_counted": 100,
    "states_of_world": 100,
    "states_of_regions": 100,
    "states_of_countries": 100,
    "rows_usual_at_most": 1e12,
    "share_not_lost": 0.5,
}
"""Parameters of a good run; the others are 0."""


@dataclass(frozen=True)
class Judged:
    """Rows and what the step knows of them."""

    rows: pd.DataFrame
    parameters: dict[str, Any]


def good(name: str) -> Judged:
    """Rows that meet a suite; ``name`` is a table's, or one with ``_seen``."""
    suite = load_suite(name)
    parameters = {each: _NUMBERS.get(each, 0) for each in suite["meta"].get("parameters", {})}
    if name.endswith("_seen"):
        return Judged(pd.DataFrame({"icao24": "3c6444", "is_found": [True] * 100}), parameters)
    table = TABLES[name]
    row = {column.name: _BY_TYPE.get(column.type) for column in columns_of(table)} | _GOOD.get(
        name, {}
    )
    for column, value in row.items():
        if isinstance(value, pd.Timedelta):
            row[column] = MOMENT + value
    size = 0 if name == _WITHHELD else _ROWS.get(name, 100)
    rows = frame_of_table(table, [row] * size)
    for key in table.keys:
        if key in row and row[key] == "text":
            rows[key] = [f"{n:06x}" for n in range(len(rows))]
    if name == "ref.countries" or name == "ref.airports":
        rows.loc[: len(_KNOWN) - 1, "country_code"] = _KNOWN
    if name == "ref.airlines":
        rows.loc[:3, "airline_icao"] = ["AAL", "DLH", "QFA", "UAE"]
    return Judged(with_measures(name, rows), parameters)


def broken(judged: Judged, expectation: Expectation) -> Judged:
    """The same, changed so that the expectation is not met."""
    kwargs, rows = expectation["kwargs"], judged.rows.copy()
    condition = kwargs.get("row_condition")
    if condition and condition["type"] == "comparison":
        rows[condition["column"]["name"]] = condition["parameter"]
    if expectation["meta"].get("scope") == "run":
        column = kwargs["column"]
        low, high = (bound(kwargs.get(side), judged) for side in ("min_value", "max_value"))
        value = low - 1 if high is None else high + 1
        return Judged(rows, {**judged.parameters, column: value})
    kind = expectation["type"].removeprefix("expect_")
    if kind == "table_row_count_to_be_between":
        return _of_another_size(judged, kwargs)
    if kind == "compound_columns_to_be_unique" or kind == "column_values_to_be_unique":
        return Judged(pd.concat([rows, rows[:1]], ignore_index=True), judged.parameters)
    if kind == "column_pair_values_a_to_be_greater_than_b":
        high, low = kwargs["column_A"], kwargs["column_B"]
        rows[high] = _below(rows[low].iloc[0])
    elif kind == "column_unique_value_count_to_be_between":
        values = range(int(kwargs["max_value"]) + 1)
        rows = pd.DataFrame(
            {name: [None] * len(values) for name in rows} | {kwargs["column"]: values}
        )
    else:
        rows[kwargs["column"]] = _odd_value(kind, kwargs)
    return Judged(rows, judged.parameters)


def bound(value: Any, judged: Judged) -> Any:
    """A bound as a number, be it a parameter of the run."""
    if not isinstance(value, Mapping):
        return value
    numbers = {"__builtins__": {}, **judged.parameters}
    return eval(value["$PARAMETER"], numbers)  # noqa: S307


def _odd_value(kind: str, kwargs: Mapping[str, Any]) -> Any:
    odd: dict[str, Any] = {
        "column_values_to_not_be_null": None,
        "column_values_to_be_null": "a text",
        "column_values_to_match_regex": "?",
        "column_value_lengths_to_be_between": "long" * 100,
        "column_distinct_values_to_contain_set": "other",
    }
    if kind == "column_values_to_be_in_set":
        first = kwargs["value_set"][0]
        return (
            (not first) if isinstance(first, bool) else "other" if isinstance(first, str) else 999
        )
    if kind == "column_values_to_be_between":
        high = kwargs.get("max_value")
        return kwargs["min_value"] - 1 if high is None else high + 1
    return odd[kind]


def _below(value: Any) -> Any:
    if isinstance(value, datetime):
        return value - pd.Timedelta(seconds=1)
    return "0" if isinstance(value, str) else value - 1


def _of_another_size(judged: Judged, kwargs: Mapping[str, Any]) -> Judged:
    low, high = kwargs.get("min_value"), kwargs.get("max_value")
    if low is None:
        parameters = dict.fromkeys(judged.parameters, 0)
        size = int(bound(high, Judged(judged.rows, parameters))) + 1
        row = judged.rows[:1] if len(judged.rows) else pd.DataFrame([dict.fromkeys(judged.rows)])
        return Judged(pd.concat([row] * size, ignore_index=True), parameters)
    if isinstance(low, Mapping):
        names = set(re.findall("[a-z_]+", low["$PARAMETER"]))
        return Judged(judged.rows, judged.parameters | dict.fromkeys(names, MANY))
    return Judged(judged.rows[:0], judged.parameters)
