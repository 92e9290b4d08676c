"""A release is the same bytes for the same commit, and nothing but what git tracks."""

from __future__ import annotations

import configparser
import hashlib
import io
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from flightlake_local.errors import LocalError
from flightlake_local.settings import ROOT
from flightlake_release.build import MANIFEST, build, job_environment_of, require_whole, write
from flightlake_release.tree import Tree

from tests.infra.flightlake_release.conftest import commit, copy_of, git

SECRET = "planted-7f3a9c51-secret"


def unpacked(files: dict[str, bytes]) -> dict[str, bytes]:
    """Every file of a release, those in zips too."""
    found = dict(files)
    for name, body in files.items():
        if name.endswith(".zip"):
            with zipfile.ZipFile(io.BytesIO(body)) as archive:
                found |= {f"{name}/{each}": archive.read(each) for each in archive.namelist()}
    return found


def test_two_builds_of_a_commit_have_the_same_checksums(tmp_path: Path) -> None:
    first = copy_of(ROOT, tmp_path / "first")
    second = tmp_path / "elsewhere" / "second"
    subprocess.run(["git", "clone", "--quiet", str(first), str(second)], check=True)
    for number, path in enumerate(sorted(second.rglob("*"))):
        if ".git" not in path.parts:
            path.chmod(0o700)
            os.utime(path, (1_000_000_000 + number, 1_000_000_000 + number))

    def checksums(root: Path, umask: int) -> dict[str, str]:
        kept = os.umask(umask)
        try:
            write(build(Tree(root)), root / ".flightlake/release")
        finally:
            os.umask(kept)
        folder = root / ".flightlake/release"
        return {
            str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in folder.rglob("*")
            if path.is_file()
        }

    git(second, "config", "core.fileMode", "false")
    assert checksums(first, 0o022) == checksums(second, 0o077)


def test_no_package_holds_a_secret_that_is_not_tracked(
    clone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLIGHTLAKE_PLANTED", SECRET)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    for name in (".env", "dags/config/secrets.json", "jobs/flightlake/mine.py", "plugins/x.py"):
        (clone / name).write_text(SECRET)
    files = unpacked(build(Tree(clone)))
    assert len(files) > 200
    assert [name for name, body in files.items() if SECRET.encode() in body] == []
    # A tracked one is found: so the search can find.
    commit(clone)
    found = unpacked(build(Tree(clone)))
    assert "dags/config/secrets.json" in [n for n, b in found.items() if SECRET.encode() in b]


def test_a_tracked_link_is_refused(clone: Path) -> None:
    (clone / ".env").write_text(SECRET)
    (clone / "dags/config/more.json").symlink_to("../../.env")
    commit(clone)
    with pytest.raises(LocalError, match=r"dags/config/more\.json is not a file that git tracks"):
        build(Tree(clone))


def test_a_change_that_is_not_committed_is_in_the_id(tree: Tree, clone: Path) -> None:
    assert tree.release == git(clone, "rev-parse", "HEAD")
    (clone / "jobs/main.py").write_text("print()\n")
    (clone / "new.txt").write_text("not tracked")
    changed = Tree(clone)
    assert changed.release == f"{tree.commit}-dirty"
    manifest = json.loads(build(changed)[MANIFEST])
    assert (manifest["is_dirty"], manifest["commit"]) == (True, tree.commit)


def test_the_manifest_names_every_file_with_size_and_checksum(tree: Tree) -> None:
    files = build(tree)
    manifest = json.loads(files[MANIFEST])
    assert manifest["release"] == tree.commit
    assert manifest["versions"] == {
        "airflow": "3.2.1",
        "amazon-provider": "9.33.0",
        "delta": "4.2.0",
        "great-expectations": "1.24.1",
        "spark": "4.1.1",
    }
    assert {
        name: (entry["sha256"], entry["size_bytes"]) for name, entry in manifest["files"].items()
    } == {
        name: (hashlib.sha256(body).hexdigest(), len(body))
        for name, body in files.items()
        if name != MANIFEST
    }


def test_a_release_holds_all_that_aws_gets(tree: Tree) -> None:
    files = build(tree)
    assert {
        "main.py",
        "flightlake.zip",
        "plugins.zip",
        "requirements.txt",
        "dags/smoke.py",
        "dags/.airflowignore",
        "dags/config/spark.json",
        "dags/RELEASE.json",
        "expectations/silver/state_vectors.json",
        "job-environment/requirements.txt",
        "job-environment/build-environment.sh",
        "sbom.cdx.json",
        "manifest.json",
    } <= set(files)
    # What requirements.txt names as constraints is there.
    named = re.findall(
        r'--constraint "/usr/local/airflow/(.+)"', files["requirements.txt"].decode()
    )
    assert len(named) == 1
    assert re.fullmatch(r"dags/constraints-3\.2\.1-[0-9a-f]{8}\.txt", named[0])
    assert files[named[0]] == (ROOT / "infra/mwaa/constraints-3.2.1.txt").read_bytes()


def test_the_plugins_are_at_the_root_of_their_zip_and_bring_their_entry_point(tree: Tree) -> None:
    with zipfile.ZipFile(io.BytesIO(build(tree)["plugins.zip"])) as archive:
        names = archive.namelist()
        points = configparser.ConfigParser()
        points.read_string(archive.read("flightlake-0.1.0.dist-info/entry_points.txt").decode())
    assert {name.split("/")[0] for name in names} == {
        ".airflowignore",
        "emr",
        "flightlake",
        "flightlake-0.1.0.dist-info",
        "opensky",
        "register.py",
    }
    assert {name.split("/")[1] for name in names if name.startswith("flightlake/")} == {
        "__init__.py",
        "contracts",
        "schemas",
        "views",
    }
    assert dict(points["apache_airflow_provider"]) == {
        "provider_info": "opensky.provider:get_provider_info"
    }


def test_who_builds_the_jobs_packages_is_told_the_name_that_the_release_has(
    tree: Tree, tmp_path: Path
) -> None:
    files = build(tree)
    write(files, tmp_path / "release")
    folder = tmp_path / "release/job-environment"
    [line] = re.findall(r"^name=.*$", (folder / "build-environment.sh").read_text(), re.MULTILINE)
    (folder / "env.tar.gz").write_bytes(b"what was just built")
    done = subprocess.run(
        ["sh", "-euc", f'{line}; echo "$name"'],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == job_environment_of(files)
    assert json.loads(files["dags/RELEASE.json"])["job_environment"] == job_environment_of(files)


def test_plugins_keep_their_bytes_when_only_a_dag_changes(tree: Tree, clone: Path) -> None:
    before = build(tree)
    commit(clone, **{"dags/config/prices.json": "{}"})
    after = build(Tree(clone))
    assert before["plugins.zip"] == after["plugins.zip"]
    assert before["dags/RELEASE.json"] != after["dags/RELEASE.json"]


def test_the_connection_type_is_found_in_the_plugins_folder_alone(
    tree: Tree, tmp_path: Path
) -> None:
    with zipfile.ZipFile(io.BytesIO(build(tree)["plugins.zip"])) as archive:
        archive.extractall(tmp_path / "plugins")
    code = (
        "import sys; sys.path.append('plugins')\n"
        "from importlib.metadata import entry_points\n"
        "print([p.value for p in entry_points(group='apache_airflow_provider')])"
    )
    # -S: without site-packages, where an editable install has the entry point too.
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "['opensky.provider:get_provider_info']"


def test_without_git_a_person_is_told_so(
    tree: Tree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "plain").mkdir()
    with pytest.raises(LocalError, match=r"is not a git clone .* Run this in a clone"):
        build(Tree(tmp_path / "plain"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(LocalError, match=r"git is missing.* Install git"):
        build(tree)


def test_a_folder_inside_another_repository_is_no_clone(clone: Path) -> None:
    with pytest.raises(LocalError, match="is not a git clone"):
        Tree(clone / "dags").below("config")


def test_a_written_release_replaces_the_one_before(tmp_path: Path) -> None:
    write({"a/b": b"1", "c": b"2"}, tmp_path / "release")
    write({"c": b"3"}, tmp_path / "release")
    assert [path.name for path in (tmp_path / "release").rglob("*")] == ["c"]
    assert (tmp_path / "release/c").read_bytes() == b"3"


def test_a_release_with_a_changed_missing_or_added_file_is_refused(tree: Tree) -> None:
    files = build(tree)
    require_whole(files, "it")
    without = {name: body for name, body in files.items() if name != "main.py"}
    for wrong, name in (
        (files | {"main.py": b"import os"}, "main.py"),
        (without, "main.py"),
        (files | {"dags/more.py": b""}, "dags/more.py"),
    ):
        with pytest.raises(LocalError, match=rf"not what its manifest says: {name}\. "):
            require_whole(wrong, "it")
