"""The DAG opensky_poll in Airflow's own hands: put off on 429, tried again after a bad body."""

import json
import os
from pathlib import Path

import pytest
from flightlake.contracts import raw

SCRIPT = Path(__file__).parent / "run_under_airflow.py"
ROOT = Path(__file__).resolve().parents[3]


SWISS = {"lamin": 45.8, "lomin": 5.9, "lamax": 47.9, "lomax": 10.6}
PACIFIC = {"lamin": -60, "lomin": 100, "lamax": 70, "lomax": -70}


@pytest.fixture
def poll_area(make, simulator, lake, tmp_path, run_script):
    """Runs the DAG for an area; returns what came of it, and all that was said."""
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
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(ROOT / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW_CONN_OPENSKY_DEFAULT": json.dumps(connection),
        "FLIGHTLAKE_LAKE_URL": lake.url,
        "FLIGHTLAKE_POLL_SECONDS": "15",
        "FLIGHTLAKE_POLL_SOURCE": "simulator",
        "PYTHONPATH": os.pathsep.join(str(ROOT / part) for part in ("dags", "jobs", "plugins")),
    }

    def poll(bbox):
        seen, done = run_script(SCRIPT, json.dumps(bbox), env=environment, timeout_s=180)
        return seen, done.stdout + done.stderr

    return poll


def test_a_run_waits_out_a_429_without_spending_a_try_and_retries_a_bad_body(
    make, control, lake, poll_area
):
    control("POST", "faults", kind="429", retry_after_s=2)
    control("POST", "faults", kind="html")
    seen, said = poll_area(SWISS)
    assert (seen["state"], seen["tries"]) == ("success", 2)
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


def test_an_area_across_the_antimeridian_is_one_answer_for_the_price_of_two(
    control, lake, poll_area
):
    seen, _ = poll_area(PACIFIC)
    assert (seen["state"], seen["tries"]) == ("success", 1)
    (event,) = seen["events"]
    assert event["credits_spent"] == 8
    assert event["rows"] > 0
    assert raw.read_manifest(lake, event["object"]).rows == event["rows"]


def test_what_is_no_area_fails_at_once_and_says_what_is(control, poll_area):
    seen, said = poll_area(PACIFIC | {"lomax": 100})
    assert (seen["state"], seen["tries"], seen["events"]) == ("failed", 1, [])
    assert "not the same meridian. Nothing was asked." in said
    assert control("GET", "requests")["count"] == 0
