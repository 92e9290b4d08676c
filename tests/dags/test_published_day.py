"""The first task of a day: go on, look again, or skip with a recorded gap."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime, timedelta

import pytest
from flightlake.contracts.days import Day
from flightlake.contracts.hours import Hour
from flightlake.contracts.json_codec import to_json
from flightlake.contracts.results import Judgement, RunResult, result_key
from flightlake.contracts.storage import Lake
from flightlake.contracts.windows import own_hours
from flightlake_dags.compat import AirflowRescheduleException, AirflowSkipException
from flightlake_dags.published_day import gap_key, look_again_at, require_published_hours
from flightlake_dags.raw_hour import gap_key as hour_gap_key

from tests.ledger import ledger_line

DAY = Day.parse("2025-12-28")
TODAY = Day(datetime.now(UTC).date())


def publish(lake: Lake, *hours: Hour, verdict: str = "pass") -> None:
    for hour in hours:
        key = f"silver/state_vectors/date={hour.date}/hour={hour.hour}/region=europe/part.parquet"
        lake.write(key, b"rows")
        found = RunResult(ledger_line(hour, verdict=verdict), Judgement("pass", 9.0, {}, []), {})
        lake.write(result_key("states_hourly", hour, "x"), to_json(found))


def test_a_whole_day_goes_on(lake: Lake) -> None:
    publish(lake, *own_hours(DAY))
    assert require_published_hours(DAY, "run", is_scheduled=True) == 24


def test_a_rejected_hour_and_a_recorded_gap_are_waited_for_no_longer(lake: Lake) -> None:
    first, second, *others = own_hours(TODAY)
    publish(lake, *others)
    publish(lake, first, verdict="rejected")
    with pytest.raises(AirflowRescheduleException):
        require_published_hours(TODAY, "run", is_scheduled=True)
    lake.write(hour_gap_key(second), b"{}")
    assert require_published_hours(TODAY, "run", is_scheduled=True) == 23


@pytest.mark.parametrize("missing", [0, 12, 23, 24])
def test_a_scheduled_run_waits_for_each_hour_and_a_manual_one_does_not(
    lake: Lake, missing: int
) -> None:
    publish(lake, *(hour for n, hour in enumerate(own_hours(TODAY)) if n != missing))
    with pytest.raises(AirflowRescheduleException):
        require_published_hours(TODAY, "run", is_scheduled=True)
    assert require_published_hours(TODAY, "run", is_scheduled=False) == (
        24 if missing == 24 else 23
    )


def test_after_the_deadline_a_day_goes_on_and_says_what_is_missing(
    lake: Lake, caplog: pytest.LogCaptureFixture
) -> None:
    publish(lake, *own_hours(DAY)[:22])
    with caplog.at_level(logging.WARNING):
        assert require_published_hours(DAY, "run", is_scheduled=True) == 22
    assert "goes on without 2025-12-28T22, 2025-12-28T23, 2025-12-29T00" in caplog.text


def test_the_next_look_is_when_the_last_hour_is_due_then_every_ten_minutes_to_the_deadline() -> (
    None
):
    last = own_hours(DAY)[-1:]
    # The hour, two polls of 90 s, and a quarter of an hour for its job.
    due = DAY.end + timedelta(minutes=60 + 3 + 15)
    assert look_again_at(DAY, last, DAY.end, 90) == due
    assert look_again_at(DAY, last, due, 90) == due + timedelta(minutes=10)
    deadline = DAY.end + timedelta(hours=6)
    assert look_again_at(DAY, last, deadline - timedelta(minutes=3), 90) == deadline
    assert look_again_at(DAY, last, deadline, 90) is None
    assert look_again_at(DAY, [], DAY.end, 90) is None


def test_a_day_without_hours_is_skipped_and_recorded_until_one_is_there(lake: Lake) -> None:
    publish(lake, Hour(TODAY.start) + 1)
    with pytest.raises(AirflowSkipException) as skip:
        require_published_hours(DAY, "manual__x", is_scheduled=False)
    message = str(skip.value)
    assert "2025-12-28 was skipped: silver.state_vectors has no hour of it" in message
    assert lake.url_of(gap_key(DAY)) in message
    gap = json.loads(lake.read(gap_key(DAY)))
    assert (gap["day"], gap["run_id"]) == ("2025-12-28", "manual__x")

    publish(lake, Hour(DAY.start) + 2)
    require_published_hours(DAY, "manual__x", is_scheduled=False)
    assert not lake.exists(gap_key(DAY))
