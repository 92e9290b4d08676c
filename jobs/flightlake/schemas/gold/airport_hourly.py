"""gold.airport_hourly: what was going on at and over each airport each hour."""

from __future__ import annotations

from flightlake.schemas import Column

COLUMNS = (
    Column("airport", "string", "ref.airports"),
    Column("aircraft", "bigint", "distinct aircraft at or over the airport"),
    Column("departures", "bigint", "distinct aircraft that left it in this hour"),
    Column("arrivals", "bigint", "distinct aircraft that came down to it in this hour"),
    Column("ground_aircraft", "bigint", "distinct aircraft seen on its ground"),
    Column("overflights", "bigint", "distinct aircraft that only passed over it"),
    Column("date", "date", "UTC day"),
    Column("hour", "int", "UTC hour"),
)
