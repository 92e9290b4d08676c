"""The data that DAGs produce and wait for."""

from __future__ import annotations

from airflow.sdk import Asset
from flightlake.contracts.tables import Table

RAW_STATES = Asset(name="raw.states", uri="flightlake://raw/states")


def assets_of(*tables: Table) -> dict[str, Asset]:
    """The assets of tables, by the tables' names."""
    return {
        table.full_name: Asset(name=table.full_name, uri=f"flightlake://{table.path}")
        for table in tables
    }
