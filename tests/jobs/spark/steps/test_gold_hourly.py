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

GOLD = derived_by("states_hourly")
BY_COUNTRY = TABLES["gold.country_hourly"]


@pytest.fixture
def land_hour(land, state, hour):
    """Lands three answers: an airliner in distress, and one that climbs out of Frankfurt."""
    for n in range(3):
        time_s = hour.start_s + 600 + 90 * n
        climb = {"longitude": 8.57 + 0.1 * n, "baro_altitude": 400 + 900 * n, "vertical_rate": 10}
        climbing = state(time_s, "a0b1c2", latitude=50.03, **climb)
        land(time_s, [state(time_s, squawk="7700"), climbing])


@pytest.fixture
def spoil_blocks(spark, lake):
    """Puts a block into ref.countries that has a name for a code."""

    def spoil():
        nulls = dict.fromkeys(schema_of(COUNTRIES).fieldNames())
        block = {"first_icao24": "000000", "last_icao24": "ffffff", "country_code": "Germany"}
        rows = frame_of(spark, [{**nulls, **block}], schema_of(COUNTRIES))
        delta.replace_where(rows, lake, COUNTRIES)

    return spoil


def test_an_hour_fills_all_its_tables_and_leaves_the_same_when_it_runs_again(
    land_hour, spoil_blocks, process, tables, lake, written_since
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
        ours = tables.content_hash(tables.by_spark(table))
        assert ours == tables.content_hash(before[table]), table.full_name
        protocol = DeltaTable(lake.url_of(table.path)).protocol()
        assert (protocol.min_reader_version, protocol.reader_features) == (1, None)
    [event] = before[TABLES["gold.events"]]
    assert (event["event_type"], event["icao24"]) == ("emergency_squawk", "3c6444")
    countries = {row["country_code"]: row["states"] for row in before[BY_COUNTRY]}
    assert countries == {"DE": 3, "US": 3}
    airports = {row["airport"]: row["departures"] for row in before[TABLES["gold.airport_hourly"]]}
    assert airports["EDDF"] == 1

    # A table that is rejected keeps what it has; the hour it is made of is published all the same.
    spoil_blocks()
    second = process(run_id="second", expected=3, derived=GOLD)

    verdicts = {found.run.table_name: found.run.verdict for found in second.tables}
    assert [name for name in verdicts if verdicts[name] == "rejected"] == [BY_COUNTRY.full_name]
    assert second.ledger.rows_published == first.ledger.rows_published == 6
    for table, rows in before.items():
        again = tables.content_hash(tables.by_deltalake(table))
        assert again == tables.content_hash(rows), table.full_name
    recorded = {(row["run_id"], row["table_name"]) for row in tables.by_deltalake(TABLE_RUNS)}
    assert recorded == {(run_id, t.full_name) for run_id in ("first", "second") for t in GOLD}
