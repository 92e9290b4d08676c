"""silver.state_vectors: one row per aircraft and new contact, in metric units.

A response repeats an aircraft's state until there is a new one; repeats make no row.
"""

from __future__ import annotations

from flightlake.schemas import Column

COLUMNS = (
    Column("icao24", "string", "24-bit ICAO address, six lower-case hex digits"),
    Column("snapshot_time", "timestamp", "the answer's own time"),
    Column("callsign", "string", "as transmitted, trimmed; null where blank"),
    Column("origin_country", "string", "state of registry, as OpenSky derives it from the address"),
    Column("time_position", "timestamp", "when the position was received"),
    Column("last_contact", "timestamp", "when anything was last received"),
    Column("longitude_deg", "double", "WGS 84, east is positive"),
    Column("latitude_deg", "double", "WGS 84, north is positive"),
    Column("baro_altitude_m", "double", "pressure altitude in the standard atmosphere"),
    Column("geo_altitude_m", "double", "height above the WGS 84 ellipsoid"),
    Column("is_on_ground", "boolean", "the position is a surface position"),
    Column("ground_speed_mps", "double", "speed over ground"),
    Column("true_track_deg", "double", "track over ground, clockwise from true north, [0, 360)"),
    Column("vertical_rate_mps", "double", "climbing is positive"),
    Column("squawk", "string", "transponder code, four octal digits"),
    Column("is_spi", "boolean", "special purpose indicator"),
    Column("position_source", "int", "0 ADS-B, 1 ASTERIX, 2 MLAT, 3 FLARM"),
    Column("category", "int", "emitter category as OpenSky numbers it, 0 to 20"),
    Column("flight_phase", "string", "ground, climb, descent, cruise, level or unknown"),
    Column("position_age_s", "int", "snapshot_time minus time_position"),
    Column("contact_age_s", "int", "snapshot_time minus last_contact"),
    Column("is_fresh", "boolean", "the position is at most 15 s old"),
    Column(
        "nulled_columns",
        "array<string>",
        "columns that are null because the received value was impossible; empty where none is",
    ),
    Column("source", "string", "who gave the answer: opensky, simulator, replay"),
    Column("raw_object", "string", "key of the raw answer in the lake"),
    Column("date", "date", "UTC day of snapshot_time"),
    Column("hour", "int", "UTC hour of snapshot_time"),
    Column("region", "string", "named box that holds the position; other, unknown"),
)
