"""The lake comes back in another bucket from its raw data alone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from flightlake.contracts.tables import derived_by

REPO = Path(__file__).parents[4]
_NOT_OURS = ("AWS_", "FLIGHTLAKE_", "SPARK_", "PYSPARK_")


@pytest.mark.nightly
def test_tables_that_are_made_from_copied_raw_data_have_the_rows_of_the_original(
    run_script, tmp_path
):
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_NOT_OURS)}
    # The suites are a package beside the sources.
    kept["PYTHONPATH"] = str(REPO)
    script = Path(__file__).parent / "rebuild_lake.py"
    jars = REPO / ".flightlake/jars"
    found, _ = run_script(script, str(tmp_path), str(jars), env=kept, timeout_s=540)
    assert found["copied"] == ["costs", "raw"]
    assert found["differ"] == []
    filled = {name for name, rows in found["rows"].items() if rows}
    derived = {table.full_name for table in derived_by("states_hourly")}
    # A sky of 150 aircraft had no emergency.
    assert {"silver.state_vectors", *derived} - filled <= {"gold.events"}
    assert found["rows"]["ops.run_ledger"] == 2
