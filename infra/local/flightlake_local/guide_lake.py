"""The lake of the analyst's guide: a simulated hour through the real steps, always the same."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from flightlake.contracts import raw
from flightlake.contracts.days import Day
from flightlake.contracts.hours import Hour
from flightlake.contracts.storage import Lake
from flightlake_dags.config import prices_argument, regions_argument

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

HOUR = Hour.parse("2025-12-28T16")
ANSWER_EVERY_S = 90
SEED, AIRCRAFT = 7, 1500
RUN_ID = "guide"

_CREDITS, _CREDITS_AN_ANSWER = 4000, 4


def fill(spark: SparkSession, lake: Lake) -> None:
    """Land the answers of the hour and run states_hourly on it, then flights_daily on its day."""
    from flightlake.contracts.costs import Prices
    from flightlake.io.logs import configure_logs
    from flightlake.io.raw_hour import inspect_hour
    from flightlake.steps import flights_daily, states_hourly
    from flightlake.steps.arguments import DayArguments, HourArguments
    from flightlake.steps.progress import Progress

    land_answers(lake)
    regions, prices = json.loads(regions_argument()), Prices(**json.loads(prices_argument()))
    configure_logs(RUN_ID)
    progress = Progress(f"filling {lake.url}")
    of_hour = HourArguments(lake, HOUR, RUN_ID, 3600 // ANSWER_EVERY_S, regions)
    states_hourly.run(spark, of_hour, inspect_hour(lake, HOUR), progress)
    of_day = DayArguments(lake, Day(HOUR.date), RUN_ID, prices)
    # The guide asks nothing that the judging of the records would answer.
    flights_daily.run(spark, of_day, progress, records=())


def land_answers(lake: Lake) -> None:
    """Land what the simulated sky answers in the hour, as a poll of the whole world would."""
    from opensky_simulator.world import World

    world = World(SEED, AIRCRAFT)
    moments_s = range(HOUR.start_s, HOUR.end_s, ANSWER_EVERY_S)
    for number, moment_s in enumerate(moments_s, 1):
        raw.land(
            lake,
            world.answer(moment_s),
            source="simulator",
            fetched_at=datetime.fromtimestamp(moment_s, UTC) + timedelta(seconds=1),
            credits_spent=_CREDITS_AN_ANSWER,
            credits_left=_CREDITS - number * _CREDITS_AN_ANSWER,
        )
