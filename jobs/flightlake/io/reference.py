"""Source files of the reference tables: from bytes in the lake to rows in Arrow."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from importlib import import_module
from itertools import islice

import pyarrow as pa
from pyspark.sql.pandas.types import to_arrow_schema

from flightlake.contracts.references import MAX_FILE_BYTES, is_gzip, source_of
from flightlake.contracts.storage import Lake, ObjectTooLargeError
from flightlake.contracts.tables import Table
from flightlake.io.frames import schema_of
from flightlake.transforms.ref.lines import Reading, UnknownHeaderError

MAX_LINE_BYTES = 100_000
_BATCH_ROWS = 20_000


class UnreadableSourceError(Exception):
    """A source file is not what its table is made of; the message says which and why."""


def read_source(
    lake: Lake, table: Table, key: str, max_bytes: int = MAX_FILE_BYTES
) -> tuple[pa.Table, Reading]:
    """The rows that a source file gives, and what became of its lines; needs a running session.

    Args:
        lake: where it is.
        table: the reference table that it is for.
        key: the file.
        max_bytes: the cap on the file, packed and unpacked.

    Raises:
        UnreadableSourceError: there is no such file, it is too large, cut short, or another kind
            of file.
    """
    reading = Reading()
    try:
        lines = _lines(lake.read(key, max_bytes), max_bytes)
        module = import_module(f"flightlake.transforms.ref.{table.name}")
        rows = module.read(lines, source_of(table.name, key), reading)
        schema = to_arrow_schema(schema_of(table))
        # In batches: all rows as Python objects would take ten times the memory.
        batches = [
            pa.RecordBatch.from_pylist(batch, schema=schema)
            for batch in iter(lambda: list(islice(rows, _BATCH_ROWS)), [])
        ]
    except (
        FileNotFoundError,
        ObjectTooLargeError,
        UnknownHeaderError,
        ValueError,
        EOFError,
        gzip.BadGzipFile,
        zlib.error,
    ) as error:
        raise UnreadableSourceError(f"{lake.url_of(key)}: {error}") from error
    return pa.Table.from_batches(batches, schema=schema), reading


def _lines(body: bytes, max_bytes: int) -> Iterator[str]:
    """The lines of a file, packed or not, as far as the cap.

    Raises:
        ValueError: it holds more than the cap, or a line that is no line.
    """
    packed = io.BytesIO(body)
    stream = gzip.GzipFile(fileobj=packed) if is_gzip(body) else packed
    size = 0
    while line := stream.readline(MAX_LINE_BYTES + 1):
        size += len(line)
        if size > max_bytes:
            raise ValueError(f"it holds more than {max_bytes:,} bytes unpacked")
        if len(line) > MAX_LINE_BYTES:
            raise ValueError(f"it has a line of more than {MAX_LINE_BYTES:,} bytes")
        yield line.decode("utf-8", errors="replace")
