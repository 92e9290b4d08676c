"""The whole DAG in Airflow's own hands, three times; prints what became of each run.

``python run_states_hourly.py <folder>``. A stand-in writes the result that the Spark job would
leave; everything else is real. The lake is empty first, then the hour passes, then it is rejected.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from airflow_run import ROOT, asset_events, dag_with_stand_in, states_of

STAND_IN = f"""#!{sys.executable}
import sys
sys.path.insert(0, {str(ROOT / "jobs")!r})
from flightlake.contracts.json_codec import to_json
from flightlake.contracts.hours import Hour
from flightlake.contracts.results import (
    JudgedTable, Judgement, LedgerLine, RunResult, TableRun, result_key
)
from flightlake.contracts.storage import Lake
from flightlake.contracts.tables import derived_by

words = sys.argv[sys.argv.index("states_hourly") + 1 :]
options = dict(zip(words[::2], words[1::2]))
lake, hour, run_id = Lake(options["--lake"]), Hour.parse(options["--hour"]), options["--run-id"]
verdict = lake.read("verdict").decode()
answers = int(options["--expected-answers"])
line = LedgerLine(str(hour.date), hour.hour, run_id, "states_hourly", 7, 7, 0, 0, 0, answers, 1, 0,
                  [], verdict, 99.0, 1.0, "reports/x.html")
tables = [
    JudgedTable(
        TableRun(line.date, hour.hour, run_id, line.step, table.full_name, 3, 0, "pass", 98.0, 1.0,
                 line.report),
        Judgement("pass", 98.0, {{}}, []),
    )
    for table in derived_by("states_hourly")
]
result = RunResult(line, Judgement(verdict, 99.0, {{}}, []), {{}}, tables)
lake.write(result_key("states_hourly", hour, run_id), to_json(result))
"""


def main(folder: Path) -> None:
    with dag_with_stand_in("states_hourly", STAND_IN, folder) as dag:
        print("FOUND " + json.dumps(run_three_times(dag, folder), default=str))


def run_three_times(dag: Any, folder: Path) -> dict[str, Any]:
    import boto3
    from flightlake.contracts import raw
    from flightlake.contracts.hours import Hour
    from flightlake.contracts.storage import Lake

    lake, hour = Lake((folder / "lake").as_uri()), Hour.parse("2025-12-28T02")
    conf = {"hour": str(hour), "expected_answers": 1}
    empty = states_of(dag, conf)
    body = json.dumps({"time": hour.start_s, "states": None}).encode()
    raw.land(lake, body, source="opensky", fetched_at=datetime.now(UTC))
    lake.write("verdict", b"pass")
    passed = states_of(dag, conf)
    lake.write("verdict", b"rejected")
    rejected = states_of(dag, conf)
    application_id = os.environ["FLIGHTLAKE_EMR_APPLICATION_ID"]
    jobs = boto3.client("emr-serverless").list_job_runs(applicationId=application_id)["jobRuns"]
    return {
        "empty": empty,
        "passed": passed,
        "rejected": rejected,
        "events": asset_events(),
        "jobs": [job["state"] for job in jobs],
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]))
