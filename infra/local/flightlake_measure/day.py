"""``make bench-day``: one day of answers through silver and gold in one Spark session, timed."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flightlake.contracts.hours import Hour
from flightlake.contracts.storage import Lake
from flightlake.steps.progress import Progress
from flightlake_dags.config import prices_argument, regions_argument, spark_sizing
from flightlake_local import show
from flightlake_local.cli import run
from flightlake_local.console import Steps
from flightlake_local.errors import LocalError
from flightlake_local.settings import load_settings
from flightlake_local.spark_sql import PARTITIONS, local_session
from rich import box
from rich.table import Table

from flightlake_measure.simulated_day import ANSWERS_AN_HOUR, DAY, lake_of_day

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

MAX_GOLD_SHARE = 0.4
"""Gold may take this share of the day's time."""
RUN_ID = "bench"


@dataclass(frozen=True)
class Stage:
    """A part of the way: the rows that went into it and the seconds that it took."""

    name: str
    rows: int
    seconds: float

    def __add__(self, other: Stage) -> Stage:
        return Stage(self.name, self.rows + other.rows, self.seconds + other.seconds)


class Laps(Progress):
    """Remembers when each thing was done instead of printing it."""

    def __init__(self) -> None:
        self.laps: list[float] = []
        super().__init__("")

    def say(self, text: str) -> None:  # noqa: ARG002
        """Note the time."""
        self.laps.append(self.seconds)


def main() -> None:
    """Measure the day that the environment asks for: AIRCRAFT (11500), HOURS (24).

    Raises:
        LocalError: a table was rejected, or gold takes more than its share.
    """
    aircraft, hours = int(os.environ.get("AIRCRAFT", "11500")), int(os.environ.get("HOURS", "24"))
    settings, steps = load_settings(), show.steps()
    with steps.live():
        with steps.step(f"{hours} hours of {aircraft:,} aircraft, one answer every 90 s") as step:
            lake, of_day = lake_of_day(settings.state_dir / "bench", aircraft, hours, step.update)
        with steps.step("Spark session"):
            spark = local_session(settings, "bench-day")
        stages = [*_hourly(spark, lake, of_day, steps), _daily(spark, lake, steps)]
        spark.stop()
    steps.console.print(stage_table(stages))
    if (share := gold_share(stages)) > MAX_GOLD_SHARE:
        raise LocalError(f"Gold takes {share:.0%} of the time, more than {MAX_GOLD_SHARE:.0%}.")


def _hourly(spark: SparkSession, lake: Lake, hours: Sequence[Hour], steps: Steps) -> list[Stage]:
    """Run states_hourly on every hour; silver and the hourly gold tables apart."""
    from flightlake.io.raw_hour import inspect_hour
    from flightlake.steps import states_hourly
    from flightlake.steps.arguments import HourArguments

    regions = json.loads(regions_argument())
    silver, gold = Stage("silver", 0, 0), Stage("hourly gold", 0, 0)
    with steps.step(f"states_hourly of {len(hours)} hours") as step:
        for done, hour in enumerate(hours, 1):
            laps, arguments = Laps(), HourArguments(lake, hour, RUN_ID, ANSWERS_AN_HOUR, regions)
            result = states_hourly.run(spark, arguments, inspect_hour(lake, hour), laps)
            require_published([table.run.verdict for table in result.tables], str(hour))
            # After the tables comes the record; before the first of them, the last of silver.
            gold_s = laps.laps[-2] - laps.laps[-2 - len(result.tables)]
            rows = result.ledger.rows_read
            silver += Stage("", rows, laps.laps[-1] - gold_s)
            gold += Stage("", result.ledger.rows_published, gold_s)
            step.update(f"{done} of {len(hours)}, {silver.rows:,} rows read")
    return [silver, gold]


def _daily(spark: SparkSession, lake: Lake, steps: Steps) -> Stage:
    from flightlake.contracts.costs import Prices
    from flightlake.contracts.tables import STATE_VECTORS
    from flightlake.io import delta
    from flightlake.steps import flights_daily
    from flightlake.steps.arguments import DayArguments

    arguments = DayArguments(lake, DAY, RUN_ID, Prices(**json.loads(prices_argument())))
    spark.conf.set(PARTITIONS, spark_sizing("day")[PARTITIONS])
    with steps.step(f"flights_daily of {DAY}"):
        result = flights_daily.run(spark, arguments, Laps())
    require_published([table.run.verdict for table in result.tables], str(DAY))
    for table in result.tables:
        run = table.run
        steps.say(f"{run.table_name}: {run.rows_published:,} rows, {run.seconds:.1f} s")
    rows = delta.read(spark, lake, STATE_VECTORS).count()
    return Stage("daily gold", rows, result.seconds)


def require_published(verdicts: Sequence[str], period: str) -> None:
    """Stop where the numbers would be of tables that were not written.

    Raises:
        LocalError: a table was rejected, or there is none.
    """
    if not verdicts or "rejected" in verdicts:
        raise LocalError(f"{period}: the verdicts of its tables are {list(verdicts)}.")


def gold_share(stages: Sequence[Stage]) -> float:
    """The share of the total time that gold takes, 0 to 1."""
    return sum(s.seconds for s in stages if "gold" in s.name) / sum(s.seconds for s in stages)


def stage_table(stages: Sequence[Stage]) -> Table:
    """One line a stage, and their total by the rows that were read."""
    table = Table(box=box.SIMPLE_HEAD)
    for name in ("stage", "rows in", "seconds", "rows/s", "share"):
        table.add_column(name, justify="left" if name == "stage" else "right")
    total = Stage("total", stages[0].rows, sum(stage.seconds for stage in stages))
    for stage in [*stages, total]:
        share = stage.seconds / total.seconds
        table.add_row(
            stage.name,
            f"{stage.rows:,}",
            f"{stage.seconds:,.1f}",
            f"{stage.rows / stage.seconds:,.0f}",
            f"{share:.0%}",
        )
    table.caption = f"gold takes {gold_share(stages):.0%}; at most {MAX_GOLD_SHARE:.0%} is wanted"
    return table


if __name__ == "__main__":
    raise SystemExit(run(main))
