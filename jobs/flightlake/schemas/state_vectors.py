"""silver.state_vectors: one row an aircraft and answer, metric units as OpenSky sends them."""

from __future__ import annotations

from pyspark.sql.types import (
    BooleanType,
    DateType,
    DoubleType,
    IntegerType,
    StringType,
    StructField,
    StructType,
    TimestampType,
)

SCHEMA = StructType(
    [
        StructField("icao24", StringType()),
        StructField("snapshot_time", TimestampType()),
        StructField("callsign", StringType()),
        StructField("origin_country", StringType()),
        StructField("time_position", TimestampType()),
        StructField("last_contact", TimestampType()),
        StructField("longitude_deg", DoubleType()),
        StructField("latitude_deg", DoubleType()),
        StructField("baro_altitude_m", DoubleType()),
        StructField("geo_altitude_m", DoubleType()),
        StructField("is_on_ground", BooleanType()),
        StructField("ground_speed_mps", DoubleType()),
        StructField("true_track_deg", DoubleType()),
        StructField("vertical_rate_mps", DoubleType()),
        StructField("squawk", StringType()),
        StructField("is_spi", BooleanType()),
        StructField("position_source", IntegerType()),
        StructField("category", IntegerType()),
        StructField("flight_phase", StringType()),
        StructField("position_age_s", IntegerType()),
        StructField("contact_age_s", IntegerType()),
        StructField("is_fresh", BooleanType()),
        StructField("source", StringType()),
        StructField("raw_object", StringType()),
        StructField("date", DateType()),
        StructField("hour", IntegerType()),
        StructField("region", StringType()),
    ]
)
