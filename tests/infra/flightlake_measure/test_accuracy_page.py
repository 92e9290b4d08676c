"""The table of docs/flights.md."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from flightlake_measure.flight_match import Accuracy, Airports, TimeError
from flightlake_measure.flights_accuracy import INTERVALS_S, PAGE, with_table

REPO = Path(__file__).parents[3]
EXACT = Accuracy(
    true_flights=1_922,
    derived_flights=1_938,
    recall=0.999,
    precision=0.9949,
    fragmented=0.005,
    merged=0.0,
    departure=Airports(1_623, 0.994, 0.001),
    arrival=Airports(1_599, 0.988, 0.002),
    take_off=TimeError(0.934, -5.0, 20.4),
    landing=TimeError(0.942, 0.5, 28.0),
)


def test_the_table_stands_for_the_one_before_and_leaves_the_page_as_it_is():
    page = (REPO / PAGE).read_text()
    measured = {every_s: replace(EXACT, merged=every_s / 1_000) for every_s in INTERVALS_S}
    written = with_table(page, 150, measured)
    assert with_table(written, 150, measured) == written
    assert written.startswith(page.partition("<!--")[0])
    assert written.endswith(page.rpartition("-->")[2])
    assert "1,922 true flights" in written
    assert "| derived flights that merge several | 1.5 % | 6.0 % | 9.0 % | 30.0 % |" in written
    assert "-5 s (20 s)" in written


def test_the_page_holds_a_measurement_of_every_interval():
    header = "| polled every | " + " | ".join(f"{every_s} s" for every_s in INTERVALS_S) + " |"
    assert header in (REPO / PAGE).read_text()
