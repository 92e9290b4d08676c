"""Each fault does to the next answers what it says, and only to those."""

import gzip
import time
import zlib

import pytest
import requests

START_S = 1_766_880_007
STATES = "/api/states/all"


@pytest.fixture
def faulty(api):
    """Queue a fault and return the next answer."""

    def ask(kind: str, **options: object) -> requests.Response:
        api.control("faults", kind=kind, **options)
        return api.get(STATES)

    return ask


@pytest.mark.parametrize(("kind", "status"), [("403", 403), ("522", 522), ("expired_token", 401)])
def test_a_status_takes_the_place_of_one_answer(api, faulty, kind, status):
    assert faulty(kind).status_code == status
    assert api.get(STATES).status_code == 200


def test_a_429_carries_the_seconds_to_wait(faulty):
    answer = faulty("429", retry_after_s=22_688)
    assert answer.status_code == 429
    assert answer.headers["X-Rate-Limit-Retry-After-Seconds"] == "22688"


def test_a_fault_lasts_for_as_many_answers_as_asked_for(api):
    api.control("faults", kind="status", status=502, times=2)
    assert [api.get(STATES).status_code for _ in range(3)] == [502, 502, 200]


def test_faults_come_in_order_and_each_for_its_own_target(api):
    api.control("faults", kind="status", status=503, target="token")
    api.control("faults", kind="status", status=500)
    api.control("faults", kind="empty_body")
    assert api.get(STATES).status_code == 500
    assert api.get(STATES).content == b""
    assert api.ask_token().status_code == 503
    assert api.ask_token().status_code == 200


def test_html_comes_with_status_200(faulty):
    answer = faulty("html")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/html")
    assert answer.text.startswith("<!DOCTYPE html>")


def test_an_answer_hangs_as_long_as_asked(api):
    api.control("faults", kind="hang", seconds=30)
    with pytest.raises(requests.ReadTimeout):
        requests.get(api.url + STATES, timeout=(5, 0.5))
    api.control("faults", kind="hang", seconds=0.4)
    started = time.monotonic()
    assert api.get(STATES).json()["states"]
    assert time.monotonic() - started >= 0.4


def test_a_connection_is_cut_in_the_middle_of_the_body(api):
    api.control("faults", kind="cut")
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        api.get(STATES)
    assert api.get(STATES).status_code == 200


def test_a_truncated_gzip_ends_in_the_middle(api):
    api.control("faults", kind="truncated_gzip")
    answer = requests.get(api.url + STATES, stream=True, timeout=10)
    packed = answer.raw.read(decode_content=False)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert int(answer.headers["Content-Length"]) == len(packed)
    with pytest.raises(EOFError):
        gzip.decompress(packed)


def test_a_gzip_bomb_is_small_on_the_wire(api):
    api.control("faults", kind="gzip_bomb", megabytes=20)
    answer = requests.get(api.url + STATES, stream=True, timeout=10)
    packed = answer.raw.read(decode_content=False)
    assert len(packed) < 100_000
    assert len(zlib.decompress(packed, 31)) == 20_000_000


@pytest.mark.parametrize(
    ("kind", "options", "body"),
    [
        ("empty_body", {}, b""),
        ("not_object", {}, b"[]"),
        ("body", {"text": '{"time":NaN}'}, b'{"time":NaN}'),
    ],
)
def test_a_body_is_replaced(faulty, kind, options, body):
    answer = faulty(kind, **options)
    assert answer.status_code == 200
    assert answer.content == body


def test_a_redirect_points_to_another_host(faulty):
    answer = faulty("redirect")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "http://elsewhere.invalid/api/states/all"


def test_wrong_types_are_put_into_a_share_of_the_states(api, faulty):
    good = api.get(STATES).json()["states"]
    bad = faulty("wrong_types", share=0.5).json()["states"]
    assert len(bad) == len(good)
    wrong = [state for state in bad if state[6] == "north"]
    assert len(wrong) == round(len(good) / 2)
    assert all(state[3] == "soon" and state[8] == "yes" for state in wrong)
    assert bad[len(wrong) :] == good[len(wrong) :]


def test_the_states_themselves_can_be_no_list_or_null(faulty):
    assert faulty("wrong_states").json()["states"] == "none"
    assert faulty("null_states").json()["states"] is None


def test_an_answer_for_another_time_is_off_by_the_offset(api, faulty):
    good = api.get(STATES).json()
    other = faulty("other_time", offset_s=-7_200).json()
    assert other["time"] == good["time"] - 7_200
    assert other["states"] == good["states"]


def test_one_address_appears_twice(api, faulty):
    good = api.get(STATES).json()["states"]
    bad = faulty("duplicate_icao24").json()["states"]
    assert bad[:-1] == good
    assert bad[-1] == [good[0][0], *good[1][1:]]


def test_rows_can_lie_outside_of_the_globe(faulty):
    states = faulty("outside_globe", share=0.5).json()["states"]
    outside = [state for state in states if state[6] == 91.25]
    assert len(outside) == round(len(states) / 2)


@pytest.mark.parametrize("columns", [0, 16, 18, 25])
def test_rows_can_have_another_number_of_columns(faulty, columns):
    states = faulty("columns", columns=columns).json()["states"]
    assert {len(state) for state in states} == {columns}


def test_an_unknown_fault_is_refused_and_waiting_ones_can_be_forgotten(api):
    url = f"{api.url}/_simulator/faults"
    assert requests.post(url, json={"kind": "fire"}, timeout=10).status_code == 422
    assert requests.post(url, json={"kind": "cut", "time": 2}, timeout=10).status_code == 422
    api.control("faults", kind="403", times=5)
    assert requests.delete(url, timeout=10).json() == {"waiting": 0}
    assert api.get(STATES).status_code == 200
