"""The DAG ``smoke`` in a home laid out as MWAA does it, on MWAA's Airflow with its constraints."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import boto3
import pytest
from emr_serverless_local.server import LocalEmrServerless
from emr_serverless_local.settings import Settings
from flightlake_release.build import Files, build, job_environment_of, release_of
from flightlake_release.layout import lay_out, run_script
from flightlake_release.tree import Tree

SCRIPT = Path(__file__).with_name("run_smoke.py")
TASKS = ("application", "code", "lake", "packages", "plugins")


@pytest.fixture(scope="module")
def python(python_of: Callable[[str], Path]) -> Path:
    return python_of("3.2.1")


@pytest.fixture
def files(root: Path) -> Files:
    return build(Tree(root))


@pytest.fixture
def environment(
    files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[dict[str, str]]:
    """A lake, the release's code, and an EMR application, and the settings that name them."""
    keys = {
        "AWS_ACCESS_KEY_ID": "t",
        "AWS_SECRET_ACCESS_KEY": "t",
        "AWS_DEFAULT_REGION": "eu-west-1",
    }
    for name, value in keys.items():
        monkeypatch.setenv(name, value)
    releases, lake = tmp_path / "releases", tmp_path / "lake"
    (releases / release_of(files)).mkdir(parents=True)
    lake.mkdir()
    for name in ("main.py", "flightlake.zip"):
        (releases / release_of(files) / name).write_bytes(files[name])
    archive = releases / f"environments/{job_environment_of(files)}/env.tar.gz"
    archive.parent.mkdir(parents=True)
    archive.touch()
    (releases / "current.json").write_text(json.dumps({"release": release_of(files)}))
    with LocalEmrServerless(Settings(), tmp_path / "emr") as server:
        client = boto3.client("emr-serverless", endpoint_url=server.url)
        application = client.create_application(
            name="t", releaseLabel="emr-spark-8.1.0", type="SPARK", clientToken="t"
        )
        yield {
            **keys,
            "AWS_ENDPOINT_URL_EMR_SERVERLESS": server.url,
            "AIRFLOW_CONN_AWS_DEFAULT": '{"conn_type": "aws"}',
            "FLIGHTLAKE_RETRY_DELAY_S": "1",
            "FLIGHTLAKE_LAKE_URL": lake.as_uri(),
            "FLIGHTLAKE_RELEASES_URL": releases.as_uri(),
            "FLIGHTLAKE_EMR_APPLICATION_ID": application["applicationId"],
        }


def test_all_is_well_where_all_is_of_the_release(
    python: Path, files: Files, environment: dict[str, str], tmp_path: Path
) -> None:
    lay_out(files, tmp_path / "home")
    states = run_script(SCRIPT, python, tmp_path / "home", **environment)
    assert states == dict.fromkeys(TASKS, "success")


def test_an_update_that_has_not_come_yet_is_found(
    python: Path, files: Files, environment: dict[str, str], tmp_path: Path
) -> None:
    lay_out(files, tmp_path / "home")
    runs = tmp_path / "home/plugins/emr/runs.py"
    runs.write_text(runs.read_text() + "# of the release before\n")
    Path(environment["FLIGHTLAKE_RELEASES_URL"][7:], "current.json").write_text('{"release": "1"}')
    states = run_script(SCRIPT, python, tmp_path / "home", **environment)
    assert {name for name, state in states.items() if state == "failed"} == {"code", "plugins"}
