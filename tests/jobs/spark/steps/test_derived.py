"""What becomes of the rows of a derived table, on real Spark and Delta."""

from __future__ import annotations

from datetime import timedelta
from time import monotonic

import pyarrow as pa
import pytest
from flightlake.contracts.days import Day
from flightlake.contracts.tables import DERIVED_QUARANTINE, TABLES
from flightlake.io.frames import arrow_of, schema_of
from flightlake.steps.derived import publish_rows, quarantine

FLIGHTS = TABLES["gold.flights"]
KNOWN = {
    "hours_of_the_day": 24,
    "hours_after_the_day": 1,
    "flights_published_before": 0,
    "flight_ids_before": set(),
    "rows_usual_at_least": 0,
    "rows_usual_at_most": 1e12,
}


@pytest.fixture
def flights(hour):
    """Makes flights of the day; each name is one, with what is odd about it."""

    def made(**odd) -> pa.Table:
        good = {
            **dict.fromkeys(schema_of(FLIGHTS).fieldNames()),
            "callsign": "DLH9LF",
            "first_seen": hour.start,
            "last_seen": hour.start + timedelta(hours=1),
            "departure_airport": "EDDF",
            "arrival_airport": "EGLL",
            "duration_s": 3_600,
            "airborne_s": 3_000,
            "largest_gap_s": 90,
            "date": hour.date,
        }
        rows = [{**good, "flight_id": name, **changes} for name, changes in odd.items()]
        return arrow_of(rows, schema_of(FLIGHTS))

    return made


@pytest.fixture
def publish(spark, lake, hour):
    """Judges, publishes and quarantines rows, as derive_tables does for each table."""

    def run(rows):
        day = Day(hour.date)
        found = publish_rows(spark, lake, FLIGHTS, rows, day, "test", KNOWN, monotonic())
        quarantine(spark, lake, day, [found])
        return found.judged.run

    return run


def test_rows_that_break_a_rule_are_kept_with_reasons_and_all_others_are_published(
    flights, publish, tables, hour
):
    good = {f"good-{n}": {} for n in range(10)}
    first = publish(flights(**good, odd={"largest_gap_s": 9_999, "last_seen": hour.start}))

    assert first.verdict == "warning"
    assert (first.rows_derived, first.rows_published, first.rows_quarantined) == (11, 10, 1)
    assert (first.rows_withheld, first.rows_unaccounted) == (0, 0)
    assert {row["flight_id"] for row in tables.by_deltalake(FLIGHTS)} == set(good)
    [odd] = tables.by_deltalake(DERIVED_QUARANTINE)
    assert (odd["table_name"], odd["row_key"], odd["hour"]) == ("gold.flights", "odd", None)
    assert odd["reasons"] == [
        "last_contact_is_after_the_first",
        "gap_is_within_the_flight",
    ]
    assert '"largest_gap_s": 9999' in odd["row"]

    # A rejected run leaves both tables as they are: they tell of the same run.
    rejected = publish(flights(a={"largest_gap_s": 9_999}, b={"largest_gap_s": 9_999}))
    assert (rejected.verdict, rejected.rows_withheld) == ("rejected", 2)
    assert (rejected.rows_quarantined, rejected.rows_unaccounted) == (0, 0)
    assert tables.by_deltalake(DERIVED_QUARANTINE) == [odd]
    assert len(tables.by_deltalake(FLIGHTS)) == 10

    mended = publish(flights(**good, odd={}))
    assert (mended.verdict, mended.rows_published) == ("pass", 11)
    assert tables.by_deltalake(DERIVED_QUARANTINE) == []
