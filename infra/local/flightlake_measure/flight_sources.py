"""What flights are derived from, for Spark and for the second implementation, in one place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flightlake.contracts.tables import STATE_VECTORS, TABLES

if TYPE_CHECKING:
    import duckdb
    from pyspark.sql import DataFrame, SparkSession

SOURCES = TABLES["gold.flights"].sources
REFERENCES = tuple(name for name in SOURCES if name != STATE_VECTORS.full_name)
VIEWS = {name: TABLES[name].name for name in REFERENCES} | {STATE_VECTORS.full_name: "states"}
"""Under which name ``flights.sql`` reads each source."""


def flight_sources(spark: SparkSession, states: DataFrame) -> dict[str, DataFrame]:
    """The states and the embedded reference tables."""
    from flightlake.io.reference import embedded_frame

    references = {name: embedded_frame(spark, TABLES[name]) for name in REFERENCES}
    return {STATE_VECTORS.full_name: states, **references}


def register_references(connection: duckdb.DuckDBPyConnection) -> None:
    """Make each embedded reference table a view of DuckDB, without Spark."""
    from flightlake.io.reference import embedded_table

    for name in REFERENCES:
        connection.register(VIEWS[name], embedded_table(TABLES[name]))


def register(connection: duckdb.DuckDBPyConnection, sources: Mapping[str, DataFrame]) -> None:
    """Make each source a view of DuckDB."""
    for name, frame in sources.items():
        connection.register(VIEWS[name], frame.toArrow())
