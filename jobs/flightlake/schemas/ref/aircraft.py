"""ref.aircraft: which airframe has which 24-bit address."""

from __future__ import annotations

from flightlake.schemas import Column

COLUMNS = (
    Column("icao24", "string", "24-bit ICAO address, six lower-case hex digits"),
    Column("registration", "string", "such as D-AIXM"),
    Column("typecode", "string", "ICAO type designator, such as A359"),
    Column("aircraft_class", "string", "ICAO description, such as L2J: land plane, two jets"),
    Column("manufacturer", "string", "name of the manufacturer"),
    Column("model", "string", "name of the model"),
    Column("serial_number", "string", "the manufacturer's serial number"),
    Column("operator", "string", "who operates it"),
    Column("operator_icao", "string", "ICAO designator of the operator"),
    Column("owner", "string", "who owns it"),
    Column("category", "string", "emitter category in words"),
    Column("built", "string", "when it was built, as the source writes it"),
    Column("source", "string", "where the row is from"),
)
