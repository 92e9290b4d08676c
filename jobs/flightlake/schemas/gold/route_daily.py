"""gold.route_daily: flights between each two airports, each UTC day."""

from __future__ import annotations

from flightlake.schemas import Column

COLUMNS = (
    Column("departure_airport", "string", "ref.airports"),
    Column("arrival_airport", "string", "ref.airports"),
    Column("flights", "bigint", "flights last seen on this day"),
    Column("aircraft", "bigint", "distinct aircraft"),
    Column("airlines", "bigint", "distinct airline designators"),
    Column("great_circle_distance_m", "double", "between the airports"),
    Column("mean_flown_distance_m", "double", "mean way along the positions"),
    Column("median_airborne_s", "double", "median time of the flights in the air"),
    Column("date", "date", "UTC day of last_seen"),
)
