"""ops.api_credits: what each answer cost and what was left, from the raw manifests."""

from __future__ import annotations

from flightlake.schemas import Column

COLUMNS = (
    Column("raw_object", "string", "key of the raw answer in the lake"),
    Column("source", "string", "who gave the answer: opensky, simulator, replay"),
    Column("fetched_at", "timestamp", "when it was received"),
    Column("snapshot_time", "timestamp", "the answer's own time; null for an unreadable one"),
    Column("states", "int", "rows in the answer; null for an unreadable one"),
    Column("body_bytes", "bigint", "size of the answer before compression"),
    Column("credits_spent", "int", "API credits that it cost; null where it was not polled"),
    Column("credits_left", "int", "API credits that were left after it"),
    Column("date", "date", "UTC day of the hour"),
    Column("hour", "int", "UTC hour"),
)
