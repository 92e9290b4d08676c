"""Rows shaped like staged hours: a good one made by hand, and the real recording."""

import gzip
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from flightlake.contracts.hours import Hour
from flightlake.contracts.results import Judgement
from flightlake.contracts.tables import STATE_VECTORS
from flightlake.quality.judge import judge
from flightlake.quality.suites import suite_parameters
from flightlake.schemas import columns_of

Row = dict[str, Any]

HOUR = Hour.parse("2025-12-28T02")
ANSWERS, AIRCRAFT = 4, 60


def _good_row(answer: int, aircraft: int) -> Row:
    snapshot_time = HOUR.start + timedelta(minutes=15 * answer, seconds=7)
    is_on_ground = aircraft % 10 == 0
    return {
        "icao24": f"{0x3C0000 + aircraft:06x}",
        "snapshot_time": snapshot_time,
        "callsign": f"TST{aircraft}",
        "origin_country": "Germany",
        "time_position": snapshot_time - timedelta(seconds=3),
        "last_contact": snapshot_time - timedelta(seconds=1),
        "longitude_deg": 8.5 + answer / 10,
        "latitude_deg": 50.0 + aircraft / 100,
        "baro_altitude_m": None if is_on_ground else 11_000.0,
        "geo_altitude_m": None if is_on_ground else 11_200.0,
        "is_on_ground": is_on_ground,
        "ground_speed_mps": 5.0 if is_on_ground else 230.0,
        "true_track_deg": 359.9,
        "vertical_rate_mps": 0.0,
        "squawk": "0236" if aircraft % 2 else None,
        "is_spi": False,
        "position_source": 0,
        "category": None,
        "flight_phase": "ground" if is_on_ground else "cruise",
        "position_age_s": 3,
        "contact_age_s": 1,
        "is_fresh": True,
        "nulled_columns": [],
        "source": "simulator",
        "raw_object": f"raw/states/source=simulator/{answer}.json.gz",
        "date": snapshot_time.date(),
        "hour": snapshot_time.hour,
        "region": "europe",
    }


@pytest.fixture
def good_rows() -> list[Row]:
    """Four answers with 60 aircraft each, of which six are on the ground."""
    return [
        _good_row(answer, aircraft) for answer in range(ANSWERS) for aircraft in range(AIRCRAFT)
    ]


def _parameters(**changed: Any) -> Row:
    """What belongs to the good rows: all responses read, and the hour is like those before."""
    rows = ANSWERS * AIRCRAFT
    good: Row = {
        "rows_read": rows,
        "rows_staged": rows,
        "rows_quarantined": 0,
        "rows_nulled": 0,
        "answers_read": ANSWERS,
        "answers_expected": ANSWERS,
        "answers_quarantined": 0,
        "rows_per_answer_before": float(AIRCRAFT),
        "rows_published_before": 0,
    }
    return suite_parameters(**{**good, **changed})


@pytest.fixture
def parameters_of() -> Callable[..., Row]:
    """Makes the suite's parameters of a good hour unless changed."""
    return _parameters


@pytest.fixture
def judge_hour() -> Callable[..., Judgement]:
    """Judges rows of silver.state_vectors, in pandas."""

    def judge_rows(rows: list[Row], **changed: Any) -> Judgement:
        columns = [column.name for column in columns_of(STATE_VECTORS)]
        staged = {"rows_read": len(rows), "rows_staged": len(rows)}
        known = _parameters(**{**staged, **changed})
        found = judge(pd.DataFrame(rows, columns=columns), STATE_VECTORS.full_name, known)
        assert [result for result in found.results if result.exception] == []
        return found

    return judge_rows


def _recorded_row(state: list[Any], time_s: int) -> Row:
    def moment(seconds: int | None) -> datetime | None:
        return None if seconds is None else datetime.fromtimestamp(seconds, UTC)

    def measure(value: float | None) -> float | None:
        return None if value is None else float(value)

    position_age_s = None if state[3] is None else max(0, time_s - state[3])
    snapshot_time = datetime.fromtimestamp(time_s, UTC)
    return {
        "icao24": state[0],
        "snapshot_time": snapshot_time,
        "callsign": state[1].strip() or None,
        "origin_country": state[2],
        "time_position": moment(state[3]),
        "last_contact": moment(state[4]),
        "longitude_deg": measure(state[5]),
        "latitude_deg": measure(state[6]),
        "baro_altitude_m": measure(state[7]),
        "geo_altitude_m": measure(state[13]),
        "is_on_ground": state[8],
        "ground_speed_mps": measure(state[9]),
        "true_track_deg": measure(state[10]),
        "vertical_rate_mps": measure(state[11]),
        "squawk": state[14],
        "is_spi": state[15],
        "position_source": state[16],
        "category": None,
        "flight_phase": "ground" if state[8] else "cruise",
        "position_age_s": position_age_s,
        "contact_age_s": max(0, time_s - state[4]),
        "is_fresh": position_age_s is not None and position_age_s <= 15,
        "nulled_columns": [],
        "source": "replay",
        "raw_object": "raw/states/source=replay/recorded.json.gz",
        "date": snapshot_time.date(),
        "hour": snapshot_time.hour,
        "region": "unknown" if state[6] is None else "other",
    }


@pytest.fixture
def recorded_rows(recordings: Path) -> list[Row]:
    """The 6,553 states of one real answer of the whole world."""
    recording = recordings / "states-all-world-2025-12-28T021419Z.json.gz"
    answer = json.loads(gzip.decompress(recording.read_bytes()))
    return [_recorded_row(state, answer["time"]) for state in answer["states"]]
