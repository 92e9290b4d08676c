"""What a state proves: flight, the ground, or neither."""

from __future__ import annotations

import pytest
from flightlake.transforms.surface import is_surface_object, shows_flight, shows_ground
from pyspark.sql import functions as F

NO_ALTITUDE = {"baro_altitude_m": None, "geo_altitude_m": None}
NO_POSITION = {**NO_ALTITUDE, "latitude_deg": None, "longitude_deg": None, "position_age_s": None}
ON_GROUND = {**NO_ALTITUDE, "is_on_ground": True, "vertical_rate_mps": None}
AT_GATE = {"ground_speed_mps": 0.0, "vertical_rate_mps": 0.0, "baro_altitude_m": 99.0}

FLIES = {
    "an airliner in cruise": {},
    "an airliner whose flag is wrong": {"is_on_ground": True},
    "without a position, with a climb": {**NO_POSITION, "vertical_rate_mps": 8.0},
    "a helicopter without a position": {
        **NO_POSITION,
        "ground_speed_mps": 31.5,
        "vertical_rate_mps": 5.5,
    },
    "a helicopter that climbs on the spot": {
        "ground_speed_mps": 1.0,
        "vertical_rate_mps": 3.0,
        "baro_altitude_m": 400.0,
    },
    "a balloon": {"ground_speed_mps": 2.0, "baro_altitude_m": 700.0, "category": 10},
    "a paraglider heard by FLARM": {
        "ground_speed_mps": 8.0,
        "baro_altitude_m": None,
        "geo_altitude_m": 900.0,
        "position_source": 3,
    },
    "an airliner in a jammed area": {"ground_speed_mps": 12.0, "baro_altitude_m": 10_973.0},
}
STANDS = {
    "taxiing": {**ON_GROUND, "ground_speed_mps": 8.0},
    "the take-off run": {**ON_GROUND, "ground_speed_mps": 80.0},
    "a vehicle that says so": {"category": 17, "ground_speed_mps": 60.0},
    "a mast": {"category": 18, "ground_speed_mps": 0.0},
}
DOUBTFUL = {
    "at the gate, the flag not set": AT_GATE,
    "a helicopter that is parked": {**AT_GATE, "category": 8},
    "at the gate without a position": {
        **NO_POSITION,
        "ground_speed_mps": 0.0,
        "vertical_rate_mps": None,
    },
    "a vehicle without a position": {
        **NO_POSITION,
        "ground_speed_mps": 21.1,
        "vertical_rate_mps": None,
    },
    "a test transponder": {**NO_POSITION, "ground_speed_mps": 69.5, "vertical_rate_mps": None},
    "parked with the altitude of a cruise": {"ground_speed_mps": None, "vertical_rate_mps": None},
    "parked with a speed from long ago": {**ON_GROUND, "ground_speed_mps": 240.8},
    "nothing known": {**NO_POSITION, "ground_speed_mps": None, "vertical_rate_mps": None},
}


@pytest.fixture
def proven(states):
    """What each of the named states proves: (flight, ground)."""

    def judged(named):
        rows = [{"callsign": str(n), **row} for n, row in enumerate(named.values())]
        found = states(*rows).select(
            "callsign", shows_flight().alias("flight"), shows_ground().alias("ground")
        )
        by_number = {row["callsign"]: (row["flight"], row["ground"]) for row in found.collect()}
        return {name: by_number[str(n)] for n, name in enumerate(named)}

    return judged


def test_only_a_believable_height_or_speed_proves_flight(proven):
    assert proven(FLIES) == dict.fromkeys(FLIES, (True, False))
    assert proven(STANDS) == dict.fromkeys(STANDS, (False, True))
    assert proven(DOUBTFUL) == dict.fromkeys(DOUBTFUL, (False, False))


def test_surface_objects_are_the_categories_of_vehicles_and_obstacles(states):
    seen = states(*({"category": category} for category in (None, 0, 4, 15, 16, 20, 21)))
    found = seen.where(is_surface_object()).select(F.sort_array(F.collect_list("category")))
    assert found.first()[0] == [16, 20]
