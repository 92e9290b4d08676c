"""gold.flights where contacts do not say whether an aircraft flies, or who it is.

Each kind of fault was met in real data.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.made_tracks import (
    AWAY,
    HOME,
    TAXI_S,
    Field,
    Rows,
    airborne,
    clock,
    derives_tracks,
    ends,
    landing_s,
    leg,
    parked,
    unflagged,
    unlocated,
)

OUT, BACK = ("EDAA", "EDBB"), ("EDBB", "EDAA")
NEAR = Field("EDNN", 50.5, elevation_m=450.0)
"""Half a degree north of HOME, and as high: 8 minutes in the air."""


@pytest.fixture
def flights(flights_by_both) -> Callable[..., Rows]:
    return derives_tracks(flights_by_both)


def callsigns(found: Rows) -> dict[str, list[str | None]]:
    of_aircraft: dict[str, list[str | None]] = {}
    for row in found:
        of_aircraft.setdefault(row["icao24"], []).append(row["callsign"])
    return of_aircraft


def turnround(stop_s: int, *, is_located: bool, callsign_back: str = "DLH9LF", **changes) -> Rows:
    """To AWAY and back, with a stop on the ground; located there or only heard."""
    off_s = clock("10:00")
    on_s = landing_s(HOME, AWAY, off_s)
    off_again_s = on_s + stop_s
    home_s = landing_s(AWAY, HOME, off_again_s)
    stops = (
        parked(HOME, off_s - TAXI_S, off_s, **changes),
        parked(AWAY, on_s, on_s + stop_s // 2, **changes),
        parked(AWAY, on_s + stop_s // 2, off_again_s, **changes | {"callsign": callsign_back}),
        parked(HOME, home_s, home_s + TAXI_S, **changes | {"callsign": callsign_back}),
    )
    out, into, away, home = stops if is_located else map(unlocated, stops)
    return [
        *out,
        *airborne(HOME, AWAY, off_s, **changes),
        *into,
        *away,
        *airborne(AWAY, HOME, off_again_s, **changes | {"callsign": callsign_back}),
        *home,
    ]


def test_without_a_position_an_aircraft_on_the_ground_is_on_the_ground(flights):
    found = flights(
        turnround(2_400, is_located=True, icao24="aaaaa1"),
        turnround(2_400, is_located=False, icao24="aaaaa2"),
        turnround(2_400, is_located=False, icao24="aaaaa3", callsign_back="DLH1CD"),
    )
    assert ends(found) == {icao24: [OUT, BACK] for icao24 in ("aaaaa1", "aaaaa2", "aaaaa3")}
    assert callsigns(found)["aaaaa3"] == ["DLH9LF", "DLH1CD"]
    assert all(row["is_complete"] for row in found)


def test_without_a_position_an_aircraft_in_the_air_flies_on(flights):
    rows = leg(clock("10:00"))
    high = [row for row in rows if row["baro_altitude_m"] == 6_000.0]
    heard = [row | {"vertical_rate_mps": 0.0} for row in unlocated(high)]
    found = flights([heard[high.index(row)] if row in high else row for row in rows])
    assert ends(found) == {"3c6444": [OUT]}


def test_what_drives_or_stands_makes_no_flight(flights):
    begin_s, end_s = clock("10:00"), clock("12:00")
    vehicle = parked(HOME, begin_s, end_s, icao24="bbbbb1", callsign="TX03")
    for at, row in enumerate(vehicle):
        row["ground_speed_mps"] = (0.0, 4.1, 8.2, 3.1)[at % 4]
    standing = parked(HOME, begin_s, end_s, icao24="bbbbb2", ground_speed_mps=0.0)
    glitch = parked(HOME, begin_s, end_s, icao24="bbbbb3", ground_speed_mps=0.0)
    glitch[20] |= {"is_on_ground": False, "baro_altitude_m": 480.0, "vertical_rate_mps": 0.0}
    flickering = parked(HOME, begin_s, end_s, icao24="bbbbb4", ground_speed_mps=4.0)
    for row in flickering[::3]:
        row |= {"is_on_ground": False, "baro_altitude_m": 9_144.0, "geo_altitude_m": 9_144.0}
    heard_first_in_the_air = parked(HOME, begin_s, end_s, icao24="bbbbb5", ground_speed_mps=0.0)
    heard_first_in_the_air[0] |= {"is_on_ground": False, "baro_altitude_m": 450.0}
    for row in heard_first_in_the_air[1:]:
        # A position that froze is older than a minute.
        row |= {"time_position": heard_first_in_the_air[0]["time_position"], "is_on_ground": False}

    assert (
        flights(
            unlocated(vehicle),
            unflagged(vehicle, 450.0)[:40],
            unflagged(standing, 450.0),
            glitch,
            flickering,
            heard_first_in_the_air,
        )
        == []
    )


def test_without_a_ground_flag_a_stop_is_one_by_speed_and_height(flights):
    rows = []
    begin_s = clock("08:00")
    for there, back in ((HOME, NEAR), (NEAR, HOME), (HOME, NEAR)):
        on_s = landing_s(there, back, begin_s)
        rows += airborne(there, back, begin_s, cruise_m=1_500.0)
        rows += unflagged(parked(back, on_s, on_s + 1_200, ground_speed_mps=0.0), 450.0)
        begin_s = on_s + 1_200
    found = flights(rows, fields=(HOME, NEAR))
    assert ends(found) == {"3c6444": [("EDAA", "EDNN"), ("EDNN", "EDAA"), ("EDAA", "EDNN")]}


def test_a_ground_flag_that_flickers_in_the_air_breaks_no_flight(flights):
    rows = leg(clock("10:00"))
    for row in rows[::4]:
        row["is_on_ground"] = True
    assert ends(flights(rows)) == {"3c6444": [OUT]}


def test_a_ground_flag_that_is_stuck_hides_no_flight(flights):
    rows = leg(clock("10:00"))
    for row in rows:
        row["is_on_ground"] = True
    assert ends(flights(rows)) == {"3c6444": [OUT]}


def test_altitudes_of_the_air_while_it_taxies_are_none(flights):
    rows = leg(clock("10:00"))
    for at in (0, 2, 3):
        high_m = 9_144.0
        rows[at] |= {"is_on_ground": False, "baro_altitude_m": high_m, "geo_altitude_m": high_m}
    [found] = flights(rows)
    assert (found["departure_airport"], found["arrival_airport"]) == OUT
    assert found["max_altitude_m"] == 6_000.0


def test_a_short_stop_between_two_slow_polls_is_one(flights):
    """Six flights with stops of two and a half minutes, each seen on the ground once or twice."""
    rows, off_s = [], clock("08:00")
    for number in range(6):
        there, back = (HOME, NEAR) if number % 2 == 0 else (NEAR, HOME)
        on_s = landing_s(there, back, off_s)
        rows += airborne(there, back, off_s, 15, cruise_m=1_500.0)
        rows += parked(back, on_s, on_s + 150, 15)
        off_s = on_s + 150
    rows.sort(key=lambda row: row["last_contact"])
    assert len(flights(rows[::6], fields=(HOME, NEAR))) == 6


def test_a_stop_that_was_barely_heard_ends_a_flight_of_the_same_callsign(flights):
    off_s = clock("08:00")
    on_s = landing_s(HOME, AWAY, off_s)
    # It is lost 100 m above the field, slow, and found again half-way home an hour later, where the
    # speed that it was last heard with would have brought it.
    lost = parked(HOME, off_s - TAXI_S, off_s) + airborne(HOME, AWAY, off_s)
    lost[-1]["ground_speed_mps"] = 35.0
    back = airborne(AWAY, HOME, on_s + 2_600)
    found_again = back[len(back) // 2 :]
    once = parked(AWAY, on_s + 60, on_s + 120)
    found = ends(
        flights(
            [row | {"icao24": "ddddd1"} for row in lost + found_again],
            [row | {"icao24": "ddddd2"} for row in lost + once + found_again],
        )
    )
    assert [(len(of_one), of_one[0]) for of_one in found.values()] == [(2, OUT), (2, OUT)]


def test_a_flight_has_the_callsign_of_its_time_in_the_air(flights):
    renamed = leg(clock("10:00"), icao24="eeeee1", callsign="AUR332")
    at_the_gate = parked(HOME, clock("09:35"), clock("10:00"), icao24="eeeee1", callsign="AUR331")
    late = parked(HOME, clock("09:35"), clock("10:00"), icao24="eeeee2", callsign="AUR331")
    late += leg(clock("10:00"), icao24="eeeee2", callsign="AUR332")
    for row in late[:35]:
        row["callsign"] = "AUR331"
    found = flights(at_the_gate + renamed, late)
    assert callsigns(found) == {"eeeee1": ["AUR332"], "eeeee2": ["AUR332"]}


PLACEHOLDERS = {"a": "00000000", "b": "0", "c": "X", "d": None}
"""By the first digit of the aircraft that send them."""


def test_a_placeholder_is_no_callsign_and_splits_nothing(flights):
    rows = []
    for digit, placeholder in PLACEHOLDERS.items():
        mostly = leg(clock("10:00"), icao24=f"{digit}00001")
        for row in mostly[:30]:
            row["callsign"] = placeholder
        # A hole in which a new callsign would be a new flight.
        holed = leg(clock("10:00"), icao24=f"{digit}00002")
        for row in holed[25:]:
            row["callsign"] = placeholder
        del holed[13:25]
        rows += mostly + holed + leg(clock("10:00"), icao24=f"{digit}00003", callsign=placeholder)
    found = flights(rows)
    expected = {"1": ["DLH9LF"], "2": ["DLH9LF"], "3": [None]}
    assert callsigns(found) == {
        f"{digit}0000{number}": names
        for digit in PLACEHOLDERS
        for number, names in expected.items()
    }
    assert {row["airline_icao"] for row in found if row["callsign"]} == {"DLH"}


def test_two_aircraft_with_one_address_keep_their_own_ends(flights):
    far, farther = Field("KAAA", 40.0, -80.0, iata="KAA"), Field("KBBB", 42.0, -80.0, iata="KBB")
    here = leg(clock("10:00"), every_s=120)
    there = leg(clock("10:01"), far, farther, every_s=120, callsign="UAL5")
    found = flights(here, there, fields=(HOME, AWAY, far, farther))
    assert sorted(zip(callsigns(found)["3c6444"], ends(found)["3c6444"], strict=True)) == [
        ("DLH9LF", OUT),
        ("UAL5", ("KAAA", "KBBB")),
    ]


def test_time_in_the_air_is_told_from_time_at_the_gate(flights):
    off_s = clock("10:00")
    on_s = landing_s(HOME, AWAY, off_s)
    [found] = flights(
        parked(HOME, off_s - 1_500, off_s)
        + airborne(HOME, AWAY, off_s)
        + parked(AWAY, on_s, on_s + 840)
    )
    assert found["airborne_s"] == pytest.approx(on_s - off_s, abs=60)
    assert found["duration_s"] > found["airborne_s"] + 2_000
