"""Which day a run is about."""

from __future__ import annotations

from datetime import UTC, datetime

from flightlake.contracts.days import Day

from flightlake_dags.compat import AirflowFailException

DAY = "{{ day_of_run(params.date, data_interval_start | default(none)) }}"
"""The run's day as a template, such as ``2025-12-28``; the DAG needs ``DAY_MACROS``."""


def find_day(date_param: str | None, data_interval_start: datetime | None) -> Day | None:
    """The day that was asked for, or else the one that the data interval begins with.

    Raises:
        ValueError: the asked one is not written as a day.
    """
    if date_param:
        return Day.parse(date_param)
    return Day(data_interval_start.astimezone(UTC).date()) if data_interval_start else None


def day_of_run(date_param: str | None, data_interval_start: datetime | None) -> str:
    """The day of a run, as text.

    Raises:
        AirflowFailException: the run says neither by its data interval nor by a param, or the day
            has not begun.
    """
    try:
        day = find_day(date_param, data_interval_start)
    except ValueError as error:
        raise AirflowFailException(f"The param `date` is wrong: {error}.") from None
    if day is None:
        raise AirflowFailException(
            "This run has no day: it was triggered without a logical date. Nothing was done; "
            'trigger it again with the param {"date": "2025-12-28"} or with both ends of the '
            "data interval."
        )
    today = Day(datetime.now(UTC).date())
    if day.date > today.date:
        raise AirflowFailException(
            f"{day} has not begun. Nothing was done; trigger again with a day that has begun, "
            f'such as {{"date": "{today}"}}.'
        )
    return str(day)


DAY_MACROS = {"day_of_run": day_of_run}
