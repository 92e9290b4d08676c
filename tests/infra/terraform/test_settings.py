"""The startup script of Airflow against the settings that the DAGs have."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from flightlake_dags.settings import Settings

from tests.infra.terraform.made import Made

PREFIX = "FLIGHTLAKE_"

DEFAULTED = {
    "FLIGHTLAKE_CODE_URL": "the DAGs of a release submit its code",
    "FLIGHTLAKE_ALERT_PAUSE_S": "an hour is right for AWS too",
    "FLIGHTLAKE_AIRCRAFT_SOURCE": "where OpenSky publishes it",
    "FLIGHTLAKE_AIRLINES_SOURCE": "what the project brings",
    "FLIGHTLAKE_AIRPORTS_SOURCE": "where OurAirports publishes it",
    "FLIGHTLAKE_ATHENA_RESULTS_URL": "the workgroup says it, and enforces it",
    "FLIGHTLAKE_AWS_CONN_ID": "aws_default, which is the role of Airflow",
    "FLIGHTLAKE_COUNTRIES_SOURCE": "what the project brings",
    "FLIGHTLAKE_EMR_JOB_ROLE_ARN": "each step has a role of its own",
    "FLIGHTLAKE_EMR_WAIT_DELAY_S": "10 s are right for AWS too",
    "FLIGHTLAKE_OPENSKY_CONN_ID": "the secret has the default's name",
    "FLIGHTLAKE_POLL_SOURCE": "opensky",
    "FLIGHTLAKE_PYTHON_ARCHIVE_URL": "the DAGs of a release submit its packages",
    "FLIGHTLAKE_REPAIR_DAYS": "a month is right for AWS too",
    "FLIGHTLAKE_REPAIR_RUNS": "six are right for AWS too",
    "FLIGHTLAKE_RUNWAYS_SOURCE": "where OurAirports publishes it",
    "FLIGHTLAKE_RETRY_DELAY_S": "a minute is right for AWS too",
}


@pytest.fixture
def exported(made: Made, tmp_path: Path) -> dict[str, str]:
    """The variables that a shell has after the script."""
    [script] = [each for each in made.every("aws_s3_object") if each["key"] == "startup.sh"]
    path = tmp_path / "startup.sh"
    path.write_text(script["content"])
    done = subprocess.run(
        ["sh", "-euc", f". {path}; env -0"], env={}, capture_output=True, text=True, check=True
    )
    lines = (line.partition("=") for line in done.stdout.split("\0") if line)
    return {name: value for name, _, value in lines if name.startswith(PREFIX)}


def test_every_setting_is_set_or_defaulted_on_purpose(exported: dict[str, str]) -> None:
    settings = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    assert settings <= set(exported) | set(DEFAULTED)
    assert set(exported) <= settings
    assert not set(exported) & set(DEFAULTED)


def test_the_dags_take_the_settings(
    exported: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in exported.items():
        monkeypatch.setenv(name, value)
    settings = Settings()
    assert settings.lake_url == exported["FLIGHTLAKE_LAKE_URL"]
    assert settings.alerts.startswith("sns:arn:aws:sns:")
    assert settings.athena_prefix.endswith("_")
    assert settings.poll_seconds == int(exported["FLIGHTLAKE_POLL_SECONDS"])


def test_roles_are_told_by_step(exported: dict[str, str]) -> None:
    roles = json.loads(exported["FLIGHTLAKE_EMR_JOB_ROLE_ARNS"])
    steps = {"states_hourly", "flights_daily", "reference_refresh"}
    assert steps | {"export_table", "restore_table", "lake_maintenance"} == set(roles)
    assert all(arn.startswith("arn:aws:iam::") for arn in roles.values())


def test_airflow_can_be_made_before_anything_was_delivered(made: Made) -> None:
    [environment] = made.every("aws_mwaa_environment")
    assert environment["plugins_s3_path"] is None
    assert environment["requirements_s3_path"] is None
    assert environment["startup_script_s3_path"] == "startup.sh"
