"""gold.aircraft_type_daily: what each type of aircraft flew, each UTC day."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from flightlake.contracts.days import Period
from flightlake.transforms.flight_totals import flown_totals
from flightlake.transforms.sources import Sources

UNKNOWN_TYPE = "unknown"


def derive(sources: Sources, period: Period) -> DataFrame:
    """One row per type designator, one of them for the aircraft that ref.aircraft knows none of.

    A FLARM address names no airframe, so its flights are of no known type.
    """
    flights = sources["gold.flights"].where(period.predicate)
    typed = sources["ref.aircraft"].dropna(subset=["typecode"])
    types = typed.groupBy("typecode").agg(
        # Of as many, the first by name: a re-run must not differ.
        F.mode("manufacturer", deterministic=True).alias("manufacturer"),
        F.mode("model", deterministic=True).alias("model"),
    )
    return (
        flights.withColumn("airframe", F.when(F.col("has_icao_address"), F.col("icao24")))
        .join(typed.select(F.col("icao24").alias("airframe"), "typecode"), "airframe", "left")
        .withColumn("typecode", F.coalesce("typecode", F.lit(UNKNOWN_TYPE)))
        .groupBy("date", "typecode")
        .agg(*flown_totals(), F.count_distinct("airline_icao").alias("airlines"))
        .join(types, "typecode", "left")
    )
