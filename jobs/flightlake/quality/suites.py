"""The suites: which there are, what they say, and the parameters that a frame alone cannot tell."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from importlib import resources
from statistics import median
from typing import Any

from flightlake.contracts.hours import Hour
from flightlake.contracts.results import LedgerLine
from flightlake.contracts.storage import short_digest

FEWEST_ROWS = 200
"""Of fewer rows a share says nothing: one aircraft of a quiet hour gives 40."""
SHARE_NOT_LOST = 0.5
"""A column that fewer rows have is lost."""
_NO_LIMIT_ROWS = 1e12


def load_suite(table_name: str) -> dict[str, Any]:
    """The suite of a table such as ``silver.state_vectors``, as GX's own JSON.

    It is read from the package ``expectations``, from a folder or from inside a zip.

    Raises:
        FileNotFoundError: the table has no suite.
    """
    layer, _, name = table_name.partition(".")
    file = resources.files("expectations").joinpath(layer, f"{name}.json")
    try:
        suite: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    # From inside a zip, a missing member is a KeyError.
    except (FileNotFoundError, KeyError):
        raise FileNotFoundError(
            f"{table_name} has no suite: expectations/{layer}/{name}.json is absent"
        ) from None
    return suite


def suite_digest(table_name: str) -> str:
    """What tells two versions of a suite apart.

    Raises:
        FileNotFoundError: the table has no suite.
    """
    return short_digest(json.dumps(load_suite(table_name), sort_keys=True))


def usual_rows_per_answer(before: Iterable[LedgerLine], hour: Hour) -> float | None:
    """Staged rows per answer in the same hour of the days before: their median; None without any.

    Of the same hour only: a small area has few aircraft at night, and that is no collapse. Rejected
    hours count too: their rows are what the source sends, and a lasting change (another box,
    another source) must become the usual rather than reject every hour to come.
    """
    shares = [
        (line.rows_published + line.rows_withheld) / line.answers_read
        for line in before
        if line.hour == hour.hour and line.answers_read > 0
    ]
    return median(shares) if shares else None


def suite_parameters(
    *,
    rows_read: int,
    rows_staged: int,
    rows_quarantined: int,
    rows_nulled: int,
    answers_read: int,
    answers_expected: int,
    answers_quarantined: int,
    rows_per_answer_before: float | None,
    rows_published_before: int,
) -> dict[str, Any]:
    """The values of the ``$PARAMETER``s of silver.state_vectors for one hour.

    Volume is compared per answer, since an hour with few answers is real data; without hours
    before (``rows_per_answer_before`` None, see ``usual_rows_per_answer``) any volume is usual.
    """
    usual_rows = (rows_per_answer_before or 0) * answers_read
    return {
        "answers_read": answers_read,
        "answers_expected": answers_expected,
        "answers_quarantined": answers_quarantined,
        "rows_read": rows_read,
        "rows_quarantined": rows_quarantined,
        "rows_nulled": rows_nulled,
        "rows_published_before": rows_published_before,
        "rows_usual_at_least": usual_rows,
        "rows_usual_at_most": usual_rows or _NO_LIMIT_ROWS,
        "share_not_lost": SHARE_NOT_LOST if rows_staged >= FEWEST_ROWS else 0.0,
    }


def table_parameters(usual_rows: float | None, more: Mapping[str, Any]) -> dict[str, Any]:
    """The values of ``$PARAMETER``s that the suite of every derived table can name.

    Args:
        usual_rows: rows of the same time before; None without any.
        more: what only the step knows.
    """
    return {
        "rows_usual_at_least": usual_rows or 0,
        "rows_usual_at_most": usual_rows or _NO_LIMIT_ROWS,
        **more,
    }
