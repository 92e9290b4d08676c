"""ref.airports from OurAirports' ``airports.csv``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flightlake.transforms.ref.lines import (
    Reading,
    Row,
    header_of,
    number_or_none,
    require_columns,
    rows_of,
    text_or_none,
)

_FOOT_M = 0.3048
_COLUMNS = (
    "ident",
    "type",
    "name",
    "latitude_deg",
    "longitude_deg",
    "elevation_ft",
    "continent",
    "iso_country",
    "iso_region",
    "municipality",
    "scheduled_service",
    "iata_code",
)
_YES_OR_NO = {"yes": True, "1": True, "no": False, "0": False}


def read(lines: Iterator[str], source: str, reading: Reading) -> Iterator[Row]:
    """One row an airport, heliports and closed ones included.

    Raises:
        UnknownHeaderError: the header is not OurAirports'.
    """
    quote, names = header_of(next(lines, ""))
    require_columns(names, _COLUMNS, "that of OurAirports' airports.csv")

    def row_of(line: Mapping[str, str]) -> Row:
        elevation_ft = number_or_none(line["elevation_ft"])
        ident = text_or_none(line["ident"])
        # Files of before 2025 have no column for it; gps_code was then what comes nearest.
        icao = text_or_none(line.get("icao_code", line.get("gps_code", "")))
        return {
            "airport": ident,
            "icao": icao if icao and len(icao) == 4 and icao.isalpha() else None,
            "iata": text_or_none(line["iata_code"]),
            "name": text_or_none(line["name"]),
            "municipality": text_or_none(line["municipality"]),
            "country_code": text_or_none(line["iso_country"]),
            "region_code": text_or_none(line["iso_region"]),
            "continent_code": text_or_none(line["continent"]),
            "type": text_or_none(line["type"]),
            "has_scheduled_service": _YES_OR_NO.get(line["scheduled_service"]),
            "latitude_deg": number_or_none(line["latitude_deg"]),
            "longitude_deg": number_or_none(line["longitude_deg"]),
            "elevation_m": None if elevation_ft is None else elevation_ft * _FOOT_M,
            "source": source,
        }

    yield from rows_of(lines, names, quote or '"', "airport", row_of, reading)
