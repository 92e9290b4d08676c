"""Exports: what may be asked for, where the files lie, and what their manifest says."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal, get_args

from pydantic import computed_field

from flightlake.contracts.hours import Hour
from flightlake.contracts.json_codec import from_json
from flightlake.contracts.requests import RefusedError, table_of, texts_of
from flightlake.contracts.storage import Lake
from flightlake.contracts.tables import TABLES, Table

Format = Literal["csv", "jsonl", "parquet", "geojson"]
FORMATS: tuple[Format, ...] = get_args(Format)

ROOT = "exports"
FLIGHTS = "gold.flights"
"""The table whose rows are tracks in GeoJSON: lines along the positions of each flight."""
STATES = "silver.state_vectors"

MAX_ROWS = 50_000_000
MAX_BYTES = 8 * 1024**3
MAX_DAYS = 366
MAX_DAYS_OF_STATES = 31
MOMENT_PATTERN = r"^\d{4}-\d{2}-\d{2}(T\d{2})?$"
AREA_PATTERN = r"^-?\d+(\.\d+)?(,-?\d+(\.\d+)?){3}$"
COLUMNS_PATTERN = r"^[a-z][a-z0-9_]*(,[a-z][a-z0-9_]*)*$"

_DECIMALS = 6
_POSITION = ("latitude_deg", "longitude_deg")


@dataclass(frozen=True)
class Area:
    """A box in degrees, its edges included; west of its east edge across the antimeridian."""

    south: float
    west: float
    north: float
    east: float

    @classmethod
    def parse(cls, text: str) -> Area:
        """The area written as ``south,west,north,east``.

        Raises:
            RefusedError: the text is not of that form, or no area on the globe.
        """
        if not re.fullmatch(AREA_PATTERN, text):
            raise RefusedError(
                f"The area {text!r} is not four numbers; write it as south,west,north,east in"
                " degrees, such as 45.8,5.9,47.9,10.6."
            )
        # 0.1 m, and one way to write it; the sum makes -0 a 0.
        area = cls(*(round(float(edge), _DECIMALS) + 0.0 for edge in text.split(",")))
        is_on_globe = -90 <= area.south < area.north <= 90 and all(
            -180 <= edge <= 180 for edge in (area.west, area.east)
        )
        if not is_on_globe or area.west == area.east:
            raise RefusedError(
                f"The area {text} is none: south must be less than north, both within -90 to 90;"
                " west and east differ, both within -180 to 180. An area across the antimeridian"
                " has its west edge east of its east edge: -20,170,0,-170."
            )
        return area

    def __str__(self) -> str:
        edges = (self.south, self.west, self.north, self.east)
        return ",".join(f"{edge:.{_DECIMALS}f}".rstrip("0").rstrip(".") for edge in edges)


@dataclass(frozen=True)
class ExportRequest:
    """What is exported: rows of one table.

    Attributes:
        table: which table.
        start: the first hour; None where the table has no time.
        end: the first hour after the last; None where the table has no time.
        area: positions (of a track: any of them) within; None for everywhere.
        columns: which, in this order; all of the table's where empty.
        format: of the files.
    """

    table: Table
    start: Hour | None
    end: Hour | None
    area: Area | None
    columns: tuple[str, ...]
    format: Format

    @classmethod
    def parse(cls, fields: Mapping[str, Any]) -> ExportRequest:
        """The request of a DAG's params, a job's argument or a command.

        Args:
            fields: texts ``table``, ``from``, ``to``, ``area``, ``columns`` and ``format``; what is
                absent, null or empty is left open.

        Raises:
            RefusedError: it cannot be what anybody wants; the message says what can.
        """
        texts = texts_of(fields, FIELDS, "An export")
        table = table_of(texts)
        kind = texts.get("format", FORMATS[0])
        if kind not in FORMATS:
            raise RefusedError(f"The format {kind!r} is none of {', '.join(FORMATS)}.")
        area, columns = texts.get("area"), texts.get("columns")
        request = cls(
            table,
            _moment(texts.get("from")),
            _moment(texts.get("to")),
            Area.parse(area) if area else None,
            _names(columns) if columns else (),
            kind,
        )
        request._require_range()
        return request

    @property
    def fields(self) -> dict[str, str | None]:
        """The request as texts, in one way only: what ``parse`` takes."""
        return {
            "table": self.table.full_name,
            "from": str(self.start) if self.start else None,
            "to": str(self.end) if self.end else None,
            "area": str(self.area) if self.area else None,
            "columns": ",".join(self.columns) or None,
            "format": self.format,
        }

    @property
    def export_id(self) -> str:
        """The name of the export's folder: the same for the same request."""
        digest = hashlib.sha256(json.dumps(self.fields).encode()).hexdigest()[:8]
        times = [str(moment) for moment in (self.start, self.end) if moment]
        return "_".join([self.table.full_name, *times, self.format, digest])

    @property
    def is_tracks(self) -> bool:
        """Whether each row is a line along the positions of a flight."""
        return self.format == "geojson" and self.table.full_name == FLIGHTS

    @property
    def sources(self) -> tuple[Table, ...]:
        """The tables that are read."""
        return (self.table, TABLES[STATES]) if self.is_tracks else (self.table,)

    def columns_of(self, known: Sequence[str]) -> list[str]:
        """The columns to write, out of those that the table has.

        A position that is the geometry is not repeated, unless it was asked for by name.

        Raises:
            RefusedError: the table lacks what was asked for.
        """
        name = self.table.full_name
        if missing := [column for column in self.columns if column not in known]:
            raise RefusedError(
                f"{name} has no column {', '.join(missing)}; it has {', '.join(known)}."
            )
        has_positions = set(_POSITION) <= set(known)
        if self.format == "geojson" and not (has_positions or self.is_tracks):
            raise RefusedError(
                f"{name} has no positions, so it has no GeoJSON; ask for csv, jsonl or parquet."
            )
        if self.area and not (has_positions or self.is_tracks):
            raise RefusedError(
                f"{name} has no positions, so it cannot be cut to an area; leave the area out"
                + (", or ask for geojson, the tracks." if name == FLIGHTS else ".")
            )
        if self.columns:
            return list(self.columns)
        is_geometry = self.format == "geojson" and has_positions
        return [column for column in known if not (is_geometry and column in _POSITION)]

    def _require_range(self) -> None:
        name = self.table.full_name
        if "date" not in self.table.partitions:
            if self.start or self.end:
                raise RefusedError(f"{name} has no time; leave from and to out.")
            return
        if not (self.start and self.end):
            raise RefusedError(
                f"{name} is kept by time; say from and to, such as 2025-12-28T00 and"
                " 2025-12-29T00 (UTC, the end not included)."
            )
        if not self.start < self.end:
            raise RefusedError(
                f"The range from {self.start} to {self.end} is empty; its end is not included."
            )
        if "hour" not in self.table.partitions and (self.start.hour or self.end.hour):
            raise RefusedError(
                f"{name} is kept by day; let from and to be the starts of days, such as"
                f" {self.start.date} and {(self.end + 23).date} (the end not included)."
            )
        has_states = any(table.layer == "silver" for table in self.sources)
        most = MAX_DAYS_OF_STATES if has_states else MAX_DAYS
        if self.end.start_s - self.start.start_s > most * 86_400:
            raise RefusedError(
                f"The range from {self.start} to {self.end} is longer than {most} days, the cap for"
                f" {name}; ask for shorter ranges, one after the other."
            )


FIELDS = ("table", "from", "to", "area", "columns", "format")
"""What a request says."""


@dataclass(frozen=True)
class Part:
    """A file of an export, written whole; ``slice`` names the rows that it is a part of."""

    name: str
    slice: str
    rows: int
    size_bytes: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What an export is made of, and how far it is.

    Attributes:
        export_id: the name of its folder.
        asked: the request.
        table_versions: the version of each Delta table that was read.
        columns: those of the files, in order.
        created_at: when it was finished, in UTC; empty while it is being made.
        rows_planned: the rows to be written; of tracks within an area, at most.
        sources: what each slice was made of, as a digest: a slice whose rows have not been written
            anew is not exported anew.
        parts: the files, in the order of the rows.
        is_complete: whether all of it is there.
        stopped: why it ended before it was complete.
    """

    export_id: str
    asked: dict[str, str | None]
    table_versions: dict[str, int] = field(default_factory=dict)
    columns: list[str] = field(default_factory=list)
    created_at: datetime | Literal[""] = ""
    rows_planned: int = 0
    sources: dict[str, str] = field(default_factory=dict)
    parts: list[Part] = field(default_factory=list)
    is_complete: bool = False
    stopped: str | None = None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def rows(self) -> int:
        """The rows that are written."""
        return sum(part.rows for part in self.parts)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def size_bytes(self) -> int:
        """The bytes that are written."""
        return sum(part.size_bytes for part in self.parts)

    def with_slice(self, name: str, source: str, parts: Sequence[Part]) -> Manifest:
        """The manifest with one more slice."""
        # Names are times, so their order is that of the rows.
        in_order = sorted([*self.parts, *parts], key=lambda part: part.name)
        return replace(self, sources={**self.sources, name: source}, parts=in_order)

    def summary(self, lake: Lake) -> str:
        """Where the export lies and how much it is, or why it is not complete."""
        place = lake.url_of(folder_of(self.export_id))
        if self.stopped:
            return f"Not exported: {self.stopped}\n{place}"
        files = f"{len(self.parts):,} file{'' if len(self.parts) == 1 else 's'}"
        return f"{self.rows:,} rows, {size_text(self.size_bytes)}, {files}: {place}"


def folder_of(export_id: str) -> str:
    """The folder of an export in the lake."""
    return f"{ROOT}/{export_id}"


def manifest_key(export_id: str) -> str:
    """Where the manifest of an export lies."""
    return f"{folder_of(export_id)}/manifest.json"


def read_manifest(lake: Lake, export_id: str) -> Manifest | None:
    """The manifest of an export; None where it was never begun."""
    try:
        return from_json(Manifest, lake.read(manifest_key(export_id)))
    except FileNotFoundError:
        return None


def size_text(size_bytes: float) -> str:
    """A size for people: 812 bytes, 3.4 MB."""
    for unit, factor in (("GB", 1024**3), ("MB", 1024**2), ("kB", 1024)):
        if size_bytes >= factor:
            return f"{size_bytes / factor:,.1f} {unit}"
    return f"{size_bytes:.0f} bytes"


def _moment(text: str | None) -> Hour | None:
    if not text:
        return None
    try:
        return Hour.parse(text if "T" in text else f"{text}T00")
    except ValueError:
        raise RefusedError(
            f"{text!r} is neither an hour, such as 2025-12-28T02, nor a day, such as 2025-12-28"
            " (UTC)."
        ) from None


def _names(text: str) -> tuple[str, ...]:
    if not re.fullmatch(COLUMNS_PATTERN, text):
        raise RefusedError(
            f"The columns {text[:100]!r} are no names with commas between them, such as"
            " icao24,latitude_deg."
        )
    names = tuple(text.split(","))
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        raise RefusedError(f"The column {repeated[0]} is asked for twice.")
    return names
