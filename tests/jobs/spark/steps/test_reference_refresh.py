"""Reference tables on real Spark and Delta: published as a whole, or the last good one stays."""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from importlib import resources
from string import ascii_uppercase

import duckdb
import pandas as pd
import pytest
from deltalake import DeltaTable
from flightlake.contracts.days import Day
from flightlake.contracts.references import land
from flightlake.contracts.results import read_tables_result
from flightlake.contracts.tables import (
    AIRCRAFT,
    AIRLINES,
    AIRPORTS,
    COUNTRIES,
    RUNWAYS,
    STATE_VECTORS,
    written_by,
)
from flightlake.io import delta
from flightlake.io.frames import frame_of, schema_of
from flightlake.io.reference import UnreadableSourceError, completed, embedded_table, read_source
from flightlake.steps.arguments import ReferenceArguments
from flightlake.steps.progress import Progress
from flightlake.steps.reference_refresh import STEP, judge_rows, run, seen_lately
from flightlake.transforms.ref.seen import FEWEST_SEEN
from opensky_simulator.datasets import (
    airports_csv,
    double_quoted_csv,
    runways_csv,
    single_quoted_csv,
)
from opensky_simulator.world import World

DAY = Day.parse("2025-12-29")
HEADER = [
    *("icao24", "registration", "typecode", "icaoAircraftClass", "manufacturerName", "model"),
    *("serialNumber", "operator", "operatorIcao", "owner", "categoryDescription", "built"),
]
FLEET = [f"3c{number:04x}" for number in range(300)]


def aircraft_file(addresses: Iterable[str] = FLEET, quote: str = "'", **changes: str) -> bytes:
    """OpenSky's database with single quotes in its header, and ``quote`` in its lines."""
    values = {"registration": "D-AIBD", "typecode": "A319", "operatorIcao": "DLH", **changes}
    rows = [{**values, "icao24": icao24} for icao24 in addresses]
    lines = [",".join(f"'{name}'" for name in HEADER)]
    lines += [",".join(f"{quote}{row.get(name, '')}{quote}" for name in HEADER) for row in rows]
    return "\n".join(lines).encode()


@pytest.fixture
def seen():
    """The fleet, as it flew on the last published day."""
    return pd.DataFrame({"icao24": FLEET, "airline_icao": "DLH"})


@pytest.fixture
def judged(spark, lake, seen):
    """The judgement of a source file of aircraft, with what the last good version has."""

    def judge(body, rows_of_source=0, seen=seen):
        key = land(lake, "aircraft", "there", DAY, body)
        rows, reading = read_source(lake, AIRCRAFT, key)
        return judge_rows(AIRCRAFT, rows, reading, rows_of_source, seen)

    return judge


def critical(judgement):
    return {found.expectation_id for found in judgement.failed if found.severity == "critical"}


def test_a_good_version_is_published_and_a_bad_one_leaves_it_and_stops_no_other(
    spark, lake, written_since
):
    schema = schema_of(STATE_VECTORS)
    state = dict.fromkeys(schema.fieldNames()) | {"date": DAY.date, "hour": 2, "region": "europe"}
    state |= {"callsign": "DLH1", "latitude_deg": 50.03, "longitude_deg": 8.57}
    flown = [
        {**state, "icao24": icao24, "snapshot_time": DAY.start, "is_on_ground": number > 0}
        for number, icao24 in enumerate(FLEET)
    ]
    delta.replace_where(frame_of(spark, flown, schema), lake, STATE_VECTORS, DAY.predicate)

    seen = seen_lately(delta.read(spark, lake, STATE_VECTORS)).set_index("icao24")
    assert set(seen["airline_icao"]) == {"DLH"}
    assert seen.index[seen["ground_latitude_deg"] != 50.03].tolist() == FLEET[:1]

    def refresh(run_id, **bodies):
        keys = {table: land(lake, table, "there", DAY, body) for table, body in bodies.items()}
        return run(spark, ReferenceArguments(lake, DAY, run_id, keys), Progress(run_id))

    def rows(table, *columns):
        return (
            DeltaTable(lake.url_of(table.path)).to_pyarrow_table(columns=list(columns)).to_pylist()
        )

    written_since()
    first = refresh("first", aircraft=aircraft_file(), airports=b"ident,name\nEDDF,Frankfurt\n")
    # What lineage tells of the step.
    lineage = {table.full_name for table in written_by(STEP)}
    assert {"ref.aircraft"} <= written_since() <= lineage
    assert [(table.table_name, table.run.verdict) for table in first.tables] == [
        ("ref.airports", "rejected"),
        ("ref.aircraft", "pass"),
    ]
    [why] = first.tables[0].judgement.failed
    assert "it misses type, latitude_deg" in why.observed
    assert len(rows(AIRPORTS, "airport")) == embedded_table(AIRPORTS).num_rows

    second = refresh(
        "second",
        aircraft=aircraft_file(quote='"'),
        airports=airports_csv(),
        runways=runways_csv(),
    )
    assert read_tables_result(lake, STEP, DAY, "second").verdict == "rejected"
    airports, runways, aircraft = second.tables
    # Each address is in quotes, so that no record has one.
    assert {"table_is_not_a_fragment", "most_lines_are_read"} <= critical(aircraft.judgement)
    assert aircraft.run.rows_withheld == 0
    kept = rows(AIRCRAFT, "icao24", "source")
    assert kept == [{"icao24": icao24, "source": "there"} for icao24 in FLEET]

    assert (airports.run.verdict, runways.run.verdict) == ("pass", "pass")
    known = {row["airport"] for row in rows(AIRPORTS, "airport")}
    assert {row["airport"] for row in rows(RUNWAYS, "airport")} <= known
    # What another reader of CSV makes of the file, and another reader of Delta of the table.
    [file] = [key for key in lake.keys("raw/reference/airports") if lake.read(key)[:4] == b'"id"']
    theirs = duckdb.read_csv(lake.url_of(file).removeprefix("file://"), all_varchar=True)
    ours = duckdb.from_arrow(DeltaTable(lake.url_of(AIRPORTS.path)).to_pyarrow_table())
    count = "count(*), count(*) filter ({0} = 'NA'), count({0})"
    for their_name, name in (("iso_country", "country_code"), ("continent", "continent_code")):
        assert ours.aggregate(count.format(name)).fetchall() == (
            theirs.aggregate(count.format(their_name)).fetchall()
        )


def test_a_version_is_held_against_the_last_one_of_its_source(judged):
    assert judged(aircraft_file(), len(FLEET)).verdict == "pass"
    for before in (len(FLEET) // 2 - 1, len(FLEET) * 2 + 2):
        assert critical(judged(aircraft_file(), before)) == {"volume_is_like_the_last"}


def test_a_file_that_is_cut_in_the_middle_is_no_good_version(judged, spark, lake):
    body = aircraft_file()
    cut = judged(body[: len(body) // 3], len(FLEET))
    assert "volume_is_like_the_last" in critical(cut)
    key = land(lake, "aircraft", "there", DAY, gzip.compress(body)[:-20])
    with pytest.raises(UnreadableSourceError, match="ended before the end-of-stream marker"):
        read_source(lake, AIRCRAFT, key)


def test_a_file_that_names_its_aircraft_twice_is_rejected_and_one_repeat_is_told(judged):
    assert critical(judged(aircraft_file(FLEET * 2))) == {"keys_are_rarely_repeated"}
    once = judged(aircraft_file([*FLEET, FLEET[0]]))
    assert once.verdict == "warning"
    assert [found.expectation_id for found in once.failed] == ["few_keys_are_repeated"]


@pytest.mark.parametrize("file_of", [double_quoted_csv, single_quoted_csv])
def test_the_simulators_fleet_is_a_good_version_in_both_dialects(judged, file_of):
    world = World(seed=1, aircraft=300)
    flown = pd.DataFrame({"icao24": [state[0] for state in world.states(DAY.start_s)]})
    found = judged(file_of(world.airframes()), seen=flown.assign(airline_icao=None))
    assert (found.verdict, found.failed) == ("pass", [])


def test_a_file_of_strangers_and_a_file_of_broken_lines_are_rejected(judged):
    strangers = judged(aircraft_file(f"40{number:04x}" for number in range(300)))
    assert critical(strangers) == {"aircraft_is_found"}
    [found] = [f for f in strangers.failed if f.expectation_id == "aircraft_is_found"]
    assert found.observed == "not so in 300 of 300 rows (100.00 %)"
    broken = judged(aircraft_file() + b"\n'half a line" * 30)
    assert critical(broken) == {"most_lines_are_read"}


def test_one_odd_address_costs_its_record_and_is_listed_and_the_table_is_published(judged):
    found = judged(aircraft_file([*FLEET, "4ca7b"]), len(FLEET))
    assert (found.verdict, [each.expectation_id for each in found.failed]) == (
        "warning",
        ["few_lines_are_broken"],
    )
    [listed] = [
        each for each in found.results if each.expectation_id == "records_set_aside_are_listed"
    ]
    assert listed.observed.startswith("1 with a key of another form; ")
    assert "'4ca7b'" in listed.observed


def test_without_published_states_there_is_nothing_to_hold_a_version_against(judged, seen):
    assert judged(aircraft_file(), seen=seen.head(0)).verdict == "pass"


def test_countries_and_airlines_are_held_against_what_flew(spark, lake, seen):
    def judge(table, body, **flew):
        rows, reading = read_source(lake, table, land(lake, table.name, "there", DAY, body))
        return judge_rows(table, rows, reading, 0, seen.assign(**flew))

    blocks = resources.files("flightlake.reference").joinpath("countries.csv").read_bytes()
    assert judge(COUNTRIES, blocks).verdict == "pass"
    nowhere = [f"f{number:05x}" for number in range(len(seen))]
    assert critical(judge(COUNTRIES, blocks, icao24=nowhere)) == {"country_is_found"}
    real = ["AAL", "DLH", "QFA", "UAE", *(f"A{x}{y}" for x in "BCD" for y in ascii_uppercase)]
    lines = [rf'{n},"Air {code}",\N,"","{code}",\N,"Germany","Y"' for n, code in enumerate(real)]
    few = judge(AIRLINES, "\n".join(lines).encode())
    assert critical(few) == {"table_is_not_a_fragment"}
    assert "airline_is_found" in critical(
        judge(AIRLINES, "\n".join(lines).encode(), airline_icao="XXX")
    )


def test_airports_are_held_against_where_aircraft_were_on_the_ground(spark, lake, seen):
    places = [(state[6], state[5]) for state in World(seed=1).states(DAY.start_s) if state[8]]
    names = ["ground_latitude_deg", "ground_longitude_deg"]
    on_ground = seen.join(pd.DataFrame(places[: len(seen)], columns=names))

    def judge(body, seen):
        read, reading = read_source(lake, AIRPORTS, land(lake, "airports", "there", DAY, body))
        rows = completed(AIRPORTS, read, embedded_table)
        return judge_rows(AIRPORTS, rows, reading, 0, seen)

    good = airports_csv()
    assert judge(good, on_ground).verdict == "pass"
    swapped = good.replace(b'"latitude_deg","longitude_deg"', b'"longitude_deg","latitude_deg"')
    assert "airport_is_found" in critical(judge(swapped, on_ground))
    # A handful of aircraft say nothing.
    assert "airport_is_found" not in critical(judge(swapped, on_ground.head(FEWEST_SEEN - 1)))
