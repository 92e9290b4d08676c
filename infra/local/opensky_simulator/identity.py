"""Callsigns and squawks: what a flight is called, and what its pilot dialled."""

import numpy as np

from opensky_simulator.countries import COUNTRIES
from opensky_simulator.fleet import KIND_NUMBER, Fleet
from opensky_simulator.hashing import Floats, mix, uniform
from opensky_simulator.legs import Bools, Legs
from opensky_simulator.schedule import Flights

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_PRIVATE = [KIND_NUMBER[name] for name in ("light", "rotorcraft", "glider")]
_EMERGENCIES = ("7500", "7600", "7600", "7700", "7700", "7700")
_EMPTY_SHARE, _SPACES_SHARE, _ODD_SHARE = 0.0145, 0.0025, 0.002
_NO_SQUAWK_IN_AIR, _NO_SQUAWK_ON_GROUND = 0.43, 0.64
_EMERGENCY_SHARE = 0.0005
_SPI_SHARE = 0.007


class Identities:
    """Names the flights of a fleet; ``airlines`` are the prefixes, None for private aircraft."""

    def __init__(self, fleet: Fleet, legs: Legs, seed: int) -> None:
        self._visual_code = ["1200" if country.code == "US" else "7000" for country in COUNTRIES]
        aircraft = np.arange(len(fleet))
        private = np.isin(fleet.kind, _PRIVATE)
        owned = uniform(mix(seed, aircraft), "owned") < 0.4
        self._private = private | ((fleet.kind == KIND_NUMBER["business"]) & owned)
        self._fleet = fleet
        self.airlines = self._choose_airlines(uniform(mix(seed, aircraft), "airline"))
        self._true = self._name_legs(legs, seed)

    def true_callsigns(self, flights: Flights) -> list[str]:
        """Return what each flight is called, at most 8 characters, without padding."""
        return [self._true[leg] for leg in flights.leg.tolist()]

    def callsigns(self, flights: Flights, no_callsign: Bools) -> list[str]:
        """Return what each flight transmits: 8 characters padded with blanks, or nothing."""
        draw = uniform(flights.key, "callsign")
        names = [name.ljust(8) for name in self.true_callsigns(flights)]
        empty, spaces = _EMPTY_SHARE, _EMPTY_SHARE + _SPACES_SHARE
        for row in np.flatnonzero(draw < spaces + _ODD_SHARE).tolist():
            share = float(draw[row])
            odd = _odd_spelling(names[row], (share - spaces) / _ODD_SHARE)
            names[row] = "" if share < empty else " " * 8 if share < spaces else odd
        for row in np.flatnonzero(no_callsign).tolist():
            names[row] = ""
        return names

    def squawks(self, flights: Flights, on_ground: Bools, no_squawk: Bools) -> list[str | None]:
        """Return four octal digits as text for each flight, or None where none was heard."""
        key = flights.key
        code = (uniform(key, "code") * 0o10000).astype(np.int64)
        limit = np.where(on_ground, _NO_SQUAWK_ON_GROUND, _NO_SQUAWK_IN_AIR)
        missing = uniform(key, "squawk") < limit
        visual = np.isin(self._fleet.kind[flights.aircraft], _PRIVATE)
        visual &= uniform(key, "visual") < 0.6
        squawks: list[str | None] = [f"{value:04o}" for value in code.tolist()]
        country = self._fleet.country[flights.aircraft]
        for row in np.flatnonzero(visual).tolist():
            squawks[row] = self._visual_code[int(country[row])]
        emergency = uniform(key, "emergency") / _EMERGENCY_SHARE
        for row in np.flatnonzero(emergency < 1).tolist():
            squawks[row] = _EMERGENCIES[int(emergency[row] * len(_EMERGENCIES))]
        for row in np.flatnonzero((missing & (emergency >= 1)) | no_squawk).tolist():
            squawks[row] = None
        return squawks

    def special_purpose(self, flights: Flights) -> list[bool]:
        """Return the ``spi`` flags."""
        flags: list[bool] = (uniform(flights.key, "spi") < _SPI_SHARE).tolist()
        return flags

    def _name_legs(self, legs: Legs, seed: int) -> list[str]:
        """A flight number belongs to a leg: the aircraft flies it in every rotation."""
        draw = uniform(mix(seed, legs.aircraft, legs.number), "flight number").tolist()
        return [
            self._name(aircraft, draw[row]) for row, aircraft in enumerate(legs.aircraft.tolist())
        ]

    def _choose_airlines(self, draw: Floats) -> list[str | None]:
        airlines: list[str | None] = []
        private = self._private | (self._fleet.kind == KIND_NUMBER["balloon"])
        for number, share, is_private in zip(
            self._fleet.country.tolist(), draw.tolist(), private.tolist(), strict=True
        ):
            prefixes = COUNTRIES[number].airlines
            airlines.append(None if is_private else prefixes[int(share * len(prefixes))])
        return airlines

    def _name(self, aircraft: int, draw: float) -> str:
        if self._fleet.kind[aircraft] == KIND_NUMBER["balloon"]:
            return f"HBAL{aircraft % 1000:03d}"
        prefix = self.airlines[aircraft]
        if prefix is None:
            return self._fleet.registration[aircraft]
        country = COUNTRIES[int(self._fleet.country[aircraft])]
        number = int(draw * 9_000) + 1
        if country.code in {"US", "CN", "JP"} or number % 2:
            return f"{prefix}{number}"
        return f"{prefix}{number % 97 + 1}{_LETTERS[number % 24]}{_LETTERS[number // 24 % 24]}"


def _odd_spelling(name: str, draw: float) -> str:
    """Return what a crew makes of its callsign in a hurry; ``draw`` in [0, 1) chooses how."""
    if draw < 0.1:
        return "00000000"
    if draw < 0.3:
        return name.strip().swapcase()[:5].ljust(8)
    return f"{name[:3].strip()} {name[3:7].strip()}"[:8].ljust(8)
