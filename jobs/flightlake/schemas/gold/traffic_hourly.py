"""gold.traffic_hourly: how much flew in each region, and in the world, each hour."""

from __future__ import annotations

from flightlake.schemas import Column

COLUMNS = (
    Column(
        "region",
        "string",
        "named box; world has each aircraft once and is no region: never add it to the others",
    ),
    Column("aircraft", "bigint", "distinct aircraft, without vehicles, masts and the like"),
    Column(
        "airborne_aircraft",
        "bigint",
        "distinct aircraft that prove flight by speed, altitude or vertical rate; OpenSky's flag"
        " alone does not, since it is unset wherever a position is missing",
    ),
    Column(
        "ground_aircraft",
        "bigint",
        "distinct aircraft that report from the ground, or never prove flight",
    ),
    Column("states", "bigint", "states of these aircraft, without repeats"),
    Column(
        "fresh_share",
        "double",
        "share of states with a position of at most 15 s, 0 to 1; repeats, which are old, are not"
        " counted, so it is higher than in the responses and depends on how often they are polled",
    ),
    Column("mean_baro_altitude_m", "double", "mean pressure altitude of states in flight"),
    Column("mean_ground_speed_mps", "double", "mean speed over ground of states in flight"),
    Column("date", "date", "UTC day"),
    Column("hour", "int", "UTC hour"),
)
