"""Moves job runs and applications through their states, from what is stored and what runs.

Each tick compares the records with the attempts' files and processes. There is no other memory,
so a server that died and came back goes on where its processes are.
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from emr_serverless_local import failure, processes
from emr_serverless_local.attempt_files import AttemptFiles, Claim, End, Order
from emr_serverless_local.errors import ServiceError
from emr_serverless_local.logs import driver_log_url, tail
from emr_serverless_local.records import (
    ACTIVE,
    DEFAULT_IDLE_TIMEOUT_MINUTES,
    WAITING,
    Attempt,
    Cancellation,
    JobRun,
)
from emr_serverless_local.scheduling import capacity_of, may_try_again, next_states
from emr_serverless_local.settings import Settings
from emr_serverless_local.store import Store
from emr_serverless_local.submit import build_submission

TICK_S = 0.2
NOBODY = Claim(pid=0, process_created_at_s=0.0)
PACKAGE_PARENT = Path(__file__).resolve().parent.parent

logger = logging.getLogger(__name__)


class Runner:
    """Starts, watches and ends the processes of job runs, in a thread of its own."""

    def __init__(self, store: Store, settings: Settings, state_dir: Path) -> None:
        self._store = store
        self._settings = settings
        self._state_dir = state_dir
        self._supervisors: dict[Path, subprocess.Popen[bytes]] = {}
        self._told_to_end: set[Path] = set()
        self._wake = threading.Event()
        self._is_stopping = False
        self._thread = threading.Thread(target=self._work, name="runner", daemon=True)

    def start(self) -> None:
        """Begin to tick."""
        self._thread.start()

    def stop(self) -> None:
        """Stop ticking; jobs go on without us."""
        self._is_stopping = True
        self._wake.set()
        self._thread.join()

    def wake(self) -> None:
        """Tick now rather than at the next beat: something was asked for."""
        self._wake.set()

    def files(self, run: JobRun, attempt_number: int) -> AttemptFiles:
        """Return the folder of an attempt."""
        return AttemptFiles(self._state_dir / "runs" / run.id / f"attempt-{attempt_number}")

    def tick(self, *, admit: bool = True) -> None:
        """Bring all records up to date once; ``admit=False`` starts nothing new."""
        with self._store.transaction():
            now_s = time.time()
            for run in self._store.open_runs():
                self._follow(run, now_s)
            if admit:
                self._admit(now_s)
            self._move_applications(now_s)
        self._forget_ended_supervisors()

    def _work(self) -> None:
        while not self._is_stopping:
            self._wake.clear()
            try:
                self.tick()
            except Exception:
                # One bad record or a full disk must not end the service for all other runs.
                logger.exception("A tick failed; it is tried again.")
            self._wake.wait(TICK_S)

    def _follow(self, run: JobRun, now_s: float) -> None:
        before = run.model_copy(deep=True)
        self._note_time_outs(run, now_s)
        if run.state in ACTIVE:
            self._follow_active(run, now_s)
        elif run.cancellation:
            self._cancel_before_start(run, now_s)
        if run != before:
            self._store.save_run(run)

    def _note_time_outs(self, run: JobRun, now_s: float) -> None:
        if run.cancellation:
            return
        minute_s = self._settings.seconds_per_minute
        application = self._store.application(run.application_id)
        queue_limit = application.queue_timeout_minutes if application else 0
        first_start_s = run.attempts[0].started_at_s
        limit = run.execution_timeout_minutes
        reason = None
        if run.state == "QUEUED" and run.queued_at_s is not None:
            if now_s - run.queued_at_s > queue_limit * minute_s:
                reason = f"Job run timed out: it was queued for over {queue_limit} minutes."
        elif first_start_s and limit and now_s - first_start_s > limit * minute_s:
            reason = (
                f"Job run timed out: it ran for over {limit} minutes (executionTimeoutMinutes)."
            )
        if reason:
            run.cancellation = Cancellation(
                reason=reason, requested_at_s=now_s, grace_s=self._settings.kill_grace_s
            )

    def _cancel_before_start(self, run: JobRun, now_s: float) -> None:
        # The claim keeps out a supervisor that a server started just before it died.
        if self.files(run, run.attempt.number).try_claim(NOBODY):
            self._close(run, now_s)
        else:
            self._follow_active(run, now_s)

    def _follow_active(self, run: JobRun, now_s: float) -> None:
        files = self.files(run, run.attempt.number)
        claim = files.claim()
        if claim is None:
            self._follow_unclaimed(run, files, now_s)
            return
        # Asked in this order: a supervisor may write its last word between the two questions.
        is_alive = processes.is_alive(claim.pid, claim.process_created_at_s)
        end = files.end()
        self._note_start(run, files, now_s)
        if end:
            self._finish(run, files, end, now_s)
        elif claim == NOBODY:
            self._close(run, now_s)
        elif not is_alive:
            self._lose(run, now_s)
        elif run.cancellation:
            self._end_processes(run, run.cancellation, files, now_s)

    def _follow_unclaimed(self, run: JobRun, files: AttemptFiles, now_s: float) -> None:
        if run.cancellation:
            self._cancel_before_start(run, now_s)
            return
        supervisor = self._supervisors.get(files.folder)
        if supervisor is None:
            # The server died between its decision and the start: start now; a supervisor that
            # is on its way all the same finds the claim taken.
            self._launch(run, now_s)
        elif supervisor.poll() is not None and files.try_claim(NOBODY):
            self._lose(run, now_s)

    def _note_start(self, run: JobRun, files: AttemptFiles, now_s: float) -> None:
        start = files.start()
        if start and run.attempt.started_at_s is None:
            run.attempt.started_at_s = start.started_at_s
            if run.state == "SCHEDULED":
                run.attempt.move_to("RUNNING", now_s, "The Spark driver is running.")

    def _finish(self, run: JobRun, files: AttemptFiles, end: End, now_s: float) -> None:
        run.attempt.ended_at_s = end.ended_at_s
        cancellation = run.cancellation
        if end.exit_code == 0 and not (
            cancellation and cancellation.requested_at_s < end.ended_at_s
        ):
            run.attempt.move_to("SUCCESS", now_s, "The job run completed.")
        elif cancellation:
            run.attempt.move_to("CANCELLED", now_s, cancellation.reason)
        else:
            secrets = failure.secret_values(self._settings.environment)
            details = failure.details_of_failure(
                end.exit_code, tail(files.stderr), tail(files.stdout), secrets
            )
            self._fail(run, now_s, details)

    def _lose(self, run: JobRun, now_s: float) -> None:
        # Without its supervisor nobody would ever learn how the job ended, so it may not go on.
        processes.send(self._marker(run), signal.SIGKILL)
        run.attempt.ended_at_s = now_s
        if run.cancellation:
            run.attempt.move_to("CANCELLED", now_s, run.cancellation.reason)
            return
        self._fail(
            run,
            now_s,
            "Job failed: its process is gone and left no exit code (lost with its host?).",
        )

    def _fail(self, run: JobRun, now_s: float, details: str) -> None:
        run.attempt.move_to("FAILED", now_s, details)
        if may_try_again(run, now_s):
            run.attempts.append(
                Attempt(
                    number=run.attempt.number + 1,
                    state="PENDING",
                    state_details=f"Attempt {run.attempt.number} failed; trying again.",
                    created_at_s=now_s,
                    updated_at_s=now_s,
                )
            )

    def _close(self, run: JobRun, now_s: float) -> None:
        reason = run.cancellation.reason if run.cancellation else "The job run was cancelled."
        run.attempt.move_to("CANCELLED", now_s, reason)
        run.attempt.ended_at_s = now_s

    def _end_processes(
        self, run: JobRun, cancellation: Cancellation, files: AttemptFiles, now_s: float
    ) -> None:
        if run.state != "CANCELLING":
            run.attempt.move_to("CANCELLING", now_s, cancellation.reason)
        if now_s >= cancellation.requested_at_s + cancellation.grace_s:
            processes.send(self._marker(run), signal.SIGKILL)
        elif files.folder not in self._told_to_end and processes.send(
            self._marker(run), signal.SIGTERM
        ):
            self._told_to_end.add(files.folder)

    def _admit(self, now_s: float) -> None:
        open_runs = self._store.open_runs()
        for application in self._store.applications():
            own = [run for run in open_runs if run.application_id == application.id]
            waiting = [run for run in own if run.state in WAITING and not run.cancellation]
            if application.state != "STARTED" or not waiting:
                continue
            active = [run for run in own if run.state in ACTIVE]
            states = next_states(application, waiting, active)
            capacity = capacity_of(application)
            for run in waiting:
                if not capacity.holds([run.workers]):
                    run.attempt.ended_at_s = now_s
                    run.attempt.move_to("FAILED", now_s, _exceeds(run, capacity.vcpus))
                elif states[run.id] == "SCHEDULED":
                    self._schedule(run, now_s)
                elif states[run.id] != run.state:
                    _wait(run, states[run.id] == "QUEUED", now_s)
                self._store.save_run(run)

    def _schedule(self, run: JobRun, now_s: float) -> None:
        if run.queued_at_s is not None:
            run.queued_s += now_s - run.queued_at_s
            run.queued_at_s = None
        run.attempt.move_to("SCHEDULED", now_s, "Workers are allocated; the driver is starting.")
        self._launch(run, now_s)

    def _launch(self, run: JobRun, now_s: float) -> None:
        files = self.files(run, run.attempt.number)
        try:
            submission = build_submission(
                run.request,
                run.runtime_configuration,
                self._settings,
                run.id,
                files.work_dir,
                os.environ,
            )
        except ServiceError as error:
            run.attempt.ended_at_s = now_s
            run.attempt.move_to("FAILED", now_s, f"The job cannot be started: {error}"[:256])
            return
        attempt_in_path = run.attempt.number if run.has_retries else None
        files.write_order(
            Order(
                marker=self._marker(run),
                argv=submission.argv,
                downloads=submission.downloads,
                log_target=run.log_uri
                and driver_log_url(run.log_uri, run.application_id, run.id, attempt_in_path),
            )
        )
        with (files.folder / "supervisor.log").open("ab") as output:
            self._supervisors[files.folder] = subprocess.Popen(  # noqa: S603
                [sys.executable, "-m", "emr_serverless_local.supervisor", str(files.folder)],
                cwd=PACKAGE_PARENT,
                env=submission.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def _move_applications(self, now_s: float) -> None:
        busy = {run.application_id for run in self._store.open_runs()}
        for application in self._store.applications():
            before = application.model_copy()
            auto_stop = application.request.get("autoStopConfiguration") or {}
            idle_minutes = auto_stop.get("idleTimeoutMinutes", DEFAULT_IDLE_TIMEOUT_MINUTES)
            idle_s = idle_minutes * self._settings.seconds_per_minute
            if application.id in busy:
                application.last_active_at_s = now_s
            if application.state == "STARTING":
                application.move_to("STARTED", now_s)
            elif application.state == "STOPPING":
                application.move_to("STOPPED", now_s)
            elif (
                application.state == "STARTED"
                and auto_stop.get("enabled", True)
                and now_s - application.last_active_at_s > idle_s
            ):
                application.move_to("STOPPING", now_s, "The application was idle.")
            if application != before:
                self._store.save_application(application)

    def _marker(self, run: JobRun) -> str:
        return f"{self._state_dir}:{run.id}:{run.attempt.number}"

    def _forget_ended_supervisors(self) -> None:
        ended = [folder for folder, each in self._supervisors.items() if each.poll() is not None]
        for folder in ended:
            if AttemptFiles(folder).claim():
                del self._supervisors[folder]
                self._told_to_end.discard(folder)


def _wait(run: JobRun, is_queued: bool, now_s: float) -> None:
    if is_queued:
        run.queued_at_s = run.queued_at_s or now_s
        run.attempt.move_to("QUEUED", now_s, "Waiting for other job runs of the application.")
    else:
        run.attempt.move_to("PENDING", now_s, "Waiting for capacity of the application.")


def _exceeds(run: JobRun, vcpus: float) -> str:
    setting = "cpu" if run.workers.vcpus > vcpus else "memory"
    return (
        "ApplicationMaxCapacityExceededException: the job run asks for "
        f"{run.workers.vcpus} vCPU and {run.workers.memory_gb} GB, which exceeds the "
        f"application's maximumCapacity setting: {setting}."
    )
