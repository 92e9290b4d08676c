"""What Spark generates for a gold table is compiled to machine code, and once for all hours.

Java interprets a method of more than 8,000 bytes, and Spark does not split all that it generates;
it interprets new code too, until it knows it. Nothing tells so but the time that it takes.
"""

from __future__ import annotations

import pytest
from flightlake.contracts.hours import Hour
from flightlake.contracts.storage import Lake
from flightlake.contracts.tables import TABLES, derived_by
from flightlake.io import delta
from flightlake.steps.derived import derive

MOST_BYTES = 8_000
HOURLY = derived_by("states_hourly")
GOLD = [*HOURLY, *derived_by("flights_daily")]
CACHED, SHUFFLED = "InMemoryTableScan", "Exchange hashpartitioning"


@pytest.fixture
def whole_plans(spark):
    """Plans as they are made before a run: an adaptive one generates code stage by stage."""
    spark.conf.set("spark.sql.adaptive.enabled", "false")
    yield
    spark.conf.unset("spark.sql.adaptive.enabled")


@pytest.mark.usefixtures("whole_plans")
@pytest.mark.parametrize("table", GOLD, ids=lambda table: table.name)
def test_no_generated_method_is_too_long_to_be_compiled(spark, new_tables, table, day, hour):
    lake = Lake(new_tables.as_uri())
    sources = {name: delta.read(spark, lake, TABLES[name]) for name in table.sources}
    rows = derive(table, sources, day if table.step == "flights_daily" else hour)

    stages = stages_of(spark, delta.columns_of_table(rows, table))

    assert stages
    assert [(plan, size) for plan, _, size in stages if size > MOST_BYTES] == []


@pytest.mark.usefixtures("whole_plans")
@pytest.mark.parametrize("table", HOURLY, ids=lambda table: table.name)
def test_what_reads_the_states_is_the_same_code_for_every_hour(spark, new_tables, table, hour):
    lake = Lake(new_tables.as_uri())
    sources = {name: delta.read(spark, lake, TABLES[name]) for name in table.sources}
    # As the hourly job has them, or Delta would leave nothing to be filtered.
    states = sources["silver.state_vectors"].cache()
    sources["silver.state_vectors"] = states

    first, second = (
        {
            code
            for plan, code, _ in stages_of(spark, derive(table, sources, of))
            # A plan has all before it too: after a shuffle it is of groups, not of states.
            if CACHED in plan and SHUFFLED not in plan
        }
        for of in (hour, Hour.of(hour.end))
    )
    states.unpersist()

    assert first
    assert first == second


def stages_of(spark, rows):
    """The stages of generated code: of each the plan, the code, and the bytes of the longest of
    its methods."""
    package = getattr(spark._jvm.org.apache.spark.sql.execution.debug, "package$")
    debug = getattr(package, "MODULE$")
    found = debug.codegenStringSeq(rows._jdf.queryExecution().executedPlan())
    stages = (found.apply(number) for number in range(found.size()))
    return [(stage._1(), stage._2(), stage._3().maxMethodCodeSize()) for stage in stages]
