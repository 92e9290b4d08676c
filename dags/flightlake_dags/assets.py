"""The data that DAGs produce and wait for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from airflow.sdk import Asset
from flightlake.contracts.tables import TABLES, Table

RAW_STATES = Asset(name="raw.states", uri="flightlake://raw/states")


def asset_of(table: Table) -> Asset:
    """The asset of a table."""
    return Asset(name=table.full_name, uri=f"flightlake://{table.path}")


def tell(events: Any, extras: Mapping[str, Mapping[str, Any]]) -> None:
    """Add an event of each table's asset to those of the alias that stands for its step.

    Args:
        events: ``outlet_events`` of the alias.
        extras: what the event of each table says, by the table's name.
    """
    for name, extra in extras.items():
        events.add(asset_of(TABLES[name]), extra=dict(extra))
