"""Small frames made from Python values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.pandas.types import to_arrow_schema
from pyspark.sql.types import DataType, StructType

from flightlake.contracts.tables import Table
from flightlake.schemas import columns_of


def schema_of(table: Table) -> StructType:
    """The columns of a table for Spark; needs a running session."""
    schema = StructType()
    for column in columns_of(table):
        kind = DataType.fromDDL(column.type)
        schema.add(column.name, kind, metadata={"comment": column.comment})
    return schema


def frame_of(
    spark: SparkSession, rows: Sequence[Mapping[str, Any]], schema: StructType
) -> DataFrame:
    """A frame of a few rows; every row holds at least the schema's columns.

    Through Arrow, since a frame made from Python objects starts a Python worker: a second each.
    """
    return spark.createDataFrame(arrow_of(rows, schema), schema)


def arrow_of(rows: Sequence[Mapping[str, Any]], schema: StructType) -> pa.Table:
    """A few rows for Arrow; every row holds at least the schema's columns."""
    names = schema.fieldNames()
    values = [{name: row[name] for name in names} for row in rows]
    return pa.Table.from_pylist(values, schema=to_arrow_schema(schema))
