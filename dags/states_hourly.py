"""# states_hourly: one hour of OpenSky's answers becomes judged, published states

| | |
|---|---|
| reads | the raw answers of the hour, `<lake>/raw/states/…`, and the last answer before it |
| writes | `silver.state_vectors`, `silver.quarantine`, the hourly tables of gold, `ops.run_ledger`, `ops.table_runs`, `ops.quality_results`, a report |
| schedule | hourly; the run of [02:00, 03:00) UTC starts after 03:00, and waits for the last answers |
| announces | the assets `silver.state_vectors` and, one each, the hourly tables of gold, with rows, verdict and score |

1. `raw_hour` looks for raw answers. Without any, the run is skipped and the gap is recorded.
2. `states_hourly` is the Spark job: parse, quarantine, drop repeats, enrich, judge, publish; then gold.
3. `announce` tells the assets of what was published. `quality_gate` fails, with the reasons, where the hour or a table was rejected.

**Again is always safe.** Every run of an hour leaves the same tables: clear a run, or a task.

    airflow tasks clear states_hourly --start-date 2025-12-28T02:00 --end-date 2025-12-28T02:00 --yes
    airflow backfill create --dag-id states_hourly --from-date 2025-12-28T00:00 --to-date 2025-12-28T23:00 --max-active-runs 1 --reprocess-behavior completed

The dates are the starts of the hours, both ends included; the DAG must not be paused.

**Params.** `hour`, such as `2025-12-28T02`, for a manual run of that hour. `expected_answers`: how
many answers a complete hour has, if it was not polled live; fewer only lower the score.
"""  # noqa: E501

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from airflow.sdk import AssetAlias, Param, dag, task
from airflow.timetables.interval import CronDataIntervalTimetable
from flightlake.contracts import raw
from flightlake.contracts.hours import Hour
from flightlake.contracts.tables import read_by, written_by
from flightlake_dags.assets import tell
from flightlake_dags.config import regions_argument
from flightlake_dags.defaults import Tag, alert_on_failed_run, default_args
from flightlake_dags.hours import HOUR, HOUR_MACROS
from flightlake_dags.quality_gate import published_by_hour, require_quality
from flightlake_dags.raw_hour import require_raw_hour
from flightlake_dags.settings import get_settings
from flightlake_dags.steps import spark_step

STEP = "states_hourly"
PUBLISHED = AssetAlias(STEP)
ANSWERS_AN_HOUR = get_settings().answers_an_hour


@dag(
    dag_id=STEP,
    doc_md=__doc__,
    schedule=CronDataIntervalTimetable("0 * * * *", timezone="UTC"),
    start_date=datetime.fromisoformat("2013-01-01T00:00+00:00"),
    catchup=False,
    max_active_runs=1,
    on_failure_callback=alert_on_failed_run,
    default_args=default_args(),
    tags=[Tag.FLIGHTLAKE, Tag.SILVER, Tag.HOURLY],
    user_defined_macros=HOUR_MACROS,
    params={
        "hour": Param(
            None,
            type=["null", "string"],
            pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}$",
            description="The hour to process, UTC, as 2025-12-28T02; none: the data interval's.",
        ),
        "expected_answers": Param(
            ANSWERS_AN_HOUR,
            type="integer",
            minimum=1,
            maximum=3600,
            description="The answers of a complete hour.",
        ),
    },
)
def states_hourly() -> None:
    """The DAG; its page is this file's docstring."""

    @task
    def raw_hour(hour: str, *, run_id: Any = None) -> int:
        return require_raw_hour(Hour.parse(hour), run_id)

    # Before the gate: a task that fails announces nothing.
    @task(outlets=[PUBLISHED])
    def announce(hour: str, *, run_id: Any = None, outlet_events: Any = None) -> None:
        tell(outlet_events[PUBLISHED], published_by_hour(STEP, Hour.parse(hour), run_id))

    # Again, a rejected hour is rejected again.
    @task(retries=1, retry_delay=timedelta(seconds=10))
    def quality_gate(hour: str, *, run_id: Any = None) -> None:
        require_quality(STEP, Hour.parse(hour), run_id)

    job = spark_step(
        STEP,
        {
            "--lake": get_settings().lake_url,
            "--hour": HOUR,
            "--run-id": "{{ run_id }}",
            "--expected-answers": "{{ params.expected_answers }}",
            "--regions": regions_argument(),
        },
        sizing="hour",
        label=f"{STEP} {HOUR}",
        reads=[raw.ROOT, *read_by(STEP)],
        writes=written_by(STEP),
    )
    raw_hour(HOUR) >> job >> announce(HOUR) >> quality_gate(HOUR)


states_hourly()
