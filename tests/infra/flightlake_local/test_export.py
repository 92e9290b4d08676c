"""What `make export` says before anything starts; the export itself is the DAG's and the step's."""

from __future__ import annotations

from pathlib import Path

import pytest
from flightlake.contracts.storage import Lake
from flightlake_local.errors import LocalError
from flightlake_local.export import nothing_of, request_of

ASKED = {"table": "silver.state_vectors", "from": "2025-12-28", "to": "2025-12-29"}


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({}, "make export TABLE="),
        ({**ASKED, "table": "silver.nope"}, "There is no table 'silver.nope'; there are:"),
        ({**ASKED, "columns": "icao"}, "has no column icao; it has icao24, "),
        ({**ASKED, "table": "gold.traffic_hourly", "area": "0,0,1,1"}, "has no positions"),
    ],
)
def test_what_cannot_be_exported_is_said_at_once(asked: dict[str, str], reason: str) -> None:
    with pytest.raises(LocalError, match=reason):
        request_of(asked)


def test_what_is_left_empty_is_left_open() -> None:
    request = request_of({**ASKED, "area": "", "columns": "", "format": ""})
    assert (request.area, request.columns, request.format) == (None, (), "csv")


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    lake = Lake(tmp_path.as_uri())
    for folder in (
        "silver/state_vectors/date=2025-12-26/hour=22",
        "silver/state_vectors/date=2025-12-26/hour=23",
        "silver/state_vectors/date=2025-12-27/hour=0",
        "silver/state_vectors/date=2025-12-27/hour=4",
        "gold/flights/date=2025-12-26",
        "gold/flights/date=2025-12-27",
        # VACUUM leaves folders behind.
        "gold/events/date=2025-12-26",
    ):
        lake.write(f"{folder}/part.parquet", b"")
    return lake


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({}, "of the asked time.\nIts hours go from 2025-12-26T22 to 2025-12-27T04"),
        (
            {"table": "gold.flights"},
            "of the asked time.\nIts days go from 2025-12-26 to 2025-12-27",
        ),
        ({"area": "1,2,3,4"}, "of the asked time and area.\nIts hours go from 2025-12-26T22 to"),
        ({"table": "gold.events"}, "of the asked time.\nIts days go from 2025-12-26 to 2025-12-26"),
        ({"table": "gold.route_daily"}, "of the asked time, nor of any other"),
        ({"table": "ref.airports", "from": "", "to": "", "area": "1,2,3,4"}, "of the asked area"),
        ({"table": "ref.airports", "from": "", "to": ""}, "ref.airports has no rows"),
    ],
)
def test_an_export_of_nothing_says_what_there_is(
    lake: Lake, asked: dict[str, str], said: str
) -> None:
    request = request_of({**ASKED, **asked})
    told = nothing_of(lake, request)
    assert told.startswith(f"{request.table.full_name} has no rows")
    assert said in told
    assert max(map(len, told.splitlines())) <= 100
