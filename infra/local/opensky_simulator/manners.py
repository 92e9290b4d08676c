"""How each leg is flown: straight out, turns, the fix on the way in, final, circuits."""

from typing import Any

import numpy as np

from opensky_simulator.airports import Airports
from opensky_simulator.fleet import KIND_NUMBER, KINDS, PRIVATE, Fleet, Ints
from opensky_simulator.geodesy import Places, advance
from opensky_simulator.hashing import Bools, Floats, Keys, mix, uniform
from opensky_simulator.paths import Ends, Manners, Paths, circuits, merged, routes
from opensky_simulator.runways import Runways

# Half of all departures turn within half a minute of lift-off: at the first poll of 90 s they are
# 4-8 km from the runway and not on its extension.
_STRAIGHT_OUT_S, _STRAIGHT_OUT_PRIVATE_S = (12.0, 70.0), (10.0, 35.0)
_FINAL_S, _FINAL_PRIVATE_S = (110.0, 260.0), (30.0, 90.0)
_FIX_BEFORE_FINAL_M, _FIX_BEFORE_FINAL_PRIVATE_M = (18_000.0, 60_000.0), (4_000.0, 12_000.0)
_VECTORED_DEG, _VECTORED_PRIVATE_DEG = 35.0, 20.0
# A turn has 25 degrees of bank (9.81 tan 25 = 4.57 m/s2) or 3 degrees per second (19.1 s).
_TURN_MPS2, _TURN_S = 4.57, 19.1
_THERMAL_RADIUS_M = 120.0
_SHORTEST_RADIUS_M = 60.0
_HOLD_SHARE, _MOST_HOLDS = 0.03, 4
_THERMAL_LAPS, _SIGHTSEEING_LAPS = 30, 3
# A loop goes out and back for three quarters of its length.
_LOOP_REACH = 0.38
# Of the loops of light aircraft, the share that are training circuits with touch-and-goes.
CIRCUIT_SHARE = 0.35
_CIRCUIT_LAPS = (3, 9)
_CIRCUIT_STRAIGHT_S, _CIRCUIT_FINAL_S = 30.0, 35.0
_AIRLINE_RUNWAY_M, _HEAVY_RUNWAY_M = 1_600.0, 2_400.0
_RUNWAY_MPS2 = 2.2
_MOST_OF_RUNWAY = 0.7
_TOUCH_DOWN_SHARE, _TOUCH_DOWN_M = 0.1, (30.0, 300.0)


def speeds(leg: dict[str, Any], fleet: Fleet, seed: int) -> tuple[Floats, Floats]:
    """Return the ground speeds of cruise and of lift-off in m/s; jets have a west wind."""
    kind = fleet.kind[leg["aircraft"]]
    key = mix(seed, leg["aircraft"], leg["number"])
    cruise_mps = np.array([row.cruise_mps for row in KINDS])[kind]
    lift_off_mps = np.array([row.lift_off_mps for row in KINDS])[kind]
    tail_wind = np.where(cruise_mps > 150, 28.0, 0.0) * np.sin(np.radians(leg["azimuth_deg"]))
    return (
        cruise_mps * (0.94 + 0.12 * uniform(key, "speed")) + tail_wind,
        lift_off_mps * (0.92 + 0.16 * uniform(key, "lift-off")),
    )


def circuit_laps(leg: dict[str, Any], fleet: Fleet, seed: int) -> Floats:
    """Return how many laps a training flight has; 0 where the leg is no such flight."""
    key = mix(seed, leg["aircraft"], leg["number"])
    light = fleet.kind[leg["aircraft"]] == KIND_NUMBER["light"]
    trains = light & leg["loop"] & (uniform(key, "circuits") < CIRCUIT_SHARE)
    fewest, most = _CIRCUIT_LAPS
    laps = fewest + np.floor((most + 1 - fewest) * uniform(key, "circuit laps"))
    return np.where(trains, laps, 0.0)


def ends_of(
    leg: dict[str, Any], fleet: Fleet, airports: Airports, runways: Runways, seed: int
) -> Ends:
    """Choose the runways and the gates of each leg."""
    aircraft, number = leg["aircraft"], leg["number"]
    kind = fleet.kind[aircraft]
    needed_m = np.where(kind == KIND_NUMBER["heavy"], _HEAVY_RUNWAY_M, _AIRLINE_RUNWAY_M)
    needed_m = np.where(np.isin(kind, PRIVATE), 0.0, needed_m)
    key = mix(seed, aircraft, number)
    # Nearly the hour of the day: each rotation begins and ends at about the same time.
    earliest, latest = np.array([row.start_h for row in KINDS]).T
    active_h = np.array([row.active_h for row in KINDS])
    hour = ((earliest + latest) / 2)[kind] + active_h[kind] * number / (number.max() + 1)
    departure = runways.in_use(leg["departure"], hour, needed_m, uniform(key, "runway"))
    arrival = runways.in_use(leg["arrival"], hour, needed_m, uniform(key, "runway after"))
    shorter_m = np.minimum(departure.length_m, arrival.length_m)
    low_m, high_m = _TOUCH_DOWN_M
    return Ends(
        departure,
        arrival,
        _gates(aircraft, leg["departure"], airports, seed),
        _gates(aircraft, leg["arrival"], airports, seed),
        np.minimum(leg["lift_off_mps"] ** 2 / (2 * _RUNWAY_MPS2), _MOST_OF_RUNWAY * shorter_m),
        np.where(
            leg["laps"] > 0, low_m, (_TOUCH_DOWN_SHARE * arrival.length_m).clip(low_m, high_m)
        ),
    )


def paths_of(leg: dict[str, Any], ends: Ends, fleet: Fleet, airports: Airports, seed: int) -> Paths:
    """Return the way of every leg over the ground."""
    key = mix(seed, leg["aircraft"], leg["number"])
    kind = fleet.kind[leg["aircraft"]]
    private = np.isin(kind, PRIVATE)
    straight_out_s = _drawn(_STRAIGHT_OUT_S, _STRAIGHT_OUT_PRIVATE_S, private, key, "straight", 2)
    final_s = _drawn(_FINAL_S, _FINAL_PRIVATE_S, private, key, "final")
    reach_m = np.where(leg["loop"], _LOOP_REACH, 0.35) * leg["distance_m"]
    final_m = np.minimum(final_s * leg["lift_off_mps"], 0.4 * reach_m)
    before_m = _drawn(_FIX_BEFORE_FINAL_M, _FIX_BEFORE_FINAL_PRIVATE_M, private, key, "fix")
    fix_m = np.where(leg["loop"], reach_m, np.minimum(final_m + before_m, reach_m))
    vectored_deg = np.where(private, _VECTORED_PRIVATE_DEG, _VECTORED_DEG)
    bearing_deg = leg["final_track_deg"] + 180
    bearing_deg = bearing_deg + vectored_deg * (2 * uniform(key, "vectors") - 1)
    middle = Places(airports.lat[leg["arrival"]], airports.lon[leg["arrival"]], bearing_deg)
    fix = advance(middle, np.zeros(len(fix_m)), fix_m)
    manners = Manners(
        straight_m=straight_out_s * leg["lift_off_mps"],
        final_m=final_m,
        first_radius_m=_radius_m(1.15 * leg["lift_off_mps"]),
        fix_radius_m=np.where(
            kind == KIND_NUMBER["glider"],
            _THERMAL_RADIUS_M,
            _radius_m(_speed_at_fix(leg, kind, fix_m)),
        ),
        last_radius_m=_radius_m(1.3 * leg["lift_off_mps"]),
        laps=_laps(leg["loop"], kind, key),
    )
    lift_off_mps = leg["lift_off_mps"]
    pattern = manners._replace(
        straight_m=_CIRCUIT_STRAIGHT_S * lift_off_mps, final_m=_CIRCUIT_FINAL_S * lift_off_mps
    )
    around = circuits(ends, pattern, uniform(key, "left hand") < 0.7)
    return merged(routes(ends, manners, fix), around, leg["laps"] > 0)


def _gates(aircraft: Ints, airport: Ints, airports: Airports, seed: int) -> Places:
    """Every aircraft has its own place at every airport."""
    key = mix(seed, aircraft, airport)
    bearing_deg = 360 * uniform(key, "gate bearing")
    gate_m = 250 + 300 * uniform(key, "gate distance")
    middle = Places(airports.lat[airport], airports.lon[airport], bearing_deg)
    return advance(middle, np.zeros(len(gate_m)), gate_m)


def _speed_at_fix(leg: dict[str, Any], kind: Ints, fix_m: Floats) -> Floats:
    """Return the speed at that distance from touch-down, as the descent slows down evenly."""
    height_m = 300 * np.array([float(row.cruise_kft[0]) for row in KINDS])[kind]
    descent_s = 1.25 * height_m / np.array([row.climb_mps for row in KINDS])[kind]
    slow, fast = leg["lift_off_mps"], leg["cruise_mps"]
    slowing_mps2 = (fast - slow) / descent_s
    return np.minimum(np.sqrt(slow**2 + 2 * slowing_mps2 * fix_m), fast)


def _laps(loop: Bools, kind: Ints, key: Keys) -> Floats:
    """Return the full turns at the fix: holds of airliners, thermals, sights."""
    draw = uniform(key, "laps")
    most = np.where(kind == KIND_NUMBER["glider"], _THERMAL_LAPS, _SIGHTSEEING_LAPS)
    holds = np.floor(draw / _HOLD_SHARE * _MOST_HOLDS) + 1
    held = ~np.isin(kind, PRIVATE) & (draw < _HOLD_SHARE)
    return np.where(loop, np.floor(draw * (most + 1)), np.where(held, holds, 0.0))


def _radius_m(speed_mps: Floats) -> Floats:
    return np.maximum(
        np.maximum(speed_mps**2 / _TURN_MPS2, speed_mps * _TURN_S), _SHORTEST_RADIUS_M
    )


def _drawn(
    bounds: tuple[float, float],
    private_bounds: tuple[float, float],
    private: Bools,
    key: Keys,
    purpose: str,
    power: float = 1,
) -> Floats:
    low = np.where(private, private_bounds[0], bounds[0])
    high = np.where(private, private_bounds[1], bounds[1])
    return low + (high - low) * uniform(key, purpose) ** power
