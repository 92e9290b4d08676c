"""pipeline_health in Airflow's own hands, three times; prints what became of each run.

``python run_pipeline_health.py <folder>``. The lake holds an hour that was just published, then its
table is at another reader version, then all is well again and a test alert is asked for.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from airflow_run import dag_with_stand_in, states_of


def main(folder: Path) -> None:
    with dag_with_stand_in("pipeline_health", "", folder) as dag:
        print("FOUND " + json.dumps(run_three_times(dag, folder), default=str))


def run_three_times(dag: Any, folder: Path) -> dict[str, Any]:
    from flightlake.contracts import raw
    from flightlake.contracts.hours import Hour
    from flightlake.contracts.json_codec import to_json
    from flightlake.contracts.results import Judgement, RunResult, result_key
    from flightlake.contracts.storage import Lake
    from flightlake.contracts.tables import STATE_VECTORS
    from flightlake_dags.health.facts import PROCESSING

    from tests.ledger import ledger_line

    lake, now = Lake((folder / "lake").as_uri()), datetime.now(UTC)
    hour = Hour.of(now - PROCESSING) - 1
    lake.write(f"{STATE_VECTORS.path}/date={hour.date}/hour={hour.hour}/part-0.parquet", b"rows")
    line = ledger_line(hour)
    result = RunResult(line, Judgement("pass", 100.0, {}, []), {})
    lake.write(result_key("states_hourly", hour, line.run_id), to_json(result))
    body = json.dumps({"time": int(now.timestamp()), "states": None}).encode()
    raw.land(lake, body, source="opensky", fetched_at=now)
    well = states_of(dag, {})
    commit = f"{STATE_VECTORS.path}/_delta_log/{{:020d}}.json"
    protocol = '{{"protocol":{{"minReaderVersion":{},"minWriterVersion":7}}}}'
    lake.write(commit.format(0), protocol.format(3).encode())
    broken = states_of(dag, {})
    page = lake.read("reports/health.html").decode()
    lake.write(commit.format(1), protocol.format(1).encode())
    asked = states_of(dag, {"test_alert": True})
    alerts = [json.loads(lake.read(key))["topic"] for key in lake.keys("alerts")]
    return {
        "well": well,
        "broken": broken,
        "asked": asked,
        "alerts": sorted(alerts),
        "page": page,
        "metrics": [json.loads(lake.read(key))["metrics"] for key in lake.keys("metrics")],
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]))
