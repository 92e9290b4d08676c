"""The hourly look: what it finds in a lake, what that means, what it says."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from flightlake.contracts import raw
from flightlake.contracts.costs import JobCost, Prices, record_cost
from flightlake.contracts.days import Day
from flightlake.contracts.hours import Hour
from flightlake.contracts.json_codec import to_json
from flightlake.contracts.results import Judgement, RunResult, result_key
from flightlake.contracts.storage import Lake
from flightlake.contracts.tables import STATE_VECTORS, TABLES
from flightlake_dags.health.checks import Check, Limits, check_all, cost_of_day_usd, lag_hours
from flightlake_dags.health.facts import HOURS, Facts, OpenJob, Sources, find_facts
from flightlake_dags.health.look import causes, metrics_of_look, since_when, text_of
from flightlake_dags.health.page import render
from flightlake_dags.raw_hour import gap_key
from flightlake_dags.repair.plan import MAX_ATTEMPTS, Known, Repairs
from opensky.credits import TIERS

from tests.ledger import ledger_line

NOW = datetime(2025, 12, 28, 12, 45, tzinfo=UTC)
LAST = Hour.parse("2025-12-28T11")
PRICES = Prices(
    vcpu_hour_usd=0.05, memory_gb_hour_usd=0.01, storage_gb_hour_usd=0.0, athena_tb_usd=0.0
)


LIMITS = Limits(poll_seconds=90, cost_a_day_usd=5.0, prices=PRICES)
STANDARD = TIERS["standard"]
DAY = tuple(LAST - back for back in reversed(range(HOURS)))


def result(hour: Hour, verdict: Any = "pass", **line: Any) -> RunResult:
    """What a run said of its hour: balanced, unless the line says otherwise."""
    withheld = 10 if verdict == "rejected" else 0
    rows = {"rows_published": 10 - withheld, "rows_withheld": withheld}
    ledger = ledger_line(hour, verdict=verdict, **rows | line)
    return RunResult(ledger, Judgement(verdict, 99.0, {}, []), {})


def cost(ended_at: datetime, vcpu_hours: float = 1.0, duration_s: int = 40) -> JobCost:
    started_at = ended_at - timedelta(seconds=100)
    name = f"job-{ended_at:%d%H%M}"
    return JobCost(
        name, "states_hourly", "x", "SUCCESS", started_at, ended_at, duration_s, vcpu_hours, 4, 0
    )


@pytest.fixture
def facts() -> Callable[..., Facts]:
    """A day on which all went well, but for what a test says."""

    def made(**but: Any) -> Facts:
        well = Facts(
            now=NOW,
            due=DAY,
            published=frozenset(DAY),
            newest_published=LAST,
            newest_answer=NOW - timedelta(seconds=60),
            results={hour: (result(hour),) for hour in DAY},
            credits_left=3_000,
            tier=STANDARD,
            credit_floor=200,
            days_due=(Day.parse("2025-12-27"),),
            costs=(cost(NOW - timedelta(hours=1)),),
            reader_versions={"gold.flights": 1},
            open_jobs=(OpenJob("1", "states_hourly", "RUNNING", NOW - timedelta(minutes=2)),),
        )
        return replace(well, **but)

    return made


def lights(found: Facts) -> dict[str, str]:
    """The checks that are not good."""
    return {c.name: c.light for c in check_all(found, LIMITS) if c.light != "good"}


def observed(found: Facts, name: str) -> str:
    return next(c.observed for c in check_all(found, LIMITS) if c.name == name)


def test_a_day_on_which_all_went_well_is_all_good(facts: Any) -> None:
    assert lights(facts()) == {}
    assert lag_hours(facts()) == 0


@pytest.mark.parametrize(
    ("but", "found"),
    [
        ({"newest_published": LAST - 2}, {"freshness": "warning"}),
        ({"newest_published": LAST - 4}, {"freshness": "critical"}),
        ({"newest_answer": NOW - timedelta(minutes=10)}, {"answers": "warning"}),
        ({"newest_answer": None}, {"answers": "critical"}),
        # The poll leaves 200 and costs 4.
        ({"credits_left": 204}, {}),
        ({"credits_left": 203}, {"credits": "warning"}),
        ({"credits_left": 203, "newest_answer": NOW - timedelta(minutes=30)},
         {"credits": "critical", "answers": "warning"}),
        ({"days_late": (Day.parse("2025-12-27"),)}, {"days": "warning"}),
        ({"days_late": (Day.parse("2025-12-26"), Day.parse("2025-12-27"))}, {"days": "critical"}),
        ({"damaged": ("reports/x.json",)}, {"ledger": "critical"}),
        ({"credits_left": None}, {}),
        ({"reader_versions": {"gold.flights": 3}}, {"reader versions": "critical"}),
        ({"open_jobs": (OpenJob("7", "x", "RUNNING", NOW - timedelta(hours=3)),)},
         {"orphan jobs": "critical"}),
        ({"costs": (cost(NOW, vcpu_hours=100.0),)}, {"cost": "warning"}),
        ({"costs": (cost(NOW, vcpu_hours=1_000.0),)}, {"cost": "critical"}),
        ({"costs": (cost(NOW - timedelta(days=1), vcpu_hours=1_000.0),)}, {}),
    ],
)  # fmt: skip
def test_what_is_out_of_its_limits_is_told_and_nothing_else(
    facts: Any, but: dict[str, Any], found: dict[str, str]
) -> None:
    assert lights(facts(**but)) == found


def test_hours_without_states_and_without_a_verdict_are_missing(facts: Any) -> None:
    there = DAY[:-3]
    found = facts(
        published=frozenset(there),
        results={hour: (result(hour),) for hour in there},
        gaps={DAY[-3]: "no raw data"},
    )
    assert lights(found)["gaps"] == "critical"
    assert lag_hours(found) == 3
    assert "3 of 24 hours are missing: 2025-12-28T09" in observed(found, "gaps")
    assert "(no raw data)" in observed(found, "gaps")


def test_an_hour_whose_answers_cannot_be_read_is_missing(facts: Any) -> None:
    results = {hour: (result(hour),) for hour in DAY} | {LAST: (result(LAST, "no_data"),)}
    reason = "none of its answers can be read"
    found = facts(results=results, published=frozenset(DAY[:-1]), gaps={LAST: reason})
    assert lights(found) == {"gaps": "warning"}
    assert observed(found, "gaps") == f"1 of 24 hours are missing: {LAST} ({reason})"
    assert lag_hours(found) == 1


def test_what_nobody_could_find_out_is_critical_and_the_rest_is_told(facts: Any) -> None:
    found = facts(unread={"open_jobs": "EndpointConnectionError: no way"})
    assert lights(found) == {"orphan jobs": "critical"}
    assert observed(found, "orphan jobs") == "not known: EndpointConnectionError: no way"


def test_a_rejected_hour_is_no_gap_and_one_that_was_mended_is_neither(facts: Any) -> None:
    results = {hour: (result(hour),) for hour in DAY}
    results[DAY[3]] = (result(DAY[3], "rejected"),)
    results[DAY[4]] = (result(DAY[4], "rejected"), result(DAY[4]))
    found = facts(results=results, published=frozenset(DAY) - {DAY[3]})
    assert lights(found) == {"verdicts": "warning"}
    assert observed(found, "verdicts") == f"1 of 24 hours are rejected: {DAY[3]}"


@pytest.mark.parametrize(
    ("kind", "attempts", "hours_ago", "light"),
    [
        ("missing", 1, 0, "warning"),
        ("missing", MAX_ATTEMPTS, 0, "critical"),
        ("lost", 0, 0, "critical"),
        (None, 0, 0, "good"),
        (None, 0, 7, "critical"),
    ],
)
def test_what_lake_repair_cannot_heal_and_what_was_lost_alert(
    facts: Any, kind: str | None, attempts: int, hours_ago: int, light: str
) -> None:
    one = Known(str(LAST), kind or "", "a reason", "states_hourly", True, "long ago", attempts)
    looked_at = (NOW - timedelta(hours=hours_ago)).isoformat()
    found = facts(repairs=Repairs(looked_at, (one,) if kind else ()))
    assert lights(found).get("repairs", "good") == light
    assert ("a reason" in observed(found, "repairs")) == bool(kind)
    assert ("lake_repair last looked at" in observed(found, "repairs")) == bool(hours_ago)


def test_a_line_that_does_not_balance_is_named(facts: Any) -> None:
    results = {hour: (result(hour),) for hour in DAY} | {LAST: (result(LAST, rows_read=11),)}
    found = facts(results=results)
    assert lights(found) == {"ledger": "critical"}
    assert "241 rows read, 240 accounted for" in observed(found, "ledger")
    assert "2025-12-28 11h does not balance" in observed(found, "ledger")


@pytest.fixture
def publish(lake: Lake) -> Callable[..., None]:
    """Leaves what a run of an hour leaves; with files or without."""

    def run(hour: Hour, verdict: str = "pass", *, files: bool = True) -> None:
        if files:
            folder = f"{STATE_VECTORS.path}/date={hour.date}/hour={hour.hour}/region=europe"
            lake.write(f"{folder}/part-0.parquet", b"rows")
        found = result(hour, verdict)
        lake.write(result_key("states_hourly", hour, found.ledger.run_id), to_json(found))

    return run


@pytest.fixture
def emr() -> Iterator[Any]:
    """A client of EMR Serverless; nothing ran there yet."""
    stubber = Stubber(boto3.client("emr-serverless", region_name="us-east-1"))
    for _ in range(2):
        stubber.add_response("list_job_runs", {"jobRuns": []})
    with stubber:
        yield stubber.client


@pytest.fixture
def find(emr: Any) -> Callable[..., Facts]:
    """Looks for facts in a lake, with other sources where a test says so."""

    def found(lake: Lake, known_versions: dict[str, int] | None = None, **but: Any) -> Facts:
        sources = Sources(
            lake=lake,
            poll_source="opensky",
            emr=lambda: emr,
            emr_application_id="00application",
            account=lambda: (STANDARD, 200),
        )
        return find_facts(replace(sources, **but), known_versions or {}, NOW)

    return found


def land(lake: Lake, body: bytes, seconds_ago: int, **kwargs: Any) -> datetime:
    fetched_at = NOW - timedelta(seconds=seconds_ago)
    raw.land(lake, body, source="opensky", fetched_at=fetched_at, **kwargs)
    return fetched_at


def answer(seconds_ago: int) -> bytes:
    return json.dumps({"time": int(NOW.timestamp()) - seconds_ago, "states": None}).encode()


def test_a_look_finds_what_is_in_the_lake(lake: Lake, publish: Any, find: Any) -> None:
    land(lake, answer(4 * 3600), 4 * 3600)
    publish(LAST - 3)
    publish(LAST - 2, "rejected", files=False)
    lake.write(gap_key(LAST - 1), json.dumps({"reason": "no raw data"}).encode())
    fetched_at = land(lake, answer(30), 30, credits_left=1_234)
    record_cost(lake, cost(NOW - timedelta(minutes=5)))
    protocol = json.dumps({"protocol": {"minReaderVersion": 3, "minWriterVersion": 7}})
    log = f"{STATE_VECTORS.path}/_delta_log/{{:020d}}.json"
    lake.write(log.format(0), b'{"protocol":{"minReaderVersion":1,"minWriterVersion":2}}\n')
    lake.write(log.format(1), f'{{"commitInfo":{{}}}}\n{protocol}\n'.encode())

    found = find(lake)

    # A lake misses nothing of the time before its first poll, nor of an hour still in work.
    assert found.due == (LAST - 3, LAST - 2, LAST - 1, LAST)
    assert found.missing == (LAST - 1, LAST)
    assert found.newest_published == LAST - 3
    assert found.gaps == {LAST - 1: "no raw data"}
    assert [r.ledger.verdict for r in found.results[LAST - 2]] == ["rejected"]
    assert found.newest_answer == fetched_at
    assert found.credits_left == 1_234
    assert cost_of_day_usd(found, PRICES) == pytest.approx(1 * 0.05 + 4 * 0.01)
    assert found.reader_versions == {"silver.state_vectors": 3}
    assert found.tier == STANDARD
    assert found.unread == {}


def test_an_empty_lake_is_stale_and_silent_and_nothing_worse(lake: Lake, find: Any) -> None:
    found = find(lake)
    assert lights(found) == {"freshness": "warning", "answers": "critical"}


def test_an_old_recording_makes_no_hour_before_the_first_poll_due(
    lake: Lake, publish: Any, find: Any
) -> None:
    publish(Hour.parse("2019-01-01T00"))
    land(lake, answer(3600 + 2700), 3600 + 2700)
    assert find(lake).due == (LAST,)


def test_a_body_that_cannot_be_read_is_no_answer(lake: Lake, find: Any) -> None:
    fetched_at = land(lake, answer(300), 300, credits_left=900)
    land(lake, b"<html>", 10)
    found = find(lake)
    assert (found.newest_answer, found.credits_left) == (fetched_at, 900)


def test_files_that_no_run_vouches_for_are_not_published(
    lake: Lake, publish: Any, find: Any
) -> None:
    publish(LAST - 1)
    lake.write(f"{STATE_VECTORS.path}/date={LAST.date}/hour={LAST.hour}/part-0.parquet", b"rows")
    found = find(lake)
    assert found.newest_published == LAST - 1
    assert found.missing == (LAST,)


def test_a_result_that_cannot_be_read_is_named_and_hides_no_other(
    lake: Lake, publish: Any, find: Any
) -> None:
    publish(LAST - 1)
    publish(LAST)
    key = result_key("states_hourly", LAST, "manual__x")
    lake.write(key, b'{"ledger": {"of_a_newer_release": 1}}')
    found = find(lake)
    assert found.damaged == (key,)
    assert found.newest_published == LAST


def test_what_cannot_be_asked_hides_nothing_else(lake: Lake, publish: Any, find: Any) -> None:
    publish(LAST)

    def gone() -> Any:
        raise ConnectionError("no way to EMR Serverless")

    found = find(lake, emr=gone, account=gone)
    assert found.newest_published == LAST
    assert set(found.unread) == {"account", "costs", "open_jobs"}
    assert {"cost", "orphan jobs", "credits"} <= lights(found).keys()
    assert "no way to EMR Serverless" in observed(found, "cost")


def test_a_version_is_known_until_a_newer_one_is_found(lake: Lake, find: Any) -> None:
    assert find(lake, {"gold.flights": 3}).reader_versions == {"gold.flights": 3}


def test_a_version_that_was_mended_is_good_again(lake: Lake, find: Any) -> None:
    log = f"{STATE_VECTORS.path}/_delta_log/{0:020d}.json"
    lake.write(log, b'{"protocol":{"minReaderVersion":1,"minWriterVersion":7}}')
    found = find(lake, {STATE_VECTORS.full_name: 3})
    assert found.reader_versions == {STATE_VECTORS.full_name: 1}


def test_a_day_that_is_over_and_has_states_should_have_flights(lake: Lake, find: Any) -> None:
    for day in ("2025-12-20", "2025-12-26", "2025-12-27", "2025-12-28"):
        lake.write(f"{STATE_VECTORS.path}/date={day}/hour=3/part-0.parquet", b"rows")
    flights = TABLES["gold.flights"]
    lake.write(f"{flights.path}/date=2025-12-26/part-0.parquet", b"rows")
    found = find(lake)
    assert found.days_due == (Day.parse("2025-12-26"), Day.parse("2025-12-27"))
    assert found.days_late == (Day.parse("2025-12-27"),)


def test_numbers_are_those_of_now_and_of_the_jobs_since_the_last_look(facts: Any) -> None:
    costs = tuple(cost(NOW - timedelta(minutes=m), duration_s=m) for m in (5, 30, 90))
    numbers = metrics_of_look(facts(costs=costs), PRICES, NOW - timedelta(hours=1))
    assert numbers == {
        "FreshnessSeconds": 2_700.0,
        "LagHours": 0.0,
        "CreditsLeft": 3_000.0,
        "JobSeconds": 30.0,
        "ColdStartSeconds": 95.0,
        "CostUsd": pytest.approx(2 * 0.09),
    }


def test_since_when_is_kept_while_it_lasts_and_forgotten_when_it_is_over(facts: Any) -> None:
    broken = check_all(facts(credits_left=0), LIMITS)
    first = since_when(broken, {}, NOW)
    later = since_when(broken, first, NOW + timedelta(hours=3))
    assert later == first == {"credits": "2025-12-28 12:45"}
    assert since_when(check_all(facts(), LIMITS), first, NOW) == {}


def test_the_text_says_what_since_when_what_next_and_where(facts: Any) -> None:
    checks = check_all(facts(credits_left=0), LIMITS)
    text = text_of(checks, since_when(checks, {}, NOW), "s3://lake/reports/health.html", "docs/r")
    for part in (
        "1 of 11 checks",
        "0 of 4,000 a day",
        "since 2025-12-28 12:45",
        "next: see who spent them",
        "docs/r/credits-gone.md",
        "s3://lake/reports/health.html",
    ):
        assert part in text


def test_the_page_draws_every_hour_and_loads_nothing(facts: Any) -> None:
    results = {hour: (result(hour),) for hour in DAY[:-1]}
    results[DAY[0]] = (result(DAY[0], "rejected"),)
    found = facts(results=results, published=frozenset(DAY[:-1]), gaps={LAST: "<none>"})
    checks = [*check_all(found, LIMITS), Check("x", "warning", "<b>", "y", "z", "<next>")]
    page = render(found, checks, dict.fromkeys((c.name for c in checks), "now"), "docs")
    assert page.count("<rect") == HOURS
    assert page.count('<g class="critical">') == 1
    assert f"{LAST}: &lt;none&gt;" in page
    assert "<b>" not in page
    assert "&lt;next&gt;" in page
    assert "http" not in page.replace("http-equiv", "")
    assert "default-src 'none'" in page


def test_what_only_follows_is_on_the_page_and_no_cause_of_its_own() -> None:
    def critical(*names: str) -> list[Check]:
        return [Check(name, "critical", "", "", "backlog") for name in names]

    assert causes(critical("freshness", "answers", "gaps", "cost")) == ["answers", "cost"]
    assert causes(critical("answers", "credits")) == ["credits"]
    assert causes(critical("freshness")) == ["freshness"]
