"""Tables and boxes of the commands, at most 100 columns wide."""

from __future__ import annotations

import os
from collections.abc import Sequence

from rich import box
from rich.table import Table

from flightlake_local.console import Steps, make_console
from flightlake_local.settings import LakeKind
from flightlake_local.stack import ServiceStatus, Stack

_STATE_STYLES = {"running": "green", "dead": "red", "stopped": "dim"}


def steps() -> Steps:
    """Progress on standard output."""
    return Steps(make_console())


def status_table(lines: Sequence[ServiceStatus]) -> Table:
    """One line a service; the log where one must look."""
    table = Table("service", "state", "pid", "address", "log", box=box.SIMPLE_HEAD)
    for line in lines:
        state = f"[{_STATE_STYLES[line.state]}]{line.state}[/]"
        log = os.path.relpath(line.log)
        shorter = min(log, line.log, key=len)
        table.add_row(line.name, state, str(line.pid or ""), line.address, shorter)
    table.columns[-1].overflow = "fold"
    return table


def addresses(stack: Stack) -> Table:
    """Where Airflow is, who may enter, and where the lake lies."""
    table = Table.grid(padding=(0, 2))
    for name, value in address_rows(stack):
        table.add_row(f"[bold]{name}[/]", value)
    return table


def address_rows(stack: Stack) -> list[tuple[str, str]]:
    """The same as pairs of name and value."""
    settings = stack.settings
    rows = [
        ("Airflow", settings.airflow_url),
        ("Login", f"admin / {stack.credentials.admin_password}"),
        ("Lake", settings.lake_url),
    ]
    if settings.lake is LakeKind.S3:
        rows.append(("", "The S3 server keeps it in memory: it is gone after `make down`."))
    return rows
