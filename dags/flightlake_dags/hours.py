"""Which hour a run is about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flightlake.contracts.hours import Hour

from flightlake_dags.compat import AirflowFailException

SHORTEST_WAIT = timedelta(seconds=30)

HOUR = "{{ hour_of_run(params.hour, data_interval_start | default(none)) }}"
"""The run's hour as a template, such as ``2025-12-28T02``; the DAG needs ``HOUR_MACROS``."""


def find_hour(hour_param: str | None, data_interval_start: datetime | None) -> Hour | None:
    """The hour that was asked for, or else the one that the data interval begins with.

    Raises:
        ValueError: the asked one is not written as an hour.
    """
    if hour_param:
        return Hour.parse(hour_param)
    return Hour.of(data_interval_start) if data_interval_start else None


def hour_of_run(hour_param: str | None, data_interval_start: datetime | None) -> str:
    """The hour of a run, as text.

    Raises:
        AirflowFailException: the run says neither by its data interval nor by a param, or the hour
            has not begun.
    """
    try:
        hour = find_hour(hour_param, data_interval_start)
    except ValueError as error:
        raise AirflowFailException(f"The param `hour` is wrong: {error}.") from None
    if hour is None:
        raise AirflowFailException(
            "This run has no hour: it was triggered without a logical date. Nothing was done; "
            'trigger it again with the param {"hour": "2025-12-28T02"} or with both ends of the '
            "data interval."
        )
    if hour.start > datetime.now(UTC):
        raise AirflowFailException(
            f"{hour} has not begun: a run of it would wait until then, and all others behind it. "
            'Nothing was done; trigger again with an hour that has begun, such as {"hour": '
            f'"{Hour.of(datetime.now(UTC))}"}}.'
        )
    return str(hour)


HOUR_MACROS = {"hour_of_run": hour_of_run}


def at_or_after(moment: datetime) -> datetime:
    """When to look again: at a moment, but not before Airflow has seen that this look ended.

    Airflow 3.2.1 fails a task that is scheduled again before its executor says so.
    """
    return max(moment, datetime.now(UTC) + SHORTEST_WAIT)


def complete_at(hour: Hour, poll_seconds: int) -> datetime:
    """When the last answer of an hour has surely landed: two polls after its end."""
    return datetime.fromtimestamp(hour.end_s, UTC) + timedelta(seconds=2 * poll_seconds)
