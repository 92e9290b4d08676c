from __future__ import annotations

from typing import Any

import pytest
from flightlake.contracts.days import Day
from flightlake.contracts.json_codec import to_json
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
BY_HAND = "manual__2026-01-05T09:05:00+00:00"


class Stack:
    """A stack whose Airflow begins a run a while after the DAG was unpaused, and ends it."""

    def __init__(self, lake: Lake) -> None:
        self.lake, self.asked, self.is_paused = lake, 0, True
        self.run_id, self.begins_at = RUN_ID, "09:00:00"
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
        begun = {"dag_run_id": self.run_id, "start_date": f"{DAY}T{self.begins_at}Z"}
        return {"dag_runs": [[], [begun | {"start_date": None}], [begun]][min(self.asked, 3) - 1]}

    def trigger(self, dag_id: str, conf: dict[str, Any]) -> str:
        assert (dag_id, conf) == ("reference_refresh", {})
        self.run_id, self.asked = BY_HAND, 0
        write_result(self.lake, BY_HAND, "ref.aircraft")
        return BY_HAND

    def run_state(self, dag_id: str, run_id: str) -> str:
        assert run_id == self.run_id
        return "success"


def write_result(lake: Lake, run_id: str, table_name: str, landed_on: Day = DAY) -> None:
    step, day = references.DAG_ID, str(landed_on)
    run = TableRun(day, None, run_id, step, table_name, 28_298, 0, "pass", 100.0, 1.0, "")
    judged = [JudgedTable(run, Judgement("pass", 100.0, {}, []))]
    result = TablesResult(step, day, run_id, 1.0, "", judged)
    lake.write(result_key(step, landed_on, run_id), to_json(result))


def test_the_run_that_is_due_is_waited_for_and_told(tmp_path: Any) -> None:
    lake = Lake(tmp_path.as_uri())
    write_result(lake, RUN_ID, "ref.airports")
    stack: Any = Stack(lake)
    outcome = references.refresh(stack, show.steps())
    assert outcome.name == "reference_refresh 2026-01-05"
    assert [table.table_name for table in outcome.tables] == ["ref.airports"]


def test_a_lake_that_the_last_run_did_not_write_to_gets_a_run_of_its_own(tmp_path: Any) -> None:
    stack: Any = Stack(Lake(tmp_path.as_uri()))
    outcome = references.refresh(stack, show.steps())
    assert stack.run_id == BY_HAND
    assert [table.table_name for table in outcome.tables] == ["ref.aircraft"]


def test_a_run_that_begins_before_midnight_and_lands_after_it_is_told(tmp_path: Any) -> None:
    lake = Lake(tmp_path.as_uri())
    stack: Any = Stack(lake)
    stack.begins_at = "23:59:58"
    # A run that is found ended with no result gets another, so it has to end while it is followed.
    states = iter(["running", "running", "success"])
    stack.run_state = lambda *_: next(states)
    stack.tasks = lambda *_: (
        write_result(lake, RUN_ID, "ref.airports", Day.parse("2026-01-06")) or []
    )
    stack.require_running = lambda: None
    outcome = references.refresh(stack, show.steps())
    assert stack.run_id == RUN_ID
    assert outcome.name == "reference_refresh 2026-01-06"
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
