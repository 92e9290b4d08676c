"""# export_table: rows of one table as files to take along

| | |
|---|---|
| reads | the table that is asked for; for flight tracks `gold.flights` and `silver.state_vectors` |
| writes | `<lake>/exports/<export id>/`: files of some 32 MB and `manifest.json` |
| beat | none: by hand, or `make export TABLE=… FROM=… TO=…` |

1. `request` looks whether what was asked for can be exported, and says what can where it cannot.
2. `export_table` is the Spark job: read one version of the table, sort, stream into files.
3. `delivery` says where the export lies and how large it is. It fails, with the reason, where the
   export was refused or stopped: it would hold more than 50,000,000 rows or 8 GB.

**Again is always safe.** The same request has the same folder, and the same rows are the same
bytes. A killed export goes on where it was; a complete one is left as it is unless the table's data
have changed since: then what has changed is written anew. Only an export whose manifest says
`is_complete` is one.

**Params.** The range is UTC, its end not included; a table that is kept by day is asked for by
days, one without time without a range. An area is `south,west,north,east` in degrees, and may cross
the antimeridian (its west east of its east). Exports are never removed by themselves.

    {"table": "silver.state_vectors", "from": "2025-12-28T00", "to": "2025-12-28T06",
     "area": "45.8,5.9,47.9,10.6", "columns": "icao24,snapshot_time,callsign", "format": "csv"}
    {"table": "gold.flights", "from": "2025-12-28", "to": "2025-12-29", "format": "geojson"}
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import dag, task
from flightlake.contracts.exports import ROOT
from flightlake_dags.defaults import Tag, alert_on_failed_run, default_args
from flightlake_dags.exports import (
    EXPORT_MACROS,
    EXPORT_PARAMS,
    require_delivery,
    require_request,
)
from flightlake_dags.requests import REQUEST
from flightlake_dags.settings import get_settings
from flightlake_dags.steps import spark_step

STEP = "export_table"


@dag(
    dag_id=STEP,
    doc_md=__doc__,
    schedule=None,
    catchup=False,
    # Two runs of one request would write the same files.
    max_active_runs=1,
    on_failure_callback=alert_on_failed_run,
    default_args=default_args(),
    tags=[Tag.FLIGHTLAKE, Tag.EXPORT],
    user_defined_macros=EXPORT_MACROS,
    params=EXPORT_PARAMS,
)
def export_table() -> None:
    """The DAG; its page is this file's docstring."""

    @task
    def request(params: Any = None) -> str:
        return require_request(params)

    # Again, a refused export would be refused again.
    @task(retries=1, retry_delay=timedelta(seconds=10))
    def delivery(params: Any = None) -> dict[str, Any]:
        return require_delivery(params)

    job = spark_step(
        STEP,
        {"--lake": get_settings().lake_url, "--run-id": "{{ run_id }}", "--request": REQUEST},
        sizing="hour",
        label=f"{STEP} {{{{ params.table }}}}",
        reads=["{{ params.table }}"],
        writes=[ROOT],
        only_writes=["{{ export_folder(params) }}/*"],
        execution_timeout=timedelta(hours=1),
        # It writes no table, so it waits for none of those that do.
        pool="default_pool",
    )
    request() >> job >> delivery()


export_table()
