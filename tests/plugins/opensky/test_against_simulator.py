"""Client and poll against the OpenSky simulator, a process of its own, and its faults."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from flightlake.contracts import raw
from opensky.area import BoundingBox
from opensky.client import OpenSkyClient
from opensky.errors import (
    AuthenticationError,
    EgressBlockedError,
    RateLimitedError,
    RedirectRefusedError,
    TimeNotServedError,
    UnavailableError,
    UnusableAnswerError,
)
from opensky.poll import poll_once
from opensky.transport import Clock

PACIFIC = BoundingBox(-60, 100, 70, -70)
SWISS = BoundingBox(45.8, 5.9, 47.9, 10.6)


@pytest.fixture
def paths(control):
    """The paths asked for so far."""
    return lambda: [
        entry["path"].rpartition("/")[2] for entry in control("GET", "requests")["requests"]
    ]


@pytest.fixture
def client(make, simulator, control):
    return OpenSkyClient(
        api_url=f"{simulator}/api",
        client_id="opensky-simulator",
        client_secret=make.simulator_secret,
        auth_url=make.auth_url(simulator),
        read_timeout_s=20,
        clock=Clock(sleep=lambda _: None),
    )


@pytest.fixture
def anonymous(simulator, control):
    return OpenSkyClient(api_url=f"{simulator}/api", clock=Clock(sleep=lambda _: None))


def now() -> datetime:
    return datetime.now(UTC)


def test_a_live_poll_lands_the_world(client, lake):
    landed = poll_once(client, lake, "simulator", now())
    assert landed.is_new
    assert landed.manifest.rows > 100
    assert (landed.manifest.credits_spent, landed.manifest.credits_left) == (4, 396)
    answer, _ = raw.read_object(lake, landed.manifest.object, landed.manifest)
    assert abs(answer.time_s - now().timestamp()) < 60


def test_an_anonymous_poll_lands_an_area_for_its_price(anonymous, control, lake):
    landed = poll_once(anonymous, lake, "simulator", now(), box=SWISS)
    assert (landed.manifest.credits_spent, landed.manifest.credits_left) == (1, 399)
    assert not control("GET", "requests")["requests"][0]["authorization"]


def test_an_area_across_the_antimeridian_is_the_aircraft_on_both_sides_for_both_prices(
    client, control, lake
):
    asked_s = int(now().timestamp()) - 1800
    landed = poll_once(client, lake, "simulator", now(), box=PACIFIC, time_s=asked_s)
    assert (landed.manifest.credits_spent, landed.manifest.credits_left) == (8, 392)
    assert control("GET", "requests")["count"] >= 2
    _, body = raw.read_object(lake, landed.manifest.object, landed.manifest)
    found = {state[0]: state for state in json.loads(body)["states"]}

    world = json.loads(raw.plain_text(client.states(time_s=asked_s).body))["states"]
    is_there = {
        state[0]: (-60 <= state[6] <= 70) and (state[5] >= 100 or state[5] <= -70)
        for state in world
        if state[5] is not None
    }
    assert found.keys() == {address for address, is_inside in is_there.items() if is_inside}
    assert {state[5] > 0 for state in found.values()} == {True, False}
    again = poll_once(client, lake, "simulator", now(), box=PACIFIC, time_s=asked_s)
    assert (again.is_new, again.manifest.object) == (False, landed.manifest.object)


@pytest.mark.parametrize(
    ("fault", "error"),
    [({"kind": "429"}, RateLimitedError), ({"kind": "html"}, UnusableAnswerError)],
)
def test_half_an_area_is_never_landed(fault, error, client, control, lake):
    control("POST", "faults", kind="columns", columns=17)
    control("POST", "faults", **fault)
    with pytest.raises(error):
        poll_once(client, lake, "simulator", now(), box=PACIFIC)
    assert not [key for key in lake.keys(raw.ROOT) if key.endswith(raw.ANSWER_SUFFIX)]
    control("DELETE", "requests")
    assert poll_once(client, lake, "simulator", now(), box=PACIFIC).is_new
    assert control("GET", "requests")["count"] == 2


def test_the_client_asks_for_no_box_across_the_antimeridian(client, control):
    with pytest.raises(ValueError, match="ask for its parts"):
        client.states(box=PACIFIC)
    assert control("GET", "requests")["count"] == 0


def test_a_past_moment_asked_twice_is_one_object(client, lake):
    asked_s = int(now().timestamp()) - 1800
    first = poll_once(client, lake, "simulator", now(), time_s=asked_s, extended=True)
    second = poll_once(client, lake, "simulator", now(), time_s=asked_s, extended=True)
    assert abs(first.manifest.time_s - asked_s) <= 10
    assert (first.is_new, second.is_new) == (True, False)
    assert second.manifest.object == first.manifest.object


def test_a_moment_more_than_an_hour_ago_is_not_served(client):
    with pytest.raises(TimeNotServedError, match="last hour only"):
        client.states(time_s=int(now().timestamp()) - 4000)


def test_real_prices_are_what_we_compute(client, control):
    for box, price in ((None, 4), (SWISS, 1), (BoundingBox(0, 0, 10, 10), 2)):
        control("POST", "credits", remaining=100)
        assert client.states(box=box).credits_left == 100 - price


def test_a_token_outlived_by_the_servers_clock_is_replaced(client, control, paths):
    client.states()
    control("POST", "clock", offset_s=1801)
    client.states()
    assert paths() == ["token", "all", "all", "token", "all"]


def test_wrong_credentials_are_told_apart_from_a_dead_host(make, simulator, control):
    client = OpenSkyClient(
        api_url=f"{simulator}/api",
        client_id="opensky-simulator",
        client_secret="wrong-secret",
        auth_url=make.auth_url(simulator),
    )
    with pytest.raises(AuthenticationError, match="account page"):
        client.states()


def test_spent_credits_say_when_the_bucket_is_full_again(client, control):
    control("POST", "credits", remaining=3)
    with pytest.raises(RateLimitedError) as caught:
        client.states()
    assert now() < caught.value.retry_at <= now() + timedelta(days=1)


@pytest.mark.parametrize("target", ["states", "token"])
def test_two_server_errors_are_ridden_out(target, client, control, paths):
    control("POST", "faults", kind="status", status=502, times=2, target=target)
    assert client.states().answer is not None
    assert paths().count("all" if target == "states" else "token") == 3


def test_a_connection_cut_in_the_middle_is_asked_anew(client, control, paths):
    control("POST", "faults", kind="cut")
    assert client.states().answer is not None
    assert paths().count("all") == 2


def test_a_hanging_answer_ends_at_the_read_time_out(simulator, control):
    client = OpenSkyClient(
        api_url=f"{simulator}/api",
        read_timeout_s=0.3,
        max_attempts=1,
        clock=Clock(sleep=lambda _: None),
    )
    control("POST", "faults", kind="hang", seconds=5)
    with pytest.raises(UnavailableError, match="in time"):
        client.states()


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"kind": "429", "retry_after_s": 77}, RateLimitedError),
        ({"kind": "403"}, EgressBlockedError),
        ({"kind": "522", "times": 4}, EgressBlockedError),
        ({"kind": "status", "status": 503, "times": 4}, UnavailableError),
        ({"kind": "expired_token", "times": 2}, AuthenticationError),
        ({"kind": "redirect"}, RedirectRefusedError),
    ],
    ids=lambda value: value["kind"] if isinstance(value, dict) else value.__name__,
)
def test_a_refusal_is_its_own_error_and_lands_nothing(fault, error, client, control, lake):
    control("POST", "faults", **fault)
    with pytest.raises(error):
        poll_once(client, lake, "simulator", now())
    assert lake.keys(raw.ROOT) == []
    assert poll_once(client, lake, "simulator", now()).is_new


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ({"kind": "html"}, "HTML"),
        ({"kind": "empty_body"}, "empty"),
        ({"kind": "not_object"}, "list"),
        ({"kind": "truncated_gzip"}, "cut short"),
        ({"kind": "gzip_bomb", "megabytes": 64}, "decompresses to more than"),
        ({"kind": "wrong_states"}, "`states` is a str"),
        ({"kind": "other_time", "offset_s": -7200}, "s old"),
        ({"kind": "other_time", "offset_s": 120}, "ahead of our clock"),
        ({"kind": "other_time", "offset_s": 7200}, "after the moment it was fetched"),
        ({"kind": "body", "text": "[" * 10_000}, "nested too deep|not valid JSON"),
        ({"kind": "body", "text": '{"time": 1e400, "states": []}'}, "whole number"),
    ],
)
def test_a_body_that_must_not_be_used_is_kept_and_the_next_poll_succeeds(
    fault, reason, client, control, lake
):
    control("POST", "faults", **fault)
    with pytest.raises(UnusableAnswerError, match=reason):
        poll_once(client, lake, "simulator", now())
    landed = poll_once(client, lake, "simulator", now())
    kept = [key for key in lake.keys(raw.ROOT) if key.endswith(raw.UNREADABLE_SUFFIX)]
    assert len(kept) == 1
    assert landed.is_new


@pytest.mark.parametrize("kind", ["null_states", "wrong_types", "columns", "outside_globe"])
def test_odd_rows_are_landed_as_they_are_for_the_job_to_judge(kind, client, control, lake):
    control("POST", "faults", kind=kind)
    landed = poll_once(client, lake, "simulator", now())
    assert landed.manifest.unreadable_reason is None
    assert (landed.manifest.rows == 0) == (kind == "null_states")
