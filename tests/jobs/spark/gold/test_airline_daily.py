"""gold.airline_daily: what each airline flew."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flightlake.contracts.tables import TABLES
from flightlake.io.delta import columns_of_table
from flightlake.quality.judge import judge
from flightlake.quality.suites import table_parameters
from flightlake.transforms.gold.airline_daily import derive


@pytest.fixture
def airlines(flights, rows_of, day):
    """The table as pandas, from flights; Lufthansa is the one that has a name."""
    names = rows_of("ref.airlines", [{"airline_icao": "DLH", "name": "Lufthansa"}])

    def derived(*rows):
        sources = {"gold.flights": flights(*rows), "ref.airlines": names}
        return columns_of_table(derive(sources, day), TABLES["gold.airline_daily"]).toPandas()

    return derived


def test_an_airline_counts_each_aircraft_airport_and_route_once(airlines, day):
    rows = airlines(
        {"airborne_s": 5_400, "flown_distance_m": 660_000.4},
        {"airborne_s": 1_800, "flown_distance_m": 340_000.0},
        {"icao24": "3c6445", "departure_airport": "EGLL", "arrival_airport": "EDDF"},
        {"arrival_airport": None, "flown_distance_m": None},
        {"airline_icao": "BAW", "departure_airport": None},
        {"airline_icao": None},
        {"date": day.date - timedelta(days=1)},
    )
    assert judge(rows, "gold.airline_daily", table_parameters(None, {})).verdict == "pass"
    found = rows.set_index("airline_icao")
    assert set(found.index) == {"DLH", "BAW"}
    lufthansa = found.loc["DLH"]
    assert (lufthansa.airline, lufthansa.flights, lufthansa.aircraft) == ("Lufthansa", 4, 2)
    assert (lufthansa.airports, lufthansa.routes) == (2, 2)
    assert (lufthansa.flight_hours, lufthansa.flown_distance_m) == (5.0, 1_660_000)
    other = found.loc["BAW"]
    assert (other.airline, other.airports, other.routes) == (None, 1, 0)
