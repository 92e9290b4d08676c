from __future__ import annotations

from dataclasses import replace

import pytest
from flightlake.contracts.hours import Hour
from flightlake.contracts.results import LedgerLine
from flightlake_local.backfill import HourOutcome, contiguous
from flightlake_local.hour_report import closing_box, failures, hour_table
from rich.console import Console

FIRST = Hour.parse("2025-12-28T23")
LINE = LedgerLine(
    date="2025-12-28",
    hour=23,
    run_id="backfill__x",
    step="states_hourly",
    rows_read=1_380_000,
    rows_published=1_300_000,
    rows_withheld=0,
    rows_quarantined=1_000,
    rows_repeated=79_000,
    answers_expected=40,
    answers_read=40,
    answers_quarantined=0,
    quarantined_answers=[],
    verdict="pass",
    score=99.5,
    seconds=31.25,
    report="reports/x.html",
)


def printed(*things: object) -> str:
    console = Console(width=100, force_terminal=False)
    with console.capture() as capture:
        for thing in things:
            console.print(thing)
    return capture.get()


@pytest.mark.parametrize(
    ("offsets", "ranges"),
    [
        ([], []),
        ([0], [[0]]),
        ([2, 0, 1, 1], [[0, 1, 2]]),
        ([0, 1, 3, 30], [[0, 1], [3], [30]]),
    ],
)
def test_hours_are_split_where_one_is_missing(offsets: list[int], ranges: list[list[int]]) -> None:
    found = contiguous([FIRST + offset for offset in offsets])
    assert found == [[FIRST + offset for offset in group] for group in ranges]


def test_a_range_has_at_most_a_day() -> None:
    found = contiguous([FIRST + offset for offset in range(50)])
    assert [len(group) for group in found] == [24, 24, 2]


def test_the_table_tells_where_every_row_went() -> None:
    text = printed(hour_table([HourOutcome(FIRST, LINE)]))
    for cell in ("2025-12-28T23", "1,380,000", "1,300,000", "1,000", "79,000", "pass", "31.2"):
        assert cell in text


def test_a_rejected_hour_is_a_failure_that_names_its_log() -> None:
    rejected = replace(LINE, verdict="rejected")
    outcome = HourOutcome(FIRST, rejected, "quality_gate: not unique", "/logs/attempt=1.log")
    assert failures([HourOutcome(FIRST, LINE), outcome]) == [
        "2025-12-28T23 failed: quality_gate: not unique Log: /logs/attempt=1.log"
    ]
    assert "rejected" in printed(hour_table([outcome]))


def test_an_hour_without_a_result_is_no_empty_success() -> None:
    assert "no data" in printed(hour_table([HourOutcome(FIRST, None)]))
    assert "failed" in printed(hour_table([HourOutcome(FIRST, None, "killed")]))


def test_the_closing_box_fits_into_100_columns() -> None:
    facts = [("Report", "/a/long/folder" * 20)]
    text = printed(closing_box("Flightlake runs", [HourOutcome(FIRST, LINE)], facts, [("x", "y")]))
    assert max(map(len, text.splitlines())) <= 100
    assert "Try next" in text
