"""Rows of silver.state_vectors as aircraft between made-up airports would send them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import atan2, cos, degrees, hypot, radians
from typing import Any

from flightlake.contracts.days import Day

Row = dict[str, Any]
Rows = list[Row]

DAY = Day.parse("2025-12-28")
DEGREE_M = 111_195.0
"""Metres in a degree of latitude."""
SPEED_MPS, CLIMB_MPS, SINK_MPS, CRUISE_M = 110.0, 10.0, 8.0, 6_000.0
TAXI_MPS = 6.0
TAXI_S = 300
RUNWAY_M = 3_000.0


@dataclass(frozen=True)
class Field:
    """An airport; its runway, where it has one, points north and has its middle at the airport."""

    airport: str
    latitude_deg: float
    longitude_deg: float = 8.5
    elevation_m: float | None = 0.0
    iata: str | None = None
    type: str = "small_airport"
    has_runway: bool = True

    @property
    def ground_m(self) -> float:
        """Where the ground is, whether the table knows it or not."""
        return self.elevation_m or 0.0


HOME = Field("EDAA", 50.0, elevation_m=450.0, iata="AAA", type="large_airport")
AWAY = Field("EDBB", 52.0, elevation_m=100.0, iata="BBB", type="large_airport")
"""Two degrees north of HOME: 34 minutes in the air."""


def clock(text: str) -> int:
    """Unix seconds of a time of the day, such as 10:30, or +00:10 on the day after."""
    hours, minutes = map(int, text.removeprefix("+").split(":"))
    days = 1 if text.startswith("+") else 0
    return DAY.start_s + 86_400 * days + 3600 * hours + 60 * minutes


def airport_rows(fields: Iterable[Field]) -> Rows:
    """Rows of ref.airports."""
    names = ("airport", "latitude_deg", "longitude_deg", "elevation_m", "iata", "type")
    return [{name: getattr(field, name) for name in names} for field in fields]


def runway_rows(fields: Iterable[Field]) -> Rows:
    """Rows of ref.runways."""
    half_deg = RUNWAY_M / 2 / DEGREE_M
    ends = {"low": (1, "18", 180.0), "high": (-1, "36", 0.0)}
    return [
        {"airport": field.airport, "runway": "18/36", "length_m": RUNWAY_M, "is_closed": False}
        | {"position_source": "file"}
        | {
            f"{end}_{name}": value
            for end, (north, number, heading_deg) in ends.items()
            for name, value in (
                ("end", number),
                ("latitude_deg", field.latitude_deg + north * half_deg),
                ("longitude_deg", field.longitude_deg),
                ("elevation_m", field.elevation_m),
                ("heading_deg", heading_deg),
            )
        }
        for field in fields
        if field.has_runway
    ]


def contact(moment_s: int, **changes: Any) -> Row:
    """One state, heard at this very moment: an airliner that cruises northward over nothing."""
    moment = datetime.fromtimestamp(moment_s, UTC)
    row = {
        "icao24": "3c6444",
        "snapshot_time": moment,
        "last_contact": moment,
        "time_position": moment,
        "callsign": "DLH9LF",
        "latitude_deg": 40.0,
        "longitude_deg": -30.0,
        "baro_altitude_m": CRUISE_M,
        "is_on_ground": False,
        "ground_speed_mps": SPEED_MPS,
        "true_track_deg": 0.0,
        "vertical_rate_mps": 0.0,
        "position_source": 0,
        "source": "simulator",
        "date": moment.date(),
        "hour": moment.hour,
    }
    row["geo_altitude_m"] = changes.get("baro_altitude_m", CRUISE_M)
    return row | changes


def parked(field: Field, begin_s: int, end_s: int, every_s: int = 60, **changes: Any) -> Rows:
    """On the apron, 600 m from the middle of the runway, from begin to before end."""
    still = {
        "latitude_deg": field.latitude_deg + 0.001,
        "longitude_deg": field.longitude_deg + 600 / DEGREE_M / cos(radians(field.latitude_deg)),
        "baro_altitude_m": None,
        "is_on_ground": True,
        "ground_speed_mps": TAXI_MPS,
        "vertical_rate_mps": None,
    }
    return [contact(moment_s, **(still | changes)) for moment_s in range(begin_s, end_s, every_s)]


def landing_s(origin: Field, goal: Field, off_s: int, speed_mps: float = SPEED_MPS) -> int:
    """When an aircraft touches down that has lifted off at ``off_s``."""
    return off_s + round(_way(origin, goal)[0] / speed_mps)


def airborne(
    origin: Field,
    goal: Field,
    off_s: int,
    every_s: int = 60,
    *,
    speed_mps: float = SPEED_MPS,
    cruise_m: float = CRUISE_M,
    **changes: Any,
) -> Rows:
    """Straight from one field to the other: climb, cruise, descent; between the runways only."""
    on_s = landing_s(origin, goal, off_s, speed_mps)
    _, track_deg = _way(origin, goal)
    rows = []
    for moment_s in range(off_s + every_s // 2, on_s, every_s):
        share = (moment_s - off_s) / (on_s - off_s)
        climbed_m = origin.ground_m + CLIMB_MPS * (moment_s - off_s)
        left_m = goal.ground_m + SINK_MPS * (on_s - moment_s)
        altitude_m = min(climbed_m, left_m, cruise_m)
        rate_mps = {climbed_m: CLIMB_MPS, left_m: -SINK_MPS}.get(altitude_m, 0.0)
        motion = {
            "latitude_deg": _between(origin.latitude_deg, goal.latitude_deg, share),
            "longitude_deg": _between(origin.longitude_deg, goal.longitude_deg, share),
            "baro_altitude_m": altitude_m,
            "ground_speed_mps": speed_mps,
            "true_track_deg": track_deg,
            "vertical_rate_mps": rate_mps,
        }
        rows.append(contact(moment_s, **(motion | changes)))
    return rows


def leg(
    begin_s: int, origin: Field = HOME, goal: Field = AWAY, every_s: int = 60, **changes: Any
) -> Rows:
    """Five minutes of taxi, the way in the air, five minutes of taxi."""
    off_s = begin_s + TAXI_S
    on_s = landing_s(origin, goal, off_s)
    return (
        parked(origin, begin_s, off_s, every_s, **changes)
        + airborne(origin, goal, off_s, every_s, **changes)
        + parked(goal, on_s, on_s + TAXI_S, every_s, **changes)
    )


def unlocated(rows: Rows) -> Rows:
    """The same contacts without a decodable position: then the ground flag is false."""
    unknown = ("time_position", "latitude_deg", "longitude_deg", "baro_altitude_m")
    nothing = dict.fromkeys((*unknown, "geo_altitude_m", "vertical_rate_mps"))
    return [row | nothing | {"is_on_ground": False} for row in rows]


def unflagged(rows: Rows, ground_m: float) -> Rows:
    """The same contacts of an aircraft without a switch at its wheels: on the ground, it flies at
    the height of the field."""
    on_ground = {"is_on_ground": False, "baro_altitude_m": ground_m, "geo_altitude_m": ground_m}
    return [row | on_ground | {"vertical_rate_mps": 0.0} for row in rows]


def _way(origin: Field, goal: Field) -> tuple[float, float]:
    """Metres and degrees of the way, on a plane."""
    middle = cos(radians((origin.latitude_deg + goal.latitude_deg) / 2))
    north_m = DEGREE_M * (goal.latitude_deg - origin.latitude_deg)
    east_m = DEGREE_M * middle * (goal.longitude_deg - origin.longitude_deg)
    return hypot(north_m, east_m), degrees(atan2(east_m, north_m)) % 360


def _between(begin: float, end: float, share: float) -> float:
    return begin + share * (end - begin)


def derives_tracks(flights_by_both: Callable[..., Rows]) -> Callable[..., Rows]:
    """A function that derives the flights of tracks between fields, by both implementations."""

    def derived(*tracks: Rows, day: Day = DAY, fields: Sequence[Field] = (HOME, AWAY)) -> Rows:
        rows = [row for track in tracks for row in track]
        references = {"airports": airport_rows(fields), "runways": runway_rows(fields)}
        return flights_by_both(rows, day, **references)

    return derived


def ends(found: Rows) -> dict[str, list[tuple[str | None, str | None]]]:
    """Where each flight of an aircraft came from and went to, by aircraft."""
    of_aircraft: dict[str, list[tuple[str | None, str | None]]] = {}
    for row in found:
        pair = (row["departure_airport"], row["arrival_airport"])
        of_aircraft.setdefault(row["icao24"], []).append(pair)
    return of_aircraft
