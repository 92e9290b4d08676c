"""ref.aircraft from OpenSky's aircraft database, in either of its two dialects.

Which one a file is in is what its header says: the quote character and the names together. A wrong
quote character would leave every address in quotes and every join empty, without an error.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import astuple, dataclass

from flightlake.transforms.ref.lines import (
    OddKeyError,
    Reading,
    Row,
    UnknownHeaderError,
    header_of,
    require_columns,
    rows_of,
    text_or_none,
)


@dataclass(frozen=True)
class _Names:
    """What a dialect calls the columns that differ."""

    manufacturer: str
    serial_number: str
    aircraft_class: str
    operator_icao: str


_DIALECTS = {
    '"': _Names("manufacturername", "serialnumber", "icaoaircrafttype", "operatoricao"),
    "'": _Names("manufacturerName", "serialNumber", "icaoAircraftClass", "operatorIcao"),
}
"""By the quote character: ``aircraftDatabase.csv``, then ``aircraft-database-complete-….csv``."""
_ADDRESS = re.compile("[0-9a-f]{6}")
_IN_BOTH = (
    "icao24",
    "registration",
    "model",
    "typecode",
    "operator",
    "owner",
    "built",
    "categoryDescription",
)


def read(lines: Iterator[str], source: str, reading: Reading) -> Iterator[Row]:
    """One row an airframe.

    Raises:
        UnknownHeaderError: the header is that of neither dialect.
    """
    quote, names = header_of(next(lines, ""))
    dialect = _DIALECTS.get(quote)
    if dialect is None:
        raise UnknownHeaderError(
            "the header is of neither dialect of OpenSky's aircraft database: its names are in no"
            f" quotes; it has {', '.join(names) or 'nothing'}"
        )
    of_dialect = f"that of OpenSky's aircraft database in {quote} quotes"
    require_columns(names, (*_IN_BOTH, *astuple(dialect)), of_dialect)

    def row_of(line: Mapping[str, str]) -> Row:
        icao24, operator_icao = line["icao24"].strip().lower(), line[dialect.operator_icao].strip()
        if icao24 and not _ADDRESS.fullmatch(icao24):
            raise OddKeyError(f"{icao24!r} is not six hex digits")
        return {
            "icao24": icao24 or None,
            "registration": text_or_none(line["registration"]),
            "typecode": text_or_none(line["typecode"].upper()),
            "aircraft_class": text_or_none(line[dialect.aircraft_class]),
            "manufacturer": text_or_none(line[dialect.manufacturer]),
            "model": text_or_none(line["model"]),
            "serial_number": text_or_none(line[dialect.serial_number]),
            "operator": text_or_none(line["operator"]),
            "operator_icao": operator_icao.upper() or None,
            "owner": text_or_none(line["owner"]),
            "category": text_or_none(line["categoryDescription"]),
            "built": text_or_none(line["built"]),
            "source": source,
        }

    yield from rows_of(lines, names, quote, ("icao24",), row_of, reading)
