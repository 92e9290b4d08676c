"""The commands behind the Makefile; each imports what it needs, so that a query starts fast."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from flightlake_local.errors import LocalError
from flightlake_local.query import OutputFormat
from flightlake_local.settings import LakeKind, load_settings

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)

LakeOption = Annotated[LakeKind | None, typer.Option(help="where the lake lies")]


def main() -> None:
    """Run a command; an error that people can act on is a line, not a stack trace."""
    sys.exit(run(app))


def run(command: Callable[[], object]) -> int:
    """The exit code of a command."""
    try:
        command()
    except LocalError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped. What was started runs on: `make status`.", file=sys.stderr)
        return 130
    except SystemExit as end:
        return int(end.code or 0)
    return 0


@app.command()
def up(lake: LakeOption = None) -> None:
    """Start what does not run: simulator, local EMR Serverless, PostgreSQL, Airflow."""
    from flightlake_local import show
    from flightlake_local.stack import Stack

    stack, steps = Stack(load_settings(lake)), show.steps()
    with steps.live():
        stack.up(steps)
    steps.console.print(show.addresses(stack))


@app.command()
def down() -> None:
    """Stop all of it, the Spark jobs included, and nothing else."""
    from flightlake_local import show
    from flightlake_local.stack import Stack

    steps = show.steps()
    with steps.live():
        Stack(load_settings()).down(steps)
    steps.say("The stack is stopped")


@app.command()
def status() -> None:
    """Tell which service runs; exit code 1 where one has died."""
    from flightlake_local import show
    from flightlake_local.stack import Stack

    stack, console = Stack(load_settings()), show.steps().console
    lines = stack.status()
    console.print(show.status_table(lines))
    if any(line.state == "running" for line in lines):
        console.print(show.addresses(stack))
    if dead := [line.name for line in lines if line.state == "dead"]:
        raise LocalError(f"{', '.join(dead)} died; `make up` starts what does not run.")


@app.command()
def logs(service: str = typer.Argument("", help="one service; all where left out")) -> None:
    """Follow the output of the services."""
    from flightlake_local.logs import follow

    follow(load_settings(), service)


@app.command()
def docs() -> None:
    """Write what of the documents is made from the code: tables, analyses, costs."""
    from flightlake_local import analyses
    from flightlake_local.cost import page
    from flightlake_local.dictionary import write_dictionary
    from flightlake_local.settings import ROOT

    for write in (write_dictionary, analyses.write_page, page.write_page):
        print(write(ROOT))


@app.command()
def cost(environment: Annotated[str, typer.Argument(envvar="COST_ENV")] = "") -> None:
    """Print what an environment on AWS costs a month: dev, staging or prod."""
    from flightlake_local.cost.show import show_cost
    from flightlake_local.settings import ROOT

    show_cost(environment, ROOT)


@app.command()
def guide() -> None:
    """Write the analyst's guide with the answers of a lake that is made for it."""
    from flightlake_local.guide import write_guide
    from flightlake_local.settings import ROOT

    print(write_guide(load_settings(), ROOT))


@app.command()
def compose_env() -> None:
    """Make .env for docker-compose.yaml, where there is none."""
    from flightlake_local.compose_env import write_compose_env
    from flightlake_local.settings import ROOT

    path, is_new = write_compose_env(ROOT)
    print(f"{path} was made." if is_new else f"{path} is there already; nothing was changed.")


@app.command(hidden=True)
def emr_config() -> None:
    """Write the local EMR Serverless's configuration and print its path (docker-compose)."""
    from flightlake_local.credentials import load_or_create
    from flightlake_local.services import write_emr_config

    settings = load_settings()
    print(write_emr_config(settings, load_or_create(settings.state_dir / "secrets")))


@app.command(hidden=True)
def prepare_cloud() -> None:
    """Fill the bucket, create the EMR application and print its id (docker-compose)."""
    from flightlake_local import cloud
    from flightlake_local import package as code
    from flightlake_local.credentials import load_or_create
    from flightlake_local.settings import ROOT

    settings = load_settings()
    credentials = load_or_create(settings.state_dir / "secrets")
    code.build(ROOT, settings.code_dir)
    cloud.fill_bucket(settings, credentials)
    print(cloud.ensure_application(settings, credentials))


@app.command()
def demo(lake: LakeOption = None) -> None:
    """Two past hours of simulated traffic, all the way to judged tables."""
    from flightlake_local.demo import run_demo

    run_demo(load_settings(lake))


@app.command()
def replay(
    source: Annotated[str, typer.Argument(envvar="REPLAY_FROM")] = "",
    hours_only: Annotated[bool, typer.Option(help="leave the days' flights for later")] = False,
) -> None:
    """Land recorded answers and process the hours and days that they cover."""
    from flightlake_local.replay import run_replay

    if not source:
        raise LocalError("Nothing to replay: make replay FROM=<file or folder of answers>")
    run_replay(load_settings(), Path(source), with_days=not hours_only)


@app.command()
def land(
    source: Annotated[str, typer.Argument(envvar="REPLAY_FROM")] = "",
    lake: Annotated[str, typer.Option(envvar="LAND_LAKE")] = "",
) -> None:
    """Land recorded answers in a lake that is elsewhere; nothing is processed."""
    from flightlake_local.replay import run_land

    if not source or not lake:
        raise LocalError("Nothing to land: make land FROM=<file or folder> LAKE=s3://<bucket>")
    run_land(lake, Path(source))


@app.command()
def export(
    table: Annotated[str, typer.Option(envvar="EXPORT_TABLE")] = "",
    start: Annotated[str, typer.Option("--from", envvar="EXPORT_FROM")] = "",
    end: Annotated[str, typer.Option("--to", envvar="EXPORT_TO")] = "",
    area: Annotated[str, typer.Option(envvar="EXPORT_AREA")] = "",
    columns: Annotated[str, typer.Option(envvar="EXPORT_COLUMNS")] = "",
    output: Annotated[str, typer.Option("--format", envvar="EXPORT_FORMAT")] = "",
) -> None:
    """Write rows of a table as files: CSV, JSON lines, Parquet or GeoJSON.

    Times are UTC, 2025-12-28T02 or 2025-12-28, the end not included; an area is
    south,west,north,east in degrees.
    """
    from flightlake_local.export import run_export

    asked = {"table": table, "from": start, "to": end, "area": area}
    run_export(load_settings(), {**asked, "columns": columns, "format": output})


@app.command()
def restore(
    table: Annotated[str, typer.Option(envvar="RESTORE_TABLE")] = "",
    version: Annotated[str, typer.Option(envvar="RESTORE_VERSION")] = "",
    at: Annotated[str, typer.Option(envvar="RESTORE_AT")] = "",
    accept: Annotated[str, typer.Option(envvar="RESTORE_ACCEPT")] = "",
) -> None:
    """Give a table the rows of an earlier version back; without ACCEPT=yes say what would change.

    A version is a number of its history, or a moment in UTC, 2025-12-28T02:30.
    """
    from flightlake_local.restore import run_restore

    asked = {"table": table, "version": version, "at": at, "accept": accept}
    run_restore(load_settings(), asked)


@app.command()
def query(
    sql: Annotated[str, typer.Argument(envvar="QUERY_SQL")] = "",
    output: Annotated[
        OutputFormat, typer.Option("--format", envvar="QUERY_FORMAT")
    ] = OutputFormat.TABLE,
) -> None:
    """Ask the tables by their names, such as silver.state_vectors; no JVM.

    In csv, text that a spreadsheet would take for a formula gets a leading apostrophe.
    """
    from flightlake_local.query import run_query

    run_query(load_settings(), sql, output, sys.stdout)


@app.command()
def spark_sql(sql: Annotated[str, typer.Argument(envvar="QUERY_SQL")] = "") -> None:
    """Open Spark SQL on the tables, or run one statement."""
    from flightlake_local.spark_sql import run_spark_sql

    sys.exit(run_spark_sql(load_settings(), sql))
