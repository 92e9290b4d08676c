"""The aircraft themselves: what they are, where they live and what they are called."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from opensky_simulator.airports import Airports
from opensky_simulator.countries import COUNTRIES
from opensky_simulator.hashing import Bools

Ints = npt.NDArray[np.int64]

DAY_S = 86_400
FOOT_M = 0.3048


class Kind(NamedTuple):
    """How one sort of aircraft flies.

    ``cruise_kft`` are thousands of feet, ``leg_km`` median, spread (sigma of the logarithm) and
    maximum; ``loops`` is the share of flights that return to where they took off. A rotation of
    ``period_days`` begins within ``start_h`` (local solar time) and is over after ``active_h``;
    ``flies`` is the share of rotations that are flown at all. ``category`` is OpenSky's number.
    """

    name: str
    share: float
    category: int
    cruise_mps: float
    lift_off_mps: float
    climb_mps: float
    cruise_kft: tuple[int, int]
    leg_km: tuple[float, float, float]
    loops: float
    period_days: int
    start_h: tuple[float, float]
    active_h: float
    turnaround_min: float
    flies: float


def _kind(line: str) -> Kind:
    name, *columns = line.split()
    (share, category, cruise, lift_off, climb, low, high, median, spread, longest) = columns[:10]
    loops, days, start, latest_start, active, turnaround, flies = columns[10:]
    return Kind(
        name=name,
        share=float(share),
        category=int(category),
        cruise_mps=float(cruise),
        lift_off_mps=float(lift_off),
        climb_mps=float(climb),
        cruise_kft=(int(low), int(high)),
        leg_km=(float(median), float(spread), float(longest)),
        loops=float(loops),
        period_days=int(days),
        start_h=(float(start), float(latest_start)),
        active_h=float(active),
        turnaround_min=float(turnaround),
        flies=float(flies),
    )


# A balloon is up for eight days of ten and drifts on circles of thousands of kilometres.
_TABLE = """
name       share cat m/s lift climb low high  leg  ln max-km loops days start-h active turn flies
airliner    .57   4  230  70   8.5   31  39   850 .75   4800   0    1   4.5  10   18    45   1
heavy       .07   6  245  74   7.5   31  41  6500 .5   13000   0    2   0    48   46    90   1
regional    .09   3  195  58   7.5   20  33   480 .5    1400   0    1   5    10   16    35   1
business    .08   3  225  58  10     38  45  1100 .7    4500   0    1   6    12   15    90   .6
light       .17   2   60  33   3.5    2   9   170 .7     500  .5    1   6    13   13    60   .65
rotorcraft  .02   8   55   4   3.5    1   3    90 .6     250  .9    1   6    12   14    60   .6
glider      .02   9   28  20   2      3   7   120 .5     300   1    1   9    12   10    60   .6
balloon     0    10    9   3   4     65  66  3200 .02   3400   1   10   0   240  236    60   1
"""

KINDS: tuple[Kind, ...] = tuple(_kind(line) for line in _TABLE.strip().splitlines()[1:])
KIND_NUMBER = {kind.name: number for number, kind in enumerate(KINDS)}
PRIVATE = [KIND_NUMBER[name] for name in ("light", "rotorcraft", "glider")]

_AIRCRAFT_PER_BALLOON = 5_000
_AIRCRAFT_PER_GHOST = 700
# Gliders under an address of FLARM's own (assumed): one of two in the tracks, ddfd15.
OTHER_SYSTEM_SHARE = 0.5
_FLARM_BLOCK = 0xDD0000
_CALLSIGN_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"


@dataclass(frozen=True)
class Fleet:
    """Columns, one element an aircraft.

    ``ghost_of`` is -1, or the aircraft whose address this one transmits by mistake: the two then
    share an ``icao24`` and must never be reported in the same answer. ``other_system`` marks
    addresses of FLARM, which no state has assigned.
    """

    kind: Ints
    home: Ints
    country: Ints
    icao24: list[str]
    registration: list[str]
    ghost_of: Ints
    other_system: Bools

    def __len__(self) -> int:
        return len(self.kind)


def build_fleet(size: int, airports: Airports, rng: np.random.Generator) -> Fleet:
    """Return ``size`` aircraft in no particular order."""
    shares = np.array([kind.share for kind in KINDS])
    kind = rng.choice(len(KINDS), size=size, p=shares / shares.sum())
    balloons = 1 + size // _AIRCRAFT_PER_BALLOON
    kind[rng.choice(size, balloons, replace=False)] = KIND_NUMBER["balloon"]
    country = _draw_countries(size, rng)
    home = _draw_homes(kind, country, airports, rng)
    icao24 = _addresses(country, rng)
    ghost_of = _draw_ghosts(size, rng)
    for ghost in np.flatnonzero(ghost_of >= 0).tolist():
        icao24[ghost] = icao24[int(ghost_of[ghost])]
    other_system = (kind == KIND_NUMBER["glider"]) & (rng.random(size) < OTHER_SYSTEM_SHARE)
    other_system &= ghost_of < 0
    for number, aircraft in enumerate(np.flatnonzero(other_system).tolist()):
        icao24[aircraft] = f"{_FLARM_BLOCK + number:06x}"
    registrations = _registrations(country, rng)
    return Fleet(kind, home, country, icao24, registrations, ghost_of, other_system)


def _draw_countries(size: int, rng: np.random.Generator) -> Ints:
    traffic = np.array([country.traffic for country in COUNTRIES])
    return rng.choice(len(COUNTRIES), size=size, p=traffic / traffic.sum())


def _draw_homes(kind: Ints, country: Ints, airports: Airports, rng: np.random.Generator) -> Ints:
    """Airlines live at hubs, private aircraft anywhere in their country."""
    home = np.zeros(len(kind), dtype=np.int64)
    private = np.isin(kind, PRIVATE)
    for number in range(len(COUNTRIES)):
        here = np.flatnonzero(airports.country == number)
        airline, own = airports.airline_weight[here], airports.private_weight[here]
        for group, p in ((private, own), (~private, airline)):
            members = np.flatnonzero(group & (country == number))
            home[members] = rng.choice(here, size=len(members), p=p / p.sum())
    return home


def _addresses(country: Ints, rng: np.random.Generator) -> list[str]:
    """Draw distinct 24-bit addresses from each country's block."""
    address = np.zeros(len(country), dtype=np.int64)
    for number, row in enumerate(COUNTRIES):
        members = np.flatnonzero(country == number)
        address[members] = row.first_address + rng.choice(
            row.addresses, size=len(members), replace=False
        )
    return [f"{value:06x}" for value in address.tolist()]


def _registrations(country: Ints, rng: np.random.Generator) -> list[str]:
    """Return what private aircraft use as callsign, such as N281MA or GBXYZ."""
    numbers = rng.integers(100, 9_999, size=len(country)).tolist()
    letters = rng.integers(len(_CALLSIGN_LETTERS), size=(len(country), 4)).tolist()
    names = []
    for number, indexes, nationality in zip(numbers, letters, country.tolist(), strict=True):
        prefix = COUNTRIES[nationality].registration
        text = "".join(_CALLSIGN_LETTERS[index] for index in indexes)
        names.append(f"N{number}{text[:2]}"[:6] if prefix == "N" else (prefix + text)[:5])
    return names


def _draw_ghosts(size: int, rng: np.random.Generator) -> Ints:
    ghosts = max(2, size // _AIRCRAFT_PER_GHOST)
    pairs = rng.choice(size, size=(ghosts, 2), replace=False)
    ghost_of = np.full(size, -1, dtype=np.int64)
    ghost_of[pairs[:, 0]] = pairs[:, 1]
    return ghost_of
