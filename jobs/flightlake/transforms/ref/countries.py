"""ref.countries from a CSV file of the table's own columns, as the project comes with one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flightlake.transforms.ref.lines import (
    Reading,
    Row,
    header_of,
    require_columns,
    rows_of,
    text_or_none,
)

_COLUMNS = ("first_icao24", "last_icao24", "country_code", "country_code3", "country")


def read(lines: Iterator[str], source: str, reading: Reading) -> Iterator[Row]:
    """One row a block of addresses.

    Raises:
        UnknownHeaderError: the header is not that of this table.
    """
    quote, names = header_of(next(lines, ""))
    require_columns(names, _COLUMNS, "that of ref.countries")

    def row_of(line: Mapping[str, str]) -> Row:
        row: Row = {name: text_or_none(line[name]) for name in _COLUMNS}
        return row | {"source": source}

    yield from rows_of(lines, names, quote or '"', ("first_icao24",), row_of, reading)
