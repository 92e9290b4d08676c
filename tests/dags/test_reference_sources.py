"""reference_refresh around its Spark job: what is landed, and what becomes of the run."""

from __future__ import annotations

import gzip
import io
import json
import threading
import zipfile
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from flightlake.contracts import references
from flightlake.contracts.days import Day
from flightlake.contracts.storage import Lake
from flightlake_dags.compat import AirflowFailException, AirflowSkipException
from flightlake_dags.reference_sources import (
    NAMES,
    SourceUnavailableError,
    land_source,
    land_sources,
)
from flightlake_dags.settings import get_settings

DAY = Day.parse("2026-01-05")
BODY = b"ident,type\nEDDF,large_airport\n"

Serve = Callable[..., str]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Gives the address of a file that a web server answers with once it is asked."""
    answers: dict[str, tuple[int, dict[str, str], bytes]] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = answers[self.path]
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def answer(body: bytes = BODY, status: int = 200, **headers: str) -> str:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        answers["/airports.csv"] = status, {"Content-Length": str(len(body))} | sent, body
        return f"http://127.0.0.1:{server.server_port}/airports.csv"

    yield answer
    server.shutdown()
    server.server_close()


def zipped(body: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("airports.csv", body)
    return file.getvalue()


@pytest.mark.parametrize(
    ("body", "ending"),
    [
        (BODY, ".csv"),
        (gzip.compress(BODY, mtime=0), ".csv.gz"),
        (zipped(BODY), ".csv.zip"),
    ],
    ids=["plain", "gzip", "zip"],
)
def test_a_file_is_landed_as_it_came_and_once(
    lake: Lake, serve: Serve, body: bytes, ending: str
) -> None:
    encoding = {"Content_Encoding": "gzip"} if ending == ".csv.gz" else {}
    url = serve(body, Content_Type="text/csv; charset=utf-8", **encoding)
    key = land_source(lake, "airports", url, DAY)
    assert key.startswith("raw/reference/airports/source=127.0.0.1/2026-01-05-")
    assert key.endswith(ending)
    assert lake.read(key) == body
    assert land_source(lake, "airports", url, DAY) == key
    assert lake.keys("raw") == [key]
    assert references.source_of("airports", key) == "127.0.0.1"


def test_a_local_file_is_landed_and_a_landed_one_is_taken_as_it_is(
    lake: Lake, tmp_path: Path
) -> None:
    file = tmp_path / "my airports.csv"
    file.write_bytes(BODY)
    key = land_source(lake, "airports", file.as_uri(), DAY)
    assert references.source_of("airports", key) == "file"
    assert land_source(lake, "airports", key, Day.parse("2026-01-12")) == key
    with pytest.raises(AirflowFailException, match="is no source file of aircraft"):
        land_source(lake, "aircraft", key, DAY)
    with pytest.raises(AirflowFailException, match="the lake has no object"):
        land_source(lake, "airports", "raw/reference/airports/source=x/y.csv", DAY)


def test_a_lake_on_s3_takes_no_file_of_the_workers_own(tmp_path: Path) -> None:
    file = tmp_path / "secrets.txt"
    file.write_text("hidden")
    with pytest.raises(AirflowFailException, match=r"put it into the lake"):
        land_source(Lake("s3://bucket"), "airports", file.as_uri(), DAY)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ({"status": 404}, "/airports.csv answered 404"),
        ({"Content_Type": "text/html"}, "sent text/html, which is no file of data"),
        ({"body": b"\n<!DOCTYPE html><html>"}, "is a page or a message"),
        ({"body": b'{"message": "gone"}'}, "is a page or a message"),
        ({"body": b" \n"}, "the file is empty"),
        ({"status": 302, "Location": "https://elsewhere.test/x"}, "redirects to elsewhere.test"),
        ({"status": 403}, "lets nothing through from this address"),
        ({"body": b"x" * 101}, "is larger than 100 bytes"),
    ],
)
def test_what_is_no_file_of_data_fails_at_once_and_says_what_to_do(
    lake: Lake, serve: Serve, monkeypatch: pytest.MonkeyPatch, answer: dict[str, Any], why: str
) -> None:
    monkeypatch.setattr(references, "MAX_FILE_BYTES", 100)
    with pytest.raises(AirflowFailException) as failure:
        land_source(lake, "airports", serve(**answer), DAY)
    message = str(failure.value)
    assert why in message
    assert message.startswith("airports cannot be refreshed: ")
    assert "Nothing was changed" in message
    assert "Correct FLIGHTLAKE_AIRPORTS_SOURCE or the param `sources`" in message
    assert lake.keys("raw") == []


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("http://example.test/airports.csv", "must begin with https://"),
        ("https://example.test/airports.csv?key=hidden", "no login, no query"),
        ("https://me:hidden@example.test/airports.csv", "no login, no query"),
        ("s3://bucket/airports.csv", "must begin with https://"),
        ("airports.csv", "must be a plain URL"),
        ("file:///nowhere/airports.csv", "No such file"),
    ],
)
def test_an_address_that_is_not_allowed_is_refused_and_no_secret_repeated(
    lake: Lake, source: str, why: str
) -> None:
    with pytest.raises(AirflowFailException, match=why) as failure:
        land_source(lake, "airports", source, DAY)
    assert "hidden" not in str(failure.value)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ({"status": 503}, "answered 503"),
        ({"status": 429}, "answered 429"),
        ({"Content_Length": "999"}, "broke"),
    ],
    ids=["503", "429", "cut in the middle"],
)
def test_trouble_of_the_host_is_tried_again(
    lake: Lake, serve: Serve, answer: dict[str, Any], why: str
) -> None:
    with pytest.raises(SourceUnavailableError, match=why):
        land_source(lake, "airports", serve(**answer), DAY)
    assert lake.keys("raw") == []


def test_a_run_takes_its_sources_from_the_settings_and_rather_from_its_params(
    lake: Lake, serve: Serve, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in NAMES:
        monkeypatch.setenv(f"FLIGHTLAKE_{name.upper()}_SOURCE", "embedded")
    monkeypatch.setenv("FLIGHTLAKE_AIRPORTS_SOURCE", serve())
    get_settings.cache_clear()
    found = land_sources({"tables": list(NAMES), "sources": {}})
    assert list(json.loads(found["sources"])) == ["airports"]

    file = tmp_path / "blocks.csv"
    file.write_bytes(b"first_icao24\n")
    asked = {"airports": "embedded", "countries": file.as_uri()}
    found = land_sources({"tables": list(NAMES), "sources": asked})
    [key] = json.loads(found["sources"]).values()
    assert key.startswith(f"raw/reference/countries/source=file/{found['day']}-")
    with pytest.raises(AirflowSkipException, match=r"airlines: embedded.* Nothing was loaded"):
        land_sources({"tables": ["airlines"], "sources": {}})


@pytest.fixture(scope="module")
def seen(
    tmp_path_factory: pytest.TempPathFactory, run_under_airflow: Callable[..., dict[str, Any]]
) -> dict[str, Any]:
    """What became of two runs: one passed, one was rejected."""
    folder = tmp_path_factory.mktemp("reference")
    lake_url = (folder / "lake").as_uri()
    return run_under_airflow(
        "run_reference_refresh.py", folder, str(folder), FLIGHTLAKE_LAKE_URL=lake_url
    )


def test_a_passed_run_announces_the_tables_that_it_published_and_no_other(
    seen: dict[str, Any],
) -> None:
    assert set(seen["passed"].values()) == {"success"}
    [(name, extra)] = seen["events"]
    assert (name, extra["rows"], extra["verdict"]) == ("ref.airports", 2, "pass")
    # The file of the rejected run had the same content.
    assert len(seen["landed"]) == 1


def test_a_rejected_table_fails_its_run_in_the_gate_with_one_alert(seen: dict[str, Any]) -> None:
    assert seen["rejected"] == {
        "download": "success",
        "reference_refresh": "success",
        "announce": "success",
        "quality_gate": "failed",
    }
    assert "rejected: ref.airports. Of a table of gold or ref, readers keep" in seen["log"]
    assert seen["log"].count("ALERT ") == 1
