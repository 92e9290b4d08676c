"""lake_repair in Airflow's own hands; prints what it triggered and what became of its tasks.

``python run_lake_repair.py <folder>``. A lake has raw objects of two hours that no run processed. A
thread stands in for the scheduler: it ends each triggered run, the first as failed.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from airflow_run import ROOT


def land(folder: Path) -> list[str]:
    """Raw objects of two hours, the newer one first; the hours, the older one first."""
    from flightlake.contracts import raw
    from flightlake.contracts.hours import Hour
    from flightlake.contracts.storage import Lake

    now = datetime.now(UTC)
    hours = [Hour.of(now - timedelta(hours=back)) for back in (5, 6)]
    for hour in hours:
        body = json.dumps({"time": hour.start_s, "states": None}).encode()
        raw.land(Lake((folder / "lake").as_uri()), body, source="replay", fetched_at=now)
    return sorted(map(str, hours))


def end_triggered_runs() -> None:
    """End each run that lake_repair triggers, as long as this process lives."""
    from airflow.models.dagrun import DagRun
    from airflow.utils.session import create_session

    states = iter(["failed", "success"])
    while True:
        with create_session() as session:
            triggered = DagRun.run_id.like("lake_repair__%"), DagRun.state == "queued"
            for run in session.query(DagRun).filter(*triggered):
                run.state = next(states)
        time.sleep(1)


def main(folder: Path) -> dict[str, Any]:
    from airflow.dag_processing.bundles.manager import DagBundlesManager
    from airflow.dag_processing.dagbag import sync_bag_to_db
    from airflow.models import DagBag
    from airflow.models.dagrun import DagRun
    from airflow.utils.db import initdb
    from airflow.utils.session import create_session

    hours = land(folder)
    initdb()
    DagBundlesManager().sync_bundles_to_db()
    bag = DagBag(str(ROOT / "dags"), include_examples=False)
    sync_bag_to_db(bag, "dags-folder", None)
    threading.Thread(target=end_triggered_runs, daemon=True).start()
    done = bag.dags["lake_repair"].test()
    with create_session() as session:
        runs = session.query(DagRun).filter(DagRun.dag_id == "states_hourly").order_by(DagRun.id)
        triggered = [(run.conf["hour"], str(run.state)) for run in runs]
    states = [(each.task_id, str(each.state)) for each in done.get_task_instances()]
    return {"hours": hours, "triggered": triggered, "states": sorted(states)}


if __name__ == "__main__":
    print("FOUND " + json.dumps(main(Path(sys.argv[1])), default=str))
