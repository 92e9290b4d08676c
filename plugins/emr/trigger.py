"""The wait of a deferred Spark step."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

from airflow.providers.amazon.aws.triggers.emr import EmrServerlessStartJobTrigger
from airflow.triggers.base import TriggerEvent


class SparkStepTrigger(EmrServerlessStartJobTrigger):
    """The provider's trigger, which cancels the job only where a person ended the task.

    The stock trigger cancels whenever the task is no longer deferred: after a clear it would shoot
    the very job that the next attempt re-attaches to.
    """

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Wait for the job's end, and for at least the time between two looks.

        Airflow 3.2.1 fails a task that comes back before its executor has said that the process
        which deferred it ended; a job that is followed again may end at once.
        """
        began_s = time.monotonic()
        async for event in super().run():
            await asyncio.sleep(self.waiter_delay - (time.monotonic() - began_s))
            yield event

    async def safe_to_cancel(self) -> bool:
        """Whether the task was marked as failed or successful."""
        return str(await self.get_task_state()) in ("failed", "success")

    async def on_kill(self) -> None:
        """Cancel the job, where that is right; Airflow 3.3 and newer call this."""
        if await self.safe_to_cancel():
            await super().on_kill()
