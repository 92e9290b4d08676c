"""flights_daily on real Spark and Delta: a day's tables, their record, and the same day again."""

from __future__ import annotations

import pytest
from deltalake import DeltaTable
from flightlake.contracts.costs import Prices
from flightlake.contracts.days import Day
from flightlake.contracts.results import read_tables_result
from flightlake.contracts.tables import RUN_LEDGER, TABLE_RUNS, TABLES, derived_by, written_by
from flightlake.steps.arguments import DayArguments
from flightlake.steps.flights_daily import STEP, run
from flightlake.steps.progress import Progress

from tests.table_rows import keys_are_whole

PRICES = Prices(
    vcpu_hour_usd=0.05, memory_gb_hour_usd=0.005, storage_gb_hour_usd=0.0001, athena_tb_usd=5
)
GOLD = derived_by(STEP)


@pytest.fixture
def derive_day(spark, lake, hour):
    """Runs the step on the day of the hour, as main() does; without judging the records."""

    def derive(run_id):
        arguments = DayArguments(lake, Day(hour.date), run_id, PRICES)
        return run(spark, arguments, Progress("test"), records=())

    return derive


def test_a_day_is_derived_recorded_and_the_same_when_derived_again(
    land, state, process, derive_day, tables, lake, hour, written_since
):
    for n in range(8):
        time_s = hour.start_s + 90 * n
        over = {"longitude": 8.6 + 0.2 * n, "baro_altitude": 300 + 1_000 * n, "vertical_rate": 11}
        land(time_s, [state(time_s, latitude=50.03, true_track=90, geo_altitude=None, **over)])
    process(expected=8)

    written_since()
    first = derive_day("first")
    # What lineage tells of the step.
    lineage = {table.full_name for table in written_by(STEP)}
    assert {"gold.flights"} <= written_since() <= lineage
    written = {table: tables.by_deltalake(table) for table in GOLD}
    for table, rows in written.items():
        assert keys_are_whole(table, rows), table.full_name
        assert {row["date"] for row in rows} <= {hour.date}
    [flight] = written[TABLES["gold.flights"]]
    assert (flight["icao24"], flight["airline_icao"], flight["states"]) == ("3c6444", "DLH", 8)
    assert flight["departure_airport"] == "EDDF"
    [airline] = written[TABLES["gold.airline_daily"]]
    assert (airline["airline"], airline["flights"]) == ("Lufthansa", 1)
    assert [row["flights"] for row in written[TABLES["gold.aircraft_type_daily"]]] == [1]
    assert written[TABLES["gold.route_daily"]] == []

    second = derive_day("second")
    for table in GOLD:
        again = tables.by_deltalake(table)
        assert tables.content_hash(again) == tables.content_hash(written[table]), table.full_name
        assert DeltaTable(lake.url_of(table.path)).protocol().min_reader_version == 1
    assert {table.run.verdict for table in second.tables} <= {"pass", "warning"}
    left = read_tables_result(lake, STEP, Day(hour.date), "first")
    assert left == first
    assert lake.exists(left.report)
    # The hour, and the version of it that the day was made of.
    [line] = tables.by_deltalake(RUN_LEDGER)
    version = {"hour": str(hour), "recorded_at": line["recorded_at"].isoformat()}
    read = [row["hours_read"] for row in tables.by_deltalake(TABLE_RUNS) if row["step"] == STEP]
    assert read == [[version]] * (2 * len(GOLD))
    recorded = {
        (row["run_id"], row["table_name"], row["rows_published"])
        for row in tables.by_deltalake(TABLE_RUNS)
        if row["step"] == STEP
    }
    assert recorded == {
        (run_id, table.full_name, len(written[table]))
        for run_id in ("first", "second")
        for table in GOLD
    }
