"""The first task: go on, look again, or skip with a recorded gap."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from flightlake.contracts import raw
from flightlake.contracts.hours import Hour
from flightlake.contracts.storage import Lake
from flightlake_dags.compat import AirflowRescheduleException, AirflowSkipException
from flightlake_dags.raw_hour import gap_key, last_hour_with_data, require_raw_hour

HOUR = Hour.parse("2025-12-28T02")


def land(lake: Lake, hour: Hour, source: str = "opensky") -> None:
    body = json.dumps({"time": hour.start_s + 90, "states": None}).encode()
    raw.land(lake, body, source=source, fetched_at=datetime.now(UTC))


def test_an_hour_with_answers_goes_on(lake: Lake) -> None:
    land(lake, HOUR)
    land(lake, HOUR, "simulator")
    assert require_raw_hour(HOUR, "run") == 2
    assert not lake.exists(gap_key(HOUR))


def test_an_hour_without_answers_is_skipped_and_recorded(lake: Lake) -> None:
    land(lake, HOUR - 26)
    land(lake, HOUR - 27, "simulator")
    with pytest.raises(AirflowSkipException) as skip:
        require_raw_hour(HOUR, "scheduled__x")
    message = str(skip.value)
    assert "2025-12-28T02 was skipped, no raw data" in message
    assert "the last hour with raw data before it is 2025-12-27T00" in message
    assert lake.url_of(gap_key(HOUR)) in message
    gap = json.loads(lake.read(gap_key(HOUR)))
    assert gap["hour"] == "2025-12-28T02"
    assert gap["last_hour_with_data"] == "2025-12-27T00"
    assert gap["run_id"] == "scheduled__x"


def test_an_empty_lake_has_no_hour_before(lake: Lake) -> None:
    with pytest.raises(AirflowSkipException, match="no hour before it has"):
        require_raw_hour(HOUR, "run")


def test_later_hours_do_not_count_as_before(lake: Lake) -> None:
    land(lake, HOUR + 1)
    land(lake, HOUR + 24)
    assert last_hour_with_data(lake, HOUR) is None


def test_an_hour_whose_last_answers_may_be_landing_is_looked_at_again(lake: Lake) -> None:
    this_hour = Hour.of(datetime.now(UTC))
    land(lake, this_hour)
    with pytest.raises(AirflowRescheduleException) as later:
        require_raw_hour(this_hour, "run")
    end = this_hour.start + timedelta(hours=1)
    assert later.value.reschedule_date == end + timedelta(seconds=2 * 90)


def test_a_gap_that_was_filled_is_no_longer_recorded(lake: Lake) -> None:
    with pytest.raises(AirflowSkipException):
        require_raw_hour(HOUR, "scheduled__x")
    assert lake.exists(gap_key(HOUR))
    land(lake, HOUR)
    require_raw_hour(HOUR, "scheduled__x")
    assert not lake.exists(gap_key(HOUR))
