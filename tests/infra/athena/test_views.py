from __future__ import annotations

from typing import Any

import pytest
from flightlake.contracts.tables import TABLES
from flightlake.contracts.views import views


@pytest.mark.parametrize("name", views())
def test_a_view_of_known_tables_says_what_it_is_for_and_answers(name: str, ask: Any) -> None:
    view = views()[name]
    assert view.description.endswith(".")
    assert set(view.tables) <= TABLES.keys()
    assert ask(f"FROM {name} LIMIT 1")


@pytest.mark.parametrize("name", views())
def test_a_view_lets_a_query_choose_partitions(name: str) -> None:
    partitions = TABLES[views()[name].tables[0]].partitions
    select = views()[name].select.partition("\nFROM ")[0]
    names = {line.strip(" ,").rpartition(".")[2] for line in select.splitlines()}
    assert [column for column in partitions if column not in names] == []


def test_states_read_in_feet_knots_and_words(ask: Any) -> None:
    [row] = ask(
        "SELECT * FROM silver.state_vectors_readable WHERE icao24 = 'a00001' AND hour = 2"
        " ORDER BY snapshot_time LIMIT 1"
    )
    assert row["baro_altitude_ft"] == 36_000
    assert row["ground_speed_kt"] == 460
    assert row["vertical_rate_ftpmin"] == -600
    assert row["position_source"] == "ADS-B"
    assert row["snapshot_time"] == "2025-12-28T02:00:00"


def test_flights_read_in_names_miles_and_minutes(ask: Any) -> None:
    [known, unknown] = ask(
        "SELECT * FROM gold.flights_readable WHERE is_complete ORDER BY flight_id"
    )
    assert known["airline"] == "Lufthansa"
    assert known["departure_municipality"] == "Frankfurt am Main"
    assert known["arrival_name"] == "London Heathrow Airport"
    assert (known["flown_distance_nmi"], known["max_altitude_ft"]) == (110, 35_000)
    assert known["airborne_min"] == 90
    # An airport that is not in the reference costs its name, never the flight.
    assert (unknown["arrival_airport"], unknown["arrival_name"]) == ("XXXX", None)
