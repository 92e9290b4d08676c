"""A simulated sky that is polled for two days: its states as silver has them, and the truth."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from flightlake.contracts.days import Day
from flightlake.contracts.tables import STATE_VECTORS
from flightlake_dags.config import regions_argument
from opensky_simulator.world import World

from flightlake_measure.flight_match import TrueFlight
from flightlake_measure.simulated_day import DAY, SEED

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

DAYS = (Day(DAY.date - timedelta(days=1)), DAY)
BEGIN_S, END_S = DAYS[0].start_s, DAYS[-1].end_s + 3600
"""Two days, and the hour after them that the flights of the second are derived with."""
FINEST_S = 15
"""The sky is polled so often; a slower poll gets every so many of these answers."""

_POLLED = "polled"
_TAXI_S = 600
"""No simulated aircraft takes off so soon after it has landed."""
_HEARD = """
    SELECT flight, min(contact_s), max(contact_s),
        coalesce(max(contact_s) FILTER (is_airborne) - min(contact_s) FILTER (is_airborne), 0)
    FROM (
        SELECT f.flight, contact_s,
            contact_s BETWEEN f.take_off_s AND f.landing_s AND NOT is_on_ground AS is_airborne
        FROM true_flights f JOIN (
            SELECT icao24, callsign, epoch(last_contact)::BIGINT AS contact_s, is_on_ground
            FROM read_parquet($states)
        ) c ON c.icao24 = f.icao24
            AND contact_s BETWEEN f.take_off_s - $taxi_s AND f.landing_s + $taxi_s
        WHERE NOT f.is_address_shared OR c.callsign = f.callsign
    )
    GROUP BY flight
"""


def answers_of(folder: Path, aircraft: int, on_progress: Callable[[str], None]) -> Path:
    """The answers to a poll every 15 s, made once; returns the folder of their Parquet files.

    Args:
        folder: where the sky is kept.
        aircraft: how many states an answer has on average.
        on_progress: told how many hours are polled.
    """
    answers = folder / "answers"
    if not (folder / _POLLED).exists():
        answers.mkdir(parents=True, exist_ok=True)
        hours = range(BEGIN_S, END_S, 3600)
        with ProcessPoolExecutor(os.cpu_count()) as pool:
            polling = [pool.submit(_poll, answers, aircraft, hour_s) for hour_s in hours]
            for done, polled in enumerate(as_completed(polling), 1):
                polled.result()
                on_progress(f"{done} of {len(hours)} hours polled")
        (folder / _POLLED).touch()
    return answers


def _poll(answers: Path, aircraft: int, hour_s: int) -> None:
    moments = list(range(hour_s, hour_s + 3600, FINEST_S))
    bodies = [_world(aircraft).answer(moment_s).decode() for moment_s in moments]
    table = pa.table({"snapshot_time_s": moments, "body": bodies})
    pq.write_table(table, answers / f"{hour_s}.parquet", compression="zstd")


@cache
def _world(aircraft: int) -> World:
    return World(SEED, aircraft)


def silver_states(spark: SparkSession, answers: Path, every_s: int) -> DataFrame:
    """What silver.state_vectors holds of a poll every ``every_s`` seconds."""
    from flightlake.io.delta import columns_of_table
    from flightlake.steps.states_hourly import classified
    from flightlake.transforms.silver.repeats import STAGED
    from pyspark.sql import functions as F

    bodies = (
        spark.read.parquet(str(answers))
        .where(F.col("snapshot_time_s") % every_s == 0)
        .withColumns(
            {
                "previous_time_s": F.col("snapshot_time_s") - every_s,
                "is_before": F.lit(False),
                "raw_object": F.col("snapshot_time_s").cast("string"),
                "source": F.lit("simulator"),
            }
        )
    )
    rows = classified(bodies, json.loads(regions_argument()))
    return columns_of_table(rows.where(F.col("outcome") == STAGED), STATE_VECTORS)


def true_flights(aircraft: int, states: Path) -> list[TrueFlight]:
    """What was flown, and when it was heard by the poll whose states lie in a Parquet folder."""
    flown = _world(aircraft).flights(BEGIN_S, END_S)
    shared = {flight["icao24"] for flight in flown if flight["ghost"]}
    names = ("icao24", "callsign", "take_off_s", "landing_s", "departure", "arrival")
    flights = [
        {name: flight[name] for name in names} | {"is_address_shared": flight["icao24"] in shared}
        for flight in flown
    ]
    rows = [{"flight": number, **flight} for number, flight in enumerate(flights)]
    with duckdb.connect() as connection:
        connection.register("true_flights", pa.Table.from_pylist(rows))
        heard = connection.execute(
            _HEARD, {"states": f"{states}/*.parquet", "taxi_s": _TAXI_S}
        ).fetchall()
    return [
        TrueFlight(**flights[number], first_heard_s=first, last_heard_s=last, heard_airborne_s=air)
        for number, first, last, air in heard
    ]
