"""``make cost``: an environment's month on a terminal, at most 100 columns wide."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table

from flightlake_local.console import make_console
from flightlake_local.cost.assumptions import (
    Assumptions,
    Quantity,
    environment_of,
    read_assumptions,
)
from flightlake_local.cost.estimate import monthly_lines
from flightlake_local.cost.lines import Line, number, price_text, quantity_text, total_usd
from flightlake_local.cost.page import PAGE, cut_off_text, sizes_text


def show_cost(name: str, root: Path, console: Console | None = None) -> None:
    """Print what an environment costs a month, and what that rests on.

    Raises:
        LocalError: there is no such environment.
    """
    known = read_assumptions(root)
    environment = environment_of(known, name)
    lines = monthly_lines(environment, known)
    out = console or make_console()
    out.print(f"[bold]Flightlake {name}: ${total_usd(lines):,.2f} a month[/]", highlight=False)
    out.print(sizes_text(environment), highlight=False)
    out.print(cost_table(lines))
    out.print(assumption_table(known))
    out.print(cut_off_text(environment, known), highlight=False)
    out.print(
        f"List prices of us-east-1 as noted on {known.prices_noted_on}, without tax, discounts and"
        f" free tiers.\nStorage is that of the end of the first year. How each quantity comes"
        f" about: {PAGE}",
        highlight=False,
    )


def cost_table(lines: Sequence[Line]) -> Table:
    """One line an item, the total below."""
    table = Table("service", "item", box=box.SIMPLE_HEAD, show_footer=True)
    table.add_column("quantity", justify="right")
    table.add_column("unit price", footer="total")
    table.add_column("$ a month", justify="right", footer=f"{total_usd(lines):,.2f}")
    service = ""
    for line in lines:
        named = "" if line.service == service else line.service
        service = line.service
        amount = quantity_text(line.quantity)
        table.add_row(named, line.item, amount, price_text(line.price), f"{line.usd:,.2f}")
    return table


def assumption_table(known: Assumptions) -> Table:
    """What was measured and what is assumed."""
    table = Table("", "what", "value", "unit", box=box.SIMPLE_HEAD)
    table.columns[2].justify = "right"
    groups: tuple[tuple[str, dict[str, Quantity]], ...] = (
        ("measured", dict(known.measured)),
        ("assumed", dict(known.assumed)),
    )
    for title, named in groups:
        for index, (name, each) in enumerate(named.items()):
            words = name.replace("_", " ")
            table.add_row("" if index else title, words, number(each.value), each.unit)
    return table
