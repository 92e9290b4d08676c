"""What Spark's own words on a terminal are: those of a person's statement, and no others."""

from __future__ import annotations

from pathlib import Path

import deltalake
import pyarrow as pa
import pytest
from flightlake_local.settings import ROOT, LocalSettings
from flightlake_local.spark_sql import of_the_statement, run_spark_sql

STARTS = ["WARNING: Using incubator modules\n", "Setting Spark log level\n"]
OURS = ["Time taken: 1.7 seconds\n", "Time taken: 0.1 seconds\n"]
THEIRS = ["WARN their plan is large\n", "Time taken: 3.9 seconds, Fetched 1 row(s)\n"]


def test_start_and_our_own_statements_are_not_told() -> None:
    assert list(of_the_statement([*STARTS, *OURS, *THEIRS], 2)) == THEIRS


def test_all_of_it_is_told_where_our_own_statements_fail() -> None:
    failed = [*STARTS, OURS[0], "Error: no such file\n"]
    assert list(of_the_statement(failed, 2)) == failed


@pytest.mark.parametrize(
    ("sql", "code", "said"),
    [
        ("SELECT x FROM gold.flights", 0, "Time taken: "),
        ("SELECT y FROM gold.flights", 1, "UNRESOLVED_COLUMN"),
    ],
)
def test_the_shell_says_what_became_of_the_statement(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], sql: str, code: int, said: str
) -> None:
    settings = LocalSettings(state_dir=tmp_path, jars_dir=ROOT / ".flightlake/jars")
    deltalake.write_deltalake(tmp_path / "lake/gold/flights", pa.table({"x": [17]}))
    assert run_spark_sql(settings, sql) == code
    printed = capfd.readouterr()
    assert printed.out.strip() == ("17" if code == 0 else "")
    assert said in printed.err
    assert printed.err.count("Time taken: ") == (1 if code == 0 else 0)
    assert "incubator" not in printed.err
