"""What Glue is told about the tables, and the views, are Spark's too."""

from __future__ import annotations

import re

import pytest
from flightlake.contracts.athena import glue_columns
from flightlake.contracts.tables import TABLES, Table
from flightlake.contracts.views import views
from flightlake.io.frames import schema_of
from flightlake.schemas import columns_of
from pyspark.sql import SparkSession


def test_glue_and_spark_have_the_same_columns_of_the_same_types(spark: SparkSession) -> None:
    for table in TABLES.values():
        in_spark = [(field.name, field.dataType.simpleString()) for field in schema_of(table)]
        in_glue = [(column["Name"], column["Type"]) for column in glue_columns(table)]
        assert in_glue == in_spark, table.full_name


@pytest.mark.parametrize("name", views())
def test_spark_understands_a_view(spark: SparkSession, name: str) -> None:
    view = views()[name]
    select = re.sub(r"\b(FROM|JOIN) (\w+)\.(\w+)", r"\1 \2_\3", view.select)
    tables = ", ".join(_empty(TABLES[table]) for table in view.tables)
    columns = spark.sql(f"WITH {tables} {select}").columns
    assert len(columns) == len(set(columns))


def _empty(table: Table) -> str:
    nulls = ", ".join(f"CAST(NULL AS {each.type}) AS {each.name}" for each in columns_of(table))
    return f"{table.layer}_{table.name} AS (SELECT {nulls})"
