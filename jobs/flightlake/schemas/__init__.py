"""One file a table: its columns in order, typed, with units in their names."""

from __future__ import annotations

from importlib import import_module

from pyspark.sql.types import StructType

from flightlake.contracts.tables import Table


def schema_of(table: Table) -> StructType:
    """The schema of a table, from the module that is named after it."""
    schema: StructType = import_module(f"{__name__}.{table.name}").SCHEMA
    return schema
