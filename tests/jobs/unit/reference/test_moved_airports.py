"""A new version of the airports is held against the one before and against where aircraft stood."""

from __future__ import annotations

import math

import pandas as pd
import pyarrow as pa
import pytest
from flightlake.contracts.tables import AIRPORTS
from flightlake.io.reference import embedded_table
from flightlake.steps.reference_refresh import judge_places

STOOD = {"EBBR": 8, "EBCI": 6, "EBLG": 4, "EDDF": 40, "LSZH": 9}
"""How many aircraft were on the ground; four say nothing."""


@pytest.fixture(scope="module")
def before() -> pa.Table:
    return embedded_table(AIRPORTS)


@pytest.fixture(scope="module")
def seen(before) -> pd.DataFrame:
    places = before.to_pandas().set_index("airport")
    names = ["latitude_deg", "longitude_deg"]
    rows = [
        places.loc[airport, names] for airport, aircraft in STOOD.items() for _ in range(aircraft)
    ]
    return pd.DataFrame(rows).add_prefix("ground_").reset_index(drop=True)


def table_of(rows: pd.DataFrame) -> pa.Table:
    schema = embedded_table(AIRPORTS).schema
    return pa.Table.from_pandas(rows, schema, preserve_index=False)


def with_minutes_as_decimals(airports: pa.Table, country_code: str, **others: str) -> pa.Table:
    """The airports with a country whose 50°54' was read as 50.54."""

    def misread(degrees: float) -> float:
        minutes, whole = math.modf(degrees)
        return whole + minutes * 0.6

    rows = airports.to_pandas().assign(**others)
    is_moved = rows["country_code"] == country_code
    for name in ("latitude_deg", "longitude_deg"):
        rows[name] = rows[name].where(~is_moved, rows[name].map(misread))
    return table_of(rows)


def unmet(airports: pa.Table, before: pa.Table, seen: pd.DataFrame) -> dict[str, str]:
    results = judge_places(airports, before, seen)
    assert {result.severity for result in results} == {"critical"}
    return {result.expectation_id: result.observed for result in results if not result.is_met}


def test_the_same_airports_again_are_where_they_were(before, seen):
    assert unmet(before, before, seen) == {}


def test_a_country_that_has_moved_is_named_with_its_airports_and_where_aircraft_stood(before, seen):
    found = unmet(with_minutes_as_decimals(before, "BE"), before, seen)
    assert found["no_country_has_moved"].startswith("BE: ")
    assert "EBBR (42 km)" in found["no_country_has_moved"]
    left = found["airports_are_where_aircraft_stood"]
    assert "EBBR (" in left
    assert "EBCI (" in left
    assert "EBLG" not in left
    assert "EDDF" not in left


def test_a_country_moves_even_where_nothing_flew(before, seen):
    found = unmet(with_minutes_as_decimals(before, "LU"), before, seen.head(0))
    assert list(found) == ["no_country_has_moved"]
    assert "ELLX (" in found["no_country_has_moved"]


def test_a_version_of_another_source_is_held_against_where_aircraft_stood_only(before, seen):
    moved = with_minutes_as_decimals(before, "BE", source="there")
    of_others = table_of(before.to_pandas().assign(source="elsewhere"))
    assert list(unmet(moved, of_others, seen)) == ["airports_are_where_aircraft_stood"]
    # What comes with the project holds for every source.
    assert len(unmet(moved, before, seen)) == 2


def test_an_airport_that_is_gone_is_named_and_one_with_a_new_code_is_not(before, seen):
    rows = before.to_pandas()
    around = rows["latitude_deg"].between(47.2, 47.7) & rows["longitude_deg"].between(8.2, 8.9)
    found = unmet(table_of(rows[~around]), before, seen)
    assert "LSZH (gone)" in found["airports_are_where_aircraft_stood"]
    renamed = rows.assign(airport=rows["airport"].where(~around, "X" + rows["airport"]))
    assert (
        unmet(pa.Table.from_pandas(renamed, before.schema, preserve_index=False), before, seen)
        == {}
    )
