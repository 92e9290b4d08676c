"""states_hourly from its first task to its last under Airflow, with a stand-in for Spark alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from flightlake.contracts.tables import derived_by, written_by


@pytest.fixture(scope="module")
def seen(
    tmp_path_factory: pytest.TempPathFactory, run_under_airflow: Callable[..., dict[str, Any]]
) -> dict[str, Any]:
    """What became of three runs of one hour: without data, passed, rejected."""
    folder = tmp_path_factory.mktemp("whole")
    lake = folder / "lake"
    lineage = folder / "lineage.jsonl"
    transport = {"type": "file", "log_file_path": str(lineage), "append": True}
    found = run_under_airflow(
        "run_states_hourly.py",
        folder,
        str(folder),
        FLIGHTLAKE_LAKE_URL=lake.as_uri(),
        AIRFLOW__OPENLINEAGE__TRANSPORT=json.dumps(transport),
        # Ten by default: a process that writes an event would be ended before, on a busy machine.
        AIRFLOW__OPENLINEAGE__EXECUTION_TIMEOUT="120",
    )
    events = [json.loads(line) for line in lineage.read_text().splitlines()]
    return {**found, "lake": lake, "lineage": events}


def test_an_hour_without_data_is_skipped_to_its_end_and_its_gap_kept_until_it_is_filled(
    seen: dict[str, Any],
) -> None:
    assert set(seen["empty"].values()) == {"skipped"}
    gap = "gaps/states_hourly/date=2025-12-28/hour=02.json"
    assert f"the gap is recorded in {seen['lake'].as_uri()}/{gap}" in seen["log"]
    assert not (seen["lake"] / gap).exists()


def test_a_passed_hour_succeeds_and_announces_each_table_once(seen: dict[str, Any]) -> None:
    assert set(seen["passed"].values()) == {"success"}
    found = {
        name: (event["hour"], event["rows"], event["verdict"], event["score"])
        for name, event in seen["events"]
    }
    assert len(found) == len(seen["events"])
    assert found.pop("silver.state_vectors") == ("2025-12-28T02", 7, "pass", 99.0)
    derived = [table.full_name for table in derived_by("states_hourly")]
    assert found == dict.fromkeys(derived, ("2025-12-28T02", 3, "pass", 98.0))
    # A link that is offered and not filled would be an error line in every task's log.
    assert "XCom not found" not in seen["log"]


def test_a_rejected_hour_fails_in_the_gate_with_one_alert_and_one_job(
    seen: dict[str, Any],
) -> None:
    assert seen["rejected"] == {
        "raw_hour": "success",
        "states_hourly": "success",
        "announce": "success",
        "quality_gate": "failed",
    }
    assert seen["log"].count("ALERT ") == 1
    assert seen["jobs"] == ["SUCCESS", "SUCCESS"]


def test_lineage_tells_the_tables_of_the_step_by_their_names(seen: dict[str, Any]) -> None:
    event, *_ = [
        each
        for each in seen["lineage"]
        if each["job"]["name"] == "states_hourly.states_hourly" and each["eventType"] == "COMPLETE"
    ]
    inputs, outputs = (
        {each["name"].removeprefix(f"{seen['lake']}/"): sql_name(each) for each in event[side]}
        for side in ("inputs", "outputs")
    )
    assert inputs == {
        "raw/states": None,
        "ref/airports": "ref.airports",
        "ref/runways": "ref.runways",
        "ref/countries": "ref.countries",
    }
    assert outputs == {table.path: table.full_name for table in written_by("states_hourly")}


def sql_name(dataset: dict[str, Any]) -> str | None:
    """The name of a table in SQL, which a folder does not have."""
    symlinks = dataset["facets"].get("symlinks")
    return symlinks["identifiers"][0]["name"] if symlinks else None
