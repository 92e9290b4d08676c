"""The hour of data: the unit that is scheduled, judged and published."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

_FORMAT = "%Y-%m-%dT%H"


@dataclass(frozen=True, order=True)
class Hour:
    """One UTC hour [start, start + 1 h), named by its ``date`` and ``hour`` partitions."""

    start: datetime

    def __post_init__(self) -> None:
        whole = self.start.replace(minute=0, second=0, microsecond=0)
        if self.start.tzinfo is None or self.start.utcoffset() or self.start != whole:
            raise ValueError(f"{self.start.isoformat()} is not the start of an hour in UTC")

    @classmethod
    def of(cls, moment: datetime | int | float) -> Hour:
        """The hour that holds a moment, given as an aware datetime or in Unix seconds.

        Raises:
            ValueError: the datetime is naive, so its hour would hang on the machine's time zone.
        """
        if not isinstance(moment, datetime):
            moment = datetime.fromtimestamp(moment, UTC)
        if moment.tzinfo is None:
            raise ValueError(f"{moment.isoformat()} has no time zone")
        return cls(moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0))

    @classmethod
    def parse(cls, text: str) -> Hour:
        """The hour written as ``2025-12-28T02``.

        Raises:
            ValueError: the text is not of that form.
        """
        try:
            return cls(datetime.strptime(text, _FORMAT).replace(tzinfo=UTC))
        except ValueError:
            raise ValueError(f"{text!r} is not an hour; write it as 2025-12-28T02 (UTC)") from None

    def __str__(self) -> str:
        return self.start.strftime(_FORMAT)

    @property
    def date(self) -> date:
        """The UTC day: the ``date`` partition."""
        return self.start.date()

    @property
    def hour(self) -> int:
        """The hour of the day, 0 to 23: the ``hour`` partition."""
        return self.start.hour

    @property
    def start_s(self) -> int:
        """The first moment of the hour, in Unix seconds."""
        return int(self.start.timestamp())

    @property
    def end_s(self) -> int:
        """The first moment after the hour, in Unix seconds."""
        return self.start_s + 3600

    @property
    def end(self) -> datetime:
        """The first moment after the hour."""
        return self.start + timedelta(hours=1)

    @property
    def predicate(self) -> str:
        """The rows of the hour in a table, in SQL."""
        return f"date = DATE'{self.date}' AND hour = {self.hour}"

    def __add__(self, hours: int) -> Hour:
        return Hour(self.start + timedelta(hours=hours))

    def __sub__(self, hours: int) -> Hour:
        return self + -hours

    def __contains__(self, moment_s: int) -> bool:
        return self.start_s <= moment_s < self.end_s
