"""# catalog_register: the lake's tables and views by their names in Athena

| | |
|---|---|
| reads | which tables the lake has, `<lake>/<layer>/<table>/_delta_log`; their schemas and views |
| writes | databases, tables and views in Glue's catalog; `<lake>/costs/`, no other file |
| beat | daily at 03:30 UTC; by hand after a new table, a new view or a change of columns |
| settings | `FLIGHTLAKE_ATHENA_WORKGROUP`, `…_ATHENA_RESULTS_URL`, `…_ATHENA_PREFIX` |

1. `written` looks for the tables that were written. A lake that is not on S3, or empty, skips the
   run: on a laptop, `make query` and `make spark-sql` know all names by themselves.
2. `databases`, `tables`: a statement each, in Athena, where the name is not there yet.
3. `columns` has Glue say what the schemas say: columns, types and comments. Athena itself takes
   the columns from Delta's log, but views and Lake Formation look into Glue.
4. `views` whose tables are all there are made anew, so that a changed one is up to date.
5. `count` counts the `newest` day of `silver.state_vectors`; `rows` records what that cost, and
   fails where there are none.

**Again is always safe.** Every statement leaves what is there, or makes it what it should be; no
table is ever dropped, so that what was granted on it stays. A table that was registered from
another place is left there: drop it in Athena, which keeps its files, and clear the run.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from airflow.sdk import dag, task
from airflow.timetables.interval import CronDataIntervalTimetable
from flightlake_dags.catalog import (
    CATALOG_MACROS,
    athena_statements,
    count_statements,
    database_statements,
    describe_tables,
    require_rows,
    table_statement,
    view_statement,
    written_tables,
)
from flightlake_dags.defaults import Tag, alert_on_failed_run, default_args


@dag(
    dag_id="catalog_register",
    doc_md=__doc__,
    schedule=CronDataIntervalTimetable("30 3 * * *", timezone="UTC"),
    start_date=datetime.fromisoformat("2026-01-01T00:00+00:00"),
    catchup=False,
    max_active_runs=1,
    on_failure_callback=alert_on_failed_run,
    default_args=default_args(),
    tags=[Tag.FLIGHTLAKE, Tag.CATALOG, Tag.DAILY],
    user_defined_macros=CATALOG_MACROS,
)
def catalog_register() -> None:
    """The DAG; its page is this file's docstring."""

    @task
    def written() -> list[str]:
        return written_tables()

    @task
    def columns(names: list[str]) -> list[str]:
        return describe_tables(names)

    @task
    def newest() -> list[str]:
        return count_statements()

    # Again, Athena would count as before.
    @task(retries=1)
    def rows(query_ids: Sequence[str], *, run_id: Any = None) -> None:
        require_rows(query_ids, run_id)

    found: Any = written()
    databases = athena_statements("databases", database_statements())
    tables = athena_statements("tables", found.map(table_statement))
    readable: Any = columns(found)
    views = athena_statements("views", readable.map(view_statement))
    days = newest()
    count = athena_statements("count", days)
    found >> databases >> tables >> readable >> views
    readable >> days
    rows(count.output)


catalog_register()
