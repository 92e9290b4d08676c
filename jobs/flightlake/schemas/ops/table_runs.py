"""ops.table_runs: what runs did to derived tables; the fields of contracts.results.TableRun."""

from __future__ import annotations

from flightlake.schemas import Column

COLUMNS = (
    Column("date", "date", "UTC day that the run was about"),
    Column("hour", "int", "UTC hour that the run was about; null for a whole day"),
    Column("run_id", "string", "Airflow's name of the run"),
    Column("step", "string", "the step that ran"),
    Column("table_name", "string", "the table"),
    Column("rows_published", "bigint", "rows written in place of what was there"),
    Column("rows_withheld", "bigint", "all derived rows of a table that was rejected"),
    Column("verdict", "string", "pass, warning or rejected"),
    Column("score", "double", "quality, 0 to 100"),
    Column("seconds", "double", "to derive, judge and publish the table"),
    Column("report", "string", "key of the report in the lake"),
    Column("recorded_at", "timestamp", "when the line was made; null before there was the column"),
    Column(
        "hours_read",
        "array<struct<hour:string,recorded_at:string>>",
        "published hours that a day was made of, and when each was recorded; null for an hour",
    ),
    Column("rows_derived", "bigint", "rows before they were judged"),
    Column("rows_quarantined", "bigint", "rows that broke a row rule, in gold.quarantine"),
    Column(
        "rows_unaccounted",
        "bigint",
        "derived minus published, withheld and quarantined; 0, or rows were lost",
    ),
)
