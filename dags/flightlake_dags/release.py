"""The release that these DAGs are of, and whether everything else in place is of it too.

``RELEASE.json`` lies beside the DAGs of a release; a working tree has none.
"""

from __future__ import annotations

import hashlib
import json
import logging
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module, metadata
from pathlib import Path
from typing import Any

import emr
from flightlake.contracts.storage import Lake

from flightlake_dags.compat import AirflowFailException, AirflowSkipException
from flightlake_dags.config import EMR_RELEASE
from flightlake_dags.settings import Settings, get_settings

PROVIDERS = "apache_airflow_provider"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Release:
    """What a release says of itself: its id, its packages' versions, its plugins' SHA-256.

    ``job_environment`` is the name of the Python packages that its jobs run with.
    """

    release: str
    packages: Mapping[str, str]
    plugins: Mapping[str, str]
    job_environment: str

    @property
    def archive(self) -> str:
        """Where those packages are, below the releases."""
        return f"environments/{self.job_environment}/env.tar.gz"


@cache
def own_release() -> Release | None:
    """The release that these DAGs are of; None in a working tree."""
    path = Path(__file__).resolve().parents[1] / "RELEASE.json"
    return Release(**json.loads(path.read_text(encoding="utf-8"))) if path.exists() else None


def code_folder(settings: Settings) -> str:
    """The folder of ``main.py`` and ``flightlake.zip``: those that the DAGs were tested with.

    Raises:
        ValueError: the DAGs are of a release, and nothing says where releases are.
    """
    release = own_release()
    if release is None:
        return settings.code_url
    return f"{_releases_url(settings, release)}/{release.release}"


def python_archive(settings: Settings) -> str | None:
    """The jobs' Python packages that belong to that code; None where Spark has them itself.

    Raises:
        ValueError: the DAGs are of a release, and nothing says where releases are.
    """
    release = own_release()
    if release is None:
        return settings.python_archive_url
    return f"{_releases_url(settings, release)}/{release.archive}"


def require_release() -> Release:
    """The release of these DAGs.

    Raises:
        AirflowSkipException: they are of a working tree, which there is nothing to compare with.
    """
    release = own_release()
    if release is None:
        raise AirflowSkipException("These DAGs are of no release: there is nothing to compare.")
    return release


def require_packages(wanted: Mapping[str, str]) -> None:
    """Let pass where every package imports and has the version that it should have.

    Raises:
        AirflowFailException: one does not; the message names each.
    """
    wrong = [problem for name in wanted if (problem := _wrong_package(name, wanted[name]))]
    _fail_on(wrong, "MWAA goes on without what it cannot install: read the requirements log")


def require_plugins(wanted: Mapping[str, str]) -> None:
    """Let pass where the plugins folder holds this release's files and the connection type.

    Raises:
        AirflowFailException: it does not; the message names each file.
    """
    folder = Path(str(emr.__file__)).parents[1]
    wrong = [name for name, digest in wanted.items() if _digest(folder / name) != digest]
    if not metadata.entry_points(group=PROVIDERS).select(value=_PROVIDER):
        wrong.append(f"the entry point {_PROVIDER}")
    _fail_on(wrong, f"{folder} is of another release: has the environment's update ended?")


def require_lake() -> None:
    """Let pass where the lake can be listed.

    Raises:
        AirflowFailException: it is not there; S3's own error where it may not be listed.
    """
    lake = Lake(get_settings().lake_url)
    folders = lake.folders("")
    if not folders and not lake.exists(""):
        raise AirflowFailException(
            f"There is no lake at {lake.url}: no such bucket or folder. Correct FLIGHTLAKE_LAKE_URL"
            " in the startup script, or make the bucket."
        )
    log.info("%s holds %s", lake.url, ", ".join(folders) or "nothing yet")


def require_application() -> None:
    """Let pass where the EMR Serverless application is there, and of the release for the jobs.

    Raises:
        AirflowFailException: it is terminated, or of another release; AWS's own error if absent.
    """
    from airflow.providers.amazon.aws.hooks.emr import EmrServerlessHook

    settings = get_settings()
    emr_serverless: Any = EmrServerlessHook(aws_conn_id=settings.aws_conn_id).conn
    application = emr_serverless.get_application(applicationId=settings.emr_application_id)
    state, label = (application["application"][key] for key in ("state", "releaseLabel"))
    wrong = [f"it is {state}"] if state == "TERMINATED" else []
    if label != EMR_RELEASE:
        wrong.append(f"its release is {label}, the jobs are for {EMR_RELEASE}")
    _fail_on(wrong, f"Look at the EMR application {settings.emr_application_id}")


def require_code(release: Release) -> None:
    """Let pass where the release's code and packages are there and it was deployed last.

    Raises:
        AirflowFailException: it is not, or nothing says where it should be.
    """
    try:
        releases = Lake(_releases_url(get_settings(), release))
    except ValueError as error:
        raise AirflowFailException(str(error)) from None
    keys = [f"{release.release}/{name}" for name in ("main.py", "flightlake.zip")]
    keys.append(release.archive)
    wrong = [f"{key} is missing" for key in keys if not releases.exists(key)]
    current = _current(releases)
    if current != release.release:
        wrong.append(f"current.json says {current}, the DAGs are of {release.release}")
    _fail_on(wrong, f"Deploy again: {releases.url} and the DAGs are not of one release")


_PROVIDER = "opensky.provider:get_provider_info"


def _releases_url(settings: Settings, release: Release) -> str:
    if settings.releases_url is None:
        raise ValueError(
            f"These DAGs are of release {release.release}, and FLIGHTLAKE_RELEASES_URL, where its"
            " main.py and flightlake.zip are, is not set. Set it in the startup script."
        )
    return settings.releases_url


def _current(releases: Lake) -> str:
    try:
        return str(json.loads(releases.read("current.json"))["release"])
    except FileNotFoundError:
        return "nothing, for it is not there: no deployment has ended"


def _wrong_package(name: str, wanted: str) -> str | None:
    """What is wrong with an installed package, if anything is."""
    module = name.replace("apache-airflow-providers-", "airflow.providers.")
    try:
        found = metadata.version(name)
        import_module("airflow" if name == "apache-airflow" else _module_name(module))
    except Exception as error:  # An import can fail with anything.
        return f"{name}: {type(error).__name__}: {error}"
    log.info("%s %s, Python %s", name, found, sys.version.split()[0])
    return None if found == wanted else f"{name} is {found}, the release is for {wanted}"


def _module_name(name: str) -> str:
    return name.replace("-", "." if name.startswith("airflow.providers.") else "_")


def _digest(path: Path) -> str | None:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None


def _fail_on(wrong: list[str], advice: str) -> None:
    if wrong:
        raise AirflowFailException(f"{advice}. Wrong: {'; '.join(wrong)}.")
