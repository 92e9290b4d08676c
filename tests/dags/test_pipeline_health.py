"""pipeline_health under a real Airflow and a real EMR Serverless API: one page, one alert."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


@pytest.fixture(scope="module")
def seen(
    tmp_path_factory: pytest.TempPathFactory, run_under_airflow: Callable[..., dict[str, Any]]
) -> dict[str, Any]:
    """What became of three looks: all well, a table changed, a test alert asked for."""
    folder = tmp_path_factory.mktemp("health")
    return run_under_airflow(
        "run_pipeline_health.py",
        folder,
        str(folder),
        FLIGHTLAKE_LAKE_URL=(folder / "lake").as_uri(),
        AIRFLOW_CONN_OPENSKY_DEFAULT='{"conn_type": "opensky", "login": "x", "password": "y"}',
    )


def test_a_pipeline_that_is_well_ends_well_and_tells_its_numbers(seen: dict[str, Any]) -> None:
    assert seen["well"] == {"look": "success", "verdict": "success"}
    assert len(seen["metrics"]) == 3
    assert seen["metrics"][0].keys() == {"FreshnessSeconds", "LagHours"}
    assert 0 <= seen["metrics"][0]["FreshnessSeconds"] < 2 * 3600


def test_what_is_broken_fails_the_verdict_and_is_on_the_page(seen: dict[str, Any]) -> None:
    assert seen["broken"] == {"look": "success", "verdict": "failed"}
    assert "silver.state_vectors is at 3" in seen["page"]
    assert "Something is broken" in seen["page"]


def test_a_verdict_that_fails_alerts_and_a_test_alert_can_be_asked_for(
    seen: dict[str, Any],
) -> None:
    assert seen["asked"] == {"look": "success", "verdict": "failed"}
    # A DAG under test hands its callbacks no exception; that it names the topic, test_alerts holds.
    assert seen["alerts"] == ["pipeline_health.verdict"]
    assert seen["log"].count("ALERT Flightlake: pipeline_health") == 2
