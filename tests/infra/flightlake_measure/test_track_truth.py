"""What is right of the flights derived from a real track."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flightlake_local.errors import LocalError
from flightlake_measure.flight_match import DerivedFlight
from flightlake_measure.track_truth import TrackTruth, counts, judge, judge_all, read_truth

HEADER = "track,icao24,callsign,flights,departure_airport,arrival_airport,note\n"
TRUTH = TrackTruth("calibration__here", "3c6444", 1, "EDDF", "EGLL")
FLIGHT = DerivedFlight(
    "3c6444", "DLH1", first_seen_s=0, last_seen_s=900, departure="EDDF", arrival="EGLL"
)


def outcomes(truth, *flights):
    """What became of each thing that is judged, and what was derived."""
    return {each.subject: (each.outcome, each.got) for each in judge(truth, flights)}


def test_a_track_derived_as_it_was_flown_is_right():
    assert outcomes(TRUTH, FLIGHT) == {
        "flights": ("right", "1"),
        "departure": ("right", "EDDF"),
        "arrival": ("right", "EGLL"),
    }


def test_a_tracks_ends_are_those_of_its_first_and_last_flight():
    later = replace(FLIGHT, first_seen_s=1_000, last_seen_s=2_000, departure="EGLL", arrival="LFPG")
    assert outcomes(TRUTH, later, FLIGHT) == {
        "flights": ("too many", "2"),
        "departure": ("right", "EDDF"),
        "arrival": ("wrong", "LFPG"),
    }


def test_an_end_that_must_stay_unknown_is_right_as_null_and_wrong_as_an_airport():
    truth = replace(TRUTH, departure="null", arrival="null")
    found = outcomes(truth, replace(FLIGHT, departure=None))
    assert (found["departure"], found["arrival"]) == (("right", "null"), ("wrong", "EGLL"))


def test_an_end_that_is_known_is_null_where_no_airport_or_no_flight_was_derived():
    assert outcomes(TRUTH, replace(FLIGHT, departure=None))["departure"] == ("null", "null")
    assert outcomes(TRUTH) == {
        "flights": ("too few", "0"),
        "departure": ("null", "no flight"),
        "arrival": ("null", "no flight"),
    }


def test_what_is_not_known_is_not_judged():
    assert outcomes(TrackTruth("gliders__here", "3c6444", None, "", ""), FLIGHT) == {}
    parked = TrackTruth("onground__here", "3c6444", 0, "", "")
    assert outcomes(parked) == {"flights": ("right", "0")}


def test_outcomes_are_counted_by_the_address_that_a_track_flies_under():
    of_address = {"3c6444": TRUTH, "3c6445": replace(TRUTH, recording="calibration__there")}
    found = judge_all(of_address, [FLIGHT, replace(FLIGHT, icao24="ffffff")])
    assert counts(found, "flights") == {"right": 1, "too few": 1}
    assert counts(found, "departure") == {"right": 1, "null": 1}


def test_truth_is_read_line_by_line(tmp_path):
    file = tmp_path / "truth.csv"
    file.write_text(HEADER + "a,3c6444,X,1,null,LSZH,\nb,4b17e5,Y,0,,,parked\nc,ddfd15,Z,,LFNZ,,\n")
    assert read_truth(file) == [
        TrackTruth("a", "3c6444", 1, "null", "LSZH"),
        TrackTruth("b", "4b17e5", 0, "", ""),
        TrackTruth("c", "ddfd15", None, "LFNZ", ""),
    ]


def test_a_line_of_the_truth_that_cannot_be_read_is_named(tmp_path):
    file = tmp_path / "truth.csv"
    file.write_text(HEADER + "a,3c6444,X,one,null,LSZH,\n")
    with pytest.raises(LocalError, match=r"truth.csv, line 2: .*one"):
        read_truth(file)
