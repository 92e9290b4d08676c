"""gold.traffic_hourly: how much flew in each region, and in the world, each hour."""

from __future__ import annotations

from flightlake.schemas import Column

COLUMNS = (
    Column("region", "string", "named box; world for all of them, each aircraft once"),
    Column("aircraft", "bigint", "distinct aircraft"),
    Column("airborne_aircraft", "bigint", "distinct aircraft seen in the air"),
    Column("ground_aircraft", "bigint", "distinct aircraft seen on the ground"),
    Column("states", "bigint", "states, without repeats"),
    Column(
        "fresh_share",
        "double",
        "share of states with a position of at most 15 s, 0 to 1; repeats, which are old, are not"
        " counted, so it is higher than in the responses and depends on how often they are polled",
    ),
    Column("mean_baro_altitude_m", "double", "mean pressure altitude of airborne states"),
    Column("mean_ground_speed_mps", "double", "mean speed over ground of airborne states"),
    Column("date", "date", "UTC day"),
    Column("hour", "int", "UTC hour"),
)
