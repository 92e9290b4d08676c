"""The reference data that comes with the project, so that everything works with no network.

Where each table is from, and under which licence, is in ``README.md`` beside this file.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from importlib import import_module, resources
from typing import Any

from flightlake.contracts.tables import Table

SOURCE = "flightlake"


def embedded_rows(table: Table) -> Iterator[dict[str, Any]]:
    """The rows of a reference table, from the module that is named after it.

    Those of airports and runways are not complete, see ``io.reference.embedded_table``.
    """
    rows: Iterator[dict[str, Any]] = import_module(f"{__name__}.{table.name}").embedded_rows()
    return rows


def packaged_rows(name: str) -> Iterator[dict[str, Any]]:
    """The rows of the CSV file of that name beside this module, in a folder or in a zip.

    Only what is empty is null: ``NA`` is Namibia.
    """
    text = resources.files(__name__).joinpath(f"{name}.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        yield {column: value or None for column, value in row.items()} | {"source": SOURCE}
