"""# flights_daily: one UTC day of published states becomes flights, and what flights tell

| | |
|---|---|
| reads | `silver.state_vectors` of the day and of the hours around it, `ref.airports`, `ref.airlines`, `ref.aircraft` |
| writes | `gold.flights`, `gold.route_daily`, `gold.airline_daily`, `gold.aircraft_type_daily`, `ops.job_costs`, `ops.table_runs`, `ops.quality_results`, a report |
| beat | daily; the run of [00:00, 24:00) UTC starts after midnight and waits, without a worker, until the hour after its day is processed: about 01:20 |
| announces | one asset a gold table, with rows, verdict and score |

1. `published_hours` looks for states of the day. Without any, the run is skipped and the gap is
   recorded in `gaps/flights_daily/`.
2. `flights_daily` is the Spark job: derive, judge and publish each table, one commit a table; then
   judge what the record tables hold of the day.
3. `quality_gate` reads the verdicts. It fails, with the reasons, where a table was rejected.

**Again is always safe.** Every run of a day on the same states leaves the same tables: clear a run,
or a task. An hour that was processed later, or again, changes its day: run the day again.

    airflow tasks clear flights_daily --start-date 2025-12-28 --end-date 2025-12-28 --yes
    airflow backfill create --dag-id flights_daily --from-date 2025-12-01 --to-date 2025-12-28 \\
        --max-active-runs 1 --reprocess-behavior completed

The dates are the days, both ends included; the DAG must not be paused.

**Params.** `date`, such as `{"date": "2025-12-28"}`, for a run by hand of just that day (otherwise
it is the start of the data interval). Such a run, and one of a backfill, starts at once with the
hours that are there; of a day that is not over it makes the flights that are known so far.
"""  # noqa: E501

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from airflow.sdk import Param, dag, task
from airflow.timetables.interval import CronDataIntervalTimetable
from flightlake.contracts.days import Day
from flightlake.contracts.tables import derived_by, read_by, written_by
from flightlake_dags.assets import assets_of
from flightlake_dags.config import prices_argument
from flightlake_dags.days import DAY, DAY_MACROS
from flightlake_dags.defaults import Tag, default_args
from flightlake_dags.published_day import require_published_hours
from flightlake_dags.quality_gate import require_tables
from flightlake_dags.settings import get_settings
from flightlake_dags.steps import spark_step

STEP = "flights_daily"
ASSETS = assets_of(*derived_by(STEP))


@dag(
    dag_id=STEP,
    doc_md=__doc__,
    schedule=CronDataIntervalTimetable("0 0 * * *", timezone="UTC"),
    start_date=datetime.fromisoformat("2013-01-01T00:00+00:00"),
    catchup=False,
    # A scheduled run that waits for its last hour must not hold up one by hand; the pool of the
    # Spark jobs lets one of them write at a time.
    max_active_runs=2,
    default_args=default_args(),
    tags=[Tag.FLIGHTLAKE, Tag.GOLD, Tag.DAILY],
    user_defined_macros=DAY_MACROS,
    params={
        "date": Param(
            None,
            type=["null", "string"],
            pattern=r"^\d{4}-\d{2}-\d{2}$",
            description="The day to process, UTC, as 2025-12-28; none: the data interval's.",
        ),
    },
)
def flights_daily() -> None:
    """The DAG; its page is this file's docstring."""

    @task
    def published_hours(day: str, *, run_id: Any = None, dag_run: Any = None) -> int:
        is_scheduled = dag_run.run_type == "scheduled"
        return require_published_hours(Day.parse(day), run_id, is_scheduled=is_scheduled)

    # Again, a rejected table would be rejected again; a lost result is the job's to repeat.
    @task(retries=1, retry_delay=timedelta(seconds=10), outlets=list(ASSETS.values()))
    def quality_gate(day: str, *, run_id: Any = None, outlet_events: Any = None) -> None:
        for table, extra in require_tables(STEP, Day.parse(day), run_id).items():
            outlet_events[ASSETS[table]].extra.update(extra)

    job = spark_step(
        STEP,
        {
            "--lake": get_settings().lake_url,
            "--day": DAY,
            "--run-id": "{{ run_id }}",
            "--prices": prices_argument(),
        },
        sizing="day",
        label=f"{STEP} {DAY}",
        reads=read_by(STEP),
        writes=written_by(STEP),
    )
    published_hours(DAY) >> job >> quality_gate(DAY)


flights_daily()
