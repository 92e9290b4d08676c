"""The flights of a fleet's repeating rotations, and the shape of each flight."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from pyproj import Geod

from opensky_simulator.airports import Airports
from opensky_simulator.fleet import DAY_S, FOOT_M, KINDS, Fleet, Ints
from opensky_simulator.hashing import Floats, mix, uniform

Bools = npt.NDArray[np.bool_]
GEOD = Geod(ellps="WGS84")

_PAIRS = 5
_RUNWAY_MPS2 = 2.2
_GATE_S = (200.0, 260.0)
_GATE_AFTER_S = (60.0, 240.0)
_LAST_ON_BLOCK_MARGIN_S = 3_000.0
# Of the turnaround at most this share may be eaten by a late departure.
_DELAY_SHARE = 0.4
_LONGEST_DELAY_S = 1_200.0


@dataclass(frozen=True)
class Legs:
    """Columns, one element a leg; times in s, relative to the leg's own lift-off unless named.

    A leg is on the ground in [-before_s, 0), in the air in [0, airborne_s] and on the ground
    again until airborne_s + after_s; outside of that its transponder is off. ``off_block_s`` is
    its nominal start inside its aircraft's period, to which a delay of up to ``slack_s`` is added.
    A ``loop`` is a circle that begins and ends over the departure airport.
    """

    aircraft: Ints
    number: Ints
    departure: Ints
    arrival: Ints
    loop: Bools
    azimuth_deg: Floats
    final_track_deg: Floats
    distance_m: Floats
    cruise_m: Floats
    cruise_mps: Floats
    lift_off_mps: Floats
    climb_s: Floats
    descent_s: Floats
    airborne_s: Floats
    taxi_mps: Floats
    before_s: Floats
    roll_s: Floats
    after_s: Floats
    off_block_s: Floats
    slack_s: Floats

    def __len__(self) -> int:
        return len(self.aircraft)


def build_legs(fleet: Fleet, airports: Airports, seed: int, rng: np.random.Generator) -> Legs:
    """Return every leg of every aircraft's period: out and home again, until the day is over."""
    count = len(fleet)
    destination, loop, loop_m = _destinations(fleet, airports, rng)
    home = np.repeat(fleet.home, _PAIRS)
    out, back, distance = GEOD.inv(
        airports.lon[home],
        airports.lat[home],
        airports.lon[destination.ravel()],
        airports.lat[destination.ravel()],
    )
    shape = (count, _PAIRS)
    out_deg, back_deg = out.reshape(shape), back.reshape(shape)
    heading_deg = rng.uniform(0, 360, size=shape)
    out_deg = np.where(loop, heading_deg, out_deg)
    back_deg = np.where(loop, heading_deg + 180, back_deg)
    distance_m = np.where(loop, loop_m, distance.reshape(shape))
    away, there = np.broadcast_to(fleet.home[:, None], shape), destination
    columns: dict[str, Any] = {
        "aircraft": np.broadcast_to(np.arange(count)[:, None], shape),
        "departure": (away, there),
        "arrival": (there, away),
        "loop": loop,
        "azimuth_deg": (out_deg, back_deg),
        "final_track_deg": (back_deg + 180, out_deg + 180),
        "distance_m": distance_m,
    }
    flat: dict[str, Any] = {name: _interleave(value).ravel() for name, value in columns.items()}
    flat["number"] = np.tile(np.arange(2 * _PAIRS), count)
    flat |= _shape(flat, fleet, airports, seed)
    flat["off_block_s"], flat["slack_s"], flown = _timetable(flat, fleet, seed)
    return Legs(**{name: np.ascontiguousarray(value[flown]) for name, value in flat.items()})


def _interleave(value: Any) -> npt.NDArray[Any]:
    """Put each outbound leg's value next to that of its return leg."""
    out, back = value if isinstance(value, tuple) else (value, value)
    return np.stack([out, back], axis=2)


def _destinations(
    fleet: Fleet, airports: Airports, rng: np.random.Generator
) -> tuple[Ints, Bools, Floats]:
    """Draw destinations by distance and weight; loops stay at home and get a length in m."""
    shape = (len(fleet), _PAIRS)
    destination = np.broadcast_to(fleet.home[:, None], shape).copy()
    loop = np.zeros(shape, dtype=bool)
    loop_m = np.zeros(shape)
    for number, kind in enumerate(KINDS):
        members = np.flatnonzero(fleet.kind == number)
        median_km, sigma, longest_km = kind.leg_km
        loop[members] = rng.random((len(members), _PAIRS)) < kind.loops
        length_km = median_km * np.exp(sigma * rng.standard_normal((len(members), _PAIRS)))
        loop_m[members] = 1000 * length_km.clip(0.3 * median_km, longest_km)
        for home in np.unique(fleet.home[members]).tolist():
            here = members[fleet.home[members] == home]
            km = airports.distances_km(home)
            appeal = airports.weight * np.exp(-((np.log(km.clip(1) / median_km) / sigma) ** 2) / 2)
            appeal[(km < 0.25 * median_km) | (km > longest_km)] = 0.0
            if appeal.sum() == 0.0:
                loop[here] = True
                continue
            drawn = rng.choice(len(km), size=(len(here), _PAIRS), p=appeal / appeal.sum())
            destination[here] = np.where(loop[here], home, drawn)
    return destination, loop, loop_m


def _shape(
    leg: dict[str, Floats], fleet: Fleet, airports: Airports, seed: int
) -> dict[str, Floats]:
    """Work out altitudes, speeds and durations from the distance and the kind of aircraft."""
    aircraft = leg["aircraft"]
    kind = fleet.kind[aircraft]
    key = mix(seed, aircraft, leg["number"])

    def of_kind(field: str) -> Floats:
        return np.array([float(getattr(row, field)) for row in KINDS])[kind]

    tail_wind = np.where(of_kind("cruise_mps") > 150, 28.0, 0.0) * np.sin(
        np.radians(leg["azimuth_deg"])
    )
    cruise_mps = of_kind("cruise_mps") * (0.94 + 0.12 * uniform(key, "speed")) + tail_wind
    lift_off_mps = of_kind("lift_off_mps") * (0.92 + 0.16 * uniform(key, "lift-off"))
    climb_mps = of_kind("climb_mps") * (0.85 + 0.3 * uniform(key, "climb"))
    low = np.array([row.cruise_kft[0] for row in KINDS])[kind]
    high = np.array([row.cruise_kft[1] for row in KINDS])[kind]
    wanted_m = 1000 * FOOT_M * np.floor(low + (high - low + 1) * uniform(key, "cruise"))
    ground_m = np.maximum(
        airports.elevation_m[leg["departure"]], airports.elevation_m[leg["arrival"]]
    )
    low_flier = wanted_m < 5_000
    wanted_m = np.where(low_flier, wanted_m + ground_m, wanted_m)
    # A short leg never reaches its level: climb and descent may take 85 % of the way.
    mean_mps = (lift_off_mps + cruise_mps) / 2
    metres_per_metre = mean_mps * (1 / climb_mps + 1.25 / climb_mps)
    reachable_m = ground_m + 0.85 * leg["distance_m"] / metres_per_metre
    level_m = 500 * FOOT_M
    cruise_m = np.floor(np.minimum(wanted_m, reachable_m) / level_m) * level_m
    cruise_m = np.maximum(cruise_m, ground_m + 100)
    climb_s = (cruise_m - airports.elevation_m[leg["departure"]]) / climb_mps
    descent_s = 1.25 * (cruise_m - airports.elevation_m[leg["arrival"]]) / climb_mps
    # Between a high and a low airport that are close together it has to hurry.
    hurry = np.minimum(1.0, leg["distance_m"] / (mean_mps * (climb_s + descent_s)))
    climb_s, descent_s = hurry * climb_s, hurry * descent_s
    level_distance_m = leg["distance_m"] - mean_mps * (climb_s + descent_s)
    roll_s = lift_off_mps / _RUNWAY_MPS2
    taxi_mps = np.where(of_kind("lift_off_mps") < 10, 1.5, 4.0 + 7.0 * uniform(key, "taxi"))
    runway_m = lift_off_mps * roll_s / 2
    taxi_s = (runway_m + 500.0) / taxi_mps
    return {
        "cruise_m": cruise_m,
        "cruise_mps": cruise_mps,
        "lift_off_mps": lift_off_mps,
        "climb_s": climb_s,
        "descent_s": descent_s,
        "airborne_s": climb_s + descent_s + level_distance_m.clip(0) / cruise_mps,
        "taxi_mps": taxi_mps,
        "roll_s": roll_s,
        "before_s": _between(_GATE_S, uniform(key, "gate")) + taxi_s + roll_s,
        "after_s": _between(_GATE_AFTER_S, uniform(key, "gate after")) + taxi_s + roll_s,
    }


def _between(bounds: tuple[float, float], share: Floats) -> Floats:
    return bounds[0] + (bounds[1] - bounds[0]) * share


def _timetable(leg: dict[str, Floats], fleet: Fleet, seed: int) -> tuple[Floats, Floats, Bools]:
    """Return each leg's nominal off-block time, its slack, and whether there is time for it."""
    shape = (len(fleet), 2 * _PAIRS)
    turnaround_min = np.array([row.turnaround_min for row in KINDS])[fleet.kind]
    active_s = 3600 * np.array([row.active_h for row in KINDS])[fleet.kind]
    period_s = period_of(fleet)
    key = mix(seed, leg["aircraft"], leg["number"])
    turnaround_s = 60 * np.repeat(turnaround_min, shape[1]) * (0.75 + uniform(key, "turnaround"))
    block_s = (leg["before_s"] + leg["airborne_s"] + leg["after_s"]).reshape(shape)
    end_s = np.cumsum(block_s + turnaround_s.reshape(shape), axis=1)
    on_block_s = end_s - turnaround_s.reshape(shape)
    off_block_s = on_block_s - block_s
    latest_s = np.minimum(active_s, period_s - _LAST_ON_BLOCK_MARGIN_S)[:, None]
    home_again_s = np.repeat(on_block_s[:, 1::2], 2, axis=1)
    flown = home_again_s <= latest_s
    slack_s = np.minimum(_DELAY_SHARE * turnaround_s, _LONGEST_DELAY_S)
    return off_block_s.ravel(), slack_s, flown.ravel()


def period_of(fleet: Fleet) -> Floats:
    """Return after how many seconds each aircraft's rotation begins again."""
    return DAY_S * np.array([float(row.period_days) for row in KINDS])[fleet.kind]
