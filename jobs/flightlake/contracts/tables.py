"""The registry of tables: one line each; everything else about a table is found by its name."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """A Delta table of the lake; its schema and its suite, if any, are files named after it."""

    layer: str
    name: str
    keys: tuple[str, ...]
    partitions: tuple[str, ...]
    owner: str
    description: str

    @property
    def full_name(self) -> str:
        """The name in SQL, such as ``silver.state_vectors``."""
        return f"{self.layer}.{self.name}"

    @property
    def path(self) -> str:
        """The folder in the lake, such as ``silver/state_vectors``."""
        return f"{self.layer}/{self.name}"


_HOUR_REGION = ("date", "hour", "region")
_STATE = ("icao24", "snapshot_time")

STATE_VECTORS = Table(
    "silver",
    "state_vectors",
    _STATE,
    _HOUR_REGION,
    "data-engineering",
    "Aircraft states as published: typed, free of repeats, enriched and judged.",
)
STATE_VECTORS_WITHHELD = Table(
    "silver",
    "state_vectors_withheld",
    _STATE,
    _HOUR_REGION,
    "data-engineering",
    "The staged states of hours whose verdict was a rejection, kept for a decision.",
)
QUARANTINE = Table(
    "silver",
    "quarantine",
    ("raw_object", "row_index"),
    _HOUR_REGION,
    "data-engineering",
    "Rows that broke a row rule, with every reason and where their raw bytes are.",
)
RUN_LEDGER = Table(
    "ops",
    "run_ledger",
    ("date", "hour", "run_id"),
    ("date",),
    "data-engineering",
    "One balanced line a run: where every row of the hour went, verdict, score, seconds.",
)
QUALITY_RESULTS = Table(
    "ops",
    "quality_results",
    ("date", "hour", "run_id", "table_name", "expectation_id"),
    ("date",),
    "data-engineering",
    "One line an expectation and run: what was expected, observed and decided.",
)

TABLES = {
    table.full_name: table
    for table in (STATE_VECTORS, STATE_VECTORS_WITHHELD, QUARANTINE, RUN_LEDGER, QUALITY_RESULTS)
}
