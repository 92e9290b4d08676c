"""make flights-tracks: its table, and folders without tracks."""

from __future__ import annotations

from pathlib import Path

import pytest
from flightlake_local.errors import LocalError
from flightlake_measure.flights_accuracy import INTERVALS_S, PAGE
from flightlake_measure.flights_tracks import judged_sky, main, shortcomings, with_table
from flightlake_measure.track_truth import Finding, TrackTruth

REPO = Path(__file__).parents[3]
TRUTH = TrackTruth("calibration__here", "3c6444", 1, "EDDF", "null")
RIGHT = Finding(TRUTH, "flights", "1", "1", "right")
WRONG = Finding(TRUTH, "departure", "EDDF", "EDFE", "wrong")


def test_the_table_stands_for_the_one_before_and_leaves_the_page_as_it_is():
    page = (REPO / PAGE).read_text()
    measured = {every_s: [RIGHT] for every_s in INTERVALS_S[:-1]} | {
        INTERVALS_S[-1]: [RIGHT, WRONG]
    }
    written = with_table(page, measured)
    assert with_table(written, measured) == written
    assert written.startswith(page.partition("<!--")[0])
    assert written.endswith(page.rpartition("-->")[2])
    assert "| number of flights right | 1 | 1 | 1 | 1 |" in written
    assert "| departure wrong | 0 | 0 | 0 | 1 |" in written
    assert "the number of flights of 1, the departure of 1 and the arrival of 0" in written


def test_the_page_holds_real_tracks_before_the_simulated_sky():
    page = (REPO / PAGE).read_text()
    header = "| polled every | " + " | ".join(f"{every_s} s" for every_s in INTERVALS_S) + " |"
    real, simulated = page.split("<!-- made by `make flights-accuracy`")
    assert header in real
    assert header in simulated


def test_what_is_not_right_is_listed_with_what_was_expected():
    assert shortcomings({60: [RIGHT, WRONG]}).splitlines()[2:] == [
        "| calibration__here | 3c6444 | 60 s | departure | EDDF | EDFE |"
    ]
    assert shortcomings({60: [RIGHT]}) == "All of it is right."


def test_where_the_tracks_are_absent_it_says_so(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("TRACKS", str(tmp_path / "none"))
    main()
    assert "holds no truth.csv" in " ".join(capsys.readouterr().out.split())


def test_a_track_that_only_the_truth_names_is_an_error(tmp_path):
    header = "track,icao24,callsign,flights,departure_airport,arrival_airport,note\n"
    (tmp_path / "truth.csv").write_text(header + "calibration__here,3c6444,,1,EDDF,,\n")
    with pytest.raises(LocalError, match=r"calibration__here.csv.gz cannot be read"):
        judged_sky(tmp_path)


def test_the_sql_needs_states_that_an_earlier_run_has_left(tmp_path, monkeypatch):
    header = "track,icao24,callsign,flights,departure_airport,arrival_airport,note\n"
    (tmp_path / "truth.csv").write_text(header)
    monkeypatch.setenv("TRACKS", str(tmp_path))
    monkeypatch.setenv("BY", "sql")
    monkeypatch.setenv("FLIGHTLAKE_LOCAL_STATE_DIR", str(tmp_path))
    with pytest.raises(LocalError, match="run `make flights-tracks` without BY first"):
        main()
