"""From a release to an environment that runs it: a plan first, then each of its steps.

Every step leaves what is already as it should be, so the same command goes on after a break, and
rolling back is deploying an older release.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from flightlake_local.console import Steps
from flightlake_local.errors import LocalError

from flightlake_release.build import (
    DAGS,
    MANIFEST,
    PLUGINS,
    RELEASE_FILE,
    REQUIREMENTS,
    Files,
    build,
    job_environment_of,
    release_of,
    require_whole,
)
from flightlake_release.mwaa import Environment, Mwaa
from flightlake_release.objects import Folder
from flightlake_release.tree import Tree

CURRENT = "current.json"
"""Which release the environment runs; below the releases, and written last."""
ARCHIVE = "env.tar.gz"
"""The jobs' Python packages, each build in its own folder of ``environments/``."""


@dataclass(frozen=True)
class Plan:
    """What differs between a release and an environment: all that deploying will do."""

    release: str
    replaces: str | None
    uploads: tuple[str, ...]
    job_environment: str
    has_job_environment: bool
    restarts_for: tuple[str, ...]
    dags_to_write: tuple[str, ...]
    dags_to_remove: tuple[str, ...]

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to do."""
        changes = (self.uploads, self.restarts_for, self.dags_to_write, self.dags_to_remove)
        return self.replaces == self.release and not any(changes)


class Deployment:
    """One release on its way to one environment."""

    def __init__(self, s3: Any, mwaa: Mwaa, releases_url: str, steps: Steps) -> None:
        self._mwaa, self._steps = mwaa, steps
        self._s3, self._releases = s3, Folder(s3, releases_url)

    def release(self, asked: str, tree: Tree) -> Files:
        """The files of a release: from its prefix, or built where it has not been uploaded yet.

        Args:
            asked: the id, or its beginning; empty or HEAD: that of the clone.
            tree: the clone.

        Raises:
            LocalError: there is no such release, or it is not what was built.
        """
        if asked in ("", "HEAD"):
            return self._built(tree)
        known = [each for each in self._releases.folders() if each.startswith(asked)]
        whole = [each for each in known if self._releases.read(f"{each}/{MANIFEST}")]
        if len(whole) > 1:
            raise LocalError(f"RELEASE={asked} can be {', '.join(whole)}. Write more of it.")
        if whole:
            return self._fetched(whole[0])
        if tree.commit.startswith(asked):
            return self._built(tree)
        raise LocalError(
            f"There is no release {asked} below {self._releases.url}, and this clone is at"
            f" {tree.commit[:12]}. Check {asked} out and deploy it from there."
        )

    def require_forward(self, files: Files, tree: Tree) -> None:
        """Let pass where the release that runs is a part of this one's history.

        Raises:
            LocalError: it is not, or the clone does not know.
        """
        release, runs = release_of(files), self._current()
        if runs is not None and runs not in tree.history(release):
            raise LocalError(
                f"The environment runs release {runs[:12]}, which {release[:12]} is not made on: an"
                " older release must not go over a newer one unasked. Nothing was deployed. Deploy"
                " the newest commit, or go back on purpose: without FORWARD."
            )

    def plan(self, files: Files, environment: Environment) -> Plan:
        """Compare a release with what is there.

        Bytes are compared, not ETags: with a KMS key those say nothing of the content.
        """
        release, own = release_of(files), self._own_folder(files)
        kept = set(own.names())
        dags = self._dags(environment)
        wanted, there = _dags_of(files), dags.names()
        archive = self._releases.folder(f"environments/{job_environment_of(files)}")
        bucket = self._bucket(environment)
        return Plan(
            release=release,
            replaces=self._current(),
            uploads=tuple(name for name in _manifest_last(files) if name not in kept),
            job_environment=f"{archive.url}/{ARCHIVE}",
            has_job_environment=ARCHIVE in archive.names(),
            restarts_for=tuple(
                name
                for name in (PLUGINS, REQUIREMENTS)
                if not (version := environment.versions[name])
                or bucket.read(environment.paths[name], version) != files[name]
            ),
            dags_to_write=tuple(
                name for name in wanted if name not in there or dags.read(name) != wanted[name]
            ),
            dags_to_remove=tuple(name for name in there if name not in wanted),
        )

    def run(self, files: Files, environment: Environment, plan: Plan) -> None:
        """Do what a plan says, in the order in which a break at any point does no harm.

        Raises:
            LocalError: the jobs' packages are nowhere, MWAA gave up, or somebody else deploys too.
        """
        if not plan.has_job_environment:
            raise LocalError(_no_job_environment(plan.job_environment))
        self._upload(files)
        if plan.restarts_for:
            self._restart(files, environment, plan)
            # An hour may have passed, in which somebody else could deploy.
            plan = self.plan(files, self._mwaa.read())
        self._put_dags(files, environment, plan)
        left = self.plan(files, self._mwaa.read())
        if left.restarts_for or left.dags_to_write or left.dags_to_remove:
            raise LocalError(
                f"Somebody else deploys to {environment.name} at the same time: what is there is"
                f" not release {plan.release[:12]}. {CURRENT} was left alone. Agree on a release,"
                " wait until the other command has ended, and give this command again."
            )
        with self._steps.step("Pointer") as step:
            pointer = {"release": plan.release, "environment": environment.name}
            self._releases.put(CURRENT, (json.dumps(pointer) + "\n").encode())
            step.outcome = f"{CURRENT} says {plan.release[:12]}"

    def _put_dags(self, files: Files, environment: Environment, plan: Plan) -> None:
        dags, wanted = self._dags(environment), _dags_of(files)
        with self._steps.step("DAGs") as step:
            for name in plan.dags_to_write:
                step.update(name)
                dags.put(name, wanted[name])
            for name in plan.dags_to_remove:
                step.update(f"- {name}")
                dags.remove(name)
            step.outcome = (
                f"DAGs: {len(plan.dags_to_write)} written, {len(plan.dags_to_remove)} removed"
            )

    def _current(self) -> str | None:
        current = self._releases.read(CURRENT)
        return str(json.loads(current)["release"]) if current else None

    def _built(self, tree: Tree) -> Files:
        if tree.is_dirty:
            raise LocalError(
                f"Tracked files are not as {tree.commit[:12]} has them, and a release is a commit."
                " Nothing was deployed. Commit them or put them back (`git status` names them)."
            )
        files = build(tree)
        there = self._own_folder(files).read(MANIFEST)
        if there is not None and there != files[MANIFEST]:
            raise LocalError(
                f"{self._releases.url}/{release_of(files)} is there with other bytes than this"
                " clone's, and a release is never changed. Nothing was deployed: somebody changed"
                " it, or it was built by other versions of the tools; `make setup` brings those."
            )
        return files

    def _fetched(self, release: str) -> Files:
        with self._steps.step(f"Release {release[:12]}") as step:
            own = self._releases.folder(release)
            # Only what the manifest names: whatever else lies there is no part of the release.
            manifest = own.read(MANIFEST) or b"{}"
            read = {name: own.read(name) for name in json.loads(manifest)["files"]}
            files = {name: body for name, body in read.items() if body is not None}
            files[MANIFEST] = manifest
            require_whole(files, own.url)
            step.outcome = f"Release {release[:12]}: {len(files)} files, as they were built"
        return files

    def _upload(self, files: Files) -> None:
        own = self._own_folder(files)
        with self._steps.step("Release") as step:
            for name in _manifest_last(files):
                step.update(name)
                own.create(name, files[name])
            step.outcome = f"Release {release_of(files)[:12]}: {len(files)} files are in its folder"

    def _restart(self, files: Files, environment: Environment, plan: Plan) -> None:
        # The requirements name a constraints file beside the DAGs: it has to be there before.
        # Those of the release that runs stay until the DAGs come.
        dags, bucket = self._dags(environment), self._bucket(environment)
        for name, body in _dags_of(files).items():
            if name.startswith("constraints-") and dags.read(name) != body:
                dags.put(name, body)
        what = " and ".join(plan.restarts_for)
        with self._steps.step(
            f"MWAA restarts with new {what}; this takes 20 to 60 minutes"
        ) as step:
            versions = {}
            for name in plan.restarts_for:
                path = environment.paths[name]
                if bucket.read(path) != files[name]:
                    bucket.put(path, files[name])
                versions[name] = bucket.newest_version(path)
            self._mwaa.update(environment, versions, step.update)
            step.outcome = f"MWAA runs with new {what}"

    def _own_folder(self, files: Files) -> Folder:
        return self._releases.folder(release_of(files))

    def _bucket(self, environment: Environment) -> Folder:
        return Folder(self._s3, f"s3://{environment.bucket}")

    def _dags(self, environment: Environment) -> Folder:
        return self._bucket(environment).folder(environment.dags_path)


def require_airflow(files: Files, environment: Environment) -> None:
    """Let a release go only to the Airflow that it was tested with.

    Raises:
        LocalError: the environment runs another version.
    """
    wanted = json.loads(files[MANIFEST])["versions"]["airflow"]
    if environment.airflow != wanted:
        raise LocalError(
            f"{environment.name} runs Airflow {environment.airflow}, and this release is for"
            f" {wanted}: its requirements would not install. Nothing was deployed. Make an"
            f" environment of {wanted}, or change the versions and run `make mwaa-check`."
        )


def _no_job_environment(url: str) -> str:
    bucket, _, key = url.removeprefix("s3://").partition("/")
    return (
        f"There is no {url}, the Python packages of this release's jobs. Nothing was deployed."
        f" Build {ARCHIVE} with build-environment.sh in the release's job-environment/, on Amazon"
        f" Linux 2023, and upload it: aws s3api put-object --if-none-match '*' --bucket {bucket}"
        f" --key {key} --body {ARCHIVE}"
    )


def _dags_of(files: Files) -> Files:
    """The DAGs folder, with the release's own file last: it decides which code the DAGs submit."""
    names = sorted(name for name in files if name.startswith(DAGS))
    names.sort(key=lambda name: name == f"{DAGS}{RELEASE_FILE}")
    return {name.removeprefix(DAGS): files[name] for name in names}


def _manifest_last(files: Files) -> list[str]:
    """The names in the order of the upload: a prefix with a manifest is whole."""
    return sorted(files, key=lambda name: (name == MANIFEST, name))
