"""docker-compose.yaml against the stack that runs: the same services and names of settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from flightlake_local.credentials import load_or_create
from flightlake_local.environment import (
    airflow_environment,
    flightlake_environment,
    inherited,
)
from flightlake_local.services import AIRFLOW_SERVICES
from flightlake_local.settings import ROOT, LakeKind, LocalSettings

FROM_FILE = {"FLIGHTLAKE_EMR_APPLICATION_ID"}


@pytest.fixture(scope="module")
def services() -> dict[str, dict[str, Any]]:
    content = yaml.safe_load((ROOT / "docker-compose.yaml").read_text())
    found: dict[str, dict[str, Any]] = content["services"]
    return found


@pytest.fixture
def local(settings: LocalSettings) -> dict[str, str]:
    on_s3 = settings.model_copy(update={"lake": LakeKind.S3})
    credentials = load_or_create(settings.state_dir / "secrets")
    return {
        **airflow_environment(on_s3, credentials, "postgresql://", Path("passwords.json")),
        **flightlake_environment(on_s3, "00app"),
    }


@pytest.mark.parametrize("name", AIRFLOW_SERVICES)
def test_airflow_gets_the_settings_that_the_local_stack_sets(
    name: str, services: dict[str, dict[str, Any]], local: dict[str, str]
) -> None:
    assert set(services[name]["environment"]) | FROM_FILE == set(local) - set(inherited())
    assert all(setting in services[name]["command"][0] for setting in FROM_FILE)


def test_plain_values_are_the_same_too(
    services: dict[str, dict[str, Any]], local: dict[str, str]
) -> None:
    environment = services["scheduler"]["environment"]
    tuning = [
        name
        for name in environment
        if name.startswith(("AIRFLOW__SCHEDULER", "AIRFLOW__TRIGGERER", "AIRFLOW__DAG_PROCESSOR"))
    ]
    assert tuning
    assert {name: environment[name] for name in tuning} == {name: local[name] for name in tuning}


def test_only_loopback_of_the_host_is_published(services: dict[str, dict[str, Any]]) -> None:
    published = [port for service in services.values() for port in service.get("ports", [])]
    assert published == ["127.0.0.1:8080:8080"]


def test_no_secret_is_written_into_the_file(services: dict[str, dict[str, Any]]) -> None:
    for service in services.values():
        for name, value in service.get("environment", {}).items():
            if name.endswith(("SECRET", "SECRET_KEY", "PASSWORD", "FERNET_KEY", "ACCESS_KEY")):
                assert str(value).startswith("${"), name
