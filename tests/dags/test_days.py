"""Which day a run is about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from flightlake_dags.compat import AirflowFailException
from flightlake_dags.days import day_of_run

START = datetime(2025, 12, 28, tzinfo=UTC)


def test_a_scheduled_run_is_about_the_day_of_its_interval() -> None:
    assert day_of_run(None, START) == "2025-12-28"


def test_a_day_is_utc_whatever_the_zone_of_the_interval() -> None:
    assert day_of_run(None, START.astimezone(timezone(timedelta(hours=-5)))) == "2025-12-28"


def test_a_day_that_was_asked_for_comes_before_the_interval() -> None:
    assert day_of_run("2024-02-29", START) == "2024-02-29"


def test_a_run_that_names_no_day_fails_for_good_and_says_what_to_do() -> None:
    with pytest.raises(AirflowFailException, match=r'trigger it again with the param \{"date"'):
        day_of_run(None, None)


def test_a_day_that_has_not_begun_is_refused_and_today_is_not() -> None:
    today = datetime.now(UTC).date()
    assert day_of_run(str(today), None) == str(today)
    with pytest.raises(AirflowFailException, match="has not begun"):
        day_of_run(str(today + timedelta(days=2)), None)


def test_a_day_that_is_none_is_named() -> None:
    with pytest.raises(AirflowFailException, match="'2025-02-29' is not a day"):
        day_of_run("2025-02-29", None)
