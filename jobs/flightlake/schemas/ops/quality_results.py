"""ops.quality_results: one line an expectation and run."""

from __future__ import annotations

from flightlake.schemas import Column

COLUMNS = (
    Column("date", "date", "UTC day that was judged"),
    Column("hour", "int", "UTC hour that was judged; null for a whole day"),
    Column("run_id", "string", "Airflow's name of the run"),
    Column("table_name", "string", "the table that was judged"),
    Column("expectation_id", "string", "name of the expectation in its suite"),
    Column("expectation", "string", "type of the expectation in Great Expectations"),
    Column("column", "string", "the column or columns that it is about"),
    Column("dimension", "string", "completeness, accuracy, consistency, timeliness or validity"),
    Column("severity", "string", "critical, warning or info"),
    Column("description", "string", "the expectation in words"),
    Column("is_met", "boolean", "whether it holds"),
    Column("expected", "string", "what was expected"),
    Column("observed", "string", "what was found"),
    Column("unexpected_rows", "bigint", "rows that do not meet it"),
    Column("unexpected_share", "double", "their share, 0 to 1"),
    Column("score", "double", "0 to 100"),
    Column("exception", "string", "why it could not be asked"),
)
