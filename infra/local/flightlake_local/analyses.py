"""The named analyses, ``infra/athena/analyses``: what they ask, and which partitions they read.

A file begins with its question, then a line ``Reads:`` for each table, with the condition that
limits its partitions; the days in it are examples, to be changed there and in the query alike.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from flightlake.contracts.views import views

from flightlake_local.made_section import with_made_section
from flightlake_local.markdown import grid
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


def write_page(root: Path) -> Path:
    """Write the lists of views and analyses anew into docs/athena.md; returns its path."""
    path = root / "docs/athena.md"
    path.write_text(page(path.read_text(), root))
    return path


def page(text: str, root: Path = ROOT) -> str:
    """A page with its list of views and analyses as they are now."""
    return with_made_section(text, "make docs", f"{_views()}\n\n{_analyses(root)}")


def _views() -> str:
    rows = [(f"`{view.full_name}`", view.description) for view in views().values()]
    return grid(("view", "what it is for"), rows)


def _analyses(root: Path) -> str:
    folder = "../infra/athena/analyses"
    rows = [
        (f"[{each.name}]({folder}/{each.name}.sql)", each.question, _reads(each))
        for each in analyses(root)
    ]
    return grid(("analysis", "its question", "it reads, of these partitions"), rows)


def _reads(analysis: Analysis) -> str:
    return "; ".join(
        f"`{name}`: {' and '.join(_columns(where)) or 'all'}"
        for name, where in analysis.reads.items()
    )


def _columns(condition: str) -> list[str]:
    """The columns that a condition is about: the words in lower case outside of its literals."""
    return re.findall(r"\b[a-z_]+\b", re.sub(r"'[^']*'", "", condition))
