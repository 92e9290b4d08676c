"""gold.airport_hourly: who came to an airport, left it, stood on it and passed over it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flightlake.contracts.hours import Hour
from flightlake.transforms.gold.airport_hourly import derive

MAIN = {
    "airport": "AAAA",
    "type": "large_airport",
    "iata": "AAA",
    "latitude_deg": 50.0,
    "longitude_deg": 8.0,
    "elevation_m": 0.0,
}
STRIP = MAIN | {"airport": "SSSS", "latitude_deg": 50.05, "type": "small_airport", "iata": None}
HELIPORT = STRIP | {"airport": "HHHH", "type": "heliport"}
ALONE = MAIN | {"airport": "BBBB", "latitude_deg": -20.0, "longitude_deg": -180.0}
ALONE |= {"elevation_m": 1000.0}

AT_MAIN = {"latitude_deg": 50.0, "longitude_deg": 8.0}
LOW = {"baro_altitude_m": 600.0, "geo_altitude_m": None, "ground_speed_mps": 75.0}
CLIMBS, SINKS = (LOW | {"vertical_rate_mps": rate_mps} for rate_mps in (10.0, -4.0))
FAR = {"latitude_deg": 51.0, "longitude_deg": 8.0}
AT_GATE = {"ground_speed_mps": 0.0, "baro_altitude_m": 50.0, "geo_altitude_m": None}


@pytest.fixture
def airports(states, rows_of, hour):
    """The rows of the table by airport, from states."""

    def derived(*rows, of=hour, reference=(MAIN, STRIP, ALONE), runways=()):
        sources = {
            "silver.state_vectors": states(*(AT_MAIN | row for row in rows)),
            "ref.airports": rows_of("ref.airports", reference),
            "ref.runways": rows_of("ref.runways", runways),
        }
        counts = ("aircraft", "departures", "arrivals", "ground_aircraft", "overflights")
        found = derive(sources, of).collect()
        return {row["airport"]: tuple(row[name] for name in counts) for row in found}

    return derived


def fields_of(cases):
    """An airport for each case, far from all others."""
    return {
        case: MAIN | {"airport": f"K{n:03}", "latitude_deg": 30.0, "longitude_deg": 2.0 * n}
        for n, case in enumerate(cases)
    }


def at(field, state):
    """The state at an airport and of an aircraft of its own; afar stays afar."""
    place = {name: field[name] for name in ("latitude_deg", "longitude_deg")}
    if "latitude_deg" in state:
        place["latitude_deg"] += 1.0
    return state | place | {"icao24": field["airport"].lower().replace("k", "a00")}


def goes(icao24, *places, start_s=600, every_s=90):
    """The states of one aircraft, one after the other."""
    return [
        {"icao24": icao24, "at_s": start_s + every_s * n} | place for n, place in enumerate(places)
    ]


def test_aircraft_are_counted_by_what_they_did_each_once(airports, on_ground, surface_objects):
    assert airports(
        *goes("dep001", on_ground, on_ground, CLIMBS, FAR),
        # Polled so rarely that it is out of sight when it is seen in the air.
        *goes("dep002", on_ground, FAR),
        *goes("dep003", CLIMBS, CLIMBS, FAR),
        *goes("arr001", FAR, SINKS, on_ground, on_ground),
        *goes("arr002", FAR, SINKS, SINKS),
        *goes("both01", SINKS, on_ground, CLIMBS, on_ground, CLIMBS, FAR),
        *goes("parks1", on_ground, on_ground),
        *goes("over01", {}),
        *goes("over02", {"is_on_ground": True, "ground_speed_mps": 230.0}, {}),
        # Low, but neither from here nor to here.
        *goes("passes", FAR, CLIMBS, SINKS, FAR),
        *goes("stale1", on_ground | {"position_age_s": 61}),
        *goes("faraway", FAR, FAR),
        *surface_objects,
        # The clock of the hour: who was heard last is not lost when this is.
        {"icao24": "over01", "at_s": 3590},
    ) == {"AAAA": (10, 4, 3, 5, 2)}


STRAYS = {
    "at the gate, the flag not set": (AT_GATE,),
    "the altitude of a cruise": ({"ground_speed_mps": 72.0},),
    "at the gate without a speed": ({"ground_speed_mps": None, "vertical_rate_mps": None},),
    "rolling fast, twice": (LOW | {"baro_altitude_m": 30.0},) * 2,
}


@pytest.mark.parametrize("every_s", [15, 60])
def test_a_glitch_on_the_ground_is_no_movement(airports, on_ground, every_s):
    fields = fields_of(STRAYS)
    states = (
        at(fields[name], state)
        for name, glitch in STRAYS.items()
        for state in goes("3c6444", on_ground, *glitch, on_ground, every_s=every_s)
    )
    found = airports(*states, reference=fields.values())
    assert {name: found[field["airport"]] for name, field in fields.items()} == dict.fromkeys(
        STRAYS, (1, 0, 0, 1, 0)
    )


def test_a_parked_aircraft_that_never_sets_the_flag_stands_on_the_ground(airports):
    assert airports(*goes("3c6444", AT_GATE, AT_GATE, CLIMBS, FAR)) == {"AAAA": (1, 1, 0, 1, 0)}


def test_who_appears_low_departed_and_who_disappears_low_arrived(airports):
    assert airports(
        *goes("dep001", CLIMBS, start_s=70),
        *goes("arr001", SINKS, start_s=2_400),
        # Silent for so long that it came down and left in between.
        *goes("turns1", SINKS, CLIMBS, start_s=1_000, every_s=901),
        # Heard a moment ago: the next hour knows more.
        *goes("later1", FAR, SINKS, start_s=3_420),
        {"icao24": "passes", "at_s": 3590} | FAR,
    ) == {"AAAA": (4, 2, 2, 0, 0)}


MOVEMENTS = {
    "takes off": ("ground", "climbs"),
    "takes off and is far at the next poll": ("ground", "far"),
    "appears": (None, "climbs", "far"),
    "lands": ("sinks", "ground"),
    "lands from afar": ("far", "ground"),
    "lands unheard": ("far", "sinks", None),
    "lands, but late": ("sinks", "sinks", "ground"),
}


@pytest.mark.parametrize("every_s", [15, 90, 300])
def test_consecutive_hours_count_a_movement_between_them_once(airports, on_ground, hour, every_s):
    shown = {"ground": on_ground, "climbs": CLIMBS, "sinks": SINKS, "far": FAR}
    cases = {
        (name, crossed): places
        for name, places in MOVEMENTS.items()
        for crossed in range(1, len(places))
    }
    fields = fields_of(cases)
    # Somebody else is heard at each end of both hours.
    first, second = ([{"icao24": "c10c00", "at_s": at_s}] for at_s in (-every_s, 3_590))
    for (name, crossed), places in cases.items():
        polled = ((every_s * (n - crossed), place) for n, place in enumerate(places))
        seen = [
            at(fields[name, crossed], {"at_s": at_s} | shown[place])
            for at_s, place in polled
            if place
        ]
        of_first = [state for state in seen if state["at_s"] < 0]
        first += of_first
        second += (state for state in seen if state["at_s"] >= 0)
        # OpenSky repeats the last state while it is at most 300 s old.
        second += (state for state in of_first[-1:] if -every_s - state["at_s"] <= 300)

    found = [
        airports(*states, of=of, reference=fields.values())
        for states, of in ((first, Hour.of(hour.start - timedelta(hours=1))), (second, hour))
    ]

    moves = {
        case: [sum(counts.get(field["airport"], (0,) * 5)[1:3]) for counts in found]
        for case, field in fields.items()
    }
    assert {case: sum(counted) for case, counted in moves.items()} == dict.fromkeys(cases, 1), moves


def test_a_state_belongs_to_one_airport_and_a_main_one_goes_before_a_strip(airports, on_ground):
    beside = {"longitude_deg": 179.95, "latitude_deg": -20.0, "geo_altitude_m": None}
    found = airports(
        # 3.6 km from the airport and 2 km from the strip.
        {"icao24": "near01", "latitude_deg": 50.032},
        # On the ground the nearer one has it.
        on_ground | {"icao24": "near02", "latitude_deg": 50.032},
        {"icao24": "near03", "latitude_deg": 50.1},
        {"icao24": "over01", "baro_altitude_m": 2501.0} | beside,
        {"icao24": "below1", "baro_altitude_m": 2500.0} | beside,
        {"icao24": "nowhere", "latitude_deg": 20.0},
    )
    assert found == {"AAAA": (1, 0, 0, 0, 1), "SSSS": (2, 0, 0, 1, 1), "BBBB": (2, 0, 0, 0, 1)}


def test_only_an_airfield_that_the_aircraft_can_use_has_it(airports, on_ground):
    afar = {"airport": "JJJJ", "latitude_deg": 50.2}
    closed = STRIP | {"airport": "CCCC", "type": "closed"}
    unknown = ALONE | {"airport": "UUUU", "latitude_deg": 20.0, "elevation_m": None}
    at_heliport = on_ground | {"latitude_deg": 50.2}
    at_unknown = {name: unknown[name] for name in ("latitude_deg", "longitude_deg")}
    found = airports(
        # Beside a heliport an aeroplane is at the airport, though that is farther away.
        *goes("fast01", on_ground | {"latitude_deg": 50.05}, FAR),
        at_heliport | {"icao24": "heli01", "category": 8},
        # Nobody knows how high it is above a field of unknown elevation.
        {"icao24": "over01"} | at_unknown,
        on_ground | {"icao24": "park01"} | at_unknown,
        reference=(MAIN, HELIPORT, HELIPORT | afar, closed, unknown),
    )
    assert found == {
        "AAAA": (1, 1, 0, 1, 0),
        "JJJJ": (1, 0, 0, 1, 0),
        "UUUU": (1, 0, 0, 1, 0),
    }


def test_the_runway_decides_how_near_an_airport_is(airports, on_ground):
    runway = {"airport": "AAAA", "is_closed": False, "length_m": 4_000.0}
    runway |= {"low_latitude_deg": 50.09, "low_longitude_deg": 8.0}
    runway |= {"high_latitude_deg": 50.126, "high_longitude_deg": 8.0}
    at_end = on_ground | {"latitude_deg": 50.13}
    assert airports(at_end, reference=[MAIN], runways=[runway]) == {"AAAA": (1, 0, 0, 1, 0)}
    assert airports(at_end, reference=[MAIN]) == {}
