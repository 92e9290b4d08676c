"""How a value is written as text: the same in the answer of a query and in an export."""

from __future__ import annotations

import json
import math
from datetime import date, datetime
from typing import Any

# A spreadsheet runs a cell that begins so; anyone with a transponder chooses such texts.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def csv_cell(value: Any) -> Any:
    """A value as a cell of CSV; text that a spreadsheet would run gets a leading apostrophe."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, list | dict):
        value = json.dumps(json_value(value))
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return f"'{value}"
    return value


def json_value(value: Any) -> Any:
    """A value as JSON has it; NaN and infinity, which it lacks, become null."""
    if isinstance(value, dict):
        return {str(key): json_value(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [json_value(item) for item in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, str | int | bool):
        return value
    return value.isoformat() if isinstance(value, datetime | date) else str(value)
