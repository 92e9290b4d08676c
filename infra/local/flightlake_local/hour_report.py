"""The tables of judged hours and of gold that demo and replay end with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flightlake.contracts.results import TableRun
from rich import box
from rich.console import Group, RenderableType
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from flightlake_local.backfill import HourOutcome
from flightlake_local.daily import DayOutcome

Outcome = HourOutcome | DayOutcome

_STYLES = {"pass": "green", "warning": "yellow", "rejected": "red", "no_data": "dim"}
_WORSE = ("pass", "no_data", "warning", "rejected")
_COLUMNS = ("rows read", "published", "withheld", "quarantined", "repeats", "verdict", "seconds")


def hour_table(outcomes: Iterable[HourOutcome]) -> Table:
    """One line an hour: where its rows went and what was decided."""
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("hour (UTC)", no_wrap=True)
    for column in _COLUMNS:
        table.add_column(column, justify="left" if column == "verdict" else "right")
    for outcome in outcomes:
        table.add_row(str(outcome.hour), *_cells(outcome))
    return table


def _cells(outcome: HourOutcome) -> list[str]:
    line = outcome.ledger
    if line is None:
        verdict = "[red]failed[/]" if outcome.reason else "[dim]no data[/]"
        return ["-"] * 5 + [verdict, "-"]
    rows = (
        line.rows_read,
        line.rows_published,
        line.rows_withheld,
        line.rows_quarantined,
        line.rows_repeated,
    )
    verdict = f"[{_STYLES[line.verdict]}]{line.verdict}[/]"
    return [*(f"{count:,}" for count in rows), verdict, f"{line.seconds:.1f}"]


def gold_table(outcomes: Iterable[Outcome]) -> Table:
    """One line a derived table: the rows that were written, and the worst verdict."""
    runs: dict[str, list[TableRun]] = {}
    for outcome in outcomes:
        for run in outcome.tables:
            runs.setdefault(run.table_name, []).append(run)
    table = Table(box=box.SIMPLE_HEAD)
    for column in ("table", "rows", "verdict"):
        table.add_column(column, justify="right" if column == "rows" else "left")
    for name, of_table in runs.items():
        verdict = max((run.verdict for run in of_table), key=_WORSE.index)
        rows = sum(run.rows_published for run in of_table)
        table.add_row(name, f"{rows:,}", f"[{_STYLES[verdict]}]{verdict}[/]")
    return table


def failures(outcomes: Iterable[Outcome]) -> list[str]:
    """One line for each hour or day that failed: why, and where the log is."""
    return [
        f"{outcome.name} failed: {outcome.reason}" + (f" Log: {outcome.log}" if outcome.log else "")
        for outcome in outcomes
        if outcome.reason
    ]


def closing_box(
    title: str,
    tables: Sequence[Table],
    facts: Sequence[tuple[str, str]],
    next_steps: Sequence[tuple[str, str]],
) -> RenderableType:
    """The box at the end: the tables, where things are, what to do next."""
    places = Table.grid(padding=(0, 2))
    for name, value in facts:
        places.add_row(Text(name, style="bold"), Text(value, overflow="fold"))
    parts: list[RenderableType] = [*tables, places]
    if next_steps:
        parts.append(Text("\nTry next", style="bold"))
        parts += [
            Text.from_markup(f"  {what}\n    [cyan]{escape(how)}[/]") for what, how in next_steps
        ]
    return Panel(Group(*parts), title=title, border_style="green", expand=False)
