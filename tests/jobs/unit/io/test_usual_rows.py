"""What a table usually has, from what was recorded of its runs."""

from __future__ import annotations

from datetime import date, timedelta

from flightlake.contracts.days import Day
from flightlake.contracts.results import TableRun
from flightlake.contracts.tables import TABLES
from flightlake.io.ops import History

FLIGHTS = TABLES["gold.flights"]
SUNDAY = Day(date(2025, 12, 28))


def usual(rows_by_days_before):
    runs = [
        TableRun(
            date=str(SUNDAY.date - timedelta(days=days)),
            hour=None,
            run_id="run",
            step="flights_daily",
            table_name=FLIGHTS.full_name,
            rows_published=rows,
            rows_withheld=0,
            verdict="pass",
            score=100.0,
            seconds=1.0,
            report="",
        )
        for days, rows in rows_by_days_before.items()
    ]
    return History([], runs).usual_rows(FLIGHTS, SUNDAY)


def test_a_sunday_is_compared_with_sundays():
    assert usual({1: 9_000, 2: 9_000, 7: 100, 14: 200, 21: 300, 28: 400, 35: 9_000}) == 250


def test_without_one_it_is_compared_with_the_days_that_there_are():
    assert usual({1: 10, 2: 20, 3: 30}) == 20
    assert usual({}) is None
