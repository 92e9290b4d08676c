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


def test_an_aircraft_that_takes_off_is_both_on_the_ground_and_in_the_air(traffic, on_ground):
    found = traffic(
        on_ground | {"ground_speed_mps": 70.0},
        {"at_s": 690, "ground_speed_mps": 90.0, "baro_altitude_m": 300.0},
        on_ground | {"icao24": "aaaaaa"},
    )["europe"]
    assert (found["aircraft"], found["airborne_aircraft"], found["ground_aircraft"]) == (2, 1, 2)
    assert (found["mean_ground_speed_mps"], found["mean_baro_altitude_m"]) == (90.0, 300.0)


def test_means_are_null_where_nothing_flies(traffic, on_ground):
    found = traffic(on_ground)["europe"]
    assert (found["mean_ground_speed_mps"], found["fresh_share"]) == (None, 1.0)


def test_states_of_another_hour_do_not_count(traffic):
    assert traffic({"at_s": 600}, {"at_s": 3600})["world"]["states"] == 1


def test_who_does_not_prove_to_fly_is_on_the_ground(traffic):
    at_gate = {"ground_speed_mps": 0.0, "baro_altitude_m": None, "geo_altitude_m": None}
    no_position = at_gate | {"latitude_deg": None, "longitude_deg": None, "region": "unknown"}
    found = traffic(
        {"icao24": "aaaaa1"} | no_position | {"vertical_rate_mps": None},
        # A helicopter that hovers among states in flight stays in the air.
        {"icao24": "aaaaa2", "ground_speed_mps": 40.0},
        {"icao24": "aaaaa2", "ground_speed_mps": 0.0, "baro_altitude_m": 300.0, "at_s": 690},
    )
    counts = {
        region: (row["aircraft"], row["airborne_aircraft"], row["ground_aircraft"])
        for region, row in found.items()
    }
    assert counts == {"unknown": (1, 0, 1), "europe": (1, 1, 0), "world": (2, 1, 1)}


def test_surface_objects_do_not_count(traffic, surface_objects):
    found = traffic({}, *surface_objects)
    assert {region: (row["aircraft"], row["states"]) for region, row in found.items()} == {
        "europe": (1, 1),
        "world": (1, 1),
    }
