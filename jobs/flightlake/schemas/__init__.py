"""One file a table, ``<layer>/<table>.py``: its columns in order, typed, with units in their names.

Plain data, so that Spark, Athena's DDL and the table dictionary are made from the same lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module

from flightlake.contracts.tables import Table


@dataclass(frozen=True)
class Column:
    """A column: its name, its type in SQL as Spark and Athena both spell it, what it says."""

    name: str
    type: str
    comment: str


Columns = tuple[Column, ...]


def columns_of(table: Table) -> Columns:
    """The columns of a table, from the module that is named after it."""
    columns: Columns = import_module(f"{__name__}.{table.layer}.{table.name}").COLUMNS
    return columns
