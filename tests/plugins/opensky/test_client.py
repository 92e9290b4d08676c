"""The client against a real HTTP server that answers from a script."""

import gzip
import socket
import threading
import time
from datetime import timedelta

import pytest
from opensky.area import BoundingBox
from opensky.client import MAX_WIRE_BYTES
from opensky.errors import (
    AuthenticationError,
    BodyTooLargeError,
    ConfigurationError,
    EgressBlockedError,
    RateLimitedError,
    TimeNotServedError,
    UnavailableError,
    UnexpectedStatusError,
)
from opensky.transport import Clock

STATES = "/api/states/all"


def test_an_answer_comes_back_as_it_was_sent_and_with_what_it_holds(make, server, make_client):
    server.answers(STATES, sent := make.ok(left=3992))
    fetched = make_client().states()
    assert fetched.body == sent.body
    assert (fetched.answer.time_s, fetched.answer.rows) == (make.now_s, 2)
    assert fetched.credits_left == 3992
    assert fetched.fetched_at == make.now
    assert fetched.unreadable_reason is None


def test_area_category_and_time_are_asked_for_in_the_apis_words(make, server, make_client):
    make_client().states(box=BoundingBox(45.5, 5, 47, 10), extended=True, time_s=make.now_s - 60)
    assert server.asked_of(STATES)[0].query == {
        "lamin": "45.5",
        "lomin": "5",
        "lamax": "47",
        "lomax": "10",
        "extended": "1",
        "time": str(make.now_s - 60),
    }


def test_only_gzip_is_asked_for(server, make_client):
    make_client().states()
    assert server.asked_of(STATES)[0].headers["accept-encoding"] == "gzip"


def test_an_anonymous_client_sends_no_credentials(server, make_client, tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    make_client(is_anonymous=True).states()
    assert "authorization" not in server.asked_of(STATES)[0].headers
    assert not server.asked_of("/token")


def test_an_anonymous_client_asks_for_no_past_time(make, server, make_client):
    with pytest.raises(TimeNotServedError, match="client id"):
        make_client(is_anonymous=True).states(time_s=make.now_s - 60)
    assert not server.asked


def test_one_token_serves_many_calls_until_a_minute_before_its_end(
    make, server, make_client, wound
):
    client = make_client()
    for seconds in (0, 1000, 739):
        wound.forward(seconds)
        client.states()
    assert len(server.asked_of("/token")) == 1
    wound.forward(1)
    client.states()
    assert len(server.asked_of("/token")) == 2


def test_a_refused_token_is_replaced_once(make, server, make_client):
    server.answers("/token", make.token("old"), make.token("new"))
    server.answers(STATES, make.answer(401), make.ok())
    assert make_client().states().answer.rows == 2
    sent = [asked.headers["authorization"] for asked in server.asked_of(STATES)]
    assert sent == ["Bearer old", "Bearer new"]


def test_a_token_refused_twice_is_an_error_without_a_third_try(make, server, make_client):
    server.answers(STATES, make.answer(401))
    with pytest.raises(AuthenticationError, match="a token just fetched"):
        make_client().states()
    assert len(server.asked_of(STATES)) == 2


def test_refused_credentials_say_where_to_get_good_ones(make, server, make_client):
    server.answers("/token", make.answer(401, b'{"error":"invalid_client"}'))
    with pytest.raises(AuthenticationError, match="account page"):
        make_client().states()
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"{}",
        b'{"access_token": 5}',
        b'{"access_token": "two\\r\\nlines"}',
        b'{"access_token": "good", "expires_in": "soon"}',
        b"[" * 60_000,
    ],
)
def test_an_auth_host_that_gives_no_token_is_named(body, make, server, make_client):
    server.answers("/token", make.answer(200, body))
    with pytest.raises(AuthenticationError, match="without a usable token"):
        make_client().states()


def test_server_errors_are_tried_again_with_growing_random_pauses(make, server, make_client, wound):
    server.answers(STATES, make.answer(500), make.answer(503), make.answer(502), make.ok())
    assert make_client().states().answer.rows == 2
    assert len(wound.slept_s) == 3
    assert all(0 <= pause <= limit for pause, limit in zip(wound.slept_s, (1, 2, 4), strict=True))
    assert len(set(wound.slept_s)) == 3


def test_lasting_server_errors_end_in_one_error(make, server, make_client):
    server.answers(STATES, make.answer(503))
    with pytest.raises(UnavailableError, match="answered 503"):
        make_client(max_attempts=3).states()
    assert len(server.asked_of(STATES)) == 3


@pytest.mark.parametrize("status", [400, 404, 405, 418])
def test_other_refusals_are_not_tried_again(status, make, server, make_client):
    server.answers(STATES, make.answer(status))
    with pytest.raises(UnexpectedStatusError, match=str(status)):
        make_client().states()
    assert len(server.asked_of(STATES)) == 1


def test_no_pause_reaches_past_the_deadline(make, server, make_client, wound):
    server.answers(STATES, make.answer(503))
    with pytest.raises(UnavailableError):
        make_client(deadline_s=5, max_attempts=1000).states()
    assert sum(wound.slept_s) < 5


def test_an_answer_that_hangs_is_given_up(make, start_server, make_client):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        client = make_client(
            is_anonymous=True,
            api_url=f"http://127.0.0.1:{port}/api",
            read_timeout_s=0.1,
            max_attempts=2,
        )
        with pytest.raises(UnavailableError, match="in time"):
            client.states()


def test_a_host_that_drips_bytes_cannot_outlast_the_deadline(make, server, make_client):
    drips = threading.Event()
    server.answers(STATES, make.answer(200, b"x" * 100_000, drips=lambda: drips.wait(0.01)))
    started_s = time.monotonic()
    with pytest.raises(UnavailableError, match="when the time was up"):
        make_client(clock=Clock(), deadline_s=0.5, max_attempts=1).states()
    # To its end, the body would take 1,000 s.
    assert time.monotonic() - started_s < 20


def test_an_answer_cut_off_on_the_wire_is_asked_for_again(make, server, make_client):
    cut = make.ok()
    cut.sends = 20
    server.answers(STATES, cut, make.ok())
    assert make_client().states().answer.rows == 2


def test_a_connection_never_answered_is_called_an_egress_block(make_client):
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        # Once the queue of a listener that accepts nothing is full, connects hang.
        with socket.create_connection(deaf.getsockname()), socket.socket() as filler:
            filler.setblocking(False)
            filler.connect_ex(deaf.getsockname())
            client = make_client(
                is_anonymous=True,
                api_url=f"http://127.0.0.1:{deaf.getsockname()[1]}/api",
                connect_timeout_s=0.2,
                max_attempts=2,
            )
            with pytest.raises(EgressBlockedError, match=r"time-out.*proxy.*relay.*licensed"):
                client.states()


@pytest.mark.parametrize(("status", "calls"), [(403, 1), (522, 3)])
def test_a_blocked_address_is_told_so_by_status(status, calls, make, server, make_client):
    server.answers(STATES, make.answer(status))
    with pytest.raises(EgressBlockedError, match=f"status {status}"):
        make_client(max_attempts=3).states()
    assert len(server.asked_of(STATES)) == calls


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("22688", 22_688),
        ("0", 1),
        ("999999999", 86_400),
        (None, 600),
        ("soon", 600),
        ("-5", 600),
        ("1e9", 600),
        ("9" * 5000, 600),
    ],
)
def test_spent_credits_say_when_to_come_back(header, seconds, make, server, make_client):
    headers = {"X-Rate-Limit-Retry-After-Seconds": header} if header else {}
    server.answers(STATES, make.answer(429, b"", headers))
    with pytest.raises(RateLimitedError) as caught:
        make_client().states()
    assert caught.value.retry_at == make.now + timedelta(seconds=seconds)
    assert len(server.asked_of(STATES)) == 1


def test_a_moment_older_than_an_hour_gets_its_own_error(make, server, make_client):
    server.answers(STATES, make.answer(400))
    with pytest.raises(TimeNotServedError, match="120 minutes ago"):
        make_client().states(time_s=make.now_s - 7200)


def test_a_400_within_the_hour_is_not_blamed_on_the_time(make, server, make_client):
    server.answers(STATES, make.answer(400))
    with pytest.raises(UnexpectedStatusError):
        make_client().states(time_s=make.now_s - 600)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"<!doctype html><h1>Down for maintenance</h1>", "HTML"),
        (b"", "empty"),
        (b"[]", "list"),
        (gzip.compress(b'{"time": 1}')[:-9], "cut short"),
        (gzip.compress(bytes(49 * 1024 * 1024)), "decompresses to more than"),
    ],
    ids=["html", "empty", "list", "truncated", "bomb"],
)
def test_an_unusable_body_comes_back_whole_with_the_reason(body, reason, make, server, make_client):
    server.answers(STATES, make.answer(200, body, {"Content-Encoding": "gzip"}))
    fetched = make_client().states()
    assert fetched.body == body
    assert reason in fetched.unreadable_reason
    assert fetched.answer is None


def test_a_plain_answer_is_read_whatever_its_headers_claim(make, server, make_client):
    plain = make.ok(is_gzip=False)
    plain.headers["Content-Encoding"] = "gzip"
    server.answers(STATES, plain)
    assert make_client().states().answer.rows == 2


def test_a_body_past_the_cap_is_not_read_to_its_end(make, server, make_client):
    server.answers(STATES, make.answer(200, b" " * (MAX_WIRE_BYTES + 1)))
    with pytest.raises(BodyTooLargeError, match="larger than"):
        make_client().states()


@pytest.mark.parametrize("left", ["many", "-4", "", "9" * 5000])
def test_a_count_of_credits_that_makes_no_sense_is_no_count(left, make, server, make_client):
    answer = make.ok(left=None)
    answer.headers["X-Rate-Limit-Remaining"] = left
    server.answers(STATES, answer)
    assert make_client().states().credits_left is None


@pytest.mark.parametrize(
    "options",
    [
        {"api_url": "http://opensky-network.org/api"},
        {"api_url": "https://someone:word@opensky-network.org/api"},
        {"api_url": "ftp://127.0.0.1/api"},
        {"api_url": "opensky-network.org"},
        {"api_url": "https://host:port/api"},
        {"auth_url": "http://auth.opensky-network.org/token"},
        {"proxy": "socks5://127.0.0.1:1080"},
        {"proxy": "127.0.0.1:3128"},
    ],
)
def test_unsafe_addresses_are_refused_before_anything_is_sent(options, server, make_client):
    with pytest.raises(ConfigurationError):
        make_client(**options)
    assert not server.asked


def test_credentials_for_another_host_need_that_hosts_auth_url(make_client):
    with pytest.raises(ConfigurationError, match="auth URL"):
        make_client(api_url="https://relay.example/api", auth_url=None)


def test_a_client_id_without_its_secret_is_refused(server, make_client):
    with pytest.raises(ConfigurationError, match="only one"):
        make_client(is_anonymous=True, client_id="someone")


def test_the_environments_proxy_is_not_used_on_this_machine(server, make_client, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    assert make_client().states().answer.rows == 2
