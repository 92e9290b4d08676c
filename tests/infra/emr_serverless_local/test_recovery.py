"""The server dies, is replaced, or is told to stop, while jobs run."""

import json
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from emr_serverless_local.server import LocalEmrServerless, ServerError


def _gated(emr, folder: Path) -> str:
    """A job that notes its start and runs until the gate is there."""
    return emr.script(
        f"echo $$ >> {folder}/starts; while [ ! -e {folder}/gate ]; do sleep 0.05; done"
    )


def _start(emr, tools, application: str, script: str, **members) -> str:
    return emr.client.start_job_run(
        applicationId=application,
        clientToken="t",
        executionRoleArn=tools.role,
        jobDriver={"sparkSubmit": {"entryPoint": script}},
        **members,
    )["jobRunId"]


def _job_pids(folder: Path) -> list[int]:
    starts = folder / "starts"
    return [int(line) for line in starts.read_text().split()] if starts.exists() else []


def _runs(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def _supervisor_pid(state_dir: Path, run: str) -> int:
    claim = state_dir / "runs" / run / "attempt-1" / "claim.json"
    return json.loads(claim.read_text())["pid"]


def test_the_command_says_where_it_listens_and_listens_on_loopback_only(serve_process):
    server = serve_process()
    assert server.ready_line == f"EMR Serverless (local) is ready at {server.url}"
    addresses = {
        connection.laddr.ip
        for connection in psutil.Process(server.process.pid).net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    }
    assert addresses == {"127.0.0.1"}
    assert server.end(signal.SIGTERM) == 0


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_running_job_outlives_its_server_and_is_picked_up_again(
    serve_process, tools, tmp_path, number
):
    server = serve_process()
    emr = tools.Emr(server.url, tmp_path)
    application = emr.application(clientToken="app")
    script = _gated(emr, tmp_path)
    run = _start(emr, tools, application, script)
    emr.reaches(application, run, "RUNNING")
    (pid,) = tools.until(lambda: _job_pids(tmp_path), "the job notes its start")
    server.end(number)
    assert _runs(pid)

    emr = tools.Emr(serve_process().url, tmp_path)
    assert emr.application(clientToken="app") == application
    assert _start(emr, tools, application, script) == run
    assert emr.state(application, run) == "RUNNING"
    (tmp_path / "gate").touch()
    emr.reaches(application, run, "SUCCESS")
    assert _job_pids(tmp_path) == [pid]


def test_a_job_that_ended_while_no_server_ran_gets_its_true_end(serve_process, tools, tmp_path):
    server = serve_process()
    emr = tools.Emr(server.url, tmp_path)
    application = emr.application()
    text = f"while [ ! -e {tmp_path}/gate ]; do sleep 0.05; done; echo 'Boom' >&2; exit 9"
    run = emr.start(application, text)
    emr.reaches(application, run, "RUNNING")
    server.end(signal.SIGKILL)
    (tmp_path / "gate").touch()
    end = tmp_path / "state" / "runs" / run / "attempt-1" / "end.json"
    tools.until(end.exists, "the supervisor writes the end")

    emr = tools.Emr(serve_process().url, tmp_path)
    seen = emr.reaches(application, run, "FAILED")
    assert "ExitCode: 9" in seen["stateDetails"]
    assert "Boom" in seen["stateDetails"]


@pytest.mark.parametrize("server_is_alive", [True, False])
def test_a_job_without_its_supervisor_is_ended_lost_and_tried_again(
    serve_process, tools, tmp_path, server_is_alive
):
    server = serve_process()
    emr = tools.Emr(server.url, tmp_path)
    application = emr.application()
    run = _start(emr, tools, application, _gated(emr, tmp_path), retryPolicy={"maxAttempts": 2})
    emr.reaches(application, run, "RUNNING")
    (orphan,) = tools.until(lambda: _job_pids(tmp_path), "the job notes its start")
    if not server_is_alive:
        server.end(signal.SIGKILL)
    psutil.Process(_supervisor_pid(tmp_path / "state", run)).kill()
    if not server_is_alive:
        emr = tools.Emr(serve_process().url, tmp_path)

    tools.until(lambda: len(_job_pids(tmp_path)) == 2, "the second attempt starts")
    assert not _runs(orphan)
    (tmp_path / "gate").touch()
    assert emr.reaches(application, run, "SUCCESS")["attempt"] == 2
    first = emr.run(application, run, attempt=1)
    assert first["state"] == "FAILED"
    assert "left no exit code" in first["stateDetails"]


def test_runs_that_waited_when_the_server_died_start_under_the_next(serve_process, tools, tmp_path):
    server = serve_process()
    emr = tools.Emr(server.url, tmp_path)
    application = emr.application(schedulerConfiguration={"maxConcurrentRuns": 1})
    first = _start(emr, tools, application, _gated(emr, tmp_path))
    emr.reaches(application, first, "RUNNING")
    second = emr.start(application, "true")
    emr.reaches(application, second, "QUEUED")
    server.end(signal.SIGKILL)
    emr = tools.Emr(serve_process().url, tmp_path)
    assert emr.state(application, second) == "QUEUED"
    (tmp_path / "gate").touch()
    for run in (first, second):
        emr.reaches(application, run, "SUCCESS")


def test_a_cancel_that_the_server_did_not_live_to_do_is_done_by_the_next(
    serve_process, tools, tmp_path
):
    server = serve_process()
    emr = tools.Emr(server.url, tmp_path)
    application = emr.application()
    text = f"trap '' TERM; echo $$ > {tmp_path}/starts; while :; do sleep 0.1; done"
    run = emr.start(application, text)
    emr.reaches(application, run, "RUNNING")
    (pid,) = tools.until(lambda: _job_pids(tmp_path), "the job notes its start")
    emr.client.cancel_job_run(
        applicationId=application, jobRunId=run, shutdownGracePeriodInSeconds=1
    )
    server.end(signal.SIGKILL)
    assert _runs(pid)
    emr = tools.Emr(serve_process().url, tmp_path)
    emr.reaches(application, run, "CANCELLED")
    assert not _runs(pid)


@pytest.mark.parametrize("server_is_alive", [True, False])
def test_stop_all_ends_every_job_with_and_without_a_server(
    serve_process, tools, tmp_path, server_is_alive
):
    server = serve_process()
    emr = tools.Emr(server.url, tmp_path)
    application = emr.application(schedulerConfiguration={"maxConcurrentRuns": 2})
    running = [emr.start(application, f"echo $$ >> {tmp_path}/starts; sleep 300") for _ in "ab"]
    for run in running:
        emr.reaches(application, run, "RUNNING")
    waiting = emr.start(application, "true", retryPolicy={"maxAttempts": 3})
    emr.reaches(application, waiting, "QUEUED")
    pids = tools.until(lambda: len(_job_pids(tmp_path)) == 2 and _job_pids(tmp_path), "both run")
    if not server_is_alive:
        server.end(signal.SIGTERM)
        assert all(_runs(pid) for pid in pids)

    answer = subprocess.run(
        [
            *(sys.executable, "-m", "emr_serverless_local", "stop-all"),
            *("--state-dir", str(tmp_path / "state"), "--grace", "2"),
        ],
        cwd=tools.package_parent,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert (answer.returncode, answer.stdout) == (0, "Ended 3 job run(s).\n")
    assert not any(_runs(pid) for pid in pids)
    if not server_is_alive:
        emr = tools.Emr(serve_process().url, tmp_path)
    assert {emr.state(application, run) for run in [*running, waiting]} == {"CANCELLED"}


def test_a_start_that_fails_leaves_nothing_behind(serve, fake_settings, tmp_path):
    before = psutil.Process().num_fds()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        failed = LocalEmrServerless(fake_settings(), tmp_path / "state", port)
        with pytest.raises(ServerError, match=f"Port {port} on 127.0.0.1 cannot be used"):
            failed.start()
    assert psutil.Process().num_fds() == before
    failed.stop()
    assert serve().application()


def test_a_second_server_on_one_state_folder_is_refused_in_one_line(serve_process, tools, tmp_path):
    serve_process()
    second = subprocess.run(
        [sys.executable, "-m", "emr_serverless_local", "--state-dir", str(tmp_path / "state")],
        cwd=tools.package_parent,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert second.returncode == 1
    assert second.stderr.startswith("Another server uses ")
    assert len(second.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("config", "words"),
    [('{"spark_sbmit": "x"}', "spark_sbmit"), ("{", "Invalid JSON"), (None, "No such file")],
)
def test_a_wrong_configuration_is_refused_in_one_line(tools, tmp_path, config, words):
    path = tmp_path / "config.json"
    if config:
        path.write_text(config)
    answer = subprocess.run(
        [
            *(sys.executable, "-m", "emr_serverless_local"),
            *("--state-dir", str(tmp_path / "state"), "--config", str(path)),
        ],
        cwd=tools.package_parent,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert answer.returncode == 1
    assert words in answer.stderr
    assert len(answer.stderr.splitlines()) == 1
