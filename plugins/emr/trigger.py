"""The wait of a deferred Spark step."""

from __future__ import annotations

from airflow.providers.amazon.aws.triggers.emr import EmrServerlessStartJobTrigger


class SparkStepTrigger(EmrServerlessStartJobTrigger):
    """The provider's trigger, which cancels the job only where a person ended the task.

    The stock trigger cancels whenever the task is no longer deferred: after a clear it would shoot
    the very job that the next attempt re-attaches to.
    """

    async def safe_to_cancel(self) -> bool:
        """Whether the task was marked as failed or successful."""
        return str(await self.get_task_state()) in ("failed", "success")

    async def on_kill(self) -> None:
        """Cancel the job, where that is right; Airflow 3.3 and newer call this."""
        if await self.safe_to_cancel():
            await super().on_kill()
