"""``make flights-tracks``: gold.flights held against real tracks whose ends are known."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
from flightlake.contracts.days import Day
from flightlake.contracts.tables import STATE_VECTORS
from flightlake_local import show
from flightlake_local.cli import run
from flightlake_local.console import Steps
from flightlake_local.errors import LocalError
from flightlake_local.made_section import with_made_section
from flightlake_local.markdown import grid
from flightlake_local.settings import ROOT, load_settings
from flightlake_local.spark_sql import local_session

from flightlake_measure.flight_match import DerivedFlight
from flightlake_measure.flight_sources import VIEWS, flight_sources, register_references
from flightlake_measure.flights_accuracy import INTERVALS_S, PAGE, derived_flights
from flightlake_measure.flights_check import derive
from flightlake_measure.polled_sky import silver_states
from flightlake_measure.recorded_tracks import (
    DAY_S,
    Track,
    on_one_day,
    read_tracks,
    write_responses,
)
from flightlake_measure.simulated_day import DAY
from flightlake_measure.track_truth import (
    Finding,
    Outcome,
    Subject,
    TrackTruth,
    counts,
    judge_all,
    read_truth,
)

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

TRACKS = ROOT.parent / "shared/data/tracks"
BY_SQL = "sql"
"""``BY=sql`` derives by the second implementation, from what the last run has left."""

_SUBJECTS: Mapping[Subject, tuple[Outcome, ...]] = {
    "flights": ("right", "too many", "too few"),
    "departure": ("right", "wrong", "null"),
    "arrival": ("right", "wrong", "null"),
}
_NAMES: Mapping[Subject, str] = {
    "flights": "number of flights",
    "departure": "departure",
    "arrival": "arrival",
}

Sky = Sequence[tuple[TrackTruth, Track]]
"""Tracks that begin on one day, each under an address of its own, and what is known of them."""
Measured = Mapping[int, Sequence[Finding]]
"""What was found at each polling interval, in seconds."""


def main() -> None:
    """Measure the tracks of the folder TRACKS and write the table into docs/flights.md.

    Raises:
        LocalError: a track is absent or cannot be read.
    """
    folder, steps = Path(os.environ.get("TRACKS") or TRACKS), show.steps()
    if not (folder / "truth.csv").is_file():
        steps.say(f"{folder} holds no truth.csv, so no real track is measured.")
        return
    sky = judged_sky(folder)
    kept = load_settings().state_dir / "bench/tracks"
    with steps.live():
        if os.environ.get("BY") == BY_SQL:
            measured = _measured_by_sql(sky, kept, steps)
        else:
            measured = _measured_by_spark(sky, kept, steps)
            page = ROOT / PAGE
            page.write_text(with_table(page.read_text(), measured))
    steps.console.print(track_table(measured), soft_wrap=True)
    steps.console.print(shortcomings(measured), soft_wrap=True)


def judged_sky(folder: Path) -> Sky:
    """The tracks that the truth of a folder is about.

    Raises:
        LocalError: a track is absent or cannot be read.
    """
    truths = read_truth(folder / "truth.csv")
    recordings = dict.fromkeys(truth.recording for truth in truths)
    tracks = {
        (track.recording, track.icao24): track
        for recording in recordings
        for track in read_tracks(folder / f"{recording}.csv.gz")
    }
    try:
        of_truth = [tracks[truth.recording, truth.icao24] for truth in truths]
    except KeyError as error:
        recording, icao24 = error.args[0]
        raise LocalError(
            f"{recording}.csv.gz of {folder} holds no {icao24}, which truth.csv names."
        ) from None
    return list(zip(truths, on_one_day(of_truth, DAY), strict=True))


def days_of(sky: Sky) -> list[Day]:
    """The days that the tracks reach into."""
    last_s = max(track.last_s for _, track in sky)
    return [
        Day(DAY.date + timedelta(days=days)) for days in range((last_s - DAY.start_s) // DAY_S + 1)
    ]


def states_of(spark: SparkSession, sky: Sky, every_s: int, folder: Path) -> DataFrame:
    """What silver.state_vectors holds of the sky, polled every so many seconds."""
    polled = write_responses((track for _, track in sky), every_s, folder)
    return silver_states(spark, polled, every_s)


def findings(sky: Sky, flights: Sequence[DerivedFlight]) -> list[Finding]:
    """What is right and what is not of the flights derived from the sky."""
    return judge_all({track.address: truth for truth, track in sky}, flights)


def _measured_by_spark(sky: Sky, kept: Path, steps: Steps) -> Measured:
    with steps.step("Spark session"):
        spark = local_session(load_settings(), "flights-tracks", "day")
    measured = {}
    for every_s in INTERVALS_S:
        with steps.step(f"{len(sky)} tracks polled every {every_s} s") as step:
            states = states_of(spark, sky, every_s, kept / f"responses-{every_s}")
            file = str(_states_file(kept, every_s))
            states.write.mode("overwrite").parquet(file)
            sources = flight_sources(spark, spark.read.parquet(file))
            flights = derived_flights(sources, days_of(sky))
            measured[every_s] = findings(sky, flights)
            step.outcome = f"polled every {every_s} s: {len(flights)} flights"
    spark.stop()
    return measured


def _measured_by_sql(sky: Sky, kept: Path, steps: Steps) -> Measured:
    if not all(_states_file(kept, every_s).is_dir() for every_s in INTERVALS_S):
        raise LocalError("No states have been left: run `make flights-tracks` without BY first.")
    measured = {}
    with duckdb.connect() as connection:
        register_references(connection)
        for every_s in INTERVALS_S:
            with steps.step(f"polled every {every_s} s, by SQL"):
                states = connection.read_parquet(f"{_states_file(kept, every_s)}/*.parquet")
                states.create_view(VIEWS[STATE_VECTORS.full_name], replace=True)
                measured[every_s] = findings(sky, flights_by_sql(connection, days_of(sky)))
    return measured


def _states_file(kept: Path, every_s: int) -> Path:
    return kept / f"states-{every_s}"


def flights_by_sql(
    connection: duckdb.DuckDBPyConnection, days: Sequence[Day]
) -> list[DerivedFlight]:
    """The flights of the days by the second implementation."""
    times = ("first_seen", "last_seen", "take_off_time", "landing_time")
    columns = ", ".join(
        [
            "icao24, callsign",
            *(f"epoch({time})::BIGINT" for time in times),
            "departure_airport, arrival_airport",
        ]
    )
    found = []
    for day in days:
        derive(connection, day.date)
        rows = connection.execute(f"SELECT {columns} FROM flights").fetchall()  # noqa: S608
        found += [DerivedFlight(*row) for row in rows]
    return found


def with_table(text: str, measured: Measured) -> str:
    """A page with its table as it was measured now."""
    [*_, found] = measured.values()
    judged = {subject: counts(found, subject).total() for subject in _SUBJECTS}
    said = (
        f"{len({finding.truth for finding in found})} aircraft. Judged are the number of flights of"
        f" {judged['flights']}, the departure of {judged['departure']} and the arrival of"
        f" {judged['arrival']}."
    )
    return with_made_section(text, "make flights-tracks", f"{said}\n\n{track_table(measured)}")


def track_table(measured: Measured) -> str:
    """One column per interval, in Markdown."""
    header = ["polled every", *(f"{every_s} s" for every_s in measured)]
    rows = [
        [
            f"{_NAMES[subject]} {outcome}",
            *(str(counts(found, subject)[outcome]) for found in measured.values()),
        ]
        for subject, outcomes in _SUBJECTS.items()
        for outcome in outcomes
    ]
    return grid(header, rows, numbers_from=1)


def shortcomings(measured: Measured) -> str:
    """What is not right, one line each, in Markdown."""
    rows = [
        [
            finding.truth.recording,
            finding.truth.icao24,
            f"{every_s} s",
            _NAMES[finding.subject],
            finding.expected,
            finding.got,
        ]
        for every_s, found in measured.items()
        for finding in found
        if finding.outcome != "right"
    ]
    header = ["recording", "icao24", "polled every", "what", "expected", "got"]
    return grid(header, rows) if rows else "All of it is right."


if __name__ == "__main__":
    raise SystemExit(run(main))
