"""The operator in Airflow's own hands: deferral, retry, a run made anew, and what a clear does."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

SCRIPT = Path(__file__).parent / "run_under_airflow.py"
ROOT = Path(__file__).resolve().parents[3]


def test_airflow_retries_reruns_and_clears_as_the_operator_expects(
    cloud: Any, tmp_path: Path, run_script: Callable[..., Any]
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
    seen, done = run_script(script, env=environment, timeout_s=180)
    assert seen["states"] == ["success", "success"]
    # The first run failed and was retried; the second time there was nothing to take over.
    assert cloud.states == ["FAILED", "SUCCESS", "SUCCESS"]
    # What the operator reads a clear from: max_tries grows by the tries so far.
    assert seen["clears"] == seen["tries"] > 0
    assert "ValueError: first time" in done.stdout
