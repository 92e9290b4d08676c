"""``make mwaa-check``: would this release install and import on each of MWAA's Airflow versions?

Run as a script, beside ``mwaa_envs.py``, which makes the environments. Without Python 3.12 a
version is skipped; with ``--strict``, as CI asks, that is a failure too.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bootstrap import ROOT, SetupError, find_uv
from flightlake_local import show
from flightlake_local.cli import run
from flightlake_local.console import Steps
from flightlake_local.errors import LocalError
from flightlake_release.build import PLUGINS, REQUIREMENTS, Files, build, release_of
from flightlake_release.layout import load_release, problems
from flightlake_release.pins import pins
from flightlake_release.tree import Tree
from mwaa_envs import VERSIONS, OtherPythonError, make_environment
from rich import box
from rich.table import Table


@dataclass(frozen=True)
class Line:
    """What was found on one version of Airflow."""

    version: str
    gave_way: str = ""
    install: str = ""
    dags: str = ""
    slowest: str = ""
    problems: tuple[str, ...] = ()
    skipped: str = ""

    @property
    def verdict(self) -> str:
        """The last column of the table."""
        if self.skipped:
            return f"[yellow]skipped[/]: {self.skipped}"
        return "[red]wrong[/]: " + "; ".join(self.problems) if self.problems else "[green]good[/]"


def check_version(version: str, uv: Path | None, files: Files) -> Line:
    """Install, lay out and import a release under one version of Airflow."""
    try:
        environment = make_environment(version, uv)
    except OtherPythonError as error:
        return Line(version, skipped=str(error))
    except SetupError as error:
        return Line(version, problems=(str(error),))
    with tempfile.TemporaryDirectory() as home:
        found = load_release(environment.python, files, Path(home))
    wanted = pins(files[REQUIREMENTS].decode().splitlines())
    return Line(
        version,
        gave_way=", ".join(
            f"{name.removeprefix('apache-airflow-')} {wanted[name]} → {there}"
            for name, there in environment.relaxed.items()
        ),
        install=f"{environment.install_s:.0f} s" + " (earlier)" * environment.was_there,
        dags=str(len(found["rendered"])),
        slowest=f"{found['slowest_import_s']:.1f} s",
        problems=tuple(problems(version, files, found, environment.install_s)),
    )


def table_of(lines: list[Line]) -> Table:
    """One line a version."""
    table = Table(box=box.SIMPLE_HEAD)
    for header in ("Airflow", "install", "DAGs", "slowest"):
        table.add_column(header, no_wrap=True)
    for header in ("requirements that give way", "verdict"):
        table.add_column(header, overflow="fold")
    for line in lines:
        gave_way = line.gave_way or ("none: as shipped" if line.install else "")
        table.add_row(line.version, line.install, line.dags, line.slowest, gave_way, line.verdict)
    return table


def check(*, is_strict: bool = False) -> None:
    """Check every version and print the table.

    Raises:
        LocalError: something is wrong on one, none could be checked, or one where all must be.
    """
    steps: Steps = show.steps()
    lines = []
    with steps.live():
        uv, files = find_uv(), build(Tree(ROOT))
        steps.say(f"Release {release_of(files)}, {PLUGINS} {len(files[PLUGINS]):,} bytes")
        for version in VERSIONS:
            with steps.step(f"Airflow {version}"):
                lines.append(check_version(version, uv, files))
    steps.console.print(table_of(lines))
    if wrong := [line.version for line in lines if line.problems]:
        raise LocalError(f"The release does not run on Airflow {', '.join(wrong)}.")
    if skipped := [line.version for line in lines if line.skipped]:
        if is_strict:
            raise LocalError(f"Airflow {', '.join(skipped)} could not be checked, and had to be.")
        if len(skipped) == len(lines):
            raise LocalError("No version could be checked; the table says why.")


if __name__ == "__main__":
    sys.exit(run(lambda: check(is_strict="--strict" in sys.argv[1:])))
