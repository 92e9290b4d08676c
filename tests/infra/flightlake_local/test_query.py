from __future__ import annotations

import csv
import io
import json
import math
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import write_deltalake
from flightlake_local.errors import LocalError
from flightlake_local.query import OutputFormat, run_query
from flightlake_local.settings import LocalSettings

Ask = Callable[..., str]


@pytest.fixture
def ask(settings: LocalSettings) -> Ask:
    def answer(sql: str, output: OutputFormat = OutputFormat.CSV) -> str:
        stream = io.StringIO()
        run_query(settings, sql, output, stream)
        return stream.getvalue()

    return answer


@pytest.fixture
def states(settings: LocalSettings) -> None:
    rows = pa.table(
        {
            "icao24": ["4b1800", "4b1801", "4b1802"],
            "callsign": ['=1+1,"x"\n', "SWR1", None],
            "velocity": [1.5, math.nan, -2.0],
            "region": ["europe", "europe", "asia"],
        }
    )
    folder = settings.state_dir / "lake/silver/state_vectors"
    write_deltalake(str(folder), rows, partition_by=["region"])


@pytest.mark.usefixtures("states")
def test_tables_answer_by_their_names(ask: Ask) -> None:
    sql = "SELECT region, count(*) AS n FROM silver.state_vectors GROUP BY ALL ORDER BY 1"
    assert ask(sql) == "region,n\nasia,1\neurope,2\n"


@pytest.mark.usefixtures("states")
def test_a_table_may_have_an_alias_and_a_statement_unnest(ask: Ask) -> None:
    sql = 'SELECT s.icao24, n FROM silver."state_vectors" AS s CROSS JOIN UNNEST([7]) AS t(n)'
    assert ask(f"{sql} ORDER BY 1 LIMIT 1") == "icao24,n\n4b1800,7\n"


@pytest.mark.usefixtures("states")
def test_csv_holds_any_text_and_no_formula(ask: Ask) -> None:
    text = ask("SELECT callsign, velocity FROM silver.state_vectors ORDER BY icao24")
    rows = list(csv.reader(io.StringIO(text)))
    assert rows == [
        ["callsign", "velocity"],
        ['\'=1+1,"x"\n', "1.5"],
        ["SWR1", "nan"],
        ["", "-2.0"],
    ]


@pytest.mark.usefixtures("states")
def test_json_is_an_array_of_rows_that_any_parser_reads(ask: Ask) -> None:
    sql = "SELECT icao24, velocity, callsign FROM silver.state_vectors WHERE velocity IS NOT NULL"
    text = ask(sql + " ORDER BY 1", OutputFormat.JSON)

    def refuse(constant: str) -> float:
        raise AssertionError(constant)

    rows = json.loads(text, parse_constant=refuse)
    assert [row["velocity"] for row in rows] == [1.5, None, -2.0]
    assert rows[0]["callsign"] == '=1+1,"x"\n'
    assert json.loads(ask("SELECT 1 AS a WHERE false", OutputFormat.JSON)) == []


def test_a_table_never_prints_wider_than_100_columns_and_says_what_it_leaves_out(ask: Ask) -> None:
    sql = "SELECT COLUMNS(*) || repeat('x', 60) FROM (SELECT 1 AS c0, 2 AS c1, 3 AS c2, 4 AS c3)"
    lines = ask(f"{sql}, range(60)".replace("(*)", "('c.')"), OutputFormat.TABLE).splitlines()
    assert max(map(len, lines)) <= 100
    assert "(50 rows)" in lines
    assert "Not shown: rows after the first 50; 2 columns, from c2 on." in lines


def test_a_control_character_does_not_reach_the_terminal(ask: Ask) -> None:
    assert "\x1b" not in ask("SELECT chr(27) || '[2J' AS callsign", OutputFormat.TABLE)


def test_a_table_that_is_not_written_yet_says_how_to_fill_it(ask: Ask) -> None:
    with pytest.raises(LocalError, match=r"ops\.run_ledger has not been written yet; `make demo`"):
        ask("SELECT * FROM ops.run_ledger")


def test_a_name_that_is_no_table_lists_those_that_are(ask: Ask) -> None:
    with pytest.raises(
        LocalError, match=r"no table 'silver\.nope'; there are: silver\.quarantine, "
    ):
        ask("SELECT * FROM silver.nope")


def test_a_name_without_its_layer_is_told_in_full(ask: Ask) -> None:
    with pytest.raises(LocalError, match=r"no table flights; its full name is gold\.flights\.$"):
        ask("SELECT * FROM flights")


def test_show_tables_lists_every_table_and_view_with_what_it_is_for(ask: Ask) -> None:
    lines = ask("show tables;", OutputFormat.TABLE).splitlines()
    assert max(map(len, lines)) <= 100
    [row] = [line for line in lines if line.startswith("gold.flights ")]
    assert row.endswith("One row a flight, on the UTC day on which it was last seen.")
    assert [line for line in lines if line.startswith("gold.flights_readable ")]


def test_wrong_sql_is_one_line(ask: Ask) -> None:
    with pytest.raises(LocalError, match=r"^SQL: Parser Error[^\n]*$") as raised:
        ask("SELEC 1")
    assert "SELEC" in str(raised.value)


@pytest.mark.usefixtures("states")
def test_a_query_with_a_limit_ends_well_without_a_jvm_in_under_two_seconds(
    settings: LocalSettings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("FLIGHTLAKE_LOCAL_STATE_DIR", str(settings.state_dir))
    monkeypatch.setenv("PATH", str(tmp_path))
    command = [sys.executable, "-m", "flightlake_local", "query"]
    command.append("SELECT icao24 FROM silver.state_vectors LIMIT 1")
    # The processor's time: the wall clock depends on what else the machine does.
    took_s = []
    for _ in range(3):
        began_s = _children_cpu_s()
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        took_s.append(_children_cpu_s() - began_s)
        assert (done.returncode, done.stderr) == (0, "")
    assert min(took_s) < 2


def _children_cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
