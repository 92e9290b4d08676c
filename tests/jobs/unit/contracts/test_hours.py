from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from flightlake.contracts.hours import Hour

HOUR = Hour.parse("2025-12-28T02")


def test_an_hour_is_written_as_it_is_read():
    assert str(HOUR) == "2025-12-28T02"
    assert (HOUR.date, HOUR.hour) == (date(2025, 12, 28), 2)


@pytest.mark.parametrize(
    "text", ["", "2025-12-28", "2025-12-28T24", "2025-02-29T00", "2025-12-28T02:00", "now"]
)
def test_what_is_no_hour_is_refused_with_an_example(text):
    with pytest.raises(ValueError, match="write it as 2025-12-28T02"):
        Hour.parse(text)


@pytest.mark.parametrize("moment_s", [HOUR.start_s, HOUR.start_s + 3599, HOUR.start_s + 3599.999])
def test_an_hour_holds_its_first_second_up_to_its_last(moment_s):
    assert Hour.of(moment_s) == HOUR
    assert int(moment_s) in HOUR


@pytest.mark.parametrize("moment_s", [HOUR.start_s - 1, HOUR.end_s])
def test_an_hour_holds_nothing_outside_it(moment_s):
    assert moment_s not in HOUR
    assert Hour.of(moment_s) != HOUR


def test_a_moment_of_another_time_zone_belongs_to_its_utc_hour():
    kathmandu = timezone(timedelta(hours=5, minutes=45))
    assert Hour.of(datetime(2025, 12, 28, 8, 15, tzinfo=kathmandu)) == HOUR


def test_a_moment_without_a_time_zone_belongs_to_no_hour():
    with pytest.raises(ValueError, match="no time zone"):
        Hour.of(datetime(2025, 12, 28, 2))  # noqa: DTZ001


@pytest.mark.parametrize(
    "start",
    [
        datetime(2025, 12, 28, 2),  # noqa: DTZ001
        datetime(2025, 12, 28, 2, 30, tzinfo=UTC),
        datetime(2025, 12, 28, 2, tzinfo=timezone(timedelta(hours=1))),
    ],
)
def test_only_the_start_of_a_utc_hour_makes_one(start):
    with pytest.raises(ValueError, match="not the start of an hour in UTC"):
        Hour(start)


def test_hours_are_added_across_days_and_ordered():
    assert str(HOUR + 22) == "2025-12-29T00"
    assert str(HOUR - 3) == "2025-12-27T23"
    assert HOUR - 1 < HOUR < HOUR + 1
