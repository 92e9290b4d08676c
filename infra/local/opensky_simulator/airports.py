"""The airports that the world's aircraft use, and how far every place is from a receiver."""

import zlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from opensky_simulator.countries import COUNTRIES, Country
from opensky_simulator.hashing import Floats, mix, uniform
from opensky_simulator.ourairports import Airfield, airfields, strips

EARTH_RADIUS_KM = 6371.0
_SECONDARY_WEIGHT = 0.35
_LISTED_AIRPORTS_PER_TRAFFIC = 6.0
# Airlines use no shorter runway than this, and private aircraft no shorter than that.
_AIRLINE_RUNWAY_M, _PRIVATE_RUNWAY_M = 1_600.0, 500.0
_SMALL_FIELD_WEIGHT = 0.9


@dataclass(frozen=True)
class Airports:
    """Columns, one element per airport; ``country`` indexes ``COUNTRIES``.

    ``code`` is the ICAO code, or OurAirports' ident where there is none. The weights say how much
    of a country's airline and private traffic an airport has; small fields have no airlines.
    """

    code: list[str]
    ident: list[str]
    lat: Floats
    lon: Floats
    elevation_m: Floats
    country: npt.NDArray[np.int64]
    airline_weight: Floats
    private_weight: Floats
    has_receiver: npt.NDArray[np.bool_]

    def distances_km(self, index: int) -> Floats:
        """Great-circle distances on a sphere from one airport to all; good for choosing only."""
        return _sphere_km(self.lat[index], self.lon[index], self.lat, self.lon)


def load_airports(seed: int) -> Airports:
    """Return the hubs, other airports and small fields of every country in the table."""
    by_country: dict[str, list[Airfield]] = {}
    for field in airfields():
        by_country.setdefault(field.country, []).append(field)
    rows: list[tuple[Airfield, int, float, float]] = []
    for number, country in enumerate(COUNTRIES):
        here = by_country[country.code]
        rows += [(field, number, w, float(np.sqrt(w))) for field, w in _chosen(country, here)]
        rows += [(field, number, 0.0, _SMALL_FIELD_WEIGHT) for field in _small(country, here)]
    receivers = np.array([COUNTRIES[number].receivers for _, number, _, _ in rows])
    draw = uniform(mix(seed, np.arange(len(rows))), "receiver")
    return Airports(
        code=[field.code for field, *_ in rows],
        ident=[field.ident for field, *_ in rows],
        lat=np.array([field.lat for field, *_ in rows]),
        lon=np.array([field.lon for field, *_ in rows]),
        elevation_m=np.array([field.elevation_m or 0.0 for field, *_ in rows]),
        country=np.array([number for _, number, _, _ in rows]),
        airline_weight=np.array([weight for *_, weight, _ in rows]),
        private_weight=np.array([weight for *_, weight in rows]),
        has_receiver=draw < receivers,
    )


def _chosen(country: Country, fields: list[Airfield]) -> list[tuple[Airfield, float]]:
    """Return the hubs, heaviest first, then as many others as the country's traffic deserves."""
    by_iata = {field.iata: field for field in fields if field.iata}
    hubs = [by_iata[code] for code in country.hubs]
    others = [
        field
        for field in fields
        if field.is_scheduled
        and field.type in {"large_airport", "medium_airport"}
        and field.iata not in country.hubs
        and _longest_m(field) >= _AIRLINE_RUNWAY_M
        and field.elevation_m is not None
    ]
    others.sort(key=lambda field: (field.type, "International" not in field.name, field.code))
    chosen = [(field, 4.0 / (1 + 0.15 * rank)) for rank, field in enumerate(hubs)]
    return chosen + [(field, _SECONDARY_WEIGHT) for field in others[: _listed(country)]]


def _small(country: Country, fields: list[Airfield]) -> list[Airfield]:
    """Return small fields from all over the country, for private aircraft only."""
    small = [
        field
        for field in fields
        if field.type == "small_airport"
        and _longest_m(field) >= _PRIVATE_RUNWAY_M
        and field.elevation_m is not None
    ]
    return sorted(small, key=lambda field: zlib.crc32(field.ident.encode()))[: _listed(country)]


def _listed(country: Country) -> int:
    return round(2 + _LISTED_AIRPORTS_PER_TRAFFIC * country.traffic)


def _longest_m(field: Airfield) -> float:
    here = strips().get(field.ident)
    return here[0].length_m if here else 0.0


class ReceiverMap:
    """Distance from each 1 degree cell to the nearest receiver."""

    def __init__(self, airports: Airports) -> None:
        lat, lon = np.meshgrid(np.arange(-90, 91), np.arange(-180, 181), indexing="ij")
        sites = np.flatnonzero(airports.has_receiver)
        places = _unit_vectors(lat.ravel().astype(float), lon.ravel().astype(float))
        receivers = _unit_vectors(airports.lat[sites], airports.lon[sites])
        # Single precision is off by 3 km at worst and takes half the time.
        nearest = places.T.astype(np.float32) @ receivers.astype(np.float32)
        cosine = nearest.max(axis=1).clip(-1, 1).astype(np.float64)
        self._distance_km = (np.arccos(cosine) * EARTH_RADIUS_KM).reshape(lat.shape)

    def distance_km(self, lat: Floats, lon: Floats) -> Floats:
        """Return kilometres to the nearest receiver, to within the size of a cell."""
        row = np.rint(lat).astype(np.int64) + 90
        column = np.rint(lon).astype(np.int64) + 180
        return self._distance_km[row, column]


def _unit_vectors(lat: Floats, lon: Floats) -> Floats:
    phi, lam = np.radians(lat), np.radians(lon)
    return np.array([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)])


def _sphere_km(lat: float, lon: float, lats: Floats, lons: Floats) -> Floats:
    half_phi = np.radians(lats - lat) / 2
    half_lam = np.radians(lons - lon) / 2
    chord = (
        np.sin(half_phi) ** 2
        + np.cos(np.radians(lat)) * np.cos(np.radians(lats)) * np.sin(half_lam) ** 2
    )
    return 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(chord.clip(0, 1)))
