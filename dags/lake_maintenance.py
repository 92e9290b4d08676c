"""# lake_maintenance: small files are put together, files of old versions go

| | |
|---|---|
| reads | the tables that are in the lake, listings of their folders |
| writes | their files anew, no row changes; `reports/lake_maintenance/`, a record of each run |
| removes | below the tables' folders what no version of the last 30 days needs; no raw data |
| beat | weekly, on Sundays at 05:20 UTC |

1. `lake_maintenance` is the Spark job. In each table it puts the small files of a partition
   together (OPTIMIZE): where there are at least four and their average is small, and where the day
   ended at least two days ago. Then it removes (VACUUM) the files that no version of the last
   30 days needs, and what killed jobs left behind.
2. `outcome` logs by table what was done: partitions and their files before and after, files that
   were removed, MB.

**Again is always safe.** What is in order is left as it is. It waits for the other jobs that write,
and they for it; another writer that is at the same partition all the same is faster, and the
partition is written anew a week later.

**A restore** gets back what was written in the last 30 days; files that are removed here are those
that it can no longer need.

**Params.** `dry_run`: only say what would be done.

    {"dry_run": true}
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from airflow.sdk import Param, dag, task
from airflow.timetables.interval import CronDataIntervalTimetable
from flightlake.contracts.maintenance import STEP
from flightlake_dags.defaults import Tag, alert_on_failed_run, default_args
from flightlake_dags.maintenance import require_maintained
from flightlake_dags.settings import get_settings
from flightlake_dags.steps import spark_step


@dag(
    dag_id=STEP,
    doc_md=__doc__,
    schedule=CronDataIntervalTimetable("20 5 * * 0", timezone="UTC"),
    start_date=datetime.fromisoformat("2026-01-01T00:00+00:00"),
    catchup=False,
    max_active_runs=1,
    on_failure_callback=alert_on_failed_run,
    default_args=default_args(),
    tags=[Tag.FLIGHTLAKE, Tag.MAINTENANCE, Tag.WEEKLY],
    params={
        "dry_run": Param(
            False,
            type="boolean",
            title="Dry run",
            description="Change nothing, only say what would be done.",
        )
    },
)
def lake_maintenance() -> None:
    """The DAG; its page is this file's docstring."""

    # Again, the record would be as before.
    @task(retries=1, retry_delay=timedelta(seconds=10))
    def outcome(*, run_id: Any = None) -> dict[str, int]:
        return require_maintained(run_id)

    job = spark_step(
        STEP,
        {
            "--lake": get_settings().lake_url,
            "--run-id": "{{ run_id }}",
            "--dry-run": "{{ params.dry_run | tojson }}",
        },
        sizing="hour",
        label=STEP,
        # No row changes, so no table is made of another.
        reads=(),
        writes=(),
        execution_timeout=timedelta(hours=1),
    )
    job >> outcome()


lake_maintenance()
