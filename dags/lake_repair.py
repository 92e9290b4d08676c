"""# lake_repair: hours and days that are missing, late or stale are made good

| | |
|---|---|
| reads | raw objects, gaps, results of runs, the logs of the tables, `restores/` |
| writes | `reports/lake_repair.json`: what is wrong, since when, how many runs were made for it |
| triggers | manual runs of `states_hourly` and `flights_daily` |
| schedule | hourly, at 20 past |

1. `look` compares raw, ledger and tables of the last 30 days (`FLIGHTLAKE_REPAIR_DAYS`) and of what
   was left open before. The log lists what is wrong, with the reason:
   - **missing**: an hour that no run processed, or whose tables of gold were not derived; a day
     whose hours are published and that no run derived;
   - **late**: raw objects came after the hour's run; or its hour before has a later last answer
     now, which says what repeats;
   - **stale**: a day that was made of other versions of its hours than the lake has now, of the day
     before and the hour after it too; an hour that was rejected by a suite that has changed;
   - **lost**: a table holds other rows of an hour or day than its run wrote, or rows that were read
     are unaccounted for.
2. `run` triggers the runs that make it good: hours before days, the oldest first, at most 6
   (`FLIGHTLAKE_REPAIR_RUNS`), one after the other, so that the hour that is due now waits for one
   of them at most. A day comes after all hours that it reads.

**What it cannot heal** is on the health page and alerts: what is the same after three runs, and raw
objects that are gone. A finding is dropped only when it is healed, however old it is.

**A restore is respected.** Hours that were restored are not published again; their days are made
again.

**Again is always safe.** A look changes no table, and the runs replace what they made.

**Params.** `dry_run`: only say what is wrong and what would be run:

    airflow dags trigger lake_repair --conf '{"dry_run": true}'
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import Param, dag, task
from airflow.timetables.interval import CronDataIntervalTimetable
from flightlake_dags.defaults import Tag, alert_on_failed_run, default_args

ONE_RUN = timedelta(hours=1)
"""So long a triggered run is waited for; it goes on, and the next one is triggered."""


@dag(
    dag_id="lake_repair",
    doc_md=__doc__,
    schedule=CronDataIntervalTimetable("20 * * * *", timezone="UTC"),
    start_date=datetime.fromisoformat("2026-01-01T00:00+00:00"),
    catchup=False,
    max_active_runs=1,
    on_failure_callback=alert_on_failed_run,
    default_args=default_args(),
    tags=[Tag.FLIGHTLAKE, Tag.HEALTH, Tag.HOURLY],
    params={
        "dry_run": Param(
            False, type="boolean", title="Dry run", description="Say it, and trigger nothing."
        )
    },
)
def lake_repair() -> None:
    """The DAG; its page is this file's docstring."""

    @task(execution_timeout=timedelta(minutes=20))
    def look(params: dict[str, Any] | None = None) -> list[dict[str, Any]]:
        from flightlake_dags.repair.look import look as look_now

        return look_now(datetime.now(UTC), is_dry_run=bool((params or {}).get("dry_run")))

    TriggerDagRunOperator.partial(
        task_id="run",
        logical_date=None,
        wait_for_completion=True,
        deferrable=True,
        # A run that fails alerts itself; the finding stays, and is tried again or told.
        allowed_states=["success", "failed"],
        failed_states=[],
        skip_when_already_exists=True,
        max_active_tis_per_dagrun=1,
        execution_timeout=ONE_RUN,
    ).expand_kwargs(look())


lake_repair()
