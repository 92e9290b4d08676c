"""ref.airlines: who flies under which designator."""

from __future__ import annotations

from flightlake.schemas import Column

COLUMNS = (
    Column("airline_icao", "string", "ICAO designator, three letters: the start of a callsign"),
    Column("airline_iata", "string", "IATA code, two characters"),
    Column("name", "string", "name of the airline"),
    Column("telephony", "string", "radio telephony name, such as SPEEDBIRD"),
    Column("country_code", "string", "ISO 3166-1 alpha-2; NA is Namibia"),
    Column("source", "string", "where the row is from"),
)
