"""Runs the DAG opensky_poll once, for the area of its argument, and prints what came of it."""

from __future__ import annotations

import json
import sys


def main() -> None:
    import opensky_poll
    from airflow.models import DagBag
    from airflow.models.asset import AssetEvent
    from airflow.models.taskinstance import TaskInstance
    from airflow.utils.db import initdb
    from airflow.utils.session import create_session

    initdb()
    dag = DagBag(dag_folder=opensky_poll.__file__).dags["opensky_poll"]
    run = dag.test(run_conf={"bbox": json.loads(sys.argv[1])})
    with create_session() as session:
        found = {
            "state": str(run.state),
            "tries": session.query(TaskInstance).one().try_number,
            "events": [event.extra for event in session.query(AssetEvent)],
        }
    print("FOUND " + json.dumps(found))


if __name__ == "__main__":
    main()
