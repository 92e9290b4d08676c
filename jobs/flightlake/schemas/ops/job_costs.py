"""ops.job_costs: what each Spark job run was billed for."""

from __future__ import annotations

from flightlake.schemas import Column

COLUMNS = (
    Column("job_run_id", "string", "EMR Serverless' name of the run"),
    Column("step", "string", "the step that ran"),
    Column("run_id", "string", "Airflow's name of the run"),
    Column("state", "string", "SUCCESS, FAILED or CANCELLED"),
    Column("started_at", "timestamp", "when the job run was created"),
    Column("ended_at", "timestamp", "when it ended"),
    Column("duration_s", "int", "seconds that it ran"),
    Column("vcpu_hours", "double", "billed vCPU hours"),
    Column("memory_gb_hours", "double", "billed GB hours of memory"),
    Column("storage_gb_hours", "double", "billed GB hours of storage"),
    Column("cost_usd", "double", "by the prices in dags/config/prices.json"),
    Column("date", "date", "UTC day on which the job run was created"),
)
