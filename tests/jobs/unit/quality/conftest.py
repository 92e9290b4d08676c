"""Runs as the report gets them: good ones that a test changes."""

from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest
from flightlake.contracts.hours import Hour
from flightlake.contracts.results import ExpectationResult, LedgerLine, report_key

from tests.ledger import ledger_line

HOUR = Hour.parse("2025-12-28T02")


class Page(HTMLParser):
    """What a browser would make of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def _found(**changed: Any) -> ExpectationResult:
    values: dict[str, Any] = {
        "expectation_id": "latitude_is_on_the_globe",
        "expectation": "expect_column_values_to_be_between",
        "column": "latitude_deg",
        "dimension": "validity",
        "severity": "critical",
        "description": "Latitudes lie between the poles.",
        "is_met": True,
        "expected": "latitude_deg is -90 to 90",
        "observed": "as expected",
    }
    return ExpectationResult(**(values | changed))


def _line(**changed: Any) -> LedgerLine:
    values: dict[str, Any] = {
        "run_id": "scheduled__2025-12-28T03:00:00+00:00",
        "rows_read": 262_120,
        "rows_published": 236_008,
        "rows_quarantined": 1_204,
        "rows_repeated": 24_908,
        "score": 100.0,
        "seconds": 41.3,
        "report": report_key("states_hourly", HOUR, "a run"),
    }
    return ledger_line(HOUR, **values | changed)


@pytest.fixture
def found() -> Callable[..., ExpectationResult]:
    """Makes an expectation's result, met unless changed."""
    return _found


@pytest.fixture
def line() -> Callable[..., LedgerLine]:
    """Makes a balanced ledger line of a passed hour unless changed."""
    return _line


@pytest.fixture
def read_page() -> Callable[[str], Page]:
    """Reads HTML as a browser would."""
    return Page
