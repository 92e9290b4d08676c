"""What a job writes to standard output, by the real entry script; there is no Java to start."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[4]
RUN_ID = "manual__2025-12-28T03:00:00+00:00 «again»"


def run_main(folder: Path, step: str, *arguments: str, log_format: str | None = None):
    """A step that fails where it starts Spark, after its first line."""
    form = {} if log_format is None else {"FLIGHTLAKE_LOG_FORMAT": log_format}
    return subprocess.run(
        [sys.executable, ROOT / "jobs/main.py", step, "--lake", folder.as_uri(), *arguments],
        env={
            "PATH": os.environ["PATH"],
            "JAVA_HOME": str(folder / "none"),
            "PYTHONPATH": f"{ROOT / 'jobs'}:{ROOT}",
            **form,
        },
        capture_output=True,
        text=True,
        timeout=120,
    )


def of_restore(folder: Path, log_format: str | None = None):
    request = json.dumps({"table": "gold.flights", "version": "3"})
    return run_main(
        folder,
        "restore_table",
        *("--run-id", RUN_ID, "--request", request),
        log_format=log_format,
    )


@pytest.fixture(scope="module")
def as_json(tmp_path_factory: pytest.TempPathFactory):
    return of_restore(tmp_path_factory.mktemp("lake"), "json")


def lines_of(done) -> list[dict[str, object]]:
    """Standard output: every line of it is an object."""
    assert done.returncode == 1, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_every_line_names_the_step_and_the_run(as_json):
    lines = lines_of(as_json)
    assert {(line["step"], line["run_id"]) for line in lines} == {("restore_table", RUN_ID)}
    first = lines[0]
    assert first["message"].startswith("restore_table gold.flights on file://")
    assert (first["level"], first["logger"]) == ("INFO", "flightlake.steps.progress")
    assert first["seconds"] < 60
    age = datetime.now(UTC) - datetime.fromisoformat(first["time"])
    assert timedelta(0) < age < timedelta(minutes=10)


def test_an_exception_is_one_line_whole_and_the_last_one_is_for_people(as_json):
    failed = lines_of(as_json)[-1]
    assert (failed["level"], failed["message"]) == ("ERROR", "restore_table failed")
    assert failed["exception"].startswith("Traceback (most recent call last):\n")
    assert "JAVA_GATEWAY_EXITED" in failed["exception"].splitlines()[-1]
    last = as_json.stderr.splitlines()[-1]
    assert last.startswith("PySparkRuntimeError: restore_table failed: [JAVA_GATEWAY_EXITED]")


def test_people_read_text_unless_they_ask_otherwise(tmp_path):
    done = of_restore(tmp_path)
    first, *rest = done.stdout.splitlines()
    assert first == f"[   0.0 s] restore_table gold.flights on {tmp_path.as_uri()}"
    assert rest[:2] == ["restore_table failed", "Traceback (most recent call last):"]


@pytest.mark.parametrize(
    ("step", "option", "period"),
    [("states_hourly", "--hour", "2025-12-28T02"), ("flights_daily", "--day", "2025-12-28")],
)
def test_the_hour_or_day_is_the_period(tmp_path, step, option, period):
    code = (
        "import logging, sys; from flightlake.io.logs import configure_logs;"
        "configure_logs(sys.argv[1], sys.argv[2:]);"
        "logging.getLogger('other').info('unheard');"
        "logging.getLogger('other').warning('two\\nlines')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, step, option, period, "--run-id", "r"],
        env={"PYTHONPATH": str(ROOT / "jobs"), "FLIGHTLAKE_LOG_FORMAT": "json"},
        capture_output=True,
        text=True,
        check=True,
    )
    [line] = map(json.loads, done.stdout.splitlines())
    del line["time"]
    assert line == {
        "level": "WARNING",
        "logger": "other",
        "message": "two\nlines",
        "step": step,
        "run_id": "r",
        "period": period,
    }
