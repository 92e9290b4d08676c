"""Every suite as a file: what anyone with Great Expectations gets."""

from __future__ import annotations

import json
import re

import great_expectations as gx
import pandas as pd
import pytest
from flightlake.contracts.days import Day
from flightlake.contracts.tables import DERIVED, STATE_VECTORS_WITHHELD, TABLES
from flightlake.quality.judge import judge
from flightlake.quality.suites import load_suite, region_parameters, table_parameters
from flightlake.schemas import columns_of

DIMENSIONS = {"completeness", "accuracy", "consistency", "timeliness", "validity"}
KEPT = ("type", "severity", "meta")
UNIQUE = {"expect_compound_columns_to_be_unique", "expect_column_values_to_be_unique"}

every_suite = pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.full_name)


@every_suite
def test_plain_great_expectations_loads_the_file_whole_and_writes_it_back(table):
    suite = load_suite(table.full_name)

    written = gx.ExpectationSuite(**suite).to_json_dict()

    assert (written["name"], written["meta"]) == (table.full_name, suite["meta"])
    for entry, back in zip(suite["expectations"], written["expectations"], strict=True):
        assert [back[key] for key in KEPT] == [entry[key] for key in KEPT]
        # Arguments that are as Great Expectations has them anyway are not written.
        assert back["kwargs"].items() <= entry["kwargs"].items()


@every_suite
def test_every_expectation_has_a_name_of_its_own_and_says_how_severe_it_is_and_what_for(table):
    expectations = load_suite(table.full_name)["expectations"]
    names = [entry["meta"]["name"] for entry in expectations]
    assert len(set(names)) == len(names) >= 6
    for entry in expectations:
        assert entry["severity"] in {"critical", "warning", "info"}, entry
        assert entry["meta"]["dimension"] in DIMENSIONS, entry
        assert entry["meta"]["description"].endswith("."), entry
        # A quantile of the same rows differs from engine to engine.
        assert "quantile" not in entry["type"], entry


@every_suite
def test_a_suite_requires_every_column_and_the_keys_to_be_unique(table):
    expectations = load_suite(table.full_name)["expectations"]
    required = next(
        entry["kwargs"]["column_set"]
        for entry in expectations
        if entry["meta"]["name"] == "required_columns_exist"
    )
    assert set(required) == {column.name for column in columns_of(table)}
    keys = [
        entry["kwargs"].get("column_list") or [entry["kwargs"]["column"]]
        for entry in expectations
        if entry["type"] in UNIQUE
    ]
    # What is withheld may have been withheld for its keys.
    assert table == STATE_VECTORS_WITHHELD or set(table.keys) in map(set, keys)


@every_suite
def test_the_documented_parameters_are_those_that_are_used(table):
    suite = load_suite(table.full_name)
    used = re.findall(r'"\$PARAMETER": "(\w+)', json.dumps(suite["expectations"]))
    assert set(suite["meta"].get("parameters", {})) == set(used)


@pytest.mark.parametrize("table", DERIVED, ids=lambda table: table.full_name)
def test_a_derived_tables_questions_can_be_asked_in_pandas_even_of_an_empty_table(table):
    period = Day.parse("2025-12-28")
    parameters = table_parameters(period, None, region_parameters(["europe"]) | {"hour": 2})
    empty = pd.DataFrame(columns=[column.name for column in columns_of(table)])

    results = judge(empty, table.full_name, parameters).results

    assert [(found.expectation_id, found.exception) for found in results if found.exception] == []
