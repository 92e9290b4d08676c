"""Rows of a table become files to take along, with a manifest.

The table is read at one version, in slices of about a million rows, each sorted and streamed into
files of some 32 MB. A slice is recorded in the manifest once its files are there; a later run keeps
it while the data files that it was made of are the same. So a killed export goes on where it was,
the same export again writes nothing, and one of changed data writes what has changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from pyspark.sql import SparkSession
from pyspark.sql.pandas.types import to_arrow_schema

from flightlake.contracts.exports import (
    MAX_BYTES,
    MAX_ROWS,
    ExportRequest,
    Manifest,
    Part,
    folder_of,
    manifest_key,
    read_manifest,
    size_text,
)
from flightlake.contracts.json_codec import to_json
from flightlake.contracts.requests import RefusedError
from flightlake.contracts.storage import Lake
from flightlake.io.part_files import EncodedPart, empty_part, encode_parts
from flightlake.io.session import start_session
from flightlake.io.stream import stream_batches
from flightlake.steps.arguments import parse_export_arguments
from flightlake.steps.export_source import ExportSource, Slice
from flightlake.steps.progress import Progress

STEP = "export_table"
SLICE_ROWS = 1_000_000
SLICE_TRACKS = 100_000

# A sort's partitions reach the driver one by one: as large as that is cheap, and no larger.
_SETTINGS = {
    "spark.sql.adaptive.coalescePartitions.parallelismFirst": "false",
    "spark.sql.adaptive.coalescePartitions.initialPartitionNum": "16",
    "spark.sql.adaptive.advisoryPartitionSizeInBytes": "16m",
}


@dataclass(frozen=True)
class Caps:
    """How much an export may hold."""

    rows: int = MAX_ROWS
    size_bytes: int = MAX_BYTES


_CAPS = Caps()


def main(argv: Sequence[str]) -> int:
    """Export what the arguments name; 0 where that is refused too: the manifest says why."""
    arguments = parse_export_arguments(STEP, argv)
    lake, request = arguments.lake, arguments.request
    progress = Progress(f"{STEP} {request.export_id} on {lake.url}")
    spark = start_session(f"{STEP} {request.export_id}")
    for name, value in _SETTINGS.items():
        spark.conf.set(name, value)
    manifest = run(spark, lake, request, progress)
    spark.stop()
    progress.end(manifest.summary(lake))
    return 0


def run(
    spark: SparkSession,
    lake: Lake,
    request: ExportRequest,
    progress: Progress,
    *,
    caps: Caps = _CAPS,
    slice_rows: int | None = None,
) -> Manifest:
    """Write what is not there yet of an export; its manifest, complete or with the reason.

    Args:
        spark: the session.
        lake: where the tables are, and where the export goes.
        request: what is exported.
        progress: told after each slice.
        caps: how much the export may hold.
        slice_rows: the least rows of a slice but for the last.
    """
    before = read_manifest(lake, request.export_id)
    manifest = before or Manifest(request.export_id, request.fields)
    try:
        source = ExportSource(spark, lake, request)
        slices = source.slices(slice_rows or (SLICE_TRACKS if request.is_tracks else SLICE_ROWS))
        digests = {part.name: source.digest_of(part) for part in slices}
        kept = _kept(lake, manifest, digests)
        if manifest.is_complete and kept == manifest and kept.sources.keys() == digests.keys():
            progress.say("nothing has changed since it was written")
            return manifest
        manifest = replace(
            kept,
            table_versions=source.versions,
            columns=source.columns,
            created_at="",
            rows_planned=sum(part.rows for part in slices),
            is_complete=False,
            stopped=None,
        )
        progress.say(
            f"{manifest.rows_planned:,} rows in {len(slices)} slices,"
            f" {len(manifest.sources)} of them written already"
        )
        _require_room(request, manifest, caps)
        for part in slices:
            if part.name not in manifest.sources:
                # Recorded before files change, so that the manifest never names a wrong one.
                _record(lake, manifest)
                written = _write(lake, source, part, manifest, caps)
                manifest = manifest.with_slice(part.name, digests[part.name], written)
                progress.say(
                    f"{part.name}: {manifest.rows:,} rows, {size_text(manifest.size_bytes)} so far"
                )
        manifest = replace(manifest, is_complete=True)
    except RefusedError as error:
        manifest = replace(manifest, is_complete=False, stopped=str(error))
    manifest = replace(manifest, created_at=datetime.now(UTC).replace(microsecond=0))
    _record(lake, manifest)
    _remove_others(lake, manifest)
    return manifest


def _kept(lake: Lake, manifest: Manifest, digests: dict[str, str]) -> Manifest:
    """The manifest with the slices alone that are there and made of what they would be made of."""
    folder = folder_of(manifest.export_id)
    there = set(lake.keys(folder))
    lost = {part.slice for part in manifest.parts if f"{folder}/{part.name}" not in there}
    sources = {
        name: digest
        for name, digest in manifest.sources.items()
        if digests.get(name) == digest and name not in lost
    }
    parts = [part for part in manifest.parts if part.slice in sources]
    return replace(manifest, sources=sources, parts=parts)


def _require_room(request: ExportRequest, manifest: Manifest, caps: Caps) -> None:
    # The flights of an area are known only once their tracks are.
    is_counted = not (request.is_tracks and request.area)
    if is_counted and manifest.rows_planned > caps.rows:
        raise RefusedError(
            f"What was asked for has {manifest.rows_planned:,} rows; an export holds at most"
            f" {caps.rows:,}. Nothing was written. {_ways_to_narrow(request)}"
        )


def _write(
    lake: Lake, source: ExportSource, part: Slice, manifest: Manifest, caps: Caps
) -> list[Part]:
    """Write the files of a slice.

    Raises:
        RefusedError: the export would hold more than it may.
    """
    request, written = source.request, list[Part]()
    rows, size_bytes = manifest.rows, manifest.size_bytes
    for number, encoded in enumerate(_encoded(source, part), 1):
        rows += encoded.rows
        size_bytes += len(encoded.body)
        if rows > caps.rows or size_bytes > caps.size_bytes:
            raise RefusedError(
                f"The export was stopped in the slice {part.name}: it would hold more than"
                f" {caps.rows:,} rows or {size_text(caps.size_bytes)}. It is not complete: it has"
                f" the first {manifest.rows:,} of {manifest.rows_planned:,} rows."
                f" {_ways_to_narrow(request)}"
            )
        name = f"part-{part.name}-{number:04d}.{request.format}"
        lake.write(f"{folder_of(manifest.export_id)}/{name}", encoded.body)
        written.append(Part(name, part.name, encoded.rows, len(encoded.body), encoded.sha256))
    return written


def _encoded(source: ExportSource, part: Slice) -> Iterator[EncodedPart]:
    """The files of a slice; one without rows where it turns out to have none."""
    rows = source.rows_of(part)
    schema, kind = to_arrow_schema(rows.schema), source.request.format
    is_empty = True
    for encoded in encode_parts(stream_batches(rows) if part.rows else (), schema, kind):
        is_empty = False
        yield encoded
    if is_empty:
        yield empty_part(schema, kind)


def _record(lake: Lake, manifest: Manifest) -> None:
    lake.write(manifest_key(manifest.export_id), to_json(manifest))


def _remove_others(lake: Lake, manifest: Manifest) -> None:
    """Remove files of earlier data that are no part any more."""
    folder = folder_of(manifest.export_id)
    listed = {manifest_key(manifest.export_id), *(f"{folder}/{p.name}" for p in manifest.parts)}
    for key in set(lake.keys(folder)) - listed:
        lake.remove(key)


def _ways_to_narrow(request: ExportRequest) -> str:
    ways = ["a shorter time range"] if request.start else []
    ways += ["an area"] if request.area is None else ["a smaller area"]
    ways += ["fewer columns", *(["parquet"] if request.format != "parquet" else [])]
    return f"Ask for {', '.join(ways[:-1])} or {ways[-1]}."
