"""gold.events: what was out of the ordinary, each hour."""

from __future__ import annotations

from flightlake.schemas import Column

COLUMNS = (
    Column("event_id", "string", "type, subject and start: impossible_jump-3c6444-1766888059"),
    Column(
        "event_type",
        "string",
        "emergency_squawk, identity_conflict, impossible_jump, rapid_descent, gnss_interference,"
        " volume_anomaly",
    ),
    Column("severity", "string", "critical, warning or info"),
    Column("subject", "string", "icao24, H3 cell or region that it is about"),
    Column(
        "icao24",
        "string",
        "the aircraft; null for an area or an address of another system, such as FLARM",
    ),
    Column("callsign", "string", "the aircraft's callsign when it began"),
    Column(
        "started_at",
        "timestamp",
        "first state of the event in this hour; events that go on have a row in every hour",
    ),
    Column("ended_at", "timestamp", "last state of the event in this hour"),
    Column("latitude_deg", "double", "where it began, or the centre of the area; null if unknown"),
    Column("longitude_deg", "double", "where it began, or the centre of the area; null if unknown"),
    Column("region", "string", "named box that holds the position; other, unknown, world"),
    Column("states", "bigint", "states that show it; all of the region if its volume is unusual"),
    Column("value", "double", "what was measured: the code, m/s, a share, or aircraft"),
    Column("limit_value", "double", "what value is beyond; null for a code"),
    Column("description", "string", "the event in words"),
    Column("date", "date", "UTC day"),
    Column("hour", "int", "UTC hour"),
)
