"""Queueing, capacity, cancelling, time-outs and retries, with real processes."""

import time

import psutil
import pytest

# A job with a child and a grandchild in a session of its own; all of them ignore TERM.
STUBBORN_TREE = """
trap '' TERM
setsid sh -c "trap '' TERM; sleep 300 & sleep 300" &
sleep 300 &
echo {marker}
while :; do sleep 300; done
"""
SMALL = (
    "--conf spark.driver.cores=1 --conf spark.driver.memory=1g --conf spark.executor.cores=1 "
    "--conf spark.executor.memory=1g --conf spark.executor.instances=1"
)


def _pids_with(marker: str) -> list[int]:
    pids = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("JOB_MARK") == marker and process.status() != "zombie":
                pids.append(process.pid)
        except (psutil.Error, OSError):
            continue
    return pids


def _mark(text: str) -> str:
    return f"--conf spark.emr-serverless.driverEnv.JOB_MARK={text}"


def test_cancel_ends_the_whole_process_tree_also_what_ignores_term(serve, fake_settings, tools):
    emr = serve(fake_settings(kill_grace_s=0.5))
    application = emr.application()
    mark = f"tree-{time.time_ns()}"
    run = emr.start(application, STUBBORN_TREE, sparkSubmitParameters=_mark(mark))
    emr.reaches(application, run, "RUNNING")
    # The supervisor shares the job's environment, hence one more than the job's own six.
    tools.until(lambda: len(_pids_with(mark)) >= 6, "the whole tree runs")
    emr.client.cancel_job_run(applicationId=application, jobRunId=run)
    assert emr.state(application, run) == "CANCELLING"
    seen = emr.reaches(application, run, "CANCELLED")
    assert "CancelJobRun" in seen["stateDetails"]
    tools.until(lambda: not _pids_with(mark), "no process is left")


def test_cancel_lets_a_job_end_by_itself_within_the_grace(emr, tmp_path):
    application = emr.application()
    text = f"trap 'echo tidy > {tmp_path}/tidy; exit 0' TERM; sleep 300 & wait"
    run = emr.start(application, text)
    emr.reaches(application, run, "RUNNING")
    emr.client.cancel_job_run(
        applicationId=application, jobRunId=run, shutdownGracePeriodInSeconds=30
    )
    emr.reaches(application, run, "CANCELLED")
    assert (tmp_path / "tidy").read_text() == "tidy\n"


def test_cancelling_a_finished_run_changes_nothing(emr):
    application = emr.application()
    run = emr.start(application, "true")
    emr.reaches(application, run, "SUCCESS")
    emr.client.cancel_job_run(applicationId=application, jobRunId=run)
    assert emr.state(application, run) == "SUCCESS"


def test_what_a_successful_job_leaves_behind_is_ended(emr, tools):
    application = emr.application()
    mark = f"left-{time.time_ns()}"
    run = emr.start(application, "setsid sleep 300 & exit 0", sparkSubmitParameters=_mark(mark))
    emr.reaches(application, run, "SUCCESS")
    tools.until(lambda: not _pids_with(mark), "no process is left")


def test_runs_over_the_limit_are_queued_and_started_in_order(emr, tmp_path, tools):
    application = emr.application(schedulerConfiguration={"maxConcurrentRuns": 1})
    gate = tmp_path / "gate"
    order = tmp_path / "order"
    wait = f"while [ ! -e {gate} ]; do sleep 0.05; done; echo first >> {order}"
    first = emr.start(application, wait)
    emr.reaches(application, first, "RUNNING")
    later = [emr.start(application, f"echo {n} >> {order}") for n in range(3)]
    for run in later:
        emr.reaches(application, run, "QUEUED")
    cancelled = later[1]
    emr.client.cancel_job_run(applicationId=application, jobRunId=cancelled)
    emr.reaches(application, cancelled, "CANCELLED")
    gate.touch()
    for run in (first, later[0], later[2]):
        seen = emr.reaches(application, run, "SUCCESS")
    assert order.read_text().split() == ["first", "0", "2"]
    assert seen["queuedDurationMilliseconds"] > 0
    assert "startedAt" not in emr.run(application, cancelled)


def test_a_run_queued_for_too_long_is_cancelled_and_says_so(serve, fake_settings):
    emr = serve(fake_settings(seconds_per_minute=0.03))
    application = emr.application(
        schedulerConfiguration={"maxConcurrentRuns": 1, "queueTimeoutMinutes": 15}
    )
    running = emr.start(application, "sleep 300", executionTimeoutMinutes=10080)
    emr.reaches(application, running, "RUNNING")
    waiting = emr.start(application, "true")
    seen = emr.reaches(application, waiting, "CANCELLED")
    assert "queued for over 15 minutes" in seen["stateDetails"]
    assert emr.state(application, running) == "RUNNING"


def test_a_run_over_its_execution_time_out_is_ended_with_all_processes(serve, fake_settings, tools):
    emr = serve(fake_settings(seconds_per_minute=0.5, kill_grace_s=0.3))
    application = emr.application()
    mark = f"slow-{time.time_ns()}"
    run = emr.start(
        application,
        STUBBORN_TREE,
        executionTimeoutMinutes=1,
        retryPolicy={"maxAttempts": 3},
        sparkSubmitParameters=_mark(mark),
    )
    seen = emr.reaches(application, run, "CANCELLED")
    assert "executionTimeoutMinutes" in seen["stateDetails"]
    assert seen["attempt"] == 1
    assert seen["totalExecutionDurationSeconds"] < 10
    tools.until(lambda: not _pids_with(mark), "no process is left")


def test_a_failed_attempt_is_tried_again_until_it_succeeds(emr, tmp_path):
    application = emr.application()
    counter = tmp_path / "counter"
    text = f"echo x >> {counter}; [ $(wc -l < {counter}) = 3 ] || {{ echo oops-$$ >&2; exit 1; }}"
    run = emr.start(application, text, retryPolicy={"maxAttempts": 5})
    seen = emr.reaches(application, run, "SUCCESS")
    assert seen["attempt"] == 3
    attempts = emr.client.list_job_run_attempts(applicationId=application, jobRunId=run)
    states = [(each["attempt"], each["state"]) for each in attempts["jobRunAttempts"]]
    assert states == [(3, "SUCCESS"), (2, "FAILED"), (1, "FAILED")]
    first = emr.run(application, run, attempt=1)
    assert first["state"] == "FAILED"
    assert "oops-" in first["stateDetails"]
    # Each attempt is billed for a minute of 4 + 3 x 4 vCPU at least.
    assert seen["billedResourceUtilization"]["vCPUHour"] == pytest.approx(3 * 16 / 60, abs=1e-5)


def test_a_run_fails_when_its_last_attempt_fails(emr):
    application = emr.application()
    run = emr.start(application, "exit 7", retryPolicy={"maxAttempts": 2})
    seen = emr.reaches(application, run, "FAILED")
    assert seen["attempt"] == 2
    assert "ExitCode: 7" in seen["stateDetails"]


def test_a_streaming_run_is_tried_again_only_so_often_in_an_hour(emr):
    application = emr.application()
    run = emr.start(
        application, "exit 1", mode="STREAMING", retryPolicy={"maxFailedAttemptsPerHour": 2}
    )
    assert emr.reaches(application, run, "FAILED")["attempt"] == 2


def test_runs_wait_for_capacity_and_one_that_never_fits_fails(emr, tmp_path):
    # One small run takes 2 vCPU and 4 GB.
    application = emr.application(maximumCapacity={"cpu": "3 vCPU", "memory": "100 GB"})
    gate = tmp_path / "gate"
    text = f"while [ ! -e {gate} ]; do sleep 0.05; done"
    first = emr.start(application, text, sparkSubmitParameters=SMALL)
    second = emr.start(application, "true", sparkSubmitParameters=SMALL)
    emr.reaches(application, first, "RUNNING")
    assert "capacity" in emr.reaches(application, second, "PENDING")["stateDetails"]
    gate.touch()
    emr.reaches(application, second, "SUCCESS")
    too_large = emr.start(application, "true")
    seen = emr.reaches(application, too_large, "FAILED")
    assert "ApplicationMaxCapacityExceededException" in seen["stateDetails"]
    assert "16 vCPU and 64 GB" in seen["stateDetails"]


def test_kill_9_of_the_job_is_a_failure_that_names_the_signal(emr, tmp_path, tools):
    application = emr.application()
    pid_file = tmp_path / "pid"
    run = emr.start(application, f"echo $$ > {pid_file}; exec sleep 300")
    emr.reaches(application, run, "RUNNING")
    pid = int(tools.until(lambda: pid_file.exists() and pid_file.read_text().strip(), "pid"))
    psutil.Process(pid).kill()
    assert "killed by signal 9 (SIGKILL)" in emr.reaches(application, run, "FAILED")["stateDetails"]


def test_a_missing_spark_submit_is_a_failed_run_with_that_reason(serve, fake_settings):
    emr = serve(fake_settings(spark_submit="/nowhere/spark-submit"))
    application = emr.application()
    seen = emr.reaches(application, emr.start(application, "true"), "FAILED")
    assert "No such file or directory: '/nowhere/spark-submit'" in seen["stateDetails"]
