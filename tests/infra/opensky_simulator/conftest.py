"""One world for all tests, and one real server process on loopback."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import opensky_simulator
import pytest
import requests
from opensky_simulator.world import World

SECRET = "a secret for tests"
TOKEN_PATH = "/auth/realms/opensky-network/protocol/openid-connect/token"
START_S = 1_766_880_007


@pytest.fixture(scope="session")
def world() -> World:
    return World(seed=1, aircraft=6500)


@dataclass
class Api:
    """A running simulator: plain requests against it."""

    url: str
    output: str

    def get(self, path: str, token: str | None = None, **params: object) -> requests.Response:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        return requests.get(
            self.url + path, params=params, headers=headers, timeout=10, allow_redirects=False
        )

    def control(self, path: str, **values: object) -> dict[str, object]:
        answer = requests.post(f"{self.url}/_simulator/{path}", json=values, timeout=10)
        answer.raise_for_status()
        return answer.json()

    def ask_token(self, secret: str = SECRET, **changes: str) -> requests.Response:
        form = {
            "grant_type": "client_credentials",
            "client_id": "tester",
            "client_secret": secret,
        }
        return requests.post(self.url + TOKEN_PATH, data=form | changes, timeout=10)

    def token(self) -> str:
        return self.ask_token().json()["access_token"]


def run_simulator(*arguments: str) -> tuple[subprocess.Popen[str], Api]:
    """Start a simulator process and wait for its ready line."""
    path = str(Path(opensky_simulator.__file__).parents[1])
    process = subprocess.Popen(
        [sys.executable, "-m", "opensky_simulator", "--client-id", "tester", *arguments],
        env=os.environ | {"PYTHONPATH": path, "OPENSKY_SIMULATOR_SECRET": SECRET},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    ready = re.search(r"ready at (http://127\.0\.0\.1:\d+)", line)
    if ready is None:
        process.kill()
        process.wait()
        raise AssertionError(f"no ready line but {line!r}")
    return process, Api(ready.group(1), line)


def stop(process: subprocess.Popen[str]) -> None:
    process.terminate()
    process.wait(timeout=20)
    if process.stdout is not None:
        process.stdout.close()


@pytest.fixture
def start_simulator() -> Iterator[object]:
    running = []

    def start(*arguments: str) -> Api:
        process, api = run_simulator(*arguments)
        running.append(process)
        return api

    yield start
    for process in running:
        stop(process)


@pytest.fixture(scope="session")
def running_simulator() -> Iterator[Api]:
    process, api = run_simulator("--aircraft", "300", "--seed", "3")
    yield api
    stop(process)


@pytest.fixture
def api(running_simulator: Api) -> Api:
    """The shared simulator with a full account, no faults, and its clock at a fixed moment."""
    url = running_simulator.url + "/_simulator"
    requests.delete(f"{url}/faults", timeout=10)
    requests.delete(f"{url}/requests", timeout=10)
    running_simulator.control("clock", now_s=START_S)
    for authenticated, remaining in ((True, 4000), (False, 400)):
        for bucket in ("states", "flights"):
            running_simulator.control(
                "credits", bucket=bucket, remaining=remaining, authenticated=authenticated
            )
    return running_simulator
