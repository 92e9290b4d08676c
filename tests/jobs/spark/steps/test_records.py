"""What a day's runs write down, and how it is judged once it is written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flightlake.contracts import raw
from flightlake.contracts.costs import JobCost, Prices, costs_of, record_cost
from flightlake.contracts.days import Day
from flightlake.contracts.tables import API_CREDITS, JOB_COSTS, QUARANTINE, RECORDS, RUN_LEDGER
from flightlake.io import delta, ops
from flightlake.io.delta_log import DeltaLog
from flightlake.steps.progress import Progress
from flightlake.steps.records import judge_records
from pyspark.sql import functions as F

PRICES = Prices(
    vcpu_hour_usd=0.05, memory_gb_hour_usd=0.005, storage_gb_hour_usd=0.0001, athena_tb_usd=5
)
STARTED = datetime(2025, 12, 28, 3, tzinfo=UTC)


def job_cost(job_run_id="00job", **changes):
    values = {
        "job_run_id": job_run_id,
        "step": "states_hourly",
        "run_id": "scheduled__2025-12-28T03:00:00+00:00",
        "state": "SUCCESS",
        "started_at": STARTED,
        "ended_at": STARTED + timedelta(seconds=90),
        "duration_s": 60,
        "vcpu_hours": 3.0,
        "memory_gb_hours": 12.0,
        "storage_gb_hours": 0.0,
    }
    return JobCost(**values | changes)


def query_cost(bytes_scanned):
    moments = {"SubmissionDateTime": STARTED, "CompletionDateTime": STARTED + timedelta(seconds=2)}
    query = {
        "QueryExecutionId": "00query",
        "Status": {"State": "SUCCEEDED", **moments},
        "Statistics": {"DataScannedInBytes": bytes_scanned, "TotalExecutionTimeInMillis": 1700},
    }
    return JobCost.of_query(query, "catalog_register", "manual__1")


def judged(spark, lake, tables, day):
    return judge_records(spark, lake, tables, day, Progress("test"))


def unmet(records):
    return {each.expectation_id for found in records for each in found.judgement.failed}


@pytest.fixture
def day(hour):
    return Day(hour.date)


def test_what_each_answer_cost_is_recorded_and_a_day_of_records_is_judged(
    land, state, process, spark, lake, tables, hour, day
):
    time_s = hour.start_s + 600
    states = [state(time_s, f"{i:06x}") for i in range(20)]
    land(time_s, [*states, state(time_s, "abcdef", latitude=91)])
    land(time_s + 180, None, body=b"<html>")
    polled = raw.land(
        lake,
        b'{"time": %d, "states": null}' % (time_s + 90),
        source="opensky",
        fetched_at=datetime.fromtimestamp(time_s + 92, UTC),
        credits_spent=4,
        credits_left=96,
    )
    process(expected=3)

    credits_of = {row["raw_object"]: row for row in tables.by_deltalake(API_CREDITS)}
    assert len(credits_of) == 3
    row = credits_of[polled.manifest.object]
    assert (row["states"], row["credits_spent"], row["credits_left"]) == (0, 4, 96)
    assert row["fetched_at"] - row["snapshot_time"] == timedelta(seconds=2)
    assert [row["source"] for row in credits_of.values() if row["states"] is None] == ["replay"]

    records = {found.table_name: found for found in judged(spark, lake, RECORDS, day)}
    rows = {name: found.rows for name, found in records.items()}
    assert rows["ops.run_ledger"] == rows["silver.quarantine"] == 1
    assert rows["ops.quality_results"] > 20
    assert rows["ops.table_runs"] == 0
    # One answer of three cannot be read.
    assert unmet(records.values()) == {"answers_are_readable"}

    ledger = delta.read(spark, lake, RUN_LEDGER).withColumn(
        "rows_unaccounted", F.lit(7).cast("long")
    )
    delta.replace_where(ledger, lake, RUN_LEDGER, day.predicate)
    [wrong] = judged(spark, lake, [RUN_LEDGER], day)
    assert wrong.judgement.verdict == "rejected"
    assert unmet([wrong]) == {"ledger_balances"}


def test_null_among_the_states_is_quarantined_with_its_text_and_the_day_stays_green(
    land, state, process, spark, lake, tables, hour, day
):
    time_s = hour.start_s + 600
    land(time_s, [None, *(state(time_s, f"{i:06x}") for i in range(20)), "null"])
    line = process().ledger
    assert (line.rows_read, line.rows_published, line.rows_quarantined) == (22, 20, 2)
    rows = {row["row_index"]: row for row in tables.by_deltalake(QUARANTINE)}
    assert (rows[0]["raw_row"], rows[0]["reasons"]) == ("null", ["row_is_not_an_array"])
    [records] = judged(spark, lake, [QUARANTINE], day)
    assert (records.rows, records.judgement.verdict, unmet([records])) == (2, "pass", set())


def test_what_jobs_cost_is_priced_by_day_and_a_damaged_record_stops_nothing(
    spark, lake, tables, day
):
    record_cost(lake, job_cost())
    record_cost(lake, job_cost("00unbilled", state="FAILED", vcpu_hours=None))
    record_cost(lake, query_cost(400_000_000))
    record_cost(lake, job_cost("00next", started_at=STARTED + timedelta(days=1)))
    lake.write(f"costs/date={day}/00damaged.json", b"{")
    assert ops.record_job_costs(spark, lake, day, PRICES) == 3
    rows = {row["job_run_id"]: row for row in tables.by_deltalake(JOB_COSTS)}
    assert {name: row["cost_usd"] for name, row in rows.items()} == {
        "00job": 0.21,
        "00unbilled": None,
        "00query": 0.002,
    }
    assert rows["00query"]["bytes_scanned"] == 400_000_000
    [costs] = judged(spark, lake, [JOB_COSTS], day)
    # One of three has no bill.
    assert unmet([costs]) == {"cost_usd_is_known"}
    assert rows["00job"]["ended_at"] - rows["00job"]["started_at"] == timedelta(seconds=90)
    assert costs_of(lake, day)[0] == job_cost()


def test_costs_of_days_without_a_run_and_late_ones_arrive_with_the_next_day_that_has_one(
    spark, lake, tables, hour
):
    days = [Day(hour.date + timedelta(days=n)) for n in range(9)]
    for n in range(9):
        record_cost(lake, job_cost(f"00job{n}", started_at=STARTED + timedelta(days=n)))

    def record(day):
        before = DeltaLog(lake, JOB_COSTS).version
        written = ops.record_job_costs(spark, lake, day, PRICES)
        return written, DeltaLog(lake, JOB_COSTS).version - before

    def recorded():
        rows = tables.by_deltalake(JOB_COSTS)
        return {row["job_run_id"]: (row["date"], row["cost_usd"]) for row in rows}

    assert record(days[0]) == (1, 1)
    # The days since then had no run of their own; the first is longer ago than a week.
    assert record(days[8]) == (8, 8)
    assert recorded() == {f"00job{n}": (days[n].date, 0.21) for n in range(9)}
    assert record(days[8]) == (0, 0)

    record_cost(lake, job_cost("00late", started_at=STARTED + timedelta(days=3)))
    record_cost(lake, job_cost("00job5", started_at=STARTED + timedelta(days=5), vcpu_hours=1.0))
    record_cost(lake, job_cost("00too_late"))
    assert record(days[8]) == (3, 2)
    changed = {"00late": (days[3].date, 0.21), "00job5": (days[5].date, 0.11)}
    assert recorded() == {f"00job{n}": (days[n].date, 0.21) for n in range(9)} | changed
