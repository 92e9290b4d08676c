"""Which rows of a derived table are quarantined, and when that rejects the table."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flightlake.contracts.tables import TABLES
from flightlake.quality.facts import facts_of, with_measures
from flightlake.quality.judge import judge_rows

from tests.table_rows import frame_of_table

FLIGHTS = "gold.flights"
MOMENT = datetime(2025, 12, 28, 2, tzinfo=UTC)
KNOWN = {
    "hours_of_the_day": 24,
    "hours_after_the_day": 1,
    "flights_published_before": 0,
    "flight_ids_before": {"of-yesterday"},
    "rows_usual_at_least": 0,
    "rows_usual_at_most": 1e12,
}


def flight(flight_id="f", **changes):
    """From Frankfurt to London, from 2:00 to 3:00 UTC."""
    return {
        "flight_id": flight_id,
        "callsign": "DLH9LF",
        "first_seen": MOMENT,
        "take_off_time": MOMENT + timedelta(minutes=5),
        "landing_time": MOMENT + timedelta(minutes=55),
        "last_seen": MOMENT + timedelta(minutes=60),
        "departure_airport": "EDDF",
        "arrival_airport": "EGLL",
        "great_circle_distance_m": 650_000.0,
        "flown_distance_m": 660_000.0,
        "duration_s": 3_600,
        "airborne_s": 3_000,
        "largest_gap_s": 90,
        **changes,
    }


def judged(*flights, good=100, **known):
    rows = [*flights, *(flight(f"good-{n}") for n in range(good))]
    rows = with_measures(FLIGHTS, frame_of_table(TABLES[FLIGHTS], rows))
    parameters = {**KNOWN, **known}
    judgement, broken = judge_rows(
        rows, FLIGHTS, {**parameters, **facts_of(FLIGHTS, rows, parameters)}
    )
    assert [found.exception for found in judgement.results if found.exception] == []
    return judgement, broken


def critical(judgement):
    return {each.expectation_id for each in judgement.failed if each.severity == "critical"}


@pytest.mark.parametrize(
    ("odd", "reason"),
    [
        ({"landing_time": MOMENT + timedelta(minutes=5)}, "landing_is_after_take_off"),
        ({"take_off_time": MOMENT - timedelta(1)}, "take_off_is_near_the_first_contact"),
        ({"landing_time": MOMENT + timedelta(1)}, "landing_is_near_the_last_contact"),
        ({"great_circle_distance_m": 1e7}, "mean_speed_is_possible"),
        ({"flown_distance_m": 5e7}, "flown_distance_is_possible"),
    ],
)
def test_one_odd_flight_is_quarantined_and_the_day_is_published(odd, reason):
    judgement, broken = judged(flight(), flight(**odd), flight())
    assert broken == {1: [reason]}
    assert judgement.verdict == "warning"
    assert {each.expectation_id for each in judgement.failed} == {
        reason,
        "few_rows_are_quarantined",
    }


def test_every_reason_of_a_row_is_named():
    late = flight(landing_time=MOMENT + timedelta(1), largest_gap_s=90_000)
    _, broken = judged(late)
    assert broken == {0: ["landing_is_near_the_last_contact", "gap_is_within_the_flight"]}


def test_too_large_a_share_of_odd_flights_rejects_the_day():
    judgement, broken = judged(*[flight(largest_gap_s=9_999)] * 7)
    assert len(broken) == 7
    assert critical(judgement) == {"most_rows_are_good"}
    [share] = [each for each in judgement.failed if each.severity == "critical"]
    assert share.observed == "rows_quarantined is 7"


def test_one_odd_flight_of_ten_does_not_and_of_two_does():
    assert judged(flight(largest_gap_s=9_999), good=9)[0].verdict == "warning"
    assert judged(flight(largest_gap_s=9_999), good=1)[0].verdict == "rejected"


def test_no_flights_where_many_are_usual_are_rejected():
    judgement, _ = judged(good=0, rows_usual_at_least=130_000, rows_usual_at_most=130_000)
    assert critical(judgement) == {"volume_has_not_collapsed"}


def test_no_flights_where_none_are_usual_pass():
    assert judged(good=0)[0].verdict == "pass"


def test_a_day_made_of_fewer_hours_does_not_replace_a_whole_one():
    judgement, _ = judged(hours_of_the_day=3, flights_published_before=300)
    assert critical(judgement) == {"day_keeps_its_flights"}


@pytest.mark.parametrize(
    ("known", "name"),
    [
        ({"hours_of_the_day": 23}, "day_is_covered"),
        ({"hours_after_the_day": 0}, "hour_after_the_day_is_there"),
    ],
)
def test_a_day_that_is_not_whole_is_marked(known, name):
    judgement, _ = judged(**known)
    assert [each.expectation_id for each in judgement.failed] == [name]
    assert judgement.verdict == "warning"


def test_a_flight_that_is_on_the_day_before_too_is_noticed():
    judgement, broken = judged(flight("of-yesterday"))
    assert [each.expectation_id for each in judgement.failed] == ["flights_are_on_one_day"]
    assert broken == {}


@pytest.mark.parametrize(
    ("odd", "name"),
    [
        ({"great_circle_distance_m": 0.0}, "most_flights_go_somewhere"),
        ({"arrival_airport": "EDDF"}, "most_flights_do_not_return"),
        ({"departure_airport": None}, "departures_are_not_lost"),
        ({"arrival_airport": None}, "arrivals_are_not_lost"),
    ],
)
def test_a_day_whose_flights_make_no_sense_is_rejected(odd, name):
    judgement, _ = judged(*[flight(**odd)] * 2_000, good=10)
    assert critical(judgement) == {name}
