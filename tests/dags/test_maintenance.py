"""lake_maintenance around its Spark job: what it is told, and what becomes of the run."""

from __future__ import annotations

from datetime import UTC, datetime
from types import ModuleType

import pytest
from airflow.models import DagBag
from flightlake.contracts.json_codec import to_json
from flightlake.contracts.maintenance import Maintenance, TableMaintenance, record_key
from flightlake.contracts.storage import Lake
from flightlake_dags.compat import AirflowFailException
from flightlake_dags.maintenance import require_maintained

DONE = Maintenance(
    datetime(2026, 1, 4, 5, 21, tzinfo=UTC),
    is_dry_run=False,
    seconds=61.0,
    tables=[
        TableMaintenance("ops.run_ledger", ["date=2025-12-28"], 24, 98_000, 1, 41_000, 30, 70_000),
        TableMaintenance("ref.airports", [], files_removed=2, bytes_removed=5_000_000),
    ],
)


@pytest.mark.parametrize(("is_dry_run", "word"), [(False, "false"), (True, "true")])
def test_the_job_is_told_whether_to_change_anything(
    dag_bag: DagBag, load_dags: ModuleType, is_dry_run: bool, word: str
) -> None:
    dag = dag_bag.dags["lake_maintenance"]
    task, context = dag.get_task("lake_maintenance"), load_dags.context_of(dag)
    assert context["params"] == {"dry_run": False}
    context["params"] |= {"dry_run": is_dry_run}
    step, *arguments = load_dags.rendered(task, context)["job_driver"]["sparkSubmit"][
        "entryPointArguments"
    ]
    options = dict(zip(arguments[::2], arguments[1::2], strict=True))
    assert (step, options["--dry-run"]) == ("lake_maintenance", word)
    assert options["--run-id"] == context["run_id"]


def test_it_waits_for_other_writers_and_they_for_it(dag_bag: DagBag) -> None:
    task = dag_bag.dags["lake_maintenance"].get_task("lake_maintenance")
    assert (task.pool, task.downstream_task_ids) == ("delta_writer", {"outcome"})


def test_what_was_done_is_logged_by_table(lake: Lake, caplog: pytest.LogCaptureFixture) -> None:
    lake.write(record_key("weekly"), to_json(DONE))
    with caplog.at_level("INFO"):
        found = require_maintained("weekly")
    assert found == {"partitions": 1, "files_removed": 32, "bytes_removed": 5_070_000}
    assert DONE.describe() in caplog.text
    with pytest.raises(AirflowFailException, match="left no record"):
        require_maintained("another")
