"""Which hours a day of flights is made of, and so which days an hour is part of."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from flightlake.contracts.days import Day
from flightlake.contracts.hours import Hour

LOOK_BACK = timedelta(days=1)
"""Flights of up to a day are seen whole, whichever day they end on."""
LOOK_AHEAD = timedelta(hours=1)
"""A flight that is not heard for so long has ended, or its day would never be final."""

_HOUR = timedelta(hours=1)


def own_hours(day: Day) -> list[Hour]:
    """The hours that a complete day needs: its 24 and those of ``LOOK_AHEAD``, in order."""
    return _hours(day, timedelta())


def window_hours(day: Day) -> list[Hour]:
    """All hours that a day reads, in order."""
    return _hours(day, LOOK_BACK)


def days_made_of(hours: Iterable[Hour]) -> list[Day]:
    """The days that read one of some hours, in order: their own, the next and maybe the one before.

    An hour that is published again makes all of them stale.
    """
    found = set()
    for hour in hours:
        for back in (-1, 0, 1):
            day = Day(hour.date + timedelta(days=back))
            if day.start - LOOK_BACK <= hour.start < day.end + LOOK_AHEAD:
                found.add(day)
    return sorted(found)


def _hours(day: Day, look_back: timedelta) -> list[Hour]:
    first = Hour(day.start - look_back)
    return [first + n for n in range((day.end + LOOK_AHEAD - first.start) // _HOUR)]
