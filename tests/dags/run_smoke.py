"""Runs the DAG smoke once, in the home that Airflow is given, and prints how each task ended."""

from __future__ import annotations

import json
import sys


def main() -> None:
    from airflow.configuration import conf
    from airflow.models import DagBag
    from airflow.utils.db import initdb

    # As Airflow's DAG processor and its task runner do with the folder of a bundle.
    sys.path.append(conf.get("core", "dags_folder"))
    initdb()
    run = DagBag().dags["smoke"].test()
    states = {each.task_id: str(each.state) for each in run.get_task_instances()}
    print("FOUND " + json.dumps(states))


if __name__ == "__main__":
    main()
