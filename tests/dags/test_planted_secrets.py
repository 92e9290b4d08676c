"""Secrets that are planted in connections come out in no log, alert, answer or page."""

from __future__ import annotations

import json
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.planted import files_below, places

CLIENT_SECRET = "planted/client+7f3a9c51=secret"
WEBHOOK_SECRET = "planted-webhook-4be0d2-secret"
SECRETS = (CLIENT_SECRET, WEBHOOK_SECRET)


class Outside(ThreadingHTTPServer):
    """OpenSky, which answers once and then repeats whatever it was sent, and Slack."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.asked_for_tokens: list[bytes] = []
        self.posted: dict[str, bytes] = {}
        self.polls = 0


class Answers(BaseHTTPRequestHandler):
    server: Outside

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/token":
            self.server.asked_for_tokens.append(body)
            self._answer(200, json.dumps({"access_token": "t", "expires_in": 1800}).encode())
        else:
            self.server.posted[f"alert {len(self.server.posted)}"] = body
            self._answer(200, b"ok")

    def do_GET(self) -> None:
        self.server.polls += 1
        if self.server.polls == 1:
            self._answer(200, json.dumps({"time": 1766887200, "states": []}).encode())
        else:
            self._answer(400, b"you said " + b"".join(self.server.asked_for_tokens))

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None: ...


@pytest.fixture(scope="module")
def outside() -> Iterator[Outside]:
    server = Outside()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def said(
    outside: Outside,
    tmp_path_factory: pytest.TempPathFactory,
    run_under_airflow: Callable[..., dict[str, Any]],
) -> dict[str, bytes]:
    """All that was written, printed and sent while the secrets were in use."""
    folder = tmp_path_factory.mktemp("secrecy")
    url = f"http://127.0.0.1:{outside.server_port}"
    opensky = {
        "conn_type": "opensky",
        "host": f"{url}/api",
        "login": "somebody",
        "password": CLIENT_SECRET,
        "extra": {"auth_url": f"{url}/token"},
    }
    slack = {"conn_type": "slackwebhook", "host": url, "password": f"/services/{WEBHOOK_SECRET}"}
    found = run_under_airflow(
        "run_secrecy.py",
        folder,
        str(folder),
        FLIGHTLAKE_LAKE_URL=(folder / "lake").as_uri(),
        FLIGHTLAKE_POLL_SECONDS="12",
        FLIGHTLAKE_ALERTS="slack:people",
        AIRFLOW_CONN_OPENSKY_DEFAULT=json.dumps(opensky),
        AIRFLOW_CONN_PEOPLE=json.dumps(slack),
    )
    printed = {name: str(found[name]).encode() for name in ("log", "errors")}
    return {**files_below(folder), **printed, **outside.posted, "found": str(found).encode()}


def test_the_secrets_were_in_use_and_something_was_said(
    said: dict[str, bytes], outside: Outside
) -> None:
    assert quote(CLIENT_SECRET, safe="").encode() in outside.asked_for_tokens[0]
    assert len(outside.posted) >= 2
    assert any("/lake/reports/health.html" in name for name in said)
    assert any("/lake/raw/states/" in name for name in said)
    assert len(said["log"]) > 1000


@pytest.mark.parametrize("secret", SECRETS)
def test_no_log_alert_answer_or_page_holds_a_secret(secret: str, said: dict[str, bytes]) -> None:
    assert places(secret, said) == []


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("before", ["", "a", "ab", "abc"])
def test_the_search_finds_what_is_planted(secret: str, before: str, tmp_path: Path) -> None:
    texts = {
        "plain": secret.encode(),
        "url": f"?secret={quote(secret, safe='')}".encode(),
        "login": b64encode(f"{before}:{secret}".encode()),
        "login and more": b64encode(f"{before}:{secret}:more".encode()),
        "json": json.dumps({"secret": secret}).encode(),
        "nothing": b"nothing",
    }
    assert places(secret, texts) == list(texts)[:-1]
