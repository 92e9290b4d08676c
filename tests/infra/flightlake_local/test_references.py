from __future__ import annotations

from typing import Any

import pytest
from flightlake.contracts.days import Day
from flightlake.contracts.results import (
    JudgedTable,
    Judgement,
    TableRun,
    TablesResult,
    result_key,
)
from flightlake.contracts.storage import Lake
from flightlake_local import references, show

DAY = Day.parse("2026-01-05")
RUN_ID = "scheduled__2026-01-05T04:00:00+00:00"


class Stack:
    """A stack whose Airflow begins a run a while after the DAG was unpaused, and ends it."""

    def __init__(self, lake: Lake) -> None:
        self.lake, self.asked, self.is_paused = lake, 0, True
        self.api = self

    def open_lake(self) -> Lake:
        return self.lake

    def wait_for_dag(self, dag_id: str) -> None:
        assert dag_id == "reference_refresh"

    def unpause(self, dag_id: str) -> None:
        self.is_paused = False

    def get(self, path: str, **_: Any) -> dict[str, Any]:
        assert path == "dags/reference_refresh/dagRuns"
        assert not self.is_paused
        self.asked += 1
        begun = {"dag_run_id": RUN_ID, "start_date": f"{DAY}T09:00:00Z"}
        return {"dag_runs": [[], [begun | {"start_date": None}], [begun]][min(self.asked, 3) - 1]}

    def run_state(self, dag_id: str, run_id: str) -> str:
        assert run_id == RUN_ID
        return "success"


def test_the_run_that_is_due_is_waited_for_and_told(tmp_path: Any) -> None:
    lake = Lake(tmp_path.as_uri())
    run = TableRun(
        str(DAY), None, RUN_ID, references.DAG_ID, "ref.airports", 28_298, 0, "pass", 100.0, 1.0, ""
    )
    result = TablesResult(
        references.DAG_ID,
        str(DAY),
        RUN_ID,
        1.0,
        "",
        [JudgedTable(run, Judgement("pass", 100.0, {}, []))],
    )
    lake.write(result_key(references.DAG_ID, DAY, RUN_ID), result.to_json())
    stack: Any = Stack(lake)
    outcome = references.refresh(stack, show.steps())
    assert outcome.name == "reference_refresh 2026-01-05"
    assert [table.table_name for table in outcome.tables] == ["ref.airports"]


def test_a_run_that_never_begins_is_an_error_with_the_schedulers_log(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack: Any = Stack(Lake(tmp_path.as_uri()))
    stack.get = lambda *_, **__: {"dag_runs": []}
    stack.processes = stack
    stack.log_of = lambda name: f"/logs/{name}.log"
    monkeypatch.setattr(references, "BEGIN_TIMEOUT_S", 0.0)
    with pytest.raises(references.LocalError, match=r"begun no run .* Log: /logs/scheduler.log"):
        references.refresh(stack, show.steps())
