"""The tables of gold that an hour fills, in one run of its step on real Spark and Delta."""

from __future__ import annotations

import pytest
from deltalake import DeltaTable
from flightlake.contracts.tables import (
    COUNTRIES,
    STATE_VECTORS,
    TABLE_RUNS,
    TABLES,
    derived_by,
    written_by,
)
from flightlake.io import delta
from flightlake.io.frames import frame_of, schema_of

from tests.table_rows import keys_are_whole

GOLD = derived_by("states_hourly")
OTHERS = 120
BY_COUNTRY = TABLES["gold.country_hourly"]


@pytest.fixture
def land_hour(land, state, hour):
    """Lands three answers: an airliner in distress, one that climbs out of Frankfurt, and others.

    All of the others are of the same state of registry.
    """
    for n in range(3):
        time_s = hour.start_s + 600 + 90 * n
        climb = {"longitude": 8.57 + 0.1 * n, "baro_altitude": 400 + 900 * n, "vertical_rate": 10}
        climbing = state(time_s, "a0b1c2", latitude=50.03, **climb)
        others = [state(time_s, f"3c{i:04x}", latitude=45.0) for i in range(OTHERS)]
        land(time_s, [state(time_s, squawk="7700"), climbing, *others])


@pytest.fixture
def spoil_blocks(spark, lake):
    """Takes all blocks out of ref.countries, so that no aircraft has a country."""

    def spoil():
        delta.replace_where(frame_of(spark, [], schema_of(COUNTRIES)), lake, COUNTRIES)

    return spoil


def test_an_hour_fills_all_its_tables_and_leaves_the_same_when_it_runs_again(
    land_hour, spoil_blocks, process, tables, lake, hour, written_since
):
    first = process(run_id="first", expected=3, derived=GOLD)

    # What lineage tells of the step.
    lineage = {table.full_name for table in written_by("states_hourly")}
    assert {STATE_VECTORS.full_name, *(t.full_name for t in GOLD)} <= written_since() <= lineage
    before = {table: tables.by_deltalake(table) for table in (STATE_VECTORS, *GOLD)}
    assert {found.run.table_name: found.run.rows_published for found in first.tables} == {
        table.full_name: len(before[table]) for table in GOLD
    }
    assert {found.run.verdict for found in first.tables} <= {"pass", "warning"}
    for table in GOLD:
        assert before[table], table.full_name
        assert keys_are_whole(table, before[table]), table.full_name
        assert {(row["date"], row["hour"]) for row in before[table]} == {(hour.date, hour.hour)}
        ours = tables.content_hash(tables.by_spark(table))
        assert ours == tables.content_hash(before[table]), table.full_name
        protocol = DeltaTable(lake.url_of(table.path)).protocol()
        assert (protocol.min_reader_version, protocol.reader_features) == (1, None)
    [event] = before[TABLES["gold.events"]]
    assert (event["event_type"], event["icao24"]) == ("emergency_squawk", "3c6444")
    countries = {row["country_code"]: row["states"] for row in before[BY_COUNTRY]}
    assert countries == {"DE": 3 * (OTHERS + 1), "US": 3}
    airports = {row["airport"]: row["departures"] for row in before[TABLES["gold.airport_hourly"]]}
    assert airports["EDDF"] == 1

    # A table that is rejected keeps what it has; the hour it is made of is published all the same.
    spoil_blocks()
    second = process(run_id="second", expected=3, derived=GOLD)

    verdicts = {found.run.table_name: found.run.verdict for found in second.tables}
    assert [name for name in verdicts if verdicts[name] == "rejected"] == [BY_COUNTRY.full_name]
    assert second.ledger.rows_published == first.ledger.rows_published == 3 * (OTHERS + 2)
    for table, rows in before.items():
        again = tables.content_hash(tables.by_deltalake(table))
        assert again == tables.content_hash(rows), table.full_name
    recorded = {(row["run_id"], row["table_name"]) for row in tables.by_deltalake(TABLE_RUNS)}
    assert recorded == {(run_id, t.full_name) for run_id in ("first", "second") for t in GOLD}
