"""# reference_refresh: published files become the tables to join with

| | |
|---|---|
| reads | OurAirports' `airports.csv` and `runways.csv`, OpenSky's aircraft database; other files where settings or params name them |
| writes | the files as they came, `<lake>/raw/reference/<table>/source=…/`; `ref.airports`, `ref.runways`, `ref.airlines`, `ref.countries`, `ref.aircraft`; `ops.table_runs`, `ops.quality_results`, a report |
| beat | weekly, on Mondays at 04:00 UTC; by hand whenever a table must change |
| announces | one asset a table that was published, with rows, verdict and score |
| settings | `FLIGHTLAKE_AIRPORTS_SOURCE`, `…_RUNWAYS_SOURCE`, `…_AIRLINES_SOURCE`, `…_COUNTRIES_SOURCE`, `…_AIRCRAFT_SOURCE` |

1. `download` lands each source file, verbatim: over https, from the named host only, at most
   160 MB, nothing that is a page. A table that is `embedded` keeps what it has; where all are, the
   run is skipped. A file that cannot be had fails the run before anything is changed.
2. `reference_refresh` is the Spark job: it reads each file by what its header says it is, plain,
   gzip or a zip of one file, and in UTF-8 only. It judges the rows by themselves, against the last
   good version and against what flew lately, and puts them in place of the table, as a whole. A
   record that gives no row is set aside, counted, and shown in the report; it withholds no table.
   Airports come first: runways find theirs by the ident, and give them elevations that their file
   does not have. A version in which a country's airports have moved, or in which an airport is no
   longer where aircraft stood on the last published day, is rejected; the report names the airports.
3. `quality_gate` reads the verdicts. It fails, with the reasons, where a table was rejected: that
   one keeps its last good version, and the others are published.

**Again is always safe.** The same files leave the same tables. The tables are born with rows that
come with the project, so nothing waits for the first run; without network all works but the types
of aircraft.

**Params.** `tables`: which to refresh. `sources`: from where, in place of the settings; a file that
was landed before brings its version back:

    {"tables": ["airports"], "sources": {"airports": "file:///data/airports.csv"}}
    {"tables": ["airports"], "sources":
        {"airports": "raw/reference/airports/source=davidmegginson.github.io/2026-01-05-….csv.gz"}}

A version with less than half or more than twice the rows of the last one from the same source is
rejected; where that is right all the same, load it once under another name of its source. Files of
the worker's own, `file:///…`, are for a laptop: a lake on S3 refuses them.
"""  # noqa: E501

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from airflow.sdk import AssetAlias, dag, task
from airflow.timetables.interval import CronDataIntervalTimetable
from flightlake.contracts.days import Day
from flightlake.contracts.references import ROOT
from flightlake.contracts.tables import STATE_VECTORS, written_by
from flightlake_dags.assets import tell
from flightlake_dags.defaults import Tag, alert_on_failed_run, default_args
from flightlake_dags.quality_gate import published_by_day, require_tables
from flightlake_dags.reference_sources import DAY, REFERENCE_PARAMS, SOURCES, land_sources
from flightlake_dags.settings import get_settings
from flightlake_dags.steps import spark_step

STEP = "reference_refresh"
# Of these, a run announces those that it published.
PUBLISHED = AssetAlias(STEP)


@dag(
    dag_id=STEP,
    doc_md=__doc__,
    schedule=CronDataIntervalTimetable("0 4 * * 1", timezone="UTC"),
    start_date=datetime.fromisoformat("2025-01-01T00:00+00:00"),
    catchup=False,
    max_active_runs=1,
    on_failure_callback=alert_on_failed_run,
    default_args=default_args(),
    tags=[Tag.FLIGHTLAKE, Tag.REFERENCE, Tag.WEEKLY],
    params=REFERENCE_PARAMS,
)
def reference_refresh() -> None:
    """The DAG; its page is this file's docstring."""

    @task(multiple_outputs=True, execution_timeout=timedelta(minutes=25))
    def download(params: Any = None) -> dict[str, str]:
        return land_sources(params)

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
            "--sources": SOURCES,
        },
        sizing="reference",
        label=f"{STEP} {DAY}",
        reads=[ROOT, STATE_VECTORS],
        writes=written_by(STEP),
    )
    download() >> job >> announce(DAY) >> quality_gate(DAY)


reference_refresh()
