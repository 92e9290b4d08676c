"""Where an aircraft is on its leg: position, altitude, speed and track as a function of time."""

from dataclasses import dataclass

import numpy as np

from opensky_simulator.airports import Airports
from opensky_simulator.hashing import Floats, mix, uniform
from opensky_simulator.legs import GEOD, Bools, Legs
from opensky_simulator.schedule import Flights

_METRES_PER_DEGREE = 111_320.0
_CLIMB_BEND = 1.6
# Slope at touchdown relative to the mean slope of the descent: about 3 degrees for a jet.
_FINAL_SLOPE = 0.6


@dataclass(frozen=True)
class Places:
    """Columns: degrees, and the track over the ground in degrees."""

    lat: Floats
    lon: Floats
    track_deg: Floats


@dataclass(frozen=True)
class Profile:
    """Columns: height above the ellipsoid in m, speeds in m/s, and whether it is on the ground."""

    height_m: Floats
    speed_mps: Floats
    climb_mps: Floats
    on_ground: Bools


class Motion:
    """Moves aircraft along their legs: times are seconds since lift-off."""

    def __init__(self, legs: Legs, airports: Airports, seed: int) -> None:
        self._legs = legs
        self._airports = airports
        self._seed = seed

    def profile(self, flights: Flights, since_s: Floats) -> Profile:
        """Return the vertical half of the motion and the speed."""
        legs, leg = self._legs, flights.leg
        airborne_s, roll_s = legs.airborne_s[leg], legs.roll_s[leg]
        lift_off_mps, cruise_mps = legs.lift_off_mps[leg], legs.cruise_mps[leg]
        start_m = self._airports.elevation_m[legs.departure[leg]]
        end_m = self._airports.elevation_m[legs.arrival[leg]]
        left_s = airborne_s - since_s
        climb_s, descent_s = legs.climb_s[leg], legs.descent_s[leg]
        up = (since_s / climb_s).clip(0, 1)
        down = (left_s / descent_s).clip(0, 1)
        rise_m, fall_m = legs.cruise_m[leg] - start_m, legs.cruise_m[leg] - end_m
        climbing, descending = since_s < climb_s, left_s < descent_s
        height_m = np.where(
            descending,
            end_m + fall_m * down * (_FINAL_SLOPE + (1 - _FINAL_SLOPE) * down),
            start_m + rise_m * (1 - (1 - up) ** _CLIMB_BEND),
        )
        climb_mps = np.where(climbing, _CLIMB_BEND * rise_m / climb_s * (1 - up) ** 0.6, 0.0)
        sink_mps = fall_m / descent_s * (_FINAL_SLOPE + 2 * (1 - _FINAL_SLOPE) * down)
        climb_mps = np.where(descending, -sink_mps, climb_mps)
        air_mps = lift_off_mps + (cruise_mps - lift_off_mps) * np.minimum(up, down)
        on_ground = (since_s < 0) | (left_s < 0)
        rolling = (since_s > -roll_s) & (left_s > -roll_s)
        runway_mps = lift_off_mps * (1 - np.maximum(-since_s, -left_s) / roll_s)
        ground_mps = np.where(rolling, runway_mps, self._taxi_mps(flights, since_s))
        return Profile(
            height_m=height_m,
            speed_mps=np.where(on_ground, ground_mps, air_mps),
            climb_mps=np.where(on_ground, 0.0, climb_mps),
            on_ground=on_ground,
        )

    def places(self, flights: Flights, since_s: Floats) -> Places:
        """Return the horizontal half of the motion, on WGS84 geodesics."""
        legs, leg = self._legs, flights.leg
        airports, departure = self._airports, legs.departure[leg]
        along_m = self._along_m(flights, since_s)
        length_m = legs.distance_m[leg]
        radius_m = length_m / (2 * np.pi)
        turned = along_m / radius_m
        loop = legs.loop[leg]
        azimuth_deg = legs.azimuth_deg[leg] + np.where(loop, np.degrees(turned) / 2, 0.0)
        reach_m = np.where(loop, 2 * radius_m * np.sin(turned / 2), along_m)
        lon, lat, back_deg = GEOD.fwd(
            airports.lon[departure], airports.lat[departure], azimuth_deg, reach_m
        )
        track_deg = np.where(
            loop, legs.azimuth_deg[leg] + np.degrees(turned), np.asarray(back_deg) + 180
        )
        return self._taxied(flights, since_s, Places(np.asarray(lat), np.asarray(lon), track_deg))

    def rough_places(self, flights: Flights, since_s: Floats) -> tuple[Floats, Floats]:
        """Return latitude and longitude to within some kilometres, at a tenth of the cost."""
        legs, leg = self._legs, flights.leg
        departure = legs.departure[leg]
        phi = np.radians(self._airports.lat[departure])
        azimuth = np.radians(legs.azimuth_deg[leg])
        arc = self._along_m(flights, since_s) / 6_371_000
        arc = np.where(legs.loop[leg], 0.0, arc)
        sine = np.sin(phi) * np.cos(arc) + np.cos(phi) * np.sin(arc) * np.cos(azimuth)
        turn = np.arctan2(
            np.sin(azimuth) * np.sin(arc) * np.cos(phi), np.cos(arc) - np.sin(phi) * sine
        )
        lon = self._airports.lon[departure] + np.degrees(turn)
        return np.degrees(np.arcsin(sine.clip(-1, 1))), (lon + 180) % 360 - 180

    def _along_m(self, flights: Flights, since_s: Floats) -> Floats:
        """Return metres flown since lift-off, negative and beyond the leg's length on runways."""
        legs, leg = self._legs, flights.leg
        airborne_s, roll_s = legs.airborne_s[leg], legs.roll_s[leg]
        slow, fast = legs.lift_off_mps[leg], legs.cruise_mps[leg]
        climb_s, descent_s = legs.climb_s[leg], legs.descent_s[leg]
        length_m = legs.distance_m[leg]
        up_s, left_s = since_s.clip(0, None), (airborne_s - since_s).clip(0, None)
        climbed_s, sinking_s = np.minimum(up_s, climb_s), np.minimum(left_s, descent_s)
        climb_m = slow * climbed_s + (fast - slow) * climbed_s**2 / (2 * climb_s)
        left_m = slow * sinking_s + (fast - slow) * sinking_s**2 / (2 * descent_s)
        level_m = fast * (up_s - climb_s).clip(0, None)
        along_m = np.where(left_s < descent_s, length_m - left_m, climb_m + level_m)
        before_s = (-since_s).clip(0, roll_s)
        after_s = (since_s - airborne_s).clip(0, roll_s)
        along_m -= slow * (before_s - before_s**2 / (2 * roll_s))
        return along_m + slow * (after_s - after_s**2 / (2 * roll_s))

    def _taxi_mps(self, flights: Flights, since_s: Floats) -> Floats:
        _, moving = self._taxi_share(flights, since_s)
        return np.where(moving, self._legs.taxi_mps[flights.leg], 0.0)

    def _taxi_share(self, flights: Flights, since_s: Floats) -> tuple[Floats, Bools]:
        """Return how far from the runway end (0) to the gate (1) it is, and whether it moves."""
        legs, leg = self._legs, flights.leg
        roll_s = legs.roll_s[leg]
        taxi_s = (legs.lift_off_mps[leg] * roll_s / 2 + 500.0) / legs.taxi_mps[leg]
        to_runway_s = -since_s - roll_s
        from_runway_s = since_s - legs.airborne_s[leg] - roll_s
        share = np.maximum(to_runway_s, from_runway_s) / taxi_s
        return share.clip(0, 1), (share > 0) & (share < 1)

    def _taxied(self, flights: Flights, since_s: Floats, on_runway: Places) -> Places:
        """Move aircraft that taxi or wait from the end of the runway towards their gate."""
        legs, leg = self._legs, flights.leg
        share, _ = self._taxi_share(flights, since_s)
        arrived = since_s > 0
        airport = np.where(arrived, legs.arrival[leg], legs.departure[leg])
        key = mix(self._seed, flights.aircraft, airport)
        bearing = 2 * np.pi * uniform(key, "gate bearing")
        gate_m = 250 + 300 * uniform(key, "gate distance")
        lat, lon = self._airports.lat[airport], self._airports.lon[airport]
        gate_lat = lat + gate_m * np.cos(bearing) / _METRES_PER_DEGREE
        stretch = _METRES_PER_DEGREE * np.cos(np.radians(lat))
        gate_lon = lon + gate_m * np.sin(bearing) / stretch
        east_m = ((gate_lon - on_runway.lon + 180) % 360 - 180) * stretch
        north_m = (gate_lat - on_runway.lat) * _METRES_PER_DEGREE
        to_gate_deg = np.degrees(np.arctan2(east_m, north_m))
        return Places(
            lat=on_runway.lat + share * north_m / _METRES_PER_DEGREE,
            lon=on_runway.lon + share * east_m / stretch,
            track_deg=np.where(
                share > 0, to_gate_deg + np.where(arrived, 0, 180), on_runway.track_deg
            )
            % 360,
        )
