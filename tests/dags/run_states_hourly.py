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

ROOT = Path(__file__).resolve().parents[2]
STAND_IN = f"""#!{sys.executable}
import sys
sys.path.insert(0, {str(ROOT / "jobs")!r})
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
lake.write(result_key("states_hourly", hour, run_id), result.to_json())
"""


def main(folder: Path) -> None:
    from emr_serverless_local.server import LocalEmrServerless
    from emr_serverless_local.settings import Settings

    spark_submit = folder / "bin" / "spark-submit"
    spark_submit.parent.mkdir()
    spark_submit.write_text(STAND_IN)
    spark_submit.chmod(0o755)
    settings = Settings(spark_submit=str(spark_submit))
    with LocalEmrServerless(settings, folder / "state") as server:
        os.environ["AWS_ENDPOINT_URL_EMR_SERVERLESS"] = server.url
        print("FOUND " + json.dumps(run_three_times(folder), default=str))


def run_three_times(folder: Path) -> dict[str, Any]:
    import boto3
    from airflow.models import DagBag, Pool
    from airflow.models.asset import AssetEvent
    from airflow.utils.db import initdb
    from airflow.utils.session import create_session
    from flightlake.contracts import raw
    from flightlake.contracts.hours import Hour
    from flightlake.contracts.storage import Lake

    emr = boto3.client("emr-serverless")
    application = emr.create_application(
        name="t", releaseLabel="emr-spark-8.1.0", type="SPARK", clientToken="t"
    )
    os.environ["FLIGHTLAKE_EMR_APPLICATION_ID"] = application["applicationId"]
    initdb()
    with create_session() as session:
        session.add(Pool(pool="delta_writer", slots=1, include_deferred=True))
    dag = DagBag(str(ROOT / "dags")).dags["states_hourly"]
    lake, hour = Lake((folder / "lake").as_uri()), Hour.parse("2025-12-28T02")

    def run() -> dict[str, Any]:
        conf = {"hour": str(hour), "expected_answers": 1}
        finished = dag.test(run_conf=conf)
        return {each.task_id: each.state for each in finished.get_task_instances()}

    empty = run()
    body = json.dumps({"time": hour.start_s, "states": None}).encode()
    raw.land(lake, body, source="opensky", fetched_at=datetime.now(UTC))
    lake.write("verdict", b"pass")
    passed = run()
    lake.write("verdict", b"rejected")
    rejected = run()
    with create_session() as session:
        events = [(event.asset.name, event.extra) for event in session.query(AssetEvent)]
    jobs = emr.list_job_runs(applicationId=application["applicationId"])["jobRuns"]
    return {
        "empty": empty,
        "passed": passed,
        "rejected": rejected,
        "events": events,
        "jobs": [job["state"] for job in jobs],
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]))
