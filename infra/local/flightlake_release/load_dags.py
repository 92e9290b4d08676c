"""Loads DAGs and plugins as Airflow is configured, the network closed, and prints what it found.

A script for a process of its own. It runs under every Airflow version that the DAGs have to import
on, so it needs nothing but Airflow.
"""

from __future__ import annotations

import copy
import inspect
import json
import sys
from datetime import UTC, datetime
from typing import Any

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
    """The names of the arguments that differ between the instances of a mapped task.

    Where another task tells them, those that the operator cannot do without.
    """
    mapped = getattr(task, task._expand_input_attr).value
    if isinstance(mapped, dict):
        return list(mapped)
    parameters = inspect.signature(task.operator_class.__init__).parameters.values()
    needed = (p.name for p in parameters if p.kind == p.KEYWORD_ONLY and p.default is p.empty)
    return [name for name in needed if name not in task.partial_kwargs]


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


def plugin_errors() -> dict[str, str]:
    """What the plugins manager could not import, by the file."""
    from airflow import plugins_manager

    plugins_manager.ensure_plugins_loaded()
    try:
        return dict(plugins_manager.get_import_errors())
    except AttributeError:  # Airflow 3.0
        errors: dict[str, str] = vars(plugins_manager)["import_errors"]
        return errors


def connection_types() -> list[str]:
    """The connection types that Airflow offers; those of plugins come by entry points."""
    from airflow.providers_manager import ProvidersManager

    return sorted(ProvidersManager().hooks)


def main() -> None:
    """Load everything and print it as one line of JSON."""
    close_the_network()
    from airflow import __version__
    from airflow.configuration import conf
    from airflow.models import DagBag

    # As Airflow's DAG processor and its task runner do with the folder of a bundle.
    sys.path.append(conf.get("core", "dags_folder"))
    bag = DagBag()
    slowest = max((stat.duration.total_seconds() for stat in bag.dagbag_stats), default=0.0)
    found = {
        "airflow": __version__,
        "import_errors": bag.import_errors,
        "slowest_import_s": slowest,
        "pyspark": sorted(name for name in sys.modules if name.split(".")[0] == "pyspark"),
        "plugin_errors": plugin_errors(),
        "connection_types": connection_types(),
        "rendered": {
            dag_id: {task.task_id: rendered(task, context_of(dag)) for task in dag.tasks}
            for dag_id, dag in bag.dags.items()
        },
    }
    print("FOUND " + json.dumps(found, default=str))


if __name__ == "__main__":
    main()
