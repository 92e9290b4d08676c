"""The data that DAGs produce and wait for."""

from __future__ import annotations

from airflow.sdk import Asset
from flightlake.contracts.tables import STATE_VECTORS, Table, derived_by

RAW_STATES = Asset(name="raw.states", uri="flightlake://raw/states")


def asset_of(table: Table) -> Asset:
    """The asset of a table, by the table's name."""
    return Asset(name=table.full_name, uri=f"flightlake://{table.path}")


def derived_assets(step: str) -> dict[str, Asset]:
    """The assets of the tables that a step derives, by the tables' names."""
    return {table.full_name: asset_of(table) for table in derived_by(step)}


SILVER_STATE_VECTORS = asset_of(STATE_VECTORS)
