"""What the DAGs know of their release, and what the checks of the DAG ``smoke`` find wrong."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from airflow.models import DagBag
from emr_serverless_local.server import LocalEmrServerless
from emr_serverless_local.settings import Settings as EmrSettings
from flightlake.contracts.storage import Lake
from flightlake_dags import release
from flightlake_dags.compat import AirflowFailException, AirflowSkipException
from flightlake_dags.release import Release
from flightlake_dags.settings import Settings, get_settings
from flightlake_dags.steps import submit_parameters

HERE = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Sets settings for a test."""

    def change(**values: str) -> None:
        for name, value in values.items():
            monkeypatch.setenv(f"FLIGHTLAKE_{name.upper()}", value)
        get_settings.cache_clear()

    yield change
    get_settings.cache_clear()


@pytest.fixture
def ours(monkeypatch: pytest.MonkeyPatch, root: Path) -> Release:
    """A release that is in place: what is installed here, and the plugins of the repository."""
    operator = (root / "plugins/emr/operator.py").read_bytes()
    found = Release(
        release=HERE,
        packages={
            name: metadata.version(name)
            for name in ("apache-airflow", "apache-airflow-providers-amazon", "pydantic-settings")
        },
        plugins={"emr/operator.py": hashlib.sha256(operator).hexdigest()},
        job_environment="0a1b2c3d",
    )
    monkeypatch.setattr(release, "own_release", lambda: found)
    return found


def test_a_working_tree_is_no_release_and_submits_the_code_that_it_is_told() -> None:
    assert release.own_release() is None
    settings = Settings(code_url="file:///code", releases_url="s3://flightlake/releases")
    assert release.code_folder(settings) == "file:///code"
    with pytest.raises(AirflowSkipException, match="of no release"):
        release.require_release()


def test_a_release_submits_its_own_code_whatever_else_is_told(ours: Release) -> None:
    settings = Settings(code_url="s3://else/code", releases_url="s3://flightlake/releases/")
    folder = f"s3://flightlake/releases/{HERE}"
    assert release.code_folder(settings) == folder
    assert f"--py-files {folder}/flightlake.zip " in submit_parameters(settings, "hour")


def test_a_release_submits_the_packages_that_its_jobs_were_tested_with(ours: Release) -> None:
    settings = Settings(
        python_archive_url="s3://else/env.tar.gz", releases_url="s3://flightlake/releases"
    )
    archive = "s3://flightlake/releases/environments/0a1b2c3d/env.tar.gz"
    assert f"--conf spark.archives={archive}#environment " in submit_parameters(settings, "hour")


def test_a_release_without_a_place_of_releases_does_not_import(ours: Release) -> None:
    with pytest.raises(ValueError, match=rf"of release {HERE}, and FLIGHTLAKE_RELEASES_URL"):
        release.code_folder(Settings(releases_url=None))


def test_what_is_installed_passes_and_what_is_not_is_named(ours: Release) -> None:
    release.require_packages(ours.packages)
    wanted = {**ours.packages, "pydantic-settings": "0.1", "no-such-package": "1"}
    with pytest.raises(AirflowFailException) as raised:
        release.require_packages(wanted)
    said = str(raised.value)
    assert "pydantic-settings is " in said
    assert "the release is for 0.1" in said
    assert "no-such-package: PackageNotFoundError" in said
    assert "amazon" not in said


def test_plugins_of_another_release_are_named(ours: Release) -> None:
    release.require_plugins(ours.plugins)
    wanted = {**ours.plugins, "emr/runs.py": "0" * 64, "emr/gone.py": "0" * 64}
    with pytest.raises(AirflowFailException, match=r"Wrong: emr/runs\.py; emr/gone\.py\."):
        release.require_plugins(wanted)


def test_a_lake_that_is_not_there_is_told(tmp_path: Path, settings: Callable[..., None]) -> None:
    settings(lake_url=tmp_path.as_uri())
    release.require_lake()
    settings(lake_url=(tmp_path / "nowhere").as_uri())
    with pytest.raises(AirflowFailException, match=r"There is no lake at .*/nowhere"):
        release.require_lake()


def test_the_code_has_to_be_there_and_deployed_last(
    ours: Release, tmp_path: Path, settings: Callable[..., None]
) -> None:
    releases = Lake(tmp_path.as_uri())
    settings(releases_url=releases.url)
    with pytest.raises(AirflowFailException, match="no deployment has ended"):
        release.require_code(ours)
    releases.write("current.json", json.dumps({"release": HERE}).encode())
    releases.write(f"{HERE}/main.py", b"")
    with pytest.raises(AirflowFailException, match=rf"{HERE}/flightlake\.zip is missing"):
        release.require_code(ours)
    releases.write(f"{HERE}/flightlake.zip", b"")
    with pytest.raises(
        AirflowFailException, match=r"environments/0a1b2c3d/env\.tar\.gz is missing"
    ):
        release.require_code(ours)
    releases.write("environments/0a1b2c3d/env.tar.gz", b"")
    release.require_code(ours)
    releases.write("current.json", b'{"release": "another"}')
    with pytest.raises(AirflowFailException, match=r"current\.json says another"):
        release.require_code(ours)


def test_where_nothing_says_where_releases_are_the_setting_is_named(
    ours: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FLIGHTLAKE_RELEASES_URL", raising=False)
    get_settings.cache_clear()
    with pytest.raises(AirflowFailException, match="FLIGHTLAKE_RELEASES_URL"):
        release.require_code(ours)


def test_the_application_has_to_be_there_in_the_right_release(
    tmp_path: Path, settings: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    import boto3

    for name, value in {
        "AWS_ACCESS_KEY_ID": "t",
        "AWS_SECRET_ACCESS_KEY": "t",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AIRFLOW_CONN_AWS_DEFAULT": '{"conn_type": "aws"}',
    }.items():
        monkeypatch.setenv(name, value)
    with LocalEmrServerless(EmrSettings(), tmp_path) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_EMR_SERVERLESS", server.url)
        client = boto3.client("emr-serverless")

        def application(label: str) -> str:
            made = client.create_application(
                name="t", releaseLabel=label, type="SPARK", clientToken=label
            )
            return str(made["applicationId"])

        settings(emr_application_id=application(release.EMR_RELEASE))
        release.require_application()
        settings(emr_application_id=application("emr-7.13.0"))
        with pytest.raises(AirflowFailException, match=r"its release is emr-7\.13\.0"):
            release.require_application()
        settings(emr_application_id="00nowhere")
        with pytest.raises(Exception, match="ResourceNotFoundException"):
            release.require_application()


def test_the_tasks_of_smoke_do_not_wait_for_each_other(dag_bag: DagBag) -> None:
    dag: Any = dag_bag.dags["smoke"]
    assert {task.task_id for task in dag.tasks} == {
        "packages",
        "plugins",
        "lake",
        "application",
        "code",
    }
    assert not any(task.upstream_task_ids for task in dag.tasks)
