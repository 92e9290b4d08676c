"""A server, a boto3 client, and stand-ins for spark-submit that are shell scripts."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import boto3
import botocore.config
import psutil
import pytest

PACKAGE_PARENT = Path(__file__).resolve().parents[3] / "infra" / "local"
if str(PACKAGE_PARENT) not in sys.path:
    sys.path.insert(0, str(PACKAGE_PARENT))

from emr_serverless_local.server import LocalEmrServerless, stop_all  # noqa: E402
from emr_serverless_local.settings import Settings  # noqa: E402

ROLE = "arn:aws:iam::000000000000:role/job"
FINAL = {"SUCCESS", "FAILED", "CANCELLED"}
# Skips the options, each with one value, and runs the entry point as a shell script.
FAKE_SPARK_SUBMIT = """#!/bin/sh
while [ "${1#-}" != "$1" ]; do shift 2; done
exec sh "$@"
"""


def until(condition: Callable[[], Any], what: str, timeout_s: float = 20.0) -> Any:
    """Return the condition's first true value; fail when it does not come in time."""
    deadline_s = time.monotonic() + timeout_s
    while time.monotonic() < deadline_s:
        value = condition()
        if value:
            return value
        time.sleep(0.03)
    pytest.fail(f"not in {timeout_s} s: {what}")


def boto_client(url: str, *, validate: bool = True) -> Any:
    return boto3.client(
        "emr-serverless",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="local",
        aws_secret_access_key="local-secret",
        config=botocore.config.Config(
            parameter_validation=validate, retries={"total_max_attempts": 1}
        ),
    )


class Emr:
    """What tests say to a server, in few words."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self.folder = folder
        self.client = boto_client(url)
        self._scripts = 0

    def application(self, **members: Any) -> str:
        return self.client.create_application(
            releaseLabel="emr-spark-8.1.0", type="SPARK", **members
        )["applicationId"]

    def script(self, text: str) -> str:
        self._scripts += 1
        path = self.folder / f"script-{self._scripts}.sh"
        path.write_text(text)
        return str(path)

    def start(self, application: str, text: str, *arguments: str, **members: Any) -> str:
        parameters = members.pop("sparkSubmitParameters", None)
        spark = {"entryPoint": self.script(text), "entryPointArguments": list(arguments)}
        if parameters:
            spark["sparkSubmitParameters"] = parameters
        return self.client.start_job_run(
            applicationId=application,
            executionRoleArn=ROLE,
            jobDriver={"sparkSubmit": spark},
            **members,
        )["jobRunId"]

    def run(self, application: str, run: str, **members: Any) -> dict[str, Any]:
        return self.client.get_job_run(applicationId=application, jobRunId=run, **members)["jobRun"]

    def state(self, application: str, run: str) -> str:
        return self.run(application, run)["state"]

    def reaches(
        self, application: str, run: str, *states: str, timeout_s: float = 20.0
    ) -> dict[str, Any]:
        def reached() -> dict[str, Any] | None:
            seen = self.run(application, run)
            if seen["state"] in states:
                return seen
            if seen["state"] in FINAL:
                pytest.fail(f"{run} ended as {seen['state']}: {seen['stateDetails']}")
            return None

        return until(reached, f"{run} in {states}", timeout_s)


class ServerProcess:
    """The server as its users start it: a command."""

    def __init__(self, state_dir: Path, config: Path, log: Path) -> None:
        self._log = log.open("ab")
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "emr_serverless_local", "--port", "0"),
                *("--state-dir", str(state_dir), "--config", str(config)),
            ],
            cwd=PACKAGE_PARENT,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )
        assert self.process.stdout is not None
        self.ready_line = self.process.stdout.readline().strip()
        self.url = self.ready_line.rpartition(" ")[2]

    def end(self, number: int) -> int:
        self.process.send_signal(number)
        code = self.process.wait(timeout=20)
        assert self.process.stdout is not None
        self.process.stdout.close()
        self._log.close()
        return code


def children_marked(text: str) -> list[psutil.Process]:
    """Living processes that have the text in their command line."""
    found = []
    for process in psutil.process_iter(["cmdline", "status"]):
        is_zombie = process.info["status"] == psutil.STATUS_ZOMBIE
        if not is_zombie and any(text in word for word in process.info["cmdline"] or []):
            found.append(process)
    return found


@pytest.fixture
def fake_settings(tmp_path: Path) -> Callable[..., Settings]:
    """Settings whose spark-submit runs shell scripts."""
    path = tmp_path / "fake-spark-submit"
    path.write_text(FAKE_SPARK_SUBMIT)
    path.chmod(0o755)

    def build(**members: Any) -> Settings:
        return Settings(**({"spark_submit": str(path), "kill_grace_s": 5.0} | members))

    return build


@pytest.fixture
def serve(tmp_path: Path, fake_settings: Callable[..., Settings]) -> Iterator[Callable[..., Emr]]:
    """Start a server in this process; all its jobs end with the test."""
    state_dir = tmp_path / "state"
    with ExitStack() as servers:

        def start(settings: Settings | None = None) -> Emr:
            server = LocalEmrServerless(settings or fake_settings(), state_dir)
            servers.enter_context(server)
            return Emr(server.url, tmp_path)

        yield start
    stop_all(state_dir, grace_s=0.0)


@pytest.fixture
def emr(serve: Callable[..., Emr]) -> Emr:
    return serve()


@pytest.fixture
def serve_process(
    tmp_path: Path, fake_settings: Callable[..., Settings]
) -> Iterator[Callable[[], ServerProcess]]:
    """Start the command on one state folder; servers and jobs end with the test."""
    config = tmp_path / "config.json"
    config.write_text(fake_settings().model_dump_json())
    started: list[ServerProcess] = []

    def start() -> ServerProcess:
        started.append(ServerProcess(tmp_path / "state", config, tmp_path / "server.log"))
        return started[-1]

    yield start
    for server in started:
        if server.process.poll() is None:
            server.end(signal.SIGTERM)
    stop_all(tmp_path / "state", grace_s=0.0)


@pytest.fixture
def tools() -> Any:
    """The helpers of this folder, for tests that start more than one of something."""

    class Tools:
        Emr = Emr
        until = staticmethod(until)
        boto_client = staticmethod(boto_client)
        children_marked = staticmethod(children_marked)
        role = ROLE
        package_parent = PACKAGE_PARENT

    return Tools
