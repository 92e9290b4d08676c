"""Geometry on a sphere, as column expressions: degrees in, metres out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from pyspark.sql import Column
from pyspark.sql import functions as F

EARTH_RADIUS_M = 6_371_008.8
"""The mean radius of WGS 84."""
DEGREE_M = math.radians(EARTH_RADIUS_M)
"""One degree along a great circle."""


@dataclass(frozen=True)
class Place:
    """Two columns: where something is, in degrees."""

    latitude_deg: Column
    longitude_deg: Column


def distance_m(a: Place, b: Place) -> Column:
    """The great-circle distance, by the haversine formula."""
    phi_a, phi_b = F.radians(a.latitude_deg), F.radians(b.latitude_deg)
    half_phi = (phi_b - phi_a) / 2
    half_lambda = F.radians(b.longitude_deg - a.longitude_deg) / 2
    chord = F.sin(half_phi) * F.sin(half_phi) + F.cos(phi_a) * F.cos(phi_b) * F.sin(
        half_lambda
    ) * F.sin(half_lambda)
    # Not `least`, which passes over nulls: an unknown place is not at the antipodes.
    return 2 * EARTH_RADIUS_M * F.asin(F.sqrt(F.when(chord > 1, 1.0).otherwise(chord)))


def turned_deg(difference_deg: Column) -> Column:
    """A difference of longitudes, from -180 to 180 degrees."""
    return difference_deg - 360 * F.rint(difference_deg / 360)


def east_m(place: Place, here: Place) -> Column:
    """How far east a place is, on a plane that touches the earth here; right to some 10 km."""
    away_deg = turned_deg(place.longitude_deg - here.longitude_deg)
    return away_deg * F.cos(F.radians(here.latitude_deg)) * DEGREE_M


def north_m(place: Place, here: Place) -> Column:
    """How far north a place is."""
    return (place.latitude_deg - here.latitude_deg) * DEGREE_M


def to_line_m(here: Place, start: Place, end: Place) -> Column:
    """The distance from here to the nearest point of a line, such as a runway."""
    x, y = east_m(start, here), north_m(start, here)
    # Not the difference of two ways from here: on the far side of the earth they turn round.
    turn_deg = turned_deg(end.longitude_deg - start.longitude_deg)
    dx = turn_deg * F.cos(F.radians(here.latitude_deg)) * DEGREE_M
    dy = north_m(end, here) - y
    nearest = F.when((dx == 0) & (dy == 0), 0.0).otherwise(
        F.least(F.greatest(-(x * dx + y * dy) / (dx * dx + dy * dy), F.lit(0.0)), F.lit(1.0))
    )
    east, north = x + nearest * dx, y + nearest * dy
    return F.sqrt(east * east + north * north)


Point = Sequence[Column]
"""Three columns: where something is in space, in metres from the earth's centre."""


def point(place: Place) -> Point:
    """A place in space."""
    phi, lam = F.radians(place.latitude_deg), F.radians(place.longitude_deg)
    return (
        EARTH_RADIUS_M * F.cos(phi) * F.cos(lam),
        EARTH_RADIUS_M * F.cos(phi) * F.sin(lam),
        EARTH_RADIUS_M * F.sin(phi),
    )


def chord_m(a: Point, b: Point) -> Column:
    """The distance straight through the earth: without angles, and never the longer one."""
    x, y, z = (F.pow(one - other, F.lit(2)) for one, other in zip(a, b, strict=True))
    return F.sqrt(x + y + z)


def cube(at: Point, edge_m: float) -> Column:
    """The cube of a grid around the earth's centre that holds a point: a struct of three numbers.

    The grid knows neither poles nor a date line.
    """
    return F.struct(*(F.floor(axis / edge_m) for axis in at))


def cubes_within(at: Point, reach_m: Column, edge_m: float) -> Column:
    """An array of the cubes that a point's surroundings extend into."""
    x, y, z = (
        F.sequence(F.floor((axis - reach_m) / edge_m), F.floor((axis + reach_m) / edge_m))
        for axis in at
    )

    def plane(i: Column) -> Column:
        return F.flatten(F.transform(y, lambda j: F.transform(z, lambda k: F.struct(i, j, k))))

    return F.flatten(F.transform(x, plane))
