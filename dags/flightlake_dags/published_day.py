"""Are the hours of a day published, and if not: what is waited for, and what is recorded?"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from flightlake.contracts.days import Day
from flightlake.contracts.hours import Hour
from flightlake.contracts.partitions import hours_of
from flightlake.contracts.storage import Lake
from flightlake.contracts.tables import STATE_VECTORS
from flightlake.contracts.windows import own_hours

from flightlake_dags.compat import AirflowRescheduleException, AirflowSkipException
from flightlake_dags.hour_runs import runs_of_hours
from flightlake_dags.hours import complete_at
from flightlake_dags.raw_hour import gap_key as hour_gap_key
from flightlake_dags.settings import get_settings

PROCESSING = timedelta(minutes=15)
"""What states_hourly may take for an hour, a retry included."""
LOOK_EVERY = timedelta(minutes=10)
DEADLINE = timedelta(hours=6)
"""After the end of a day: its run goes on with what is there, and says what is not."""

log = logging.getLogger(__name__)


def require_published_hours(day: Day, run_id: str, *, is_scheduled: bool) -> int:
    """Let the run go on with the hours of the day that are published; returns how many.

    A scheduled run waits until each hour of its day, and the first of the next, is published,
    rejected or a recorded gap, at most until ``DEADLINE``. A manual run, and one of a backfill,
    goes on at once. What is missing makes the day stale once it is there.

    Raises:
        AirflowRescheduleException: an hour is still on its way.
        AirflowSkipException: no hour of the day is published; the gap is then recorded.
    """
    settings, now = get_settings(), datetime.now(UTC)
    lake = Lake(settings.lake_url)
    waiting = unsettled_hours(lake, day)
    if is_scheduled and (again := look_again_at(day, waiting, now, settings.poll_seconds)):
        log.info("%s waits for %s; looking again at %s", day, _named(waiting), again)
        raise AirflowRescheduleException(again)
    hours = len(hours_of(lake, STATE_VECTORS, day))
    if not hours:
        raise AirflowSkipException(record_gap(lake, day, run_id))
    lake.remove(gap_key(day))
    log.info("%s has %d of 24 hours published", day, hours)
    if waiting:
        log.warning(
            "%s goes on without %s: neither published nor rejected nor a recorded gap. Flights of "
            "these hours are missing or cut; lake_repair makes the day again once they are there",
            day,
            _named(waiting),
        )
    return hours


def unsettled_hours(lake: Lake, day: Day) -> list[Hour]:
    """The hours of a day, and the first of the next, that no run has judged and that no gap
    explains."""
    hours = own_hours(day)
    judged = runs_of_hours(lake, hours)
    return [hour for hour in hours if hour not in judged and not lake.exists(hour_gap_key(hour))]


def look_again_at(
    day: Day, waiting: Sequence[Hour], now: datetime, poll_seconds: int
) -> datetime | None:
    """When to look again at hours that are waited for; None where the run goes on."""
    deadline = day.end + DEADLINE
    if not waiting or now >= deadline:
        return None
    return min(deadline, max(ready_at(day, poll_seconds), now + LOOK_EVERY))


def ready_at(day: Day, poll_seconds: int) -> datetime:
    """When the hour after the day, which its last flights reach into, is published at the latest
    where all goes well."""
    return complete_at(Hour(day.end), poll_seconds) + PROCESSING


def _named(hours: Sequence[Hour]) -> str:
    return ", ".join(map(str, hours))


def gap_key(day: Day) -> str:
    """Where the record of a day without published states lies."""
    return f"gaps/flights_daily/date={day}.json"


def record_gap(lake: Lake, day: Day, run_id: str) -> str:
    """Write down that a day has no published states; returns the message for people."""
    gap = {
        "day": str(day),
        "reason": f"no hour in {STATE_VECTORS.full_name}",
        "run_id": run_id,
        "recorded_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    lake.write(gap_key(day), json.dumps(gap, indent=1).encode())
    return (
        f"{day} was skipped: {STATE_VECTORS.full_name} has no hour of it. Nothing was derived, and "
        f"the gap is recorded in {lake.url_of(gap_key(day))}. See what became of the runs of "
        "states_hourly of that day; once an hour of it is published, clear this run."
    )
