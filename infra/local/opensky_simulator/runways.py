"""Runways: where their thresholds are, and which end is in use."""

from dataclasses import dataclass

import numpy as np

from opensky_simulator.airports import Airports
from opensky_simulator.geodesy import GEOD
from opensky_simulator.hashing import Floats, mix, uniform
from opensky_simulator.ourairports import strips

# Where the file has no threshold of an airport (2 hubs), one runway is laid through its middle.
_UNKNOWN_LENGTH_M = 3_000.0
# The wind of an airport swings by this much to either side in the course of a day.
_WIND_SWING_DEG = 70.0


@dataclass(frozen=True)
class RunwayEnds:
    """Columns, one element per runway end: its threshold, and the track of a take-off from it."""

    lat: Floats
    lon: Floats
    heading_deg: Floats
    elevation_m: Floats
    length_m: Floats

    def take(self, chosen: np.ndarray) -> "RunwayEnds":
        """Return the chosen ends, by index."""
        return RunwayEnds(
            self.lat[chosen],
            self.lon[chosen],
            self.heading_deg[chosen],
            self.elevation_m[chosen],
            self.length_m[chosen],
        )


class Runways:
    """The runways of all airports of a world."""

    def __init__(self, airports: Airports, seed: int) -> None:
        self._seed = seed
        rows = [_of_airport(airports, number) for number in range(len(airports.code))]
        self._count = np.array([len(here) for here in rows])
        self._first = np.cumsum(self._count) - self._count
        flat = np.array([strip for here in rows for strip in here])
        low, high, self._length_m = flat[:, :3], flat[:, 3:6], flat[:, 6]
        forth_deg, back_deg, _ = GEOD.inv(low[:, 1], low[:, 0], high[:, 1], high[:, 0])
        # End 2n is the lower end of runway n, end 2n + 1 the other one.
        ends = np.stack([low, high], axis=1).reshape(-1, 3)
        heading_deg = np.stack([forth_deg, back_deg], axis=1).ravel() % 360
        length_m = np.repeat(self._length_m, 2)
        self._ends = RunwayEnds(ends[:, 0], ends[:, 1], heading_deg, ends[:, 2], length_m)

    def in_use(
        self, airport: np.ndarray, hour: Floats, needed_m: Floats, draw: Floats
    ) -> RunwayEnds:
        """Return the end in use at each ``airport`` at a local ``hour``: the one into the wind.

        ``draw`` in [0, 1) chooses among the runways that are long enough; there is always one.
        """
        last = int(self._count.max())
        place = self._first[airport][:, None] + np.arange(last)
        here = np.arange(last) < self._count[airport][:, None]
        length_m = self._length_m[place.clip(max=len(self._length_m) - 1)]
        # The longest runway is the first.
        enough = (here & (length_m >= needed_m[:, None])).sum(axis=1).clip(min=1)
        runway = self._first[airport] + np.floor(draw * enough).astype(np.int64)
        wind_deg = 360 * uniform(mix(self._seed, airport), "wind")
        wind_deg = wind_deg + _WIND_SWING_DEG * np.sin(2 * np.pi * hour / 24)
        tail_wind = np.cos(np.radians(self._ends.heading_deg[2 * runway] - wind_deg)) < 0
        return self._ends.take(2 * runway + tail_wind)


def _of_airport(airports: Airports, number: int) -> list[tuple[float, ...]]:
    """Return (lat, lon, elevation) of both thresholds and the length of each runway."""
    field_m = float(airports.elevation_m[number])
    rows: list[tuple[float, ...]] = [
        (
            *(strip.low_lat, strip.low_lon, _or(strip.low_elevation_m, field_m)),
            *(strip.high_lat, strip.high_lon, _or(strip.high_elevation_m, field_m)),
            strip.length_m,
        )
        for strip in strips().get(airports.ident[number], [])
    ]
    return rows or [_through_the_middle(airports, number)]


def _through_the_middle(airports: Airports, number: int) -> tuple[float, ...]:
    lat, lon = float(airports.lat[number]), float(airports.lon[number])
    elevation_m = float(airports.elevation_m[number])
    low_lon, low_lat, _ = GEOD.fwd(lon, lat, 270, _UNKNOWN_LENGTH_M / 2)
    high_lon, high_lat, _ = GEOD.fwd(lon, lat, 90, _UNKNOWN_LENGTH_M / 2)
    return (low_lat, low_lon, elevation_m, high_lat, high_lon, elevation_m, _UNKNOWN_LENGTH_M)


def _or(value: float | None, otherwise: float) -> float:
    return otherwise if value is None else value
