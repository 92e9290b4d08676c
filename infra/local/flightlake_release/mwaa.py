"""An MWAA environment: what it runs with, and its update, which takes 20 to 60 minutes."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flightlake_local.errors import LocalError

from flightlake_release.build import PLUGINS, REQUIREMENTS

POLL_S = 30.0
MAX_LOOKS = 200
"""100 minutes in all: an update is over long before, and a workflow's job ends a while later."""

_FIELDS = {PLUGINS: "Plugins", REQUIREMENTS: "Requirements"}
_READY = ("AVAILABLE", "UPDATE_FAILED")
_BROKEN = ("CREATE_FAILED", "DELETING", "DELETED", "UNAVAILABLE")


@dataclass(frozen=True)
class Environment:
    """What ``GetEnvironment`` says, as far as deploying uses it."""

    name: str
    status: str
    airflow: str
    bucket: str
    dags_path: str
    paths: Mapping[str, str]
    versions: Mapping[str, str | None]
    last_update: object
    last_error: str

    @property
    def is_ready(self) -> bool:
        """Whether it runs; after a failed update it runs with what it had before."""
        return self.status in _READY


class Mwaa:
    """The one place that talks to MWAA."""

    def __init__(
        self, client: Any, name: str, sleep: Callable[[float], object] = time.sleep
    ) -> None:
        self._client, self._name, self._sleep = client, name, sleep
        self._looks_left = MAX_LOOKS

    def read(self) -> Environment:
        """The environment as it is now.

        Raises:
            LocalError: there is none of that name.
        """
        try:
            said = self._client.get_environment(Name=self._name)["Environment"]
        except self._client.exceptions.ResourceNotFoundException:
            raise LocalError(
                f"There is no MWAA environment {self._name} in this account and region."
                " Correct mwaa_environment or region, or use the credentials of the right account."
            ) from None
        update = said.get("LastUpdate") or {}
        return Environment(
            name=self._name,
            status=said["Status"],
            airflow=said["AirflowVersion"],
            bucket=said["SourceBucketArn"].rpartition(":")[2],
            dags_path=said["DagS3Path"].strip("/"),
            paths={name: said.get(f"{field}S3Path") or name for name, field in _FIELDS.items()},
            versions={name: said.get(f"{field}S3ObjectVersion") for name, field in _FIELDS.items()},
            last_update=update.get("CreatedAt"),
            last_error=(update.get("Error") or {}).get("ErrorMessage") or "no reason is named",
        )

    def update(
        self,
        environment: Environment,
        versions: Mapping[str, str],
        show: Callable[[str], object],
    ) -> None:
        """Have the environment restart with other plugins or requirements, and wait for it.

        Raises:
            LocalError: MWAA gave the update up.
        """
        changes = {}
        for name, version in versions.items():
            changes[f"{_FIELDS[name]}S3Path"] = environment.paths[name]
            changes[f"{_FIELDS[name]}S3ObjectVersion"] = version
        self._client.update_environment(Name=self._name, **changes)

        def has_taken_them(now: Environment) -> bool:
            # What an earlier update ended with can be told for a while yet.
            if now.status == "UPDATE_FAILED" and now.last_update != environment.last_update:
                raise LocalError(_refusal(now))
            return all(now.versions[name] == version for name, version in versions.items())

        self.wait(show, has_taken_them)

    def wait(
        self,
        show: Callable[[str], object],
        is_wanted: Callable[[Environment], bool] = lambda _: True,
    ) -> Environment:
        """Wait until the environment runs and is as wanted.

        Raises:
            LocalError: it is broken, or this and what was waited for before took too long.
        """
        while self._looks_left:
            self._looks_left -= 1
            now = self.read()
            show(now.status)
            if now.status in _BROKEN:
                raise LocalError(_refusal(now))
            if now.is_ready and is_wanted(now):
                return now
            self._sleep(POLL_S)
        raise LocalError(
            f"{self._name} is not ready after {MAX_LOOKS * POLL_S / 60:.0f} minutes. Look at it in"
            " the MWAA console; the same command goes on from here."
        )


def _refusal(now: Environment) -> str:
    return (
        f"MWAA says {now.status} of {now.name}: {now.last_error}. No DAG was changed."
        " Mend the cause, or deploy the release that ran before."
    )
