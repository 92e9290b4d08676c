"""Every suite as a file: what anyone with Great Expectations gets."""

from __future__ import annotations

import json
import re

import great_expectations as gx
import pytest
from flightlake.contracts.tables import DERIVED, TABLES
from flightlake.quality.facts import facts_of, with_measures
from flightlake.quality.judge import ROW, RUN, judge_rows
from flightlake.quality.suites import load_suite, table_parameters

from tests.table_rows import frame_of_table

DIMENSIONS = {"completeness", "accuracy", "consistency", "timeliness", "validity"}
KEPT = ("type", "severity", "meta")
FROM_THE_DAY = ("hours_of_the_day", "hours_after_the_day", "flights_published_before")

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
    assert len(set(names)) == len(names) > 0
    for entry in expectations:
        assert entry["severity"] in {"critical", "warning", "info"}, entry
        assert entry["meta"].get("scope") in {None, ROW, RUN}, entry
        # A row is quarantined, never its table for it.
        assert entry["meta"].get("scope") != ROW or entry["severity"] == "warning", entry
        assert entry["meta"]["dimension"] in DIMENSIONS, entry
        assert entry["meta"]["description"].endswith("."), entry
        # A quantile of the same rows differs from engine to engine.
        assert "quantile" not in entry["type"], entry


@every_suite
def test_the_documented_parameters_are_those_that_are_used(table):
    suite = load_suite(table.full_name)
    expectations = suite["expectations"]
    texts = re.findall(r'"\$PARAMETER": "([^"]+)', json.dumps(expectations))
    used = {name for text in texts for name in re.findall("[a-z_]+", text)}
    asked = {each["kwargs"]["column"] for each in expectations if each["meta"].get("scope") == RUN}
    assert set(suite["meta"].get("parameters", {})) == used | asked


@pytest.mark.parametrize("table", DERIVED, ids=lambda table: table.full_name)
def test_an_empty_table_of_an_empty_sky_is_no_error(table):
    known = {"states_counted": 0, "flight_ids_before": set()} | dict.fromkeys(FROM_THE_DAY, 0)
    empty = with_measures(table.full_name, frame_of_table(table, []))
    facts = facts_of(table.full_name, empty, known)

    judgement, broken = judge_rows(empty, table.full_name, table_parameters(None, known | facts))

    assert [found.expectation_id for found in judgement.results if found.exception] == []
    assert (judgement.verdict, broken) == ("warning" if "flights" in table.name else "pass", {})
