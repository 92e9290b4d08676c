"""gold.flights of real tracks: as they were flown, and the same by the second implementation."""

from __future__ import annotations

from collections import Counter

import pytest
from flightlake.transforms.gold.flights import derive
from flightlake_measure.flight_sources import flight_sources
from flightlake_measure.flights_accuracy import derived_flights
from flightlake_measure.flights_check import compare
from flightlake_measure.flights_tracks import days_of, findings, judged_sky, states_of
from flightlake_measure.polled_sky import silver_states
from flightlake_measure.recorded_tracks import on_one_day, read_tracks, write_responses
from flightlake_measure.simulated_day import DAY
from flightlake_measure.track_truth import counts


@pytest.fixture
def found(spark, real_tracks, tmp_path):
    """What is right and what is not of the tracks, polled every so many seconds."""

    def of_interval(every_s):
        sky = judged_sky(real_tracks)
        states = states_of(spark, sky, every_s, tmp_path).persist()
        judged = findings(sky, derived_flights(flight_sources(spark, states), days_of(sky)))
        states.unpersist()
        return judged

    return of_interval


def not_right(counted: Counter[str]) -> int:
    return counted.total() - counted["right"]


@pytest.mark.parametrize("every_s", [pytest.param(15, marks=pytest.mark.nightly), 60, 90])
def test_flights_of_a_usual_poll_are_as_they_were_flown(found, every_s):
    of_all = found(every_s)
    shortfall = [finding for finding in of_all if finding.outcome != "right"]
    assert [finding for finding in shortfall if finding.subject == "flights"] == []
    assert [finding for finding in shortfall if finding.outcome == "wrong"] == []
    for end in ("departure", "arrival"):
        assert not_right(counts(of_all, end)) <= 1, shortfall


@pytest.mark.nightly
def test_flights_of_a_slow_poll_are_mostly_as_they_were_flown(found):
    of_all = found(300)
    departures, arrivals = counts(of_all, "departure"), counts(of_all, "arrival")
    for counted in (departures, arrivals):
        assert counted["right"] >= 0.75 * counted.total()
    assert departures["wrong"] + arrivals["wrong"] <= 2


def test_a_day_of_all_tracks_is_the_same_by_both_implementations(spark, real_tracks, tmp_path):
    files = sorted(real_tracks.glob("*.csv.gz"))
    parts = [part for file in files for track in read_tracks(file) for part in track.by_day()]
    polled = write_responses(on_one_day(parts, DAY), 60, tmp_path)
    states = silver_states(spark, polled, 60).persist()
    sources = flight_sources(spark, states)
    flights, differences = compare(sources, derive(sources, DAY).toArrow(), DAY.date)
    states.unpersist()
    assert differences == []
    assert flights > len(files)
