"""gold.aircraft_type_daily: what each type of aircraft flew, each UTC day."""

from __future__ import annotations

from flightlake.schemas import Column

COLUMNS = (
    Column("typecode", "string", "ICAO type designator by ref.aircraft, or unknown"),
    Column("manufacturer", "string", "most frequent manufacturer of the type"),
    Column("model", "string", "most frequent model of the type"),
    Column("flights", "bigint", "flights last seen on this day"),
    Column("aircraft", "bigint", "distinct aircraft"),
    Column("airlines", "bigint", "distinct airline designators"),
    Column("flight_hours", "double", "sum of the flights' time in the air"),
    Column("flown_distance_m", "double", "sum of the ways along the positions"),
    Column("date", "date", "UTC day of last_seen"),
)
