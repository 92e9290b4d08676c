"""The reference data that comes with the project, so that everything works with no network."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from flightlake.contracts.tables import Table


def embedded_rows(table: Table) -> list[dict[str, Any]]:
    """The rows of a reference table, from the module that is named after it."""
    rows: list[dict[str, Any]] = import_module(f"{__name__}.{table.name}").embedded_rows()
    return rows
