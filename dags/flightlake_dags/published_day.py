"""Are there published states of a day to process, and if not: what is recorded?"""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime, timedelta

from flightlake.contracts.days import Day
from flightlake.contracts.hours import Hour
from flightlake.contracts.partitions import hours_of
from flightlake.contracts.storage import Lake
from flightlake.contracts.tables import STATE_VECTORS

from flightlake_dags.compat import AirflowRescheduleException, AirflowSkipException
from flightlake_dags.hours import complete_at
from flightlake_dags.settings import get_settings

PROCESSING = timedelta(minutes=15)
"""What states_hourly may take for an hour, a retry included."""

log = logging.getLogger(__name__)


def require_published_hours(day: Day, run_id: str, *, is_scheduled: bool) -> int:
    """Let the run go on with the hours of the day that are published; returns how many.

    A scheduled run waits for the hour after its day; one by hand, or of a backfill, never does.

    Raises:
        AirflowRescheduleException: that hour may still be on its way.
        AirflowSkipException: no hour of the day is published; the gap is then recorded.
    """
    settings = get_settings()
    ready = ready_at(day, settings.poll_seconds)
    if is_scheduled and datetime.now(UTC) < ready:
        log.info("The hour after %s may still be processed; looking again at %s", day, ready)
        raise AirflowRescheduleException(ready)
    lake = Lake(settings.lake_url)
    hours = len(hours_of(lake, STATE_VECTORS, day))
    if not hours:
        raise AirflowSkipException(record_gap(lake, day, run_id))
    lake.remove(gap_key(day))
    log.info("%s has %d of 24 hours published", day, hours)
    return hours


def ready_at(day: Day, poll_seconds: int) -> datetime:
    """When the hour after the day, which its last flights reach into, has surely been published."""
    return complete_at(Hour(day.end), poll_seconds) + PROCESSING


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
