"""Every expectation of every suite is met by good rows and not met by bad ones."""

from __future__ import annotations

import pytest
from flightlake.contracts.tables import REFERENCES, TABLES
from flightlake.quality.judge import judge_by
from flightlake.quality.suites import load_suite

from tests.expectations.breaking import broken, good

SUITES = [*TABLES, *(f"{table.full_name}_seen" for table in REFERENCES)]
EXPECTATIONS = [
    (suite, expectation["meta"]["name"])
    for suite in SUITES
    for expectation in load_suite(suite)["expectations"]
]


def unmet_in(suite_name, judged):
    suite = load_suite(suite_name)
    keys = TABLES[suite_name].keys if suite_name in TABLES else ("icao24",)
    judgement = judge_by(judged.rows, suite, keys, judged.parameters)
    assert [found.exception for found in judgement.results if found.exception] == []
    return {found.expectation_id: found for found in judgement.failed}


@pytest.mark.parametrize("suite", SUITES)
def test_good_rows_meet_every_expectation(suite):
    assert set(unmet_in(suite, good(suite))) == set()


@pytest.mark.parametrize(("suite", "name"), EXPECTATIONS)
def test_every_expectation_can_fail(suite, name):
    [expectation] = [
        each for each in load_suite(suite)["expectations"] if each["meta"]["name"] == name
    ]

    unmet = unmet_in(suite, broken(good(suite), expectation))

    assert name in unmet
    assert unmet[name].severity == expectation["severity"]
    assert unmet[name].score < 100
