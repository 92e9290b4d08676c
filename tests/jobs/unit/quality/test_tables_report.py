"""What a run that derived tables says of them, on its page, in the index and in the log."""

import re
from dataclasses import replace

import pytest
from flightlake.contracts.days import Day
from flightlake.contracts.json_codec import from_json, to_json
from flightlake.contracts.results import (
    JudgedRecords,
    JudgedTable,
    RunResult,
    TableRun,
    TablesResult,
    report_key,
)
from flightlake.quality.advice import tables_headline, tables_next_steps
from flightlake.quality.report import render_index, render_report, render_tables_report
from flightlake.quality.scoring import judgement_of
from flightlake.steps.progress import describe_tables

DAY = Day.parse("2025-12-28")
REPORT = report_key("flights_daily", DAY, "a run")


@pytest.fixture
def judgement(found):
    """What is found of a table: met, or unmet with a severity."""

    def judge(severity=None):
        if severity is None:
            return judgement_of([found()])
        return judgement_of(
            [found(is_met=False, severity=severity, score=0.0, observed="3 of 12 rows are wrong")]
        )

    return judge


@pytest.fixture
def table(judgement):
    """A table of twelve rows that a run derived."""

    def derived(name, severity=None):
        found = judgement(severity)
        is_rejected = found.verdict == "rejected"
        run = TableRun(
            date=str(DAY),
            hour=None,
            run_id="a run",
            step="flights_daily",
            table_name=name,
            rows_published=0 if is_rejected else 12,
            rows_withheld=12 if is_rejected else 0,
            verdict=found.verdict,
            score=found.score,
            seconds=1.5,
            report=REPORT,
        )
        return JudgedTable(run, found)

    return derived


@pytest.fixture
def records(judgement):
    """A day of four lines of a table of records."""
    return lambda name, severity=None: JudgedRecords(name, 4, judgement(severity))


def result(*tables, records=()):
    return TablesResult(
        "flights_daily", str(DAY), "a run", 63.2, REPORT, list(tables), list(records)
    )


def texts(run):
    return " ".join(step.text for step in tables_next_steps(run))


def test_the_worst_table_or_record_is_the_runs_verdict(table, records):
    good, marked = table("gold.flights"), table("gold.flights", "warning")
    assert result().verdict == "no_data"
    assert result(good).verdict == "pass"
    assert result(good, marked).verdict == "warning"
    assert result(good, records=[records("ops.run_ledger", "critical")]).verdict == "rejected"


def test_a_result_survives_its_way_through_json(table, records):
    run = result(table("gold.flights", "critical"), records=[records("ops.run_ledger")])
    assert from_json(TablesResult, to_json(run)) == run


def test_the_headline_says_what_was_published_and_what_was_not(table, records):
    good = table("gold.flights")
    assert tables_headline(result(good)) == (
        "12 rows are published in 1 table; all expectations are met."
    )
    assert tables_headline(result(good, table("gold.route_daily", "warning"))) == (
        "24 rows are published in 2 tables, but not all is as expected."
    )
    wrong = result(table("gold.flights", "critical"), records=[records("ops.x", "critical")])
    assert tables_headline(wrong) == (
        "Not published, so as it was before: gold.flights. "
        "Not as it must be, and left as it is: ops.x."
    )


def test_the_next_steps_name_suites_and_queries_and_what_cannot_be_taken_back(table, records):
    rejected = texts(result(table("gold.flights", "critical")))
    assert "Readers are safe" in rejected
    assert "expectations/gold/flights.json" in rejected
    assert "cannot be taken back" not in rejected

    wrong = texts(result(table("gold.flights"), records=[records("ops.run_ledger", "critical")]))
    assert "Readers are safe" not in wrong
    assert "ops.run_ledger says what happened and cannot be taken back" in wrong

    [look] = tables_next_steps(result(table("gold.flights")))
    assert look.command == 'make query SQL="SELECT * FROM gold.flights LIMIT 20"'


def test_the_page_shows_every_table_every_record_and_what_failed(table, records, read_page):
    run = result(
        table("gold.flights", "critical"),
        table("gold.route_daily"),
        records=[records("ops.run_ledger", "warning")],
    )
    page = render_tables_report(run)
    text = read_page(page).text
    assert "Rejected Not published, so as it was before: gold.flights." in text
    assert "gold.route_daily ✓ Pass 100.0 12 0 0 1.5" in text
    assert "gold.flights ✕ Rejected 0.0 0 12 0 1.5" in text
    assert "Not as expected in gold.flights Latitudes lie between the poles." in text
    assert "3 of 12 rows are wrong" in text
    assert "ops.run_ledger ! Warning 0.0 4" in text
    assert "expectations of ops.run_ledger" in text
    assert 'href="../../index.html"' in page


def test_a_page_without_records_has_no_place_for_them(table):
    assert "Records of the day" not in render_tables_report(result(table("gold.flights")))


def test_an_hours_page_says_first_that_a_derived_table_was_rejected(
    line, judgement, table, read_page
):
    run = RunResult(line(), judgement(), {}, [table("gold.events", "critical")])
    text = read_page(render_report(run, [])).text
    steps = text.partition("What to do now")[2]
    assert steps.strip().startswith("gold.events could not be published")
    derived = text.partition("Tables derived from this hour")[2]
    assert "gold.events ✕ Rejected" in derived


def test_the_index_lists_days_newest_first_and_links_to_their_page(table, read_page):
    run = table("gold.flights").run
    page = render_index([], [replace(run, date="2025-12-27"), run])
    days = re.findall(r'href="\./(.*?)">(\d{4}-\d{2}-\d{2})<', page)
    assert days == [(REPORT.removeprefix("reports/"), d) for d in ("2025-12-28", "2025-12-27")]
    assert "gold.flights" in read_page(page).text


def test_the_log_ends_with_a_line_a_table_and_record_and_what_is_unmet(table, records):
    text = describe_tables(
        result(table("gold.flights", "critical"), records=[records("ops.run_ledger", "critical")])
    )
    lines = text.splitlines()
    assert lines[0] == "flights_daily 2025-12-28 · REJECTED · 63 s"
    assert re.fullmatch(r"  gold\.flights +12 rows +1\.5 s  not published", lines[1])
    assert "3 of 12 rows are wrong" in lines[3]
    assert re.fullmatch(r"  ops\.run_ledger +4 rows +\(recorded\)  not as it must be", lines[4])
    assert lines[-1] == f"  report: {REPORT}"
    assert max(map(len, lines)) <= 100
