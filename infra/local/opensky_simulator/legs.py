"""The flights of a fleet's repeating rotations, and the shape of each flight."""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from opensky_simulator.airports import Airports
from opensky_simulator.destinations import draw_destinations
from opensky_simulator.fleet import DAY_S, FOOT_M, KIND_NUMBER, KINDS, Fleet, Ints
from opensky_simulator.geodesy import GEOD
from opensky_simulator.hashing import Bools, Floats, mix, uniform
from opensky_simulator.manners import circuit_laps, ends_of, paths_of, speeds
from opensky_simulator.paths import Ends, Paths
from opensky_simulator.runways import Runways

_PAIRS = 5
_GATE_S = (200.0, 260.0)
_GATE_AFTER_S = (60.0, 240.0)
_LAST_ON_BLOCK_MARGIN_S = 3_000.0
# Of the turnaround at most this share may be eaten by a late departure.
_DELAY_SHARE = 0.4
_LONGEST_DELAY_S = 1_200.0
_CIRCUIT_HEIGHT_M = 300.0
# Light and regional aircraft drop somebody at a field without a receiver and go on.
SHORT_STOP_SHARE = 0.04
_SHORT_STOP_S = (400.0, 600.0)
_LONGEST_DELAY_OF_SHORT_STOP_S = 120.0


@dataclass(frozen=True)
class Legs:
    """Columns, one element per leg; times in s, relative to the leg's own lift-off unless named.

    A leg is on the ground in [-before_s, 0), in the air in [0, airborne_s] and on the ground
    again until airborne_s + after_s; outside of that its transponder is off. ``off_block_s`` is
    its nominal start inside its aircraft's period, to which a delay of up to ``slack_s`` is added.
    A ``loop`` begins and ends at one airport. ``laps`` is 0, or how many circuits it flies:
    each is ``lap_m`` long. ``length_m`` is flown between lift-off and the last touch-down,
    ``distance_m`` lies between the airports (a loop's nominal length). ``short_stop`` tells that
    nobody hears the stop before the leg.
    """

    aircraft: Ints
    number: Ints
    departure: Ints
    arrival: Ints
    loop: Bools
    laps: Floats
    lap_m: Floats
    azimuth_deg: Floats
    distance_m: Floats
    length_m: Floats
    start_m: Floats
    end_m: Floats
    cruise_m: Floats
    cruise_mps: Floats
    lift_off_mps: Floats
    climb_mps: Floats
    climb_s: Floats
    descent_s: Floats
    airborne_s: Floats
    taxi_mps: Floats
    before_s: Floats
    roll_s: Floats
    after_s: Floats
    off_block_s: Floats
    slack_s: Floats
    short_stop: Bools
    paths: Paths

    def __len__(self) -> int:
        return len(self.aircraft)


def build_legs(fleet: Fleet, airports: Airports, seed: int, rng: np.random.Generator) -> Legs:
    """Return every leg of every aircraft's period: out and home again, until the day is over."""
    leg = _pairs(fleet, airports, rng)
    leg["cruise_mps"], leg["lift_off_mps"] = speeds(leg, fleet, seed)
    leg["laps"] = circuit_laps(leg, fleet, seed)
    circling = leg["laps"] > 0
    leg["cruise_mps"] = np.where(circling, leg["lift_off_mps"], leg["cruise_mps"])
    ends = ends_of(leg, fleet, airports, Runways(airports, seed), seed)
    leg["paths"] = paths_of(leg, ends, fleet, airports, seed)
    touch_m = ends.roll_m - ends.touch_down_m
    leg["lap_m"] = leg["paths"].airborne_m + np.where(circling, touch_m, 0.0)
    leg["length_m"] = leg["lap_m"] * leg["laps"].clip(min=1) - np.where(circling, touch_m, 0.0)
    leg |= _shape(leg, ends, fleet, seed)
    leg["short_stop"] = _short_stops(leg, fleet, seed)
    leg["off_block_s"], leg["slack_s"], flown = _timetable(leg, fleet, seed)
    kept: dict[str, Any] = {field.name: leg[field.name] for field in fields(Legs)}
    paths = kept.pop("paths").take(flown)
    return Legs(paths=paths, **{name: value[flown] for name, value in kept.items()})


def _pairs(fleet: Fleet, airports: Airports, rng: np.random.Generator) -> dict[str, Any]:
    """Draw where the legs lead: each outbound leg is followed by its return leg."""
    count = len(fleet)
    destination, loop, loop_m = draw_destinations(fleet, airports, _PAIRS, rng)
    home = np.repeat(fleet.home, _PAIRS)
    out, back, distance = GEOD.inv(
        airports.lon[home],
        airports.lat[home],
        airports.lon[destination.ravel()],
        airports.lat[destination.ravel()],
    )
    shape = (count, _PAIRS)
    heading_deg = rng.uniform(0, 360, size=shape)
    out_deg = np.where(loop, heading_deg, out.reshape(shape))
    back_deg = np.where(loop, heading_deg + 180, back.reshape(shape))
    away = np.broadcast_to(fleet.home[:, None], shape)
    columns: dict[str, Any] = {
        "aircraft": np.broadcast_to(np.arange(count)[:, None], shape),
        "departure": (away, destination),
        "arrival": (destination, away),
        "loop": loop,
        "azimuth_deg": (out_deg, back_deg),
        "final_track_deg": (back_deg + 180, out_deg + 180),
        "distance_m": np.where(loop, loop_m, distance.reshape(shape)),
    }
    flat: dict[str, Any] = {name: _interleave(value).ravel() for name, value in columns.items()}
    flat["number"] = np.tile(np.arange(2 * _PAIRS), count)
    return flat


def _interleave(value: Any) -> npt.NDArray[Any]:
    """Put each outbound leg's value next to that of its return leg."""
    out, back = value if isinstance(value, tuple) else (value, value)
    return np.stack([out, back], axis=2)


def _shape(leg: dict[str, Any], ends: Ends, fleet: Fleet, seed: int) -> dict[str, Any]:
    """Work out altitudes and durations from the way and the kind of aircraft."""
    kind = fleet.kind[leg["aircraft"]]
    key = mix(seed, leg["aircraft"], leg["number"])
    cruise_mps, lift_off_mps = leg["cruise_mps"], leg["lift_off_mps"]
    start_m, end_m = ends.departure.elevation_m, ends.arrival.elevation_m
    climb_mps = np.array([row.climb_mps for row in KINDS])[kind]
    climb_mps = climb_mps * (0.85 + 0.3 * uniform(key, "climb"))
    mean_mps = (lift_off_mps + cruise_mps) / 2
    cruise_m = _cruise_m(leg, kind, np.maximum(start_m, end_m), mean_mps, climb_mps, key)
    climb_s = (cruise_m - start_m) / climb_mps
    descent_s = 1.25 * (cruise_m - end_m) / climb_mps
    # Between a high and a low airport that are close together it has to hurry.
    hurry = np.minimum(1.0, leg["length_m"] / (mean_mps * (climb_s + descent_s)))
    climb_s, descent_s = hurry * climb_s, hurry * descent_s
    level_m = leg["length_m"] - mean_mps * (climb_s + descent_s)
    roll_s = 2 * ends.roll_m / lift_off_mps
    slow = np.array([row.lift_off_mps < 10 for row in KINDS])[kind]
    taxi_mps = np.where(slow, 5.0, 4.0 + 7.0 * uniform(key, "taxi"))
    paths = leg["paths"]
    taxi_out_m, taxi_in_m = paths.begin_m[1] - paths.begin_m[0], paths.end_m - paths.begin_m[-1]
    return {
        "start_m": start_m,
        "end_m": end_m,
        "cruise_m": cruise_m,
        "climb_mps": climb_mps,
        "climb_s": climb_s,
        "descent_s": descent_s,
        "airborne_s": climb_s + descent_s + level_m.clip(0) / cruise_mps,
        "taxi_mps": taxi_mps,
        "roll_s": roll_s,
        "before_s": _between(_GATE_S, uniform(key, "gate")) + taxi_out_m / taxi_mps + roll_s,
        "after_s": _between(_GATE_AFTER_S, uniform(key, "gate after"))
        + taxi_in_m / taxi_mps
        + roll_s,
    }


def _cruise_m(
    leg: dict[str, Any], kind: Ints, ground_m: Floats, mean_mps: Floats, climb_mps: Floats, key: Any
) -> Floats:
    """Return the level that is flown at; a short leg never reaches the one it would like."""
    low = np.array([row.cruise_kft[0] for row in KINDS])[kind]
    high = np.array([row.cruise_kft[1] for row in KINDS])[kind]
    wanted_m = 1000 * FOOT_M * np.floor(low + (high - low + 1) * uniform(key, "cruise"))
    wanted_m = np.where(wanted_m < 5_000, wanted_m + ground_m, wanted_m)
    # Climb and descent may take 85 % of the way.
    metres_per_metre = mean_mps * (1 / climb_mps + 1.25 / climb_mps)
    reachable_m = ground_m + 0.85 * leg["length_m"] / metres_per_metre
    level_m = 500 * FOOT_M
    cruise_m = np.floor(np.minimum(wanted_m, reachable_m) / level_m) * level_m
    cruise_m = np.maximum(cruise_m, ground_m + 100)
    return np.where(leg["laps"] > 0, ground_m + _CIRCUIT_HEIGHT_M, cruise_m)


def _between(bounds: tuple[float, float], share: Floats) -> Floats:
    return bounds[0] + (bounds[1] - bounds[0]) * share


def _short_stops(leg: dict[str, Any], fleet: Fleet, seed: int) -> Bools:
    """Tell which legs begin after a short stop that nobody hears."""
    kind = fleet.kind[leg["aircraft"]]
    draw = uniform(mix(seed, leg["aircraft"], leg["number"]), "short stop")
    kinds = [KIND_NUMBER["light"], KIND_NUMBER["regional"]]
    return np.isin(kind, kinds) & (leg["number"] > 0) & (draw < SHORT_STOP_SHARE)


def _timetable(leg: dict[str, Any], fleet: Fleet, seed: int) -> tuple[Floats, Floats, Bools]:
    """Return each leg's nominal off-block time, its slack, and whether there is time for it."""
    shape = (len(fleet), 2 * _PAIRS)
    turnaround_min = np.array([row.turnaround_min for row in KINDS])[fleet.kind]
    active_s = 3600 * np.array([row.active_h for row in KINDS])[fleet.kind]
    key = mix(seed, leg["aircraft"], leg["number"])
    turnaround_s = 60 * np.repeat(turnaround_min, shape[1]) * (0.75 + uniform(key, "turnaround"))
    before_short_stop = np.append(leg["short_stop"][1:], False)
    short_s = _between(_SHORT_STOP_S, uniform(key, "turnaround"))
    turnaround_s = np.where(before_short_stop, short_s, turnaround_s)
    block_s = (leg["before_s"] + leg["airborne_s"] + leg["after_s"]).reshape(shape)
    end_s = np.cumsum(block_s + turnaround_s.reshape(shape), axis=1)
    on_block_s = end_s - turnaround_s.reshape(shape)
    off_block_s = on_block_s - block_s
    latest_s = np.minimum(active_s, period_of(fleet) - _LAST_ON_BLOCK_MARGIN_S)[:, None]
    home_again_s = np.repeat(on_block_s[:, 1::2], 2, axis=1)
    flown = home_again_s <= latest_s
    slack_s = np.minimum(_DELAY_SHARE * turnaround_s, _LONGEST_DELAY_S)
    around_short_stop = leg["short_stop"] | before_short_stop
    slack_s = np.where(
        around_short_stop, np.minimum(slack_s, _LONGEST_DELAY_OF_SHORT_STOP_S), slack_s
    )
    return off_block_s.ravel(), slack_s, flown.ravel()


def period_of(fleet: Fleet) -> Floats:
    """Return after how many seconds each aircraft's rotation begins again."""
    return DAY_S * np.array([float(row.period_days) for row in KINDS])[fleet.kind]
