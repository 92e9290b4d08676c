"""Restores: which version of a table is asked for, and what was done to get it back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from textwrap import fill
from typing import Any

from flightlake.contracts.json_codec import from_json
from flightlake.contracts.requests import RefusedError, table_of, texts_of
from flightlake.contracts.storage import Lake, short_digest
from flightlake.contracts.tables import TABLES, Table

ROOT = "restores"
FIELDS = ("table", "version", "at", "accept")
"""What a request says."""

VERSION_PATTERN = r"^\d{1,12}$"
MOMENT_PATTERN = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?Z?$"
_YES = "yes"
_MOST_LISTED = 20
# A terminal of 100 columns has "Error: " before it.
_WIDTH = 92


@dataclass(frozen=True)
class RestoreRequest:
    """Which version of a table is wanted back.

    Attributes:
        table: which table.
        version: the version; None where a moment is given.
        at: the moment as of which the table is wanted; None where a version is given.
        is_accepted: whether what changes was looked at and is wanted.
    """

    table: Table
    version: int | None
    at: datetime | None
    is_accepted: bool

    @classmethod
    def parse(cls, fields: Mapping[str, Any]) -> RestoreRequest:
        """The request of a DAG's params, a job's argument or a command.

        Args:
            fields: texts ``table``, ``version`` or ``at``, and ``accept``; what is absent, null or
                empty is left open.

        Raises:
            RefusedError: it names no table, or no one version.
        """
        texts = texts_of(fields, FIELDS, "A restore")
        table = table_of(texts)
        version, at = texts.get("version"), texts.get("at")
        if bool(version) == bool(at):
            raise RefusedError(
                "Say which version is wanted, by its number or by a moment, not by both: a version"
                " such as 41, or at such as 2025-12-28T02:30 (UTC)."
            )
        return cls(
            table,
            _version(version) if version else None,
            _moment(at) if at else None,
            texts.get("accept", "").lower() == _YES,
        )

    @property
    def fields(self) -> dict[str, str | None]:
        """The request as texts, in one way only: what ``parse`` takes."""
        return {
            "table": self.table.full_name,
            "version": None if self.version is None else str(self.version),
            "at": self.at.strftime("%Y-%m-%dT%H:%M:%S") if self.at else None,
            "accept": _YES if self.is_accepted else None,
        }


@dataclass(frozen=True)
class Change:
    """A period whose rows are others after the restore; ``period`` is ``all`` without time."""

    period: str
    rows_before: int
    rows_after: int


@dataclass(frozen=True)
class Restore:
    """What a restore did, or would do.

    Attributes:
        asked: the request.
        version_before: the table's version when it was asked for.
        version_wanted: the version whose rows are wanted back.
        version_after: the version that has them; None where nothing was done.
        changes: the hours or days that change.
        derived: the tables that are made of this one, and stay as they are.
        refused: why nothing was done; None where something was.
        at: when, in UTC; None until it is recorded.
    """

    asked: dict[str, str | None]
    version_before: int | None = None
    version_wanted: int | None = None
    version_after: int | None = None
    changes: list[Change] = field(default_factory=list)
    derived: list[str] = field(default_factory=list)
    refused: str | None = None
    at: datetime | None = None

    def describe(self) -> str:
        """What was done, or why not, in lines for people."""
        name, wanted = self.asked.get("table"), self.version_wanted
        if self.refused:
            first = fill(f"Not restored: {self.refused}", _WIDTH, subsequent_indent="  ")
        elif not self.changes:
            first = f"{name} has the rows of version {wanted} already."
        else:
            first = f"{name} has the rows of version {wanted} again, as {self.version_after}."
        return "\n".join([first, *_change_lines(self.changes), *self._advice()])

    def _advice(self) -> list[str]:
        if not (self.changes and self.derived):
            return []
        return [
            "  Made of it, and left as they are, are",
            *(f"    {name}" for name in self.derived),
            "  Run these hours, then their days, again, so that they fit.",
        ]


def dependents_of(table: Table) -> list[str]:
    """The full names of the tables that are made of a table, directly or not."""
    found: list[str] = []
    for each in TABLES.values():
        # In the registry a table comes after its sources.
        if {table.full_name, *found} & set(each.sources):
            found.append(each.full_name)
    return found


def record_key(table: Table, run_id: str) -> str:
    """Where the record of a run that restores a table lies."""
    return f"{ROOT}/{table.full_name}/{short_digest(run_id)}.json"


def read_restore(lake: Lake, table: Table, run_id: str) -> Restore | None:
    """What a run did to a table; None where it left no record."""
    try:
        return from_json(Restore, lake.read(record_key(table, run_id)))
    except FileNotFoundError:
        return None


def _change_lines(changes: Sequence[Change]) -> list[str]:
    lines = [
        f"  {change.period}: {change.rows_before:,} rows, then {change.rows_after:,}"
        for change in changes[:_MOST_LISTED]
    ]
    if len(changes) > _MOST_LISTED:
        lines.append(
            f"  and {len(changes) - _MOST_LISTED:,} periods more, up to {changes[-1].period}"
        )
    return lines


def _version(text: str) -> int:
    if not text.isdecimal():
        raise RefusedError(f"{text!r} is no version; it is a whole number, such as 41.")
    return int(text)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise RefusedError(f"{text!r} is no moment; write it as 2025-12-28T02:30 (UTC).") from None
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC)
