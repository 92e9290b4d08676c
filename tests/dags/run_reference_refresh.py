"""The whole DAG in Airflow's own hands, twice; prints what became of each run.

``python run_reference_refresh.py <folder>``. A stand-in writes the result that the Spark job would
leave; everything else is real. Airports pass, then they are rejected.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from airflow_run import ROOT, asset_events, dag_with_stand_in, states_of

STAND_IN = f"""#!{sys.executable}
import json, sys
sys.path.insert(0, {str(ROOT / "jobs")!r})
from flightlake.contracts.json_codec import to_json
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
lake.write(result_key("reference_refresh", day, run_id), to_json(result))
"""


def main(folder: Path) -> None:
    with dag_with_stand_in("reference_refresh", STAND_IN, folder) as dag:
        print("FOUND " + json.dumps(run_twice(dag, folder), default=str))


def run_twice(dag: Any, folder: Path) -> dict[str, Any]:
    from flightlake.contracts.storage import Lake

    lake, file = Lake((folder / "lake").as_uri()), folder / "airports.csv"
    file.write_bytes(b"ident,type\nEDDF,large_airport\n")
    conf = {"tables": ["airports", "countries"], "sources": {"airports": file.as_uri()}}
    lake.write("verdict", b"pass")
    passed = states_of(dag, conf)
    lake.write("verdict", b"rejected")
    rejected = states_of(dag, conf)
    return {
        "passed": passed,
        "rejected": rejected,
        "events": asset_events(),
        "landed": lake.keys("raw/reference"),
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]))
