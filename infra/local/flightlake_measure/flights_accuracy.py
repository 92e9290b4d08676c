"""``make flights-accuracy``: gold.flights held against what a simulated sky really flew."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from flightlake.contracts.days import Day
from flightlake_local import show
from flightlake_local.cli import run
from flightlake_local.made_section import with_made_section
from flightlake_local.markdown import grid
from flightlake_local.settings import ROOT, load_settings
from flightlake_local.spark_sql import local_session

from flightlake_measure.flight_match import (
    Accuracy,
    DerivedFlight,
    TimeError,
    accuracy,
)
from flightlake_measure.flight_sources import flight_sources
from flightlake_measure.polled_sky import DAYS, FINEST_S, answers_of, silver_states, true_flights

if TYPE_CHECKING:
    from flightlake.transforms.sources import Sources

AIRCRAFT = 150
INTERVALS_S = (FINEST_S, 60, 90, 300)
BEGIN_S, END_S = (midnight_s - 1_800 for midnight_s in (DAYS[-1].start_s, DAYS[-1].end_s))
"""When the measured flights land: in 24 hours, and taxi to their gate before midnight."""

PAGE = Path("docs/flights.md")


def main() -> None:
    """Measure and write the table into docs/flights.md; AIRCRAFT says how large the sky is."""
    aircraft = int(os.environ.get("AIRCRAFT", str(AIRCRAFT)))
    settings, steps = load_settings(), show.steps()
    folder = settings.state_dir / "bench" / f"flights-{aircraft}-aircraft"
    with steps.live():
        with steps.step(f"49 hours of {aircraft:,} aircraft, polled every {FINEST_S} s") as step:
            answers = answers_of(folder, aircraft, step.update)
        with steps.step("Spark session"):
            spark = local_session(settings, "flights-accuracy", "day")
        measured = {}
        for every_s in INTERVALS_S:
            states = folder / f"silver-{every_s}"
            with steps.step(f"polled every {every_s} s: silver"):
                silver_states(spark, answers, every_s).write.mode("overwrite").parquet(str(states))
            if every_s == FINEST_S:
                with steps.step("the truth, and when it was heard"):
                    truth = true_flights(aircraft, states)
            with steps.step(f"polled every {every_s} s: flights") as step:
                sources = flight_sources(spark, spark.read.parquet(str(states)))
                derived = derived_flights(sources, DAYS)
                measured[every_s] = accuracy(truth, derived, BEGIN_S, END_S)
                step.outcome = f"polled every {every_s} s: {len(derived):,} flights"
        spark.stop()
    page = ROOT / PAGE
    page.write_text(with_table(page.read_text(), aircraft, measured))
    steps.console.print(accuracy_table(measured))


def derived_flights(sources: Sources, days: Iterable[Day]) -> list[DerivedFlight]:
    """The flights of the days, by the transform that the daily step runs."""
    from flightlake.transforms.gold.flights import derive
    from pyspark.sql import functions as F

    times = ("first_seen", "last_seen", "take_off_time", "landing_time")
    return [
        DerivedFlight(*row)
        for day in days
        for row in derive(sources, day)
        .select(
            "icao24",
            "callsign",
            *(F.unix_seconds(time) for time in times),
            "departure_airport",
            "arrival_airport",
        )
        .collect()
    ]


def with_table(text: str, aircraft: int, measured: Mapping[int, Accuracy]) -> str:
    """A page with its table as it was measured now."""
    finest = measured[FINEST_S]
    said = (
        f"{finest.true_flights:,} true flights of a sky of {aircraft:,} aircraft at a time;"
        f" {finest.departure.covered:,} start inside coverage, {finest.arrival.covered:,} end"
        " inside."
    )
    return with_made_section(text, "make flights-accuracy", f"{said}\n\n{accuracy_table(measured)}")


def accuracy_table(measured: Mapping[int, Accuracy]) -> str:
    """One column an interval, in Markdown."""
    header = ["polled every", *(f"{every_s} s" for every_s in measured)]
    rows = [[name, *(show(one) for one in measured.values())] for name, show in _ROWS.items()]
    return grid(header, rows, numbers_from=1)


def _share(value: float) -> str:
    return f"{value:.1%}".replace("%", " %")


def _error(error: TimeError) -> str:
    return f"{error.median_s:+.0f} s ({error.iqr_s:.0f} s)"


_ROWS: Mapping[str, Callable[[Accuracy], str]] = {
    "true flights found": lambda a: _share(a.recall),
    "derived flights that are true ones": lambda a: _share(a.precision),
    "true flights in fragments": lambda a: _share(a.fragmented),
    "derived flights that merge several": lambda a: _share(a.merged),
    "departure airport right": lambda a: _share(a.departure.right),
    "departure airport wrong": lambda a: _share(a.departure.wrong),
    "arrival airport right": lambda a: _share(a.arrival.right),
    "arrival airport wrong": lambda a: _share(a.arrival.wrong),
    "take-off time known": lambda a: _share(a.take_off.timed),
    "take-off time error, median (IQR)": lambda a: _error(a.take_off),
    "landing time known": lambda a: _share(a.landing.timed),
    "landing time error, median (IQR)": lambda a: _error(a.landing),
}


if __name__ == "__main__":
    raise SystemExit(run(main))
