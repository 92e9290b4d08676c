"""The true flights agree with what the answers show."""

from collections import defaultdict
from itertools import pairwise

import numpy as np
import pytest
from opensky_simulator.manners import CIRCUIT_SHARE
from opensky_simulator.ourairports import airfields, strips
from opensky_simulator.spoofing import AREAS
from opensky_simulator.world import World
from pyproj import Geod

GEOD = Geod(ellps="WGS84")
BEGIN_S = 1_766_880_000
STEP_S = 60
END_S = BEGIN_S + 3 * 3600
AIRPORTS = {field.code: field for field in airfields()}


@pytest.fixture(scope="module")
def small_world() -> World:
    return World(seed=4, aircraft=800)


@pytest.fixture(scope="module")
def tracks(small_world) -> dict[str, dict[int, list[object]]]:
    """Positions heard, by aircraft and by the time of the position; no forged ones."""
    found: dict[str, dict[int, list[object]]] = defaultdict(dict)
    for time_s in range(BEGIN_S, END_S, STEP_S):
        for state in small_world.states(time_s):
            if state[3] is not None and state[4] - state[3] < 15 and not is_forged(state):
                found[state[0]][state[3]] = state
    return found


def is_forged(state) -> bool:
    """Whether a state may be one of a spoofed area."""
    shown_m = [GEOD.inv(state[5], state[6], a.shown_lon, a.shown_lat)[2] for a in AREAS]
    return not state[8] and (state[9] or 0) < 40 and min(shown_m) < 8_000


@pytest.fixture(scope="module")
def flights(small_world) -> list[dict[str, object]]:
    return small_world.flights(BEGIN_S, END_S)


def honest(flights):
    """Flights of addresses that only one aircraft uses."""
    ghosts = {flight["icao24"] for flight in flights if flight["ghost"]}
    return [flight for flight in flights if flight["icao24"] not in ghosts]


def distance_m(state, code: str) -> float:
    airport = AIRPORTS[code]
    return GEOD.inv(state[5], state[6], airport.lon, airport.lat)[2]


def off_runway_m(state, code: str, beyond_m: float = 100) -> float:
    """How far from the nearest centre line of an airport a position is, or its extension."""
    offsets = []
    for strip in strips()[AIRPORTS[code].ident]:
        along_deg, _, length_m = GEOD.inv(
            strip.low_lon, strip.low_lat, strip.high_lon, strip.high_lat
        )
        to_deg, _, metres = GEOD.inv(strip.low_lon, strip.low_lat, state[5], state[6])
        angle = np.radians(to_deg - along_deg)
        if -beyond_m <= metres * np.cos(angle) <= length_m + beyond_m:
            offsets.append(abs(metres * np.sin(angle)))
    return min(offsets, default=np.inf)


def test_successive_positions_are_as_far_apart_as_an_aircraft_can_fly(tracks, flights):
    known = {flight["icao24"] for flight in honest(flights)}
    pairs = 0
    for icao24 in known & tracks.keys():
        heard = sorted(tracks[icao24])
        for first, second in pairwise(heard):
            a, b = tracks[icao24][first], tracks[icao24][second]
            metres = GEOD.inv(a[5], a[6], b[5], b[6])[2]
            # 15 m of rounding, and jets with a tail wind.
            assert metres <= 320 * (second - first) + 15, (a, b)
            pairs += 1
    assert pairs > 50_000


def test_reported_speed_and_track_agree_with_the_way_flown(tracks, flights):
    """In level flight, away from outliers."""
    wrong, judged = 0, 0
    for flight in honest(flights):
        if flight["route"] != "direct":
            continue
        heard = tracks.get(flight["icao24"], {})
        cruise = [s for s in sorted(heard) if flight["take_off_s"] < s < flight["landing_s"]]
        for first, second in pairwise(cruise):
            a, b = heard[first], heard[second]
            level = (a[7] or 0) > 9_000 and a[7] == b[7] and abs(a[11] or 0) <= 1
            if second - first > 120 or not level or a[9] is None:
                continue
            azimuth, _, metres = GEOD.inv(a[5], a[6], b[5], b[6])
            turn = abs((azimuth - a[10] + 180) % 360 - 180)
            judged += 1
            wrong += abs(metres / (second - first) - a[9]) > 3 or turn > 2
    assert judged > 3_000
    assert wrong / judged < 0.01


def test_aircraft_roll_on_real_runways(tracks, flights):
    judged = 0
    for flight in honest(flights):
        for time_s, state in tracks.get(flight["icao24"], {}).items():
            is_rolling = state[8] and state[3] == state[4] and 25 < (state[9] or 0) < 80
            for moment_s, end in (("take_off_s", "departure"), ("landing_s", "arrival")):
                known = AIRPORTS[flight[end]].ident in strips()
                if is_rolling and known and abs(time_s - flight[moment_s]) < 30:
                    assert off_runway_m(state, flight[end]) < 40, (flight, state)
                    judged += 1
    assert judged > 30


def test_a_minute_and_a_half_after_take_off_many_have_turned_off_the_runway(tracks, flights):
    """They are some kilometres away, as the first poll of 90 s finds real ones."""
    far_m, off_m = [], []
    for flight in honest(flights):
        for time_s, state in tracks.get(flight["icao24"], {}).items():
            is_jet = flight["kind"] in {"airliner", "regional"}
            known = AIRPORTS[flight["departure"]].ident in strips()
            if is_jet and known and 80 <= time_s - flight["take_off_s"] <= 100:
                far_m.append(distance_m(state, flight["departure"]))
                off_m.append(off_runway_m(state, flight["departure"], beyond_m=1e6))
    assert len(far_m) > 50
    assert np.percentile(far_m, 5) > 2_000
    assert np.percentile(far_m, 95) < 10_000
    assert 0.3 < np.mean(np.array(off_m) > 1_000) < 0.8


def test_light_aircraft_fly_circuits_with_touch_and_goes(small_world):
    """A touch-and-go is on the ground for some seconds and is no landing."""
    day = small_world.flights(BEGIN_S, BEGIN_S + 86_400)
    circuits = [flight for flight in honest(day) if flight["route"] == "circuits"]
    loops = [flight for flight in honest(day) if flight["route"] == "loop"]
    light = [flight for flight in loops if flight["kind"] == "light"]
    share = len(circuits) / (len(circuits) + len(light))
    assert CIRCUIT_SHARE - 0.12 < share < CIRCUIT_SHARE + 0.12
    assert {flight["kind"] for flight in circuits} == {"light"}
    touches = 0
    for flight in circuits[:3]:
        for time_s in range(flight["take_off_s"] + 30, flight["landing_s"] - 30, 5):
            for state in small_world.states(time_s):
                touches += state[0] == flight["icao24"] and state[8] and state[4] == time_s
    assert touches > 2


def test_aircraft_stand_near_departure_before_and_near_arrival_after(tracks, flights):
    """Nearly all of them say that they are on the ground."""
    before, after = [], []
    for flight in honest(flights):
        for time_s, state in tracks.get(flight["icao24"], {}).items():
            if -600 <= time_s - flight["take_off_s"] < -1:
                assert distance_m(state, flight["departure"]) < 6_000
                before.append(state[8])
            if 1 < time_s - flight["landing_s"] <= 300:
                assert distance_m(state, flight["arrival"]) < 6_000
                after.append(state[8])
    assert len(before) > 200
    assert len(after) > 200
    assert 0.95 < np.mean(before + after) < 1


def test_states_in_the_air_belong_to_a_true_flight_and_carry_its_callsign(small_world, flights):
    by_aircraft = defaultdict(list)
    for flight in flights:
        by_aircraft[flight["icao24"]].append(flight)
    named = 0
    states = [s for s in small_world.states(BEGIN_S + 5_000) if not s[8] and (s[9] or 0) > 30]
    for state in states:
        own = [f for f in by_aircraft[state[0]] if f["take_off_s"] <= state[4] <= f["landing_s"]]
        assert own, state
        named += any(state[1].strip() == flight["callsign"] for flight in own)
    assert 0.95 < named / len(states) < 1


def test_an_aircraft_leaves_from_where_it_arrived(small_world):
    chains = defaultdict(list)
    for flight in honest(small_world.flights(BEGIN_S, BEGIN_S + 2 * 86_400)):
        chains[flight["icao24"]].append(flight)
    turnarounds = []
    for legs in chains.values():
        for first, second in pairwise(legs):
            assert first["arrival"] == second["departure"]
            turnarounds.append(second["take_off_s"] - first["landing_s"])
    assert len(turnarounds) > 3_000
    assert min(turnarounds) > 10 * 60
    assert 45 * 60 < np.median(turnarounds) < 3 * 3600


def test_an_interval_holds_exactly_the_flights_that_overlap_it(small_world):
    whole = small_world.flights(BEGIN_S, BEGIN_S + 7_200)
    half = small_world.flights(BEGIN_S, BEGIN_S + 3_600)
    assert half == [f for f in whole if f["take_off_s"] <= BEGIN_S + 3_600]
    assert all(f["landing_s"] >= BEGIN_S and f["take_off_s"] <= BEGIN_S + 7_200 for f in whole)


def test_vertical_rate_and_altitude_agree(tracks, flights):
    differences = []
    for flight in honest(flights):
        heard = tracks.get(flight["icao24"], {})
        times = [s for s in sorted(heard) if flight["take_off_s"] < s < flight["landing_s"] - 60]
        for first, second in pairwise(times):
            a, b = heard[first], heard[second]
            if a[7] is None or b[7] is None or a[11] is None or not 55 <= b[4] - a[4] <= 65:
                continue
            differences.append((b[7] - a[7]) / (b[4] - a[4]) - a[11])
    assert len(differences) > 5_000
    assert np.median(np.abs(differences)) < 0.7
    assert np.percentile(np.abs(differences), 95) < 5


def test_ghosts_use_an_address_at_two_far_places_but_never_at_once(small_world):
    ghosts = [f for f in small_world.flights(BEGIN_S, BEGIN_S + 86_400) if f["ghost"]]
    assert ghosts
    addresses = {flight["icao24"] for flight in ghosts}
    countries = defaultdict(set)
    for time_s in range(BEGIN_S, BEGIN_S + 86_400, 1_800):
        states = small_world.states(time_s)
        assert len({s[0] for s in states}) == len(states)
        for state in states:
            if state[0] in addresses and state[5] is not None:
                countries[state[0]].add((round(state[5] / 10), round(state[6] / 10)))
    assert any(len(places) > 1 for places in countries.values())
