"""The operator in Airflow's own hands: deferral, retry, a run made anew, and what a clear does."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

SCRIPT = Path(__file__).parent / "run_under_airflow.py"
ROOT = Path(__file__).resolve().parents[3]


def test_airflow_retries_reruns_and_clears_as_the_operator_expects(
    cloud: Any, tmp_path: Path
) -> None:
    dags = tmp_path / "airflow" / "dags"
    dags.mkdir(parents=True)
    script = Path(shutil.copy(SCRIPT, dags))
    environment = {
        **os.environ,
        "AIRFLOW_HOME": str(dags.parent),
        "AIRFLOW__CORE__DAGS_FOLDER": str(dags),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "PYTHONPATH": str(ROOT / "plugins"),
        "TEST_APPLICATION_ID": cloud.application_id,
        "TEST_BEHAVIOUR": f"fail-once:{tmp_path / 'failed'}",
    }
    done = subprocess.run(
        [sys.executable, str(script)], env=environment, capture_output=True, text=True, timeout=180
    )
    found = [line for line in done.stdout.splitlines() if line.startswith("FOUND ")]
    assert found, done.stdout[-3000:] + done.stderr[-3000:]
    seen = json.loads(found[0].removeprefix("FOUND "))
    assert seen["states"] == ["success", "success"]
    # The first run failed and was retried; the second time there was nothing to take over.
    assert cloud.states == ["FAILED", "SUCCESS", "SUCCESS"]
    # What the operator reads a clear from: max_tries grows by the tries so far.
    assert seen["clears"] == seen["tries"] > 0
    assert "ValueError: first time" in done.stdout
