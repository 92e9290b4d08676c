"""Names of the lake as people type them."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from textwrap import fill

from flightlake.contracts.tables import TABLES

from flightlake_local.errors import LocalError

# A terminal of 100 columns has "Error: " before it.
_WIDTH = 92


def require_table(name: str) -> None:
    """Go on only where there is a table of that name.

    Raises:
        LocalError: there is none.
    """
    if name not in TABLES:
        raise LocalError(no_such_table(name, TABLES))


def no_such_table(name: str, known: Iterable[str]) -> str:
    """What to say of a name that is none: those that are, the likeliest first."""
    names = list(known)
    near = get_close_matches(name.lower(), names)
    listed = ", ".join([*near, *(each for each in names if each not in near)])
    return fill(f"There is no table {name!r}; there are: {listed}.", _WIDTH)
