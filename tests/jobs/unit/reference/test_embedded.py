"""The reference data that comes with the project."""

from __future__ import annotations

import gzip
import json
from bisect import bisect_right
from itertools import pairwise
from pathlib import Path

import pytest
from flightlake.contracts.tables import AIRCRAFT, AIRLINES, AIRPORTS, COUNTRIES, RUNWAYS
from flightlake.io.reference import embedded_table
from flightlake.quality.judge import judge
from flightlake.quality.suites import table_parameters
from flightlake.schemas import columns_of
from opensky_simulator.countries import COUNTRIES as SIMULATED

REAL_ANSWER = Path(__file__).parents[5] / (
    "shared/data/opensky/states-all-world-2025-12-28T021419Z.json.gz"
)


@pytest.fixture(scope="module")
def blocks() -> list[dict[str, str]]:
    return rows_of(COUNTRIES)


def rows_of(table):
    return embedded_table(table).to_pylist()


def country_of(icao24: str, blocks: list[dict[str, str]]) -> str | None:
    place = bisect_right([block["first_icao24"] for block in blocks], icao24) - 1
    found = blocks[place] if place >= 0 else None
    return found["country"] if found and icao24 <= found["last_icao24"] else None


@pytest.mark.parametrize(
    "table", [AIRPORTS, RUNWAYS, AIRLINES, COUNTRIES], ids=lambda table: table.full_name
)
def test_what_the_project_comes_with_would_be_published(table):
    rows = embedded_table(table)
    assert rows.column_names == [column.name for column in columns_of(table)]
    known = table_parameters(None, {"lines_broken": 0, "lines_repeated": 0})

    judgement = judge(rows.to_pandas(), table.full_name, known)

    assert [(found.description, found.observed) for found in judgement.failed] == []


def test_no_aircraft_come_with_the_project_for_opensky_allows_no_redistribution():
    assert rows_of(AIRCRAFT) == []


def test_blocks_are_sorted_and_do_not_overlap(blocks):
    ends = [(int(b["first_icao24"], 16), int(b["last_icao24"], 16)) for b in blocks]
    assert all(first < last for first, last in ends)
    assert all(last < after for (_, last), (after, _) in pairwise(ends))
    # ICAO allocates blocks of a power of two.
    assert {f"{last - first + 1:b}".count("1") for first, last in ends} == {1}


@pytest.mark.parametrize(
    ("icao24", "country"),
    [
        ("3c6444", "Germany"),
        ("a12345", "United States"),
        ("4ca7b5", "Ireland"),
        ("201000", "Namibia"),
        ("e94fff", "Bolivia"),
        ("000000", None),
        ("ffffff", None),
        ("f00001", None),
    ],
)
def test_an_address_lies_in_its_countrys_block(icao24, country, blocks):
    assert country_of(icao24, blocks) == country


def test_namibia_is_a_country_and_not_nothing(blocks):
    assert next(b["country_code"] for b in blocks if b["country"] == "Namibia") == "NA"
    namibian = [row for row in rows_of(AIRPORTS) if row["country_code"] == "NA"]
    assert "Hosea Kutako International Airport" in {row["name"] for row in namibian}
    assert {row["airline_icao"] for row in rows_of(AIRLINES) if row["country_code"] == "NA"}


def test_the_simulators_fleet_is_known(blocks):
    designators = {row["airline_icao"] for row in rows_of(AIRLINES)}
    for country in SIMULATED:
        assert country_of(f"{country.first_address:06x}", blocks) == country.name
        assert set(country.airlines) <= designators


@pytest.mark.skipif(not REAL_ANSWER.exists(), reason=f"{REAL_ANSWER.name} is not on this machine")
def test_opensky_says_the_same_of_every_aircraft_of_a_real_answer(blocks):
    states = json.loads(gzip.decompress(REAL_ANSWER.read_bytes()))["states"]
    wrong = [(s[0], s[2]) for s in states if country_of(s[0], blocks) != s[2]]
    assert [(icao24, name) for icao24, name in wrong if "Libya" not in name] == []
