"""The commands behind ``make package`` and ``make deploy``."""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path
from typing import Annotated, Any

import boto3
import typer
from botocore.exceptions import BotoCoreError, ClientError
from flightlake_local import show
from flightlake_local.cli import run
from flightlake_local.console import Steps
from flightlake_local.errors import LocalError
from flightlake_local.settings import ROOT, load_settings
from rich import box
from rich.table import Table

from flightlake_release.build import MANIFEST, Files, build, release_of, write
from flightlake_release.deploy import Deployment, Plan, require_airflow
from flightlake_release.mwaa import Environment, Mwaa
from flightlake_release.settings import load_deploy_settings
from flightlake_release.tree import Tree

_GOES_ON = "The same command goes on from here."

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)


def main() -> None:
    """Run a command; an error that people can act on is a line, not a stack trace."""
    sys.exit(run(app))


@app.command()
def package() -> None:
    """Build the release of this clone's tracked files into .flightlake/release."""
    steps, folder, tree = show.steps(), load_settings().state_dir / "release", Tree(ROOT)
    with steps.live(), steps.step("Release") as step:
        files = build(tree)
        write(files, folder)
        step.outcome = f"Release {release_of(files)} in {shorter(folder)}"
    steps.console.print(files_table(files))
    # It names the checksum of every other file, so one line is enough to compare two builds.
    steps.say(f"{MANIFEST} sha256:{hashlib.sha256(files[MANIFEST]).hexdigest()}")
    if tree.is_dirty:
        steps.say("Tracked files are not as committed: this release can be checked, not deployed")


@app.command()
def deploy(
    environment: Annotated[str, typer.Option("--env", envvar="DEPLOY_ENV")] = "",
    release: Annotated[str, typer.Option(envvar="DEPLOY_RELEASE")] = "",
    dry_run: Annotated[bool, typer.Option(envvar="DEPLOY_DRY_RUN")] = False,
    forward: Annotated[bool, typer.Option(envvar="DEPLOY_FORWARD")] = False,
) -> None:
    """Make an environment run a release; an older one rolls back."""
    settings = load_deploy_settings(ROOT / "infra/deploy", environment)
    session = boto3.Session(region_name=settings.region)
    mwaa = Mwaa(session.client("mwaa"), settings.mwaa_environment)
    s3 = session.client("s3")
    try:
        run_deploy(
            s3, mwaa, settings.releases_url, release, Tree(ROOT), dry_run=dry_run, forward=forward
        )
    except (BotoCoreError, ClientError) as error:
        raise LocalError(f"AWS said: {error}. {_GOES_ON}") from None
    except KeyboardInterrupt:
        raise LocalError(f"Stopped; an update of MWAA runs on. {_GOES_ON}") from None


def run_deploy(
    s3: Any,
    mwaa: Mwaa,
    releases_url: str,
    asked: str,
    tree: Tree,
    *,
    dry_run: bool,
    forward: bool,
) -> None:
    """Print the plan, then do it, unless it was asked for the plan alone.

    With ``forward``, only in place of a release that this one is made on.
    """
    steps = show.steps()
    deployment = Deployment(s3, mwaa, releases_url, steps)
    with steps.live():
        files = deployment.release(asked, tree)
        if forward:
            deployment.require_forward(files, tree)
        environment = mwaa.read()
        require_airflow(files, environment)
        if not environment.is_ready and not dry_run:
            with steps.step(f"{environment.name} is {environment.status}; waiting") as step:
                environment = mwaa.wait(step.update)
        plan = deployment.plan(files, environment)
        show_plan(steps, plan, environment)
        if dry_run or plan.is_done:
            return
        deployment.run(files, environment, plan)
    steps.say(f"{environment.name} runs release {plan.release}")


def show_plan(steps: Steps, plan: Plan, environment: Environment) -> None:
    """What deploying will do, before it does it."""
    now = "no release yet" if plan.replaces is None else f"release {plan.replaces}"
    steps.say(f"{environment.name} ({environment.status}) runs {now}")
    if plan.is_done:
        steps.say(f"Nothing to do: that is release {plan.release}, file by file")
        return
    table = Table("what", "change", box=box.SIMPLE_HEAD)
    table.add_row("release", plan.release)
    table.add_row("upload", f"{len(plan.uploads)} files" if plan.uploads else "is there")
    table.add_row(
        "MWAA",
        f"restarts for {' and '.join(plan.restarts_for)}: 20 to 60 minutes"
        if plan.restarts_for
        else "goes on: plugins and requirements are the same",
    )
    packages = "/".join(plan.job_environment.split("/")[-3:-1])
    found = "is there" if plan.has_job_environment else "is missing: docs/releases.md says how"
    table.add_row("jobs' packages", f"{packages}, {found}")
    table.add_row("DAGs: write", ", ".join(plan.dags_to_write) or "none")
    table.add_row("DAGs: remove", ", ".join(plan.dags_to_remove) or "none")
    steps.console.print(table)


def files_table(files: Files) -> Table:
    """The files of a release; folders as one line."""
    sizes: dict[str, tuple[int, int]] = {}
    for name, body in files.items():
        top, is_folder, _ = name.partition("/")
        count, size = sizes.get(top + is_folder, (0, 0))
        sizes[top + is_folder] = (count + 1, size + len(body))
    table = Table("file", "files", "bytes", box=box.SIMPLE_HEAD)
    for name, (count, size) in sorted(sizes.items()):
        table.add_row(name, str(count), f"{size:,}")
    return table


def shorter(path: Path) -> str:
    """A path as seen from here, where that is shorter."""
    return min(os.path.relpath(path), str(path), key=len)
