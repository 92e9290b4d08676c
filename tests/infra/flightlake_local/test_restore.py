"""What `make restore` says before anything starts; the restore itself is the step's."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import deltalake
import pyarrow as pa
import pytest
from flightlake_local.cli import run
from flightlake_local.errors import LocalError
from flightlake_local.restore import request_of, require_no_writer, run_restore
from flightlake_local.settings import ROOT, LakeKind, LocalSettings
from flightlake_local.stack import Stack


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({}, "make restore TABLE="),
        ({"table": "gold.nope", "version": "1"}, "There is no table 'gold.nope'; there are:"),
        ({"table": "gold.flights"}, "by its number or by a moment"),
        ({"table": "gold.flights", "version": "x"}, "'x' is no version"),
        ({"table": "gold.flights", "at": "noon"}, "'noon' is no moment"),
    ],
)
def test_what_cannot_be_restored_is_said_at_once(asked: dict[str, str], reason: str) -> None:
    with pytest.raises(LocalError, match=reason):
        request_of(asked)


def test_the_likeliest_table_comes_first_in_lines_that_fit(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(lambda: request_of({"table": "Gold.flightz", "version": "1"})) == 1
    printed = capsys.readouterr().err
    assert printed.startswith("Error: There is no table 'Gold.flightz'; there are: gold.flights, ")
    assert printed.count("gold.flights,") == 1
    assert max(map(len, printed.splitlines())) <= 100


def test_a_table_that_was_not_written_is_refused_before_spark_starts(
    settings: LocalSettings,
) -> None:
    with pytest.raises(LocalError, match=r"gold\.flights has not been written yet"):
        run_restore(settings, {"table": "gold.flights", "version": "1"})
    assert not settings.logs_dir.exists()


def test_what_spark_says_of_its_start_is_in_a_file(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    deltalake.write_deltalake(tmp_path / "lake/gold/flights", pa.table({"x": [17]}))
    # A process of its own: one has one session, and that of other tests may have started.
    done = subprocess.run(
        [sys.executable, "-m", "flightlake_local", "restore"],
        env={
            **os.environ,
            "FLIGHTLAKE_LOCAL_STATE_DIR": str(tmp_path),
            "FLIGHTLAKE_LOCAL_JARS_DIR": str(ROOT / ".flightlake/jars"),
            "RESTORE_TABLE": "gold.flights",
            "RESTORE_VERSION": "1",
        },
        check=False,
    )
    printed = capfd.readouterr()
    assert done.returncode == 1
    assert printed.err.startswith("Error: Not restored: "), printed.err
    assert "incubator" not in printed.out
    assert "incubator" in (tmp_path / "logs/spark.log").read_text()


def test_what_is_left_empty_is_left_open() -> None:
    request = request_of({"table": "gold.flights", "version": "7", "at": "", "accept": ""})
    assert (request.version, request.at, request.is_accepted) == (7, None, False)


def test_a_stack_that_runs_is_in_the_way(settings: LocalSettings) -> None:
    require_no_writer(settings)
    services = Stack(settings).processes
    services.start("emr", ["sleep", "600"], os.environ)
    try:
        with pytest.raises(LocalError, match="`make down` first, or trigger the DAG restore_table"):
            require_no_writer(settings)
    finally:
        services.stop("emr")
    require_no_writer(settings)


def test_a_lake_that_is_gone_with_its_server_has_nothing_to_restore(
    settings: LocalSettings,
) -> None:
    with pytest.raises(LocalError, match="is gone"):
        require_no_writer(settings.model_copy(update={"lake": LakeKind.S3}))
