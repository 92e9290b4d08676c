from __future__ import annotations

import re

import pytest
from flightlake.contracts.athena import (
    count_rows,
    create_database,
    create_table,
    create_view,
    described,
    glue_columns,
    table_input,
    with_prefix,
)
from flightlake.contracts.days import Day
from flightlake.contracts.hours import Hour
from flightlake.contracts.tables import STATE_VECTORS, TABLES
from flightlake.contracts.views import views
from flightlake.schemas import columns_of

LAKE = "s3://lake"

# Any clause more, and Athena refuses to register a Delta table.
DDL = re.compile(
    r"CREATE EXTERNAL TABLE IF NOT EXISTS (?P<name>[a-z_]+\.[a-z_]+)\n"
    r"LOCATION '(?P<location>s3://[a-z_/]+/)'\n"
    r"TBLPROPERTIES \('table_type'='DELTA'\)"
)


def test_a_table_is_registered_by_its_place_alone() -> None:
    assert create_database("silver", "flightlake_") == (
        "CREATE DATABASE IF NOT EXISTS flightlake_silver"
    )
    assert create_table(STATE_VECTORS, LAKE, "flightlake_") == (
        "CREATE EXTERNAL TABLE IF NOT EXISTS flightlake_silver.state_vectors\n"
        "LOCATION 's3://lake/silver/state_vectors/'\n"
        "TBLPROPERTIES ('table_type'='DELTA')"
    )


@pytest.mark.parametrize("name", TABLES)
def test_every_table_has_a_statement_that_athena_takes(name: str) -> None:
    ddl = DDL.fullmatch(create_table(TABLES[name], LAKE, ""))
    assert ddl is not None
    assert ddl["name"] == name
    assert ddl["location"] == f"{LAKE}/{TABLES[name].path}/"


@pytest.mark.parametrize("name", TABLES)
def test_glue_takes_the_columns_of_every_table(name: str) -> None:
    table = TABLES[name]
    columns = {column["Name"]: column for column in glue_columns(table)}
    assert set(columns) == {column.name for column in columns_of(table)}
    for column in columns.values():
        # Athena finds no column of another case, Glue no comment that is longer.
        assert re.fullmatch(r"[a-z][a-z0-9_]*", column["Name"])
        assert 0 < len(column["Comment"]) <= 255
    assert {columns[name]["Type"] for name in table.partitions} <= {"date", "int", "string"}


def test_a_view_is_made_anew_with_the_tables_of_the_prefix() -> None:
    view = views()["silver.state_vectors_readable"]
    sql = create_view(view, "flightlake_")
    assert sql.startswith("CREATE OR REPLACE VIEW flightlake_silver.state_vectors_readable AS\nSEL")
    assert sql.endswith("\nFROM flightlake_silver.state_vectors")
    assert "--" not in sql


def test_a_prefix_goes_before_names_of_the_lake_and_nothing_else() -> None:
    sql = "SELECT a.name, silver.x FROM silver.state_vectors AS a, silver.state_vectors_readable"
    assert with_prefix(sql, "p_") == (
        "SELECT a.name, silver.x FROM p_silver.state_vectors AS a, p_silver.state_vectors_readable"
    )


def test_rows_are_counted_in_one_partition() -> None:
    assert count_rows(STATE_VECTORS, Hour.parse("2025-12-28T02"), "") == (
        "SELECT count(*) FROM silver.state_vectors WHERE date = DATE'2025-12-28' AND hour = 2"
    )
    assert count_rows(STATE_VECTORS, Day.parse("2025-12-28"), "p_").endswith(
        "FROM p_silver.state_vectors WHERE date = DATE'2025-12-28'"
    )


FOUND = {
    "Name": "state_vectors",
    "DatabaseName": "silver",
    "CreatedBy": "athena",
    "Parameters": {"table_type": "DELTA"},
    "StorageDescriptor": {
        "Columns": [{"Name": "icao24", "Type": "string"}],
        "Location": "s3://lake/silver/state_vectors/",
        "SerdeInfo": {"SerializationLibrary": "serde", "Parameters": {"a": "b"}},
    },
    "PartitionKeys": [{"Name": "date", "Type": "date"}],
}


def test_glue_gets_all_columns_with_their_comments_and_keeps_its_own_words() -> None:
    wanted = described(STATE_VECTORS, FOUND)
    storage = wanted["StorageDescriptor"]
    assert storage["Columns"][0] == {
        "Name": "icao24",
        "Type": "string",
        "Comment": "24-bit ICAO address, six lower-case hex digits",
    }
    assert [column["Name"] for column in wanted["PartitionKeys"]] == ["date"]
    assert len(storage["Columns"]) + 1 == len(columns_of(STATE_VECTORS))
    assert wanted["Parameters"] == {"table_type": "DELTA", "spark.sql.sources.provider": "delta"}
    assert storage["SerdeInfo"] == {
        "SerializationLibrary": "serde",
        "Parameters": {"a": "b", "path": "s3://lake/silver/state_vectors/"},
    }
    assert not {"DatabaseName", "CreatedBy"} & wanted.keys()


def test_what_glue_says_already_is_not_changed_again() -> None:
    once = described(STATE_VECTORS, FOUND)
    assert table_input(once) == described(STATE_VECTORS, once)
    assert table_input(FOUND) != once
