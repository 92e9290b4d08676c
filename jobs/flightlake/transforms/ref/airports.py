"""ref.airports from OurAirports' ``airports.csv``, embedded or new.

``read`` makes rows of the lines one by one; ``complete`` needs all of them: keys and elevations.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import pyarrow as pa

from flightlake.transforms.ref.airport_keys import with_keys
from flightlake.transforms.ref.elevations import with_elevations
from flightlake.transforms.ref.lines import (
    Reading,
    Row,
    header_of,
    metres_or_none,
    number_or_none,
    require_columns,
    rows_of,
    text_or_none,
)

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
    "gps_code",
    "iata_code",
)
_YES_OR_NO = {"yes": True, "1": True, "no": False, "0": False}
_ICAO, _IATA = re.compile("[A-Z]{4}"), re.compile("[A-Z0-9]{3}")


def read(lines: Iterator[str], source: str, reading: Reading) -> Iterator[Row]:
    """One row per airport, heliports and closed ones included; ``airport`` is still null.

    Raises:
        UnknownHeaderError: the header is not OurAirports'.
    """
    quote, names = header_of(next(lines, ""))
    require_columns(names, _COLUMNS, "that of OurAirports' airports.csv")

    def row_of(line: Mapping[str, str]) -> Row:
        elevation_m = metres_or_none(line["elevation_ft"])
        # Files from before 2025 have no column icao_code.
        codes = (line.get("icao_code", "").strip(), line["gps_code"].strip())
        return {
            "airport": None,
            "ident": text_or_none(line["ident"]),
            "icao": next(filter(_ICAO.fullmatch, codes), None),
            # Some airports of Brazil have 0 where they have none.
            "iata": line["iata_code"] if _IATA.fullmatch(line["iata_code"]) else None,
            "name": text_or_none(line["name"]),
            "municipality": text_or_none(line["municipality"]),
            "country_code": text_or_none(line["iso_country"]),
            "region_code": text_or_none(line["iso_region"]),
            "continent_code": text_or_none(line["continent"]),
            "type": text_or_none(line["type"]),
            "has_scheduled_service": _YES_OR_NO.get(line["scheduled_service"]),
            "latitude_deg": number_or_none(line["latitude_deg"]),
            "longitude_deg": number_or_none(line["longitude_deg"]),
            "elevation_m": elevation_m,
            "elevation_source": None if elevation_m is None else "file",
            "source": source,
        }

    yield from rows_of(lines, names, quote or '"', ("ident",), row_of, reading)


def complete(airports: pa.Table, runways: pa.Table) -> pa.Table:
    """The airports with their keys, and with the elevations that their file does not have.

    Args:
        airports: rows of ``read``.
        runways: rows of ref.runways, completed or not.
    """
    return with_elevations(with_keys(airports), runways)
