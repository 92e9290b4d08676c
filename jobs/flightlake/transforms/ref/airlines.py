"""ref.airlines from OpenFlights' ``airlines.dat``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache

from flightlake.reference import packaged_rows
from flightlake.transforms.ref.lines import Reading, Row, rows_of, text_or_none

_NAMES = ("id", "name", "alias", "iata", "icao", "callsign", "country", "active")
"""The file has no header."""
_NULL = r"\N"
_ICAO, _IATA = re.compile("[A-Z]{3}"), re.compile("[A-Z0-9]{2}")
# The countries that OpenFlights names otherwise than OpenSky.
_OTHER_NAMES = {
    "Brunei": "BN",
    "Cape Verde": "CV",
    "Congo (Brazzaville)": "CG",
    "Congo (Kinshasa)": "CD",
    "Hong Kong": "HK",
    "Hong Kong SAR of China": "HK",
    "Ivory Coast": "CI",
    "Laos": "LA",
    "Macao": "MO",
    "Macau": "MO",
    "Macedonia": "MK",
    "Moldova": "MD",
    "Netherlands": "NL",
    "Puerto Rico": "PR",
    "Russia": "RU",
    "South Korea": "KR",
    "Swaziland": "SZ",
    "Syria": "SY",
    "Tanzania": "TZ",
    "Vietnam": "VN",
}


def read(lines: Iterator[str], source: str, reading: Reading) -> Iterator[Row]:
    """One row an airline that has a designator.

    A designator goes to the airline that flies under it, before those that did.
    """
    # Read to its end first: who flies comes anywhere in the file.
    flying_first = sorted(lines, key=lambda line: not line.rstrip().endswith('"Y"'))

    def row_of(line: Mapping[str, str]) -> Row:
        icao = _code(line["icao"], _ICAO)
        name, telephony, country_code = _name_and_after(line)
        return {
            "airline_icao": icao,
            "airline_iata": _code(line["iata"], _IATA),
            "name": name,
            "telephony": telephony,
            "country_code": country_code or _countries_of_airlines().get(icao),
            "source": source,
        }

    yield from rows_of(flying_first, _NAMES, '"', ("airline_icao",), row_of, reading)


def _name_and_after(line: Mapping[str, str]) -> tuple[str | None, str | None, str | None]:
    """The name, the telephony and the country of an airline.

    OpenFlights has cut some names at their commas: the rest, such as `` Inc.``, then stands in the
    place of the telephony, the telephony in that of the country, and the country is lost.
    """
    name, telephony, country = line["name"], line["callsign"], line["country"]
    if not (telephony.startswith(" ") and telephony.strip()):
        return _known(name), _known(telephony), _codes_of_countries().get(country.strip())
    if country.startswith(" "):
        return _known(f"{name},{telephony},{country}"), None, None
    return _known(f"{name},{telephony}"), _known(country), None


def _known(value: str) -> str | None:
    return None if value == _NULL else text_or_none(value)


def _code(value: str, form: re.Pattern[str]) -> str | None:
    # Null rather than wrong: people have entered what they liked, such as "T&O".
    return value if form.fullmatch(value) else None


@cache
def _countries_of_airlines() -> dict[str | None, str | None]:
    return {row["airline_icao"]: row["country_code"] for row in packaged_rows("airlines")}


@cache
def _codes_of_countries() -> dict[str, str]:
    return {row["country"]: row["country_code"] for row in packaged_rows("countries")} | (
        _OTHER_NAMES
    )
