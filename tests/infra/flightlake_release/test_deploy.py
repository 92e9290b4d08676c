"""Deploying to an S3 server and a stand-in for MWAA that speaks its HTTP API."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from flightlake_local.errors import LocalError
from flightlake_release import cli
from flightlake_release.build import MANIFEST, build, job_environment_of
from flightlake_release.cli import run_deploy
from flightlake_release.mwaa import Mwaa
from flightlake_release.objects import Folder
from flightlake_release.settings import load_deploy_settings
from flightlake_release.tree import Tree
from typer.testing import CliRunner

from tests.infra.flightlake_release.conftest import FakeMwaa, commit, git

Deploy = Callable[..., None]
TO_PLUGINS = ("PluginsS3Path", "PluginsS3ObjectVersion")
TO_REQUIREMENTS = ("RequirementsS3Path", "RequirementsS3ObjectVersion")
CONSTRAINTS = "infra/mwaa/constraints-3.2.1.txt"


@pytest.fixture
def releases(s3: Any) -> Folder:
    bucket = f"releases-{uuid.uuid4().hex}"
    place = {"CreateBucketConfiguration": {"LocationConstraint": "eu-central-1"}}
    s3.create_bucket(Bucket=bucket, **place)
    return Folder(s3, f"s3://{bucket}/releases")


@pytest.fixture
def bucket(s3: Any, mwaa: tuple[FakeMwaa, Any]) -> Folder:
    """The bucket that MWAA reads."""
    name = mwaa[0].environment["SourceBucketArn"].rpartition(":")[2]
    return Folder(s3, f"s3://{name}")


@pytest.fixture
def deploy(s3: Any, mwaa: tuple[FakeMwaa, Any], releases: Folder, clone: Path) -> Deploy:
    """Deploys; waiting takes no time, and the archive of the jobs' packages was uploaded."""

    def run(asked: str = "", *, dry_run: bool = False, forward: bool = False) -> None:
        tree = Tree(clone)
        if not tree.is_dirty:
            releases.put(archive_of(clone), b"packages")
        environment = Mwaa(mwaa[1], "test", sleep=lambda _: None)
        run_deploy(s3, environment, releases.url, asked, tree, dry_run=dry_run, forward=forward)

    return run


def archive_of(clone: Path) -> str:
    """Where the archive of a clone's job packages is, below the releases."""
    return f"environments/{job_environment_of(build(Tree(clone)))}/env.tar.gz"


@pytest.fixture
def fake(mwaa: tuple[FakeMwaa, Any]) -> FakeMwaa:
    return mwaa[0]


def dags_in(bucket: Folder) -> dict[str, bytes | None]:
    dags = bucket.folder("dags")
    return {name: dags.read(name) for name in dags.names()}


def dags_of(clone: Path) -> dict[str, bytes]:
    files = build(Tree(clone))
    return {name[5:]: body for name, body in files.items() if name.startswith("dags/")}


def current(releases: Folder) -> str:
    return str(json.loads(releases.read("current.json") or b"{}").get("release"))


def test_the_first_deployment_brings_everything(
    deploy: Deploy, fake: FakeMwaa, bucket: Folder, releases: Folder, clone: Path, capsys: Any
) -> None:
    deploy()
    files = build(Tree(clone))
    own = releases.folder(Tree(clone).commit)
    assert {name: own.read(name) for name in own.names()} == files
    assert dags_in(bucket) == dags_of(clone)
    assert len(fake.updates) == 1
    assert set(fake.updates[0]) == {*TO_PLUGINS, *TO_REQUIREMENTS}
    version = fake.environment["PluginsS3ObjectVersion"]
    assert bucket.read("plugins.zip", version) == files["plugins.zip"]
    assert current(releases) == Tree(clone).commit
    said = capsys.readouterr().out
    assert "restarts for plugins.zip and requirements.txt: 20 to 60 minutes" in said
    assert f"{archive_of(clone)[:-11]}, is there" in said
    assert max(map(len, said.splitlines())) <= 100


def test_again_there_is_nothing_to_do(deploy: Deploy, fake: FakeMwaa, capsys: Any) -> None:
    deploy()
    capsys.readouterr()
    deploy()
    assert "Nothing to do" in capsys.readouterr().out
    assert len(fake.updates) == 1


def test_a_plan_alone_changes_nothing(
    deploy: Deploy, fake: FakeMwaa, bucket: Folder, releases: Folder, capsys: Any
) -> None:
    deploy(dry_run=True)
    said = capsys.readouterr().out
    assert "states_hourly.py" in said
    assert (bucket.names(), fake.updates) == ([], [])
    assert all(name.startswith("environments/") for name in releases.names())


def test_new_dags_leave_mwaa_running_and_removed_ones_go(
    deploy: Deploy, fake: FakeMwaa, bucket: Folder, releases: Folder, clone: Path, capsys: Any
) -> None:
    deploy()
    commit(clone, **{"dags/another.py": "# new\n", "dags/export_table.py": None})
    capsys.readouterr()
    deploy()
    said = capsys.readouterr().out
    assert dags_in(bucket) == dags_of(clone)
    assert "another.py" in dags_in(bucket)
    assert "export_table.py" not in dags_in(bucket)
    assert len(fake.updates) == 1
    assert "goes on: plugins and requirements are the same" in said
    # The new file and RELEASE.json.
    assert "DAGs: 2 written, 1 removed" in said
    assert current(releases) == Tree(clone).commit


def test_changed_plugins_alone_are_what_mwaa_restarts_for(
    deploy: Deploy, fake: FakeMwaa, bucket: Folder, clone: Path
) -> None:
    deploy()
    commit(clone, **{"plugins/emr/runs.py": "# changed\n"})
    deploy()
    assert set(fake.updates[1]) == set(TO_PLUGINS)
    version = fake.environment["PluginsS3ObjectVersion"]
    assert bucket.read("plugins.zip", version) == build(Tree(clone))["plugins.zip"]


def test_the_dags_wait_for_the_plugins(
    deploy: Deploy, fake: FakeMwaa, bucket: Folder, releases: Folder, clone: Path
) -> None:
    deploy()
    before, was = dags_in(bucket), current(releases)
    commit(clone, **{"plugins/emr/runs.py": "# broken\n", "dags/another.py": "# new\n"})
    fake.gives_up = True
    with pytest.raises(LocalError, match="UPDATE_FAILED of test: requirements do not install"):
        deploy()
    assert (dags_in(bucket), current(releases)) == (before, was)
    # The same command goes on from there, even where the failure is told for a while yet.
    fake.gives_up, fake.is_slow_to_tell = False, True
    deploy()
    assert dags_in(bucket) == dags_of(clone)
    assert current(releases) == Tree(clone).commit


def test_rolling_back_needs_no_checkout(
    deploy: Deploy, fake: FakeMwaa, bucket: Folder, releases: Folder, clone: Path
) -> None:
    deploy()
    old, dags = Tree(clone).commit, dags_in(bucket)
    commit(clone, **{"dags/another.py": "# new\n", "plugins/emr/runs.py": "# changed\n"})
    deploy()
    (clone / "jobs/main.py").write_text("not committed")
    deploy(old[:10])
    assert dags_in(bucket) == dags
    assert current(releases) == old
    version = fake.environment["PluginsS3ObjectVersion"]
    assert bucket.read("plugins.zip", version) == releases.read(f"{old}/plugins.zip")


class BrokenError(Exception):
    """The line went dead."""


@pytest.mark.parametrize("after", [0, 1, 30, 70, 75, 90])
def test_a_deployment_that_broke_goes_on_with_the_same_command(
    s3: Any, deploy: Deploy, bucket: Folder, releases: Folder, clone: Path, after: int
) -> None:
    puts = 0

    def break_off(**_: Any) -> None:
        nonlocal puts
        puts += 1
        if puts > after:
            raise BrokenError

    s3.meta.events.register("before-call.s3.PutObject", break_off, unique_id="broken")
    try:
        with pytest.raises(BrokenError):
            deploy()
    finally:
        s3.meta.events.unregister("before-call.s3.PutObject", unique_id="broken")
    assert current(releases) == "None"
    # A prefix with a manifest is whole.
    own = releases.folder(Tree(clone).commit)
    assert (own.read(MANIFEST) is None) == (after < len(build(Tree(clone))))
    deploy()
    assert dags_in(bucket) == dags_of(clone)
    assert releases.read(f"{Tree(clone).commit}/{MANIFEST}") == build(Tree(clone))[MANIFEST]
    assert current(releases) == Tree(clone).commit


def test_an_upload_that_broke_is_not_a_release(
    deploy: Deploy, releases: Folder, clone: Path
) -> None:
    releases.put("abc/main.py", b"print()")
    with pytest.raises(LocalError, match=r"There is no release abc below s3://.*Check abc out"):
        deploy("abc")


def test_a_release_with_other_bytes_is_not_written_over(
    deploy: Deploy, bucket: Folder, releases: Folder, clone: Path
) -> None:
    release = Tree(clone).commit
    releases.put(f"{release}/main.py", b"somebody else's")
    with pytest.raises(LocalError, match=r"main\.py is there with other bytes"):
        deploy()
    assert releases.read(f"{release}/main.py") == b"somebody else's"
    assert bucket.names() == []


def test_an_uploaded_release_that_was_changed_is_not_deployed(
    deploy: Deploy, bucket: Folder, releases: Folder, clone: Path
) -> None:
    deploy()
    old = Tree(clone).commit
    commit(clone)
    deploy()
    before = dags_in(bucket)
    releases.put(f"{old}/dags/smoke.py", b"import os")
    with pytest.raises(LocalError, match=r"not what its manifest says: dags/smoke\.py"):
        deploy(old)
    assert dags_in(bucket) == before
    releases.put(f"{Tree(clone).commit}/{MANIFEST}", b"{}")
    with pytest.raises(LocalError, match="is there with other bytes than this clone's"):
        deploy()


def test_what_lies_beside_a_release_is_no_part_of_it(
    s3: Any, deploy: Deploy, releases: Folder, clone: Path
) -> None:
    deploy()
    old = Tree(clone).commit
    releases.put(f"{old}/env.tar.gz", b"an archive that somebody put there")
    commit(clone, **{"dags/another.py": "# new\n"})
    deploy()
    read = []
    s3.meta.events.register(
        "provide-client-params.s3.GetObject",
        lambda params, **_: read.append(params["Key"]),
        unique_id="read",
    )
    deploy(old)
    s3.meta.events.unregister("provide-client-params.s3.GetObject", unique_id="read")
    assert current(releases) == old
    assert f"releases/{old}/main.py" in read
    assert [key for key in read if key.endswith("env.tar.gz")] == []


def constraints_that_run(bucket: Folder, fake: FakeMwaa) -> bytes | None:
    """What a worker that starts now installs its requirements inside."""
    version = fake.environment["RequirementsS3ObjectVersion"]
    requirements = (bucket.read("requirements.txt", version) or b"").decode()
    [name] = re.findall(r'--constraint "/usr/local/airflow/(.+)"', requirements)
    return bucket.read(name)


@pytest.mark.parametrize("gives_up", [False, True])
def test_requirements_that_run_keep_their_constraints(
    deploy: Deploy, fake: FakeMwaa, bucket: Folder, clone: Path, gives_up: bool
) -> None:
    deploy()
    old = (clone / CONSTRAINTS).read_bytes()
    new = old.decode() + "no-such-package==1\n"
    commit(clone, **{CONSTRAINTS: new})
    before = dict(fake.environment)
    found: list[bytes | None] = []

    def start_a_worker() -> None:
        # MWAA says the new version from the update's start on; what runs is still the old one.
        now, fake.environment = fake.environment, before
        found.append(constraints_that_run(bucket, fake))
        fake.environment = now

    fake.meanwhile, fake.gives_up = start_a_worker, gives_up
    if gives_up:
        with pytest.raises(LocalError, match="UPDATE_FAILED"):
            deploy()
        assert constraints_that_run(bucket, fake) == old
    else:
        deploy()
        assert constraints_that_run(bucket, fake) == new.encode()
        assert len([name for name in dags_in(bucket) if name.startswith("constraints-")]) == 1
    assert found == [old]


def test_changed_constraints_alone_are_reason_to_restart(
    deploy: Deploy, fake: FakeMwaa, clone: Path
) -> None:
    deploy()
    changed = (clone / CONSTRAINTS).read_text() + "no-such-package==1\n"
    commit(clone, **{CONSTRAINTS: changed})
    deploy()
    assert [set(update) for update in fake.updates[1:]] == [set(TO_REQUIREMENTS)]


def test_a_deployment_during_the_restart_leaves_no_mixture(
    deploy: Deploy, fake: FakeMwaa, bucket: Folder, releases: Folder, clone: Path
) -> None:
    deploy()
    before = Tree(clone).commit
    commit(clone, **{"plugins/emr/runs.py": "# changed\n"})
    first = Tree(clone).commit
    expected = dags_of(clone)

    def deploy_another() -> None:
        commit(clone, **{"dags/another.py": "# new\n"})
        deploy()
        assert "another.py" in dags_in(bucket)

    fake.meanwhile = deploy_another
    deploy()
    assert current(releases) == first != before
    assert dags_in(bucket) == expected


def test_a_deployment_between_the_dags_and_the_pointer_is_told(
    s3: Any, deploy: Deploy, bucket: Folder, releases: Folder, clone: Path
) -> None:
    deploy()
    commit(clone, **{"dags/another.py": "# new\n"})
    is_first = True

    def deploy_another(params: dict[str, Any], **_: Any) -> None:
        nonlocal is_first
        if params["Key"] == "dags/RELEASE.json" and is_first:
            is_first = False
            commit(clone, **{"dags/one_more.py": "# new\n"})
            deploy()

    event = "provide-client-params.s3.PutObject"
    s3.meta.events.register(event, deploy_another, unique_id="another")
    try:
        with pytest.raises(LocalError, match=r"Somebody else deploys to test .* command again"):
            deploy()
    finally:
        s3.meta.events.unregister(event, unique_id="another")
    # Who came between was whole; so is whoever gives the command again.
    assert current(releases) == Tree(clone).commit
    deploy("HEAD")
    assert dags_in(bucket) == dags_of(clone)


def test_a_release_whose_job_packages_are_nowhere_is_not_deployed(
    s3: Any, mwaa: tuple[FakeMwaa, Any], bucket: Folder, releases: Folder, clone: Path, capsys: Any
) -> None:
    environment = Mwaa(mwaa[1], "test", sleep=lambda _: None)
    run_deploy(s3, environment, releases.url, "", Tree(clone), dry_run=True, forward=False)
    assert "is missing" in capsys.readouterr().out
    with pytest.raises(LocalError) as told:
        run_deploy(s3, environment, releases.url, "", Tree(clone), dry_run=False, forward=False)
    assert (bucket.names(), releases.names()) == ([], [])
    said = str(told.value)
    assert "build-environment.sh" in said
    # What it says to do works: the key is the one that is looked for.
    [key] = re.findall(r"put-object --if-none-match '\*' --bucket \S+ --key (\S+)", said)
    assert key == f"releases/{archive_of(clone)}"
    s3.put_object(Bucket=releases.url.split("/")[2], Key=key, Body=b"packages")
    run_deploy(s3, environment, releases.url, "", Tree(clone), dry_run=False, forward=False)
    assert current(releases) == Tree(clone).commit


def test_rolling_back_brings_the_job_packages_back(
    deploy: Deploy, bucket: Folder, clone: Path
) -> None:
    deploy()
    old, archive = Tree(clone).commit, archive_of(clone)
    packages = (clone / "infra/emr/requirements.txt").read_text()
    commit(clone, **{"infra/emr/requirements.txt": packages + "# changed\n"})
    deploy()

    def submitted() -> str:
        said = json.loads(dags_in(bucket)["RELEASE.json"] or b"{}")
        return f"environments/{said['job_environment']}/env.tar.gz"

    assert submitted() == archive_of(clone) != archive
    deploy(old)
    assert submitted() == archive


def test_forward_only_no_older_release_goes_over_a_newer_one(
    deploy: Deploy, bucket: Folder, releases: Folder, clone: Path
) -> None:
    deploy(forward=True)
    older = Tree(clone).commit
    commit(clone, **{"dags/another.py": "# new\n"})
    deploy(forward=True)
    newer = Tree(clone).commit
    before = dags_in(bucket)
    # As a delivery that was approved late: the commit before is checked out.
    git(clone, "checkout", "--quiet", older)
    with pytest.raises(LocalError, match=rf"runs release {newer[:12]}, .*Nothing was deployed"):
        deploy(older, forward=True)
    assert (dags_in(bucket), current(releases)) == (before, newer)
    deploy(older)
    assert current(releases) == older
    deploy(newer, forward=True)
    assert current(releases) == newer


def test_what_is_not_committed_is_not_deployed(
    deploy: Deploy, releases: Folder, clone: Path
) -> None:
    (clone / "jobs/main.py").write_text("print()\n")
    with pytest.raises(LocalError, match=r"Tracked files are not as .* Commit them"):
        deploy()
    assert releases.names() == []


def test_another_airflow_is_refused_before_anything_is_changed(
    deploy: Deploy, fake: FakeMwaa, releases: Folder, clone: Path
) -> None:
    fake.environment["AirflowVersion"] = "3.0.6"
    with pytest.raises(LocalError, match=r"test runs Airflow 3\.0\.6, and this release is for"):
        deploy()
    assert releases.names() == [archive_of(clone)]


def test_a_running_update_is_waited_for(
    deploy: Deploy, fake: FakeMwaa, releases: Folder, clone: Path
) -> None:
    fake.environment["Status"] = "UPDATING"
    deploy()
    assert current(releases) == Tree(clone).commit


def test_a_bucket_without_versions_is_told(
    s3: Any, deploy: Deploy, fake: FakeMwaa, bucket: Folder
) -> None:
    name = bucket.url.removeprefix("s3://")
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Suspended"})
    with pytest.raises(LocalError, match="keeps no versions"):
        deploy()
    assert fake.updates == []


def test_an_environment_that_is_not_there_is_told(
    s3: Any, mwaa: tuple[FakeMwaa, Any], releases: Folder, tree: Tree
) -> None:
    with pytest.raises(LocalError, match="There is no MWAA environment other"):
        run_deploy(s3, Mwaa(mwaa[1], "other"), releases.url, "", tree, dry_run=True, forward=False)


def test_settings_come_from_the_file_and_the_shell_goes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "prod.toml").write_text(
        'region = "eu-central-1"\nmwaa_environment = "one"\nreleases_url = "s3://bucket/releases"\n'
    )
    assert load_deploy_settings(tmp_path, "prod").mwaa_environment == "one"
    monkeypatch.setenv("FLIGHTLAKE_DEPLOY_MWAA_ENVIRONMENT", "two")
    assert load_deploy_settings(tmp_path, "prod").mwaa_environment == "two"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('region = "FILL-IN"', "replace FILL-IN"),
        ("region = ", "cannot be read"),
        ('bucket = "x"', "bucket: Extra inputs are not permitted"),
        ('releases_url = "https://x"', "releases_url: String should match"),
    ],
)
def test_settings_that_cannot_be_are_named(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "prod.toml").write_text(text)
    with pytest.raises(LocalError, match=said):
        load_deploy_settings(tmp_path, "prod")


def test_the_example_has_to_be_filled_in() -> None:
    from flightlake_local.settings import ROOT

    with pytest.raises(LocalError, match="replace FILL-IN"):
        load_deploy_settings(ROOT / "infra/deploy", "example")
    with pytest.raises(LocalError, match="make deploy ENV="):
        load_deploy_settings(ROOT / "infra/deploy", "")


@pytest.mark.parametrize(("typed", "is_dry"), [("", False), ("1", True)])
def test_what_was_typed_after_make_reaches_the_deployment(
    typed: str, is_dry: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: dict[str, Any] = {}

    def remember(
        s3: Any, mwaa: Mwaa, url: str, release: str, tree: Tree, *, dry_run: bool, forward: bool
    ) -> None:
        asked.update(region=s3.meta.region_name, url=url, release=release)
        asked.update(dry_run=dry_run, forward=forward)

    monkeypatch.setattr(cli, "run_deploy", remember)
    for name, value in {
        "FLIGHTLAKE_DEPLOY_REGION": "eu-west-1",
        "FLIGHTLAKE_DEPLOY_MWAA_ENVIRONMENT": "test",
        "FLIGHTLAKE_DEPLOY_RELEASES_URL": "s3://bucket/releases",
        "DEPLOY_ENV": "nowhere",
        "DEPLOY_RELEASE": "abc",
        "DEPLOY_DRY_RUN": typed,
        "DEPLOY_FORWARD": typed,
    }.items():
        monkeypatch.setenv(name, value)
    done = CliRunner().invoke(cli.app, ["deploy"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    assert asked == {
        "region": "eu-west-1",
        "url": "s3://bucket/releases",
        "release": "abc",
        "dry_run": is_dry,
        "forward": is_dry,
    }


def test_what_aws_says_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "GetEnvironment")

    monkeypatch.setattr(cli, "run_deploy", refuse)
    monkeypatch.setenv("FLIGHTLAKE_DEPLOY_REGION", "eu-west-1")
    monkeypatch.setenv("FLIGHTLAKE_DEPLOY_MWAA_ENVIRONMENT", "test")
    monkeypatch.setenv("FLIGHTLAKE_DEPLOY_RELEASES_URL", "s3://bucket/releases")
    with pytest.raises(LocalError, match=r"AWS said: .*AccessDenied.* goes on from here"):
        cli.deploy("nowhere")
