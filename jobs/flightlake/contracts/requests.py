"""What people ask a step for by hand: texts by name, of which one is the table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flightlake.contracts.tables import TABLES, Table


class RefusedError(Exception):
    """What was asked for is not done; the message says why and what to ask instead."""


def texts_of(fields: Mapping[str, Any], known: Sequence[str], what: str) -> dict[str, str]:
    """The fields of a request as texts, without those that are absent, null or empty.

    Raises:
        RefusedError: a field is none of the known ones.
    """
    texts = {name: str(value).strip() for name, value in fields.items() if value is not None}
    if unknown := sorted(set(texts) - set(known)):
        raise RefusedError(f"Unknown: {', '.join(unknown)}. {what} takes {', '.join(known)}.")
    return {name: text for name, text in texts.items() if text}


def table_of(texts: Mapping[str, str]) -> Table:
    """The table that a request names.

    Raises:
        RefusedError: there is none of that name.
    """
    name = texts.get("table", "")
    if name not in TABLES:
        raise RefusedError(f"There is no table {name!r}; there are: {', '.join(TABLES)}.")
    return TABLES[name]
