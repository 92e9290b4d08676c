"""Tracks at full rate become the responses that a poller would have got."""

from __future__ import annotations

import csv
import gzip
import json

import pytest
from flightlake.contracts.days import Day
from flightlake_local.errors import LocalError
from flightlake_measure.recorded_tracks import on_one_day, read_tracks, responses

DAY = Day.parse("2025-12-28")
COLUMNS = (
    *("time_s", "icao24", "callsign", "latitude_deg", "longitude_deg", "baro_altitude_m"),
    *("geo_altitude_m", "is_on_ground", "ground_speed_mps", "true_track_deg", "vertical_rate_mps"),
)
NOON_S = 1_570_276_800  # 2019-10-05


def line(time_s=NOON_S, **changes):
    """A line of a recording: an airliner in the air."""
    usual = dict.fromkeys(COLUMNS, "") | {
        "icao24": "3c6444",
        "callsign": "DLH9LF",
        "latitude_deg": 50.0,
        "longitude_deg": 8.5,
        "baro_altitude_m": 3_000.0,
        "geo_altitude_m": 3_100.0,
        "is_on_ground": "false",
    }
    return usual | {"time_s": time_s} | changes


@pytest.fixture
def tracks_of(tmp_path):
    """The tracks of a recording that holds the lines."""

    def tracks(*lines):
        file = tmp_path / "calibration__here.csv.gz"
        with gzip.open(file, "wt") as opened:
            writer = csv.DictWriter(opened, COLUMNS)
            writer.writeheader()
            writer.writerows(lines)
        return read_tracks(file)

    return tracks


def polled(tracks, every_s=60):
    """What each response holds: the address and age of its states, by its time."""
    return {
        moment_s: [(state[0], moment_s - state[4]) for state in json.loads(body)["states"]]
        for moment_s, body in responses(tracks, every_s)
    }


def test_a_line_is_a_state_as_opensky_sends_it(tracks_of):
    [track] = tracks_of(line(), line(NOON_S + 60, is_on_ground="true", ground_speed_mps=9.5))
    airborne, on_ground = track.states
    assert track.recording == "calibration__here"
    assert airborne[:9] == ["3c6444", "DLH9LF  ", "Unknown", NOON_S, NOON_S, 8.5, 50.0, 3000, False]
    assert airborne[13] == 3_100.0
    assert on_ground[7:10] == [None, True, 9.5]
    assert on_ground[13] is None


def test_without_a_position_the_ground_flag_is_false(tracks_of):
    [track] = tracks_of(line(latitude_deg="", longitude_deg="", is_on_ground="true"))
    [state] = track.states
    assert (state[3], state[4]) == (None, NOON_S)
    assert state[5:9] == [None, None, None, False]


def test_each_response_holds_the_newest_state_that_is_at_most_five_minutes_old(tracks_of):
    tracks = tracks_of(
        line(NOON_S), line(NOON_S + 50), line(NOON_S + 59), line(NOON_S + 100, icao24="4ca7b1")
    )
    assert polled(tracks, 120) == {
        NOON_S: [("3c6444", 0)],
        NOON_S + 120: [("3c6444", 61), ("4ca7b1", 20)],
        NOON_S + 240: [("3c6444", 181), ("4ca7b1", 140)],
        NOON_S + 360: [("4ca7b1", 260)],
    }


def test_every_track_begins_on_the_day_at_its_own_time_under_its_own_address(tracks_of):
    [track] = tracks_of(line(NOON_S), line(NOON_S + 86_400, latitude_deg="", longitude_deg=""))
    first, second = on_one_day([track, track], DAY)
    assert (first.address, second.address) == ("3c6444", "3c6445")
    assert second.icao24 == "3c6444"
    assert [(state[0], state[3], state[4]) for state in second.states] == [
        ("3c6445", DAY.start_s + 43_200, DAY.start_s + 43_200),
        ("3c6445", None, DAY.start_s + 129_600),
    ]
    assert [len(part.states) for part in track.by_day()] == [1, 1]


def test_a_line_that_cannot_be_read_is_named(tracks_of):
    with pytest.raises(LocalError, match=r"calibration__here.csv.gz, line 3: .*3,000"):
        tracks_of(line(), line(baro_altitude_m="3,000"))


def test_a_recording_that_is_absent_is_named(tmp_path):
    with pytest.raises(LocalError, match=r"absent.csv.gz cannot be read"):
        read_tracks(tmp_path / "absent.csv.gz")
