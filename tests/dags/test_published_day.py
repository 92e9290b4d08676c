"""The first task of a day: go on, look again, or skip with a recorded gap."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from flightlake.contracts.days import Day
from flightlake.contracts.storage import Lake
from flightlake_dags.compat import AirflowRescheduleException, AirflowSkipException
from flightlake_dags.published_day import gap_key, require_published_hours

DAY = Day.parse("2025-12-28")
TODAY = Day(datetime.now(UTC).date())


def publish(lake: Lake, day: Day, *hours: int) -> None:
    for hour in hours:
        key = f"silver/state_vectors/date={day}/hour={hour}/region=europe/part.parquet"
        lake.write(key, b"rows")


def test_a_day_goes_on_with_the_hours_that_are_there(lake: Lake) -> None:
    publish(lake, DAY, 0, 1, 23)
    assert require_published_hours(DAY, "run", is_scheduled=True) == 3


def test_a_day_without_hours_is_skipped_and_recorded_until_one_is_there(lake: Lake) -> None:
    publish(lake, TODAY, 1)
    with pytest.raises(AirflowSkipException) as skip:
        require_published_hours(DAY, "manual__x", is_scheduled=False)
    message = str(skip.value)
    assert "2025-12-28 was skipped: silver.state_vectors has no hour of it" in message
    assert lake.url_of(gap_key(DAY)) in message
    gap = json.loads(lake.read(gap_key(DAY)))
    assert (gap["day"], gap["run_id"]) == ("2025-12-28", "manual__x")

    publish(lake, DAY, 2)
    require_published_hours(DAY, "manual__x", is_scheduled=False)
    assert not lake.exists(gap_key(DAY))


def test_a_scheduled_run_waits_for_the_hour_after_its_day_and_one_by_hand_does_not(
    lake: Lake,
) -> None:
    publish(lake, TODAY, 0)
    with pytest.raises(AirflowRescheduleException) as later:
        require_published_hours(TODAY, "run", is_scheduled=True)
    # The hour, two polls of 90 s, and a quarter of an hour for its job.
    assert later.value.reschedule_date == TODAY.end + timedelta(minutes=60 + 3 + 15)
    assert require_published_hours(TODAY, "run", is_scheduled=False) == 1
