"""gold.route_daily: flights between each two airports, each UTC day."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from flightlake.contracts.days import Period
from flightlake.transforms.flights.geo import distance_m
from flightlake.transforms.flights.observations import place_of
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
            F.median("airborne_s").alias("median_airborne_s"),
        )
    )
    distance = distance_m(place_of("departure"), place_of("arrival"))
    return (
        routes.join(_places(sources["ref.airports"], "departure"), "departure_airport", "left")
        .join(_places(sources["ref.airports"], "arrival"), "arrival_airport", "left")
        .withColumn("great_circle_distance_m", F.round(distance, 1))
    )


def _places(airports: DataFrame, end: str) -> DataFrame:
    place = F.struct("latitude_deg", "longitude_deg").alias(end)
    return F.broadcast(airports.select(F.col("airport").alias(f"{end}_airport"), place))
