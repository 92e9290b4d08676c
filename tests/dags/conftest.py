"""The DAGs as Airflow loads them, and a lake of a test's own."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from airflow.models import DagBag
from flightlake.contracts.storage import Lake
from flightlake_dags.settings import get_settings

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository's folder."""
    return ROOT


@pytest.fixture(scope="session")
def load_dags() -> ModuleType:
    """The script of that name, as a module."""
    spec = importlib.util.spec_from_file_location(
        "load_dags", Path(__file__).parent / "load_dags.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


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
def loaded_by() -> Callable[[Path], dict[str, Any]]:
    """Loads the DAGs with another Python in a fresh process, the network closed."""

    def load(python: Path) -> dict[str, Any]:
        script = Path(__file__).parent / "load_dags.py"
        environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("FLIGHTLAKE_", "AIRFLOW", "PYTHONPATH", "AWS_"))
        }
        done = subprocess.run(
            [str(python), str(script)], capture_output=True, text=True, env=environment, timeout=120
        )
        found = [line for line in done.stdout.splitlines() if line.startswith("FOUND ")]
        assert found, f"{python} could not load the DAGs:\n{done.stderr[-3000:]}"
        answer: dict[str, Any] = json.loads(found[0].removeprefix("FOUND "))
        return answer

    return load


@pytest.fixture(scope="session")
def loaded(loaded_by: Callable[[Path], dict[str, Any]]) -> dict[str, Any]:
    """The DAGs as a fresh process of this environment loads them."""
    return loaded_by(Path(sys.executable))


@pytest.fixture
def lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lake]:
    """An empty lake that the settings point to."""
    monkeypatch.setenv("FLIGHTLAKE_LAKE_URL", tmp_path.as_uri())
    get_settings.cache_clear()
    yield Lake(tmp_path.as_uri())
    get_settings.cache_clear()
