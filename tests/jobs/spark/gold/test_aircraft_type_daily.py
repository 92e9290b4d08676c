"""gold.aircraft_type_daily: what each type of aircraft flew."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flightlake.contracts.tables import TABLES
from flightlake.io.delta import columns_of_table
from flightlake.quality.facts import facts_of
from flightlake.quality.judge import judge
from flightlake.quality.suites import table_parameters
from flightlake.transforms.gold.aircraft_type_daily import derive

AIRCRAFT = (
    ("3c6444", "A359", "Airbus", "A350-941"),
    ("3c6445", "A359", "Airbus", "A350"),
    ("3c6446", "A359", "AIRBUS", "A350-941"),
    ("400aaa", "B738", None, None),
    ("400bbb", None, "Cessna", "172"),
)


@pytest.fixture
def types(flights, rows_of, day):
    """The table as pandas, from flights by the aircraft above."""
    names = ("icao24", "typecode", "manufacturer", "model")
    rows = [dict(zip(names, values, strict=True)) for values in AIRCRAFT]
    aircraft = rows_of("ref.aircraft", rows)

    def derived(*rows):
        sources = {"gold.flights": flights(*rows), "ref.aircraft": aircraft}
        return columns_of_table(derive(sources, day), TABLES["gold.aircraft_type_daily"]).toPandas()

    return derived


def test_a_type_counts_each_aircraft_once_and_has_the_names_that_most_of_it_have(types, day):
    rows = types(
        {"icao24": "3c6444", "airborne_s": 3_600},
        {"icao24": "3c6444", "airborne_s": 1_800},
        {"icao24": "3c6445", "airline_icao": "BAW"},
        {"icao24": "400aaa"},
        {"icao24": "400bbb"},
        {"icao24": "ffffff", "airline_icao": None},
        {"icao24": "3c6445", "date": day.date - timedelta(days=1)},
    )
    known = table_parameters(None, facts_of("gold.aircraft_type_daily", rows, {}))
    assert judge(rows, "gold.aircraft_type_daily", known).verdict == "pass"
    found = rows.set_index("typecode")
    assert set(found.index) == {"A359", "B738", "unknown"}
    airbus = found.loc["A359"]
    assert (airbus.manufacturer, airbus.model) == ("Airbus", "A350-941")
    assert (airbus.flights, airbus.aircraft, airbus.airlines) == (3, 2, 2)
    assert (airbus.flight_hours, airbus.flown_distance_m) == (3.0, 1_980_000)
    assert found.loc["B738"].model is None
    unknown = found.loc["unknown"]
    assert (unknown.manufacturer, unknown.flights, unknown.airlines) == (None, 2, 1)


def test_an_address_of_another_system_has_no_type_of_aircraft(types):
    [glider] = types({"icao24": "3c6444", "has_icao_address": False}).to_dict("records")
    assert (glider["typecode"], glider["manufacturer"]) == ("unknown", None)
