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


def destination(start: Place, track_deg: Column, reach_m: Column) -> Place:
    """Where one comes to who follows a track for so far."""
    phi, theta, arc = F.radians(start.latitude_deg), F.radians(track_deg), reach_m / EARTH_RADIUS_M
    sine = F.sin(phi) * F.cos(arc) + F.cos(phi) * F.sin(arc) * F.cos(theta)
    turn = F.atan2(F.sin(theta) * F.sin(arc) * F.cos(phi), F.cos(arc) - F.sin(phi) * sine)
    return Place(F.degrees(F.asin(sine)), start.longitude_deg + F.degrees(turn))


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


def cube(at: Point, edge_m: float) -> tuple[Column, ...]:
    """The cube of a grid round the earth's centre that holds a point.

    Points that are at most ``edge_m`` apart are in the same cube or in neighbouring ones, at the
    poles and at the date line too.
    """
    return tuple(F.floor(axis / edge_m) for axis in at)
