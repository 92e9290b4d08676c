"""What transmits at airports and never flies: vehicles, masts, aircraft under tow."""

from typing import Any, NamedTuple

import numpy as np

from opensky_simulator.airports import Airports
from opensky_simulator.countries import COUNTRIES
from opensky_simulator.fleet import Fleet, Ints
from opensky_simulator.geodesy import Places, advance, towards
from opensky_simulator.hashing import Bools, Floats, mix, uniform
from opensky_simulator.numbers import json_numbers
from opensky_simulator.schedule import LONGEST_CONTACT_AGE_S

# Of a real answer of the world (6,553 states, 2025-12-28T02:14Z) some 30 were vehicles by their
# callsign or their address, 4 of them without a position and half without a callsign.
VEHICLE_SHARE = 0.0045
VEHICLE_NO_POSITION_SHARE = 0.13
_BLANK_SHARE = 0.5
# Masts (assumed: without a category they cannot be recognized in the recordings).
MAST_SHARE = 0.0005
# Aircraft that transmit, are towed and do not fly (assumed; 2 of 10 aircraft on the ground at
# Zürich on 2019-10-05).
TOWED_SHARE = 0.003
# A quarter of an hour in which an object transmits is followed by one in which it may not.
_PERIOD_S = 900
_HEARD_SHARE = 0.5
_VISIBLE_SHARE = _HEARD_SHARE * (1 + (1 - _HEARD_SHARE) * LONGEST_CONTACT_AGE_S / _PERIOD_S)
_MOVING_S = 500.0
_WITHIN_M = 1_500.0
_LARGE_AIRPORT_WEIGHT = 1.0
_VEHICLE_NAMES = ("TX{:02d}", "FLWME{}", "TR {}", "LEADER {}", "FOLOWME{}", "OPS{:02d}")
_SURFACE_VEHICLE, _POINT_OBSTACLE = 17, 18
_MAST_HEIGHT_M = 60.0
_KNOT_MPS = 1852 / 3600
_ALTITUDE_STEP_M = 7.62


class Sort(NamedTuple):
    """How one sort of object transmits; ``category`` is OpenSky's number."""

    share: float
    category: int
    moves: bool


VEHICLE, MAST, TOWED = (
    Sort(VEHICLE_SHARE, _SURFACE_VEHICLE, moves=True),
    Sort(MAST_SHARE, _POINT_OBSTACLE, moves=False),
    Sort(TOWED_SHARE, 4, moves=True),
)
_SORTS = (VEHICLE, MAST, TOWED)


class SurfaceObjects:
    """The objects at large airports with a receiver; about as many as the shares say transmit."""

    def __init__(self, airports: Airports, fleet: Fleet, aircraft: int, seed: int) -> None:
        # Masts never fall silent.
        visible = [_VISIBLE_SHARE if sort.moves else 1.0 for sort in _SORTS]
        counts = [
            round(sort.share * aircraft / seen) for sort, seen in zip(_SORTS, visible, strict=True)
        ]
        self._sort = np.repeat(np.arange(len(_SORTS)), counts)
        self._key = mix(seed, np.arange(len(self._sort)))
        large = airports.airline_weight >= _LARGE_AIRPORT_WEIGHT
        places = np.flatnonzero(large & airports.has_receiver)
        draw = uniform(self._key, "surface airport")
        self._airport = places[np.floor(draw * len(places)).astype(np.int64)]
        self._airports = airports
        self._icao24 = _addresses(airports.country[self._airport], set(fleet.icao24))
        self._callsign = self._names()

    def rows(self, time_s: int, extended: bool) -> list[list[Any]]:
        """Return the state vectors of what was heard in the last minutes before ``time_s``."""
        contact_s = self._last_contact(time_s)
        heard = np.flatnonzero(time_s - contact_s <= LONGEST_CONTACT_AGE_S)
        contact_s = contact_s[heard]
        places, speed_mps = self._motion(heard, contact_s)
        nowhere, mast = self._nowhere(heard, contact_s), self._is(MAST)[heard]
        lat, lon = (np.where(nowhere, np.nan, value) for value in (places.lat, places.lon))
        height_m = self._airports.elevation_m[self._airport[heard]] + _MAST_HEIGHT_M
        height_m = np.rint(height_m / _ALTITUDE_STEP_M) * _ALTITUDE_STEP_M
        columns: list[list[Any]] = [
            [self._icao24[row] for row in heard.tolist()],
            [self._callsign[row] for row in heard.tolist()],
            [COUNTRIES[row].name for row in self._airports.country[self._airport[heard]].tolist()],
            json_numbers(np.where(nowhere, np.nan, contact_s), 0),
            contact_s.astype(np.int64).tolist(),
            json_numbers(lon, 4),
            json_numbers(lat, 4),
            json_numbers(np.where(mast, height_m, np.nan), 2),
            (~nowhere & ~mast).tolist(),
            json_numbers(np.rint(speed_mps / _KNOT_MPS) * _KNOT_MPS, 2),
            json_numbers(np.rint(places.track_deg / 2.8125) * 2.8125 % 360, 2),
            json_numbers(np.where(mast, 0.0, np.nan), 2),
            [None] * len(heard),
            json_numbers(np.where(mast, height_m, np.nan), 2),
            [None] * len(heard),
            [False] * len(heard),
            [0] * len(heard),
        ]
        if extended:
            columns.append([_SORTS[sort].category for sort in self._sort[heard].tolist()])
        return [list(values) for values in zip(*columns, strict=True)]

    def _last_contact(self, time_s: int) -> Floats:
        """Return when each was last heard; objects transmit for whole periods."""
        period = np.full(len(self._sort), time_s // _PERIOD_S)
        begin_s = float(time_s // _PERIOD_S * _PERIOD_S)
        silent_s = np.where(self._transmits(period - 1), begin_s - 1, -np.inf)
        return np.where(self._transmits(period), float(time_s), silent_s)

    def _is(self, sort: Sort) -> Bools:
        is_it: Bools = self._sort == _SORTS.index(sort)
        return is_it

    def _nowhere(self, heard: Ints, contact_s: Floats) -> Bools:
        period = np.floor(contact_s / _PERIOD_S)
        draw = uniform(mix(self._key[heard].view(np.int64), period), "no surface position")
        return self._is(VEHICLE)[heard] & (draw < VEHICLE_NO_POSITION_SHARE)

    def _transmits(self, period: Ints) -> Bools:
        draw = uniform(mix(self._key.view(np.int64), period), "transmits")
        return (draw < _HEARD_SHARE) | self._is(MAST)

    def _motion(self, heard: Ints, contact_s: Floats) -> tuple[Places, Floats]:
        """Return places and speeds: each period begins with a drive to another place."""
        period = np.floor(contact_s / _PERIOD_S)
        from_, to = self._stand(heard, period), self._stand(heard, period + 1)
        azimuth_deg, _, metres = towards(from_, to)
        within_s = contact_s - period * _PERIOD_S
        driven_m = metres * (within_s / _MOVING_S).clip(max=1)
        there = advance(Places(from_.lat, from_.lon, azimuth_deg), np.zeros(len(heard)), driven_m)
        return there, np.where(within_s < _MOVING_S, metres / _MOVING_S, 0.0)

    def _stand(self, heard: Ints, period: Floats) -> Places:
        moves = np.array([sort.moves for sort in _SORTS])[self._sort[heard]]
        key = mix(self._key[heard].view(np.int64), np.where(moves, period, 0))
        airport = self._airport[heard]
        middle = Places(
            self._airports.lat[airport], self._airports.lon[airport], 360 * uniform(key, "bearing")
        )
        return advance(middle, np.zeros(len(heard)), _WITHIN_M * uniform(key, "stand"))

    def _names(self) -> list[str]:
        """Return the callsigns, 8 characters or none; that of a towed aircraft is its airline's."""
        names = []
        blank = uniform(self._key, "no surface callsign") < _BLANK_SHARE
        towed, mast = self._is(TOWED), self._is(MAST)
        for row in range(len(self._sort)):
            pattern = _VEHICLE_NAMES[row % len(_VEHICLE_NAMES)]
            airlines = COUNTRIES[int(self._airports.country[self._airport[row]])].airlines
            name = f"{airlines[0]}{row % 90 + 10}" if towed[row] else pattern.format(row % 9 + 1)
            is_blank = bool(mast[row] or blank[row])
            names.append("" if is_blank else name.ljust(8))
        return names


def _addresses(country: Ints, taken: set[str]) -> list[str]:
    """Return addresses from the end of each country's block that no aircraft has."""
    found: list[str] = []
    used = set(taken)
    for number in country.tolist():
        address = COUNTRIES[number].first_address + COUNTRIES[number].addresses - 1
        while f"{address:06x}" in used:
            address -= 1
        used.add(f"{address:06x}")
        found.append(f"{address:06x}")
    return found
