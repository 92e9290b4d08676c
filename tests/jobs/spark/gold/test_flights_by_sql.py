"""gold.flights and the same rules in DuckDB's SQL give the same rows."""

from __future__ import annotations

import gzip
import json
from collections import defaultdict

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from flightlake.contracts.days import Day
from flightlake.transforms.gold.flights import derive
from flightlake_measure import flights_check
from flightlake_measure.flight_sources import flight_sources
from flightlake_measure.polled_sky import silver_states
from opensky_simulator.world import World

DAY = Day.parse("2025-12-28")
EVERY_S = 300


@pytest.fixture
def by_both(spark, tmp_path):
    """Derives the flights of a day's answers twice; how many there are, and what differs."""

    def derived(answers: dict[int, bytes | str], day: Day, every_s: int = 1):
        table = pa.table({"snapshot_time_s": list(answers), "body": list(answers.values())})
        path = tmp_path / str(day)
        path.mkdir()
        pq.write_table(
            table.cast(pa.schema({"snapshot_time_s": "int64", "body": "string"})),
            path / "a.parquet",
        )
        states = silver_states(spark, path, every_s).persist()
        of_day = flight_sources(spark, states)
        found = flights_check.compare(of_day, derive(of_day, day).toArrow(), day.date)
        states.unpersist()
        return found

    return derived


def test_on_a_generated_day(by_both):
    world = World(seed=3, aircraft=40)
    answers = {s: world.answer(s).decode() for s in range(DAY.start_s, DAY.end_s, EVERY_S)}
    flights, differences = by_both(answers, DAY, EVERY_S)
    assert differences == []
    assert flights > 300


def test_on_a_recorded_answer_of_the_whole_world_heard_twice(by_both, recordings):
    file = recordings / "states-all-world-2025-12-28T021419Z.json.gz"
    answer = json.loads(gzip.decompress(file.read_bytes()))
    again_s = 600
    later = [
        [
            value + again_s if position in (3, 4) and value else value
            for position, value in enumerate(state)
        ]
        for state in answer["states"]
    ]
    answers = {
        answer["time"] + shift_s: json.dumps({"time": answer["time"] + shift_s, "states": states})
        for shift_s, states in ((0, answer["states"]), (again_s, later))
    }
    flights, differences = by_both(answers, DAY)
    assert differences == []
    assert flights > 5_000


def test_on_recorded_polls_of_twenty_minutes(by_both, recordings):
    file = recordings / "polls-15s-turkey-2026-04-11.json.gz"
    heard = defaultdict(list)
    for icao24, points in json.loads(gzip.decompress(file.read_bytes())).items():
        for p in points:
            at_s = int(p["t"])
            place = [at_s, at_s, p["lon"], p["lat"], None, False, p["speed"], p["heading"]]
            heard[at_s].append([icao24, "", "", *place, *[None] * 4, False, 0])
    answers = {s: json.dumps({"time": s, "states": states}) for s, states in heard.items()}
    flights, differences = by_both(answers, Day.parse("2026-04-11"))
    assert differences == []
    assert flights > 100


def test_a_difference_is_found_on_both_sides():
    rows = [dict.fromkeys(flights_check.COLUMNS) | {"flight_id": name} for name in ("a", "b")]
    with duckdb.connect() as connection:
        connection.register("flights", pa.Table.from_pylist(rows))
        connection.register("derived", pa.Table.from_pylist([rows[0], rows[1] | {"states": 2}]))
        found = flights_check.differences(connection)
    assert [(row["difference"], row["flight_id"], row["states"]) for row in found] == [
        ("only by the SQL", "b", None),
        ("only in gold.flights", "b", 2),
    ]
