"""silver.quarantine: rows that broke a row rule, with all their reasons and their raw text."""

from __future__ import annotations

from flightlake.schemas import Column

COLUMNS = (
    Column("icao24", "string", "as far as it could be read"),
    Column("snapshot_time", "timestamp", "the answer's own time"),
    Column("reasons", "array<string>", "every row rule that the row broke"),
    Column("raw_row", "string", "the row's JSON, at most 4,000 characters of it"),
    Column("source", "string", "who gave the answer: opensky, simulator, replay"),
    Column("raw_object", "string", "key of the raw answer in the lake"),
    Column("row_index", "int", "position of the row in the answer, from 0"),
    Column("date", "date", "UTC day of snapshot_time"),
    Column("hour", "int", "UTC hour of snapshot_time"),
    Column("region", "string", "named box that holds the position; other, unknown"),
)
