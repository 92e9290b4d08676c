"""Each flaw of real data can be seen in the answers, in about the share that its constant says."""

from collections import defaultdict
from itertools import pairwise

import numpy as np
import pytest
from opensky_simulator.identity import GARBLED_SQUAWK_SHARE, STUCK_CALLSIGN_SHARE
from opensky_simulator.legs import SHORT_STOP_SHARE
from opensky_simulator.noise import (
    GROUND_FLICKER_SHARE,
    NO_GROUND_POSITION_SHARE,
    STUCK_IN_AIR_SHARE,
)
from opensky_simulator.reception import ONLY_FINAL_SHARE
from opensky_simulator.spoofing import AREAS
from opensky_simulator.surface import MAST_SHARE, VEHICLE_NO_POSITION_SHARE, VEHICLE_SHARE
from opensky_simulator.world import World
from pyproj import Geod

GEOD = Geod(ellps="WGS84")
BEGIN_S = 1_766_880_007
MOMENTS_S = range(BEGIN_S, BEGIN_S + 86_400, 5_437)
ICAO24, CALLSIGN, COUNTRY, POSITION, CONTACT, LON, LAT, BARO, GROUND, SPEED, TRACK = range(11)
SQUAWK, SOURCE, CATEGORY = 14, 16, 17


@pytest.fixture(scope="module")
def answers(world: World) -> dict[int, list[list[object]]]:
    return {time_s: world.states(time_s, extended=True) for time_s in MOMENTS_S}


@pytest.fixture(scope="module")
def on_ground(world: World, answers) -> list[tuple[dict[str, object], list[object]]]:
    """True flights and their states before lift-off and after touch-down."""
    found = []
    for time_s, states in answers.items():
        flights = defaultdict(list)
        for flight in world.flights(time_s - 3_600, time_s + 3_600):
            flights[flight["icao24"]].append(flight)
        for state in states:
            own = flights.get(state[ICAO24], [])
            is_flying = any(f["take_off_s"] <= state[CONTACT] <= f["landing_s"] for f in own)
            if own and not is_flying and state[CATEGORY] != 9:
                nearest = min(own, key=lambda f: abs(f["take_off_s"] - state[CONTACT]))
                found.append((nearest, state))
    return found


def share(rows, test) -> float:
    return sum(map(test, rows)) / len(rows)


def test_some_aircraft_have_no_position_on_the_ground_and_then_seem_to_fly(on_ground):
    states = [state for _, state in on_ground]
    nowhere = [state for state in states if state[LAT] is None]
    assert not any(state[GROUND] for state in nowhere)
    assert len(nowhere) / len(states) == pytest.approx(NO_GROUND_POSITION_SHARE, rel=0.4)


def test_the_ground_flag_flickers_at_altitudes_of_airliners(on_ground):
    states = [state for _, state in on_ground if state[LAT] is not None]
    flickers = [s for s in states if not s[GROUND] and (s[BARO] or 0) >= 7_000]
    assert len(flickers) / len(states) == pytest.approx(GROUND_FLICKER_SHARE, rel=0.5)
    assert share(flickers, lambda s: s[SPEED] is None) > 0.7


def test_some_aircraft_claim_to_fly_while_they_stand_at_the_field(on_ground):
    states = [state for _, state in on_ground if state[LAT] is not None]
    stuck = [s for s in states if not s[GROUND] and s[BARO] is not None and s[BARO] < 4_500]
    slow = [s for s in stuck if (s[SPEED] or 0) < 15]
    assert len(stuck) / len(states) == pytest.approx(STUCK_IN_AIR_SHARE, rel=0.5)
    assert len(slow) > 5


def test_some_flights_begin_under_the_callsign_of_the_last_one(world):
    day = world.flights(BEGIN_S, BEGIN_S + 86_400)
    legs = defaultdict(list)
    for flight in day:
        if not flight["ghost"]:
            legs[flight["icao24"]].append(flight)
    last = {
        (flight["icao24"], flight["take_off_s"]): before["callsign"]
        for own in legs.values()
        for before, flight in pairwise(own)
        if before["callsign"] != flight["callsign"]
    }
    stuck = judged = 0
    for time_s in MOMENTS_S:
        names = {s[ICAO24]: (s[CALLSIGN].strip(), s[CONTACT]) for s in world.states(time_s)}
        for (icao24, take_off_s), before in last.items():
            name, contact_s = names.get(icao24, ("", 0))
            if -400 <= contact_s - take_off_s < -20:
                judged += 1
                stuck += name == before
    assert judged > 500
    assert 0.2 * STUCK_CALLSIGN_SHARE < stuck / judged < STUCK_CALLSIGN_SHARE


def test_single_squawks_are_garbled(world, answers):
    changed = judged = 0
    for time_s, states in answers.items():
        before = {s[ICAO24]: s for s in world.states(time_s - 30)}
        for state in states:
            other = before.get(state[ICAO24])
            is_same = other is not None and other[CALLSIGN] == state[CALLSIGN] != ""
            if is_same and other[SQUAWK] and state[SQUAWK] and other[CONTACT] != state[CONTACT]:
                judged += 1
                changed += other[SQUAWK] != state[SQUAWK]
    assert changed / judged == pytest.approx(2 * GARBLED_SQUAWK_SHARE, rel=0.6)


def test_vehicles_and_masts_transmit_at_airports_and_never_fly(world, answers):
    states = [state for states in answers.values() for state in states]
    vehicles = [state for state in states if state[CATEGORY] == 17]
    masts = [state for state in states if state[CATEGORY] == 18]
    assert len(vehicles) / len(states) == pytest.approx(VEHICLE_SHARE, rel=0.35)
    assert len(masts) / len(states) == pytest.approx(MAST_SHARE, rel=0.8)
    nowhere = share(vehicles, lambda s: s[LAT] is None)
    assert VEHICLE_NO_POSITION_SHARE / 2 < nowhere < 2 * VEHICLE_NO_POSITION_SHARE
    assert all(state[GROUND] == (state[LAT] is not None) for state in vehicles)
    assert max(state[SPEED] for state in vehicles) < 15
    assert not any(state[GROUND] or state[SPEED] for state in masts)
    flown = {f["icao24"] for f in world.flights(BEGIN_S, BEGIN_S + 86_400)}
    assert not flown & {state[ICAO24] for state in vehicles + masts}
    plain = {state[ICAO24]: state for state in world.states(BEGIN_S)}
    assert all(plain[s[ICAO24]] == s[:17] for s in answers[BEGIN_S])


def test_a_vehicle_drives_no_further_than_its_speed(world):
    vehicle = next(
        s for s in world.states(BEGIN_S, extended=True) if s[CATEGORY] == 17 and s[LAT] is not None
    )
    heard = {}
    for time_s in range(BEGIN_S, BEGIN_S + 3_600, 60):
        for state in world.states(time_s):
            if state[ICAO24] == vehicle[ICAO24]:
                heard[state[CONTACT]] = state
    times = sorted(heard)
    assert len(times) > 5
    for first, second in pairwise(times):
        a, b = heard[first], heard[second]
        assert GEOD.inv(a[LON], a[LAT], b[LON], b[LAT])[2] <= 7 * (second - first) + 20


def test_in_spoofed_areas_many_aircraft_seem_to_be_at_one_place(answers):
    shown = []
    for states in answers.values():
        for state in states:
            is_high = (state[BARO] or 0) > 3_000 and state[LAT] is not None
            if is_high and 20 < (state[SPEED] or 0) < 40 and state[CATEGORY] not in (8, 9, 10):
                metres = [
                    GEOD.inv(state[LON], state[LAT], area.shown_lon, area.shown_lat)[2]
                    for area in AREAS
                ]
                shown += [int(np.argmin(metres))] if min(metres) < 8_000 else []
    states = sum(map(len, answers.values()))
    assert 0.0005 < len(shown) / states < 0.005
    assert set(shown) == set(range(len(AREAS)))


def test_gliders_have_addresses_of_another_system(answers):
    states = [state for states in answers.values() for state in states]
    other = [state for state in states if state[ICAO24].startswith("dd")]
    assert other
    assert all((s[COUNTRY], s[SOURCE], s[CALLSIGN]) == ("Unknown", 3, "") for s in other)
    flarm = [state for state in states if state[SOURCE] == 3]
    assert 0.4 < len(other) / len(flarm) < 0.9


def test_some_flights_are_heard_on_final_only(world):
    begin_s, end_s = BEGIN_S + 43_200, BEGIN_S + 43_200 + 10_800
    heard = defaultdict(list)
    for time_s in range(begin_s, end_s, 120):
        for state in world.states(time_s):
            heard[state[ICAO24]].append(state[CONTACT])
    whole = [
        flight
        for flight in world.flights(begin_s, end_s)
        if begin_s < flight["take_off_s"] and flight["landing_s"] < end_s and not flight["ghost"]
        if flight["landing_s"] - flight["take_off_s"] > 1_200
    ]
    late = judged = 0
    for flight in whole:
        own = [s for s in heard[flight["icao24"]] if flight["take_off_s"] - 600 < s]
        own = [s for s in own if s <= flight["landing_s"] + 300]
        judged += bool(own)
        late += bool(own) and min(own) > flight["landing_s"] - 260
    assert 0.4 * ONLY_FINAL_SHARE < late / judged < 2 * ONLY_FINAL_SHARE


def test_light_and_regional_aircraft_make_short_stops_that_nobody_hears(world):
    legs = defaultdict(list)
    for flight in world.flights(BEGIN_S, BEGIN_S + 86_400):
        if flight["kind"] in {"light", "regional"} and not flight["ghost"]:
            legs[flight["icao24"]].append(flight)
    pairs = [pair for own in legs.values() for pair in pairwise(own)]
    short = [(a, b) for a, b in pairs if b["take_off_s"] - a["landing_s"] < 1_600]
    assert len(short) / len(pairs) == pytest.approx(SHORT_STOP_SHARE, rel=0.4)
    for before, flight in short[:8]:
        for time_s in range(before["landing_s"], flight["take_off_s"], 120):
            states = [s for s in world.states(time_s) if s[ICAO24] == flight["icao24"]]
            assert all(s[CONTACT] < before["landing_s"] for s in states)
