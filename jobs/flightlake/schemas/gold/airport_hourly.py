"""gold.airport_hourly: what was going on at and over each airport each hour."""

from __future__ import annotations

from flightlake.schemas import Column

COLUMNS = (
    Column("airport", "string", "ref.airports; heliports have rotorcraft, closed fields nothing"),
    Column(
        "aircraft",
        "bigint",
        "distinct aircraft at or over the airport, without vehicles, masts and the like",
    ),
    Column(
        "departures",
        "bigint",
        "distinct aircraft that left it, in the hour in which they are first seen in the air",
    ),
    Column(
        "arrivals",
        "bigint",
        "distinct aircraft that came down to it, in the hour in which they are seen on the ground,"
        " or in which it is clear that they are not heard again",
    ),
    Column("ground_aircraft", "bigint", "distinct aircraft seen on its ground"),
    Column("overflights", "bigint", "distinct aircraft that only passed over it"),
    Column("date", "date", "UTC day"),
    Column("hour", "int", "UTC hour"),
)
