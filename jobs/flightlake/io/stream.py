"""A frame's rows out of Spark in order, without ever holding all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyarrow as pa
from pyspark.sql import DataFrame


def stream_batches(rows: DataFrame) -> Iterator[pa.RecordBatch]:
    """The rows in Arrow's batches; the driver holds one partition of the frame at a time."""
    for (body,) in rows.mapInArrow(_packed, "batch binary").toLocalIterator():
        yield from pa.ipc.open_stream(body)


def _packed(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Each batch as one value: Spark hands over rows one by one, and batches only all at once."""
    for batch in batches:
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, batch.schema) as stream:
            stream.write_batch(batch)
        body = pa.array([sink.getvalue().to_pybytes()], pa.binary())
        yield pa.record_batch([body], names=["batch"])
