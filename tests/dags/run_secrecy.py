"""opensky_poll and pipeline_health in Airflow's own hands, with a host that says all it was told.

``python run_secrecy.py <folder>``; prints what became of the tasks.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from airflow_run import ROOT, dag_with_stand_in, states_of


def main(folder: Path) -> None:
    with dag_with_stand_in("opensky_poll", "", folder) as poll:
        from airflow.models import DagBag

        health = DagBag(str(ROOT / "dags")).dags["pipeline_health"]
        found = {
            "answered": states_of(poll, {}),
            "refused": states_of(poll, {}),
            "health": states_of(health, {"test_alert": True}),
        }
        print("FOUND " + json.dumps(found, default=str))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
