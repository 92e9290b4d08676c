"""ops.run_ledger: where every row of an hour went; the fields of contracts.results.LedgerLine."""

from __future__ import annotations

from flightlake.schemas import Column

COLUMNS = (
    Column("date", "date", "UTC day of the hour"),
    Column("hour", "int", "UTC hour"),
    Column("run_id", "string", "Airflow's name of the run"),
    Column("step", "string", "the step that ran"),
    Column("rows_read", "bigint", "rows in the hour's readable answers"),
    Column("rows_published", "bigint", "rows written to silver.state_vectors"),
    Column("rows_withheld", "bigint", "rows of a rejected hour, kept for a decision"),
    Column(
        "rows_quarantined",
        "bigint",
        "rows that broke a row rule; a rejected run of a published hour adds none to"
        " silver.quarantine",
    ),
    Column("rows_repeated", "bigint", "rows that carry nothing new"),
    Column("answers_expected", "int", "answers of a complete hour"),
    Column("answers_read", "int", "distinct moments that were answered"),
    Column("answers_quarantined", "int", "raw objects that are no answer"),
    Column("quarantined_answers", "array<struct<raw_object:string,reason:string>>", "which ones"),
    Column("verdict", "string", "pass, warning, rejected or no_data"),
    Column("score", "double", "quality, 0 to 100"),
    Column("seconds", "double", "duration of the step until the line was written"),
    Column("report", "string", "key of the report in the lake"),
    Column("recorded_at", "timestamp", "when the line was made; null before there was the column"),
    Column("rows_unaccounted", "bigint", "rows read less all other counts; 0 if none was lost"),
    Column("raw_objects", "int", "raw objects of the hour when the run listed them"),
    Column("raw_before", "string", "newest raw object of the hour before; null without one"),
    Column("suite", "string", "digest of the expectations that judged the hour"),
)
