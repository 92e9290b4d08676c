"""The day of data: the unit of what is derived from flights."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from flightlake.contracts.hours import Hour


@dataclass(frozen=True, order=True)
class Day:
    """One UTC day [00:00, 24:00), named by its ``date`` partition."""

    date: dt.date

    @classmethod
    def parse(cls, text: str) -> Day:
        """The day written as ``2025-12-28``.

        Raises:
            ValueError: the text is not of that form.
        """
        try:
            return cls(dt.date.fromisoformat(text))
        except ValueError:
            raise ValueError(f"{text!r} is not a day; write it as 2025-12-28 (UTC)") from None

    def __str__(self) -> str:
        return self.date.isoformat()

    @property
    def start(self) -> dt.datetime:
        """The first moment of the day."""
        return dt.datetime.combine(self.date, dt.time(), dt.UTC)

    @property
    def end(self) -> dt.datetime:
        """The first moment after the day."""
        return self.start + dt.timedelta(days=1)

    @property
    def start_s(self) -> int:
        """The first moment of the day, in Unix seconds."""
        return int(self.start.timestamp())

    @property
    def end_s(self) -> int:
        """The first moment after the day, in Unix seconds."""
        return self.start_s + 86_400

    @property
    def hour(self) -> None:
        """No hour: the whole day."""

    @property
    def predicate(self) -> str:
        """The rows of the day in a table, in SQL."""
        return f"date = DATE'{self}'"


Period = Hour | Day
"""What a table is derived for at once."""
