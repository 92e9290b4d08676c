"""Where an aircraft is on its leg: position, altitude, speed and track as a function of time."""

from dataclasses import dataclass

import numpy as np

from opensky_simulator.airports import Airports
from opensky_simulator.geodesy import Places
from opensky_simulator.hashing import Bools, Floats
from opensky_simulator.legs import Legs
from opensky_simulator.schedule import Flights

_CLIMB_BEND = 1.6
# Slope at touchdown relative to the mean slope of the descent: about 3 degrees for a jet.
_FINAL_SLOPE = 0.6
_CIRCUIT_SLOPE = 0.07


@dataclass(frozen=True)
class Profile:
    """Columns: height above the ellipsoid in m, speeds in m/s, and whether it is on the ground."""

    height_m: Floats
    speed_mps: Floats
    climb_mps: Floats
    on_ground: Bools


class Motion:
    """Moves aircraft along their legs: times are seconds since lift-off."""

    def __init__(self, legs: Legs, airports: Airports) -> None:
        self._legs = legs
        self._airports = airports

    def profile(self, flights: Flights, since_s: Floats) -> Profile:
        """Return the vertical half of the motion and the speed."""
        legs, leg = self._legs, flights.leg
        airborne_s, roll_s = legs.airborne_s[leg], legs.roll_s[leg]
        lift_off_mps, cruise_mps = legs.lift_off_mps[leg], legs.cruise_mps[leg]
        left_s = airborne_s - since_s
        up, down = self._up_and_down(flights, since_s)
        air_mps = lift_off_mps + (cruise_mps - lift_off_mps) * np.minimum(up, down)
        height_m, climb_mps, touching = self._vertical(flights, since_s, up, down)
        on_ground = (since_s < 0) | (left_s < 0)
        rolling = (since_s > -roll_s) & (left_s > -roll_s)
        runway_mps = lift_off_mps * (1 - np.maximum(-since_s, -left_s) / roll_s)
        along_m = self._along_m(flights, since_s)
        paths = legs.paths
        moving = (along_m > paths.begin_m[0, leg]) & (along_m < paths.end_m[leg])
        ground_mps = np.where(rolling, runway_mps, np.where(moving, legs.taxi_mps[leg], 0.0))
        return Profile(
            height_m=height_m,
            speed_mps=np.where(on_ground, ground_mps, air_mps),
            climb_mps=np.where(on_ground | touching, 0.0, climb_mps),
            on_ground=on_ground | touching,
        )

    def heights_m(self, flights: Flights, since_s: Floats) -> Floats:
        """Return the heights of ``profile`` alone, at half of its cost."""
        return self._vertical(flights, since_s, *self._up_and_down(flights, since_s))[0]

    def places(self, flights: Flights, since_s: Floats) -> Places:
        """Return the horizontal half of the motion."""
        return self._legs.paths.place(flights.leg, self._along_m(flights, since_s))

    def rough_places(self, flights: Flights, since_s: Floats) -> tuple[Floats, Floats]:
        """Return latitude and longitude to within tens of kilometres, at a tenth of the cost."""
        legs, leg = self._legs, flights.leg
        departure = legs.departure[leg]
        phi = np.radians(self._airports.lat[departure])
        azimuth = np.radians(legs.azimuth_deg[leg])
        share = (since_s / legs.airborne_s[leg]).clip(0, 1)
        arc = np.where(legs.loop[leg], 0.0, share * legs.distance_m[leg] / 6_371_000)
        sine = np.sin(phi) * np.cos(arc) + np.cos(phi) * np.sin(arc) * np.cos(azimuth)
        turn = np.arctan2(
            np.sin(azimuth) * np.sin(arc) * np.cos(phi), np.cos(arc) - np.sin(phi) * sine
        )
        lon = self._airports.lon[departure] + np.degrees(turn)
        return np.degrees(np.arcsin(sine.clip(-1, 1))), (lon + 180) % 360 - 180

    def _up_and_down(self, flights: Flights, since_s: Floats) -> tuple[Floats, Floats]:
        """Return the share of the climb that is done and the share of the descent that is left."""
        legs, leg = self._legs, flights.leg
        left_s = legs.airborne_s[leg] - since_s
        return (
            (since_s / legs.climb_s[leg]).clip(0, 1),
            (left_s / legs.descent_s[leg]).clip(0, 1),
        )

    def _vertical(
        self, flights: Flights, since_s: Floats, up: Floats, down: Floats
    ) -> tuple[Floats, Floats, Bools]:
        """Return height in m, climb in m/s and whether a touch-and-go touches.

        ``up`` and ``down`` are the shares of the climb done and of the descent left.
        """
        legs, leg = self._legs, flights.leg
        start_m, end_m, cruise_m = legs.start_m[leg], legs.end_m[leg], legs.cruise_m[leg]
        rise_m, fall_m = cruise_m - start_m, cruise_m - end_m
        climb_s, descent_s = legs.climb_s[leg], legs.descent_s[leg]
        descending = down < 1
        height_m = np.where(
            descending,
            end_m + fall_m * down * (_FINAL_SLOPE + (1 - _FINAL_SLOPE) * down),
            start_m + rise_m * (1 - (1 - up) ** _CLIMB_BEND),
        )
        climb_mps = np.where(up < 1, _CLIMB_BEND * rise_m / climb_s * (1 - up) ** 0.6, 0.0)
        sink_mps = fall_m / descent_s * (_FINAL_SLOPE + 2 * (1 - _FINAL_SLOPE) * down)
        climb_mps = np.where(descending, -sink_mps, climb_mps)
        touching = np.zeros(len(leg), dtype=bool)
        rows = np.flatnonzero(legs.laps[leg] > 0)
        lap_height_m, climb_mps[rows], touching[rows] = self._circuit(
            flights.take(rows), since_s[rows]
        )
        height_m[rows] = start_m[rows] + lap_height_m
        return height_m, climb_mps, touching

    def _circuit(self, flights: Flights, since_s: Floats) -> tuple[Floats, Floats, Bools]:
        """Return height above the runway, climb and touching of a flight of circuits."""
        legs, leg = self._legs, flights.leg
        speed_mps, climb_mps = legs.lift_off_mps[leg], legs.climb_mps[leg]
        along_m = self._along_m(flights, since_s)
        left_m = legs.paths.airborne_m[leg] - along_m
        top_m = legs.cruise_m[leg] - legs.start_m[leg]
        climbed_m, above_m = climb_mps * along_m / speed_mps, _CIRCUIT_SLOPE * left_m
        height_m = np.minimum(np.minimum(climbed_m, top_m), above_m).clip(min=0)
        rate_mps = np.where(climbed_m < top_m, climb_mps, 0.0)
        rate_mps = np.where(above_m < top_m, -_CIRCUIT_SLOPE * speed_mps, rate_mps)
        return height_m, rate_mps, (left_m < 0) & (since_s < legs.airborne_s[leg])

    def _along_m(self, flights: Flights, since_s: Floats) -> Floats:
        """Return metres along the path since lift-off; negative before it."""
        legs, leg = self._legs, flights.leg
        airborne_s = legs.airborne_s[leg]
        slow, fast = legs.lift_off_mps[leg], legs.cruise_mps[leg]
        climb_s, descent_s = legs.climb_s[leg], legs.descent_s[leg]
        length_m = legs.length_m[leg]
        up_s, left_s = since_s.clip(0, None), (airborne_s - since_s).clip(0, None)
        climbed_s, sinking_s = np.minimum(up_s, climb_s), np.minimum(left_s, descent_s)
        climb_m = slow * climbed_s + (fast - slow) * climbed_s**2 / (2 * climb_s)
        left_m = slow * sinking_s + (fast - slow) * sinking_s**2 / (2 * descent_s)
        level_m = fast * (up_s - climb_s).clip(0, None)
        along_m = np.where(left_s < descent_s, length_m - left_m, climb_m + level_m)
        landed_m = legs.paths.airborne_m[leg]
        along_m = np.where(left_s > 0, along_m % legs.lap_m[leg], landed_m)
        return (
            along_m
            - self._on_ground_m(flights, -since_s)
            + self._on_ground_m(flights, since_s - airborne_s)
        )

    def _on_ground_m(self, flights: Flights, for_s: Floats) -> Floats:
        """Return metres rolled and taxied in ``for_s`` seconds from the runway's fast end."""
        legs, leg = self._legs, flights.leg
        roll_s = legs.roll_s[leg]
        rolled_s = for_s.clip(0, roll_s)
        rolled_m = legs.lift_off_mps[leg] * (rolled_s - rolled_s**2 / (2 * roll_s))
        return rolled_m + legs.taxi_mps[leg] * (for_s - roll_s).clip(0, None)
