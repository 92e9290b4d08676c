"""Hours with far less or far more traffic than their region has at that time of the day."""

from __future__ import annotations

from datetime import timedelta

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from flightlake.contracts.days import Period
from flightlake.transforms.events.event import VOLUME_ANOMALY, WARNING

LOOK_BACK = timedelta(weeks=4)
MIN_HOURS = 3
"""Fewer hours before are no custom."""
MIN_USUAL_AIRCRAFT = 30
"""Of fewer aircraft, half or twice as many come by chance."""
LOWEST_RATIO, HIGHEST_RATIO = 0.5, 2.0
"""Weekends and seasons stay within; an outage of receivers or a closed airspace does not."""


def volume_anomalies(traffic: DataFrame, period: Period) -> DataFrame:
    """One event a region whose aircraft are far from the median of the same hours before.

    A region without any aircraft is found too. The value is the number of aircraft, the limit the
    number that it is beyond. An hour that gold.traffic_hourly does not have says nothing.
    """
    is_now = F.col("date") == F.lit(period.date)
    of_region = (
        traffic.where(F.col("date").between(period.date - LOOK_BACK, period.date))
        .where(F.col("hour") == F.lit(period.hour))
        # A row a day and region: to shuffle so few costs more than all that is done with them.
        .coalesce(1)
        .groupBy("hour", "region")
        .agg(
            F.max(F.when(is_now, F.col("aircraft"))).alias("now"),
            F.max(F.when(is_now, F.col("states"))).alias("states"),
            F.median(F.when(~is_now, F.col("aircraft"))).alias("usual"),
            F.count_if(~is_now).alias("hours"),
        )
        .withColumn("is_there", F.count("now").over(Window.partitionBy("hour")) > 0)
        .na.fill(0, ["now", "states"])
    )
    lowest, highest = F.col("usual") * LOWEST_RATIO, F.col("usual") * HIGHEST_RATIO
    limit = F.when(F.col("now") < lowest, lowest).when(F.col("now") > highest, highest)
    is_custom = (F.col("hours") >= MIN_HOURS) & (F.col("usual") >= MIN_USUAL_AIRCRAFT)
    return of_region.where(F.col("is_there") & is_custom & limit.isNotNull()).select(
        F.lit(VOLUME_ANOMALY).alias("event_type"),
        F.lit(WARNING).alias("severity"),
        F.col("region").alias("subject"),
        F.lit(None).cast("string").alias("icao24"),
        F.lit(None).cast("string").alias("callsign"),
        F.lit(period.start).alias("started_at"),
        F.lit(period.end).alias("ended_at"),
        F.lit(None).cast("double").alias("latitude_deg"),
        F.lit(None).cast("double").alias("longitude_deg"),
        "region",
        "states",
        F.col("now").cast("double").alias("value"),
        limit.alias("limit_value"),
        F.format_string(
            "%d aircraft in %s; the same hour of %d days before had %.0f in the median.",
            "now",
            "region",
            "hours",
            "usual",
        ).alias("description"),
    )
