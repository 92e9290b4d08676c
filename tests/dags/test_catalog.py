"""catalog_register: what it asks Athena for, what it tells Glue, and how it ends."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from airflow.models import DagBag
from flightlake.contracts.storage import Lake
from flightlake_dags.catalog import written_tables
from flightlake_dags.compat import AirflowSkipException


def test_the_arguments_of_a_statement_are_the_stored_ones(
    dag_bag: DagBag, load_dags: ModuleType, root: Path
) -> None:
    dag = dag_bag.dags["catalog_register"]
    tasks = {name: dag.get_task(name) for name in ("databases", "tables", "views", "count")}
    actual = {
        name: load_dags.rendered(task, load_dags.context_of(dag))
        | {key: task.partial_kwargs[key] for key in ("deferrable", "sleep_time")}
        | {"max_polling_attempts": task.partial_kwargs["max_polling_attempts"]}
        for name, task in tasks.items()
    }
    stored = root / "tests/snapshots/catalog_register.json"
    if os.environ.get("UPDATE_SNAPSHOTS") == "1":
        stored.write_text(json.dumps(actual, indent=2, sort_keys=True) + "\n")
    assert json.loads(json.dumps(actual)) == json.loads(stored.read_text())


@pytest.fixture(scope="module")
def seen(
    tmp_path_factory: pytest.TempPathFactory, run_under_airflow: Callable[..., dict[str, Any]]
) -> dict[str, Any]:
    """What became of one run: its states, what Athena was asked, what Glue then says."""
    return run_under_airflow(
        "run_catalog_register.py",
        tmp_path_factory.mktemp("catalog"),
        FLIGHTLAKE_LAKE_URL="s3://lake",
        FLIGHTLAKE_ATHENA_RESULTS_URL="s3://results/athena/",
        FLIGHTLAKE_ATHENA_PREFIX="fl_",
    )


def test_what_was_written_is_registered_in_order_and_nothing_else(seen: dict[str, Any]) -> None:
    assert set(seen["states"].values()) == {"success"}
    assert seen["labels"].count("fl_silver.state_vectors") == 2
    asked = [" ".join(each["query"].split())[:66] for each in seen["queries"]]
    assert sorted(each for each in asked if each.startswith("CREATE EXTERNAL")) == [
        "CREATE EXTERNAL TABLE IF NOT EXISTS fl_ops.run_ledger LOCATION 's3",
        "CREATE EXTERNAL TABLE IF NOT EXISTS fl_silver.state_vectors LOCATI",
    ]
    kinds = [each.split(" ")[1] for each in asked]
    assert kinds == sorted(kinds, key=["DATABASE", "EXTERNAL", "OR", "count(*)"].index)
    # Those whose tables were written, and no other.
    assert sorted(each.split(" ")[4] for each in asked if "VIEW" in each) == [
        "fl_ops.last_hour_runs",
        "fl_silver.state_vectors_readable",
    ]
    assert seen["queries"][-1]["query"] == (
        "SELECT count(*) FROM fl_silver.state_vectors WHERE date = DATE'2025-12-28'"
    )
    assert all(each["results"].startswith("s3://results/athena/") for each in seen["queries"])


def test_glue_learns_the_columns_that_were_added_once(seen: dict[str, Any]) -> None:
    columns = {column["Name"]: column for column in seen["table"]["StorageDescriptor"]["Columns"]}
    assert columns["ground_speed_mps"]["Type"] == "double"
    assert columns["ground_speed_mps"]["Comment"] == "speed over ground"
    assert [column["Name"] for column in seen["table"]["PartitionKeys"]] == ["date"]
    assert "fl_silver.state_vectors: its columns in Glue are those of the schema now" in seen["log"]
    assert seen["log"].count("fl_ops.run_ledger: its columns") == 1


def test_a_lake_on_this_machine_is_skipped_with_the_reason(lake: Lake) -> None:
    with pytest.raises(AirflowSkipException, match=r"nothing but S3\. Nothing was registered"):
        written_tables()


def test_an_empty_lake_is_skipped_with_the_reason(seen: dict[str, Any]) -> None:
    assert "No table has been written to s3://lake yet" in seen["without_tables"]


def test_a_lake_that_athena_reads_empty_fails_with_the_query(seen: dict[str, Any]) -> None:
    assert "no rows where the lake has files: `SELECT count(*) FROM x`" in seen["without_rows"]


def test_what_a_count_cost_is_recorded(seen: dict[str, Any]) -> None:
    count = seen["costs"][-1]
    assert {cost["service"] for cost in seen["costs"]} == {"athena"}
    assert (count["step"], count["state"], count["bytes_scanned"]) == (
        "catalog_register",
        "SUCCESS",
        0,
    )
