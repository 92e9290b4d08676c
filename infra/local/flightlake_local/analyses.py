"""The named analyses, ``infra/athena/analyses``: what they ask, and which partitions they read.

A file begins with its question, then a line ``Reads:`` for each table, with the condition that
limits its partitions; the days in it are examples, to be changed there and in the query alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from flightlake_local.settings import ROOT

_READS = "Reads: "


@dataclass(frozen=True)
class Analysis:
    """A question and its answer in Trino's SQL.

    ``reads`` maps the full name of each table to the condition on its partitions, ``""`` where all
    of it is read.
    """

    name: str
    question: str
    reads: dict[str, str]
    sql: str


def analyses(root: Path = ROOT) -> list[Analysis]:
    """Every analysis of a repository, by name."""
    return [_read(path) for path in sorted((root / "infra/athena/analyses").glob("*.sql"))]


def _read(path: Path) -> Analysis:
    sql = path.read_text(encoding="utf-8")
    comment = [line[2:].strip() for line in sql.splitlines() if line.startswith("--")]
    question = [line for line in comment if line and not line.startswith(_READS)]
    reads = [line.removeprefix(_READS) for line in comment if line.startswith(_READS)]
    conditions = (line.partition(" WHERE ") for line in reads)
    return Analysis(
        path.stem, " ".join(question), {name: where for name, _, where in conditions}, sql
    )
