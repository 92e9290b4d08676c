import base64
import hashlib
import re

import pytest
from flightlake.contracts.hours import Hour
from flightlake.contracts.results import Judgement, QuarantinedAnswer, RunResult
from flightlake.quality.report import TrendPoint, render_index, render_report
from flightlake.quality.scoring import judgement_of

HOUR = Hour.parse("2025-12-28T02")
HOSTILE = "<script>alert('x')</script><img src=x onerror=alert(1)>\"'&"
LOADING = {"src", "srcset", "background", "poster", "data", "action", "formaction", "style"}


def _failed(found, **changed):
    return found(
        is_met=False,
        score=50.0,
        observed="not so in 118,004 of 236,008 rows (50.00 %)",
        sample_rows=[{"icao24": "3c6444", "latitude_deg": 91.0}],
        **changed,
    )


@pytest.fixture
def rejected(found, line):
    judgement = judgement_of([found(expectation_id="met", dimension="accuracy"), _failed(found)])
    ledger = line(
        verdict="rejected", score=judgement.score, rows_published=0, rows_withheld=236_008
    )
    return RunResult(ledger, judgement, {"latitude_is_off_the_globe": 1_204})


def test_a_rejected_hour_says_what_was_withheld_and_why_and_what_to_do(rejected, read_page):
    text = read_page(render_report(rejected, [])).text

    assert "2025-12-28 02:00 to 03:00 UTC Rejected" in text
    assert "Nothing was published; 236,008 rows are withheld" in text
    assert "Latitudes lie between the poles." in text
    assert "not so in 118,004 of 236,008 rows (50.00 %)" in text
    assert "3c6444 91" in text
    assert "FROM silver.state_vectors_withheld WHERE date = '2025-12-28' AND hour = 2" in text
    assert "reasons, raw_row, raw_object FROM silver.quarantine" in text
    assert "clear the task states_hourly" in text
    assert "latitude is off the globe 1,204" in text


def test_a_passed_hour_says_that_there_is_nothing_to_do(found, line, read_page):
    result = RunResult(line(), judgement_of([found()]), {})

    text = read_page(render_report(result, [])).text

    assert "UTC Pass All expectations are met; 236,008 rows are published." in text
    assert "What to do now Nothing." in text
    assert "What failed" not in text
    assert "withheld WHERE" not in text


def test_an_hour_with_missing_answers_says_how_many_and_how_to_land_them(found, line, read_page):
    judgement = judgement_of([_failed(found, severity="warning")])
    result = RunResult(line(verdict="warning", answers_read=1), judgement, {})

    text = read_page(render_report(result, [])).text

    assert "UTC Warning 236,008 rows are published, but not all is as expected." in text
    assert "39 of 40 expected answers are not here." in text
    assert "make replay FROM=<file or folder of recorded answers>" in text


def test_an_hour_without_data_names_the_objects_that_could_not_be_read(line, read_page):
    answers = [QuarantinedAnswer("raw/states/x.unreadable", "HTML instead of JSON")]
    counts = {"rows_read": 0, "rows_published": 0, "rows_quarantined": 0, "rows_repeated": 0}
    ledger = line(
        verdict="no_data", score=None, quarantined_answers=answers, answers_quarantined=1, **counts
    )

    text = read_page(
        render_report(RunResult(ledger, Judgement("no_data", None, {}, []), {}), [])
    ).text

    assert "UTC No data" in text
    assert "HTML instead of JSON raw/states/x.unreadable" in text
    assert "No rows were read." in text
    assert "score of 100" not in text


def test_the_numbers_of_the_ledger_are_shown_to_balance(rejected, read_page):
    text = read_page(render_report(rejected, [])).text
    assert (
        "rows read 262,120 100 % = published 0 0.00 % + withheld 236,008 90.04 % "
        "+ quarantined 1,204 0.46 % + repeats 24,908 9.50 %" in text
    )
    assert "It balances" in text


def test_numbers_that_do_not_balance_are_not_glossed_over(found, line, read_page):
    result = RunResult(line(rows_read=262_121), judgement_of([found()]), {})
    assert "It does not balance: 262,120 rows" in read_page(render_report(result, [])).text


def test_an_exception_is_shown_with_its_text(found, line, read_page):
    broken = _failed(found, exception="column nope cannot be resolved")
    result = RunResult(line(verdict="rejected"), judgement_of([broken]), {})
    assert "column nope cannot be resolved" in read_page(render_report(result, [])).text


def test_hostile_text_stays_text(found, line, read_page):
    broken = found(
        is_met=False,
        description=HOSTILE,
        expected=HOSTILE,
        observed=HOSTILE,
        exception=HOSTILE,
        sample_rows=[{HOSTILE: HOSTILE, "callsign": HOSTILE}],
    )
    ledger = line(
        verdict="rejected",
        run_id=HOSTILE,
        quarantined_answers=[QuarantinedAnswer(HOSTILE, HOSTILE)],
    )

    report = read_page(render_report(RunResult(ledger, judgement_of([broken]), {HOSTILE: 1}), []))
    index = read_page(render_index([ledger]))

    assert {tag for tag, _ in report.tags + index.tags}.isdisjoint({"script", "img"})
    assert report.text.count(HOSTILE) >= 9


def test_the_pages_load_nothing_and_run_nothing(rejected, read_page):
    trend = [TrendPoint(HOUR - hours, 99.0, "pass") for hours in range(5)]
    for page in (render_report(rejected, trend), render_index([rejected.ledger])):
        read = read_page(page)
        tags = {tag for tag, _ in read.tags}
        assert tags.isdisjoint({"script", "link", "img", "iframe", "object", "embed", "base"})
        for _, attributes in read.tags:
            assert not LOADING & attributes.keys()
            assert not any(name.startswith("on") for name in attributes)
            assert not (attributes.get("href") or "").startswith(("http", "//", "javascript"))
        assert not re.search(r"https?://|@import|url\(", page)


def test_the_content_security_policy_allows_this_style_and_nothing_else(rejected, read_page):
    page = render_report(rejected, [])
    policy = next(
        attributes["content"]
        for tag, attributes in read_page(page).tags
        if tag == "meta" and attributes.get("http-equiv") == "Content-Security-Policy"
    )
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL).group(1)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy.split("; ") == [
        "default-src 'none'",
        f"style-src 'sha256-{digest}'",
        "base-uri 'none'",
        "form-action 'none'",
    ]


def test_the_trend_draws_one_dot_an_hour_coloured_by_its_verdict(rejected, read_page):
    trend = [
        TrendPoint(HOUR, 75.0, "rejected"),
        TrendPoint(HOUR - 1, 100.0, "pass"),
        TrendPoint(HOUR - 2, None, "no_data"),
    ]
    page = read_page(render_report(rejected, trend))
    dots = [attributes["class"] for tag, attributes in page.tags if tag == "circle"]
    assert dots == ["no_data", "pass", "rejected"]
    assert "2025-12-28 01:00 to 02:00 UTC: 100.0, pass" in page.text


def test_the_index_lists_the_newest_hour_first_and_links_to_each_report(line, read_page):
    lines = [
        line(hour=1, report="reports/states_hourly/date=2025-12-28/hour=01/a.html"),
        line(hour=3, report="reports/states_hourly/date=2025-12-28/hour=03/b.html"),
        line(hour=2, report="reports/states_hourly/date=2025-12-28/hour=02/c.html"),
    ]
    page = read_page(render_index(lines))
    links = [attributes["href"] for tag, attributes in page.tags if tag == "a"]
    assert links == [
        "./states_hourly/date=2025-12-28/hour=03/b.html",
        "./states_hourly/date=2025-12-28/hour=02/c.html",
        "./states_hourly/date=2025-12-28/hour=01/a.html",
    ]


def test_a_report_links_back_to_the_index(rejected, read_page):
    links = [a["href"] for tag, a in read_page(render_report(rejected, [])).tags if tag == "a"]
    assert links == ["../../../index.html"]


def test_an_index_without_runs_says_so(read_page):
    assert "No hour has been judged yet." in read_page(render_index([])).text
