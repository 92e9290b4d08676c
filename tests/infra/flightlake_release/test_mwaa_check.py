"""What ``make mwaa-check`` calls wrong, and how it says so."""

from __future__ import annotations

import hashlib
import importlib
import io
import json
import shutil
import sys
import zipfile
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from flightlake_local.errors import LocalError
from flightlake_local.package import zip_bytes
from flightlake_local.settings import ROOT
from flightlake_release.build import Files, build
from flightlake_release.layout import load_release, problems
from flightlake_release.tree import Tree


@pytest.fixture(scope="module")
def files() -> Files:
    return build(Tree(ROOT))


@pytest.fixture
def mwaa_check(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script of that name: its folder is on the path, as where it is run."""
    monkeypatch.syspath_prepend(str(ROOT / "infra/local"))
    return importlib.import_module("mwaa_check")


WELL: dict[str, Any] = {
    "airflow": "3.2.1",
    "import_errors": {},
    "plugin_errors": {},
    "slowest_import_s": 1.0,
    "pyspark": [],
    "connection_types": ["aws", "opensky"],
}


@pytest.mark.parametrize(
    ("found", "install_s", "said"),
    [
        ({"airflow": "3.1.0"}, 0, "Airflow is 3.1.0"),
        ({"connection_types": ["aws"]}, 0, "the connection type opensky is missing"),
        ({"pyspark": ["pyspark"]}, 0, "the DAGs import ['pyspark']"),
        ({"slowest_import_s": 31.0}, 0, "a DAG file takes 31 s of 30 s to import"),
        ({}, 541, "the requirements take 541 s of 540 s to install"),
        ({"rendered": {}}, 0, "DAGs are missing or too many: smoke"),
    ],
)
def test_each_thing_that_can_be_wrong_is_said(
    found: dict[str, Any], install_s: float, said: str
) -> None:
    files = {"dags/smoke.py": b"", "dags/flightlake_dags/x.py": b"", "plugins.zip": b""}
    well = {**WELL, "rendered": {"smoke": {}}}
    assert problems("3.2.1", files, well, 539) == []
    assert problems("3.2.1", files, well | found, install_s) == [said]


def test_dags_and_plugins_that_do_not_import_are_found_by_airflow(
    files: Files, tmp_path: Path
) -> None:
    with zipfile.ZipFile(io.BytesIO(files["plugins.zip"])) as archive:
        plugins = {name: archive.read(name) for name in archive.namelist()}
    broken = {
        **files,
        "plugins.zip": zip_bytes({**plugins, "bad.py": b"import no_such_plugin\n"}),
        "dags/bad_dag.py": b"from airflow.sdk import dag\nimport no_such_package\n",
    }
    found = load_release(Path(sys.executable), broken, tmp_path)
    dag, plugin, missing = problems("3.2.1", broken, found, 0)
    assert dag == (
        "DAGs do not import (bad_dag.py: ModuleNotFoundError: No module named 'no_such_package')"
    )
    assert plugin == "plugins do not import (bad.py: No module named 'no_such_plugin')"
    assert missing == "DAGs are missing or too many: bad_dag"


def test_the_requirements_are_as_shipped_on_the_version_that_they_are_for(
    mwaa_check: ModuleType,
) -> None:
    requirements_for = sys.modules["mwaa_envs"].requirements_for
    gave_way, text = requirements_for("3.2.1")
    shipped = (ROOT / "requirements.txt").read_text()
    assert gave_way == {}
    assert text == shipped.replace("/usr/local/airflow/dags", str(ROOT / "infra/mwaa"))
    gave_way, text = requirements_for("3.3.1")
    assert gave_way["apache-airflow-providers-amazon"] == "9.34.0"
    assert "\napache-airflow-providers-amazon[aiobotocore]==9.34.0\n" in text
    assert "\ntenacity==9.1.4\n" in text


@pytest.fixture
def uninstallable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mwaa_check: ModuleType) -> Path:
    """A clone whose packages no index has."""
    for name in ("requirements.txt", "infra/mwaa/constraints-3.2.1.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, tmp_path / name)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setattr(sys.modules["mwaa_envs"], "ROOT", tmp_path)
    monkeypatch.setattr(sys.modules["mwaa_envs"], "TOOLS", tmp_path)
    monkeypatch.setattr(sys.modules["mwaa_envs"], "VERSIONS", ("3.2.1",))
    monkeypatch.setattr(sys.modules["mwaa_envs"], "find_uv", lambda: None)
    return tmp_path


def test_a_version_that_cannot_be_installed_is_wrong_and_says_why(
    mwaa_check: ModuleType, files: Files, uninstallable: Path, capsys: Any
) -> None:
    found = mwaa_check.check_version("3.2.1", None, files)
    assert not found.skipped
    [problem] = found.problems
    assert "Installing Airflow 3.2.1 failed" in problem
    assert "No matching distribution found" in problem
    assert sys.modules["mwaa_envs"].main() == 1
    assert "Failed: Airflow 3.2.1" in capsys.readouterr().out
    # What it leaves behind is not taken for an environment by the tests of the DAGs.
    assert not (uninstallable / ".venv-airflow-3.2.1/setup.stamp").exists()


def test_an_environment_that_was_there_says_so(
    mwaa_check: ModuleType, uninstallable: Path, monkeypatch: pytest.MonkeyPatch, files: Files
) -> None:
    mwaa_envs = sys.modules["mwaa_envs"]
    _, requirements = mwaa_envs.requirements_for("3.2.1")
    constraints = (uninstallable / "infra/mwaa/constraints-3.2.1.txt").read_bytes()
    wanted = hashlib.sha256(constraints + requirements.encode()).hexdigest()
    folder = uninstallable / ".venv-airflow-3.2.1"
    folder.mkdir()
    (folder / "setup.stamp").write_text(json.dumps({"wanted": wanted, "install_s": 33.4}))
    monkeypatch.setattr(
        mwaa_check, "load_release", lambda python, files, home: {**WELL, "rendered": {}}
    )
    assert mwaa_check.check_version("3.2.1", None, files).install == "33 s (earlier)"


def test_another_python_is_skipped_with_the_reason(
    mwaa_check: ModuleType, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules["mwaa_envs"], "MWAA_PYTHON", (3, 99))
    found = mwaa_check.check_version("3.2.1", None, files)
    assert found.skipped.startswith("MWAA runs Python 3.12")
    assert "skipped" in found.verdict


def test_the_table_fits_and_a_wrong_version_fails_the_command(
    mwaa_check: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    lines = {
        "3.0.6": mwaa_check.Line("3.0.6", skipped="MWAA runs another Python: " + "x" * 200),
        "3.2.1": mwaa_check.Line("3.2.1", install="33 s (earlier)", dags="7", slowest="0.5 s"),
        "3.3.1": mwaa_check.Line(
            "3.3.1", "fsspec 1 → 2, " * 20, "31 s", "7", "0.5 s", ("bad " * 99,)
        ),
    }
    monkeypatch.setattr(mwaa_check, "find_uv", lambda: None)
    monkeypatch.setattr(mwaa_check, "check_version", lambda version, uv, files: lines[version])
    with pytest.raises(LocalError, match=r"does not run on Airflow 3\.3\.1"):
        mwaa_check.check()
    said = capsys.readouterr().out
    assert max(map(len, said.splitlines())) <= 100
    assert "none: as shipped" in said
    lines["3.3.1"] = mwaa_check.Line("3.3.1", skipped="no Python 3.12")
    mwaa_check.check()
    with pytest.raises(LocalError, match=r"Airflow 3\.0\.6, 3\.3\.1 could not be checked"):
        mwaa_check.check(is_strict=True)
    lines["3.2.1"] = mwaa_check.Line("3.2.1", skipped="no Python 3.12")
    with pytest.raises(LocalError, match="No version could be checked"):
        mwaa_check.check()
