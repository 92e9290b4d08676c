"""Which aircraft is on which leg at a moment, and which flights there were in an interval."""

from dataclasses import dataclass

import numpy as np

from opensky_simulator.airports import Airports
from opensky_simulator.fleet import KINDS, Fleet, Ints
from opensky_simulator.hashing import Bools, Floats, Keys, mix, uniform
from opensky_simulator.legs import Legs, period_of

# OpenSky repeats a state for this long after the last contact (measured: up to 314 s).
LONGEST_CONTACT_AGE_S = 314


@dataclass(frozen=True)
class Flights:
    """Columns, one element a flight: a leg that an aircraft flew in one of its rotations.

    ``lift_off_s`` is unix time; ``key`` is the source of everything random about the flight.
    """

    leg: Ints
    aircraft: Ints
    cycle: Ints
    lift_off_s: Floats
    key: Keys

    def __len__(self) -> int:
        return len(self.leg)

    def take(self, chosen: Ints | Bools) -> "Flights":
        """Return the chosen flights, by index or by mask."""
        return Flights(
            self.leg[chosen],
            self.aircraft[chosen],
            self.cycle[chosen],
            self.lift_off_s[chosen],
            self.key[chosen],
        )


class Schedule:
    """The rotations of a fleet: each repeats for ever, with other delays in every repetition."""

    def __init__(self, fleet: Fleet, legs: Legs, airports: Airports, seed: int) -> None:
        self._fleet = fleet
        self._legs = legs
        self._seed = seed
        self._period_s = period_of(fleet)
        self._flies = np.array([kind.flies for kind in KINDS])[fleet.kind]
        self._start_s = _rotation_starts(fleet, airports, seed)
        self._first_leg = np.searchsorted(legs.aircraft, np.arange(len(fleet)))
        self._off_block_s = _padded(legs, len(fleet))

    def on_air(self, time_s: float) -> Flights:
        """Return the flight of each aircraft that transmits or did in the last few minutes."""
        cycle = np.floor((time_s - self._start_s) / self._period_s)
        within_s = time_s - self._start_s - cycle * self._period_s
        place = (self._off_block_s <= within_s[:, None]).sum(axis=1) - 1
        aircraft = np.flatnonzero(place >= 0)
        flights = self._flights(
            self._first_leg[aircraft] + place[aircraft], cycle[aircraft].astype(np.int64)
        )
        since_s = time_s - flights.lift_off_s
        legs = self._legs
        off_s = legs.airborne_s[flights.leg] + legs.after_s[flights.leg] + LONGEST_CONTACT_AGE_S
        on_air = (since_s >= -legs.before_s[flights.leg]) & (since_s <= off_s)
        return flights.take(on_air & self._flown(flights))

    def between(self, begin_s: float, end_s: float) -> Flights:
        """Return the flights that were in the air at some moment of [begin_s, end_s]."""
        leg = np.arange(len(self._legs))
        aircraft = self._legs.aircraft
        period_s = self._period_s[aircraft]
        first = np.floor((begin_s - self._start_s[aircraft]) / period_s).astype(np.int64) - 1
        last = np.floor((end_s - self._start_s[aircraft]) / period_s).astype(np.int64)
        repeats = last - first + 1
        leg = np.repeat(leg, repeats)
        nth = np.arange(len(leg)) - np.repeat(np.cumsum(repeats) - repeats, repeats)
        flights = self._flights(leg, np.repeat(first, repeats) + nth)
        landing_s = flights.lift_off_s + self._legs.airborne_s[flights.leg]
        overlaps = (flights.lift_off_s <= end_s) & (landing_s >= begin_s)
        return flights.take(overlaps & self._flown(flights))

    def _flights(self, leg: Ints, cycle: Ints) -> Flights:
        legs = self._legs
        aircraft = legs.aircraft[leg]
        key = mix(self._seed, aircraft, cycle, legs.number[leg])
        off_block_s = (
            self._start_s[aircraft]
            + cycle * self._period_s[aircraft]
            + legs.off_block_s[leg]
            + legs.slack_s[leg] * uniform(key, "delay")
        )
        return Flights(leg, aircraft, cycle, np.rint(off_block_s + legs.before_s[leg]), key)

    def _flown(self, flights: Flights) -> Bools:
        """Tell which rotations take place: private aircraft stay at home on many days."""
        draw = uniform(mix(self._seed, flights.aircraft, flights.cycle), "flies")
        return draw < self._flies[flights.aircraft]


def _rotation_starts(fleet: Fleet, airports: Airports, seed: int) -> Floats:
    """Return when each aircraft's cycle 0 begins, in seconds after the epoch."""
    low, high = np.array([kind.start_h for kind in KINDS]).T[:, fleet.kind]
    draw = uniform(mix(seed, np.arange(len(fleet))), "rotation")
    return np.rint(3600 * (low + (high - low) * draw - airports.lon[fleet.home] / 15))


def _padded(legs: Legs, aircraft: int) -> Floats:
    """Return off-block times as one row an aircraft, filled up with infinity."""
    off_block_s = np.full((aircraft, int(legs.number.max()) + 1), np.inf)
    off_block_s[legs.aircraft, legs.number] = legs.off_block_s
    return off_block_s
