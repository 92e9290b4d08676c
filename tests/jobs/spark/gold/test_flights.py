"""gold.flights: what is one flight, on which day, from where to where."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from flightlake.contracts.days import Day
from flightlake.transforms.gold.flights import derive
from flightlake.transforms.sources import Sources

Rows = list[dict[str, Any]]

DAY = Day.parse("2025-12-28")
NORTH_M = 111_195.0
"""Metres in a degree of latitude."""
SOUTH, NORTH = (50.0, 8.5), (52.0, 8.5)
CRUISE_M, CLIMB_MPS, CRUISE_MPS, TAXI_MPS = 9_000.0, 10.0, 230.0, 8.0


def clock(text: str) -> int:
    """Unix seconds of a time of the day, such as 10:30, or +00:10 on the day after."""
    hours, minutes = map(int, text.removeprefix("+").split(":"))
    days = 1 if text.startswith("+") else 0
    return DAY.start_s + 86_400 * days + 3600 * hours + 60 * minutes


def state(moment_s: int, **changes: Any) -> dict[str, Any]:
    """One state of an airliner that cruises northward, heard at this very moment."""
    moment = datetime.fromtimestamp(moment_s, UTC)
    return {
        "icao24": "3c6444",
        "snapshot_time": moment,
        "last_contact": moment,
        "time_position": moment,
        "callsign": "DLH9LF",
        "latitude_deg": 51.0,
        "longitude_deg": 8.5,
        "baro_altitude_m": CRUISE_M,
        "is_on_ground": False,
        "ground_speed_mps": CRUISE_MPS,
        "true_track_deg": 0.0,
        "vertical_rate_mps": 0.0,
        "source": "simulator",
        "date": moment.date(),
        "hour": moment.hour,
        **changes,
    }


def moments(begin: str, end: str, every_s: int = 60) -> Iterator[int]:
    return iter(range(clock(begin), clock(end), every_s))


def flight(
    begin: str, end: str, every_s: int = 60, *, is_back: bool = False, **changes: Any
) -> Rows:
    """From SOUTH to NORTH or back: 5 minutes of taxi, climb, cruise, sink, 5 minutes of taxi."""
    off_s, on_s = clock(begin) + 300, clock(end) - 300
    span_m = NORTH_M * (NORTH[0] - SOUTH[0])
    rows = []
    for moment_s in moments(begin, end, every_s):
        share = min(max((moment_s - off_s) / (on_s - off_s), 0.0), 1.0)
        up_s, left_s = moment_s - off_s, on_s - moment_s
        height_m = min(CLIMB_MPS * up_s, CLIMB_MPS * left_s, CRUISE_M)
        is_on_ground = up_s < 0 or left_s < 0
        if is_on_ground:
            vertical_mps = None
        else:
            vertical_mps = 0.0 if height_m == CRUISE_M else CLIMB_MPS * (1 if share < 0.5 else -1)
        motion = {
            "latitude_deg": SOUTH[0] + (1 - share if is_back else share) * span_m / NORTH_M,
            "true_track_deg": 180.0 if is_back else 0.0,
            "baro_altitude_m": None if is_on_ground else height_m,
            "is_on_ground": is_on_ground,
            "ground_speed_mps": TAXI_MPS if is_on_ground else span_m / (on_s - off_s),
            "vertical_rate_mps": vertical_mps,
        }
        rows.append(state(moment_s, **(motion | changes)))
    return rows


def cruise(
    begin: str, end: str, every_s: int = 60, start_deg: float = 40.0, **changes: Any
) -> Rows:
    """Northward at cruising speed, no airport within reach."""
    first_s = clock(begin)
    return [
        state(
            moment_s,
            **{
                "latitude_deg": start_deg + CRUISE_MPS * (moment_s - first_s) / NORTH_M,
                "longitude_deg": -30.0,
                **changes,
            },
        )
        for moment_s in moments(begin, end, every_s)
    ]


AIRPORTS = [
    {"elevation_m": 0.0, **airport}
    for airport in (
        {"airport": "EDAA", "iata": "AAA", "latitude_deg": SOUTH[0], "longitude_deg": SOUTH[1]},
        {"airport": "EDBB", "iata": "BBB", "latitude_deg": NORTH[0], "longitude_deg": NORTH[1]},
        # A helipad next to the terminal, and a field that is closed.
        {"airport": "DE-1", "latitude_deg": 50.001, "longitude_deg": 8.5, "type": "heliport"},
        {"airport": "DE-2", "latitude_deg": 50.0, "longitude_deg": 8.5, "type": "closed"},
    )
]


@pytest.fixture
def sources(sources_of_flights) -> Callable[[Rows], Sources]:
    return lambda rows: sources_of_flights(rows, airports=AIRPORTS)


@pytest.fixture
def flights(flights_by_both) -> Callable[..., Rows]:
    def derived(*tracks: Rows, day: Day = DAY) -> Rows:
        return flights_by_both([row for track in tracks for row in track], day, airports=AIRPORTS)

    return derived


def seconds(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp())


def spans(rows: Rows) -> dict[str, list[tuple[str, str]]]:
    """First and last contact of each flight as HH:MM, by aircraft."""
    found: dict[str, list[tuple[str, str]]] = {}
    for row in rows:
        begin = datetime.fromtimestamp(seconds(row["first_seen"]) or 0, UTC)
        end = datetime.fromtimestamp(seconds(row["last_seen"]) or 0, UTC)
        found.setdefault(row["icao24"], []).append((f"{begin:%H:%M}", f"{end:%H:%M}"))
    return found


def test_a_flight_is_known_from_gate_to_gate(flights):
    [found] = flights(flight("10:00", "11:00"))
    assert found["flight_id"] == f"3c6444-{clock('10:00')}"
    assert (found["callsign"], found["airline_icao"]) == ("DLH9LF", "DLH")
    assert (found["departure_airport"], found["arrival_airport"]) == ("EDAA", "EDBB")
    assert (found["departure_unknown_reason"], found["arrival_unknown_reason"]) == (None, None)
    assert seconds(found["take_off_time"]) == pytest.approx(clock("10:05"), abs=30)
    assert seconds(found["landing_time"]) == pytest.approx(clock("10:55"), abs=30)
    assert found["great_circle_distance_m"] == pytest.approx(2 * NORTH_M, rel=0.01)
    assert found["flown_distance_m"] == pytest.approx(2 * NORTH_M, rel=0.01)
    assert (found["states"], found["largest_gap_s"], found["duration_s"]) == (60, 60, 3_540)
    assert (found["max_altitude_m"], found["is_complete"]) == (CRUISE_M, True)
    assert (found["source"], str(found["date"])) == ("simulator", "2025-12-28")


def test_what_is_one_flight_and_what_is_two(flights):
    circling = [
        state(moment_s, icao24="bbbbb1", latitude_deg=51.0 + 0.1 * (index % 4), callsign="DEABC")
        for index, moment_s in enumerate(moments("08:00", "13:00"))
    ]
    renamed = cruise("08:00", "09:00", icao24="bbbbb2", callsign="AAA1")
    for row in renamed[30:]:
        row["callsign"] = "AAA2"
    renamed[10]["callsign"] = None
    touch_and_go = flight("08:00", "09:00", icao24="bbbbb3", every_s=30)
    touch_and_go[60] |= {"is_on_ground": True, "ground_speed_mps": 30.0, "baro_altitude_m": None}
    turnround = flight("08:00", "09:00", icao24="bbbbb4", callsign="AAA3")
    turnround += flight("09:00", "10:00", is_back=True, icao24="bbbbb4", callsign="AAA4")
    short_gap = cruise("08:00", "09:00", icao24="bbbbb5")
    del short_gap[20:45]
    slow_gap = [state(moment_s, icao24="bbbbb6") for moment_s in moments("08:00", "09:00")]
    del slow_gap[10:50]
    low_gap = [
        state(moment_s, icao24="bbbbb7", baro_altitude_m=900.0, ground_speed_mps=60.0)
        for moment_s in moments("08:00", "09:00")
    ]
    del low_gap[20:40]
    new_name_after_gap = cruise("08:00", "09:00", icao24="bbbbb8", callsign="AAA5")
    for row in new_name_after_gap[40:]:
        row["callsign"] = "AAA6"
    del new_name_after_gap[28:40]
    false_position = cruise("08:00", "09:00", icao24="bbbbb9")
    false_position[30] |= {"latitude_deg": 20.0, "longitude_deg": 100.0}

    found = flights(
        circling,
        renamed,
        touch_and_go,
        turnround,
        short_gap,
        slow_gap,
        low_gap,
        new_name_after_gap,
        false_position,
    )

    assert spans(found) == {
        "bbbbb1": [("08:00", "12:59")],
        "bbbbb2": [("08:00", "08:59")],
        "bbbbb3": [("08:00", "08:59")],
        "bbbbb4": [("08:00", "09:04"), ("09:05", "09:59")],
        "bbbbb5": [("08:00", "08:59")],
        "bbbbb6": [("08:00", "08:09"), ("08:50", "08:59")],
        "bbbbb7": [("08:00", "08:19"), ("08:40", "08:59")],
        "bbbbb8": [("08:00", "08:27"), ("08:40", "08:59")],
        "bbbbb9": [("08:00", "08:59")],
    }
    of = {row["icao24"]: row for row in found}
    # Thirty contacts as AAA2, twenty-nine as AAA1 and one without.
    assert of["bbbbb2"]["callsign"] == "AAA2"
    assert of["bbbbb9"]["flown_distance_m"] == pytest.approx(59 * 60 * CRUISE_MPS, rel=0.01)


def test_two_aircraft_with_one_address_are_two_flights(flights):
    here = cruise("08:00", "10:00", callsign="AAA1")
    there = [
        row | {"latitude_deg": row["latitude_deg"] - 60, "longitude_deg": 100.0, "callsign": "BBB1"}
        for row in here
    ]
    taking_turns = [(here, there)[index // 15 % 2][index] for index in range(len(here))]
    found = flights(taking_turns)
    assert [(row["callsign"], row["states"]) for row in found] == [("AAA1", 60), ("BBB1", 60)]
    assert all(row["flown_distance_m"] < 2_000_000 for row in found)


def test_what_cannot_be_known_is_null_with_a_reason(flights):
    nowhere = {"latitude_deg": None, "longitude_deg": None, "time_position": None}
    silent = flight("08:00", "09:00", icao24="ccccc1", **nowhere)
    high = cruise("08:00", "09:00", icao24="ccccc2")
    low = [
        state(moment_s, icao24="ccccc3", baro_altitude_m=500.0, latitude_deg=10.0)
        for moment_s in moments("08:00", "09:00")
    ]
    unmeasured = cruise("08:00", "09:00", icao24="ccccc4", baro_altitude_m=None)
    stray = cruise("08:00", "08:01", icao24="ccccc5")
    parked = [
        state(moment_s, icao24="ccccc6", is_on_ground=True, ground_speed_mps=0.0)
        for moment_s in moments("08:00", "09:00")
    ]
    tower = cruise("08:00", "09:00", icao24="ccccc7", category=19)

    found = {
        row["icao24"]: row for row in flights(silent, high, low, unmeasured, stray, parked, tower)
    }

    assert {
        icao24: (row["departure_unknown_reason"], row["arrival_unknown_reason"])
        for icao24, row in found.items()
    } == {
        "ccccc1": ("no_position", "no_position"),
        "ccccc2": ("first_seen_too_high", "last_seen_too_high"),
        "ccccc3": ("no_airport_near", "no_airport_near"),
        "ccccc4": ("no_altitude", "no_altitude"),
    }
    assert {(row["departure_airport"], row["arrival_airport"]) for row in found.values()} == {
        (None, None)
    }
    # It was seen to lift off and to land, wherever that was.
    assert found["ccccc1"]["is_complete"]
    assert found["ccccc1"]["flown_distance_m"] is None


def test_a_flight_is_on_one_day_only_whichever_day_is_asked(flights):
    over_midnight = flight("23:00", "+01:20", icao24="ddddd1")
    over_by_midnight = flight("22:00", "23:50", icao24="ddddd2")
    silent_at_midnight = cruise("23:30", "+00:30", icao24="ddddd3")
    del silent_at_midnight[25:35]
    # Final at 01:00: a hole that is open then ends the flight, one that is not does not.
    closed_in_time = cruise("20:00", "+00:58", icao24="ddddd4")
    del closed_in_time[180:290]
    closed_too_late = cruise("20:00", "+02:00", icao24="ddddd5")
    del closed_too_late[180:330]
    balloon = [
        state(moment_s, icao24="ddddd6", ground_speed_mps=0.0)
        for moment_s in range(DAY.start_s - 86_400, DAY.end_s + 43_200, 600)
    ]
    tracks = (
        over_midnight,
        over_by_midnight,
        silent_at_midnight,
        closed_in_time,
        closed_too_late,
        balloon,
    )

    today, tomorrow = flights(*tracks), flights(*tracks, day=Day.parse("2025-12-29"))

    assert spans(today) == {"ddddd2": [("22:00", "23:49")], "ddddd5": [("20:00", "22:59")]}
    assert spans(tomorrow) == {
        "ddddd1": [("23:00", "01:19")],
        "ddddd3": [("23:30", "00:29")],
        "ddddd4": [("20:00", "00:57")],
        "ddddd5": [("01:30", "01:59")],
        "ddddd6": [("00:00", "11:50")],
    }
    [of_balloon] = [row for row in tomorrow if row["icao24"] == "ddddd6"]
    assert of_balloon["departure_unknown_reason"] == "look_back_exceeded"


def test_a_day_with_a_hole_a_day_of_one_answer_and_an_empty_day(flights):
    before_and_after = flight("02:00", "03:00") + flight("10:00", "11:00", is_back=True)
    landed_in_the_hole = flight("01:00", "04:00", icao24="eeeee1")[:120]
    found = flights(before_and_after, landed_in_the_hole)
    assert spans(found) == {
        "3c6444": [("02:00", "02:59"), ("10:00", "10:59")],
        "eeeee1": [("01:00", "02:59")],
    }
    assert flights([state(clock("10:00")), state(clock("10:00"), icao24="aaaaaa")]) == []
    assert flights([]) == []


def test_neither_the_order_of_rows_nor_a_repeat_of_them_shows(sources):
    rows = flight("10:00", "11:00") + flight("11:00", "12:00", is_back=True, icao24="aaaaaa")
    late = [
        row | {"snapshot_time": datetime.fromtimestamp(clock("10:59") + 5, UTC), "callsign": "XX"}
        for row in rows
    ]
    once = derive(sources(rows + late), DAY).collect()
    again = derive(sources((late + rows)[::-1]), DAY).collect()
    assert sorted(once) == sorted(again)
    assert len(once) == 2


def test_flights_are_derived_per_day(sources, hour):
    with pytest.raises(TypeError, match="derived per day"):
        derive(sources([]), hour)
