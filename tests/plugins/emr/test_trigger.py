"""What the wait does to the job when somebody ends or clears the waiting task."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import Any

import pytest
from airflow.sdk.exceptions import TaskDeferred
from airflow.utils.state import TaskInstanceState as State
from emr.trigger import SparkStepTrigger


class TriggerOfTaskIn(SparkStepTrigger):
    """The trigger, with the task's state given in place of Airflow's answer."""

    state: str | None = None

    async def get_task_state(self) -> Any:
        return self.state


@pytest.mark.parametrize(
    ("state", "job_state"),
    [
        (State.FAILED, "CANCELLED"),
        (State.SUCCESS, "CANCELLED"),
        (State.DEFERRED, "RUNNING"),
        (State.SCHEDULED, "RUNNING"),
        (State.RUNNING, "RUNNING"),
        (None, "RUNNING"),
    ],
)
def test_a_dropped_wait_cancels_the_job_only_where_a_person_ended_the_task(
    cloud: Any,
    ti: Any,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    state: str | None,
    job_state: str,
) -> None:
    with pytest.raises(TaskDeferred) as deferred:
        cloud.operator(f"until:{tmp_path / 'go'}").execute(ti.context)
    cloud.wait_for_states("RUNNING")
    _, arguments = deferred.value.trigger.serialize()
    trigger = TriggerOfTaskIn(**arguments)
    trigger.state = state
    caplog.set_level(logging.INFO)
    asyncio.run(drop_the_wait(trigger, caplog))
    cloud.wait_for_states(job_state)


async def drop_the_wait(trigger: SparkStepTrigger, log: pytest.LogCaptureFixture) -> None:
    async def wait() -> None:
        async for _ in trigger.run():
            pass

    waiting = asyncio.create_task(wait())
    async with asyncio.timeout(20):
        while "Serverless Job status is" not in log.text:
            await asyncio.sleep(0.02)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting


def test_the_triggerer_can_make_the_trigger_anew(cloud: Any, ti: Any) -> None:
    with pytest.raises(TaskDeferred) as deferred:
        cloud.operator("ok").execute(ti.context)
    path, arguments = deferred.value.trigger.serialize()
    assert path == "emr.trigger.SparkStepTrigger"
    assert SparkStepTrigger(**arguments).serialize() == (path, arguments)
