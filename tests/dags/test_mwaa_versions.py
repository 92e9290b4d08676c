"""A release on the Airflow versions that MWAA has, each with MWAA's own constraints."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flightlake_release.build import Files, build, job_environment_of
from flightlake_release.layout import load_release, problems
from flightlake_release.tree import Tree


@pytest.fixture(scope="module")
def files(root: Path) -> Files:
    return build(Tree(root))


@pytest.fixture(scope="module")
def ours(files: Files, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the Airflow of this environment makes of the release."""
    return load_release(Path(sys.executable), files, tmp_path_factory.mktemp("ours"))


@pytest.mark.parametrize("version", ["3.0.6", "3.2.1", "3.3.1"])
def test_a_release_imports_and_renders_on(
    version: str,
    python_of: Callable[[str], Path],
    files: Files,
    ours: dict[str, Any],
    tmp_path: Path,
) -> None:
    there = load_release(python_of(version), files, tmp_path)
    assert problems(version, files, there, install_s=0) == []
    # The same submission, whatever fields that version's operator has besides.
    mine, theirs = (found["rendered"]["states_hourly"]["states_hourly"] for found in (ours, there))
    for field in ("name", "application_id", "job_driver", "configuration_overrides", "config"):
        assert theirs[field] == mine[field]


def test_the_dags_of_a_release_submit_the_code_of_that_release(
    files: Files, ours: dict[str, Any], root: Path
) -> None:
    spark = ours["rendered"]["states_hourly"]["states_hourly"]["job_driver"]["sparkSubmit"]
    folder = f"s3://flightlake/releases/{Tree(root).release}"
    assert spark["entryPoint"] == f"{folder}/main.py"
    assert f"--py-files {folder}/flightlake.zip " in spark["sparkSubmitParameters"]
    archive = f"s3://flightlake/releases/environments/{job_environment_of(files)}/env.tar.gz"
    assert f"spark.archives={archive}#environment " in spark["sparkSubmitParameters"]
