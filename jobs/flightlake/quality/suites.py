"""The suites: which there are, what they say, and the parameters that a frame alone cannot tell."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from importlib import resources
from statistics import median
from typing import Any

from flightlake.contracts.days import Period
from flightlake.contracts.hours import Hour
from flightlake.contracts.results import LedgerLine
from flightlake.contracts.storage import short_digest
from flightlake.transforms.gold.traffic_hourly import WORLD
from flightlake.transforms.silver.enrich import OTHER_REGION, UNKNOWN_REGION

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


def usual_rows_per_answer(before: Iterable[LedgerLine]) -> float | None:
    """Staged rows an answer in the hours before: their median; None without such hours.

    Rejected hours count too: their rows are what the source sends, and a lasting change (another
    box, another source) must become the usual rather than reject every hour to come.
    """
    shares = [
        (line.rows_published + line.rows_withheld) / line.answers_read
        for line in before
        if line.answers_read > 0
    ]
    return median(shares) if shares else None


def region_names(regions: Iterable[str]) -> list[str]:
    """Every value that the column ``region`` can have."""
    return sorted({*regions, OTHER_REGION, UNKNOWN_REGION})


def region_parameters(regions: Iterable[str]) -> dict[str, list[str]]:
    """The parameters of suites whose tables have regions."""
    names = region_names(regions)
    return {"regions": names, "regions_and_world": [*names, WORLD]}


def suite_parameters(
    hour: Hour,
    *,
    regions: Iterable[str],
    rows_quarantined: int,
    rows_nulled: int,
    answers_read: int,
    answers_expected: int,
    answers_quarantined: int,
    rows_per_answer_before: float | None,
) -> dict[str, Any]:
    """The values of the suite's ``$PARAMETER``s for one hour.

    Volume is compared by the answer, since an hour with few answers is real data; without hours
    before (``rows_per_answer_before`` None, see ``usual_rows_per_answer``) any volume is usual.
    """
    usual_rows = (rows_per_answer_before or 0) * answers_read
    return {
        "hour_start": hour.start,
        "hour_end": (hour + 1).start,
        "regions": region_names(regions),
        "answers_expected": answers_expected,
        "answers_quarantined": answers_quarantined,
        "rows_quarantined": rows_quarantined,
        "rows_nulled": rows_nulled,
        "rows_usual_at_least": usual_rows,
        "rows_usual_at_most": usual_rows or _NO_LIMIT_ROWS,
    }


def table_parameters(
    period: Period, usual_rows: float | None, more: Mapping[str, Any]
) -> dict[str, Any]:
    """The values of ``$PARAMETER``s that the suite of every derived table can name.

    Args:
        period: the hour or day that the table is derived for.
        usual_rows: rows of the same hours, or days, before; None without any.
        more: what only the step knows.
    """
    return {
        "period_start": period.start,
        "period_end": period.end,
        "date": period.date,
        "hour": period.hour,
        "rows_usual_at_least": usual_rows or 0,
        "rows_usual_at_most": usual_rows or _NO_LIMIT_ROWS,
        **more,
    }
