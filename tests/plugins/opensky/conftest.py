"""A scripted HTTP server, the OpenSky simulator, and a clock that tests wind on."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from flightlake.contracts.storage import Lake
from opensky.client import OpenSkyClient
from opensky.transport import Clock

CLIENT_ID = "flightlake-client"
SECRET = "s3cret-of-the-client-0815"
SIMULATOR_SECRET = "simulator-secret-4711"
AUTH_PATH = "/auth/realms/opensky-network/protocol/openid-connect/token"
NOW = datetime(2026, 11, 21, 10, 0, 30, tzinfo=UTC)


@dataclass
class Scripted:
    """One answer of the scripted server; ``sends`` is how many bytes go out before a cut."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    sends: int | None = None
    drips: Callable[[], None] | None = None


@dataclass
class Asked:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    form: dict[str, str]


class ScriptedServer:
    """Answers each path from its own list of scripted answers, the last one for ever."""

    def __init__(self):
        self.asked: list[Asked] = []
        self.scripts: dict[str, list[Scripted]] = {}
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _answer(self):
                parts = urlsplit(self.path)
                length = int(self.headers.get("Content-Length") or 0)
                form = {k: v[0] for k, v in parse_qs(self.rfile.read(length).decode()).items()}
                query = {k: v[0] for k, v in parse_qs(parts.query).items()}
                headers = {k.lower(): v for k, v in self.headers.items()}
                server.asked.append(Asked(self.command, parts.path, query, headers, form))
                script = server.scripts[parts.path]
                answer = script.pop(0) if len(script) > 1 else script[0]
                self.send_response(answer.status)
                self.send_header("Content-Length", str(len(answer.body)))
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                if answer.drips:
                    for byte in answer.body:
                        answer.drips()
                        self.wfile.write(bytes([byte]))
                        self.wfile.flush()
                    return
                self.wfile.write(answer.body[: answer.sends])
                if answer.sends is not None:
                    self.close_connection = True

            do_GET = _answer  # noqa: N815
            do_POST = _answer  # noqa: N815

            def log_message(self, *_):
                """Say nothing."""

            def handle(self):
                try:
                    super().handle()
                except ConnectionError:
                    self.close_connection = True

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._http.server_port}"

    def answers(self, path: str, *script: Scripted):
        self.scripts[path] = list(script)

    def asked_of(self, path: str) -> list[Asked]:
        return [asked for asked in self.asked if asked.path == path]

    def close(self):
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


class WoundClock:
    """A clock that only ``sleep`` and ``forward`` move; remembers the sleeps."""

    def __init__(self):
        self.moment = NOW
        self.slept_s: list[float] = []

    def forward(self, seconds: float):
        self.moment += timedelta(seconds=seconds)

    def _sleep(self, seconds: float):
        self.slept_s.append(seconds)
        self.forward(seconds)

    @property
    def clock(self) -> Clock:
        return Clock(lambda: self.moment, lambda: self.moment.timestamp(), self._sleep)


def states_body(time_s: int, rows: int = 2) -> bytes:
    row = ["4b1814", "SWR1    ", "Switzerland", time_s, time_s, 8.5, 47.4, 900, False, 80]
    row += [90, 0, None, 950, "1000", False, 0]
    return json.dumps({"time": time_s, "states": [row] * rows}).encode()


def ok(body: bytes | None = None, *, is_gzip: bool = True, left: int | None = 3996) -> Scripted:
    body = states_body(int(NOW.timestamp())) if body is None else body
    headers = {"Content-Type": "application/json"}
    if is_gzip:
        body, headers["Content-Encoding"] = gzip.compress(body), "gzip"
    if left is not None:
        headers["X-Rate-Limit-Remaining"] = str(left)
    return Scripted(200, body, headers)


def token(value: str = "token-number-one", expires_in: int = 1800) -> Scripted:
    content = {"access_token": value, "expires_in": expires_in, "token_type": "Bearer"}
    return Scripted(200, json.dumps(content).encode())


@pytest.fixture
def make():
    """The builders of scripted answers: ``make.ok``, ``make.token``, ``make.answer``, …"""

    class Make:
        now = NOW
        now_s = int(NOW.timestamp())
        client_id, secret = CLIENT_ID, SECRET
        answer = Scripted
        simulator_secret = SIMULATOR_SECRET

    Make.ok, Make.token, Make.states_body = map(staticmethod, (ok, token, states_body))
    Make.auth_url = staticmethod(lambda host_url: host_url + AUTH_PATH)
    return Make


@pytest.fixture
def start_server():
    servers = []

    def start() -> ScriptedServer:
        servers.append(ScriptedServer())
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def server(start_server) -> ScriptedServer:
    """One host that gives tokens at ``/token`` and answers at ``/api/states/all``."""
    server = start_server()
    server.answers("/token", token())
    server.answers("/api/states/all", ok())
    return server


@pytest.fixture
def wound() -> WoundClock:
    return WoundClock()


@pytest.fixture
def make_client(server, wound):
    def make_client(*, is_anonymous: bool = False, **options) -> OpenSkyClient:
        options.setdefault("api_url", f"{server.url}/api")
        if not is_anonymous:
            options.setdefault("auth_url", f"{server.url}/token")
            options |= {"client_id": CLIENT_ID, "client_secret": SECRET}
        options.setdefault("clock", wound.clock)
        return OpenSkyClient(**options)

    return make_client


@pytest.fixture
def lake(tmp_path) -> Lake:
    return Lake(tmp_path.as_uri())


@pytest.fixture(scope="session")
def simulator():
    """The simulator's address."""
    process = subprocess.Popen(
        [sys.executable, "-m", "opensky_simulator", "--port", "0", "--aircraft", "400"],
        env={
            **os.environ,
            "OPENSKY_SIMULATOR_SECRET": SIMULATOR_SECRET,
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        },
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        ready = process.stdout.readline()
        assert "ready at http://127.0.0.1" in ready
        yield ready.split("ready at ")[1].split()[0]
    finally:
        process.terminate()
        process.wait(timeout=20)
        process.stdout.close()


@pytest.fixture
def control(simulator):
    """Call a control route; each test starts with no faults, no requests and full credits."""

    def control(verb: str, route: str, **content) -> dict:
        url = f"{simulator}/_simulator/{route}"
        reply = requests.request(verb, url, json=content or None, timeout=20)
        reply.raise_for_status()
        return reply.json()

    control("DELETE", "faults")
    control("DELETE", "requests")
    control("POST", "clock", offset_s=0)
    for is_authenticated in (True, False):
        control("POST", "credits", remaining=400, authenticated=is_authenticated)
    return control
