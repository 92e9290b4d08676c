"""gold.traffic_density: where it flew, in H3 cells, each hour."""

from __future__ import annotations

from flightlake.schemas import Column

COLUMNS = (
    Column("h3_cell", "string", "H3 index in hexadecimal digits"),
    Column("h3_resolution", "int", "4: about 1,770 km² a cell"),
    Column("latitude_deg", "double", "centre of the cell, WGS 84"),
    Column("longitude_deg", "double", "centre of the cell, WGS 84"),
    Column("aircraft", "bigint", "distinct aircraft, without vehicles, masts and the like"),
    Column(
        "airborne_aircraft", "bigint", "distinct aircraft that prove flight, as in traffic_hourly"
    ),
    Column("states", "bigint", "states with a position of at most 60 s"),
    Column("mean_baro_altitude_m", "double", "mean pressure altitude of states in flight"),
    Column("date", "date", "UTC day"),
    Column("hour", "int", "UTC hour"),
)
