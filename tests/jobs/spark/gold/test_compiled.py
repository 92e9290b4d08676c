"""What Spark generates for a gold table is compiled to machine code.

Java interprets a method of more than 8,000 bytes, and Spark does not split all that it generates:
one state then takes ten times as long, and nothing tells so.
"""

from __future__ import annotations

import pytest
from flightlake.contracts.storage import Lake
from flightlake.contracts.tables import TABLES
from flightlake.io import delta
from flightlake.steps.derived import derive

MOST_BYTES = 8_000
GOLD = [table for table in TABLES.values() if table.layer == "gold"]


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

    longest = longest_methods(spark, delta.columns_of_table(rows, table))

    assert longest
    assert {plan: size for plan, size in longest.items() if size > MOST_BYTES} == {}


def longest_methods(spark, rows):
    """The plan of each stage of generated code, and the bytes of the longest of its methods."""
    package = getattr(spark._jvm.org.apache.spark.sql.execution.debug, "package$")
    debug = getattr(package, "MODULE$")
    stages = debug.codegenStringSeq(rows._jdf.queryExecution().executedPlan())
    found = (stages.apply(number) for number in range(stages.size()))
    return {stage._1(): stage._3().maxMethodCodeSize() for stage in found}
