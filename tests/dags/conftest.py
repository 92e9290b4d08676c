"""The DAGs as Airflow loads them, and a lake of a test's own."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import flightlake_release.load_dags
import pytest
from airflow.models import DagBag
from flightlake.contracts.storage import Lake
from flightlake_dags.settings import get_settings
from flightlake_release.layout import load
from moto.server import ThreadedMotoServer

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository's folder."""
    return ROOT


def _python_of(version: str, root: Path) -> Path:
    """MWAA's Python with a version of Airflow and the requirements, as `make mwaa-envs` left it."""
    folder = root / f".venv-airflow-{version}"
    if not folder.exists():
        missing = f"no environment with Airflow {version}: `make mwaa-envs` creates it"
        if "CI" in os.environ:
            pytest.fail(missing)
        pytest.skip(missing)
    if not (folder / "setup.stamp").exists():
        pytest.fail(f"{folder.name} was not installed to its end: `make mwaa-envs` says why")
    return folder / "bin/python"


@pytest.fixture(scope="session")
def python_of(root: Path) -> Callable[[str], Path]:
    """The Python of a version of MWAA's Airflow; a test skips only where none was installed."""
    return lambda version: _python_of(version, root)


@pytest.fixture(scope="session")
def load_dags() -> ModuleType:
    """The script of that name, as a module."""
    return flightlake_release.load_dags


@pytest.fixture(scope="session")
def dag_bag() -> Iterator[DagBag]:
    """All DAGs, with the settings' defaults."""
    kept = {name: value for name, value in os.environ.items() if name.startswith("FLIGHTLAKE_")}
    for name in kept:
        del os.environ[name]
    os.environ["AIRFLOW__CORE__LOAD_EXAMPLES"] = "False"
    get_settings.cache_clear()
    yield DagBag(dag_folder=str(ROOT / "dags"))
    os.environ.update(kept)


@pytest.fixture(scope="session")
def run_under_airflow(run_script: Callable[..., Any]) -> Callable[..., dict[str, Any]]:
    """Runs a script of this folder with an Airflow of its own: what it found, and its ``log``."""

    def run(script: str, folder: Path, *arguments: str, **settings: str) -> dict[str, Any]:
        environment = {
            **_inherited("FLIGHTLAKE_", "AIRFLOW", "AWS_"),
            "PYTHONPATH": ":".join(
                str(ROOT / part) for part in ("dags", "jobs", "plugins", "infra/local", ".")
            ),
            "AIRFLOW_HOME": str(folder / "airflow"),
            "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
            "AIRFLOW__CORE__PLUGINS_FOLDER": str(ROOT / "plugins"),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW_CONN_AWS_DEFAULT": '{"conn_type": "aws"}',
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "local-access",
            "AWS_SECRET_ACCESS_KEY": "local-secret",
            "FLIGHTLAKE_EMR_WAIT_DELAY_S": "1",
            "FLIGHTLAKE_RETRY_DELAY_S": "1",
            **settings,
        }
        path = Path(__file__).parent / script
        found, done = run_script(path, *arguments, env=environment, timeout_s=400)
        return {**found, "log": done.stdout, "errors": done.stderr}

    return run


def _inherited(*but: str) -> dict[str, str]:
    """This process's environment without the names that begin so."""
    return {name: value for name, value in os.environ.items() if not name.startswith(but)}


@pytest.fixture(scope="session")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The DAGs of the working tree as a fresh process of this environment loads them."""
    paths = {name: str(ROOT / name) for name in ("dags", "jobs", "plugins")}
    return load(
        Path(sys.executable),
        tmp_path_factory.mktemp("home"),
        PYTHONPATH=":".join(paths.values()),
        AIRFLOW__CORE__DAGS_FOLDER=paths["dags"],
        AIRFLOW__CORE__PLUGINS_FOLDER=paths["plugins"],
    )


@pytest.fixture
def lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lake]:
    """An empty lake that the settings point to."""
    monkeypatch.setenv("FLIGHTLAKE_LAKE_URL", tmp_path.as_uri())
    get_settings.cache_clear()
    yield Lake(tmp_path.as_uri())
    get_settings.cache_clear()


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An AWS of the test's own, which boto3 and Airflow's hooks find."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    for name, value in {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "local-access",
        "AWS_SECRET_ACCESS_KEY": "local-secret",
        "AIRFLOW_CONN_AWS_DEFAULT": '{"conn_type": "aws"}',
    }.items():
        monkeypatch.setenv(name, value)
    yield
    server.stop()
