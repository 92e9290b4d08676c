"""The rows of reference tables in Arrow: from source files in the lake, or as embedded."""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from itertools import count, islice
from threading import RLock
from typing import IO

import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession

from flightlake.contracts.references import MAX_FILE_BYTES, is_zip, source_of
from flightlake.contracts.storage import Lake, ObjectTooLargeError, is_gzip
from flightlake.contracts.tables import AIRPORTS, RUNWAYS, Table
from flightlake.io.frames import schema_of
from flightlake.reference import embedded_rows
from flightlake.schemas import columns_of
from flightlake.transforms.ref import airports, runways
from flightlake.transforms.ref.lines import Reading, Row, UnknownHeaderError

MAX_LINE_BYTES = 100_000
_BATCH_ROWS = 5_000
_embedding = RLock()


class UnreadableSourceError(Exception):
    """A source file is not what its table is made of; the message says which and why."""


def read_source(
    lake: Lake, table: Table, key: str, max_bytes: int = MAX_FILE_BYTES
) -> tuple[pa.Table, Reading]:
    """The rows that a source file gives, and what became of its lines.

    Args:
        lake: where it is.
        table: the reference table that it is for.
        key: the file.
        max_bytes: the cap on the file, packed and unpacked.

    Raises:
        UnreadableSourceError: there is no such file, it is too large, cut short, not UTF-8, or
            another kind of file.
    """
    reading = Reading()
    try:
        lines = _lines(lake.read(key, max_bytes), max_bytes)
        module = import_module(f"flightlake.transforms.ref.{table.name}")
        rows = as_table(table, module.read(lines, source_of(table.name, key), reading))
    except (
        FileNotFoundError,
        ObjectTooLargeError,
        UnknownHeaderError,
        ValueError,
        EOFError,
        gzip.BadGzipFile,
        zipfile.BadZipFile,
        zlib.error,
    ) as error:
        raise UnreadableSourceError(f"{lake.url_of(key)}: {error}") from error
    return rows, reading


def completed(table: Table, rows: pa.Table, other: Callable[[Table], pa.Table]) -> pa.Table:
    """The rows of a reference table with what only another reference table tells.

    Args:
        table: which.
        rows: as they were read.
        other: gives the rows of another reference table: runways as they were read or completed,
            airports completed.
    """
    if table is AIRPORTS:
        return airports.complete(rows, other(RUNWAYS))
    if table is RUNWAYS:
        return runways.complete(rows, other(AIRPORTS))
    return rows


def embedded_table(table: Table) -> pa.Table:
    """The rows of a reference table that come with the project."""
    # Tables are created at once, and those that need the same rows would all make them.
    with _embedding:
        return _embedded_table(table)


@cache
def _embedded_table(table: Table) -> pa.Table:
    def other(of: Table) -> pa.Table:
        return _embedded_table(of) if of is AIRPORTS else as_table(of, embedded_rows(of))

    return completed(table, as_table(table, embedded_rows(table)), other)


def embedded_frame(spark: SparkSession, table: Table) -> DataFrame:
    """The rows of a reference table that come with the project, in Spark."""
    return spark.createDataFrame(embedded_table(table), schema_of(table))


def as_table(table: Table, rows: Iterator[Row]) -> pa.Table:
    """Rows of a reference table in Arrow.

    In batches: all of them as Python objects would take ten times the memory.
    """
    kinds = {"string": pa.string(), "double": pa.float64(), "boolean": pa.bool_()}
    schema = pa.schema([(column.name, kinds[column.type]) for column in columns_of(table)])
    batches = [
        pa.RecordBatch.from_pylist(batch, schema=schema)
        for batch in iter(lambda: list(islice(rows, _BATCH_ROWS)), [])
    ]
    return pa.Table.from_batches(batches, schema=schema)


def _lines(body: bytes, max_bytes: int) -> Iterator[str]:
    """The lines of a file, packed or not, as far as the cap.

    Raises:
        ValueError: it holds more than the cap, a line that is no line, or text that is not UTF-8.
    """
    size = 0
    with _opened(body, max_bytes) as stream:
        for number in count(1):
            line = stream.readline(MAX_LINE_BYTES + 1)
            if not line:
                return
            size += len(line)
            if size > max_bytes:
                raise ValueError(f"it holds more than {max_bytes:,} bytes unpacked")
            if len(line) > MAX_LINE_BYTES:
                raise ValueError(f"it has a line of more than {MAX_LINE_BYTES:,} bytes")
            yield _text_of(line, number)


def _text_of(line: bytes, number: int) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ValueError(
            f"it is not UTF-8: byte {error.start + 1} of line {number} is"
            f" 0x{line[error.start]:02x}; save the file as UTF-8 and load it again"
        ) from None


def _opened(body: bytes, max_bytes: int) -> IO[bytes] | gzip.GzipFile:
    packed = io.BytesIO(body)
    if is_gzip(body):
        return gzip.GzipFile(fileobj=packed)
    return _only_file_of(packed, max_bytes) if is_zip(body) else packed


def _only_file_of(packed: io.BytesIO, max_bytes: int) -> IO[bytes]:
    """The one file of a zip; nothing is unpacked where it says that it is too large.

    Raises:
        ValueError: it holds another number of files, too large a one, or one with a password.
    """
    archive = zipfile.ZipFile(packed)
    names = [each.filename for each in archive.infolist() if not each.is_dir()]
    if len(names) != 1:
        raise ValueError(f"it is a zip with {len(names)} files, not one: pack one CSV file only")
    if (size := archive.getinfo(names[0]).file_size) > max_bytes:
        raise ValueError(f"it is a zip whose file has {size:,} bytes, more than {max_bytes:,}")
    try:
        return archive.open(names[0])
    except (RuntimeError, NotImplementedError) as error:
        raise ValueError(f"it is a zip that cannot be unpacked: {error}") from None
