"""Moving over the earth, straight on or in a turn."""

from dataclasses import dataclass

import numpy as np
from pyproj import Geod

from opensky_simulator.hashing import Floats

GEOD = Geod(ellps="WGS84")


@dataclass(frozen=True)
class Places:
    """Columns: degrees, and the track over the ground in degrees."""

    lat: Floats
    lon: Floats
    track_deg: Floats


def advance(start: Places, bend_deg_per_m: Floats, length_m: Floats) -> Places:
    """Return the places ``length_m`` further on, along a geodesic or a circle.

    ``bend_deg_per_m`` is 0 on a geodesic, positive in a turn to the right. Turns are those of
    aircraft: on a plane, within tens of kilometres.
    """
    half_deg = bend_deg_per_m * length_m / 2
    chord_m = length_m * np.sinc(half_deg / 180)
    lon, lat, back_deg = GEOD.fwd(start.lon, start.lat, start.track_deg + half_deg, chord_m)
    return Places(np.asarray(lat), np.asarray(lon), (np.asarray(back_deg) + 180 + half_deg) % 360)


def towards(start: Places, end: Places) -> tuple[Floats, Floats, Floats]:
    """Return the azimuth at the start, the one at the end and the distance in m."""
    forth_deg, back_deg, metres = GEOD.inv(start.lon, start.lat, end.lon, end.lat)
    return np.asarray(forth_deg), np.asarray(back_deg) + 180, np.asarray(metres)
