"""What all tests share: how they run in parallel, the real recordings, a Spark session."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from xdist.scheduler import LoadFileScheduling

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

# Airflow makes its home at its first import, in the home folder unless it is told otherwise.
os.environ["AIRFLOW_HOME"] = tempfile.mkdtemp(prefix="flightlake-airflow-home-")
atexit.register(shutil.rmtree, os.environ["AIRFLOW_HOME"], ignore_errors=True)

REPO = Path(__file__).parents[1]
SHARED = REPO.parent / "shared"


class _OneStackAtATime(LoadFileScheduling):
    """A file's tests share its fixtures and so a process; all whole stacks share one too."""

    def _split_scope(self, nodeid: str) -> str:
        return "tests/e2e" if nodeid.startswith("tests/e2e/") else super()._split_scope(nodeid)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The whole stacks first: they take longest, and one process alone runs them."""
    items.sort(key=lambda item: "e2e" not in item.keywords)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> _OneStackAtATime:
    return _OneStackAtATime(config, log)


@pytest.fixture(scope="session")
def recordings() -> Path:
    """The folder of real OpenSky answers; they may not be redistributed, so it can be absent."""
    folder = SHARED / "data" / "opensky"
    if not folder.is_dir():
        pytest.skip("the real recordings, ../shared/data/opensky, are not here")
    return folder


@pytest.fixture(scope="session")
def real_tracks() -> Path:
    """The folder of real tracks with known ends; they may not be redistributed either."""
    folder = SHARED / "data" / "tracks"
    if not (folder / "truth.csv").is_file():
        pytest.skip("the real tracks, ../shared/data/tracks, are not here")
    return folder


@pytest.fixture(scope="session")
def run_script() -> Callable[..., tuple[dict[str, Any], subprocess.CompletedProcess[str]]]:
    """Runs a script in another process: what it prints after FOUND, and how it went."""

    def run(
        script: Path,
        *arguments: str,
        env: Mapping[str, str],
        timeout_s: float,
        python: str = sys.executable,
    ) -> tuple[dict[str, Any], subprocess.CompletedProcess[str]]:
        done = subprocess.run(
            [python, str(script), *arguments],
            env=env,
            capture_output=True,
            text=True,
            timeout=timeout_s,
        )
        found = [line for line in done.stdout.splitlines() if line.startswith("FOUND ")]
        assert found, f"{script.name} by {python}:\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
        return json.loads(found[0].removeprefix("FOUND ")), done

    return run


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    """The session of a job on a laptop, with the Delta jars that `make setup` brings."""
    from flightlake_local.settings import LakeKind, LocalSettings
    from flightlake_local.spark_sql import local_session

    jars_dir = REPO / ".flightlake/jars"
    if not jars_dir.is_dir():
        pytest.fail("the Delta jars are missing: run `make setup`")
    state_dir = tmp_path_factory.mktemp("spark")
    session = local_session(
        LocalSettings(lake=LakeKind.FILE, state_dir=state_dir, jars_dir=jars_dir), "tests"
    )
    yield session
    session.stop()
