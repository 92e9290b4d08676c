"""Results that another release wrote: a gate reads them while a deployment is under way."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from flightlake.contracts.results import (
    ExpectationResult,
    JudgedRecords,
    JudgedTable,
    Judgement,
    LedgerLine,
    QuarantinedAnswer,
    RunResult,
    TableRun,
    TablesResult,
)

_FOUND = ExpectationResult(
    "rows_are_there", "expect", None, "volume", "critical", "Rows.", True, "some", "some"
)
_JUDGEMENT = Judgement("pass", 100.0, {"volume": 100.0}, [_FOUND])
_AT = "2025-12-28T03:01:00+00:00"
_OF_RUN = ("2025-12-28", 2, "a", "states_hourly")
_TABLE = JudgedTable(
    TableRun(*_OF_RUN, "gold.events", 1, 0, "pass", 100.0, 1.0, "reports/a.html", _AT), _JUDGEMENT
)
_BROKEN = QuarantinedAnswer("raw/b", "HTML instead of JSON")
_LINE = LedgerLine(
    *_OF_RUN, 1, 1, 0, 0, 0, 2, 1, 1, [_BROKEN], "pass", 100.0, 1.0, "reports/a.html", _AT
)
_RESULTS = (
    RunResult(_LINE, _JUDGEMENT, {"a reason": 1}, [_TABLE]),
    TablesResult(
        "flights_daily",
        "2025-12-28",
        "a",
        1.0,
        "reports/a.html",
        [_TABLE],
        [JudgedRecords("ops.run_ledger", 24, _JUDGEMENT)],
    ),
)
# Reasons and dimensions are named by the data, not by a release.
_NAMED_BY_DATA = ("quarantine_reasons", "dimension_scores")

of_both = pytest.mark.parametrize("result", _RESULTS, ids=lambda result: type(result).__name__)


def _changed(content: Any, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Any:
    """JSON with a change made to each of the objects that a release gives their fields."""
    if isinstance(content, list):
        return [_changed(item, change) for item in content]
    if isinstance(content, dict):
        return change(
            {
                name: value if name in _NAMED_BY_DATA else _changed(value, change)
                for name, value in content.items()
            }
        )
    return content


@of_both
def test_fields_that_a_newer_release_tells_are_left_out(result):
    newer = _changed(json.loads(result.to_json()), lambda fields: fields | {"since_then": 1})
    assert type(result).from_json(json.dumps(newer).encode()) == result


@of_both
def test_an_older_release_did_not_tell_when_a_line_was_recorded(result):
    def without(fields: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in fields.items() if name != "recorded_at"}

    older = _changed(json.loads(result.to_json()), without)
    read = type(result).from_json(json.dumps(older).encode())
    assert [table.run.recorded_at for table in read.tables] == [None]
    assert _changed(json.loads(read.to_json()), without) == older
