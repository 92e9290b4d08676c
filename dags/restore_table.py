"""# restore_table: a table gets the rows of an earlier version back

| | |
|---|---|
| reads | the versions of the table that is named, in its Delta log |
| writes | one new version of that table; `<lake>/restores/<table>/`, a record of each run |
| beat | none: by hand; on a laptop `make restore TABLE=… VERSION=…` |

1. `request` looks whether one version of a table is named, and says how where it is not.
2. `restore_table` is the Spark job. It waits for the other jobs that write, says which hours or
   days differ between now and then, and which tables are made of this one. Where `accept` is
   `yes` it puts the rows of that version in place, in one commit.
3. `outcome` fails, with what would change, where nothing was restored.

**Again is always safe.** A table that has the rows already is left as it is. The versions in
between stay for 30 days, so a restore is taken back by restoring the version before it.

**Nothing else changes.** Tables that are made of this one, and the ledger, stay as they are: run
the hours that the record names again. `lake_repair` keeps what was restored, and makes its days.

**Params.** One of `version` and `at`, a moment in UTC:

    {"table": "gold.flights", "version": "41"}
    {"table": "gold.flights", "at": "2025-12-28T02:30", "accept": "yes"}
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import dag, task
from flightlake_dags.defaults import Tag, alert_on_failed_run, default_args
from flightlake_dags.requests import REQUEST, REQUEST_MACROS
from flightlake_dags.restores import (
    RESTORE_PARAMS,
    RESTORED,
    require_request,
    require_restored,
)
from flightlake_dags.settings import get_settings
from flightlake_dags.steps import spark_step

STEP = "restore_table"


@dag(
    dag_id=STEP,
    doc_md=__doc__,
    schedule=None,
    catchup=False,
    max_active_runs=1,
    on_failure_callback=alert_on_failed_run,
    default_args=default_args(),
    tags=[Tag.FLIGHTLAKE, Tag.RESTORE],
    user_defined_macros=REQUEST_MACROS,
    params=RESTORE_PARAMS,
)
def restore_table() -> None:
    """The DAG; its page is this file's docstring."""

    @task
    def request(params: Any = None) -> str:
        return require_request(params)

    # Again, what was refused would be refused again.
    @task(retries=1, retry_delay=timedelta(seconds=10))
    def outcome(params: Any = None, *, run_id: Any = None) -> dict[str, Any]:
        return require_restored(params, run_id)

    job = spark_step(
        STEP,
        {"--lake": get_settings().lake_url, "--run-id": "{{ run_id }}", "--request": REQUEST},
        sizing="hour",
        label=f"{STEP} {{{{ params.table }}}}",
        reads=["{{ params.table }}"],
        writes=["{{ params.table }}"],
        only_writes=RESTORED,
    )
    request() >> job >> outcome()


restore_table()
