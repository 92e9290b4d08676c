"""The table dictionary, docs/tables.md, made from the registry, the schemas and the suites."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from flightlake.contracts.tables import REFERENCES, TABLES, Table
from flightlake.quality.judge import ROW
from flightlake.quality.suites import load_suite
from flightlake.schemas import columns_of

from flightlake_local.markdown import grid

_INTRODUCTION = """\
# Tables

Made by `make docs` from the registry, the schemas and the suites: change those, never this page.
The same names work in `make query`, in `make spark-sql` and in Athena. All times are UTC; measures
end in their unit.

**Severities.** Rows that do not meet a *critical* expectation are not published; those that do not
meet a *warning* or an *info* are, with a mark. A *row* is one by itself: where it does not meet the
expectation it goes to `gold.quarantine`, and the others are published. Every answer is in
`ops.quality_results`.
"""
_SEVERITIES = ("critical", "warning", "info")


def write_dictionary(root: Path) -> Path:
    """Write the dictionary of a repository; returns its path."""
    path = root / "docs/tables.md"
    path.write_text(dictionary(TABLES.values()))
    return path


def dictionary(tables: Iterable[Table]) -> str:
    """The dictionary: an index by layer, then a page a table, in the registry's order."""
    listed = list(tables)
    layers = dict.fromkeys(table.layer for table in listed)
    index = [
        "\n".join(
            [f"**{layer}**", "", *(_index_line(table) for table in listed if table.layer == layer)]
        )
        for layer in layers
    ]
    return "\n\n".join([_INTRODUCTION.rstrip(), *index, *map(_page, listed)]) + "\n"


def _index_line(table: Table) -> str:
    return f"- {_link(table.full_name)}: {table.description}"


def _page(table: Table) -> str:
    facts = [
        ("layer", table.layer),
        ("owner", table.owner),
        ("written by", f"`{table.step}`" if table.step else "every step"),
        ("made of", ", ".join(map(_link, table.sources))),
        ("keys", _names(table.keys)),
        ("partitions", _names(table.partitions) or "none"),
    ]
    columns = [(f"`{c.name}`", f"`{c.type}`", c.comment) for c in columns_of(table)]
    # What a reference table is held against besides: what flew lately.
    suites = ["", "_seen"] if table in REFERENCES else [""]
    expectations = sorted(
        (entry for each in suites for entry in load_suite(table.full_name + each)["expectations"]),
        key=lambda entry: _SEVERITIES.index(entry["severity"]),
    )
    files = " and ".join(f"`expectations/{table.path}{each}.json`" for each in suites)
    asked = [
        (
            ROW if e["meta"].get("scope") == ROW else e["severity"],
            e["meta"]["dimension"],
            e["meta"]["description"],
        )
        for e in expectations
    ]
    return "\n\n".join(
        [
            f"## {table.full_name}",
            table.description,
            grid(("", ""), [fact for fact in facts if fact[1]]),
            grid(("column", "type", "what it says"), columns),
            f"Its expectations, {files}:",
            grid(("severity", "dimension", "what must hold"), asked),
        ]
    )


def _link(full_name: str) -> str:
    return f"[`{full_name}`](#{full_name.replace('.', '')})"


def _names(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
