from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from flightlake.contracts.days import Day
from flightlake.contracts.hours import Hour
from flightlake.contracts.results import TableRun
from flightlake.contracts.storage import Lake
from flightlake.contracts.tables import STATE_VECTORS
from flightlake_local.backfill import HourOutcome, contiguous
from flightlake_local.daily import DayOutcome, days_to_make
from flightlake_local.hour_report import closing_box, failures, gold_table, hour_table
from rich.console import Console

from tests.ledger import ledger_line

FIRST = Hour.parse("2025-12-28T23")
LINE = ledger_line(
    FIRST,
    rows_read=1_380_000,
    rows_published=1_300_000,
    rows_quarantined=1_000,
    rows_repeated=79_000,
    score=99.5,
    seconds=31.25,
)

TRAFFIC = TableRun(
    date="2025-12-28",
    hour=23,
    run_id="backfill__x",
    step="states_hourly",
    table_name="gold.traffic_hourly",
    rows_published=12,
    rows_withheld=0,
    verdict="pass",
    score=100.0,
    seconds=2.5,
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


def test_the_table_of_gold_adds_up_rows_and_shows_the_worst_verdict() -> None:
    marked = replace(TRAFFIC, rows_published=13, verdict="warning")
    flights = replace(TRAFFIC, table_name="gold.flights", hour=None, rows_published=900)
    outcomes = [HourOutcome(FIRST, LINE, tables=(run,)) for run in (marked, TRAFFIC)]
    day = DayOutcome(Day(FIRST.date), (flights,))
    lines = [line.split() for line in printed(gold_table([*outcomes, day])).splitlines()]
    assert ["gold.traffic_hourly", "25", "warning"] in lines
    assert ["gold.flights", "900", "pass"] in lines


def test_a_day_that_failed_is_a_failure_of_its_dag() -> None:
    outcome = DayOutcome(Day(FIRST.date), (), "quality_gate: a table was rejected")
    assert failures([outcome]) == [
        "flights_daily 2025-12-28 failed: quality_gate: a table was rejected"
    ]


def test_the_days_that_read_an_hour_are_made_where_they_have_hours(tmp_path: Path) -> None:
    lake = Lake(tmp_path.as_uri())
    for day in ("2025-12-27", "2025-12-29", "2025-12-30"):
        lake.write(f"{STATE_VECTORS.path}/date={day}/hour=4/part-0.parquet", b"rows")
    midnight = Hour.parse("2025-12-28T00")
    assert [str(day) for day in days_to_make(lake, [midnight])] == ["2025-12-27", "2025-12-29"]


def test_an_hour_without_a_result_is_no_empty_success() -> None:
    assert "no data" in printed(hour_table([HourOutcome(FIRST, None)]))
    assert "failed" in printed(hour_table([HourOutcome(FIRST, None, "killed")]))


def test_the_closing_box_fits_into_100_columns() -> None:
    facts = [("Report", "/a/long/folder" * 20)]
    tables = [hour_table([HourOutcome(FIRST, LINE)])]
    text = printed(closing_box("Flightlake runs", tables, facts, [("x", "y")]))
    assert max(map(len, text.splitlines())) <= 100
    assert "Try next" in text
