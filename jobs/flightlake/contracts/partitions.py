"""Which days and hours a table has, read off the folders of its partitions, without its log.

Rows that were removed leave their folders: what is here may be empty by now.
"""

from __future__ import annotations

from flightlake.contracts.days import Day
from flightlake.contracts.hours import Hour
from flightlake.contracts.storage import Lake
from flightlake.contracts.tables import Table

_DATE, _HOUR = "date=", "hour="


def days_of(lake: Lake, table: Table) -> list[Day]:
    """The days of a table, in order; [] where it has none, or is not there."""
    return [Day.parse(value) for value in _values(lake, table.path, _DATE)]


def hours_of(lake: Lake, table: Table, day: Day) -> list[Hour]:
    """The hours that a table has of a day, in order."""
    values = _values(lake, f"{table.path}/{_DATE}{day}", _HOUR)
    return sorted(Hour.parse(f"{day}T{int(value):02d}") for value in values)


def _values(lake: Lake, folder: str, name: str) -> list[str]:
    names = (key.rpartition("/")[2] for key in lake.folders(folder))
    return [each.removeprefix(name) for each in names if each.startswith(name)]
