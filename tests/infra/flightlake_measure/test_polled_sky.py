"""When the true flights of a simulated sky were heard."""

from __future__ import annotations

from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from flightlake_measure.polled_sky import BEGIN_S, END_S, true_flights
from opensky_simulator.world import World

AIRCRAFT = 20


@pytest.fixture(scope="module")
def flown():
    """The true flights; addresses that two aircraft share last."""
    flights = World(7, AIRCRAFT).flights(BEGIN_S, END_S)
    ghosts = {flight["icao24"] for flight in flights if flight["ghost"]}
    return sorted(flights, key=lambda flight: flight["icao24"] in ghosts)


@pytest.fixture
def heard(tmp_path):
    """The true flights that were heard, from (icao24, callsign, contact in s, is on ground)."""

    def of_contacts(*contacts):
        rows = [
            {
                "icao24": icao24,
                "callsign": callsign,
                "last_contact": datetime.fromtimestamp(contact_s, UTC),
                "is_on_ground": is_on_ground,
            }
            for icao24, callsign, contact_s, is_on_ground in contacts
        ]
        pq.write_table(pa.Table.from_pylist(rows), tmp_path / "states.parquet")
        return true_flights(AIRCRAFT, tmp_path)

    return of_contacts


def test_a_flight_is_heard_from_its_first_contact_to_its_last_and_in_the_air_between(flown, heard):
    one = flown[0]
    icao24, off_s, on_s = one["icao24"], one["take_off_s"], one["landing_s"]
    [found] = heard(
        (icao24, None, off_s - 300, True),
        (icao24, None, off_s + 10, False),
        (icao24, None, on_s - 20, False),
        (icao24, None, on_s + 200, True),
        ("ffffff", None, off_s, False),
    )
    assert (found.icao24, found.departure, found.arrival) == (
        icao24,
        one["departure"],
        one["arrival"],
    )
    assert (found.first_heard_s, found.last_heard_s) == (off_s - 300, on_s + 200)
    assert found.heard_airborne_s == on_s - off_s - 30
    assert not found.is_address_shared


def test_a_flight_that_is_heard_on_the_ground_only_was_not_heard_in_the_air(flown, heard):
    [found] = heard((flown[0]["icao24"], None, flown[0]["take_off_s"] - 60, True))
    assert found.heard_airborne_s == 0
    assert not found.is_observable


def test_of_two_aircraft_with_one_address_the_callsign_tells_which_was_heard(flown, heard):
    ghost = flown[-1]
    middle_s = (ghost["take_off_s"] + ghost["landing_s"]) // 2
    assert heard((ghost["icao24"], "OTHER1", middle_s, False)) == []
    [found] = heard((ghost["icao24"], ghost["callsign"], middle_s, False))
    assert found.is_address_shared
