"""docker-compose.yaml against its schema, the rules of containers, and the stack that runs."""

from __future__ import annotations

import json
import os
import re
import subprocess
import tomllib
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest
import yaml
from flightlake_local.compose_env import write_compose_env
from flightlake_local.credentials import load_or_create
from flightlake_local.environment import (
    airflow_environment,
    flightlake_environment,
    inherited,
)
from flightlake_local.errors import LocalError
from flightlake_local.services import AIRFLOW_SERVICES, cloud_services
from flightlake_local.settings import ROOT, LakeKind

FROM_FILE = {"FLIGHTLAKE_EMR_APPLICATION_ID"}
CONTENT = yaml.safe_load((ROOT / "docker-compose.yaml").read_text())
SERVICES = CONTENT["services"]
LASTING = [name for name in SERVICES if name != "prepare"]
DOCKERFILE = SERVICES["s3"]["build"]["dockerfile_inline"]


@pytest.fixture
def on_s3(settings):
    return settings.model_copy(update={"lake": LakeKind.S3})


@pytest.fixture
def local(on_s3):
    credentials = load_or_create(on_s3.state_dir / "secrets")
    return {
        **airflow_environment(on_s3, credentials, "postgresql://", Path("passwords.json")),
        **flightlake_environment(on_s3, "00app"),
    }


def test_the_file_is_of_the_compose_specification():
    vendored = files("check_jsonschema") / "builtin_schemas/vendor/compose-spec.json"
    jsonschema.validate(CONTENT, json.loads(vendored.read_text()))


@pytest.mark.parametrize("name", AIRFLOW_SERVICES)
def test_airflow_gets_the_settings_that_the_local_stack_sets(name, local):
    assert set(SERVICES[name]["environment"]) | FROM_FILE == set(local) - set(inherited())
    assert all(setting in SERVICES[name]["command"][0] for setting in FROM_FILE)


def test_plain_values_are_the_same_too(local):
    """All but secrets, folders and addresses, and the one login of three that there is."""
    environment = SERVICES["scheduler"]["environment"]
    own = {"AIRFLOW_HOME", "AIRFLOW__API__HOST", "AWS_ACCESS_KEY_ID"} | {
        f"AIRFLOW__CORE__{name}"
        for name in (
            "DAGS_FOLDER",
            "PLUGINS_FOLDER",
            "SIMPLE_AUTH_MANAGER_USERS",
            "SIMPLE_AUTH_MANAGER_PASSWORDS_FILE",
        )
    }
    compared = {
        name: value
        for name, value in environment.items()
        if name not in own and "${" not in value and not name.startswith("AIRFLOW_CONN_")
    }
    assert len(compared) > 30
    assert compared == {name: local[name] for name in compared}


@pytest.mark.parametrize("name", ["AIRFLOW_CONN_OPENSKY_DEFAULT", "AIRFLOW_CONN_AWS_DEFAULT"])
def test_a_connection_is_the_local_one_with_other_keys(name, local):
    ours, theirs = json.loads(SERVICES["scheduler"]["environment"][name]), json.loads(local[name])
    secret = {"password"} | ({"login"} if ours["conn_type"] == "aws" else set())
    assert ours["password"].startswith("${")
    assert ours == theirs | {key: ours[key] for key in secret}


def test_the_cloud_is_started_as_the_local_one_is(on_s3):
    credentials = load_or_create(on_s3.state_dir / "secrets")
    for service in cloud_services(on_s3, credentials):
        started = SERVICES[service.name]["command"][0]
        options = [part for part in service.command if part.startswith("-") and part != "-m"]
        assert options
        assert [option for option in options if option not in started] == []
        assert str(getattr(on_s3, service.port_setting)) in started
        assert service.ready_url in SERVICES[service.name]["healthcheck"]["test"]


def test_versions_are_those_of_the_project():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    pins = dict(
        re.findall(r"^([\w-]+)(?:\[[^]]*\])?==(\S+)$", "\n".join(_requirements(project)), re.M)
    )
    setup = (ROOT / "infra/local/bootstrap.py").read_text()
    mwaa = (ROOT / "infra/local/mwaa_envs.py").read_text()
    python = ".".join(re.search(r"MWAA_PYTHON = \((\d+), (\d+)\)", mwaa).groups())
    java = re.search(r"SPARK_JAVA = \((\d+),", setup)[1]
    assert f"FROM apache/airflow:{pins['apache-airflow']}-python{python}\n" in DOCKERFILE
    assert f"openjdk-{java}-jre-headless" in DOCKERFILE
    # All else comes from the lock, which holds the provider that MWAA gets.
    assert "pip install --no-cache-dir --require-hashes -r requirements.lock" in DOCKERFILE
    provider = f"apache-airflow-providers-amazon=={pins['apache-airflow-providers-amazon']}"
    for name in ("requirements.lock", "requirements.txt"):
        text = (ROOT / name).read_text().replace("[aiobotocore]", "")
        assert re.search(rf"^{re.escape(provider)}\b", text, re.MULTILINE), name


def _requirements(project):
    groups = project["dependency-groups"].values()
    return [*project["project"]["dependencies"], *(line for group in groups for line in group)]


def test_an_image_that_is_not_built_here_has_a_version_and_a_digest():
    pulled = [s["image"] for s in SERVICES.values() if s["image"] != "flightlake"]
    assert pulled
    for image in pulled:
        assert re.fullmatch(r"[a-z/]+:\d+\.\d+@sha256:[0-9a-f]{64}", image)


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_confined(name):
    service = SERVICES[name]
    assert service["user"].split(":")[0] not in ("", "root", "0")
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["read_only"] is True
    assert not {"privileged", "cap_add", "devices", "pid", "ipc"} & set(service)
    # Whatever is mounted of this machine cannot be written to.
    mounts = [volume.split(":") for volume in service.get("volumes", [])]
    assert {mount[0] for mount in mounts if mount[2:] != ["ro"]} <= set(CONTENT["volumes"])


@pytest.mark.parametrize("name", LASTING)
def test_a_service_that_lasts_says_how_it_is_without_a_shell(name):
    test = SERVICES[name]["healthcheck"]["test"]
    assert test[0] == "CMD"
    if name in AIRFLOW_SERVICES:
        parts = {"api-server": "metadatabase"}
        assert test[-1] == parts.get(name, name.replace("-", "_"))


def test_nothing_starts_before_what_it_needs_is_well():
    needs = {name: service.get("depends_on", {}) for name, service in SERVICES.items()}
    assert set(needs["prepare"]) == {"postgres", "s3", "emr", "simulator"}
    assert {need["condition"] for need in needs["prepare"].values()} == {"service_healthy"}
    for name in AIRFLOW_SERVICES:
        assert needs[name]["prepare"] == {"condition": "service_completed_successfully"}
    for name in set(AIRFLOW_SERVICES) - {"api-server"}:
        assert needs[name]["api-server"] == {"condition": "service_healthy"}
    assert SERVICES["prepare"]["restart"] == "no"


def test_only_loopback_of_the_host_is_published():
    published = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert published == ["127.0.0.1:${AIRFLOW_PORT:-8080}:8080"]
    assert {s.get("network_mode") for s in SERVICES.values()} == {None, "service:postgres"}


def test_no_secret_is_written_into_the_file():
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            if name.endswith(("SECRET", "SECRET_KEY", "PASSWORD", "FERNET_KEY", "ACCESS_KEY")):
                assert str(value).startswith("${"), name


def test_the_file_says_that_nobody_has_started_it():
    assert "has never been started" in (ROOT / "docker-compose.yaml").read_text()
    assert "has never been started" in (ROOT / "docs/containers.md").read_text()


def test_compose_env_makes_every_value_that_the_file_asks_for(tmp_path):
    path, is_new = write_compose_env(tmp_path)
    made = dict(line.split("=", 1) for line in path.read_text().splitlines() if line[0] != "#")
    asked = set(re.findall(r"(?<!\$)\$\{(\w+)", (ROOT / "docker-compose.yaml").read_text()))
    assert is_new
    assert set(made) == asked
    # Nothing that compose, a shell, a URL or JSON would read as something else.
    assert [name for name, value in made.items() if not re.fullmatch(r"[\w=-]+", value)] == []
    assert min(len(made[name]) for name in made if name != "AIRFLOW_PORT") >= 16


def test_compose_env_is_private_from_its_first_byte_and_made_once(tmp_path):
    mask = os.umask(0)
    try:
        path, _ = write_compose_env(tmp_path)
    finally:
        os.umask(mask)
    first = path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600
    assert write_compose_env(tmp_path) == (path, False)
    assert path.read_text() == first


def test_an_env_of_somebody_else_is_left_alone_and_what_it_lacks_is_named(tmp_path):
    (tmp_path / ".env").write_text("SECRET_KEY=mine\n")
    with pytest.raises(LocalError, match="POSTGRES_PASSWORD"):
        write_compose_env(tmp_path)
    assert (tmp_path / ".env").read_text() == "SECRET_KEY=mine\n"


def test_git_and_the_image_leave_env_out():
    assert subprocess.run(["git", "check-ignore", "-q", ".env"], cwd=ROOT).returncode == 0
    assert ".env" in (ROOT / ".dockerignore").read_text().splitlines()
