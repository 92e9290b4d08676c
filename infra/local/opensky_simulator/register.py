"""The register: what an aircraft database knows of the fleet."""

from typing import NamedTuple

import numpy as np

from opensky_simulator.fleet import KIND_NUMBER, KINDS, Fleet
from opensky_simulator.hashing import mix, uniform
from opensky_simulator.identity import Identities

_KNOWN_SHARE, _TYPED_SHARE = 0.96, 0.98
# Addresses of FLARM that the register has as an airliner (assumed).
_SAME_ADDRESS_SHARE = 0.1
_OLDEST, _YEARS = 1985, 40
_OWNERS = ("", "First Leasing Trust", "Aéroclub de l'Ouest", "Smith, Jones & Daughters")
_CATEGORIES = {
    2: "Light (< 15500 lbs)",
    3: "Small (15500 to 75000 lbs)",
    4: "Large (75000 to 300000 lbs)",
    6: "Heavy (> 300000 lbs)",
    8: "Rotorcraft",
    9: "Glider / sailplane",
    10: "Lighter-than-air",
}


class Type(NamedTuple):
    """A type of aircraft: ICAO designator and description, who builds it, what it is sold as."""

    code: str
    aircraft_class: str
    manufacturer: str
    model: str


class Airframe(NamedTuple):
    """One line of the database; what it does not know is empty."""

    icao24: str
    registration: str
    type: Type
    serial_number: str
    operator_icao: str
    owner: str
    category: str
    built: str


_UNKNOWN = Type("", "", "", "")
_TABLE = """
airliner|A320 L2J Airbus A320 214|A321 L2J Airbus A321 231|B738 L2J Boeing 737 800|B38M L2J Boeing 737 MAX 8
heavy|B77W L2J Boeing 777 300ER|A359 L2J Airbus A350 941|B789 L2J Boeing 787 9|B748 L4J Boeing 747 8F
regional|E75L L2J Embraer ERJ 175|CRJ9 L2J Bombardier CRJ 900|AT76 L2T ATR ATR 72 600
business|C68A L2J Cessna 680A|GLF5 L2J Gulfstream G550|E55P L2J Embraer Phenom 300
light|C172 L1P Cessna 172S|P28A L1P Piper PA-28-181|DA40 L1P Diamond DA 40
rotorcraft|EC35 H2T Eurocopter EC135|R44 H1P Robinson R44 II
glider|AS21 - Schleicher ASK 21|DISC - Schempp-Hirth Discus 2b
balloon|BALL - Raven HBAL
"""  # noqa: E501
_TYPES = {
    name: [Type(*fields.split(" ", 3)) for fields in types]
    for name, *types in (line.split("|") for line in _TABLE.strip().splitlines())
}


def airframes(fleet: Fleet, identities: Identities, seed: int) -> list[Airframe]:
    """Return what is known of the fleet, by address; a few of its aircraft are missing.

    A ghost is in no register: the address that it transmits is another aircraft's. So is FLARM's
    address of a glider, which a few times is that of an airliner.
    """
    key = mix(seed, np.arange(len(fleet)))
    share = np.where(fleet.other_system, _SAME_ADDRESS_SHARE, _KNOWN_SHARE)
    known = (fleet.ghost_of < 0) & (uniform(key, "registered") < share)
    kinds = np.where(fleet.other_system, KIND_NUMBER["airliner"], fleet.kind)
    typed = (uniform(key, "typed") < _TYPED_SHARE).tolist()
    type_draw, owner_draw, year_draw = (
        uniform(key, purpose).tolist() for purpose in ("type", "owner", "built")
    )
    found = []
    for aircraft in np.flatnonzero(known).tolist():
        kind = KINDS[int(kinds[aircraft])]
        types = _TYPES[kind.name]
        year = _OLDEST + int(year_draw[aircraft] * _YEARS)
        found.append(
            Airframe(
                icao24=fleet.icao24[aircraft],
                registration=fleet.registration[aircraft],
                type=types[int(type_draw[aircraft] * len(types))] if typed[aircraft] else _UNKNOWN,
                serial_number=str(1_000 + aircraft),
                operator_icao=identities.airlines[aircraft] or "",
                owner=_OWNERS[int(owner_draw[aircraft] * len(_OWNERS))],
                category=_CATEGORIES[kind.category],
                built=f"{year}-01-01",
            )
        )
    return sorted(found)
