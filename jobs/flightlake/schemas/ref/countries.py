"""ref.countries: which 24-bit address blocks belong to which state; a state can have several."""

from __future__ import annotations

from flightlake.schemas import Column

COLUMNS = (
    Column("first_icao24", "string", "first address of the block, six lower-case hex digits"),
    Column("last_icao24", "string", "last address of the block"),
    Column("country_code", "string", "ISO 3166-1 alpha-2; NA is Namibia"),
    Column("country_code3", "string", "ISO 3166-1 alpha-3"),
    Column("country", "string", "name of the state of registry"),
    Column("source", "string", "where the row is from"),
)
