"""The DAGs load, render and stay apart from Spark."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import jinja2
import pendulum
import pytest
from airflow.models import DagBag

DAG_IDS = {
    "catalog_register",
    "export_table",
    "flights_daily",
    "lake_maintenance",
    "lake_repair",
    "opensky_poll",
    "pipeline_health",
    "reference_refresh",
    "smoke",
    "restore_table",
    "states_hourly",
}
MAX_DAG_LINES = 110


def test_there_are_exactly_these_dags(dag_bag: DagBag, root: Path) -> None:
    assert set(dag_bag.dags) == DAG_IDS
    assert {path.stem for path in (root / "dags").glob("*.py")} == DAG_IDS


def test_no_dag_file_fails_to_import(dag_bag: DagBag) -> None:
    assert dag_bag.import_errors == {}


def test_the_dags_load_with_the_network_closed(loaded: dict[str, Any]) -> None:
    assert loaded["import_errors"] == {}
    assert set(loaded["rendered"]) == DAG_IDS


def test_loading_the_dags_does_not_reach_pyspark(loaded: dict[str, Any]) -> None:
    assert loaded["pyspark"] == []


@pytest.mark.parametrize("dag_id", sorted(DAG_IDS))
def test_every_task_renders_and_nothing_is_undefined(
    dag_bag: DagBag, load_dags: ModuleType, dag_id: str
) -> None:
    dag = dag_bag.dags[dag_id]
    assert dag.template_undefined is jinja2.StrictUndefined
    for task in dag.tasks:
        fields = load_dags.rendered(task, load_dags.context_of(dag))
        assert "{{" not in str(fields), f"{task.task_id} kept a template"


@pytest.mark.parametrize("dag_id", sorted(DAG_IDS))
def test_a_dag_file_is_a_table_of_contents(root: Path, dag_id: str) -> None:
    lines = (root / "dags" / f"{dag_id}.py").read_text().splitlines()
    assert len(lines) <= MAX_DAG_LINES


def test_an_hour_of_data_is_the_data_interval(dag_bag: DagBag) -> None:
    timetable = dag_bag.dags["states_hourly"].timetable
    fired = pendulum.datetime(2025, 12, 28, 3)
    interval = timetable.infer_manual_data_interval(run_after=fired)
    assert (interval.start, interval.end) == (fired.subtract(hours=1), fired)


def test_a_utc_day_of_data_is_the_data_interval(dag_bag: DagBag) -> None:
    timetable = dag_bag.dags["flights_daily"].timetable
    fired = pendulum.datetime(2025, 12, 29)
    interval = timetable.infer_manual_data_interval(run_after=fired)
    assert (interval.start, interval.end) == (fired.subtract(days=1), fired)


def imports_of(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def sources(root: Path, *folders: str) -> list[Path]:
    paths = [path for folder in folders for path in (root / folder).rglob("*.py")]
    assert paths
    return paths


def test_dags_and_plugins_import_the_contracts_only(root: Path) -> None:
    for path in sources(root, "dags", "plugins"):
        for name in imports_of(path):
            assert name.split(".")[0] not in ("pyspark", "delta", "great_expectations"), path
            if name.split(".")[0] == "flightlake":
                assert name.startswith("flightlake.contracts"), f"{path} imports {name}"


def test_jobs_do_not_import_airflow_or_the_dags(root: Path) -> None:
    strange = {"airflow", "flightlake_dags", "opensky", "emr"}
    for path in sources(root, "jobs"):
        assert not {name.split(".")[0] for name in imports_of(path)} & strange, path


def test_a_running_job_does_not_reach_airflow(root: Path) -> None:
    modules = [
        ".".join(path.relative_to(root / "jobs").with_suffix("").parts)
        for path in sources(root, "jobs")
        if path.name != "__init__.py"
    ]
    script = (
        "import importlib, sys\n"
        f"for name in {modules!r}: importlib.import_module(name)\n"
        "print([n for n in sys.modules if n.split('.')[0] == 'airflow'])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=root / "jobs",
        env={"PYTHONPATH": f"{root / 'jobs'}:{root}", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.stdout.strip().splitlines()[-1:] == ["[]"], done.stderr[-2000:]
