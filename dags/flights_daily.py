"""# flights_daily: one UTC day of published states becomes flights, and what flights tell

| | |
|---|---|
| reads | `silver.state_vectors` of the day and of the hours around it, `ref.airports`, `ref.airlines`, `ref.aircraft` |
| writes | `gold.flights`, `gold.route_daily`, `gold.airline_daily`, `gold.aircraft_type_daily`, `ops.job_costs`, `ops.table_runs`, `ops.quality_results`, a report |
| schedule | daily; the run of [00:00, 24:00) UTC starts after midnight and waits, without a worker, for its hours: until about 01:20, at most until 06:00 |
| announces | one asset a gold table, with rows, verdict and score |

1. `published_hours` waits until every hour of the day, and the first of the next, is published,
   rejected or a recorded gap. At 06:00 it goes on, and its log says what is missing. Without any
   states of the day, the run is skipped and the gap is recorded in `gaps/flights_daily/`.
2. `flights_daily` is the Spark job: derive, judge and publish each table, one commit a table; then
   judge what the record tables hold of the day.
3. `announce` tells the assets of what was published.
4. `quality_gate` reads the verdicts. It fails, with the reasons, where a table was rejected.

**Again is always safe.** Every run of a day on the same states leaves the same tables: clear a run,
or a task. `ops.table_runs` has the hours that a day was made of, and their versions. `lake_repair`
makes a day again where an hour of it, or beside it, is published later or again.

    airflow tasks clear flights_daily --start-date 2025-12-28 --end-date 2025-12-28 --yes
    airflow backfill create --dag-id flights_daily --from-date 2025-12-01 --to-date 2025-12-28 \\
        --max-active-runs 1 --reprocess-behavior completed

The dates are the days, both ends included; the DAG must not be paused.

**Params.** `date`, such as `{"date": "2025-12-28"}`, for a manual run of that day. Such a run, and
one of a backfill, starts at once with the hours that are there.
"""  # noqa: E501

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from airflow.sdk import AssetAlias, Param, dag, task
from airflow.timetables.interval import CronDataIntervalTimetable
from flightlake.contracts.days import Day
from flightlake.contracts.tables import read_by, written_by
from flightlake_dags.assets import tell
from flightlake_dags.config import prices_argument
from flightlake_dags.days import DAY, DAY_MACROS
from flightlake_dags.defaults import Tag, alert_on_failed_run, default_args
from flightlake_dags.published_day import require_published_hours
from flightlake_dags.quality_gate import published_by_day, require_tables
from flightlake_dags.settings import get_settings
from flightlake_dags.steps import spark_step

STEP = "flights_daily"
PUBLISHED = AssetAlias(STEP)


@dag(
    dag_id=STEP,
    doc_md=__doc__,
    schedule=CronDataIntervalTimetable("0 0 * * *", timezone="UTC"),
    start_date=datetime.fromisoformat("2013-01-01T00:00+00:00"),
    catchup=False,
    # A scheduled run that waits for its last hour must not hold up one by hand; the pool of the
    # Spark jobs lets one of them write at a time.
    max_active_runs=2,
    on_failure_callback=alert_on_failed_run,
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

    # Before the gate: a task that fails announces nothing.
    @task(outlets=[PUBLISHED])
    def announce(day: str, *, run_id: Any = None, outlet_events: Any = None) -> None:
        tell(outlet_events[PUBLISHED], published_by_day(STEP, Day.parse(day), run_id))

    # Again, a rejected table would be rejected again; a lost result is the job's to repeat.
    @task(retries=1, retry_delay=timedelta(seconds=10))
    def quality_gate(day: str, *, run_id: Any = None) -> None:
        require_tables(STEP, Day.parse(day), run_id)

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
    published_hours(DAY) >> job >> announce(DAY) >> quality_gate(DAY)


flights_daily()
