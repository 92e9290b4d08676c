"""The containers' health check, asked of a real server."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from flightlake_local.probe import is_well

HEALTH = {
    "metadatabase": {"status": "healthy"},
    "scheduler": {"status": "unhealthy"},
    "triggerer": {"status": None},
}
STATUS_OF = {"/health": 200, "/signed-only": 403, "/broken": 500, "/no-json": 200}


class _Server(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(STATUS_OF[self.path])
        self.end_headers()
        self.wfile.write(b"well" if self.path == "/no-json" else json.dumps(HEALTH).encode())

    def log_message(self, *arguments):
        """Nothing: the tests' output is not its log."""


@pytest.fixture(scope="module")
def url():
    with HTTPServer(("127.0.0.1", 0), _Server) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize(
    ("path", "part", "well"),
    [
        ("/health", None, True),
        ("/health", "metadatabase", True),
        ("/health", "scheduler", False),
        ("/health", "triggerer", False),
        ("/health", "dag_processor", False),
        ("/signed-only", None, True),
        ("/signed-only", "scheduler", False),
        ("/broken", None, False),
        ("/no-json", None, True),
        ("/no-json", "scheduler", False),
    ],
)
def test_an_answer_below_500_is_well_and_a_part_must_say_so_itself(url, path, part, well):
    assert is_well(url + path, part) is well


def test_nobody_there_is_not_well():
    assert not is_well("http://127.0.0.1:1/")


def test_it_runs_as_docker_runs_it(url):
    command = [sys.executable, "-m", "flightlake_local.probe"]
    assert subprocess.run([*command, f"{url}/health", "metadatabase"]).returncode == 0
    failed = subprocess.run([*command, f"{url}/health", "scheduler"], capture_output=True)
    assert (failed.returncode, b"scheduler" in failed.stderr) == (1, True)
