"""gold.traffic_density: where it flew, in H3 cells, each hour."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from flightlake.contracts.days import Period
from flightlake.transforms.h3 import cell_of, centre_of, index_of
from flightlake.transforms.means import mean, parts
from flightlake.transforms.positions import with_recent_position
from flightlake.transforms.sources import Sources, states_of
from flightlake.transforms.surface import shows_flight, without_surface_objects

RESOLUTION = 4


def derive(sources: Sources, period: Period) -> DataFrame:
    """One row per cell that an aircraft was seen in; an aircraft counts once in each of its cells.

    States count whose position is recent (``positions.MAX_POSITION_AGE_S``): where OpenSky repeats
    an old position, the aircraft is long elsewhere.
    """
    states = with_recent_position(without_surface_objects(states_of(sources, period)))
    altitude = F.when(shows_flight(), parts("baro_altitude_m"))
    cell = cell_of("latitude_deg", "longitude_deg", RESOLUTION).alias("cell")
    # By aircraft first, as in gold.traffic_hourly.
    of_aircraft = (
        states.select(
            "date",
            "hour",
            "icao24",
            shows_flight().alias("is_airborne"),
            altitude.alias("altitude"),
            cell,
        )
        .groupBy("date", "hour", "cell", "icao24")
        .agg(
            F.bool_or("is_airborne").alias("is_airborne"),
            F.count("*").alias("states"),
            F.sum("altitude").alias("altitude_sum"),
            F.count("altitude").alias("altitude_count"),
        )
    )
    of_cell = of_aircraft.groupBy("date", "hour", "cell").agg(
        F.count("*").alias("aircraft"),
        F.count_if("is_airborne").alias("airborne_aircraft"),
        F.sum("states").alias("states"),
        mean("altitude_sum", "altitude_count").alias("mean_baro_altitude_m"),
    )
    return of_cell.withColumn("centre", centre_of("cell")).select(
        "*",
        "centre.*",
        index_of("cell").alias("h3_cell"),
        F.lit(RESOLUTION).alias("h3_resolution"),
    )
