"""What the daily tables sum up of flights in the same way."""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F


def flown_totals() -> list[Column]:
    """Flights, distinct aircraft, hours and metres flown."""
    return [
        F.count("*").alias("flights"),
        F.count_distinct("icao24").alias("aircraft"),
        F.round(F.sum("airborne_s") / 3600, 3).alias("flight_hours"),
        # A sum of doubles hangs in its last digits on the order of rows; a re-run must not differ.
        F.round(F.sum("flown_distance_m"), 0).alias("flown_distance_m"),
    ]
