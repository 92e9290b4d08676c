"""gold.country_hourly: how many aircraft of each state of registry flew each hour."""

from __future__ import annotations

from flightlake.schemas import Column

COLUMNS = (
    Column(
        "country_code",
        "string",
        "ISO 3166-1 alpha-2 by the address block; ZZ is unknown, as for addresses of FLARM devices",
    ),
    Column("country", "string", "name of the state of registry"),
    Column("aircraft", "bigint", "distinct aircraft, without vehicles, masts and the like"),
    Column(
        "airborne_aircraft", "bigint", "distinct aircraft that prove flight, as in traffic_hourly"
    ),
    Column("states", "bigint", "states"),
    Column("date", "date", "UTC day"),
    Column("hour", "int", "UTC hour"),
)
