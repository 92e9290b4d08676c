"""The files of an export, one at a time in memory: CSV, JSON lines, Parquet, GeoJSON.

The same rows give the same bytes, however they arrive: rows are taken in blocks of a fixed size,
and a file ends with the first block that makes it large enough.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from flightlake.contracts.cells import csv_cell, json_value
from flightlake.contracts.exports import Format
from flightlake.io.geojson import Positions, geometry_of

BLOCK_ROWS = 20_000
PART_BYTES = 32 * 1024 * 1024
GEOMETRY = "_positions"
"""The column that GeoJSON makes a feature's geometry of, beside those that are its properties."""


@dataclass(frozen=True)
class EncodedPart:
    """The bytes of a file, and how many rows they hold."""

    body: bytes
    rows: int

    @property
    def sha256(self) -> str:
        """The digest of the bytes, in hexadecimal."""
        return hashlib.sha256(self.body).hexdigest()


class PartFile(Protocol):
    """A file that is being written in memory."""

    def add(self, block: pa.Table) -> None:
        """Append rows."""

    @property
    def size_bytes(self) -> int:
        """The bytes so far."""

    def close(self) -> bytes:
        """The whole file."""


def encode_parts(
    batches: Iterable[pa.RecordBatch],
    schema: pa.Schema,
    kind: Format,
    *,
    block_rows: int = BLOCK_ROWS,
    part_bytes: int = PART_BYTES,
) -> Iterator[EncodedPart]:
    """Rows as files of a format; none where there are no rows."""
    file, rows = _FILES[kind](schema), 0
    for block in blocks_of(batches, schema, block_rows):
        file.add(block)
        rows += block.num_rows
        if file.size_bytes >= part_bytes:
            yield EncodedPart(file.close(), rows)
            file, rows = _FILES[kind](schema), 0
    if rows:
        yield EncodedPart(file.close(), rows)


def empty_part(schema: pa.Schema, kind: Format) -> EncodedPart:
    """The file of no rows."""
    return EncodedPart(_FILES[kind](schema).close(), 0)


def blocks_of(
    batches: Iterable[pa.RecordBatch], schema: pa.Schema, block_rows: int
) -> Iterator[pa.Table]:
    """The same rows in tables of ``block_rows`` rows; the last may have fewer."""
    waiting = schema.empty_table()
    for batch in batches:
        waiting = pa.concat_tables([waiting, pa.Table.from_batches([batch]).cast(schema)])
        while waiting.num_rows >= block_rows:
            yield waiting.slice(0, block_rows)
            waiting = waiting.slice(block_rows)
    if waiting.num_rows:
        yield waiting


class _TextFile:
    """UTF-8, written into memory."""

    def __init__(self) -> None:
        self._bytes = io.BytesIO()
        self._text = io.TextIOWrapper(self._bytes, "utf-8", newline="")

    @property
    def size_bytes(self) -> int:
        self._text.flush()
        return self._bytes.tell()

    def close(self) -> bytes:
        self._text.flush()
        return self._bytes.getvalue()


class _Csv(_TextFile):
    """RFC 4180 with a header line; text that a spreadsheet would run gets an apostrophe."""

    def __init__(self, schema: pa.Schema) -> None:
        super().__init__()
        self._writer = csv.writer(self._text, lineterminator="\r\n")
        self._writer.writerow(schema.names)

    def add(self, block: pa.Table) -> None:
        self._writer.writerows(zip(*(_cells(column) for column in block.columns), strict=True))


class _JsonLines(_TextFile):
    """One JSON object a line."""

    def add(self, block: pa.Table) -> None:
        self._text.writelines(f"{_json(row)}\n" for row in _objects(block))


class _GeoJson(_TextFile):
    """A FeatureCollection (RFC 7946), one feature a line."""

    _separator = '{"type":"FeatureCollection","features":[\n'

    def add(self, block: pa.Table) -> None:
        lines: list[Positions | None] = block[GEOMETRY].to_pylist()
        properties = _objects(block.drop_columns(GEOMETRY))
        for positions, row in zip(lines, properties, strict=True):
            feature = {"type": "Feature", "geometry": geometry_of(positions), "properties": row}
            self._text.write(f"{self._separator}{_json(feature)}")
            self._separator = ",\n"

    def close(self) -> bytes:
        self._text.write("\n]}\n" if self._separator == ",\n" else f"{self._separator}]}}\n")
        return super().close()


class _Parquet:
    """Parquet, compressed with zstd."""

    def __init__(self, schema: pa.Schema) -> None:
        self._bytes = io.BytesIO()
        self._writer = pq.ParquetWriter(self._bytes, schema, compression="zstd")

    def add(self, block: pa.Table) -> None:
        self._writer.write_table(block.combine_chunks())

    @property
    def size_bytes(self) -> int:
        return self._bytes.tell()

    def close(self) -> bytes:
        self._writer.close()
        return self._bytes.getvalue()


_FILES: dict[Format, Callable[[pa.Schema], PartFile]] = {
    "csv": _Csv,
    "jsonl": lambda _: _JsonLines(),
    "parquet": _Parquet,
    "geojson": lambda _: _GeoJson(),
}


def _cells(column: pa.ChunkedArray) -> Iterable[Any]:
    if _is_plain(column.type):
        return column.to_pylist()
    return _each_distinct(column, csv_cell)


def _objects(block: pa.Table) -> Iterator[dict[str, Any]]:
    names: Sequence[str] = block.column_names
    for row in zip(*(_values(column) for column in block.columns), strict=True):
        yield dict(zip(names, row, strict=True))


def _values(column: pa.ChunkedArray) -> Iterable[Any]:
    if pa.types.is_floating(column.type):
        return pc.if_else(pc.is_finite(column), column, None).to_pylist()
    if _is_plain(column.type) or pa.types.is_string(column.type):
        return column.to_pylist()
    return _each_distinct(column, json_value)


def _is_plain(kind: pa.DataType) -> bool:
    return any(is_kind(kind) for is_kind in _PLAIN)


_PLAIN = (pa.types.is_boolean, pa.types.is_integer, pa.types.is_floating)


def _each_distinct(column: pa.ChunkedArray, write: Callable[[Any], Any]) -> Iterable[Any]:
    """Values as they are written; each distinct one is converted once."""
    if pa.types.is_nested(column.type):
        return map(write, column.to_pylist())
    encoded = column.combine_chunks().dictionary_encode()
    texts = [write(value) for value in encoded.dictionary.to_pylist()]
    return [None if at is None else texts[at] for at in encoded.indices.to_pylist()]


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
