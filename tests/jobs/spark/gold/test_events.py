"""gold.events: what is out of the ordinary is one event, and what only nearly is, is none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flightlake.transforms.gold.events import derive

BERLIN = {"latitude_deg": 52.5, "longitude_deg": 13.4}
MADRID = {"latitude_deg": 40.4, "longitude_deg": -3.7}
FROZEN = {"position_age_s": 61}
NO_POSITION = {
    "latitude_deg": None,
    "longitude_deg": None,
    "time_position": None,
    "position_age_s": None,
    "region": "unknown",
}
CONTACT = datetime(2025, 12, 28, 2, 10, tzinfo=UTC)
HIJACK, NO_RADIO, EMERGENCY = ({"squawk": code} for code in ("7500", "7600", "7700"))


def aircraft(icao24, *rows, every_s=60, **always):
    """The states of one aircraft, one after the other."""
    return [
        {"icao24": icao24, "at_s": 600 + every_s * n, **always, **row} for n, row in enumerate(rows)
    ]


def called(callsign, place):
    return {"callsign": callsign, **place}


def sinking(rate_mps, altitude_m):
    return {"vertical_rate_mps": rate_mps, "baro_altitude_m": altitude_m}


def fleet(prefix, latitude_deg, longitude_deg, *, frozen, of, **always):
    """Aircraft in one place, some of them heard without a position of the last minute."""
    place = {"latitude_deg": latitude_deg, "longitude_deg": longitude_deg, **always}
    return [
        {"icao24": f"{prefix}{n:02x}", **place, **(FROZEN if n < frozen else {})} for n in range(of)
    ]


EVENTFUL = [
    # Its code again, later: one emergency.
    *aircraft("a00001", EMERGENCY, EMERGENCY, {}, EMERGENCY),
    # A helicopter that never says where it is, nor how it is called.
    *aircraft("a00002", NO_RADIO, NO_RADIO, callsign=None, **NO_POSITION),
    *aircraft("a00003", HIJACK, HIJACK, **FROZEN),
    # Two aircraft with one address, heard by turns.
    *aircraft("b00001", called("TVS1", BERLIN), called("IBE2", MADRID), called("TVS1", BERLIN)),
    *aircraft("b00002", BERLIN, NO_POSITION, MADRID, BERLIN),
    # A device of another system, whose address some airliner may have too.
    *aircraft("b00003", BERLIN, MADRID, BERLIN, position_source=3),
    # A radio failure that becomes an emergency: one bit apart, but it stays for long enough.
    *aircraft("a00004", {}, NO_RADIO, *[EMERGENCY] * 6),
    *aircraft("c00001", {}, sinking(-35.0, 10_500.0), sinking(-30.0, 8_600.0)),
    *fleet("d000", 41.0, 42.0, frozen=3, of=4),
]
UNEVENTFUL = [
    *aircraft("a10001", EMERGENCY, {}),
    # Dialled through: the code before and the code after are none.
    *aircraft("a10003", {}, EMERGENCY, EMERGENCY, {"squawk": "2000"}),
    # One wrong bit of 7300, and one of 7740.
    *aircraft("a10004", {"squawk": "7300"}, *[EMERGENCY] * 4),
    *aircraft("a10005", *[EMERGENCY] * 4, {"squawk": "7740"}),
    # The same contact in three answers is one.
    *aircraft("a10006", *[EMERGENCY | {"last_contact": CONTACT}] * 3),
    *aircraft("a10002", {"squawk": "7000"}, {"squawk": "7777"}, {"squawk": None}),
    # A new flight, not a new aircraft.
    *aircraft("b10001", called("TVS1", BERLIN), called("TVS2", BERLIN)),
    *aircraft("b10002", BERLIN, {"latitude_deg": 52.67, "longitude_deg": 13.4}, every_s=1),
    *aircraft("b10003", BERLIN, MADRID, every_s=2_400),
    *aircraft("b10004", BERLIN, {**MADRID, **FROZEN}),
    *aircraft("c10001", sinking(-35.0, 10_500.0), sinking(-20.0, 8_600.0)),
    *aircraft("c10002", sinking(-35.0, 10_500.0), sinking(-35.0, 10_400.0)),
    *aircraft("c10003", sinking(-35.0, 5_900.0), sinking(-35.0, 4_000.0)),
    *aircraft("c10004", sinking(-35.0, 10_500.0), sinking(None, 8_600.0)),
    *aircraft("c10005", sinking(-35.0, 10_500.0), sinking(-35.0, 700.0), every_s=330),
    *fleet("d100", 60.0, 100.0, frozen=3, of=13),
    *fleet("d101", 0.0, 100.0, frozen=2, of=2),
    *fleet("d102", -20.0, 20.0, frozen=3, of=3, is_on_ground=True, ground_speed_mps=0.0),
    *fleet("d105", -25.0, 20.0, frozen=3, of=3, ground_speed_mps=0.0, baro_altitude_m=100.0),
    *aircraft("b10005", BERLIN, MADRID, category=17),
    *fleet("d103", 10.0, -60.0, frozen=3, of=3, contact_age_s=16),
    *fleet("d104", -30.0, 20.0, frozen=0, of=3, position_age_s=3_601),
    # Of another hour.
    *aircraft("a20001", EMERGENCY, EMERGENCY, every_s=3_600),
]


@pytest.fixture
def traffic(rows_of, hour):
    """Rows of gold.traffic_hourly: aircraft of a region now, and in the same hour of days ago."""

    def frame(**regions):
        def row(region, aircraft, days_ago):
            date = hour.date - timedelta(days=days_ago)
            keys = {"date": date, "hour": hour.hour, "region": region}
            return {**keys, "aircraft": aircraft, "states": 40 * aircraft}

        rows = [
            row(region, count, days_ago)
            for region, (now, before) in regions.items()
            for days_ago, count in [(0, now), *before.items()]
            if count is not None
        ]
        return rows_of("gold.traffic_hourly", rows)

    return frame


@pytest.fixture
def events(hour):
    """The events of states and of traffic, by what they are about."""

    def derived(states, traffic):
        sources = {"silver.state_vectors": states, "gold.traffic_hourly": traffic}
        found = [row.asDict() for row in derive(sources, hour).collect()]
        assert len({row["event_id"] for row in found}) == len(found)
        return {row["subject"]: row for row in found}

    return derived


def told(found, *names):
    return {subject: tuple(row[name] for name in names) for subject, row in found.items()}


def test_every_kind_is_found_once_and_its_near_miss_is_not(events, states, traffic, hour):
    usual = dict.fromkeys((1, 7, 14, 28), 100)
    seen = traffic(
        world=(120, usual),
        europe=(51, usual),
        asia=(49, usual),
        africa=(None, usual),
        oceania=(201, {**usual, 29: 1_000}),
        atlantic=(1, {1: 100, 2: 100, 29: 100}),
        pacific=(1, dict.fromkeys(usual, 29)),
    )
    found = events(states(*UNEVENTFUL, *reversed(EVENTFUL)), seen)

    assert told(found, "event_type", "severity", "states", "value", "limit_value") == {
        "a00001": ("emergency_squawk", "critical", 3, 7_700.0, None),
        "a00002": ("emergency_squawk", "warning", 2, 7_600.0, None),
        "a00003": ("emergency_squawk", "critical", 2, 7_500.0, None),
        "a00004": ("emergency_squawk", "critical", 6, 7_700.0, None),
        "b00003": ("impossible_jump", "info", 2, pytest.approx(31_100, rel=0.01), 1_000.0),
        "b00001": ("identity_conflict", "warning", 2, pytest.approx(31_100, rel=0.01), 1_000.0),
        "b00002": ("impossible_jump", "info", 2, pytest.approx(31_100, rel=0.01), 1_000.0),
        "c00001": ("rapid_descent", "warning", 1, 30.0, 25.0),
        "832c23fffffffff": ("gnss_interference", "warning", 3, 0.75, 0.25),
        "asia": ("volume_anomaly", "warning", 1_960, 49.0, 50.0),
        "africa": ("volume_anomaly", "warning", 0, 0.0, 50.0),
        "oceania": ("volume_anomaly", "warning", 8_040, 201.0, 200.0),
    }
    assert told(found, "latitude_deg", "region", "callsign")["a00001"] == (50.0, "europe", "DLH9LF")
    assert told(found, "latitude_deg", "region", "callsign")["a00002"] == (None, "unknown", None)
    assert told(found, "latitude_deg", "region", "callsign")["a00003"] == (None, "europe", "DLH9LF")
    # The address of another system is a subject, but no ICAO address to join with.
    assert [found[name]["icao24"] for name in ("b00002", "b00003")] == ["b00002", None]
    began, ended = (hour.start + timedelta(seconds=at_s) for at_s in (600, 780))
    assert found["a00001"]["event_id"] == f"emergency_squawk-a00001-{hour.start_s + 600}"
    assert moments(found["a00001"]) == (began.timestamp(), ended.timestamp())
    assert moments(found["asia"]) == (hour.start_s, hour.end_s)
    assert [found[name]["description"].split(":")[0] for name in ("a00002", "b00001", "asia")] == [
        "a00002 transmits squawk 7600, a radio failure.",
        "IBE2 and TVS1 share the address b00001",
        "49 aircraft in asia; the same hour of 4 days before had 100 in the median.",
    ]


def moments(event):
    return event["started_at"].timestamp(), event["ended_at"].timestamp()


def test_an_empty_hour_has_no_events_and_is_no_anomaly_either(events, states, traffic):
    usual = dict.fromkeys((1, 7, 14), 100)
    assert events(states(), traffic(world=(None, usual), europe=(None, usual))) == {}
