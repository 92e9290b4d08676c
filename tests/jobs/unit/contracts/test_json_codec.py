"""Records that another release wrote: an older or a newer one, while or after it is deployed."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flightlake.contracts import exports, raw
from flightlake.contracts.costs import JobCost
from flightlake.contracts.hours import Hour
from flightlake.contracts.json_codec import DamagedRecordError, from_fields, from_json, to_json
from flightlake.contracts.leases import Lease
from flightlake.contracts.maintenance import Maintenance, TableMaintenance
from flightlake.contracts.restores import Change, Restore
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

from tests.ledger import ledger_line

_AT = datetime(2025, 12, 28, 3, 1, tzinfo=UTC)
_FOUND = ExpectationResult(
    "rows_are_there", "expect", None, "volume", "critical", "Rows.", True, "some", "some"
)
_JUDGEMENT = Judgement("pass", 100.0, {"volume": 100.0}, [_FOUND])
_RUN = TableRun(
    "2025-12-28", 2, "a", "states_hourly", "gold.events", 1, 0, "pass", 100.0, 1.0, "reports/a.html"
)
_TABLE = JudgedTable(_RUN, _JUDGEMENT)
_ANSWER = QuarantinedAnswer("raw/b", "HTML instead of JSON")
_LINE = ledger_line(Hour.of(_AT), quarantined_answers=[_ANSWER])
_EXPORT = exports.Manifest(
    "gold.flights_csv",
    {"table": "gold.flights", "area": None},
    {"gold.flights": 7},
    ["flight_id"],
    _AT,
    rows_planned=1,
    sources={"2025-12-28": "digest"},
    parts=[exports.Part("part-1.csv", "2025-12-28", 1, 20, "digest")],
)
_JOB = JobCost("job", "states_hourly", "a", "SUCCESS", _AT, _AT, 60, 0.5, 2, None)

RECORDS = (
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
    Maintenance(_AT, False, 1.0, [TableMaintenance("gold.events", ["date=2025-12-28"], 24, 24)]),
    Restore({"table": "gold.events"}, 7, 5, changes=[Change("2025-12-28", 1, 2)], at=_AT),
    _EXPORT,
    exports.Manifest("gold.flights_csv", {"table": "gold.flights"}),
    raw.Manifest("raw/a", "opensky", 1_766_887_200, 1, "digest", 20, _AT, credits_left=7),
    _JOB,
    Lease("owner", "states_hourly", "a", _AT),
)
# Their keys are named by the data, not by a release.
NAMED_BY_DATA = ("quarantine_reasons", "dimension_scores", "asked", "table_versions", "sources")

of_each = pytest.mark.parametrize(
    "record", RECORDS, ids=lambda each: f"{type(each).__module__.rpartition('.')[2]}"
)


def changed(content: Any, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Any:
    """JSON with a change made to each of the objects that a release gives their fields."""
    if isinstance(content, list):
        return [changed(item, change) for item in content]
    if isinstance(content, dict):
        return change(
            {
                name: value if name in NAMED_BY_DATA else changed(value, change)
                for name, value in content.items()
            }
        )
    return content


@of_each
def test_a_record_is_read_as_it_was_written(record):
    assert from_json(type(record), to_json(record)) == record


@of_each
def test_a_field_of_a_newer_release_is_ignored(record):
    newer = changed(json.loads(to_json(record)), lambda fields: fields | {"since_then": 1})
    assert from_json(type(record), json.dumps(newer).encode()) == record


@pytest.mark.parametrize(
    ("record", "name"),
    [
        (RECORDS[0], "recorded_at"),
        (RECORDS[1], "recorded_at"),
        (RECORDS[3], "at"),
        (RECORDS[6], "credits_left"),
        (RECORDS[7], "service"),
    ],
)
def test_a_field_that_an_older_release_did_not_write_has_its_default(record, name):
    def without(fields: dict[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in fields.items() if key != name}

    older = changed(json.loads(to_json(record)), without)
    read = from_json(type(record), json.dumps(older).encode())
    assert changed(json.loads(to_json(read)), without) == older


def test_people_find_the_size_of_an_export_in_its_manifest():
    written = json.loads(to_json(_EXPORT))
    assert (written["rows"], written["size_bytes"]) == (1, 20)


def test_the_row_of_a_table_becomes_a_record():
    row = {"raw_object": "raw/b", "reason": "HTML instead of JSON", "since_then": 1}
    fields = {**vars(_LINE), "quarantined_answers": [row], "since_then": 1}
    assert from_fields(LedgerLine, fields) == _LINE


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"rows_read": "7"}, "ledger.rows_read: Input should be a valid integer"),
        ({"verdict": "fine"}, "ledger.verdict: Input should be 'pass'"),
        ({"report": None}, "ledger.report: Input should be a valid string"),
    ],
)
def test_a_damaged_record_says_which_field_is_wrong(change, fault):
    damaged = json.loads(to_json(RECORDS[0]))
    damaged["ledger"] |= change
    with pytest.raises(DamagedRecordError, match=rf"^not a RunResult: {fault}"):
        from_json(RunResult, json.dumps(damaged).encode())


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"\xff", b"null"])
def test_bytes_that_are_no_record_are_refused(body):
    with pytest.raises(DamagedRecordError, match=r"^not a JobCost: "):
        from_json(JobCost, body)


def test_values_of_a_sample_row_are_written_whatever_their_type():
    found = ExpectationResult(**vars(_FOUND) | {"sample_rows": [{"at": _AT, "by": {1}, "x": 1j}]})
    [row] = json.loads(to_json(found))["sample_rows"]
    assert row == {"at": "2025-12-28T03:01:00Z", "by": [1], "x": "1j"}
