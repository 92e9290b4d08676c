"""gold.airline_daily: what each airline flew, each UTC day."""

from __future__ import annotations

from flightlake.schemas import Column

COLUMNS = (
    Column("airline_icao", "string", "designator that the callsigns begin with"),
    Column("airline", "string", "name by ref.airlines; null where it is not there"),
    Column("flights", "bigint", "flights last seen on this day"),
    Column("aircraft", "bigint", "distinct aircraft"),
    Column("airports", "bigint", "distinct airports of departure or arrival"),
    Column("routes", "bigint", "distinct pairs of airports"),
    Column("flight_hours", "double", "sum of the flights' time in the air"),
    Column("flown_distance_m", "double", "sum of the ways along the positions"),
    Column("date", "date", "UTC day of last_seen"),
)
