"""What counts as found, fragmented, merged, right and on time."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flightlake_measure.flight_match import DerivedFlight, TrueFlight, accuracy, match, touches

TRUE = TrueFlight(
    "3c6444",
    "DLH1",
    take_off_s=10_000,
    landing_s=14_000,
    departure="EDDF",
    arrival="EGLL",
    first_heard_s=9_800,
    last_heard_s=14_200,
    heard_airborne_s=3_900,
)
FOUND = DerivedFlight(
    "3c6444",
    "DLH1",
    first_seen_s=9_800,
    last_seen_s=14_200,
    take_off_s=10_020,
    landing_s=13_970,
    departure="EDDF",
    arrival="EGLL",
)


def later(flight, by_s):
    """The same flight again, later."""
    return replace(
        flight, **{name: value + by_s for name, value in vars(flight).items() if is_time(name)}
    )


def is_time(name):
    return name.endswith("_s") and name != "heard_airborne_s"


def measured(truth, derived):
    return accuracy(truth, derived, 0, 100_000)


def test_a_sky_that_is_derived_as_it_was_is_all_right():
    of_both = measured([TRUE, later(TRUE, 8_000)], [FOUND, later(FOUND, 8_000)])
    assert (of_both.recall, of_both.precision, of_both.fragmented, of_both.merged) == (1, 1, 0, 0)
    assert (of_both.departure.right, of_both.arrival.right) == (1, 1)
    assert (of_both.take_off.median_s, of_both.landing.median_s) == (20, -30)
    assert of_both.take_off.iqr_s == 0


def test_fragments_are_counted_once_as_found_and_else_as_false():
    first, second = replace(FOUND, last_seen_s=11_000), replace(FOUND, first_seen_s=12_000)
    of_parts = measured([TRUE], [first, second])
    assert (of_parts.recall, of_parts.precision, of_parts.fragmented) == (1, 0.5, 1)
    [(_, largest)] = match([TRUE], [first, second]).pairs
    assert largest == second


def test_two_flights_in_one_are_one_found_and_merged():
    both = replace(FOUND, last_seen_s=20_000)
    of_merged = measured([TRUE, later(TRUE, 5_000)], [both])
    assert (of_merged.recall, of_merged.precision, of_merged.merged) == (0.5, 1, 1)
    assert of_merged.fragmented == 0


def test_what_nobody_flew_is_no_flight_and_what_was_not_derived_is_not_found():
    of_ghosts = measured(
        [TRUE, replace(TRUE, icao24="aaaaaa")], [FOUND, replace(FOUND, icao24="bbbbbb")]
    )
    assert (of_ghosts.recall, of_ghosts.precision) == (0.5, 0.5)
    # A flight that was not found has no airport either.
    assert (of_ghosts.departure.right, of_ghosts.departure.wrong) == (0.5, 0)


def test_a_flight_that_nobody_could_hear_does_not_count():
    unheard = replace(later(TRUE, 8_000), heard_airborne_s=59)
    assert measured([TRUE, unheard], [FOUND]).recall == 1
    assert measured([TRUE, replace(unheard, heard_airborne_s=60)], [FOUND]).recall == 0.5


def test_only_flights_of_the_interval_count_and_their_counterparts_may_lie_outside():
    late = replace(FOUND, last_seen_s=15_000)
    assert accuracy([TRUE, later(TRUE, 90_000)], [FOUND, late], 14_000, 14_500).recall == 1
    assert accuracy([TRUE], [late, FOUND], 14_000, 14_500).derived_flights == 1


@pytest.mark.parametrize(
    ("name", "end"), [("departure", "first_heard_s"), ("arrival", "last_heard_s")]
)
def test_airports_count_where_the_flight_was_covered_and_a_wrong_one_is_not_unknown(name, end):
    uncovered_s = {"first_heard_s": 10_061, "last_heard_s": 13_939}[end]
    uncovered = replace(later(TRUE, 8_000), **{end: uncovered_s + 8_000})
    third, fourth = later(TRUE, 16_000), later(TRUE, 24_000)
    derived = [
        FOUND,
        later(FOUND, 8_000),
        replace(later(FOUND, 16_000), **{name: "EDDK"}),
        replace(later(FOUND, 24_000), **{name: None}),
    ]
    of_end = getattr(measured([TRUE, uncovered, third, fourth], derived), name)
    assert of_end.covered == 3
    assert (of_end.right, of_end.wrong) == (pytest.approx(1 / 3), pytest.approx(1 / 3))
    assert of_end.unknown == pytest.approx(1 / 3)


def test_times_are_measured_where_there_are_any():
    derived = [
        replace(later(FOUND, 8_000 * n), take_off_s=10_000 + 8_000 * n + error_s)
        for n, error_s in enumerate((-10, 0, 10, 30))
    ]
    derived.append(replace(later(FOUND, 32_000), take_off_s=None))
    of_times = measured([later(TRUE, 8_000 * n) for n in range(5)], derived).take_off
    assert of_times.timed == 0.8
    assert (of_times.median_s, of_times.iqr_s) == (5, 17.5)


def test_flights_touch_from_a_minute_on_and_by_name_where_an_address_is_shared():
    assert touches(TRUE, replace(FOUND, first_seen_s=13_940))
    assert not touches(TRUE, replace(FOUND, first_seen_s=13_941))
    shared = replace(TRUE, is_address_shared=True)
    assert touches(shared, FOUND)
    assert not touches(shared, replace(FOUND, callsign="BAW2"))
    assert touches(TRUE, replace(FOUND, callsign=None))


def test_the_order_of_flights_does_not_show():
    same = [FOUND, replace(FOUND, first_seen_s=9_700), replace(FOUND, last_seen_s=14_300)]
    assert match([TRUE], same).pairs == match([TRUE], same[::-1]).pairs
