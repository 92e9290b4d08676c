"""restore_table around its Spark job: what is asked, and what becomes of the run."""

from __future__ import annotations

import copy
import json
from types import ModuleType
from typing import Any

import pytest
from airflow.models import DagBag
from flightlake.contracts.json_codec import to_json
from flightlake.contracts.restores import Change, Restore, RestoreRequest, record_key
from flightlake.contracts.storage import Lake
from flightlake_dags.compat import AirflowFailException
from flightlake_dags.restores import require_request, require_restored

ASKED: dict[str, Any] = {"table": "gold.flights", "version": "41", "at": None, "accept": None}
REQUEST = RestoreRequest.parse(ASKED)


def leave(lake: Lake, run_id: str, **changes: Any) -> None:
    """The record that the job would leave."""
    record = Restore(REQUEST.fields, version_before=43, version_wanted=41, **changes)
    lake.write(record_key(REQUEST.table, run_id), to_json(record))


@pytest.mark.parametrize(
    ("name", "value"),
    [("table", "gold.nope"), ("version", "-1"), ("at", "yesterday"), ("accept", "no")],
)
def test_a_param_that_is_not_of_its_form_is_refused_by_airflow(
    dag_bag: DagBag, name: str, value: str
) -> None:
    # Resolving a param changes it.
    param = copy.deepcopy(dag_bag.dags["restore_table"].params).get_param(name)
    with pytest.raises(Exception, match=f"Invalid input for param|{value}"):
        param.resolve(value)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"version": None}, "not by both"),
        ({"at": "2025-12-28T02:30"}, "not by both"),
        ({"version": None, "at": "2025-13-28T02:30"}, "no moment"),
    ],
)
def test_a_restore_to_no_one_version_fails_before_spark_starts(
    changes: dict[str, Any], reason: str
) -> None:
    with pytest.raises(AirflowFailException, match=f"{reason}.* Nothing was restored"):
        require_request({**ASKED, **changes})
    assert require_request(ASKED) == "gold.flights"


def test_the_job_is_told_what_was_asked_and_waits_for_other_writers(
    dag_bag: DagBag, load_dags: ModuleType
) -> None:
    dag = dag_bag.dags["restore_table"]
    task, context = dag.get_task("restore_table"), load_dags.context_of(dag)
    context["params"] |= ASKED
    step, *arguments = load_dags.rendered(task, context)["job_driver"]["sparkSubmit"][
        "entryPointArguments"
    ]
    options = dict(zip(arguments[::2], arguments[1::2], strict=True))
    assert (step, options["--run-id"]) == ("restore_table", context["run_id"])
    assert RestoreRequest.parse(json.loads(options["--request"])) == REQUEST
    assert (task.pool, task.upstream_task_ids) == ("delta_writer", {"request"})
    assert task.downstream_task_ids == {"outcome"}


def test_a_moment_is_the_same_whether_it_has_seconds_or_a_zone() -> None:
    moments = ["2025-12-28T02:30", "2025-12-28T02:30:00", "2025-12-28T02:30Z"]
    asked = [RestoreRequest.parse({"table": "gold.flights", "at": moment}) for moment in moments]
    assert asked[0] == asked[1] == asked[2]
    assert RestoreRequest.parse(asked[0].fields) == asked[0]


def test_the_run_fails_with_what_would_change_where_nothing_was_done(lake: Lake) -> None:
    changes = [Change("2025-12-28", 100, 90)]
    leave(lake, "looked", refused="1 period would change.", changes=changes, derived=["gold.x"])
    with pytest.raises(AirflowFailException) as failure:
        require_restored(ASKED, "looked")
    lines = str(failure.value).splitlines()
    assert lines[0] == "Not restored: 1 period would change."
    assert "  2025-12-28: 100 rows, then 90" in lines
    assert "    gold.x" in lines
    with pytest.raises(AirflowFailException, match="left no record"):
        require_restored(ASKED, "another")


def test_a_restore_that_was_done_tells_the_versions(
    lake: Lake, caplog: pytest.LogCaptureFixture
) -> None:
    leave(lake, "done", version_after=44, changes=[Change("2025-12-28", 100, 90)])
    with caplog.at_level("INFO"):
        assert require_restored(ASKED, "done") == {"version_before": 43, "version_after": 44}
    assert "gold.flights has the rows of version 41 again, as 44." in caplog.text
