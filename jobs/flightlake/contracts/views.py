"""The views: tables in the units and names that people speak, one ``SELECT`` a file.

The files are ``views/<layer>/<view>.sql``: a comment that says what the view is for, and a
``SELECT`` that Athena, Spark and DuckDB understand alike.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).resolve().parents[1] / "views"
_READS = re.compile(r"\b(?:FROM|JOIN)\s+(\w+\.\w+)")


@dataclass(frozen=True)
class View:
    """A view of the lake: its name, what it is for, its ``SELECT``."""

    layer: str
    name: str
    description: str
    select: str

    @property
    def full_name(self) -> str:
        """The name in SQL, such as ``gold.flights_readable``."""
        return f"{self.layer}.{self.name}"

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables that it reads, by their full names."""
        return tuple(dict.fromkeys(_READS.findall(self.select)))


@cache
def views() -> dict[str, View]:
    """Every view by its full name, in the order of the names."""
    read = [_read(path) for path in sorted(_FOLDER.glob("*/*.sql"))]
    return {view.full_name: view for view in read}


def _read(path: Path) -> View:
    lines = path.read_text(encoding="utf-8").splitlines()
    comment = [line.removeprefix("--").strip() for line in lines if line.startswith("--")]
    select = [line for line in lines if not line.startswith("--")]
    return View(path.parent.name, path.stem, " ".join(comment), "\n".join(select).strip())
