"""The world: what OpenSky would answer at any moment, and what was really flown."""

import json
from typing import Any

import numpy as np

from opensky_simulator.airports import load_airports
from opensky_simulator.countries import COUNTRIES
from opensky_simulator.fleet import KINDS, build_fleet
from opensky_simulator.hashing import Bools, Floats, mix, uniform
from opensky_simulator.identity import Identities
from opensky_simulator.legs import build_legs
from opensky_simulator.motion import Motion
from opensky_simulator.noise import FLARM, Measured, Who, measure, spoil
from opensky_simulator.numbers import json_numbers
from opensky_simulator.reception import Reception
from opensky_simulator.register import Airframe, airframes
from opensky_simulator.schedule import Flights, Schedule
from opensky_simulator.spoofing import spoofed
from opensky_simulator.surface import SurfaceObjects

BoundingBox = tuple[float, float, float, float]

# How many aircraft must exist for one of them to be visible at an average moment.
_FLEET_PER_VISIBLE = 3.2
_CATEGORY_UNKNOWN_SHARE = 0.3
# What OpenSky writes for an address that no state has assigned.
_NO_COUNTRY = "Unknown"


class World:
    """A reproducible sky: the same seed, size and moment always give the same answer.

    ``aircraft`` is about how many states an answer has at an average moment of the day. Any moment
    can be asked about in any order: nothing is simulated forward.
    """

    def __init__(self, seed: int = 1, aircraft: int = 6500) -> None:
        rng = np.random.default_rng(seed)
        self._seed = seed
        self._airports = load_airports(seed)
        size = max(10, round(_FLEET_PER_VISIBLE * aircraft))
        self._fleet = build_fleet(size, self._airports, rng)
        self._legs = build_legs(self._fleet, self._airports, seed, rng)
        self._schedule = Schedule(self._fleet, self._legs, self._airports, seed)
        self._motion = Motion(self._legs, self._airports)
        self._reception = Reception(self._legs, self._airports, self._motion)
        self._identities = Identities(self._fleet, self._legs, seed)
        self._origin = self._origins()
        self._surface = SurfaceObjects(self._airports, self._fleet, aircraft, seed)

    def answer(self, time_s: int, extended: bool = False, bbox: BoundingBox | None = None) -> bytes:
        """Return the body of an answer: compact JSON, ``states`` null when there are none."""
        states = self.states(time_s, extended, bbox)
        return encode(time_s, states)

    def states(
        self, time_s: int, extended: bool = False, bbox: BoundingBox | None = None
    ) -> list[list[Any]]:
        """Return the state vectors at ``time_s`` (unix seconds), each a list of 17 or 18 values.

        ``bbox`` is (lamin, lomin, lamax, lomax) in degrees, in the order of the API's parameters;
        states without a position are in no box.
        """
        flights = self._schedule.on_air(time_s)
        since_s = time_s - flights.lift_off_s
        contact_s, heard = self._reception.last_contact(flights, since_s)
        heard &= self._not_a_ghost(flights, heard)
        flights, contact_s = flights.take(heard), contact_s[heard]
        position_s = self._reception.position_time(flights, contact_s)
        who = self._who(flights, contact_s)
        places = self._motion.places(flights, position_s)
        height_m = self._motion.heights_m(flights, position_s)
        shown, shown_mps = spoofed(who.flight, flights.lift_off_s + position_s, places, height_m)
        row = measure(who, shown, self._motion.profile(flights, contact_s), shown_mps)
        spoil(who, row)
        rows = self._rows(flights, who, position_s, row, extended)
        rows += self._surface.rows(time_s, extended)
        return rows if bbox is None else [values for values in rows if inside(bbox, values)]

    def flights(self, begin_s: float, end_s: float) -> list[dict[str, Any]]:
        """Return the true flights that were in the air at some moment of [begin_s, end_s].

        Times are unix seconds. ``departure`` and ``arrival`` are ICAO codes, or OurAirports'
        idents where there are none; ``route`` is "direct", or for a flight that returns to where
        it took off "loop" or "circuits"; ``distance_m`` is the way flown. Aircraft that share an
        address by mistake (ghosts) both appear.
        """
        flights = self._schedule.between(begin_s, end_s)
        flights = flights.take(np.argsort(flights.lift_off_s, kind="stable"))
        legs, leg, airports = self._legs, flights.leg, self._airports
        columns = {
            "icao24": [self._fleet.icao24[aircraft] for aircraft in flights.aircraft.tolist()],
            "callsign": self._identities.true_callsigns(flights),
            "kind": [KINDS[kind].name for kind in self._fleet.kind[flights.aircraft].tolist()],
            "departure": [airports.code[place] for place in legs.departure[leg].tolist()],
            "arrival": [airports.code[place] for place in legs.arrival[leg].tolist()],
            "take_off_s": flights.lift_off_s.astype(np.int64).tolist(),
            "landing_s": np.rint(flights.lift_off_s + legs.airborne_s[leg])
            .astype(np.int64)
            .tolist(),
            "distance_m": np.rint(legs.length_m[leg]).astype(np.int64).tolist(),
            "route": [_route(*of) for of in zip(legs.loop[leg], legs.laps[leg], strict=True)],
            "ghost": (self._fleet.ghost_of[flights.aircraft] >= 0).tolist(),
        }
        return [
            dict(zip(columns, values, strict=True))
            for values in zip(*columns.values(), strict=True)
        ]

    def airframes(self) -> list[Airframe]:
        """Return what an aircraft database knows of the fleet."""
        return airframes(self._fleet, self._identities, self._seed)

    def _not_a_ghost(self, flights: Flights, heard: Bools) -> Bools:
        """A ghost is silent while the aircraft whose address it uses is in the answer."""
        visible = np.zeros(len(self._fleet), dtype=bool)
        visible[flights.aircraft[heard]] = True
        owner = self._fleet.ghost_of[flights.aircraft]
        alone: Bools = ~((owner >= 0) & visible[owner])
        return alone

    def _origins(self) -> list[str]:
        """OpenSky tells the country from the address, so a ghost has that of the other one."""
        owner = self._fleet.ghost_of
        registered = np.where(owner >= 0, self._fleet.country[owner], self._fleet.country)
        names = [COUNTRIES[number].name for number in registered.tolist()]
        for aircraft in np.flatnonzero(self._fleet.other_system).tolist():
            names[aircraft] = _NO_COUNTRY
        return names

    def _who(self, flights: Flights, contact_s: Floats) -> Who:
        moment_s = flights.lift_off_s + contact_s
        key = flights.key.view(np.int64)
        is_arrived = contact_s > self._legs.airborne_s[flights.leg] / 2
        return Who(
            flight=flights.key,
            visit=mix(key, is_arrived),
            second=mix(key, moment_s),
            kind=self._fleet.kind[flights.aircraft],
            other_system=self._fleet.other_system[flights.aircraft],
            contact_s=moment_s,
        )

    def _rows(
        self,
        flights: Flights,
        who: Who,
        position_s: Floats,
        row: Measured,
        extended: bool,
    ) -> list[list[Any]]:
        fleet = self._fleet
        aircraft = flights.aircraft.tolist()
        position = np.where(np.isnan(row.lat), np.nan, flights.lift_off_s + position_s)
        columns: list[list[Any]] = [
            [fleet.icao24[number] for number in aircraft],
            self._identities.callsigns(
                flights, who.contact_s - flights.lift_off_s, row.source == FLARM
            ),
            [self._origin[number] for number in aircraft],
            json_numbers(position, 0),
            who.contact_s.astype(np.int64).tolist(),
            json_numbers(row.lon, 4),
            json_numbers(row.lat, 4),
            json_numbers(row.baro_m, 2),
            row.on_ground.tolist(),
            json_numbers(row.speed_mps, 2),
            json_numbers(row.track_deg, 2),
            json_numbers(row.climb_mps, 2),
            [None] * len(aircraft),
            json_numbers(row.geo_m, 2),
            self._identities.squawks(flights, who.second, row.on_ground, row.source == FLARM),
            self._identities.special_purpose(flights),
            row.source.tolist(),
        ]
        if extended:
            columns.append(self._categories(flights))
        return [list(values) for values in zip(*columns, strict=True)]

    def _categories(self, flights: Flights) -> list[int]:
        category = np.array([kind.category for kind in KINDS])[self._fleet.kind[flights.aircraft]]
        draw = uniform(mix(self._seed, flights.aircraft), "category")
        silent = np.where(draw < _CATEGORY_UNKNOWN_SHARE / 2, 0, 1)
        numbers: list[int] = np.where(draw < _CATEGORY_UNKNOWN_SHARE, silent, category).tolist()
        return numbers


def _route(is_loop: bool, laps: float) -> str:
    return "circuits" if laps else "loop" if is_loop else "direct"


def encode(time_s: int, states: list[list[Any]]) -> bytes:
    """Return an answer as compact JSON."""
    return json.dumps({"time": time_s, "states": states or None}, separators=(",", ":")).encode()


def inside(bbox: BoundingBox, state: list[Any]) -> bool:
    """Tell whether a state's position is in the box (lamin, lomin, lamax, lomax)."""
    lon, lat = state[5], state[6]
    if lon is None or lat is None:
        return False
    south, west, north, east = bbox
    return south <= lat <= north and west <= lon <= east
