"""gold.flights: one row per flight, on the UTC day on which it was last in the air."""

from __future__ import annotations

from flightlake.schemas import Column

COLUMNS = (
    Column("flight_id", "string", "icao24 and first_seen in Unix seconds: 3c6444-1766888059"),
    Column("icao24", "string", "24-bit ICAO address, six lower-case hex digits"),
    Column(
        "has_icao_address", "boolean", "false: the address is one of FLARM, so no airframe has it"
    ),
    Column("callsign", "string", "most frequent one in the air; null where it sent none"),
    Column("airline_icao", "string", "designator that the callsign begins with, if it is one"),
    Column("first_seen", "timestamp", "first contact, on the ground or in the air"),
    Column("last_seen", "timestamp", "last contact"),
    Column(
        "take_off_time",
        "timestamp",
        "estimated lift-off; null where it was not heard within 5 minutes",
    ),
    Column(
        "landing_time",
        "timestamp",
        "estimated touch-down; null where it was not heard within 5 minutes",
    ),
    Column("departure_airport", "string", "ref.airports; null rather than wrong"),
    Column(
        "departure_distance_m", "double", "from its nearest runway to the position that chose it"
    ),
    Column(
        "departure_height_m", "double", "of that position above the airport; null where inferred"
    ),
    Column("departure_candidates", "int", "airports that the position fits, the chosen included"),
    Column(
        "departure_inferred_from", "string", "flight_before: the airport is where that flight ended"
    ),
    Column("departure_unknown_reason", "string", "why there is no departure airport"),
    Column("arrival_airport", "string", "ref.airports; null rather than wrong"),
    Column("arrival_distance_m", "double", "from its nearest runway to the position that chose it"),
    Column("arrival_height_m", "double", "of that position above the airport; null where inferred"),
    Column("arrival_candidates", "int", "airports that the position fits, the chosen included"),
    Column(
        "arrival_inferred_from", "string", "flight_after: the airport is where that flight began"
    ),
    Column("arrival_unknown_reason", "string", "why there is no arrival airport"),
    Column("great_circle_distance_m", "double", "from first to last airborne position"),
    Column("flown_distance_m", "double", "along all fresh positions"),
    Column("duration_s", "int", "last_seen minus first_seen"),
    Column("airborne_s", "int", "from take-off to landing, or first to last contact in the air"),
    Column("max_altitude_m", "double", "highest pressure altitude in the air, outliers left out"),
    Column("states", "int", "distinct contacts that it is made of"),
    Column("largest_gap_s", "int", "longest time without a contact"),
    Column("is_complete", "boolean", "it was heard within five minutes of take-off and of landing"),
    Column("source", "string", "who gave the answers; mixed where several did"),
    Column("date", "date", "UTC day of the last contact in the air"),
)
