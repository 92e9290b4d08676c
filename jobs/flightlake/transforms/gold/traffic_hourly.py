"""gold.traffic_hourly: how much flew in each region, and in the world, each hour.

An aircraft is airborne where a state proves it (``surface``). It is on the ground where a state
proves that, or where none proves that it flies.
"""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from flightlake.contracts.days import Period
from flightlake.transforms.means import mean, parts
from flightlake.transforms.sources import Sources, states_of
from flightlake.transforms.surface import shows_flight, shows_ground, without_surface_objects

WORLD = "world"

_FLAGS = ("is_airborne", "is_on_ground")
_MEASURES = ("baro_altitude_m", "ground_speed_mps")
_AIRCRAFT = ("date", "hour", "region", "icao24")


def derive(sources: Sources, period: Period) -> DataFrame:
    """One row per region with aircraft in the hour, and one for the world.

    An aircraft that crosses from one region to another counts once in each, and once in the world.
    """
    states = without_surface_objects(states_of(sources, period))
    # By aircraft first: distinct counts over all states would copy each state for each count.
    of_region = states.groupBy(*_AIRCRAFT).agg(
        F.bool_or(shows_flight()).alias("is_airborne"),
        F.bool_or(shows_ground()).alias("is_on_ground"),
        F.count("*").alias("states"),
        F.count_if("is_fresh").alias("fresh"),
        *(total for measure in _MEASURES for total in _airborne_sum(measure)),
    )
    sums = [name for name in of_region.columns if name not in (*_AIRCRAFT, *_FLAGS)]
    in_world = of_region.withColumn("region", F.lit(WORLD)).groupBy(*_AIRCRAFT)
    of_world = in_world.agg(
        *(F.bool_or(name).alias(name) for name in _FLAGS),
        *(F.sum(name).alias(name) for name in sums),
    )
    return (
        of_region.unionByName(of_world)
        .groupBy("date", "hour", "region")
        .agg(
            F.count("*").alias("aircraft"),
            F.count_if("is_airborne").alias("airborne_aircraft"),
            F.count_if(F.col("is_on_ground") | ~F.col("is_airborne")).alias("ground_aircraft"),
            F.sum("states").alias("states"),
            (F.sum("fresh") / F.sum("states")).alias("fresh_share"),
            *(
                mean(f"{measure}_sum", f"{measure}_count").alias(f"mean_{measure}")
                for measure in _MEASURES
            ),
        )
    )


def _airborne_sum(measure: str) -> tuple[Column, Column]:
    value = F.when(shows_flight(), parts(measure))
    return F.sum(value).alias(f"{measure}_sum"), F.count(value).alias(f"{measure}_count")
