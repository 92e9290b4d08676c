"""Which hours a day is made of, and which days an hour is part of."""

from __future__ import annotations

import pytest
from flightlake.contracts.days import Day
from flightlake.contracts.hours import Hour
from flightlake.contracts.windows import days_made_of, own_hours, window_hours

DAY = Day.parse("2025-12-28")


def test_a_complete_day_needs_its_hours_and_the_first_of_the_next() -> None:
    hours = own_hours(DAY)
    assert (str(hours[0]), str(hours[-1]), len(hours)) == ("2025-12-28T00", "2025-12-29T00", 25)


def test_a_day_reads_the_day_before_too() -> None:
    hours = window_hours(DAY)
    assert (str(hours[0]), len(hours)) == ("2025-12-27T00", 49)
    assert hours[-25:] == own_hours(DAY)


@pytest.mark.parametrize(
    ("hour", "days"),
    [
        ("2025-12-28T00", ["2025-12-27", "2025-12-28", "2025-12-29"]),
        ("2025-12-28T01", ["2025-12-28", "2025-12-29"]),
        ("2025-12-28T23", ["2025-12-28", "2025-12-29"]),
    ],
)
def test_an_hour_is_part_of_its_day_and_the_next_and_the_first_of_the_day_before(
    hour: str, days: list[str]
) -> None:
    assert [str(day) for day in days_made_of([Hour.parse(hour)])] == days
    assert all(Hour.parse(hour) in window_hours(Day.parse(day)) for day in days)
