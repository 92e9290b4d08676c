"""export_table on real Delta tables: files that any reader takes, whole or said to be not."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from deltalake import write_deltalake
from flightlake.contracts.exports import (
    ExportRequest,
    Manifest,
    folder_of,
    manifest_key,
    read_manifest,
)
from flightlake.contracts.storage import Lake
from flightlake.contracts.tables import TABLES
from flightlake.io.frames import schema_of
from flightlake.steps.export_table import Caps, run
from flightlake.steps.progress import Progress
from pyspark.sql.pandas.types import to_arrow_schema

CAPS = Caps()
START = datetime(2025, 12, 28, 2, tzinfo=UTC)
RANGE = {"from": "2025-12-28T02", "to": "2025-12-28T04"}
STATES = {"table": "silver.state_vectors", **RANGE}
FLIGHTS = {"table": "gold.flights", "from": "2025-12-28", "to": "2025-12-29", "format": "geojson"}
Export = Callable[..., Manifest]
Fill = Callable[..., None]


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(f"file://{tmp_path}/lake")


@pytest.fixture
def fill(spark, lake: Lake) -> Fill:
    """Writes the whole of a table from rows that name some of its columns."""

    def write(table_name: str, rows: Iterable[dict[str, Any]], without: str = "") -> None:
        table = TABLES[table_name]
        schema = to_arrow_schema(schema_of(table))
        schema = pa.schema([column for column in schema if column.name != without])
        filled = [{**dict.fromkeys(schema.names), **row} for row in rows]
        write_deltalake(
            lake.url_of(table.path),
            pa.Table.from_pylist(filled, schema=schema),
            mode="overwrite",
            partition_by=list(table.partitions),
        )

    return write


@pytest.fixture
def export(spark, lake: Lake) -> Export:
    """Runs the step, every hour a slice of its own."""

    def export_table(asked: dict[str, str], caps: Caps = CAPS) -> Manifest:
        request = ExportRequest.parse(asked)
        return run(spark, lake, request, Progress("test"), caps=caps, slice_rows=1)

    return export_table


@pytest.fixture
def files(lake: Lake) -> Callable[[Manifest], list[bytes]]:
    """The bytes of an export's files, held against its manifest."""

    def read(manifest: Manifest) -> list[bytes]:
        folder = folder_of(manifest.export_id)
        bodies = [lake.read(f"{folder}/{part.name}") for part in manifest.parts]
        assert [hashlib.sha256(body).hexdigest() for body in bodies] == [
            part.sha256 for part in manifest.parts
        ]
        assert [len(body) for body in bodies] == [part.size_bytes for part in manifest.parts]
        # Nothing else is there.
        assert len(lake.keys(folder)) == len(bodies) + 1
        return bodies

    return read


def state(at_s: int, icao24: str = "3c6444", **changes: Any) -> dict[str, Any]:
    moment = START + timedelta(seconds=at_s)
    return {
        "icao24": icao24,
        "snapshot_time": moment,
        "time_position": moment,
        "last_contact": moment,
        "latitude_deg": 50.0,
        "longitude_deg": 8.5,
        "region": "europe",
        "date": moment.date(),
        "hour": moment.hour,
        **changes,
    }


def flight(flight_id: str, first_s: int, last_s: int, icao24: str, **changes: Any) -> dict:
    first, last = START + timedelta(seconds=first_s), START + timedelta(seconds=last_s)
    times = {"first_seen": first, "last_seen": last, "date": last.date()}
    return {"flight_id": flight_id, "icao24": icao24, **times, **changes}


@pytest.fixture
def two_hours(fill: Fill) -> None:
    fill(
        "silver.state_vectors",
        [
            state(3600, "bbbbbb", callsign='=1+1,"x"\r\nnext', region="asia"),
            state(600, "bbbbbb", callsign="@SUM(A1)", latitude_deg=None),
            state(600, "aaaaaa", callsign="Zürich", ground_speed_mps=float("nan")),
            state(7200, "cccccc"),
        ],
    )


def test_flights_are_lines_along_their_positions(fill, export, files):
    def fix(at_s, icao24, latitude_deg, longitude_deg, **changes):
        place = {"latitude_deg": latitude_deg, "longitude_deg": longitude_deg}
        return state(at_s, icao24, **place, **changes)

    fill(
        "silver.state_vectors",
        [
            fix(1200, "aaaaaa", 52.0, 9.0),
            fix(600, "aaaaaa", 50.0, 8.0),
            # The same position in a later answer, a frozen one, and one after the flight.
            fix(600, "aaaaaa", 50.0, 8.0, snapshot_time=START + timedelta(seconds=690)),
            fix(1300, "aaaaaa", 1.0, 1.0, time_position=START),
            fix(5000, "aaaaaa", 2.0, 2.0),
            # Across the antimeridian, and over midnight.
            fix(-90, "bbbbbb", 10.0, 179.0),
            fix(0, "bbbbbb", 12.0, -179.0),
            # Two aircraft with one address.
            fix(10, "cccccc", 0.0, 0.0, callsign="ONE1"),
            fix(20, "cccccc", 40.0, 40.0, callsign="TWO2"),
            fix(30, "cccccc", 0.0, 1.0, callsign="ONE1"),
        ],
    )
    fill(
        "gold.flights",
        [
            flight("aaaaaa-1", 600, 1300, "aaaaaa", callsign="DLH1"),
            flight("bbbbbb-1", -90, 0, "bbbbbb"),
            flight("cccccc-1", 10, 30, "cccccc", callsign="ONE1"),
            flight("cccccc-2", 20, 20, "cccccc", callsign="TWO2"),
            flight("dddddd-1", 0, 60, "dddddd"),
        ],
    )
    [body] = files(export(FLIGHTS))
    features = {f["properties"]["flight_id"]: f for f in json.loads(body)["features"]}
    assert features["aaaaaa-1"]["properties"]["callsign"] == "DLH1"
    assert {name: feature["geometry"] for name, feature in features.items()} == {
        "aaaaaa-1": {"type": "LineString", "coordinates": [[8.0, 50.0], [9.0, 52.0]]},
        "bbbbbb-1": {
            "type": "MultiLineString",
            "coordinates": [[[179.0, 10.0], [180.0, 11.0]], [[-180.0, 11.0], [-179.0, 12.0]]],
        },
        "cccccc-1": {"type": "LineString", "coordinates": [[0.0, 0.0], [1.0, 0.0]]},
        "cccccc-2": {"type": "Point", "coordinates": [40.0, 40.0]},
        "dddddd-1": None,
    }
    [body] = files(export({**FLIGHTS, "area": "49,7,51,8.5"}))
    [feature] = json.loads(body)["features"]
    assert feature["geometry"] == features["aaaaaa-1"]["geometry"]


@pytest.mark.usefixtures("two_hours")
def test_a_killed_export_goes_on_where_it_was_and_is_the_same_bytes(
    export, files, lake, monkeypatch
):
    asked = {**STATES, "columns": "icao24,callsign,snapshot_time"}
    whole = export(asked)
    first, second = files(whole)
    assert list(csv.reader(io.StringIO(first.decode() + second.decode(), newline=""))) == [
        ["icao24", "callsign", "snapshot_time"],
        ["aaaaaa", "Zürich", "2025-12-28T02:10:00+00:00"],
        ["bbbbbb", "'@SUM(A1)", "2025-12-28T02:10:00+00:00"],
        ["icao24", "callsign", "snapshot_time"],
        ["bbbbbb", '\'=1+1,"x"\r\nnext', "2025-12-28T03:00:00+00:00"],
    ]
    for key in lake.keys(folder_of(whole.export_id)):
        lake.remove(key)

    written: list[str] = []
    write, is_killed = Lake.write, True

    def write_until_killed(self: Lake, key: str, body: bytes) -> None:
        if is_killed and key.endswith("T03-0001.csv"):
            raise KeyboardInterrupt
        written.append(key.rpartition("/")[2])
        write(self, key, body)

    monkeypatch.setattr(Lake, "write", write_until_killed)
    with pytest.raises(KeyboardInterrupt):
        export(asked)
    partial = read_manifest(lake, whole.export_id)
    assert (partial.is_complete, partial.rows, partial.rows_planned) == (False, 2, 3)

    is_killed = False
    written.clear()
    resumed = export(asked)
    assert files(resumed) == [first, second]
    assert written == ["manifest.json", "part-2025-12-28T03-0001.csv", "manifest.json"]
    written.clear()
    assert export(asked) == resumed
    assert written == []


@pytest.mark.usefixtures("two_hours")
def test_changed_data_are_written_anew_and_what_is_gone_is_removed(fill, export, files, lake):
    asked = {**STATES, "columns": "icao24"}
    export(asked)
    fill("silver.state_vectors", [state(1, "ffffff")])
    before = set(lake.objects(""))
    manifest = export(asked)
    assert files(manifest) == [b"icao24\r\nffffff\r\n"]
    # Its job may write, and remove, nothing else on AWS.
    changed = {found.key for found in set(lake.objects("")) ^ before}
    assert {
        key for key in changed if not key.startswith(f"{folder_of(manifest.export_id)}/")
    } == set()
    assert changed
    stored = json.loads(lake.read(manifest_key(manifest.export_id)))
    assert stored["asked"] == {**asked, "area": None, "format": "csv"}
    assert stored["table_versions"] == {"silver.state_vectors": 1}
    assert (stored["rows"], stored["size_bytes"], stored["is_complete"]) == (1, 16, True)
    assert datetime.fromisoformat(stored["created_at"]).tzinfo


def test_an_area_may_cross_the_antimeridian_and_parquet_keeps_the_types(fill, export, lake):
    fill(
        "silver.state_vectors",
        [
            state(1, "aaaaaa", latitude_deg=-17.0, longitude_deg=179.5),
            state(1, "bbbbbb", latitude_deg=-17.0, longitude_deg=-179.5, region="pacific"),
            state(1, "cccccc", latitude_deg=-17.0, longitude_deg=0.0),
            state(1, "dddddd", latitude_deg=None, longitude_deg=None),
        ],
    )
    manifest = export({**STATES, "format": "parquet", "area": "-20,170,0,-170"})
    folder = lake.url_of(folder_of(manifest.export_id)).removeprefix("file://")
    found = duckdb.sql(f"FROM '{folder}/*.parquet' SELECT icao24, snapshot_time, hour")
    assert list(map(str, found.types)) == ["VARCHAR", "TIMESTAMP WITH TIME ZONE", "INTEGER"]
    assert [row[0] for row in found.fetchall()] == ["aaaaaa", "bbbbbb"]


@pytest.mark.usefixtures("two_hours")
def test_an_export_that_is_too_large_is_refused_or_stopped_and_says_how_to_narrow_it(export, files):
    asked = {**STATES, "columns": "icao24"}
    refused = export(asked, Caps(rows=2))
    assert files(refused) == []
    assert refused.stopped == (
        "What was asked for has 3 rows; an export holds at most 2. Nothing was written."
        " Ask for a shorter time range, an area, fewer columns or parquet."
    )
    stopped = export(asked, Caps(size_bytes=30))
    assert files(stopped) == [b"icao24\r\naaaaaa\r\nbbbbbb\r\n"]
    assert "more than 50,000,000 rows or 30 bytes" in stopped.stopped
    assert "the first 2 of 3 rows" in stopped.stopped
    assert not stopped.is_complete


def test_nothing_is_a_complete_export_of_no_rows(fill, export, files):
    fill("silver.state_vectors", [])
    fill("gold.flights", [])
    for asked, expected in (
        ({**STATES, "columns": "icao24,hour"}, b"icao24,hour\r\n"),
        (FLIGHTS, b'{"type":"FeatureCollection","features":[\n]}\n'),
    ):
        manifest = export(asked)
        assert files(manifest) == [expected]
        assert (manifest.rows, manifest.is_complete) == (0, True)


def test_what_cannot_be_exported_is_said_in_the_manifest(export, lake):
    missing = export(STATES)
    assert missing.stopped == "silver.state_vectors has not been written yet."
    unknown = export({**STATES, "columns": "icao24,altitude"})
    assert "has no column altitude; it has icao24, snapshot_time" in unknown.stopped
    assert read_manifest(lake, unknown.export_id) == unknown


def test_a_column_that_came_since_has_no_values_and_is_refused_by_name(fill, export, files):
    fill("silver.state_vectors", [state(0, callsign="DLH1")], without="callsign")
    asked = export({**STATES, "columns": "icao24,callsign"})
    assert "silver.state_vectors has no column callsign yet" in asked.stopped
    [body] = files(export(STATES | {"format": "jsonl"}))
    assert json.loads(body)["callsign"] is None
