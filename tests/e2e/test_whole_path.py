"""The whole way of a record under a real Airflow, on local files and on S3."""

from __future__ import annotations

import csv
import io
import json

import pytest
from flightlake.contracts import raw
from flightlake.contracts.hours import Hour
from flightlake.contracts.json_codec import from_json
from flightlake.contracts.tables import derived_by
from flightlake_local import backfill
from flightlake_local.settings import LakeKind

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]

HOURS_ONLY = "--hours-only"
REPLAYED = Hour.parse("2024-03-02T10")
RECORDING = "states-all-world-2025-12-28T021419Z.json.gz"
WHEN = ("seconds", "recorded_at")
HOURLY = (
    "silver.state_vectors",
    "silver.quarantine",
    "ops.run_ledger",
    *(table.full_name for table in derived_by("states_hourly")),
)


def ledger_of(flightlake, hour):
    [line] = flightlake.rows_of("ops.run_ledger", hour)
    accounted = ("rows_published", "rows_withheld", "rows_quarantined", "rows_repeated")
    assert line["rows_read"] == sum(line[name] for name in accounted)
    return line


def replay(flightlake, hour, folder):
    """Replays a folder, hour and day, and holds the tables against its answers."""
    answers = [json.loads(file.read_bytes()) for file in folder.glob("1*.json")]
    done = flightlake.run("replay", str(folder))
    assert done.returncode == 0, done.stdout + done.stderr
    assert str(hour) in done.stdout
    line = ledger_of(flightlake, hour)
    assert line["rows_read"] == sum(len(answer["states"]) for answer in answers)
    assert line["verdict"] in ("pass", "warning")
    published = flightlake.rows_of("silver.state_vectors", hour)
    assert len(published) == line["rows_published"] > 0
    assert len({(r["icao24"], r["snapshot_time"]) for r in published}) == len(published)
    assert len(flightlake.rows_of("silver.quarantine", hour)) == line["rows_quarantined"]
    assert b"<html" in flightlake.stack.open_lake().read(line["report"])
    assert flightlake.rows("gold.flights")

    counted = "select count(*) n, count(distinct icao24) a from silver.state_vectors"
    sql = f"{counted} where date = '{hour.date}' and hour = {hour.hour}"
    answer = flightlake.run("query", sql, "--format", "csv")
    assert answer.returncode == 0, answer.stderr
    [found] = csv.DictReader(io.StringIO(answer.stdout))
    assert int(found["n"]) == len(published)
    assert int(found["a"]) == len({row["icao24"] for row in published})
    return line


def test_recorded_answers_become_judged_tables_and_again_changes_nothing(flightlake, recorded):
    folder = recorded(REPLAYED, answers=8)
    replay(flightlake, REPLAYED, folder)
    objects = flightlake.replayed_objects()
    hashes = {table: flightlake.content_hash(table, *WHEN) for table in HOURLY}

    again = flightlake.run("replay", str(folder), HOURS_ONLY)
    assert again.returncode == 0, again.stdout + again.stderr
    assert "0 of them new" in again.stdout
    assert flightlake.replayed_objects() == objects
    assert {t: flightlake.content_hash(t, *WHEN) for t in HOURLY} == hashes
    assert len({run["name"] for run in flightlake.job_runs(REPLAYED)}) == 2


def test_a_rejected_hour_publishes_nothing_and_says_why_once(flightlake, recorded):
    hour, folder = REPLAYED, recorded(REPLAYED, answers=8)
    if not flightlake.rows_of("ops.run_ledger", hour):
        assert flightlake.run("replay", str(folder), HOURS_ONLY).returncode == 0
    before = flightlake.content_hash("silver.state_vectors")
    was_published = ledger_of(flightlake, hour)["rows_published"]

    answer = json.loads(next(iter(folder.iterdir())).read_bytes())
    for moment_s in range(hour.start_s + 1800, hour.start_s + 1920, 30):
        for position, state in enumerate(answer["states"]):
            state[3] = state[4] = moment_s
            state[5], state[6] = 8.5, 91.0 if position % 10 else 50.1
        answer["time"] = moment_s
        (folder / f"{moment_s}.json").write_text(json.dumps(answer))
    rejected = flightlake.run("replay", str(folder), HOURS_ONLY)

    assert rejected.returncode != 0
    line = ledger_of(flightlake, hour)
    assert (line["verdict"], line["rows_published"]) == ("rejected", 0)
    assert flightlake.content_hash("silver.state_vectors") == before
    assert len(flightlake.rows_of("silver.state_vectors", hour)) == was_published
    withheld = flightlake.rows_of("silver.state_vectors_withheld", hour)
    assert len(withheld) == line["rows_withheld"] > 0
    log = flightlake.task_log(hour, "quality_gate")
    assert log.count(f"ALERT Flightlake: states_hourly {hour} failed in quality_gate") == 1
    assert "At most 1 in 5 rows is quarantined" in log
    assert "quality_gate" in rejected.stderr
    assert "At most 1 in 5" in flightlake.stack.open_lake().read(line["report"]).decode()


def test_an_hour_without_raw_data_is_skipped_and_the_gap_recorded(flightlake):
    hour = Hour.parse("2024-03-04T10")
    stack = flightlake.stack
    [outcome] = backfill.process(
        stack, [hour], answers_an_hour=40, on_progress=print, on_outcome=print
    )
    assert (outcome.ledger, outcome.reason) == (None, None)
    [run] = stack.api.get(
        "dags/states_hourly/dagRuns",
        logical_date_gte=hour.start.isoformat(),
        logical_date_lte=hour.start.isoformat(),
    )["dag_runs"]
    states = {
        task["task_id"]: task["state"]
        for task in stack.api.tasks("states_hourly", run["dag_run_id"])
    }
    assert states == dict.fromkeys(
        ("raw_hour", "states_hourly", "announce", "quality_gate"), "skipped"
    )
    lake = stack.open_lake()
    [gap] = [key for key in lake.keys("gaps") if "2024-03-04/hour=10" in key]
    assert json.loads(lake.read(gap))["hour"] == str(hour)
    assert flightlake.job_runs(hour) == []


def test_the_poll_lands_live_answers_with_manifests_and_credits(flightlake, wait_for):
    lake = flightlake.stack.open_lake()

    def manifests() -> list[raw.Manifest]:
        keys = lake.keys(f"{raw.ROOT}/source=simulator")
        return [
            from_json(raw.Manifest, lake.read(key))
            for key in keys
            if key.endswith(raw.MANIFEST_SUFFIX)
        ]

    wait_for(lambda: len(manifests()) >= 2, "two live polls")
    for manifest in manifests():
        assert manifest.unreadable_reason is None
        assert manifest.rows
        assert manifest.credits_spent == 4
        assert manifest.credits_left is not None
        answer, _ = raw.read_object(lake, manifest.object, manifest)
        assert answer.rows == manifest.rows
    events = flightlake.stack.api.get("assets/events")["asset_events"]
    assert any(event["extra"].get("rows") for event in events)


def test_the_real_recording_goes_the_whole_way(flightlake, recordings):
    hour = Hour.parse("2025-12-28T02")
    done = flightlake.run("replay", str(recordings / RECORDING), HOURS_ONLY)
    assert done.returncode == 0, done.stdout + done.stderr
    line = ledger_of(flightlake, hour)
    assert line["rows_read"] == 6553
    assert line["rows_withheld"] == 0
    assert line["verdict"] in ("pass", "warning")
    assert len(flightlake.rows_of("silver.state_vectors", hour)) == line["rows_published"]
    assert all(row["reasons"] for row in flightlake.rows_of("silver.quarantine", hour))
    [world] = [r for r in flightlake.rows_of("gold.traffic_hourly", hour) if r["region"] == "world"]
    # All but the vehicles of airports, which are no aircraft.
    assert world["states"] == line["rows_published"] - 22


@pytest.mark.nightly
def test_on_s3_a_folder_with_bad_files_loses_no_good_row(start_flightlake, recorded):
    # The last one: the stack on local files makes room for this one.
    on_s3 = start_flightlake(LakeKind.S3)
    folder = recorded(REPLAYED)
    bad = {folder / "a-page.json": b"<html>502 Bad Gateway</html>"}
    bad[folder / "cut.json.gz"] = b"\x1f\x8b\x08\x00cut short"
    for file, body in bad.items():
        file.write_bytes(body)
    line = replay(on_s3, REPLAYED, folder)
    assert line["answers_quarantined"] == len(bad)
    lake = on_s3.stack.open_lake()
    kept = {lake.read(answer["raw_object"]) for answer in line["quarantined_answers"]}
    assert kept == set(bad.values())
