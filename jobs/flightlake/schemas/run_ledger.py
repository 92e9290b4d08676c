"""ops.run_ledger: where every row of an hour went; the fields of contracts.results.LedgerLine."""

from __future__ import annotations

from pyspark.sql.types import (
    ArrayType,
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
        StructField("step", StringType()),
        StructField("rows_read", LongType()),
        StructField("rows_published", LongType()),
        StructField("rows_withheld", LongType()),
        StructField("rows_quarantined", LongType()),
        StructField("rows_repeated", LongType()),
        StructField("answers_expected", IntegerType()),
        StructField("answers_read", IntegerType()),
        StructField("answers_quarantined", IntegerType()),
        StructField(
            "quarantined_answers",
            ArrayType(
                StructType(
                    [StructField("raw_object", StringType()), StructField("reason", StringType())]
                )
            ),
        ),
        StructField("verdict", StringType()),
        StructField("score", DoubleType()),
        StructField("seconds", DoubleType()),
        StructField("report", StringType()),
    ]
)
