"""Lines of the run ledger that show only what matters to a test."""

from __future__ import annotations

from typing import Any

from flightlake.contracts.hours import Hour
from flightlake.contracts.results import LedgerLine


def ledger_line(hour: Hour, /, **but: Any) -> LedgerLine:
    """What a run said of an hour on which all went well: ten rows in forty answers, unless told."""
    values: dict[str, Any] = {
        "date": str(hour.date),
        "hour": hour.hour,
        "run_id": "scheduled__x",
        "step": "states_hourly",
        "rows_read": 10,
        "rows_published": 10,
        "rows_withheld": 0,
        "rows_quarantined": 0,
        "rows_repeated": 0,
        "answers_expected": 40,
        "answers_read": 40,
        "answers_quarantined": 0,
        "quarantined_answers": [],
        "verdict": "pass",
        "score": 99.0,
        "seconds": 30.0,
        "report": "reports/x.html",
    }
    return LedgerLine(**values | but)
