"""Loads the DAGs in a process of its own with the network closed, and prints what it found.

Runs under every Airflow version that the DAGs have to import on, so it needs nothing but Airflow.
"""

from __future__ import annotations

import copy
import json
import os
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
HOUR_START = datetime(2025, 12, 28, 2, tzinfo=UTC)
NETWORK = ("socket.connect", "socket.getaddrinfo", "socket.sendto", "socket.bind")


def close_the_network() -> None:
    """Make every use of a socket an error, in C code too."""

    def refuse(event: str, _: Any) -> None:
        if event in NETWORK:
            raise PermissionError(f"{event} while the DAGs were loaded")

    sys.addaudithook(refuse)


def context_of(dag: Any, start: datetime = HOUR_START) -> dict[str, Any]:
    """What templates see in a scheduled run, as far as the DAGs may use it."""
    return {
        "params": dag.params.dump(),
        "run_id": f"scheduled__{start.isoformat()}",
        "data_interval_start": start,
    }


class Elsewhere:
    """The results of other tasks, none of which has run."""

    def xcom_pull(self, *, task_ids: str, key: str, **_: Any) -> str:
        """The name of what was asked for."""
        return f"<{task_ids}.{key}>"


def mapped_arguments(task: Any) -> list[str]:
    """The names of the arguments that differ between the instances of a mapped task."""
    return list(getattr(task, task._expand_input_attr).value)


def rendered(task: Any, context: dict[str, Any]) -> dict[str, Any]:
    """A task's template fields, rendered; the task stays as it is.

    Of a mapped task, those of one instance; what comes from another task is its name.
    """
    if task.is_mapped:
        task = task.unmap({name: f"<{name}>" for name in mapped_arguments(task)})
    task = copy.copy(task)
    context = {**context, "ti": Elsewhere()}
    task.render_template_fields(context)
    return {name: getattr(task, name, None) for name in task.template_fields}


def main() -> None:
    close_the_network()
    from airflow import __version__
    from airflow.models import DagBag

    bag = DagBag(dag_folder=str(ROOT / "dags"))
    found = {
        "airflow": __version__,
        "import_errors": bag.import_errors,
        "pyspark": sorted(name for name in sys.modules if name.split(".")[0] == "pyspark"),
        "rendered": {
            dag_id: {task.task_id: rendered(task, context_of(dag)) for task in dag.tasks}
            for dag_id, dag in bag.dags.items()
        },
    }
    print("FOUND " + json.dumps(found, default=str))


if __name__ == "__main__":
    folders = ("dags", "jobs", "plugins")
    sys.path[:0] = [str(ROOT / folder) for folder in folders]
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"AIRFLOW_HOME": home, "AIRFLOW__CORE__LOAD_EXAMPLES": "False"}
        main()
