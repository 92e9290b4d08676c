"""The whole DAG in Airflow's own hands; prints what became of it.

``python run_catalog_register.py``. The lake, Glue and Athena are a moto server, which answers a
query with the count that it was given and runs none: the tables that Athena would register are put
into Glue beforehand, with the columns of an older schema.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import requests

ROOT = Path(__file__).resolve().parents[2]
WRITTEN = ("silver.state_vectors", "ops.run_ledger")
MAX_QUERIES = 16


def main() -> None:
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(port=0)
    server.start()
    host, port = server.get_host_and_port()
    os.environ["AWS_ENDPOINT_URL"] = f"http://{host}:{port}"
    try:
        print("FOUND " + json.dumps(run(os.environ["AWS_ENDPOINT_URL"]), default=str))
    finally:
        server.stop()


def run(endpoint: str) -> dict[str, Any]:
    import boto3
    from airflow.models import DagBag
    from airflow.utils.db import initdb

    initdb()
    clients = {name: boto3.client(name) for name in ("s3", "glue", "athena")}
    without_tables = before_tables(clients)
    answer_with(endpoint, 0, queries=1)
    empty = without_rows(clients["athena"])
    asked_before = len(statements(clients["athena"]))
    write_tables(clients)
    answer_with(endpoint, 7, queries=MAX_QUERIES)
    finished = DagBag(str(ROOT / "dags")).dags["catalog_register"].test()
    return {
        "states": {each.task_id: each.state for each in finished.get_task_instances()},
        "labels": [each.rendered_map_index for each in finished.get_task_instances()],
        "queries": statements(clients["athena"])[asked_before:],
        "without_tables": without_tables,
        "without_rows": empty,
        "costs": costs(),
        "table": clients["glue"].get_table(DatabaseName="fl_silver", Name="state_vectors")["Table"],
    }


def before_tables(clients: dict[str, Any]) -> str:
    """What is said of a lake without tables."""
    from flightlake_dags.catalog import written_tables
    from flightlake_dags.compat import AirflowSkipException

    for bucket in ("lake", "results"):
        clients["s3"].create_bucket(Bucket=bucket)
    try:
        return ", ".join(written_tables())
    except AirflowSkipException as skipped:
        return str(skipped)


def without_rows(athena: Any) -> str:
    """What is said of a count that found nothing."""
    from flightlake_dags.catalog import require_rows
    from flightlake_dags.compat import AirflowFailException

    query = athena.start_query_execution(
        QueryString="SELECT count(*) FROM x", ResultConfiguration={"OutputLocation": "s3://results"}
    )
    try:
        return str(require_rows([query["QueryExecutionId"]], "manual__1"))
    except AirflowFailException as failed:
        return str(failed)


def costs() -> list[dict[str, Any]]:
    """What is recorded of the cost of the counts."""
    from flightlake.contracts.storage import Lake

    lake = Lake("s3://lake")
    return [json.loads(lake.read(key)) for key in lake.keys("costs")]


def write_tables(clients: dict[str, Any]) -> None:
    """Two written tables, and how Athena registered them when they had fewer columns."""
    states = "silver/state_vectors"
    days = (f"{states}/date={day}/hour=2/part" for day in ("2025-12-28", "2025-12-27"))
    for key in (*days, f"{states}/_delta_log/0.json", "ops/run_ledger/_delta_log/0.json"):
        clients["s3"].put_object(Bucket="lake", Key=key, Body=b"x")
    for layer, _, name in (table.partition(".") for table in WRITTEN):
        clients["glue"].create_database(DatabaseInput={"Name": f"fl_{layer}"})
        clients["glue"].create_table(
            DatabaseName=f"fl_{layer}",
            TableInput={
                "Name": name,
                "TableType": "EXTERNAL_TABLE",
                "Parameters": {"table_type": "DELTA"},
                "StorageDescriptor": {
                    "Columns": [{"Name": "icao24", "Type": "string"}],
                    "Location": f"s3://lake/{layer}/{name}/",
                },
                "PartitionKeys": [{"Name": "date", "Type": "date"}],
            },
        )


def answer_with(endpoint: str, rows: int, queries: int) -> None:
    """Have the next queries count so many rows."""
    answer = {
        "rows": [{"Data": [{"VarCharValue": text}]} for text in ("_col0", str(rows))],
        "column_info": [],
    }
    url = f"{endpoint}/moto-api/static/athena/query-results"
    requests.post(url, json={"results": [answer] * queries}, timeout=10).raise_for_status()


def statements(athena: Any) -> list[dict[str, Any]]:
    """What Athena was asked, where its answers go, and as which workgroup."""
    ids = athena.list_query_executions()["QueryExecutionIds"]
    found = [athena.get_query_execution(QueryExecutionId=each)["QueryExecution"] for each in ids]
    return [
        {"query": each["Query"], "results": each["ResultConfiguration"]["OutputLocation"]}
        for each in found
    ]


if __name__ == "__main__":
    main()
