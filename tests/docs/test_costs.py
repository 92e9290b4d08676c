"""The page of costs can be reckoned again from what it says, and is what the files say."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest
from flightlake_local.cost.page import page

REPO = Path(__file__).parents[2]
PAGE = (REPO / "docs/costs.md").read_text()
ENVIRONMENTS = ["dev", "staging", "prod"]


def numbers(text: str) -> list[float]:
    return [float(found.replace(",", "")) for found in re.findall(r"\d[\d,]*(?:\.\d+)?", text)]


def reckoned(formula: str) -> float:
    """The product of what is said, each factor by the number that it begins with."""
    product, *divisors = formula.split(" / ")
    return math.prod(numbers(each)[0] for each in product.split(" x ")) / math.prod(
        numbers(each)[0] for each in divisors
    )


def rows_of(section: str) -> list[list[str]]:
    cells = [line.strip("| ").split(" | ") for line in section.splitlines() if line[:1] == "|"]
    return [row for row in cells if len(row) == 5 and row[4].startswith("$")]


def test_the_page_is_as_make_docs_writes_it():
    assert page(REPO) == PAGE, "docs/costs.md is old: run `make docs`"


def test_every_environment_is_on_the_page():
    assert [name for name, _, _ in re.findall(r"^## (\w+): (\$)([\d,.]+)", PAGE, re.M)] == (
        ENVIRONMENTS
    )


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_every_line_is_its_formula_times_its_price_and_the_total_is_their_sum(name):
    [(total, section)] = [(total, text) for found, total, text in _months() if found == name]
    rows = rows_of(section)
    assert len(rows) > 30
    for _, item, how, price, usd in rows:
        formula, _, amount = how.partition(" = ")
        quantity = reckoned(formula)
        if amount:
            assert numbers(amount)[0] == pytest.approx(quantity, abs=5.1e-5), item
        assert numbers(usd)[0] == pytest.approx(quantity * numbers(price)[0], abs=0.00501), item
    cents = sum(round(100 * numbers(row[4])[0]) for row in rows)
    assert cents == round(100 * numbers(total)[0])
    assert f"**${total}**" in section


def test_the_ceilings_are_what_their_formulas_give():
    table = PAGE.partition("## What a job can cost at most")[2].partition("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in table.splitlines() if line[:3] == "| `"]
    assert len(rows) == 6
    for step, _, how, most, ceiling in rows:
        found = sum(
            reckoned(product.rpartition(" x ")[0]) * numbers(product)[-1]
            for product in how.split(" + ")
        )
        assert numbers(most)[0] == pytest.approx(found, abs=5.1e-5), step
        assert found <= numbers(ceiling)[0], step


def test_every_price_and_assumption_says_where_it_is_from():
    table = PAGE.partition("## Where the numbers are from")[2]
    rows = [line.strip("| ").split(" | ") for line in table.splitlines() if line[:3] == "| `"]
    assert len(rows) > 50
    assert all(len(row) == 4 and all(row) for row in rows)


def _months() -> list[tuple[str, str, str]]:
    parts = re.split(r"^## ", PAGE, flags=re.M)
    heads = [re.match(r"(\w+): \$([\d,.]+) a month\n", part) for part in parts]
    return [(head[1], head[2], part) for head, part in zip(heads, parts, strict=True) if head]
