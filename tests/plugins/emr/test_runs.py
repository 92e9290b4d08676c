"""Which job runs belong to a task instance, and which one its next attempt follows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from emr.runs import MAX_NAME_CHARS, TaskRuns

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def task(**kwargs: Any) -> TaskRuns:
    identity = {"dag_id": "d", "task_id": "t", "map_index": -1, "run_id": "r", **kwargs}
    return TaskRuns.of(**{"max_tries": 2, "retries": 2, "dag_run_start": NOW, **identity})


def summary(runs: TaskRuns, number: int, state: str, age_minutes: int = 0) -> dict[str, Any]:
    name = runs.name("an hour", number)
    created_at = NOW - timedelta(minutes=age_minutes)
    return {"id": name[-6:], "name": name, "state": state, "createdAt": created_at}


def test_the_token_is_one_that_the_service_takes() -> None:
    token = task(run_id="scheduled__2025-12-28T03:00:00+00:00" * 9).token(12)
    assert len(token) <= 64
    assert set(token) <= set("0123456789abcdef-")


@pytest.mark.parametrize("other", [{"dag_id": "e"}, {"task_id": "u"}, {"map_index": 0}])
def test_every_part_of_the_identity_counts(other: dict[str, Any]) -> None:
    assert task(**other).base != task().base


def test_parts_that_join_to_the_same_text_are_told_apart() -> None:
    assert task(dag_id="da", task_id="t").base != task(dag_id="d", task_id="at").base


def test_a_clear_makes_a_new_generation_and_a_retry_does_not() -> None:
    # Airflow: a clear sets max_tries to the tries so far plus the retries.
    generations = [task(max_tries=tries + 2).generation for tries in (0, 1, 4)]
    assert [generation.split("-")[0] for generation in generations] == ["0", "1", "4"]


def test_a_dag_run_that_was_deleted_and_made_anew_is_a_new_generation() -> None:
    again = task(dag_run_start=NOW + timedelta(days=40))
    assert again.base == task().base
    assert again.generation != task().generation
    assert again.token(1) != task().token(1)


def test_a_long_label_is_cut_and_the_token_kept() -> None:
    name = task().name("x" * 500, 1)
    assert len(name) == MAX_NAME_CHARS
    assert name.endswith(" " + task().token(1))


def test_runs_of_others_and_runs_without_a_name_are_left_out() -> None:
    own = summary(task(), 1, "RUNNING")
    nameless = {"id": "x", "state": "RUNNING", "createdAt": NOW}
    found = task().own([summary(task(run_id="s"), 1, "RUNNING"), nameless, own])
    assert [run.job_run_id for run in found] == [own["id"]]


@pytest.mark.parametrize("state", ["SUBMITTED", "PENDING", "SCHEDULED", "QUEUED", "RUNNING"])
def test_a_run_that_goes_on_is_followed_across_generations(state: str) -> None:
    cleared = task(max_tries=3)
    runs = cleared.own([summary(task(), 1, state)])
    followed = cleared.to_follow(runs)
    assert followed is not None
    assert followed.generation == task().generation != cleared.generation


@pytest.mark.parametrize("state", ["FAILED", "CANCELLED"])
def test_a_run_that_ended_badly_is_followed_by_the_next_number(state: str) -> None:
    runs = task().own([summary(task(), 1, "FAILED", 9), summary(task(), 2, state)])
    assert task().to_follow(runs) is None
    assert task().next_number(runs) == 3


def test_a_success_counts_in_its_own_generation_only() -> None:
    runs = task().own([summary(task(), 1, "FAILED", 9), summary(task(), 2, "SUCCESS")])
    assert task().to_follow(runs) == runs[0]
    cleared = task(max_tries=4)
    assert cleared.to_follow(runs) is None
    assert cleared.next_number(runs) == 1
