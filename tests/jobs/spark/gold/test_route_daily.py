"""gold.route_daily: what flew between each two airports."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flightlake.contracts.tables import TABLES
from flightlake.io.delta import columns_of_table
from flightlake.quality.judge import judge
from flightlake.quality.suites import table_parameters
from flightlake.transforms.gold.route_daily import derive


@pytest.fixture
def routes(flights, rows_of, day):
    """The table as pandas, from flights; Frankfurt and London are where they are."""
    places = (
        {"airport": "EDDF", "latitude_deg": 50.033, "longitude_deg": 8.570},
        {"airport": "EGLL", "latitude_deg": 51.471, "longitude_deg": -0.461},
    )

    airports = rows_of("ref.airports", places)

    def derived(*rows):
        sources = {"gold.flights": flights(*rows), "ref.airports": airports}
        return columns_of_table(derive(sources, day), TABLES["gold.route_daily"]).toPandas()

    return derived


def test_a_route_is_one_way_between_two_airports_that_are_known(routes, day):
    rows = routes(
        {"flown_distance_m": 660_000.0, "airborne_s": 5_400},
        {"flown_distance_m": 700_000.0, "airborne_s": 6_000},
        {"icao24": "400aaa", "airline_icao": None, "flown_distance_m": None, "airborne_s": 5_500},
        {"departure_airport": "EGLL", "arrival_airport": "EDDF"},
        {"arrival_airport": "EDDF"},
        {"departure_airport": "ZZZZ"},
        {"arrival_airport": None},
        {"date": day.date - timedelta(days=1)},
    )
    # Of one airport, ref.airports does not know the place.
    assert judge(rows, "gold.route_daily", table_parameters(None, {})).verdict == "warning"
    found = rows.set_index(["departure_airport", "arrival_airport"])
    assert set(found.index) == {
        ("EDDF", "EGLL"),
        ("EGLL", "EDDF"),
        ("EDDF", "EDDF"),
        ("ZZZZ", "EGLL"),
    }
    out = found.loc["EDDF", "EGLL"]
    assert (out.flights, out.aircraft, out.airlines) == (3, 2, 1)
    assert (out.mean_flown_distance_m, out.median_airborne_s) == (680_000, 5_500)
    assert out.great_circle_distance_m == pytest.approx(654_000, rel=0.005)
    assert found.loc["EGLL", "EDDF"].great_circle_distance_m == out.great_circle_distance_m
    assert found.loc["EDDF", "EDDF"].great_circle_distance_m == 0
    assert found.loc["ZZZZ", "EGLL"].isna()["great_circle_distance_m"]
