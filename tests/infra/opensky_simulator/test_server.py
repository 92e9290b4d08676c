"""The HTTP contract, asked with plain requests of a real process."""

import gzip
import json
import socket
import subprocess
import sys
from pathlib import Path

import opensky_simulator
import pytest
import requests
from opensky_simulator.world import World

START_S = 1_766_880_007
STATES = "/api/states/all"
BOX = {"lamin": 30, "lomin": -100, "lamax": 45, "lomax": -75}


def test_the_process_says_where_it_is_and_listens_on_loopback_only(api):
    assert api.output.startswith("opensky_simulator ready at http://127.0.0.1:")
    port = int(api.url.rsplit(":", 1)[1])
    with socket.socket() as outside, pytest.raises(OSError, match="refused"):
        outside.connect(("127.0.0.2", port))
    assert api.get("/health").json() == {"status": "ok", "now_s": START_S}


def test_a_token_is_given_for_thirty_minutes_to_the_right_client_only(api):
    answer = api.ask_token()
    assert answer.status_code == 200
    assert answer.json()["expires_in"] == 1800
    assert answer.json()["token_type"] == "Bearer"
    assert api.ask_token(secret="wrong").status_code == 401
    assert api.ask_token(client_id="somebody").status_code == 401
    assert api.ask_token(grant_type="password").status_code == 401


def test_a_token_expires_and_a_wrong_one_is_refused_although_anonymous_would_do(api):
    token = api.token()
    api.control("clock", now_s=START_S + 1_799)
    assert api.get(STATES, token).status_code == 200
    api.control("clock", now_s=START_S + 1_801)
    assert api.get(STATES, token).status_code == 401
    assert api.get(STATES, "nonsense").status_code == 401
    assert api.get(STATES).status_code == 200


def test_the_anonymous_get_the_newest_states_every_ten_seconds_whatever_time_says(api):
    asked = api.get(STATES, time=START_S - 1_800).json()
    assert asked["time"] == START_S - START_S % 10
    api.control("clock", now_s=START_S + 2)
    assert api.get(STATES).json() == asked


def test_the_authenticated_may_ask_back_one_hour_every_five_seconds(api):
    token = api.token()
    assert api.get(STATES, token).json()["time"] == START_S - START_S % 5
    then = START_S - 3_600
    assert api.get(STATES, token, time=then).json()["time"] == then - then % 5
    assert api.get(STATES, token, time=then - 1).status_code == 400
    assert api.get(STATES, token, time="yesterday").status_code == 400
    assert api.get(STATES, token, time=START_S + 500).json()["time"] == START_S - START_S % 5


def test_the_answer_is_that_of_the_world_of_the_same_seed(api):
    time_s = START_S - START_S % 10
    assert api.get(STATES).content == World(seed=3, aircraft=300).answer(time_s)


def test_extended_adds_the_category(api):
    assert {len(state) for state in api.get(STATES).json()["states"]} == {17}
    assert {len(state) for state in api.get(STATES, extended=1).json()["states"]} == {18}


def test_aircraft_can_be_chosen_by_repeated_icao24(api):
    wanted = [state[0] for state in api.get(STATES).json()["states"][:2]]
    states = api.get(STATES, icao24=[wanted[0], wanted[1].upper()]).json()["states"]
    assert sorted(state[0] for state in states) == sorted(wanted)
    assert api.get(STATES, icao24="000001").json()["states"] is None
    assert api.get(STATES, icao24="xyz").status_code == 400


def test_a_bounding_box_needs_all_four_sides(api):
    states = api.get(STATES, **BOX).json()["states"]
    assert states
    assert all(30 <= s[6] <= 45 and -100 <= s[5] <= -75 for s in states)
    for name in BOX:
        without = {key: value for key, value in BOX.items() if key != name}
        assert api.get(STATES, **without).status_code == 400
    assert api.get(STATES, **BOX | {"lamin": "south"}).status_code == 400
    assert api.get(STATES, **BOX | {"lamin": "nan"}).status_code == 400


def test_an_empty_box_is_null_and_not_an_empty_list(api):
    answer = api.get(STATES, lamin=-89.9, lomin=0, lamax=-89.8, lomax=1)
    assert answer.json()["states"] is None


def test_gzip_is_used_where_it_is_asked_for(api):
    packed = requests.get(
        api.url + STATES, headers={"Accept-Encoding": "gzip"}, stream=True, timeout=10
    )
    body = packed.raw.read(decode_content=False)
    assert packed.headers["Content-Encoding"] == "gzip"
    plain = requests.get(api.url + STATES, headers={"Accept-Encoding": "identity"}, timeout=10)
    assert "Content-Encoding" not in plain.headers
    assert gzip.decompress(body) == plain.content


def test_own_states_need_a_token(api):
    assert api.get("/api/states/own").status_code == 403
    assert api.get("/api/states/own", api.token()).json()["states"] is None


def test_yesterdays_flights_are_told_in_windows_of_two_hours(api):
    midnight_s = START_S - START_S % 86_400
    begin_s = midnight_s - 43_200
    found = api.get("/api/flights/all", begin=begin_s, end=begin_s + 7_200)
    truth = api.get("/_simulator/flights", begin=begin_s, end=begin_s + 7_200).json()
    finished = [f for f in truth if f["take_off_s"] >= begin_s and f["landing_s"] < midnight_s]
    starts = sorted(flight["take_off_s"] for flight in finished)
    assert found.status_code == 200
    assert sorted(flight["firstSeen"] for flight in found.json()) == starts
    assert api.get("/api/flights/all", begin=begin_s, end=begin_s + 7_201).status_code == 400


def test_no_flights_are_a_404_with_an_empty_body(api):
    today = api.get("/api/flights/all", begin=START_S - 600, end=START_S)
    assert today.status_code == 404
    assert today.content == b""


def test_requests_are_logged_with_whether_they_had_a_token_but_never_the_token(api):
    token = api.token()
    api.get(STATES, token, time=START_S)
    api.get(STATES)
    text = requests.get(api.url + "/_simulator/requests", timeout=10).text
    log = json.loads(text)
    assert log["count"] == 3
    assert [entry["authorization"] for entry in log["requests"]] == [False, True, False]
    assert [entry["status"] for entry in log["requests"]] == [200, 200, 200]
    assert log["requests"][1]["query"] == f"time={START_S}"
    assert token not in text
    assert "secret" not in text


def test_the_clock_can_run_with_an_offset(api):
    real = api.control("clock")["now_s"]
    shifted = api.control("clock", offset_s=-7_200)["now_s"]
    assert -7_201 < shifted - real < -7_190


def test_a_taken_port_is_one_clear_line(api):
    port = api.url.rsplit(":", 1)[1]
    command = [sys.executable, "-m", "opensky_simulator", "--aircraft", "10", "--port", port]
    path = str(Path(opensky_simulator.__file__).parents[1])
    run = subprocess.run(
        command, env={"PYTHONPATH": path}, capture_output=True, text=True, check=False
    )
    assert run.returncode == 1
    assert run.stderr.count("\n") == 1
    assert f"port {port}" in run.stderr
