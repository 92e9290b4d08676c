"""A release in memory: its files by their names, made of nothing but what git tracks."""

from __future__ import annotations

import hashlib
import json
import shutil
import tomllib
from collections.abc import Mapping
from pathlib import Path

from flightlake_local.errors import LocalError
from flightlake_local.package import zip_bytes

from flightlake_release.pins import key_versions, locked, needed_for, pins
from flightlake_release.sbom import bill_of_materials
from flightlake_release.tree import Tree

MANIFEST = "manifest.json"
PLUGINS = "plugins.zip"
REQUIREMENTS = "requirements.txt"
JOB_ENVIRONMENT = "job-environment/"
RELEASE_FILE = "RELEASE.json"
DAGS = "dags/"

_SHARED_CODE = ("__init__.py", "contracts/", "schemas/", "views/")
"""What DAGs and plugins may import of ``jobs/flightlake``; a test of the DAGs holds them to it."""

Files = dict[str, bytes]


def build(tree: Tree) -> Files:
    """Every file of the release by its name; the same bytes for the same commit, anywhere."""
    pyproject = tree.read("pyproject.toml").decode()
    versions = key_versions(pyproject)
    constraints = f"constraints-{versions['airflow']}.txt"
    inside = tree.read(f"infra/mwaa/{constraints}")
    # Named by its content: workers keep starting with the requirements of the release before until
    # MWAA has taken these, and need the constraints of those.
    named = constraints.replace(".txt", f"-{_short(inside)}.txt")
    requirements = tree.read(REQUIREMENTS).replace(
        f"/{DAGS}{constraints}".encode(), f"/{DAGS}{named}".encode()
    )
    plugins = plugin_files(tree, pyproject)
    environment = _in("job-environment", tree.below("infra/emr"))
    about = release_file(
        tree.release, requirements, versions, plugins, job_environment_of(environment)
    )
    files = {
        "main.py": tree.read("jobs/main.py"),
        "flightlake.zip": zip_bytes(_code_files(tree)),
        PLUGINS: zip_bytes(plugins),
        REQUIREMENTS: requirements,
        **_in("dags", tree.below("dags")),
        f"{DAGS}{named}": inside,
        f"{DAGS}{RELEASE_FILE}": about,
        **_in("expectations", tree.below("expectations")),
        **environment,
        "sbom.cdx.json": _bill_of_materials(tree, requirements),
    }
    return files | {MANIFEST: manifest(tree, versions, files)}


def plugin_files(tree: Tree, pyproject: str) -> Files:
    """The content of plugins.zip: no release id in it, since new bytes restart an environment."""
    code = tree.below("jobs/flightlake")
    shared = {name: body for name, body in code.items() if name.startswith(_SHARED_CODE)}
    return {
        **tree.below("plugins"),
        **_in("flightlake", shared),
        **_distribution(pyproject),
    }


def release_file(
    release: str,
    requirements: bytes,
    versions: Mapping[str, str],
    plugins: Files,
    job_environment: str,
) -> bytes:
    """What the DAGs know of their release, to lie beside them.

    The packages and the plugins are there because MWAA goes on without those that it could not
    install: the DAG ``smoke`` compares.
    """
    packages = {"apache-airflow": versions["airflow"], **pins(requirements.decode().splitlines())}
    return _json(
        {
            "release": release,
            "packages": packages,
            "plugins": {name: _digest(body) for name, body in plugins.items()},
            "job_environment": job_environment,
        }
    )


def job_environment_of(files: Files) -> str:
    """The name of the jobs' packages: releases with the same ones share an archive.

    ``build-environment.sh`` reckons the same in the folder where it builds that archive.
    """
    names = sorted(name for name in files if name.startswith(JOB_ENVIRONMENT))
    return _short(b"".join(files[name] for name in names))


def manifest(tree: Tree, versions: Mapping[str, str], files: Files) -> bytes:
    """What the release consists of, and what it is made from and for."""
    return _json(
        {
            "release": tree.release,
            "commit": tree.commit,
            "is_dirty": tree.is_dirty,
            "committed_at": tree.committed_at.isoformat(),
            "versions": versions,
            "files": {
                name: {"sha256": _digest(body), "size_bytes": len(body)}
                for name, body in files.items()
            },
        }
    )


def release_of(files: Files) -> str:
    """The id in a release's manifest."""
    return str(json.loads(files[MANIFEST])["release"])


def require_whole(files: Files, where: str) -> None:
    """Let only those files pass that their manifest names, each as it was built.

    Raises:
        LocalError: a file is missing, is one too many, or has other bytes.
    """
    wanted = {name: entry["sha256"] for name, entry in json.loads(files[MANIFEST])["files"].items()}
    found = {name: _digest(body) for name, body in files.items() if name != MANIFEST}
    wrong = sorted(name for name, _ in wanted.items() ^ found.items())
    if wrong:
        raise LocalError(
            f"{where} is not what its manifest says: {', '.join(dict.fromkeys(wrong))}."
            " Somebody changed it after it was uploaded. Nothing was deployed; deploy another"
            " release, and find out who did."
        )


def write(files: Files, folder: Path) -> None:
    """Write a release as files, in place of the one that was there."""
    aside = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(aside, ignore_errors=True)
    for name, body in files.items():
        path = aside / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
    shutil.rmtree(folder, ignore_errors=True)
    aside.replace(folder)


def _code_files(tree: Tree) -> Files:
    """Both packages of the Spark jobs."""
    return {
        **_in("flightlake", tree.below("jobs/flightlake")),
        **_in("expectations", tree.below("expectations")),
    }


def _distribution(pyproject: str) -> Files:
    """What makes the plugins folder an installed distribution of the project.

    Airflow learns of connection types from entry points, and Python finds those in every folder on
    ``sys.path`` that has a ``.dist-info``; Airflow puts the plugins folder there. So the connection
    type needs no wheel, and no installation that can fail.
    """
    project = tomllib.loads(pyproject)["project"]
    groups = "\n".join(
        f"[{group}]\n" + "".join(f"{name} = {target}\n" for name, target in points.items())
        for group, points in project["entry-points"].items()
    )
    about = f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    return _in(
        f"{project['name']}-{project['version']}.dist-info",
        {"METADATA": about.encode(), "entry_points.txt": groups.encode()},
    )


def _bill_of_materials(tree: Tree, requirements: bytes) -> bytes:
    lock = locked(tree.read("requirements.lock").decode())
    mwaa = {"apache-airflow", *pins(requirements.decode().splitlines())}
    jobs = locked(tree.read("infra/emr/requirements.txt").decode())
    places = {"mwaa": needed_for(mwaa, lock), "emr-serverless": jobs}
    return bill_of_materials(tree.release, tree.committed_at, places)


def _in(folder: str, files: Files) -> Files:
    return {f"{folder}/{name}": body for name, body in files.items()}


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def _short(body: bytes) -> str:
    return _digest(body)[:8]


def _json(value: object) -> bytes:
    return (json.dumps(value, indent=1, sort_keys=True) + "\n").encode()
