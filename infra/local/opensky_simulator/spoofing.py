"""Areas in which satellite positions are forged: all aircraft seem to be at one place."""

from typing import NamedTuple

import numpy as np

from opensky_simulator.geodesy import Places, advance
from opensky_simulator.hashing import Bools, Floats, Keys, mix, uniform

# Flights inside an area that believe the forgery, drawn again every half hour: about 0.2 % of all
# states of a day. A real answer of the world had 9 of 6,553 at cruise with a speed below 15 m/s
# (2025-12-28T02:14Z, when few fly in these areas).
SPOOFED_SHARE = 0.15
_LASTS_S = 1_800
# A flight that was spoofed for half an hour circled within 8 km, at 25-35 m/s (2024-09-17).
_SPEED_MPS = (25.0, 35.0)
_CIRCLE_S = 600.0
# All that is recorded of it was seen at cruise.
_ABOVE_M = 3_000.0
_KM_PER_DEGREE = 111.32


class Area(NamedTuple):
    """A circle in which positions are forged, and the place that they show, in degrees."""

    lat: float
    lon: float
    radius_km: float
    shown_lat: float
    shown_lon: float


# Where real positions are oldest: Poland and Belarus, the Black Sea and Georgia, the north-west of
# Russia. The first one's place is that of the flight above, the others' are the next airports.
AREAS = (
    Area(51.5, 21.0, 450.0, 49.66, 23.95),
    Area(42.5, 39.0, 450.0, 44.68, 37.78),
    Area(59.5, 29.0, 350.0, 59.80, 30.26),
)


def spoofed(
    flight: Keys, position_s: Floats, places: Places, height_m: Floats
) -> tuple[Places, Floats]:
    """Return the places that aircraft report, and the speed: NaN where they are the true ones.

    ``position_s`` is the unix time of the positions and ``height_m`` how high the aircraft were:
    the same time gives the same place.
    """
    period = mix(flight.view(np.int64), np.floor(position_s / _LASTS_S))
    believes = (uniform(period, "spoofed") < SPOOFED_SHARE) & (height_m > _ABOVE_M)
    lat, lon, track_deg = places.lat.copy(), places.lon.copy(), places.track_deg.copy()
    speed_mps = np.full(len(lat), np.nan)
    for area in AREAS:
        rows = np.flatnonzero(believes & _is_inside(area, places))
        if not rows.size:
            continue
        low, high = _SPEED_MPS
        speed_mps[rows] = low + (high - low) * uniform(period[rows], "spoofed speed")
        turned_deg = 360 * (position_s[rows] % _CIRCLE_S) / _CIRCLE_S
        lats, lons = np.full((2, rows.size), [[area.shown_lat], [area.shown_lon]])
        radius_m = speed_mps[rows] * _CIRCLE_S / (2 * np.pi)
        there = advance(Places(lats, lons, turned_deg), np.zeros(rows.size), radius_m)
        lat[rows], lon[rows] = there.lat, there.lon
        track_deg[rows] = (turned_deg + 90) % 360
    return Places(lat, lon, track_deg), speed_mps


def _is_inside(area: Area, places: Places) -> Bools:
    """Tell which places are in the circle, on a plane: its edge is nowhere sharp."""
    north_km = _KM_PER_DEGREE * (places.lat - area.lat)
    east_km = _KM_PER_DEGREE * np.cos(np.radians(area.lat)) * (places.lon - area.lon)
    return np.hypot(north_km, east_km) < area.radius_km
