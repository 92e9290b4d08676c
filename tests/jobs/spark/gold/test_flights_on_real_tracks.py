"""gold.flights of real tracks are the same by the second implementation."""

from __future__ import annotations

from flightlake.transforms.gold.flights import derive
from flightlake_measure.flight_sources import flight_sources
from flightlake_measure.flights_check import compare
from flightlake_measure.polled_sky import silver_states
from flightlake_measure.recorded_tracks import on_one_day, read_tracks, write_responses
from flightlake_measure.simulated_day import DAY


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
