"""Whole stacks on free ports, each with its own state, driven by the commands that people type."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3
import psutil
import pytest
from deltalake import DeltaTable
from flightlake.contracts import raw
from flightlake.contracts.hours import Hour
from flightlake.contracts.tables import TABLES
from flightlake_local.environment import aws_environment
from flightlake_local.processes import wait_until
from flightlake_local.settings import LakeKind, LocalSettings
from flightlake_local.stack import Stack
from opensky_simulator.world import World

REPO = Path(__file__).parents[2]
COMMAND_TIMEOUT_S = 600


@dataclass(frozen=True)
class LocalFlightlake:
    """A running stack: its commands, its tables by a second reader, its jobs and processes."""

    settings: LocalSettings
    environment: dict[str, str]

    @cached_property
    def stack(self) -> Stack:
        return Stack(self.settings)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """One command of the Makefile's, as another process."""
        return subprocess.run(
            [sys.executable, "-m", "flightlake_local", *arguments],
            env=self.environment,
            cwd=REPO,
            capture_output=True,
            text=True,
            timeout=COMMAND_TIMEOUT_S,
            check=False,
        )

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """One command in the background."""
        return subprocess.Popen(
            [sys.executable, "-m", "flightlake_local", *arguments],
            env=self.environment,
            cwd=REPO,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def rows(self, table: str) -> list[dict[str, Any]]:
        """A table's rows, read without Spark."""
        url = f"{self.settings.lake_url}/{TABLES[table].path}"
        options = {}
        if self.settings.lake is LakeKind.S3:
            keys = aws_environment(self.settings, self.stack.credentials)
            options = {**keys, "AWS_ENDPOINT_URL": self.settings.s3_url, "AWS_ALLOW_HTTP": "true"}
        rows = DeltaTable(url, storage_options=options).to_pyarrow_table().to_pylist()
        return list(rows)

    def rows_of(self, table: str, hour: Hour) -> list[dict[str, Any]]:
        """A table's rows of one hour."""
        return [r for r in self.rows(table) if (r["date"], r["hour"]) == (hour.date, hour.hour)]

    def content_hash(self, table: str, *without: str) -> str:
        """A hash of a table's rows whatever their order, leaving some columns out."""
        lines = sorted(
            json.dumps({k: v for k, v in row.items() if k not in without}, default=str)
            for row in self.rows(table)
        )
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()

    def replayed_objects(self) -> list[str]:
        """The keys of everything that was landed by replays; live polls go on beside them."""
        return self.stack.open_lake().keys(f"{raw.ROOT}/source=replay")

    def job_runs(self, hour: Hour) -> list[dict[str, Any]]:
        """The Spark job runs of an hour, newest first."""
        client = boto3.client(
            "emr-serverless",
            endpoint_url=self.settings.emr_url,
            region_name="us-east-1",
            aws_access_key_id=self.stack.credentials.aws_access_key_id,
            aws_secret_access_key=self.stack.credentials.aws_secret_access_key,
        )
        [application] = client.list_applications()["applications"]
        runs = client.list_job_runs(applicationId=application["id"])["jobRuns"]
        return [run for run in runs if str(hour) in run["name"]]

    def task_log(self, hour: Hour, task_id: str) -> str:
        """All attempts' logs of a task of an hour's run."""
        logs = self.settings.airflow_home / "logs" / "dag_id=states_hourly"
        # A run is named after the end of its interval.
        found = sorted(logs.glob(f"run_id=*{hour + 1}:00:00*/task_id={task_id}/*.log"))
        return "\n".join(path.read_text() for path in found)

    def spark_processes(self) -> list[psutil.Process]:
        """The JVMs that this stack's jobs run in."""
        found = []
        for process in psutil.process_iter(["name", "cmdline"]):
            command = " ".join(process.info["cmdline"] or [])
            is_ours = str(self.settings.state_dir) in command or self.settings.code_url in command
            if process.info["name"] == "java" and is_ours:
                found.append(process)
        return found


@pytest.fixture(scope="session")
def start_flightlake(
    unused_tcp_ports: Callable[[int], list[int]],
) -> Iterator[Callable[[LakeKind], LocalFlightlake]]:
    """Starts a whole stack; at most one runs at a time, since two would share two cores."""
    started: dict[LakeKind, LocalFlightlake] = {}

    def stop() -> None:
        for flightlake in started.values():
            flightlake.run("down")
            shutil.rmtree(flightlake.settings.state_dir, ignore_errors=True)
        started.clear()

    def start(kind: LakeKind) -> LocalFlightlake:
        if kind in started:
            return started[kind]
        stop()
        airflow, simulator, emr, s3 = unused_tcp_ports(4)
        chosen = {
            "lake": kind,
            "airflow_port": airflow,
            "simulator_port": simulator,
            "emr_port": emr,
            "s3_port": s3,
            # Not pytest's own folder: under root PostgreSQL runs as another user, who may not enter
            # it; and a socket's path is at most 107 bytes long.
            "state_dir": Path(tempfile.mkdtemp(prefix=f"flightlake-{kind}-")),
            "jars_dir": REPO / ".flightlake/jars",
        }
        own = {f"FLIGHTLAKE_LOCAL_{name.upper()}": str(value) for name, value in chosen.items()}
        settings = LocalSettings(**chosen)  # type: ignore[arg-type]
        started[kind] = LocalFlightlake(settings, os.environ | own)
        up = started[kind].run("up", "--lake", kind)
        assert up.returncode == 0, up.stdout + up.stderr
        return started[kind]

    yield start
    stop()


@pytest.fixture
def flightlake(start_flightlake: Callable[[LakeKind], LocalFlightlake]) -> LocalFlightlake:
    """The stack with its lake in local files."""
    return start_flightlake(LakeKind.FILE)


@pytest.fixture(scope="session")
def unused_tcp_ports() -> Callable[[int], list[int]]:
    """Ports that nobody listens on."""
    import socket

    def find(count: int) -> list[int]:
        sockets = [socket.socket() for _ in range(count)]
        try:
            for each in sockets:
                each.bind(("127.0.0.1", 0))
            return [each.getsockname()[1] for each in sockets]
        finally:
            for each in sockets:
                each.close()

    return find


@pytest.fixture(scope="session")
def world() -> World:
    """The simulated sky."""
    return World(seed=3, aircraft=2500)


@pytest.fixture
def recorded(world: World, tmp_path: Path) -> Callable[..., Path]:
    """A folder of recorded answers of an hour, from the simulated sky."""

    def record(hour: Hour, answers: int = 3) -> Path:
        folder = tmp_path / str(hour)
        folder.mkdir()
        for number in range(answers):
            moment_s = hour.start_s + 600 + 90 * number
            (folder / f"{moment_s}.json").write_bytes(world.answer(moment_s))
        return folder

    return record


def wait_for(is_so: Callable[[], Any], what: str, timeout_s: float = 120) -> None:
    """Wait until something is so, or fail saying what did not come."""
    assert wait_until(lambda: bool(is_so()), timeout_s, every_s=0.25), f"{what} did not come"


@pytest.fixture(name="wait_for")
def _wait_for() -> Callable[..., None]:
    return wait_for
