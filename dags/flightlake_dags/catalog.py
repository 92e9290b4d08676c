"""The lake in Athena and Glue: what has to be registered, and whether it can be read there."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from typing import Any

from airflow.providers.amazon.aws.operators.athena import AthenaOperator
from flightlake.contracts.athena import (
    count_rows,
    create_database,
    create_table,
    create_view,
    described,
    table_input,
)
from flightlake.contracts.costs import JobCost, record_cost
from flightlake.contracts.partitions import days_of
from flightlake.contracts.storage import Lake
from flightlake.contracts.tables import STATE_VECTORS, TABLES
from flightlake.contracts.views import views

from flightlake_dags.compat import AirflowFailException, AirflowSkipException
from flightlake_dags.settings import get_settings

STEP = "catalog_register"
MAX_WAIT_S = 240
_LOOK_EVERY_S = 2
_MAX_STATEMENTS = 5

log = logging.getLogger(__name__)


def written_tables() -> list[str]:
    """The full names of the tables that are in the lake.

    Raises:
        AirflowSkipException: Athena cannot read this lake, or there is nothing in it yet.
    """
    lake = Lake(get_settings().lake_url)
    if not lake.is_s3:
        raise AirflowSkipException(
            f"The lake is {lake.url}, and Athena reads nothing but S3. Nothing was registered; "
            "`make query` and `make spark-sql` know every table and view by themselves."
        )
    written = [name for name, table in TABLES.items() if lake.exists(f"{table.path}/_delta_log")]
    if not written:
        raise AirflowSkipException(
            f"No table has been written to {lake.url} yet. Nothing was registered; trigger this "
            "DAG after the first hour was published, or wait for its next run."
        )
    return written


def database_statements() -> list[str]:
    """The statement of each layer's database."""
    layers = dict.fromkeys(table.layer for table in TABLES.values())
    return [create_database(layer, get_settings().athena_prefix) for layer in layers]


def table_statement(name: str) -> str:
    """The statement that registers a table, given by its full name."""
    settings = get_settings()
    return create_table(TABLES[name], settings.lake_url, settings.athena_prefix)


def view_statement(name: str) -> str:
    """The statement that makes a view, given by its full name."""
    return create_view(views()[name], get_settings().athena_prefix)


def count_statements() -> list[str]:
    """The query that counts the newest day of states; none where the lake has no day."""
    settings = get_settings()
    newest = days_of(Lake(settings.lake_url), STATE_VECTORS)[-1:]
    return [count_rows(STATE_VECTORS, day, settings.athena_prefix) for day in newest]


def athena_statements(task_id: str, statements: Any) -> Any:
    """A task that runs each of the statements in Athena, and waits for it.

    They take a second each. A task that deferred for so long would be back before Airflow has seen
    it go, which 3.2.1 takes for a failure; and deferred ones are not counted as running at once.
    """
    settings = get_settings()
    return AthenaOperator.partial(
        task_id=task_id,
        aws_conn_id=settings.aws_conn_id,
        # Every name has its database; the operator of Airflow 3.0 wants one nevertheless.
        database="default",
        workgroup=settings.athena_workgroup,
        output_location=settings.athena_results_url,
        deferrable=False,
        sleep_time=_LOOK_EVERY_S,
        max_polling_attempts=MAX_WAIT_S // _LOOK_EVERY_S,
        # Athena refuses what is over its quota of statements at once.
        max_active_tis_per_dag=_MAX_STATEMENTS,
        map_index_template="{{ subject(task.query) }}",
    ).expand(query=statements)


def subject(statement: str) -> str:
    """The table, view or database that a statement of the catalog is about."""
    found = re.search(r"(?:EXISTS|VIEW|FROM) (\S+)", statement)
    return found[1] if found else statement


CATALOG_MACROS = {"subject": subject}


def describe_tables(names: Sequence[str]) -> list[str]:
    """Have Glue say what the schemas say: columns, types, comments; no change where it does.

    Returns:
        The full names of the views that read these tables and no other.
    """
    from airflow.providers.amazon.aws.hooks.glue_catalog import GlueCatalogHook

    settings = get_settings()
    glue = GlueCatalogHook(aws_conn_id=settings.aws_conn_id).get_conn()
    for table in (TABLES[name] for name in names):
        database = f"{settings.athena_prefix}{table.layer}"
        found = glue.get_table(DatabaseName=database, Name=table.name)["Table"]
        wanted = described(table, found)
        if wanted != table_input(found):
            glue.update_table(DatabaseName=database, TableInput=wanted)
            log.info("%s.%s: its columns in Glue are those of the schema now", database, table.name)
    return [name for name, view in views().items() if set(view.tables) <= set(names)]


def require_rows(query_ids: Sequence[str], run_id: str) -> None:
    """Let the run end well if every count in Athena found rows; what each cost is recorded.

    Statements that register tables and views scan nothing, so they have no bill.

    Raises:
        AirflowFailException: one found none, though the lake has files of that day.
    """
    from airflow.providers.amazon.aws.hooks.athena import AthenaHook

    hook, lake = AthenaHook(aws_conn_id=get_settings().aws_conn_id), Lake(get_settings().lake_url)
    for query_id in query_ids:
        answer = hook.get_query_results(query_id) or {}
        _, row = answer["ResultSet"]["Rows"]
        rows = int(row["Data"][0]["VarCharValue"])
        execution = hook.get_query_info(query_id)["QueryExecution"]
        query = execution["Query"]
        _record_cost(lake, execution, run_id)
        if not rows:
            raise AirflowFailException(
                f"Athena finds no rows where the lake has files: `{query}` gave 0. The tables stay "
                f"registered. Compare their LOCATION in Glue with {get_settings().lake_url}, and "
                "the day with ops.run_ledger; then clear this run."
            )
        log.info("Athena reads the lake: `%s` gave %s", query, f"{rows:,}")


def _record_cost(lake: Lake, execution: Mapping[str, Any], run_id: str) -> None:
    try:
        record_cost(lake, JobCost.of_query(execution, STEP, run_id))
    except Exception as error:
        # A run is worth more than the record of what it cost.
        log.warning("What a query cost is not recorded: %s", error)
