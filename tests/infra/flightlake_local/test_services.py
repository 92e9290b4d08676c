from __future__ import annotations

import json
from pathlib import Path

import pytest
from flightlake_local.credentials import load_or_create
from flightlake_local.services import airflow_services, cloud_services, emr_config
from flightlake_local.settings import LakeKind, LocalSettings
from flightlake_local.spark_sql import table_statements


@pytest.fixture
def on_s3(settings: LocalSettings) -> LocalSettings:
    return settings.model_copy(update={"lake": LakeKind.S3})


def test_the_images_delta_jars_are_the_fetched_ones(settings: LocalSettings) -> None:
    from emr_serverless_local.settings import Settings

    config = emr_config(settings, load_or_create(settings.state_dir / "secrets"))
    read = Settings.model_validate(config)
    jars = [jar for paths in read.image_paths.values() for jar in paths.split(",")]
    assert sorted(Path(jar).name.rpartition("-")[0] for jar in jars) == [
        "delta-kernel-api",
        "delta-kernel-defaults",
        "delta-kernel-unitycatalog",
        "delta-spark_4.1_2.13",
        "delta-storage",
    ]
    assert all(Path(jar).is_file() for jar in jars)
    assert Path(read.spark_submit).is_file()


def test_the_file_with_the_keys_is_for_its_owner_only(settings: LocalSettings) -> None:
    cloud_services(settings, load_or_create(settings.state_dir / "secrets"))
    assert settings.emr_dir.with_suffix(".json").stat().st_mode & 0o777 == 0o600


def test_s3_runs_only_where_the_lake_is_on_it(
    settings: LocalSettings, on_s3: LocalSettings
) -> None:
    credentials = load_or_create(settings.state_dir / "secrets")
    names = [[s.name for s in cloud_services(each, credentials)] for each in (settings, on_s3)]
    assert names == [["simulator", "emr"], ["s3", "simulator", "emr"]]
    conf = json.dumps([emr_config(each, credentials) for each in (settings, on_s3)])
    assert conf.count("S3AFileSystem") == 1
    assert conf.count("AWS_ENDPOINT_URL_S3") == 1


def test_no_secret_is_on_a_command_line(settings: LocalSettings) -> None:
    credentials = load_or_create(settings.state_dir / "secrets")
    services = cloud_services(settings, credentials) + airflow_services(settings, {})
    line = " ".join(part for service in services for part in service.command)
    secrets = [credentials.opensky_client_secret, credentials.aws_secret_access_key]
    assert not [secret for secret in secrets if secret in line]


def test_airflows_log_servers_stay_off(settings: LocalSettings) -> None:
    flags = {service.name: list(service.command) for service in airflow_services(settings, {})}
    for name in ("scheduler", "triggerer"):
        assert "--skip-serve-logs" in flags[name]


def test_spark_sql_knows_tables_by_the_same_names(settings: LocalSettings) -> None:
    sql = "\n".join(table_statements(settings, ["ops.run_ledger"]))
    assert "CREATE DATABASE IF NOT EXISTS ops;" in sql
    assert f"ops.run_ledger USING DELTA LOCATION '{settings.lake_url}/ops/run_ledger';" in sql


def test_spark_sql_knows_the_views_whose_tables_are_there(settings: LocalSettings) -> None:
    sql = "\n".join(table_statements(settings, ["silver.state_vectors", "gold.route_daily"]))
    assert "CREATE VIEW silver.state_vectors_readable AS\nSELECT" in sql
    assert "gold.route_daily_readable" not in sql
