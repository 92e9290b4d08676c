from __future__ import annotations

import os
from pathlib import Path

import pytest
from flightlake_local.credentials import load_or_create
from flightlake_local.environment import airflow_environment, flightlake_environment, inherited
from flightlake_local.errors import LocalError
from flightlake_local.settings import LakeKind, LocalSettings, load_settings, remember


@pytest.fixture(autouse=True)
def own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLIGHTLAKE_LOCAL_STATE_DIR", str(tmp_path))


def test_later_commands_know_how_the_stack_was_started() -> None:
    remember(LocalSettings(lake=LakeKind.S3, airflow_port=9999))
    settings = load_settings()
    assert (settings.lake, settings.airflow_port) == (LakeKind.S3, 9999)
    assert settings.lake_url == "s3://flightlake"


@pytest.mark.parametrize("torn", ["", '{\n "lake": "s', "[]", '{"emr_port": "many"}'])
def test_a_stack_file_that_cannot_be_read_is_as_none_and_said(
    torn: str, capsys: pytest.CaptureFixture[str]
) -> None:
    remember(LocalSettings(airflow_port=9999))
    path = LocalSettings().stack_file
    path.write_text(torn)
    assert load_settings() == LocalSettings()
    assert f"{path} cannot be read" in capsys.readouterr().err


def test_what_is_remembered_is_replaced_as_a_whole(tmp_path: Path) -> None:
    remember(LocalSettings(airflow_port=9999))
    # A second name of the file sees what would be written into it.
    os.link(LocalSettings().stack_file, tmp_path / "before.json")
    remember(LocalSettings(airflow_port=8888))
    assert "9999" in (tmp_path / "before.json").read_text()
    assert load_settings().airflow_port == 8888


def test_the_environment_is_stronger_than_what_is_remembered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    remember(LocalSettings(airflow_port=9999))
    monkeypatch.setenv("FLIGHTLAKE_LOCAL_AIRFLOW_PORT", "8888")
    assert load_settings().airflow_port == 8888


def test_a_wrong_setting_is_one_line_that_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLIGHTLAKE_LOCAL_EMR_PORT", "many")
    with pytest.raises(LocalError, match=r"^FLIGHTLAKE_LOCAL_EMR_PORT is 'many': [^\n]*$"):
        load_settings()


def test_the_shells_own_cloud_and_airflow_do_not_leak_in(monkeypatch: pytest.MonkeyPatch) -> None:
    leaks = ("AWS_PROFILE", "AIRFLOW__CORE__EXECUTOR", "PYTHONDONTWRITEBYTECODE", "SPARK_HOME")
    for name in leaks:
        monkeypatch.setenv(name, "theirs")
    assert not set(leaks) & set(inherited())


def test_the_dags_read_the_settings_that_the_stack_sets(
    settings: LocalSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flightlake_dags.settings import Settings

    environment = flightlake_environment(settings, "00app")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    read = Settings()
    assert read.emr_application_id == "00app"
    assert read.lake_url == settings.lake_url
    assert read.poll_source == "simulator"
    assert {f"FLIGHTLAKE_{name.upper()}" for name in read.model_fields_set} == set(environment)


def test_everything_that_airflow_serves_is_on_loopback(settings: LocalSettings) -> None:
    credentials = load_or_create(settings.state_dir / "secrets")
    environment = airflow_environment(settings, credentials, "postgresql://", Path("pw.json"))
    assert environment["AIRFLOW__API__HOST"] == "127.0.0.1"
    assert environment["AIRFLOW__API__BASE_URL"].startswith("http://127.0.0.1:")
    assert "AWS_ENDPOINT_URL_S3" not in environment
