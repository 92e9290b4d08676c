"""A backfill, and whatever makes up for old hours, never keeps the newest hour waiting."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from emr.live_first import LATER, LIVE


def test_runs_of_live_data_come_first_in_every_spark_step(
    root: Path, tmp_path: Path, run_under_airflow: Callable[..., dict[str, Any]]
) -> None:
    steps = root / "jobs/flightlake/steps"
    seen = run_under_airflow("run_live_first.py", tmp_path, STEPS=str(steps))
    assert {"states_hourly", "flights_daily", "lake_maintenance"} <= seen["weights"].keys()
    for step, weights in seen["weights"].items():
        assert weights == {
            "scheduled__x": LIVE,
            "manual__x": LIVE,
            "backfill__x": LATER,
            "lake_repair__x": LATER,
        }, step
