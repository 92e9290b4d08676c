"""The flaws of real data, in the shares that were measured on recorded answers.

Every flaw is drawn from the flight and the second of its last contact (or from the flight alone,
where the real ones persist), so asking again gives the same flaw.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from opensky_simulator.fleet import KIND_NUMBER, Ints
from opensky_simulator.geodesy import Places
from opensky_simulator.hashing import Bools, Floats, Keys, mix, uniform
from opensky_simulator.motion import Profile

ALTITUDE_STEP_M = 7.62
_KNOT_MPS = 1852 / 3600
_CLIMB_STEP_MPS = 0.32512
_GROUND_TRACK_STEP_DEG = 360 / 128
ADS_B, MLAT, FLARM = 0, 2, 3

# Of the visits to an airport, those with no position on the ground: a real answer of the world had
# 20 such states beside 559 with one (2025-12-28T02:14Z).
NO_GROUND_POSITION_SHARE = 0.035
# Visits on which an aircraft says all along that it flies: 5 of 565 states in the same answer.
STUCK_IN_AIR_SHARE = 0.009
# Contacts on the ground that say "in the air" at 24,000-38,000 ft, in runs of some seconds:
# 87 of 13,929 seconds of ten aircraft at Zürich (2019-10-05).
GROUND_FLICKER_SHARE = 0.006
_FLICKER_S = 4
_FLICKER_M = (7_000.0, 11_600.0)
# Flights of which no position is heard in the air: 47 of 5,994 states of the same answer.
NO_AIR_POSITION_SHARE = 0.009


@dataclass(frozen=True)
class Who:
    """Columns that say whom a row is about: keys for draws, and the kind.

    ``visit`` is the flight's time at its first or at its last airport.
    """

    flight: Keys
    visit: Keys
    second: Keys
    kind: Ints
    other_system: Bools
    contact_s: Floats


@dataclass
class Measured:
    """Columns of an answer; NaN stands for null."""

    lat: Floats
    lon: Floats
    baro_m: Floats
    on_ground: Bools
    speed_mps: Floats
    track_deg: Floats
    climb_mps: Floats
    geo_m: Floats
    source: Ints


def measure(who: Who, places: Places, profile: Profile, shown_mps: Floats) -> Measured:
    """Return what transponders report: quantised, with pressure altitudes off the true height.

    ``shown_mps`` is the speed of forged positions, NaN where the position is true.
    """
    air = ~profile.on_ground
    pressure_m, warmth_m = _weather(places, who.contact_s)
    low = (1 - profile.height_m / 6_000).clip(0, 1)
    baro_m = profile.height_m - pressure_m * low
    geo_m = profile.height_m + warmth_m * (profile.height_m / 11_000).clip(0, 2)
    radians = np.radians(places.track_deg)
    speed_mps = np.where(np.isnan(shown_mps), profile.speed_mps, shown_mps)
    east_kt = np.rint(speed_mps * np.sin(radians) / _KNOT_MPS)
    north_kt = np.rint(speed_mps * np.cos(radians) / _KNOT_MPS)
    ground_kt = np.rint(profile.speed_mps / _KNOT_MPS * 2) / 2
    speed_kt = np.where(air, np.hypot(east_kt, north_kt), ground_kt)
    ground_deg = np.rint(places.track_deg / _GROUND_TRACK_STEP_DEG) * _GROUND_TRACK_STEP_DEG
    air_deg = np.degrees(np.arctan2(east_kt, north_kt))
    rate_mps = profile.climb_mps * (0.7 + 0.6 * uniform(who.second, "gust")) + _bumps_mps(who)
    rate = np.rint(rate_mps / _CLIMB_STEP_MPS) * _CLIMB_STEP_MPS
    return Measured(
        lat=places.lat.copy(),
        lon=places.lon.copy(),
        baro_m=_stepped(baro_m),
        on_ground=profile.on_ground.copy(),
        speed_mps=speed_kt * _KNOT_MPS,
        track_deg=np.where(air, air_deg, ground_deg) % 360,
        climb_mps=rate,
        geo_m=_stepped(geo_m),
        source=_sources(who),
    )


def spoil(who: Who, row: Measured) -> None:
    """Put nulls, outliers and contradictions into ``row``."""
    air, ground = ~row.on_ground, row.on_ground.copy()
    once = partial(uniform, who.second)
    often = partial(uniform, who.flight)

    _spoil_ground(who, row, ground)
    row.baro_m[air & (often("no baro") < 0.008)] = np.nan
    row.geo_m[air & (often("no geo") < 0.012)] = np.nan
    row.climb_mps[air & (often("no rate") < 0.003)] = np.nan
    row.speed_mps[once("no speed") < 0.0001] = np.nan
    nowhere = air & (often("no position") < NO_AIR_POSITION_SHARE)
    row.lat[nowhere], row.lon[nowhere] = np.nan, np.nan

    _outliers(row, air, once)
    flip = air & (once("on ground by mistake") < 0.0005)
    row.on_ground[flip] = True
    row.baro_m[flip & (once("flipped baro") < 0.5)] = np.nan

    hover = np.isin(who.kind, [KIND_NUMBER["rotorcraft"], KIND_NUMBER["glider"]])
    row.speed_mps[air & hover & (once("hovers") < 0.05)] = 0.0
    flarm = row.source == FLARM
    row.baro_m[flarm] = np.nan
    negative = flarm & (row.track_deg > 180) & (often("negative track") < 0.5)
    row.track_deg[negative] -= 360
    # The flag comes from surface positions only: without a position nobody is on the ground.
    row.on_ground[np.isnan(row.lat)] = False


def _spoil_ground(who: Who, row: Measured, ground: Bools) -> None:
    """Surface reports have no altitude; some are missing, some say that the aircraft flies."""
    once = partial(uniform, who.second)
    visit = uniform(who.visit, "surface reports")
    in_air = ground & (visit < STUCK_IN_AIR_SHARE)
    surface = ground & ~in_air
    row.baro_m[surface & (once("baro on ground") < 0.978)] = np.nan
    row.climb_mps[surface & (once("rate on ground") < 0.996)] = np.nan
    row.geo_m[surface] = np.nan
    row.on_ground[in_air] = False
    nowhere = surface & (visit > 1 - NO_GROUND_POSITION_SHARE)
    row.lat[nowhere], row.lon[nowhere] = np.nan, np.nan
    moment = mix(who.flight.view(np.int64), np.floor(who.contact_s / _FLICKER_S))
    flickers = surface & ~nowhere & (uniform(moment, "flicker") < GROUND_FLICKER_SHARE)
    low_m, high_m = _FLICKER_M
    row.baro_m[flickers] = _stepped(low_m + (high_m - low_m) * uniform(moment, "high"))[flickers]
    row.on_ground[flickers] = False
    row.speed_mps[flickers & (uniform(moment, "no speed") < 0.9)] = np.nan


def _outliers(row: Measured, air: Bools, once: Callable[[str], Floats]) -> None:
    """Altitudes of satellites and speeds of bullets: bit errors that passed the checksum."""
    draw = once("altitude outlier")
    shift_m = _stepped(1_100 + 4_500 * once("altitude shift"))
    sign = np.where(once("altitude sign") < 0.6, -1, 1)
    wrong = air & (draw < 0.0016)
    row.geo_m[wrong] += (shift_m * sign)[wrong]
    np.maximum(row.geo_m, _stepped(np.full_like(row.geo_m, -960.0)), out=row.geo_m)
    high = air & (draw > 0.9999)
    row.baro_m[high] = _stepped(28_000 + 9_500 * once("how high"))[high]
    fast = air & (once("speed outlier") < 0.00015)
    row.speed_mps[fast] = 400 + 1_700 * once("how fast")[fast] ** 2
    rate = air & (once("rate outlier") < 0.0002)
    row.climb_mps[rate] = -450 + 1_050 * once("how steep")[rate]


def _weather(places: Places, time_s: Floats) -> tuple[Floats, Floats]:
    """Return height minus pressure altitude in m at the ground and at 11 km: slow waves."""
    phase = time_s / 86_400
    pressure = np.sin(0.11 * places.lat + 0.07 * places.lon + 2.1 * phase)
    pressure += np.sin(0.23 * places.lon - 0.17 * places.lat - 1.3 * phase)
    warmth = 380 - 11 * np.abs(places.lat - 8) + 160 * np.sin(0.09 * places.lon + 1.7 * phase)
    return 80 * pressure, warmth


def _bumps_mps(who: Who) -> Floats:
    """Level flight reports a foot or two per second up or down a quarter of the time."""
    draw = uniform(who.second, "bump")
    return np.where(draw < 0.15, -_CLIMB_STEP_MPS, np.where(draw > 0.85, _CLIMB_STEP_MPS, 0.0))


def _sources(who: Who) -> Ints:
    draw = uniform(who.flight, "source")
    flarm = (who.kind == KIND_NUMBER["glider"]) & (who.other_system | (draw < 0.6))
    return np.where(flarm, FLARM, np.where(draw > 0.998, MLAT, ADS_B))


def _stepped(height_m: Floats) -> Floats:
    return np.rint(height_m / ALTITUDE_STEP_M) * ALTITUDE_STEP_M
