"""Distances on the globe."""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

EARTH_RADIUS_M = 6_371_008.8
"""The mean radius: distances on this sphere are within 0.6 % of those on the ellipsoid."""


def great_circle_distance_m(
    latitude: str, longitude: str, other_latitude: str, other_longitude: str
) -> Column:
    """The distance on a sphere between two positions, in metres; all columns are in degrees.

    Null where one of them is.
    """
    half_phi = F.radians(F.col(other_latitude) - F.col(latitude)) / 2
    half_lambda = F.radians(F.col(other_longitude) - F.col(longitude)) / 2
    cosines = F.cos(F.radians(latitude)) * F.cos(F.radians(other_latitude))
    chord = F.pow(F.sin(half_phi), 2) + cosines * F.pow(F.sin(half_lambda), 2)
    # Of opposite points it can be above 1 in its last digit; `least` would pass over a null.
    return 2 * EARTH_RADIUS_M * F.asin(F.sqrt(F.when(chord > 1, 1.0).otherwise(chord)))
