"""Which hour a run is about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flightlake.contracts.hours import Hour
from flightlake_dags.compat import AirflowFailException
from flightlake_dags.hours import SHORTEST_WAIT, at_or_after, hour_of_run

START = datetime(2025, 12, 28, 2, tzinfo=UTC)


def test_a_scheduled_run_is_about_the_start_of_its_interval() -> None:
    assert hour_of_run(None, START) == "2025-12-28T02"


def test_an_hour_that_was_asked_for_comes_before_the_interval() -> None:
    assert hour_of_run("2024-02-29T23", START) == "2024-02-29T23"


def test_a_run_that_names_no_hour_fails_for_good_and_says_what_to_do() -> None:
    with pytest.raises(AirflowFailException, match=r'trigger it again with the param \{"hour"'):
        hour_of_run(None, None)


def test_an_hour_that_has_not_begun_is_refused_and_this_hour_is_not() -> None:
    this_hour = Hour.of(datetime.now(UTC))
    assert hour_of_run(str(this_hour), None) == str(this_hour)
    with pytest.raises(AirflowFailException, match=f"{this_hour + 2} has not begun"):
        hour_of_run(str(this_hour + 2), None)


def test_who_looks_again_at_once_waits_until_airflow_has_seen_the_look_end() -> None:
    now = datetime.now(UTC)
    assert at_or_after(now + timedelta(seconds=1)) >= now + SHORTEST_WAIT
    later = now + timedelta(hours=1)
    assert at_or_after(later) == later


def test_an_hour_that_is_none_is_named() -> None:
    with pytest.raises(AirflowFailException, match="'2025-13-01T00' is not an hour"):
        hour_of_run("2025-13-01T00", None)
