"""The step on real Spark and Delta: every row has one outcome, and the tables hold just that."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from datetime import UTC, datetime

import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable
from flightlake.contracts import raw
from flightlake.contracts.results import read_result
from flightlake.contracts.tables import (
    QUALITY_RESULTS,
    QUARANTINE,
    RUN_LEDGER,
    STATE_VECTORS,
    STATE_VECTORS_WITHHELD,
    TABLE_RUNS,
    TABLES,
)
from flightlake.io.delta_log import DeltaLog
from flightlake.io.ops import LostRecordError
from flightlake.io.raw_hour import inspect_hour
from flightlake.quality.suites import suite_digest
from flightlake.steps import derived, states_hourly
from flightlake.transforms.silver.parse import conform, explode_rows
from flightlake.transforms.silver.row_rules import broken_rules
from flightlake.transforms.silver.value_rules import null_impossible_values
from pyspark.sql import functions as F


@pytest.fixture
def time_s(hour):
    return hour.start_s + 600


@pytest.fixture
def read_row(spark, state):
    """The row that a state becomes, with its ``reasons`` and its ``nulled_columns``."""

    def read(changes):
        body = json.dumps({"time": 1_766_888_059, "states": [state(1_766_888_059, **changes)]})
        answers = spark.range(1).select(
            F.lit(body).alias("body"), F.lit(1_766_888_059).alias("snapshot_time_s")
        )
        rows = conform(explode_rows(answers)).withColumn("reasons", broken_rules())
        [row] = null_impossible_values(rows).collect()
        return row

    return read


def outcome(result):
    line = result.ledger
    return (
        line.rows_read,
        line.rows_published,
        line.rows_withheld,
        line.rows_quarantined,
        line.rows_repeated,
    )


def unmet(result):
    return {found.expectation_id for found in result.judgement.failed}


def test_a_good_row_is_published_typed_and_enriched(land, state, process, tables, time_s, hour):
    land(
        time_s,
        [state(time_s, "3C6444", callsign="DLH9LF  ", true_track=-150, squawk="0236", category=4)],
    )
    result = process()
    [row] = tables.by_deltalake(STATE_VECTORS)
    assert outcome(result) == (1, 1, 0, 0, 0)
    assert row["icao24"] == "3c6444"
    assert row["callsign"] == "DLH9LF"
    assert row["true_track_deg"] == 210.0
    assert row["squawk"] == "0236"
    assert row["category"] == 4
    assert row["vertical_rate_mps"] == 0.0
    assert row["flight_phase"] == "cruise"
    assert row["region"] == "europe"
    assert (row["position_age_s"], row["contact_age_s"], row["is_fresh"]) == (1, 0, True)
    assert (row["date"], row["hour"]) == (hour.date, hour.hour)
    assert row["snapshot_time"].timestamp() == time_s


def test_two_readers_see_the_same_rows_in_every_table_at_reader_version_1(
    land, state, process, lake, tables, time_s
):
    states = [state(time_s, f"{i:06x}", latitude=i / 4) for i in range(200)]
    land(time_s, [*states, state(time_s, "abcdef", latitude=91)])
    process()
    for table in (STATE_VECTORS, STATE_VECTORS_WITHHELD, QUARANTINE, QUALITY_RESULTS, RUN_LEDGER):
        ours, theirs = tables.by_spark(table), tables.by_deltalake(table)
        assert len(ours) == len(theirs)
        assert tables.content_hash(ours) == tables.content_hash(theirs), table.full_name
        protocol = DeltaTable(lake.url_of(table.path)).protocol()
        assert (protocol.min_reader_version, protocol.reader_features) == (1, None)
    assert len(tables.by_deltalake(STATE_VECTORS)) == 200


def test_a_state_that_carries_nothing_new_is_a_repeat(land, state, staged, time_s):
    land(
        time_s,
        [
            state(time_s, "aaaaaa", last_contact=time_s, time_position=time_s),
            state(time_s, "bbbbbb"),
        ],
    )
    land(
        time_s + 90,
        [
            state(time_s + 90, "aaaaaa", last_contact=time_s, time_position=time_s),
            state(time_s + 90, "bbbbbb"),
        ],
    )
    hour = staged()
    assert hour.counts == {"rows": 4, "staged": 3, "quarantined": 0, "repeated": 1}
    kept = {(row["icao24"], row["snapshot_time"].timestamp()) for row in hour.rows_of("staged")}
    assert ("aaaaaa", time_s) in kept
    assert ("aaaaaa", time_s + 90) not in kept


def test_a_contact_without_a_new_position_is_news(land, state, counts, time_s):
    land(time_s, [state(time_s, last_contact=time_s, time_position=time_s - 30)])
    land(time_s + 90, [state(time_s + 90, last_contact=time_s + 60, time_position=time_s - 30)])
    assert counts() == {"rows": 2, "staged": 2, "quarantined": 0, "repeated": 0}


def test_a_state_is_new_again_after_an_answer_without_it(land, state, counts, time_s):
    for moment, there in ((time_s, True), (time_s + 90, False), (time_s + 180, True)):
        seen = [state(moment, "aaaaaa", last_contact=time_s, time_position=time_s)] if there else []
        land(moment, [*seen, state(moment, "bbbbbb")])
    assert counts() == {"rows": 5, "staged": 5, "quarantined": 0, "repeated": 0}


def test_repeats_are_found_across_the_hour_boundary(land, state, counts, hour):
    last, first = hour.start_s - 30, hour.start_s + 60
    land(last, [state(last, last_contact=last, time_position=last)])
    land(first, [state(first, last_contact=last, time_position=last), state(first, "bbbbbb")])
    assert counts() == {"rows": 2, "staged": 1, "quarantined": 0, "repeated": 1}


def test_two_alike_rows_of_one_aircraft_are_one_and_a_repeat(land, state, counts, time_s):
    land(time_s, [state(time_s), state(time_s)])
    assert counts() == {"rows": 2, "staged": 1, "quarantined": 0, "repeated": 1}


def test_two_different_rows_of_one_aircraft_are_both_quarantined(land, state, staged, time_s):
    others = [state(time_s, f"{i:06x}") for i in range(20)]
    land(time_s, [state(time_s), state(time_s, latitude=-33.0), *others])
    hour = staged()
    assert hour.counts == {"rows": 22, "staged": 20, "quarantined": 2, "repeated": 0}
    for row in hour.rows_of("quarantined"):
        assert (row["icao24"], row["reasons"]) == ("3c6444", ["icao24_is_not_unique_in_the_answer"])


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"latitude": 91}, "latitude_is_off_the_globe"),
        ({"longitude": -180.5}, "longitude_is_off_the_globe"),
        ({"latitude": None}, "position_is_half_missing"),
        ({"latitude": "north"}, "latitude_deg_is_not_a_number"),
        ({"on_ground": "maybe"}, "is_on_ground_is_not_a_flag"),
        ({"on_ground": None}, "is_on_ground_is_not_a_flag"),
        ({"last_contact": None}, "last_contact_is_not_a_time"),
        ({"last_contact": 0}, "last_contact_is_not_a_time"),
        ({"last_contact": 4_000_000_000}, "last_contact_is_after_the_answer"),
        ({"time_position": 4_000_000_000}, "time_position_is_after_the_answer"),
        ({"icao24": "xyz"}, "icao24_is_not_six_hex_digits"),
        ({"icao24": None}, "icao24_is_not_six_hex_digits"),
        ({"icao24": "~3c6444"}, "icao24_is_a_non_icao_address"),
        ({"icao24": "~3C6444"}, "icao24_is_a_non_icao_address"),
        ({"icao24": "~3c644"}, "icao24_is_not_six_hex_digits"),
    ],
)
def test_a_broken_row_is_quarantined_with_its_reason(changes, reason, read_row):
    assert read_row(changes)["reasons"] == [reason]


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"callsign": "NUL\u0000"}, "callsign"),
        ({"callsign": "\ud800"}, "callsign"),
        ({"callsign": {"a": 1}}, "callsign"),
        ({"callsign": "TOO LONG A CALLSIGN"}, "callsign"),
        ({"origin_country": ["x"]}, "origin_country"),
        ({"origin_country": "x" * 81}, "origin_country"),
        ({"baro_altitude": 99_000}, "baro_altitude_m"),
        ({"geo_altitude": 123456789012345678901234567890}, "geo_altitude_m"),
        ({"velocity": float("nan")}, "ground_speed_mps"),
        ({"velocity": float("inf")}, "ground_speed_mps"),
        ({"velocity": 2127}, "ground_speed_mps"),
        ({"velocity": -1}, "ground_speed_mps"),
        ({"true_track": 361}, "true_track_deg"),
        ({"vertical_rate": 300}, "vertical_rate_mps"),
        ({"vertical_rate": -604}, "vertical_rate_mps"),
        ({"vertical_rate": "up"}, "vertical_rate_mps"),
        ({"squawk": "7627.0"}, "squawk"),
        ({"squawk": 7700.5}, "squawk"),
        ({"spi": 3}, "is_spi"),
        ({"position_source": 0.5}, "position_source"),
        ({"category": "heavy"}, "category"),
    ],
)
def test_an_impossible_value_is_nulled_and_named_and_its_row_stays(changes, column, read_row):
    row, good = read_row(changes), read_row({})
    assert (row["reasons"], row["nulled_columns"]) == ([], [column])
    assert row[column] is None
    kept = set(good.asDict()) - {column, "nulled_columns", "raw_row", "fields"}
    assert [name for name in kept if row[name] != good[name]] == []


def test_a_row_with_an_impossible_value_keeps_its_place_in_silver_and_in_the_ledger(
    land, state, process, tables, time_s
):
    others = [state(time_s, f"{i:06x}") for i in range(60)]
    land(time_s, [*others, state(time_s, vertical_rate=300, velocity=2127, squawk="0236")])
    result = process()
    assert outcome(result) == (61, 61, 0, 0, 0)
    rows = {row["icao24"]: row for row in tables.by_deltalake(STATE_VECTORS)}
    row = rows.pop("3c6444")
    assert row["nulled_columns"] == ["ground_speed_mps", "vertical_rate_mps"]
    assert (row["ground_speed_mps"], row["vertical_rate_mps"]) == (None, None)
    assert (row["latitude_deg"], row["longitude_deg"]) == (50.0, 8.5)
    assert (row["squawk"], row["flight_phase"]) == ("0236", "unknown")
    assert all(row["nulled_columns"] == [] for row in rows.values())
    assert "few_values_are_impossible" not in unmet(result)


def test_many_impossible_values_warn_and_too_many_reject(land, state, process, time_s):
    def states(moment, impossible):
        return [
            state(moment, f"{i:06x}", velocity=2127 if i < impossible else 230) for i in range(40)
        ]

    land(time_s, states(time_s, impossible=2))
    assert "few_values_are_impossible" in unmet(process())
    land(time_s + 90, states(time_s + 90, impossible=20))
    result = process()
    assert "most_rows_are_whole" in unmet(result)
    assert result.ledger.verdict == "rejected"


def test_a_state_whose_impossible_value_is_said_again_is_a_repeat(land, state, counts, time_s):
    heard = {"last_contact": time_s, "time_position": time_s}
    land(time_s, [state(time_s, vertical_rate=300, **heard)])
    land(time_s + 90, [state(time_s + 90, vertical_rate=300, **heard)])
    assert counts() == {"rows": 2, "staged": 1, "quarantined": 0, "repeated": 1}


def test_a_row_keeps_all_its_reasons_and_its_raw_text(land, state, process, tables, time_s):
    good = [state(time_s, f"{i:06x}") for i in range(20)]
    land(time_s, [*good, state(time_s, "abcdef", latitude=91, last_contact="now", squawk="9")])
    process()
    [row] = tables.by_deltalake(QUARANTINE)
    assert set(row["reasons"]) == {
        "latitude_is_off_the_globe",
        "last_contact_is_not_a_time",
    }
    assert json.loads(row["raw_row"])[14] == "9"
    assert row["row_index"] == 20
    assert row["raw_object"].endswith(".json.gz")


def test_rows_of_odd_widths_end_by_position_or_with_a_reason(land, state, staged, time_s):
    good = [state(time_s, f"{i:06x}") for i in range(20)]
    land(
        time_s,
        [
            *good,
            state(time_s, "aaaa16")[:16],
            state(time_s, "aaaa17"),
            state(time_s, "aaaa18", category=3),
            [*state(time_s, "aaaa25", category=3), *range(7)],
            "a text",
            {"icao24": "object"},
            None,
            [],
        ],
    )
    hour = staged()
    assert hour.counts == {"rows": 28, "staged": 23, "quarantined": 5, "repeated": 0}
    reasons = [row["reasons"] for row in hour.rows_of("quarantined")]
    assert reasons.count(["row_is_not_an_array"]) == 3
    assert sum("row_has_too_few_fields" in each for each in reasons) == 2
    widths = {row["icao24"]: row["category"] for row in hour.rows_of("staged")}
    assert (widths["aaaa17"], widths["aaaa18"], widths["aaaa25"]) == (None, 3, 3)


@pytest.mark.parametrize(
    "unusual",
    [
        {"baro_altitude": 19_933.92, "geo_altitude": 20_894.04, "velocity": 4.1},
        {"baro_altitude": -304.8, "geo_altitude": 30.48},
        {"baro_altitude": None, "geo_altitude": None, "on_ground": True, "velocity": 0},
        {"time_position": None, "longitude": None, "latitude": None},
        {"callsign": "        "},
        {"callsign": ""},
        {"callsign": "ELEC 2  "},
        {"callsign": "SCW4x   "},
        {"callsign": "00000000"},
        {"squawk": None},
        {"category": -1},
        {"vertical_rate": -165.8},
        {"position_source": 4},
        {"time_position": 1_766_888_059 - 10_931},
    ],
)
def test_what_is_merely_unusual_is_published(unusual, read_row):
    row = read_row(unusual)
    assert (row["reasons"], row["nulled_columns"]) == ([], [])


BAD_BODIES = {
    "html": (b"<html>502 Bad Gateway</html>", "HTML instead of JSON"),
    "empty": (b"", "the body is empty"),
    "list": (b"[1, 2]", "a JSON list instead of an object"),
    "text": (b"no json", "not valid JSON"),
    "no_time": (b'{"states": []}', "`time` is missing"),
    "time_zero": (b'{"time": 0, "states": []}', "lies before 2013"),
    "future": (b'{"time": 99999999999, "states": []}', "after the moment it was fetched"),
    "states_text": (b'{"time": 1766888059, "states": "none"}', "`states` is a str"),
    "cut": (b'{"time": 1766888059, "states": [["3c6444", "DLH9', "not valid JSON"),
}


def test_bad_answers_are_set_aside_whole_and_stop_no_other(
    land, state, process, tables, lake, time_s
):
    land(time_s, [state(time_s)])
    bad = {
        name: land(time_s + 90 + i, None, body=body)
        for i, (name, (body, _)) in enumerate(BAD_BODIES.items())
    }
    result = process(expected=len(BAD_BODIES) + 1)
    assert outcome(result) == (1, 1, 0, 0, 0)
    reasons = {a.raw_object: a.reason for a in result.ledger.quarantined_answers}
    assert set(reasons) == {landed.manifest.object for landed in bad.values()}
    report = lake.read(result.ledger.report).decode()
    for name, (body, reason) in BAD_BODIES.items():
        key = bad[name].manifest.object
        assert reason in reasons[key]
        assert key in report
        assert lake.read(key) == body
    [line] = tables.by_deltalake(RUN_LEDGER)
    assert {a["raw_object"] for a in line["quarantined_answers"]} == set(reasons)


def test_a_truncated_and_a_bursting_gzip_are_set_aside(land, state, staged, lake, time_s):
    land(time_s, [state(time_s)])
    whole = gzip.compress(
        json.dumps({"time": time_s + 90, "states": [state(time_s + 90)]}).encode()
    )
    bomb = gzip.compress(b" " * (raw.MAX_BODY_BYTES + 1))
    for body in (whole[:-20], bomb):
        raw.land(
            lake,
            body,
            source="replay",
            fetched_at=datetime.now(UTC),
            meant_for=raw.Hour.of(time_s),
        )
    hour = staged()
    assert hour.counts["staged"] == 1
    assert sorted(hour.set_aside.values()) == [
        f"decompresses to more than {raw.MAX_BODY_BYTES:,} bytes",
        "the gzip stream is cut short",
    ]


def test_an_object_that_was_changed_or_misplaced_is_set_aside(
    land, state, staged, lake, time_s, hour
):
    land(time_s, [state(time_s)])
    tampered = land(time_s + 90, [state(time_s + 90)]).manifest.object
    body = json.dumps(
        {"time": time_s + 90, "states": [state(time_s + 90), state(time_s + 90, "ffffff")]}
    )
    lake.write(tampered, gzip.compress(body.encode()))
    misplaced = f"{raw.hour_folder('replay', hour)}/{time_s - 7200}-0123456789abcdef.json.gz"
    lake.write(misplaced, gzip.compress(json.dumps({"time": time_s - 7200, "states": []}).encode()))
    found = staged()
    assert found.counts["staged"] == 1
    assert "SHA-256" in found.set_aside[tampered]
    assert "belongs to 2025-12-28T00" in found.set_aside[misplaced]


def test_an_object_that_vanishes_after_listing_is_named(land, state, staged, time_s, monkeypatch):
    land(time_s, [state(time_s)])
    gone = (
        f"{raw.hour_folder('replay', raw.Hour.of(time_s))}/{time_s + 90}-0123456789abcdef.json.gz"
    )
    listed = raw.objects_of
    monkeypatch.setattr(raw, "objects_of", lambda lake, hour: [*listed(lake, hour), gone])
    hour = staged()
    assert hour.counts["staged"] == 1
    assert hour.set_aside == {gone: "vanished after it was listed"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32"])
def test_an_answer_is_read_by_both_whatever_unicode_it_was_saved_in(
    encoding, land, state, staged, time_s
):
    for moment in (time_s, time_s + 90):
        states = [state(moment, origin_country="Österreich")]
        text = json.dumps({"time": moment, "states": states}, ensure_ascii=False)
        land(moment, None, body=text.encode(encoding))
    hour = staged()
    assert hour.set_aside == {}
    assert hour.counts == {"rows": 2, "staged": 2, "quarantined": 0, "repeated": 0}


def test_an_answer_merged_of_the_two_parts_of_an_area_is_one_answer_and_keeps_the_ledger(
    land, state, staged, time_s
):
    for moment in (time_s, time_s + 90):
        east = state(moment, "aaaaaa", longitude=-179.5)
        west = state(moment, "bbbbbb", longitude=179.5, last_contact=time_s, time_position=time_s)
        answer = {"time": moment, "states": [east, west], "merged_from": [moment - 5, moment]}
        land(moment, None, body=json.dumps(answer).encode())
    hour = staged()
    assert hour.counts == {"rows": 4, "staged": 3, "quarantined": 0, "repeated": 1}
    longitudes = {row["icao24"]: row["longitude_deg"] for row in hour.rows_of("staged")}
    assert longitudes == {"aaaaaa": -179.5, "bbbbbb": 179.5}


def test_an_answer_whose_encoding_spark_does_not_read_is_set_aside_with_its_name(
    land, state, staged, lake, time_s
):
    land(time_s, [state(time_s)])
    text = json.dumps({"time": time_s + 90, "states": [state(time_s + 90)]})
    key = f"{raw.hour_folder('replay', raw.Hour.of(time_s))}/{time_s + 90}-0123456789abcdef.json.gz"
    lake.write(key, gzip.compress(text.encode("utf-16")))
    hour = staged()
    assert hour.counts["staged"] == 1
    assert "the text is UTF-16" in hour.set_aside[key]


def test_what_python_reads_and_spark_cannot_is_set_aside(land, state, staged, time_s):
    land(time_s, [state(time_s)])
    # Pythons differ in how deep they read; wherever this one ends, it stops no other.
    deep = "[" * 10_000 + "]" * 10_000
    land(
        time_s + 30,
        None,
        body=json.dumps({"time": time_s + 30, "states": [[0]]}).replace("[0]", deep).encode(),
    )
    # Python takes a number of 2,000 digits, Spark's parser gives the whole answer up.
    digits = "9" * 2_000
    body = json.dumps(
        {"time": time_s + 90, "states": [state(time_s + 90, "abcdef", velocity=12345)]}
    )
    land(time_s + 90, None, body=body.replace("12345", digits).encode())
    hour = staged()
    assert hour.counts["staged"] == 1
    assert len(hour.set_aside) + hour.counts["quarantined"] == 2


def test_an_hour_without_a_readable_answer_has_a_line_and_no_rows(land, process, tables, time_s):
    land(time_s, None, body=b"<html>")
    result = process()
    assert (result.ledger.verdict, outcome(result)) == ("no_data", (0, 0, 0, 0, 0))
    assert result.ledger.answers_quarantined == 1
    assert len(tables.by_deltalake(RUN_LEDGER)) == 1
    assert tables.by_deltalake(STATE_VECTORS) == []


def test_an_answer_with_states_null_is_an_answer_of_no_rows(land, state, counts, lake, time_s):
    land(time_s, None)
    land(time_s + 90, [state(time_s + 90)])
    assert counts() == {"rows": 1, "staged": 1, "quarantined": 0, "repeated": 0}
    raw_hour = inspect_hour(lake, raw.Hour.of(time_s))
    assert (raw_hour.snapshots, raw_hour.quarantined) == (2, ())


def test_running_an_hour_again_changes_nothing(land, state, process, tables, time_s):
    for moment in (time_s, time_s + 90):
        land(moment, [state(moment, f"{i:06x}") for i in range(50)])
    process(expected=2)
    before = {t: tables.content_hash(tables.by_spark(t)) for t in (STATE_VECTORS, QUARANTINE)}
    [line] = tables.by_spark(RUN_LEDGER)
    land(time_s, [state(time_s, f"{i:06x}") for i in range(50)])
    process(expected=2)
    assert before == {t: tables.content_hash(tables.by_spark(t)) for t in before}
    [again] = tables.by_spark(RUN_LEDGER)
    when = {"seconds": 0, "recorded_at": None}
    assert line | when == again | when


def test_a_rejected_hour_is_withheld_and_readers_keep_the_hour_they_had(
    land, state, process, tables, time_s
):
    kept = (STATE_VECTORS, QUARANTINE)
    land(time_s, [state(time_s, f"{i:06x}", latitude=91 if i == 7 else 50) for i in range(20)])
    assert outcome(process(run_id="first")) == (20, 19, 0, 1, 0)
    before = {table: tables.content_hash(tables.by_deltalake(table)) for table in kept}
    land(
        time_s + 90,
        [state(time_s + 90, f"{i:06x}", latitude=91 if i % 2 else 50) for i in range(60)],
    )
    result = process(run_id="second")
    assert result.ledger.verdict == "rejected"
    assert outcome(result) == (80, 0, 49, 31, 0)
    # Both tell of the first run: no raw row is published and quarantined.
    assert {t: tables.content_hash(tables.by_deltalake(t)) for t in kept} == before
    assert len(tables.by_deltalake(STATE_VECTORS_WITHHELD)) == 49
    assert any(found.severity == "critical" for found in result.judgement.failed)
    assert len(tables.by_deltalake(RUN_LEDGER)) == 2


def test_a_later_pass_publishes_the_hour_and_clears_what_was_withheld(
    land, state, process, tables, lake, time_s
):
    land(time_s, [state(time_s, f"{i:06x}") for i in range(20)])
    bad = land(time_s + 90, [state(time_s + 90, f"{i:06x}", latitude=91) for i in range(60)])
    assert process().ledger.verdict == "rejected"
    lake.write(bad.manifest.object, b"damaged on purpose")
    result = process()
    assert result.ledger.verdict in ("pass", "warning")
    assert len(tables.by_deltalake(STATE_VECTORS)) == 20
    assert tables.by_deltalake(STATE_VECTORS_WITHHELD) == []


def test_a_run_that_can_read_only_a_part_of_its_hour_does_not_replace_it(
    land, state, process, tables, lake, time_s
):
    landed = [
        land(moment, [state(moment, f"{i:06x}") for i in range(60)])
        for moment in (time_s, time_s + 90)
    ]
    assert process(expected=2).ledger.rows_published == 120
    lake.write(landed[1].manifest.object, b"damaged on purpose")
    result = process(expected=2)
    assert {"hour_keeps_its_rows", "answers_are_readable"} <= unmet(result)
    assert (result.ledger.verdict, result.ledger.rows_withheld) == ("rejected", 60)
    assert len(tables.by_deltalake(STATE_VECTORS)) == 120


def test_an_hour_replaces_only_itself(land, state, process, tables, hour):
    for each in (hour, hour + 1):
        moment = each.start_s + 600
        land(moment, [state(moment, f"{i:06x}") for i in range(20)])
        process(each, run_id=str(each))
    process(hour, run_id=str(hour))
    assert len(tables.by_deltalake(STATE_VECTORS)) == 40
    assert len(tables.by_deltalake(RUN_LEDGER)) == 2


def test_an_hour_and_region_is_one_zstd_file_sorted_by_aircraft_and_time(
    land, state, process, lake, hour
):
    for moment in range(hour.start_s, hour.end_s, 900):
        rows = [state(moment, f"{i * 7919 % 4096:06x}", longitude=-100 + i) for i in range(120)]
        land(moment, rows)
    process(expected=4)
    table = DeltaTable(lake.url_of(STATE_VECTORS.path))
    files = [f.removeprefix("file://") for f in table.file_uris()]
    regions = [f.split("region=")[1].split("/")[0] for f in files]
    assert sorted(regions) == ["europe", "north_america", "other"]
    for file in files:
        parquet = pq.ParquetFile(file)
        rows = parquet.read(["icao24", "snapshot_time"]).to_pylist()
        keys = [(row["icao24"], row["snapshot_time"]) for row in rows]
        assert keys == sorted(keys)
        assert parquet.metadata.row_group(0).column(0).compression == "ZSTD"


def test_the_real_recording_is_published_whole(recordings, lake, process, tables):
    file = recordings / "states-all-world-2025-12-28T021419Z.json.gz"
    raw.land(lake, file.read_bytes(), source="replay", fetched_at=datetime.now(UTC))
    result = process(expected=40)
    line = result.ledger
    assert line.rows_read == 6553
    assert line.rows_accounted == line.rows_read
    assert line.rows_withheld == 0
    assert line.verdict in ("pass", "warning")
    assert len(tables.by_deltalake(STATE_VECTORS)) == line.rows_published
    assert all(row["reasons"] for row in tables.by_deltalake(QUARANTINE))
    altitudes = [r["baro_altitude_m"] or 0 for r in tables.by_deltalake(STATE_VECTORS)]
    assert max(altitudes) > 19_900
    assert min(altitudes) < -300


def test_a_run_that_finds_no_data_any_more_leaves_no_results_of_its_earlier_try(
    land, state, process, tables, lake, time_s
):
    run_id = "manual__it's a \\"
    landed = land(time_s, [state(time_s)])
    process(run_id=run_id)
    assert tables.by_deltalake(QUALITY_RESULTS)
    lake.write(landed.manifest.object, b"damaged on purpose")
    assert process(run_id=run_id).ledger.verdict == "no_data"
    assert tables.by_deltalake(QUALITY_RESULTS) == []
    assert [line["verdict"] for line in tables.by_deltalake(RUN_LEDGER)] == ["no_data"]


def test_a_line_says_which_raw_objects_it_knew_and_what_judged_them(
    land, state, process, tables, hour
):
    last, first = hour.start_s - 30, hour.start_s + 60
    before = land(last, [state(last)]).manifest.object
    land(first, [state(first)])
    land(first + 90, None, body=b"<html>")
    process()
    [line] = tables.by_deltalake(RUN_LEDGER)
    assert (line["raw_objects"], line["raw_before"]) == (2, before)
    assert line["suite"] == suite_digest("silver.state_vectors")
    assert line["rows_unaccounted"] == 0


def test_the_line_of_an_hour_that_lost_a_row_is_written_before_the_run_fails(
    land, state, process, tables, lake, time_s, hour, monkeypatch
):
    publish = states_hourly.publish

    def publish_and_lose_one(*arguments):
        written = publish(*arguments)
        return replace(written, published=written.published - 1)

    monkeypatch.setattr(states_hourly, "publish", publish_and_lose_one)
    land(time_s, [state(time_s, f"{i:06x}") for i in range(3)])
    with pytest.raises(states_hourly.UnbalancedLedgerError, match="3 rows read, 2 accounted for"):
        process()
    [line] = tables.by_deltalake(RUN_LEDGER)
    assert (line["rows_read"], line["rows_published"], line["rows_unaccounted"]) == (3, 2, 1)
    assert read_result(lake, "states_hourly", hour, "test").ledger.rows_unaccounted == 1


def test_a_table_that_cannot_be_derived_costs_neither_the_line_nor_the_other_tables(
    land, state, process, tables, lake, time_s, hour, monkeypatch
):
    derive = derived.derive

    def derive_or_fail(table, sources, period):
        if table.name == "country_hourly":
            raise ZeroDivisionError(table.full_name)
        return derive(table, sources, period)

    monkeypatch.setattr(derived, "derive", derive_or_fail)
    land(time_s, [state(time_s)])
    wanted = [TABLES["gold.country_hourly"], TABLES["gold.traffic_hourly"]]
    with pytest.raises(ZeroDivisionError, match=r"gold\.country_hourly"):
        process(derived=wanted)
    assert [line["rows_published"] for line in tables.by_deltalake(RUN_LEDGER)] == [1]
    assert [run["table_name"] for run in tables.by_deltalake(TABLE_RUNS)] == ["gold.traffic_hourly"]
    left = read_result(lake, "states_hourly", hour, "test")
    assert [table.table_name for table in left.tables] == ["gold.traffic_hourly"]


def test_a_record_that_its_commit_did_not_write_fails_the_run(
    land, state, process, time_s, monkeypatch
):
    rows_of = DeltaLog.rows_of_newest_commit

    def as_overwritten(log, mark):
        # As where another commit took the place of ours.
        is_ledger = RUN_LEDGER.path in log._newest_commit
        return 0 if is_ledger else rows_of(log, mark)

    monkeypatch.setattr(DeltaLog, "rows_of_newest_commit", as_overwritten)
    land(time_s, [state(time_s)])
    with pytest.raises(LostRecordError, match=r"ops.run_ledger.* wrote 0 of 1 rows"):
        process()
