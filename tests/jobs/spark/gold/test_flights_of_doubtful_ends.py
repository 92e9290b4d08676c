"""gold.flights where it is hard to say from where an aircraft came or to where it went.

Each kind of fault was met in real data. Null is right where two airports fit alike.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from math import cos, radians

import pytest

from tests.made_tracks import (
    AWAY,
    DAY,
    DEGREE_M,
    HOME,
    SINK_MPS,
    SPEED_MPS,
    TAXI_S,
    Field,
    Row,
    Rows,
    airborne,
    clock,
    contact,
    derives_tracks,
    ends,
    landing_s,
    leg,
    parked,
)

OFF_S = clock("10:00")
ON_S = landing_s(HOME, AWAY, OFF_S)


@pytest.fixture
def flights(flights_by_both) -> Callable[..., Rows]:
    return derives_tracks(flights_by_both)


def near(field: Field, moment_s: int, east_m: float, north_m: float, **changes) -> Row:
    """A contact in the air so far from a field; ``height_m`` is above it."""
    height_m = changes.pop("height_m")
    metres_east = DEGREE_M * cos(radians(field.latitude_deg))
    return contact(
        moment_s,
        **{
            "latitude_deg": field.latitude_deg + north_m / DEGREE_M,
            "longitude_deg": field.longitude_deg + east_m / metres_east,
            "baro_altitude_m": field.ground_m + height_m,
            **changes,
        },
    )


def test_a_landing_first_seen_on_final_has_no_departure(flights):
    on_s = OFF_S + 60
    slow = {"ground_speed_mps": 70.0, "vertical_rate_mps": -4.0}
    final = [
        near(AWAY, on_s - left_s, 0, -1_500 - 70.0 * left_s, height_m=4.0 * left_s + 20, **slow)
        for left_s in (30, 15, 5)
    ]
    into = parked(AWAY, on_s, on_s + TAXI_S, 15)
    firsts = {"aaaaa1": final, "aaaaa2": final[-1:]}
    found = flights(
        *([row | {"icao24": icao24} for row in rows + into] for icao24, rows in firsts.items())
    )
    assert ends(found) == {icao24: [(None, "EDBB")] for icao24 in firsts}
    for row in found:
        assert row["departure_unknown_reason"] is not None
        assert row["take_off_time"] is None
        assert row["landing_time"] is not None
        assert not row["is_complete"]


def test_a_departure_last_seen_as_it_climbs_has_no_arrival(flights):
    slow = {"ground_speed_mps": 75.0, "vertical_rate_mps": 6.0}
    climbing = [
        near(HOME, OFF_S + up_s, 0, 75.0 * up_s, height_m=6.0 * up_s, **slow)
        for up_s in (10, 70, 130)
    ]
    lasts = {"bbbbb1": climbing[:1], "bbbbb2": climbing}
    out = parked(HOME, OFF_S - TAXI_S, OFF_S)
    found = flights(
        *([row | {"icao24": icao24} for row in out + rows] for icao24, rows in lasts.items())
    )
    assert ends(found) == {icao24: [("EDAA", None)] for icao24 in lasts}
    assert all(row["landing_time"] is None for row in found)


def test_one_low_position_is_never_a_take_off_and_a_landing_at_once(flights):
    unlocated = {"latitude_deg": None, "longitude_deg": None, "time_position": None}
    below = near(HOME, OFF_S + 90, 500, 500, height_m=-35.0)
    for row in flights([contact(OFF_S, **unlocated), below], [below | {"icao24": "ccccc1"}]):
        assert None in (row["take_off_time"], row["landing_time"])


def test_a_departure_is_known_that_turns_at_once(flights):
    cruise = airborne(HOME, AWAY, OFF_S)[8:]
    # Off to the north, round to the left, and southward beside the field.
    abeam = [
        near(HOME, OFF_S + 120 + 60 * at, -6_000, -7_000 * at, height_m=2_200 + 900 * at)
        | {"true_track_deg": 180.0, "vertical_rate_mps": 15.0, "ground_speed_mps": 120.0}
        for at in range(3)
    ]
    # Off the axis after half a turn, north-eastward.
    off_axis = [
        near(HOME, OFF_S + 90 + 60 * at, 6_000 + 5_000 * at, 5_000 * at, height_m=1_200 + 600 * at)
        | {"true_track_deg": 45.0, "vertical_rate_mps": 10.0}
        for at in range(3)
    ]
    # Seen first over the field, and first in a climbing turn above it.
    over = [near(HOME, OFF_S + 15, 0, 800, height_m=100.0, vertical_rate_mps=8.0)]
    above = [
        near(HOME, OFF_S + 240 + 60 * at, 1_500 * at, 1_000, height_m=1_800 + 500 * at)
        | {"true_track_deg": 90.0, "vertical_rate_mps": 8.0, "ground_speed_mps": 75.0}
        for at in range(3)
    ]
    firsts = {"ddddd1": abeam, "ddddd2": off_axis, "ddddd3": over, "ddddd4": above}
    found = flights(
        *([row | {"icao24": icao24} for row in rows + cruise] for icao24, rows in firsts.items())
    )
    assert {icao24: of_one[0][0] for icao24, of_one in ends(found).items()} == dict.fromkeys(
        firsts, "EDAA"
    )


PASSED = Field("EDPP", 51.845, elevation_m=100.0, iata="PPP", type="large_airport")
"""On the way from HOME to AWAY, 17 km before it."""


def test_an_airport_that_an_aircraft_passes_breaks_no_flight(flights):
    level_above = leg(clock("10:00"), icao24="eeeee2")
    for row in level_above:
        if 51.7 < row["latitude_deg"] < 51.95 and row["baro_altitude_m"]:
            row |= {"baro_altitude_m": 1_000.0, "geo_altitude_m": 1_000.0, "vertical_rate_mps": 0.0}
    found = flights(leg(clock("10:00")), level_above, fields=(HOME, AWAY, PASSED))
    assert ends(found) == {"3c6444": [("EDAA", "EDBB")], "eeeee2": [("EDAA", "EDBB")]}


def test_an_airport_that_an_aircraft_passes_too_high_and_fast_is_no_arrival(flights):
    """Lost 1,000 m above it, as it sinks towards the next."""
    lost = [
        row
        for row in airborne(HOME, AWAY, OFF_S, 15, speed_mps=130.0)
        if row["latitude_deg"] < PASSED.latitude_deg + 0.01
    ]
    [found] = flights(lost, fields=(HOME, AWAY, PASSED))
    assert found["arrival_airport"] != "EDPP"


def test_positions_that_no_aircraft_could_reach_choose_no_airport(flights):
    elsewhere = Field("EDXX", 49.0, 11.0, iata="XXX", type="large_airport")
    first, last, taxi_in, taxi_out, lift_off = (
        leg(clock("10:00"), icao24=f"fffff{number}") for number in range(1, 6)
    )
    first[0]["longitude_deg"] += 90.0
    last[-1]["longitude_deg"] += 90.0
    at_another_airport = {"latitude_deg": 49.0, "longitude_deg": 11.0}
    for row in taxi_in[-5:]:
        row |= at_another_airport
    for row in taxi_out[:5]:
        row |= at_another_airport
    for row in lift_off[:5]:
        row |= {"latitude_deg": None, "longitude_deg": None, "time_position": None}
    lift_off[5] |= at_another_airport
    found = flights(first, last, taxi_in, taxi_out, lift_off, fields=(HOME, AWAY, elsewhere))
    assert ends(found) == {f"fffff{number}": [("EDAA", "EDBB")] for number in range(1, 6)}


def test_a_place_that_a_forged_signal_names_is_no_end(flights):
    """Where satellite navigation is jammed, many aircraft are all at one airport for minutes."""
    forged = Field("EDXX", 49.0, 11.0, iata="XXX", type="large_airport")
    at_it = {"latitude_deg": 49.0, "longitude_deg": 11.0, "baro_altitude_m": 50.0}
    begins, ends_there = leg(clock("10:00"))[5:], leg(clock("10:00"), icao24="ffffff")[:-5]
    for row in (*begins[:4], *ends_there[-4:]):
        row |= at_it
    found = flights(begins, ends_there, fields=(HOME, AWAY, forged))
    assert "EDXX" not in {
        airport for of_one in ends(found).values() for pair in of_one for airport in pair
    }


def test_two_false_positions_without_a_callsign_break_no_flight(flights):
    rows = leg(clock("10:00"), callsign=None)
    for at, off_deg in ((20, 3.0), (21, 6.0)):
        rows[at]["latitude_deg"] += off_deg
        rows[at]["longitude_deg"] += off_deg
    assert ends(flights(rows)) == {"3c6444": [("EDAA", "EDBB")]}


STRIP = Field("DE-1", 51.0, elevation_m=300.0)
PAD = Field("DE-2", 51.004, 8.4813, elevation_m=300.0, type="heliport", has_runway=False)
"""A heliport 1.4 km from the middle of the runway, next to the apron."""


def at_the_pad(icao24: str, category: int | None = None, **last: float) -> Rows:
    """From HOME to the apron beside the heliport."""
    on_s = landing_s(HOME, STRIP, OFF_S, 60.0)
    apron = {"latitude_deg": 51.003, "longitude_deg": 8.4815} | last
    rows = airborne(HOME, STRIP, OFF_S, speed_mps=60.0, cruise_m=1_400.0)
    rows += parked(STRIP, on_s, on_s + TAXI_S, **apron)
    return [row | {"icao24": icao24, "category": category} for row in rows]


def test_a_heliport_beside_the_apron_is_no_arrival_of_an_aeroplane(flights):
    found = ends(flights(at_the_pad("a00001"), fields=(HOME, STRIP, PAD)))
    assert found == {"a00001": [("EDAA", "DE-1")]}


def test_a_rotorcraft_on_a_heliport_has_arrived_there(flights):
    on_it = {"latitude_deg": PAD.latitude_deg, "longitude_deg": PAD.longitude_deg}
    found = ends(flights(at_the_pad("a00002", category=8, **on_it), fields=(HOME, STRIP, PAD)))
    assert found == {"a00002": [("EDAA", "DE-2")]}


def test_a_heliport_is_taken_where_nothing_else_fits(flights):
    assert ends(flights(at_the_pad("a00001"), fields=(HOME, PAD))) == {"a00001": [("EDAA", "DE-2")]}


def test_a_closed_airport_is_never_chosen(flights):
    closed = Field("EDBC", 52.0, elevation_m=100.0, type="closed")
    assert ends(flights(leg(clock("10:00")), fields=(HOME, closed))) == {"3c6444": [("EDAA", None)]}


def test_a_strip_near_a_large_airport_keeps_its_own_traffic(flights):
    strip = Field("EDST", 52.03, 8.54, elevation_m=100.0)
    assert ends(flights(leg(clock("10:00"), goal=strip), fields=(HOME, AWAY, strip))) == {
        "3c6444": [("EDAA", "EDST")]
    }


def test_an_elevation_that_is_not_known_is_not_sea_level(flights):
    by_the_sea = Field("KE-1", 52.0, elevation_m=0.0, iata="KTJ")
    unknown = Field("KE-1", 52.0, elevation_m=None, iata="KTJ", has_runway=False)
    rows = leg(clock("10:00"), goal=by_the_sea)
    tracks = [rows, [row | {"icao24": "d00001"} for row in rows[:-5]]]
    assert ends(flights(*tracks, fields=(HOME, by_the_sea))) == {
        "3c6444": [("EDAA", "KE-1")],
        "d00001": [("EDAA", "KE-1")],
    }
    # Seen on the ground it is known, whatever its elevation; seen in the air it may lie anywhere.
    assert ends(flights(*tracks, fields=(HOME, unknown))) == {
        "3c6444": [("EDAA", "KE-1")],
        "d00001": [("EDAA", None)],
    }


def test_heights_near_a_field_do_not_follow_the_weather(flights):
    """Pressure altitudes 400 m below the truth; a strip beside the track lies as much lower."""
    lower = Field("EDLO", 52.08, 8.5, elevation_m=-300.0)
    lost = leg(clock("10:00"))[:-5]
    for row in lost:
        if row["baro_altitude_m"] is not None:
            row["baro_altitude_m"] -= 400.0
    pressure_only = [row | {"geo_altitude_m": None, "icao24": "b00001"} for row in lost]
    found = ends(flights(lost, pressure_only, fields=(HOME, AWAY, lower)))
    assert found["3c6444"] == [("EDAA", "EDBB")]
    assert found["b00001"][0][1] in ("EDBB", None)


def test_an_aircraft_departs_from_where_it_landed(flights):
    there = leg(clock("08:00"))
    back = leg(clock("10:00"), AWAY, HOME, callsign="DLH1CD")
    # Its way back is first seen 100 km from where it landed, at 6,000 m.
    high_up = back[20:]
    [first, second] = flights(there, high_up)
    assert (first["arrival_airport"], second["departure_airport"]) == ("EDBB", "EDBB")
    assert second["departure_inferred_from"] is not None
    assert second["departure_unknown_reason"] is None
    assert (first["departure_inferred_from"], first["arrival_inferred_from"]) == (None, None)
    assert second["take_off_time"] is None
    assert not second["is_complete"]


def test_where_it_landed_corrects_a_departure_that_was_only_seen_from_the_air(flights):
    strip = Field("EDST", 51.97, 8.53, elevation_m=100.0)
    there = leg(clock("08:00"))
    back = airborne(strip, HOME, clock("10:00"), callsign="DLH1CD")
    [_, second] = flights(there, back, fields=(HOME, AWAY, strip))
    assert second["departure_airport"] == "EDBB"
    assert second["departure_inferred_from"] is not None


def test_what_was_seen_on_the_ground_is_not_corrected(flights):
    """It was flown on unheard, between two days' work or over a desert."""
    there = leg(clock("08:00"))
    elsewhere = leg(clock("16:00"), HOME, AWAY, callsign="DLH1CD")
    assert ends(flights(there, elsewhere)) == {"3c6444": [("EDAA", "EDBB"), ("EDAA", "EDBB")]}


def test_an_aircraft_arrived_where_it_departs(flights):
    there = leg(clock("08:00"))[:25]
    back = leg(clock("10:00"), AWAY, HOME, callsign="DLH1CD")
    [first, second] = flights(there, back)
    assert (first["arrival_airport"], second["departure_airport"]) == ("EDBB", "EDBB")
    assert first["arrival_inferred_from"] is not None
    assert second["departure_inferred_from"] is None
    assert first["landing_time"] is None


def test_an_aircraft_that_could_not_have_come_from_where_it_landed_did_not(flights):
    there = leg(clock("08:00"))
    # A quarter of an hour after it landed it cruises 3,000 km away.
    first_s = clock("08:59")
    elsewhere = [
        contact(
            first_s + 60 * minute,
            latitude_deg=30.0 + SPEED_MPS * 60 * minute / DEGREE_M,
            callsign="DLH1CD",
        )
        for minute in range(30)
    ]
    assert ends(flights(there, elsewhere))["3c6444"][-1][0] is None


def test_a_flight_is_of_the_day_on_which_it_landed(flights):
    off_s = clock("23:50") - (ON_S - OFF_S)
    rows = airborne(HOME, AWAY, off_s) + parked(AWAY, clock("23:50"), clock("+00:04"))
    [found] = flights(rows)
    assert str(found["date"]) == "2025-12-28"
    assert flights(rows, day=DAY.parse("2025-12-29")) == []


def test_a_touch_down_is_extrapolated_from_a_descent_alone(flights):
    """Last heard 30 s before the runway: the landing is 30 s later, and level flight has none."""
    rows = leg(clock("10:00"))[:-5]
    level = [row | {"icao24": "c00001"} for row in rows[:20]]
    sinking, cruising = flights(rows, level)
    last = rows[-1]
    left_s = (last["baro_altitude_m"] - AWAY.ground_m) / SINK_MPS
    assert sinking["landing_time"] == pytest.approx(
        last["last_contact"] + timedelta(seconds=left_s), abs=timedelta(seconds=30)
    )
    assert cruising["landing_time"] is None
