"""One line of an estimate: a product of named numbers, times a price."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from flightlake_local.cost.assumptions import Price

Factor = tuple[float, str]
"""A number and what it counts."""


@dataclass(frozen=True)
class Line:
    """How much of something, at what price.

    Attributes:
        service: whose bill it is on.
        item: what is paid for.
        factors: what the quantity is the product of.
        divisors: what it is divided by.
        price: of one unit.
    """

    service: str
    item: str
    factors: Sequence[Factor]
    divisors: Sequence[Factor]
    price: Price

    @property
    def quantity(self) -> float:
        """How many units of the price."""
        return math.prod(n for n, _ in self.factors) / math.prod(n for n, _ in self.divisors)

    @property
    def usd(self) -> float:
        """Dollars a month, to the cent: what is printed is what is added up."""
        return round(self.quantity * self.price.usd, 2)

    @property
    def formula(self) -> str:
        """The product in numbers and words: ``24 jobs a day x 365 days / 12 months``."""
        product = " x ".join(map(_text, self.factors))
        return " / ".join([product, *map(_text, self.divisors)])


def total_usd(lines: Sequence[Line]) -> float:
    """The sum of what the lines say."""
    return round(sum(line.usd for line in lines), 2)


def number(value: float) -> str:
    """A number that a reader can reckon with: all its digits, thousands apart."""
    text = f"{value:,.10f}".rstrip("0").rstrip(".")
    return text or "0"


def quantity_text(value: float) -> str:
    """A result: to four digits behind the point."""
    return number(round(value, 4))


def price_text(price: Price) -> str:
    """Such as ``$0.49 an hour``."""
    return f"${number(price.usd)} {price.unit}"


def _text(factor: Factor) -> str:
    value, what = factor
    return f"{number(value)} {what}"
