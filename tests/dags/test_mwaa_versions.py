"""The DAGs on the other versions of Airflow that MWAA has, each with MWAA's own constraints."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


@pytest.mark.parametrize("version", ["3.0.6", "3.3.1"])
def test_the_dags_import_and_render_on(
    version: str,
    root: Path,
    loaded: dict[str, Any],
    loaded_by: Callable[[Path], dict[str, Any]],
) -> None:
    python = root / f".venv-airflow-{version}" / "bin" / "python"
    if not python.exists():
        pytest.skip(f"no environment with Airflow {version}: `make mwaa-envs` creates it")
    there = loaded_by(python)
    assert there["airflow"] == version
    assert there["import_errors"] == {}
    assert there["pyspark"] == []
    # The same submission, whatever fields that version's operator has besides.
    ours, theirs = (
        found["rendered"]["states_hourly"]["states_hourly"] for found in (loaded, there)
    )
    for field in ("name", "application_id", "job_driver", "configuration_overrides", "config"):
        assert theirs[field] == ours[field]
    assert set(there["rendered"]) == set(loaded["rendered"])
