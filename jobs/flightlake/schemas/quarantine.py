"""silver.quarantine: rows that broke a row rule, with all their reasons and their raw text."""

from __future__ import annotations

from pyspark.sql.types import (
    ArrayType,
    DateType,
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
        StructField("reasons", ArrayType(StringType())),
        StructField("raw_row", StringType()),
        StructField("source", StringType()),
        StructField("raw_object", StringType()),
        StructField("row_index", IntegerType()),
        StructField("date", DateType()),
        StructField("hour", IntegerType()),
        StructField("region", StringType()),
    ]
)
