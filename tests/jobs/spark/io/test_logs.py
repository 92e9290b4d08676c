"""The lines of a whole job with Spark, from the entry script."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

JOBS = Path(__file__).parents[4] / "jobs"
RUN = "00f1abcdefgh2k09"


def test_every_line_is_json_and_has_the_job_run_once_spark_is_there(tmp_path: Path) -> None:
    request = json.dumps({"table": "gold.flights", "version": "3"})
    arguments = ["--lake", tmp_path.as_uri(), "--run-id", "r", "--request", request]
    done = subprocess.run(
        [sys.executable, JOBS / "main.py", "restore_table", *arguments],
        env={
            **os.environ,
            "PYTHONPATH": str(JOBS),
            "FLIGHTLAKE_LOG_FORMAT": "json",
            # The local service gives Spark's application the id of the job run in the same way.
            "PYSPARK_SUBMIT_ARGS": f"--conf spark.test.appId={RUN} --master local[1] pyspark-shell",
        },
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert "job_run_id" not in lines[0]
    assert [line["job_run_id"] for line in lines[1:]] == [RUN]
    # A refusal, which has several lines, in one.
    assert lines[-1]["message"].startswith("Not restored: gold.flights has not been written yet.")
