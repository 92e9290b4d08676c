"""Which hours and days are wrong, what runs for them, and what no run has healed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake
from flightlake.contracts import raw
from flightlake.contracts.days import Day
from flightlake.contracts.hours import Hour
from flightlake.contracts.json_codec import to_json
from flightlake.contracts.restores import Change, Restore, record_key
from flightlake.contracts.results import (
    HourRead,
    JudgedTable,
    Judgement,
    RunResult,
    TableRun,
    TablesResult,
    result_key,
)
from flightlake.contracts.storage import Lake
from flightlake.contracts.tables import STATE_VECTORS
from flightlake.contracts.windows import own_hours, window_hours
from flightlake_dags.hour_runs import HourRun, last_of, versions_of
from flightlake_dags.raw_hour import gap_key
from flightlake_dags.repair.compare import compare
from flightlake_dags.repair.facts import Facts, RawHour, Restored, find_facts
from flightlake_dags.repair.look import look
from flightlake_dags.repair.plan import (
    MAX_ATTEMPTS,
    next_runs,
    periods_to_look_at,
    read_repairs,
    remembered,
    trigger_of,
    with_attempts,
)
from flightlake_dags.repair.table_rows import TableRows, rows_of_table
from flightlake_dags.settings import get_settings

from tests.ledger import ledger_line

DAY = Day.parse("2025-12-28")
HOURS = tuple(window_hours(DAY))
HOUR = Hour.parse("2025-12-28T05")
NOW = DAY.end + timedelta(hours=12)
STATES = STATE_VECTORS.full_name
TRAFFIC, FLIGHTS = "gold.traffic_hourly", "gold.flights"
_JUDGED = Judgement("pass", 99.0, {}, [])


def newest(hour: Hour, second: int = 59) -> str:
    return f"{raw.hour_folder('opensky', hour)}/{hour.start_s + second}-0123456789abcdef.json.gz"


def table_run(period: Hour | Day, name: str, rows: int = 3, **but: Any) -> TableRun:
    step = "states_hourly" if isinstance(period, Hour) else "flights_daily"
    recorded_at = but.pop("recorded_at", (NOW - timedelta(hours=9)).isoformat())
    run = TableRun(
        str(period.date), period.hour, "x", step, name, rows, 0, "pass", 9.0, 1.0, "", recorded_at
    )
    return replace(run, **but)


def hour_run(hour: Hour, **but: Any) -> HourRun:
    """A run on which all went well: two raw objects, one table, recorded after its hour."""
    values = {
        "recorded_at": (hour.end + timedelta(minutes=5)).isoformat(),
        "raw_objects": 2,
        "raw_before": newest(hour - 1),
        "suite": "now",
        "rows_unaccounted": 0,
    }
    return HourRun(ledger_line(hour, **values | but), (table_run(hour, TRAFFIC),))


@pytest.fixture
def facts() -> Callable[..., Facts]:
    """A day, made of 49 hours on which all went well, but for what a test says."""

    def made(**but: Any) -> Facts:
        runs = {hour: last_of([hour_run(hour)]) for hour in HOURS}
        read = [HourRead(hour, at) for hour, at in versions_of(runs).items()]
        rows = TableRows(HOURS[0].start, {str(hour): 10 for hour in HOURS})
        return replace(
            Facts(
                now=NOW,
                hours=HOURS,
                days=(DAY,),
                polled_since=HOURS[0],
                raw={hour: RawHour(2, newest(hour)) for hour in (HOURS[0] - 1, *HOURS)},
                runs=runs,
                day_runs={DAY: (table_run(DAY, FLIGHTS, hours_read=read),)},
                rows={STATES: rows},
            ),
            **but,
        )

    return made


def found(facts: Facts) -> list[tuple[str, str, str]]:
    return [(str(each.period), each.kind, each.reason) for each in compare(facts)]


def with_run(facts: Facts, *runs: HourRun) -> Facts:
    """With other runs of the hour of the first."""
    return replace(facts, runs={**facts.runs, runs[0].line.period: last_of(runs)})


def without(facts: Facts, hour: Hour) -> Facts:
    return replace(facts, runs={h: of for h, of in facts.runs.items() if h != hour})


def test_where_all_went_well_nothing_is_found(facts: Any) -> None:
    assert found(facts()) == []


def test_an_hour_that_got_no_run_is_missing_and_its_day_waits_for_it(facts: Any) -> None:
    no_run = without(facts(), HOUR)
    wanted = [(str(HOUR), "missing", "no run processed it; it has 2 raw objects")]
    assert found(no_run) == wanted
    # Without raw objects too: its run records the gap. Nor before it can have ended.
    silent = replace(no_run, raw={h: of for h, of in no_run.raw.items() if h != HOUR})
    [(period, kind, _), *_] = found(silent)
    assert (period, kind) == (str(HOUR), "missing")
    assert all(
        found_period != str(HOUR)
        for found_period, *_ in found(replace(silent, gaps=frozenset([HOUR])))
    )
    assert found(replace(no_run, now=HOUR.end + timedelta(hours=2))) == []


def test_a_day_is_stale_once_an_hour_of_it_is_a_recorded_gap_and_was_none(facts: Any) -> None:
    gap = replace(without(facts(), HOUR), gaps=frozenset([HOUR]))
    gap = replace(gap, raw={**gap.raw, HOUR: RawHour()})
    assert (str(DAY), "stale") in [(period, kind) for period, kind, _ in found(gap)]


def test_raw_objects_that_came_after_the_run_are_late(facts: Any) -> None:
    well = facts()
    late = replace(well, raw={**well.raw, HOUR: RawHour(5, newest(HOUR))})
    assert found(late) == [(str(HOUR), "late", "3 of 5 raw objects came after its run")]


def test_the_hour_after_an_hour_with_a_late_last_answer_is_late_too(facts: Any) -> None:
    well = facts()
    later = replace(well, raw={**well.raw, HOUR: RawHour(3, newest(HOUR, 3_590))})
    assert [(period, kind) for period, kind, _ in found(later)] == [
        (str(HOUR), "late"),
        (str(HOUR + 1), "late"),
    ]


def test_raw_objects_that_are_gone_are_for_a_person(facts: Any) -> None:
    well = facts()
    gone = replace(well, raw={**well.raw, HOUR: RawHour(1, newest(HOUR))})
    [finding] = compare(gone)
    assert (finding.reason, finding.can_heal) == ("1 of 2 raw objects are gone", False)


def test_a_rejected_hour_is_judged_again_once_its_suite_has_changed(facts: Any) -> None:
    rejected = with_run(facts(), hour_run(HOUR, verdict="rejected", rows_published=0))
    assert str(HOUR) not in [period for period, *_ in found(rejected)]
    older = with_run(rejected, hour_run(HOUR, verdict="rejected", suite="old", rows_published=0))
    assert found(older) == [
        (str(HOUR), "stale", "rejected by the suite old, which has changed since")
    ]


def test_a_rejected_run_again_leaves_the_hour_and_its_day_as_they_were(facts: Any) -> None:
    later = (NOW - timedelta(hours=1)).isoformat()
    again = hour_run(HOUR, verdict="rejected", rows_published=0, recorded_at=later)
    assert found(with_run(facts(), hour_run(HOUR), again)) == []


def test_a_line_that_does_not_balance_is_lost(facts: Any) -> None:
    unbalanced = with_run(facts(), hour_run(HOUR, rows_unaccounted=-2))
    assert found(unbalanced) == [(str(HOUR), "lost", "-2 rows read are unaccounted for")]


def test_an_hour_whose_tables_were_not_derived_is_missing(facts: Any) -> None:
    cut = with_run(facts(), replace(hour_run(HOUR), tables=()))
    assert found(cut) == [(str(HOUR), "missing", "no table of gold was derived from it")]


@pytest.mark.parametrize("name", [STATES, TRAFFIC])
def test_a_table_that_holds_other_rows_than_its_run_wrote_is_lost(facts: Any, name: str) -> None:
    rows = {str(hour): 10 if name == STATES else 3 for hour in HOURS} | {str(HOUR): 7}
    lost = facts(rows={name: TableRows(HOURS[0].start, rows)})
    wanted = 10 if name == STATES else 3
    reason = f"{name} holds 7 rows of it, its run wrote {wanted}"
    assert found(lost) == [(str(HOUR), "lost", reason)]
    # What the log does not tell any more is not compared.
    assert found(facts(rows={name: TableRows(NOW, rows)})) == []


def test_what_was_restored_is_not_lost_and_makes_its_days_stale(facts: Any) -> None:
    rows = TableRows(HOURS[0].start, {str(hour): 10 for hour in HOURS} | {str(HOUR): 7})
    restored = {(STATES, str(HOUR)): Restored(NOW - timedelta(hours=1), 7)}
    assert [
        (period, kind) for period, kind, _ in found(facts(rows={STATES: rows}, restored=restored))
    ] == [(str(DAY), "stale")]


@pytest.mark.parametrize("hour", [HOURS[0], HOUR, HOURS[-1]], ids=["day before", "day", "after"])
def test_a_day_that_was_made_of_another_version_of_an_hour_is_stale(facts: Any, hour: Hour) -> None:
    again = hour_run(hour, recorded_at=(NOW - timedelta(hours=1)).isoformat())
    assert found(with_run(facts(), hour_run(hour), again)) == [
        (str(DAY), "stale", f"made before these hours were as they are now: {hour}")
    ]


def test_a_day_of_an_older_release_is_not_known_to_be_stale(facts: Any) -> None:
    assert found(facts(day_runs={DAY: (table_run(DAY, FLIGHTS),)})) == []


def test_a_day_that_no_run_derived_is_missing_once_its_own_run_must_have_ended(facts: Any) -> None:
    never = facts(day_runs={})
    assert [(period, kind) for period, kind, _ in found(never)] == [(str(DAY), "missing")]
    assert found(replace(never, now=DAY.end + timedelta(hours=7))) == []


def test_runs_are_bounded_the_oldest_first_and_hours_before_days(facts: Any) -> None:
    stale_day = facts(day_runs={DAY: (table_run(DAY, FLIGHTS, hours_read=[]),)})
    two_hours = without(without(stale_day, HOURS[0]), HOURS[-1])
    repairs = remembered(compare(two_hours), None, NOW)
    assert [run.period for run in next_runs(repairs, 1)] == [str(HOURS[0])]
    assert [run.period for run in next_runs(repairs, 9)] == [str(HOURS[0]), str(HOURS[-1])]
    [run] = next_runs(remembered(compare(stale_day), None, NOW), 9)
    assert trigger_of(run, NOW) == {
        "trigger_dag_id": "flights_daily",
        "trigger_run_id": "lake_repair__2025-12-28__2025-12-29T12:00:00",
        "conf": {"date": "2025-12-28"},
    }


def test_what_three_runs_have_not_healed_is_stuck_until_something_changes(facts: Any) -> None:
    findings = compare(without(facts(), HOUR))
    repairs = None
    for _ in range(MAX_ATTEMPTS):
        repairs = remembered(findings, repairs, NOW)
        assert repairs.stuck == ()
        repairs = with_attempts(repairs, next_runs(repairs, 9))
    repairs = remembered(findings, repairs, NOW + timedelta(hours=9))
    assert [(each.period, each.since) for each in repairs.stuck] == [(str(HOUR), NOW.isoformat())]
    assert next_runs(repairs, 9) == ()
    [finding] = findings
    changed = remembered([replace(finding, reason="more came")], repairs, NOW)
    assert [run.attempts for run in next_runs(changed, 9)] == [0]


def test_what_is_open_is_looked_at_however_old_it_is(facts: Any) -> None:
    before = remembered(compare(without(facts(), HOUR)), None, NOW)
    much_later = NOW + timedelta(days=90)
    hours, days = periods_to_look_at(much_later, 30, before)
    assert hours[0] == HOUR
    assert len(hours) == 30 * 24 + 1
    assert days[-1] == Day((much_later - timedelta(days=1)).date())
    stale_day = facts(day_runs={DAY: (table_run(DAY, FLIGHTS, hours_read=[]),)})
    hours, days = periods_to_look_at(much_later, 30, remembered(compare(stale_day), None, NOW))
    assert set(own_hours(DAY)) <= set(hours)
    assert DAY in days


def write_rows(lake: Lake, hour: Hour, rows: int) -> None:
    """Put rows of an hour in place of those that silver.state_vectors has, as Delta does."""
    partition = {"date": hour.date, "hour": hour.hour, "region": "europe"}
    data = pa.Table.from_pylist([{"icao24": f"{n:06x}"} | partition for n in range(rows)])
    write_deltalake(
        lake.url_of(STATE_VECTORS.path),
        data,
        mode="overwrite",
        predicate=f"date = '{hour.date}' AND hour = {hour.hour}",
        partition_by=list(STATE_VECTORS.partitions),
    )


@pytest.fixture
def written(lake: Lake) -> Lake:
    names = {"icao24": pa.string(), "date": pa.date32(), "hour": pa.int64(), "region": pa.string()}
    write_deltalake(
        lake.url_of(STATE_VECTORS.path),
        pa.schema(names).empty_table(),
        partition_by=list(STATE_VECTORS.partitions),
    )
    write_rows(lake, HOUR, 3)
    write_rows(lake, HOUR + 1, 5)
    write_rows(lake, HOUR, 4)
    return lake


def test_the_log_alone_tells_the_rows_of_each_hour(written: Lake) -> None:
    rows = rows_of_table(written, STATE_VECTORS)
    assert rows
    assert rows.rows == {str(HOUR): 4, str(HOUR + 1): 5}
    assert rows.of(HOUR - 1, HOUR.start) == 0
    DeltaTable(written.url_of(STATE_VECTORS.path)).optimize.compact()
    again = rows_of_table(written, STATE_VECTORS)
    assert again
    assert again.rows == rows.rows


def test_what_a_shortened_log_does_not_tell_is_not_known(written: Lake) -> None:
    written.remove(f"{STATE_VECTORS.path}/_delta_log/{0:020d}.json")
    rows = rows_of_table(written, STATE_VECTORS)
    assert rows
    assert rows.of(HOUR, rows.known_since - timedelta(seconds=1)) is None
    assert rows.of(HOUR, datetime.now(UTC)) == 4


def test_a_lost_commit_is_found(written: Lake) -> None:
    now = datetime.now(UTC).isoformat()
    for hour, rows in ((HOUR, 4), (HOUR + 1, 5)):
        line = ledger_line(hour, rows_published=rows, rows_read=rows, recorded_at=now)
        left = RunResult(line, _JUDGED, {}, [JudgedTable(table_run(hour, TRAFFIC), _JUDGED)])
        written.write(result_key("states_hourly", hour, "x"), to_json(left))
    seen = (HOUR, HOUR + 1)
    assert compare(find_facts(written, "opensky", seen, [], datetime.now(UTC))) == []
    # As where two writers on S3 commit the same version.
    log = f"{STATE_VECTORS.path}/_delta_log"
    written.write(f"{log}/{3:020d}.json", written.read(f"{log}/{1:020d}.json"))
    [finding] = compare(find_facts(written, "opensky", seen, [], datetime.now(UTC)))
    reason = f"{STATES} holds 3 rows of it, its run wrote 4"
    assert (finding.period, finding.kind, finding.reason) == (HOUR, "lost", reason)


def test_a_look_at_a_lake_finds_what_it_holds(lake: Lake) -> None:
    fetched_at = datetime.now(UTC)
    for n in range(3):
        body = json.dumps({"time": HOUR.start_s + n, "states": None}).encode()
        landed = raw.land(lake, body, source="opensky", fetched_at=fetched_at)
    lake.write(gap_key(HOUR + 1), b"{}")
    lake.write(result_key("states_hourly", HOUR, "torn"), b"{")
    line = ledger_line(HOUR, recorded_at="2025-12-28T06:05:00+00:00")
    lake.write(result_key("states_hourly", HOUR, "x"), to_json(RunResult(line, _JUDGED, {})))
    read = [HourRead(str(HOUR), "2025-12-28T06:05:00+00:00")]
    tables = [JudgedTable(table_run(DAY, FLIGHTS, hours_read=read), _JUDGED)]
    left = TablesResult("flights_daily", str(DAY), "x", 1.0, "reports/x.html", tables)
    lake.write(result_key("flights_daily", DAY, "x"), to_json(left))
    at = datetime(2025, 12, 29, 1, tzinfo=UTC)
    restore = Restore({"table": STATES}, 9, 7, 10, [Change(str(HOUR), 4, 3)], at=at)
    lake.write(record_key(STATE_VECTORS, "x"), to_json(restore))

    facts = find_facts(lake, "opensky", [HOUR, HOUR + 1], [DAY], NOW)

    assert facts.polled_since == HOUR
    assert facts.raw == {HOUR: RawHour(3, landed.manifest.object)}
    assert facts.gaps == {HOUR + 1}
    assert {hour: of.last.line for hour, of in facts.runs.items()} == {HOUR: line}
    assert [run.hours_read for run in facts.day_runs[DAY]] == [read]
    assert facts.restored == {(STATES, str(HOUR)): Restored(at, 3)}


def test_a_dry_run_leaves_nothing_and_a_real_one_remembers(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("FLIGHTLAKE_REPAIR_DAYS", "2")
    get_settings.cache_clear()
    body = json.dumps({"time": HOUR.start_s, "states": None}).encode()
    raw.land(lake, body, source="replay", fetched_at=datetime.now(UTC))
    now = HOUR.end + timedelta(hours=4)
    with caplog.at_level("INFO"):
        assert look(now, is_dry_run=True) == []
    assert f"[run] {HOUR} missing" in caplog.text
    assert read_repairs(lake) is None
    [trigger] = look(now)
    assert (trigger["trigger_dag_id"], trigger["conf"]) == ("states_hourly", {"hour": str(HOUR)})
    kept = read_repairs(lake)
    assert kept
    assert [(each.period, each.attempts) for each in kept.known] == [(str(HOUR), 1)]


@pytest.mark.nightly
def test_airflow_triggers_the_oldest_run_first_and_the_next_whatever_became_of_it(
    tmp_path: Path, run_under_airflow: Callable[..., dict[str, Any]]
) -> None:
    lake_url = (tmp_path / "lake").as_uri()
    seen = run_under_airflow(
        "run_lake_repair.py", tmp_path, str(tmp_path), FLIGHTLAKE_LAKE_URL=lake_url
    )
    first, second = seen["hours"]
    assert seen["triggered"] == [[first, "failed"], [second, "success"]]
    assert seen["states"] == [["look", "success"], ["run", "success"], ["run", "success"]]
    # A triggered run alerts itself.
    assert "ALERT " not in seen["log"]
