"""gold.traffic_hourly: every aircraft counts once, wherever and however often it is seen."""

from __future__ import annotations

import pytest
from flightlake.transforms.gold.traffic_hourly import derive


@pytest.fixture
def traffic(states, hour):
    """The rows of the table by region, from states."""

    def derived(*rows):
        found = derive({"silver.state_vectors": states(*rows)}, hour).collect()
        return {row["region"]: row.asDict() for row in found}

    return derived


def test_an_aircraft_that_crosses_regions_is_one_in_each_and_one_in_the_world(traffic):
    found = traffic({"region": "europe"}, {"region": "asia", "at_s": 690})
    assert {region: row["aircraft"] for region, row in found.items()} == {
        "europe": 1,
        "asia": 1,
        "world": 1,
    }
    assert found["world"]["states"] == 2


def test_an_aircraft_that_takes_off_is_both_on_the_ground_and_in_the_air(traffic):
    found = traffic(
        {"is_on_ground": True, "ground_speed_mps": 70.0, "baro_altitude_m": None},
        {"at_s": 690, "ground_speed_mps": 90.0, "baro_altitude_m": 300.0},
        {"icao24": "aaaaaa", "is_on_ground": True},
    )["europe"]
    assert (found["aircraft"], found["airborne_aircraft"], found["ground_aircraft"]) == (2, 1, 2)
    assert (found["mean_ground_speed_mps"], found["mean_baro_altitude_m"]) == (90.0, 300.0)


def test_means_are_null_where_nothing_flies(traffic):
    found = traffic({"is_on_ground": True})["europe"]
    assert (found["mean_ground_speed_mps"], found["fresh_share"]) == (None, 1.0)


def test_states_of_another_hour_do_not_count(traffic):
    assert traffic({"at_s": 600}, {"at_s": 3600})["world"]["states"] == 1
