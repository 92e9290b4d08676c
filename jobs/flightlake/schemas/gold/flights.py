"""gold.flights: one row a flight, on the UTC day on which it was last seen."""

from __future__ import annotations

from flightlake.schemas import Column

COLUMNS = (
    Column("flight_id", "string", "icao24 and first_seen in Unix seconds: 3c6444-1766888059"),
    Column("icao24", "string", "24-bit ICAO address, six lower-case hex digits"),
    Column("callsign", "string", "most frequent one of the flight; null where it sent none"),
    Column("airline_icao", "string", "designator that the callsign begins with, if it is one"),
    Column("first_seen", "timestamp", "first contact, on the ground or in the air"),
    Column("last_seen", "timestamp", "last contact"),
    Column("take_off_time", "timestamp", "estimated lift-off; null where it was not covered"),
    Column("landing_time", "timestamp", "estimated touch-down; null where it was not covered"),
    Column("departure_airport", "string", "ref.airports; null rather than wrong"),
    Column("departure_distance_m", "double", "from the airport to the position that chose it"),
    Column("departure_height_m", "double", "of that position above the airport"),
    Column("departure_candidates", "int", "airports that the position fits, the chosen included"),
    Column("departure_unknown_reason", "string", "why there is no departure airport"),
    Column("arrival_airport", "string", "ref.airports; null rather than wrong"),
    Column("arrival_distance_m", "double", "from the airport to the position that chose it"),
    Column("arrival_height_m", "double", "of that position above the airport"),
    Column("arrival_candidates", "int", "airports that the position fits, the chosen included"),
    Column("arrival_unknown_reason", "string", "why there is no arrival airport"),
    Column("great_circle_distance_m", "double", "from first to last airborne position"),
    Column("flown_distance_m", "double", "along all fresh positions"),
    Column("duration_s", "int", "last_seen minus first_seen"),
    Column("max_altitude_m", "double", "highest pressure altitude, outliers left out"),
    Column("states", "int", "distinct contacts that it is made of"),
    Column("largest_gap_s", "int", "longest time without a contact"),
    Column("is_complete", "boolean", "take-off and landing were both covered"),
    Column("source", "string", "who gave the answers; mixed where several did"),
    Column("date", "date", "UTC day of last_seen"),
)
