"""The DAG opensky_poll in Airflow's own hands: put off on 429, tried again after a bad body."""

import json
import os
from pathlib import Path

from flightlake.contracts import raw

SCRIPT = Path(__file__).parent / "run_under_airflow.py"
ROOT = Path(__file__).resolve().parents[3]


def test_a_run_waits_out_a_429_without_spending_a_try_and_retries_a_bad_body(
    make, simulator, control, lake, tmp_path, run_script
):
    control("POST", "faults", kind="429", retry_after_s=2)
    control("POST", "faults", kind="html")
    connection = {
        "conn_type": "opensky",
        "host": f"{simulator}/api",
        "login": "opensky-simulator",
        "password": make.simulator_secret,
        "extra": {"auth_url": make.auth_url(simulator), "credit_floor": 0},
    }
    environment = {
        **os.environ,
        "AIRFLOW_HOME": str(tmp_path / "airflow"),
        "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW_CONN_OPENSKY_DEFAULT": json.dumps(connection),
        "FLIGHTLAKE_LAKE_URL": lake.url,
        "FLIGHTLAKE_POLL_SECONDS": "15",
        "FLIGHTLAKE_POLL_SOURCE": "simulator",
        "PYTHONPATH": os.pathsep.join(str(ROOT / part) for part in ("dags", "jobs", "plugins")),
    }
    seen, done = run_script(SCRIPT, env=environment, timeout_s=180)
    assert (seen["state"], seen["tries"]) == ("success", 2)
    said = done.stdout + done.stderr
    assert "Come back at" in said
    assert "HTML instead of JSON" in said
    assert make.simulator_secret not in said
    (event,) = seen["events"]
    key = event["object"]
    landed, _ = raw.read_object(lake, key, raw.read_manifest(lake, key))
    assert (event["time"], event["rows"]) == (landed.time_s, landed.rows)
    assert (event["source"], event["credits_spent"]) == ("simulator", 1)
    endings = sorted(Path(key).suffix for key in lake.keys(raw.ROOT) if "manifest" not in key)
    assert endings == [".gz", raw.UNREADABLE_SUFFIX]
