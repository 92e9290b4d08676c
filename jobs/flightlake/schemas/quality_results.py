"""ops.quality_results: one line an expectation and run."""

from __future__ import annotations

from pyspark.sql.types import (
    BooleanType,
    DateType,
    DoubleType,
    IntegerType,
    LongType,
    StringType,
    StructField,
    StructType,
)

SCHEMA = StructType(
    [
        StructField("date", DateType()),
        StructField("hour", IntegerType()),
        StructField("run_id", StringType()),
        StructField("table_name", StringType()),
        StructField("expectation_id", StringType()),
        StructField("expectation", StringType()),
        StructField("column", StringType()),
        StructField("dimension", StringType()),
        StructField("severity", StringType()),
        StructField("description", StringType()),
        StructField("is_met", BooleanType()),
        StructField("expected", StringType()),
        StructField("observed", StringType()),
        StructField("unexpected_rows", LongType()),
        StructField("unexpected_share", DoubleType()),
        StructField("score", DoubleType()),
        StructField("exception", StringType()),
    ]
)
