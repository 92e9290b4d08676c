"""The weight that Airflow gives the Spark step of runs of each kind; prints what it found."""

from __future__ import annotations

import json
import os
from pathlib import Path

RUNS = ("scheduled__x", "manual__x", "backfill__x", "lake_repair__x")


def main() -> None:
    from airflow.models import DagBag
    from airflow.models.taskinstance import TaskInstance
    from airflow.serialization.serialized_objects import DagSerialization

    dags = DagBag(os.environ["AIRFLOW__CORE__DAGS_FOLDER"]).dags
    found = {}
    for step in sorted(path.stem for path in Path(os.environ["STEPS"]).glob("*.py")):
        if step not in dags:
            continue
        stored = DagSerialization.deserialize_dag(DagSerialization.serialize_dag(dags[step]))
        task = stored.get_task(step)
        found[step] = {
            run_id: TaskInstance(task=task, run_id=run_id, dag_version_id=None).priority_weight
            for run_id in RUNS
        }
    print("FOUND " + json.dumps({"weights": found}))


if __name__ == "__main__":
    main()
