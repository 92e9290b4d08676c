"""kill -9 in the middle of an hour: one published copy, a balanced ledger, no orphan."""

from __future__ import annotations

import os
import signal

import psutil
import pytest
from flightlake.contracts.hours import Hour

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]


def kill_spark(flightlake):
    for process in flightlake.spark_processes():
        process.kill()


def kill_emr_server(flightlake):
    flightlake.stack.processes.record("emr")
    psutil.Process(flightlake.stack.processes.record("emr").pid).kill()


def kill_scheduler(flightlake):
    os.killpg(flightlake.stack.processes.record("scheduler").pid, signal.SIGKILL)


@pytest.mark.parametrize(
    ("kill", "hour", "jobs"),
    [
        (kill_spark, Hour.parse("2024-04-01T10"), 2),
        pytest.param(kill_emr_server, Hour.parse("2024-04-02T10"), 1, marks=pytest.mark.nightly),
        pytest.param(kill_scheduler, Hour.parse("2024-04-03T10"), 1, marks=pytest.mark.nightly),
    ],
)
def test_a_kill_in_the_middle_of_an_hour_leaves_one_published_copy(
    kill, hour, jobs, flightlake, recorded, wait_for
):
    replaying = flightlake.start("replay", str(recorded(hour, answers=4)), "--hours-only")
    try:
        wait_for(
            lambda: (
                [run for run in flightlake.job_runs(hour) if run["state"] == "RUNNING"]
                and flightlake.spark_processes()
            ),
            "the running Spark job",
        )
        kill(flightlake)
        # Where a service died, the replay says so and ends; what is left is what people type next.
        replaying.wait(timeout=240)
    finally:
        replaying.kill()
    assert flightlake.run("up").returncode == 0
    api = flightlake.stack.api
    moment = hour.start.isoformat()

    def runs() -> list[str]:
        found = api.get(
            "dags/states_hourly/dagRuns", logical_date_gte=moment, logical_date_lte=moment
        )
        return [run["state"] for run in found["dag_runs"]]

    wait_for(lambda: runs() in (["success"], ["failed"]), "the end of the run", timeout_s=300)
    assert runs() == ["success"], flightlake.task_log(hour, "states_hourly")[-3000:]
    [line] = flightlake.rows_of("ops.run_ledger", hour)
    accounted = ("rows_published", "rows_withheld", "rows_quarantined", "rows_repeated")
    assert line["rows_read"] == sum(line[name] for name in accounted)
    published = flightlake.rows_of("silver.state_vectors", hour)
    keys = {(row["icao24"], row["snapshot_time"]) for row in published}
    assert len(published) == len(keys) == line["rows_published"] > 0
    found = flightlake.job_runs(hour)
    assert len(found) == jobs
    assert len({run["name"] for run in found}) == jobs
    assert sum(run["state"] == "SUCCESS" for run in found) == 1
    wait_for(lambda: not flightlake.spark_processes(), "the end of every Spark process", 30)
