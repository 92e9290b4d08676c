"""The files of an export: right to every reader, and the same bytes however the rows arrive."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from flightlake.contracts.exports import FORMATS
from flightlake.io.part_files import GEOMETRY, encode_parts

MOMENT = datetime(2025, 12, 28, 2, 10, tzinfo=UTC)
SCHEMA = pa.schema(
    [
        ("callsign", pa.string()),
        ("speed_mps", pa.float64()),
        ("seen", pa.timestamp("us", "UTC")),
        ("day", pa.date32()),
        ("reasons", pa.list_(pa.string())),
        (GEOMETRY, pa.list_(pa.list_(pa.float64()))),
    ]
)


def table(*rows: dict[str, Any]) -> pa.Table:
    return pa.Table.from_pylist(
        [{**dict.fromkeys(SCHEMA.names), **row} for row in rows], schema=SCHEMA
    )


def encoded(kind: str, *rows: dict[str, Any], without: str = GEOMETRY) -> bytes:
    found = table(*rows).drop_columns(without)
    [part] = encode_parts(found.to_batches(), found.schema, kind)
    assert part.rows == len(rows)
    return part.body


def test_csv_is_rfc_4180_and_holds_no_formula():
    texts = ['=1+1,"x"\r\nnext', "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "Zürich", "", None]
    body = encoded("csv", *({"callsign": text, "speed_mps": -1.5} for text in texts))
    rows = list(csv.reader(io.StringIO(body.decode(), newline="")))
    assert rows[0] == ["callsign", "speed_mps", "seen", "day", "reasons"]
    cells = [row[0] for row in rows[1:]]
    assert cells == [*(f"'{text}" for text in texts[:6]), "Zürich", "", ""]
    # A number is no text.
    assert {row[1] for row in rows[1:]} == {"-1.5"}
    assert body.startswith(b"callsign,speed_mps,seen,day,reasons\r\n")


def test_times_and_lists_are_texts_that_say_all():
    row = {"seen": MOMENT, "day": date(2025, 12, 28), "reasons": ["a", "b"]}
    [_, cells] = csv.reader(io.StringIO(encoded("csv", row).decode()))
    assert cells[2:] == ["2025-12-28T02:10:00+00:00", "2025-12-28", '["a", "b"]']
    found = json.loads(encoded("jsonl", row))
    assert (found["seen"], found["reasons"]) == ("2025-12-28T02:10:00+00:00", ["a", "b"])


def test_json_has_null_for_what_it_lacks():
    body = encoded("jsonl", {"speed_mps": float("nan")}, {"speed_mps": float("-inf")})
    assert [json.loads(line)["speed_mps"] for line in body.splitlines()] == [None, None]


@pytest.mark.parametrize(
    ("positions", "geometry"),
    [
        (None, None),
        ([[8.5, 50.0]], {"type": "Point", "coordinates": [8.5, 50.0]}),
        (
            [[8.5, 50.0], [9.0, 51.0]],
            {"type": "LineString", "coordinates": [[8.5, 50.0], [9.0, 51.0]]},
        ),
        (
            [[-179.0, 10.0], [179.0, 12.0], [178.0, 12.0]],
            {
                "type": "MultiLineString",
                "coordinates": [
                    [[-179.0, 10.0], [-180.0, 11.0]],
                    [[180.0, 11.0], [179.0, 12.0], [178.0, 12.0]],
                ],
            },
        ),
    ],
)
def test_positions_are_geometries_cut_at_the_antimeridian(positions, geometry):
    rows = [{"callsign": "A", GEOMETRY: positions}, {"callsign": "B", GEOMETRY: [[0.0, 0.0]]}]
    found = json.loads(encoded("geojson", *rows, without="reasons"))
    assert found["type"] == "FeatureCollection"
    assert found["features"][0]["type"] == "Feature"
    assert found["features"][0]["geometry"] == geometry
    assert [feature["properties"]["callsign"] for feature in found["features"]] == ["A", "B"]
    assert GEOMETRY not in found["features"][0]["properties"]


@pytest.mark.parametrize("kind", FORMATS)
def test_the_same_rows_are_the_same_files_however_they_arrive(kind):
    rows = table(*({"callsign": None if n < 40 else f"DLH{n}", "seen": MOMENT} for n in range(100)))

    def parts(batch_rows: int) -> list[Any]:
        batches = rows.to_batches(max_chunksize=batch_rows)
        return list(encode_parts(batches, rows.schema, kind, block_rows=10, part_bytes=1_000))

    assert len(parts(100)) > 1
    assert sum(part.rows for part in parts(100)) == 100
    assert parts(100) == parts(7) == parts(1)


def test_parquet_parts_together_are_the_rows():
    rows = table(*({"callsign": f"DLH{n}"} for n in range(100)))
    parts = encode_parts(rows.to_batches(), SCHEMA, "parquet", block_rows=30, part_bytes=500)
    files = [pq.read_table(io.BytesIO(part.body)) for part in parts]
    assert len(files) > 1
    assert pa.concat_tables(files).equals(rows)
