"""Recorded answers are served as they were recorded."""

import gzip
import json
from pathlib import Path

import pytest
from opensky_simulator.replay import Replay, ReplayError
from opensky_simulator.world import World

FIRST_S = 1_766_888_059
STATES = "/api/states/all"
RECORDING = Path(__file__).parents[4] / "shared/data/opensky"


@pytest.fixture
def folder(tmp_path):
    """Three recorded answers, a minute apart, and a file that is none."""
    world = World(seed=9, aircraft=50)
    for step in range(3):
        body = world.answer(FIRST_S + 60 * step)
        if step == 1:
            (tmp_path / "b.json.gz").write_bytes(gzip.compress(body))
        else:
            (tmp_path / f"{'zxa'[step]}.json").write_bytes(body)
    (tmp_path / "other.json").write_text('{"4b1234": []}')
    (tmp_path / "broken.json.gz").write_bytes(b"\x1f\x8bno")
    return tmp_path


def times(replay, moments):
    return [json.loads(replay.answer(moment))["time"] for moment in moments]


def test_the_newest_answer_at_or_before_the_moment_is_served(folder):
    replay = Replay(folder)
    assert replay.first_time_s == FIRST_S
    moments = [FIRST_S - 1, FIRST_S, FIRST_S + 59, FIRST_S + 60, FIRST_S + 120, FIRST_S + 9_999]
    assert [time_s - FIRST_S for time_s in times(replay, moments)] == [0, 0, 0, 60, 120, 120]


def test_gzip_is_told_by_the_bytes_and_not_by_the_name(tmp_path):
    world = World(seed=9, aircraft=5)
    (tmp_path / "packed.json").write_bytes(gzip.compress(world.answer(FIRST_S)))
    (tmp_path / "plain.json.gz").write_bytes(world.answer(FIRST_S + 60))
    assert times(Replay(tmp_path), [FIRST_S, FIRST_S + 60]) == [FIRST_S, FIRST_S + 60]


def test_the_bytes_are_those_of_the_recording(folder):
    assert Replay(folder).answer(FIRST_S) == (folder / "z.json").read_bytes()
    assert Replay(folder / "z.json").answer(FIRST_S) == (folder / "z.json").read_bytes()


def test_a_box_is_cut_out_of_the_recording(folder):
    whole = json.loads(Replay(folder).answer(FIRST_S))["states"]
    west = json.loads(Replay(folder).answer(FIRST_S, bbox=(-90, -180, 90, -30)))["states"]
    assert west == [state for state in whole if state[5] is not None and state[5] <= -30]


def test_nothing_to_replay_is_said_plainly(tmp_path):
    with pytest.raises(ReplayError, match="nothing to replay"):
        Replay(tmp_path)


def test_a_replaying_server_starts_at_the_first_answer_and_steps_on(folder, start_simulator):
    api = start_simulator("--replay", str(folder))
    assert "replay of" in api.output
    assert 0 <= api.get("/health").json()["now_s"] - FIRST_S < 30
    assert api.get(STATES).json()["time"] == FIRST_S
    api.control("clock", now_s=FIRST_S + 125)
    token = api.token()
    assert api.get(STATES, token).json()["time"] == FIRST_S + 120
    assert api.get(STATES, token, time=FIRST_S + 70).json()["time"] == FIRST_S + 60
    assert api.get(STATES, token, time=FIRST_S - 3_600).status_code == 400


def test_the_real_recording_is_replayed_byte_for_byte():
    files = sorted(RECORDING.glob("states-all-world-*.json.gz"))
    if not files:
        pytest.skip(f"no real recording in {RECORDING}")
    replay = Replay(RECORDING)
    assert replay.answer(replay.first_time_s) == gzip.decompress(files[0].read_bytes())
