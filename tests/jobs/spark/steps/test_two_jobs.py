"""Two real Spark jobs of one hour, started at once: the second waits, and no row is doubled."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from deltalake import DeltaTable
from flightlake.contracts import raw
from flightlake.contracts.hours import Hour
from flightlake.contracts.storage import Lake
from flightlake.contracts.tables import RUN_LEDGER, STATE_VECTORS, TABLE_RUNS, derived_by

REPO = Path(__file__).parents[4]
RUNS = ("scheduled__x", "manual__y")


def start(lake: Lake, hour: Hour, run_id: str) -> subprocess.Popen[str]:
    """A driver as ``spark-submit`` starts it, with the Delta jars of the laptop."""
    jars = ",".join(str(path) for path in (REPO / ".flightlake/jars/delta").glob("*.jar"))
    arguments = {
        "--lake": lake.url,
        "--hour": str(hour),
        "--run-id": run_id,
        "--expected-answers": "2",
        "--regions": json.dumps({"europe": [35.0, -12.0, 72.0, 42.0]}),
    }
    conf = {
        "spark.master": "local[1]",
        "spark.ui.enabled": "false",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.jars": jars,
        "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
        "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
    }
    return subprocess.Popen(
        [
            str(Path(sys.executable).with_name("spark-submit")),
            *(word for name, value in conf.items() for word in ("--conf", f"{name}={value}")),
            str(REPO / "jobs/main.py"),
            "states_hourly",
            *(word for pair in arguments.items() for word in pair),
        ],
        env={**os.environ, "PYTHONPATH": str(REPO / "jobs"), "PYSPARK_PYTHON": sys.executable},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.nightly
@pytest.mark.timeout(900)
def test_of_two_jobs_of_one_hour_the_second_waits_for_the_first(
    tmp_path: Path, hour: Hour, state: Callable[..., list[Any]]
) -> None:
    lake = Lake(tmp_path.as_uri())
    for at_s in (hour.start_s + 900, hour.start_s + 2700):
        states = [state(at_s, f"3c644{n}") for n in range(5)]
        body = json.dumps({"time": at_s, "states": states}).encode()
        raw.land(lake, body, source="opensky", fetched_at=datetime.now(UTC))
    jobs = [start(lake, hour, run_id) for run_id in RUNS]
    ended = [job.communicate(timeout=800) for job in jobs]
    assert [job.returncode for job in jobs] == [0, 0], [err[-2000:] for _, err in ended]
    assert sum("Waiting for states_hourly (run " in out for out, _ in ended) == 1

    def rows(table: Any) -> list[dict[str, Any]]:
        return DeltaTable(lake.url_of(table.path)).to_pyarrow_table().to_pylist()

    published = rows(STATE_VECTORS)
    assert len(published) == 10
    assert len({(row["icao24"], row["snapshot_time"]) for row in published}) == 10
    # Each of the two has its line, and both say what is there.
    assert {(line["run_id"], line["rows_published"]) for line in rows(RUN_LEDGER)} == {
        (run_id, 10) for run_id in RUNS
    }
    assert len(rows(TABLE_RUNS)) == len(RUNS) * len(derived_by("states_hourly"))
