"""Credits: costs by area, buckets by tier, and refills."""

import pytest
from opensky_simulator.credits import TIERS, Accounts, Bucket, flights_cost, states_cost

START_S = 1_766_880_007
STATES = "/api/states/all"
ONE_DEGREE = {"lamin": 40, "lomin": -80, "lamax": 41, "lomax": -79}
REMAINING, RETRY_AFTER = "X-Rate-Limit-Remaining", "X-Rate-Limit-Retry-After-Seconds"


@pytest.mark.parametrize(
    ("bbox", "cost"),
    [
        ((0, 0, 5, 5), 1),
        ((0, 0, 5, 5.1), 2),
        ((0, 0, 10, 10), 2),
        ((0, 0, 10, 10.1), 3),
        ((0, 0, 20, 20), 3),
        ((0, 0, 20, 20.1), 4),
        (None, 4),
    ],
)
def test_states_cost_by_area(bbox, cost):
    assert states_cost(bbox) == cost


def test_flights_of_past_days_cost_more():
    assert flights_cost(START_S, START_S - 3_600) == 4
    assert flights_cost(START_S, START_S - 90_000) == 30


@pytest.mark.parametrize("tier", TIERS)
def test_a_bucket_is_full_again_when_it_said(tier):
    now = [float(START_S)]
    bucket = Bucket(TIERS[tier], lambda: now[0])
    assert bucket.take(TIERS[tier].credits)
    assert not bucket.take(1)
    wait_s = bucket.retry_after_s()
    assert 0 < wait_s <= TIERS[tier].period_s
    now[0] += wait_s - 1
    assert bucket.remaining == 0
    now[0] += 1
    assert bucket.remaining == TIERS[tier].credits


def test_tiers_have_the_published_credits():
    assert {name: tier.credits for name, tier in TIERS.items()} == {
        "anonymous": 400,
        "standard": 4_000,
        "active": 8_000,
        "licensed": 14_400,
    }


def test_the_buckets_of_endpoints_and_visitors_are_independent():
    accounts = Accounts("standard", lambda: START_S)
    assert accounts.bucket(True, "states").take(4_000)
    assert accounts.bucket(True, "flights").remaining == 4_000
    assert accounts.bucket(True, "tracks").remaining == 4_000
    assert accounts.bucket(False, "states").remaining == 400


def test_the_header_counts_down_by_the_cost_of_each_request(api):
    token = api.token()
    assert api.get(STATES, token).headers[REMAINING] == "3996"
    assert api.get(STATES, token, **ONE_DEGREE).headers[REMAINING] == "3995"
    assert api.get(STATES).headers[REMAINING] == "396"


def test_an_exhausted_bucket_answers_429_with_the_seconds_to_wait(api):
    token = api.token()
    api.control("credits", remaining=3)
    refused = api.get(STATES, token)
    assert refused.status_code == 429
    assert 0 < int(refused.headers[RETRY_AFTER]) <= 86_400
    assert REMAINING not in refused.headers
    assert api.get(STATES, token, **ONE_DEGREE).headers[REMAINING] == "2"
    assert api.get(STATES).status_code == 200
    api.control("clock", now_s=START_S + int(refused.headers[RETRY_AFTER]))
    assert api.get(STATES, api.token()).headers[REMAINING] == "3996"


def test_refused_requests_cost_nothing(api):
    token = api.token()
    assert api.get(STATES, token, time=1).status_code == 400
    assert api.get(STATES, token).headers[REMAINING] == "3996"
