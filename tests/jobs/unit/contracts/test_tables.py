"""The registry: every entry has all that belongs to a table, and says what is true."""

from __future__ import annotations

import re
from importlib import import_module
from inspect import signature

import pytest
from flightlake.contracts.tables import DERIVED, TABLES, derived_by, read_by, written_by
from flightlake.schemas import columns_of

ATHENA_TYPES = {"bigint", "boolean", "date", "double", "int", "string", "timestamp"}
UNITS = {
    "altitude": "_m",
    "distance": "_m",
    "elevation": "_m",
    "height": "_m",
    "latitude": "_deg",
    "longitude": "_deg",
    "track": "_deg",
    "speed": "_mps",
    "rate": "_mps",
    "age": "_s",
    "duration": "_s",
    "gap": "_s",
}
"""The unit of a quantity, by the word for it in a column's name."""

every_table = pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.full_name)
every_derived = pytest.mark.parametrize("table", DERIVED, ids=lambda table: table.full_name)


@every_table
def test_keys_and_partitions_are_columns_and_no_column_is_there_twice(table):
    names = [column.name for column in columns_of(table)]
    assert len(set(names)) == len(names)
    assert table.keys
    assert set(table.keys) | set(table.partitions) <= set(names)


@every_table
def test_a_table_and_its_columns_say_what_they_are(table):
    assert table.description.endswith(".")
    assert table.owner
    assert [column.name for column in columns_of(table) if not column.comment.strip()] == []


@every_table
def test_columns_have_types_that_athena_reads(table):
    for column in columns_of(table):
        kinds = set(re.findall(r"[a-z]+(?=[<>,]|$)", column.type)) - {"array", "struct"}
        assert kinds <= ATHENA_TYPES, column


@every_table
def test_names_tell_units_and_flags(table):
    for column in columns_of(table):
        units = {UNITS[word] for word in column.name.split("_") if word in UNITS}
        if column.type in ("int", "bigint", "double") and units:
            assert column.name.endswith(tuple(units)), column
        assert (column.type == "boolean") == column.name.startswith(("is_", "has_")), column
        if column.type == "timestamp":
            assert not column.name.endswith(tuple(UNITS.values())), column


@every_derived
def test_a_derived_table_has_a_transform_and_comes_after_its_sources(table):
    module = import_module(f"flightlake.transforms.{table.layer}.{table.name}")
    assert list(signature(module.derive).parameters) == ["sources", "period"]
    before = {earlier.full_name for earlier in DERIVED[: DERIVED.index(table)]}
    assert set(table.sources) <= TABLES.keys() - {t.full_name for t in DERIVED} | before
    assert table.sources


@every_derived
def test_a_derived_table_is_partitioned_as_it_is_replaced(table):
    daily = ("date",)
    assert table.partitions == (daily if table.step == "flights_daily" else (*daily, "hour"))


def test_a_step_writes_its_derived_tables_and_what_every_step_writes():
    written = {table.full_name for table in written_by("states_hourly")}
    assert {table.full_name for table in derived_by("states_hourly")} <= written
    assert {"ops.table_runs", "ops.quality_results", "ops.run_ledger"} <= written


def test_a_step_reads_what_others_wrote_for_it():
    assert [table.full_name for table in read_by("states_hourly")] == [
        *("ref.airports", "ref.runways", "ref.countries")
    ]
    assert {table.full_name for table in read_by("flights_daily")} == {
        *("silver.state_vectors", "ref.airports", "ref.runways", "ref.airlines", "ref.aircraft")
    }
