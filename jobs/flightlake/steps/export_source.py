"""What an export reads: one table, or flights and the states along them, at one version each."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from flightlake.contracts.exports import STATES, ExportRequest
from flightlake.contracts.hours import Hour
from flightlake.contracts.requests import RefusedError
from flightlake.contracts.storage import Lake
from flightlake.contracts.tables import Table
from flightlake.io import delta
from flightlake.io.delta_log import DeltaLog
from flightlake.io.part_files import GEOMETRY
from flightlake.schemas import columns_of
from flightlake.transforms.export_rows import is_within, point, with_tracks

_FILE = "_file"


@dataclass(frozen=True)
class Slice:
    """Rows that are written at one go.

    Attributes:
        name: their first hour or day, or ``all``.
        hours: the first hour and the one after the last; None where the table has no time.
        rows: how many; of tracks within an area, at most.
        files: the names of the data files that they are in.
        seen: of tracks: the hours that hold the states of their flights.
    """

    name: str
    hours: tuple[Hour, Hour] | None
    rows: int
    files: frozenset[str]
    seen: tuple[Hour, Hour] | None = None

    def __add__(self, later: Slice) -> Slice:
        hours = (self.hours[0], later.hours[1]) if self.hours and later.hours else None
        seen = None
        if self.seen and later.seen:
            seen = (min(self.seen[0], later.seen[0]), max(self.seen[1], later.seen[1]))
        return Slice(self.name, hours, self.rows + later.rows, self.files | later.files, seen)


class ExportSource:
    """The rows that were asked for, in slices that are sorted each."""

    def __init__(self, spark: SparkSession, lake: Lake, request: ExportRequest) -> None:
        """Open the tables.

        Raises:
            RefusedError: one of them is not there yet, or lacks what was asked for by name.
        """
        table = request.table
        known = [column.name for column in columns_of(table)]
        self.request = request
        self.columns = request.columns_of(known)
        self.versions = {each.full_name: _version(lake, each) for each in request.sources}
        _require_known(lake, request, self.versions[table.full_name])
        frames = {
            each.full_name: delta.read(spark, lake, each, self.versions[each.full_name]).select(
                "*", F.col("_metadata.file_name").alias(_FILE)
            )
            for each in request.sources
        }
        self._time = [name for name in ("date", "hour") if name in table.partitions]
        # Keys name one row of what passed; of what did not, only all columns do.
        self._order = list(dict.fromkeys([*self._time, *table.keys, *known]))
        self._states = frames.get(STATES) if request.is_tracks else None
        self._rows = frames[table.full_name]
        if request.start and request.end:
            self._rows = self._rows.where(_in_hours(request.start, request.end, self._time))
        if request.area and not request.is_tracks:
            self._rows = self._rows.where(is_within(request.area))

    def slices(self, least_rows: int) -> list[Slice]:
        """What there is, in order, in slices of at least so many rows but for the last.

        One slice without rows where there is nothing.
        """
        found: list[Slice] = []
        for unit in self._units():
            if found and found[-1].rows < least_rows:
                found[-1] += unit
            else:
                found.append(unit)
        return found or [self._nothing()]

    def digest_of(self, part: Slice) -> str:
        """What a slice is made of: another for other data or other columns."""
        text = "\n".join([*self.columns, str(part.rows), *sorted(part.files)])
        return hashlib.sha256(text.encode()).hexdigest()

    def rows_of(self, part: Slice) -> DataFrame:
        """The rows of a slice, sorted, with the columns to write."""
        rows = self._rows
        if part.hours:
            rows = rows.where(_in_hours(*part.hours, self._time))
        if self._states is not None and part.seen:
            states = self._states.where(_in_hours(*part.seen, ("date", "hour")))
            rows = with_tracks(rows, states, self.request.area, GEOMETRY)
        columns: list[Column | str] = [*self.columns]
        if self.request.format == "geojson":
            columns.append(F.col(GEOMETRY) if part.seen else point().alias(GEOMETRY))
        return rows.orderBy(*self._order).select(*columns)

    def _nothing(self) -> Slice:
        start, end = self.request.start, self.request.end
        seen = (start, end) if self.request.is_tracks and start and end else None
        return Slice("none", None, 0, frozenset(), seen)

    def _units(self) -> list[Slice]:
        """The hours or days that have rows, in order; all of a table that has no time."""
        measures = [F.count("*").alias("rows"), F.collect_set(_FILE).alias("files")]
        if self.request.is_tracks:
            measures += [F.unix_seconds(F.min("first_seen")).alias("first_s")]
            measures += [F.unix_seconds(F.max("last_seen")).alias("last_s")]
        found = self._rows.groupBy(*self._time).agg(*measures).collect()
        units = []
        for row in (row.asDict() for row in found if row["rows"]):
            hours = _hours_of(row) if self._time else None
            name = "all" if hours is None else str(hours[0] if "hour" in row else row["date"])
            unit = Slice(name, hours, row["rows"], frozenset(row["files"]))
            if self.request.is_tracks:
                # A contact can be in an answer of the hour after it.
                unit = replace(unit, seen=(Hour.of(row["first_s"]), Hour.of(row["last_s"]) + 2))
            units.append(unit)
        units.sort(key=lambda unit: unit.name)
        return units if self._states is None else _with_files_of(self._states, units)


def _version(lake: Lake, table: Table) -> int:
    if not lake.exists(f"{table.path}/_delta_log"):
        raise RefusedError(f"{table.full_name} has not been written yet.")
    return DeltaLog(lake, table).version


def _require_known(lake: Lake, request: ExportRequest, version: int) -> None:
    """Let a request through if the version has every column that the request names.

    Raises:
        RefusedError: a column came since, so that nothing is known of it.
    """
    schema = DeltaLog(lake, request.table).schema(version)
    held = {field["name"] for field in schema["fields"]}
    if missing := [name for name in request.columns if name not in held]:
        raise RefusedError(
            f"{request.table.full_name} has no column {', '.join(missing)} yet: an older release"
            f" wrote version {version}. Run the hours or days again, or leave the column out: an"
            " export of all columns has it, without values."
        )


def _in_hours(start: Hour, end: Hour, time: Sequence[str]) -> Column:
    """The rows from one hour to before another; of whole days where only they are told apart."""
    day, hour, last = F.col("date"), F.col("hour"), end - 1
    days = day.between(start.date, last.date)
    if "hour" not in time:
        return days
    is_after = (day > start.date) | (hour >= start.hour)
    return days & is_after & ((day < last.date) | (hour <= last.hour))


def _hours_of(row: dict[str, object]) -> tuple[Hour, Hour]:
    if "hour" in row:
        start = Hour.parse(f"{row['date']}T{row['hour']:02d}")
        return start, start + 1
    start = Hour.parse(f"{row['date']}T00")
    return start, start + 24


def _with_files_of(states: DataFrame, units: Sequence[Slice]) -> list[Slice]:
    """Units of tracks with the files of the states that they are made of."""
    windows = [unit.seen for unit in units if unit.seen]
    if not windows:
        return list(units)
    first, end = min(window[0] for window in windows), max(window[1] for window in windows)
    rows = states.where(_in_hours(first, end, ("date", "hour")))
    found = rows.groupBy("date", "hour").agg(F.collect_set(_FILE).alias("files")).collect()
    files = [(_hours_of(row.asDict())[0], row["files"]) for row in found]

    def along(unit: Slice) -> frozenset[str]:
        seen = unit.seen
        of_states = (names for hour, names in files if seen and seen[0] <= hour < seen[1])
        return unit.files.union(chain.from_iterable(of_states))

    return [replace(unit, files=along(unit)) for unit in units]
