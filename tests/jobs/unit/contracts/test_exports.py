"""What may be asked of an export, and what is said of the rest."""

from __future__ import annotations

import pytest
from flightlake.contracts.exports import ExportRequest, read_manifest
from flightlake.contracts.requests import RefusedError
from flightlake.contracts.storage import Lake

STATES = {"table": "silver.state_vectors", "from": "2025-12-28T02", "to": "2025-12-28T04"}
KNOWN = ("icao24", "latitude_deg", "longitude_deg")


def test_a_request_has_one_spelling_and_so_one_name():
    asked = {**STATES, "from": "2025-12-28", "area": "45.80,-0.0,47,10.6", "format": ""}
    request = ExportRequest.parse(asked)
    assert request.fields == {
        "table": "silver.state_vectors",
        "from": "2025-12-28T00",
        "to": "2025-12-28T04",
        "area": "45.8,0,47,10.6",
        "columns": None,
        "format": "csv",
    }
    assert ExportRequest.parse(request.fields) == request
    name = "silver.state_vectors_2025-12-28T00_2025-12-28T04_csv_"
    assert request.export_id.startswith(name)
    assert request.export_id != ExportRequest.parse({**asked, "columns": "icao24"}).export_id


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"table": "silver.nope"}, "no table 'silver.nope'; there are: silver.state_vectors"),
        ({"table": "../raw"}, "no table '../raw'"),
        ({"format": "xlsx"}, "'xlsx' is none of csv, jsonl, parquet, geojson"),
        ({"sql": "DROP"}, "Unknown: sql. An export takes table, from, to"),
        ({"columns": "icao24; DROP TABLE x"}, "are no names with commas"),
        ({"columns": "icao24,icao24"}, "column icao24 is asked for twice"),
        ({"area": "1,2,3"}, "not four numbers"),
        ({"area": "nan,2,3,4"}, "not four numbers"),
        ({"area": "50,0,40,10"}, "south must be less than north"),
        ({"area": "0,170,10,190"}, "both within -180 to 180"),
        ({"from": "28.12.2025"}, "'28.12.2025' is neither an hour"),
        ({"from": None}, "say from and to, such as 2025-12-28T00"),
        ({"to": "2025-12-28T02"}, "from 2025-12-28T02 to 2025-12-28T02 is empty"),
        ({"to": "2026-03-01"}, "longer than 31 days, the cap for silver.state_vectors"),
        ({"table": "ops.run_ledger"}, "is kept by day; .* 2025-12-28 and 2025-12-29"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_what_can(changes, reason):
    with pytest.raises(RefusedError, match=reason):
        ExportRequest.parse({**STATES, **changes})


def test_columns_are_those_of_the_table():
    request = ExportRequest.parse({**STATES, "columns": "latitude_deg,icao24"})
    assert request.columns_of(KNOWN) == ["latitude_deg", "icao24"]
    assert ExportRequest.parse(STATES).columns_of(KNOWN) == list(KNOWN)
    with pytest.raises(RefusedError, match="no column icao24; it has region"):
        request.columns_of(["region", "latitude_deg"])


def test_a_position_that_is_the_geometry_is_not_repeated():
    points = ExportRequest.parse({**STATES, "format": "geojson"})
    assert points.columns_of(KNOWN) == ["icao24"]
    with pytest.raises(RefusedError, match="no positions, so it has no GeoJSON"):
        points.columns_of(["icao24"])
    within = ExportRequest.parse({**STATES, "area": "0,0,1,1"})
    with pytest.raises(RefusedError, match="cannot be cut to an area"):
        within.columns_of(["icao24"])


def test_an_export_that_was_never_begun_has_no_manifest(tmp_path):
    assert read_manifest(Lake(tmp_path.as_uri()), "x") is None
