"""What all tests share: how they run in parallel, the real recordings, a Spark session."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from xdist.scheduler import LoadFileScheduling

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

# Airflow makes its home at its first import, in the home folder unless it is told otherwise.
os.environ["AIRFLOW_HOME"] = tempfile.mkdtemp(prefix="flightlake-airflow-home-")

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
def spark() -> Iterator[SparkSession]:
    """A session as the jobs have it, with the Delta jars that `make setup` brings."""
    jars = sorted((REPO / ".flightlake/jars/delta").glob("*.jar"))
    if not jars:
        pytest.fail("the Delta jars are missing: run `make setup`")
    settings = {
        "spark.jars": ",".join(map(str, jars)),
        "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
        "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
        "spark.ui.enabled": "false",
    }
    confs = " ".join(f"--conf {name}={value}" for name, value in settings.items())
    os.environ["PYSPARK_SUBMIT_ARGS"] = (
        f"--master local[2] --driver-memory 3g {confs} pyspark-shell"
    )
    # The workers of Arrow functions; the machine's own python3 is another version.
    os.environ["PYSPARK_PYTHON"] = sys.executable
    from flightlake.io.session import start_session

    session = start_session("tests")
    yield session
    session.stop()
