"""The airports that the world's aircraft use, and how far every place is from a receiver."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from opensky_simulator.countries import COUNTRIES, Country
from opensky_simulator.hashing import Floats, mix, uniform
from opensky_simulator.ourairports import Airport, scheduled_airports

EARTH_RADIUS_KM = 6371.0
_SECONDARY_WEIGHT = 0.35
_LISTED_AIRPORTS_PER_TRAFFIC = 6.0


@dataclass(frozen=True)
class Airports:
    """Columns, one element an airport; ``country`` indexes ``COUNTRIES``."""

    icao: list[str]
    lat: Floats
    lon: Floats
    elevation_m: Floats
    country: npt.NDArray[np.int64]
    weight: Floats
    has_receiver: npt.NDArray[np.bool_]

    def distances_km(self, index: int) -> Floats:
        """Great-circle distances on a sphere from one airport to all; good for choosing only."""
        return _sphere_km(self.lat[index], self.lon[index], self.lat, self.lon)


def load_airports(seed: int) -> Airports:
    """Return hubs and a selection of secondary airports of every country in the table."""
    by_country: dict[str, list[Airport]] = {}
    for row in scheduled_airports():
        by_country.setdefault(row.country, []).append(row)
    rows: list[tuple[Airport, int, float]] = []
    for number, country in enumerate(COUNTRIES):
        rows += [(row, number, w) for row, w in _chosen(country, by_country[country.code])]
    country_column = np.array([number for _, number, _ in rows])
    receivers = np.array([COUNTRIES[number].receivers for _, number, _ in rows])
    draw = uniform(mix(seed, np.arange(len(rows))), "receiver")
    weight = np.array([w for _, _, w in rows])
    return Airports(
        icao=[row.icao for row, _, _ in rows],
        lat=np.array([row.lat for row, _, _ in rows]),
        lon=np.array([row.lon for row, _, _ in rows]),
        elevation_m=np.array([row.elevation_m for row, _, _ in rows]),
        country=country_column,
        weight=weight,
        has_receiver=draw < receivers,
    )


def _chosen(country: Country, rows: list[Airport]) -> list[tuple[Airport, float]]:
    """Return the hubs, heaviest first, then as many others as the country's traffic deserves."""
    by_iata = {row.iata: row for row in rows}
    hubs = [by_iata[code] for code in country.hubs]
    others = [
        row
        for row in sorted(rows, key=lambda row: (row.type != "large_airport", row.icao))
        if row.iata not in country.hubs
    ]
    wanted = round(2 + _LISTED_AIRPORTS_PER_TRAFFIC * country.traffic)
    chosen = [(row, 4.0 / (1 + 0.15 * rank)) for rank, row in enumerate(hubs)]
    return chosen + [(row, _SECONDARY_WEIGHT) for row in others[:wanted]]


class ReceiverMap:
    """Distance from each 1 degree cell to the nearest receiver."""

    def __init__(self, airports: Airports) -> None:
        lat, lon = np.meshgrid(np.arange(-90, 91), np.arange(-180, 181), indexing="ij")
        sites = np.flatnonzero(airports.has_receiver)
        places = _unit_vectors(lat.ravel().astype(float), lon.ravel().astype(float))
        nearest = places.T @ _unit_vectors(airports.lat[sites], airports.lon[sites])
        cosine = nearest.max(axis=1).clip(-1, 1)
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
