"""gold.airline_daily: what each airline flew, each UTC day."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from flightlake.contracts.days import Period
from flightlake.transforms.flight_totals import flown_totals
from flightlake.transforms.sources import Sources


def derive(sources: Sources, period: Period) -> DataFrame:
    """One row an airline designator; a flight without one is nobody's."""
    flights = sources["gold.flights"].where(period.predicate).dropna(subset=["airline_icao"])
    departures, arrivals = map(F.collect_set, ("departure_airport", "arrival_airport"))
    names = sources["ref.airlines"].select("airline_icao", F.col("name").alias("airline"))
    return (
        flights.groupBy("date", "airline_icao")
        .agg(
            *flown_totals(),
            F.size(F.array_union(departures, arrivals)).alias("airports"),
            # Of pairs that are whole: a null in either is not counted.
            F.count_distinct("departure_airport", "arrival_airport").alias("routes"),
        )
        .join(F.broadcast(names), "airline_icao", "left")
    )
