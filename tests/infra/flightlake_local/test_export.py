"""What `make export` says before anything starts; the export itself is the DAG's and the step's."""

from __future__ import annotations

import pytest
from flightlake_local.errors import LocalError
from flightlake_local.export import request_of

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
