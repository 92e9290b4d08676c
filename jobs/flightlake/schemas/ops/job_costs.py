"""ops.job_costs: what each Spark job run, and each query of the pipeline, was billed for."""

from __future__ import annotations

from flightlake.schemas import Column

COLUMNS = (
    Column("service", "string", "emr_serverless or athena: whose bill it is on"),
    Column("job_run_id", "string", "the service's name of the job run or query"),
    Column("step", "string", "the step that ran"),
    Column("run_id", "string", "Airflow's name of the run"),
    Column("state", "string", "SUCCESS, FAILED or CANCELLED"),
    Column("started_at", "timestamp", "when the job run was created"),
    Column("ended_at", "timestamp", "when it ended"),
    Column("duration_s", "int", "seconds that it ran"),
    Column("bytes_scanned", "bigint", "what a query read; none for a job run"),
    Column("vcpu_hours", "double", "billed vCPU hours"),
    Column("memory_gb_hours", "double", "billed GB hours of memory"),
    Column("storage_gb_hours", "double", "billed GB hours of storage"),
    Column("cost_usd", "double", "by the prices in dags/config/prices.json"),
    Column("date", "date", "UTC day on which it was created"),
)
