"""Is there raw data to process, and if not: since when, and who is told?"""

from __future__ import annotations

import json
import logging
from datetime import UTC, date, datetime

from flightlake.contracts import raw
from flightlake.contracts.hours import Hour
from flightlake.contracts.storage import Lake

from flightlake_dags.compat import AirflowRescheduleException, AirflowSkipException
from flightlake_dags.hours import at_or_after, complete_at
from flightlake_dags.settings import get_settings

GAPS = "gaps/states_hourly"

log = logging.getLogger(__name__)


def require_raw_hour(hour: Hour, run_id: str) -> int:
    """Let the run go on once the hour has all its raw objects; returns how many.

    Raises:
        AirflowRescheduleException: the hour is not over, or its last answers may be on their way.
        AirflowSkipException: it is over and has none; the gap is then recorded in the lake.
    """
    settings = get_settings()
    complete = complete_at(hour, settings.poll_seconds)
    if datetime.now(UTC) < complete:
        log.info("The last answers of %s may still be landing; looking again at %s", hour, complete)
        raise AirflowRescheduleException(at_or_after(complete))
    lake = Lake(settings.lake_url)
    objects = raw.objects_of(lake, hour)
    if not objects:
        raise AirflowSkipException(record_gap(lake, hour, run_id, "no raw data"))
    lake.remove(gap_key(hour))
    log.info("%s has %s raw objects", hour, f"{len(objects):,}")
    return len(objects)


def gap_key(hour: Hour) -> str:
    """Where the record of an hour without usable data lies."""
    return f"{GAPS}/date={hour.date}/hour={hour.hour:02d}.json"


def record_gap(lake: Lake, hour: Hour, run_id: str, reason: str) -> str:
    """Write down that an hour has no usable data; returns the message for people."""
    last = last_hour_with_data(lake, hour)
    since = f"the last hour with raw data before it is {last}" if last else "no hour before it has"
    gap = {
        "hour": str(hour),
        "reason": reason,
        "last_hour_with_data": str(last) if last else None,
        "run_id": run_id,
        "recorded_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    lake.write(gap_key(hour), json.dumps(gap, indent=1).encode())
    return (
        f"{hour} was skipped, {reason}; {since}. Nothing was published, and the gap is recorded in "
        f"{lake.url_of(gap_key(hour))}. See whether opensky_poll runs and what its log says; land "
        "recorded answers of the hour if there are any, then clear this run to process it."
    )


def last_hour_with_data(lake: Lake, before: Hour) -> Hour | None:
    """The newest hour before another that has raw objects, from any source."""
    found = [
        hour
        for source in lake.folders(raw.ROOT)
        if (hour := _last_hour_of(lake, source, before)) is not None
    ]
    return max(found, default=None)


def _last_hour_of(lake: Lake, source: str, before: Hour) -> Hour | None:
    for day_folder in reversed(lake.folders(source)):
        if date.fromisoformat(day_folder.rpartition("date=")[2]) > before.date:
            continue
        for folder in reversed(lake.folders(day_folder)):
            hour = raw.hour_of_key(f"{folder}/")
            if hour < before and raw.objects_of(lake, hour):
                return hour
    return None
