"""Two hours on one bucket of an S3 server, and again on another that got the raw data alone.

A process of its own: Spark takes the S3 server's address when its JVM starts.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
from deltalake import DeltaTable
from flightlake.contracts import raw
from flightlake.contracts.hours import Hour
from flightlake.contracts.storage import Lake
from flightlake.contracts.tables import QUARANTINE, RUN_LEDGER, STATE_VECTORS, derived_by
from flightlake.io.raw_hour import inspect_hour
from flightlake.steps import states_hourly
from flightlake.steps.arguments import HourArguments
from flightlake.steps.progress import Progress
from flightlake_dags.config import regions_argument
from flightlake_dags.settings import Settings
from flightlake_local.settings import LakeKind, LocalSettings
from flightlake_local.spark_sql import local_session
from moto.server import ThreadedMotoServer
from opensky_simulator.world import World

HOURS = [Hour.parse("2025-12-28T16"), Hour.parse("2025-12-28T17")]
ANSWERS = 6
COPIED = ("raw", "costs")
TABLES = [STATE_VECTORS, QUARANTINE, *derived_by(states_hourly.STEP)]
# What is of a run and not of its hour.
_OF_RUN = {"run_id", "seconds", "recorded_at", "report"}


def lake_of(bucket: str) -> Lake:
    """The lake that the DAGs would use if their one setting named this bucket."""
    boto3.client("s3").create_bucket(Bucket=bucket)
    os.environ["FLIGHTLAKE_LAKE_URL"] = f"s3://{bucket}"
    return Lake(Settings().lake_url)


def land(lake: Lake) -> None:
    world = World(7, 150)
    for hour in HOURS:
        for at_s in range(hour.start_s, hour.end_s, 3600 // ANSWERS):
            fetched_at = datetime.fromtimestamp(at_s + 1, UTC)
            raw.land(lake, world.answer(at_s), source="simulator", fetched_at=fetched_at)
    lake.write("costs/date=2025-12-28/job.json", b"{}")


def process(spark: Any, lake: Lake, run_id: str) -> None:
    for hour in HOURS:
        regions = json.loads(regions_argument())
        arguments = HourArguments(lake, hour, run_id, ANSWERS, regions)
        states_hourly.run(spark, arguments, inspect_hour(lake, hour), Progress(str(hour)))


def rows_of(lake: Lake, path: str) -> list[dict[str, Any]]:
    options = {"AWS_ENDPOINT_URL": os.environ["AWS_ENDPOINT_URL_S3"], "AWS_ALLOW_HTTP": "true"}
    table = DeltaTable(lake.url_of(path), storage_options=options)
    rows: list[dict[str, Any]] = table.to_pyarrow_table().to_pylist()
    return rows


def contents(lake: Lake) -> dict[str, list[str]]:
    """The rows of each table in one order, without what is of a run."""
    found = {table.full_name: rows_of(lake, table.path) for table in TABLES}
    found[RUN_LEDGER.full_name] = [
        {name: value for name, value in row.items() if name not in _OF_RUN}
        for row in rows_of(lake, RUN_LEDGER.path)
    ]
    return {
        name: sorted(json.dumps(row, default=str, sort_keys=True) for row in rows)
        for name, rows in found.items()
    }


def main(state_dir: Path, jars_dir: Path) -> dict[str, Any]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    os.environ |= {
        "AWS_ENDPOINT_URL_S3": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    settings = LocalSettings(lake=LakeKind.S3, state_dir=state_dir, jars_dir=jars_dir, s3_port=port)
    spark = local_session(settings, "rebuild")
    original = lake_of("original")
    land(original)
    process(spark, original, "first")
    standby = lake_of("standby")
    for key in [key for folder in COPIED for key in original.keys(folder)]:
        standby.create(key, original.read(key))
    copied = standby.keys("")
    process(spark, standby, "rebuilt")
    before, after = contents(original), contents(standby)
    spark.stop()
    server.stop()
    return {
        "copied": sorted({key.partition("/")[0] for key in copied}),
        "rows": {name: len(rows) for name, rows in after.items()},
        "differ": [name for name, rows in before.items() if rows != after[name]],
    }


if __name__ == "__main__":
    print("FOUND " + json.dumps(main(Path(sys.argv[1]), Path(sys.argv[2]))))
