"""The operator of every Spark step."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.exceptions import AirflowException
from airflow.providers.amazon.aws.links.emr import EmrServerlessS3LogsLink
from airflow.providers.amazon.aws.operators.emr import EmrServerlessStartJobOperator
from botocore.exceptions import ClientError
from flightlake.contracts.costs import JobCost, record_cost
from flightlake.contracts.storage import Lake

from emr.runs import ENDED, Run, TaskRuns
from emr.trigger import SparkStepTrigger

JOB_RUN_ID = "job_run_id"
MAX_CANCEL_S = 120
MAX_CLOCK_SKEW = timedelta(minutes=5)
DEFAULT_TIMEOUT = timedelta(hours=12)
"""EMR Serverless's own limit of a job that names none."""


class SparkStepOperator(EmrServerlessStartJobOperator):
    """Runs one Spark job for one task instance, and never two at a time.

    A retry, a clear and a lost worker re-attach to a job that still runs. A new one starts only
    when the last ended badly, or when the task was cleared after it had ended well. The wait is
    over ``execution_timeout`` after the job was created, deferred or not: the job is then
    cancelled. A job that ends badly fails the task with its own error and the place of its logs.

    Args:
        execution_timeout: the longest life of a job, waiting for capacity included.
        waiter_delay: seconds between two looks at the job.
        lake_url: the lake that keeps what the job cost, ``contracts/costs.py``; None: nobody does.
        reads: for lineage alone: tables by their names, and folders of the lake, as templates.
        writes: the same of what the job writes.
        kwargs: everything else that ``EmrServerlessStartJobOperator`` takes.
    """

    template_fields: Sequence[str] = (
        *EmrServerlessStartJobOperator.template_fields,
        "reads",
        "writes",
    )

    def __init__(
        self,
        *,
        execution_timeout: timedelta | None = None,
        waiter_delay: int = 10,
        lake_url: str | None = None,
        reads: Sequence[str] = (),
        writes: Sequence[str] = (),
        **kwargs: Any,
    ) -> None:
        self.lake_url = lake_url
        self.reads = list(reads)
        self.writes = list(writes)
        self.max_wait = execution_timeout or DEFAULT_TIMEOUT
        super().__init__(
            execution_timeout=execution_timeout,
            waiter_delay=waiter_delay,
            waiter_max_attempts=math.ceil(self.max_wait.total_seconds() / waiter_delay),
            # The wait is this class's own: the stock one loses the job's error and its cancelling.
            wait_for_completion=False,
            **kwargs,
        )
        # Each link that a run does not fill is an error line in its log, so none is offered.
        links = (EmrServerlessS3LogsLink(),) if self._logs_are_on_s3 else ()
        self.operator_extra_links = links  # type: ignore[assignment]

    def execute(self, context: Any, event: dict[str, Any] | None = None) -> str:
        """Find or start the job and follow it to its end.

        Args:
            context: of the task.
            event: from the wait for the application to start, where there was one.

        Returns:
            The id of the job run that succeeded.

        Raises:
            AirflowException: the job ended badly, or its time was over.
        """
        if event is not None and event.get("status") != "success":
            raise AirflowException(
                f"EMR Serverless application {self.application_id} did not start: "
                f"{event.get('message', event)}. No job was started; see why in its console."
            )
        ti = context["ti"]
        mine = TaskRuns.of(
            ti.dag_id,
            ti.task_id,
            ti.map_index,
            ti.run_id,
            max_tries=ti.max_tries,
            retries=self.retries or 0,
            dag_run_start=_start_of(context),
        )
        runs = self._settled_runs(mine, context)
        run = mine.to_follow(runs)
        if run is not None:
            self.log.info("Following job run %s, which is %s", run.job_run_id, run.state)
            self.job_id = run.job_run_id
            self.persist_links(context)
        else:
            number = mine.next_number(runs)
            label = self.name or f"{ti.dag_id}.{ti.task_id}"
            self.name = mine.name(label, number)
            self.config = {
                "executionTimeoutMinutes": math.ceil(self.max_wait.total_seconds() / 60),
                **self.config,
                "clientToken": mine.token(number),
            }
            super().execute(context)
        return self._follow()

    def execute_complete(  # type: ignore[override]
        self, context: Any, event: dict[str, Any] | None = None
    ) -> str:
        """Go on after the wait; the service, not the event, says how the job is.

        Returns, raises: as ``execute``.
        """
        if event is not None and event.get("status") != "success":
            self.log.info("The wait ended with: %s", event.get("message"))
        self.job_id = context["ti"].xcom_pull(task_ids=self.task_id, key=JOB_RUN_ID)
        if self.job_id is None:
            return self.execute(context)
        return self._follow()

    def resume_execution(
        self, next_method: str, next_kwargs: dict[str, Any] | None, context: Any
    ) -> Any:
        """Come back from a wait; one that Airflow itself gave up ends like any other."""
        error = str((next_kwargs or {}).get("error", ""))
        if next_method == "__fail__" and "timeout" in error.lower():
            return self.execute_complete(context, {"status": "timeout", "message": error})
        return super().resume_execution(next_method, next_kwargs, context)

    def persist_links(self, context: Any) -> None:
        """Keep the job's id for the time after the wait, and the links to its pages and logs."""
        context["ti"].xcom_push(key=JOB_RUN_ID, value=self.job_id)
        self.log.info("Logs of job run %s: %s", self.job_id, self._logs_url())
        # The stock links know S3 alone; a lake in local files has its path in the log.
        if self._logs_are_on_s3:
            super().persist_links(context)

    def on_kill(self) -> None:
        """Cancel the job, where one is being followed."""
        if self.job_id:
            self._cancel()

    def get_openlineage_facets_on_complete(self, task_instance: Any) -> Any:  # noqa: ARG002
        """What the job read and wrote; only Airflow's OpenLineage provider asks."""
        from emr.lineage import lineage_of

        return lineage_of(self.lake_url, self.reads, self.writes)

    def _settled_runs(self, mine: TaskRuns, context: Any) -> list[Run]:
        """The task instance's runs, none of them half cancelled: one job at a time."""
        runs = self._runs(mine, context)
        if runs and runs[0].state == "CANCELLING":
            self._wait_for_end(runs[0].job_run_id)
            runs = self._runs(mine, context)
        return runs

    def _runs(self, mine: TaskRuns, context: Any) -> list[Run]:
        # No run of the generation is older than the dag run's start, which a clear moves on; one
        # of an older generation that still goes on is at most as old as its time-out and its queue.
        oldest = datetime.now(UTC) - 2 * self.max_wait
        since = min(oldest, _start_of(context) or oldest) - MAX_CLOCK_SKEW
        pages = self.hook.conn.get_paginator("list_job_runs").paginate(
            applicationId=self.application_id, createdAtAfter=since
        )
        return mine.own(summary for page in pages for summary in page["jobRuns"])

    def _follow(self) -> str:
        while True:
            job = self._job()
            remaining_s = (job["createdAt"] + self.max_wait - datetime.now(UTC)).total_seconds()
            if job["state"] in ENDED:
                return self._outcome(job)
            if remaining_s <= 0:
                self.log.warning("The wait of %s is over; cancelling the job", self.max_wait)
                return self._outcome(self._cancel(), is_overdue=True)
            if self.deferrable:
                self._defer(remaining_s)
            time.sleep(min(self.waiter_delay, remaining_s))

    def _defer(self, remaining_s: float) -> None:
        attempts = math.ceil(remaining_s / self.waiter_delay) + 1
        self.defer(
            trigger=SparkStepTrigger(
                application_id=self.application_id,
                job_id=self.job_id,
                waiter_delay=self.waiter_delay,
                waiter_max_attempts=attempts,
                aws_conn_id=self.aws_conn_id,
            ),
            method_name="execute_complete",
            # Holds where the trigger does not come back; a moment late, so that the two don't race.
            timeout=timedelta(seconds=remaining_s + self.waiter_delay),
        )

    def _job(self) -> dict[str, Any]:
        response = self.hook.conn.get_job_run(
            applicationId=self.application_id, jobRunId=self.job_id
        )
        job: dict[str, Any] = response["jobRun"]
        return job

    def _cancel(self) -> dict[str, Any]:
        try:
            self.hook.conn.cancel_job_run(applicationId=self.application_id, jobRunId=self.job_id)
        except ClientError as error:
            # It may have ended in this very moment: its state below tells.
            self.log.warning("Cancelling job run %s: %s", self.job_id, error)
        return self._wait_for_end(self.job_id)

    def _wait_for_end(self, job_run_id: str | None) -> dict[str, Any]:
        self.job_id = job_run_id
        deadline = time.monotonic() + MAX_CANCEL_S
        while (job := self._job())["state"] not in ENDED and time.monotonic() < deadline:
            time.sleep(min(self.waiter_delay, 2))
        return job

    def _outcome(self, job: Mapping[str, Any], is_overdue: bool = False) -> str:
        self._record_cost(job)
        age_s = (job["updatedAt"] - job["createdAt"]).total_seconds()
        if job["state"] == "SUCCESS":
            billed = job.get("billedResourceUtilization") or {}
            costs = ", ".join(f"{name} {value}" for name, value in billed.items())
            self.log.info(
                "Job run %s succeeded after %.0f s; billed: %s", self.job_id, age_s, costs
            )
            return str(self.job_id)
        overdue = f"It was cancelled: the longest wait is {self.max_wait}. " if is_overdue else ""
        raise AirflowException(
            f"Spark job run {self.job_id} ({job.get('name', '')}) is {job['state']} "
            f"after {age_s:.0f} s. {overdue}\n"
            f"Its error: {job.get('stateDetails') or 'none was given'}\n"
            f"Its logs: {self._logs_url()}\n"
            "Nothing that it had not committed was published. A retry, or clearing the task, "
            "starts a new job."
        )

    def _record_cost(self, job: Mapping[str, Any]) -> None:
        # A run that is still being cancelled has no bill yet: pipeline_health records it.
        if self.lake_url is None or job["state"] not in ENDED:
            return
        try:
            record_cost(Lake(self.lake_url), JobCost.of(job))
        except Exception as error:
            # A run is worth more than the record of what it cost.
            self.log.warning("What job run %s cost is not recorded: %s", self.job_id, error)

    @property
    def _logs_are_on_s3(self) -> bool:
        return self._log_root().startswith("s3://")

    def _log_root(self) -> str:
        monitoring = (self.configuration_overrides or {}).get("monitoringConfiguration", {})
        root: str = monitoring.get("s3MonitoringConfiguration", {}).get("logUri", "")
        return root.rstrip("/")

    def _logs_url(self) -> str:
        root = self._log_root()
        if not root:
            return "kept by EMR Serverless (see the job run in its console)"
        return (
            f"{root}/applications/{self.application_id}/jobs/{self.job_id}/SPARK_DRIVER/stdout.gz"
        )


def _start_of(context: Any) -> datetime | None:
    """When the dag run started; a clear of a finished one moves it on."""
    start: datetime | None = context["dag_run"].start_date
    return start
