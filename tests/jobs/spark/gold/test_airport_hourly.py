"""gold.airport_hourly: who came to an airport, left it, stood on it and passed over it."""

from __future__ import annotations

import pytest
from flightlake.transforms.gold.airport_hourly import derive

MAIN = {"airport": "AAAA", "iata": "AAA", "latitude_deg": 50.0, "longitude_deg": 8.0}
STRIP = {"airport": "SSSS", "latitude_deg": 50.05, "longitude_deg": 8.0, "type": "small_airport"}
ALONE = {"airport": "BBBB", "latitude_deg": -20.0, "longitude_deg": -180.0, "elevation_m": 1000.0}
HELIPORT = {"airport": "HHHH", "latitude_deg": 20.0, "longitude_deg": 8.0, "type": "heliport"}

AT_MAIN = {"latitude_deg": 50.0, "longitude_deg": 8.0}
GROUND = {"is_on_ground": True, "ground_speed_mps": 8.0, "baro_altitude_m": None}
GROUND |= {"geo_altitude_m": None, "vertical_rate_mps": None}
CLIMBS = {"baro_altitude_m": 600.0, "vertical_rate_mps": 10.0}
SINKS = {"baro_altitude_m": 600.0, "vertical_rate_mps": -4.0}
FAR = {"latitude_deg": 51.0, "longitude_deg": 8.0}


@pytest.fixture
def airports(states, rows_of, hour):
    """The rows of the table by airport, from states."""
    reference = [MAIN, STRIP, ALONE, HELIPORT]

    def derived(*rows):
        sources = {
            "silver.state_vectors": states(*(AT_MAIN | row for row in rows)),
            "ref.airports": rows_of("ref.airports", reference),
        }
        counts = ("aircraft", "departures", "arrivals", "ground_aircraft", "overflights")
        found = derive(sources, hour).collect()
        return {row["airport"]: tuple(row[name] for name in counts) for row in found}

    return derived


def test_aircraft_are_counted_by_what_they_did_each_once(airports):
    def goes(icao24, *places):
        return [{"icao24": icao24, "at_s": 600 + 90 * i} | p for i, p in enumerate(places)]

    assert airports(
        *goes("dep001", GROUND, GROUND, CLIMBS, FAR),
        # Polled so rarely that it is out of sight when it is seen in the air.
        *goes("dep002", GROUND, FAR),
        *goes("dep003", CLIMBS, CLIMBS, FAR),
        *goes("arr001", FAR, SINKS, GROUND, GROUND),
        *goes("arr002", FAR, SINKS, SINKS),
        *goes("both01", SINKS, GROUND, CLIMBS, GROUND, CLIMBS, FAR),
        *goes("parks1", GROUND, GROUND),
        *goes("over01", {}, {"icao24": "over01"}),
        *goes("over02", {"is_on_ground": True, "ground_speed_mps": 230.0}, {}),
        # Low, but neither from here nor to here.
        *goes("passes", FAR, CLIMBS, SINKS, FAR),
        *goes("stale1", GROUND | {"position_age_s": 61}),
        *goes("faraway", FAR, FAR),
    ) == {"AAAA": (10, 4, 3, 5, 2)}


def test_a_movement_belongs_to_the_hour_in_which_it_leaves_or_touches_the_ground(airports):
    early, late = {"at_s": 10}, {"at_s": 3590}
    assert airports(
        # 60 s up before it is seen, 150 s down after: both beyond the hour.
        {"icao24": "dep001"} | CLIMBS | early,
        {"icao24": "arr001"} | SINKS | late,
        {"icao24": "dep002"} | CLIMBS | {"at_s": 70},
        {"icao24": "arr002"} | SINKS | {"at_s": 3400},
        # Silent for so long that it came down and left in between.
        {"icao24": "turns1", "at_s": 1000} | SINKS,
        {"icao24": "turns1", "at_s": 1901} | CLIMBS,
    ) == {"AAAA": (5, 2, 2, 0, 0)}


def test_a_state_belongs_to_one_airport_and_a_main_one_goes_before_a_strip(airports):
    beside = {"longitude_deg": 179.95, "latitude_deg": -20.0}
    found = airports(
        {"icao24": "near01", "latitude_deg": 50.05},
        {"icao24": "near02", "latitude_deg": 50.1},
        {"icao24": "over01", "baro_altitude_m": 2501.0} | beside,
        {"icao24": "below1", "baro_altitude_m": 2500.0} | beside,
        {"icao24": "nowhere", "latitude_deg": 20.0},
    )
    assert found == {"AAAA": (1, 0, 0, 0, 1), "SSSS": (1, 0, 0, 0, 1), "BBBB": (2, 0, 0, 0, 1)}
