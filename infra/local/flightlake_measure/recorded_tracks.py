"""Real tracks of single aircraft at full rate, and the responses that a poller would have got."""

from __future__ import annotations

import csv
import gzip
import json
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from flightlake.contracts.days import Day
from flightlake_local.errors import LocalError

MAX_AGE_S = 300
"""OpenSky leaves out an aircraft whose newest state is older."""
DAY_S = 86_400

_TIME_POSITION, _LAST_CONTACT = 3, 4

State = Sequence[Any]
"""A state vector in the order of OpenSky's columns."""


@dataclass(frozen=True)
class Track:
    """One aircraft of a recording: its states in the order of time.

    ``icao24`` is its address in the recording, ``address`` the one that its states carry.
    """

    recording: str
    icao24: str
    address: str
    states: Sequence[State]

    @property
    def first_s(self) -> int:
        """The first contact, in Unix seconds."""
        return int(self.states[0][_LAST_CONTACT])

    @property
    def last_s(self) -> int:
        """The last contact, in Unix seconds."""
        return int(self.states[-1][_LAST_CONTACT])

    def moved(self, by_s: int, address: str) -> Track:
        """The same track at another time and under another address."""
        states = [
            [
                address,
                *state[1:_TIME_POSITION],
                state[_TIME_POSITION] and state[_TIME_POSITION] + by_s,
                state[_LAST_CONTACT] + by_s,
                *state[_LAST_CONTACT + 1 :],
            ]
            for state in self.states
        ]
        return replace(self, address=address, states=states)

    def by_day(self) -> list[Track]:
        """Its part of each UTC day."""
        days: dict[int, list[State]] = defaultdict(list)
        for state in self.states:
            days[state[_LAST_CONTACT] // DAY_S].append(state)
        return [replace(self, states=states) for states in days.values()]


def read_tracks(file: Path) -> list[Track]:
    """The tracks of a recording, ``<recording>.csv.gz``, one per address.

    Raises:
        LocalError: the file is absent, or a line of it cannot be read.
    """
    states: dict[str, list[State]] = defaultdict(list)
    try:
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            for number, row in enumerate(csv.DictReader(lines), 2):
                try:
                    states[row["icao24"]].append(state_of(row))
                except (KeyError, TypeError, ValueError) as error:
                    raise LocalError(f"{file}, line {number}: {error!r}") from None
    except OSError as error:
        raise LocalError(f"{file} cannot be read: {error}") from None
    recording = file.name.removesuffix(".csv.gz")
    return [
        Track(recording, icao24, icao24, sorted(found, key=lambda state: state[_LAST_CONTACT]))
        for icao24, found in states.items()
    ]


def state_of(row: Mapping[str, str]) -> State:
    """A line of a recording as OpenSky sends it: "on the ground" needs a surface position."""
    is_on_ground, has_position = row["is_on_ground"] == "true", bool(row["latitude_deg"])
    time_s = int(row["time_s"])
    return [
        row["icao24"],
        row["callsign"].ljust(8)[:8],
        "Unknown",
        time_s if has_position else None,
        time_s,
        _number(row["longitude_deg"]),
        _number(row["latitude_deg"]),
        None if is_on_ground else _number(row["baro_altitude_m"]),
        is_on_ground and has_position,
        _number(row["ground_speed_mps"]),
        _number(row["true_track_deg"]),
        _number(row["vertical_rate_mps"]),
        None,
        None if is_on_ground else _number(row["geo_altitude_m"]),
        None,
        False,
        0,
    ]


def _number(text: str) -> float | None:
    return float(text) if text else None


def on_one_day(tracks: Iterable[Track], day: Day) -> list[Track]:
    """The tracks moved by whole days, so that each begins on ``day``, at its own time of day.

    Where two have one address, the later gets the next free one.
    """
    taken: set[str] = set()
    moved = []
    for track in tracks:
        address = track.icao24
        while address in taken:
            address = f"{(int(address, 16) + 1) % 0x1000000:06x}"
        taken.add(address)
        moved.append(track.moved(day.start_s - track.first_s // DAY_S * DAY_S, address))
    return moved


def responses(tracks: Iterable[Track], every_s: int) -> Iterator[tuple[int, str]]:
    """The responses to a poll every so many seconds, and when each was given, in Unix seconds.

    Each holds the newest state of every aircraft that was heard in the five minutes before.
    """
    newest: dict[int, list[State]] = defaultdict(list)
    for track in tracks:
        times_s = [int(state[_LAST_CONTACT]) for state in track.states]
        first_s = -(-track.first_s // every_s) * every_s
        for moment_s in range(first_s, track.last_s + MAX_AGE_S + 1, every_s):
            at = bisect_right(times_s, moment_s) - 1
            if moment_s - times_s[at] <= MAX_AGE_S:
                newest[moment_s].append(track.states[at])
    for moment_s, states in sorted(newest.items()):
        yield moment_s, json.dumps({"time": moment_s, "states": states})


def write_responses(tracks: Iterable[Track], every_s: int, folder: Path) -> Path:
    """The responses as a Parquet file, as ``polled_sky.silver_states`` reads it; its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    polled = list(responses(tracks, every_s))
    columns = {
        "snapshot_time_s": pa.array([moment_s for moment_s, _ in polled], pa.int64()),
        "body": pa.array([body for _, body in polled], pa.string()),
    }
    pq.write_table(pa.table(columns), folder / "responses.parquet")
    return folder
