"""gold.quarantine: rows of derived tables that broke a row rule, with all their reasons."""

from __future__ import annotations

from flightlake.schemas import Column

COLUMNS = (
    Column("table_name", "string", "the table that the row was derived for"),
    Column("row_key", "string", "the values of the table's keys, but for date and hour"),
    Column("reasons", "array<string>", "every row rule of the table's suite that the row broke"),
    Column("row", "string", "the whole row as JSON"),
    Column("date", "date", "UTC day of the row"),
    Column("hour", "int", "UTC hour of the row; null in tables that are derived per day"),
)
