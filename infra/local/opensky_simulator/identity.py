"""Callsigns and squawks: what a flight is called, and what its pilot dialled."""

import numpy as np

from opensky_simulator.countries import COUNTRIES
from opensky_simulator.fleet import KIND_NUMBER, PRIVATE, Fleet
from opensky_simulator.hashing import Bools, Floats, Keys, mix, uniform
from opensky_simulator.legs import Legs
from opensky_simulator.schedule import Flights

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_EMERGENCIES = ("7500", "7600", "7600", "7700", "7700", "7700")
# With vehicles and gliders 1.3-2.1 % of all states have no callsign.
_EMPTY_SHARE, _SPACES_SHARE, _ODD_SHARE = 0.011, 0.0025, 0.002
_NO_SQUAWK_IN_AIR, _NO_SQUAWK_ON_GROUND = 0.43, 0.64
_EMERGENCY_SHARE = 0.0005
# Flights that transmit the last flight's callsign for some minutes (assumed).
STUCK_CALLSIGN_SHARE = 0.05
_STUCK_UNTIL_S = 300.0
# Of two legs around a short stop, this share has one flight number (assumed).
_SAME_NUMBER_SHARE = 0.5
# Contacts with a garbled code, and how many of these read as an emergency (assumed; a real answer
# of 6,553 states has no emergency at all).
GARBLED_SQUAWK_SHARE, _GARBLED_EMERGENCY_SHARE = 0.0005, 0.1
_SPI_SHARE = 0.007


class Identities:
    """Names the flights of a fleet; ``airlines`` are the prefixes, None for private aircraft."""

    def __init__(self, fleet: Fleet, legs: Legs, seed: int) -> None:
        self._visual_code = ["1200" if country.code == "US" else "7000" for country in COUNTRIES]
        aircraft = np.arange(len(fleet))
        private = np.isin(fleet.kind, PRIVATE)
        owned = uniform(mix(seed, aircraft), "owned") < 0.4
        self._private = private | ((fleet.kind == KIND_NUMBER["business"]) & owned)
        self._fleet = fleet
        self._legs = legs
        self.airlines = self._choose_airlines(uniform(mix(seed, aircraft), "airline"))
        self._true = self._name_legs(legs, seed)

    def true_callsigns(self, flights: Flights) -> list[str]:
        """Return what each flight is called, at most 8 characters, without padding."""
        return [self._true[leg] for leg in flights.leg.tolist()]

    def callsigns(self, flights: Flights, contact_s: Floats, no_callsign: Bools) -> list[str]:
        """Return what each flight transmits ``contact_s`` after lift-off: 8 characters or none."""
        draw = uniform(flights.key, "callsign")
        names = [name.ljust(8) for name in self.true_callsigns(flights)]
        for row in np.flatnonzero(self._is_stuck(flights, contact_s)).tolist():
            names[row] = self._true[int(flights.leg[row]) - 1].ljust(8)
        empty, spaces = _EMPTY_SHARE, _EMPTY_SHARE + _SPACES_SHARE
        for row in np.flatnonzero(draw < spaces + _ODD_SHARE).tolist():
            share = float(draw[row])
            odd = _odd_spelling(names[row], (share - spaces) / _ODD_SHARE)
            names[row] = "" if share < empty else " " * 8 if share < spaces else odd
        for row in np.flatnonzero(no_callsign).tolist():
            names[row] = ""
        return names

    def squawks(
        self, flights: Flights, second: Keys, on_ground: Bools, no_squawk: Bools
    ) -> list[str | None]:
        """Return four octal digits as text for each flight, or None where none was heard.

        ``second`` is the key of the contact: single codes are garbled.
        """
        key = flights.key
        code = (uniform(key, "code") * 0o10000).astype(np.int64)
        limit = np.where(on_ground, _NO_SQUAWK_ON_GROUND, _NO_SQUAWK_IN_AIR)
        missing = uniform(key, "squawk") < limit
        visual = np.isin(self._fleet.kind[flights.aircraft], PRIVATE)
        visual &= uniform(key, "visual") < 0.6
        squawks: list[str | None] = [f"{value:04o}" for value in code.tolist()]
        country = self._fleet.country[flights.aircraft]
        for row in np.flatnonzero(visual).tolist():
            squawks[row] = self._visual_code[int(country[row])]
        emergency = uniform(key, "emergency") / _EMERGENCY_SHARE
        for row in np.flatnonzero(emergency < 1).tolist():
            squawks[row] = _EMERGENCIES[int(emergency[row] * len(_EMERGENCIES))]
        garbled = uniform(second, "garbled squawk") / GARBLED_SQUAWK_SHARE
        for row in np.flatnonzero(garbled < 1).tolist():
            squawks[row] = _garbled(squawks[row] or "0000", float(garbled[row]))
        for row in np.flatnonzero((missing & (emergency >= 1)) | no_squawk).tolist():
            squawks[row] = None
        return squawks

    def _is_stuck(self, flights: Flights, contact_s: Floats) -> Bools:
        """Tell which crews have not yet entered the callsign of their new flight."""
        legs, leg = self._legs, flights.leg
        draw = uniform(flights.key, "stuck callsign") / STUCK_CALLSIGN_SHARE
        waiting_s = legs.before_s[leg] + _STUCK_UNTIL_S
        return (
            (legs.number[leg] > 0)
            & (draw < 1)
            & (contact_s < draw * waiting_s - legs.before_s[leg])
        )

    def special_purpose(self, flights: Flights) -> list[bool]:
        """Return the ``spi`` flags."""
        flags: list[bool] = (uniform(flights.key, "spi") < _SPI_SHARE).tolist()
        return flags

    def _name_legs(self, legs: Legs, seed: int) -> list[str]:
        """A flight number belongs to a leg: the aircraft flies it in every rotation."""
        key = mix(seed, legs.aircraft, legs.number)
        draw = uniform(key, "flight number")
        same = legs.short_stop & (uniform(key, "same number") < _SAME_NUMBER_SHARE)
        for leg in np.flatnonzero(same).tolist():
            draw[leg] = draw[leg - 1]
        return [
            self._name(aircraft, float(draw[row]))
            for row, aircraft in enumerate(legs.aircraft.tolist())
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


def _garbled(code: str, draw: float) -> str:
    """Return the code with one digit misread; ``draw`` in [0, 1) chooses which."""
    if draw < _GARBLED_EMERGENCY_SHARE:
        return _EMERGENCIES[int(draw / _GARBLED_EMERGENCY_SHARE * len(_EMERGENCIES))]
    place, digit = divmod(int(draw * 32), 8)
    return f"{code[:place]}{digit}{code[place + 1 :]}"


def _odd_spelling(name: str, draw: float) -> str:
    """Return what a crew makes of its callsign in a hurry; ``draw`` in [0, 1) chooses how."""
    if draw < 0.1:
        return "00000000"
    if draw < 0.3:
        return name.strip().swapcase()[:5].ljust(8)
    return f"{name[:3].strip()} {name[3:7].strip()}"[:8].ljust(8)
