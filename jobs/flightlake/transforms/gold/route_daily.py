"""gold.route_daily: flights between each two airports, each UTC day."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from flightlake.contracts.days import Period
from flightlake.transforms.geo import great_circle_distance_m
from flightlake.transforms.sources import Sources


def derive(sources: Sources, period: Period) -> DataFrame:
    """One row a pair of airports that a flight of the day connects, in the way it was flown.

    A flight whose departure or arrival is unknown is on no route.
    """
    flights = sources["gold.flights"].where(period.predicate)
    routes = (
        flights.dropna(subset=["departure_airport", "arrival_airport"])
        .groupBy("date", "departure_airport", "arrival_airport")
        .agg(
            F.count("*").alias("flights"),
            F.count_distinct("icao24").alias("aircraft"),
            F.count_distinct("airline_icao").alias("airlines"),
            F.round(F.mean("flown_distance_m"), 1).alias("mean_flown_distance_m"),
            F.median("duration_s").alias("median_duration_s"),
        )
    )
    airports = sources["ref.airports"]
    of_departure, of_arrival = _positions(airports, "departure"), _positions(airports, "arrival")
    ends = ("departure_latitude", "departure_longitude", "arrival_latitude", "arrival_longitude")
    return (
        routes.join(F.broadcast(of_departure), "departure_airport", "left")
        .join(F.broadcast(of_arrival), "arrival_airport", "left")
        .withColumn("great_circle_distance_m", F.round(great_circle_distance_m(*ends), 1))
        .drop(*ends)
    )


def _positions(airports: DataFrame, end: str) -> DataFrame:
    return airports.select(
        F.col("airport").alias(f"{end}_airport"),
        F.col("latitude_deg").alias(f"{end}_latitude"),
        F.col("longitude_deg").alias(f"{end}_longitude"),
    )
