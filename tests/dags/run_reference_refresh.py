"""The whole DAG in Airflow's own hands, twice; prints what became of each run.

``python run_reference_refresh.py <folder>``. A stand-in writes the result that the Spark job would
leave; everything else is real. Airports pass, then they are rejected.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
STAND_IN = f"""#!{sys.executable}
import json, sys
sys.path.insert(0, {str(ROOT / "jobs")!r})
from flightlake.contracts.days import Day
from flightlake.contracts.results import (
    JudgedTable, Judgement, TableRun, TablesResult, result_key
)
from flightlake.contracts.storage import Lake

words = sys.argv[sys.argv.index("reference_refresh") + 1 :]
options = dict(zip(words[::2], words[1::2]))
lake, run_id = Lake(options["--lake"]), options["--run-id"]
day, verdict = Day.parse(options["--day"]), lake.read("verdict").decode()
tables = [
    JudgedTable(
        TableRun(str(day), None, run_id, "reference_refresh", "ref." + table,
                 len(lake.read(key).splitlines()), 0, verdict, 98.0, 1.0, "reports/x.html"),
        Judgement(verdict, 98.0, {{}}, []),
    )
    for table, key in json.loads(options["--sources"]).items()
]
result = TablesResult("reference_refresh", str(day), run_id, 1.0, "reports/x.html", tables)
lake.write(result_key("reference_refresh", day, run_id), result.to_json())
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
        print("FOUND " + json.dumps(run_twice(folder), default=str))


def run_twice(folder: Path) -> dict[str, Any]:
    import boto3
    from airflow.models import DagBag, Pool
    from airflow.models.asset import AssetEvent
    from airflow.utils.db import initdb
    from airflow.utils.session import create_session
    from flightlake.contracts.storage import Lake

    emr = boto3.client("emr-serverless")
    application = emr.create_application(
        name="t", releaseLabel="emr-spark-8.1.0", type="SPARK", clientToken="t"
    )
    os.environ["FLIGHTLAKE_EMR_APPLICATION_ID"] = application["applicationId"]
    initdb()
    with create_session() as session:
        session.add(Pool(pool="delta_writer", slots=1, include_deferred=True))
    dag = DagBag(str(ROOT / "dags")).dags["reference_refresh"]
    lake, file = Lake((folder / "lake").as_uri()), folder / "airports.csv"
    file.write_bytes(b"ident,type\nEDDF,large_airport\n")

    def run() -> dict[str, Any]:
        conf = {"tables": ["airports", "countries"], "sources": {"airports": file.as_uri()}}
        finished = dag.test(run_conf=conf)
        return {each.task_id: each.state for each in finished.get_task_instances()}

    lake.write("verdict", b"pass")
    passed = run()
    lake.write("verdict", b"rejected")
    rejected = run()
    with create_session() as session:
        events = [(event.asset.name, event.extra) for event in session.query(AssetEvent)]
    return {
        "passed": passed,
        "rejected": rejected,
        "events": events,
        "landed": lake.keys("raw/reference"),
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]))
